"""What can be asked about modifiers, edits, units and add-on codes, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic
from codegraph.answers.topic_words import (
    ALLOWING,
    BILLING,
    DOING,
    MODIFIER_WORDS,
    OF_EDITS,
    OF_LIMITS,
    PAYING,
    PEOPLE,
    TIMES,
)

_TOGETHER: Final = (
    r"together|with|besides?|alongside|same (?:day|session|time|claim|date|encounter|visit|patient|operation)"
    r"|separately|bundled?|bundles|bundling|unbundled?|unbundling|conflicts?|conflicting"
    r"|in addition to|along|added to"
    r"|den(?:y|ies|ied|ials?)|bypass(?:ed|es)?|pairs?|paired|combination|mutually exclusive|both"
    r"|also|on top of"
    r"|inclusive|integral"
)
_EDIT_WORDS: Final = (
    f"{PEOPLE} {BILLING} {PAYING} {ALLOWING} {DOING} {TIMES} active per together with beside besides "
    "alongside separately "
    "if when both each other another one two why cant same between ncci cci ptp edit edits rule rules along "
    "from indicator combined combination force effect modifier modifiers exist exists still append appending "
    "deny or denies denied denial bypass bypassed bypasses pair pairs paired conflict conflicts conflicting "
    "reject rejects rejected applies apply who separate exclusive mutually override overrides against off 1 2 "
    "add added top addition inclusive integral hit hits include includes included including part component "
    "column bundled bundle bundles bundling unbundle unbundled primary correct initiative lift lifts break "
    "breaks "
)

_CLAIM_WORDS: Final = (
    f"{_EDIT_WORDS} unit units line lines pass passes clean scrub through diagnosis dx x checks claim's all "
    "three four five whole set work works problem problems issue issues "
)

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "claim",
        (r"(?:check|scrub|edit|clean|my|this|the|a) claims?|claims? (?:with|of|for|check)|check",),
        _CLAIM_WORDS,
        codes=(1, 12),
        mods=(0, 8),
        systems="cpt hcpcs icd10cm",
        takes="day units number",
        settings=OF_EDITS,
        rank=5,
        sample="Check the claim {codes}",
    ),
    Topic(
        "claim-of-lines",
        (
            r"<units>|is (?:it|this|that|everything)? ?(?:ok|okay|fine|right|allowed|correct|payable|good)"
            r"|ok|okay|go through",
        ),
        _CLAIM_WORDS,
        codes=(2, 12),
        mods=(0, 8),
        systems="cpt hcpcs icd10cm",
        takes="day units number",
        settings=OF_EDITS,
        rank=3,
        sample="Check the claim {codes}",
    ),
    Topic(
        "claim-of-many",
        (rf"{_TOGETHER}|bill(?:ed|ing)?|report(?:ed)?|edits?|ncci",),
        _CLAIM_WORDS,
        codes=(3, 12),
        mods=(0, 8),
        systems="cpt hcpcs icd10cm",
        takes="day units number",
        settings=OF_EDITS,
        rank=4,
        sample="Check the claim {codes}",
    ),
    Topic(
        "modifier-on-code",
        (r"<mod>|" + "|".join(MODIFIER_WORDS),),
        f"{PEOPLE} {BILLING} {PAYING} {ALLOWING} {DOING} append appends appended appending add added adding "
        "apply applies applied applicable modifier modifiers with attach attached attaching required require "
        "requires two permits assistant assist team co if when work works both patient patients separately "
        "denied deny side sides each together take takes taken eligible",
        mods=(0, 4),
        takes="day",
        never=(
            r"how much|prices?|fees?|payments?|reimbursements?|amounts?|worth"
            r"|what (?:does|do|did|would|will|is|are) .*(?:pay|paid|reimbursed?|allow|allowed)"
        ),
        rank=2,
        sample="May modifier {mods} be used on {codes}?",
    ),
    Topic(
        "modifiers-of-code",
        (r"modifiers?",),
        f"{PEOPLE} {BILLING} {ALLOWING} append appended add added apply applies applicable with all available "
        "work works common often options attach attached take takes kinds types go-with every",
        takes="day",
        sample="Which modifiers apply to {codes}?",
    ),
    Topic(
        "codes-with-modifier",
        (r"(?:which|what|list|find|how many|all)(?: of)?(?: the)?(?: <system>)? (?:codes?|procedures?)",),
        f"{PEOPLE} {BILLING} {ALLOWING} modifier modifiers take takes with apply applies all many",
        codes=(0, 0),
        mods=(1, 1),
        takes="day",
        rank=2,
        sample="Which codes take modifier {mods}?",
    ),
    Topic(
        "edits",
        (_TOGETHER + r"|edits?|ncci|cci|ptp|includes?d?|including|indicator|part of|component of|column",),
        _EDIT_WORDS,
        codes=(2, 2),
        mods=(0, 2),
        takes="day number",
        settings=OF_EDITS,
        sample="Is there an NCCI edit between {codes}?",
    ),
    Topic(
        "conflicts",
        (
            r"edits?|ncci|cci|ptp|conflicts?|bundled?|bundles|unbundl\w+"
            r"|(?:cannot|cant|can't|not) be (?:billed|reported|used|paid) (?:with|together with"
            r"|beside|alongside)",
        ),
        f"{PEOPLE} ncci cci ptp edit edits conflict conflicts with bundled bundle bundles all force together "
        "many column one two count number pair pairs beside exist exists affect affects involve involving "
        "other against",
        takes="day",
        settings=OF_EDITS,
        sample="Which codes have an NCCI edit with {codes}?",
    ),
    Topic(
        "limits",
        (
            r"mues?|medically unlikely(?: edits?)?|units? limits?|limits? (?:of|on|for|to)(?: units)?|units?"
            r"|how many times|twice|more than once|maximum units?|max units?"
            r"|units? (?:of service )?(?:allowed|maximum)"
            r"|<units>|how many <code>|how many(?= .*(?:bill|billed|report|reported|claim|allowed"
            r"|allow|day))|caps?"
            r"|ceiling|maximum|max|mai|adjudication indicator",
        ),
        f"{PEOPLE} {BILLING} {PAYING} {ALLOWING} {TIMES} {DOING} unit units limit limits limited maximum max "
        "many per or line lines more than once twice times edit edits mue mues medically unlikely one number "
        "most ncci value largest highest cap caps capped ceiling quantity count single indicator mai "
        "adjudication mean means denied deny reject rejected exceed exceeds",
        takes="day units",
        settings=OF_LIMITS,
        sample="What is the unit limit (MUE) of {codes}?",
    ),
    Topic(
        "add-ons",
        (
            r"add ?ons?(?: codes?)?|primar(?:y|ies)(?: (?:codes?|procedures?))?|parent codes?|base codes?"
            r"|added on to|stand ?alone|alone|by itself|on its own"
            r"|codes?(?: can| may| must| should| do| does)?(?: i| we| you)? <code>(?: be)? "
            r"(?:billed|reported|used|goes?|submitted) with|codes? (?:can|may|must|should|does"
            r"|do) <code> (?:be )?"
            r"(?:billed |reported |used |submitted )?(?:with|go with)|codes? go(?:es)? with <code>",
        ),
        f"{PEOPLE} {BILLING} {PAYING} {ALLOWING} standalone add added addon addons ons primary primaries "
        "parent base with beside belong belongs all stand alone require requires required takes take why "
        "together itself own only separately main another kind type true pair pairs",
        takes="day",
        sample="Is {codes} an add-on code, and what are its primary codes?",
    ),
    Topic(
        "bill?",
        (r"bill(?:ed|ing)?|report(?:ed)?|claim(?:ed)?",),
        "medicare",
        codes=(1, 1),
        readings=(
            "Is {codes} an active code?",
            "What does Medicare pay a physician for {codes}?",
            "Which codes have an NCCI edit with {codes}?",
            "Which modifiers apply to {codes}?",
        ),
    ),
)
