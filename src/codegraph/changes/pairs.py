"""Compares the NCCI pairs in force at the end of two quarters: some two million each, without an object a pair.

The edits database numbers its codes in their order, so the pairs of an edition come sorted. A pair in force is kept
as one integer of eight bytes; stretches of the two sorted arrays are compared as sets, and only what differs is
looked up again.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from codegraph import release
from codegraph.billing.editions import Edition
from codegraph.build.progress import Progress
from codegraph.changes.model import Change

SOURCE: Final = "ptp"
# What is in force on a day: no effective date counts as begun, the deletion date is the last day, 9 was never in force.
_IN_FORCE: Final = (
    "SELECT id, indicator FROM ptp_terms WHERE release = ?1 AND indicator != '9' "
    "AND (effective = '' OR effective <= ?2) AND (deleted = '' OR deleted >= ?2)"
)
# In the order of the pairs, which the rows have anyway; without it the index on column two may be scanned instead.
_PAIRS: Final = (
    "SELECT (one.rank << 40) | (two.rank << 16) | t.indicator FROM ptp_pair AS p "
    "CROSS JOIN terms_in_force AS t ON t.id = p.terms "
    "CROSS JOIN rank_of_code AS one ON one.id = p.column1 CROSS JOIN rank_of_code AS two ON two.id = p.column2 "
    "ORDER BY p.column1, p.column2"
)
_DATES: Final = (
    "SELECT t.effective, t.deleted FROM ptp_pair AS p JOIN ptp_terms AS t ON t.id = p.terms "
    "WHERE p.column1 = ?1 AND p.column2 = ?2 AND t.release = ?3 AND (?4 IS NULL OR t.indicator = ?4) "
    "ORDER BY p.occurrence"
)
_CODES_AT_ONCE: Final = 64
_ONE: Final = 40
_PAIR: Final = 16
_MASK: Final = (1 << 24) - 1
_COUNTED: Final = 1 << 18
_LAST: Final = date.max


@dataclass(frozen=True, slots=True)
class _Half:
    """One edition: its open database, and the numbers of its codes by text."""

    connection: sqlite3.Connection
    edition: Edition
    codes: dict[str, int]

    def dates(self, one: str, two: str, indicator: int | None = None) -> list[tuple[str, str]]:
        """Return effective and deletion date of each row of a pair, only of those with an indicator if given."""
        if one not in self.codes or two not in self.codes:
            return []
        sign = None if indicator is None else str(indicator)
        key = (self.codes[one], self.codes[two], self.edition.release, sign)
        return self.connection.execute(_DATES, key).fetchall()


def compare_pairs(
    first: tuple[Path, Edition], second: tuple[Path, Edition], progress: Progress, *, went: bool = True
) -> Iterator[Change]:
    """Yield the pairs that were put in force, ended, or got another indicator, by code.

    Each side is a release directory and an edition in it; a pair is looked at on the last day of its edition's
    quarter. Without `went` what the second edition lacks is not told: it is an excerpt.
    """
    halves = [_open(directory, edition) for directory, edition in (first, second)]
    try:
        codes = sorted({code for half in halves for code in half.codes})
        rank = {code: number for number, code in enumerate(codes)}
        packed = [_packed(half, rank, progress) for half in halves]
        progress.step("comparing pairs of codes")
        yield from _differences(halves, packed, codes, went=went)
    finally:
        for half in halves:
            half.connection.close()


def _open(directory: Path, edition: Edition) -> _Half:
    path = directory / release.EDITS
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    connection.execute("PRAGMA mmap_size=1073741824")
    connection.execute("PRAGMA temp_store=MEMORY")
    codes = {code: number for number, code in connection.execute("SELECT id, code FROM ptp_code")}
    return _Half(connection, edition, codes)


def _packed(half: _Half, rank: dict[str, int], progress: Progress) -> array[int]:
    """Return the pairs in force on the edition's last day: rank of column one, of column two, indicator."""
    progress.step(f"reading the pairs of {half.edition.release}")
    day = half.edition.last or half.edition.first or _LAST
    run = half.connection.execute
    for name, column in (("terms_in_force", "indicator"), ("rank_of_code", "rank")):
        run(f"CREATE TEMP TABLE {name} (id INTEGER PRIMARY KEY, {column} INTEGER NOT NULL)")
    run(f"INSERT INTO terms_in_force {_IN_FORCE}", (half.edition.release, day.isoformat()))
    ranks = ((number, rank[code]) for code, number in half.codes.items())
    half.connection.executemany("INSERT INTO rank_of_code VALUES (?, ?)", ranks)
    found: array[int] = array("q")
    cursor = run(_PAIRS)
    while piece := cursor.fetchmany(_COUNTED):
        found.extend([row[0] for row in piece])
        progress.count(len(found))
    return found


def _differences(
    halves: list[_Half], packed: list[array[int]], codes: list[str], *, went: bool
) -> Iterator[Change]:
    starts = [0, 0]
    for number in range(_CODES_AT_ONCE, len(codes) + _CODES_AT_ONCE, _CODES_AT_ONCE):
        ends = [
            bisect_left(rows, number << _ONE, lo=start) for rows, start in zip(packed, starts, strict=True)
        ]
        before, after = (set(rows[start:end]) for rows, start, end in zip(packed, starts, ends, strict=True))
        starts = ends
        for pair in sorted({row >> _PAIR for row in before ^ after}):
            was, now = _indicator(pair, before), _indicator(pair, after)
            if was != now and (now is not None or went):
                yield _change(halves, codes[pair >> (_ONE - _PAIR)], codes[pair & _MASK], was, now)


def _indicator(pair: int, rows: set[int]) -> int | None:
    """Return the modifier indicator of a pair in force; of two, 0, by which no modifier passes."""
    return next((sign for sign in (0, 1) if pair << _PAIR | sign in rows), None)


def _change(halves: list[_Half], one: str, two: str, was: int | None, now: int | None) -> Change:
    if was is not None and now is not None:
        kind, note = "edit-changed", ""
    elif now is not None:
        kind, note = "edit-added", _begun(halves[1].dates(one, two, now))
    else:
        kind, note = "edit-ended", _ended(halves[1].dates(one, two))
    before, after = (None if n is None else str(n) for n in (was, now))
    first, second = (half.edition.release for half in halves)
    subject, other = (f"{'hcpcs' if code[0].isalpha() else 'cpt'}:{code}" for code in (one, two))
    key, field = f"{one} with {two}", "modifier indicator"
    return Change(SOURCE, kind, subject, key, field, before, after, first, second, other, note)


def _begun(rows: list[tuple[str, str]]) -> str:
    days = [effective for effective, _ in rows if effective]
    return f"from {max(days)}" if days else ""


def _ended(rows: list[tuple[str, str]]) -> str:
    days = [deleted for _, deleted in rows if deleted]
    return f"last day in force {max(days)}" if days else "no row of it in the later edition"
