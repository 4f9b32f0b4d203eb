"""Reads the mappings of one code from the tables: derived, curated, GEM and groupings, in one sorted answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import NotLoaded, UnknownTerm
from codegraph.model import INVERSE, PREDICATES, RELATIONS, FacetComparison, Relation
from codegraph.views import Code, Crosswalk, Mapping

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

GROUPINGS: Final = ("ccsr", "rbcs")
TARGETS: Final = ("cpt", "hcpcs", "icd10pcs", "icd10cm", "icd9cm", "icd9pcs", *GROUPINGS, "mondo")

# Where a mapping between two systems would come from; used to tell "not loaded" from "none".
_BRINGS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("icd9cm", "icd10cm"): ("gem-icd9cm-icd10cm/", "the CMS general equivalence mapping 2018_I9gem.txt"),
    ("icd10cm", "icd9cm"): ("gem-icd10cm-icd9cm/", "the CMS general equivalence mapping 2018_I10gem.txt"),
    ("icd9pcs", "icd10pcs"): ("gem-icd9pcs-icd10pcs/", "the CMS general equivalence mapping gem_i9pcs.txt"),
    ("icd10pcs", "icd9pcs"): ("gem-icd10pcs-icd9pcs/", "the CMS general equivalence mapping gem_pcsi9.txt"),
    ("icd10cm", "ccsr"): ("ccsr-dx/", "AHRQ's DXCCSR file"),
    ("icd10pcs", "ccsr"): ("ccsr-pr/", "AHRQ's PRCCSR file"),
    ("cpt", "rbcs"): ("rbcs/", "the CMS Restructured BETOS file"),
    ("hcpcs", "rbcs"): ("rbcs/", "the CMS Restructured BETOS file"),
    ("icd10cm", "mondo"): ("sssom-", "an SSSOM file between ICD-10-CM and Mondo"),
}
_DEFINED: Final = frozenset({("cpt", "icd10pcs"), ("icd10pcs", "cpt")})

_SAID: Final = (
    "predicate, justification, confidence, mapping_set, release, comment, detail FROM mapping WHERE"
)
_FORWARD: Final = f"SELECT object, {_SAID} subject = ?"
_BACKWARD: Final = f"SELECT subject, {_SAID} object = ?"
_GEM: Final = (
    "SELECT object_system, object, approximate, no_map, combination, scenario, choice_list, release FROM gem "
    "WHERE subject_system = ? AND subject = ?"
)
_GROUPING: Final = "SELECT scheme, category, release FROM grouping WHERE system = ? AND notation = ?"


def crosswalk(graph: CodeGraph, code: Code, to: str | None) -> Crosswalk:
    """Return the mappings of a code to one system (`icd10pcs`, `ccsr`, …) or, with None, to all.

    Raises UnknownTerm for a target that is no system, and NotLoaded where no loaded source maps these systems.
    """
    if to is not None and to not in TARGETS:
        raise UnknownTerm(f"no crosswalk to {to!r}; there are {', '.join(TARGETS)}")
    found = [m for read in _READERS for m in read(graph, code, to)]
    found.sort(key=_order)
    return Crosswalk(code, to, found, None if found else _why_none(graph, code, to))


_RANK: Final[dict[Relation, int]] = {"exact": 0, "narrower": 1, "broader": 2, "related": 3}


def _order(m: Mapping) -> tuple[Any, ...]:
    return (
        m.aside is not None,
        m.combination or "",
        _RANK[m.relation],
        m.target.system,
        m.target.notation,
        m.mapping_set,
    )


def _why_none(graph: CodeGraph, code: Code, to: str | None) -> str:
    if to is None:
        return f"not known: no loaded source maps {code}"
    brings = _BRINGS.get((code.system, to))
    if brings is not None and not any(s.release.startswith(brings[0]) for s in graph.manifest.sources):
        raise NotLoaded(
            f"no mapping of {code.system} to {to} is loaded; {brings[1]} brings it (codegraph sources)"
        )
    if (code.system, to) in _DEFINED:
        return f"not known: this release maps {code.system} to {to} by definitions, and has none that reaches {code}"
    if brings is None:
        raise NotLoaded(f"no source that codegraph reads maps {code.system} to {to}")
    return f"not known: the loaded source maps {code.system} to {to}, and has no row for {code}"


def _is_for(system: str, to: str | None) -> bool:
    return to is None or system == to


def _from_mappings(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield derived, curated and SSSOM mappings, and their inverses where the code is the object."""
    curie = code.curie
    for statement, inverse in ((_FORWARD, False), (_BACKWARD, True)):
        for row in graph.tables.rows(statement, (curie,)):
            system, _, notation = row[0].partition(":")
            if _is_for(system, to):
                yield _mapping(graph, code, Code(graph, system, notation), row, inverse=inverse)


