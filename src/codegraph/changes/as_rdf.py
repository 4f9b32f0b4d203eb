"""Changes as Turtle: a `cg:Change` each, in the terms of the ontology, and the releases that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from codegraph import rdf
from codegraph.billing.figures import MUE_SETTINGS
from codegraph.changes.model import Change, Value
from codegraph.codes import SYSTEMS
from codegraph.export.turtle import TurtleWriter
from codegraph.namespaces import ENTRY, PREFIXES, expand, release_iri

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_PREFIX: Final = re.compile(r"<([^>]*[/#])[^/#>]*>")
_CODE: Final = frozenset(SYSTEMS)
# Term of a change -> what it is of the row; texts and numbers as published.
_TEXTS: Final = (("cg:changedRow", "key"), ("cg:changedField", "field"), ("cg:changeNote", "note"))
_VALUES: Final = (("cg:before", "before"), ("cg:after", "after"), ("cg:relativeChange", "percent"))


def turtle(changes: Sequence[Change], graphs: tuple[OpenedRelease, OpenedRelease]) -> str:
    """Return changes as Turtle, sorted by IRI, with the prefixes that they need."""
    lines = set(_releases(changes, graphs))
    for number, iri in enumerate(_iris(changes)):
        lines.update(_lines(changes[number], iri))
    text = "".join(sorted(lines))
    used = set(_PREFIX.findall(text))
    prefixes = {p: iri for p, iri in PREFIXES.items() if iri in used or p == "xsd"}
    blocks = iter([text.encode()] if text else [])
    return b"".join(TurtleWriter(prefixes).write(blocks)).decode()


def _iris(changes: Iterable[Change]) -> Iterator[str]:
    """Yield an IRI for each change, from its releases, kind, row and field; a number where two would be one."""
    seen: dict[str, int] = {}
    for c in changes:
        name = "-".join(
            _UNSAFE.sub("-", part).strip("-")
            for part in (c.kind, c.key, c.field, c.note if _several(c) else "")
            if part
        )
        iri = f"{ENTRY}change/{c.first}/{c.second}/{name}"
        seen[iri] = seen.get(iri, 0) + 1
        yield iri if seen[iri] == 1 else f"{iri}-{seen[iri]}"


def _several(change: Change) -> bool:
    """Tell whether one pair of codes can change in several sets."""
    return change.source == "mapping"


def _lines(change: Change, iri: str) -> Iterator[str]:
    subject = f"<{iri}>"
    said = [
        (rdf.TYPE, rdf.term("cg:Change")),
        (rdf.term("cg:changeKind"), rdf.term(f"change-kind:{change.kind}")),
    ]
    said += [
        (rdf.term(name), f"<{release_iri(ident)}>")
        for name, ident in (("cg:fromRelease", change.first), ("cg:toRelease", change.second))
    ]
    if change.subject:
        name = "cg:changedCode" if change.subject.partition(":")[0] in _CODE else "cg:changedConcept"
        said.append((rdf.term(name), rdf.iri(expand(change.subject))))
    if change.other:
        said.append((rdf.term("cg:otherCode"), rdf.iri(expand(change.other))))
    if change.setting:
        said.append((rdf.term("cg:serviceSetting"), rdf.term(f"setting:{MUE_SETTINGS[change.setting]}")))
    said += [(rdf.term(name), rdf.literal(v)) for name, field in _TEXTS if (v := getattr(change, field))]
    said += [
        (rdf.term(name), _literal(v)) for name, field in _VALUES if (v := getattr(change, field)) is not None
    ]
    yield from (f"{subject} {predicate} {value} .\n" for predicate, value in said)


def _literal(value: Value) -> str:
    return rdf.decimal(value) if isinstance(value, Decimal) else rdf.literal(str(value))


def _releases(changes: Iterable[Change], graphs: tuple[OpenedRelease, OpenedRelease]) -> Iterator[str]:
    """Yield what a release must say of itself: its title, its identifier, its source and its version."""
    for ident, graph in {(c.first, 0) for c in changes} | {(c.second, 1) for c in changes}:
        source, _, version = ident.partition("/")
        manifest = graphs[graph].manifest
        known = manifest.source(ident) or manifest.figure(ident)
        title = known.title if known else f"{source} {version}"
        subject = f"<{release_iri(ident)}>"
        said = (
            (rdf.TYPE, rdf.term("cg:Release")),
            (rdf.term("dcterms:title"), rdf.english(title)),
            (rdf.term("dcterms:identifier"), rdf.literal(ident)),
            (rdf.term("cg:source"), rdf.literal(source)),
            (rdf.term("cg:version"), rdf.literal(version)),
        )
        yield from (f"{subject} {predicate} {value} .\n" for predicate, value in said)
