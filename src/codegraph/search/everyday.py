"""Everyday words and abbreviations for what codes say: a table of the packaged knowledge, found in a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from codegraph import resources
from codegraph.search.phrases import Phrases, content

FILE: Final = "words/everyday.tsv"
ABOUT: Final = ("diagnosis", "procedure", "site", "word", "like")
_BETWEEN: Final = " | "
_MOST: Final = 3  # other wordings of one text


@dataclass(frozen=True, slots=True)
class Saying:
    """What people say, the terms that codes use for it, the more usual first, and what it is about (of ABOUT)."""

    said: str
    means: tuple[str, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Said:
    """A saying in a text, between two offsets."""

    start: int
    end: int
    saying: Saying


@cache
def sayings() -> tuple[Saying, ...]:
    """Return the table, in the order of the file."""
    text = (resources.folder("knowledge") / FILE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = (line.split("\t") for line in lines[1:])
    return tuple(Saying(said, tuple(means.split(_BETWEEN)), about) for said, means, about in rows)


@cache
def _phrases() -> Phrases[Saying]:
    return Phrases({content(saying.said): saying for saying in sayings()})


def find(text: str) -> list[Said]:
    """Return the sayings that stand in a text, in order, the longest first.

    >>> [(s.saying.said, s.saying.means) for s in find("an old heart attack")]
    [('heart attack', ('acute myocardial infarction',))]
    """
    return [Said(start, end, saying) for start, end, saying in _phrases().find(text)]


def reworded(text: str, found: Sequence[Said] | None = None) -> Iterator[str]:
    """Yield a text in the words of codes, at most three ways: the more usual meaning of each saying first.

    >>> list(reworded("lap C-section"))
    ['laparoscopic cesarean', 'laparoscopic extraction of products of conception']
    """
    found = find(text) if found is None else found
    ways = max((len(s.saying.means) for s in found), default=0)
    for way in range(min(ways, _MOST)):
        pieces, at = [], 0
        for s in found:
            pieces += [text[at : s.start], s.saying.means[min(way, len(s.saying.means) - 1)]]
            at = s.end
        yield "".join([*pieces, text[at:]])
