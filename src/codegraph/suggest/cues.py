"""The cues of negation, history, plans and family, as data; and where their reach ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["present", "negated", "history", "existing", "planned", "family"]

# Cues whose reach lies after them: phrase -> status, words that it reaches, whether it goes on after a comma.
_FORWARD: Final = (
    (
        "negated",
        8,
        False,
        "no|not|without|absence of|lack of|free of|rather than|instead of|nor|avoiding|avoided",
    ),
    (
        "negated",
        20,
        True,
        "denies|denied|denying|no evidence of|no sign of|no signs of|negative for|no history of",
    ),
    ("negated", 4, False, "nothing was|nothing|none of"),
    ("negated", 8, True, "neither"),
    ("negated", 8, True, "did not|was not|were not|is not|are not|does not|could not|cannot|decision not to"),
    (
        "negated",
        6,
        False,
        "rules out|ruled out|rule out|r o|deferred|declined|declines|refused|decided against",
    ),
    ("history", 10, False, "status post|s p|history of|h o|hx of|past history of|post op from|had undergone"),
    (
        "history",
        8,
        False,
        "previously underwent|underwent previous|has undergone|years ago|pain after|weeks after|"
        "months after|years after|days after|had a prior|who had|had had",
    ),
    (
        "existing",
        3,
        False,
        "prior|previous|previously|existing|preexisting|pre existing|old|known|current|longstanding",
    ),
    (
        "existing",
        4,
        False,
        "has a|has an|with an existing|with a functioning|with her|with his|presents with a",
    ),
    (
        "planned",
        10,
        False,
        "will schedule|to schedule|will plan|will consider|"
        "would plan|planning for|plan to|plans to|planning|plan for|plans for|planned for|"
        "will need|will require|will undergo|scheduled for|consider",
    ),
    (
        "planned",
        10,
        False,
        "considered|recommend|recommended|discussed|consented for|consent for|possible|if needed",
    ),
    (
        "planned",
        8,
        False,
        "may need|may require|in the future|return for|candidate for|versus|vs|risk of|risks of",
    ),
    ("planned", 14, True, "risks including|risks include|such as|to return for|to undergo|would require|if"),
    (
        "family",
        12,
        True,
        "family history of|mother had|father had|brother had|sister had|mother with|father with",
    ),
)
# Cues whose reach lies before them, in the same manner.
_BACKWARD: Final = (
    (
        "negated",
        8,
        False,
        "was not|were not|is not|not performed|not done|not created|not made|not needed|not required",
    ),
    (
        "negated",
        8,
        False,
        "not indicated|not necessary|was deferred|were deferred|was declined|was avoided|was aborted",
    ),
    (
        "negated",
        6,
        False,
        "ruled out|was negative|unlikely|not seen|not identified|not found|denied|was abandoned",
    ),
    (
        "negated",
        6,
        False,
        "cancelled|canceled|called off|was withheld|was omitted|unnecessary|was unneeded|"
        "was not felt necessary|not felt to be necessary|not thought necessary",
    ),
    (
        "negated",
        6,
        False,
        "was kept|was preserved|was spared|left intact|left in situ|were spared|were preserved|preserved|spared",
    ),
    (
        "history",
        6,
        False,
        "years ago|months ago|in the past|weeks ago|year ago|last year|previously|in childhood",
    ),
    (
        "existing",
        6,
        False,
        "in place|is in place|was in place|already present|is functioning|was functioning",
    ),
    (
        "planned",
        6,
        False,
        "is planned|will be performed|will be scheduled|was discussed|is recommended|at a later date",
    ),
)
# Phrases that hold a cue and are none.
_NO_CUES: Final = (
    "no longer|not only|without difficulty|without complication|without complications|without incident|no change|"
    "without tension|no increase|no other|not otherwise|without further|no further|no additional|no complications|"
    "no difficulty|no problem|no issues|without any difficulty|was not only|if any|from the abdomen|no tension|"
    "from the skin|under no tension|from the ligament of treitz|from the ileocecal valve|from the anal verge"
)
# Words at which every reach ends.
_ENDS: Final = (
    "but|however|although|though|except|therefore|then|thus|which|whereas|while|aside|apart|yet|because|since|"
    "through|via|using|secondary|so|after|before|who|now|today|underwent|undergoes|"
    "proceeded|presents|presented|presenting"
)
_CLAUSE: Final = "and the|and a|and an|and was|and were|and we|and then|and it|and this"
ON_AFTER_COMMA: Final = frozenset(("or", "nor"))
STRENGTH: Final = {"present": 0, "planned": 1, "existing": 2, "history": 3, "family": 4, "negated": 5}
# What a section of a note is about, by its heading.
_SECTIONS: Final[tuple[tuple[Status, str], ...]] = (
    (
        "history",
        "past medical history|past surgical history|surgical history|medical history|past history|pmh|psh|history|"
        "previous surgery|previous operations|prior procedures|prior operations",
    ),
    (
        "existing",
        "indication|indications|indications for procedure|indication for procedure|history of present illness|hpi|"
        "brief history|clinical history|reason for operation",
    ),
    ("family", "family history|fh|family medical history"),
    (
        "planned",
        "plan|disposition|follow up|recommendations|recommendation|consent|risks|alternatives|postoperative plan",
    ),
)
SECTIONS: Final = {heading: status for status, names in _SECTIONS for heading in names.split("|")}


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that changes what is said of the words around it."""

    status: Status
    reach: int
    over_commas: bool
    forward: bool


def _cues() -> dict[tuple[str, ...], tuple[Cue, ...]]:
    found: dict[tuple[str, ...], tuple[Cue, ...]] = {}
    for table, forward in ((_FORWARD, True), (_BACKWARD, False)):
        for status, reach, over, phrases in table:
            for phrase in phrases.split("|"):
                key = tuple(phrase.split())
                cue = Cue(status, reach, over, forward)  # type: ignore[arg-type]
                found[key] = (*found.get(key, ()), cue)
    found |= {tuple(phrase.split()): () for phrase in _NO_CUES.split("|")}
    return found


CUES: Final = _cues()
LONGEST: Final = max(map(len, CUES))
FIRST: Final = frozenset(key[0] for key in CUES)
END_WORDS: Final = frozenset(_ENDS.split("|"))
# Of these, the ones that end no reach to the left: `colonoscopy through the stoma is planned`.
ONLY_FORWARD: Final = frozenset(("through", "via", "using"))
CLAUSES: Final = frozenset(tuple(c.split()) for c in _CLAUSE.split("|"))
