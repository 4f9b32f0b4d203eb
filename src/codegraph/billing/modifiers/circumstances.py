"""Modifiers that follow from NCCI pairs, hospital payment, the part of the body, or from the case alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from codegraph.billing.editions import ADDENDUM_B, PTP
from codegraph.billing.modifiers.facts import Facts, Ranges, Verdict, within
from codegraph.billing.modifiers.kinds import KINDS, of_kind
from codegraph.billing.modifiers.sets import CORONARY, EYELIDS, FINGERS, SEPARATE, TOES

Rule = Callable[[Facts, str], Verdict]


def distinct(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 59, XE, XP, XS or XU: where an NCCI edit of it has indicator 1.

    Source: NCCI Policy Manual for Medicare Services, chapter I: not on visits, only to lift an edit.
    """
    if facts.visit:
        return Verdict(False, "a visit; it takes 24, 25 or 57 where it is apart from a procedure")
    if facts.edits is None:
        return Verdict(None, facts.missing[PTP["practitioner"]], loaded=False)
    edition, setting = facts.edits
    pairs = facts.pairs
    counts = (("pairs with indicator 1", pairs["1"]), ("pairs with indicator 0", pairs["0"]))
    evidence = (facts.kg._figures.evidence("ptp", edition.release, ("code", facts.code), *counts),)
    part = "; the code is ordinarily part of a larger procedure" if facts.separate else ""
    if not pairs["1"]:
        reason = f"no loaded NCCI edit of the code ({setting}) can be lifted; it may yet tell a line from an equal one"
        return Verdict(None, reason + part, evidence=evidence)
    reason = (
        f"{pairs['1']} loaded NCCI edits of the code ({setting}) can be lifted, {pairs['0']} cannot{part}"
    )
    return Verdict(
        True, reason, "independent of the other service, and the record shows it", evidence=evidence
    )


_STOPPABLE: Final = frozenset(("J1", "Q1", "Q2", "Q3", "S", "T"))
_CLINIC: Final = frozenset(("J2", "V"))
_OF_SYSTEM: Final = frozenset(
    ("G", "H", "H1", "J1", "J2", "K", "K1", "N", "P", "Q1", "Q2", "Q3", "Q4", "R", "S", "T", "U", "V")
)
_STATUS: Final = "status indicator"


class _Hospital(NamedTuple):
    statuses: frozenset[str]
    needs_visit: bool | None
    reason: str
    condition: str
    rate: str | None


HOSPITAL: Final = {
    "27": _Hospital(
        _CLINIC, True, "a hospital visit", "a further visit to the hospital on the same day", None
    ),
    "73": _Hospital(
        _STOPPABLE,
        False,
        "a procedure that a hospital is paid for",
        "on the facility's claim: planned with anesthesia, and stopped in the procedure room before it was given",
        "0.5",
    ),
    "74": _Hospital(
        _STOPPABLE,
        False,
        "a procedure that a hospital is paid for",
        "on the facility's claim: stopped after anesthesia was given or the procedure had begun",
        "1",
    ),
    "CA": _Hospital(
        frozenset("C"),
        False,
        "paid in the inpatient setting only",
        "an emergency, and the patient, not admitted, died",
        None,
    ),
    "PN": _Hospital(
        _OF_SYSTEM,
        None,
        "of the outpatient system",
        "in an off-campus department of the hospital that the law takes out of this system",
        None,
    ),
    "PO": _Hospital(
        _OF_SYSTEM,
        None,
        "of the outpatient system",
        "in an off-campus department of the hospital that is excepted and stays in this system",
        None,
    ),
}


def of_hospital(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 27, 73, 74 or CA, which only hospitals report, by its outpatient status.

    Source: Claims Processing Manual (Pub. 100-04), chapter 4, sections 20.6 and 180; 42 CFR 419.44(b).
    """
    rule = HOSPITAL[modifier]
    if rule.needs_visit is not None and rule.needs_visit != facts.visit:
        return Verdict(False, "no visit" if rule.needs_visit else "a visit, not a procedure")
    if facts.hospital is None:
        return Verdict(None, facts.missing[ADDENDUM_B], loaded=False)
    entry = facts.outpatient
    if entry is None:
        return Verdict(None, f"{facts.code} has no row in OPPS Addendum B ({facts.hospital.release})")
    cells = (("code", facts.code), (_STATUS, entry.status))
    evidence = (facts.kg._figures.evidence("opps", facts.hospital.release, *cells),)
    if entry.status in rule.statuses:
        reason = f"{_STATUS} {entry.status}: {rule.reason}"
        return Verdict(True, reason, rule.condition, rule.rate, evidence)
    return Verdict(False, f"{_STATUS} {entry.status}: not {rule.reason}", evidence=evidence)


_CORONARY_CODES: Final[Ranges] = (("92920", "92945"), ("C9600", "C9608"))
# Sections of CPT surgery whose organs have no eyelids, no digits and no coronary arteries.
_ELSEWHERE: Final[dict[str, Ranges]] = {
    **dict.fromkeys(
        (*FINGERS, *TOES), (("30000", "32999"), ("38100", "60699"), ("65091", "69979"), *_CORONARY_CODES)
    ),
    **dict.fromkeys(EYELIDS, (("22010", "60699"), ("69000", "69979"), *_CORONARY_CODES)),
    **dict.fromkeys(CORONARY, (("10004", "32999"), ("38100", "69979"))),
}


def at_place(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code can be done at a digit, an eyelid or a coronary artery, by its section of CPT."""
    if facts.visit or within(facts.code, _ELSEWHERE[modifier]):
        return Verdict(False, "the service is not done at this part of the body")
    if modifier in CORONARY and within(facts.code, _CORONARY_CODES):
        return Verdict(True, "an intervention in a coronary artery", "done in this artery")
    return Verdict(None, "it depends on whether the service is done at this part of the body")


# Not of the code but of the case: condition.
_CASES: Final = {
    "GA": "Medicare is expected to deny it as not reasonable and necessary, and the patient signed a notice",
    "GC": "a resident did part of it under a teaching physician",
    "GX": "Medicare never covers it, and the patient got a notice that was not required",
    "GY": "the law excludes it from Medicare, or no benefit covers it",
    "GZ": "Medicare is expected to deny it as not reasonable and necessary, and no notice was signed",
    "Q0": "the service is what an approved clinical study investigates",
    "Q1": "the service is routine care within an approved clinical study",
}
_POLICIES: Final = {
    "33": "whether the service is a preventive one that the law frees from cost sharing",
    "KX": "whether a coverage policy asks for it and its requirements are met",
}


def of_case(facts: Facts, modifier: str) -> Verdict:
    """Return the rule of a modifier that any code can take: what must be true of the case."""
    return Verdict(True, "depends on the case, not on the code", _CASES[modifier])


def of_policy(facts: Facts, modifier: str) -> Verdict:
    """Return the rule of a modifier that depends on coverage policies, which no loaded table tells."""
    return Verdict(None, f"depends on {_POLICIES[modifier]}")


CIRCUMSTANCES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("59", *SEPARATE), distinct),
    **dict.fromkeys(HOSPITAL, of_hospital),
    **dict.fromkeys(KINDS, of_kind),
    **dict.fromkeys(_ELSEWHERE, at_place),
    **dict.fromkeys(_CASES, of_case),
    **dict.fromkeys(_POLICIES, of_policy),
}
