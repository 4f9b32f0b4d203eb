"""Derives the ICD-10-PCS codes of a defined procedure from the tables' grammar, facet by facet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from codegraph.crosswalk.subsumption import (
    ADMINISTRATIVE,
    Comparison,
    Definition,
    Hierarchy,
    combine,
    compare_facet,
)
from codegraph.model import FacetComparison
from codegraph.pcs import Axis, Grammar, Row, Table
from codegraph.pcs_facets import Facet, axis_facet, destination

DEVICE: Final = "cg:usesDevice"
QUALIFIER: Final = "cg:hasQualifier"
DESTINATION: Final = "cg:hasDestination"
# Where a source definition names neither device nor qualifier, codes that do differ in something it does not name.
_SETS_ASIDE: Final = frozenset({DEVICE, QUALIFIER})


@dataclass(frozen=True, slots=True)
class Derived:
    """A PCS code that a definition maps to. `aside` says in what unnamed thing it differs, None where in nothing."""

    code: str
    comparison: Comparison
    aside: str | None


def derive(hierarchy: Hierarchy, source: Definition, grammar: Grammar) -> Iterator[Derived]:
    """Yield the codes of a grammar whose definition overlaps with the source's in every facet, table by table."""
    for table in grammar.tables.values():
        operation = table.operation.values[0][1]
        head = [_of_axis(table.prefix, axis, axis.values[0][1], operation) for axis in table.head]
        fixed = _compared(hierarchy, source, [f for f in head if f and f.property not in ADMINISTRATIVE])
        if fixed is None or not any(f.property == "cg:hasMethod" for f in head if f):
            continue
        for row in table.rows:
            yield from _row(hierarchy, source, table, row, fixed, operation)


def _of_axis(prefix: str, axis: Axis, label: str, operation: str) -> Facet | None:
    return axis_facet(prefix, axis.position, axis.title, label, operation)


def _compared(
    hierarchy: Hierarchy, source: Definition, facets: Iterable[Facet]
) -> list[FacetComparison] | None:
    """Compare single facets of the target with the source's; None where one has nothing in common."""
    found = []
    for facet in facets:
        said = source.get(facet.property, frozenset())
        if not said and facet.property in _SETS_ASIDE and facet.value != "device:no-device":
            found.append(FacetComparison(facet.property, (), (facet.value,), "unstated in source"))
            continue
        result = compare_facet(hierarchy, facet.property, said, frozenset({facet.value}))
        if result is None:
            return None
        found.append(result)
    return found


Choice = tuple[
    str, str, list[FacetComparison]
]  # character, label, comparisons (none where the value says nothing)


def _row(
    hierarchy: Hierarchy,
    source: Definition,
    table: Table,
    row: Row,
    fixed: list[FacetComparison],
    operation: str,
) -> Iterator[Derived]:
    bypass = any(
        destination(table.prefix, operation, p, q)
        for _, p in row.axes[0].values
        for _, q in row.axes[3].values
    )
    choices: list[list[Choice]] = []
    for axis in row.axes:
        found = []
        for char, label in axis.values:
            facet = _of_axis(table.prefix, axis, label, operation)
            if facet and bypass and facet.property == QUALIFIER and QUALIFIER not in source:
                facet = None  # the destination says it
            compared = _compared(hierarchy, source, [facet] if facet else [])
            if compared is not None:
                found.append((char, label, compared))
        if not found:
            return
        choices.append(found)
    for picked in product(*choices):
        yield from _code(hierarchy, source, table.prefix, operation, fixed, picked)


def _code(
    hierarchy: Hierarchy,
    source: Definition,
    prefix: str,
    operation: str,
    fixed: list[FacetComparison],
    picked: tuple[Choice, ...],
) -> Iterator[Derived]:
    compared = [*fixed, *(c for _, _, cs in picked for c in cs)]
    goal = destination(prefix, operation, picked[0][1], picked[3][1])
    if goal:
        to = _compared(hierarchy, source, [goal])
        if to is None:
            return
        compared += to
    stated = {c.facet for c in compared}
    for facet, values in source.items():
        if facet not in stated and facet not in ADMINISTRATIVE:
            compared.append(FacetComparison(facet, tuple(sorted(values)), (), "unstated in target"))
    yield Derived(prefix + "".join(c for c, _, _ in picked), combine(_merged(compared)), _aside(compared))


def _merged(compared: list[FacetComparison]) -> list[FacetComparison]:
    """Keep one comparison a facet: an axis repeated in a table (two qualifiers) says one thing after the other."""
    by_facet: dict[str, list[FacetComparison]] = defaultdict(list)
    for comparison in compared:
        by_facet[comparison.facet].append(comparison)
    return [c for found in by_facet.values() for c in (found if len(found) == 1 else sorted(found, key=str))]


def _aside(compared: list[FacetComparison]) -> str | None:
    named = [
        value
        for c in compared
        if c.facet in _SETS_ASIDE and c.relation == "unstated in source"
        for value in c.target
    ]
    return f"differs in what the definition does not name: {', '.join(sorted(named))}" if named else None
