"""Modifiers that follow from the kind of service that a code is: anesthesia, laboratory, imaging, therapy, surgery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from codegraph.billing.modifiers.facts import IMAGING, SURGERY, Facts, Ranges, Verdict, within


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


def _therapy(facts: Facts) -> bool | None:
    """Tell whether the PC/TC indicator (7) marks a therapist's service; without it the code may still be one."""
    if facts.visit or facts.anesthesia or facts.laboratory or within(facts.code, SURGERY):
        return False
    return True if facts.row is not None and facts.row.pctc == "7" else None


def _drug(facts: Facts) -> bool | None:
    other = facts.visit or facts.anesthesia or facts.laboratory or within(facts.code, (*SURGERY, *IMAGING))
    return False if other else None


_GIVES: Final = {
    "AA": ("an anesthesiologist gave the anesthesia in person", "1"),
    "AD": ("a physician supervised more than four anesthesias at once", None),
    "QK": ("a physician directed two to four anesthesias at once", "0.5"),
    "QS": ("the anesthesia was monitored anesthesia care", None),
    "QX": ("a nurse anesthetist or anesthesiologist assistant worked under a physician's direction", "0.5"),
    "QY": ("an anesthesiologist directed one nurse anesthetist", "0.5"),
    "QZ": ("a nurse anesthetist worked without a physician's direction", "1"),
}
_STATES: Final = {
    "P1": "the patient was healthy",
    "P2": "the patient had a mild illness of the whole body",
    "P3": "the patient had a severe illness of the whole body",
    "P4": "the patient had an illness that was a constant threat to life",
    "P5": "the patient was near death and had no chance without the operation",
    "P6": "the patient was brain-dead, and organs were taken for transplantation",
}
_ANESTHESIA: Final = ("an anesthesia service", "no anesthesia service")
_LAB: Final = ("a laboratory test", "no laboratory test")
_THERAPIES: Final = {
    "GN": ("under a plan of speech-language pathology", None),
    "GO": ("under a plan of occupational therapy", None),
    "GP": ("under a plan of physical therapy", None),
    "CO": ("an occupational therapy assistant gave it in whole or in part; GO stands beside it", "0.85"),
    "CQ": ("a physical therapist assistant gave it in whole or in part; GP stands beside it", "0.85"),
}
_DRUGS: Final = {
    "JW": "what was left in a single-dose container was thrown away; this line is that amount",
    "JZ": "nothing was left in the single-dose container",
}
KINDS: Final = {
    **{
        m: _Kind(lambda f: f.anesthesia, *_ANESTHESIA, condition, rate)
        for m, (condition, rate) in _GIVES.items()
    },
    **{m: _Kind(lambda f: f.anesthesia, *_ANESTHESIA, state) for m, state in _STATES.items()},
    **{
        m: _Kind(_therapy, "a therapist's service", "no therapy", condition, rate, "the code does not say")
        for m, (condition, rate) in _THERAPIES.items()
    },
    **{m: _Kind(_drug, "", "no drug", amount, open="drugs take it") for m, amount in _DRUGS.items()},
    "GE": _Kind(
        lambda f: f.visit, "a visit", "no visit", "a resident made it under the exception for primary care"
    ),
    "QW": _Kind(lambda f: f.laboratory, *_LAB, "a waived test in a laboratory with a certificate of waiver"),
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
