"""The reasoner's view: each procedure as an OWL class defined by its facets and components, in OWL 2 EL.

Read from the triples of a release one procedure at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import pyoxigraph as ox

from codegraph import __version__
from codegraph.crosswalk.definitions import COMPONENT, DESTINATION, SITE, WHOLE, effective
from codegraph.errors import InvalidCode, UnknownTerm
from codegraph.export import ExportSummary
from codegraph.export.files import opened
from codegraph.export.owl_entities import (
    AnnotationProperty,
    DefinedClass,
    Entity,
    Header,
    ObjectProperty,
    Text,
    size,
)
from codegraph.export.owl_syntax import syntax_of
from codegraph.namespaces import BASE, CONCEPT_PREFIXES, DCTERMS, OWL, contract, expand
from codegraph.procedure import PROCEDURE_FACETS
from codegraph.release import Manifest
from codegraph.store import GraphStore

FACETS: Final = tuple(PROCEDURE_FACETS.values())
VIEW: Final = BASE + "view/procedures"
LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_START: Final = re.compile("[0-9a-hj-np-z]{1,7}")
_PCS: Final = re.compile(re.escape(CONCEPT_PREFIXES["procedure"]) + "pcs-([0-9a-hj-np-z]{7})")

PROCEDURE: Final = expand("cg:Procedure")
_VALUE: Final = expand("cg:FacetValue")
_KINDS: Final = (expand("cg:AnatomicalSite"), expand("cg:StomaKind"))
_PART_OF: Final = expand("cg:isPartOf")
_BROADER: Final = expand("skos:broader")
_LABEL: Final = expand("skos:prefLabel")
_DEFINITION: Final = expand("skos:definition")
_TYPE: Final = expand("rdf:type")
_DENOTES: Final = ox.NamedNode(expand("cg:denotes"))
_NOTES: Final = (_DEFINITION, *(DCTERMS + name for name in ("description", "license", "title")))
_ABOUT: Final = (
    "Procedures as classes, each defined by its facets and components, for classification by a reasoner; "
    "generated from the graph, where they are individuals"
)
_CHAINED: Final = frozenset({SITE, DESTINATION})
_ABOVE: Final = {WHOLE: (SITE,)}
_OWN_LABELS: Final = {WHOLE: "acts on all of"}
_COMPONENT: Final = expand(COMPONENT)
_STATED: Final = {expand(name): name for name in (*FACETS, COMPONENT)}


def export_owl(
    store: GraphStore,
    manifest: Manifest,
    out: Path | str | IO[bytes],
    *,
    pcs: Sequence[str] | None = None,
) -> ExportSummary:
    """Write the reasoner's view of a release: RDF/XML (.owl, .rdf), Turtle, N-Triples or functional syntax (.ofn).

    `pcs` limits the procedures of ICD-10-PCS to the codes that begin with one of these (`("0D", "0W")`); empty, to
    none. All other procedures are in it always. Raises InvalidCode or UnknownTerm for a beginning that no code has,
    CodegraphError where `out` is no place for a file or has another ending.
    """
    begun = time.monotonic()
    name, syntax = syntax_of(out)
    view = _View(store, _beginnings(pcs))
    triples = 0

    def counted() -> Iterator[Entity]:
        nonlocal triples
        for entity in view.entities(manifest):
            triples += size(entity.tree())
            yield entity

    with opened(out) as target:
        target.writelines(text.encode() for text in syntax(counted()))
    return ExportSummary(triples, time.monotonic() - begun, target.count, f"owl {name}")


class _View:
    """Reads the procedures of a release, and remembers which facet values they use."""

    def __init__(self, store: GraphStore, starts: tuple[str, ...] | None) -> None:
        self._store = store
        self._starts = starts
        self._used: set[str] = set()

    def entities(self, manifest: Manifest) -> Iterator[Entity]:
        """Yield the header, the properties, the kinds, the procedures, and the values that they use."""
        procedures = _chosen(self._store, self._starts)
        yield _header(manifest, self._starts)
        yield from (AnnotationProperty(name) for name in _NOTES)
        yield from (self._property(name) for name in (*FACETS, WHOLE, COMPONENT))
        yield ObjectProperty(_PART_OF, self._label(_PART_OF), transitive=True)
        yield from self._kinds()
        yield from map(self.procedure, procedures)
        yield from self._values()

    def _label(self, iri: str) -> str:
        name = contract(iri)
        return str(self._store.object(iri, _LABEL) or _OWN_LABELS.get(name, name))

    def _property(self, name: str) -> ObjectProperty:
        chains = ((expand(name), _PART_OF),) if name in _CHAINED else ()
        above = tuple(map(expand, _ABOVE.get(name, ())))
        return ObjectProperty(expand(name), self._label(expand(name)), above, chains)

    def _kinds(self) -> Iterator[DefinedClass]:
        yield DefinedClass(PROCEDURE, self._label(PROCEDURE))
        yield DefinedClass(_VALUE, self._label(_VALUE))
        yield from (DefinedClass(kind, self._label(kind), (_VALUE,)) for kind in _KINDS)

    def procedure(self, iri: str) -> DefinedClass:
        """Return a procedure as the class of all that has its facets and components."""
        said = _said(self._store, iri)
        stated = {name: frozenset(map(contract, said[p])) for p, name in _STATED.items() if p in said}
        definition = effective(stated)
        said_by_whole = definition.get(
            WHOLE, frozenset()
        )  # what acts on all of a site acts on it: no need to say so
        parts = [
            (expand(name), expand(value))
            for name, values in sorted(definition.items())
            for value in sorted(values - said_by_whole if name == SITE else values)
        ]
        self._used.update(value for name, value in parts if name != _COMPONENT)
        codes = {
            q.subject.value
            for q in self._store.raw.quads_for_pattern(None, _DENOTES, ox.NamedNode(iri), None)
            if isinstance(q.subject, ox.NamedNode)
        }
        return DefinedClass(
            iri,
            _first(said, _LABEL) or contract(iri),
            kind=PROCEDURE,
            parts=tuple(parts),
            definition=_first(said, _DEFINITION),
            see_also=tuple(sorted(codes)),
        )

    def _values(self) -> Iterator[DefinedClass]:
        """Yield the values used so far and all above them, below their kind where nothing else is above."""
        found: dict[str, DefinedClass] = {}
        waiting = self._used
        while waiting:
            fresh = {value: self._value(value) for value in waiting}
            found |= fresh
            above = {up for value in fresh.values() for up in (*value.above, *(w for _, w in value.some))}
            waiting = above - found.keys() - {*_KINDS, _VALUE}
        yield from (found[value] for value in sorted(found))

    def _value(self, iri: str) -> DefinedClass:
        said = _said(self._store, iri)
        kind = next((k for k in _KINDS if k in said.get(_TYPE, ())), _VALUE)
        return DefinedClass(
            iri,
            _first(said, _LABEL) or contract(iri),
            tuple(sorted(said.get(_BROADER, [kind]))),
            tuple((_PART_OF, whole) for whole in sorted(said.get(_PART_OF, ()))),
            definition=_first(said, _DEFINITION),
        )


def _said(store: GraphStore, iri: str) -> dict[str, list[str]]:
    """Return what is said of a resource by property, each thing once, as IRIs and texts."""
    said: dict[str, list[str]] = {}
    for quad in store.quads_of(iri):
        values = said.setdefault(quad.predicate.value, [])
        value = quad.object
        if isinstance(value, ox.NamedNode | ox.Literal) and value.value not in values:
            values.append(value.value)
    return said


def _first(said: dict[str, list[str]], name: str) -> str | None:
    return min(said[name]) if name in said else None


def _beginnings(pcs: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the beginnings of codes as they stand in IRIs, sorted; raise InvalidCode for what begins none."""
    if pcs is None:
        return None
    starts = sorted({start.strip().lower() for start in ([pcs] if isinstance(pcs, str) else pcs)})
    strange = [start for start in starts if not _START.fullmatch(start)]
    if strange:
        raise InvalidCode(
            f"{strange[0]!r} does not begin a code of ICD-10-PCS; write a table (0D1) or a part of one"
        )
    return tuple(starts)


