"""Modifiers of a line: whether each may stand on the code, beside the others; bilateral procedures counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from codegraph.billing.editions import ADDENDUM_B, PFS
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.rules import COMPONENTS
from codegraph.billing.modifiers.sets import (
    ANESTHESIA,
    ASSISTANT,
    FACILITY_ONLY,
    SEPARATE,
    SIDES,
    SPLIT_CARE,
    exclusions,
)
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.ground import CodeFacts, Ground
from codegraph.claims.rules.session import Session, apart

# Modifier -> the indicator of the fee schedule, and its values with which papers decide.
_BY_PAPERS: Final = {
    **dict.fromkeys(ASSISTANT, ("assistant", "0")),
    "62": ("cosurgeon", "1"),
    "66": ("team", "12"),
}
# Contractors rank procedures themselves: a superfluous 51 denies nothing.
_IGNORED: Final = frozenset(("51",))
# Whether these lift an edit is judged with the pairs of the claim; on a visit they say nothing.
_FOR_PAIRS: Final = frozenset(("59", *SEPARATE))
# Who performed a service, or which part of it: hospitals do not report that (Pub. 100-04 chapter 4 §20.6).
_CLINICIANS_ONLY: Final = frozenset(("26", "53", "62", "66", *ASSISTANT, *SPLIT_CARE, *ANESTHESIA))
_RULE: Final = "modifier"
_BILATERAL: Final = "50"
_ALREADY_BOTH: Final = "2"


def valid_modifiers(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Yield a finding for each modifier that may not stand on the code, and for each two that exclude each other.

    A modifier is denied where a published row decides it; where only its definition speaks against it, a person looks.
    """
    for excluded in exclusions(line.modifiers):
        message = f"{excluded.first} and {excluded.second} exclude each other: {excluded.reason}"
        yield Finding(line.number, _RULE, "deny", message, (), "Keep the one that says what was done.")
    if facts.row is None:
        return
    others = _CLINICIANS_ONLY if not ground.practitioner else FACILITY_ONLY
    whose = "a clinician's" if not ground.practitioner else "a facility's"
    for modifier in line.modifiers:
        yield from _known(ground, line, modifier, day)
        if modifier in others:
            message = f"{modifier} belongs on {whose} claim"
            yield Finding(line.number, _RULE, "review", message, (), f"Leave {modifier} out.")
        elif ground.practitioner or modifier in FACILITY_ONLY:
            yield from _judged(ground, facts, line, modifier, day)


def _known(ground: Ground, line: Line, modifier: str, day: date | None) -> Iterator[Finding]:
    said = ground.knowledge.modifier(modifier)
    if said.listed is False:
        message = f"{modifier} is in no list of modifiers that is loaded"
        yield Finding(line.number, _RULE, "review", message, (), "Look whether it was valid on the day.")
    elif said.ended and said.release and (day is None or day.isoformat() > said.ended):
        row = ("notation", modifier), ("terminated", said.ended)
        evidence = (ground.figures.evidence("hcpcs", said.release, *row),)
        yield Finding(
            line.number,
            _RULE,
            "deny",
            f"{modifier} ended on {said.ended}",
            evidence,
            f"Leave {modifier} out.",
        )


def _judged(
    ground: Ground, facts: CodeFacts, line: Line, modifier: str, day: date | None
) -> Iterator[Finding]:
    if modifier in _FOR_PAIRS and not facts.is_visit:
        return
    component = next((m for m in line.modifiers if m in COMPONENTS and m != modifier), "")
    said = ground.kg._rules_of_modifiers.verdict(facts.code, modifier, day, ground.nearest, component)
    if said is None:
        return
    near = ground.near(PFS if ground.practitioner else ADDENDUM_B) if said.evidence else ""
    message = f"{modifier} on {facts.code}: {said.reason}{near}"
    if said.applies is False:
        severity: Severity = "deny" if said.evidence and modifier not in _IGNORED else "review"
        yield Finding(line.number, _RULE, severity, message, said.evidence, f"Leave {modifier} out.")
    elif modifier in _BY_PAPERS and facts.fee is not None:
        indicator, values = _BY_PAPERS[modifier]
        if getattr(facts.fee, indicator) in values:
            shown = f"The record must show: {said.condition}." if said.condition else None
            yield Finding(line.number, _RULE, "review", message, said.evidence, shown)


def counted_twice(session: Session) -> Iterator[Finding]:
    """Yield a finding where a bilateral procedure counts twice: 50 with two units, or beside the code again."""
    for code, lines in session.by_code.items():
        for line in lines:
            if _BILATERAL in line.modifiers and line.units > 1:
                yield _finding(
                    line,
                    f"50 already says both sides, and {line.units} units stand beside it",
                    "Report one unit.",
                )
        if len(lines) > 1:
            yield from _on_several_lines(session, code, lines)


def _on_several_lines(session: Session, code: str, lines: list[Line]) -> Iterator[Finding]:
    both = [line for line in lines if _BILATERAL in line.modifiers]
    fee = session.facts[code].fee
    already = fee is not None and fee.bilateral == _ALREADY_BOTH
    sided = [line for line in lines if set(SIDES).intersection(line.modifiers)]
    for line in lines:
        if any(other is not line and not apart(other, line) for other in both):
            message = f"{code} with 50 stands on one line, and {code} again on another: both sides count once"
            yield _finding(line, message, "Report one line with 50 and one unit.")
        elif already and line in sided and len({m for s in sided for m in s.modifiers if m in SIDES}) > 1:
            message = (
                f"{code} is itself for both sides (bilateral indicator 2), and LT and RT stand on two lines"
            )
            yield _finding(line, message + session.ground.near(PFS), "Report one line without a side.")


def _finding(line: Line, message: str, resolution: str) -> Finding:
    return Finding(line.number, "bilateral", "review", message, (), resolution)
