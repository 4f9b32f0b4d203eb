"""What several procedures of one session pay: the multiple procedure indicators as tables, applied to units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.price.draft import plainly
from codegraph.billing.price.model import Step

if TYPE_CHECKING:
    from codegraph.sources.pfs_entries import RelativeValue

_MANUAL: Final = "Medicare Claims Processing Manual, Pub. 100-04, chapter"
SURGERY_RULE: Final = f"{_MANUAL} 12, section 40.6"
LAYOUT_RULE: Final = f"{_MANUAL} 23, addendum (multiple procedure indicator)"
THERAPY_RULE: Final = f"Social Security Act, section 1848(b)(7); {_MANUAL} 5, section 10.7"
IMAGING_RULE: Final = f"Social Security Act, section 1848(b)(4)(D); {LAYOUT_RULE}"
# Shares of the ranked procedures; from the next one on the contractor decides by report.
RANKED: Final = (Decimal(1), Decimal("0.5"), Decimal("0.5"), Decimal("0.5"), Decimal("0.5"))
# The last of the shares here to change was that of the professional component of imaging (75 % until 2016).
SHARES_SINCE: Final = date(2017, 1, 1)
THERAPY_SHARE: Final = Decimal("0.5")
STANDARD, ENDOSCOPY, THERAPY = "2", "3", "5"
ZERO: Final = Decimal(0)


class ComponentRule(NamedTuple):
    """What all but the highest technical and professional component of a kind of diagnostic test pay."""

    kind: str
    technical: Decimal
    professional: Decimal
    rule: str


COMPONENTS: Final[Mapping[str, ComponentRule]] = {
    "4": ComponentRule("diagnostic imaging", Decimal("0.5"), Decimal("0.95"), IMAGING_RULE),
    "6": ComponentRule("diagnostic cardiovascular services", Decimal("0.75"), Decimal(1), LAYOUT_RULE),
    "7": ComponentRule("diagnostic ophthalmology services", Decimal("0.8"), Decimal(1), LAYOUT_RULE),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a line: `exact` is its price alone, with its modifiers, in dollars.

    `plain` is the row's amount before payment policies; `number` orders the units, `line` is the line's position.
    """

    number: int
    line: int
    code: str
    row: RelativeValue
    exact: Decimal
    plain: Decimal

    def scaled(self, part: Decimal) -> Decimal:
        """Return a part of the row's amount as the unit's modifiers leave it (150 %, 95 %, …)."""
        return part if self.exact == self.plain else part * self.exact / self.plain


@dataclass(frozen=True, slots=True)
class Share:
    """What is paid of a unit (None: by report), its rank (None: not ranked), the rule, and the arithmetic."""

    exact: Decimal | None
    rank: int | None
    rule: str
    steps: tuple[Step, ...] = ()


Shares = dict[int, Share]
# A unit, what it pays before the ranking, and how that came about.
_Paid = tuple[Unit, Decimal, tuple[Step, ...]]


def in_full(unit: Unit, why: str, rule: str = LAYOUT_RULE, rank: int | None = None) -> Share:
    """Return the whole price of a unit."""
    return Share(unit.exact, rank, f"{why} ({rule})")


def surgery(units: Sequence[Unit], base_amount: Callable[[Unit, str], Decimal | None]) -> Shares:
    """Return the shares of procedures with indicators 2 and 3.

    Endoscopies with the same base come first: the highest in full, of each other what it pays beyond the base, and
    nothing for the base itself. Then each family as one, and each other procedure, rank by amount.
    `base_amount` gives the amount of a base code with the policies of a unit, None where the schedule has none.
    """
    families: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.row.endoscopic_base:
            families.setdefault(unit.row.endoscopic_base, []).append(unit)
    shares: Shares = {}
    ranked: list[tuple[Decimal, Sequence[_Paid]]] = []
    for unit in units:
        if unit.code in families:
            shares[unit.number] = _included(unit, families[unit.code])
        elif not unit.row.endoscopic_base:
            ranked.append((unit.exact, [(unit, unit.exact, ())]))
    for base, members in families.items():
        paid = _family(base, members, base_amount, shares)
        ranked.append((sum((amount for _, amount, _ in paid), ZERO), paid))
    ranked.sort(key=lambda entry: (-entry[0], entry[1][0][0].code, entry[1][0][0].number))
    for rank, (total, members_paid) in enumerate(ranked, 1):
        for unit, amount, steps in members_paid:
            shares[unit.number] = _ranked(unit, amount, steps, rank, len(ranked), total, len(members_paid))
    return shares


