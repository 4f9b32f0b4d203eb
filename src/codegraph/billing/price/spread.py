"""A price over all localities: its least and greatest, its quartiles, its average, and every amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import GPCI, PFS
from codegraph.billing.price.model import Price, cents
from codegraph.billing.price.places import day_in
from codegraph.billing.price.price import price

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

QUANTILES: Final = "amounts in order, interpolated linearly at (n − 1) × share (type 7 of Hyndman and Fan)"


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """What a line pays in a locality: the locality's key (`01112-05`), state and name, the amount in dollars."""

    key: str
    state: str
    name: str
    amount: Decimal

    def __str__(self) -> str:
        return f"{self.key} {self.state} {self.name}: ${self.amount}"


@dataclass(frozen=True, slots=True)
class PriceSpread:
    """A price in every locality that has indices, in dollars, rounded half up to the cent.

    `rows` are sorted by amount, then key. The quartiles and the median are of the rounded amounts, by the method that
    `QUANTILES` names; `average` weighs each locality alike, and `average_name` says over how many: no payment is made
    by it, and it is not the national amount. `national` is the price with all indices 1. Where the schedule sets no
    price, `rows` is empty, the figures are None, and `reason` says why.
    """

    code: str
    modifiers: tuple[str, ...]
    setting: str
    on: date | None
    rows: tuple[SpreadRow, ...]
    national: Decimal | None
    minimum: Decimal | None
    first_quartile: Decimal | None
    median: Decimal | None
    third_quartile: Decimal | None
    maximum: Decimal | None
    average: Decimal | None
    reason: str | None
    releases: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the code with its modifiers (`44388-53`)."""
        return "-".join((self.code, *self.modifiers))

    @property
    def average_name(self) -> str:
        """Return what the average is called (`average over 109 localities`)."""
        return f"average over {len(self.rows)} localities"

    @property
    def lowest(self) -> SpreadRow | None:
        """Return the locality that pays least, the first by key where several do; None without price."""
        return self.rows[0] if self.rows else None

    @property
    def highest(self) -> SpreadRow | None:
        """Return the locality that pays most, the first by key where several do; None without price."""
        return next((row for row in self.rows if row.amount == self.maximum), None)

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.key}, {self.setting}: no price: {self.reason}"
        figures = (
            ("minimum", self.minimum),
            ("first quartile", self.first_quartile),
            ("median", self.median),
            ("third quartile", self.third_quartile),
            ("maximum", self.maximum),
            (self.average_name, self.average),
            ("national (all indices 1)", self.national),
        )
        named = [f"  {name}: ${amount}" for name, amount in figures if amount is not None]
        return "\n".join((f"{self.key}, {self.setting}, {len(self.rows)} localities", *named))


def price_spread(
    kg: OpenedRelease,
    line: Line,
    *,
    setting: str = "facility",
    on: date | None = None,
    qualifying_participant: bool = False,
    nearest: bool = False,
) -> PriceSpread:
    """Return the price of one unit of a line in every locality of the day's indices.

    Raises what `price` raises: NotLoaded where no release covers the day, UnknownCode for a code without one,
    InvalidValue for an impossible setting or combination of modifiers.
    """

    def ask(locality: str | None) -> Price:
        return price(
            kg,
            line,
            locality=locality,
            setting=setting,
            on=on,
            qualifying_participant=qualifying_participant,
            nearest=nearest,
        )

    national = ask(None)
    edition = kg._editions.on(PFS, on, nearest=nearest, qualifying=qualifying_participant)
    indices = kg._editions.on(GPCI, day_in(edition, on), nearest=nearest)
    found = []
    for row in kg._figures.localities(indices.release) if national.total is not None else ():
        key = f"{row.carrier}-{row.locality}"
        amount = ask(key).total
        if amount is not None:
            found.append(SpreadRow(key, row.state, row.name, amount))
    rows = tuple(sorted(found, key=lambda row: (row.amount, row.key)))
    amounts = [row.amount for row in rows]
    least, first, median, third, greatest = (quantile(amounts, quarters) for quarters in range(5))
    return PriceSpread(
        line.code,
        line.modifiers,
        setting,
        on,
        rows,
        national.total,
        least,
        first,
        median,
        third,
        greatest,
        _average(amounts),
        national.reason,
        (edition.release, indices.release),
        national.notes,
    )


def quantile(ordered: Sequence[Decimal], quarters: int) -> Decimal | None:
    """Return a quartile (0: least, 2: median, 4: greatest) of amounts in order, half up to the cent; None of none.

    >>> [str(quantile([Decimal(1), Decimal(2), Decimal(4), Decimal(8)], q)) for q in range(5)]
    ['1.00', '1.75', '3.00', '5.00', '8.00']
    """
    if not ordered:
        return None
    below, rest = divmod((len(ordered) - 1) * quarters, 4)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return cents(low + (high - low) * rest / 4)


def _average(amounts: Sequence[Decimal]) -> Decimal | None:
    if not amounts:
        return None
    mean = Fraction(sum(amounts)) / len(amounts)
    whole, rest = divmod(mean * 100, 1)
    return Decimal(int(whole) + (rest >= Fraction(1, 2))).scaleb(-2)
