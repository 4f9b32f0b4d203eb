"""What the fee schedule pays for a line: relative values by indices by conversion factor, then payment policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS
from codegraph.billing.price import anesthesia, caps, factors, status
from codegraph.billing.price.draft import Draft, plainly
from codegraph.billing.price.model import EXACT, Place, Price, cents
from codegraph.billing.price.places import day_in, find_place
from codegraph.codes import CodeRef
from codegraph.errors import InvalidValue
from codegraph.opened import CODE_ROW

if TYPE_CHECKING:
    from codegraph.billing.editions import Edition
    from codegraph.billing.evidence import Evidence
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_entries import RelativeValue

SETTINGS: Final = ("facility", "nonfacility")
# A line with one of these takes the row that the file has for it, where it has one.
ROW_MODIFIERS: Final = ("26", "TC", "53")
FORMULA_RULE: Final = "Social Security Act, section 1848(b)(1); 42 CFR 414.20"
ASSIGNMENT_RULE: Final = "Social Security Act, section 1842(b)(18)"
_ALWAYS_ASSIGNED: Final = ("AS", "QX", "QZ")
_NO_COMPONENT: Final = {
    "0": "a physician's service, which has no professional and technical component",
    "2": "the code is a professional component by itself",
    "3": "the code is a technical component by itself",
    "4": "the code is the global test; its components are codes of their own",
    "5": "a service incident to a physician's, without components",
    "6": "a laboratory test, whose technical part the clinical laboratory fee schedule pays",
    "7": "physical therapy, not paid to a therapist in private practice under this code",
    "8": "a physician's interpretation, without a technical component",
}


def amounts(row: RelativeValue, place: Place, setting: str) -> tuple[Decimal, Decimal, Decimal]:
    """Return the exact amounts in dollars for work, practice expense and malpractice of a row in a place."""
    factor = row.conversion_factor
    return (
        row.work * place.work * factor,
        expense_of(row, setting) * place.practice_expense * factor,
        row.malpractice * place.malpractice * factor,
    )


def base_amount(row: RelativeValue, place: Place, setting: str) -> Decimal:
    """Return the exact fee schedule amount in dollars of a row in a place, before any payment policy.

    (work × GPCI + practice expense × GPCI + malpractice × GPCI) × conversion factor: Social Security Act, section
    1848(b)(1); 42 CFR 414.20; CMS, documentation of the relative value file.
    """
    work, expense, malpractice = amounts(row, place, setting)
    return work + expense + malpractice


def expense_of(row: RelativeValue, setting: str) -> Decimal:
    """Return the practice expense RVU of a setting."""
    return row.facility_pe if setting == "facility" else row.nonfacility_pe


def row_for(rows: Mapping[str, RelativeValue], modifiers: tuple[str, ...]) -> tuple[RelativeValue, str]:
    """Return the row that prices a line, and the modifier that chose it (empty: the row without one)."""
    chosen = next((m for m in modifiers if m in ROW_MODIFIERS and m in rows), "")
    return rows.get(chosen) or next(iter(rows.values())), chosen


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
    base_units: Decimal | int | None = None,
    nearest: bool = False,
) -> Price:
    """Return the price of one unit of a line; CodeGraph.price says what goes in and what is raised.

    `base_units` are those of an anesthesia code, which no file that is read has.
    """
    if setting not in SETTINGS:
        raise InvalidValue(
            f"{str(setting)[:20]!r} is no setting of a price; facility or nonfacility is", candidates=SETTINGS
        )
    factors.check_together(line.modifiers)
    edition = kg._editions.on(PFS, on, nearest=nearest, qualifying=qualifying_participant)
    day = day_in(edition, on)
    with localcontext(EXACT):
        draft = Draft(line, setting, on, find_place(kg, locality, day, nearest=nearest))
        _remark(draft, edition)
        rows = kg._figures.fees(edition.release, line.code)
        if not rows:
            _without_row(draft, kg, edition)
        elif next(iter(rows.values())).status == anesthesia.STATUS:
            draft.status = anesthesia.STATUS
            anesthesia.apply(
                draft,
                kg,
                minutes=minutes,
                base_units=base_units,
                day=day,
                qualifying=qualifying_participant,
                nearest=nearest,
            )
        else:
            row, chosen = row_for(rows, line.modifiers)
            _by_values(draft, kg, edition.release, row, chosen)
            caps.apply(draft, kg, row, day, fees=edition.release, nearest=nearest)
            _policies(draft, kg, edition.release, row, chosen)
            if minutes is not None or base_units is not None:
                draft.notes.append("minutes and base units count for anesthesia codes only; left out")
        if not participating:
            _not_participating(draft)
        return draft.done()


def _remark(draft: Draft, edition: Edition) -> None:
    if draft.on is not None and not edition.covers(draft.on):
        draft.notes.append(f"no loaded release covers {draft.on}; these are the figures of {edition}")
    if draft.line.units != 1:
        draft.notes.append(f"the price of one unit; {draft.line.units} were asked for")


def _without_row(draft: Draft, kg: OpenedRelease, edition: Edition) -> None:
    line = draft.line
    if kg.tables.row(CODE_ROW, (line.system, line.code)) is None:
        raise kg._unknown(line.code, [CodeRef(line.system, line.code)])
    if edition.whole:
        draft.refuse(
            f"{edition.release} has no row for {line.code}: the physician fee schedule sets no price for it"
        )
    else:
        draft.refuse(f"{edition.release} is an excerpt of the fee schedule, without a row for {line.code}")


def _by_values(draft: Draft, kg: OpenedRelease, release: str, row: RelativeValue, chosen: str) -> None:
    """Work out the amount of a row, or say why it has none."""
    draft.status = row.status
    if refused := status.refusal(row):
        draft.given("status", row.status, kg._figures.evidence("pfs", release, *_cells(row, "status")))
        draft.refuse(refused, status.RULE)
        if status.valued(row):
            would = cents(base_amount(row, draft.place, draft.setting))
            draft.notes.append(
                f"the row's relative values would give ${would}; that is not a Medicare payment"
            )
    elif reason := _no_component(draft, row, chosen):
        draft.given("PC/TC indicator", row.pctc, kg._figures.evidence("pfs", release, *_cells(row, "pctc")))
        draft.refuse(reason)
    elif getattr(row, f"{draft.setting}_na"):
        flags = (f"{SETTINGS[0]}_na", f"{SETTINGS[1]}_na")
        draft.given(f"{draft.setting} NA", "NA", kg._figures.evidence("pfs", release, *_cells(row, *flags)))
        other = SETTINGS[draft.setting == SETTINGS[0]]
        hint = "" if all(getattr(row, flag) for flag in flags) else f"; ask for {other}"
        draft.refuse(f"not done in this setting (NA for {draft.setting}){hint}")
    else:
        _arithmetic(draft, kg, release, row)
    draft.notes += status.remarks(row)


def _cells(row: RelativeValue, *columns: str) -> Iterator[tuple[str, object]]:
    return ((name, getattr(row, name)) for name in ("code", "modifier", *columns))


def _no_component(draft: Draft, row: RelativeValue, chosen: str) -> str | None:
    missing = next((m for m in ("26", "TC") if m in draft.line.modifiers and m != chosen), None)
    if missing is None:
        return None
    why = _NO_COMPONENT.get(row.pctc, "the file has no such component")
    return f"{missing} does not apply to {row.code}: {why} (PC/TC indicator {row.pctc})"


def _arithmetic(draft: Draft, kg: OpenedRelease, release: str, row: RelativeValue) -> None:
    place, setting, factor = draft.place, draft.setting, row.conversion_factor
    expense = expense_of(row, setting)
    columns = ("status", "work", f"{setting}_pe", "malpractice", "conversion_factor")
    evidence = kg._figures.evidence("pfs", release, *_cells(row, *columns))
    parts = (
        ("work", row.work, place.work),
        (f"{setting} practice expense", expense, place.practice_expense),
        ("malpractice", row.malpractice, place.malpractice),
    )
    for name, value, _ in parts:
        draft.given(f"{name} RVU", value, evidence)
    if place.kind == "locality":
        for name, _, index in parts:
            draft.given(f"{name.removeprefix(setting).strip()} GPCI", index, place.evidence)
    draft.given("conversion factor", factor, evidence)
    shown = [plainly(v) if place.kind == "national" else f"{plainly(v)} × {plainly(i)}" for _, v, i in parts]
    total = sum((value * index for _, value, index in parts), Decimal(0))
    what = "RVU" if place.kind == "national" else "RVU by GPCI"
    draft.step(
        f"{what}: {' + '.join(shown)} (work, practice expense, malpractice)", total, "RVU", FORMULA_RULE
    )
    draft.step(f"{plainly(total)} × {plainly(factor)}", total * factor, "USD", FORMULA_RULE)
    draft.components = amounts(row, place, setting)


def _policies(draft: Draft, kg: OpenedRelease, release: str, row: RelativeValue, chosen: str) -> None:
    rest = tuple(m for m in draft.line.modifiers if m != chosen and m not in ("26", "TC"))

    def evidence(column: str) -> Evidence:
        return kg._figures.evidence("pfs", release, *_cells(row, column))

    if rest:
        factors.apply(draft, row, rest, evidence)


def _not_participating(draft: Draft) -> None:
    always = next((m for m in draft.line.modifiers if m in _ALWAYS_ASSIGNED), None)
    if always:
        draft.refuse(
            f"{always}: who reports it takes assignment by law; there is no other fee", ASSIGNMENT_RULE
        )
    draft.without_participation()
