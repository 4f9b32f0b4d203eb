"""Codes by what their procedure acts on, what is done and how: a few are asked of the graph, many read at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from codegraph.hierarchy import below
from codegraph.namespaces import CONCEPT_PREFIXES, contract, expand

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_FEW: Final = 5_000  # procedures of a facet that are asked one by one, all in all, before the facet is read
_PROCEDURE: Final = CONCEPT_PREFIXES["procedure"]
_DENOTED: Final = "SELECT procedure, system, notation FROM code WHERE procedure IS NOT NULL"
Denoted = list[tuple[str, str]]  # system and notation of the codes of a procedure
Found = dict[str, frozenset[str]]  # codes by system


class FacetCodes:
    """Which codes have a facet value. What has to read a whole facet does so once, and is kept."""

    def __init__(self, kg: CodeGraph) -> None:
        self._kg = kg
        self._lock = threading.RLock()
        self._read: dict[str, dict[str, Denoted]] = {}
        self._left: dict[str, int] = {}

    def codes(self, predicate: str, value: str, *, with_below: bool) -> Found:
        """Return the codes whose procedure has a value (CURIE) or, with `with_below`, also a kind or part of it."""
        store = self._kg.store
        values = [expand(v) for v in (below(store, value, with_self=True) if with_below else [value])]
        if predicate not in self._read:
            left = self._left.get(predicate, _FEW)
            few = set(islice((p for v in values for p in store.pointing(predicate, v)), left + 1))
            if len(few) <= left:
                self._left[predicate] = left - len(few)
                return _by_system(self._denoting(procedure) for procedure in few)
        codes = self._of_facet(predicate)
        return _by_system(codes.get(v, []) for v in values)

    def _denoting(self, procedure: str) -> Denoted:
        codes = (contract(iri).partition(":") for iri in self._kg.store.pointing("cg:denotes", procedure))
        return [(system, notation) for system, _, notation in codes]

    def _of_facet(self, predicate: str) -> dict[str, Denoted]:
        """Return the codes of each value (IRI) of a facet."""
        with self._lock:
            if predicate not in self._read:
                found: dict[str, Denoted] = {}
                for procedure, value in self._kg.store.pairs(predicate):
                    codes = self._denoted.get(f"procedure:{procedure.removeprefix(_PROCEDURE)}")
                    if codes:
                        found.setdefault(value, []).extend(codes)
                self._read[predicate] = found
        return self._read[predicate]

    @cached_property
    def _denoted(self) -> dict[str, Denoted]:
        """Return the codes of each procedure (CURIE)."""
        found: dict[str, Denoted] = {}
        for procedure, system, notation in self._kg.tables.rows(_DENOTED):
            found.setdefault(procedure, []).append((system, notation))
        return found


def _by_system(denoted: Iterable[Denoted]) -> Found:
    found: dict[str, set[str]] = {}
    for codes in denoted:
        for system, notation in codes:
            found.setdefault(system, set()).add(notation)
    return {system: frozenset(codes) for system, codes in found.items()}