def _included(unit: Unit, members: Sequence[Unit]) -> Share:
    with_it = ", ".join(sorted({member.code for member in members}))
    why = f"base of the endoscopies {with_it} of this session, whose payment includes it"
    return Share(ZERO, None, f"{why} ({SURGERY_RULE})", (Step(why, ZERO, "USD", SURGERY_RULE),))


def _family(
    base: str, members: Sequence[Unit], base_amount: Callable[[Unit, str], Decimal | None], shares: Shares
) -> list[_Paid]:
    """Return what each endoscopy of a family pays within it; one whose base has no amount goes to `shares`."""
    first, *others = in_order(members, lambda unit: unit.exact)
    if not others:
        return [(first, first.exact, ())]
    text = f"highest endoscopy with base {base}, in full"
    paid: list[_Paid] = [(first, first.exact, (Step(text, first.exact, "USD", SURGERY_RULE),))]
    for unit in others:
        of_base = base_amount(unit, base)
        if of_base is None:
            why = f"another endoscopy with base {base}, and the schedule has no amount of that to subtract"
            shares[unit.number] = Share(None, None, f"{why} ({SURGERY_RULE})")
            continue
        beyond = max(unit.exact - of_base, ZERO)
        least = "" if unit.exact >= of_base else ", nothing where the base pays more"
        text = f"${plainly(unit.exact)} − ${plainly(of_base)} of the base {base}{least}"
        paid.append((unit, beyond, (Step(text, beyond, "USD", SURGERY_RULE),)))
    return paid


def _ranked(
    unit: Unit, amount: Decimal, steps: tuple[Step, ...], rank: int, of: int, total: Decimal, members: int
) -> Share:
    if of == 1:
        rule = SURGERY_RULE if members > 1 else LAYOUT_RULE
        why = "endoscopies of one family" if members > 1 else "the only procedure that is ranked"
        return Share(amount, rank, f"{why} ({rule})", steps)
    whose = f"the family, ${plainly(total)} together, ranks" if members > 1 else "rank"
    if rank > len(RANKED):
        why = f"by report from the sixth procedure on ({whose} {rank} of {of}): the contractor prices it"
        return Share(None, rank, f"{why} ({SURGERY_RULE})", steps)
    share = RANKED[rank - 1]
    text = f"{whose} {rank} of {of} by fee schedule amount: ${plainly(amount)} × {plainly(share)}"
    step = Step(text, amount * share, "USD", SURGERY_RULE)
    why = "procedures ranked by fee schedule amount, 100, 50, 50, 50, 50 %"
    return Share(amount * share, rank, f"{why} ({SURGERY_RULE})", (*steps, step))


def therapy(units: Sequence[Unit], expense: Callable[[Unit], Decimal]) -> Shares:
    """Return the shares of therapy units (indicator 5): half the practice expense of all but the highest."""
    if len(units) == 1:
        return {units[0].number: in_full(units[0], "the only unit of therapy", THERAPY_RULE, 1)}
    shares: Shares = {}
    for rank, unit in enumerate(in_order(units, expense), 1):
        whole = expense(unit)
        why = "therapy: work and malpractice in full, half the practice expense of all but the highest unit"
        if rank == 1:
            text = f"rank 1 of {len(units)} by practice expense (${plainly(whole)}), in full"
            paid = unit.exact
        else:
            text = (
                f"rank {rank} of {len(units)} by practice expense: ${plainly(unit.exact)} − "
                f"${plainly(whole)} × {plainly(THERAPY_SHARE)}"
            )
            paid = unit.exact - whole * THERAPY_SHARE
        step = Step(text, paid, "USD", THERAPY_RULE)
        shares[unit.number] = Share(paid, rank, f"{why} ({THERAPY_RULE})", (step,))
    return shares


