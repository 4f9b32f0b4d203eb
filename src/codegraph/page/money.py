"""What a code is paid: relative values, payment and its spread over localities, hospital outpatient status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import ADDENDUM_B, PFS
from codegraph.errors import NotLoaded
from codegraph.page.asked import Asked, in_dollars, place_name
from codegraph.page.drawings import dots
from codegraph.page.model import Cell, Drawing, Line, Section, Table, row, said, table

if TYPE_CHECKING:
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.price.model import Price, Step
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.sources.pfs_entries import RelativeValue

SETTINGS: Final = {"facility": "facility", "nonfacility": "non-facility"}


@dataclass
class Schedule:
    """The rows of a code in the fee schedule of the page's day."""

    asked: Asked

    @cached_property
    def found(self) -> tuple[str, dict[str, RelativeValue], tuple[str, ...], tuple[str, ...]]:
        """Return the release, the rows by modifier, what is not loaded, and what the release does not have."""
        kg, code = self.asked.kg, self.asked.code
        try:
            edition = kg._editions.on(PFS, self.asked.on)
        except NotLoaded as error:
            return "", {}, (str(error),), ()
        rows = kg._figures.fees(edition.release, code.notation)
        return edition.release, rows, (), () if rows else (f"{edition} has no row of {code.notation}.",)


def payment(asked: Asked) -> Section:
    """Return relative values, the national payment, and what it is in each locality."""
    release, rows, missing, absent = Schedule(asked).found
    title = "Relative values and payment"
    if not rows:
        told = tuple(map(said, absent))
        return Section("payment", title, told, sources=asked.sources(release), missing=missing)
    lines, national, missing = _national(asked, rows)
    tables = [_values(rows), national]
    spreads, why = _spreads(asked)
    releases = [release, *(r for spread in spreads.values() for r in spread.releases)]
    drawing = None
    if spreads:
        tables += _spread_tables(asked.code.notation, spreads)
        drawing = _chart(next(iter(spreads.values())))
        lines.append(said(_WHAT_IS_PAID))
    missing = tuple(dict.fromkeys((*missing, *why)))
    return Section("payment", title, tuple(lines), tuple(tables), drawing, asked.sources(*releases), missing)


_WHAT_IS_PAID: Final = (
    "National means with all geographic indices 1. An amount is what Medicare allows: its own share and the patient's "
    "together. Modifiers, several procedures in one session and edits change it."
)


_VALUES: Final = (
    "modifier",
    "status",
    "work",
    "practice expense, facility",
    "practice expense, non-facility",
    "malpractice",
    "total, facility",
    "total, non-facility",
    "conversion factor",
)


def _values(rows: dict[str, RelativeValue]) -> Table:
    cells = [
        row(
            modifier or "none",
            r.status,
            r.work,
            "NA" if r.facility_na else r.facility_pe,
            "NA" if r.nonfacility_na else r.nonfacility_pe,
            r.malpractice,
            "NA" if r.facility_na else r.facility_total,
            "NA" if r.nonfacility_na else r.nonfacility_total,
            r.conversion_factor,
        )
        for modifier, r in sorted(rows.items())
    ]
    return Table("Relative value units", _VALUES, tuple(cells), numeric=tuple(range(2, 9)))


_PAID: Final = ("modifier", "facility", "non-facility")


def _national(asked: Asked, rows: dict[str, RelativeValue]) -> tuple[list[Line], Table, tuple[str, ...]]:
    """Return what is paid nationally for each row of the schedule, how the first is worked out, what is not loaded."""
    notes: dict[str, None] = {}
    missing: dict[str, None] = {}
    how = ""
    cells = []
    for modifier in sorted(rows):
        amounts = []
        for setting in SETTINGS:
            given = {"setting": setting}
            price, why, absent = asked.attempt(
                asked.kg.price, asked.code.notation, (modifier,) if modifier else (), **given
            )
            missing |= dict.fromkeys(why)
            amounts.append("; ".join(absent) if price is None else _amount(price))
            notes |= dict.fromkeys(() if price is None else price.notes)
            if price is not None and price.total is not None and not how:
                how = f"{price.key}, {SETTINGS[setting]}: {'; '.join(map(_step, price.steps))}"
        cells.append(row(modifier or "none", *amounts))
    lines = [Line("how it is worked out", (Cell(how),))] if how else []
    lines += map(said, notes)
    return lines, table("National payment", _PAID, cells, (1, 2) if how else ()), tuple(missing)


def _step(step: Step) -> str:
    value = in_dollars(step.value) if step.unit == "USD" else f"{step.value} {step.unit}".strip()
    return f"{step.text} = {value}"


def _amount(price: Price) -> str:
    if price.total is not None:
        return in_dollars(price.total)
    return f"no price: {(price.reason or '').partition('; ask for')[0]}"


