"""What a value set's compose chooses: includes and excludes, by system, code, filter and other value sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from codegraph.namespaces import contract, expand
from codegraph.terminology.code_systems import filters_of
from codegraph.terminology.concepts import FACETS, Concept, Concepts
from codegraph.terminology.facets import FacetCodes
from codegraph.terminology.kept import Kept
from codegraph.terminology.listed import Listed, plain
from codegraph.terminology.members import Codes, Members
from codegraph.terminology.problem import Problem, shown
from codegraph.terminology.systems import FhirSystem

Find = Callable[[str], Mapping[str, Any]]  # a value set by its URL
_DEEPEST: Final = 8
_PARTS: Final = 100
_MOST: Final = 50_000  # concepts that a compose may name one by one
_WORDS: Final = 20
_LONGEST: Final = 4_000  # characters of a compose whose members are kept
_KEPT: Final = 300_000  # codes that are kept of each kind of answer: some 20 MB
_NONE: Final = Members({})


class Composer:
    """Works out what a compose holds; what it chooses is kept, since a release never changes."""

    def __init__(self, concepts: Concepts, find: Find) -> None:
        self._concepts = concepts
        self._find = find
        self.listed = Listed(concepts)
        self._facets = FacetCodes(concepts.kg)
        self._kept = Kept(self._of_text, _KEPT, lambda members: members.weight)
        self._chosen = Kept(self._choose, _KEPT, lambda codes: 1 + len(codes))
        self._anywhere = Kept(self._choose_anywhere, _KEPT, lambda found: 1 + sum(map(len, found.values())))
        self._having = Kept(self._that_have, _KEPT, lambda members: members.weight)

    # --- members ------------------------------------------------------------------------------------------------------

    def members(self, value_set: Mapping[str, Any], find: Find | None = None) -> Members:
        """Return the codes that a value set holds; `find` finds those that it includes where not all are ours.

        Raises Problem for a compose that is wrong.
        """
        text = json.dumps(value_set.get("compose"), sort_keys=True)
        if find is None and len(text) <= _LONGEST:
            return self._kept(text)
        return self._of_compose(value_set.get("compose"), _counted(find or self._find), 0)

    def _of_text(self, text: str) -> Members:
        return self._of_compose(json.loads(text), _counted(self._find), 0)

    def _of_compose(self, compose: Any, find: Find, depth: int) -> Members:  # noqa: ANN401
        if depth > _DEEPEST:
            raise _wrong("value sets include each other too deeply")
        if not isinstance(compose, Mapping) or not _listed(compose, "include"):
            raise _wrong("the value set has no compose.include")
        held = _NONE
        for part in _listed(compose, "include"):
            held = held.joined(self._of(part, find, depth))
        for part in _listed(compose, "exclude"):
            held = held.without(self._of(part, find, depth))
        if compose.get("inactive") is False:
            held = self.active(held)
        return held.ordered(self._concepts.systems)

    def having(self, members: Members, text: str) -> Members:
        """Return the members in whose code or display each word of a text stands at the beginning of a word.

        Raises Problem (422) for more words than are looked for.
        """
        words = tuple(sorted(set(plain(text).split())))
        if len(words) > _WORDS:
            raise Problem(f"filter has over {_WORDS} words", status=422, code="too-costly", at="filter")
        return self._having(members, words) if words else members

    def _that_have(self, members: Members, words: tuple[str, ...]) -> Members:
        systems = self._concepts.systems
        return Members(
            {key: Codes(self.listed.having(systems[key], words, codes)) for key, codes in members.items()}
        )

    def active(self, members: Members) -> Members:
        """Return the members that are not retired."""
        systems = self._concepts.systems
        return members.without(Members({key: Codes(self.listed.retired(systems[key])) for key in members}))

    def page(self, members: Members, offset: int, count: int) -> list[Concept]:
        """Return the concepts of a page, by system and code."""
        systems = self._concepts.systems
        parts = (self.listed.concepts(systems[key], codes) for key, codes in members.page(offset, count))
        return [concept for part in parts for concept in part]

    def systems(self, value_set: Mapping[str, Any]) -> list[FhirSystem]:
        """Return the systems that a value set's includes name, each once."""
        named = (part.get("system") for part in _listed(value_set.get("compose", {}), "include"))
        found = (self._concepts.systems.of_uri(uri) for uri in named if isinstance(uri, str))
        return list(dict.fromkeys(system for system in found if system is not None))

    # --- an include or exclude ----------------------------------------------------------------------------------------

    def _of(self, part: Mapping[str, Any], find: Find, depth: int) -> Members:
        sets = [self._of_compose(find(url).get("compose"), find, depth + 1) for url in self._urls(part)]
        uri = part.get("system")
        if uri is None:
            if not sets or "concept" in part or "filter" in part:
                raise _wrong("an include names a system, or value sets only")
            held = sets.pop()
        elif isinstance(uri, str):
            system = self._concepts.systems.named(uri, part.get("version"))
            held = Members({system.key: self._of_system(system, part)})
        else:
            raise _wrong("include.system is not a text")
        for other in sets:
            held = held.shared(other)
        return held

    def _of_system(self, system: FhirSystem, part: Mapping[str, Any]) -> Codes:
        if "concept" in part and "filter" in part:
            raise _wrong("an include has concepts or filters, not both (vsd-3)")
        if "concept" in part:
            return self._named(system, _listed(part, "concept"))
        held = Codes(whole=partial(self.listed.codes, system))
        if "filter" not in part:
            return held
        for said in _listed(part, "filter"):
            held = held.shared(self._filtered(system, said))
        return held if part["filter"] else Codes()

    @staticmethod
    def _urls(part: Mapping[str, Any]) -> list[str]:
        urls = part.get("valueSet", [])
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            raise _wrong("include.valueSet is not a list of texts")
        return _few("valueSet", urls)

    def _named(self, system: FhirSystem, said: list[Mapping[str, Any]]) -> Codes:
        codes = list(dict.fromkeys(str(one.get("code", "")) for one in said))
        return Codes(frozenset(concept.code for concept in self.listed.concepts(system, codes)))

    def _filtered(self, system: FhirSystem, said: Mapping[str, Any]) -> Codes:
        name, operator, value = (said.get(key) for key in ("property", "op", "value"))
        known = filters_of(system)
        if not isinstance(name, str) or not isinstance(value, str) or name not in known:
            raise _wrong(
                f"{system.uri} has no filter by {shown(name)}; there are {', '.join(known) or 'none'}"
            )
        if operator not in known[name][0]:
            raise _wrong(f"the filter {name} is by {' or '.join(known[name][0])}, not by {shown(operator)}")
        return self._chosen(system, name, str(operator), value)

    # --- filters: what they choose ------------------------------------------------------------------------------------

    def _choose(self, system: FhirSystem, name: str, operator: str, value: str) -> Codes:
        if name not in _ACROSS:
            return Codes(_FILTERS[name](self, system, operator, value))
        return Codes(self._anywhere(name, operator, value).get(system.key, frozenset()))

    def _choose_anywhere(self, name: str, operator: str, value: str) -> dict[str, frozenset[str]]:
        return _ACROSS[name](self, name, operator, value)

    def value_of(self, scheme: str, value: str) -> str:
        """Return the CURIE of a value of an own scheme; raise Problem where there is none."""
        system = self._concepts.systems[scheme]
        if self._concepts.get(system, value) is None:
            raise _wrong(self._concepts.why_unknown(system, value))
        return f"{scheme}:{value}"

    def _by_facet(self, name: str, operator: str, value: str) -> dict[str, frozenset[str]]:
        curie = self.value_of(name, value)
        return self._facets.codes(FACETS[name], curie, with_below=operator == "is-a")

    def _by_family(self, name: str, _: str, value: str) -> dict[str, frozenset[str]]:
        iris = self._concepts.kg.store.subjects("cg:inFamily", self.value_of(name, value))
        codes = [contract(iri).partition(":")[::2] for iri in iris]
        return {system: frozenset(code for s, code in codes if s == system) for system, _ in codes}

    def _by_table(self, _: str, __: str, value: str) -> dict[str, frozenset[str]]:
        sql = "SELECT notation FROM code WHERE system = 'icd10pcs' AND notation >= ? AND notation < ?"
        held = (value, value + "\U0010ffff")
        rows = self._concepts.kg.tables.rows(sql, held) if len(value) == 3 else []
        return {"icd10pcs": frozenset(row[0] for row in rows)}

    def _by_hierarchy(self, system: FhirSystem, operator: str, value: str) -> frozenset[str]:
        """Return what is below a concept along skos:broader, in its own system: its kinds, not its parts."""
        root = self._concepts.get(system, value)
        if root is None:
            raise _wrong(self._concepts.why_unknown(system, value))
        found: set[str] = set()
        here = {expand(root.curie)}
        while here:
            found |= here
            here = {iri for t in here for iri in self._concepts.kg.store.subjects("skos:broader", t)} - found
        kinds = (contract(iri).partition(":")[::2] for iri in found)
        codes = frozenset(code for key, code in kinds if key == system.key)
        return codes if operator == "is-a" else codes - {root.code}

    def _by_modifier(self, system: FhirSystem, _: str, value: str) -> frozenset[str]:
        modifiers = self.listed.modifiers(system)
        return _flagged(value, modifiers, frozenset(self.listed.codes(system)))

    def _by_status(self, system: FhirSystem, _: str, value: str) -> frozenset[str]:
        return self.listed.of_status(system, value)

    def _by_inactive(self, system: FhirSystem, _: str, value: str) -> frozenset[str]:
        return _flagged(value, self.listed.retired(system), frozenset(self.listed.codes(system)))


