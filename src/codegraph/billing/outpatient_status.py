"""What each status indicator of hospital outpatient payment (OPPS) means for the other services of a claim.

Source: OPPS Addendum D1 (calendar year 2025); 42 CFR 419.2, 419.22 and 419.44; Medicare Claims Processing Manual
(Pub. 100-04), chapter 4, section 10. The words are our own; CMS's own come with the table of Addendum D1.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, NamedTuple

Pays = Literal["separate", "comprehensive", "conditional", "packaged", "cost", "other system", "not paid"]


class StatusRule(NamedTuple):
    """How a status pays, in one word and for the claim."""

    pays: Pays
    effect: str


STATUSES: Final[dict[str, StatusRule]] = {
    "A": StatusRule("other system", "Paid by a fee schedule or another system; the outpatient system adds nothing."),
    "B": StatusRule("not paid", "Not recognized on an outpatient hospital bill; look for the code that is."),
    "C": StatusRule(
        "not paid",
        "Inpatient only: not paid to an outpatient, and the other services of that day are denied with it, unless the "
        "patient died before admission (CA).",
    ),
    "D": StatusRule("not paid", "Discontinued: not paid."),
    "E1": StatusRule("not paid", "Not covered for outpatients: not paid, whatever else the claim has."),
    "E2": StatusRule("not paid", "Without price information: not paid, whatever else the claim has."),
    "F": StatusRule("cost", "Paid at reasonable cost, also beside a comprehensive service."),
    "G": StatusRule("separate", "A drug paid apart by its own rate, also beside a comprehensive service."),
    "H": StatusRule("cost", "A device paid apart by the hospital's cost, also beside a comprehensive service."),
    "H1": StatusRule(
        "cost", "A device for pain relief paid apart by cost up to a limit, also beside a comprehensive service."
    ),
    "J1": StatusRule(
        "comprehensive",
        "Comprehensive: one payment for the claim; nearly all else on it is packaged. Of several, the one that ranks "
        "highest pays.",
    ),
    "J2": StatusRule(
        "conditional",
        "Packaged beside J1; comprehensive with certain services (observation); otherwise paid like a visit.",
    ),
    "K": StatusRule("separate", "A drug paid by its own rate, unless a comprehensive service packages it."),
    "K1": StatusRule(
        "separate", "A drug for pain relief paid by its own rate up to a limit, also beside a comprehensive service."
    ),
    "L": StatusRule("cost", "Paid at reasonable cost without deductible, also beside a comprehensive service."),
    "M": StatusRule("not paid", "Not billed to the contractor."),
    "N": StatusRule("packaged", "Always packaged into what else is paid; no payment of its own."),
    "P": StatusRule("separate", "A day of partial hospitalization or intensive outpatient care: paid by the day."),
    "Q1": StatusRule(
        "conditional",
        "Packaged beside any S, T or V; alone paid by its own rate, and of several the one with the highest rate.",
    ),
    "Q2": StatusRule(
        "conditional",
        "Packaged beside any T; otherwise paid by its own rate, and of several the one with the highest rate.",
    ),
    "Q3": StatusRule(
        "conditional", "One payment together with certain other services (composite); otherwise by its own rate."
    ),
    "Q4": StatusRule(
        "conditional",
        "A laboratory test, packaged beside any J1, J2, S, T, V, Q1, Q2 or Q3; otherwise by the laboratory fees.",
    ),
    "R": StatusRule("separate", "Blood, paid by its own rate, unless a comprehensive service packages it."),
    "S": StatusRule("separate", "Paid in full, whatever else is done, unless a comprehensive service packages it."),
    "T": StatusRule(
        "separate",
        "Paid in full where it has the highest rate of the T services of the day, otherwise at 50 percent; packaged "
        "beside J1.",
    ),
    "U": StatusRule("separate", "A brachytherapy source paid by its own rate, also beside a comprehensive service."),
    "V": StatusRule("separate", "A visit paid in full, unless a comprehensive service packages it."),
    "Y": StatusRule("not paid", "Equipment that is billed to the equipment contractor."),
}  # fmt: skip

# What a comprehensive service (J1) does not package, as far as the indicator tells. Addendum J has the whole list
# (also ambulance, mammography, therapy under a plan of care, preventive services).
BESIDE_J1: Final = frozenset(("F", "G", "H", "H1", "K1", "L", "U"))
PACKAGES_Q1: Final = frozenset("STV")
PACKAGES_Q4: Final = frozenset(("J1", "J2", "S", "T", "V", "Q1", "Q2", "Q3"))
HALF: Final = Decimal("0.5")
# 42 CFR 419.44(b); Claims Processing Manual chapter 4, section 20.6.4: what is paid of a procedure that was stopped.
STOPPED: Final[dict[str, tuple[Decimal, str]]] = {
    "52": (HALF, "reduced or stopped, no anesthesia planned: 50 percent"),
    "73": (HALF, "stopped before anesthesia: 50 percent"),
    "74": (Decimal(1), "stopped after anesthesia: 100 percent"),
}
PATIENT_DIED: Final = "5881"
