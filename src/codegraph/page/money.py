"""What a code is worth: relative values, payment and its spread, standing among peers, hospital outpatient status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS
from codegraph.errors import NotLoaded
from codegraph.page.asked import Asked, in_dollars
from codegraph.page.drawings import dots
from codegraph.page.model import Cell, Drawing, Line, Section, Table, row, said

if TYPE_CHECKING:
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.comparison.model import Comparison
    from codegraph.sources.pfs_entries import RelativeValue
    from codegraph.views import Code

_SETTINGS: Final = ("facility", "nonfacility")


@dataclass
class Schedule:
    """The rows of a code in the fee schedule of the page's day; `missing` says why there are none."""

    asked: Asked

    @cached_property
    def found(self) -> tuple[str, dict[str, RelativeValue], tuple[str, ...]]:
        """Return the release, the rows by modifier, and what is missing."""
        kg, code = self.asked.kg, self.asked.code
        try:
            edition = kg._editions.on(PFS, self.asked.on)
        except NotLoaded as error:
            return "", {}, (str(error),)
        rows = kg._figures.fees(edition.release, code.notation)
        return edition.release, rows, () if rows else (f"{edition} has no row of {code.notation}",)


def payment(asked: Asked) -> Section:
    """Return relative values, the national payment, and what it is in each locality."""
    release, rows, missing = Schedule(asked).found
    tables = [_values(rows)] if rows else []
    lines, releases = [], [release]
    spread = None
    for setting in _SETTINGS if rows else ():
        price, why = asked.attempt(asked.kg.price, asked.code.notation, setting=setting)
        missing += why
        if price is None:
            continue
        paid = in_dollars(price.total) if price.total is not None else f"no price: {price.reason}"
        lines.append(Line(f"national, {setting}", (Cell(paid),)))
        lines += [said(note) for note in price.notes if said(note) not in lines]
        if spread is None and price.total is not None:
            spread, why = asked.attempt(asked.kg.price_spread, asked.code.notation, setting=setting)
            missing += why
    drawing = None
    if spread is not None and spread.rows:
        tables += _spread_tables(spread)
        releases += spread.releases
        drawing = _chart(spread)
    lines += [said(_WHAT_IS_PAID)] if lines else []
    title = "Relative values and payment"
    sources = asked.sources(*releases)
    return Section(
        "payment", title, tuple(lines), tuple(tables), drawing, sources, tuple(dict.fromkeys(missing))
    )


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
    "factor",
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


def _spread_tables(spread: PriceSpread) -> list[Table]:
    figures = (
        ("lowest", spread.minimum, spread.lowest),
        ("first quartile", spread.first_quartile, None),
        ("median", spread.median, None),
        ("third quartile", spread.third_quartile, None),
        ("highest", spread.maximum, spread.highest),
        (spread.average_name, spread.average, None),
        ("national, all indices 1", spread.national, None),
    )
    summary = [
        row(name, in_dollars(amount), f"{where.name}, {where.state} ({where.key})" if where else "")
        for name, amount, where in figures
    ]
    by_state = sorted(spread.rows, key=lambda r: (r.state, r.key))
    each = [row(r.state, r.name, r.key, in_dollars(r.amount)) for r in by_state]
    over = f"Payment over {len(spread.rows)} localities, {spread.setting}"
    heads = ("state", "locality", "number", "amount")
    return [
        Table(over, ("", "amount", "where"), tuple(summary), (1,)),
        Table("Payment in each locality", heads, tuple(each), (3,), folded=True),
    ]


def _chart(spread: PriceSpread) -> Drawing:
    points = [(r.amount, f"{r.state} {r.name} ({r.key}): {in_dollars(r.amount)}", "") for r in spread.rows]
    marks = [("median", spread.median), ("national", spread.national)]
    words = (
        f"One dot for each of {len(spread.rows)} localities: from {in_dollars(spread.minimum)} to "
        f"{in_dollars(spread.maximum)}, median {in_dollars(spread.median)}, national {in_dollars(spread.national)}."
    )
    return dots("payment-chart", "Payment by locality", words, points, marks, unit="$")


