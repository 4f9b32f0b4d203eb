"""The page on which a note is pasted: its words marked, candidates, what is open. What is sent is not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from codegraph.serve.forms import text_of

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.suggest.model import Candidate, DiagnosisFound, FoundSpan, Suggestion

LONGEST: Final = 20_000  # characters of a note that are read
SYSTEMS: Final = (("cpt", "CPT"), ("icd10pcs", "ICD-10-PCS"), ("cpt icd10pcs", "both"))
EXAMPLE: Final = (
    "Operation: laparoscopic loop ileostomy. No colostomy was created. Status post low anterior resection in "
    "2023. Findings: Crohn's disease of the small intestine with obstruction."
)
_LIMIT: Final = 10


def page(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return what a note may be coded as, and the note with the words that were found marked."""
    note = text_of(fields, "note", LONGEST)
    content: dict[str, Any] = {"systems": SYSTEMS, "longest": LONGEST, "example": EXAMPLE, "found": None}
    if not note:
        return content
    systems = text_of(fields, "system", 40).split() or ["cpt"]
    found = kg.suggest(note, system=systems, limit=_LIMIT, redact=bool(fields.get("redact")))
    every: list[FoundSpan | DiagnosisFound] = [*found.spans, *found.diagnoses]
    marks = sorted(every, key=lambda s: (s.start, -s.end))
    return content | {
        "found": found,
        "pieces": pieces(found.text, marks),
        "words": [_word(number, mark) for number, mark in enumerate(marks)],
        "candidates": [_candidate(found, c) for c in found.candidates],
        "ruled_out": [(c, [str(f) for f in c.contradictions]) for c in found.ruled_out],
    }


def pieces(text: str, marks: list[FoundSpan | DiagnosisFound]) -> list[tuple[str, int | None, str]]:
    """Return a text in pieces (words, number of the mark, what the note says of it); of marks that overlap the first.

    >>> from types import SimpleNamespace as Mark
    >>> pieces("no open wound", [Mark(start=3, end=7, status="negated"), Mark(start=5, end=13, status="present")])
    [('no ', None, ''), ('open', 0, 'negated'), (' wound', None, '')]
    """
    found: list[tuple[str, int | None, str]] = []
    at = 0
    for number, mark in enumerate(marks):
        if mark.start < at:
            continue
        found += [(text[at : mark.start], None, ""), (text[mark.start : mark.end], number, mark.status)]
        at = mark.end
    return [piece for piece in (*found, (text[at:], None, "")) if piece[0]]


def _word(number: int, mark: FoundSpan | DiagnosisFound) -> dict[str, Any]:
    facet, value = (
        getattr(mark, "facet", "diagnosis"),
        getattr(mark, "value", "") or getattr(mark, "code", ""),
    )
    role = getattr(mark, "role", None)
    return {
        "number": number,
        "text": mark.text,
        "facet": facet,
        "value": value,
        "label": mark.label,
        "status": mark.status,
        "role": role or "",
        "span": f"{mark.start}\u2013{mark.end}",
    }


def _candidate(found: Suggestion, candidate: Candidate) -> dict[str, Any]:
    facets = [
        (f.facet, ", ".join(v.partition(":")[2] for v in f.values), f.verdict, _quoted(found, f.words))
        for f in candidate.facets
    ]
    return {
        "code": candidate.code,
        "label": candidate.label,
        "percent": round(candidate.fit * 100),
        "synonyms": candidate.synonyms,
        "facets": facets,
    }


def _quoted(found: Suggestion, words: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"\u201c{found.text[start:end]}\u201d" for start, end in words)
