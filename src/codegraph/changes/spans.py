"""The first and last day of a code, as lists of HCPCS and facts of the graph state them, with who says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from codegraph.namespaces import RELEASE, expand
from codegraph.store import graph_name
from codegraph.terms import plain

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.views import Code

# Systems whose codes have their dates in a table; for others the graph states them.
TABLED: Final = ("hcpcs", "modifier")
KNOWLEDGE: Final = "codegraph"
_ROWS: Final = (
    "SELECT release, added, terminated FROM hcpcs WHERE system = ? AND notation = ? ORDER BY release DESC"
)
_ADDED: Final = "cg:addedOn"
_TERMINATED: Final = "cg:terminatedOn"


class Span(NamedTuple):
    """The first and last day of a code, None where not stated, the release that states them, and its table."""

    release: str
    added: date | None
    ended: date | None
    table: str


def spans(graph: OpenedRelease, code: Code) -> list[Span]:
    """Return what is stated of a code's days, the newest list first; a last day is the last of use."""
    if code.system not in TABLED:
        return _of_graph(graph, code)
    if not graph._has_table("hcpcs"):
        return []
    rows = graph.tables.rows(_ROWS, (code.system, code.notation))
    return [Span(r, _day(a), _day(t), "hcpcs") for r, a, t in rows if a or t]


def said(graph: OpenedRelease, code: Code, curie: str) -> Iterator[tuple[object, str]]:
    """Yield the values of a property of a code, each with the release, or the knowledge, that states it."""
    subject, predicate = ox.NamedNode(code.iri), ox.NamedNode(expand(curie))
    for quad in graph.store.raw.quads_for_pattern(subject, predicate, None, None):
        yield plain(quad.object), (graph_name(quad.graph_name) or "").removeprefix(RELEASE) or KNOWLEDGE


def _of_graph(graph: OpenedRelease, code: Code) -> list[Span]:
    """Return the facts of the graph; a first day holds whoever states the last one, two at odds do not."""
    days = [{r: v for v, r in said(graph, code, p) if isinstance(v, date)} for p in (_ADDED, _TERMINATED)]
    added, ended = days
    only = next(iter(added.values())) if len(set(added.values())) == 1 else None
    return [
        Span(release, added.get(release, only), ended.get(release), "graph")
        for release in sorted(added.keys() | ended.keys())
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
