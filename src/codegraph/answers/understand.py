"""From a question to its topic and what it names; what does not fit whole is declined, saying what was left."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from codegraph.answers.bind import Bound, Unreadable, bind
from codegraph.answers.entities import LONGEST, Item, cleaned, items, short
from codegraph.answers.spelling import corrected
from codegraph.answers.topic import Topic
from codegraph.answers.topics import TOPICS
from codegraph.answers.topics_billing import MODIFIER_WORDS, OF_PRICE
from codegraph.answers.vocabulary import ELSEWHERE, FILLERS, PRESENT

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_BRIDGES: Final = frozenset({"of", "and", "the"})
_BEFORE_PLACE: Final = frozenset({"in", "at", "near"})
_SHOWN: Final = 4
_NO_TOPIC: Final = (
    "not understood: none of the topics fits; ask for a code's meaning, price, modifiers, edits, unit limit, "
    "crosswalk, diagnoses or history"
)
_SEARCH: Final = "`codegraph search` finds codes by words"
_AS_OF: Final = r"(?:as of|effective|(?:for |with )?(?:a |the )?(?:date of service|dos)(?: of)?) <day>"
_WITH_MODIFIERS: Final = (
    r"(?:with |using )?(?:(?:an?|the) )?(?:modifiers? |mod )?<mod>(?:(?: and| or)? <mod>)*(?: modifiers?)?"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood: its topic, and what it names. `lines` are codes with modifiers (`44388-53`)."""

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

    @property
    def code(self) -> str:
        """Return the first code as a CURIE."""
        return self.codes[0]


@dataclass(frozen=True, slots=True)
class _Fit:
    topic: Topic
    left: tuple[Item, ...]
    setting: str | None
    modifiers: tuple[str, ...]


@lru_cache(maxsize=512)
def _pattern(cue: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{cue})(?!\S)")


def understand(kg: CodeGraph, question: str, on: str | None) -> Asked:
    """Return what a question asks; raise Unreadable with the reason, and what can be asked instead."""
    if len(question) > LONGEST:
        raise Unreadable(f"not understood: longer than {LONGEST} characters")
    text = cleaned(question)
    if not text:
        raise Unreadable("not understood: there is no question")
    _elsewhere(text)
    bound = _spelled(bind(kg, text, items(text)))
    fits = [fit for topic in TOPICS if (fit := _fit(topic, bound))]
    whole = [fit for fit in fits if not fit.left]
    if not whole and bound.locality is None:
        return _with_place(bound, fits, on)
    if not whole:
        raise _declined(bound, fits)
    highest = max(fit.topic.rank for fit in whole)
    best = [fit for fit in whole if fit.topic.rank == highest]
    if len(best) > 1 or best[0].topic.readings:
        readings = [r for fit in best for r in (fit.topic.readings or (fit.topic.sample,))]
        raise Unreadable(
            "the question can be read in several ways", _filled(bound, readings), understood=True
        )
    return _asked(bound, best[0], on, bound.locality)


def _elsewhere(text: str) -> None:
    """Refuse what no file that codegraph reads says, naming the source that has it."""
    plain = text.lower().replace("-", " ")
    found = [source for cue, source in ELSEWHERE if re.search(rf"(?<!\w)(?:{cue})(?!\w)", plain)]
    if found:
        raise Unreadable(f"not loaded: {'; '.join(found)}", understood=True)


def _spelled(bound: Bound) -> Bound:
    """Return a question with slips in words of the topics put right, and that said."""
    tokens, assumed = [], list(bound.assumed)
    for token in bound.tokens:
        better = corrected(token.value) if token.kind == "word" and not _known(token.value) else None
        if better:
            assumed.append(f"{token.written} means {better}")
        tokens.append(replace(token, value=better) if better else token)
    return replace(bound, tokens=tuple(tokens), assumed=tuple(assumed))


@cache
def _known(word: str) -> bool:
    if word in FILLERS or word in PRESENT or any(word in _words(topic) for topic in TOPICS):
        return True
    cues = (cue for topic in TOPICS for cue in (*topic.cues, *(s for s, _ in topic.settings)))
    return any(_pattern(cue).fullmatch(word) for cue in cues)


@cache
def _words(topic: Topic) -> frozenset[str]:
    return FILLERS | PRESENT | frozenset(topic.words.split())


