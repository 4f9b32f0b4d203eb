"""NCCI procedure-to-procedure edits of a pair of codes on a date of service, and all conflicts of a code.

Of a pair reported by one provider for one patient and day, the code in column two is not paid beside the one in
column one; the modifier indicator says whether a modifier may change that (NCCI Policy Manual, chapter I).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PTP, Edition, checked_setting
from codegraph.billing.edits_model import INDICATORS, Conflicts, OtherSetting, PairEdits
from codegraph.billing.pairs import Episode
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

_OTHER: Final = {"practitioner": "outpatient", "outpatient": "practitioner"}
_UNKNOWN_START: Final = "in force from a date that the file does not give"


def pair_edits(
    kg: OpenedRelease, first: Line, second: Line, day: date | None, setting: str, *, nearest: bool = False
) -> PairEdits:
    """Return the edits of two codes, in either order; modifiers of the lines are not judged here.

    Raises InvalidValue for an unknown setting, NotLoaded where no release of it covers the day.
    """
    edition = _edition(kg, setting, day, nearest)
    on = day or edition.last
    other = _other_edition(kg, setting, on)
    series = [(e.source.rpartition("-")[2], e.release) for e in (edition, other) if e is not None]
    found = kg._pair_table.between_in((first.code, second.code), series)
    rows = tuple(sorted(found[0], key=_history))
    holding = [row for row in rows if row.in_force(on)]
    now = _chosen(holding)
    pair = (first.code, second.code)
    known = bool(rows) or kg._figures.tells_all_of(edition, *pair)
    beside = None
    if other is not None:
        proven = known and (bool(found[1]) or kg._figures.tells_all_of(other, *pair))
        beside = _beside(_OTHER[setting], other, now, _chosen_on(found[1], on), proven=proven)
    notes = [*_about(edition, day), *_about_rows(kg, edition, pair, rows, holding)]
    return PairEdits(
        first.code,
        second.code,
        setting,
        on,
        edition,
        rows,
        now,
        beside,
        known,
        "; ".join(notes) or None,
        kg._provenance(edition.release),
    )


def conflicts(
    kg: OpenedRelease,
    line: Line,
    day: date | None,
    setting: str,
    *,
    column: int | None = None,
    indicator: str | None = None,
    rationale: str | None = None,
    nearest: bool = False,
) -> Conflicts:
    """Return the edits in force on a day that name a code.

    `column` keeps those in which the code itself stands in that column, `indicator` those with `0` or `1` (`9` gives
    the void rows instead, which are never in force), `rationale` those whose rationale contains a text. Raises
    InvalidValue for what none of these can be, NotLoaded where no release of the setting covers the day.
    """
    edition = _edition(kg, setting, day, nearest)
    keep = _filters(line.code, column, indicator, rationale)
    on = day or edition.last
    rows = kg._pair_table.of(line.code, setting, edition.release)
    if indicator == "9":
        held = [row for row in rows if row.indicator == "9"]
    else:
        holding = [row for row in rows if row.in_force(on)]
        held = holding if _all_apart(holding) else list(_first_to_end(holding))
    notes = [*_about(edition, day), *_about_rows(kg, edition, (line.code,), rows, ())]
    if rows and not edition.whole:
        limited = "the packaged codes only" if edition.packaged else "an excerpt"
        notes.append(f"{edition.release} is loaded as {limited}: there may be more edits than these")
    if any(row.effective is None for row in held):
        notes.append(f"rows without an effective date count as {_UNKNOWN_START}")
    return Conflicts(
        line.code,
        setting,
        on,
        edition,
        tuple(row for row in held if all(fits(row) for fits in keep)) if keep else tuple(held),
        "; ".join(notes) or None,
        kg._provenance(edition.release),
    )


def _edition(kg: OpenedRelease, setting: str, day: date | None, nearest: bool) -> Edition:
    return kg._editions.on(PTP[checked_setting(setting, PTP)], day, nearest=nearest)


def _other_edition(kg: OpenedRelease, setting: str, on: date | None) -> Edition | None:
    """Return the release of the other setting for the same day, None where none is loaded for it."""
    try:
        return kg._editions.on(PTP[_OTHER[setting]], on)
    except NotLoaded:
        return None


def _history(row: Episode) -> tuple[date, date, int]:
    return (row.effective or date.min, row.deleted or date.max, row.occurrence)


def _all_apart(rows: Sequence[Episode]) -> bool:
    """Tell whether no pair has two rows, which is nearly always so."""
    return len({row[:2] for row in rows}) == len(rows)


def _first_to_end(holding: Iterable[Episode]) -> Iterator[Episode]:
    """Yield of each pair the row to go by."""
    for _, same in groupby(holding, lambda row: row[:2]):
        row = _chosen(list(same))
        if row is not None:
            yield row


def _chosen(holding: Sequence[Episode]) -> Episode | None:
    """Return the row to go by: of several that may hold, for want of effective dates, the first to end."""
    return min(holding, key=lambda row: row.deleted or date.max, default=None)


def _chosen_on(rows: Iterable[Episode], on: date | None) -> Episode | None:
    return _chosen([row for row in rows if row.in_force(on)])


def _beside(
    setting: str, other: Edition, here: Episode | None, there: Episode | None, *, proven: bool
) -> OtherSetting:
    """Compare the row in force here with the one there; where a missing one proves nothing, no verdict."""
    same = (here and (here.column_one, here.indicator)) == (there and (there.column_one, there.indicator))
    return OtherSetting(setting, other.release, there, not same if proven else None)


def _about(edition: Edition, day: date | None) -> list[str]:
    """Return what is to be said of the release that answers."""
    if day is not None and not edition.covers(day):
        return [f"no loaded release covers {day}; answered by the nearest, {edition}"]
    return []


def _about_rows(
    kg: OpenedRelease,
    edition: Edition,
    codes: Sequence[str],
    rows: Sequence[Episode],
    holding: Sequence[Episode],
) -> list[str]:
    """Return what the rows leave open, or what it means that there are none."""
    if not rows:
        return [_none_found(kg, edition, tuple(dict.fromkeys(codes)))]
    if len(holding) > 1:
        return [
            f"{len(holding)} rows may hold on that day, for want of effective dates; the first to end counts"
        ]
    if holding and holding[0].effective is None:
        since = " (in existence before 1996)" if holding[0].prior_1996 else ""
        return [_UNKNOWN_START + since]
    return []


def _none_found(kg: OpenedRelease, edition: Edition, codes: tuple[str, ...]) -> str:
    """Return what it means that no row names one code, or pairs two."""
    what = "pairs them" if len(codes) > 1 else f"names {codes[0]}"
    # Of a packaged code only the pairs with other packaged codes are there.
    if edition.whole or (len(codes) > 1 and kg._figures.tells_all_of(edition, *codes)):
        if absent := [code for code in codes if code not in kg._pair_table]:
            what = f"names {' or '.join(absent)}"
        return f"no edit in release {edition.release} {what}"
    limited = "that holds the packaged codes only" if edition.packaged else "that is an excerpt"
    whole = [e for e in kg._editions.of(edition.source) if e.whole]
    nearest = f"; the newest whole release is {whole[-1]}" if whole else ""
    return f"no row of {edition.release} {what}, but {limited}, which proves nothing{nearest}"


def _filters(
    code: str, column: int | None, indicator: str | None, rationale: str | None
) -> list[Callable[[Episode], bool]]:
    """Return what each filter that was given asks of a row; raise InvalidValue for what it cannot be."""
    keep: list[Callable[[Episode], bool]] = []
    if column is not None:
        if column not in (1, 2):
            raise InvalidValue(f"column {column!r}: an edit has the columns 1 and 2", candidates=("1", "2"))
        keep.append(lambda row: row[column - 1] == code)
    if indicator is not None:
        if indicator not in INDICATORS:
            raise InvalidValue(
                f"{indicator!r} is no modifier indicator of an edit; those are {', '.join(INDICATORS)}",
                candidates=tuple(INDICATORS),
            )
        keep.append(lambda row: row.indicator == indicator)
    if rationale is not None:
        wanted = rationale.casefold()
        keep.append(lambda row: wanted in row.rationale.casefold())
    return keep
