"""What a note states and denies, as facet values with the sentences that they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_SHOWN: Final = 20  # places of a value that are kept to be shown


@dataclass(slots=True)
class Evidence:
    """What a note states and denies: value -> sentences, value -> words; roles of stomas are facets of their own."""

    stated: dict[str, dict[str, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    denied: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: dict[tuple[str, str], set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, facet: str, value: str, sentence: int, where: tuple[int, int]) -> None:
        """Take in a value that the note states."""
        self.stated[facet][value].add(sentence)
        if len(self.words[facet, value]) < _SHOWN:
            self.words[facet, value].add(where)

    def values(self, facet: str) -> frozenset[str]:
        """Return what the note states of a facet."""
        return frozenset(self.stated.get(facet, ()))

    def sentences(self, facet: str, values: Iterable[str]) -> set[int]:
        """Return the sentences in which the note states some of these values."""
        found = self.stated.get(facet, {})
        return {number for value in values for number in found.get(value, ())}
