"""Row 23: licensed words and maps that were loaded are in no answer, no page and no log, on any route."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from codegraph import CodeGraph
from codegraph.operations.table import OPERATIONS
from tests.build import licensed_files, small_files
from tests.threats_server.running import CPT
from tests.threats_server.test_hostile_labels import FHIR, NOTE, PAGES

WORDS = (small_files.PLANTED, licensed_files.PLANTED)
DATA = tuple(
    f"/{path}{ending}"
    for path in (
        "code/cpt/44310",
        "code/icd10cm/K50.012",
        "code/icd10pcs/0D1B0Z4",
        "code/icd9cm/555.0",
        "ontology",
        "shapes",
    )
    for ending in (".ttl", ".jsonld", ".rdf", ".nt")
)
QUERIES = (
    "SELECT ?s ?p ?o { ?s ?p ?o }",
    "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
    "DESCRIBE <https://w3id.org/codegraph/code/cpt/44310>",
    "SELECT ?o { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), 'planted')) }",
)


CONCEPTS = re.compile(r"\b99999900[0-9]{2}\b")  # of SNOMED CT, in maps that need a licence


def leaks(answer):
    text = re.sub(r"\s+", " ", answer.body.decode("utf-8", "replace")).lower()
    return [word for word in WORDS if word.lower() in text] + CONCEPTS.findall(text)


def test_row_23_the_licensed_words_are_in_the_release(release):
    graph = CodeGraph(release)
    assert WORDS[0] in str(graph["cpt:44310"].official_descriptors)
    held = b"".join(p.read_bytes() for p in release.rglob("*") if p.is_file())
    assert WORDS[0].encode() in held  # licensed names of concepts are not even kept
    targets = {m.target.curie for m in graph.crosswalk("44310", include_licensed=True)}
    assert "sct:9999990001" in targets


def every_path() -> list[str]:
    """Return each page, document and operation, for the code with a licensed descriptor."""
    words = {
        "code": "44310",
        "first": "44310",
        "second": "44388",
        "modifier": "59",
        "site": "ileum",
        "line": "44310",
    }
    words |= {"text": "planted", "question": "What is the official descriptor of 44310?", "method": "bypass"}
    found = []
    for operation in OPERATIONS:
        path = operation.path
        for name, value in words.items():
            path = path.replace(f"{{{name}}}", value)
        inside = [
            p.name for p in operation.parameters if f"{{{p.name}}}" not in operation.path and p.name in words
        ]
        flags = [p.name for p in operation.parameters if p.kind == "flag"]
        pairs = [f"{n}={quote(words[n])}" for n in inside] + [f"{n}=true" for n in flags if n != "nearest"]
        found += [f"/api/v1{path}?{'&'.join(pairs[: len(inside)])}", f"/api/v1{path}?{'&'.join(pairs)}"]
    more = (
        "/api/v1/openapi.json",
        "/api/v1/health",
        "/api/v1/metrics",
        "/.well-known/void",
        "/sparql",
        "/context.jsonld",
    )
    plain = [p.replace("K50.00", "44310").replace("icd10cm/K50", "cpt/44310") for p in PAGES]
    lookups = [
        f"/fhir/r{v}/{p}?system={CPT}&code=44310"
        for v in (4, 5)
        for p in ("CodeSystem/$lookup", "ConceptMap/$translate")
    ]
    read = [
        f"/fhir/r{v}/{p}"
        for v in (4, 5)
        for p in ("metadata", "CodeSystem", "ValueSet", "ConceptMap", "CodeSystem/cpt", "CodeSystem/snomed")
    ]
    expand = [
        f"/fhir/r5/ValueSet/$expand?url={quote(CPT + '?fhir_vs', safe='')}&includeDesignations=true&property=display"
    ]
    return [*found, *more, *PAGES, *plain, *DATA, *FHIR, *lookups, *read, *expand]


def test_row_23_no_answer_has_licensed_words(planted):
    leaking, statuses = {}, {}
    for path in every_path():
        for accept in ("text/html", "*/*"):
            answer = planted.ask(quote(path, safe="/?=&%+:$#,"), accept=accept)
            statuses[path, accept] = answer.status
            own = {w for w in WORDS if w.lower() in path.lower()}
            if found := set(leaks(answer)) - own:
                leaking[path] = found
    assert leaking == {}
    assert sum(status == 200 for status in statuses.values()) > 150
    assert max(statuses.values()) < 500


@pytest.mark.parametrize("query", QUERIES)
def test_row_23_no_query_has_licensed_words(planted, query):
    for accept in ("application/json", "application/xml", "text/csv", "text/turtle", "text/html"):
        answer = planted.query(query, accept)
        assert answer.status in (200, 406)
        assert leaks(answer) == []


@pytest.mark.parametrize("path", ["/api/v1/suggest", "/api/v1/check"])
def test_row_23_no_body_asks_for_them(planted, path):
    body = {"note": "44310 " + NOTE["note"]} if path.endswith("suggest") else {"lines": ["44310", "44388"]}
    answer = planted.post(path, body)
    assert answer.status == 200
    assert leaks(answer) == []
    refused = planted.post(path, {**body, "include_licensed": True})
    assert (refused.status, leaks(refused)) == (400, [])
    assert planted.ask("/api/v1/code/44310?include_licensed=true").status == 400


def test_row_23_nothing_is_written_to_the_log(planted):
    """Neither licensed words nor those of requests; what a server says of itself would do so here."""
    planted.ask("/api/v1/code/Jane-Roe?q=Jane-Roe", headers={"X-Name": "Jane-Roe"})
    planted.raw("GET /Jane-Roe\r\nJane-Roe\r\n\r\n")
    said = planted.errors.read_text().lower()
    assert "jane" not in said
    assert [w for w in WORDS if w.lower() in said] == []
    assert "traceback" not in said
