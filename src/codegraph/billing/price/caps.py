"""The OPPS cap on imaging: a technical component, alone or in the global service, pays no more than a hospital gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import OPPS_CAP
from codegraph.billing.figures import CapRow
from codegraph.billing.price.draft import plainly
from codegraph.billing.price.model import Step, cents
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.price.draft import Draft
    from codegraph.billing.price.model import Place
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_entries import RelativeValue

RULE: Final = (
    "Social Security Act, section 1848(b)(4), from section 5102(b) of the Deficit Reduction Act of 2005"
)
# OPPSCAP of 2025 has each locality of southern California (17, 18, 71 to 74) twice, under its carrier of the indices
# and under that of the north, with the same figures; a file that has the second only is read by it.
CARRIER_ALIASES: Final = {"01182": "01112"}


def subject(row: RelativeValue) -> bool:
    """Tell whether a row has figures for the cap: only imaging has, as a whole or as its technical component."""
    return bool(row.opps_nonfacility_pe or row.opps_facility_pe or row.opps_malpractice)


def cap_amount(
    row: RelativeValue, place: Place, setting: str, professional: RelativeValue | None = None
) -> Decimal:
    """Return the exact cap in dollars as the row's own figures for OPPS payment give it in a place.

    The row's work, and the practice expense and malpractice that the file states for OPPS payment, each by its index,
    by the conversion factor (CMS, documentation of the relative value file). This reproduces the published caps
    (OPPSCAP) to the cent. A global row that the contractor prices has no work of its own; there it is that of
    `professional`, the row with 26.
    """
    expense = row.opps_facility_pe if setting == "facility" else row.opps_nonfacility_pe
    work = row.work
    if professional is not None and row.status == "C" and not row.modifier:
        work = professional.work
    by_index = work * place.work + expense * place.practice_expense + row.opps_malpractice * place.malpractice
    return by_index * row.conversion_factor


def cap_row(kg: OpenedRelease, row: RelativeValue, place: Place, release: str) -> CapRow | None:
    """Return the cap of a row in a place, None where the file does not list the row.

    In a locality it is the published one. The nation has none; there it is what the rule of the published ones gives
    with all indices 1, not rounded, for the rows that the file lists and the schedule prices.
    """
    caps = kg._figures.caps(release, row.code, row.modifier)
    if not caps:
        return None
    if place.kind == "national":
        if row.status == "C":
            return None
        return CapRow("", "", *(cap_amount(row, place, setting) for setting in ("facility", "nonfacility")))
    found = caps.get((place.carrier, place.number))
    return found or caps.get((CARRIER_ALIASES.get(place.carrier, ""), place.number))


def apply(
    draft: Draft,
    kg: OpenedRelease,
    row: RelativeValue,
    day: date | None,
    *,
    fees: str,
    nearest: bool = False,
) -> None:
    """Lower the amount of a draft to the cap of its place; say so where the cap is not known.

    `fees` is the release that the row is of.

    What the contractor prices (status C) is capped too, which a note says.
    """
    if not subject(row) or (draft.exact is None and row.status != "C"):
        return
    try:
        release = kg._editions.on(OPPS_CAP, day, nearest=nearest).release
    except NotLoaded as error:
        draft.notes.append(f"the OPPS cap on imaging was not applied: {error}")
        return
    found = cap_row(kg, row, draft.place, release)
    if found is None:
        return
    cap: Decimal = getattr(found, draft.setting)
    _keep(draft, kg, row, found, release if draft.place.kind == "locality" else fees)
    if draft.exact is None:
        draft.notes.append(f"whatever the contractor sets is capped at ${cap} (OPPS cap on imaging)")
    elif draft.exact > cap:
        draft.step("the lower of the amount and the OPPS cap on imaging", cap, "USD", RULE)
    else:
        draft.notes.append(f"the OPPS cap on imaging, ${cents(cap)}, is not reached")


def _keep(draft: Draft, kg: OpenedRelease, row: RelativeValue, found: CapRow, release: str) -> None:
    cap: Decimal = getattr(found, draft.setting)
    head: tuple[tuple[str, object], ...] = (("code", row.code), ("modifier", row.modifier))
    if draft.place.kind == "locality":
        place = f"{found.carrier}-{found.locality}"
        cells = (*head, ("locality", place), (draft.setting, cap))
        draft.given("OPPS cap", cap, kg._figures.evidence("opps_cap", release, *cells))
        return
    columns = (f"opps_{draft.setting}_pe", "opps_malpractice")
    values = tuple((name, getattr(row, name)) for name in columns)
    draft.given("OPPS cap", cap, kg._figures.evidence("pfs", release, *head, *values))
    shown = " + ".join(plainly(value) for value in (row.work, *(value for _, value in values)))
    product = f"({shown}) × {plainly(row.conversion_factor)}"
    text = f"{product}: OPPS cap by the row's own figures, as it is published by locality only"
    draft.steps.append(Step(text, cap, "USD", RULE))
