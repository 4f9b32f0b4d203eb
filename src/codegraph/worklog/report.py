"""Reports a work log: the figures of each entry on its day, from the opened release, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS
from codegraph.billing.price.factors import check_together
from codegraph.billing.price.model import EXACT, cents
from codegraph.billing.price.price import ROW_MODIFIERS
from codegraph.errors import InvalidValue, NotLoaded, UnknownCode
from codegraph.worklog.benchmark import Benchmark, Placement
from codegraph.worklog.entry import Entry
from codegraph.worklog.model import Report, ReportLine, Sum

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.sources.pfs_entries import RelativeValue

# Statuses whose work RVU are in use; a zero of others stands for none.
_VALUED: Final = frozenset("ART")
# These change what is paid (unusual, bilateral, reduced, discontinued, split, two surgeons, a team, a return to the
# operating room, assistants); the fee schedule publishes no other work RVU for them.
UNADJUSTED: Final = frozenset(
    ["22", "50", "52", "53", "54", "55", "56", "62", "66", "78", "80", "81", "82", "AS"]
)
DAYS_OF_A_YEAR: Final = 365
_FACTOR: Final = Context(prec=12, rounding=ROUND_HALF_UP)
_NOTES: Final = (
    "work RVU: published figure of the entry's day times units; of modifiers only 26, TC and 53 change it, and only "
    "where the fee schedule has a row for them",
    "payment: each entry is priced alone; reductions among procedures of one session are not applied, nor are edits",
)


def report(
    kg: CodeGraph,
    entries: Sequence[Entry],
    *,
    first: date | None = None,
    last: date | None = None,
    locality: str | None = None,
    setting: str = "facility",
    qualifying_participant: bool = False,
    nearest: bool = False,
    benchmark: Benchmark | None = None,
    annualize: bool = False,
) -> Report:
    """Return what entries are worth by the release that covers each one's day.

    `first` and `last` are the period that the entries were taken from; `annualize` multiplies its total by 365 over
    its days before it is held against `benchmark`, and needs both. `nearest` takes the nearest release for a day
    that none covers. Entries without a figure are listed, never counted as 0. Raises InvalidValue for a setting
    or locality that is none.
    """
    factor = _factor(first, last) if annualize else Decimal(1)
    with localcontext(EXACT):
        lines = tuple(
            _line(kg, entry, locality, setting, qualifying_participant, nearest=nearest) for entry in entries
        )
        total = _sum("total", lines)
        days = [entry.day for entry in entries]
        placed = None if benchmark is None or total.work is None else benchmark.place(total.work, factor)
        return Report(
            first or min(days, default=None),
            last or max(days, default=None),
            setting,
            locality,
            lines,
            _sums(lines, lambda entry: f"{entry.day:%Y-%m}"),
            _sums(lines, lambda entry: entry.key),
            total,
            placed,
            tuple(_notes(total, placed, annualize, sum(line.nearest for line in lines))),
        )


def _factor(first: date | None, last: date | None) -> Decimal:
    if first is None or last is None:
        raise InvalidValue(
            "a year's total needs the period that the entries are of: give its first and last day"
        )
    if first > last:
        raise InvalidValue(f"{first} is after {last}; the first day of a period comes first")
    return _FACTOR.divide(Decimal(DAYS_OF_A_YEAR), Decimal((last - first).days + 1))


def _notes(total: Sum, placed: Placement | None, annualize: bool, by_nearest: int) -> Iterable[str]:
    yield from _NOTES
    if by_nearest:
        yield f"entries of days that no loaded release covers, by the nearest one: {by_nearest}"
    if total.unadjusted_work:
        yield (
            f"{total.unadjusted_work} of the work RVU stand on entries with a modifier that says the work was more, "
            "shared, or less; they count in full"
        )
    if placed is not None and not annualize:
        yield "benchmark: the total of the period as it is; a table of years needs a year, or --annualize"
    if placed is not None and annualize:
        yield f"benchmark: the total of the period times {placed.factor} (365 over its days)"
    if placed is not None and total.without_work:
        yield f"benchmark: entries without work RVU, not in the total: {total.without_work}"


def _line(
    kg: CodeGraph, entry: Entry, locality: str | None, setting: str, qualifying: bool, *, nearest: bool
) -> ReportLine:
    payment, no_payment, notes = _payment(kg, entry, locality, setting, qualifying, nearest=nearest)
    paid = ReportLine(entry, None, None, payment, no_payment=no_payment, notes=notes)
    try:
        edition = kg._editions.on(PFS, entry.day, nearest=nearest, qualifying=qualifying)
    except NotLoaded as error:
        return replace(paid, no_work=str(error))
    rows = kg._figures.fees(edition.release, entry.code)
    own = next((m for m in entry.modifiers if m in ROW_MODIFIERS and m in rows), "")
    work, no_work = _work(rows.get(own), entry.units)
    return replace(
        paid,
        release=edition.release,
        nearest=not edition.covers(entry.day),
        work=work,
        no_work=None if no_work is None else f"{edition.release} has {no_work} for {entry.key}",
        own_row=own or None,
        unadjusted=tuple(m for m in entry.modifiers if m in UNADJUSTED and m != own),
    )


def _work(row: RelativeValue | None, units: int) -> tuple[Decimal | None, str | None]:
    """Return the work RVU of all units, or what the release has in place of them."""
    if row is None:
        return None, "no row"
    if not row.work and row.status not in _VALUED:
        return None, f"status {row.status} and no work RVU"
    return row.work * units, None


def _payment(
    kg: CodeGraph, entry: Entry, locality: str | None, setting: str, qualifying: bool, *, nearest: bool
) -> tuple[Decimal | None, str | None, tuple[str, ...]]:
    """Return the amount of all units in dollars, why there is none, and the notes of the price."""
    try:
        check_together(entry.modifiers)
    except InvalidValue as error:
        return None, str(error), ()
    try:
        price = kg.price(
            entry.code,
            entry.modifiers,
            locality=locality,
            setting=setting,
            on=entry.day,
            qualifying_participant=qualifying,
            nearest=nearest,
        )
    except (NotLoaded, UnknownCode) as error:
        return None, str(error), ()
    if price.exact is None or price.total is None:
        return None, price.reason or "the fee schedule sets no price", price.notes
    return cents(price.exact * entry.units), None, price.notes


def _sums(lines: Iterable[ReportLine], key: Callable[[Entry], str]) -> tuple[Sum, ...]:
    groups: dict[str, list[ReportLine]] = {}
    for line in lines:
        groups.setdefault(key(line.entry), []).append(line)
    return tuple(_sum(name, groups[name]) for name in sorted(groups))


def _sum(key: str, lines: Sequence[ReportLine]) -> Sum:
    works = [line.work for line in lines if line.work is not None]
    payments = [line.payment for line in lines if line.payment is not None]
    zero = Decimal(0)
    return Sum(
        key,
        len(lines),
        sum(line.entry.units for line in lines),
        sum(works, zero) if works else None,
        sum(payments, zero) if payments else None,
        len(lines) - len(works),
        len(lines) - len(payments),
        sum((line.work for line in lines if line.work is not None and line.unadjusted), zero),
    )
