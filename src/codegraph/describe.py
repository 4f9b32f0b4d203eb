"""Everything that the release says of one code: facts, procedure, entries and indications, each with its source."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from codegraph.namespaces import CODE_PREFIXES, RELEASE, contract, expand
from codegraph.procedure import PROCEDURE_FACETS, PROCEDURE_LINKS, Procedure, read_procedure, short
from codegraph.release import Manifest
from codegraph.tables import Tables

if TYPE_CHECKING:
    from codegraph.nodes import NodeTables
    from codegraph.store import GraphStore
    from codegraph.views import Code

Facts: TypeAlias = "GraphStore | NodeTables"

# Nodes that speak about a code, by the property with which they point at it.
_POINTERS: Final = ("cg:ofCode", "cg:addOnCode", "cg:primaryCode")
_EDGES: Final = frozenset(
    {
        "cg:bundlesAlways",
        "cg:bundlesUnlessDistinct",
        "cg:bundlesAlwaysOutpatient",
        "cg:bundlesUnlessDistinctOutpatient",
    }
)
_HIDDEN: Final = _EDGES | {
    "rdf:type",
    "skos:inScheme",
    "skos:broader",
    "cg:denotes",
    "cg:inRelease",
    "cg:codeStatus",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement about a code with the release that says it (None: packaged knowledge or a definition)."""

    property: str
    value: object
    release: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A node that a release holds about a code: a fee schedule entry, a unit limit, an add-on edit."""

    kind: str
    release: str | None
    iri: str
    facts: tuple[Fact, ...]

    def value(self, name: str) -> Any | None:  # noqa: ANN401
        """Return the value of a property (`cg:workRvu`), or None."""
        return next((f.value for f in self.facts if f.property == name), None)


@dataclass(frozen=True, slots=True)
class Indication:
    """A condition for which a procedure is done: its strength, and who says so."""

    condition: str
    label: str | None
    procedure: str
    strength: str | None
    note: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source states of a property that sources disagree about."""

    property: str
    value: object
    note: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """All that is known of one code. `labels` names every CURIE that occurs in it, `sources` every release."""

    code: str
    iri: str
    label: str | None
    status: str
    billable: bool | None
    in_releases: tuple[str, ...]
    parents: tuple[str, ...]
    facts: tuple[Fact, ...]
    procedure: Procedure | None
    indications: tuple[Indication, ...]
    entries: tuple[Entry, ...]
    statements: tuple[Statement, ...]
    edges: dict[str, int]
    labels: dict[str, str]
    sources: dict[str, str]
    not_loaded: tuple[str, ...]


def describe(code: Code, store: Facts, tables: Tables, manifest: Manifest) -> Description:
    """Gather what the graph says of a code; some hundred look-ups by pattern, a few milliseconds."""
    edges = {expand(name): 0 for name in _EDGES}
    said = store.describe(code.iri, counted=edges)
    rows = [(contract(p), short(v), _ident(g)) for p, v, g in said]
    procedure = next((v for p, v, _ in rows if p == "cg:denotes"), None)
    entries = tuple(sorted(_entries(store, code.iri), key=lambda e: (e.kind, e.release or "", e.iri)))
    indicated = tuple(
        sorted(indications(store, tables, code, procedure), key=lambda i: (i.condition, i.procedure))
    )
    described = Description(
        code=code.curie,
        iri=code.iri,
        label=code.label,
        status=code.status,
        billable=code.billable,
        in_releases=tuple(sorted(str(v).removeprefix(RELEASE) for p, v, _ in rows if p == "cg:inRelease")),
        parents=tuple(parents(store, code.iri)),
        facts=tuple(Fact(p, v, g) for p, v, g in rows if p not in _HIDDEN),
        procedure=read_procedure(store, procedure) if procedure else None,
        indications=indicated,
        entries=entries,
        statements=tuple(_statements(store, code.iri)),
        edges={contract(name): number for name, number in sorted(edges.items()) if number},
        labels={},
        sources={},
        not_loaded=_not_loaded(code, manifest, entries),
    )
    described.labels.update(labels(tables, _curies(described)))
    described.sources.update(_sources(store, described, manifest))
    return described


def parents(store: Facts, iri: str) -> list[str]:
    """Return the CURIEs above a code or group, nearest first, along skos:broader."""
    found: list[str] = []
    here = [iri]
    while here:
        above = sorted(
            {p for i in here for p in store.objects(i, "skos:broader")} - {expand(f) for f in found}
        )
        found += [contract(p) for p in above]
        here = above
    return found


def _ident(graph: str | None) -> str | None:
    return graph.removeprefix(RELEASE) if graph else None


def _release(value: object) -> str:
    """Return the ident (`cms-pfs/2025D`) of a release's IRI."""
    return expand(str(value)).removeprefix(RELEASE)


def _entries(store: Facts, iri: str) -> Iterable[Entry]:
    seen = set()
    for pointer in _POINTERS:
        for node in store.subjects(pointer, iri):
            if node in seen:
                continue
            seen.add(node)
            rows = [(contract(p), short(v)) for p, v, _ in store.describe(node)]
            kind = next((str(v) for p, v in rows if p == "rdf:type"), "?")
            release = next((str(v).removeprefix(RELEASE) for p, v in rows if p == "cg:ofRelease"), None)
            facts = tuple(Fact(p, v, release) for p, v in rows if p not in {"rdf:type", "cg:ofRelease"})
            yield Entry(kind, release, contract(node), facts)


