"""What a note says of a word: that it happened, is denied, is history, is planned or is somebody else's.

A window algorithm in the manner of ConText (Harkema et al., J Biomed Inform 2009;42:839): a cue changes the words
after it, or before it, up to a number of words, a word that ends its reach, or the end of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from codegraph.search.words import WORD
from codegraph.suggest.cues import (
    CLAUSES,
    CUES,
    END_WORDS,
    FIRST,
    LONGEST,
    ON_AFTER_COMMA,
    ONLY_FORWARD,
    SECTIONS,
    STRENGTH,
    Cue,
    Status,
)

_HEADING: Final = re.compile(r"^[ \t]{0,8}([A-Za-z][A-Za-z /-]{1,40}):", re.MULTILINE)
_BEGUN: Final = re.compile(r"\S")
_EMPTY: Final = re.compile(r"\n[ \t]*\n")
_STOP: Final = re.compile(
    r"[.!?](?=\s|$)|;|\n[ \t]*\n|\n(?=[ \t]*(?:[-*\u2022]|\d{1,2}[.)])[ \t])|\n(?=[ \t]{0,8}[A-Za-z][A-Za-z /-]{1,40}:)"
)
_NOW: Final = re.compile(
    r"(?<=[.;!?])\s+(?:today|now)\b", re.IGNORECASE
)  # a section of plans or history is over
_SHORT: Final = frozenset(
    ("dr", "mr", "mrs", "ms", "vs", "approx", "st", "fig", "cm", "mm", "e.g", "i.e", "pt")
)


_NOTHING, _OR, _COMMA, _COLON = range(4)  # what stands between two words, by what it ends


class Token(NamedTuple):
    """A word of a note in lower case and where it stands."""

    text: str
    start: int
    end: int


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of sentences: up to a full stop, a semicolon, an empty line, a list item or a heading.

    >>> note = "No stoma. Dr. Roe left; done"
    >>> [note[a:b] for a, b in sentences(note)]
    ['No stoma.', ' Dr. Roe left;', ' done']
    """
    start = 0
    for match in _STOP.finditer(text):
        if (
            match[0] == "."
            and text[max(start, match.start() - 8) : match.start()].rpartition(" ")[2].lower() in _SHORT
        ):
            continue
        yield start, match.end()
        start = match.end()
    if start < len(text):
        yield start, len(text)


class Contexts:
    """The status of every place of a note, worked out once; the time grows with its length only."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens = [Token(m[0].lower(), m.start(), m.end()) for m in WORD.finditer(text)]
        self._status: list[Status] = ["present"] * len(self.tokens)
        self.sentence = [0] * len(self.tokens)
        self._gaps = [self._gap(number) for number in range(len(self.tokens))]
        self._ends = [self._is_end(number) for number in range(len(self.tokens))]
        self._places = {token.start: number for number, token in enumerate(self.tokens)}
        at = 0
        for number, (_, end) in enumerate(sentences(text)):
            first = at
            while at < len(self.tokens) and self.tokens[at].start < end:
                self.sentence[at] = number
                at += 1
            self._mark(first, at)
        self._mark_sections()

    def place(self, offset: int) -> int:
        """Return the number of the word that begins at an offset."""
        return self._places[offset]

    def status(self, offset: int) -> Status:
        """Return what is said of the word that begins at an offset."""
        return self._status[self._places[offset]]

    def apart(self, number: int) -> bool:
        """Tell whether a comma or a stronger sign stands after a word."""
        return self._gaps[number] != _NOTHING

    def _gap(self, number: int) -> int:
        """Say what stands after a word: a colon or bracket, a comma, one before `or`, or nothing."""
        if number + 1 >= len(self.tokens):
            return _NOTHING
        end, following = self.tokens[number].end, self.tokens[number + 1]
        if following.start == end + 1 and self._text[end] == " ":
            return _NOTHING
        gap = self._text[end : min(following.start, end + 40)]
        if ":" in gap or "(" in gap:
            return _COLON
        return (_OR if following.text in ON_AFTER_COMMA else _COMMA) if "," in gap else _NOTHING

    def _mark(self, first: int, last: int) -> None:
        at = first
        while at < last:
            length, cues = self._cue(at, last)
            for cue in cues:
                for number in self._reach(cue, at, at + length, (first, last)):
                    if STRENGTH[cue.status] > STRENGTH[self._status[number]]:
                        self._status[number] = cue.status
            at += max(length, 1)

    def _cue(self, at: int, last: int) -> tuple[int, tuple[Cue, ...]]:
        if self.tokens[at].text in FIRST:
            for length in range(min(LONGEST, last - at), 0, -1):
                cues = CUES.get(tuple(t.text for t in self.tokens[at : at + length]))
                if cues is not None:
                    return length, cues
        return 0, ()

    def _reach(self, cue: Cue, start: int, end: int, bounds: tuple[int, int]) -> Iterator[int]:
        closed = _COLON if cue.over_commas else _COMMA
        if not cue.forward:
            for number in range(start - 1, max(bounds[0], start - cue.reach) - 1, -1):
                if self._gaps[number] >= closed or self._ends_left(number):
                    return
                yield number
            return
        for number in range(end, min(bounds[1], end + cue.reach)):
            if self._gaps[number - 1] >= closed or self._ends[number]:
                return
            yield number

    def _ends_left(self, number: int) -> bool:
        return self._ends[number] and self.tokens[number].text not in ONLY_FORWARD

    def _is_end(self, number: int) -> bool:
        here = self.tokens[number].text
        if here in END_WORDS:
            return True
        return here == "and" and tuple(t.text for t in self.tokens[number : number + 2]) in CLAUSES

    def _mark_sections(self) -> None:
        """Mark the words of a section by its heading: up to the next heading or the next empty line."""
        found = list(_HEADING.finditer(self._text))
        ends = [m.start() for m in found[1:]] + [len(self._text)]
        at = 0
        for heading, end in zip(found, ends[: len(found)], strict=True):
            start, status = heading.end(), SECTIONS.get(" ".join(heading[1].lower().split()))
            begun = _BEGUN.search(self._text, start, end) if status else None
            empty = _EMPTY.search(self._text, begun.start(), end) if begun else None
            now = _NOW.search(self._text, begun.start(), end) if begun else None
            closed = min(empty.start() if empty else end, now.start() if now else end)
            while at < len(self.tokens) and self.tokens[at].start < end:
                token = self.tokens[at]
                if status and start <= token.start < closed and STRENGTH[status] > STRENGTH[self._status[at]]:
                    self._status[at] = status
                at += 1
