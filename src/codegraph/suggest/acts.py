"""What a note states, as facet values with the sentences they stand in; and what it does with each stoma."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from codegraph.search.lexicon import Lexicon, Span, facet_of
from codegraph.search.words import base
from codegraph.suggest.context import Contexts
from codegraph.suggest.cues import Status
from codegraph.suggest.model import FoundSpan, Role

STOMA_SITE: Final = "stoma_site"
# Base form of a word beside a stoma -> what is done with the stoma, and how many words before and after count.
_ROLE_WORDS: Final[dict[str, tuple[Role, int, int]]] = {
    "takedown": ("closes", 5, 3),
    "reversal": ("closes", 5, 3),
    "reversed": ("closes", 0, 3),
    "closure": ("closes", 4, 3),
    "taken": ("closes", 0, 3),
    "take": ("closes", 4, 0),
    "revision": ("revises", 4, 3),
    "refashioned": ("revises", 4, 3),
    "resited": ("revises", 4, 3),
    "relocation": ("revises", 4, 3),
    "through": ("through", 3, 0),
    "via": ("through", 3, 0),
    "thru": ("through", 3, 0),
    "per": ("through", 2, 0),
}
# A stoma followed by one of these is one that the patient has: `parastomal`, a complication, or only a place.
_OF_EXISTING: Final = frozenset(
    (
        "prolapse",
        "retraction",
        "stenosis",
        "necrosis",
        "dysfunction",
        "output",
        "site",
        "bag",
        "appliance",
        "care",
    )
)
_AROUND: Final = frozenset(("around", "beside", "near", "parastomal", "peristomal", "from", "malfunctioning"))
_OWNED: Final = {True: (2, _OF_EXISTING), False: (3, _AROUND)}
# What a role says besides: (facet, value) of what follows from it.
ENTAILED: Final[dict[Role, tuple[tuple[str, str], ...]]] = {
    "creates": (
        ("method", "method:bypass"),
        ("method", "method:stoma-creation"),
        ("destination", "site:skin"),
    ),
    "closes": (("method", "method:stoma-closure"), (STOMA_SITE, "site:intestine")),
    "revises": (("method", "method:stoma-revision"), (STOMA_SITE, "site:abdominal-wall")),
    "through": (("approach", "approach:through-stoma-endoscopic"),),
}
# Where the bowel of a stoma comes from: the site of the act on the stoma, not of a resection beside it.
_SITES: Final = {
    "stoma:ileostomy": "site:ileum",
    "stoma:continent-ileostomy": "site:ileum",
    "stoma:jejunostomy": "site:jejunum",
    "stoma:duodenostomy": "site:duodenum",
    "stoma:colostomy": "site:colon",
    "stoma:cecostomy": "site:cecum",
    "stoma:appendicostomy": "site:appendix",
    "stoma:ileostomy-or-jejunostomy": "site:jejunum-or-ileum",
}
_FORMS: Final = {
    "stoma:continent-ileostomy": "stoma-form:continent",
    "stoma:tube-ileostomy": "stoma-form:tube",
    "stoma:tube-jejunostomy": "stoma-form:tube",
    "stoma:tube-cecostomy": "stoma-form:tube",
}
# What an act beyond looking denies: that it was looking only.
_LOOKING: Final = frozenset(
    ("method:endoscopy", "method:inspection", "method:exploration", "method:removal", "method:incision")
)
_ONLY_LOOKED: Final = "extent:diagnostic-only"
# What follows from words, or from values, that stand in one sentence and are meant as done.
_WORDS_TOGETHER: Final = (
    (("hernia", "repair"), (("extent", "extent:with-hernia-repair"), ("method", "method:hernia-repair"))),
    (("foreign", "body", "removal"), (("method", "method:foreign-body-removal"),)),
    (("stump", "closure"), (("method", "method:occlusion"),)),
    (("multiple", "biopsy"), (("extent", "extent:with-multiple-biopsies"),)),
)
_VALUES_TOGETHER: Final = (
    (
        ("method:stoma-closure", "method:excision-or-resection"),
        ("extent", "extent:with-resection-and-anastomosis"),
    ),
    (("method:stoma-creation", "device:feeding-device"), ("method", "method:tube-placement")),
)
_TOGETHER_WORDS: Final = frozenset(word for wanted, _ in _WORDS_TOGETHER for word in wanted)
_COUNTS: Final[frozenset[Status]] = frozenset({"present"})
_EXISTING_TOO: Final = frozenset({"closes", "revises", "through"})


_SHOWN: Final = 20  # places of a value that are kept to be shown


@dataclass(slots=True)
class Evidence:
    """What a note states and denies: value -> sentences, value -> words; roles of stomas are facets of their own."""

    stated: dict[str, dict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    denied: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[tuple[str, str], set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, facet: str, value: str, sentence: int, where: tuple[int, int]) -> None:
        """Take in a value that the note states."""
        self.stated[facet][value].add(sentence)
        if len(self.words[facet, value]) < _SHOWN:
            self.words[facet, value].add(where)

    def values(self, facet: str) -> frozenset[str]:
        """Return what the note states of a facet."""
        return frozenset(self.stated.get(facet, ()))

    def sentences(self, facet: str, values: Iterable[str]) -> set[int]:
        """Return the sentences in which the note states some of these values."""
        found = self.stated.get(facet, {})
        return {number for value in values for number in found.get(value, ())}


def read(text: str, lexicon: Lexicon) -> tuple[list[FoundSpan], Evidence, Contexts]:
    """Return the spans of a note with what is said of them, and the evidence that they make."""
    contexts = Contexts(text)
    evidence = Evidence()
    spans = []
    for span in lexicon.find(text):
        status = contexts.status(span.start)
        role = _role(span, contexts) if "stoma" in (span.facet, *map(facet_of, span.also)) else None
        counted: Status = "present" if status == "existing" and role in _EXISTING_TOO else status
        if span.facet == "stoma" and role is None and counted == "present":
            counted = "existing"
        spans.append(_found(span, counted, role))
        _weigh(evidence, spans[-1], contexts.sentence[contexts.place(span.start)])
    _converted(text, spans, evidence)
    _together(evidence, contexts)
    _only_looked(evidence)
    return spans, evidence, contexts


def _found(span: Span, status: Status, role: Role | None) -> FoundSpan:
    return FoundSpan(
        span.start, span.end, span.text, span.facet, span.value, span.label, span.also, status, role
    )


def _weigh(evidence: Evidence, span: FoundSpan, sentence: int) -> None:
    where = (span.start, span.end)
    for value in (span.value, *span.also):
        facet = facet_of(value)
        told = (span.role or "creates") if facet == "stoma" else facet
        if span.status == "negated":
            evidence.denied[told].add(value)
        if span.status not in _COUNTS:
            continue
        evidence.add(told, value, sentence, where)
        if facet == "stoma" and span.role:
            for facet_, table in ((STOMA_SITE, _SITES), ("stoma_form", _FORMS)):
                if value in table:
                    evidence.add(facet_, table[value], sentence, where)
            for entailed in ENTAILED[span.role]:
                evidence.add(*entailed, sentence, where)


def _role(span: Span, contexts: Contexts) -> Role | None:
    """Return what is done with a stoma: the nearest word of a role in its sentence, else it is created.

    None where the words around say that it is one that the patient has.
    """
    if span.facet == "approach":  # `through the stoma`
        return "through"
    here, last = contexts.place(span.start), _last(span, contexts)
    nearest: tuple[int, Role] | None = None
    for number, distance, after in _around(here, last, contexts):
        word = base(contexts.tokens[number].text)
        reach, owned = _OWNED[after]
        if distance <= reach and word in owned:
            return None
        role, before_reach, after_reach = _ROLE_WORDS.get(word, ("creates", 0, 0))
        if distance <= (after_reach if after else before_reach) and (
            nearest is None or distance < nearest[0]
        ):
            nearest = (distance, role)
    return nearest[1] if nearest else "creates"


def _last(span: Span, contexts: Contexts) -> int:
    number = contexts.place(span.start)
    while number + 1 < len(contexts.tokens) and contexts.tokens[number + 1].start < span.end:
        number += 1
    return number


def _around(here: int, last: int, contexts: Contexts) -> Iterable[tuple[int, int, bool]]:
    """Yield (word, distance, whether after) around a stoma, up to a comma, an `and` or the end of the sentence."""
    sentence = contexts.sentence[here]
    for step in range(1, 6):
        number = here - step
        if number < 0 or contexts.sentence[number] != sentence or contexts.apart(number):
            break
        if contexts.tokens[number].text == "and":
            break
        yield number, step, False
    for step in range(1, 6):
        number = last + step
        if (
            number >= len(contexts.tokens)
            or contexts.sentence[number] != sentence
            or contexts.apart(number - 1)
        ):
            break
        if contexts.tokens[number].text == "and":
            break
        yield number, step, True


def _together(evidence: Evidence, contexts: Contexts) -> None:
    """Add what follows from words and values that stand in one sentence."""
    said: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for number, token in enumerate(contexts.tokens):
        word = base(token.text)
        if word in _TOGETHER_WORDS and contexts.status(token.start) == "present":
            said[contexts.sentence[number]].setdefault(word, (token.start, token.end))
    for sentence, found in said.items():
        for wanted, entailed in _WORDS_TOGETHER:
            if all(word in found for word in wanted):
                for facet, value in entailed:
                    evidence.add(facet, value, sentence, found[wanted[0]])
    for wanted, (facet, value) in _VALUES_TOGETHER:
        places = [evidence.sentences(facet_of(v), [v]) for v in wanted]
        for sentence in set.intersection(*places):
            evidence.add(facet, value, sentence, min(evidence.words[facet_of(wanted[0]), wanted[0]]))


def _only_looked(evidence: Evidence) -> None:
    if evidence.values("method") - _LOOKING and _ONLY_LOOKED not in evidence.values("extent"):
        evidence.denied["extent"].add(_ONLY_LOOKED)


def _converted(text: str, spans: list[FoundSpan], evidence: Evidence) -> None:
    """Where an operation was converted to open, it is open: what was begun through a scope does not count."""
    if any(
        s.value == "approach:open" and base(text[s.start : s.end].split()[0]).startswith("conver")
        for s in spans
    ):
        evidence.stated["approach"].pop("approach:percutaneous-endoscopic", None)
