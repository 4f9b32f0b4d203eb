"""What a search answers with: hits in order, each with what it matched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

# Why a code is found, the firmest reason first: what stands in `Match.why`.
REASONS: Final = (
    "exact code",
    "code prefix",
    "words",
    "synonym",
    "short label",
    "lead-in",
    "inclusion term",
    "description",
    "facets",
)


@dataclass(frozen=True, slots=True)
class Match:
    """One reason for a hit: `why` is one of REASONS, `text` the code, label, term or facet values that fit."""

    why: str
    text: str

    def __str__(self) -> str:
        return f"{self.why}: {self.text}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that was found: its CURIE, its label (None where no public one is loaded), score and reasons.

    Scores order the hits of one answer and compare with nothing else; a code that was written out has 1000.
    """

    code: str
    label: str | None
    score: float
    matched: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word of a question and the word of the index that it was read as, in its base form.

    `guessed` says that the index does not have the word as it was written: it was only begun, or misspelt. Of
    everyday words and abbreviations (`heart attack`) `read` is what they mean, several meanings set off by ` | `.
    """

    said: str
    read: str
    guessed: bool


@dataclass(frozen=True, slots=True)
class SearchResult(Sequence[Hit]):
    """The hits of a search, best first: a sequence.

    `words` are the words that were looked for, and how they were read. `note` says what was left out or could not be
    told, and is empty otherwise.
    """

    text: str
    hits: tuple[Hit, ...]
    words: tuple[ReadWord, ...] = ()
    note: str = ""

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the CURIEs of the hits, in order."""
        return tuple(hit.code for hit in self.hits)
