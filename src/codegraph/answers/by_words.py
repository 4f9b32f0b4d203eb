"""Codes that are asked for by words: the phrase in the question, and the codes that have most of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.bind import Bound, Unreadable
from codegraph.answers.entities import Item, short
from codegraph.answers.fit import fit, known
from codegraph.answers.model import Sentence
from codegraph.answers.say_codes import bare, call
from codegraph.answers.topic import Topic
from codegraph.answers.topics import TOPICS
from codegraph.answers.vocabulary import ASKS_CODE, CHANGING, FILLERS, FOR_CODE, OF_FIGURES, PRESENT
from codegraph.codes import CodeRef
from codegraph.errors import NotLoaded
from codegraph.search.coverage import Covered, covered

if TYPE_CHECKING:
    from codegraph.answers.understand import Asked
    from codegraph.graph import CodeGraph

FIND: Final = Topic("find", (), codes=(0, 0), takes="day", sample="")
_STANDS_FOR: Final = "00000"  # a code that is asked for by words, while topics are tried
_LONGEST: Final = 14  # words of a phrase
_LOOKED: Final = 25  # hits that are looked at
_SHOWN: Final = 5
_MOST_WORDS: Final = 0.6  # share of the words that a code must have at least
_ABOUT: Final = (
    0.5,
    0.6,
)  # least share of a code's text that is asked for; the same, of the best one's share
_DENIED: Final = re.compile(
    r"\b(?P<no>without|not?|except|excluding|nor|never)\b(?: (?:an?|the) | )?(?P<word>\w*)", re.IGNORECASE
)
_SKIP: Final = FILLERS | PRESENT | ASKS_CODE | FOR_CODE


@dataclass(frozen=True, slots=True)
class Named:
    """A phrase for which codes are asked, and the codes of some systems that have most of its words."""

    phrase: str
    systems: tuple[str, ...]
    found: tuple[Covered, ...]

    @property
    def whole(self) -> tuple[Covered, ...]:
        """Return the codes that lack nothing."""
        return tuple(c for c in self.found if not c.lacks)


def odd(bound: Bound) -> list[str]:
    """Return the words of a question with digits in them, which are written like no code."""
    return [t.written for t in bound.tokens if t.kind == "word" and any(c.isdigit() for c in t.value)]


def phrase_of(bound: Bound) -> str | None:
    """Return the words of a question that describe what a code is asked for, None where it asks for none."""
    tokens = bound.tokens
    if (
        bound.codes
        or odd(bound)
        or "modifier" in bound.view
        or any(t.kind not in ("word", "system", "pair", "number", "day") for t in tokens)
    ):
        return None
    asks = any(t.kind == "system" or t.written.lower() in ASKS_CODE for t in tokens)
    inner = [n for n, t in enumerate(tokens) if t.kind in ("word", "pair", "number") and t.value not in _SKIP]
    if any(tokens[n].value in OF_FIGURES for n in inner) or not any(
        tokens[n].kind == "word" and not known(tokens[n].value) for n in inner
    ):
        return None
    if not inner or inner[-1] - inner[0] >= _LONGEST or not (asks or len(inner) == len(tokens)):
        return None
    between = tokens[inner[0] : inner[-1] + 1]
    if any(t.kind == "system" or t.value in (FOR_CODE | {"code", "codes"}) for t in between):
        return None
    return bound.text[tokens[inner[0]].start : tokens[inner[-1]].end]


def named(kg: CodeGraph, phrase: str, systems: Sequence[str]) -> Named:
    """Return the codes that have most of a phrase; raise Unreadable where none has half of it."""
    try:
        results = [kg.search(phrase, system=s, limit=_LOOKED) for s in systems or (None,)]
    except NotLoaded as error:
        raise Unreadable(f"not understood: no code is named ({error})") from None
    lexicon = kg._suggester._lexicon
    active = [
        c
        for result in results
        for c in covered(kg, lexicon, phrase, result, result.words)
        if not c.hit.code.startswith("modifier:") and kg[c.hit.code].status != "retired"
    ]
    active = [c for c in active if _as_denied(phrase, c) and not c.undoes]
    least = max(_ABOUT[0], _ABOUT[1] * max((c.about for c in active if not c.lacks), default=0.0))
    whole = [c for c in active if not c.lacks and c.about >= least]
    near = [c for c in active if len(c.lacks) == 1 and _is_near(c)]
    if not whole and not near:
        raise _nothing(phrase, systems)
    whole.sort(key=lambda c: -c.hit.score)
    near.sort(key=lambda c: -c.hit.score)
    return Named(phrase, tuple(systems), (*whole, *near[: max(_SHOWN - len(whole), 0)]))


def _is_near(one: Covered) -> bool:
    """Tell whether a code has most words of a phrase, and lacks none that changes what is asked."""
    share = len(one.has) / (len(one.has) + len(one.lacks))
    changed = any(word.lower() in CHANGING or word.isdigit() for word in one.lacks)
    return share >= _MOST_WORDS and one.about >= _ABOUT[0] and not changed


def _as_denied(phrase: str, one: Covered) -> bool:
    """Tell whether a code's label denies what a phrase denies: `without obstruction`."""
    label = one.hit.label or ""
    for denied in _DENIED.finditer(phrase):
        word = denied["word"]
        if not word or not re.search(
            rf"\b{denied['no']}\W+(?:\w+\W+){{0,2}}{re.escape(word)}", label, re.IGNORECASE
        ):
            return False
    return True


