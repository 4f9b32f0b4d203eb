"""The history of NCCI procedure-to-procedure edits by pair and by code, from the edits database of a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from codegraph.tables import Tables

_TERMS: Final = (
    "SELECT t.setting, t.release, t.id, t.indicator, t.effective, t.deleted, t.prior_1996, r.rationale "
    "FROM ptp_terms AS t JOIN ptp_rationale AS r ON r.id = t.rationale"
)
# The ids go in as a JSON list (as which a list of int prints): half the time of one parameter an id. Few codes: each
# ordered pair is sought; many: the rows of each code are read and those of other partners are dropped.
_SEEK: Final = (
    "SELECT p.column1, p.column2, p.terms FROM json_each(?1) AS a CROSS JOIN json_each(?1) AS b "
    "CROSS JOIN ptp_pair AS p WHERE p.column1 = a.value AND p.column2 = b.value"
)
_SIFT: Final = (
    "SELECT p.column1, p.column2, p.terms FROM json_each(?1) AS a CROSS JOIN ptp_pair AS p "
    "WHERE p.column1 = a.value AND +p.column2 IN (SELECT value FROM json_each(?1))"
)
_MOST_SOUGHT: Final = 100
Series = tuple[str, str]  # setting, ident of a release
_AS_ONE: Final = "SELECT column1, column2, terms FROM ptp_pair WHERE column1 = ?"
# The rows of a code as column two lie scattered: the index holds all that is read of them.
_AS_TWO: Final = (
    "SELECT column1, column2, terms FROM ptp_pair WHERE column2 = ? ORDER BY column1, column2, occurrence"
)

_NAMED: Final = (
    "SELECT column1 FROM ptp_pair WHERE terms IN (SELECT value FROM json_each(?1)) UNION "
    "SELECT column2 FROM ptp_pair WHERE terms IN (SELECT value FROM json_each(?1))"
)


class Episode(NamedTuple):
    """A published row of the edits: from when to when a pair was edited, and how.

    The pair is not a key: it comes, goes and returns, and `occurrence` counts its rows in `release`, from 0.
    `deleted` is the last day in force. `effective` is None where the file does not say, `prior_1996` marks what was
    in existence before 1996. Millions of rows share few of these values, so an episode is a plain tuple.
    """

    column_one: str
    column_two: str
    release: str
    indicator: str
    effective: date | None
    deleted: date | None
    prior_1996: bool
    rationale: str
    occurrence: int

    def in_force(self, day: date | None) -> bool:
        """Tell whether the row is applied to a date of service; None: whether it is open-ended.

        An episode without effective date counts as in force from an unknown date; indicator 9 marks one that
        never was.
        """
        if self.indicator == "9":
            return False
        if day is None:
            return self.deleted is None
        return (self.effective is None or self.effective <= day) and (
            self.deleted is None or day <= self.deleted
        )


class PairTable:
    """Reads pairs by the codes' numbers; codes and the terms that rows share are read once and kept."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._ids: dict[str, int] = dict(tables.rows("SELECT code, id FROM ptp_code"))
        self._codes = {number: code for code, number in self._ids.items()}
        # (setting, release) -> number of the terms -> (release, indicator, effective, deleted, prior, rationale)
        self._terms: dict[Series, dict[int, tuple[Any, ...]]] = {}
        # Both settings, the counts and the rows of a code are asked for one after the other.
        self._rows_of = lru_cache(maxsize=8)(self._read)
        for setting, release, number, indicator, effective, deleted, prior, rationale in tables.rows(_TERMS):
            self._terms.setdefault((setting, release), {})[number] = (
                release,
                indicator,
                _day(effective),
                _day(deleted),
                bool(prior),
                rationale,
            )

    @property
    def releases(self) -> tuple[Series, ...]:
        """Return (setting, ident) of the releases whose rows are here, sorted."""
        return tuple(sorted(self._terms))

    def __contains__(self, code: str) -> bool:
        """Tell whether any row names a code, in whichever release."""
        return code in self._ids

    def between(self, codes: Iterable[str], setting: str, release: str) -> list[Episode]:
        """Return all rows of a release that pair two of the codes, in either order, in one look-up.

        Sorted by column one, column two and occurrence. `release` is an ident (`ncci-ptp-practitioner/2024Q3`); one
        that is not here has no rows.
        """
        return self.between_in(codes, [(setting, release)])[0]

    def between_in(self, codes: Iterable[str], series: Iterable[Series]) -> list[list[Episode]]:
        """Return what `between` returns for each of several (setting, release), still in one look-up."""
        rows = self._among(codes)
        return [list(_episodes(rows, self._codes, self._terms.get(key, {}))) for key in series]

    def of(self, code: str, setting: str, release: str) -> list[Episode]:
        """Return all rows of a release that name a code: those with it as column one first, then the others."""
        as_one, as_two = self._rows_of(code)
        return list(_episodes(as_one + as_two, self._codes, self._terms.get((setting, release), {})))

    def counted(self, code: str, setting: str, release: str) -> Iterator[tuple[int, Episode, int]]:
        """Yield how many rows of a release that name a code say the same: its own column, what they say, their number.

        The episode that stands for them names no codes and no occurrence. Counting takes a tenth of reading each.
        """
        terms = self._terms.get((setting, release), {})
        for column, rows in enumerate(self._rows_of(code), 1):
            for number, count in Counter(map(itemgetter(2), rows)).items():
                if number in terms:
                    yield column, Episode._make(("", "", *terms[number], 0)), count

    def _read(self, code: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Return the rows of a code in all settings and releases: those with it as column one, and as column two."""
        number = self._ids.get(code)
        if number is None:
            return [], []
        return self._tables.rows(_AS_ONE, (number,)), self._tables.rows(_AS_TWO, (number,))

    def named(self, setting: str, release: str, indicator: str, day: date | None) -> list[str]:
        """Return the codes that a row of a release with this indicator, in force on a day, names; sorted."""
        holding = [
            number
            for number, said in self._terms.get((setting, release), {}).items()
            if said[1] == indicator and Episode._make(("", "", *said, 0)).in_force(day)
        ]
        return sorted(self._codes[row[0]] for row in self._tables.rows(_NAMED, (str(holding),)))

    def _among(self, codes: Iterable[str]) -> list[tuple[Any, ...]]:
        numbers = sorted({self._ids[code] for code in codes if code in self._ids})
        if len(numbers) < 2:
            return []
        return self._tables.rows(_SEEK if len(numbers) <= _MOST_SOUGHT else _SIFT, (str(numbers),))


def _episodes(
    rows: Iterable[tuple[Any, ...]], codes: dict[int, str], terms: dict[int, tuple[Any, ...]]
) -> Iterator[Episode]:
    """Yield the rows of one release; occurrences are counted anew, since releases stand side by side."""
    one_before, two_before, occurrence = -1, -1, 0
    make = tuple.__new__  # a third of the time of Episode._make
    for one, two, number in rows:
        said = terms.get(number)
        if said is None:
            continue
        occurrence = occurrence + 1 if one == one_before and two == two_before else 0
        one_before, two_before = one, two
        yield make(Episode, (codes[one], codes[two], *said, occurrence))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
