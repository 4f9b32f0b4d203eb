"""Tells whether a code was valid on a day, from a list in force on it or from the code's own dates; never by guess.

The fee schedule (PPRRVU) lists the CPT codes of a quarter; the lists of HCPCS Level II give the first and last day of
each code; ICD-10-CM and ICD-10-PCS are published for a fiscal year, from October 1 to September 30.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS, Edition
from codegraph.billing.evidence import Evidence
from codegraph.changes.lists import releases_of
from codegraph.changes.loaded import LISTS, editions, newest_whole
from codegraph.changes.rows import Side, filled, read
from codegraph.changes.spans import TABLED, Span, spans
from codegraph.changes.tables import TABLES
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_CHAINS: Final = {"cpt": (PFS,), **LISTS, "modifier": LISTS["hcpcs"]}
# What a status letter of the fee schedule says about the code's being there at all.
_STATUSES: Final = {
    "D": " with status D, deleted",
    "I": " with status I: the code exists, but Medicare takes another one",
}


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a code was valid on a day: true or false as such, with the reason and the rows that say so.

    `edition` is the list that was looked at, `nearest` says that it does not cover the day itself.
    """

    code: str
    on: date
    valid: bool
    reason: str
    evidence: tuple[Evidence, ...] = ()
    edition: str | None = None
    nearest: bool = False

    def __bool__(self) -> bool:
        return self.valid


def validity(graph: CodeGraph, code: Code, day: date, *, nearest: bool = False) -> Validity:
    """Return whether a code was valid on a day, by a list that covers it or by the code's own dates.

    With `nearest` the closest list answers where none covers the day. Raises NotLoaded, naming the nearest list,
    where neither a list nor dates tell.
    """
    said = _by_dates(graph, code, day)
    if said is not None:
        return said
    known = _chain(graph, code.system)
    covering = [e for e in known if e.covers(day)]
    if covering:
        found = _listed(graph, code, day, newest_whole(covering) or covering[-1], nearest=False)
        if found is not None:
            return found
    elif known and nearest:
        found = _listed(graph, code, day, _nearest(known, day), nearest=True)
        if found is not None:
            return found
    paid = _paid(graph, code, day) if code.system == "hcpcs" else None
    if paid is None:
        raise NotLoaded(_not_told(code, day, known, covering))
    return paid


def _chain(graph: CodeGraph, system: str) -> tuple[Edition, ...]:
    return editions(graph, _CHAINS[system]) if system in _CHAINS else ()


def _by_dates(graph: CodeGraph, code: Code, day: date) -> Validity | None:
    """Return what the code's own first and last day decide; None where they decide nothing or are at odds."""
    verdicts = [v for span in spans(graph, code) if (v := _by_span(graph, code, day, span)) is not None]
    return verdicts[0] if len({v.valid for v in verdicts}) == 1 else None


def _by_span(graph: CodeGraph, code: Code, day: date, span: Span) -> Validity | None:
    added, ended = span.added, span.ended
    days = tuple((n, d.isoformat()) for n, d in (("added", added), ("terminated", ended)) if d is not None)
    evidence = (Evidence(span.table, graph._provenance(span.release), days),)
    if ended is not None and ended < day:
        return Validity(code.curie, day, False, f"terminated: {ended} was its last day", evidence)
    if added is not None and day < added:
        return Validity(code.curie, day, False, f"added later: {added} is its first day", evidence)
    if added is not None and (ended is not None or _speaks_of(graph, span.release, day)):
        until = f" to {ended}" if ended else ""
        edition = span.release if span.table == "hcpcs" else None
        return Validity(code.curie, day, True, f"in use from {added}{until}", evidence, edition)
    return None


def _speaks_of(graph: CodeGraph, release: str, day: date) -> bool:
    """Tell whether a list with the dates of its codes was published late enough to know of a day."""
    found = next((e for e in editions(graph, LISTS["hcpcs"]) if e.release == release), None)
    return found is not None and found.last is not None and day <= found.last


def _listed(graph: CodeGraph, code: Code, day: date, edition: Edition, *, nearest: bool) -> Validity | None:
    """Return what a list says of a code; None where it lists no codes of that kind, or is an excerpt without it."""
    said = _in_schedule(graph, code, edition) if code.system == "cpt" else _in_list(graph, code, edition)
    if said is None or not (said[0] or said[1] or edition.whole):
        return None
    valid, more, evidence = said
    what = "listed in" if valid or more else "not listed in"
    where = f"{edition.release}{', the nearest to that day' if nearest else ''}"
    reason = f"{what} {where}{more}"
    return Validity(code.curie, day, valid, reason, (evidence,), edition.release, nearest)


def _in_schedule(graph: CodeGraph, code: Code, edition: Edition) -> tuple[bool, str, Evidence] | None:
    """Return what the fee schedule says; None for a code that no loaded one has: it leaves out laboratory codes."""
    rows = graph._figures.fees(edition.release, code.notation)
    if not rows and not any(graph._figures.fees(e.release, code.notation) for e in graph._editions.of(PFS)):
        return None
    status = next((rows[m].status for m in sorted(rows)), "")
    cells = (("code", code.notation), *((("status", status),) if status else ()))
    more = _STATUSES.get(status, "")
    return bool(rows) and status != "D", more, graph._figures.evidence("pfs", edition.release, *cells)


def _in_list(graph: CodeGraph, code: Code, edition: Edition) -> tuple[bool, str, Evidence] | None:
    """Return what a list says; None for a modifier that it does not have: those of CPT stand in none.

    None also for what stands in a list of HCPCS without termination dates: such lists keep codes that have ended.
    """
    if code.system in TABLED:
        side = Side(graph, edition)
        found = bool(read(side, TABLES["hcpcs"], (code.system, code.notation)))
        if (found and "terminated" not in filled(side, TABLES["hcpcs"])) or (
            not found and code.system == "modifier"
        ):
            return None
        table = "hcpcs"
    else:
        found, table = edition.release in releases_of(graph, code.curie), "graph"
    return found, "", graph._figures.evidence(table, edition.release, ("code", code.notation))


def _paid(graph: CodeGraph, code: Code, day: date) -> Validity | None:
    """Return that the fee schedule of the day lists a code of HCPCS as in use; that it does not proves nothing."""
    for edition in reversed([e for e in graph._editions.of(PFS) if e.covers(day)]):
        row = graph._figures.fees(edition.release, code.notation).get("")
        if row is not None and row.status not in _STATUSES:
            cells = (("code", code.notation), ("status", row.status))
            evidence = graph._figures.evidence("pfs", edition.release, *cells)
            return Validity(
                code.curie, day, True, f"listed in {edition.release}", (evidence,), edition.release
            )
    return None


def _not_told(code: Code, day: date, known: tuple[Edition, ...], covering: list[Edition]) -> str:
    if covering:
        names = ", ".join(e.release for e in covering)
        return (
            f"{code}: {names} covers {day}, but does not tell whether it was valid: such codes are not in it, or "
            "it keeps ended codes without their dates"
        )
    if not known:
        return f"{code}: no list of {code.system} codes is loaded that tells which were valid on {day}"
    return f"no loaded list of {code.system} codes covers {day}; the nearest is {_nearest(known, day)}"


def _nearest(known: tuple[Edition, ...], day: date) -> Edition:
    """Return the whole edition that is nearest to a day."""
    return min((e for e in known if e.whole), key=lambda e: e.distance(day), default=known[-1])