def _nothing(phrase: str, systems: Sequence[str]) -> Unreadable:
    where = f" of {' or '.join(short(s) for s in systems)}" if systems else ""
    if "cpt" in systems:
        return Unreadable(
            f"not loaded: a description of a CPT code for {phrase!r} (the code set's own publisher has "
            "those that "
            "codegraph does not describe)",
            understood=True,
        )
    return Unreadable(f"not understood: no loaded text of a code{where} has most of {phrase!r}")


def find(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes have the words of a phrase, and what each lacks; one only where no other fits as well."""
    found = asked.named
    if found is None:
        raise Unreadable("not understood: no code is named")
    phrase = found.phrase
    how = call("search", phrase, system=found.systems[0] if len(found.systems) == 1 else None)
    said = []
    for one in found.found[:_SHOWN]:
        lacks = f"; not in its texts: {', '.join(one.lacks)}" if one.lacks else ""
        header = "; a header, codes below it are reported" if kg[one.hit.code].billable is False else ""
        title = short(one.hit.code.partition(":")[0])
        text = f"{bare(one.hit.code)} ({title}): {one.hit.label}; has {', '.join(one.has)}{lacks}{header}."
        rows = (
            grounds.triple(kg, one.hit.code, "skos:prefLabel", one.hit.label or "", kg[one.hit.code].release),
            grounds.computed(phrase=phrase, system=title, **{m.why: m.text for m in one.hit.matched}),
        )
        said.append(Sentence(text, rows, how))
    whole = [c for c in found.found if not c.lacks]
    rest = len(found.found) - len(said)
    more = f" {rest} more are not shown." if rest > 0 else ""
    counts = grounds.computed(phrase=phrase, codes=len(found.found), all_words=len(whole), rest=rest)
    lead = (
        f"Codes for {phrase!r}, by words and facets: {len(whole)} with all of it; the record decides.{more}"
    )
    if not found.systems or "cpt" in found.systems:
        lead += " Of CPT only the codes that codegraph describes are searched."
    return [Sentence(lead, (counts,), how), *said]


def instead(kg: CodeGraph, bound: Bound) -> Unreadable | None:
    """Return what a question asks when its description of a code is replaced by the codes that it may mean."""
    if bound.codes or bound.modifiers or odd(bound):
        return None
    for topic in sorted(TOPICS, key=lambda t: -t.rank):
        if topic.codes[0] != 1 or topic.readings or topic.key == "what":
            continue
        run = _run(bound, topic)
        if run is None:
            continue
        first, last = run
        code = Item("code", bound.text[bound.tokens[first].start : bound.tokens[last].end], 0, 0, "<code>")
        tokens = (*bound.tokens[:first], code, *bound.tokens[last + 1 :])
        tried = fit(topic, _standing(replace(bound, tokens=tokens), topic))
        if tried is None or tried.left:
            continue
        systems = tuple(topic.systems.split())
        found = named(kg, code.written, systems[:1] if systems else ())
        meant = (found.whole or found.found)[:_SHOWN]
        asked = [_with(bound, first, last, bare(c.hit.code)) for c in meant]
        names = "; ".join(f"{bare(c.hit.code)} ({c.hit.label})" for c in meant)
        return Unreadable(f"{code.written!r} may be: {names}", asked, understood=True)
    return None


def _standing(bound: Bound, topic: Topic) -> Bound:
    """Return a question as if it named a code of the first system that a topic takes."""
    ref = CodeRef((topic.systems or "cpt").split()[0], _STANDS_FOR)
    return replace(bound, codes=(ref,), hanging=((),))


def _run(bound: Bound, topic: Topic) -> tuple[int, int] | None:
    """Return the first and last token of the words that a topic does not understand, where they stand together."""
    plain = fit(topic, _standing(bound, topic))
    if plain is None or not plain.left:
        return None
    numbers = [bound.tokens.index(item) for item in plain.left]
    inside = bound.tokens[numbers[0] : numbers[-1] + 1]
    said = {t.value for t in plain.left}
    if (
        said & (OF_FIGURES | CHANGING)
        or all(map(known, said))
        or any(t.kind != "word" for t in inside)
        or any(
            n not in numbers and bound.tokens[n].value not in FILLERS for n in range(numbers[0], numbers[-1])
        )
    ):
        return None
    return numbers[0], numbers[-1]


def _with(bound: Bound, first: int, last: int, code: str) -> str:
    return f"{bound.text[: bound.tokens[first].start]}{code}{bound.text[bound.tokens[last].end :]}"
