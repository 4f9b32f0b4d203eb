"""What the fee schedule pays for a line: relative values by indices by conversion factor, then payment policies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS
from codegraph.billing.price.model import Place, Price, cents
from codegraph.billing.price.places import find_place
from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_entries import RelativeValue

SETTINGS: Final = ("facility", "nonfacility")


def amounts(row: RelativeValue, place: Place, setting: str) -> tuple[Decimal, Decimal, Decimal]:
    """Return the exact amounts in dollars for work, practice expense and malpractice of a row in a place."""
    factor = row.conversion_factor
    expense = row.facility_pe if setting == "facility" else row.nonfacility_pe
    return (
        row.work * place.work * factor,
        expense * place.practice_expense * factor,
        row.malpractice * place.malpractice * factor,
    )


def base_amount(row: RelativeValue, place: Place, setting: str) -> Decimal:
    """Return the exact fee schedule amount in dollars of a row in a place, before any payment policy.

    (work × GPCI + practice expense × GPCI + malpractice × GPCI) × conversion factor: Social Security Act, section
    1848(b)(1) and (2); 42 CFR 414.20.
    """
    work, expense, malpractice = amounts(row, place, setting)
    return work + expense + malpractice


def price(
    kg: OpenedRelease,
    line: Line,
    *,
    locality: str | None = None,
    setting: str = "facility",
    on: date | None = None,
    qualifying_participant: bool = False,
    participating: bool = True,
    minutes: int | None = None,
    nearest: bool = False,
) -> Price:
    """Return the price of a line; see CodeGraph.price."""
    if setting not in SETTINGS:
        raise InvalidValue(f"{setting!r} is no setting of a price", candidates=SETTINGS)
    edition = kg._editions.on(PFS, on, nearest=nearest, qualifying=qualifying_participant)
    place, _ = find_place(kg, locality, on, nearest=nearest)
    row = kg._figures.fees(edition.release, line.code)[""]
    parts = amounts(row, place, setting)
    exact = sum(parts, Decimal(0))
    return Price(
        line.code,
        line.modifiers,
        setting,
        on,
        place,
        cents(exact),
        exact,
        row.status,
        components=parts,
    )
