"""On which days NCCI edits of a code began and ended: counted, or one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PTP
from codegraph.changes.events import Event
from codegraph.changes.loaded import editions, newest_whole

if TYPE_CHECKING:
    from codegraph.billing.pairs import Episode
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_VOID: Final = "9"
_SIDES: Final = ("column one", "column two")


def events(graph: CodeGraph, code: Code, *, each: bool = False) -> Iterator[Event]:
    """Yield the edits of a code by the day on which they began or had their last day, in each setting.

    The newest whole edition of a setting tells the whole history. An edit without effective date began on an
    unknown day, one marked as older than 1996 too; edits that were void from the start are left out. With `each`
    every pair is an event of its own.
    """
    for setting, series in PTP.items():
        edition = newest_whole(editions(graph, (series,)))
        if edition is None:
            continue
        evidence = graph._figures.evidence("ptp", edition.release, ("code", code.notation))
        where = f"{setting}, {edition.release}"
        asked = code.notation, setting, edition.release
        if each:
            rows = graph._pair_table.of(*asked)
            told = _each(code.notation, [e for e in rows if e.indicator != _VOID])
        else:
            counts = graph._pair_table.counted(*asked)
            told = _counted(code.notation, [c for c in counts if c[1].indicator != _VOID])
        yield from (
            Event(day, "ptp", kind, key, field, before, after, count, "; ".join((*notes, where)), (evidence,))
            for day, kind, key, field, before, after, count, notes in told
        )


Told = tuple[date | None, str, str, str, str | None, str | None, int | None, tuple[str, ...]]


Counts = list[tuple[int, "Episode", int]]  # the code's column, what rows say, how many say it


def _counted(code: str, counts: Counts) -> Iterator[Told]:
    begun: dict[date | None, Counts] = {}
    ended: dict[date | None, Counts] = {}
    for row in counts:
        begun.setdefault(row[1].effective, []).append(row)
        if row[1].deleted is not None:
            ended.setdefault(row[1].deleted, []).append(row)
    for kind, by_day in (("edits-begun", begun), ("edits-ended", ended)):
        for day, some in by_day.items():
            notes = (_breakdown(some), *(() if day else ("on an unknown day",)))
            yield day, kind, code, "", None, None, sum(number for _, _, number in some), notes


def _breakdown(some: Counts) -> str:
    """Return how many edits there are by column and by modifier indicator, in words."""
    counts = Counter[tuple[str, str]]()
    for column, row, number in some:
        counts[_SIDES[column - 1], row.indicator] += number
    return ", ".join(f"{n:,} as {side} with indicator {sign}" for (side, sign), n in sorted(counts.items()))


def _each(code: str, episodes: Sequence[Episode]) -> Iterator[Told]:
    field = "modifier indicator"
    for e in episodes:
        key = f"{e.column_one} with {e.column_two}"
        notes = (e.rationale, *(() if e.effective else ("on an unknown day",)))
        yield e.effective, "edit-added", key, field, None, e.indicator, None, notes
        if e.deleted is not None:
            yield e.deleted, "edit-ended", key, field, e.indicator, None, None, (e.rationale,)
