"""A price while it is worked out: the amount so far, and the inputs, steps and notes that led to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.billing.price.model import Input, Place, Price, Step, Unit, cents

NON_PARTICIPATING: Final = Decimal("0.95")
LIMITING: Final = Decimal("1.15")
_NON_PARTICIPATING_RULE: Final = "Social Security Act, section 1848(a)(3)"
# The documentation of the relative value file says the same: the fee schedule amount by 1.0925, which is 0.95 × 1.15.
_LIMITING_RULE: Final = "Social Security Act, section 1848(g)(2); 42 CFR 414.48(b)"


@dataclass(slots=True)
class Draft:
    """What is known of a price; `exact` is the amount in dollars so far, unrounded, None before there is one."""

    line: Line
    setting: str
    on: date | None
    place: Place
    status: str = ""
    exact: Decimal | None = None
    reason: str | None = None
    components: tuple[Decimal, Decimal, Decimal] | None = None
    limiting: Decimal | None = None
    inputs: list[Input] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def given(self, name: str, value: Decimal | str, evidence: Evidence | None = None) -> None:
        """Keep a figure that the price is made of."""
        self.inputs.append(Input(name, value, evidence))

    def step(self, text: str, value: Decimal, unit: Unit, rule: str | None = None) -> None:
        """Keep a step of the arithmetic; one in dollars becomes the amount so far."""
        self.steps.append(Step(text, value, unit, rule))
        if unit == "USD":
            self.exact = value

    def times(self, factor: Decimal, why: str, rule: str) -> None:
        """Multiply the amount by a factor of a payment policy; a factor of 1 is a note."""
        if self.exact is None or self.reason is not None:
            return
        if factor == 1:
            self.notes.append(f"{why} ({rule})")
            return
        self.step(f"${plainly(self.exact)} × {plainly(factor)}: {why}", self.exact * factor, "USD", rule)

    def refuse(self, reason: str, rule: str | None = None) -> None:
        """Say why there is no price; the amount that was reached goes into a note. The first reason stays."""
        text = f"{reason} ({rule})" if rule else reason
        if self.reason is not None:
            self.notes.append(text)
            return
        self.reason = text
        if self.exact is not None:
            self.notes.append(f"without that the amount would be ${cents(self.exact)}; it is no price")

    def without_participation(self) -> None:
        """Lower the amount to that of a non-participating practitioner, and set the limiting charge."""
        if self.exact is None or self.reason is not None:
            return
        self.times(NON_PARTICIPATING, "non-participating practitioner", _NON_PARTICIPATING_RULE)
        charge = self.exact * LIMITING
        self.limiting = cents(charge)
        text = f"${plainly(self.exact)} × {LIMITING}: limiting charge, the most that may be asked"
        self.steps.append(Step(text, charge, "USD", _LIMITING_RULE))

    def done(self) -> Price:
        """Return the price, rounded half up to the cent, or without one and the reason."""
        paid = None if self.reason is not None else self.exact
        return Price(
            self.line.code,
            self.line.modifiers,
            self.setting,
            self.on,
            self.place,
            None if paid is None else cents(paid),
            paid,
            self.status,
            self.reason,
            tuple(self.steps),
            tuple(self.inputs),
            tuple(self.notes),
            self.limiting,
            self.components,
        )


def plainly(number: Decimal) -> str:
    """Return a number with its digits, without zeros at its end and never with an exponent.

    >>> plainly(Decimal("1.5000")), plainly(Decimal("100"))
    ('1.5', '100')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
