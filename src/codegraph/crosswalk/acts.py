"""Which acts a procedure is coded as: itself, its components, or what a reading says; and what is left out, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from codegraph.crosswalk.definitions import COMPONENT, METHOD

Values = Callable[[str, str], list[str]]  # (subject, property) -> objects, all as CURIEs

_INTEGRAL: Final = "cg:isIntegralUnder"


@dataclass(frozen=True, slots=True)
class Reading:
    """A sourced way to code a procedure: its acts, and its rank (1 guideline, 2 index or tables, 3 other)."""

    iri: str
    rank: int
    acts: tuple[str, ...]
    source: str
    guidelines: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to code a procedure: acts that are coded together, parts that are left out, readings that led here."""

    acts: tuple[str, ...]
    omitted: tuple[tuple[str, str], ...] = ()  # component, guideline
    readings: tuple[Reading, ...] = ()

    @property
    def rank(self) -> tuple[int, ...]:
        """Return what orders ways: the weakest reading first, then the others."""
        return tuple(sorted((r.rank for r in self.readings), reverse=True))


@dataclass(slots=True)
class Acts:
    """Finds the ways of procedures; `readings` maps a procedure to its readings, best first."""

    values: Values
    readings: dict[str, tuple[Reading, ...]] = field(default_factory=dict)

    def ways(self, procedure: str) -> tuple[Way, ...]:
        """Return the ways to code a procedure, those that rest on a guideline first.

        With readings, each is a way; else its components make one together; else the procedure is its own act. A
        component or act may have readings and components of its own: then each combination of theirs is a way.
        """
        return tuple(sorted(self._ways(procedure, frozenset()), key=lambda way: way.rank))

    def _ways(self, procedure: str, seen: frozenset[str]) -> Iterator[Way]:
        if procedure in seen:
            return
        seen |= {procedure}
        readings = self.readings.get(procedure, ())
        for reading in readings:
            if reading.acts == (procedure,):  # its own facets lead there, and the reading says after whom
                yield Way((procedure,), (), (reading,))
                continue
            for way in self._together(reading.acts, seen):
                yield Way(way.acts, way.omitted, (reading, *way.readings))
        if readings:
            return
        methods = self.values(procedure, METHOD)  # the principal act first: the whole carries its facets
        found = self.values(procedure, COMPONENT)
        components = sorted(found, key=lambda c: (self.values(c, METHOD) != methods, c))
        if not components:
            yield Way((procedure,))
            return
        left_out = tuple((c, g) for c in components for g in sorted(self.values(c, _INTEGRAL))[:1])
        coded = tuple(c for c in components if c not in dict(left_out))
        for way in self._together(coded, seen):
            yield Way(way.acts, (*left_out, *way.omitted), way.readings)

    def _together(self, procedures: tuple[str, ...], seen: frozenset[str]) -> Iterator[Way]:
        for picked in product(*(tuple(self._ways(p, seen)) for p in procedures)):
            yield Way(
                tuple(dict.fromkeys(act for way in picked for act in way.acts)),
                tuple(dict.fromkeys(pair for way in picked for pair in way.omitted)),
                tuple(dict.fromkeys(reading for way in picked for reading in way.readings)),
            )
