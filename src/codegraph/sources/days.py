"""Dates as CMS packs them: eight digits, or a year and the number of a day in it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from codegraph.sources.values import RowError

_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_ORDINAL: Final = re.compile(r"([0-9]{4})([0-9]{3})")


def compact_day(text: str) -> date | None:
    """Return the day that eight digits write, None for an empty cell or `*`; raise RowError otherwise.

    >>> compact_day("20240930"), compact_day("*")
    (datetime.date(2024, 9, 30), None)
    """
    text = text.strip()
    if text in {"", "*"}:
        return None
    found = _COMPACT.fullmatch(text)
    if found is None:
        raise RowError(f"{text!r} is not a date written YYYYMMDD")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise RowError(f"{text!r} is not a day of the calendar") from None


def ordinal_day(text: str) -> date | None:
    """Return the day that year and day of the year write, None for an empty cell; raise RowError otherwise.

    >>> ordinal_day("2024092")
    datetime.date(2024, 4, 1)
    """
    if not text:
        return None
    found = _ORDINAL.fullmatch(text)
    if found and found[1] != "0000" and found[2] != "000":
        day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
        if day.year == int(found[1]):
            return day
    raise RowError(f"{text!r} is not a year and a day of the year (YYYYDDD)")


def iso(day: date | None) -> str:
    """Return a day for a table: its ISO form, empty where there is none."""
    return day.isoformat() if day else ""
