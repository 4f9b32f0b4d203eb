"""What can be asked about codes themselves, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic

_REPLACES: Final = (
    r"(?:what|which)(?: (?:cpt )?codes?)? (?:did|does|do|has|have) <code> (?:replaced?|supersede[sd]?)"
    r"|<code> (?:replaces?|replaced|supersedes?|superseded) (?:what|which)(?: codes?)?"
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
        "correct true done performed always",
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
        (r"replace[sd]?|supersede[sd]?|successor|instead|(?:take|takes|took|taken) the place of",),
        "replace replaces replaced supersede supersedes superseded with successor old new cpt take takes took "
        "taken place",
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
