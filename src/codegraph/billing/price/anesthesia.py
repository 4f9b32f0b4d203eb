"""Anesthesia: base units and time units by a conversion factor of its own, shared where a physician directs."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import ANESTHESIA
from codegraph.billing.modifiers.sets import ANESTHESIA as ANESTHESIA_ROLES
from codegraph.billing.price.draft import plainly
from codegraph.billing.price.factors import NEUTRAL, UNPRICED
from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegraph.billing.price.draft import Draft
    from codegraph.opened import OpenedRelease

STATUS: Final = "J"
MINUTES_OF_A_UNIT: Final = 15
_TENTH: Final = Decimal("0.1")
_MANUAL: Final = "Medicare Claims Processing Manual, Pub. 100-04, chapter 12, section 50"
BASIC_RULE: Final = f"42 CFR 414.46(b); {_MANUAL}"
# A modifier -> the share of the amount, and what it says of who gave the anesthesia.
SHARES: Final = {
    "AA": (Decimal(1), "AA: performed personally by the anesthesiologist"),
    "QZ": (Decimal(1), "QZ: nurse anesthetist without medical direction"),
    "QK": (Decimal("0.5"), "QK: medical direction of two to four procedures at once, 50 %"),
    "QX": (Decimal("0.5"), "QX: nurse anesthetist or assistant under medical direction, 50 %"),
    "QY": (Decimal("0.5"), "QY: medical direction of one nurse anesthetist, 50 %"),
}
DIRECTION_RULE: Final = f"42 CFR 414.46(d); {_MANUAL}"
SUPERVISED: Final = "AD"
# The patient's physical status, monitored care: reported, and without units or shares of their own at Medicare.
WITHOUT_PAYMENT: Final = frozenset(("P1", "P2", "P3", "P4", "P5", "P6", "QS", "G8", "G9"))
SUPERVISED_UNITS: Final = Decimal(3)
_NOT_LOADED: Final = (
    "base units: not loaded; no file that is read has them (CMS publishes them as anesthesia base units); give them "
    "with base_units (--base-units)"
)
_NO_TIME: Final = "the time of the anesthesia is needed: give it with minutes (--minutes)"


def time_units(minutes: int) -> Decimal:
    """Return time units: minutes by 15, to one decimal.

    Source: Medicare Claims Processing Manual, Pub. 100-04, chapter 12, section 50 G. A half of a tenth counts up; no
    whole number of minutes gives one.

    >>> time_units(48)
    Decimal('3.2')
    """
    return (Decimal(minutes) / MINUTES_OF_A_UNIT).quantize(_TENTH, rounding=ROUND_HALF_UP)


def checked_number(value: object, what: str) -> Decimal:
    """Return minutes or base units as a number above 0; raise InvalidValue for anything else."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        number = Decimal(0)
    if isinstance(value, bool) or not number.is_finite() or not 0 < number < 100_000:
        raise InvalidValue(f"{str(value)[:20]!r} is no number of {what}; one above 0 is expected")
    return number


def apply(
    draft: Draft,
    kg: OpenedRelease,
    *,
    minutes: int | None,
    base_units: Decimal | int | None,
    day: date | None,
    qualifying: bool,
    nearest: bool = False,
) -> None:
    """Work out the amount of an anesthesia code in a draft, or say what is missing for it."""
    role = _role(draft.line.modifiers)
    _others(draft)
    factor = _factor(draft, kg, day, qualifying=qualifying, nearest=nearest)
    units = _supervised(draft) if role == SUPERVISED else _units(draft, minutes, base_units)
    if factor is None or units is None:
        return
    text = f"{plainly(units)} units × {plainly(factor)}"
    draft.step(text, units * factor, "USD", BASIC_RULE)
    if role in SHARES:
        share, words = SHARES[role]
        draft.times(share, words, DIRECTION_RULE)
    elif role is None:
        draft.notes.append(
            "taken as performed personally; a claim says who did with AA, QK, QX, QY, QZ or AD"
        )


def _role(modifiers: Sequence[str]) -> str | None:
    return next((m for m in modifiers if m in SHARES or m == SUPERVISED), None)


def _others(draft: Draft) -> None:
    """Say what the modifiers that name no role do: nothing, or that the contractor sets the price."""
    for modifier in draft.line.modifiers:
        if modifier in ANESTHESIA_ROLES or modifier in WITHOUT_PAYMENT or modifier in NEUTRAL:
            continue
        if modifier in UNPRICED:
            text, rule = UNPRICED[modifier]
            draft.refuse(f"{modifier}: {text}", rule)
        else:
            draft.notes.append(
                f"{modifier}: no effect of this modifier on an anesthesia amount is known here"
            )


def _supervised(draft: Draft) -> Decimal:
    draft.step(
        "AD: medical supervision of more than four procedures at once, 3 units and no time",
        SUPERVISED_UNITS,
        "",
        _MANUAL,
    )
    draft.notes.append("AD: one unit more where the record shows that the physician was present at induction")
    return SUPERVISED_UNITS


def _units(draft: Draft, minutes: int | None, base_units: Decimal | int | None) -> Decimal | None:
    base = None if base_units is None else checked_number(base_units, "base units")
    time = None if minutes is None else checked_number(minutes, "minutes")
    if base is None:
        draft.refuse(_NOT_LOADED)
    else:
        draft.given("base units (as given)", base)
    if time is None:
        draft.refuse(_NO_TIME)
        return None
    if time != int(time):
        raise InvalidValue(f"{minutes!r} minutes; a whole number is expected")
    units = time_units(int(time))
    draft.given("minutes (as given)", time)
    draft.step(f"{plainly(time)} minutes ÷ {MINUTES_OF_A_UNIT}, to one decimal", units, "", f"{_MANUAL} G")
    if base is None:
        return None
    draft.step(f"{plainly(base)} base units + {plainly(units)} time units", base + units, "", BASIC_RULE)
    return base + units


def _factor(
    draft: Draft, kg: OpenedRelease, day: date | None, *, qualifying: bool, nearest: bool
) -> Decimal | None:
    """Return the anesthesia conversion factor of the place, or refuse; from 2026 there are two."""
    release = kg._editions.on(ANESTHESIA, day, nearest=nearest).release
    rows = kg._figures.anesthesia(release)
    two = any(row.participation for row in rows)
    mine = [row for row in rows if not two or (row.participation == "qpp") == qualifying]
    if draft.place.kind == "national":
        found = next((row.national for row in mine if row.national is not None), None)
        place = "national"
    else:
        key = (draft.place.carrier, draft.place.number)
        found = next((row.factor for row in mine if (row.carrier, row.locality) == key), None)
        place = draft.place.key
    if found is None:
        draft.refuse(f"{release} has no anesthesia conversion factor for {place}")
        return None
    cells = (("locality", place), ("factor", found))
    draft.given("anesthesia conversion factor", found, kg._figures.evidence("anesthesia", release, *cells))
    return found
