"""What a value set's compose chooses: includes and excludes, by system, code, filter and other value sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from codegraph.hierarchy import below
from codegraph.namespaces import contract, expand
from codegraph.terminology.code_systems import filters_of, members
from codegraph.terminology.concepts import FACETS, Concept, Concepts
from codegraph.terminology.problem import Problem, shown
from codegraph.terminology.systems import CARRIES_MODIFIERS, FhirSystem

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Members = frozenset[str]  # CURIEs of codegraph's
Find = Callable[[str], Mapping[str, Any]]  # a value set by its URL
_DEEPEST: Final = 8
_SPLIT: Final = re.compile(r"[\s,;()\[\]/-]+")
_FEW: Final = 5_000
_PARTS: Final = 100
_MOST: Final = 50_000  # concepts that a compose may name one by one


class Composer:
    """Works out what a compose holds; what a filter chooses is kept, since a release never changes."""

    def __init__(self, concepts: Concepts, find: Find) -> None:
        self._concepts = concepts
        self._find = find
        self._chosen = lru_cache(maxsize=256)(self._choose)
        self._anywhere = lru_cache(maxsize=64)(self._choose_anywhere)
        self._all = lru_cache(maxsize=8)(self._everything)
        self.in_order = lru_cache(maxsize=16)(self._in_order)
        self.texts = lru_cache(maxsize=16)(self._texts)

    def members(self, value_set: Mapping[str, Any], depth: int = 0) -> Members:
        """Return the CURIEs of all concepts that a value set holds. Raises Problem for a compose that is wrong."""
        if depth > _DEEPEST:
            raise _wrong("value sets include each other too deeply")
        compose = value_set.get("compose")
        if not isinstance(compose, Mapping) or not _listed(compose, "include"):
            raise _wrong("the value set has no compose.include")
        parts = [self._of(part, depth) for part in _listed(compose, "include")]
        held = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
        for part in _listed(compose, "exclude"):
            held -= self._of(part, depth)
        return held

    def _in_order(self, curies: Members) -> tuple[Concept, ...]:
        """Return concepts by system, in the order of the systems, then by code."""
        of: dict[str, list[Concept]] = {}
        if len(curies) < _FEW:
            for concept in filter(None, map(self._concepts.at, curies)):
                of.setdefault(concept.system.key, []).append(concept)
        else:  # reading a system through is faster than looking its codes up one by one
            prefixes = {curie.partition(":")[0] for curie in curies}
            for key, system in self._concepts.systems.items():
                if key in prefixes or ("modifier" in prefixes and key in CARRIES_MODIFIERS):
                    of[key] = [c for c in members(self._concepts, system) if c.curie in curies]
        ordered = (sorted(of.get(key, ()), key=lambda c: c.code) for key in self._concepts.systems)
        return tuple(concept for concepts in ordered for concept in concepts)

    def _texts(self, curies: Members) -> tuple[str, ...]:
        """Return what a filter looks into, for each concept in order: code and display, a space before each word."""
        return tuple(plain(f"{c.code} {c.display or ''}") for c in self.in_order(curies))

    def systems(self, value_set: Mapping[str, Any]) -> list[FhirSystem]:
        """Return the systems that a value set's includes name, each once."""
        named = (part.get("system") for part in _listed(value_set.get("compose", {}), "include"))
        found = (self._concepts.systems.of_uri(uri) for uri in named if isinstance(uri, str))
        return list(dict.fromkeys(system for system in found if system is not None))

    def _of(self, part: Mapping[str, Any], depth: int) -> Members:
        uri = part.get("system")
        sets = [self.members(self._find(url), depth + 1) for url in self._urls(part)]
        if uri is None:
            if not sets or "concept" in part or "filter" in part:
                raise _wrong("an include names a system, or value sets only")
            return sets[0].intersection(*sets[1:])
        if not isinstance(uri, str):
            raise _wrong("include.system is not a text")
        system = self._concepts.systems.named(uri, part.get("version"))
        if "concept" in part and "filter" in part:
            raise _wrong("an include has concepts or filters, not both (vsd-3)")
        if "concept" in part:
            held = self._named(system, _listed(part, "concept"))
        elif "filter" in part:
            chosen = [self._filtered(system, said) for said in _listed(part, "filter")]
            held = chosen[0].intersection(*chosen[1:]) if chosen else frozenset()
        else:
            held = self._all(system)
        return held.intersection(*sets) if sets else held

    @staticmethod
    def _urls(part: Mapping[str, Any]) -> list[str]:
        urls = part.get("valueSet", [])
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            raise _wrong("include.valueSet is not a list of texts")
        return _few("valueSet", urls)

    def _named(self, system: FhirSystem, concepts: list[Mapping[str, Any]]) -> Members:
        found = (self._concepts.get(system, str(said.get("code", ""))) for said in concepts)
        return frozenset(concept.curie for concept in found if concept is not None)

    def _filtered(self, system: FhirSystem, said: Mapping[str, Any]) -> Members:
        name, operator, value = (said.get(key) for key in ("property", "op", "value"))
        known = filters_of(system)
        if not isinstance(name, str) or not isinstance(value, str) or name not in known:
            raise _wrong(
                f"{system.uri} has no filter by {shown(name)}; there are {', '.join(known) or 'none'}"
            )
        if operator not in known[name][0]:
            raise _wrong(f"the filter {name} is by {' or '.join(known[name][0])}, not by {shown(operator)}")
        return self._chosen(system, name, str(operator), value)

    def _everything(self, system: FhirSystem) -> Members:
        return frozenset(concept.curie for concept in members(self._concepts, system))

    def _choose(self, system: FhirSystem, name: str, operator: str, value: str) -> Members:
        if name not in _ACROSS:
            return frozenset(_FILTERS[name](self._concepts, system, name, operator, value))
        start = f"{system.key}:"
        return frozenset(c for c in self._anywhere(name, operator, value) if c.startswith(start))

    def _choose_anywhere(self, name: str, operator: str, value: str) -> Members:
        return frozenset(_ACROSS[name](self._concepts, name, operator, value))


