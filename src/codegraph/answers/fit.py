"""How well a topic fits a question: which words it takes, which it leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from codegraph.answers.bind import Bound
from codegraph.answers.entities import Item
from codegraph.answers.topic import Topic
from codegraph.answers.topic_words import MODIFIER_WORDS, OF_PRICE, PRICED_MODIFIERS
from codegraph.answers.topics import TOPICS
from codegraph.answers.vocabulary import FILLERS, PRESENT

_AS_OF: Final = r"(?:as of|effective|(?:for |with )?(?:a |the )?(?:date of service|dos)(?: of)?) <day>"
_WITH_MODIFIERS: Final = (
    r"(?:with |using )?(?:(?:an?|the) )?(?:modifiers? |mod )?<mod>(?:(?: and| or)? <mod>)*(?: modifiers?)?"
)
_NEUTRAL: Final = (
    r"(?:under )?(?:medicare )?part b|these days|right now|at the moment|(?:last|this) (?:week|month)"
)
_NAMED_MODIFIERS: Final = ("price", "rvu")  # topics in which words for a modifier put it on the code


@dataclass(frozen=True, slots=True)
class Fit:
    """A topic with the words of a question that it leaves, the setting that they name, and the modifiers."""

    topic: Topic
    left: tuple[Item, ...]
    setting: str | None
    modifiers: tuple[str, ...]
    added: tuple[str, ...] = ()

    @property
    def takes(self) -> tuple[str, ...]:
        """Return what the topic takes beside words."""
        return tuple(self.topic.takes.split())


@lru_cache(maxsize=1024)
def pattern(cue: str) -> re.Pattern[str]:
    """Return a cue as a pattern of whole words."""
    return re.compile(rf"(?<!\S)(?:{cue})(?!\S)")


@cache
def known(word: str) -> bool:
    """Tell whether any topic understands a word."""
    if word in FILLERS or word in PRESENT or any(word in _words(topic) for topic in TOPICS):
        return True
    cues = (cue for topic in TOPICS for cue in (*topic.cues, *(s for s, _ in topic.settings)))
    return any(pattern(cue).fullmatch(word) for cue in cues)


@cache
def _words(topic: Topic) -> frozenset[str]:
    return FILLERS | PRESENT | frozenset(topic.words.split())


def _names_fit(topic: Topic, bound: Bound, modifiers: Sequence[str]) -> bool:
    """Tell whether a topic takes the codes, modifiers and systems that a question names."""
    counts = ((len(bound.codes), topic.codes), (len(modifiers), topic.mods))
    if any(not least <= count <= most for count, (least, most) in counts):
        return False
    if topic.systems and not {ref.system for ref in bound.codes} <= set(topic.systems.split()):
        return False
    count = len(_foreign(bound) if topic.target == "no" else bound.targets)
    if count != {"no": 0, "must": 1}.get(topic.target, min(count, 1)):
        return False
    return not (topic.targets and bound.targets and not set(bound.targets[0]) <= set(topic.targets.split()))


def _foreign(bound: Bound) -> list[tuple[str, ...]]:
    """Return the systems that a question names beside those of its codes."""
    own = {ref.system for ref in bound.codes}
    return [systems for systems in bound.targets if not own & set(systems)]


def fit(topic: Topic, bound: Bound) -> Fit | None:
    """Return how a topic fits a question, with the words that it leaves; None where it does not at all."""
    modifiers = tuple(dict.fromkeys((*bound.modifiers, *(m for ms in bound.hanging for m in ms))))
    view = bound.view
    if not _names_fit(topic, bound, modifiers) or (topic.never and pattern(topic.never).search(view)):
        return None
    taken = covered(bound, [m.span() for m in pattern(_NEUTRAL).finditer(view)])
    for cue in topic.cues:
        spans = [m.span() for m in pattern(cue).finditer(view)]
        if not spans:
            return None
        taken |= covered(bound, spans)
    if "day" in topic.takes:
        taken |= covered(bound, [m.span() for m in pattern(_AS_OF).finditer(view)])
    if topic.mods[1]:
        taken |= covered(bound, [m.span() for m in pattern(_WITH_MODIFIERS).finditer(view)])
    meant, of_words = _by_words(topic, bound, modifiers)
    taken |= of_words
    settings, of_settings = _settings(topic, bound, view)
    taken |= of_settings
    both = topic.settings == OF_PRICE and len(settings) == len(OF_PRICE)
    many = topic.key.startswith("claim")
    if (len(settings) > 1 and not both) or len(bound.days) > 1 or (len(bound.units) > 1 and not many):
        return None
    if bound.codes and not _foreign(bound):
        taken |= {i for i, t in enumerate(bound.tokens) if t.kind == "system"}
    left = tuple(t for i, t in enumerate(bound.tokens) if i not in taken and not _understood(topic, t))
    added = meant if topic.key in _NAMED_MODIFIERS else ()
    modifiers = tuple(dict.fromkeys((*modifiers, *meant)))
    return Fit(topic, left, settings[0] if settings and not both else None, modifiers, added)


def _by_words(topic: Topic, bound: Bound, stated: Sequence[str]) -> tuple[tuple[str, ...], set[int]]:
    """Return the modifiers that words of a question mean (`assistant surgeon`), and their tokens."""
    table = PRICED_MODIFIERS if topic.key in _NAMED_MODIFIERS else MODIFIER_WORDS
    if topic.key not in (*_NAMED_MODIFIERS, "modifier-on-code"):
        return (), set()
    view, found, taken = bound.view, [], set()
    for cue, modifiers in table.items():
        spans = [m.span() for m in pattern(cue).finditer(view)]
        if spans:
            taken |= covered(bound, spans)
            found += [m for m in modifiers if m not in stated]
    return tuple(dict.fromkeys(found)), taken


def covered(bound: Bound, spans: Sequence[tuple[int, int]]) -> set[int]:
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
        new = covered(bound, [m.span() for m in pattern(cue).finditer(view)]) - taken
        if new:
            found.append(setting)
            taken |= new
    return list(dict.fromkeys(found)), taken


def _understood(topic: Topic, token: Item) -> bool:
    takes = topic.takes.split()
    if token.kind in ("code", "mod"):
        return True
    if token.kind == "system":
        return topic.target != "no"
    if token.kind in ("day", "units"):
        return token.kind in takes
    if token.kind == "locality":
        return "place" in takes
    if token.kind in ("number", "pair"):
        return "number" in takes
    return token.kind == "word" and token.value in _words(topic)
