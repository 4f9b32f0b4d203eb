"""Modifiers that follow from NCCI pairs, from hospital payment, from the kind of service, or from the case alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from codegraph.billing.editions import ADDENDUM_B, PTP
from codegraph.billing.modifiers.facts import IMAGING, SURGERY, Facts, Ranges, Verdict, within
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
        reason = (
            f"no NCCI edit of the code ({setting}) can be lifted; it may still tell a line from an equal one"
        )
        return Verdict(None, reason + part, evidence=evidence)
    reason = f"{pairs['1']} NCCI edits of the code ({setting}) can be lifted, {pairs['0']} cannot{part}"
    return Verdict(
        True, reason, "independent of the other service, and the record shows it", evidence=evidence
    )


_STOPPABLE: Final = frozenset(("J1", "Q1", "Q2", "Q3", "S", "T"))
_CLINIC: Final = frozenset(("J2", "V"))
_STATUS: Final = "status indicator"


class _Hospital(NamedTuple):
    statuses: frozenset[str]
    needs_visit: bool
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
}


def of_hospital(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code takes 27, 73, 74 or CA, which only hospitals report, by its outpatient status.

    Source: Claims Processing Manual (Pub. 100-04), chapter 4, sections 20.6 and 180; 42 CFR 419.44(b).
    """
    rule = HOSPITAL[modifier]
    if rule.needs_visit != facts.visit:
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


class _Kind(NamedTuple):
    fits: Callable[[Facts], bool | None]
    yes: str
    no: str
    condition: str
    rate: str | None = None
    open: str = ""


_CT: Final[Ranges] = (
    ("70450", "70498"),
    ("71250", "71275"),
    ("72125", "72133"),
    ("72191", "72194"),
    ("73200", "73206"),
    ("73700", "73706"),
    ("74150", "74178"),
    ("74261", "74263"),
    ("75571", "75574"),
)
_LOWER_ENDOSCOPY: Final[Ranges] = (("44388", "44408"), ("45330", "45350"), ("45378", "45398"))
_SCREENING_ANESTHESIA: Final = "00811"


def _screening(facts: Facts) -> bool | None:
    if within(facts.code, _LOWER_ENDOSCOPY) or facts.code == _SCREENING_ANESTHESIA:
        return True
    return None if within(facts.code, SURGERY) else False


def _plain_film(facts: Facts) -> bool | None:
    if within(facts.code, _CT):
        return False
    return None if within(facts.code, IMAGING) or facts.code[0].isalpha() else False


def _tomography(facts: Facts) -> bool | None:
    return True if within(facts.code, _CT) else None if facts.code[0].isalpha() else False


def _surgical(facts: Facts) -> bool | None:
    if within(facts.code, SURGERY):
        return True
    return False if facts.visit or facts.anesthesia or facts.laboratory else None


_GIVES: Final = {
    "AA": ("an anesthesiologist gave the anesthesia in person", "1"),
    "AD": ("a physician supervised more than four anesthesias at once", None),
    "QK": ("a physician directed two to four anesthesias at once", "0.5"),
    "QS": ("the anesthesia was monitored anesthesia care", None),
    "QX": ("a nurse anesthetist or anesthesiologist assistant worked under a physician's direction", "0.5"),
    "QY": ("an anesthesiologist directed one nurse anesthetist", "0.5"),
    "QZ": ("a nurse anesthetist worked without a physician's direction", "1"),
}
_LAB: Final = ("a laboratory test", "no laboratory test")
KINDS: Final = {
    **{
        m: _Kind(lambda f: f.anesthesia, "an anesthesia service", "no anesthesia service", condition, rate)
        for m, (condition, rate) in _GIVES.items()
    },
    "90": _Kind(lambda f: f.laboratory, *_LAB, "a reference laboratory did the test"),
    "91": _Kind(lambda f: f.laboratory, *_LAB, "repeated that day to get a further value for treatment"),
    "47": _Kind(
        _surgical,
        "a surgical code",
        "no surgery",
        "the surgeon gave regional or general anesthesia; Medicare does not pay for it apart",
        open="the code does not say whether it is an operation",
    ),
    "63": _Kind(
        _surgical,
        "a surgical code",
        "no surgery",
        "the child weighs less than 4 kg, and the code is not already for newborns",
        open="the code does not say whether it is an operation",
    ),
    "PT": _Kind(
        _screening,
        "a procedure that a colorectal screening can turn into",
        "neither surgery nor the anesthesia for it",
        "begun as a colorectal cancer screening",
        open="a surgical code, but no usual outcome of a colorectal screening",
    ),
    "CT": _Kind(
        _tomography,
        "computed tomography",
        "no computed tomography",
        "the scanner does not meet the dose standard XR-29",
        open="a code of HCPCS Level II: not known to be computed tomography",
    ),
    "FX": _Kind(_plain_film, "", "no X-ray image", "taken on film", open="only plain X-ray images take it"),
    "FY": _Kind(
        _plain_film, "", "no X-ray image", "taken with computed radiography", open="only plain X-ray images take it"
    ),
}  # fmt: skip


def of_kind(facts: Facts, modifier: str) -> Verdict:
    """Tell whether a code is of the kind of service that a modifier is for."""
    rule = KINDS[modifier]
    fits = rule.fits(facts)
    if fits is None:
        return Verdict(None, rule.open)
    return Verdict(True, rule.yes, rule.condition, rule.rate) if fits else Verdict(False, rule.no)


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
