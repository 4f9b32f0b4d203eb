"""Modifiers of visits, of the global surgical package and of procedures that were larger, smaller or broken off.

Source: Medicare Claims Processing Manual (Pub. 100-04), chapter 12, sections 30.1, 30.6.6 and 40.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from codegraph.billing.modifiers.facts import Facts, Verdict
from codegraph.billing.modifiers.sets import GLOBAL_PROCEDURE, SPLIT_CARE
from codegraph.sources.pfs_entries import RelativeValue
from codegraph.sources.values import plain

_PERIOD: Final = "global period"
_NOT_VISIT: Final = "a visit; this modifier is for procedures"
# Of a 24, 25 or 57 on a visit: what must be true.
_VISIT_CONDITIONS: Final = {
    "24": "within the global period of an operation by the same physician, for another problem",
    "25": "significant and separate from a procedure by the same physician on the same day",
    "57": "the decision for an operation with a 90-day global period fell at this visit, on its day or the day before",
}
_LATER: Final = {
    "58": "within the global period of an operation by the same physician, planned, going further, or treatment after "
    "a diagnostic procedure",
    "78": "within the global period of an operation by the same physician, unplanned, for a related reason, in an "
    "operating or procedure room",
    "79": "within the global period of an operation by the same physician, for an unrelated reason",
}
GLOBALS: Final = ("000", "010", "090")
_UNDECIDED: Final = {
    "MMM": "maternity care, whose usual global rules do not apply",
    "XXX": "no global period; most such services are no part of a surgical package",
    "YYY": "the contractor decides the global period",
    "ZZZ": "an add-on code, which follows the procedure that it is reported with",
}


def on_visit(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 24, 25 or 57: visits do, and nothing else."""
    if facts.visit:
        return Verdict(True, "a visit", _VISIT_CONDITIONS[modifier])
    return Verdict(False, "no visit; this modifier stands on visits only")


def _period(facts: Facts) -> str:
    return facts.row.global_period if facts.row is not None else ""


def _undecided(facts: Facts) -> Verdict:
    period = _period(facts)
    reason = f"{_PERIOD} {period}: {_UNDECIDED.get(period, 'what this means here is not known')}"
    return Verdict(None, reason, evidence=(facts.cell("global_period", _PERIOD),))


def _share(row: RelativeValue, *fields: str) -> str | None:
    total = sum((getattr(row, field) for field in fields), Decimal(0))
    return plain(total) if total else None


_SHARES: Final = {
    "54": ("preoperative", "intraoperative"),
    "55": ("postoperative",),
    "56": ("preoperative",),
}
_SPLIT_CONDITIONS: Final = {
    "54": "another clinician takes over the aftercare",
    "55": "another clinician operated, and the patient was seen after the transfer of care",
    "56": "another clinician operated; Medicare pays this share to the surgeon",
}


def split_care(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 54, 55 or 56: one with a global period of 10 or 90 days does."""
    if facts.visit:
        return Verdict(False, _NOT_VISIT)
    if unanswered := facts.unscheduled():
        return unanswered
    row, period = facts.row, _period(facts)
    if row is None or period in ("MMM", "YYY"):
        return _undecided(facts)
    evidence = (facts.cell("global_period", _PERIOD),)
    if period not in ("010", "090"):
        return Verdict(False, f"{_PERIOD} {period}: no aftercare to be split off", evidence=evidence)
    shares = _SHARES[modifier]
    cells = tuple(facts.cell(field, f"{field} share") for field in shares)
    if _share(row, "preoperative", "intraoperative", "postoperative") is None:
        return Verdict(
            None, f"{_PERIOD} {period}, but the fee schedule gives no shares of the fee", evidence=cells
        )
    reason = f"{_PERIOD} {period}: its fee has shares for preparation, operation and aftercare"
    return Verdict(True, reason, _SPLIT_CONDITIONS[modifier], _share(row, *shares), (*evidence, *cells))


def later_procedure(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 58, 78 or 79: procedures that could fall into another's global period."""
    if facts.visit:
        return Verdict(False, f"{_NOT_VISIT}; an unrelated visit in a global period takes 24")
    if unanswered := facts.unscheduled():
        return unanswered
    row, period = facts.row, _period(facts)
    if row is None or period not in GLOBALS:
        return _undecided(facts)
    said = Verdict(
        True,
        f"{_PERIOD} {period}: a procedure of the surgical package",
        _LATER[modifier],
        "1",
        (facts.cell("global_period", _PERIOD),),
    )
    if modifier != "78" or period == "000":
        return said
    share = facts.cell("intraoperative", "intraoperative share")
    return said._replace(rate=_share(row, "intraoperative"), evidence=(*said.evidence, share))


class _Size(NamedTuple):
    condition: str
    without_period: bool | None
    reason: str


_SIZES: Final = {
    "22": _Size(
        "substantially more work than usual, told in the operative note",
        None,
        "the contractor may pay more by report",
    ),
    "52": _Size("part of the service was left out by choice", True, "a smaller service of the same kind"),
}


def size(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 22 or 52, for more or less than usual: procedures do."""
    if facts.visit:
        return Verdict(None if modifier == "52" else False, "a visit, whose size has codes of its own")
    if unanswered := facts.unscheduled():
        return unanswered
    said = _SIZES[modifier]
    if _period(facts) in GLOBALS or said.without_period:
        cell = facts.cell("global_period", _PERIOD)
        return Verdict(True, said.reason, said.condition, evidence=(cell,))
    return _undecided(facts)


def stopped(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 53: by a fee schedule row of its own, else by report where it is a procedure."""
    if facts.visit:
        return Verdict(False, _NOT_VISIT)
    if unanswered := facts.unscheduled():
        return unanswered
    condition = "begun, and broken off for the patient's safety or because it could not go on"
    own = facts.rows.get(modifier)
    if own is not None:
        return Verdict(
            True,
            "the fee schedule has a row of its own for the code with 53",
            condition,
            evidence=(
                facts.cell("work", "work RVU", own),
                facts.cell("facility_total", "facility total", own),
            ),
        )
    if _period(facts) in GLOBALS:
        cell = facts.cell("global_period", _PERIOD)
        return Verdict(
            True, "no row with 53: the contractor prices it by report", condition, evidence=(cell,)
        )
    return _undecided(facts)


def repeated(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 76 or 77: any that is no visit and no laboratory test (those take 91)."""
    if facts.visit:
        return Verdict(False, _NOT_VISIT)
    if facts.laboratory:
        return Verdict(None, "a laboratory test done again that day mostly takes 91")
    by = "the same clinician" if modifier == "76" else "another clinician"
    return Verdict(True, "a service that can be repeated", f"done again by {by} for a medical reason")


PACKAGES: Final[dict[str, Callable[[Facts, str], Verdict]]] = {
    **dict.fromkeys(("22", "52"), size),
    **dict.fromkeys(("24", "25", "57"), on_visit),
    "53": stopped,
    **dict.fromkeys(SPLIT_CARE, split_care),
    **dict.fromkeys(GLOBAL_PROCEDURE, later_procedure),
    **dict.fromkeys(("76", "77"), repeated),
}
