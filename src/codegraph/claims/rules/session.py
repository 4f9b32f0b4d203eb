"""The lines of a claim that fall on one day, with what is known of each: what the rules look at together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from codegraph.billing.lines import Line
from codegraph.claims.model import Claim, Finding
from codegraph.claims.rules.ground import CodeFacts, Ground


class Procedure(NamedTuple):
    """A procedure with a global period that bears on a claim: of its own lines, or of an earlier claim.

    `ground` is the one of its own day, whose fee schedule tells its global period.
    """

    line: Line
    day: date | None
    facts: CodeFacts
    ground: Ground
    earlier_claim: bool


class Session:
    """The lines of one day. `found` collects findings by line number; `procedures` are those of all days."""

    __slots__ = ("by_code", "claim", "day", "facts", "found", "ground", "lines", "procedures")

    def __init__(
        self,
        claim: Claim,
        lines: Sequence[Line],
        day: date | None,
        ground: Ground,
        found: dict[int, list[Finding]],
    ) -> None:
        self.claim = claim
        self.lines = lines
        self.day = day
        self.ground = ground
        self.found = found
        self.procedures: Sequence[Procedure] = ()
        self.by_code: dict[str, list[Line]] = {}
        self.facts: dict[str, CodeFacts] = {}
        for line in lines:
            same = self.by_code.get(line.code)
            if same is None:
                self.by_code[line.code] = [line]
                self.facts[line.code] = ground.facts(line.code)
            else:
                same.append(line)

    def add(self, findings: Iterable[Finding]) -> None:
        """Keep findings with their lines."""
        for finding in findings:
            self.found[finding.line].append(finding)

    def denied(self, line: Line) -> bool:
        """Tell whether a rule that was applied already denies a line."""
        return any(f.severity == "deny" for f in self.found[line.number])


def apart(one: Line, other: Line) -> bool:
    """Tell whether two lines are of different providers, where both say whose they are."""
    return one.provider is not None and other.provider is not None and one.provider != other.provider


def named(line: Line) -> str:
    """Return a line as messages call it: `line 2 (44187-59)`, or the text alone where it has no number."""
    return f"line {line.number} ({line.key})" if line.number else line.key
