"""The codes that a modifier applies to: chosen in the tables by the cell that governs it, then judged one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.editions import ADDENDUM_B, PFS, PTP, Edition
from codegraph.billing.modifiers.circumstances import HOSPITAL
from codegraph.billing.modifiers.facts import VISITS, within
from codegraph.billing.modifiers.indicators import INDICATORS
from codegraph.billing.modifiers.kinds import KINDS
from codegraph.billing.modifiers.model import ModifierUse
from codegraph.billing.modifiers.packages import GLOBALS
from codegraph.billing.modifiers.rules import RULES
from codegraph.billing.modifiers.sets import CORONARY, GLOBAL_PROCEDURE, GLOBAL_VISIT, SEPARATE, SPLIT_CARE
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease


class _Choice(NamedTuple):
    source: str
    field: str
    values: tuple[str, ...]


_ALL: Final = ("",)
# Modifier -> the cells that a code's row must have. With field `code`: any; its kind of service decides.
_CHOICES: Final[dict[str, _Choice]] = {
    **{
        modifier: _Choice(PFS, ind.field, tuple(v for v, said in ind.verdicts.items() if said.applies))
        for modifier, ind in INDICATORS.items()
    },
    **dict.fromkeys(("22", *GLOBAL_PROCEDURE), _Choice(PFS, "global_period", GLOBALS)),
    **dict.fromkeys(SPLIT_CARE, _Choice(PFS, "global_period", ("010", "090"))),
    "53": _Choice(PFS, "modifier", ("53",)),
    **{m: _Choice(ADDENDUM_B, "status", tuple(sorted(h.statuses))) for m, h in HOSPITAL.items()},
    **dict.fromkeys(
        (*GLOBAL_VISIT, *(KINDS.keys() - {"FX", "FY", "JW", "JZ"}), *CORONARY), _Choice(PFS, "code", _ALL)
    ),
}
_TABLES: Final = {PFS: "pfs", ADDENDUM_B: "opps"}
_SEPARATE: Final = ("59", *SEPARATE)


def codes_with_modifier(
    kg: OpenedRelease, modifier: str, day: date | None = None, *, nearest: bool = False
) -> tuple[ModifierUse, ...]:
    """Return the codes that a modifier applies to, sorted, each with the cell that says so.

    Judged by the row without modifier where a code has one. 53: the codes with a fee schedule row of their own;
    contractors price others by report. 59, XE, XP, XS, XU: the codes that an NCCI edit with indicator 1 names. 90,
    91 and kinds of service: the codes of the fee schedule. Raises NotLoaded where the table is not loaded for the
    day, and for a modifier whose use no table decides; InvalidValue for one that codegraph has no rule for.
    """
    if modifier not in RULES:
        raise InvalidValue(f"{modifier}: codegraph has no rule for this modifier", candidates=sorted(RULES))
    if modifier in _SEPARATE:
        return tuple(_separate(kg, modifier, day, nearest))
    choice = _CHOICES.get(modifier)
    if choice is None:
        raise NotLoaded(
            f"which codes take {modifier} follows from no table: it depends on the case or on a policy"
        )
    edition = kg._editions.on(choice.source, day, nearest=nearest)
    judge = kg._rules_of_modifiers.judge_anew
    rules = ((code, judge(code, modifier, day, nearest)) for code in _codes(kg, edition, choice))
    return tuple(
        ModifierUse(code, modifier, rule.reason, rule.condition, rule.evidence)
        for code, rule in rules
        if rule.applies
    )


def _codes(kg: OpenedRelease, edition: Edition, choice: _Choice) -> Iterable[str]:
    """Return the codes of an edition with one of the cells, sorted."""
    table = _TABLES[choice.source]
    if not kg._has_table(table):
        return []
    any_cell = choice.values == _ALL
    sql = (
        f"SELECT DISTINCT code FROM {table} WHERE release = ? AND "  # noqa: S608 - names from the table above
        f"(? OR {choice.field} IN (SELECT value FROM json_each(?))) ORDER BY code"
    )
    key = (edition.release, any_cell, json.dumps(choice.values))
    return [str(row[0]) for row in kg.tables.rows(sql, key)]


def _separate(kg: OpenedRelease, modifier: str, day: date | None, nearest: bool) -> Iterable[ModifierUse]:
    """Yield the codes that an edit in force with indicator 1 names, visits left out."""
    setting = "practitioner"
    edition = kg._editions.on(PTP[setting], day, nearest=nearest)
    on = day if day is not None and edition.covers(day) else edition.last
    evidence = (kg._figures.evidence("ptp", edition.release, ("modifier indicator", "1")),)
    for code in kg._pair_table.named(setting, edition.release, "1", on):
        if not within(code, VISITS):
            yield ModifierUse(code, modifier, "an NCCI edit of the code can be lifted", None, evidence)
