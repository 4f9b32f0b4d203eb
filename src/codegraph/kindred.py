"""Codes whose definitions are akin to a code's: one facet away, more general, more special, parts and wholes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codegraph.crosswalk.definitions import BY_KIND, COMPONENT, METHOD, SITE, WHOLE
from codegraph.crosswalk.differences import Defined, alike, defined, differences, specializes
from codegraph.crosswalk.subsumption import Hierarchy
from codegraph.model import FACET_NAMES, FacetComparison
from codegraph.namespaces import contract, expand

if TYPE_CHECKING:
    from codegraph.store import GraphStore

# Facets that say the same thing twice: the whole of a site is told by its method and its site.
_WITH: Final[dict[str, frozenset[str]]] = {
    METHOD: frozenset({METHOD, WHOLE}),
    SITE: frozenset({SITE, WHOLE}),
}

_ACCESS: Final = "cg:performedThrough"
_UNLISTED: Final = "method:unlisted-procedure"

Row = tuple[str, str, str]  # relation, procedure (CURIE), reason
Labels = Callable[[str], str]


class Kindred:
    """Finds, among the procedures that some codes denote, those that are akin to one by definition.

    Candidates come from patterns of the store (a method at, above or below that of the definition; the same site; a
    common act), so the tens of thousands of procedures of ICD-10-PCS are not compared. What was read is kept.
    """

    def __init__(
        self, store: GraphStore, hierarchy: Hierarchy, coded: Mapping[str, object], label: Labels
    ) -> None:
        self._store = store
        self._hierarchy = hierarchy
        self._coded = frozenset(coded)
        self._label = label
        self._kept: dict[str, Defined] = {}
        self._found: dict[str, dict[str, frozenset[str]]] = {}
        self._wholes: dict[str, set[str]] = defaultdict(set)
        for whole, part in store.edges(COMPONENT):
            self._wholes[contract(part)].add(contract(whole))
        self._known = {expand(p): p for p in self._coded | self._wholes.keys()}

    def definition(self, procedure: str) -> Defined:
        """Return the definition of a procedure (CURIE)."""
        if procedure not in self._kept:
            self._kept[procedure] = defined(self._store, procedure)
        return self._kept[procedure]

    def rows(self, procedure: str) -> Iterator[Row]:
        """Yield (relation, other procedure, reason) of every coded procedure that is akin to one (CURIE)."""
        mine = self.definition(procedure)
        told = set()
        for other in sorted(self._candidates(mine) & self._coded - {procedure}):
            found = self._compared(mine, self.definition(other))
            if found:
                told.add(other)
                yield (found[0], other, found[1])
        yield from self._parts(mine)
        yield from self._wholes_of(mine)
        yield from self._same_acts(mine, told)

    # --- by definition --------------------------------------------------------------------------------------------

    def _candidates(self, mine: Defined) -> frozenset[str]:
        """Return procedures of a method in line with this one's, and those at the same site."""
        at_site = self._having(SITE, mine.definition.get(SITE, ()))
        return self._having(METHOD, self._in_line(mine)) | at_site

    def _in_line(self, mine: Defined) -> set[str]:
        """Return the methods of a definition with all above and below them."""
        methods = mine.definition.get(METHOD, frozenset())
        return {x for m in methods for x in (*self._hierarchy.above(m, by_kind=True), *self._below(m))}

    def _below(self, value: str) -> set[str]:
        seen, stack = {value}, [value]
        while stack:
            fresh = set(map(contract, self._store.subjects("skos:broader", stack.pop()))) - seen
            seen |= fresh
            stack += fresh
        return seen

    def _having(self, facet: str, values: Iterable[str]) -> frozenset[str]:
        """Return the coded procedures and the acts of others that have one of some values."""
        return frozenset().union(*(self._with_value(facet, value) for value in values))

    def _with_value(self, facet: str, value: str) -> frozenset[str]:
        """Return the known procedures that have a value, of all of which the facet is read once.

        Asking for what points at the value would bring the tens of thousands of procedures of ICD-10-PCS.
        """
        if facet not in self._found:
            having: dict[str, set[str]] = defaultdict(set)
            for iri, procedure in self._known.items():
                for held in self._store.objects(iri, facet):
                    having[contract(held)].add(procedure)
            self._found[facet] = {name: frozenset(some) for name, some in having.items()}
        return self._found[facet].get(value, frozenset())

    def _compared(self, mine: Defined, other: Defined) -> tuple[str, str] | None:
        """Return how another definition stands to this one: alike, below, above, or away in one facet."""
        down = specializes(self._hierarchy, other, mine)
        up = specializes(self._hierarchy, mine, other)
        if (_ACCESS in mine.definition) != (_ACCESS in other.definition):
            return None  # the way in through a stoma and the natural one, which goes without saying
        if down and up:
            same = [c.procedure for c in mine.components] == [c.procedure for c in other.components]
            return "defined alike", "equal in all facets" + (
                "" if same else ", and each act is a case of one there"
            )
        if down or up:
            return ("more special" if down else "more general"), self._unlike(mine, other)
        facet = self._one_apart(mine, other)
        if facet is None or not self._alike_but_for(facet, mine, other):
            return None
        name = FACET_NAMES[facet]
        sides = " -> ".join(_slugs(d.definition.get(facet, ())) for d in (mine, other))
        return f"other {name}", f"equal in all facets but the {name}: {sides}"

    def _alike_but_for(self, facet: str, mine: Defined, other: Defined) -> bool:
        """Tell whether two definitions that differ in a facet are else equal, their acts too.

        The acts of an operation by another approach are by that approach. But an act without its method is none: by
        another method the acts have to be the same as they stand. What is unlisted is no method.
        """
        without = _WITH.get(facet, frozenset({facet}))
        if facet != METHOD:
            return alike(self._hierarchy, mine, other, without)
        if any(_UNLISTED in d.definition.get(METHOD, ()) for d in (mine, other)):
            return False
        one, two = (replace(d, components=()) for d in (mine, other))
        acts = self._covers(mine, other) and self._covers(other, mine)
        return acts and alike(self._hierarchy, one, two, without)

    def _one_apart(self, mine: Defined, other: Defined) -> str | None:
        """Return the one facet in which two definitions differ; None where there are several."""
        a, b = mine.definition, other.definition
        apart = {f for f in a.keys() | b.keys() if not self._equal(f, a.get(f), b.get(f))}
        if WHOLE in apart and apart & {SITE, METHOD}:
            apart.discard(WHOLE)
        return apart.pop() if len(apart) == 1 else None

    def _equal(self, facet: str, a: frozenset[str] | None, b: frozenset[str] | None) -> bool:
        if a == b or not a or not b:
            return a == b
        kind = facet in BY_KIND
        return self._hierarchy.within(a, b, by_kind=kind) and self._hierarchy.within(b, a, by_kind=kind)

    def _unlike(self, mine: Defined, other: Defined) -> str:
        compared = differences(self._hierarchy, (mine.procedure, other.procedure), mine, other)
        return "; ".join(self._told(f) for f in compared.differing) or "equal but for its acts"

    def _told(self, facet: FacetComparison) -> str:
        if facet.facet != COMPONENT:
            return f"{facet.name}: {_slugs(facet.source)} -> {_slugs(facet.target)}"
        further = [self._label(x) for x in facet.target if x not in facet.source]
        fewer = [self._label(x) for x in facet.source if x not in facet.target]
        return " and ".join(
            f"{word}: {', '.join(acts)}" for word, acts in (("acts", further), ("instead of", fewer)) if acts
        )

    # --- by acts --------------------------------------------------------------------------------------------------

    def _acts(self, one: Defined) -> Iterator[Defined]:
        """Yield the components of a procedure, and theirs."""
        for act in one.components:
            yield act
            yield from self._acts(act)

    def _parts(self, mine: Defined) -> Iterator[Row]:
        """Yield coded procedures that are, or cover, an act of this one."""
        for act in self._acts(mine):
            methods = {
                m for v in act.definition.get(METHOD, ()) for m in self._hierarchy.above(v, by_kind=True)
            }
            for other in sorted(self._having(METHOD, methods) & self._coded - {mine.procedure}):
                if other == act.procedure:
                    yield "part", other, "it is one of the acts of this"
                elif specializes(self._hierarchy, act, self.definition(other)):
                    yield "part", other, f"an act of this is a case of it: {self._label(act.procedure)}"

    def _wholes_of(self, mine: Defined) -> Iterator[Row]:
        """Yield coded procedures of which this, or a case of this, is an act."""
        methods = {m for v in mine.definition.get(METHOD, ()) for m in self._below(v)}
        for act in sorted((self._having(METHOD, methods) | {mine.procedure}) & self._wholes.keys()):
            if act != mine.procedure and not specializes(self._hierarchy, self.definition(act), mine):
                continue
            same = act == mine.procedure
            reason = (
                "this is one of its acts" if same else f"an act of it is a case of this: {self._label(act)}"
            )
            for whole in sorted(self._coded_wholes(act, frozenset()) - {mine.procedure}):
                yield "part of", whole, reason

    def _coded_wholes(self, act: str, seen: frozenset[str]) -> set[str]:
        found = set()
        for whole in self._wholes[act] - seen if act in self._wholes else ():
            found |= {whole} & self._coded
            found |= self._coded_wholes(whole, seen | {act})
        return found

    def _same_acts(self, mine: Defined, told: set[str]) -> Iterator[Row]:
        """Yield coded procedures whose acts are all among this one's, or the other way round."""
        shared = {whole for act in mine.components for whole in self._wholes[act.procedure]}
        for other in sorted(shared & self._coded - told - {mine.procedure}):
            theirs = self.definition(other)
            fewer, more = self._covers(mine, theirs), self._covers(theirs, mine)
            if fewer or more:
                which = "same acts" if fewer and more else "fewer of the same acts" if fewer else "more acts"
                acts = ", ".join(self._label(c.procedure) for c in (theirs if fewer else mine).components)
                yield which, other, f"both consist of: {acts}"

    def _covers(self, one: Defined, other: Defined) -> bool:
        """Tell whether each act of the other is met by an act of the one."""
        return all(any(specializes(self._hierarchy, x, y) for x in one.components) for y in other.components)