def _counted(find: Find) -> Find:
    """Return what finds value sets a hundred times and no more: sets of sets of sets grow by powers."""
    count = 0

    def counted(url: str) -> Mapping[str, Any]:
        nonlocal count
        count += 1
        if count > _PARTS:
            raise Problem(
                f"over {_PARTS} value sets are included", status=422, code="too-costly", at="valueSet"
            )
        return find(url)

    return counted


def _flagged(value: str, those: frozenset[str], of: frozenset[str]) -> frozenset[str]:
    """Return the codes that have a flag, or those of the rest that have not."""
    return {"true": those, "false": of - those}.get(value, frozenset())


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


Filter = Callable[[Composer, FhirSystem, str, str], frozenset[str]]  # (…, system, operator, value)
Across = Callable[[Composer, str, str, str], dict[str, frozenset[str]]]  # of every system at once
_FILTERS: Final[dict[str, Filter]] = {
    "concept": Composer._by_hierarchy,
    "modifier": Composer._by_modifier,
    "status": Composer._by_status,
    "inactive": Composer._by_inactive,
}
_ACROSS: Final[dict[str, Across]] = {
    "family": Composer._by_family,
    "table": Composer._by_table,
    "site": Composer._by_facet,
    "method": Composer._by_facet,
    "approach": Composer._by_facet,
}
