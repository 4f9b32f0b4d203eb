"""The codes that a question may mean, each with what it matched, until they are ranked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final

from codegraph.codes import SYSTEMS
from codegraph.search.index import Row
from codegraph.search.model import Hit, Match

# What a match counts by why it was found: a description names much that the code is not about.
_WEIGHTS: Final = {
    "words": 1.0,
    "synonym": 1.0,
    "short label": 0.8,
    "lead-in": 0.9,
    "inclusion term": 0.9,
    "description": 0.5,
}
_WHOLE: Final = 0.6  # what a text that the question names whole counts more
_SECOND: Final = 0.15  # share of the second best match that is added
_RETIRED: Final = 0.7
_KINDS: Final = {"modifier": 0.6}  # systems that a text in words rarely means
_OTHER_KIND: Final = 0.7  # of a procedure, where a diagnosis is asked for
_SHOWN: Final = 3  # matches of a hit that are told
_ORDER: Final = {system: place for place, system in enumerate(SYSTEMS)}


@dataclass(slots=True)
class Candidate:
    """A code with its matches, (score, match) pairs, and what facets add."""

    code: str
    label: str | None
    active: bool
    matches: dict[Match, float] = field(default_factory=dict)
    more: float = 0.0
    facets: str = ""

    def add(self, why: str, text: str, score: float) -> None:
        """Keep a match with its score, the higher one where it is there already."""
        match = Match(why, text)
        self.matches[match] = max(score, self.matches.get(match, 0.0))

    def add_facets(self, text: str, score: float) -> None:
        """Keep which facet values of the question the code has, and what they add."""
        self.more = score
        self.facets = text

    @property
    def score(self) -> float:
        """Return what all matches together are worth."""
        first = second = 0.0
        for score in self.matches.values():
            first, second = (score, first) if score > first else (first, max(second, score))
        kind = _KINDS.get(self.code.partition(":")[0], 1.0)
        return (first + _SECOND * second + self.more) * kind * (1.0 if self.active else _RETIRED)

    def hit(self) -> Hit:
        """Return the candidate as a hit, its best matches first."""
        ranked = sorted(self.matches, key=lambda m: (-self.matches[m], m.why, m.text))
        shown = ranked[:_SHOWN] + ([Match("facets", self.facets)] if self.facets else [])
        return Hit(self.code, self.label, round(self.score, 3), tuple(shown))


class Pool:
    """The candidates of one question, by code."""

    def __init__(self) -> None:
        self._found: dict[str, Candidate] = {}

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._found.values())

    def __getitem__(self, code: str) -> Candidate:
        return self._found[code]

    def of(self, row: Row) -> Candidate:
        """Return the candidate of a row's code, made where it is new."""
        if row.code not in self._found:
            self._found[row.code] = Candidate(row.code, row.label, row.active)
        return self._found[row.code]

    def add(self, row: Row, score: float, words: int) -> None:
        """Keep that a text of a code matched with some words: the more of it they are, the better."""
        share = min(1.0, words / row.size)
        self.of(row).add(row.why, row.text, score * _WEIGHTS[row.why] * (1 + _WHOLE * share**2))

    def merge(self, other: Pool, factor: float, systems: Collection[str]) -> None:
        """Take in what another pool found, its scores times a factor; less of what is not of some systems."""
        for found in other:
            mine = self._found.setdefault(found.code, Candidate(found.code, found.label, found.active))
            kind = 1.0 if not systems or found.code.partition(":")[0] in systems else _OTHER_KIND
            for match, score in found.matches.items():
                mine.add(match.why, match.text, score * factor * kind)
            if found.more * factor * kind > mine.more:
                mine.add_facets(found.facets, found.more * factor * kind)

    def best(self) -> float:
        """Return the highest score, 0 where there is none."""
        return max((c.score for c in self), default=0.0)

    def ranked(self, limit: int) -> list[Hit]:
        """Return the best hits: by score, then by system and code."""
        told = [(-round(c.score, 3), _ORDER[c.code.partition(":")[0]], c.code) for c in self]
        return [self._found[code].hit() for _, _, code in nsmallest(limit, told)]