@dataclass(frozen=True, slots=True)
class Parts:
    """The professional and technical component of a unit, with its modifiers, in dollars.

    `cap` is the OPPS cap of the technical one, None without; it holds after the reduction.
    """

    professional: Decimal
    technical: Decimal
    cap: Decimal | None = None


def components(units: Sequence[Unit], parts: Mapping[int, Parts | None], rule: ComponentRule) -> Shares:
    """Return the shares of diagnostic tests whose components are reduced, each kind of component ranked apart.

    A unit whose `parts` are None cannot be divided: alone it is paid in full, among others its share is not known.
    """
    if len(units) == 1:
        return {units[0].number: in_full(units[0], f"the only one of {rule.kind}", rule.rule, 1)}
    shares: Shares = {}
    known: list[tuple[Unit, Parts]] = []
    for unit in units:
        found = parts[unit.number]
        if found is None:
            why = (
                f"{rule.kind}: the schedule does not divide this global test, so its share beside another is not "
                "known; report its components by their own codes"
            )
            shares[unit.number] = Share(None, None, f"{why} ({rule.rule})")
        else:
            known.append((unit, found))
    technical = _ranks((u, p.technical) for u, p in known)
    professional = _ranks((u, p.professional) for u, p in known)
    for unit, found in known:
        ranks = (technical.get(unit.number), professional.get(unit.number))
        shares[unit.number] = _of_components(unit, found, ranks, rule)
    return shares


def _of_components(
    unit: Unit, parts: Parts, ranks: tuple[int | None, int | None], rule: ComponentRule
) -> Share:
    technical, professional = ranks
    steps = []
    paid = ZERO
    for rank, name, part, share, cap in (
        (technical, "technical", parts.technical, rule.technical, parts.cap),
        (professional, "professional", parts.professional, rule.professional, None),
    ):
        if rank is None:
            continue
        factor = share if rank > 1 else Decimal(1)
        amount = part * factor
        text = f"{name} component, rank {rank}: ${plainly(part)} × {plainly(factor)}"
        if cap is not None and cap < amount:
            text, amount = f"{text}, at most the OPPS cap", cap
        paid += amount
        steps.append(Step(text, amount, "USD", rule.rule))
    less = (("technical", rule.technical), ("professional", rule.professional))
    told = ", ".join(f"{name} {plainly(share * 100)} %" for name, share in less if share < 1)
    why = f"{rule.kind}: all but the highest component pay {told} ({rule.rule})"
    rank = technical or professional
    if technical in (1, None) and (professional in (1, None) or rule.professional == 1):
        paid = unit.exact
        steps = [Step(f"rank {rank}, in full: ${plainly(paid)}", paid, "USD", rule.rule)]
    return Share(paid, rank, why, tuple(steps))


def _ranks(amounts: Iterable[tuple[Unit, Decimal]]) -> dict[int, int]:
    """Return the rank of each unit that has such a component."""
    there = {unit: amount for unit, amount in amounts if amount}
    ordered = in_order(list(there), lambda unit: there[unit])
    return {unit.number: rank for rank, unit in enumerate(ordered, 1)}


def in_order(units: Sequence[Unit], amount: Callable[[Unit], Decimal]) -> list[Unit]:
    """Return units with the greatest amount first; ties by code, then by their order on the claim."""
    return sorted(units, key=lambda unit: (-amount(unit), unit.code, unit.number))
