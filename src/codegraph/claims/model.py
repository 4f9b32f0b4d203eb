"""A claim and what checking it found: lines with outcomes, findings with their evidence, and what was not checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line

Severity = Literal["deny", "review", "info"]
Outcome = Literal["pay", "deny", "review"]
SETTINGS: Final = ("practitioner", "outpatient")
_WORST: Final[tuple[tuple[Severity, Outcome], ...]] = (("deny", "deny"), ("review", "review"))


@dataclass(frozen=True, slots=True)
class Claim:
    """What is reported for one patient: lines, the date of service, the setting, and what is known around it.

    `setting` is `practitioner` (837P, CMS-1500) or `outpatient` (837I, UB-04). `prior` are lines of earlier claims
    of the same patient, each with its `day`; `diagnoses` ICD-10-CM codes. `ident` is the claim's own number.
    `notes` say what reading it from a file changed or left out (a fraction of a unit, a line without a code).
    """

    lines: tuple[Line, ...]
    on: date | None = None
    setting: str = "practitioner"
    prior: tuple[Line, ...] = ()
    diagnoses: tuple[str, ...] = ()
    ident: str = ""
    notes: tuple[str, ...] = ()


def numbered(lines: Sequence[Line]) -> Sequence[Line]:
    """Return lines with their numbers: their own where each has one (a claim's file), else 1, 2, 3 as they stand."""
    own = {line.number for line in lines}
    if len(own) == len(lines) and min(own) > 0:
        return lines
    return [_with_number(line, n) for n, line in enumerate(lines, 1)]


# Written out: dataclasses.replace takes five times as long, and bulk checks number half a million lines.
def _with_number(line: Line, number: int) -> Line:
    return Line(
        line.code,
        line.modifiers,
        line.units,
        line.day,
        line.place,
        line.provider,
        line.charge,
        line.diagnoses,
        number,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found on a line: how bad it is, in words, which rows decided, and what would resolve it.

    `line` is the line's number in the claim, from 1 (its own, where the claim's file numbers lines); 0 says that it is
    about the claim as a whole. `other` is the second line (or prior procedure) that is involved, as text, and
    `other_line` its number where it is in the claim.
    """

    line: int
    rule: str
    severity: Severity
    message: str
    evidence: tuple[Evidence, ...] = ()
    resolution: str | None = None
    other: str | None = None
    other_line: int | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that could not be applied: what it needs is not loaded, or not for this date."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line with its findings; `outcome` is the worst of them, and pay where none is worse than info."""

    line: Line
    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return pay, review or deny."""
        found = {f.severity for f in self.findings}
        return next((outcome for severity, outcome in _WORST if severity in found), "pay")


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """The result of a check: `lines` in the claim's order, findings about the whole claim, and what was not checked."""

    claim: Claim
    lines: tuple[CheckedLine, ...]
    general: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, those of the claim first, then by line."""
        return (*self.general, *(f for checked in self.lines for f in checked.findings))

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome of the lines and of the claim as a whole."""
        found = {f.severity for f in self.findings}
        return next((outcome for severity, outcome in _WORST if severity in found), "pay")