def plain(text: str) -> str:
    """Return a text as its words in lower case, a space before each.

    >>> plain("Bypass Ileum to Cutaneous, Open")
    ' bypass ileum to cutaneous open'
    """
    return "".join(f" {word}" for word in _SPLIT.split(text.lower()) if word)


def _listed(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = of.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise _wrong(f"{name} is not a list of objects")
    return _few(name, found)


def _few(name: str, found: list[Any]) -> list[Any]:
    most = _MOST if name == "concept" else _PARTS
    if len(found) > most:
        raise Problem(f"{name} has over {most:,} entries", status=422, code="too-costly", at="valueSet")
    return found


def _wrong(text: str) -> Problem:
    return Problem(text, code="invalid", tx="vs-invalid", at="valueSet")


# --- filters: what they choose, as CURIEs -----------------------------------------------------------------------------

Filter = Callable[[Concepts, FhirSystem, str, str, str], "set[str]"]  # (…, system, property, operator, value)
Across = Callable[[Concepts, str, str, str], "set[str]"]  # the same for codes of every system at once


def _value_of(concepts: Concepts, scheme: str, value: str) -> str:
    """Return the CURIE of a value of an own scheme; raise Problem where there is none."""
    system = concepts.systems[scheme]
    if concepts.get(system, value) is None:
        raise _wrong(concepts.why_unknown(system, value))
    return f"{scheme}:{value}"


def _by_facet(concepts: Concepts, name: str, operator: str, value: str) -> set[str]:
    curie = _value_of(concepts, name, value)
    store = concepts.kg.store
    values = below(store, curie, with_self=True) if operator == "is-a" else [curie]
    procedures = {contract(iri) for v in values for iri in store.pointing(FACETS[name], v)}
    return {code for procedure in procedures for code in concepts.coded.get(procedure, ())}


def _by_family(concepts: Concepts, name: str, _: str, value: str) -> set[str]:
    curie = _value_of(concepts, name, value)
    return {contract(iri) for iri in concepts.kg.store.subjects("cg:inFamily", curie)}


def _by_hierarchy(concepts: Concepts, system: FhirSystem, _: str, operator: str, value: str) -> set[str]:
    root = concepts.get(system, value)
    if root is None:
        raise _wrong(concepts.why_unknown(system, value))
    kinds = _kinds(concepts.kg, root.curie, with_self=operator == "is-a")
    return {curie for curie in kinds if curie.startswith(f"{system.key}:")}  # below a group stand codes too


def _kinds(kg: CodeGraph, curie: str, *, with_self: bool) -> set[str]:
    """Return what is below a term along skos:broader: its kinds, not its parts."""
    found: set[str] = set()
    here = {expand(curie)}
    while here:
        found |= here
        here = {iri for term in here for iri in kg.store.subjects("skos:broader", term)} - found
    return {contract(iri) for iri in found} - (set() if with_self else {curie})


def _by_table(concepts: Concepts, _: str, __: str, value: str) -> set[str]:
    sql = "SELECT notation FROM code WHERE system = 'icd10pcs' AND notation >= ? AND notation < ?"
    rows = concepts.kg.tables.rows(sql, (value, value + "\U0010ffff")) if len(value) == 3 else []
    return {f"icd10pcs:{row[0]}" for row in rows}


def _by_row(test: Callable[[Concept], str]) -> Filter:
    def choose(concepts: Concepts, system: FhirSystem, _: str, __: str, value: str) -> set[str]:
        return {concept.curie for concept in members(concepts, system) if test(concept) == value}

    return choose


def _flag(value: bool) -> str:
    return "true" if value else "false"


_FILTERS: Final[dict[str, Filter]] = {
    "concept": _by_hierarchy,
    "modifier": _by_row(lambda c: _flag(c.is_modifier)),
    "status": _by_row(lambda c: c.status or ""),
    "inactive": _by_row(lambda c: _flag(c.inactive)),
}
_ACROSS: Final[dict[str, Across]] = {
    "family": _by_family,
    "table": _by_table,
    "site": _by_facet,
    "method": _by_facet,
    "approach": _by_facet,
}
