"""What can be asked about what a code is connected with, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic

_LAPAROSCOPIC: Final = r"lap|laparoscopic(?:ally)?|minimally invasive|keyhole"
_OPEN: Final = r"open"
_TO_NAME: Final = (
    "name names called version versions equivalent counterpart approach form alternative match matching "
    "sister twin performed use exist exists instead way "
)
# What is said of a code, and not asked of another one.
_SAID_OF: Final = (
    r"^(?:is|are|isn't) <code> (?:done |performed |an? |the )*(?:open|lap\w*)|<code> (?:is|being) .*"
)

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "crosswalk",
        (
            r"crosswalks?(?:ed)?|cross references?|cross walks?|maps?|mapped|mappings?|convert(?:ed"
            r"|s)?|conversion|equivalents?"
            r"|translate[sd]?|translations?|correspond(?:s|ing)?|counterparts?|matche?s?|matching|<system>"
            r"|gems?",
        ),
        "gem gems group groups grouped fall falls belong belongs becomes become forward backward convert "
        "converts translate translates old new category categories between from same inpatient hospital "
        "diagnosis equivalent counterpart corresponding correspond maps map match matches crosswalk mapping "
        "cross walk all with used use report reported mean options option choices candidates available "
        "reference",
        systems="",
        target="must",
        takes="day",
        never=r"(?:is|are|was) <code> (?:(?:an?|in) )?<system>(?: codes?)?",
        sample="Which {target} codes does {codes} map to?",
    ),
    Topic(
        "gem",
        (r"gems?|general equivalence(?: mappings?)?",),
        "map maps mapping mappings forward backward entry entries row rows equivalence general",
        systems="icd10cm icd10pcs icd9cm icd9pcs",
        takes="day",
        rank=3,
        sample="What is the GEM of {codes}?",
    ),
    Topic(
        "crosswalk?",
        (
            r"crosswalks?(?:ed)?|cross walks?|maps?|mapped|mappings?|convert(?:ed|s)?|translate[sd]?"
            r"|translations?"
            r"|gems?",
        ),
        "gem gems all with",
        systems="",
        readings=(
            "Which ICD-10-PCS codes does {codes} map to?",
            "Which CPT codes does {codes} map to?",
            "Which CCSR codes does {codes} map to?",
        ),
    ),
    Topic(
        "indications",
        (
            r"indications?|supports?|justif(?:y|ies)|indicated|diagnos[ie]s|conditions?|diseases?|dx"
            r"|reasons?|why"
            r"|what (?:is|are|was) <code>(?: done| used| performed)? for|when (?:is|are|would"
            r"|should) (?:i use )?<code>(?: be)?(?: done| used| performed| needed)?|(?:used|done"
            r"|performed) for",
        ),
        "icd link linked links linking good medical support supports justify justifies pair pairs bill billed "
        "typically commonly proper appropriate anyone patient require requires required when indication "
        "indications indicated diagnosis diagnoses condition conditions disease diseases dx reason reasons "
        "why done performed used use with typical common usual reported clinical treat treated treats "
        "patients",
        target="may",
        targets="icd10cm icd10pcs",
        sample="Which diagnoses is {codes} done for?",
    ),
    Topic(
        "indicated",
        (
            r"indicated|justif(?:y|ies)|indications?|done for|used for|performed for|reason for"
            r"|treats?|treated (?:with|by)"
            r"|treatment"
            r"|diagnos[ie]s|dx|supports?|go(?:es)? with|link(?:ed|s)?|match(?:es)?|pairs?|reasons? for",
        ),
        "indications indicated good valid appropriate proper diagnosis justify justifies support supports "
        "supported link linked match matches pair pairs bill billed reported typical usual done used "
        "performed indication reason treat treats treated with treatment",
        codes=(2, 2),
        systems="cpt hcpcs icd10cm",
        rank=2,
        sample="",
    ),
    Topic(
        "codes-for-diagnosis",
        (
            r"procedures?|operations?|surger(?:y|ies)|treat(?:s|ed|ment|ments)?|indicated|done"
            r"|performed|codes"
            r"|<system>",
        ),
        "typical typically usual common bill billed reported match matches fix fixes if surgical cpt hcpcs "
        "work treat treats treated treatment treatments indicated done performed used use with diagnosis "
        "patient patients condition all linked link associated tied",
        systems="icd10cm",
        target="may",
        targets="cpt hcpcs",
        rank=2,
        sample="Which CPT codes are done for {codes}?",
    ),
    Topic(
        "difference",
        (
            r"differences?|the same (?:as|thing)|identical|differ(?:s|ent)?|distinguish(?:es)?"
            r"|versus|vs|distinction|separates?|tell apart"
            r"|not the same|contrast",
        ),
        "difference differences compare compared why two or thing identical between from separates versus vs "
        "apart distinguish distinguishes differ differs different explain same with clinically definition "
        "definitions than",
        codes=(2, 2),
        systems="",
        sample="What is the difference between {codes}?",
    ),
    Topic(
        "compare-one?",
        (r"compare[sd]?|comparison",),
        "with others",
        readings=("How does {codes} rank among its peers?", "Which codes are related to {codes}?"),
    ),
    Topic(
        "compare?",
        (r"compare[sd]?|comparison|comparing",),
        "with between versus vs",
        codes=(2, 2),
        readings=(
            "What is the difference between {codes}?",
            "What do {codes} pay?",
            "Is there an NCCI edit between {codes}?",
        ),
    ),
    Topic(
        "laparoscopic",
        (_LAPAROSCOPIC,),
        _TO_NAME
        + " laparoscopic laparoscopically minimally invasive keyhole same done if when corresponding",
        rank=2,
        never=_SAID_OF,
        sample="What is the laparoscopic version of {codes}?",
    ),
    Topic(
        "open",
        (_OPEN,),
        _TO_NAME + "open same done if when corresponding",
        rank=2,
        never=_SAID_OF,
        sample="What is the open version of {codes}?",
    ),
    Topic(
        "closed-by",
        (
            r"clos(?:e|es|ed|ing|ure)|take ?down|takes down|taken down|revers(?:e|es|al|ed|ing)|undo"
            r"|undoes|undone",
        ),
        "closes undo reconnect reconnects ostomy after bill billed report reported close closed closing "
        "closure take takes taken down takedown reverse reverses reversal reversed used use stoma ileostomy "
        "colostomy created afterwards later back",
        never=r"(?:does|did|do|can|will) <code> (?:close|reverse|take|undo|revise)",
        rank=2,
        sample="Which codes close what {codes} creates?",
    ),
    Topic(
        "revised-by",
        (r"revis(?:e|es|ed|ing|ion|ions)",),
        "revise revises revised revising revision revisions stoma ileostomy colostomy used use created later",
        never=r"(?:does|did|do|can|will) <code> revise",
        rank=2,
        sample="Which codes revise what {codes} creates?",
    ),
    Topic(
        "related",
        (r"related|similar|relatives?|neighbou?rs?|alternatives?|siblings?|like <code>|famil(?:y|ies)",),
        "near nearby neighbors neighbours sibling siblings relatives related similar other close closely "
        "family alternatives alternative same belong belongs",
        sample="Which codes are related to {codes}?",
    ),
)
