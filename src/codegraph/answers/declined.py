"""How a question is declined: what was left of it, and what can be asked instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from codegraph.answers.absorb import period
from codegraph.answers.bind import Bound, Unreadable
from codegraph.answers.by_words import odd
from codegraph.answers.entities import Item, short
from codegraph.answers.fit import Fit, known
from codegraph.answers.vocabulary import CHANGING

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_SHOWN: Final = 4
_SHARE: Final = 0.3  # of a question's words that may be left, where questions near it are shown
_NO_TOPIC: Final = (
    "not understood: none of the topics fits; ask for a code's meaning, price, modifiers, edits, unit limit, "
    "crosswalk, diagnoses or history"
)
_SEARCH: Final = "`codegraph search` finds codes by words"
# Letters that are taken for digits and digits for letters.
_ALIKE: Final = str.maketrans("OoIl", "0011")


def declined(kg: CodeGraph, bound: Bound, fits: Sequence[Fit]) -> Unreadable:
    """Return the refusal: what was left of the question by the topics that came closest, and what they can answer."""
    strange = odd(bound)
    if meant := [w for w in strange if f"cpt:{w.translate(_ALIKE)}" in kg]:
        better = bound.text.replace(meant[0], meant[0].translate(_ALIKE))
        return Unreadable(f"{meant[0]!r} is not written like a code", [better], understood=True)
    if not fits:
        if strange:
            return Unreadable(f"not understood: {strange[0][:40]!r} is not written like a code")
        return Unreadable(
            _NO_TOPIC if bound.codes or bound.modifiers else f"not understood: no code is named; {_SEARCH}"
        )
    fewest = min(len(fit.left) for fit in fits)
    near = [fit for fit in fits if len(fit.left) == fewest]
    words = list(dict.fromkeys(item.written for fit in near for item in fit.left))
    if fewest == 1 and (of := [f for f in near if f.left[0].kind == "year" and "day" in f.topic.takes]):
        return _of_years(bound, of[0].left[0])
    shown = ", ".join(repr(w[:40]) for w in words[:6])
    samples = [
        f.topic.sample for f in near if not f.topic.readings and not any(_is_telling(i.value) for i in f.left)
    ]
    few = fewest <= _SHARE * len(bound.tokens)
    return Unreadable(f"not understood: {shown}", filled(bound, samples[:_SHOWN]) if few else ())


def _is_telling(word: str) -> bool:
    """Tell whether a word that a topic leaves would change its question."""
    return word in CHANGING or known(word)


def _of_years(bound: Bound, item: Item) -> Unreadable:
    """Return the refusal of a year or a month, with the question for its first and its last day."""
    asked = [
        re.sub(rf"\b(?:(?:in|for|during) )?{re.escape(item.written)}\b", f"on {d}", bound.text)
        for d in period(item.value)
    ]
    note = f"{item.written} is no day, and figures hold for a day; name a day"
    return Unreadable(note, asked, understood=True)


def filled(bound: Bound, samples: Sequence[str]) -> Iterator[str]:
    """Yield topics as questions about the codes, modifiers, systems and days of a question."""
    named = zip(bound.codes, bound.hanging, strict=True)
    codes = " and ".join("-".join((ref.notation, *own)) for ref, own in named)
    mods = " and ".join(dict.fromkeys((*bound.modifiers, *(m for ms in bound.hanging for m in ms))))
    target = next((short(t) for ts in bound.targets for t in ts), "ICD-10-PCS")
    day = f" on {bound.days[0]}" if bound.days else ""
    own = tuple(f"Which {short(ref.system)} codes" for ref in bound.codes)
    for sample in dict.fromkeys(samples):
        if ("{codes}" in sample and not codes) or ("{mods}" in sample and not mods) or sample.startswith(own):
            continue
        asked = sample.replace("{codes}", codes).replace("{mods}", mods)
        yield asked.replace("{target}", target).replace("?", f"{day}?")
