"""$translate: what a code maps to, and in reverse what maps to a code.

The relationship of a match is always that of the concept map, said from its source to its target: in reverse the
concept that comes back is the source. So 0D1B0Z4 in reverse gives 44310 with R4 `narrower` (the target, 0D1B0Z4, is
narrower than the source) and R5 `source-is-broader-than-target`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from codegraph.crosswalk.combinations import Combination
from codegraph.export.as_conceptmap import COMBINATION, EQUIVALENCES, RELATIONSHIPS, system_uri
from codegraph.export.as_sssom import ALIASES
from codegraph.mapping import Mapping
from codegraph.model import Relation
from codegraph.namespaces import BASE
from codegraph.terminology.compose import Composer
from codegraph.terminology.concept_maps import URL, ConceptMaps, Pair
from codegraph.terminology.concepts import Concept, Concepts
from codegraph.terminology.parameters import Inputs, Out, code_of, codings_of, parameters
from codegraph.terminology.problem import Problem, missing, shown
from codegraph.terminology.value_sets import ValueSets
from codegraph.views import Code

_TARGET: Final = ("targetCode", "targetCoding", "targetCodeableConcept")
_SOURCE: Final = ("code", "sourceCode", "coding", "sourceCoding", "codeableConcept", "sourceCodeableConcept")
_UNMATCHED: Final = "unmatched"


@dataclass(slots=True)
class Question:
    """What is asked: the codes, the direction, and the systems and value sets of both ends."""

    codings: list[dict[str, Any]]
    reverse: bool
    source_system: str | None
    target_system: str | None
    source_scope: str | None
    target_scope: str | None


def _question(inputs: Inputs) -> Question:
    """Read what is asked, in the names of R4 and of R5. Raises Problem where it names no code, or several ways."""
    given = [name for name in (*_SOURCE, *_TARGET) if name in inputs]
    if len(given) != 1:
        names = ", ".join((*_SOURCE, *_TARGET))
        raise Problem(f"ConceptMap/$translate takes one of {names}; {len(given)} are given", code="required")
    name = given[0]
    reverse = inputs.boolean("reverse") or name in _TARGET
    target = inputs.text("targetSystem", "targetsystem")
    source = inputs.text("sourceSystem", "system")
    if name == "targetCode" and target is None and "sourceSystem" not in inputs:  # R5: `system` is the code's
        source, target = None, source
    of_code = target if name in _TARGET else source
    codings = _codings(inputs, name, of_code)
    source_scope, target_scope = inputs.text("source", "sourceScope"), inputs.text("target", "targetScope")
    if reverse and name not in _TARGET:  # R4: what is said of the source is then said of the target, and back
        source, target = target, source
        source_scope, target_scope = target_scope, source_scope
    return Question(codings, reverse, source, target, source_scope, target_scope)


def _codings(inputs: Inputs, name: str, system: str | None) -> list[dict[str, Any]]:
    if name.lower().endswith("codeableconcept"):
        return [said for _, said in codings_of(name, inputs.object(name))]
    if name.lower().endswith("coding"):
        return [dict(inputs.object(name) or {})]
    if system is None:
        raise Problem(f"ConceptMap/$translate needs the system of {name}", code="required", at="system")
    return [{"system": system, "code": inputs.require(name), "version": inputs.text("version")}]


class Translator:
    """Answers $translate from the concept maps of a release."""

    def __init__(
        self, concepts: Concepts, maps: ConceptMaps, value_sets: ValueSets, composer: Composer
    ) -> None:
        self._concepts = concepts
        self._maps = maps
        self._value_sets = value_sets
        self._composer = composer

    def translate(self, fhir: str, inputs: Inputs, ident: str | None) -> dict[str, Any]:
        """Return the matches: every one, wider and narrower ones too, and an explicit none where a map says so.

        Raises Problem: 404 for a map, system, version or code that is not held, 400 for parameters that are wrong.
        """
        asked = _question(inputs)
        matches: list[Out] = []
        notes: list[str] = []
        for said in asked.codings:
            concept = self._concept(said)
            for pair in self._pairs(inputs, ident, asked, concept):
                found = (
                    self._backward(fhir, concept, pair, asked)
                    if asked.reverse
                    else self._forward(fhir, concept, pair, asked, notes)
                )
                matches += [("match", "part", match) for match in found]
        whole = any(("equivalence", "code", _UNMATCHED) not in match[2] for match in matches)
        if not matches and not notes:
            notes.append(
                "nothing that is loaded here maps the code so; that does not say that it has no counterpart"
            )
        message = "; ".join(dict.fromkeys(notes)) or None
        matches = list(
            {json.dumps(match): match for match in matches}.values()
        )  # R4 tells two sources not apart
        return parameters(("result", "boolean", whole), ("message", "string", message), *matches)

    def _concept(self, said: dict[str, Any]) -> Concept:
        uri = said.get("system")
        if uri is None:
            raise Problem("a coding without a system cannot be translated", code="required", at="system")
        system = self._concepts.systems.named(uri, said.get("version"))
        code = code_of("coding", said)
        found = self._concepts.get(system, code)
        if found is None:
            raise missing(self._concepts.why_unknown(system, code), tx="invalid-code", at="code")
        return found

    def _pairs(self, inputs: Inputs, ident: str | None, asked: Question, concept: Concept) -> Iterable[Pair]:
        """Return the maps to look into: the one that is named, else all that fit the two systems."""
        url = inputs.text("url")
        if ident is not None and url is not None:
            raise Problem("the concept map is named by the address; url is not given with it", at="url")
        maps = self._maps
        asked.source_system, asked.target_system = map(
            self._concepts.systems.canonical, (asked.source_system, asked.target_system)
        )
        for uri in (asked.source_system, asked.target_system):
            known = uri is None or any(uri in (_uri(p.source), p.target_uri) for p in maps.pairs)
            if not known and self._concepts.systems.of_uri(str(uri)) is None:
                raise missing(
                    f"code system {shown(uri)} is not held here, and nothing maps to it", tx="not-found"
                )
        if ident is not None:
            named: tuple[Pair, ...] = (maps.of_id(ident),)
        elif url is not None:
            named = (maps.of_url(url, inputs.text("conceptMapVersion")),)
        else:
            named = maps.pairs
        here, there = concept.system.uri, asked.source_system if asked.reverse else asked.target_system
        for pair in named:
            ends = (
                (pair.target_uri, _uri(pair.source))
                if asked.reverse
                else (_uri(pair.source), pair.target_uri)
            )
            if ends[0] == here and there in (None, ends[1], here if asked.reverse else None):
                yield pair

    def _forward(
        self, fhir: str, concept: Concept, pair: Pair, asked: Question, notes: list[str]
    ) -> Iterable[list[Out]]:
        code = _code(self._maps, concept)
        if not self._within(asked.source_scope, concept.curie):
            notes.append(f"{concept.code} is not in {shown(asked.source_scope)}")
            return
        found = self._maps.crosswalk(code, pair)
        reason = self._maps.none(code, pair)
        if reason is not None and not found:
            notes.append(f"{code} has no counterpart in {pair.to}: {reason}")
            if fhir == "4.0":
                yield [("equivalence", "code", _UNMATCHED), ("source", "uri", f"{URL}{pair.ident}")]
            return
        if found is None:
            return
        combinations = found.combinations
        for m in found:
            if self._within(asked.target_scope, m.target.curie):
                products = list(self._products(fhir, m, combinations))
                yield self._match(fhir, m, m.relation, m.target, pair, products)
        if not found and found.note and asked.target_system:
            notes.append(found.note)

    def _backward(self, fhir: str, concept: Concept, pair: Pair, asked: Question) -> Iterable[list[Out]]:
        if not self._within(asked.target_scope, concept.curie):
            return
        target = _code(self._maps, concept)
        for source, relation, m in self._maps.sources(target, pair):
            if self._within(asked.source_scope, source.curie):
                words = [{"display": m.combination}] if m.combination else []
                products = [_product(fhir, value) for value in words]
                yield self._match(fhir, m, relation, source, pair, products)

    def _within(self, scope: str | None, curie: str) -> bool:
        if scope is None:
            return True
        concept = self._concepts.at(curie)
        held = self._composer.members(self._value_sets.of_url(scope))
        return concept is not None and held.has(concept.system.key, concept.code)

    def _match(
        self, fhir: str, m: Mapping, relation: Relation, end: Code, pair: Pair, products: list[Out]
    ) -> list[Out]:
        """Return a match: how the map's target stands to its source, and the concept at the end that was looked for."""
        origin = f"{URL}{pair.ident}"
        if fhir == "4.0":
            return [
                ("equivalence", "code", EQUIVALENCES[relation]),
                ("concept", "Coding", self._coding(end)),
                *products,
                ("source", "uri", origin),
            ]
        said: list[tuple[str, str, Any]] = [
            ("comment", "string", m.comment),
            ("confidence", "decimal", m.confidence),
            ("justification", "string", m.justification),
            ("mapping-set", "string", m.mapping_set or None),
        ]
        properties: list[Out] = [
            ("property", "part", [("uri", "uri", f"{BASE}fhir/{name}"), ("value", kind, value)])
            for name, kind, value in said
            if value is not None
        ]
        return [
            ("relationship", "code", RELATIONSHIPS[relation]),
            ("concept", "Coding", self._coding(end)),
            *properties,
            *products,
            ("originMap", "uri", origin),
        ]

    def _coding(self, code: Code) -> dict[str, str]:
        known = self._concepts.at(code.curie)
        if known is not None:
            return known.coding()
        notation = ALIASES.get(code.system, "").partition(":")[2] + code.notation
        words = {"display": code.label} if code.label else {}
        return {"system": system_uri(code.system), "code": notation, **words}

    def _products(self, fhir: str, m: Mapping, combinations: Iterable[Combination]) -> Iterable[Out]:
        """Yield what a target is to be used together with: a part with one code as that code, else in words."""
        names = {m.target.curie, m.target.notation}
        for combination in combinations:
            if len(combination.parts) < 2 or names.isdisjoint(combination.codes):
                continue
            for part in combination.parts:
                if not names.isdisjoint(part.alternatives):
                    continue
                value = {
                    "display": f"{combination.name}, {part.name}: {' or '.join(part.alternatives)}"[:1000]
                }
                if len(part.alternatives) == 1:
                    value = self._coding(self._of_part(part.alternatives[0], m))
                yield _product(fhir, value)

    def _of_part(self, text: str, m: Mapping) -> Code:
        system, colon, notation = text.partition(":")
        return Code(self._maps.kg, system, notation) if colon else Code(self._maps.kg, m.target.system, text)


def _code(maps: ConceptMaps, concept: Concept) -> Code:
    system, _, notation = concept.curie.partition(":")
    return Code(maps.kg, system, notation)


def _product(fhir: str, value: dict[str, str]) -> Out:
    """Return what a target is to be used together with, as a part of a match."""
    if fhir == "4.0":
        return "product", "part", [("element", "uri", COMBINATION), ("concept", "Coding", value)]
    return "product", "part", [("attribute", "uri", COMBINATION), ("value", "Coding", value)]


def _uri(system: str) -> str:
    return system_uri(system)
