"""The compiled engine equals pySHACL, violation by violation, on graphs with every kind of error planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegraph import resources
from codegraph.validation import load_shapes, read_shapes
from codegraph.validation.compiled import judge, validate
from codegraph.validation.data import Data
from codegraph.validation.reading import read_files
from codegraph.validation.reference import validate as pyshacl_validate
from codegraph.validation.report import ValidationResult, in_order
from codegraph.validation.shapes import Shape
from codegraph.validation.suspects import Suspects, is_target

SHAPE_CASES = Path(__file__).parents[1] / "shapes"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
XSD = "http://www.w3.org/2001/XMLSchema#"
CG = "https://w3id.org/codegraph/ontology#"

Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal | ox.BlankNode]


def typed(text: str, name: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + name))


def cg(name: str) -> ox.NamedNode:
    return ox.NamedNode(CG + name)


# What a value can be replaced by: each is wrong somewhere.
WRONG = {
    "ill-formed decimal": typed("1,5", "decimal"),
    "float in a decimal": typed("1e5", "decimal"),
    "out of range": typed("-99999", "decimal"),
    "far out of range": typed("123456789012345678901234567890", "decimal"),
    "not a number": typed("NaN", "double"),
    "infinite": typed("INF", "double"),
    "whole number": typed("7", "integer"),
    "padded number": typed(" 7 ", "integer"),
    "zeros": typed("007", "integer"),
    "truth": typed("true", "boolean"),
    "weird truth": typed("TRUE", "boolean"),
    "date": typed("2024-02-29", "date"),
    "no such date": typed("2023-02-29", "date"),
    "date without hyphens": typed("20240229", "date"),
    "date with a zone": typed("2024-02-29Z", "date"),
    "far date": typed("12024-02-29", "date"),
    "moment": typed("2024-02-29T10:00:00", "dateTime"),
    "unknown datatype": ox.Literal("x", datatype=ox.NamedNode("https://example.org/datatype")),
    "URI": typed("http://example.org/", "anyURI"),
    "string": ox.Literal("44310"),
    "line break": ox.Literal("44310\n"),
    "empty": ox.Literal(""),
    "other script": ox.Literal("٤٤٣١٠"),
    "German": ox.Literal("Wort", language="de"),
    "regional": ox.Literal("word", language="en-US"),
    "empty text": ox.Literal("", language="en"),
    "undeclared": ox.NamedNode("https://example.org/undeclared"),
    "of another class": ox.NamedNode("https://w3id.org/codegraph/concept/section/imaging"),
    "another code": ox.NamedNode("https://w3id.org/codegraph/code/icd10cm/K50"),
}
BESIDE = {
    "far date",
    "zeros",
    "string",
    "German",
    "undeclared",
    "whole number",
}  # enough for what counts values
PARTNERS = {"primaryCode": "addOnCode", "columnTwo": "columnOne"}  # properties that must not share a value
# pySHACL cannot compare a blank node (sh:lessThanOrEquals) and gives up.
COMPARED = {
    *(
        cg(name)
        for name in (
            *("addedOn", "terminatedOn", "effectiveOn", "deletedOn", "effectiveFrom", "effectiveTo"),
            *("reportedUnits", "unitsPermitted", "unitsOnDay", "unitsPermittedOnDay"),
        )
    )
}


@cache
def shapes_graph() -> ox.Store:
    return load_shapes()


@cache
def shapes() -> tuple[Shape, ...]:
    return read_shapes(shapes_graph())


@cache
def valid_quads() -> tuple[ox.Quad, ...]:
    paths = [SHAPE_CASES / "context.ttl", *sorted(SHAPE_CASES.glob("*/valid.ttl"))]
    return tuple(sorted(read_files(paths), key=str))


def stored(quads: list[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.extend(quads)
    return store


def both(quads: list[ox.Quad]) -> tuple[tuple[ValidationResult, ...], tuple[ValidationResult, ...]]:
    store = stored(quads)
    return in_order(validate(store, shapes())), in_order(pyshacl_validate(store, shapes_graph()))


def test_the_valid_graph_is_valid() -> None:
    assert both(list(valid_quads())) == ((), ())


def subjects() -> dict[ox.NamedNode, list[ox.Quad]]:
    """The nodes of the valid cases with their triples: one of each class and kind."""
    found: dict[ox.NamedNode, list[ox.Quad]] = {}
    for path in sorted(SHAPE_CASES.glob("*/valid.ttl")):
        for quad in read_files([path]):
            found.setdefault(quad.subject, []).append(quad)
    return found


def planted() -> Iterator[tuple[str, list[ox.Quad]]]:
    """Yield copies of every node, each with one error, and the kind of the error."""
    for subject, quads in subjects().items():
        predicates = sorted({quad.predicate for quad in quads}, key=str)
        number = 0
        for predicate in predicates:
            rest = [quad for quad in quads if quad.predicate != predicate]
            own = [quad for quad in quads if quad.predicate == predicate]
            partner = PARTNERS.get(predicate.value.removeprefix(CG))
            shared = [q.object for q in quads if partner and q.predicate == cg(partner)]
            for kind, made in _errors(predicate, own, shared):
                number += 1
                node = ox.NamedNode(f"{subject.value}{number}")
                yield kind, [ox.Quad(node, q.predicate, q.object, q.graph_name) for q in rest + made]


def _errors(
    predicate: ox.NamedNode, own: list[ox.Quad], shared: list[ox.NamedNode]
) -> Iterator[tuple[str, list[ox.Quad]]]:
    def quad(value: ox.NamedNode | ox.Literal | ox.BlankNode) -> ox.Quad:
        return ox.Quad(own[0].subject, predicate, value, own[0].graph_name)

    yield "dropped", []
    for value in shared:
        yield "shared", [quad(value)]
    if predicate == TYPE:
        yield "of two classes", [*own, quad(cg("Procedure")), quad(cg("Indication"))]
        return
    for kind, value in WRONG.items():
        yield kind, [quad(value)]
        if kind in BESIDE:
            yield f"{kind} beside", [*own, quad(value)]
    if predicate not in COMPARED:
        yield "blank node", [quad(ox.BlankNode("nameless"))]
    if isinstance(own[0].object, ox.Literal) and own[0].object.language:
        yield "second of a language", [*own, quad(ox.Literal("another", language=own[0].object.language))]


@pytest.mark.slow
def test_engines_agree_on_every_kind_of_error_at_every_property() -> None:
    kinds: Counter[str] = Counter()
    quads = list(valid_quads())
    for kind, copy in planted():
        kinds[kind] += 1
        quads += copy
    compiled, reference = both(quads)
    assert compiled == reference
    assert len(kinds) == len(WRONG) + len(BESIDE) + 5
    components = {result.component.split("#")[1].removesuffix("ConstraintComponent") for result in compiled}
    assert components == {
        *("Class", "Datatype", "Disjoint", "HasValue", "In", "LessThanOrEquals", "MaxCount", "MaxInclusive"),
        *("MinCount", "MinExclusive", "MinInclusive", "MinLength", "NodeKind", "Pattern", "UniqueLang"),
    }
    assert len(compiled) > 5_000


Mutation = Callable[[list[ox.Quad]], list[ox.Quad]]


@st.composite
def mutated(draw: st.DrawFn) -> list[ox.Quad]:
    """A valid graph with up to eight changes, anywhere: also to classes, schemes and what others point at."""
    quads = list(valid_quads())
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(quads) - 1))
        quad = quads[at]
        change = draw(st.sampled_from(["drop", "replace", "add", "swap", "retype", "rename"]))
        if change in ("drop", "replace", "swap"):
            quads.pop(at)
        if change in ("replace", "add"):
            value = draw(st.sampled_from(sorted(WRONG.values(), key=str)))
            quads.append(ox.Quad(quad.subject, quad.predicate, value))
        elif change == "swap":
            other = quads[draw(st.integers(0, len(quads) - 1))]
            if not isinstance(other.object, ox.BlankNode):
                quads.append(ox.Quad(quad.subject, quad.predicate, other.object))
        elif change == "retype":
            kind = draw(
                st.sampled_from(["Code", "Procedure", "FacetValue", "UnitLimit", "Release", "Nothing"])
            )
            quads.append(ox.Quad(quad.subject, TYPE, cg(kind)))
        elif change == "rename":
            node = ox.NamedNode(f"https://example.org/{at}")
            quads = [ox.Quad(node, q.predicate, q.object) if q.subject == quad.subject else q for q in quads]
    return quads


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(mutated())
def test_engines_agree_on_graphs_changed_at_random(quads: list[ox.Quad]) -> None:
    compiled, reference = both(quads)
    assert compiled == reference


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(mutated())
def test_suspects_miss_nothing(quads: list[ox.Quad]) -> None:
    """Judging only the suspects finds what judging every target finds, however few or many there are."""
    data = Data(stored(quads))
    nodes = sorted({quad.subject for quad in quads}, key=str)
    for shape in shapes():
        targets = [node for node in nodes if is_target(node, shape.targets, data)]
        for part in (shape, *shape.properties):
            everything = in_order(r for node in targets for r in judge(part, node, data))
            for few, few_values in ((0, 0), (10_000, 0), (10_000, 2_000), (1, 2_000)):
                found = Suspects(data, few, few_targets=0, few_values=few_values).of(part, shape.targets)
                assert in_order(r for node in found for r in judge(part, node, data)) == everything


@pytest.mark.slow
def test_engines_agree_on_the_packaged_graph() -> None:
    store = read_files([*resources.files("ontology", ".ttl"), *resources.files("knowledge", ".ttl")])
    compiled = in_order(validate(store, shapes()))
    assert compiled == in_order(pyshacl_validate(store, shapes_graph()))
    assert [result for result in compiled if result.severity == "violation"] == []
