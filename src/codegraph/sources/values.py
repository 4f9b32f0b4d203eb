"""Cells as CMS prints them: numbers, amounts, codes that lost their zeros, months and days."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from codegraph.sources.base import Note


class RowError(ValueError):
    """Why one row cannot be read; the row becomes a Reject."""


@lru_cache(maxsize=65536)
def decimal(text: str) -> Decimal:
    """Return a published number with its digits; raise RowError for anything else."""
    if not _NUMBER.fullmatch(text):
        raise RowError(f"{text[:20]!r} is not a number")
    return Decimal(text)


_NUMBER: Final = re.compile(r"-?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})", re.ASCII)


def amount(text: str) -> Decimal | None:
    """Return an amount or percentage as CMS prints it, None for an empty cell or a lone point.

    >>> amount("$1,579.16"), amount("20.000%"), amount(".")
    (Decimal('1579.16'), Decimal('20.000'), None)
    """
    bare = text.replace("$", "").replace(",", "").replace("%", "").strip()
    return None if bare in ("", ".") else decimal(bare)


def plain(value: Decimal | None) -> str | None:
    """Return a number as it is kept in a table: its digits, never an exponent."""
    return None if value is None else format(value, "f")


def zero_filled(text: str, width: int, what: str, line: int, notes: list[Note]) -> str:
    """Give a code of digits the leading zeros that a spreadsheet took from it, and note it."""
    if len(text) >= width or not (text.isascii() and text.isdigit()):
        return text
    whole = text.zfill(width)
    notes.append(Note(line, f"leading zeros of the {what} restored: {text} is {whole}", whole))
    return whole


QUARTER_LETTERS: Final = {1: "A", 4: "B", 7: "C", 10: "D"}  # of the fee schedule's quarterly files: RVU25D

_NAMES: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS: Final = {name: number for number, name in enumerate(_NAMES, 1)}
_MONTH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in MONTHS)
_MONTH_YEAR: Final = re.compile(rf"(?<![a-z])({_MONTH})[a-z]*[ _.,-]*(20\d\d)(?!\d)", re.IGNORECASE)
_YEAR_MONTH: Final = re.compile(rf"(?<!\d)(20\d\d)[ _.-]*({_MONTH})(?![a-z])", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_US_DAY: Final = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(20\d\d)(?!\d)")


def month_number(name: str) -> int:
    """Return 1 to 12 for the name of a month or its first three letters."""
    return next(number for full, number in MONTHS.items() if full.startswith(name.lower()[:3]))


def find_month(text: str) -> tuple[int, int] | None:
    """Return the year and month that a text names, whichever comes first (`October 2025`, `2025_Jan`).

    >>> find_month("crosswalk_october_2025.csv"), find_month("2026 Addendum B")
    ((2025, 10), None)
    """
    if match := _MONTH_YEAR.search(text):
        return int(match[2]), month_number(match[1])
    if match := _YEAR_MONTH.search(text):
        return int(match[1]), month_number(match[2])
    return None


def find_year(text: str) -> int | None:
    """Return the first year from 2000 to 2099 that stands alone in a text."""
    match = _YEAR.search(text)
    return int(match[1]) if match else None


def us_date(text: str) -> date | None:
    """Return the first day written month/day/year in a text, or None; an impossible day counts as none."""
    for match in _US_DAY.finditer(text):
        month, day, year = (int(part) for part in match.groups())
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None
