"""Parts of SHACL Core beyond what the packaged shapes use: compiled equals pySHACL, and the rest is refused."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph.validation import ShapeError, read_shapes
from codegraph.validation.compiled import validate
from codegraph.validation.reference import validate as pyshacl_validate
from codegraph.validation.report import ValidationResult, in_order

PREFIXES = """
@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """
ex:Small rdfs:subClassOf ex:Thing . ex:Tiny rdfs:subClassOf ex:Small .
ex:a a ex:Thing ; ex:n 5 , 6 ; ex:m 5 ; ex:s "abc" ; ex:l "eins"@de , "ein"@DE , "one"@en-US , "plain" ;
    ex:next ex:b , ex:c .
ex:b a ex:Small ; ex:n 3.0 ; ex:m 3 ; ex:s "abcdefgh" , "" ; ex:l "two"@en , "zwei"@DE ; ex:next ex:d ; ex:prev ex:a .
ex:c a ex:Tiny , ex:Thing ; ex:n "x" , ex:a , _:x ; ex:m "x" , ex:b ; ex:s _:x , ex:a , 12 ; ex:next ex:c .
ex:d ex:n 7 ; ex:s "d" ; ex:prev ex:b .
ex:e a ex:Thing ; ex:on "2024-01-01"^^xsd:date , "2024-01-01T00:00:00"^^xsd:dateTime ; ex:off "2023-12-31"^^xsd:date .
ex:f ex:on "2024-01-01"^^xsd:date , "soon" ; ex:off "2024-01-01"^^xsd:date ; ex:next "text" .
ex:g a ex:Thing ; ex:n 1e400 , "NaN"^^xsd:double , "12x"^^xsd:integer ;
    ex:on "2024-13-01"^^xsd:date ; ex:off "2025-01-01"^^xsd:date .
ex:h ex:on "2024-13-01"^^xsd:date , "12024-01-01"^^xsd:date ; ex:off "2024-13-01"^^xsd:date , "12024-01-01"^^xsd:date .
ex:i ex:on "b" , "a"@en , 2 ; ex:off "b" , 3 , 2.0 .
"""
PATHS = {
    "predicate": "ex:n",
    "inverse": "[ sh:inversePath ex:next ]",
    "sequence": "( ex:next ex:n )",
    "alternative": "[ sh:alternativePath ( ex:n ex:m ) ]",
    "nested": "( [ sh:inversePath ex:prev ] [ sh:alternativePath ( ex:s ex:n ) ] )",
}
TARGETS = {
    "class": "sh:targetClass ex:Thing",
    "subclass": "sh:targetClass ex:Small , ex:Nothing",
    "nodes": 'sh:targetNode ex:a , ex:absent , "literal"',
    "subjects": "sh:targetSubjectsOf ex:prev",
    "objects": "sh:targetObjectsOf ex:next",
    "several": "sh:targetClass ex:Tiny ; sh:targetNode ex:a ; sh:targetSubjectsOf ex:on ; sh:targetObjectsOf ex:prev",
}
CONSTRAINTS = {
    "class": "sh:class ex:Thing , ex:Small",
    "datatype integer": "sh:datatype xsd:integer",
    "datatype string": "sh:datatype xsd:string",
    "datatype double": "sh:datatype xsd:double",
    "datatype dateTime": "sh:datatype xsd:dateTime",
    **{f"nodeKind {kind}": f"sh:nodeKind sh:{kind}" for kind in ("IRI", "Literal", "BlankNode")},
    **{
        f"nodeKind {kind}": f"sh:nodeKind sh:{kind}"
        for kind in ("BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
    },
    "minCount 2": "sh:minCount 2",
    "minCount 0": "sh:minCount 0",
    "maxCount 0": "sh:maxCount 0",
    "maxCount 1": "sh:maxCount 1",
    "minInclusive": "sh:minInclusive 5",
    "minExclusive": "sh:minExclusive 5",
    "maxInclusive": "sh:maxInclusive 5.0",
    "maxExclusive": "sh:maxExclusive 5.0e0",
    "date range": 'sh:minInclusive "2024-01-01"^^xsd:date',
    "minLength": "sh:minLength 2",
    "minLength 0": "sh:minLength 0",
    "maxLength": "sh:maxLength 3",
    "pattern": 'sh:pattern "^[a-z]*$" , "b"',
    "languageIn": 'sh:languageIn ( "en" "fr" )',
    "uniqueLang": "sh:uniqueLang true",
    "uniqueLang false": "sh:uniqueLang false",
    "in": 'sh:in ( 5 "abc" ex:a )',
    "hasValue": "sh:hasValue 5 , ex:a",
    "equals": "sh:equals ex:m",
    "disjoint": "sh:disjoint ex:m , ex:s",
    "deactivated": "sh:minCount 9 ; sh:deactivated true",
    "info": "sh:minCount 9 ; sh:severity sh:Info",
    "warning": "sh:minCount 9 ; sh:severity sh:Warning",
}


def graph(turtle: str) -> ox.Store:
    store = ox.Store()
    store.load((PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE)
    return store


def both(shapes: str, data: str = DATA) -> tuple[ValidationResult, ...]:
    store, shapes_graph = graph(data), graph(shapes)
    compiled = in_order(validate(store, read_shapes(shapes_graph)))
    assert compiled == in_order(pyshacl_validate(store, shapes_graph))
    return compiled


def shape(path: str, constraint: str, target: str = TARGETS["class"]) -> str:
    node = f"ex:S a sh:NodeShape ; {target} ; sh:property ex:S-p ."
    return f"{node}\nex:S-p a sh:PropertyShape ; sh:path {path} ; {constraint} ."


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("path", ["ex:n", "ex:s", "ex:l", "ex:on", "ex:next"])
def test_each_constraint_on_each_kind_of_value(path: str, constraint: str) -> None:
    both(shape(path, CONSTRAINTS[constraint]))


def test_each_constraint_finds_something_somewhere() -> None:
    silent = {"minCount 0", "uniqueLang false", "deactivated", "minLength 0"}
    for name, constraint in CONSTRAINTS.items():
        found = [both(shape(path, constraint)) for path in ("ex:n", "ex:l")]
        assert any(found) != (name in silent), name


@pytest.mark.parametrize("name", ["sh:lessThan", "sh:lessThanOrEquals"])
def test_order_of_two_properties(name: str) -> None:
    found = both(shape("ex:on", f"{name} ex:off", TARGETS["several"] + " , ex:off"))
    assert {result.focus.rsplit("/", 1)[1] for result in found} >= {"e", "f", "g", "h", "i"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("target", TARGETS)
def test_paths_and_targets(path: str, target: str) -> None:
    constraints = "sh:minCount 2 ; sh:maxCount 2 ; sh:nodeKind sh:IRI ; sh:class ex:Small ; sh:hasValue ex:b"
    found = both(shape(PATHS[path], constraints, TARGETS[target]))
    assert found


@pytest.mark.parametrize("target", TARGETS)
def test_constraints_of_a_node_shape(target: str) -> None:
    text = f"ex:S a sh:NodeShape ; {TARGETS[target]} ; sh:nodeKind sh:Literal ; sh:class ex:Small ; "
    assert both(text + "sh:pattern '/[b-f]$' ; sh:hasValue ex:a ; sh:in ( ex:a ex:b ) ; sh:message 'No.' .")


def test_a_property_shape_can_have_targets_of_its_own() -> None:
    assert both("ex:P a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:m ; sh:minCount 1 .")


def test_one_graph_of_many_and_one_property_shape_of_many() -> None:
    store = graph(DATA)
    for quad in list(store):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode("https://example.org/g")))
    shapes = graph(
        "ex:S a sh:NodeShape ; sh:targetClass ex:Small ; sh:property ex:P . "
        "ex:T a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:P . "
        "ex:P a sh:PropertyShape ; sh:path ex:m ; sh:maxCount 1 ; sh:minCount 1 ."
    )
    compiled = in_order(validate(store, read_shapes(shapes)))
    assert compiled == in_order(pyshacl_validate(store, shapes))
    assert len(compiled) == 3


REFUSED = {
    "misspelt constraint": ("ex:n", "sh:minCont 1", "sh:minCont is not supported"),
    "logic": ("ex:n", "sh:or ( ex:S-p )", "sh:or is not supported"),
    "nested node": ("ex:n", "sh:node ex:S", "sh:node is not supported"),
    "qualified": ("ex:n", "sh:qualifiedMinCount 1", "sh:qualifiedMinCount is not supported"),
    "closed": ("ex:n", "sh:closed true", "sh:closed is not supported"),
    "flags": ("ex:n", 'sh:pattern "a" ; sh:flags "i"', "sh:flags is not supported"),
    "SPARQL": ("ex:n", "sh:sparql [ sh:select 'x' ]", "sh:sparql is not supported"),
    "two counts": ("ex:n", "sh:minCount 1 , 2", "2 values of sh:minCount"),
    "count as text": ("ex:n", 'sh:minCount "1"', "takes a whole number"),
    "negative count": ("ex:n", "sh:minCount -1", "takes a whole number"),
    "datatype unknown here": ("ex:n", "sh:datatype xsd:gYear", "is not supported"),
    "node kind unknown": ("ex:n", "sh:nodeKind sh:Anything", "is not supported"),
    "class as text": ("ex:n", 'sh:class "Thing"', "takes an IRI"),
    "unique language as text": ("ex:n", 'sh:uniqueLang "yes"', "takes true or false"),
    "language with region": ("ex:l", 'sh:languageIn ( "en-US" )', "without a region"),
    "bound of text": ("ex:n", 'sh:minInclusive "a"', "takes a number or a date"),
    "ill-formed bound": ("ex:n", 'sh:minInclusive "a"^^xsd:decimal', "takes a number or a date"),
    "pattern with class escape": ("ex:s", r'sh:pattern "^\\d+$"', "every engine reads alike"),
    "pattern with look-ahead": ("ex:s", 'sh:pattern "a(?=b)"', "every engine reads alike"),
    "malformed pattern": ("ex:s", 'sh:pattern "[a"', "malformed"),
    "unknown severity": ("ex:n", "sh:minCount 1 ; sh:severity ex:Bad", "unknown severity"),
    "endless path": ("[ sh:zeroOrMorePath ex:n ]", "sh:minCount 1", "neither a predicate"),
    "path of one": ("( ex:n )", "sh:minCount 1", "at least two members"),
    "property within property": ("ex:n", "sh:property ex:S-p", "in this kind of shape"),
    "list without end": (
        "ex:n",
        "sh:in [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ]",
        "well-formed RDF list",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_engine_does_not_know_is_an_error_before_validation(name: str) -> None:
    path, constraint, message = REFUSED[name]
    with pytest.raises(ShapeError, match=message):
        read_shapes(graph(shape(path, constraint)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:minCount 1 .", "needs a property shape"),
        ("ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:path ex:n .", "in this kind of shape"),
        ("ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:P .", "not declared a sh:PropertyShape"),
        ("ex:S sh:targetClass ex:T ; sh:nodeKind sh:IRI .", "not declared a shape"),
        ("ex:S a sh:NodeShape , rdfs:Class ; sh:nodeKind sh:IRI .", "implicit targets are not supported"),
        ("[] a sh:NodeShape ; sh:targetClass ex:T ; sh:nodeKind sh:IRI .", "without an IRI"),
        ("ex:P a sh:PropertyShape ; sh:targetClass ex:T ; sh:minCount 1 .", "0 values of sh:path"),
    ],
)
def test_a_malformed_shape_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        read_shapes(graph(text))


def test_query_texts_are_templates_and_never_formatted_strings() -> None:
    folder = Path(validate.__code__.co_filename).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert len(sources) > 8
    for name, source in sources.items():
        for line in source.splitlines():
            assert not ("SELECT" in line and ('f"' in line or ".format(" in line or "%" in line)), (
                f"{name}: {line}"
            )
