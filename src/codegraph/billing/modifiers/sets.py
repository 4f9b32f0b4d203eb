"""Sets of modifiers as data: which lift an NCCI edit, which name a place of the body, which exclude each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Final, NamedTuple

EYELIDS: Final = ("E1", "E2", "E3", "E4")
FINGERS: Final = ("FA", *(f"F{n}" for n in range(1, 10)))
TOES: Final = ("TA", *(f"T{n}" for n in range(1, 10)))
SIDES: Final = ("LT", "RT")
CORONARY: Final = ("LC", "LD", "LM", "RC", "RI")
ANATOMIC: Final = frozenset((*EYELIDS, *FINGERS, *TOES, *SIDES, *CORONARY))

# Of the global surgical package: on visits, and on procedures.
GLOBAL_VISIT: Final = ("24", "25", "57")
GLOBAL_PROCEDURE: Final = ("58", "78", "79")
GLOBAL: Final = frozenset((*GLOBAL_VISIT, *GLOBAL_PROCEDURE))
SPLIT_CARE: Final = ("54", "55", "56")

SEPARATE: Final = ("XE", "XP", "XS", "XU")
# With one of these on a line, an NCCI procedure-to-procedure edit with indicator 1 is not applied.
# Source: NCCI Policy Manual for Medicare Services, chapter I, on modifiers and modifier indicators.
DISTINCT: Final = frozenset((*ANATOMIC, *GLOBAL, "27", "59", "91", *SEPARATE))

PHYSICIAN_ASSISTANT: Final = ("80", "81", "82")
ASSISTANT: Final = (*PHYSICIAN_ASSISTANT, "AS")
ANESTHESIA: Final = ("AA", "AD", "QK", "QX", "QY", "QZ")
PHYSICAL_STATES: Final = ("P1", "P2", "P3", "P4", "P5", "P6")
THERAPIES: Final = ("GN", "GO", "GP")
FACILITY_ONLY: Final = frozenset(("27", "73", "74", "CA", "PN", "PO"))


class Exclusion(NamedTuple):
    """Two modifiers that cannot stand on one line, and why."""

    first: str
    second: str
    reason: str


# (one group, other group or the same, reason): each of the one excludes each of the other.
_GROUPS: Final[tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]] = (
    (("26",), ("TC",), "26 reports the professional part alone and TC the technical part alone; "
     "whoever did both reports the code with neither"),
    (PHYSICIAN_ASSISTANT, PHYSICIAN_ASSISTANT, "an assistant helped either throughout (80), for a small part (81) or "
     "in place of a resident (82)"),
    (("59",), SEPARATE, "XE, XP, XS and XU each say more precisely what 59 says; one of them stands instead of it"),
    (("50",), SIDES, "50 says both sides on one line; LT and RT say one side each"),
    (("52",), ("53",), "52 is a service made smaller by choice, 53 one broken off because it could not go on"),
    (("73",), ("74",), "anesthesia had either not been given yet (73) or been given (74)"),
    (("53",), ("73", "74"), "53 is what the physician reports of a stopped procedure, 73 and 74 the facility"),
    (("52",), ("73", "74"), "a facility reports 52 where no anesthesia was planned, 73 or 74 where it was"),
    (("54",), ("55",), "54 leaves the aftercare to another and 55 takes it over: on one line they cancel each other; "
     "who keeps a part of the aftercare reports it on a line of its own"),
    (GLOBAL_PROCEDURE, GLOBAL_PROCEDURE, "a later procedure is planned or a further stage (58), an unplanned return "
     "for a related reason (78) or unrelated (79)"),
    (("62",), ("66",), "62 is two surgeons, 66 a team of more"),
    (("62", "66"), ASSISTANT, "who performs a part of the operation as a surgeon (62, 66) does not assist at it"),
    (("76",), ("77",), "the repetition was by the same clinician (76) or by another (77)"),
    (ANESTHESIA, ANESTHESIA, "each says who gave the anesthesia and under whom; one holds for a line"),
    (PHYSICAL_STATES, PHYSICAL_STATES, "the patient was in one of these states"),
    (THERAPIES, THERAPIES, "a line is under the plan of one kind of therapy"),
    (("JW",), ("JZ",), "of a single-dose container something was left (JW) or nothing (JZ)"),
    (("PN",), ("PO",), "a department is excepted (PO) or not (PN)"),
    (("GC",), ("GE",), "the teaching physician was present (GC), or the exception for primary care holds (GE)"),
    (("FX",), ("FY",), "an image is taken on film (FX) or with computed radiography (FY)"),
    (("GA",), ("GZ",), "GA says that the patient signed a notice of non-coverage, GZ that none was signed"),
    (("Q0",), ("Q1",), "in a clinical study a service is investigational (Q0) or routine (Q1)"),
)  # fmt: skip


def _pairs(one: tuple[str, ...], other: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    return combinations(one, 2) if one == other else product(one, other)


EXCLUSIVE: Final[dict[frozenset[str], str]] = {
    frozenset(pair): reason for one, other, reason in _GROUPS for pair in _pairs(one, other)
}


def exclusions(modifiers: Iterable[str]) -> tuple[Exclusion, ...]:
    """Return the pairs among the modifiers of one line that exclude each other, sorted.

    >>> [e[:2] for e in exclusions(["TC", "26", "LT"])]
    [('26', 'TC')]
    """
    pairs = combinations(sorted(set(modifiers)), 2)
    return tuple(
        Exclusion(one, other, reason)
        for one, other in pairs
        if (reason := EXCLUSIVE.get(frozenset((one, other)))) is not None
    )
