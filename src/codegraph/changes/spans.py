"""The first and last day of a code, as lists of HCPCS and facts of the graph state them, with who says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.namespaces import RELEASE, expand

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.views import Code

# Systems whose codes have their dates in a table; for others the graph states them.
TABLED: Final = ("hcpcs", "modifier")
KNOWLEDGE: Final = "codegraph"
_ROWS: Final = (
    "SELECT release, added, terminated FROM hcpcs WHERE system = ? AND notation = ? ORDER BY release DESC"
)
_ADDED: Final = expand("cg:addedOn")
_TERMINATED: Final = expand("cg:terminatedOn")


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


def _of_graph(graph: OpenedRelease, code: Code) -> list[Span]:
    """Return the facts of the graph, by the named graph in which they stand: a release, or the knowledge."""
    found: dict[str, dict[str, date]] = {}
    for name, value, place in graph.store.describe(code.iri):
        if name in (_ADDED, _TERMINATED) and isinstance(value, date):
            found.setdefault((place or "").removeprefix(RELEASE) or KNOWLEDGE, {})[name] = value
    added = {d[_ADDED] for d in found.values() if _ADDED in d}
    return [
        # A first day holds whoever states the last one; two first days at odds do not.
        Span(r, days.get(_ADDED) or (min(added) if len(added) == 1 else None), days.get(_TERMINATED), "graph")
        for r, days in sorted(found.items())
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
