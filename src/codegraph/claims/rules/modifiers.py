"""Modifiers of a line: whether each may stand on the code, beside the others; bilateral procedures counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from codegraph.billing.editions import PFS
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import ASSISTANT, SIDES, exclusions
from codegraph.claims.model import Finding
from codegraph.claims.rules.ground import CodeFacts, Ground
from codegraph.claims.rules.session import Session, apart

# With these the fee schedule pays under conditions that the claim does not show.
_CONDITIONAL: Final = frozenset(("62", "66", *ASSISTANT))
_BILATERAL: Final = "50"
_ALREADY_BOTH: Final = "2"


def valid_modifiers(ground: Ground, facts: CodeFacts, line: Line, day: date | None) -> Iterator[Finding]:
    """Yield a finding for each modifier that may not stand on the code, and for each two that exclude each other."""
    for excluded in exclusions(line.modifiers):
        message = f"{excluded.first} and {excluded.second} exclude each other: {excluded.reason}"
        yield Finding(line.number, "modifier", "deny", message, (), "Keep the one that says what was done.")
    if not ground.practitioner or facts.row is None:
        return
    for modifier in line.modifiers:
        said = ground.kg._rules_of_modifiers.judge(facts.code, modifier, day, nearest=bool(ground.near(PFS)))
        message = f"{modifier} on {facts.code}: {said.reason}"
        if said.applies is False:
            yield Finding(line.number, "modifier", "deny", message, said.evidence, f"Leave {modifier} out.")
        elif said.condition and modifier in _CONDITIONAL:
            yield Finding(
                line.number, "modifier", "review", message, said.evidence, f"The record must show: {said.condition}."
            )


def counted_twice(session: Session) -> Iterator[Finding]:
    """Yield a finding where a bilateral procedure counts twice: 50 with two units, or beside other lines of the code."""
    for code, lines in session.by_code.items():
        for line in lines:
            if _BILATERAL in line.modifiers and line.units > 1:
                yield _finding(line, f"50 already says both sides, and {line.units} units stand beside it", "Report one unit.")
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
            message = f"{code} is itself for both sides (bilateral indicator 2), and LT and RT stand on two lines"
            yield _finding(line, message + session.ground.near(PFS), "Report one line without a side.")


def _finding(line: Line, message: str, resolution: str) -> Finding:
    return Finding(line.number, "bilateral", "review", message, (), resolution)