def _fit(topic: Topic, bound: Bound) -> _Fit | None:
    """Return how a topic fits a question, with the words that it leaves; None where it does not at all."""
    modifiers = tuple(dict.fromkeys((*bound.modifiers, *(m for ms in bound.hanging for m in ms))))
    counts = ((len(bound.codes), topic.codes), (len(modifiers), topic.mods))
    if any(not least <= count <= most for count, (least, most) in counts):
        return None
    if topic.systems and not {ref.system for ref in bound.codes} <= set(topic.systems.split()):
        return None
    if len(bound.targets) != {"no": 0, "must": 1}.get(topic.target, min(len(bound.targets), 1)):
        return None
    if topic.targets and bound.targets and not set(bound.targets[0]) <= set(topic.targets.split()):
        return None
    view = bound.view
    if topic.never and _pattern(topic.never).search(view):
        return None
    taken: set[int] = set()
    for cue in topic.cues:
        spans = [m.span() for m in _pattern(cue).finditer(view)]
        if not spans:
            return None
        taken |= _covered(bound, spans)
    if "day" in topic.takes:
        taken |= _covered(bound, [m.span() for m in _pattern(_AS_OF).finditer(view)])
    if topic.mods[1]:
        taken |= _covered(bound, [m.span() for m in _pattern(_WITH_MODIFIERS).finditer(view)])
    settings, of_settings = _settings(topic, bound, view)
    taken |= of_settings
    meant = [m for cue, ms in MODIFIER_WORDS.items() if _pattern(cue).search(view) for m in ms]
    if topic.key == "modifier-on-code":
        modifiers = tuple(dict.fromkeys((*modifiers, *meant)))
    left = tuple(t for i, t in enumerate(bound.tokens) if i not in taken and not _understood(topic, t))
    both = topic.settings == OF_PRICE and len(settings) == len(OF_PRICE)
    if (len(settings) > 1 and not both) or len(bound.days) > 1 or len(bound.units) > 1:
        return None
    return _Fit(topic, left, settings[0] if settings and not both else None, modifiers)


