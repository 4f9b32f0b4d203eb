"""The status letters of the fee schedule: whether a code has a price there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from codegraph.sources.pfs_entries import RelativeValue

# The same in the record layout of the fee schedule database: Claims Processing Manual, chapter 23, addendum.
RULE: Final = "CMS, documentation of the relative value file, attachment A (status code)"


@dataclass(frozen=True, slots=True)
class Status:
    """A status letter: its name, whether the schedule pays by it, and what it says of the code.

    `pays` is `yes`, `valued` (where the row has relative values; else the contractor prices it) or `no`.
    """

    letter: str
    name: str
    pays: Literal["yes", "valued", "no"]
    meaning: str


_ALL: Final = (
    Status("A", "active", "yes", "paid by itself under the fee schedule where Medicare covers it"),
    Status(
        "B", "bundled", "no", "never paid by itself: its payment is part of the payment for other services"
    ),
    Status("C", "contractor-priced", "no", "the Medicare contractor sets the price, mostly case by case"),
    Status("D", "deleted", "no", "deleted from the schedule"),
    Status(
        "E", "excluded", "no", "kept out of the fee schedule by regulation; if covered, paid by other rules"
    ),
    Status("F", "deleted", "no", "deleted or discontinued, without a period of grace"),
    Status("G", "not valid for Medicare", "no", "Medicare uses another code; a period of grace applied"),
    Status("H", "deleted modifier", "no", "the code no longer has this component"),
    Status("I", "not valid for Medicare", "no", "Medicare uses another code for this service"),
    Status(
        "J", "anesthesia", "no", "an anesthesia service, paid by base units and time, not by relative values"
    ),
    Status("L", "local code", "no", "a local code, priced by the contractor"),
    Status("M", "measurement", "no", "a code for reporting a measure only"),
    Status("N", "not covered", "no", "Medicare does not cover the service"),
    Status(
        "P",
        "bundled or excluded",
        "no",
        "no payment of its own: part of the service that it goes with, or else paid by other rules",
    ),
    Status("Q", "therapy function", "no", "reports a therapy patient's function, without payment"),
    Status(
        "R", "restricted", "valued", "covered under special conditions only; without values contractor-priced"
    ),
    Status(
        "T",
        "paid only alone",
        "yes",
        "paid only when the same practitioner has no other payable service for the patient that day",
    ),
    Status(
        "X", "excluded by statute", "no", "no physicians' service by law, so the fee schedule cannot pay it"
    ),
)
STATUSES: Final = {status.letter: status for status in _ALL}
# Chapter 12, section 40.1, and the record layout (field global surgery).
GLOBAL_PERIODS: Final = {
    "000": "the day of the procedure only",
    "010": "the day of the procedure and ten days after it",
    "090": "the day before, the day of the operation, and ninety days after it",
    "MMM": "maternity care, with a period of its own",
    "XXX": "the concept of a global period does not apply",
    "YYY": "the contractor sets the period",
    "ZZZ": "goes with another service, whose period it shares",
}


def refusal(row: RelativeValue) -> str | None:
    """Return why the schedule sets no price for a row, None where it does."""
    status = STATUSES.get(row.status)
    if status is None:
        return f"status {row.status}: a letter that is not known here"
    if status.pays == "no":
        return f"status {row.status} ({status.name}): {status.meaning}"
    if not valued(row):
        return f"status {row.status} ({status.name}), and the row has no relative values: the contractor prices it"
    return None


def valued(row: RelativeValue) -> bool:
    """Tell whether a row has relative values."""
    return bool(row.work or row.facility_pe or row.nonfacility_pe or row.malpractice)


def remarks(row: RelativeValue) -> tuple[str, ...]:
    """Return what a reader of the price should know of its status."""
    found = []
    if row.status in "RT":
        found.append(f"status {row.status} ({STATUSES[row.status].name}): {STATUSES[row.status].meaning}")
    if row.not_used:
        found.append("the file marks these relative values as not used for Medicare payment (+)")
    if row.calculation_flag not in ("", "0"):
        found.append(
            f"calculation flag {row.calculation_flag}: CMS adjusts this code in a way not computed here"
        )
    return tuple(found)