def _slugs(values: Iterable[str]) -> str:
    return " + ".join(sorted(v.partition(":")[2] for v in values)) or "(not stated)"


def siblings(store: GraphStore, notation: str) -> Iterator[tuple[str, str, str]]:
    """Yield (facet in a word, IRI, reason) of the ICD-10-PCS codes of the same table that differ in one axis only.

    Other tables, that is other root operations, are not looked at.
    """
    table = notation[:3]
    own = _stated(store, notation)
    for iri in store.subjects("skos:broader", f"group:icd10pcs-{table}"):
        other = iri.rpartition("/")[2]
        apart = [n for n in range(3, 7) if len(other) == len(notation) == 7 and other[n] != notation[n]]
        if len(apart) != 1:
            continue
        theirs = _stated(store, other)
        differing = sorted(f for f in own.keys() | theirs.keys() if own.get(f) != theirs.get(f))
        name = FACET_NAMES[differing[0]] if differing else f"character {apart[0] + 1}"
        sides = " -> ".join(_slugs(d.get(differing[0], ())) if differing else "?" for d in (own, theirs))
        yield name, iri, f"of table {table} too, equal in all axes but one: {sides}"


def _stated(store: GraphStore, notation: str) -> Mapping[str, frozenset[str]]:
    procedure = store.object(expand(f"icd10pcs:{notation}"), "cg:denotes")
    return defined(store, str(procedure)).stated if procedure else {}
