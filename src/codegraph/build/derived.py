"""CPT to ICD-10-PCS, derived at build from definitions: codes by act and reading, as triples and table rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from codegraph import knowledge, pcs_sites
from codegraph.build.mappings import Mappings, set_triples
from codegraph.crosswalk.acts import Acts, Reading, Way
from codegraph.crosswalk.definitions import effective
from codegraph.crosswalk.derive import Derived, Deriver
from codegraph.crosswalk.subsumption import Hierarchy, compare
from codegraph.knowledge import IDENT, Packaged
from codegraph.model import PREDICATES, Relation, compose
from codegraph.namespaces import BASE, CODE, MAPPING, contract, expand
from codegraph.pcs import Grammar
from codegraph.procedure import PROCEDURE_FACETS
from codegraph.sources.base import Table
from codegraph.sources.sssom import TABLE, MappingSet, set_row

DERIVED_SET: Final = "cpt-icd10pcs-derived"
_REASONING: Final = "semapv:LogicalReasoning"

# Derived codes that are not the answer proper: they differ in something the definition does not name, only overlap
# with it, or are codes of an older edition. Columns as in the table of mappings, and the group that they come in.
APART_TABLE: Final = Table(
    "mapping_apart", (*TABLE.columns, ("apart", "TEXT")), (*TABLE.key, "apart"), TABLE.indexes
)
# The ways in which a code's procedure is coded; a row a reading that the way rests on (one row without any).
WAY_TABLE: Final = Table(
    "way",
    (
        ("subject", "TEXT"),
        ("way", "INTEGER"),
        ("reading", "TEXT"),
        ("rank", "INTEGER"),
        ("source", "TEXT"),
        ("guidelines", "TEXT"),
        ("note", "TEXT"),
    ),
    ("subject", "way", "reading"),
)
# The acts of each way in their order; with a guideline: the part that is left out under it.
ACT_TABLE: Final = Table(
    "act",
    (
        ("subject", "TEXT"),
        ("way", "INTEGER"),
        ("part", "INTEGER"),
        ("procedure", "TEXT"),
        ("label", "TEXT"),
        ("guideline", "TEXT"),
    ),
    ("subject", "way", "part"),
)


@dataclass(slots=True)
class DerivedMappings(Mappings):
    """Derived mappings, with what stands apart, and the ways and acts that they come from."""

    apart: list[tuple[Any, ...]] = field(default_factory=list)
    ways: list[tuple[Any, ...]] = field(default_factory=list)
    acts: list[tuple[Any, ...]] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
        """Yield the tables with their rows."""
        yield from Mappings.tables(self)
        yield APART_TABLE, self.apart
        yield WAY_TABLE, self.ways
        yield ACT_TABLE, self.acts


def hierarchy_of(packaged: Packaged, kinds: Iterable[tuple[str, str]] = ()) -> Hierarchy:
    """Return the hierarchy of facet values: packaged schemes, the sites of ICD-10-PCS, further kinds (as CURIEs)."""
    return Hierarchy(
        [*_edges(packaged, "skos:broader"), *pcs_sites.kind_edges(), *kinds],
        [*_edges(packaged, "cg:isPartOf"), *pcs_sites.part_edges()],
    )


def _edges(packaged: Packaged, predicate: str) -> Iterator[tuple[str, str]]:
    token = f"<{expand(predicate)}>"
    for subject, said in packaged.subjects.items():
        for obj in said.get(token, ()):
            yield contract(subject[1:-1]), contract(obj[1:-1])


def stated_facets(packaged: Packaged, procedure: str) -> dict[str, frozenset[str]]:
    """Return the facets that packaged knowledge states of a procedure, as CURIEs."""
    found = {}
    for facet in PROCEDURE_FACETS.values():
        values = packaged.values(procedure, facet)
        if values:
            found[facet] = frozenset(contract(v[1:-1]) for v in values)
    return found


def readings_of(packaged: Packaged) -> dict[str, tuple[Reading, ...]]:
    """Return the packaged readings by the procedure that they read, best first."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for iri in packaged.instances("cg:Reading"):
        texts = {
            p: [knowledge.text(v) for v in packaged.values(iri, p)]
            for p in ("cg:readingRank", "cg:readingNote")
        }
        sources = sorted(knowledge.text(v) for v in packaged.values(iri, "dcterms:source"))
        reading = Reading(
            contract(iri),
            int(texts["cg:readingRank"][0]),
            tuple(sorted(_curies(packaged, iri, "cg:readAs"))),
            "; ".join(sources),
            tuple(sorted(_curies(packaged, iri, "cg:followsGuideline"))),
            " ".join(texts["cg:readingNote"]),
        )
        for procedure in _curies(packaged, iri, "cg:reads"):
            found[procedure].append(reading)
    return {p: tuple(sorted(rs, key=lambda r: (r.rank, r.iri))) for p, rs in found.items()}


