"""Two definitions side by side: every facet with how it stands, what both have in common, said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.crosswalk.definitions import (
    BY_KIND,
    COMPONENT,
    DEFAULTS,
    QUALIFIER,
    SITE,
    WHOLE,
    Definition,
    effective,
)
from codegraph.crosswalk.subsumption import Hierarchy, combine, compare_facet, in_order, subsumes
from codegraph.errors import UnknownTerm
from codegraph.model import FACET_NAMES, FacetComparison, FacetRelation, Relation
from codegraph.namespaces import contract, expand
from codegraph.procedure import PROCEDURE_FACETS

if TYPE_CHECKING:
    from codegraph.store import GraphStore
    from codegraph.views import Code

_FACETS: Final = frozenset(PROCEDURE_FACETS.values())


class StoreHierarchy(Hierarchy):
    """The hierarchy of facet values of an opened release, read value by value as it is asked for."""

    def __init__(self, store: GraphStore) -> None:
        super().__init__(())
        self._store = store

    def parents(self, value: str, *, by_kind: bool) -> Iterable[str]:
        """Return what stands right above a value."""
        above = self._store.objects(value, "skos:broader")
        if not by_kind:
            above += self._store.objects(value, "cg:isPartOf")
        return [contract(str(iri)) for iri in above]


@dataclass(frozen=True, slots=True)
class Defined:
    """A procedure's definition as a release states it: what it states, its effective facets, its components."""

    procedure: str
    stated: Mapping[str, frozenset[str]]
    definition: Definition
    components: tuple[Defined, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Two codes facet by facet; `relation` is said of the second, None where they are about different things."""

    first: str
    second: str
    relation: Relation | None
    facets: tuple[FacetComparison, ...]

    @property
    def differing(self) -> tuple[FacetComparison, ...]:
        """Return the facets that are not equal."""
        return tuple(f for f in self.facets if f.relation != "equal")

    @property
    def sentence(self) -> str:
        """Return the answer in a sentence (`44310 and 44320 differ in site only`)."""
        names = [f.name for f in self.differing]
        ends = f"{self.first.partition(':')[2]} and {self.second.partition(':')[2]}"
        if not names:
            return f"{ends} are defined alike"
        told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        return f"{ends} differ in {told}{' only' if len(names) == 1 else ''}"

    def __str__(self) -> str:
        lines = [self.sentence, *(f"  {f}" for f in self.facets)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Common:
    """What two codes have in common: the narrowest definition above both, facet by facet (CURIEs, sorted)."""

    first: str
    second: str
    facets: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        said = "; ".join(f"{FACET_NAMES.get(f, f)} {' + '.join(values)}" for f, values in self.facets)
        return f"{self.first} and {self.second} are both: {said or 'nothing that their definitions state'}"


def defined(store: GraphStore, procedure: str, _seen: frozenset[str] = frozenset()) -> Defined:
    """Return the definition of a procedure (CURIE or IRI) with its components."""
    stated: dict[str, set[str]] = {}
    components = []
    for predicate, value, _ in store.describe(procedure):
        name = contract(predicate)
        if name in _FACETS:
            stated.setdefault(name, set()).add(contract(str(value)))
        elif name == COMPONENT and value not in _seen:  # a component may be met again beside, not above
            components.append(str(value))
    seen = _seen | {expand(procedure)}
    said = {facet: frozenset(values) for facet, values in stated.items()}
    parts = tuple(defined(store, c, seen) for c in sorted(components))
    return Defined(contract(procedure), said, effective(said), parts)


def definition_of(store: GraphStore, code: Code) -> Defined:
    """Return what a code denotes; raise UnknownTerm where the release has no definition of it."""
    procedure = code._fields()[4]
    if procedure is None:
        raise UnknownTerm(f"{code} has no definition in this release")
    return defined(store, str(procedure))


def specializes(hierarchy: Hierarchy, special: Defined, general: Defined) -> bool:
    """Tell whether a definition is at least as specific as another, components included."""
    return subsumes(hierarchy, general.definition, special.definition) and all(
        any(specializes(hierarchy, mine, theirs) for mine in special.components)
        for theirs in general.components
    )


def differences(hierarchy: Hierarchy, codes: tuple[str, str], first: Defined, second: Defined) -> Differences:
    """Compare two definitions in every facet, also in those that have nothing in common."""
    a, b = first.definition, second.definition
    compared = []
    for facet in in_order(set(a) | set(b)):
        mine, theirs = a.get(facet, frozenset()), b.get(facet, frozenset())
        found = compare_facet(hierarchy, facet, mine, theirs)
        compared.append(
            found or FacetComparison(facet, tuple(sorted(mine)), tuple(sorted(theirs)), "differs")
        )
    compared += _components(
        hierarchy, first, second, frozenset(f.facet for f in compared if f.relation != "equal")
    )
    apart = any(f.relation == "differs" for f in compared)
    shown = tuple(f for f in compared if not _goes_without_saying(f, compared))
    return Differences(*codes, None if apart else combine(compared).relation, shown)


def _goes_without_saying(facet: FacetComparison, compared: list[FacetComparison]) -> bool:
    """Tell whether a row says nothing: a default on both sides, or the site beside the whole of the same site."""
    default = tuple(sorted(DEFAULTS.get(facet.facet, ())))
    if default and facet.source == facet.target == default:
        return True
    whole = any(f.facet == WHOLE and f.relation == facet.relation for f in compared)
    return facet.facet == SITE and whole


def _components(
    hierarchy: Hierarchy, first: Defined, second: Defined, told: frozenset[str]
) -> Iterator[FacetComparison]:
    """Compare the acts that two procedures consist of.

    Acts that differ only in facets in which the whole differs (`told`) say nothing new: an operation by another
    approach has each of its acts by that approach.
    """
    if not (first.components or second.components) or alike(hierarchy, first, second, told):
        return
    names = [tuple(c.procedure for c in d.components) for d in (first, second)]
    down = all(any(specializes(hierarchy, x, y) for x in second.components) for y in first.components)
    up = all(any(specializes(hierarchy, x, y) for x in first.components) for y in second.components)
    relation: FacetRelation = "differs"
    if not second.components:
        relation = "unstated in target"
    elif not first.components:
        relation = "unstated in source"
    elif down or up:
        relation = "equal" if down and up else "narrower" if down else "broader"
    elif any(
        specializes(hierarchy, x, y) or specializes(hierarchy, y, x)
        for x in first.components
        for y in second.components
    ):
        relation = "overlaps"
    yield FacetComparison(COMPONENT, names[0], names[1], relation)


def alike(hierarchy: Hierarchy, first: Defined, second: Defined, but_for: frozenset[str]) -> bool:
    """Tell whether two definitions are equal when some facets are left out of them and of all their components."""
    a, b = _without(first, but_for), _without(second, but_for)
    return specializes(hierarchy, a, b) and specializes(hierarchy, b, a)


def _without(one: Defined, facets: frozenset[str]) -> Defined:
    left_out = facets | {WHOLE} if SITE in facets else facets
    kept = {facet: values for facet, values in one.definition.items() if facet not in left_out}
    return Defined(one.procedure, one.stated, kept, tuple(_without(c, facets) for c in one.components))


def common(hierarchy: Hierarchy, first: Defined, second: Defined) -> dict[str, frozenset[str]]:
    """Return the narrowest definition above two: for each facet that both state the lowest values above both.

    That neither has a qualifier says nothing, and is left out.
    """
    found = {}
    for facet in in_order(set(first.definition) & set(second.definition)):
        mine, theirs = first.definition[facet], second.definition[facet]
        values = hierarchy.nearest_common(mine, theirs, by_kind=facet in BY_KIND)
        if values and not (facet == QUALIFIER and values == DEFAULTS[QUALIFIER]):
            found[facet] = values
    return found
