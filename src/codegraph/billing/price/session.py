"""Several procedures of one session: each priced alone, then ranked and reduced by its multiple procedure indicator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import OPPS_CAP, PFS
from codegraph.billing.price import caps
from codegraph.billing.price.model import EXACT, Place, Price, SessionLine, SessionPrice, Step, cents
from codegraph.billing.price.places import day_in
from codegraph.billing.price.price import amounts, base_amount, price, row_for
from codegraph.billing.price.reductions import (
    COMPONENTS,
    ENDOSCOPY,
    LAYOUT_RULE,
    SHARES_SINCE,
    STANDARD,
    THERAPY,
    Parts,
    Share,
    Shares,
    Unit,
    components,
    surgery,
    therapy,
)
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.editions import Edition
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_entries import RelativeValue

_ASSISTANTS: Final = frozenset(("80", "81", "82", "AS"))
_SURGERY: Final = frozenset((STANDARD, ENDOSCOPY))
_RANKED: Final = _SURGERY | {THERAPY} | COMPONENTS.keys()
MOST_UNITS: Final = 1000
_NO_REDUCTION: Final = {
    "0": "multiple procedure indicator 0: no reduction (add-on codes and codes exempt from it)",
    "9": "multiple procedure indicator 9: the concept does not apply",
}
_NOT_VALUED: Final = "not paid by relative values, so not ranked"
_BY_LINE: Final = (
    "each line is rounded half up to the cent, and the total adds the rounded lines, since claims pay by line"
)
_NO_EDITS: Final = "edits (NCCI pairs, unit limits) are not applied here; check the claim for them"
_Group = tuple[date | None, str | None, bool]


def price_session(
    kg: OpenedRelease,
    lines: Sequence[Line],
    *,
    locality: str | None = None,
    setting: str = "facility",
    on: date | None = None,
    qualifying_participant: bool = False,
    participating: bool = True,
    nearest: bool = False,
) -> SessionPrice:
    """Return what the lines pay together; each unit counts as a procedure.

    Lines rank among those of the same day, provider and role (surgeon or assistant). A line's rank is that of its
    first unit; that of a diagnostic test is its technical component's, without one the professional component's.
    Amounts rank with their modifiers (both sides at 150 %), in the locality asked for; 51 changes nothing of its own.
    Rules: reductions.py names the source of each. Raises what `price` raises, InvalidValue for no lines.
    """
    if not lines:
        raise InvalidValue("no lines: a session has one line at least, written like 44389-59x2")
    session = _Session(
        kg,
        locality,
        setting,
        on,
        qualifying=qualifying_participant,
        participating=participating,
        nearest=nearest,
    )
    with localcontext(EXACT):
        prices = [session.price(line) for line in lines]
        units: dict[_Group, list[Unit]] = {}
        for at, (line, found) in enumerate(zip(lines, prices, strict=True)):
            group = (line.day or on, line.provider, bool(_ASSISTANTS & set(line.modifiers)))
            units.setdefault(group, []).extend(session.units(at, line, found))
        shares: Shares = {}
        for (day, _, _), members in units.items():
            shares |= session.reduce(members, day)
        by_line: dict[int, list[tuple[Unit, Share]]] = {}
        for members in units.values():
            for unit in members:
                by_line.setdefault(unit.line, []).append((unit, shares[unit.number]))
        done = tuple(
            _line(line, found, by_line.get(at, []), session.unranked.get(at, _NOT_VALUED))
            for at, (line, found) in enumerate(zip(lines, prices, strict=True))
        )
    total = sum((line.amount for line in done if line.amount is not None), Decimal("0.00"))
    edition = session.edition(on)
    older = on is not None and not edition.covers(on)
    notes = [f"no loaded release covers {on}; these are the figures of {edition}"] if older else []
    if edition.first is not None and edition.first < SHARES_SINCE:
        notes.append(
            f"the shares that are paid are those in force since {SHARES_SINCE}; they were others before"
        )
    return SessionPrice(done, total, (*notes, *_notes(done, several=len(units) > 1)))


class _Session:
    """What is asked of a session: the same place, setting and participation for every line."""

    def __init__(
        self,
        kg: OpenedRelease,
        locality: str | None,
        setting: str,
        on: date | None,
        *,
        qualifying: bool,
        participating: bool,
        nearest: bool,
    ) -> None:
        self.kg = kg
        self.setting = setting
        self.on = on
        self.nearest = nearest
        self._asked = (locality, qualifying, participating)
        self._number = 0
        self._places: dict[int, Place] = {}
        self.unranked: dict[int, str] = {}  # position of a line -> why nothing is taken off

    def price(self, line: Line) -> Price:
        """Return the price of one unit of a line, as if it stood alone."""
        locality, qualifying, participating = self._asked
        alone = replace(line, modifiers=tuple(m for m in line.modifiers if m != "51"), units=1)
        return price(
            self.kg,
            alone,
            locality=locality,
            setting=self.setting,
            on=line.day or self.on,
            qualifying_participant=qualifying,
            participating=participating,
            nearest=self.nearest,
        )

    def edition(self, day: date | None) -> Edition:
        """Return the edition of the fee schedule of a day."""
        return self.kg._editions.on(PFS, day, nearest=self.nearest, qualifying=self._asked[1])

    def rows(self, code: str, day: date | None) -> dict[str, RelativeValue]:
        """Return the rows of a code by modifier."""
        return self.kg._figures.fees(self.edition(day).release, code)

    def units(self, at: int, line: Line, found: Price) -> list[Unit]:
        """Return the units of a line that rank; none where it has no price or its indicator reduces nothing."""
        if found.exact is None or found.components is None:
            return []
        row, _ = row_for(self.rows(line.code, line.day or self.on), line.modifiers)
        indicator = row.multiple_procedure
        if indicator not in _RANKED:
            why = _NO_REDUCTION.get(
                indicator, f"multiple procedure indicator {indicator!r}: no rule known here"
            )
            self.unranked[at] = f"{why} ({LAYOUT_RULE})"
            return []
        if line.units > MOST_UNITS:
            raise InvalidValue(
                f"{line.units} units of {line.key}; a session ranks {MOST_UNITS} of a line at most"
            )
        plain = sum(found.components, Decimal(0))
        self._places[at] = found.place
        made = []
        for _ in range(line.units):
            made.append(Unit(self._number, at, line.code, row, found.exact, plain))
            self._number += 1
        return made

    def reduce(self, units: Sequence[Unit], day: date | None) -> Shares:
        """Return the shares of units that one provider did on one day, in one role."""
        shares: Shares = {}
        kinds: dict[tuple[str, str], list[Unit]] = {}
        for unit in units:
            indicator = unit.row.multiple_procedure
            kind = "surgery" if indicator in _SURGERY else indicator
            kinds.setdefault((kind, unit.row.imaging_family if kind == "4" else ""), []).append(unit)
        for (kind, _), members in kinds.items():
            if kind == "surgery":
                shares |= surgery(members, lambda unit, base: self.of_base(unit, base, day))
            elif kind == THERAPY:
                shares |= therapy(members, self.expense)
            else:
                parts = {unit.number: self.parts(unit, day) for unit in members}
                shares |= components(members, parts, COMPONENTS[kind])
        return shares

    def of_base(self, unit: Unit, base: str, day: date | None) -> Decimal | None:
        """Return the amount of an endoscopic base with the payment policies of a unit; None without values."""
        row = self.rows(base, day).get("")
        amount = base_amount(row, self._places[unit.line], self.setting) if row else Decimal(0)
        return unit.scaled(amount) if amount else None

    def expense(self, unit: Unit) -> Decimal:
        """Return the part of a unit's price that is practice expense."""
        return unit.scaled(amounts(unit.row, self._places[unit.line], self.setting)[1])

    def parts(self, unit: Unit, day: date | None) -> Parts | None:
        """Return the components of a diagnostic test, before the OPPS cap; None where the file does not divide it."""
        rows = self.rows(unit.code, day)
        if unit.row.modifier == "26" or unit.row.pctc == "2":
            return Parts(unit.exact, Decimal(0))
        technical = unit.row if unit.row.modifier == "TC" or unit.row.pctc == "3" else rows.get("TC")
        if technical is None:
            return None
        place = self._places[unit.line]
        cap, factor = self._cap(unit, technical, place, day)
        amount = base_amount(technical, place, self.setting)
        return Parts((unit.plain - amount) * factor, amount * factor, None if cap is None else cap * factor)

    def _cap(
        self, unit: Unit, technical: RelativeValue, place: Place, day: date | None
    ) -> tuple[Decimal | None, Decimal]:
        """Return the cap of the technical component, and by what the modifiers multiply the unit's amount."""
        try:
            in_force = day_in(self.edition(day), day)
            release = self.kg._editions.on(OPPS_CAP, in_force, nearest=self.nearest).release
        except NotLoaded:
            return None, unit.exact / unit.plain
        own, cap = (caps.cap_row(self.kg, row, place, release) for row in (unit.row, technical))
        alone = unit.plain if own is None else min(unit.plain, getattr(own, self.setting))
        return (None if cap is None else getattr(cap, self.setting)), unit.exact / alone


