"""Rows 5 and 6: documents that would fill the memory or end the parser are refused before they are read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from tests.threats_server.attempt import attempt
from tests.threats_server.running import CPT, refused

MORE = 50  # MB that a refusal may take on top
FORM = "application/x-www-form-urlencoded"

# --- row 5 ---

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF>'
NODE = '<rdf:Description rdf:about="x:s"><p xmlns="x:">&a9;</p></rdf:Description>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE r [<!ENTITY a0 "{"ha" * 50}">{LAUGHS}]>{RDF.format(NODE)}'
BLOWN = f'<!DOCTYPE r [<!ENTITY a9 "{"a" * 100_000}">]>{RDF.format(NODE.replace("&a9;", "&a9;" * 20_000))}'
XML = {
    "bomb.rdf": BOMB.encode(),
    "quadratic.xml": BLOWN.encode(),
    "wide.rdf": f'<?xml version="1.0" encoding="UTF-16"?>{BOMB}'.encode("utf-16"),
}
PLAIN = b'{"@context": "http://127.0.0.1:9/"}'


def test_row_5_a_doctype_is_refused_before_it_takes_memory(trap, tmp_path):
    (tmp_path / "plain.jsonld").write_bytes(PLAIN)
    for name, content in XML.items():
        (tmp_path / name).write_bytes(content)
    with ThreadPoolExecutor(2) as pool:
        plain, *done = pool.map(lambda n: attempt(tmp_path / n, trap), ["plain.jsonld", *XML])
    for name, found in zip(XML, done, strict=True):
        assert (found.code, found.stdout) == (2, ""), name
        assert name in found.stderr
        assert "DOCTYPE" in found.stderr or name == "wide.rdf"
        assert "Traceback" not in found.stderr
        assert found.memory <= plain.memory + MORE, name


POSTS = (
    *("/sparql", "/check", "/query", "/api/v1/check", "/api/v1/suggest", "/fhir/r4/ValueSet/$expand"),
    *("/fhir/r5/CodeSystem/$lookup", "/fhir/r5/CodeSystem/_search", "/code/cpt/44310", "/", "/nothing"),
)


@pytest.mark.parametrize(
    "kind", ["application/rdf+xml", "application/fhir+xml", "text/xml", "application/xml"]
)
def test_row_5_no_body_is_read_as_xml(server, kind):
    before = server.memory()
    for path in POSTS:
        answer = server.post(path, BOMB.encode(), kind)
        if (path, answer.status) not in {("/check", 200), ("/query", 200)}:  # to a form, XML is no field
            refused(answer, 400, 404, 405, 415)
        assert b"haha" not in answer.body
    assert server.memory() <= before + MORE


# --- row 6 ---

DEEP_QUERIES = {
    "parentheses": "ASK { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }",
    "braces": "ASK " + "{" * 3_000 + "}" * 3_000,
    "open braces": "SELECT * " + "{" * 20_000,
    "brackets": "ASK { ?s ?p " + "[ ?p " * 3_000,
    "lists": "ASK { ?s ?p " + "( " * 3_000,
    "values": "ASK { VALUES ?x { " + "1 " * 5_001 + "} }",
    "in": "ASK { FILTER(?x IN (" + "1," * 5_001 + "1)) }",
    "bangs": "ASK { FILTER(" + "!" * 20_000 + " ?o) }",
    "minus signs": "SELECT (" + "- " * 10_000 + "1 AS ?x) {}",
    "path": "ASK { ?s " + "<x:p>/" * 3_000 + "<x:p> ?o }",
    "inverse path": "ASK { ?s " + "^" * 3_000 + "<x:p> ?o }",
    "path groups": "ASK { ?s " + "(" * 3_000 + "<x:p>" + ")*" * 3_000 + " ?o }",
    "unions": "ASK { {}" + " UNION {}" * 3_000 + " }",
    "optionals": "ASK " + "{ OPTIONAL " * 3_000 + "{}" + "}" * 3_000,
    "subqueries": "SELECT * { " * 2_000 + "}" * 2_000,
    "exists": "ASK { " + "FILTER EXISTS { " * 2_000,
    "functions": "SELECT (" + "STR(" * 3_000 + "1" + ")" * 3_000 + " AS ?x) {}",
    "sums": "SELECT (1" + "+1" * 3_000 + " AS ?x) {}",
    "ors": "ASK { FILTER(1" + "||1" * 3_000 + ") }",
    "quoted triples": "ASK { " + "<< " * 3_000 + "<x:s> <x:p> 1 " + ">> " * 3_000 + " <x:p> 1 }",
    "describe": "DESCRIBE " + "<x:a> " * 5_000,
    "prefixes": "PREFIX x: <x:> " * 3_000 + "ASK {}",
    "long": "ASK {} #" + "x" * 70_000,
    "open string": "ASK { ?s ?p '''" + "''\\'" * 10_000,
}


@pytest.mark.parametrize("name", DEEP_QUERIES)
def test_row_6_deep_queries_are_refused_before_parsing(server, name):
    children = server.children
    refused(server.query(DEEP_QUERIES[name]), 400, 413)
    page = server.post("/query", f"run=1&query={quote(DEEP_QUERIES[name])}".encode(), FORM, "text/html")
    assert page.status in (400, 413)
    assert server.children == children  # no process ended


def nested(times, inner, before, after):
    return (before * times + inner + after * times).encode()


DEEP_JSON = {
    "lists": nested(200_000, "", "[", ""),
    "closed lists": nested(100_000, "", "[", "]"),
    "objects": nested(100_000, "1", '{"a":', "}"),
    "under the limit of recursion": nested(900, "", "[", "]"),
    "parts": b'{"resourceType":"Parameters","parameter":'
    + nested(900, "[]", '[{"name":"coding","part":', "}]")
    + b"}",
    "value sets": b'{"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":'
    + nested(450, "{}", '{"resourceType":"ValueSet","contained":[', "]}")
    + b"}]}",
    "compose": b'{"resourceType":"ValueSet","compose":' + nested(480, "[]", '{"include":[', "]}") + b"}",
    "lines": b'{"lines":' + nested(480, '"44310"', '[{"code":', "}]") + b"}",
    "claim": b'{"lines":["44310"],"diagnoses":' + nested(950, "", "[", "]") + b"}",
    "note": b'{"note":' + nested(950, '"a"', "[", "]") + b"}",
    "digits": b'{"limit":' + b"9" * 900_000 + b"}",
    "strings": b'{"a":"' + b"\\" * 500_000,
}
OPERATIONS = (
    "CodeSystem/$lookup",
    "CodeSystem/$validate-code",
    "CodeSystem/$subsumes",
    "ConceptMap/$translate",
)
SETS = ("ValueSet/$expand", "ValueSet/$validate-code")


@pytest.mark.parametrize("name", DEEP_JSON)
def test_row_6_deep_bodies_are_refused(server, name):
    for path in ("/api/v1/check", "/api/v1/suggest"):
        refused(server.post(path, DEEP_JSON[name]), 400)
    for operation in (*OPERATIONS, *SETS):
        for place in ("/fhir/r4", "/fhir/r5"):
            refused(server.post(f"{place}/{operation}", DEEP_JSON[name], "application/fhir+json"), 400, 422)


def test_row_6_value_sets_of_value_sets(server):
    """A compose that names itself, and many of many: an answer or a refusal, no recursion."""
    url = "https://w3id.org/codegraph/fhir/ValueSet/"
    own = {
        "resourceType": "ValueSet",
        "url": f"{url}own",
        "compose": {"include": [{"valueSet": [f"{url}own"]}]},
    }
    refused(server.post("/fhir/r5/ValueSet/$expand", own, "application/fhir+json"), 404, 400, 422)
    few, many = ({"include": [{"valueSet": [f"{url}site-ileum"] * n}] * n} for n in (5, 100))
    asked = {"resourceType": "ValueSet", "compose": few}
    found = server.post("/fhir/r5/ValueSet/$expand", asked, "application/fhir+json").json()["expansion"]
    assert (
        found["total"] == server.ask("/fhir/r5/ValueSet/site-ileum/$expand").json()["expansion"]["total"] > 0
    )
    asked["compose"] = many
    answer = server.post("/fhir/r5/ValueSet/$expand", asked, "application/fhir+json")
    if answer.status == 200:  # all of it, or a refusal
        assert answer.json()["expansion"]["total"] == found["total"]
    else:
        refused(answer, 422, 503)
    asked["compose"] = {"include": [{"system": CPT, "concept": [{"code": "1"}] * 60_000}]}
    refused(server.post("/fhir/r5/ValueSet/$expand", asked, "application/fhir+json"), 413, 422)


DEEP_FORMS = {
    "/check": {"lines": "(" * 3_000, "dx": "[" * 1_000},
    "/price": {"code": "(" * 1_900, "locality": "{" * 1_900},
    "/crosswalk": {"code": "44310/" * 300},
    "/": {"q": "(" * 490},
    "/ask": {"q": "((" * 240},
    "/graph": {"code": "site:" * 300},
}


@pytest.mark.parametrize("path", DEEP_FORMS)
def test_row_6_deep_fields_are_answered_or_refused(server, path):
    answer = server.get(path, "text/html", **DEEP_FORMS[path])
    assert (answer.status, answer.media) in {(n, "text/html") for n in (200, 400, 404)}


DEEP_DATA = {
    "deep.ttl": "<x:s> <x:p> " + "[ <x:p> " * 5_000,
    "deep.trig": "<x:g> { <x:s> <x:p> " + "[ <x:p> " * 5_000 + "}",
    "quoted.nq": "<< " * 5_000 + "<x:s> <x:p> <x:o> " + ">> " * 5_000 + "<x:p> <x:o> .",
    "deep.jsonld": '{"a":' * 100_000,
    "deep.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    + '<a xmlns="x:"><b>' * 3_000,
}


def test_row_6_deep_files_are_refused(trap, tmp_path):
    for name, text in DEEP_DATA.items():
        (tmp_path / name).write_text(text)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda name: attempt(tmp_path / name, trap), DEEP_DATA))
    for name, found in zip(DEEP_DATA, done, strict=True):
        assert (found.code, found.stdout) == (2, ""), (name, found.stderr)  # a signal would be negative
        assert name in found.stderr
        assert "deep" in found.stderr


def test_row_6_claims_on_the_page_and_in_json_say_the_same(server):
    """What a claim may hold is bounded in both places, and bad lines name themselves."""
    many = {"lines": ["44310"] * 600}
    refused(server.post("/api/v1/check", many), 400)
    page = server.post("/check", f"lines={quote('44310 ' * 600)}".encode(), FORM, "text/html")
    assert page.status == 400
    assert json.loads(server.post("/api/v1/check", {"lines": ["44310"]}).body)["outcome"]
