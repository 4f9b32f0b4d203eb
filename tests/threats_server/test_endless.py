"""Rows 7 and 8: queries that never end are stopped before the first byte, and no pattern takes a server's time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.threats_server.conftest import MEMORY, SECONDS
from tests.threats_server.running import CPT, Answer, refused, waited

# --- row 7 ---

DOUBLED = "BIND(CONCAT({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}) AS {1})"
GROWTH = " ".join(DOUBLED.format(f"?x{n}", f"?x{n + 1}") for n in range(12))
EIGHT = ', ".", "$0$0$0$0$0$0$0$0")'
NUMBERS = " ".join(map(str, range(500)))
ENDLESS = {
    "cartesian": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "cartesian, rows": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "ordered": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a LIMIT 1",
    "distinct": "SELECT DISTINCT ?a ?e { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "paths": "SELECT (COUNT(*) AS ?n) { ?s (!<x:p>|^!<x:p>)* ?o . ?o (!<x:p>|^!<x:p>)* ?z }",
    "paths of a named predicate": "SELECT * { ?s (skos:broader|^skos:broader)* ?o . ?o (rdf:type|^rdf:type)* ?z }",
    "group concat": "SELECT (GROUP_CONCAT(?o) AS ?all) { ?s ?p ?o . ?a ?b ?c }",
    "sums of texts": "SELECT (SUM(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i)))) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "construct": "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "lists of data": "SELECT (COUNT(*) AS ?n) {"
    + "".join(f"VALUES ?v{n} {{ {NUMBERS} }}" for n in range(5))
    + "}",
    "optional": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } }",
    "exists": "ASK { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS { ?g ?h ?i . ?j ?k ?l FILTER(?g = ?c && ?j = <x:>) } }",
    "texts": f'SELECT (SUM(STRLEN(?x12)) AS ?n) {{ BIND("12345678" AS ?x0) {GROWTH} }}',
    "replaced": f"SELECT (STRLEN({'REPLACE(' * 8}STR(?p){EIGHT * 8}) AS ?n) {{ ?s ?p ?o }}",
}


def free(server):
    """Wait until there are as many processes for queries as there should be."""
    return waited(lambda: len(server.children) == 3 and server.children)


@dataclass(frozen=True)
class Stopped:
    """What came of an endless query: its answer, the seconds until then, and the answer to the next one."""

    answer: Answer
    seconds: float
    following: Answer


@pytest.fixture(scope="module")
def stopped(server):
    """Ask all endless queries, two at a time, so that one process stays free."""
    found = {}

    def asked(name):
        began = time.monotonic()
        answer = server.query(ENDLESS[name])
        return Stopped(answer, time.monotonic() - began, server.query("ASK { ?s ?p ?o }"))

    names = list(ENDLESS)
    with ThreadPoolExecutor(2) as pool:
        for pair in zip(names[::2], names[1::2], strict=True):
            free(server)
            found |= dict(zip(pair, pool.map(asked, pair), strict=True))
    free(server)
    return found


@pytest.mark.parametrize("name", ENDLESS)
def test_row_7_an_endless_query_is_stopped_and_the_next_answered(stopped, name):
    said = refused(stopped[name].answer, 503)
    if "longer than" in said:
        assert stopped[name].seconds >= 0.8 * SECONDS  # it was given its time, by a clock of the server's own
        assert int(stopped[name].answer.headers["retry-after"]) >= 1
    else:
        assert "memory" in said
    assert stopped[name].following.json()["boolean"] is True


def test_row_7_memory_is_capped(server):
    """The limit stands in the processes themselves; what they take is none of the server's."""
    for pid in free(server):
        soft, hard = waited(lambda pid=pid: server.limit(pid))
        assert soft == hard < 4 << 30
        # What it has taken since it opened the store, and what it may take.
        assert soft <= (server.memory(pid, "VmPeak") + MEMORY + 1) << 20
    before = server.memory()
    refused(server.query(ENDLESS["texts"]), 503)
    assert server.memory() <= before + 16
    free(server)


def test_row_7_more_endless_queries_than_processes(server):
    free(server)
    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(server.query, [ENDLESS["paths"]] * 9))
    assert {a.status for a in answers} == {503}
    for answer in answers:
        refused(answer, 503)
    free(server)
    assert server.query("ASK { ?s ?p ?o }").json()["boolean"] is True


