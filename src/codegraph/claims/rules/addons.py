"""Add-on codes: paid only with a primary procedure of the same practitioner on the same day.

Source: CMS, Medicare NCCI Add-on Code Edits: type 1 has a list of primaries and is never paid without one of them;
type 2 has none, the contractor decides; type 3 has some, and the contractor may accept others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from codegraph.billing.editions import ADD_ON
from codegraph.billing.figures import AddOnRow
from codegraph.billing.lines import Line
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.ground import in_force
from codegraph.claims.rules.session import Session, apart, named

_SHOWN: Final = 8
_RULE: Final = "add-on"
# What is missing -> how bad it is, what is said of it, what would resolve it.
_MISSING: Final[dict[str, tuple[Severity, str, str]]] = {
    "1": (
        "deny",
        " and stands without a primary ({some})",
        "Report it with the primary procedure of the same practitioner and day.",
    ),
    "alone": (
        "deny",
        " and no procedure that it could add to stands beside it",
        "Report it with the procedure that it adds to.",
    ),
    "2": (
        "review",
        ": the file lists no primaries, the contractor decides which it accepts",
        "Ask the contractor which primaries it accepts.",
    ),
    "3": (
        "review",
        ": none of the primaries that the file lists ({some}) stands beside it, and the contractor may accept others",
        "Ask the contractor which primaries it accepts beyond the listed ones.",
    ),
}


def add_ons(session: Session) -> Iterator[Finding]:
    """Yield what is missing beside the add-on codes of a day; applied last, since a denied primary carries none."""
    carried = []
    for code, lines in session.by_code.items():
        rows = session.facts[code].add_ons
        current = [row for row in rows if in_force(row, session.day)] if rows else rows
        if not current:
            continue
        listed = {row.primary for row in current if row.primary}
        for line in lines:
            beside = [o for o in session.lines if o.code != code and not apart(line, o)]
            primaries = [other for other in beside if other.code in listed]
            if primaries:
                carried.append((line, current, primaries))
            else:
                yield _without(session, line, current, listed, beside)
    # An add-on code may itself be a primary: what the loop above denied is known only now.
    for line, current, primaries in carried:
        if all(session.denied(other) for other in primaries):
            yield _with_denied(session, line, current, primaries[0])


def _with_denied(session: Session, line: Line, rows: Sequence[AddOnRow], other: Line) -> Finding:
    message = (
        f"{line.code} is an add-on code, and its primary on {named(other)} is denied: an add-on code is paid only "
        f"where a primary is{_near(session)}"
    )
    return _finding(session, line, "review", message, rows, "Resolve the denial of the primary first.", other)


def _without(
    session: Session,
    line: Line,
    rows: Sequence[AddOnRow],
    listed: set[str],
    beside: Sequence[Line],
) -> Finding:
    """Return the finding on an add-on code that none of its listed primaries stands beside."""
    types = {row.type for row in rows}
    some = ", ".join(sorted(listed)[:_SHOWN])
    some += f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    alone = all(session.facts[other.code].add_ons for other in beside)
    kind = "1" if types == {"1"} else "alone" if alone else "3" if "3" in types else "2"
    severity, says, resolution = _MISSING[kind]
    message = f"{line.code} is an add-on code of type {_type(types)}{says.format(some=some)}{_near(session)}"
    if kind == "1" and not _all_primaries(session, line):
        severity = "review"
        message += "; the loaded release is an excerpt and may lack its other primaries"
    return _finding(session, line, severity, message, rows, resolution)


def _all_primaries(session: Session, line: Line) -> bool:
    """Tell whether the release holds all rows of an add-on code: whole ones do, the packaged one of its own codes."""
    edition = session.ground.editions[ADD_ON]
    return edition.whole or (edition.packaged and session.facts[line.code].procedure is not None)


def _type(types: set[str]) -> str:
    return " and ".join(sorted(types))


def _near(session: Session) -> str:
    return session.ground.near(ADD_ON)


def _finding(
    session: Session,
    line: Line,
    severity: Severity,
    message: str,
    rows: Sequence[AddOnRow],
    resolution: str,
    other: Line | None = None,
) -> Finding:
    primaries = ", ".join(row.primary for row in rows if row.primary)
    begun = sorted({row.effective for row in rows if row.effective})
    evidence = session.ground.evidence(
        "addon",
        ADD_ON,
        ("addon", line.code),
        ("type", _type({row.type for row in rows})),
        ("primary_code", primaries or "(none listed)"),
        *((("effective", ", ".join(begun)),) if begun else ()),
    )
    return Finding(
        line.number,
        _RULE,
        severity,
        message,
        evidence,
        resolution,
        str(other) if other else None,
        other.number if other else None,
    )
