"""Which parameters each shipped query is measured with: those of its golden cases that find something here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from codegraph import queries
from codegraph.errors import CodegraphError

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "queries"


@dataclass(frozen=True, slots=True)
class Case:
    """A call of a stored query: the rows that it gives on the release, and its SPARQL text for other engines."""

    query: str
    params: dict[str, Any]
    rows: int
    sparql: str


def golden(name: str) -> list[dict[str, Any]]:
    """Return the parameters of the golden cases of a query, in their order."""
    path = GOLDEN / f"{name}.json"
    cases = json.loads(path.read_text("utf-8"))["cases"] if path.is_file() else [{"params": {}}]
    return [case["params"] for case in cases]


def choose(store: ox.Store) -> dict[str, list[Case]]:
    """Return for every query its cases that run on a store, those that give rows first, else in golden order.

    A query none of whose cases can be asked here (an unknown code, say) has an empty list.
    """
    chosen = {}
    for name, query in queries.all_queries().items():
        found = []
        for params in golden(name):
            try:
                rows = len(query.run(store, params))
            except CodegraphError:
                continue
            found.append(Case(name, params, rows, query.bind(params)))
        chosen[name] = sorted(found, key=lambda case: case.rows == 0)
    return chosen


def as_json(chosen: dict[str, list[Case]]) -> dict[str, list[dict[str, Any]]]:
    """Return the cases as plain values."""
    return {name: [asdict(case) for case in cases] for name, cases in chosen.items()}


def read(path: Path) -> dict[str, list[Case]]:
    """Read the cases that `as_json` gave, from a file."""
    found = json.loads(path.read_text("utf-8"))
    return {name: [Case(**case) for case in cases] for name, cases in found.items()}
