"""What the status indicators of the fee schedule and of outpatient payment say of a line by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from codegraph.billing.editions import ADDENDUM_B, INPATIENT_ONLY, PFS
from codegraph.billing.lines import Line
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.ground import CodeFacts, Ground
from codegraph.claims.rules.session import Session, apart, named


class Meaning(NamedTuple):
    """What a status indicator means for a line."""

    severity: Severity
    says: str
    resolution: str | None = None


# Source: record layout of the National Physician Fee Schedule Relative Value File (PPRRVU), field "status code".
FEE_SCHEDULE: Final[dict[str, Meaning]] = {
    "B": Meaning("deny", "its payment is always part of that for other services", "Leave it out."),
    "C": Meaning(
        "review",
        "the contractor sets the price; unlisted procedures are among these",
        "Send a description of what was done, and a code that it compares to.",
    ),
    "D": Meaning("deny", "the code was deleted", "Report the code that took its place."),
    "E": Meaning(
        "info", "excluded from the fee schedule by regulation: where it is covered, other rules price it"
    ),
    "F": Meaning(
        "deny", "the code was deleted without a period of grace", "Report the code that took its place."
    ),
    "G": Meaning(
        "deny", "not valid for Medicare: it uses another code", "Report the code that Medicare uses."
    ),
    "H": Meaning("deny", "the code with this modifier was deleted", "Report it without the modifier."),
    "I": Meaning(
        "deny", "not valid for Medicare: it uses another code", "Report the code that Medicare uses."
    ),
    "M": Meaning("deny", "a measure that is reported for information: nothing is paid for it"),
    "N": Meaning("deny", "Medicare does not cover it", "Bill the patient where a notice or the law allows."),
    "P": Meaning(
        "review",
        "bundled where it goes with a physician's service of the day, otherwise excluded or priced by other rules",
        "Leave it out where it was incident to a service on the claim.",
    ),
    "R": Meaning("info", "covered under restrictions only: the contractor's rules say when"),
    "X": Meaning(
        "info", "by statute no service of the fee schedule: where it is covered, another schedule prices it"
    ),
}
# Source: OPPS Addendum D1. Q1 to Q4, J1 and J2 depend on what else stands on the claim.
OUTPATIENT: Final[dict[str, Meaning]] = {
    "A": Meaning("info", "paid under another fee schedule than OPPS"),
    "B": Meaning(
        "deny",
        "not recognized by OPPS on a hospital outpatient bill",
        "Report the code that OPPS recognizes.",
    ),
    "D": Meaning("deny", "discontinued", "Report the code that took its place."),
    "E1": Meaning("deny", "not paid by Medicare on an outpatient claim"),
    "E2": Meaning(
        "deny", "not paid by Medicare on an outpatient claim: there are no prices or claims data for it"
    ),
    "F": Meaning("info", "paid at reasonable cost, not under OPPS"),
    "J1": Meaning(
        "info", "a comprehensive APC: what else is on the claim is packaged into it, with few exceptions"
    ),
    "J2": Meaning(
        "info", "a comprehensive APC where certain services come together, else paid apart or packaged"
    ),
    "L": Meaning("info", "paid at reasonable cost, not under OPPS"),
    "M": Meaning("deny", "not billable to the contractor"),
    "N": Meaning("info", "packaged: no payment of its own, it is part of that for other services"),
    "Q1": Meaning("info", "packaged beside a service of status S, T or V, else paid apart"),
    "Q2": Meaning("info", "packaged beside a service of status T, else paid apart"),
    "Q3": Meaning("info", "may be paid as part of a composite APC"),
    "Q4": Meaning(
        "info", "a laboratory test: packaged beside other outpatient services, else paid by its own schedule"
    ),
    "Y": Meaning(
        "deny", "billed to the contractor for durable medical equipment", "Bill the DME contractor."
    ),
}
_INPATIENT: Final = "C"
# The patient died before an admission: then, and only then, the procedure is paid for an outpatient.
_EXPIRED: Final = "CA"
_PAYABLE: Final = frozenset("ACR")
_ONLY_ALONE: Final = "T"


def fee_schedule_status(ground: Ground, facts: CodeFacts, line: Line, _day: date | None) -> Iterator[Finding]:
    """Yield what the status indicator of the fee schedule says, where it is no plain A."""
    if facts.fee is None or not ground.practitioner:
        return
    said = FEE_SCHEDULE.get(facts.fee.status)
    if said:
        message = f"{facts.code} has status {facts.fee.status}: {said.says}{ground.near(PFS)}"
        evidence = ground.evidence("pfs", PFS, ("code", facts.code), ("status", facts.fee.status))
        yield Finding(line.number, "fee-schedule-status", said.severity, message, evidence, said.resolution)


def outpatient_status(ground: Ground, facts: CodeFacts, line: Line, _day: date | None) -> Iterator[Finding]:
    """Yield what the status indicator of Addendum B says for a hospital's line."""
    said = OUTPATIENT.get(facts.opps.status) if facts.opps else None
    if said and facts.opps:
        message = f"{facts.code} has OPPS status {facts.opps.status}: {said.says}{ground.near(ADDENDUM_B)}"
        evidence = ground.evidence("opps", ADDENDUM_B, ("code", facts.code), ("status", facts.opps.status))
        yield Finding(line.number, "outpatient-status", said.severity, message, evidence, said.resolution)


def inpatient_only(ground: Ground, facts: CodeFacts, line: Line, _day: date | None) -> Iterator[Finding]:
    """Yield a finding where a procedure is paid only for an inpatient: Addendum E lists it, or its status is C."""
    by_status = facts.opps is not None and facts.opps.status == _INPATIENT
    if ground.practitioner or not (facts.inpatient_only or by_status):
        return
    if facts.inpatient_only:
        source = INPATIENT_ONLY
        evidence = ground.evidence("inpatient_only", source, ("code", facts.code))
    else:
        source = ADDENDUM_B
        evidence = ground.evidence("opps", source, ("code", facts.code), ("status", _INPATIENT))
    message = f"{facts.code} is paid only for an inpatient{ground.near(source)}"
    if _EXPIRED in line.modifiers:
        message += "; CA says that the patient died before admission, and then it may be paid"
        yield Finding(
            line.number, "inpatient-only", "review", message, evidence, "Only one such line is paid."
        )
    else:
        resolution = (
            "Admit the patient before it and bill it as inpatient; on an outpatient claim leave it out."
        )
        yield Finding(line.number, "inpatient-only", "deny", message, evidence, resolution)


def only_when_alone(session: Session) -> Iterator[Finding]:
    """Yield a finding for a line of status T beside another payable service of the day and provider."""
    for code, facts in session.facts.items():
        if facts.status == _ONLY_ALONE:
            for line in session.by_code[code]:
                payable = (o for o in session.lines if session.facts[o.code].status in _PAYABLE)
                other = next((o for o in payable if not apart(line, o)), None)
                if other is not None:
                    yield _bundled(session, line, other)


def _bundled(session: Session, line: Line, other: Line) -> Finding:
    message = (
        f"{line.code} has status T: it is paid only where nothing else is payable to the provider on the day, and "
        f"{named(other)} is{session.ground.near(PFS)}"
    )
    evidence = session.ground.evidence("pfs", PFS, ("code", line.code), ("status", _ONLY_ALONE))
    return Finding(
        line.number, "only-when-alone", "deny", message, evidence, "Leave it out.", str(other), other.number
    )
