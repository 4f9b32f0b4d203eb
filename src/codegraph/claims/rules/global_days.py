"""Global surgical packages: visits and procedures that lie within the days of another procedure's package.

Source: 42 CFR 414.40; Medicare Claims Processing Manual (Pub. 100-04) chapter 12, §40.1 to §40.3. 000: the day itself;
010: the day and the 10 days after it; 090: the day before, the day, and the 90 days after it. YYY: the contractor sets
the days. MMM is the maternity package, XXX has none, ZZZ is an add-on code that goes with its primary: none of them is
counted here. What another provider did does not count where both are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from codegraph.billing.editions import PFS
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import ASSISTANT, GLOBAL_PROCEDURE
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.session import Procedure, Session, apart, named

# Global days of the fee schedule -> days after the operation that belong to its package.
DAYS_AFTER: Final = {"000": 0, "010": 10, "090": 90, "YYY": 90}
MAJOR: Final = "090"
CONTRACTOR: Final = "YYY"
# A procedure with one of these opens no package of its own: a return within another's, an assistant, care before only.
_OPENS_NONE: Final = frozenset(("56", "78", *ASSISTANT))
_CARE_ALONE: Final = frozenset(("55", "56"))
# Critical care for another reason has had a modifier of its own since 2022 (CY 2022 fee schedule rule).
_FT_SINCE: Final = date(2022, 1, 1)
_CRITICAL_CARE: Final = frozenset(("99291", "99292"))
_RULE: Final = "global-period"


class _Need(NamedTuple):
    """Which modifiers make a service within a package payable, and what each says."""

    modifiers: tuple[str, ...]
    when: str
    resolution: str


_SAME_DAY_MINOR: Final = _Need(
    ("25",), "on the day of", "25 where the visit was significant and separate from the procedure."
)
_SAME_DAY_MAJOR: Final = _Need(
    ("57", "25"),
    "on the day of",
    "57 where the decision for the operation was made at this visit, 25 where the visit was separate from it.",
)
_DAY_BEFORE: Final = _Need(
    ("57",), "on the day before", "57 where the decision for the operation was made at this visit."
)
_VISIT_AFTER: Final = _Need(
    ("24",), "within the global days of", "24 where the visit has nothing to do with the operation."
)
_PROCEDURE_AFTER: Final = _Need(
    GLOBAL_PROCEDURE,
    "within the global days of",
    "58 where it was planned or a further stage, 78 where it was an unplanned return to the operating room for a "
    "related reason (paid for the operation alone), 79 where it is unrelated.",
)

_SAME_DAY_AGAIN: Final = _PROCEDURE_AFTER._replace(when="on the day of")


def opens_package(line: Line, global_period: str) -> bool:
    """Tell whether a procedure has global days that other services may fall into."""
    return global_period in DAYS_AFTER and not _OPENS_NONE.intersection(line.modifiers)


def global_periods(session: Session) -> Iterator[Finding]:
    """Yield a finding for each line that lies within the package of another procedure."""
    if not session.procedures:
        return
    # Procedures of one claim and day are one session, which edits judge.
    others = [p for p in session.procedures if p.earlier_claim or p.day != session.day]
    for line in session.lines:
        facts = session.facts[line.code]
        if facts.is_visit or _is_procedure(line, facts.global_period):
            for procedure in session.procedures if facts.is_visit else others:
                if procedure.line is not line and not apart(procedure.line, line):
                    yield from _within(session, line, procedure, visit=facts.is_visit)


def _is_procedure(line: Line, global_period: str) -> bool:
    """Tell whether a line reports a procedure, and not the care before or after one (55, 56)."""
    return global_period in DAYS_AFTER and not _CARE_ALONE.intersection(line.modifiers)


def _within(session: Session, line: Line, procedure: Procedure, *, visit: bool) -> Iterator[Finding]:
    days = 0 if session.day is None or procedure.day is None else (session.day - procedure.day).days
    period = procedure.facts.global_period
    need = _visit_need(days, period) if visit else _procedure_need(days, period, procedure)
    if need is not None:
        yield _finding(session, line, procedure, need, days)


def _visit_need(days: int, period: str) -> _Need | None:
    if days == 0:
        return _SAME_DAY_MAJOR if period == MAJOR else _SAME_DAY_MINOR
    if days == -1:
        return _DAY_BEFORE if period == MAJOR else None
    return _VISIT_AFTER if 0 < days <= DAYS_AFTER[period] else None


def _procedure_need(days: int, period: str, procedure: Procedure) -> _Need | None:
    if days == 0 and procedure.earlier_claim:
        return _SAME_DAY_AGAIN
    return _PROCEDURE_AFTER if 0 < days <= DAYS_AFTER[period] else None


def _finding(session: Session, line: Line, procedure: Procedure, need: _Need, days: int) -> Finding:
    period = procedure.facts.global_period
    wanted = need.modifiers
    if line.code in _CRITICAL_CARE and (session.day is None or session.day >= _FT_SINCE):
        wanted = (*wanted, "FT")
    found = [m for m in wanted if m in line.modifiers]
    severity: Severity = "deny"
    if found == ["25"] and period == MAJOR:
        severity, how = "review", "25 says that it was separate; the decision for an operation is 57"
    elif found:
        severity, how = "info", f"{found[0]} says why it is paid apart"
    elif period == CONTRACTOR:
        severity, how = "review", "and the contractor sets how many days its package has"
    elif need is _SAME_DAY_AGAIN:
        severity, how = "review", "in another claim: a further session, or one that was reported in two parts"
    else:
        how = f"and {_none(wanted)} stands on it, so it is part of that package"
    other = f"{named(procedure.line)}{_on(procedure)}"
    message = (
        f"{line.code} is {need.when} {other}, whose global days are {period}{_counted(days)}: {how}"
        f"{procedure.ground.near(PFS)}"
    )
    ground = procedure.ground
    evidence = ground.evidence("pfs", PFS, ("code", procedure.line.code), ("global_period", period))
    text = str(procedure.line) + (f"@{procedure.day}" if procedure.day and procedure.earlier_claim else "")
    resolution = need.resolution if severity != "info" else "The record must show it."
    return Finding(
        line.number, _RULE, severity, message, evidence, resolution, text, procedure.line.number or None
    )


def _none(wanted: tuple[str, ...]) -> str:
    return f"no {wanted[0]}" if len(wanted) == 1 else f"none of {', '.join(wanted)}"


def _on(procedure: Procedure) -> str:
    return f" of {procedure.day}" if procedure.day is not None and procedure.earlier_claim else ""


def _counted(days: int) -> str:
    return f" (day {days})" if days > 0 else ""
