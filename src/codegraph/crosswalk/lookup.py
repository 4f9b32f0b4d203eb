"""Reads the mappings of one code from the tables: derived, curated, GEM and groupings, in one sorted answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from codegraph.crosswalk.indications import from_indications
from codegraph.crosswalk.rest import Rest, of_row
from codegraph.errors import LicenceRequired, UnknownTerm
from codegraph.mapping import Crosswalk, Mapping
from codegraph.model import Relation
from codegraph.views import Code

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

GROUPINGS: Final = ("ccsr", "rbcs", "icd10pcs-table")
LICENSED: Final = "sct"  # reached by licensed mappings only
TARGETS: Final = ("cpt", "hcpcs", "icd10pcs", "icd10cm", "icd9cm", "icd9pcs", *GROUPINGS, "mondo", LICENSED)
CURATED: Final = "semapv:ManualMappingCuration"

_SAID: Final = (
    "predicate, justification, confidence, mapping_set, release, comment, detail FROM mapping WHERE"
)
_FORWARD: Final = f"SELECT object, {_SAID} subject = ?"
_BACKWARD: Final = f"SELECT subject, {_SAID} object = ?"
_LICENSED: Final = (
    "predicate, justification, confidence, mapping_set, release, comment, detail "
    "FROM licensed_mapping WHERE object != 'sssom:NoTermFound' AND"
)
_LICENSED_FORWARD: Final = f"SELECT object, {_LICENSED} subject = ?"
_LICENSED_BACKWARD: Final = f"SELECT subject, {_LICENSED} object = ?"
_GEM: Final = (
    "SELECT object_system, object, approximate, combination, scenario, choice_list, release FROM gem "
    "WHERE subject_system = ? AND subject = ? AND NOT no_map"
)
_GROUPING: Final = "SELECT scheme, category, release FROM grouping WHERE system = ? AND notation = ?"


def crosswalk(graph: CodeGraph, code: Code, to: str | None) -> Crosswalk:
    """Return the mappings of a code to one system (`icd10pcs`, `ccsr`, …) or, with None, to all.

    Raises UnknownTerm for a target that is no system, and NotLoaded where no loaded source maps these systems.
    """
    check_target(to)
    found = [m for read in _READERS for m in read(graph, code, to)]
    found.sort(key=order)
    answer = Crosswalk(code, to, found, Rest(graph))
    if not found:
        answer.note  # noqa: B018 - raises NotLoaded where nothing that maps these systems is loaded
    return answer


def check_target(to: str | None, *, licensed: bool = False) -> None:
    """Raise UnknownTerm for a target that is no system, LicenceRequired for one that licensed files alone reach."""
    if to is not None and to not in TARGETS:
        raise UnknownTerm(f"no crosswalk to {to!r}; there are {', '.join(TARGETS)}")
    if to == LICENSED and not licensed:
        raise LicenceRequired(
            "mappings to SNOMED CT come from files under its licence: ask for them with include_licensed"
        )


_RANK: Final[dict[Relation, int]] = {"exact": 0, "narrower": 1, "broader": 2, "related": 3}


def order(m: Mapping) -> tuple[Any, ...]:
    """Return the place of a mapping in an answer: exact first, then by target."""
    return _RANK[m.relation], m.target.system, m.target.notation, m.mapping_set, m.combination or ""


def _is_for(system: str, to: str | None) -> bool:
    return to is None or system == to


def _from_mappings(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield derived, curated and SSSOM mappings, and their inverses where the code is the object."""
    curie = code.curie
    for statement, inverse in ((_FORWARD, False), (_BACKWARD, True)):
        for row in graph.tables.rows(statement, (curie,)):
            system, _, notation = row[0].partition(":")
            if _is_for(system, to):
                yield of_row(code, Code(graph, system, notation), row, inverse=inverse)


def from_licensed(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield the mappings of files that the user licenses; only for those who ask for them."""
    if not graph._has_table("licensed_mapping"):
        return
    for statement, inverse in ((_LICENSED_FORWARD, False), (_LICENSED_BACKWARD, True)):
        for row in graph.tables.rows(statement, (code.curie,)):
            system, _, notation = row[0].partition(":")
            if _is_for(system, to):
                yield of_row(code, Code(graph, system, notation), row, inverse=inverse)


def _from_gems(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield the rows of the general equivalence mappings, with their five flags in words."""
    if not graph._has_table("gem"):
        return
    for system, notation, *said in graph.tables.rows(_GEM, (code.system, code.notation)):
        if _is_for(system, to):
            yield of_gem_row(code, Code(graph, system, notation), *said)


def of_gem_row(
    code: Code, target: Code, approximate: int, combination: int, scenario: int, choice: int, release: str
) -> Mapping:
    """Return what a row of the general equivalence mappings says, its flags in words."""
    relation: Relation = "related" if approximate or combination else "exact"
    together = f"combination of {code}: scenario {scenario}, choice list {choice}; one of each choice list"
    return Mapping(
        code,
        target,
        relation,
        _GEM_PREDICATES[bool(approximate), bool(combination)],
        CURATED,
        None,
        release,
        "approximate" if approximate else "identical or equivalent",
        release,
        f"{together} makes the whole" if combination else None,
    )


# (approximate, combination) -> the property that says it.
_GEM_PREDICATES: Final = {
    (False, False): "skos:exactMatch",
    (True, False): "skos:closeMatch",
    (False, True): "skos:relatedMatch",
    (True, True): "skos:relatedMatch",
}


def _from_groupings(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield the categories that a grouping puts the code in: each is broader than the code."""
    if to is not None and to not in GROUPINGS:
        return
    rows: list[tuple[str, str, str | None]] = []
    if graph._has_table("grouping"):
        rows += graph.tables.rows(_GROUPING, (code.system, code.notation))
    if code.system == "icd10pcs":
        rows.append(("icd10pcs-table", code.notation[:3], code.release))
    for scheme, category, release in rows:
        if _is_for(scheme, to):
            yield of_category(code, category_of(graph, scheme, category), release)


def category_of(graph: CodeGraph, scheme: str, category: str) -> Code:
    """Return a category as the graph names it: a table of ICD-10-PCS is a group of its codes."""
    table = scheme == "icd10pcs-table"
    return Code(graph, "group", f"icd10pcs-{category}") if table else Code(graph, scheme, category)


def of_category(code: Code, category: Code, release: str | None) -> Mapping:
    """Return that a grouping puts a code in a category: the category is broader."""
    said = release or "codegraph"
    return Mapping(
        code, category, "broader", "skos:broadMatch", CURATED, None, said, "category of a grouping", said
    )


_READERS: Final[tuple[Callable[[CodeGraph, Code, str | None], Iterator[Mapping]], ...]] = (
    _from_mappings,
    _from_gems,
    _from_groupings,
    from_indications,
)
