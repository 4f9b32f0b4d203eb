"""Finds phrases in a text by the longest that fits; what a phrase stands for is the caller's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

from codegraph.search.words import WORD, Word, base, words

T = TypeVar("T")

# Words that stand between the words of a term and say nothing: `carcinoma of the colon`, `colon carcinoma`.
SKIPPED: Final = frozenset(("of", "the", "a", "an", "in", "and", "with", "due", "to", "by", "her", "his"))


def content(text: str) -> tuple[str, ...]:
    """Return the base forms of the words of a text that say something.

    >>> content("Carcinomas of the colon")
    ('carcinoma', 'colon')
    """
    return tuple(word for word in map(base, WORD.findall(text)) if word not in SKIPPED)


class Phrases(Generic[T]):
    """Phrases as tuples of base forms, and what each stands for."""

    def __init__(self, entries: Mapping[tuple[str, ...], T]) -> None:
        self._entries = entries
        lengths: dict[str, set[int]] = defaultdict(set)
        for phrase in entries:
            if phrase:
                lengths[phrase[0]].add(len(phrase))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, text: str) -> Iterator[tuple[int, int, T]]:
        """Yield (start, end, what it stands for) of phrases, in order, not overlapping."""
        said: list[Word] = [word for word in words(text) if word.base not in SKIPPED]
        plain = [word.base for word in said]
        at = 0
        while at < len(said):
            for length in self._lengths.get(plain[at], ()):
                found = self._entries.get(tuple(plain[at : at + length]))
                if found is not None and at + length <= len(said):
                    yield said[at].start, said[at + length - 1].end, found
                    at += length - 1
                    break
            at += 1
