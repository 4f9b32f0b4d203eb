"""SKOS and nothing else: concepts, schemes, labels, notes, hierarchy and matches, for a reader of thesauri.

Two passes over the sorted dumps. The first finds the few pairs that the integrity conditions of SKOS speak of; the
second writes subject after subject, so that memory grows with the hierarchy and not with the labels.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from codegraph.errors import CodegraphError
from codegraph.export import ExportSummary
from codegraph.export.files import opened
from codegraph.export.formats import FORMATS, format_name
from codegraph.export.graphs import Dump, choose
from codegraph.export.lines import blocks, counted, merged, without_graph
from codegraph.export.skos_pairs import Pairs
from codegraph.namespaces import CG, RDF, SKOS

_EDGES: Final = ".edges.nq.gz"  # NCCI pairs: nothing of SKOS
_SKOS: Final = f"<{SKOS}".encode()
_TYPE: Final = f"<{RDF}type>".encode()
_CONCEPT: Final = f"<{SKOS}Concept>".encode()
_SCHEME: Final = f"<{SKOS}ConceptScheme>".encode()
_PREF: Final = f"<{SKOS}prefLabel>".encode()
_ALT: Final = f"<{SKOS}altLabel>".encode()
_EXACT: Final = f"<{SKOS}exactMatch>".encode()
_CLOSE: Final = f"<{SKOS}closeMatch>".encode()
_RELATED: Final = f"<{SKOS}related>".encode()
_NARROWER: Final = f"<{SKOS}narrower>".encode()
# Words of ours and of others that SKOS has no closer name for than another label.
_LABELS: Final = {f"<{CG}shortLabel>".encode(), f"<{CG}officialDescriptor>".encode()}
# Whoever has one of these is a concept.
_OF_CONCEPTS: Final = {
    f"<{SKOS}{name}>".encode() for name in ("inScheme", "topConceptOf", "broader", "related")
}
_BLOCK: Final = 20_000  # lines
Said = tuple[bytes, bytes]  # predicate, object


def export_skos(
    directory: Path,
    out: Path | str,
    *,
    graphs: Sequence[str] | None = None,
    include_licensed: bool = False,
) -> ExportSummary:
    """Write a release, or the releases in `graphs`, in SKOS alone, as the ending of `out` says; `-` is Turtle.

    Short labels become other labels, and each `broader` has its `narrower`. What would break an integrity condition
    gives way: a second preferred label becomes another label (S13, S14), an exact match that contradicts a weaker one
    becomes a close match (S46), `related` within one line of the hierarchy goes (S27). Official descriptors that a
    user loaded are among the labels only with `include_licensed`. Raises what `export` raises, and CodegraphError for
    a format that keeps graphs.
    """
    begun = time.monotonic()
    name = format_name(out)
    if FORMATS[name].keeps_graphs:
        raise CodegraphError(f"{out}: SKOS is written as one graph: .ttl, .nt, .jsonld or .rdf")
    chosen = [
        d for d in choose(directory, graphs, include_licensed=include_licensed) if _EDGES not in d.path.name
    ]
    pairs = Pairs.read(_triples(chosen))
    total = 0

    def count(lines: int) -> None:
        nonlocal total
        total += lines

    concepts = _concepts(_triples(chosen), pairs)
    narrower = (b"%s %s %s .\n" % (wide, _NARROWER, narrow) for wide, narrow in pairs.narrower())
    lines = merged([_gathered(concepts), _gathered(narrower)])
    with opened(out) as target:
        FORMATS[name].write(counted(lines, count), target)
    return ExportSummary(total, time.monotonic() - begun, target.count, "skos")


def _triples(dumps: Iterable[Dump]) -> Iterator[bytes]:
    return merged([without_graph(blocks(dump.path), dump.graphs) for dump in dumps])


def _concepts(found: Iterable[bytes], pairs: Pairs) -> Iterator[bytes]:
    """Yield the lines of each concept and scheme, sorted."""
    for subject, lines in groupby(_used(found), key=itemgetter(0)):
        kept = _written(subject, [(predicate, rest[:-2]) for _, predicate, rest in lines], pairs)
        yield from (b"%s %s %s .\n" % (subject, predicate, obj) for predicate, obj in sorted(kept))


def _used(found: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield subject, predicate and the rest of the lines that say something of SKOS."""
    for block in found:
        for line in block.split(b"\n")[:-1]:
            parts = line.split(b" ", 2)
            predicate = parts[1]
            if predicate.startswith(_SKOS) or predicate == _TYPE or predicate in _LABELS:
                yield parts


def _written(subject: bytes, said: list[Said], pairs: Pairs) -> set[Said]:
    """Return what is written of a subject: nothing where it is neither concept nor scheme."""
    types = {obj for predicate, obj in said if predicate == _TYPE}
    if types & pairs.schemes:
        kind = _SCHEME
    elif types & pairs.concepts or any(predicate in _OF_CONCEPTS for predicate, _ in said):
        kind = _CONCEPT
    else:
        return set()
    kept = {(_TYPE, kind)}
    for predicate, obj in said:
        if predicate == _EXACT and pairs.is_contradicted(subject, obj):
            kept.add((_CLOSE, obj))
        elif predicate == _RELATED and pairs.is_in_line(subject, obj):
            continue
        elif predicate.startswith(_SKOS) and predicate not in (_PREF, _ALT):
            kept.add((predicate, obj))
    return kept | _labels(said)


def _labels(said: list[Said]) -> set[Said]:
    """Return one preferred label a language, and all other words for the concept as other labels."""
    preferred: dict[bytes, bytes] = {}
    for predicate, text in said:
        if predicate == _PREF:
            preferred.setdefault(text[text.rindex(b'"') :], text)
    words = {text for predicate, text in said if predicate in (_PREF, _ALT) or predicate in _LABELS}
    chosen = set(preferred.values())
    return {(_PREF, text) for text in chosen} | {(_ALT, text) for text in words - chosen}


def _gathered(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put lines together to blocks."""
    block: list[bytes] = []
    for line in lines:
        block.append(line)
        if len(block) == _BLOCK:
            yield b"".join(block)
            block = []
    if block:
        yield b"".join(block)