def _slugs(values: Iterable[str]) -> str:
    return " + ".join(value.partition(":")[2] for value in values)


def _curies(packaged: Packaged, subject: str, predicate: str) -> list[str]:
    return [contract(v[1:-1]) for v in packaged.values(subject, predicate)]


# Tables of ICD-10-PCS for anatomical regions: where a code names the body part, a region that holds it is no answer
# (guideline B2.1a).
_REGIONS: Final = ("0W", "0X", "0Y")


def _placed(row: tuple[Derived, str], rows: Mapping[str, tuple[Derived, str]]) -> tuple[Derived, str]:
    """Set a wider region apart where another code of the act names the body part."""
    derived, group = row
    region = derived.code.startswith(_REGIONS) and derived.comparison.relation == "broader"
    if group != "answer" or not region:
        return row
    named = any(g == "answer" and not code.startswith(_REGIONS) for code, (_, g) in rows.items())
    return (derived, "region") if named else row


class _Build:
    """Derives the mappings of one build: every packaged CPT code against every loaded edition of ICD-10-PCS."""

    def __init__(self, packaged: Packaged, hierarchy: Hierarchy, grammars: Sequence[Grammar]) -> None:
        self._packaged = packaged
        self._hierarchy = hierarchy
        self._acts = Acts(lambda s, p: _curies(packaged, s, p), readings_of(packaged))
        self._derivers = [(grammar, Deriver(hierarchy, grammar)) for grammar in grammars]
        self._known: dict[str, list[tuple[Derived, str]]] = {}
        self.found = DerivedMappings()

    def codes_of(self, act: str) -> list[tuple[Derived, str]]:
        """Return the codes of one act, each with its group; older editions add what only they have."""
        if act not in self._known:
            stated = stated_facets(self._packaged, act)
            rows: dict[str, tuple[Derived, str]] = {}
            for number, (grammar, deriver) in enumerate(self._derivers):
                newer = [g for g, _ in self._derivers[:number]]
                for derived in deriver.derive(stated):
                    if number == 0:
                        rows[derived.code] = (derived, derived.group)
                    elif derived.group == "answer" and not any(derived.code in g for g in newer):
                        rows[derived.code] = (derived, f"edition {grammar.version}")
            self._known[act] = [_placed(rows[code], rows) for code in sorted(rows)]
        return self._known[act]

    def add(self, code: str, procedure: str) -> None:
        """Add the mappings of one CPT code, its ways and its acts."""
        rows: dict[tuple[str, str], _Row] = {}
        ways = self._acts.ways(procedure)
        for number, way in enumerate(ways, 1):
            self._describe(code, number, way)
            for part, act in enumerate(way.acts, 1):
                stands, beyond = self._stands(procedure, act)
                for derived, group in self.codes_of(act):
                    relation = relation_of(way, ways, stands, derived.comparison.relation)
                    row = rows.setdefault((derived.code, group), _Row(derived, relation, beyond))
                    row.places.append((number, part))
                    row.together &= len(way.acts) > 1
        for (pcs, group), row in sorted(rows.items()):
            self._add_row(code, pcs, group, row)

    def _stands(self, procedure: str, act: str) -> tuple[Relation | None, tuple[str, ...]]:
        """Return how the facets of an act stand to those of a procedure, and what only the procedure states."""
        mine, theirs = (effective(stated_facets(self._packaged, p)) for p in (procedure, act))
        found = compare(self._hierarchy, mine, theirs)
        if found is None:
            return None, ()
        beyond = [f for f in found.facets if f.relation in ("broader", "unstated in target")]
        return found.relation, tuple(f"{f.name} {_slugs(f.source)}" for f in beyond)

    def _describe(self, code: str, number: int, way: Way) -> None:
        readings = [(r.iri, r.rank, r.source, " ".join(r.guidelines), r.note) for r in way.readings]
        for told in readings or [("", 0, "", "", "")]:
            self.found.ways.append((code, number, *told))
        parts = [(act, None) for act in way.acts] + list(way.omitted)
        for part, (procedure, guideline) in enumerate(parts, 1):
            label = next(iter(self._packaged.values(procedure, "skos:prefLabel")), None)
            text = knowledge.text(label) if label else procedure
            self.found.acts.append((code, number, part, procedure, text, guideline))

    def _add_row(self, code: str, pcs: str, group: str, row: _Row) -> None:
        comparison = row.derived.comparison
        relation = row.relation
        detail: dict[str, Any] = {
            "facets": [(f.facet, f.source, f.target, f.relation) for f in comparison.facets],
            "places": row.places,
            "part": comparison.relation,
        }
        if row.together:
            detail["together"] = True
        if row.beyond:
            detail["beyond"] = row.beyond
        if row.derived.unnamed:
            detail["unnamed"] = row.derived.unnamed
        text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
        target = f"icd10pcs:{pcs}"
        if group == "answer":
            why = "; ".join(str(f) for f in comparison.facets)
            self.found.add(
                DERIVED_SET,
                code,
                PREDICATES[relation],
                target,
                justification=_REASONING,
                comment=why,
                detail=text,
            )
        else:
            columns = (code, target, DERIVED_SET, PREDICATES[relation], _REASONING, None, IDENT, None, text)
            self.found.apart.append((*columns, group))


