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
    "a an the of for to in on is are was were be been being am do does did doing can could may might "
    "will would should "
    "i me my mine we us our ours you it its it's i'm i'd i'll we're they them their he she this that "
    "these those there "
    "what whats what's which whichever how hows how's tell show give gives given list find get gets "
    "got getting gotten "
    "please pls plz and by at code codes procedure procedures service services about regarding "
    "concerning has have "
    "had having any some under s hi hello hey thanks thank thx know knows knowing want wants wanted "
    "need needs needed "
    "needing like surgery surgeries operation operations cms case cases so then ok okay just really "
    "actually exactly "
    "basically quick quickly question questions sorry also too again here i've we've let lets let's "
    "see check checking "
    "wonder wondering curious try trying figure out help helps ask asking asked look looking think "
    "thinking say says "
    "saying said someone somebody somehow must shall ever well right oh um hmm us the's there's "
    "that's thats theres "
    "anything something everything specifically particular generally usually normally simply according as "
    "into over up "
    "make makes made put go goes going come comes coming able possible possibly likely supposed"
)
# Words that may change what is asked: none of them is ever passed over, whoever's text has it.
CHANGING: Final = wordset(
    "not no nor none never without except excluding unless only if or than more less most least fewer "
    "greater higher "
    "lower before after between until since during other another average mean median typical best "
    "worst better worse "
    "both each every per half twice double total first last next previous old new all"
)
# Words by which a code is asked for, and those that may stand beside them.
ASKS_CODE: Final = wordset(
    "code codes coding coded bill billing billed report reporting number search lookup"
)
FOR_CODE: Final = wordset(
    "for describe describes describing use used using bill billing billed report reported reporting "
    "coding coded correct "
    "right proper appropriate exact number search lookup diagnosis procedure up medicare patient "
    "surgeon who when"
)
# Words about figures and lists: a question with them asks for no code by its description.
OF_FIGURES: Final = wordset(
    "rvu rvus wrvu wrvus global globals period days day status indicator apc apcs highest lowest largest "
    "smallest most "
    "least many all list count rank percentile price prices fee fees pay pays paid payment units unit "
    "limit mue edit "
    "edits ncci modifier modifiers denied deny locality worth expensive cheapest longest shortest best "
    "worst better worse average median mean"
)
# Nouns beside a code that say what kind of thing it is.
NOUNS: Final = wordset(
    "visit visits exam examination test scan imaging xray injection drug supply item operation"
)
# What people write short, and the word that it is short for.
SHORTHAND: Final = {
    "btw": "between",
    "b/w": "between",
    "betw": "between",
    "diff": "difference",
    "diffs": "differences",
    "dx": "diagnosis",
    "dxs": "diagnoses",
    "px": "procedure",
    "proc": "procedure",
    "pmt": "payment",
    "pymt": "payment",
    "reimb": "reimbursement",
    "mods": "modifiers",
    "asst": "assistant",
    "docs": "doctors",
    "doc": "doctor",
    "dr": "doctor",
    "pt": "patient",
    "pts": "patients",
    "postop": "postoperative",
    "preop": "preoperative",
    "natl": "national",
    "descr": "description",
    "outpt": "outpatient",
    "inpt": "inpatient",
    "hosp": "hospital",
    "fac": "facility",
    "nonfac": "nonfacility",
    "u": "you",
    "r": "are",
    "cosurgeon": "co surgeon",
    "cosurgeons": "co surgeons",
    "unbundling": "unbundle",
}
# Words of the present: the newest loaded release answers, and the answer says which that is.
PRESENT: Final = wordset("current currently now today present presently latest newest")

# The key words of the topics: only these are recognized in a slip.
KEY_WORDS: Final = wordset(
    "price prices pricing payment payments reimbursement reimbursed reimburse modifier modifiers "
    "crosswalk crosswalks "
    "mapping difference differences different between related laparoscopic laparoscopically history "
    "indication "
    "indications diagnosis diagnoses outpatient inpatient global period relative percentile ranking "
    "bundled together "
    "version versions linked active maximum primary primaries synonyms aftercare separately conflict "
    "conflicts denied payable "
    "carrier column edits "
    "allowable allowed conversion factor category national nationally postoperative surgeon surgeons "
    "facility nonfacility equivalent similar revised retired terminated bilateral "
    "assistant describe description medically unlikely status indicator replaced units medicare billed"
)
# English words near a key word that are no slips of it.
KEPT: Final = wordset(
    "modified periods indicates indicating indicative terminate terminates terminator differently "
    "invocation stats "
    "invocations relatively relativize similarly modifies descriptive diagnostic diagnostics "
    "percentage prime primes "
    "priming prince pierce equivalence equivalency equivalently diagnose diagnosed diagnosing "
    "inpatients impatient "
    "relaxed relate relates relocated regulated replayed replacer afterward afterwards ranging "
    "rankings laparoscope "
    "laparoscopy laparotomy unity unite united unite assistance assisting synonymous retire retires "
    "retried rewired "
    "retied revisited reviled reversed induction primacy primarily maximums magically decryption "
    "medicaid medical "
    "medicine statute statue states state globe globally bills billet builds filled pried pricey bilaterally "
    "crosswalked petitioned perioperative"
)

# What no file that codegraph reads says: words -> the source that has it.
ELSEWHERE: Final[tuple[tuple[str, str], ...]] = (
    (
        r"lcds?|ncds?|coverage|covered|(?:medicare|cms|part b|it|they|plan|payer|always"
        r"|usually) covers?|approv(?:e|es|ed|al)",
        "coverage policies (the Medicare Coverage Database of CMS: NCD and LCD with their billing articles)",
    ),
    (
        r"prior auth\w*|pre ?auth\w*|preauthori\w+|precert\w*|pre ?certification|prior approval",
        "prior authorization lists (CMS publishes those of hospital outpatient departments; others "
        "are the payer's)",
    ),
    (
        r"medical(?:ly)? necess\w+",
        "medical necessity rules (the Medicare Coverage Database of CMS: LCD articles with their "
        "diagnosis lists)",
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
    (r"part a", "payment by Part A (the IPPS tables and the grouper of CMS)"),
    (r"d\d{4}", "dental codes (CDT, American Dental Association)"),
    (r"icd ?11", "ICD-11 (World Health Organization)"),
    (r"loinc", "LOINC (Regenstrief Institute)"),
)

# What is asked for as advice, which no table gives: words -> what is said.
ADVICE: Final[tuple[tuple[str, str], ...]] = (
    (
        r"should (?:i|we|she|he|they|my \w+) (?:have|get|undergo|do)|is it safe|safe(?:r|st)? for"
        r"|side effects?|risky"
        r"|better for (?:the|my|our|a) patients?|better option|hurts?|painful|recover(?:y|ed) time",
        "medical advice is not given here",
    ),
    (
        r"physician assistants?|nurse practitioners?|midwi(?:fe|ves)|crnas?|anesthetists?|non ?physician"
        r"|qualifying participants?|self pay|sequest\w+",
        "what is paid to others than physicians, or otherwise than by Part B's fee schedule, is not computed "
        "here",
    ),
    (
        r"up ?cod(?:e|ed|es|ing)|(?:get|be|getting|being) paid more"
        r"|get more money|maximi[sz]e|max out|avoid (?:the )?(?:edit|denial)s?"
        r"|get around",
        "advice on how to be paid more is not given here",
    ),
)
