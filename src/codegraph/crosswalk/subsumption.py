"""Compares two definitions facet by facet: equal, narrower, broader, overlapping, or about different things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from codegraph.crosswalk.definitions import BY_KIND, DEFAULTS, QUALIFIER, SITE, WHOLE, Definition
from codegraph.model import FACET_NAMES, FacetComparison, FacetRelation, Relation

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


_ORDER: Final = {facet: place for place, facet in enumerate(FACET_NAMES)}


def in_order(facets: Iterable[str]) -> list[str]:
    """Return facets as people read them: method, site, approach, then the rest."""
    return sorted(facets, key=lambda facet: (_ORDER.get(facet, len(_ORDER)), facet))


class Hierarchy:
    """What lies above each facet value: wider kinds (skos:broader), and wholes (cg:isPartOf) with their kinds."""

    def __init__(self, kinds: Iterable[tuple[str, str]], parts: Iterable[tuple[str, str]] = ()) -> None:
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self._parents: dict[str, set[str]] = defaultdict(set)
        for child, parent in kinds:
            self._kinds[child].add(parent)
            self._parents[child].add(parent)
        for child, parent in parts:
            self._parents[child].add(parent)
        self._above: dict[tuple[str, bool], frozenset[str]] = {}

    def above(self, value: str, *, by_kind: bool = False) -> frozenset[str]:
        """Return a value and everything above it, by kind only or also by parthood; cycles end where they close."""
        key = (value, by_kind)
        if key not in self._above:
            seen, stack = {value}, [value]
            while stack:
                fresh = set(self.parents(stack.pop(), by_kind=by_kind)) - seen
                seen |= fresh
                stack.extend(fresh)
            self._above[key] = frozenset(seen)
        return self._above[key]

    def parents(self, value: str, *, by_kind: bool) -> Iterable[str]:
        """Return what stands right above a value."""
        return (self._kinds if by_kind else self._parents).get(value, ())

    def within(self, lower: frozenset[str], upper: frozenset[str], *, by_kind: bool = False) -> bool:
        """Tell whether each value of `upper` has a value of `lower` that is the same or below it."""
        return all(any(u in self.above(v, by_kind=by_kind) for v in lower) for u in upper)

    def touches(self, a: frozenset[str], b: frozenset[str], *, by_kind: bool = False) -> bool:
        """Tell whether some value of one side is the same as, above or below one of the other."""
        return any(
            x in self.above(y, by_kind=by_kind) or y in self.above(x, by_kind=by_kind) for x in a for y in b
        )

    def nearest_common(
        self, a: frozenset[str], b: frozenset[str], *, by_kind: bool = False
    ) -> frozenset[str]:
        """Return the lowest values that are above, or the same as, some value of each side."""
        ups_a = frozenset().union(*(self.above(x, by_kind=by_kind) for x in a))
        ups_b = frozenset().union(*(self.above(x, by_kind=by_kind) for x in b))
        shared = ups_a & ups_b
        higher = {up for x in shared for up in self.above(x, by_kind=by_kind) if up != x}
        return shared - higher


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a target's definition stands to a source's: the relation and the facets that make it so."""

    relation: Relation
    facets: tuple[FacetComparison, ...]


def compare_facet(
    hierarchy: Hierarchy, facet: str, source: frozenset[str], target: frozenset[str]
) -> FacetComparison | None:
    """Compare the values of one facet of two effective definitions; None where they have nothing in common."""
    relation: FacetRelation
    if not target:
        relation = "unstated in target"
    elif not source:
        relation = "unstated in source"
    else:
        kind = facet in BY_KIND
        down = hierarchy.within(target, source, by_kind=kind)
        up = hierarchy.within(source, target, by_kind=kind)
        if not (down or up or hierarchy.touches(source, target, by_kind=kind)):
            return None
        relation = "equal" if down and up else "narrower" if down else "broader" if up else "overlaps"
    return FacetComparison(facet, tuple(sorted(source)), tuple(sorted(target)), relation)


def combine(facets: Iterable[FacetComparison]) -> Comparison:
    """Return the relation that follows from compared facets.

    Where both sides take the whole of their site, the site is told once: as that whole.
    """
    by_facet = {f.facet: f for f in facets}
    found = [by_facet[facet] for facet in in_order(by_facet)]
    said: frozenset[str] = frozenset().union(*(_SAYS[f.relation] for f in found))
    whole = any(f.facet == WHOLE and f.source and f.target for f in found)
    shown = tuple(f for f in found if not (whole and f.facet == SITE) and not _silent(f))
    return Comparison(_TOGETHER[said], shown)


def _silent(facet: FacetComparison) -> bool:
    """Tell whether a row only says that neither side has a qualifier."""
    default = tuple(sorted(DEFAULTS[QUALIFIER]))
    return facet.facet == QUALIFIER and facet.source == facet.target == default


def compare(hierarchy: Hierarchy, source: Definition, target: Definition) -> Comparison | None:
    """Compare two effective definitions; None where some facet has values that have nothing in common.

    The relation is said of the target: narrower where each of its facets is at or below the source's, broader
    the other way round, exact where both hold, related where some facets are narrower and others broader.
    """
    compared = []
    for facet in set(source) | set(target):
        result = compare_facet(
            hierarchy, facet, source.get(facet, frozenset()), target.get(facet, frozenset())
        )
        if result is None:
            return None
        compared.append(result)
    return combine(compared)


def subsumes(hierarchy: Hierarchy, general: Definition, special: Definition) -> bool:
    """Tell whether an effective definition is at least as specific as another in every facet that this one states."""
    return all(
        facet in special and hierarchy.within(special[facet], values, by_kind=facet in BY_KIND)
        for facet, values in general.items()
    )


_NOT_ZERO: Final = re.compile(rb"[^\0]")
_FEW: Final = 64  # so many bits are sooner found one by one than by going over all bytes
_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Subsumption:
    """All pairs of subsumption among many effective definitions, by one set of bits a facet value.

    A definition is below another when it has, for each value of the other, that value or one below it: so the
    definitions below are the intersection of the sets of those that have each value. Sixty thousand definitions
    take a second or two and some ten megabytes.
    """

    def __init__(self, hierarchy: Hierarchy, definitions: Sequence[Definition]) -> None:
        self._definitions = definitions
        stated: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, definition in enumerate(definitions):
            for facet, values in definition.items():
                for value in values:
                    stated[facet, value].append(number)
        self._all = (1 << len(definitions)) - 1
        self._having: dict[tuple[str, str], int] = defaultdict(int)
        for (facet, value), numbers in stated.items():
            bits = _as_bits(numbers, len(definitions))
            for up in hierarchy.above(value, by_kind=facet in BY_KIND):
                self._having[facet, up] |= bits

    def below(self, general: Definition) -> Iterator[int]:
        """Yield the places, in order, of the definitions that are at least as specific as one (itself included)."""
        found = self._all
        for facet, values in general.items():
            for value in values:
                found &= self._having.get((facet, value), 0)
                if not found:
                    return
        if found.bit_count() <= _FEW:
            while found:
                yield (lowest := found & -found).bit_length() - 1
                found ^= lowest
            return
        for match in _NOT_ZERO.finditer(found.to_bytes(len(self._definitions) // 8 + 1, "little")):
            start = match.start() * 8
            for bit in _BITS[match[0][0]]:
                yield start + bit

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield (special, general) of every pair of two different definitions."""
        for number, general in enumerate(self._definitions):
            yield from ((special, number) for special in self.below(general) if special != number)


def _as_bits(numbers: Iterable[int], size: int) -> int:
    bits = bytearray(size // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")
