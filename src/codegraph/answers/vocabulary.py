"""Words that say nothing, of the present, that a slip may hide, and words of what other sources hold: as data."""

from __future__ import annotations

from typing import Final


def wordset(text: str) -> frozenset[str]:
    """Return the words of a text.

    >>> sorted(wordset("b a b"))
    ['a', 'b']
    """
    return frozenset(text.split())


# Words that say nothing about what is asked. No negation, no condition, no comparison is among them.
FILLERS: Final = wordset(
    "a an the of for to in on is are was were be been do does did can could may might will would should i we you my "
    "our it its this that these those there what whats which how tell show give list find get please and by at me "
    "code codes procedure procedures service services about has have had any under s hi hello hey thanks thank "
    "know want need like surgery operation operations cms case so then"
)
# Words of the present: the newest loaded release answers, and the answer says which that is.
PRESENT: Final = wordset("current currently now today present presently latest newest")

# The key words of the topics: only these are recognized in a slip.
KEY_WORDS: Final = wordset(
    "price prices pricing payment payments reimbursement reimbursed reimburse modifier modifiers crosswalk crosswalks "
    "mapping difference differences different between related laparoscopic laparoscopically history indication "
    "indications diagnosis diagnoses outpatient inpatient global period relative percentile ranking bundled together "
    "maximum primary synonyms aftercare facility nonfacility equivalent similar revised retired terminated bilateral "
    "assistant describe description medically unlikely status indicator replaced units medicare billed"
)
# English words near a key word that are no slips of it.
KEPT: Final = wordset(
    "modified periods indicates indicating indicative terminate terminates terminator differently invocation stats "
    "invocations relatively relativize similarly modifies descriptive diagnostic diagnostics percentage prime primes "
    "priming prince pierce equivalence equivalency equivalently diagnose diagnosed diagnosing inpatients impatient "
    "relaxed relate relates relocated regulated replayed replacer afterward afterwards ranging rankings laparoscope "
    "laparoscopy laparotomy unity unite united unite assistance assisting synonymous retire retires retried rewired "
    "retied revisited reviled reversed induction primacy primarily maximums magically decryption medicaid medical "
    "medicine statute statue states state globe globally bills billet builds filled pried pricey bilaterally "
    "crosswalked petitioned perioperative"
)

# What no file that codegraph reads says: words -> the source that has it.
ELSEWHERE: Final[tuple[tuple[str, str], ...]] = (
    (
        r"lcds?|ncds?|local coverage|national coverage|coverage|covered?|covers",
        "coverage policies (the Medicare Coverage Database of CMS: NCD and LCD with their billing articles)",
    ),
    (
        r"prior auth\w*|pre ?auth\w*|preauthori\w+|precert\w*|pre ?certification|prior approval",
        "prior authorization lists (CMS publishes those of hospital outpatient departments; others are the payer's)",
    ),
    (
        r"medical(?:ly)? necess\w+",
        "medical necessity rules (the Medicare Coverage Database of CMS: LCD articles with their diagnosis lists)",
    ),
    (r"medicaid|chip", "Medicaid fee schedules and rules (each state publishes its own)"),
    (r"medicare advantage|part c", "rules of Medicare Advantage plans (each plan publishes its own)"),
    (
        r"commercial|private (?:insur\w+|payers?|plans?)|aetna|cigna|anthem|humana|united ?health\w*|uhc|bcbs"
        r"|blue cross\w*|kaiser|tricare|champva|workers'? comp\w*|insurers?|insurance",
        "rates and policies of other payers (each publishes its own)",
    ),
    (
        r"ascs?|ambulatory surg\w+ cent\w+|surg(?:ery|ical) cent\w+",
        "payment of ambulatory surgical centers (CMS ASC Addenda AA and BB)",
    ),
    (r"(?:ms )?drgs?|diagnosis related groups?", "MS-DRG (the IPPS tables and the grouper of CMS)"),
    (r"snomed(?: ct)?", "SNOMED CT (SNOMED International; in the US the National Library of Medicine)"),
    (r"cpt assistant|clinical examples?", "CPT Assistant (American Medical Association)"),
    (r"how often|utili[sz]ation", "utilization counts (CMS Physician and Other Practitioners by Service)"),
    (r"icd ?11", "ICD-11 (World Health Organization)"),
    (r"loinc", "LOINC (Regenstrief Institute)"),
)
