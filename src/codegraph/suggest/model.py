"""What a suggestion holds: spans, candidates with their fit, what is left open, diagnoses, what was masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegraph.suggest.cues import Status
from codegraph.suggest.redact import Masked

Verdict = Literal["stated", "wider", "open", "contradicted"]
Role = Literal["creates", "closes", "revises", "through"]


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """Words of the note that name facet values: where, what, and what the note says of them.

    `status` is `present`, `negated`, `history`, `existing`, `planned` or `family`; `role` is what the note does with a
    stoma. `also` holds further values that the same words name.
    """

    start: int
    end: int
    text: str
    facet: str
    value: str
    label: str
    also: tuple[str, ...]
    status: Status
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class FacetFit:
    """One facet of a candidate's definition against the note.

    `verdict`: the note states it, states something wider, leaves it open, or contradicts it; `words` are the note's
    words for that, as (start, end).
    """

    facet: str
    values: tuple[str, ...]
    verdict: Verdict
    words: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        return f"{self.facet} {' + '.join(v.partition(':')[2] for v in self.values)}: {self.verdict}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that the note may describe, with its fit from 0 to 1 and the facets that make it so.

    `synonyms` are terms of the code that stand in the note; `beside` tells that the code is for an act of the note
    that the first candidate leaves out, so that both may be meant.
    """

    code: str
    label: str
    fit: float
    facets: tuple[FacetFit, ...]
    synonyms: tuple[str, ...] = ()
    beside: bool = False

    @property
    def contradictions(self) -> tuple[FacetFit, ...]:
        """Return the facets that the note contradicts."""
        return tuple(f for f in self.facets if f.verdict == "contradicted")


@dataclass(frozen=True, slots=True)
class Option:
    """One way to fill in what the note leaves open: what it would have to state, and the code of it."""

    code: str
    values: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A facet that the note does not state and on which the code depends."""

    facet: str
    options: tuple[Option, ...]

    def __str__(self) -> str:
        told = ", ".join(f"{o.code.partition(':')[2]} if {o.words}" for o in self.options)
        return f"{self.facet} not stated: {told}"


@dataclass(frozen=True, slots=True)
class DiagnosisFound:
    """A code of ICD-10-CM whose term stands in the note, where it stands, and what the note says of it."""

    code: str
    label: str
    start: int
    end: int
    text: str
    status: Status
    billable: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a note may be coded as, and why; offsets are into `text`, the note as it was read.

    `ruled_out` are codes that fit but for facets that the note contradicts; `masked` is what redaction hid, by kind.
    """

    text: str
    spans: tuple[FoundSpan, ...]
    candidates: tuple[Candidate, ...]
    ruled_out: tuple[Candidate, ...]
    left_open: tuple[LeftOpen, ...]
    diagnoses: tuple[DiagnosisFound, ...]
    masked: tuple[Masked, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the CURIEs of the candidates, the best first."""
        return tuple(c.code for c in self.candidates)
