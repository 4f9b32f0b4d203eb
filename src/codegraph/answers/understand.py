"""From a question to its topic and what it names; what does not fit whole is declined, saying what was left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

from codegraph.answers.absorb import Absorbed, absorb, unloaded_day
from codegraph.answers.bind import Bound, Unreadable, bind
from codegraph.answers.by_words import FIND, Named, instead, named, phrase_of
from codegraph.answers.declined import declined, filled
from codegraph.answers.entities import LONGEST, cleaned, items, written_out
from codegraph.answers.fit import Fit, fit, known
from codegraph.answers.lines import LineItem, lines_of
from codegraph.answers.spelling import corrected
from codegraph.answers.topics import TOPICS
from codegraph.answers.vocabulary import ADVICE, ELSEWHERE, PRESENT, SHORTHAND

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_ON_A_CODE: Final = ("price", "rvu", "outpatient", "what")  # topics in which a modifier stands on a code
_CODES: Final = re.compile(r"(?:<code>|<mod>)(?: (?:and|or|,) (?:<code>|<mod>))+")
_JOINED: Final = re.compile(r"(?<!\S)(?:and|also|plus)(?!\S)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood: its topic, and what it names. `lines` are codes with modifiers (`44388-53`).

    `items` are the lines of a claim, (code, modifiers, units), and `loose` the modifiers that stand at none of them;
    `named` is the phrase for which codes are asked.
    """

    question: str
    topic: str
    codes: tuple[str, ...]
    lines: tuple[str, ...]
    modifiers: tuple[str, ...]
    day: str | None
    place: str | None
    setting: str | None
    units: int | None
    target: tuple[str, ...] | None
    words: tuple[str, ...]
    assumed: tuple[str, ...]
    items: tuple[LineItem, ...] = ()
    loose: tuple[str, ...] = ()
    named: Named | None = None

    @property
    def code(self) -> str:
        """Return the first code as a CURIE."""
        return self.codes[0]


def understand(kg: CodeGraph, question: str, on: str | None) -> tuple[Asked, ...]:
    """Return what a question asks, two things where it joins them; raise Unreadable with the reason, and readings."""
    if len(question) > LONGEST:
        raise Unreadable(f"not understood: longer than {LONGEST} characters")
    text = cleaned(question)
    if not text:
        raise Unreadable("not understood: there is no question")
    _elsewhere(text)
    bound = read(kg, text)
    fits = [found for topic in TOPICS if (found := fit(topic, bound))]
    whole = [(f, Absorbed(())) for f in fits if not f.left]
    if not whole:
        whole = [(f, taken) for f in fits if not (taken := absorb(kg, bound, f)).left]
    if not whole:
        if why := unloaded_day(kg, bound, fits):
            raise Unreadable(why, understood=True)
        if pair := _two(bound, fits):
            told = f"two questions: {pair[0].topic.key} and {pair[1].topic.key}"
            return tuple(
                _asked(bound, f, on, Absorbed((), assumed=(told,) if f is pair[0] else ())) for f in pair
            )
        if by_words := _by_words(kg, bound, on):
            return (by_words,)
        raise declined(kg, bound, fits)
    highest = max(f.topic.rank for f, _ in whole)
    best = [(f, taken) for f, taken in whole if f.topic.rank == highest]
    if len(best) > 1 or best[0][0].topic.readings:
        readings = [r for f, _ in best for r in (f.topic.readings or (f.topic.sample,))]
        raise Unreadable("the question can be read in several ways", filled(bound, readings), understood=True)
    return (_asked(bound, *best[0][:1], on, best[0][1]),)


def read(kg: CodeGraph, text: str) -> Bound:
    """Return a cleaned question with its pieces known, slips and short forms put right."""
    text = written_out(text)
    return _spelled(bind(kg, text, items(text)))


