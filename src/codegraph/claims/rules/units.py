"""Medically unlikely edits: more units than a line (indicator 1) or a day (2, 3) may have deny all of them.

Source: NCCI Policy Manual for Medicare Services, chapter I, on medically unlikely edits: 1 is adjudicated by claim
line; 2 by date of service, as policy, and is not overridden; 3 by date of service, on clinical grounds, and may be
overridden or appealed with the record. All units of the line, or of the code on that day, are denied, not the excess.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from codegraph.billing.figures import UnitLimitRow
from codegraph.billing.lines import Line
from codegraph.claims.model import Finding
from codegraph.claims.rules.session import Session

_KINDS: Final = {
    "1": "a claim line (indicator 1)",
    "2": "a date of service, by policy (indicator 2)",
    "3": "a date of service, on clinical grounds (indicator 3)",
}
_RESOLUTIONS: Final = {
    "1": "Where more were necessary, report them on a further line with the modifier that says why (59, 76, 77, 91, "
    "or an anatomic one); the limit is for each line.",
    "2": "Report no more than {units}: this limit follows from policy, and no contractor sets it aside.",
    "3": "Report no more than {units}, or appeal with the record: the contractor may pay more where they were "
    "furnished, coded rightly and necessary.",
}
_SIDES: Final = frozenset(("50", "LT", "RT"))
_BOTH_SIDES: Final = " A bilateral procedure is one line with 50 and one unit."


def unit_limits(session: Session) -> Iterator[Finding]:
    """Yield a finding for each line whose units, alone or with those of its day, exceed the limit of its code."""
    for code, lines in session.by_code.items():
        facts = session.facts[code]
        if facts.limit is None:
            continue
        if facts.limit.adjudication == "1" or len(lines) == 1:
            groups = [[line] for line in lines]
        else:
            groups = _by_provider(lines)
        told: set[int] = set()
        for same in groups:
            units = sum([line.units for line in same])
            if units > facts.limit.units:
                yield from (f for f in _exceeded(session, same, units, facts.limit) if f.line not in told)
                told.update(line.number for line in same)


def _by_provider(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines by provider; those that name none count with each of the others."""
    providers = {line.provider for line in lines if line.provider is not None}
    if len(providers) < 2:
        return [list(lines)]
    return [[line for line in lines if line.provider in (None, p)] for p in sorted(map(str, providers))]


def _exceeded(session: Session, lines: Sequence[Line], units: int, limit: UnitLimitRow) -> Iterator[Finding]:
    code = lines[0].code
    together = f" on lines {', '.join(str(line.number) for line in lines)}" if len(lines) > 1 else ""
    kind = _KINDS.get(limit.adjudication, f"indicator {limit.adjudication}")
    message = (
        f"{units} units of {code}{together} exceed the limit of {limit.units} for {kind}: all of them are denied"
        f"{session.ground.near(session.ground.mue)}"
    )
    resolution = _RESOLUTIONS.get(limit.adjudication, "").format(units=limit.units) or None
    if resolution and any(not _SIDES.isdisjoint(line.modifiers) for line in lines):
        resolution += _BOTH_SIDES
    evidence = session.facts[code].limit_row
    for line in lines:
        yield Finding(line.number, "mue", "deny", message, evidence, resolution)
