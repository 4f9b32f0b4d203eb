"""What can be asked about payment, modifiers, edits and limits, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic

_PAY: Final = (
    r"prices?|priced|pricing|fees?|pays?|paid|paying|payments?|reimburse[sd]?|reimbursements?|worth|amounts?|costs?"
    r"|how much|allowed amounts?|allowables?"
)
# What is allowed beside a code in modifier questions, and which modifier it means.
MODIFIER_WORDS: Final[dict[str, tuple[str, ...]]] = {
    r"co ?surgeons?|co ?surgery|two surgeons": ("62",),
    r"surgical teams?|team surgery|team surgeons?|team of surgeons": ("66",),
    r"assistants?(?: at)?(?: surgery)?|assistant surgeons?|assist(?: at)?(?: surgery)?": ("80",),
    r"bilateral(?:ly)?(?: procedure| surgery| modifier)?|both sides": ("50",),
}


OF_PRICE: Final = (
    (r"non ?facility|offices?|(?:physician|doctor)s? offices?", "nonfacility"),
    (r"facility", "facility"),
)
_OF_EDITS: Final = (
    (r"outpatient hospitals?|hospital outpatients?|outpatient facility|outpatient", "outpatient"),
    (r"practitioners?|physicians?|surgeons?|doctors?", "practitioner"),
)
_OF_LIMITS: Final = (*_OF_EDITS, (r"dme|suppliers?|durable medical equipment", "dme"))
_TOGETHER: Final = (
    r"together|with|beside|alongside|same (?:day|session|time|claim|date|encounter|visit|patient)"
    r"|separately|bundled?|bundles|bundling|unbundled?|unbundling|conflicts?|in addition to|along"
)
_EDIT_WORDS: Final = (
    "bill billed billable billing report reported reporting claim claimed code coded paid pay payable medicare "
    "together with beside alongside same day session time claim date encounter visit patient separately if when both "
    "allowed ok okay into each other another one why cant same between ncci cci ptp edit edits there rule rules "
    "along from indicator combined use used using combination force effect modifier modifiers exist still as "
    "append appending"
)

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "price",
        (_PAY,),
        "medicare physician physicians surgeon surgeons doctor doctors professional schedule national nationally "
        "allowed much reimbursed setting settings locality area performed done when medicares",
        codes=(1, 4),
        mods=(0, 4),
        takes="day place",
        settings=OF_PRICE,
        sample="What does Medicare pay a physician for {codes}?",
    ),
    Topic(
        "session",
        (_PAY, r"same (?:session|operation|operative session)|one session"),
        "medicare physician surgeon session if both schedule when performed done during",
        codes=(2, 6),
        takes="day place",
        settings=OF_PRICE,
        rank=2,
        sample="What does Medicare pay a surgeon for {codes} in the same session?",
    ),
    Topic(
        "together?",
        (_PAY, r"together|combined"),
        "medicare with when both if physician surgeon",
        codes=(2, 6),
        takes="day",
        readings=(
            "What does Medicare pay a surgeon for {codes} in the same session?",
            "Is there an NCCI edit between {codes}?",
        ),
        rank=2,
    ),
    Topic(
        "rvu",
        (r"rvus?|wrvus?|relative values?(?: units?)?|work values?|practice expense|malpractice",),
        "work total physician practice expense malpractice pe mp medicare fee schedule many much value values units "
        "unit number assigned carry worth",
        codes=(1, 4),
        mods=(0, 2),
        takes="day",
        settings=OF_PRICE,
        sample="How many RVUs does {codes} have?",
    ),
    Topic(
        "global",
        (
            r"globals?|global (?:periods?|days?|surgery|package|surgical package)|post ?op(?:erative)? (?:days"
            r"|period)"
            r"|follow up (?:days|period)|(?:0|10|90) days? globals?",
        ),
        "many long subject period days day package surgical length medicare postoperative follow up included post op",
        codes=(1, 4),
        takes="day",
        sample="What is the global period of {codes}?",
    ),
    Topic(
        "status-of-fees",
        (r"(?:fee schedule|mpfs|pfs|physician) status(?: (?:indicator|code|letter))?",),
        "medicare physician fee schedule indicator",
        codes=(1, 4),
        takes="day",
        rank=2,
        sample="What is the fee schedule status of {codes}?",
    ),
    Topic(
        "modifier-on-code",
        (r"<mod>|" + "|".join(MODIFIER_WORDS),),
        "use used using append appended add added bill billed report reported allowed appropriate valid permitted "
        "apply applies applicable applied modifier modifiers with go goes accept accepts take takes put attach "
        "attached need needed correct ok okay medicare allow allows surgeon surgeons two "
        "permit permits assistant assist surgery team co",
        mods=(0, 4),
        takes="day",
        rank=2,
        sample="May modifier {mods} be used on {codes}?",
    ),
    Topic(
        "modifiers-of-code",
        (r"modifiers?",),
        "use used using append appended add allowed appropriate valid permitted apply applies applicable with go "
        "goes accept accepts take takes need all possible available medicare",
        takes="day",
        sample="Which modifiers apply to {codes}?",
    ),
    Topic(
        "codes-with-modifier",
        (r"(?:which|what|list|find|how many|all)(?: of)?(?: the)?(?: <system>)? (?:codes?|procedures?)",),
        "modifier modifiers use used take takes accept accepts with allow allows apply applies all can go goes many",
        codes=(0, 0),
        mods=(1, 1),
        takes="day",
        rank=2,
        sample="Which codes take modifier {mods}?",
    ),
    Topic(
        "edits",
        (_TOGETHER + r"|edits?|ncci|cci|ptp|includes?d?|including|indicator|part of|component of|column",),
        _EDIT_WORDS + " include includes included part component column bundled bundle bundles",
        codes=(2, 2),
        mods=(0, 2),
        takes="day",
        settings=_OF_EDITS,
        sample="Is there an NCCI edit between {codes}?",
    ),
    Topic(
        "conflicts",
        (r"edits?|ncci|cci|ptp|conflicts?|bundled?|bundles|(?:cannot|cant|not) be billed with|unbundl\w+",),
        "ncci cci ptp edit edits conflict conflicts with bundled into bundle bundles all list "
        "which force together many medicare column one two",
        takes="day",
        settings=_OF_EDITS,
        sample="Which codes have an NCCI edit with {codes}?",
    ),
    Topic(
        "limits",
        (
            r"mues?|medically unlikely(?: edits?)?|units? limits?|limits? (?:of|on) units|units?|how many times"
            r"|twice|more than once|maximum units?|max units?|units? (?:of service )?(?:allowed|maximum)|<units>",
        ),
        "unit units limit limits maximum max many allowed bill billed report reported per day line date service same "
        "medicare paid more than once twice times edit edits mue medically unlikely claim one a number allow allows "
        "most ncci value",
        takes="day units",
        settings=_OF_LIMITS,
        sample="What is the unit limit (MUE) of {codes}?",
    ),
    Topic(
        "add-ons",
        (
            r"add ?ons?(?: codes?)?|primar(?:y|ies)(?: (?:codes?|procedures?))?|parent codes?|base codes?"
            r"|added on to|stand ?alone",
        ),
        "standalone add added get on addon addons ons primary primaries parent base go goes with used reported "
        "report billed bill beside "
        "use list belong belongs paid all stand alone needs require required requires take takes it",
        takes="day",
        sample="Is {codes} an add-on code, and what are its primary codes?",
    ),
    Topic(
        "rank",
        (
            r"ranks?|ranked|ranking|percentiles?|peers?|compare to (?:other|similar) codes|family"
            r"|how does <code> compare|stand among|relative to",
        ),
        "where rank ranks ranked ranking percentile compare compared comparison among peers peer similar other "
        "others family "
        "work rvu rvus value values price stand its against high highly against relative with group",
        takes="day",
        sample="How does {codes} rank among its peers?",
    ),
    Topic(
        "outpatient",
        (
            r"opps|apcs?|ambulatory payment classifications?|inpatient only(?: list)?|ipo(?: list)?|addendum [be]"
            r"|(?:hospital )?outpatients?(?: (?:status|payment|hospital|rate|department|setting|surgery|basis))*"
            r"|hospital outpatient|as an inpatient|inpatient|packaged",
        ),
        "status indicator indicators rate rates payment payments paid pay pays medicare hospital hospitals "
        "outpatient "
        "only list inpatient done performed department much apc opps setting addendum amount facility group belong "
        "assigned as patient patients basis packaged",
        codes=(1, 4),
        mods=(0, 2),
        takes="day",
        rank=2,
        sample="What is the outpatient status of {codes}?",
    ),
    Topic(
        "hospital?",
        (_PAY + r"|rates?", r"hospitals?|rates?"),
        "medicare hospital hospitals payment pay paid rate rates setting",
        codes=(1, 4),
        takes="day",
        readings=(
            "What does Medicare pay a physician for {codes} in a facility?",
            "What is the outpatient hospital payment rate of {codes}?",
        ),
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