def indications(store: Facts, tables: Tables, code: Code, procedure: str | None) -> Iterable[Indication]:
    """Yield for which conditions a procedure (IRI or CURIE) is done, and what is done for the code as a condition."""
    nodes = store.subjects("cg:ofProcedure", procedure) if procedure else []
    nodes = sorted({*nodes, *store.subjects("cg:ofCondition", code.iri)})
    read = [_read(store, node) for node in nodes]
    titles = labels(tables, {str(said["cg:ofCondition"]) for said in read})
    for said in read:
        condition = str(said["cg:ofCondition"])
        yield Indication(
            condition,
            titles.get(condition),
            str(said["cg:ofProcedure"]),
            _text(said.get("cg:hasStrength")),
            _text(said.get("cg:indicationNote")),
            _text(said.get("dcterms:source")),
        )


def _read(store: Facts, node: str) -> dict[str, Any]:
    """Return the properties of a node that has one value of each, as CURIEs and plain values."""
    return {contract(p): short(v) for p, v, _ in store.describe(node)}


def _text(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else str(value)


def _statements(store: Facts, iri: str) -> Iterable[Statement]:
    for node in store.subjects("cg:aboutSubject", iri):
        said = _read(store, node)
        yield Statement(
            str(said["cg:aboutProperty"]),
            said.get("cg:statedValue"),
            _text(said.get("cg:statementNote")),
            _text(said.get("dcterms:source")),
        )


def _curies(described: Description) -> set[str]:
    """Return every CURIE that occurs in a description."""
    curies: set[str] = {*described.parents, *described.edges}
    facts = [*described.facts, *(f for e in described.entries for f in e.facts)]
    curies |= {f.value for f in facts if isinstance(f.value, str) and ":" in f.value and " " not in f.value}
    curies |= {f.property for f in facts}
    curies |= {e.kind for e in described.entries} | {s.property for s in described.statements}
    curies |= {i.strength for i in described.indications if i.strength}
    if described.procedure is not None:
        for name in (*PROCEDURE_FACETS, *PROCEDURE_LINKS):
            curies |= set(getattr(described.procedure, name))
    return curies


_NAMES: Final = "SELECT curie, label FROM label WHERE curie IN (SELECT value FROM json_each(?))"
_TITLES: Final = (
    "SELECT system || ':' || notation, label FROM code WHERE label IS NOT NULL AND (system, notation) IN "
    "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"
)


def labels(tables: Tables, curies: Iterable[str]) -> dict[str, str]:
    """Return the preferred labels of CURIEs, codes and others, as far as they have one; sorted by CURIE."""
    pairs = {curie: curie.partition(":") for curie in curies}
    codes = [(p[0], p[2]) for p in pairs.values() if p[0] in CODE_PREFIXES]
    others = [c for c, p in pairs.items() if p[0] not in CODE_PREFIXES]
    found = tables.rows(_NAMES, (json.dumps(others),)) + tables.rows(_TITLES, (json.dumps(codes),))
    return dict(sorted(found))


def _sources(store: Facts, described: Description, manifest: Manifest) -> dict[str, str]:
    """Return a line for each release that a description names: title, file and hash."""
    idents = (
        {e.release for e in described.entries}
        | {f.release for f in described.facts}
        | set(described.in_releases)
    )
    lines = {}
    for ident in sorted(i for i in idents if i):
        source = manifest.source(ident)
        if source is not None:
            lines[ident] = f"{source.title}, {source.file}, sha256 {source.sha256[:12]}"
        else:
            title = store.object(RELEASE + ident, "dcterms:title")
            stated = f"{title}; " if title else ""
            lines[ident] = f"{stated}as stated in the packaged knowledge of codegraph"
    return lines


# What a user may miss on a page, and the kind of source that brings it.
_WANTED: Final = (
    (
        "cpt",
        "cms-pfs/",
        "relative values and payment policy",
        "the CMS physician fee schedule relative value file",
    ),
    (
        "cpt",
        "ncci-ptp-practitioner/",
        "procedure-to-procedure edits",
        "the CMS NCCI PTP edit files, practitioner services",
    ),
    (
        "cpt",
        "ncci-mue-practitioner/",
        "medically unlikely edits",
        "the CMS NCCI MUE table, practitioner services",
    ),
    ("cpt", "opps-addendum-b/", "hospital outpatient status", "CMS OPPS Addendum B"),
    ("hcpcs", "hcpcs/", "official HCPCS titles and dates", "the CMS HCPCS quarterly update"),
    ("icd10cm", "icd10cm/", "the whole ICD-10-CM", "the CDC/CMS ICD-10-CM order file"),
    ("icd10cm", "icd10cm-tabular/", "includes and excludes notes", "the CDC ICD-10-CM tabular XML"),
    ("icd10pcs", "icd10pcs/", "the whole ICD-10-PCS", "the CMS ICD-10-PCS tables XML"),
)
# Of these the packaged figures have rows, in tables only -> the command that shows them.
_IN_TABLES: Final = {
    "ncci-ptp-practitioner/": "edits",
    "ncci-mue-practitioner/": "limits",
    "opps-addendum-b/": "outpatient",
}


def _not_loaded(code: Code, manifest: Manifest, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Say what a user may miss; figures that the packaged knowledge states of this code are not missing."""
    loaded = [s.release for s in manifest.sources] + [e.release for e in entries if e.release]
    tables = {s.release.partition("/")[0] + "/" for s in manifest.figures}
    return tuple(
        f"{what}: see codegraph {_IN_TABLES[start]} {code.notation}; for the packaged codes only (all: {file})"
        if start in tables and start in _IN_TABLES
        else f"{what}: not loaded ({file})"
        for system, start, what, file in _WANTED
        if system == code.system and not any(ident.startswith(start) for ident in loaded)
    )
