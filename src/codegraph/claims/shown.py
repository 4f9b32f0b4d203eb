"""The result of a check as JSON, whose fields are the attributes' names, and as text to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.claims.model import ClaimCheck, Finding
from codegraph.claims.rules.table import BY_NAME


def as_json(found: ClaimCheck) -> dict[str, Any]:
    """Return a check as plain values: dates as ISO text, charges as text with their digits."""
    claim = found.claim
    return {
        "ident": claim.ident,
        "on": _day(claim.on),
        "setting": claim.setting,
        "prior": [_line(line) for line in claim.prior],
        "diagnoses": list(claim.diagnoses),
        "notes": list(claim.notes),
        "outcome": found.outcome,
        "lines": [
            {
                "line": _line(checked.line),
                "outcome": checked.outcome,
                "findings": [_finding(f) for f in checked.findings],
            }
            for checked in found.lines
        ],
        "general": [_finding(f) for f in found.general],
        "not_checked": [{"rule": n.rule, "reason": n.reason} for n in found.not_checked],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "code": line.code,
        "modifiers": list(line.modifiers),
        "units": line.units,
        "day": _day(line.day),
        "place": line.place,
        "provider": line.provider,
        "charge": None if line.charge is None else str(line.charge),
        "diagnoses": list(line.diagnoses),
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "line": f.line,
        "rule": f.rule,
        "source": BY_NAME[f.rule].source,
        "severity": f.severity,
        "message": f.message,
        "evidence": [_evidence(e) for e in f.evidence],
        "resolution": f.resolution,
        "other": f.other,
        "other_line": f.other_line,
    }


def _evidence(e: Evidence) -> dict[str, Any]:
    return {
        "table": e.table,
        "provenance": {
            "release": e.provenance.release,
            "title": e.provenance.title,
            "file": e.provenance.file,
        },
        "values": dict(e.values),
        "effective": _day(e.effective),
        "deleted": _day(e.deleted),
    }


def as_text(found: ClaimCheck) -> str:
    """Return a check as text: each line with its outcome, what was found, the deciding rows, what would resolve it."""
    return "\n".join(_text(found)) + "\n"


def _text(found: ClaimCheck) -> Iterator[str]:
    claim = found.claim
    about = ", ".join(
        part
        for part in (
            f"claim {claim.ident}" if claim.ident else "",
            claim.setting,
            f"on {claim.on}" if claim.on else "no date of service: the newest releases answer",
        )
        if part
    )
    yield f"{found.outcome.upper():<7}{about}"
    yield from (f"       note: {note}" for note in claim.notes)
    for f in found.general:
        yield from _told(f)
    for checked in found.lines:
        day = f" on {checked.line.day}" if checked.line.day and checked.line.day != claim.on else ""
        yield f"{checked.line.number:>3}  {checked.outcome:<7}{checked.line}{day}"
        for f in checked.findings:
            yield from _told(f)
    # One reason often stops several rules.
    reasons: dict[str, list[str]] = {}
    for n in found.not_checked:
        reasons.setdefault(n.reason, []).append(n.rule)
    for reason, rules in reasons.items():
        yield f"not checked: {', '.join(rules)}: {reason}"


def _told(f: Finding) -> Iterator[str]:
    yield f"       {f.severity:<7}{f.rule}: {f.message}"
    for row in f.evidence:
        file = f" ({row.provenance.file})" if row.provenance.file else ""
        yield f"              row: {row}{file}"
    if f.resolution:
        yield f"              what would resolve it: {f.resolution}"
