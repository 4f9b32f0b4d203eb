"""What each line of one hospital outpatient claim is paid: comprehensive services, packaging, reduction of several.

Source: OPPS Addendum D1; 42 CFR 419.2(b) and 419.44; Medicare Claims Processing Manual (Pub. 100-04), chapter 4,
sections 10.2, 10.4, 20.6.4 and 180.7. Not computed, for want of its tables: complexity adjustments and ranks of
comprehensive services (Addendum J), composites (Addendum M), wage index, outliers, device offsets, copayments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, Literal

from codegraph.billing.editions import ADDENDUM_A, ADDENDUM_B
from codegraph.billing.evidence import Evidence
from codegraph.billing.outpatient import UNADJUSTED, label
from codegraph.billing.outpatient_status import (
    BESIDE_J1,
    HALF,
    PACKAGES_Q1,
    PACKAGES_Q4,
    PATIENT_DIED,
    STATUSES,
    STOPPED,
)
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

Outcome = Literal["paid", "packaged", "other system", "cost", "not paid"]
_CENT: Final = Decimal("0.01")
_ONE: Final = Decimal(1)
_J1_NOTE: Final = (
    "several comprehensive services: the one with the highest rate was taken; CMS ranks them by Addendum J and may "
    "raise the pair to a higher APC (complexity adjustment), which is not loaded"
)
_Q3_NOTE: Final = (
    "composite payments (Addendum M) are not loaded: services with Q3 are shown at their own rates"
)
_J2_NOTE: Final = (
    "whether the stay meets comprehensive observation (J2) was not judged; J2 counts as a visit, also for Q1"
)
_BOTH_NOTE: Final = "services with Q1 and Q2 alone: the one with the highest rate of all was taken"


@dataclass(frozen=True, slots=True)
class OutpatientLine:
    """A line of the claim: its status, its rate for one unit, and what becomes of it.

    `amount` is in dollars for all units, rounded half up to the cent; 0 for packaged, None where this system sets no
    amount. `units_paid` counts the rate: 1.5 is one unit in full and one at half.
    """

    line: Line
    status: str
    label: str
    apc: str
    rate: Decimal | None
    outcome: Outcome
    amount: Decimal | None
    units_paid: Decimal | None
    rule: str
    evidence: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        amount = "" if self.amount is None else f" ${self.amount}"
        return f"{self.line}: {self.outcome}{amount} ({self.status}: {self.rule})"


@dataclass(frozen=True, slots=True)
class OutpatientClaim:
    """The lines of a claim with the sum of what is paid, at national rates that no wage index adjusts."""

    on: date | None
    release: str
    lines: tuple[OutpatientLine, ...]
    total: Decimal
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{len(self.lines)} lines, ${self.total} ({UNADJUSTED})"


@dataclass(slots=True)
class _Work:
    """A line while the rules go over it; `settled` is its outcome once one has decided."""

    line: Line
    status: str
    effective: str
    apc: str
    rate: Decimal | None
    day: date | None
    evidence: tuple[Evidence, ...]
    outcome: Outcome | None = None
    units_paid: Decimal | None = None
    rule: str = ""
    stopped: Decimal = field(default=_ONE)

    def settle(self, outcome: Outcome, rule: str, units: Decimal | None = None) -> None:
        """Decide the line; a decided one stays as it is."""
        if self.outcome is None:
            self.outcome, self.rule, self.units_paid = outcome, rule, units

    @property
    def worth(self) -> Decimal:
        """Return the rate after a reduction for a procedure that was stopped, by which lines are ranked."""
        return (self.rate or Decimal(0)) * self.stopped


def outpatient_claim(
    kg: OpenedRelease, lines: Sequence[Line], day: date | None = None, *, nearest: bool = False
) -> OutpatientClaim:
    """Return what each line of one claim is paid.

    Lines may carry a day of their own; reductions and packaging by T and Q hold within a day, J1 for the claim.
    Raises NotLoaded where no release of Addendum B covers the day. A code that it does not list is not paid.
    """
    edition = kg._editions.on(ADDENDUM_B, day, nearest=nearest)
    works = [_work(kg, line, edition.release, day, nearest) for line in lines]
    notes = [UNADJUSTED]
    if day is not None and not edition.covers(day):
        notes.append(f"by {edition}, the nearest to {day}")
    for rule in _RULES:
        notes += [note for note in rule(works) if note not in notes]
    done = tuple(_done(kg, work) for work in works)
    total = sum((line.amount for line in done if line.amount is not None), Decimal(0))
    return OutpatientClaim(day, edition.release, done, total, tuple(notes))


def _work(kg: OpenedRelease, line: Line, release: str, day: date | None, nearest: bool) -> _Work:
    entry = kg._figures.outpatient(release, line.code)
    if entry is None:
        work = _Work(line, "", "", "", None, line.day or day, ())
        work.settle("not paid", f"not listed in Addendum B ({release})")
        return work
    cells = (("code", line.code), ("status", entry.status), ("rate", entry.payment_rate))
    evidence = (kg._figures.evidence("opps", release, *cells),)
    apc, rate, status = entry.apc, entry.payment_rate, entry.status
    effective = status
    if status == "C" and "CA" in line.modifiers:
        apc, rate, effective = PATIENT_DIED, _rate_of(kg, PATIENT_DIED, day, nearest), "J1"
    elif status in ("Q1", "Q2", "Q3", "J2"):
        effective = _status_of(kg, apc, day, nearest)
    work = _Work(line, status, effective, apc, rate, line.day or day, evidence)
    work.stopped = min((STOPPED[m][0] for m in line.modifiers if m in STOPPED), default=_ONE)
    return work


def _classification(
    kg: OpenedRelease, apc: str, day: date | None, nearest: bool
) -> tuple[str, str, Decimal | None, Decimal | None] | None:
    try:
        edition = kg._editions.on(ADDENDUM_A, day, nearest=nearest)
    except NotLoaded:
        return None
    return kg._figures.classification(edition.release, apc)


def _rate_of(kg: OpenedRelease, apc: str, day: date | None, nearest: bool) -> Decimal | None:
    found = _classification(kg, apc, day, nearest)
    return found[3] if found else None


def _status_of(kg: OpenedRelease, apc: str, day: date | None, nearest: bool) -> str:
    """Return the status of an APC, which a conditional service takes when it is paid; S where it is not loaded."""
    found = _classification(kg, apc, day, nearest)
    return "V" if found and found[1] == "J2" else found[1] if found else "S"


def _unpaid(works: list[_Work]) -> list[str]:
    """Settle what this system never pays by a rate, and what falls with an inpatient-only procedure."""
    for work in works:
        if work.effective == "J1":
            continue
        pays = STATUSES[work.status].pays if work.status in STATUSES else "not paid"
        if pays in ("not paid", "other system", "cost"):
            work.settle(pays, STATUSES[work.status].effect if work.status in STATUSES else "unknown status")
    days = {w.day for w in works if w.status == "C" and w.effective == "C"}
    for work in works:
        if work.day in days and work.status != "C":
            work.settle("not paid", "denied with the inpatient-only procedure of the same day")
    if not days:
        return []
    return [
        "an inpatient-only procedure that is ordinarily part of a larger one is denied alone beside a T service"
    ]


def _comprehensive(works: list[_Work]) -> list[str]:
    """Let the highest comprehensive service pay and package the rest of the claim."""
    ranked = sorted((w for w in works if w.effective == "J1" and w.outcome is None), key=lambda w: -w.worth)
    if not ranked:
        return []
    first = ranked[0]
    first.settle("paid", "the comprehensive service of the claim", first.stopped)
    for work in works:
        if work.status not in BESIDE_J1:
            work.settle("packaged", f"packaged into the comprehensive service {first.line.code}")
    return [_J1_NOTE] if len(ranked) > 1 else []


def _packaged(works: list[_Work]) -> list[str]:
    for work in works:
        if work.status == "N":
            work.settle("packaged", "always packaged")
    return []


def _laboratory(works: list[_Work]) -> list[str]:
    """Package laboratory tests (Q4) beside anything else that the outpatient system takes."""
    beside = {w.status for w in works} & PACKAGES_Q4
    for work in works:
        if work.status == "Q4" and beside:
            work.settle("packaged", f"a laboratory test beside {', '.join(sorted(beside))}")
        elif work.status == "Q4":
            work.settle("other system", "a laboratory test alone: paid by the laboratory fees")
    return []


def _conditional(works: list[_Work]) -> list[str]:
    """Package Q1 beside S, T or V and Q2 beside T of a day; of those that are left the highest pays."""
    notes = []
    for day in {w.day for w in works}:
        open_ = [w for w in works if w.day == day and w.outcome is None]
        present = {w.effective for w in open_ if w.status not in ("Q1", "Q2")}
        for work in open_:
            if work.status == "Q1" and present & PACKAGES_Q1:
                work.settle("packaged", f"packaged beside {', '.join(sorted(present & PACKAGES_Q1))}")
            if work.status == "Q2" and "T" in present:
                work.settle("packaged", "packaged beside T")
        left = sorted(
            (w for w in open_ if w.outcome is None and w.status in ("Q1", "Q2")), key=lambda w: -w.worth
        )
        for work in left[1:]:
            work.settle(
                "packaged", f"packaged into {left[0].line.code}, the highest of the conditional services"
            )
        if left:
            left[0].settle("paid", "no service of the day packages it: paid apart, one unit", left[0].stopped)
        if len({w.status for w in left}) > 1:
            notes.append(_BOTH_NOTE)
    return notes


def _several(works: list[_Work]) -> list[str]:
    """Pay T services of a day: the highest unit in full, each further unit or side at 50 percent (42 CFR 419.44(a))."""
    for day in {w.day for w in works}:
        ranked = sorted(
            (w for w in works if w.day == day and w.effective == "T" and w.outcome is None),
            key=lambda w: -w.worth,
        )
        for rank, work in enumerate(ranked):
            count = Decimal(work.line.units * (2 if "50" in work.line.modifiers else 1))
            units = count * HALF if rank else _ONE + (count - 1) * HALF
            first = "the highest T service of the day: in full"
            rule = "a further T service of the day: 50 percent" if rank else first
            work.settle("paid", rule + (", further units at 50 percent" if count > 1 and not rank else ""),
                        units * work.stopped)  # fmt: skip
    return []


def _separate(works: list[_Work]) -> list[str]:
    notes = []
    for work in works:
        if work.outcome is None:
            sides = 2 if "50" in work.line.modifiers else 1
            work.settle("paid", "paid apart, not reduced", work.line.units * sides * work.stopped)
            notes += [note for status, note in (("Q3", _Q3_NOTE), ("J2", _J2_NOTE)) if work.status == status]
    return notes


_RULES: Final[tuple[Callable[[list[_Work]], Iterable[str]], ...]] = (
    _unpaid,
    _comprehensive,
    _packaged,
    _laboratory,
    _conditional,
    _several,
    _separate,
)


def _done(kg: OpenedRelease, work: _Work) -> OutpatientLine:
    outcome = work.outcome or "not paid"
    amount: Decimal | None = None
    if outcome == "packaged":
        amount = Decimal(0)
    elif outcome == "paid" and work.rate is not None and work.units_paid is not None:
        amount = (work.rate * work.units_paid).quantize(_CENT, rounding=ROUND_HALF_UP)
    remarks = [STOPPED[m][1] for m in work.line.modifiers if m in STOPPED and outcome == "paid"]
    rule = "; ".join((work.rule, *remarks))
    if outcome == "paid" and work.rate is None:
        rule += "; no rate is stated"
    return OutpatientLine(
        work.line,
        work.status,
        label(kg, work.status) if work.status else "",
        work.apc,
        work.rate,
        outcome,
        amount,
        work.units_paid if outcome == "paid" else None,
        rule,
        work.evidence,
    )