def test_row_7_the_editor_is_bound_like_the_endpoint(server):
    free(server)
    page = server.get("/query", "text/html", query=ENDLESS["cartesian"], run="1")
    assert (page.status, page.media) == (503, "text/html")
    assert "stopped" in page.text
    free(server)


# --- row 8 ---

NESTED = (
    "^(a+)+$",
    "(a|aa)+$",
    "(.*a){20}",
    "((a*)*)*b",
    "(a|a)*c",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?:a?){60}a{60}",
)
TEXT = "a" * 5_000 + "!"


@pytest.mark.parametrize("pattern", NESTED)
def test_row_8_patterns_in_queries(server, pattern):
    for query in (
        f'SELECT ?x {{ VALUES ?x {{ "{TEXT}" }} FILTER regex(?x, "{pattern}") }}',
        f'SELECT (REPLACE("{TEXT}", "{pattern}", "x") AS ?x) {{}}',
        f'SELECT ?s {{ ?s ?p ?o FILTER regex(STR(?o), "{pattern}", "i") }} LIMIT 1',
    ):
        answer = server.query(query)
        # Done within the time of a query, or refused as a pattern that is none.
        assert answer.status in (200, 400), (answer.status, answer.text[:200])


@pytest.mark.parametrize(
    "pattern", ["(((a{500}){500}){500})", r"(a)\\1", "(?<=a)b", "[", "a{1,99999999}", "\\\\p{Nope}", "(" * 90]
)
def test_row_8_what_is_too_large_or_no_pattern_matches_nothing(server, pattern):
    answer = server.query(f'SELECT ?x {{ VALUES ?x {{ "a" }} FILTER regex(?x, "{pattern}") }}')
    if answer.status == 200:
        assert answer.json()["results"]["bindings"] == []
    else:
        refused(answer, 400)


WORDS = (
    *NESTED,
    "a" * 900,
    "(" * 400,
    "* ? ~ ^ - + [a TO z]",
    "a* " * 200,
    "/(a+)+$/",
    "aaaaaaaaaaaaaaaaaaaaaa~9",
    "label:.*",
)
LONG = {
    "letters": "a" * 90_000,
    "words": "no stoma " * 9_000,
    "initials": "A. " * 30_000,
    "dates": "12/12/" * 15_000,
    "addresses": "a@a.a@" * 15_000,
    "blanks": " \n" * 45_000,
    "marks": "-_./:" * 18_000,
    "codes": "44310 0D1B0Z4 K50.00 " * 4_000,
    "negations": "without " * 11_000,
}


@pytest.mark.parametrize("text", WORDS)
def test_row_8_patterns_are_words_to_a_search(server, text):
    asked = (
        ("/api/v1/search", "application/json", {"text": text[:1_000]}),
        ("/api/v1/ask", "application/json", {"question": text * 2}),
        ("/api/v1/conflicts/44310", "application/json", {"rationale": text[:200]}),
        ("/", "text/html", {"q": text[:500]}),
        ("/ask", "text/html", {"q": text[:500]}),
    )
    for path, accept, given in asked:
        answer = server.get(path, accept, **given)
        assert (answer.status, answer.media) == (200, accept), (path, answer.text[:300])


@pytest.mark.parametrize("pattern", [*NESTED, ".*"])
def test_row_8_patterns_in_fhir(server, pattern):
    """A filter of an expansion is words; a filter by regular expression is refused, and says which there are."""
    url = "https://w3id.org/codegraph/fhir/ValueSet/site-ileum"
    found = server.get("/fhir/r5/ValueSet/$expand", url=url, filter=pattern)
    assert found.status == 200
    assert (
        found.json()["expansion"]["total"]
        < server.get("/fhir/r5/ValueSet/$expand", url=url).json()["expansion"]["total"]
    )
    for name in ("code", "site", "concept", "display"):
        chosen = {"system": CPT, "filter": [{"property": name, "op": "regex", "value": pattern}]}
        asked = {"resourceType": "ValueSet", "compose": {"include": [chosen]}}
        refused(server.post("/fhir/r4/ValueSet/$expand", asked, "application/fhir+json"), 400, 422)


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("redact", [False, True])
def test_row_8_long_notes(server, name, redact):
    """Every pattern that reads notes is linear: a note of 90,000 signs is answered, or refused as too long."""
    answer = server.post("/api/v1/suggest", {"note": LONG[name], "redact": redact})
    assert answer.status == 200, answer.text[:300]
    assert isinstance(answer.json()["candidates"], list)
