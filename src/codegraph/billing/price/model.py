"""A price with all that made it: figures with their files, steps of the arithmetic with their rules, what it is of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, Literal

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line

Unit = Literal["RVU", "USD", ""]
CENT: Final = Decimal("0.01")
# Wide enough for every product here; what a caller set for the thread's own arithmetic does not reach it.
EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Return an exact amount in dollars, rounded half up to the cent: the only rounding of a price.

    >>> cents(Decimal("1011.15159"))
    Decimal('1011.15')
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT)


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that a price was made of, and the row of the file that it stands in (None: the question said it)."""

    name: str
    value: Decimal | str
    evidence: Evidence | None = None

    def __str__(self) -> str:
        where = f" [{source_of(self.evidence)}]" if self.evidence else ""
        return f"{self.name}: {self.value}{where}"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the arithmetic in words and signs, what it yields exactly, its unit, and the rule behind it."""

    text: str
    value: Decimal
    unit: Unit = ""
    rule: str | None = None

    def __str__(self) -> str:
        shown = f"${self.value:f}" if self.unit == "USD" else f"{self.value:f}{' RVU' if self.unit else ''}"
        rule = f"   ({self.rule})" if self.rule else ""
        return f"{self.text} = {shown}{rule}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a price holds: a payment locality with its three indices, or the nation, where each is 1.

    `kind` is `national` or `locality`; a national place has no carrier, number and state, and no evidence. `how` says
    how the text that was asked for led to it (a county that the list names, one that it does not name, …).
    """

    kind: Literal["national", "locality"]
    carrier: str
    number: str
    state: str
    name: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal
    evidence: Evidence | None = None
    how: str = ""

    @property
    def key(self) -> str:
        """Return `01112-05`, or `national`."""
        return f"{self.carrier}-{self.number}" if self.kind == "locality" else "national"

    def __str__(self) -> str:
        if self.kind == "national":
            return "national (all indices 1, no locality)"
        return f"{self.key} {self.name}, {self.state}"


ONE: Final = Decimal(1)
NATIONAL: Final = Place("national", "", "", "", "national", ONE, ONE, ONE)


@dataclass(frozen=True, slots=True)
class Price:
    """What a code pays by the fee schedule, in dollars, with its whole arithmetic.

    It is what Medicare allows: its own share and the patient's coinsurance and deductible together, before any
    sequestration. A lower charge is paid as charged.

    `total` is rounded half up to the cent, `exact` is not rounded; both are None where the schedule sets no price,
    and `reason` says why. `components` are the exact amounts for work, practice expense and malpractice before
    payment policies, None where there are no relative values. `limiting_charge` is what a non-participating
    practitioner may ask at most, None for a participating one. `status` is the letter of the row (empty: no row).
    """

    code: str
    modifiers: tuple[str, ...]
    setting: str
    on: date | None
    place: Place
    total: Decimal | None
    exact: Decimal | None
    status: str
    reason: str | None = None
    steps: tuple[Step, ...] = ()
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()
    limiting_charge: Decimal | None = None
    components: tuple[Decimal, Decimal, Decimal] | None = None

    @property
    def key(self) -> str:
        """Return the code with its modifiers (`44388-53`)."""
        return "-".join((self.code, *self.modifiers))

    def __str__(self) -> str:
        head = f"{self.key}, {self.setting}, {self.place}"
        return f"{head}: no price: {self.reason}" if self.total is None else f"{head}: ${self.total}"

    def explain(self) -> str:
        """Return the price, its figures with file and release, each step with its rule, and the notes, in lines."""
        return "\n".join(_explained(self))


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A line of a session: its price alone, its rank among the ranked (None: not ranked), and what is paid of it.

    `percent` is what is paid of the price alone (100, 50, …, 0 without amount); `amount` is in dollars for all units,
    rounded to the cent, `exact` not; None without price. `steps` is the arithmetic of the reduction.
    """

    line: Line
    price: Price
    rank: int | None
    percent: Decimal
    amount: Decimal | None
    exact: Decimal | None
    rule: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        amount = "no price" if self.amount is None else f"${self.amount}"
        rank = "" if self.rank is None else f", rank {self.rank}"
        return f"{self.line}: {amount} ({self.percent:f} %{rank}: {self.rule})"


@dataclass(frozen=True, slots=True)
class SessionPrice:
    """What the lines of a session pay together; `total` adds those that have a price, and `notes` name the others."""

    lines: tuple[SessionLine, ...]
    total: Decimal
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((*map(str, self.lines), f"total: ${self.total}"))

    def explain(self) -> str:
        """Return each line with its price's arithmetic and its reduction, the total, and the notes."""
        parts = [
            "\n".join((str(line), _indented(line.price.explain()), *(f"  {step}" for step in line.steps)))
            for line in self.lines
        ]
        notes = [f"note: {note}" for note in self.notes]
        return "\n".join((*parts, f"total: ${self.total}", *notes))


def source_of(evidence: Evidence) -> str:
    """Return the release and the file of a row (`cms-pfs/2025D, PPRRVU2025_Oct.csv`)."""
    found = evidence.provenance
    return ", ".join(part for part in (found.release, found.file) if part)


def _explained(price: Price) -> Iterator[str]:
    day = f", on {price.on}" if price.on else ""
    yield f"{price.key}, {price.setting}{day}, {price.place}"
    if price.place.how:
        yield f"  locality: {price.place.how}"
    yield from (f"  {given}" for given in price.inputs)
    yield from (f"  {step}" for step in price.steps)
    if price.total is None:
        yield f"  no price: {price.reason}"
    else:
        yield f"  total: ${price.total}"
    if price.limiting_charge is not None:
        yield f"  limiting charge: ${price.limiting_charge}"
    yield from (f"  note: {note}" for note in price.notes)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
