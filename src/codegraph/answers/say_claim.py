"""Sentences about a claim: the verdict on each line, the findings with their rows, what was not checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.bind import Unreadable
from codegraph.answers.model import Sentence
from codegraph.answers.say_codes import ended
from codegraph.answers.say_rules import edits
from codegraph.billing.editions import as_day
from codegraph.billing.lines import Line, make_line

if TYPE_CHECKING:
    from codegraph.answers.understand import Asked
    from codegraph.claims.model import CheckedLine, ClaimCheck, Finding
    from codegraph.graph import CodeGraph

_OUTCOMES: Final = {
    "pay": "nothing that was checked is against paying it",
    "deny": "it is denied",
    "review": "it needs a review",
}
_MOST: Final = 12  # lines on which loose modifiers are tried


def claim(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what checking the lines of a question finds.

    A modifier that the question puts on no line is tried on each: where the verdicts differ, that is asked back.
    """
    ways = [_lines(asked, placed) for placed in _placements(asked)]
    setting = asked.setting if asked.setting == "outpatient" else "practitioner"
    diagnoses = [c.partition(":")[2] for c in asked.codes if c.startswith("icd10cm:")]
    checks = [kg.check(lines, on=as_day(asked.day), setting=setting, diagnoses=diagnoses) for lines in ways]
    if len({tuple(line.outcome for line in check.lines) for check in checks}) > 1:
        day = f" on {asked.day}" if asked.day else ""
        readings = [f"Check the claim {', '.join(map(str, lines))}{day}" for lines in ways]
        raise Unreadable(
            f"on which line modifier {', '.join(asked.loose)} stands decides", readings, understood=True
        )
    return list(_said(kg, asked, checks[-1], ways[-1], setting))


def edits_and_claim(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what edit two codes have; with a modifier, what checking them as a claim finds where that is one thing."""
    said = edits(kg, asked)
    if not asked.modifiers or asked.setting == "outpatient":
        return said
    try:
        return said + claim(kg, asked)
    except Unreadable:
        return said


def _placements(asked: Asked) -> list[dict[str, int]]:
    """Return the ways to put loose modifiers on lines: modifier -> line; one empty way where there are none."""
    count = len(asked.items)
    if not asked.loose or count > _MOST:
        return [{}]
    return [dict(zip(asked.loose, at, strict=True)) for at in product(range(count), repeat=len(asked.loose))]


def _lines(asked: Asked, placed: dict[str, int]) -> list[Line]:
    return [
        make_line(code, {*own, *(m for m, at in placed.items() if at == n)}, units)
        for n, (code, own, units) in enumerate(asked.items)
    ]


def _said(
    kg: CodeGraph, asked: Asked, check: ClaimCheck, lines: Sequence[Line], setting: str
) -> Iterator[Sentence]:
    texts = [str(line) for line in lines]
    days = f', on="{asked.day}"' if asked.day else ""
    diagnoses = f", diagnoses={list(check.claim.diagnoses)}" if check.claim.diagnoses else ""
    how = f'kg.check({texts}, setting="{setting}"{days}{diagnoses})'.replace("'", '"')
    if asked.loose:
        where = ", ".join(f"{m} on {lines[-1].code}" for m in asked.loose)
        told = grounds.computed(modifier=" ".join(asked.loose), where=where, lines=" ".join(texts))
        text = f"Wherever modifier {', '.join(asked.loose)} stands, the verdict is the same; it is told for {where}."
        yield Sentence(text, (told,), how)
    for checked in check.lines:
        yield _verdict(checked, asked, how)
        yield from (_found(kg, f, how) for f in checked.findings)
    yield from (_found(kg, f, how) for f in check.general)
    reasons: dict[str, list[str]] = {}
    for one in check.not_checked:
        reasons.setdefault(one.reason, []).append(one.rule)
    for reason, rules in reasons.items():
        ground = grounds.computed(rules=" ".join(rules), reason=reason)
        yield Sentence(ended(f"Not checked: {', '.join(dict.fromkeys(rules))}: {reason}"), (ground,), how)


def _verdict(checked: CheckedLine, asked: Asked, how: str) -> Sentence:
    line = checked.line
    day = f" on {asked.day}" if asked.day else ""
    cells = {"line": line.number, "text": str(line), "outcome": checked.outcome, "day": asked.day or ""}
    text = f"Line {line.number}, {line}{day}: {_OUTCOMES[checked.outcome]}."
    return Sentence(text, (grounds.computed(**cells),), how)


def _found(kg: CodeGraph, finding: Finding, how: str) -> Sentence:
    rows = grounds.of(kg, finding.evidence)
    cells = {"rule": finding.rule, "line": finding.line, "severity": finding.severity}
    stated = grounds.computed(**cells, message=finding.message, resolution=finding.resolution or "")
    remedy = f" {_capital(ended(finding.resolution))}" if finding.resolution else ""
    return Sentence(f"{_capital(ended(finding.message))}{remedy}", (*rows, stated), how)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