def _chosen(store: GraphStore, starts: tuple[str, ...] | None) -> list[str]:
    """Return the procedures that go in, sorted; raise UnknownTerm for a beginning that no code has."""
    found = store.subjects("rdf:type", "cg:Procedure")
    if starts is None:
        return found
    codes = {iri: match[1] for iri in found if (match := _PCS.fullmatch(iri))}
    for start in starts:
        if not any(code.startswith(start) for code in codes.values()):
            raise UnknownTerm(f"no ICD-10-PCS code of this release begins with {start.upper()}")
    return [iri for iri in found if iri not in codes or codes[iri].startswith(starts)]


def _header(manifest: Manifest, starts: tuple[str, ...] | None) -> Header:
    """Return the header; the version names the editions of ICD-10-PCS, and the limit where there is one."""
    editions = sorted({s.release for s in manifest.sources if s.kind == "icd10pcs"}) or ["packaged"]
    limit = () if starts is None else ("-".join(starts) or "no-pcs",)
    version = "/".join((VIEW, __version__, "-".join(e.replace("/", "-") for e in editions), *limit))
    left_out = "" if starts is None else f"; of ICD-10-PCS only {', '.join(starts).upper() or 'nothing'}"
    return Header(
        VIEW,
        version,
        (
            (DCTERMS + "title", Text("codegraph procedures as defined classes")),
            (DCTERMS + "description", Text(f"{_ABOUT}{left_out}.")),
            (DCTERMS + "license", LICENCE),
            (OWL + "versionInfo", Text(f"codegraph {__version__}, {', '.join(editions)}")),
        ),
    )
