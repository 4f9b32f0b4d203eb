"""The pairs of concepts that SKOS's integrity conditions speak of: hierarchy, related concepts, exact matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from codegraph.namespaces import RDFS, SKOS

_SUBCLASS: Final = f"<{RDFS}subClassOf>".encode()
_BROADER: Final = f"<{SKOS}broader>".encode()
_NARROWER: Final = f"<{SKOS}narrower>".encode()
_EXACT: Final = f"<{SKOS}exactMatch>".encode()
_WEAK: Final = {f"<{SKOS}{name}Match>".encode() for name in ("broad", "narrow", "related")}
_READ: Final = {_SUBCLASS, _BROADER, _NARROWER, _EXACT, *_WEAK}
# A code and its class at BioPortal: one to one, so that nothing can follow from it.
_ONE_TO_ONE: Final = b"<http://purl.bioontology.org/"
Pair = tuple[bytes, bytes]


@dataclass(slots=True)
class Pairs:
    """What was found: `concepts` and `schemes` are the classes below skos:Concept and skos:ConceptScheme."""

    concepts: set[bytes] = field(default_factory=set)
    schemes: set[bytes] = field(default_factory=set)
    _broader: dict[bytes, list[bytes]] = field(default_factory=dict)
    _group: dict[bytes, bytes] = field(default_factory=dict)
    _contradicted: set[bytes] = field(default_factory=set)

    @classmethod
    def read(cls, blocks: Iterable[bytes]) -> Pairs:
        """Read blocks of N-Triples lines."""
        self = cls()
        weak: list[Pair] = []
        below: dict[bytes, list[bytes]] = {}
        for block in blocks:
            for one, predicate, two in _pairs(block):
                if predicate == _SUBCLASS:
                    below.setdefault(two, []).append(one)
                elif predicate == _BROADER:
                    self._broader.setdefault(one, []).append(two)
                elif predicate == _NARROWER:
                    self._broader.setdefault(two, []).append(one)
                elif predicate in _WEAK:
                    weak.append((one, two))
                elif not two.startswith(_ONE_TO_ONE):
                    self._join(one, two)
        self.concepts = _all_below(f"<{SKOS}Concept>".encode(), below)
        self.schemes = _all_below(f"<{SKOS}ConceptScheme>".encode(), below)
        self._contradicted = {self._top(one) for one, two in weak if self._top(one) == self._top(two)}
        return self

    def narrower(self) -> list[Pair]:
        """Return (wider, narrower) of all pairs of the hierarchy, sorted as lines."""
        return sorted({(wide, narrow) for narrow, wider in self._broader.items() for wide in wider})

    def is_contradicted(self, one: bytes, two: bytes) -> bool:
        """Tell whether an exact match, with all that follow from it, meets a weaker match of the same concepts."""
        return (
            one in self._group and self._top(one) == self._top(two) and self._top(one) in self._contradicted
        )

    def is_in_line(self, one: bytes, two: bytes) -> bool:
        """Tell whether one of two concepts is above the other."""
        return two in self._above(one) or one in self._above(two)

    def _above(self, concept: bytes) -> Iterator[bytes]:
        seen, front = set(), [concept]
        while front:
            for wider in self._broader.get(front.pop(), ()):
                if wider not in seen:
                    seen.add(wider)
                    front.append(wider)
                    yield wider

    def _join(self, one: bytes, two: bytes) -> None:
        first, second = sorted((self._top(one), self._top(two)))
        self._group.setdefault(first, first)
        self._group[second] = first

    def _top(self, concept: bytes) -> bytes:
        """Return the concept that stands for all that are exact matches of each other."""
        while (above := self._group.get(concept, concept)) != concept:
            self._group[concept] = self._group.get(above, above)
            concept = above
        return concept


def _pairs(block: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield subject, predicate and object of the lines that are read."""
    for line in block.split(b"\n")[:-1]:
        one, predicate, rest = line.split(b" ", 2)
        if predicate in _READ:
            yield one, predicate, rest[:-2]


def _all_below(top: bytes, below: dict[bytes, list[bytes]]) -> set[bytes]:
    found, front = {top}, [top]
    while front:
        more = [name for name in below.get(front.pop(), ()) if name not in found]
        found.update(more)
        front += more
    return found
