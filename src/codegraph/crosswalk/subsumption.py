"""Compares two definitions facet by facet: equal, narrower, broader, overlapping, or about different things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from codegraph.model import FacetComparison, FacetRelation, Relation

Definition = Mapping[str, frozenset[str]]  # facet property (CURIE) -> values (CURIEs)

# What "not stated" means, facet by facet. A billing definition that names no device means none was left in place,
# and one that names no qualifier means a therapeutic act: that is how ICD-10-PCS codes it by default.
DEFAULTS: Final[dict[str, frozenset[str]]] = {"cg:usesDevice": frozenset({"device:no-device"})}

# Axes of ICD-10-PCS that only arrange its tables; site and method already say what they say.
ADMINISTRATIVE: Final = frozenset({"cg:inSection", "cg:inBodySystem"})

_SAYS: Final[dict[FacetRelation, frozenset[str]]] = {
    "equal": frozenset(),
    "narrower": frozenset({"narrower"}),
    "broader": frozenset({"broader"}),
    "overlaps": frozenset({"narrower", "broader"}),
    "unstated in target": frozenset({"broader"}),
    "unstated in source": frozenset({"narrower"}),
}
_TOGETHER: Final[dict[frozenset[str], Relation]] = {
    frozenset(): "exact",
    frozenset({"narrower"}): "narrower",
    frozenset({"broader"}): "broader",
    frozenset({"narrower", "broader"}): "related",
}


class Hierarchy:
    """What lies above each facet value, along skos:broader and cg:isPartOf, itself included."""

    def __init__(self, edges: Iterable[tuple[str, str]]) -> None:
        self._parents: dict[str, set[str]] = defaultdict(set)
        for child, parent in edges:
            self._parents[child].add(parent)
        self._above: dict[str, frozenset[str]] = {}

    def above(self, value: str) -> frozenset[str]:
        """Return a value and everything above it; cycles end where they close."""
        if value not in self._above:
            seen, stack = {value}, [value]
            while stack:
                fresh = self._parents.get(stack.pop(), set()) - seen
                seen |= fresh
                stack.extend(fresh)
            self._above[value] = frozenset(seen)
        return self._above[value]

    def within(self, lower: frozenset[str], upper: frozenset[str]) -> bool:
        """Tell whether each value of `upper` has a value of `lower` that is the same or below it."""
        return all(any(u in self.above(v) for v in lower) for u in upper)

    def touches(self, a: frozenset[str], b: frozenset[str]) -> bool:
        """Tell whether some value of one side is the same as, above or below one of the other."""
        return any(x in self.above(y) or y in self.above(x) for x in a for y in b)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a target's definition stands to a source's: the relation and the facets that make it so."""

    relation: Relation
    facets: tuple[FacetComparison, ...]


def compare_facet(
    hierarchy: Hierarchy, facet: str, source: frozenset[str], target: frozenset[str]
) -> FacetComparison | None:
    """Compare the values of one facet; None where they have nothing in common."""
    relation: FacetRelation
    effective = source or DEFAULTS.get(facet, source)
    if not target:
        relation = "unstated in target"
    elif not effective:
        relation = "unstated in source"
    else:
        down, up = hierarchy.within(target, effective), hierarchy.within(effective, target)
        if not (down or up or hierarchy.touches(effective, target)):
            return None
        relation = "equal" if down and up else "narrower" if down else "broader" if up else "overlaps"
    return FacetComparison(facet, tuple(sorted(source)), tuple(sorted(target)), relation)


def combine(facets: Iterable[FacetComparison]) -> Comparison:
    """Return the relation that follows from compared facets."""
    found = tuple(sorted(facets, key=lambda f: f.facet))
    said: frozenset[str] = frozenset().union(*(_SAYS[f.relation] for f in found))
    return Comparison(_TOGETHER[said], found)


def compare(hierarchy: Hierarchy, source: Definition, target: Definition) -> Comparison | None:
    """Compare two definitions; None where some facet has values that have nothing in common.

    The relation is said of the target: narrower where each of its facets is at or below the source's, broader
    the other way round, exact where both hold, related where some facets are narrower and others broader.
    """
    compared = []
    for facet in sorted(set(source) | set(target)):
        if facet in ADMINISTRATIVE:
            continue
        result = compare_facet(
            hierarchy, facet, source.get(facet, frozenset()), target.get(facet, frozenset())
        )
        if result is None:
            return None
        compared.append(result)
    return combine(compared)
