"""What a report of a work log says: each entry with its figures, the sums, and what has none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from codegraph.worklog.benchmark import Placement
from codegraph.worklog.entry import Entry


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An entry with its figures on its day, for all its units.

    `work` is in RVU, exact; `payment` in dollars, rounded half up to the cent. None stands for what is not known,
    and `no_work`, `no_payment` say why. `own_row` is the modifier whose published row was taken; `unadjusted` are
    modifiers that change what is paid and not the published work RVU that is counted here. `nearest` tells that no
    release covers the day, and that `release` is the nearest; `notes` are those of the price.
    """

    entry: Entry
    release: str | None
    work: Decimal | None
    payment: Decimal | None
    no_work: str | None = None
    no_payment: str | None = None
    own_row: str | None = None
    unadjusted: tuple[str, ...] = ()
    nearest: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of some entries: of a month (`2025-10`), of a code with its modifiers (`44388-53`), or of all.

    `work` and `payment` add what is known (None: nothing is); `without_work` and `without_payment` count the entries
    that are not in them. `unadjusted_work` is the part of `work` on entries whose modifiers say that the work was
    more, shared, or less.
    """

    key: str
    entries: int
    units: int
    work: Decimal | None
    payment: Decimal | None
    without_work: int
    without_payment: int
    unadjusted_work: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """What the entries of a period are worth; `first` and `last` are the period, as asked or as the entries have it."""

    first: date | None
    last: date | None
    setting: str
    locality: str | None
    lines: tuple[ReportLine, ...]
    months: tuple[Sum, ...]
    codes: tuple[Sum, ...]
    total: Sum
    benchmark: Placement | None
    notes: tuple[str, ...]

    @property
    def missing(self) -> tuple[ReportLine, ...]:
        """Return the lines that lack work RVU or payment: what is in no sum."""
        return tuple(line for line in self.lines if line.work is None or line.payment is None)