def _line(line: Line, found: Price, shares: Sequence[tuple[Unit, Share]], unranked: str) -> SessionLine:
    if found.exact is None:
        return SessionLine(line, found, None, Decimal(0), None, None, f"no price: {found.reason}")
    if not shares:
        alone = found.exact * line.units
        sum_up = (Step(f"{line.units} units together", alone, "USD"),) if line.units > 1 else ()
        return SessionLine(line, found, None, Decimal(100), cents(alone), alone, unranked, sum_up)
    first = shares[0][1]
    steps = tuple(
        replace(step, text=f"unit {n}: {step.text}") if len(shares) > 1 else step
        for n, (_, share) in enumerate(shares, 1)
        for step in share.steps
    )
    if any(share.exact is None for _, share in shares):
        rule = next(share.rule for _, share in shares if share.exact is None)
        return SessionLine(line, found, first.rank, Decimal(0), None, None, rule, steps)
    exact = sum((share.exact for _, share in shares if share.exact is not None), Decimal(0))
    if len(shares) > 1:
        steps = (*steps, Step(f"{len(shares)} units together", exact, "USD"))
    alone = found.exact * len(shares)
    percent = _percent(exact, alone)
    return SessionLine(line, found, first.rank, percent, cents(exact), exact, first.rule, steps)


def _percent(exact: Decimal, alone: Decimal) -> Decimal:
    """Return the share that is paid, in percent to two digits, without zeros at its end."""
    share = (exact * 100 / alone).quantize(Decimal("0.01")) if alone else Decimal(100)
    return share.to_integral_value() if share == share.to_integral_value() else share


def _notes(lines: Sequence[SessionLine], *, several: bool) -> tuple[str, ...]:
    notes = [_BY_LINE, _NO_EDITS]
    missing = [line for line in lines if line.amount is None]
    if missing:
        notes.append(
            f"not in the total, for the reasons given: {', '.join(str(line.line) for line in missing)}"
        )
    if any(line.price.status == "C" for line in missing):
        notes.append(
            "a procedure that the contractor prices may rank among the others, and change their shares"
        )
    if several:
        notes.append("lines of another day, provider or role (assistant) rank apart")
    return tuple(notes)
