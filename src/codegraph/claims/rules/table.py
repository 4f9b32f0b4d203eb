"""The rules of the claim check as data: what each is called, what it asks, where it is laid down, what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from codegraph.billing.editions import ADD_ON, ADDENDUM_B, INPATIENT_ONLY, MUE, PFS, PTP

PRACTITIONER: Final = "practitioner"
OUTPATIENT: Final = "outpatient"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the check: its name in findings, what it asks, the text that lays it down (empty: codegraph's own).

    `practitioner` and `outpatient` name the sources whose rows decide it in that setting; None: it does not apply.
    """

    name: str
    title: str
    source: str = ""
    practitioner: tuple[str, ...] | None = ()
    outpatient: tuple[str, ...] | None = ()

    def needs(self, setting: str) -> tuple[str, ...] | None:
        """Return the sources that decide it in a setting, or None where it does not apply."""
        return self.practitioner if setting == PRACTITIONER else self.outpatient


# In the order in which they are applied: the last ones look at what the others denied.
RULES: Final[tuple[Rule, ...]] = (
    Rule("code", "Is the code one that is valid on the date of service?", "", (PFS,), (ADDENDUM_B,)),
    Rule(
        "fee-schedule-status",
        "Does the physician fee schedule pay for the code at all?",
        "status indicators: record layout of the PPRRVU file; Medicare Claims Processing Manual (Pub. 100-04) "
        "chapter 23, addendum on the record layouts of the fee schedule database",
        (PFS,),
        None,
    ),
    Rule(
        "outpatient-status",
        "Does the outpatient prospective payment system pay for the code?",
        "42 CFR 419; OPPS Addendum B, meanings in Addendum D1",
        None,
        (ADDENDUM_B,),
    ),
    Rule(
        "inpatient-only",
        "Is the procedure paid only for an inpatient?",
        "42 CFR 419.22(n); OPPS Addendum E; Pub. 100-04 chapter 4",
        None,
        (INPATIENT_ONLY,),
    ),
    Rule(
        "modifier",
        "May each modifier stand on the code, and beside the others?",
        "Pub. 100-04 chapter 12 §40 (indicators of the fee schedule); NCCI Policy Manual chapter I",
        (PFS,),
        (),
    ),
    Rule("bilateral", "Is a bilateral procedure counted twice?", "Pub. 100-04 chapter 12 §40.7", (), ()),
    Rule(
        "ptp",
        "Does an NCCI procedure-to-procedure edit deny one of two lines?",
        "NCCI Policy Manual chapter I; modifiers 59 and X{EPSU} on either column since 2019-07-01: "
        "CMS Change Request 11168",
        (PTP[PRACTITIONER],),
        (PTP[OUTPATIENT],),
    ),
    Rule(
        "mue",
        "Are there more units than the medically unlikely edit allows?",
        "NCCI Policy Manual chapter I, on medically unlikely edits and their adjudication indicators",
        (MUE[PRACTITIONER],),
        (MUE[OUTPATIENT],),
    ),
    Rule(
        "global-period",
        "Does the service lie within the global surgical package of another procedure?",
        "Pub. 100-04 chapter 12 §40.1 to §40.3",
        (PFS,),
        None,
    ),
    Rule(
        "only-when-alone",
        "Is there another payable service beside one that is paid only alone (status T)?",
        "status indicator T of the PPRRVU record layout",
        (PFS,),
        None,
    ),
    Rule(
        "add-on",
        "Does the add-on code stand with a primary procedure?",
        "NCCI add-on code edits",
        (ADD_ON,),
        (ADD_ON,),
    ),
    Rule(
        "separate-procedure",
        "Does a procedure that is usually part of a larger one stand beside one of its region?",
    ),
    Rule("indication", "Is a diagnosis among the indications that the graph knows? Advice, not a verdict."),
    Rule("diagnosis", "Is each diagnosis a code of ICD-10-CM that may be reported?"),
)
BY_NAME: Final = {rule.name: rule for rule in RULES}
