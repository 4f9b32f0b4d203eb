"""What can be asked about codes themselves and their connections, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic

_LAPAROSCOPIC: Final = r"lap|laparoscopic(?:ally)?|minimally invasive|keyhole"
_OPEN: Final = r"open"
_TO_NAME: Final = (
    "name names called version versions equivalent counterpart approach form alternative match matching "
    "sister twin performed use exist exists instead way "
)
_REPLACES: Final = (
    r"(?:what|which)(?: (?:cpt )?codes?)? (?:did|does|do|has|have) <code> (?:replaced?|supersede[sd]?)"
    r"|<code> (?:replaces?|replaced|supersedes?|superseded) (?:what|which)(?: codes?)?"
)
# What is said of a code, and not asked of another one.
_SAID_OF: Final = (
    r"^(?:is|are|isn't) <code> (?:done |performed |an? |the )*(?:open|lap\w*)|<code> (?:is|being) .*"
)

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "what",
        (
            r"^(?:codes? )?<code>(?: (?:and |or )?<code>)*$|show(?: me)?(?: the)?(?: code)? <code>"
            r"|what|whats|describe[sd]?|descriptions?|define[sd]?|definitions?"
            r"|meanings?|means?|explain(?:ed)?|stands?|about|look up|lookup|tell me"
            r""
            r"|represents?|plain english|in english|lay(?:man(?:'?s)?)?(?: terms?| language)?"
            r"|info(?:rmation)?|details|refers? to|summary|meant|explains|explanation",
        ),
        "meant stands layman laymans easy describe describes official long name called used explanation "
        "summary details info information number represent represents refer refers involve involves term lay "
        "laymen layman's language kind type sort mean means stand diagnosis descriptor words plain simple "
        "english full definition description meaning short terms",
        codes=(1, 4),
        mods=(0, 2),
        systems="",
        rank=0,
        sample="What is {codes}?",
    ),
    Topic(
        "said-of",
        (r"(?:is|are|isn't) <code>|<code> (?:is|are|being)",),
        "correct true",
        systems="cpt hcpcs icd10pcs",
        rank=-1,
        sample="",
    ),
    Topic(
        "place-of-service",
        (r"place of service|pos",),
        "place pos mean means stand stands number type setting",
        codes=(0, 0),
        takes="number",
        rank=2,
        sample="",
    ),
    Topic(
        "modifier",
        (
            r"what|whats|describe|definition|define|means?|meaning|explain|when|used?|using|appl(?:y|ies)"
            r"|^(?:(?:modifiers? )?<mod>|<mod> modifier)$"
            r"|differences?|differ|vs|versus|purpose|tell me|about",
        ),
        "means stands uses applies difference differences different differ between versus vs from compare "
        "compared definition describe purpose why instead bill billing english plain modifier modifiers mean "
        "stand used use using when apply appropriate time reported report with meaning append appended",
        codes=(0, 0),
        mods=(1, 3),
        sample="What is modifier {mods}?",
    ),
    Topic(
        "status?",
        (r"status",),
        "medicare",
        codes=(1, 4),
        takes="day",
        readings=(
            "What is the fee schedule status of {codes}?",
            "What is the outpatient status indicator of {codes}?",
            "Is {codes} an active code?",
        ),
    ),
    Topic(
        "valid",
        (
            r"active|valid|retired|deleted|terminated|discontinued|obsolete|in use|still used|still exists?"
            r"|in force|expired?|inactive|invalid"
            r"|out of date|outdated|good code|real code",
        ),
        "anymore real good outdated medicare active valid deleted retired current still longer used cpt use "
        "exist exists force when become became billable yet date day",
        codes=(1, 4),
        systems="",
        takes="day",
        sample="Is {codes} an active code?",
    ),
    Topic(
        "billable",
        (r"billable",),
        "specific valid enough diagnosis header",
        codes=(1, 4),
        systems="icd10cm icd10pcs",
        sample="Is {codes} billable?",
    ),
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
        "cross walk all with used use report reported mean",
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
        "patient patients condition all",
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
        "definitions",
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
    Topic(
        "history",
        (
            r"history|histories|chang(?:e|es|ed)|when|replaced|replaces?|replacement|successors?"
            r"|what happened"
            r"|introduced|new code|supersede[sd]?|instead",
        ),
        "now longer date become gone discontinuation bill billed year last status release releases history "
        "change changes changed when happened happen became replaced replaces replace replacement successor "
        "introduced added deleted retired terminated discontinued created effective first time years used day "
        "valid end ended start started stop stopped new superseded use instead",
        systems="",
        never=_REPLACES,
        rank=2,
        sample="What is the history of {codes}?",
    ),
    Topic(
        "replaces",
        (_REPLACES,),
        "replace replaces replaced supersede supersedes superseded old former cpt",
        systems="",
        rank=3,
        sample="Which codes did {codes} replace?",
    ),
    Topic(
        "replaced?",
        (r"replace[sd]?|supersede[sd]?|successor|instead",),
        "replace replaces replaced supersede supersedes superseded with successor old new cpt",
        codes=(2, 2),
        systems="",
        sample="What replaced {codes}?",
    ),
    Topic(
        "synonyms",
        (
            r"synonyms?|other names?|another name|also called|what else is <code> called|also known"
            r"|alternative names?|aliases|names",
        ),
        "synonym synonyms other names name another called known alternative aliases else",
        systems="",
        rank=2,
        sample="What are other names of {codes}?",
    ),
    Topic(
        "steps",
        (
            r"steps?|how (?:is|are|was) <code> (?:done|performed|carried out)|aftercare|technique"
            r"|what happens (?:in|during) <code>|walk me through|how do (?:they|surgeons) do <code>",
        ),
        "involve involves describe walk through main during happens happen surgeon explain step steps done "
        "performed carried involved aftercare after care surgical technique",
        rank=2,
        sample="What are the steps of {codes}?",
    ),
)
