"""Places codes below the packaged headings: ranges of CPT, letters of HCPCS, chapters of ICD-10-CM."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from codegraph.knowledge import Packaged, text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and the codes that it spans, both ends included."""

    first: str
    last: str
    iri: str
    kind: str

    def holds(self, code: str) -> bool:
        """Tell whether a code stands in the range; only codes with the same last letter class are compared."""
        return _kind(code) == self.kind and self.first <= code and code[: len(self.last)] <= self.last


def _kind(code: str) -> str:
    """Tell numeric CPT codes from those that end in a letter (0075T, 0001U): the ranges never mix."""
    return code[-1] if len(code) == 5 and code[0].isdigit() and code[-1].isalpha() else ""


class Headings:
    """The headings of one code system; `place` finds the narrowest one that holds a code."""

    def __init__(self, packaged: Packaged, system: str) -> None:
        scheme = f"<https://w3id.org/codegraph/code/{system}>"
        found = []
        for iri in packaged.instances("cg:CodeGroup"):
            firsts, lasts = packaged.values(iri, "cg:rangeFirst"), packaged.values(iri, "cg:rangeLast")
            if firsts and lasts and scheme in packaged.values(iri, "skos:inScheme"):
                found.append(Heading(text(firsts[0]), text(lasts[0]), iri, _kind(text(firsts[0]))))
        self._by_first = sorted(found, key=lambda h: (h.first, h.last))
        self._firsts = [h.first for h in self._by_first]

    def place(self, code: str) -> str | None:
        """Return the IRI of the narrowest heading of a code, or None where no heading holds it."""
        up_to = bisect_right(self._firsts, code)
        holding = [h for h in self._by_first[:up_to] if h.holds(code)]
        return max(holding, key=lambda h: (h.first, _reversed(h.last))).iri if holding else None


def _reversed(last: str) -> tuple[int, ...]:
    """Order so that of two ranges with one start the narrower is larger."""
    return tuple(-ord(c) for c in last)
