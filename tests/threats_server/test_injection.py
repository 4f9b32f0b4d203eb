"""Row 14: a code or a parameter is a value, wherever it is given; it never becomes part of a query, a path or SQL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from codegraph.operations.table import OPERATIONS
from tests.threats_server.running import CPT, refused, segment

INJECTIONS = {
    "closes a literal": '44310" . } #',
    "closes an IRI": "44310> ?p ?o . } #",
    "joins a pattern": "44310\n?s ?p ?o",
    "a union": '44310" } UNION { ?s ?p ?o } #',
    "an update": '44310" } ; DROP ALL ; ASK { "',
    "SQL or": "44310' OR '1'='1",
    "SQL or, numeric": "44310 OR 1=1",
    "SQL statement": "44310'; DROP TABLE code; --",
    "SQL union": "44310' UNION SELECT 1,2,3 --",
    "SQL wildcard": "4431_",
    "SQL wildcards": "44%",
    "glob": "44*",
    "any": "%",
    "template": "{{44310}}",
    "format": "{code}",
    "format attribute": "{0.__class__}",
    "shell": "44310; cat /etc/passwd",
    "command": "$(whoami)",
    "header": "44310\r\nSet-Cookie: a=b",
    "XML": "44310</code><code>44187",
    "JSON": '44310","x":"',
    "index syntax": 'code:44310 OR label:"*"',
    "backslash": "44310\\",
    "other language": "44310' || true",
    "quotes": "'\"`",
    "NUL, quoted": "44310%00",
    "path": "..;/..;/etc/passwd",
    "two codes": "44310,44187",
    "nothing": " ",
}
CODED = tuple(
    o
    for o in OPERATIONS
    if o.method == "GET" and any(p.name in ("code", "first", "modifier", "line") for p in o.parameters)
)
LEAKED = (
    "root:",
    "sqlite",
    "Traceback",
    "OperationalError",
    'near "',
    "syntax error",
    str(Path(__file__).resolve().parents[2]),
    "site-packages",
    ".py",
)


def is_value(answer, *, page=False):
    """Assert that an answer treats what was given as a value: nothing is found, nothing breaks, nothing is told."""
    assert answer.status in (400, 404), (answer.status, answer.text[:300])
    assert answer.media == ("text/html" if page else answer.media)
    assert "set-cookie" not in answer.headers
    text = answer.text
    assert [word for word in LEAKED if word in text] == []
    if not page:
        refused(answer, 400, 404)


def in_the_api(server, name):
    text = INJECTIONS[name]
    for operation in CODED:
        path = "/api/v1" + operation.path
        given = [p for p in operation.parameters if p.name in ("code", "first", "second", "modifier", "line")]
        inside = {p.name: segment(text if p is given[0] else "44310") for p in given}
        path = path.format(**inside)
        query = [
            f"{p.name}={quote(text, safe='')}"
            for p in given
            if f"{{{p.name}}}" not in operation.path and p.required
        ]
        is_value(server.ask(f"{path}?{'&'.join(query)}" if query else path))


def in_parameters(server, name):
    """Names of systems, facets, localities and settings: each is one of a list, or found by key."""
    text = INJECTIONS[name]
    for path, parameter in (
        ("/api/v1/codes", "site"),
        ("/api/v1/codes", "method"),
        ("/api/v1/codes", "condition"),
        ("/api/v1/codes", "system"),
        ("/api/v1/search?text=ileum", "system"),
        ("/api/v1/search?text=ileum", "site"),
        ("/api/v1/crosswalk/44310", "to"),
        ("/api/v1/crosswalk/44310", "via"),
        ("/api/v1/crosswalk/44310", "relation"),
        ("/api/v1/price/44310", "locality"),
        ("/api/v1/price/44310", "setting"),
        ("/api/v1/price/44310", "modifiers"),
        ("/api/v1/price/44310", "on"),
        ("/api/v1/conflicts/44310", "column"),
        ("/api/v1/limits/44310", "setting"),
    ):
        is_value(server.ask(f"{path}{'&' if '?' in path else '?'}{parameter}={quote(text, safe='')}"))


def in_bodies(server, name):
    text = INJECTIONS[name]
    found = [
        server.post("/api/v1/check", {"lines": [text]}),
        server.post("/api/v1/check", {"lines": [{"code": text}]}),
        server.post("/api/v1/check", {"lines": ["44310"], "prior": [text]}),
        server.post("/api/v1/check", {"lines": ["44310"], "setting": text}),
        server.post("/api/v1/suggest", {"note": "ileostomy", "system": [text]}),
    ]
    for answer in found:
        if answer.status != 200:
            is_value(answer)
        else:  # a code that is none is told line by line, and is not paid
            assert [line["outcome"] for line in answer.json()["lines"]] != ["pay"]


def in_addresses_of_linked_data(server, name):
    text = segment(INJECTIONS[name])
    for path in (
        f"/code/cpt/{text}",
        f"/code/{text}/44310",
        f"/concept/site/{text}",
        f"/release/{text}",
        f"/ontology/{text}x",
    ):
        for ending in ("", ".ttl", ".rdf", ".jsonld"):
            answer = server.ask(path + ending, accept="application/json")
            assert answer.status == 404, (path, answer.status)
            assert [word for word in LEAKED if word in answer.text] == []
        if not path.startswith(("/release", "/ontology")):
            is_value(server.ask(path, accept="text/html"), page=True)


def in_fhir(server, name):
    text = INJECTIONS[name]
    for path, parameters in (
        ("CodeSystem/$lookup", {"system": CPT, "code": text}),
        ("CodeSystem/$lookup", {"system": text, "code": "44310"}),
        ("CodeSystem/$lookup", {"system": CPT, "code": "44310", "version": text}),
        ("CodeSystem/$validate-code", {"url": text, "code": "44310"}),
        ("CodeSystem/$subsumes", {"system": CPT, "codeA": text, "codeB": "44310"}),
        ("ValueSet/$expand", {"url": text}),
        ("ValueSet/$validate-code", {"url": text, "code": "44310", "system": CPT}),
        ("ConceptMap/$translate", {"url": text, "code": "44310", "system": CPT}),
    ):
        for place in ("/fhir/r4", "/fhir/r5"):
            answer = server.get(f"{place}/{path}", **parameters)
            assert answer.status in (400, 404, 422), (path, parameters, answer.text)
            refused(answer, 400, 404, 422)
            assert [word for word in LEAKED if word in answer.text] == []
    wrong = server.get("/fhir/r5/CodeSystem/$validate-code", url=CPT, code=text)
    if wrong.status == 200:
        assert next(p for p in wrong.json()["parameter"] if p["name"] == "result")["valueBoolean"] is False
    for kind in ("CodeSystem", "ValueSet", "ConceptMap"):
        refused(server.ask(f"/fhir/r5/{kind}/{segment(text)}"), 404)
        found = server.get(f"/fhir/r5/{kind}", url=text)
        assert found.status == 400 or found.json()["total"] == 0


def in_forms(server, name):
    text = INJECTIONS[name]
    for path, field in (
        ("/crosswalk", "code"),
        ("/price", "code"),
        ("/check", "lines"),
        ("/graph", "code"),
        ("/facets", "scheme"),
        ("/price?code=44310", "locality"),
        ("/price?code=44310", "on"),
        ("/crosswalk?code=44310", "to"),
        ("/query?name=codes_at_site", "p-site"),
        ("/query?name=codes_for_diagnosis", "p-diagnosis"),
    ):
        answer = server.ask(
            f"{path}{'&' if '?' in path else '?'}{field}={quote(text, safe='')}", accept="text/html"
        )
        assert answer.status in (200, 400, 404), (path, field)
        assert [word for word in LEAKED if word in answer.text] == []
        assert "set-cookie" not in answer.headers


def a_stored_query_is_bound_and_not_built(server, name):
    """A value that is no IRI or code of its kind is refused; one that is stands whole in the query that is shown."""
    text = INJECTIONS[name]
    for query, parameter in (("codes_at_site", "site"), ("codes_for_diagnosis", "diagnosis")):
        page = server.get("/query", "text/html", **{"name": query, f"p-{parameter}": text, "run": "1"})
        if name == "nothing":  # an empty field is none
            assert page.status in (200, 400, 503)
            continue
        assert page.status == 400
        assert page.text.count("<tr>") <= 1  # no row was found by it, nor without it


def a_graph_name_is_no_query(server, name):
    answer = server.get("/sparql", query="ASK { ?s ?p ?o }", **{"default-graph-uri": INJECTIONS[name]})
    refused(answer)


ROUTES = (
    *(in_the_api, in_parameters, in_bodies, in_addresses_of_linked_data, in_fhir, in_forms),
    *(a_stored_query_is_bound_and_not_built, a_graph_name_is_no_query),
)


@pytest.mark.parametrize("name", INJECTIONS)
def test_row_14_a_code_is_a_value_on_every_route(server, name):
    for on_route in ROUTES:
        on_route(server, name)