def _covered(bound: Bound, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Return which tokens lie in spans of the view."""
    found, at = set(), 0
    for number, token in enumerate(bound.tokens):
        end = at + len(token.value)
        if any(start <= at and end <= stop for start, stop in spans):
            found.add(number)
        at = end + 1
    return found


def _settings(topic: Topic, bound: Bound, view: str) -> tuple[list[str], set[int]]:
    """Return the settings that a question names, and their tokens; longer phrases go before what is within them."""
    found: list[str] = []
    taken: set[int] = set()
    for cue, setting in topic.settings:
        covered = _covered(bound, [m.span() for m in _pattern(cue).finditer(view)]) - taken
        if covered:
            found.append(setting)
            taken |= covered
    return list(dict.fromkeys(found)), taken


def _understood(topic: Topic, token: Item) -> bool:
    if token.kind in ("code", "mod"):
        return True
    if token.kind == "system":
        return topic.target != "no"
    if token.kind in ("day", "units"):
        return token.kind in topic.takes.split()
    if token.kind == "locality":
        return "place" in topic.takes.split()
    return token.kind == "word" and token.value in _words(topic)


def _with_place(bound: Bound, fits: Sequence[_Fit], on: str | None) -> Asked:
    """Return a question about the price in a place, where all that is left is one run of words that may name it."""
    for fit in fits:
        if "place" in fit.topic.takes.split() and fit.topic.rank and (place := _place(bound, fit.left)):
            return _asked(bound, fit, on, place)
    raise _declined(bound, fits)


def _place(bound: Bound, left: Sequence[Item]) -> str | None:
    """Return the words left as a place, where they stand together behind `in` or a comma."""
    numbers = [bound.tokens.index(item) for item in left]
    between = [n for n in range(numbers[0], numbers[-1]) if n not in numbers]
    if any(item.kind not in ("word", "state", "number") for item in left):
        return None
    if any(bound.tokens[n].value not in _BRIDGES for n in between):
        return None
    before = [t.value for t in bound.tokens[: numbers[0]] if t.value != "the"]
    comma = bound.text[: left[0].start].rstrip().endswith(",")
    if not comma and (not before or before[-1] not in _BEFORE_PLACE):
        return None
    return bound.text[left[0].start : left[-1].end]


def _asked(bound: Bound, fit: _Fit, on: str | None, place: str | None) -> Asked:
    free = bound.modifiers if fit.topic.codes[1] == 1 or len(bound.codes) == 1 else ()
    if bound.modifiers and not free and fit.topic.key in ("price", "rvu", "outpatient", "what"):
        raise Unreadable(
            f"not understood: on which of the codes modifier {', '.join(bound.modifiers)} stands; write it "
            f"like {bound.codes[0].notation}-{bound.modifiers[0]}"
        )
    lines = tuple(
        "-".join((ref.notation, *sorted({*own, *free})))
        for ref, own in zip(bound.codes, bound.hanging, strict=True)
    )
    assumed = list(bound.assumed)
    day = bound.days[0] if bound.days else on
    if bound.days and on and bound.days[0] != on:
        assumed.append(f"the day is {day}, which the question names, and not {on}")
    present = [t.value for t in bound.tokens if t.value in PRESENT]
    if present and not day:
        assumed.append(f"'{present[0]}' means the newest release that is loaded")
    return Asked(
        question=bound.text,
        topic=fit.topic.key,
        codes=tuple(ref.curie for ref in bound.codes),
        lines=lines,
        modifiers=fit.modifiers,
        day=day,
        place=place,
        setting=fit.setting,
        units=bound.units[0] if bound.units else None,
        target=bound.targets[0] if bound.targets else None,
        words=tuple(t.value for t in bound.tokens),
        assumed=tuple(assumed),
    )


def _declined(bound: Bound, fits: Sequence[_Fit]) -> Unreadable:
    """Return the refusal: what was left of the question by the topics that came closest, and what they can answer."""
    if not fits:
        odd = [t.written[:40] for t in bound.tokens if t.kind == "word" and re.search(r"\d", t.value)]
        if odd:
            return Unreadable(f"not understood: {odd[0]!r} is not written like a code")
        return Unreadable(
            _NO_TOPIC if bound.codes or bound.modifiers else f"not understood: no code is named; {_SEARCH}"
        )
    fewest = min(len(fit.left) for fit in fits)
    near = [fit for fit in fits if len(fit.left) == fewest]
    words = list(dict.fromkeys(item.written for fit in near for item in fit.left))
    if fewest == 1 and (of := [f for f in near if f.left[0].kind == "year" and "day" in f.topic.takes]):
        return _of_years(bound, of[0].left[0])
    shown = ", ".join(repr(w[:40]) for w in words[:6])
    samples = [fit.topic.sample for fit in near if fit.topic.sample and not fit.topic.readings]
    return Unreadable(f"not understood: {shown}", _filled(bound, samples[:_SHOWN]))


def _of_years(bound: Bound, item: Item) -> Unreadable:
    """Return the refusal of a year or a month, with the question for its first and its last day."""
    year, _, month = item.value.partition("-")
    last = monthrange(int(year), int(month or 12))[1]
    days = [f"{year}-{month or '01'}-01", f"{year}-{month or '12'}-{last}"]
    asked = [
        re.sub(rf"\b(?:(?:in|for|during) )?{re.escape(item.written)}\b", f"on {d}", bound.text) for d in days
    ]
    note = f"{item.written} is no day, and figures hold for a day; name a day"
    return Unreadable(note, asked, understood=True)


def _filled(bound: Bound, samples: Sequence[str]) -> Iterator[str]:
    codes = " and ".join(ref.notation for ref in bound.codes)
    mods = " and ".join(dict.fromkeys((*bound.modifiers, *(m for ms in bound.hanging for m in ms))))
    target = next((short(t) for ts in bound.targets for t in ts), "ICD-10-PCS")
    day = f" on {bound.days[0]}" if bound.days else ""
    own = tuple(f"Which {short(ref.system)} codes" for ref in bound.codes)
    for sample in dict.fromkeys(samples):
        if ("{codes}" in sample and not codes) or ("{mods}" in sample and not mods) or sample.startswith(own):
            continue
        asked = sample.replace("{codes}", codes).replace("{mods}", mods)
        yield asked.replace("{target}", target).replace("?", f"{day}?")
