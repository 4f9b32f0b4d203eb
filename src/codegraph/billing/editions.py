"""Which loaded edition of a source was in force on a day; where none was, that is said, with the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from codegraph.errors import InvalidValue, NotLoaded
from codegraph.release import Manifest

# A source -> what it is called, and which file of CMS brings it.
PFS: Final = "cms-pfs"
GPCI: Final = "cms-gpci"
LOCALITY: Final = "cms-locality"
ANESTHESIA: Final = "cms-anesthesia"
OPPS_CAP: Final = "cms-oppscap"
ADD_ON: Final = "ncci-addon"
ADDENDUM_A: Final = "opps-addendum-a"
ADDENDUM_B: Final = "opps-addendum-b"
STATUS_MEANINGS: Final = "opps-addendum-d1"
INPATIENT_ONLY: Final = "opps-addendum-e"
PTP: Final = {"practitioner": "ncci-ptp-practitioner", "outpatient": "ncci-ptp-outpatient"}
MUE: Final = {
    "practitioner": "ncci-mue-practitioner",
    "outpatient": "ncci-mue-outpatient",
    "dme": "ncci-mue-dme",
}
TITLES: Final[dict[str, str]] = {
    PFS: "Physician Fee Schedule relative values (PPRRVU)",
    GPCI: "geographic practice cost indices (GPCI)",
    LOCALITY: "fee schedule localities and counties (LOCCO)",
    ANESTHESIA: "anesthesia conversion factors (ANES)",
    OPPS_CAP: "OPPS caps on imaging (OPPSCAP)",
    ADD_ON: "NCCI add-on code edits",
    ADDENDUM_A: "OPPS Addendum A",
    ADDENDUM_B: "OPPS Addendum B",
    STATUS_MEANINGS: "OPPS Addendum D1",
    INPATIENT_ONLY: "OPPS Addendum E (inpatient only)",
    PTP["practitioner"]: "NCCI procedure-to-procedure edits, practitioner",
    PTP["outpatient"]: "NCCI procedure-to-procedure edits, outpatient hospital",
    MUE["practitioner"]: "NCCI medically unlikely edits (MUE), practitioner",
    MUE["outpatient"]: "NCCI medically unlikely edits (MUE), outpatient hospital",
    MUE["dme"]: "NCCI medically unlikely edits (MUE), durable medical equipment suppliers",
}
# A file of these tells the whole history, so the newest one answers for every day up to its last.
CUMULATIVE: Final = frozenset(PTP.values())
QPP: Final = "-qpp"
# Files of quarters that do not say their last day.
_QUARTERLY: Final = frozenset({OPPS_CAP, ADDENDUM_A, ADDENDUM_B})
_QUARTER: Final = re.compile(r"20\d\d(?:[A-D]|-\d\d|Q[1-4])")
_WHOLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Edition:
    """A loaded release of a source: the days it covers (None: open), its rows, its file, and whether it is whole.

    One of less than half the rows of another edition of its source is an excerpt: what it says holds, what it
    does not say proves nothing. `packaged` are the excerpts in codegraph itself: all rows of the packaged codes.
    """

    release: str
    first: date | None
    last: date | None
    rows: int
    title: str
    file: str
    whole: bool = True
    packaged: bool = False

    @property
    def source(self) -> str:
        """Return the series (`cms-pfs`)."""
        return self.release.partition("/")[0]

    @property
    def version(self) -> str:
        """Return the edition as its publisher counts (`2025D`)."""
        return self.release.partition("/")[2]

    @property
    def tells_history(self) -> bool:
        """Tell whether the edition answers for the days before it too."""
        return (self.whole or self.packaged) and self.source in CUMULATIVE

    def covers(self, day: date) -> bool:
        """Tell whether a day lies within the edition; an undated one covers none."""
        if self.first is None and self.last is None:
            return False
        begun = self.tells_history or self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last)

    def distance(self, day: date) -> int:
        """Return how many days a day lies outside of the edition; 0 within it."""
        if self.first is not None and day < self.first and not self.tells_history:
            return (self.first - day).days
        if self.last is not None and day > self.last:
            return (day - self.last).days
        return 0

    def __str__(self) -> str:
        days = " to ".join("…" if d is None else d.isoformat() for d in (self.first, self.last))
        excerpt = ", the packaged codes only" if self.packaged else "" if self.whole else ", an excerpt"
        return f"{self.release} ({days}{excerpt})"


def as_day(on: str | date | None) -> date | None:
    """Return a date of service: a date or `YYYY-MM-DD`; raise InvalidValue for anything else.

    >>> as_day("2026-07-01")
    datetime.date(2026, 7, 1)
    """
    if on is None or isinstance(on, date):
        return on
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(on)):
        try:
            return date.fromisoformat(str(on))
        except ValueError as error:
            raise InvalidValue(f"{on!r} is no day of the calendar: {error}") from error
    raise InvalidValue(f"{str(on)[:40]!r} is no date; write it as YYYY-MM-DD (2026-07-01)")


def checked_setting(setting: str, known: Iterable[str]) -> str:
    """Return a setting that is among those known; raise InvalidValue, naming these, for any other.

    >>> checked_setting("outpatient", PTP)
    'outpatient'
    """
    settings = tuple(known)
    if setting not in settings:
        raise InvalidValue(
            f"{str(setting)[:40]!r} is no setting of these edits; those are {', '.join(settings)}",
            candidates=settings,
        )
    return setting


class Editions:
    """The loaded releases of each source that answers about payment and edits, oldest first."""

    def __init__(self, manifest: Manifest) -> None:
        found: dict[str, dict[str, Edition]] = {}
        limited = [source for source in manifest.figures if source.remark]
        for source in (*manifest.sources, *manifest.figures):
            name = source.release.partition("/")[0]
            if name not in TITLES:
                continue
            first, last = (
                None if d is None else date.fromisoformat(d)
                for d in (source.effective_from, source.effective_to)
            )
            series = found.setdefault(name, {})
            before = series.get(source.release)
            rows = source.rows + (before.rows if before else 0)
            file = source.file if before is None else before.file
            last = last or _last_day(source.release, first)
            series[source.release] = Edition(
                source.release, first, last, rows, source.title, file, packaged=source in limited
            )
        self._series = {name: _ordered(series.values()) for name, series in found.items()}
        self._kept = lru_cache(maxsize=1 << 14)(self._on)

    def of(self, source: str) -> tuple[Edition, ...]:
        """Return all loaded editions of a source, oldest first."""
        return self._series.get(source, ())

    def loaded(self, source: str) -> bool:
        """Tell whether any edition of a source is loaded."""
        return source in self._series

    def on(
        self, source: str, day: date | None, *, nearest: bool = False, qualifying: bool | None = None
    ) -> Edition:
        """Return the edition in force on a day, the newest where `day` is None.

        A whole edition goes before an excerpt. `qualifying` chooses, where a year has two, the file for
        qualifying participants (True) or the other one (False). `nearest` takes the closest edition where none
        covers the day. Raises NotLoaded, naming the nearest, or the file that brings the source.
        """
        return self._kept(source, day, nearest, qualifying)

    def _on(self, source: str, day: date | None, nearest: bool, qualifying: bool | None) -> Edition:
        title = TITLES[source]
        known = [e for e in self.of(source) if qualifying is None or _participation_fits(e, qualifying)]
        if not known:
            other = "" if not self.of(source) else " for this participation"
            raise NotLoaded(f"not loaded: {title}{other}; `codegraph sources` names the file that brings it")
        whole = [e for e in known if e.whole] or known
        if day is None:
            return whole[-1]
        covering = [e for e in whole if e.covers(day)] or [e for e in known if e.covers(day)]
        if covering:
            return covering[-1]
        closest = min(reversed(whole), key=lambda e: e.distance(day))
        if nearest:
            return closest
        raise NotLoaded(f"no loaded release of {title} covers {day}; the nearest is {closest}")


def _participation_fits(edition: Edition, qualifying: bool) -> bool:
    """Tell whether a file is for this participation; until 2025 there was one conversion factor for all."""
    if edition.first is not None and edition.first.year < 2026:
        return True
    return edition.version.endswith(QPP) == qualifying


def _last_day(release: str, first: date | None) -> date | None:
    source, _, version = release.partition("/")
    if first is None or source not in _QUARTERLY or not _QUARTER.match(version):
        return None
    year, month = (first.year + 1, first.month - 9) if first.month > 9 else (first.year, first.month + 3)
    return date(year, month, 1) - timedelta(days=1)


def _ordered(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    known = sorted(editions, key=lambda e: (e.first or date.min, e.last or date.max, e.release))
    most = max(e.rows for e in known)
    return tuple(replace(e, whole=e.rows >= _WHOLE * most and not e.packaged) for e in known)
