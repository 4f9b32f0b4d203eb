"""Golden results of the stored queries: a file per query, `<name>.json`, with its cases.

A case has parameters, the rows expected (CURIEs, decimals and dates as text, in order), what they mean in words,
and, where only official files answer the question, the name of a small invented graph under `graphs/`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib

# From the name of an invented graph, or None, to the packaged release with it.
Stores = Callable[[str | None], ox.Store]
Datasets = Callable[[str | None], rdflib.Dataset]

HERE = Path(__file__).resolve().parent
QUERIES = HERE.parents[1] / "queries" / "competency"
GRAPHS = HERE / "graphs"


@dataclass(frozen=True, slots=True)
class Case:
    """One call of a stored query with the answer that it must give."""

    query: str
    number: int
    about: str
    params: dict[str, Any]
    graph: str | None
    rows: list[list[Any]]

    def __str__(self) -> str:
        return f"{self.query}-{self.number}"


def files() -> list[Path]:
    """Return the files of golden results, sorted."""
    return sorted(HERE.glob("*.json"))


def cases() -> list[Case]:
    """Return every case of every file."""
    found = []
    for path in files():
        document = json.loads(path.read_text("utf-8"))
        for number, case in enumerate(document["cases"], 1):
            found.append(
                Case(
                    query=document["query"],
                    number=number,
                    about=case["about"],
                    params=case["params"],
                    graph=case.get("graph"),
                    rows=case["rows"],
                )
            )
    return found
