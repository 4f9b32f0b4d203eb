"""Derives the ICD-10-PCS codes of a defined procedure from the tables' grammar, facet by facet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from codegraph.crosswalk.definitions import (
    DEFAULTS,
    DEVICE,
    METHOD,
    QUALIFIER,
    Definition,
    effective,
)
from codegraph.crosswalk.subsumption import Comparison, Hierarchy, combine, compare_facet
from codegraph.model import FacetComparison
from codegraph.pcs import Axis, Grammar, Table
from codegraph.pcs_facets import NO_SITE, axis_facet, destination

# Where a source definition names neither device nor qualifier, codes that do differ in something it does not name.
UNNAMED: Final = (DEVICE, QUALIFIER)

Group = Literal["answer", "aside", "overlap"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A PCS code that a definition maps to, and the group that it comes in.

    `answer`: the definition covers it, or it covers the definition. `aside`: it would be covered, but says something
    that the definition does not name (`unnamed`: a device left in place, a qualifier). `overlap`: each is wider than
    the other in some facet.
    """

    code: str
    comparison: Comparison
    group: Group
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Value:
    char: str
    label: str
    facets: tuple[tuple[str, str], ...]  # property, value


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a table as facets: what the table says of each of its codes, and the values of axes 4 to 7."""

    prefix: str
    operation: str
    head: tuple[tuple[str, str], ...]
    axes: tuple[tuple[_Value, ...], ...]
    once: frozenset[str]  # facets that no two axes state, so that each value can be judged by itself


class Deriver:
    """Finds the codes of a grammar that a definition covers, is covered by, or overlaps with."""

    def __init__(self, hierarchy: Hierarchy, grammar: Grammar) -> None:
        self._hierarchy = hierarchy
        self._rows: dict[str, list[_Row]] = defaultdict(list)
        for table in grammar.tables.values():
            for row in _rows(table):
                self._rows[dict(row.head)[METHOD]].append(row)

    def derive(self, stated: Mapping[str, frozenset[str]]) -> Iterator[Derived]:
        """Yield the codes for stated facets (property CURIE to value CURIEs), table by table.

        Yields nothing for a definition without a method: it would fit every code.
        """
        if METHOD not in stated:
            return
        source = _Source(self._hierarchy, stated)
        for method, rows in self._rows.items():
            if source.fits(METHOD, method):
                for row in rows:
                    yield from _of_row(source, row)


def derive(hierarchy: Hierarchy, stated: Mapping[str, frozenset[str]], grammar: Grammar) -> Iterator[Derived]:
    """Yield the codes of a grammar for one definition; for many of them make one Deriver."""
    yield from Deriver(hierarchy, grammar).derive(stated)


class _Source:
    """The definition that codes are looked for: its effective facets, with every comparison made once."""

    def __init__(self, hierarchy: Hierarchy, stated: Mapping[str, frozenset[str]]) -> None:
        self._hierarchy = hierarchy
        self.said = effective(stated)
        self.unnamed = tuple(facet for facet in UNNAMED if facet not in stated)
        self._known: dict[tuple[str, frozenset[str]], FacetComparison | None] = {}

    def compare(self, facet: str, target: frozenset[str]) -> FacetComparison | None:
        key = facet, target
        if key not in self._known:
            said = self.said.get(facet, frozenset())
            self._known[key] = compare_facet(self._hierarchy, facet, said, target)
        return self._known[key]

    def fits(self, facet: str, value: str) -> bool:
        """Tell whether a code may have a value: it has something in common, or may be set aside for it."""
        return facet in self.unnamed or self.compare(facet, frozenset({value})) is not None

    def judge(self, target: Definition) -> tuple[Comparison, tuple[str, ...]] | None:
        """Compare with a code's definition; what it says beyond the source's unnamed facets is returned apart."""
        apart: list[str] = []
        compared = []
        for facet in self.said.keys() | target.keys():
            values = target.get(facet, frozenset())
            if facet in self.unnamed and values and values != DEFAULTS.get(facet):
                apart += values
                compared.append(FacetComparison(facet, (), tuple(sorted(values)), "unstated in source"))
                continue
            found = self.compare(facet, values)
            if found is None:
                return None
            compared.append(found)
        return combine(compared), tuple(sorted(apart))


def _of_row(source: _Source, row: _Row) -> Iterator[Derived]:
    choices = []
    for axis in row.axes:
        fitting = [v for v in axis if all(f not in row.once or source.fits(f, x) for f, x in v.facets)]
        if not fitting:
            return
        choices.append(fitting)
    for picked in product(*choices):
        judged = source.judge(_definition(row, picked))
        if judged is None:
            continue
        comparison, unnamed = judged
        group = _group(comparison, unnamed)
        if group:
            yield Derived(row.prefix + "".join(v.char for v in picked), comparison, group, unnamed)


def _group(comparison: Comparison, unnamed: tuple[str, ...]) -> Group | None:
    if unnamed:
        return "aside" if comparison.relation == "narrower" else None
    return "overlap" if comparison.relation == "related" else "answer"


def _definition(row: _Row, picked: tuple[_Value, ...]) -> dict[str, frozenset[str]]:
    """Return the effective definition of the code that some values make in a row."""
    said: dict[str, set[str]] = defaultdict(set)
    for facet, value in (*row.head, *(pair for v in picked for pair in v.facets)):
        said[facet].add(value)
    if NO_SITE.property not in said:
        said[NO_SITE.property].add(NO_SITE.value)
    goal = destination(row.prefix, row.operation, picked[0].label, picked[3].label)
    if goal:
        said[goal.property].add(goal.value)
    return effective(said)


def _rows(table: Table) -> Iterator[_Row]:
    operation = table.operation.values[0][1]
    head = tuple(
        pair for axis in table.head for v in _values(table.prefix, axis, operation) for pair in v.facets
    )
    for row in table.rows:
        axes = tuple(_values(table.prefix, axis, operation) for axis in row.axes)
        where = [{f for v in axis for f, _ in v.facets} for axis in axes] + [{f for f, _ in head}]
        stated = [f for facets in where for f in facets]
        bypass = {QUALIFIER} if operation == "Bypass" else set()
        yield _Row(
            table.prefix, operation, head, axes, frozenset(f for f in stated if stated.count(f) == 1) - bypass
        )


def _values(prefix: str, axis: Axis, operation: str) -> tuple[_Value, ...]:
    found = []
    for char, label in axis.values:
        facet = axis_facet(prefix, axis.position, axis.title, label, operation)
        found.append(_Value(char, label, ((facet.property, facet.value),) if facet else ()))
    return tuple(found)