def comparison(asked: Asked) -> Section:
    """Return how its relative values stand among its family, or among its range of codes."""
    found, missing = asked.attempt(asked.kg.compare, asked.code.notation)
    title = "How it compares"
    if found is None:
        return Section("comparison", title, missing=missing)
    lines = [said(f"Among {found.group}: {found.denominator}."), *map(said, found.notes)]
    rows = []
    for s in found:
        if s.rank is None:
            lines.append(Line(s.title, (Cell(s.note or "not known"),)))
            continue
        rank = f"{s.rank} of {s.n}" + (f" (shared with {s.tied})" if s.tied else "")
        rows.append(row(s.title, s.value, rank, s.percentile, s.median, s.ratio, s.minimum, s.maximum))
    tables = [Table("Its standing", _STANDING, tuple(rows), tuple(range(1, 8)))] if rows else []
    peers = tuple(
        row(Cell(p.code.partition(":")[2], target=p.code), p.label, p.work, p.facility, p.nonfacility)
        for p in found.peers[:_PEERS]
    )
    of = f", the {_PEERS} with most work of {len(found.peers)}" if len(found.peers) > _PEERS else ""
    tables += [Table(f"Its peers{of}", _PEER, peers, (2, 3, 4), folded=len(peers) > _FEW)] if peers else []
    drawing = _peers(asked.code, found) if len(found.peers) > 1 else None
    return Section(
        "comparison", title, tuple(lines), tuple(tables), drawing, asked.sources(found.release), missing
    )


_FEW: Final = 12
_PEERS: Final = 40
_STANDING: Final = (
    "measure",
    "value",
    "rank",
    "percentile",
    "median",
    "ratio to median",
    "lowest",
    "highest",
)
_PEER: Final = ("code", "label", "work RVU", "facility total", "non-facility total")


def _peers(code: Code, found: Comparison) -> Drawing:
    points = [(p.work, f"{p.code} {p.work}", p.code) for p in found.peers]
    words = (
        f"One dot for each of {len(points)} codes by work RVU, from {found.work.minimum} to {found.work.maximum}; "
        f"{code.notation} at {found.work.value}, median {found.work.median}."
    )
    marks = [("median", found.work.median)]
    return dots("peers-chart", "Work RVU among its peers", words, points, marks, unit="", marked=code.curie)


def outpatient(asked: Asked) -> Section:
    """Return its status, classification and rate in a hospital's outpatient department."""
    found, missing = asked.attempt(asked.kg.outpatient, asked.code.notation)
    title = "Hospital outpatient payment"
    if found is None:
        return Section("outpatient", title, missing=missing)
    lines = [
        Line("status", (Cell(f"{found.status}: {found.label}", target=f"opps-status:{found.status}"),)),
        said(found.effect),
    ]
    lines += [Line(name, (Cell(text),)) for name, text in _rates(found)]
    lines += [said(note) for note in found.notes]
    releases = {e.provenance.release for e in found.evidence} | {found.release}
    return Section("outpatient", title, tuple(lines), sources=asked.sources(*releases), missing=missing)


def _rates(found: OutpatientStatus) -> Iterator[tuple[str, str]]:
    inpatient = {True: "yes", False: "no", None: "not known: Addendum E is not loaded"}
    yield "inpatient only", inpatient[found.inpatient_only]
    for name, field in (("classification (APC)", "apc"), ("its title", "apc_title")):
        if getattr(found, field):
            yield name, str(getattr(found, field))
    for name, field in _AMOUNTS:
        amount: Decimal | None = getattr(found, field)
        if amount is not None:
            yield name, in_dollars(amount)


_AMOUNTS: Final = (
    ("national rate", "payment_rate"),
    ("national copayment", "national_copayment"),
    ("least copayment", "minimum_copayment"),
)
