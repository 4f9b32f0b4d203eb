"""Add-on codes: the flag of the graph, NCCI's add-on edits, and the global period of the fee schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph.codes import billing_system
from codegraph.contradictions.loaded import ADD_ONS, FEE_SCHEDULE, cited
from codegraph.contradictions.model import Contradiction
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_FLAG: Final = "cg:isAddOn"
_GRAPH: Final = "the graph (codegraph)"
_FLAGS: Final = "SELECT ?code ?flag WHERE { ?code cg:isAddOn ?flag }"
# The newest row of an add-on code counts: an edit that was deleted and came back is in force.
_LISTED: Final = (
    "SELECT DISTINCT addon_system || ':' || addon FROM addon WHERE release = ? AND coalesce(deleted, '') = ''"
)
_GLOBALS: Final = "SELECT code, global_period FROM pfs WHERE release = ? AND modifier = '' AND status != 'D'"
# What a global period says of being an add-on: ZZZ is part of another service's; days of its own are not. Others
# (XXX, YYY, MMM) say that the concept does not apply, or that another decides.
_MEANS: Final = {"ZZZ": True, "000": False, "010": False, "090": False}
_WORDS: Final = {True: "add-on", False: "no add-on"}


def flag_against_edits(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield codes whose flag in the graph is not what NCCI's list of add-on codes says."""
    listed, release = _listed(graph), cited(graph, ADD_ONS)
    for code, flag in _flags(graph):
        if flag is not (code in listed):
            told = "listed as an add-on code" if code in listed else "not listed as an add-on code"
            yield Contradiction("add-on", code, _FLAG, _WORDS[flag], _GRAPH, told, release)


def flag_against_fee_schedule(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield codes whose flag in the graph is not what their global period says."""
    periods, release = _periods(graph), cited(graph, FEE_SCHEDULE)
    for code, flag in _flags(graph):
        period = periods.get(code, "")
        if _MEANS.get(period, flag) is not flag:
            yield Contradiction(
                "add-on", code, _FLAG, _WORDS[flag], _GRAPH, f"global period {period}", release
            )


def edits_against_fee_schedule(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield codes that NCCI lists as add-on with a global period of their own, and ZZZ codes that it does not list."""
    listed = _listed(graph)
    sources = cited(graph, ADD_ONS), cited(graph, FEE_SCHEDULE)
    days = [source.effective_from or "" if (source := graph.manifest.source(s)) else "" for s in sources]
    note = f"{sources[0]} is the older one: a code that came later is not in it" if days[0] < days[1] else ""
    for code, period in _periods(graph).items():
        means = _MEANS.get(period)
        if means is not None and means is not (code in listed):
            told = "listed as an add-on code" if code in listed else "not listed as an add-on code"
            shown = f"global period {period}"
            yield Contradiction("add-on", code, "global period", told, sources[0], shown, sources[1], note)


def _flags(graph: CodeGraph) -> Iterator[tuple[str, bool]]:
    for row in graph.query(_FLAGS):
        yield contract(str(row["code"])), row["flag"] is True


def _listed(graph: CodeGraph) -> frozenset[str]:
    return frozenset(row[0] for row in graph.tables.rows(_LISTED, (cited(graph, ADD_ONS),)))


def _periods(graph: CodeGraph) -> dict[str, str]:
    """Return the global period of each code on the newest fee schedule, by the code's CURIE."""
    rows = graph.tables.rows(_GLOBALS, (cited(graph, FEE_SCHEDULE),))
    return {f"{billing_system(code)}:{code}": period or "" for code, period in rows}
