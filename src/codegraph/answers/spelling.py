"""Slips of the pen in the key words of the topics, and in no other word."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from codegraph.answers.vocabulary import FILLERS, KEPT, KEY_WORDS

_SHORTEST: Final = 5
_TWO_SLIPS: Final = 9
_VOCABULARY: Final = sorted(KEY_WORDS)
_LEAST: Final = 3


def _swapped() -> dict[str, str]:
    """Return short common words with two neighbours swapped (`teh`), where only one can be meant and none is so."""
    found: dict[str, set[str]] = {}
    for word in FILLERS:
        if _LEAST <= len(word) < _SHORTEST and word.isalpha():
            for at in range(len(word) - 1):
                found.setdefault(word[:at] + word[at + 1] + word[at] + word[at + 2 :], set()).add(word)
    return {slip: min(words) for slip, words in found.items() if len(words) == 1 and slip not in FILLERS}


_SWAPPED: Final = _swapped()


@lru_cache(maxsize=2048)
def corrected(word: str) -> str | None:
    """Return the one word of the topics that a word is a slip of: one letter of five to eight, two of more.

    The first letter is right; letters that changed places are one slip. None where no word, or several, are as near.

    >>> corrected("modifeir"), corrected("medicaid")
    ('modifier', None)
    """
    if word in KEPT or not word.isalpha():
        return None
    if len(word) < _SHORTEST:
        return _SWAPPED.get(word)
    most = 2 if len(word) >= _TWO_SLIPS else 1
    near = [(d, v) for v in _VOCABULARY if v[0] == word[0] and (d := slips(word, v, most)) <= most]
    least = min((d for d, _ in near), default=0)
    found = {v for d, v in near if d == least}
    stems = {v.rstrip("s") for v in found}
    return min(found, key=lambda v: (len(v), v)) if len(stems) == 1 else None


def slips(first: str, second: str, most: int) -> int:
    """Return how many letters to add, drop, change or swap with the next lead from one word to another, up to a most.

    >>> slips("pirce", "price", 2)
    1
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return row[-1]
