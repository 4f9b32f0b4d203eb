"""Words that the topics share: who is spoken of, what is done with codes, and phrases for settings and modifiers."""

from __future__ import annotations

from typing import Final

# Each group says nothing about what is asked, in the topics that have it among their words.
PEOPLE: Final = (
    "medicare medicares medicare's cms physician physicians surgeon surgeons doctor doctors provider "
    "providers practice "
    "practices coder coders biller billers professional"
)
BILLING: Final = (
    "bill bills billed billing billable report reports reported reporting claim claims claimed coded "
    "coding submit "
    "submitted submitting use used uses using"
)
PAYING: Final = "pay pays paid paying payable payment payments reimburse reimburses reimbursed reimbursement"
ALLOWING: Final = (
    "allow allows allowed allowing allowable permit permits permitted accept accepts accepted "
    "acceptable valid legal "
    "legit appropriate correct ok okay fine"
)
DOING: Final = "done do perform performs performed performing happen happens takes take place"
TIMES: Final = (
    "day days date same session sessions time encounter visit patient patients operation claim setting"
)

PAY: Final = (
    r"prices?|priced|pricing|fees?|pays?|paid|paying|payments?|reimburse[sd]?|reimbursing"
    r"|reimbursements?|worth"
    r"|amounts?|costs?|how much|allowed amounts?|allowed|allowables?|allowances?|dollars?|rates?"
    r"|medicare gives?"
    r"|get for|payable|go(?:es|ing) for|collect|^<code>(?= in )"
    r"|(?:which|what)(?: one| code)? (?:pays?|is paid|is worth|gets paid) more"
)
# What is allowed beside a code in modifier questions, and which modifier it means.
MODIFIER_WORDS: Final[dict[str, tuple[str, ...]]] = {
    r"co ?surgeons?|co ?surgery|two surgeons": ("62",),
    r"surgical teams?|team surgery|team surgeons?|team of surgeons": ("66",),
    r"assistants?(?: at)?(?: surgery)?|assistant surgeons?|assist(?: at)?(?: surgery)?": ("80",),
    r"bilateral(?:ly)?(?: procedure| surgery| modifier)?|both sides": ("50",),
}
# Words in a question about payment that put a modifier on the code.
PRICED_MODIFIERS: Final[dict[str, tuple[str, ...]]] = {
    r"assistant(?: at)? surgery|assistant surgeons?|assistant": ("80",),
    r"professional component|professional part": ("26",),
    r"technical component|technical part": ("TC",),
    r"co ?surgeons?|two surgeons": ("62",),
    r"team surgery|surgical team": ("66",),
    r"bilateral(?:ly)?|both sides": ("50",),
}
_HOSPITAL: Final = (
    r"(?:(?:when|if) (?:it |it's |its |is )*)?(?:done |performed |provided |furnished )?(?:in"
    r"|at) (?:a|the|an) hospital"
    r"(?: setting)?|(?:in |at )?(?:a |the )?facility(?: setting)?"
)
OF_PRICE: Final = (
    (
        r"(?:(?:physician|doctor)s? |in |at )?(?:an? |the |our |my )?(?:non ?facility|offices?)(?: setting)?",
        "nonfacility",
    ),
    (_HOSPITAL, "facility"),
)
OF_EDITS: Final = (
    (
        r"outpatient hospitals?|hospital outpatients?|outpatient facility|outpatient|opps|facility",
        "outpatient",
    ),
    (r"practitioners?|physicians?|surgeons?|doctors?", "practitioner"),
)
OF_LIMITS: Final = (*OF_EDITS, (r"dme|suppliers?|durable medical equipment|dme suppliers?", "dme"))
