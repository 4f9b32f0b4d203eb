"""What a note states, as facet values with the sentences they stand in; and what it does with each stoma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from codegraph.search.lexicon import Lexicon, Span, facet_of
from codegraph.search.words import base
from codegraph.suggest.context import Contexts
from codegraph.suggest.cues import Status
from codegraph.suggest.evidence import Evidence
from codegraph.suggest.model import FoundSpan, Role
from codegraph.suggest.stomas import StomaAct, act_on
from codegraph.suggest.together import together

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
    "through": (("approach", "approach:through-stoma-endoscopic"), ("method", "method:endoscopy")),
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
_COUNTS: Final[frozenset[Status]] = frozenset({"present"})
_EXISTING_TOO: Final = frozenset({"closes", "revises", "through"})
_LOOSE: Final = (None, "creates")  # what a stoma is taken for where no word says more
_CLOSURE, _FREED = "method:stoma-closure", "method:mobilization"
_FREED_PARTS: Final = frozenset({"flexure", "flexures"})
_BESIDE: Final = 4  # words before and after a takedown that say of what


def read(
    text: str, lexicon: Lexicon, named: Sequence[tuple[int, int, Role]] = ()
) -> tuple[list[FoundSpan], Evidence, Contexts]:
    """Return the spans of a note with what is said of them, and the evidence that they make.

    `named` are places of names that say what is done with a stoma which is there already, where no word beside does.
    """
    contexts = Contexts(text)
    evidence = Evidence()
    found = [_meant(span, contexts) for span in lexicon.find(text) if not _is_material(span, contexts)]
    acts = {s.start: act_on(s, contexts) for s in found if "stoma" in (s.facet, *map(facet_of, s.also))}
    for start, end, role in named:
        acts |= {at: StomaAct(role, True) for at, a in acts.items() if start <= at < end and a.role in _LOOSE}
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
    together(evidence, contexts)
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
        if span.status == "negated" and value != _OPEN:  # no laparotomy, and open through a smaller incision
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


def _meant(span: Span, contexts: Contexts) -> Span:
    """Return a span as it is meant: the takedown of a flexure of the colon frees it and closes no stoma."""
    if span.value != _CLOSURE:
        return span
    here = contexts.place(span.start)
    near = range(max(0, here - _BESIDE), min(len(contexts.tokens), here + _BESIDE + 1))
    beside = {contexts.tokens[n].text for n in near if contexts.sentence[n] == contexts.sentence[here]}
    return replace(span, value=_FREED, label="Mobilization", also=()) if beside & _FREED_PARTS else span


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
