"""Keeps the lines of billing codes, their entries and procedures for look-up by key; see `codegraph.nodes`."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from codegraph.build.tables import TableWriter
from codegraph.namespaces import CODE, CONCEPT, ENTRY, RELEASE, expand
from codegraph.sources.base import Table

NODES: Final = Table(
    "node", (("subject", "TEXT"), ("release", "TEXT"), ("lines", "BLOB")), ("subject", "release")
)
POINTERS: Final = Table(
    "pointer",
    (("object", "TEXT"), ("predicate", "TEXT"), ("subject", "TEXT")),
    ("object", "predicate", "subject"),
)
EDGES: Final = Table(
    "edge_count", (("code", "TEXT"), ("predicate", "TEXT"), ("number", "INTEGER")), ("code", "predicate")
)

# Some 110,000 of half a million subjects: what a billing code's description is made of.
_KEPT: Final = (
    *(f"<{CODE}{system}/" for system in ("cpt", "hcpcs", "modifier")),
    f"<{CONCEPT}heading/",
    f"<{CONCEPT}procedure/",
    f"<{ENTRY}",
    f"<{RELEASE}",
)
_LEFT: Final = f"<{CONCEPT}procedure/pcs-"
# The properties by which a node is found from the code, procedure or condition that it is about.
_POINT: Final = frozenset(
    f"<{expand(name)}>"
    for name in (
        "cg:ofCode",
        "cg:addOnCode",
        "cg:primaryCode",
        "cg:ofProcedure",
        "cg:ofCondition",
        "cg:aboutSubject",
    )
)


class NodeCollector:
    """Takes the sorted lines of each release and fills the two tables."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], list[str]] = {}
        self._pointers: list[tuple[str, str, str]] = []

    def see(self, ident: str, lines: Iterable[str]) -> None:
        """Take sorted lines of a release; a subject's lines may come in two calls."""
        kept = (line for line in lines if line.startswith(_KEPT) and not line.startswith(_LEFT))
        for subject, group in groupby(kept, lambda line: line[: line.index(" ")]):
            bodies = [line[len(subject) + 1 : -2] for line in group]
            self._lines.setdefault((subject[1:-1], ident), []).extend(bodies)
            for body in bodies:
                predicate, obj = body.split(" ", 2)[:2]
                if predicate in _POINT:
                    self._pointers.append((obj[1:-1], predicate[1:-1], subject[1:-1]))

    def fill(self, tables: TableWriter, edges: dict[tuple[str, str], int]) -> None:
        """Add the rows; `edges` are the numbers of NCCI edges by code and property (IRIs)."""
        tables.add(
            NODES,
            ((subject, ident, _packed(lines)) for (subject, ident), lines in self._lines.items()),
        )
        tables.add(POINTERS, self._pointers)
        tables.add(EDGES, ((code, predicate, n) for (code, predicate), n in edges.items()))
        self._lines.clear()
        self._pointers.clear()


def _packed(lines: list[str]) -> bytes:
    return zlib.compress("\n".join(lines).encode(), 6)