def _elsewhere(text: str) -> None:
    """Refuse what no file that codegraph reads says, naming the source that has it; and what is advice."""
    plain = text.lower().replace("-", " ")
    found = [source for cue, source in ELSEWHERE if re.search(rf"(?<!\w)(?:{cue})(?!\w)", plain)]
    if found:
        raise Unreadable(f"not loaded: {'; '.join(found)}", understood=True)
    if advice := next((note for cue, note in ADVICE if re.search(rf"(?<!\w)(?:{cue})(?!\w)", plain)), None):
        raise Unreadable(f"not understood: {advice}")


def _spelled(bound: Bound) -> Bound:
    """Return a question with slips in words of the topics put right, and that said; short forms in full."""
    tokens, assumed = [], list(bound.assumed)
    for token in bound.tokens:
        better = None
        if token.kind == "word" and token.value in SHORTHAND:
            token = replace(token, value=SHORTHAND[token.value])
        elif token.kind == "word" and not known(token.value):
            better = corrected(token.value)
        if better:
            assumed.append(f"{token.written} means {better}")
        tokens.append(replace(token, value=better) if better else token)
    return replace(bound, tokens=tuple(tokens), assumed=tuple(assumed))


def _by_words(kg: CodeGraph, bound: Bound, on: str | None) -> Asked | None:
    """Return a question for codes by words; raise Unreadable with readings where another topic is asked of such."""
    phrase = phrase_of(bound)
    if phrase is None:
        if unread := instead(kg, bound):
            raise unread
        return None
    systems = bound.targets[0] if bound.targets else ()
    return replace(_asked(bound, Fit(FIND, (), None, ()), on, Absorbed(())), named=named(kg, phrase, systems))


def _two(bound: Bound, fits: Sequence[Fit]) -> tuple[Fit, Fit] | None:
    """Return the two topics that a joined question asks about: each understands what the other leaves."""
    if not _JOINED.search(_CODES.sub("<code>", bound.view)):
        return None
    able = [f for f in fits if not f.topic.readings]
    pairs = [
        (a, b)
        for a, b in combinations(able, 2)
        if a.left and b.left and not {id(t) for t in a.left} & {id(t) for t in b.left}
    ]
    if not pairs:
        return None
    return min(pairs, key=lambda p: (len(p[0].left) + len(p[1].left), -p[0].topic.rank - p[1].topic.rank))


def _asked(bound: Bound, found: Fit, on: str | None, taken: Absorbed) -> Asked:
    topic = found.topic
    free = (*bound.modifiers, *found.added) if topic.codes[1] == 1 or len(bound.codes) == 1 else ()
    if (bound.modifiers or found.added) and not free and topic.key in _ON_A_CODE:
        raise Unreadable(
            f"not understood: on which of the codes modifier {', '.join(bound.modifiers)} stands; write it "
            f"like {bound.codes[0].notation}-{(*bound.modifiers, *found.added)[0]}"
        )
    items_, loose = lines_of(bound)
    lines = tuple(
        "-".join((ref.notation, *sorted({*own, *free})))
        for ref, own in zip(bound.codes, bound.hanging, strict=True)
    )
    assumed = [*bound.assumed, *taken.assumed]
    assumed += [f"modifier {m} is meant by words" for m in found.added]
    day = bound.days[0] if bound.days else taken.day or on
    if bound.days and on and bound.days[0] != on:
        assumed.append(f"the day is {day}, which the question names, and not {on}")
    present = [t.value for t in bound.tokens if t.value in PRESENT]
    if present and not day:
        assumed.append(f"'{present[0]}' means the newest release that is loaded")
    return Asked(
        question=bound.text,
        topic=topic.key,
        codes=tuple(ref.curie for ref in bound.codes),
        lines=lines,
        modifiers=found.modifiers,
        day=day,
        place=taken.place or bound.locality,
        setting=found.setting,
        units=bound.units[0] if bound.units else None,
        target=bound.targets[0] if bound.targets else None,
        words=tuple(w for t in bound.tokens for w in t.value.split()),
        assumed=tuple(assumed),
        items=items_,
        loose=loose,
    )