def _spreads(asked: Asked) -> tuple[dict[str, PriceSpread], tuple[str, ...]]:
    """Return the price in all localities, by setting, where there is one."""
    found = {}
    missing: dict[str, None] = {}
    for setting in SETTINGS:
        price = asked.attempt(asked.kg.price, asked.code.notation, (), setting=setting).found
        if price is None or price.total is None:
            continue
        spread, why, _ = asked.attempt(asked.kg.price_spread, asked.code.notation, setting=setting)
        missing |= dict.fromkeys(why)
        if spread is not None and spread.rows:
            found[setting] = spread
    return found, tuple(missing)


_SPREAD: Final = ("", "amount", "where")
_LOCALITY: Final = ("state", "locality", "number")


def _spread_tables(notation: str, spreads: dict[str, PriceSpread]) -> list[Table]:
    tables = [_summary(spread) for spread in spreads.values()]
    amounts = {s: {r.key: in_dollars(r.amount) for r in spread.rows} for s, spread in spreads.items()}
    places = {r.key: r for spread in spreads.values() for r in spread.rows}
    by_state = sorted(places.values(), key=lambda r: (r.state, r.key))
    each = [
        row(r.state, place_name(r.name), r.key, *(amounts[s].get(r.key, "no price") for s in amounts))
        for r in by_state
    ]
    heads = (*_LOCALITY, *(f"amount, {SETTINGS[s]}" for s in amounts))
    caption = f"Payment for {notation} in each of {len(each)} localities"
    return [*tables, Table(caption, heads, tuple(each), tuple(range(3, len(heads))), folded=True)]


def _summary(spread: PriceSpread) -> Table:
    figures = (
        ("lowest", spread.minimum, spread.lowest),
        ("first quartile", spread.first_quartile, None),
        ("median", spread.median, None),
        ("third quartile", spread.third_quartile, None),
        ("highest", spread.maximum, spread.highest),
        (spread.average_name, spread.average, None),
        ("national, all indices 1", spread.national, None),
    )
    rows = [
        row(name, in_dollars(amount), f"{place_name(at.name)}, {at.state} ({at.key})" if at else "")
        for name, amount, at in figures
    ]
    over = f"Payment over {len(spread.rows)} localities, {SETTINGS[spread.setting]}"
    return Table(over, _SPREAD, tuple(rows), (1,))


def _chart(spread: PriceSpread) -> Drawing:
    points = [
        (r.amount, f"{r.state} {place_name(r.name)} ({r.key}): {in_dollars(r.amount)}", "")
        for r in spread.rows
    ]
    marks = [("median", spread.median), ("national", spread.national)]
    ends = [f"{place_name(at.name)}, {at.state}" if at else "" for at in (spread.lowest, spread.highest)]
    words = (
        f"One dot for each of {len(spread.rows)} localities, {SETTINGS[spread.setting]}: from "
        f"{in_dollars(spread.minimum)} ({ends[0]}) to {in_dollars(spread.maximum)} ({ends[1]}), median "
        f"{in_dollars(spread.median)}, national {in_dollars(spread.national)}."
    )
    return dots("payment-chart", "Payment by locality", words, points, marks, unit="$")


def outpatient(asked: Asked) -> Section:
    """Return its status, classification and rate in a hospital's outpatient department."""
    found, missing, absent = asked.attempt(asked.kg.outpatient, asked.code.notation)
    title = "Hospital outpatient payment"
    if found is None:
        sources = asked.sources(asked.edition(ADDENDUM_B))
        return Section("outpatient", title, tuple(map(said, absent)), sources=sources, missing=missing)
    lines = [
        Line("status", (Cell(f"{found.status}: {found.label}", target=f"opps-status:{found.status}"),)),
        Line("what that does", (Cell(found.effect),)),
    ]
    lines += [Line(name, (Cell(text),)) for name, text in _rates(found)]
    lines += [said(note) for note in found.notes]
    releases = {e.provenance.release for e in found.evidence} | {found.release}
    return Section("outpatient", title, tuple(lines), sources=asked.sources(*releases), missing=missing)


def _rates(found: OutpatientStatus) -> Iterator[tuple[str, str]]:
    inpatient = {True: "yes", False: "no", None: "not known: Addendum E is not loaded"}
    yield "inpatient only", inpatient[found.inpatient_only]
    if found.apc:
        yield "classification (APC)", " ".join(filter(None, (found.apc, found.apc_title)))
    if found.relative_weight is not None:
        yield "relative weight", f"{found.relative_weight}"
    for name, field in _AMOUNTS:
        amount: Decimal | None = getattr(found, field)
        if amount is not None:
            yield name, in_dollars(amount)


_AMOUNTS: Final = (
    ("national rate", "payment_rate"),
    ("national copayment", "national_copayment"),
    ("least copayment", "minimum_copayment"),
)
