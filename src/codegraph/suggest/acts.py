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
from codegraph.suggest.stomas import StomaAct, act_on

_OPEN, _SCOPE = "approach:open", "approach:percutaneous-endoscopic"
STOMA_SITE: Final = "stoma_site"
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
    (("fistula", "closure"), (("method", "method:fistula-closure"),)),
    (("fistula", "repair"), (("method", "method:fistula-closure"),)),
    (("fistula", "takedown"), (("method", "method:fistula-closure"),)),
    (("volvulus", "reduction"), (("method", "method:reposition"),)),
    (("volvulus", "detorsion"), (("method", "method:reposition"),)),
    (("intussusception", "reduction"), (("method", "method:reposition"),)),
    (("appendectomy", "abscess"), (("extent", "extent:with-abscess-or-peritonitis"),)),
    (("appendectomy", "peritonitis"), (("extent", "extent:with-abscess-or-peritonitis"),)),
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
    found = [span for span in lexicon.find(text) if not _is_material(span, contexts)]
    acts = {s.start: act_on(s, contexts) for s in found if "stoma" in (s.facet, *map(facet_of, s.also))}
    dealt_with = any(
        act.role in _EXISTING_TOO and contexts.status(at) in ("present", "existing")
        for at, act in acts.items()
    )
    spans = []
    for span in found:
        act = acts.get(span.start)
        spans.append(_found(span, _status(span, contexts, act, dealt_with=dealt_with), act and act.role))
        _weigh(evidence, spans[-1], contexts.sentence[contexts.place(span.start)])
    _approaches(spans, evidence)
    _together(evidence, contexts)
    _only_looked(evidence)
    return spans, evidence, contexts


def _status(span: Span, contexts: Contexts, act: StomaAct | None, *, dealt_with: bool) -> Status:
    """Return what is said of a span, for a stoma by what is done with it.

    One that a note closes, revises or goes through is there already, so that a bare mention of it creates none.
    """
    status = contexts.status(span.start)
    if act is None:
        return status
    if status == "existing" and act.role in _EXISTING_TOO:
        return "present"
    bare = act.role is None or (act.role == "creates" and dealt_with and not act.sure)
    return "existing" if status == "present" and span.facet == "stoma" and bare else status


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


def _is_material(span: Span, contexts: Contexts) -> bool:
    """Tell whether `suture` is the thread and not the act."""
    if span.value != "method:suture" or base(span.text) != span.text.lower().removesuffix("s"):
        return False
    following = contexts.place(span.start) + 1
    return following >= len(contexts.tokens) or contexts.tokens[following].text not in (
        "of",
        "repair",
        "closure",
    )


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


def _approaches(spans: list[FoundSpan], evidence: Evidence) -> None:
    """Decide between open and laparoscopic where a note names both.

    Where it was converted to open, what was begun through a scope does not count; an incision in a laparoscopic
    operation is where a port or a specimen went.
    """
    scope = evidence.stated.get("approach", {}).get(_SCOPE)
    told = [s.text.lower() for s in spans if s.value == _OPEN and s.status == "present"]
    if not scope or not told:
        return
    if any(text.startswith("conver") for text in told):
        evidence.stated["approach"].pop(_SCOPE)
    elif all("incision" in text for text in told):
        evidence.stated["approach"].pop(_OPEN)