def _mapping(graph: CodeGraph, code: Code, target: Code, row: tuple[Any, ...], *, inverse: bool) -> Mapping:
    _, predicate, justification, confidence, mapping_set, release, comment, detail = row
    relation = RELATIONS.get(predicate, "related")
    if inverse:
        relation = INVERSE[relation]
        predicate = PREDICATES[relation] if predicate in RELATIONS else predicate
    extra = json.loads(detail) if detail else {}
    facets = tuple(FacetComparison(f[0], tuple(f[1]), tuple(f[2]), f[3]) for f in extra.get("facets", ()))
    return Mapping(
        code,
        target,
        relation,
        predicate,
        justification,
        confidence,
        graph._provenance(release),
        comment or None,
        tuple(_turned(f) for f in facets) if inverse else facets,
        extra.get("combination"),
        extra.get("aside"),
        mapping_set,
    )


_TURNED: Final[dict[str, Any]] = {
    "narrower": "broader",
    "broader": "narrower",
    "unstated in target": "unstated in source",
    "unstated in source": "unstated in target",
}


def _turned(facet: FacetComparison) -> FacetComparison:
    """Return a facet comparison seen from the other side."""
    return FacetComparison(
        facet.facet, facet.target, facet.source, _TURNED.get(facet.relation, facet.relation)
    )


def _from_gems(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield the rows of the general equivalence mappings, with their five flags in words."""
    if not graph._has_table("gem"):
        return
    for system, notation, approximate, no_map, combination, scenario, choice, release in graph.tables.rows(
        _GEM, (code.system, code.notation)
    ):
        if no_map or not _is_for(system, to):
            continue
        relation: Relation = "related" if approximate or combination else "exact"
        together = f"scenario {scenario}, choice list {choice}" if combination else None
        comment = "approximate" if approximate else "identical or equivalent"
        yield Mapping(
            code,
            Code(graph, system, notation),
            relation,
            "skos:exactMatch"
            if relation == "exact"
            else "skos:relatedMatch"
            if combination
            else "skos:closeMatch",
            "semapv:ManualMappingCuration",
            None,
            graph._provenance(release),
            comment,
            combination=f"combination of {code}: {together}; one of each choice list makes the whole"
            if together
            else None,
            mapping_set=release,
        )


def _from_groupings(graph: CodeGraph, code: Code, to: str | None) -> Iterator[Mapping]:
    """Yield the categories that a grouping puts the code in: each is broader than the code."""
    if not graph._has_table("grouping") or not (to is None or to in GROUPINGS):
        return
    for scheme, category, release in graph.tables.rows(_GROUPING, (code.system, code.notation)):
        if _is_for(scheme, to):
            yield Mapping(
                code,
                Code(graph, scheme, category),
                "broader",
                "skos:broadMatch",
                "semapv:ManualMappingCuration",
                None,
                graph._provenance(release),
                "category of a grouping",
                mapping_set=release,
            )


_READERS: Final[tuple[Callable[[CodeGraph, Code, str | None], Iterator[Mapping]], ...]] = (
    _from_mappings,
    _from_gems,
    _from_groupings,
)
