"""What a note does with a stoma: creates, closes or revises it, goes through it, or only meets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from codegraph.search.lexicon import Span
from codegraph.search.words import base
from codegraph.suggest.context import Contexts
from codegraph.suggest.model import Role

# Base form of a word beside a stoma -> what is done with the stoma, and how many words before and after count.
_ROLE_WORDS: Final[dict[str, tuple[Role, int, int]]] = {
    "takedown": ("closes", 5, 3),
    "reversal": ("closes", 5, 3),
    "reversed": ("closes", 0, 3),
    "closure": ("closes", 4, 3),
    "taken": ("closes", 0, 5),
    "take": ("closes", 4, 0),
    "revision": ("revises", 4, 3),
    "refashioned": ("revises", 4, 3),
    "resited": ("revises", 4, 3),
    "rematured": ("revises", 4, 3),
    "rebuilt": ("revises", 4, 3),
    "relocation": ("revises", 4, 3),
    "release": ("revises", 4, 2),
    "released": ("revises", 0, 3),
    "through": ("through", 3, 0),
    "via": ("through", 3, 0),
    "thru": ("through", 3, 0),
    "per": ("through", 2, 0),
}
# Words that say so only where another one stands in the sentence.
_ONLY_WITH: Final = {"release": "scar", "released": "scar"}
# A stoma followed by one of these is one that the patient has: `parastomal`, a complication, or only a place.
_OF_EXISTING: Final = frozenset(
    (
        "exchange",
        "exchanged",
        "changed",
        "replacement",
        "removal",
        "prolapse",
        "retraction",
        "retracted",
        "prolapsed",
        "stenotic",
        "necrotic",
        "stenosis",
        "necrosis",
        "dysfunction",
        "output",
        "site",
        "bag",
        "edge",
        "mucosa",
        "opening",
        "scar",
        "appliance",
        "care",
    )
)
_AROUND: Final = frozenset(
    ("around", "at", "beside", "near", "parastomal", "peristomal", "from", "malfunctioning")
)
_OWNED: Final = {True: (2, _OF_EXISTING), False: (3, _AROUND)}
# Words beside a stoma that make sure that it is created, where no word above says something else.
_MADE: Final = frozenset(
    ("creation", "matured", "maturation", "brought", "made", "raised", "exteriorization", "new", "siting")
)
_FAR: Final = 5  # words before and after a stoma that are looked at
_SENTENCE: Final = 25  # words in which a sentence is searched for another word


class StomaAct(NamedTuple):
    """What is done with a stoma, None where it is only met; `sure` where a word says so."""

    role: Role | None
    sure: bool


def act_on(span: Span, contexts: Contexts) -> StomaAct:
    """Return what is done with a stoma by the nearest word of a role in its clause; else it is created."""
    if span.facet == "approach":  # `through the stoma`
        return StomaAct("through", True)
    here = contexts.place(span.start)
    nearest: tuple[int, Role] | None = None
    owned = made = False
    for number, distance, after in _around(here, last_word(span, contexts), contexts):
        word = base(contexts.tokens[number].text)
        reach, words = _OWNED[after]
        owned |= distance <= reach and word in words
        made |= word in _MADE
        role, before_reach, after_reach = _ROLE_WORDS.get(word, ("creates", 0, 0))
        if after and contexts.tokens[min(number + 1, len(contexts.tokens) - 1)].text == "of":
            continue  # `colostomy and closure of the stump`: of something else
        if word in _ONLY_WITH and not _said(_ONLY_WITH[word], here, contexts):
            continue
        if distance <= (after_reach if after else before_reach) and (
            nearest is None or distance < nearest[0]
        ):
            nearest = (distance, role)
    if nearest:
        return StomaAct(nearest[1], True)
    return StomaAct(None, True) if owned else StomaAct("creates", made)


def _said(word: str, here: int, contexts: Contexts) -> bool:
    """Tell whether a word stands somewhere in a sentence."""
    number, tokens = contexts.sentence[here], contexts.tokens
    near = range(max(0, here - _SENTENCE), min(len(tokens), here + _SENTENCE))
    return any(tokens[n].text == word and contexts.sentence[n] == number for n in near)


def last_word(span: Span, contexts: Contexts) -> int:
    """Return the number of the last word of a span."""
    number = contexts.place(span.start)
    while number + 1 < len(contexts.tokens) and contexts.tokens[number + 1].start < span.end:
        number += 1
    return number


def _around(here: int, last: int, contexts: Contexts) -> Iterator[tuple[int, int, bool]]:
    """Yield (word, distance, whether after) around a stoma: up to a comma, an `and`, the end of the sentence.

    An `and` before a word of a role goes on: `was mobilized and taken down`.
    """
    tokens, sentence = contexts.tokens, contexts.sentence[here]
    for step in range(1, _FAR + 1):
        number = here - step
        if number < 0 or contexts.sentence[number] != sentence or contexts.apart(number):
            break
        if tokens[number].text == "and":
            break
        yield number, step, False
    for step in range(1, _FAR + 1):
        number = last + step
        if number >= len(tokens) or contexts.sentence[number] != sentence or contexts.apart(number - 1):
            break
        following = tokens[number + 1].text if number + 1 < len(tokens) else ""
        if tokens[number].text == "and" and base(following) not in _ROLE_WORDS:
            break
        yield number, step, True