def relation_of(way: Way, ways: Sequence[Way], act: Relation | None, code: Relation) -> Relation:
    """Return how a code stands to a procedure, from how it stands to an act of one way to code the procedure.

    `act` is how the act's own facets stand to the procedure's, None where they have nothing in common. A part of a
    combination is related. Otherwise the two are chained: what the procedure states and the act does not (an extent,
    a purpose) makes the act broader. Where the facets have nothing in common, a way that is the only one, or the only
    one that rests on a guideline, says that the procedure is a case of the act; of several others each is only one of
    several cases.
    """
    if len(way.acts) > 1:
        return "related"
    decided = [w for w in ways if w.rank == (1,)]
    certain = len(ways) == 1 or (len(decided) == 1 and way is decided[0])
    stands = act if act in ("exact", "narrower", "broader") else "broader" if certain else "related"
    return compose(stands, code) or "related"


@dataclass(slots=True)
class _Row:
    """A derived code, its relation in the best way that leads to it, and the places (way, part) where it stands."""

    derived: Derived
    relation: Relation
    beyond: tuple[str, ...]  # what the procedure states and the act does not
    together: bool = True  # every way that it stands in has several acts
    places: list[tuple[int, int]] = field(default_factory=list)


def derived(packaged: Packaged, hierarchy: Hierarchy, grammars: Sequence[Grammar]) -> DerivedMappings:
    """Derive the ICD-10-PCS codes of every packaged CPT procedure from editions of the tables, newest first."""
    if not grammars:
        return DerivedMappings()
    build = _Build(packaged, hierarchy, grammars)
    title = f"CPT to ICD-10-PCS {grammars[0].version}, derived from definitions"
    build.found.triples += set_triples(DERIVED_SET, title)
    build.found.sets.append(set_row(_set_of(title, grammars[0].version), DERIVED_SET, IDENT))
    for iri in packaged.instances("cg:CptCode"):
        for procedure in packaged.values(iri, "cg:denotes"):
            build.add(contract(iri), contract(procedure[1:-1]))
    return build.found


def _set_of(title: str, edition: str) -> MappingSet:
    """Return what the derived set says of itself."""
    slots = {
        "mapping_set_id": f"{MAPPING}{DERIVED_SET}",
        "mapping_set_title": title,
        "mapping_set_version": IDENT.partition("/")[2],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "mapping_tool": f"{BASE}codegraph",
        "subject_source": "code:cpt",
        "object_source": "code:icd10pcs",
        "object_source_version": edition,
    }
    prefixes = {"code": CODE, "cpt": f"{CODE}cpt/", "icd10pcs": f"{CODE}icd10pcs/"}
    return MappingSet(slots, prefixes)
