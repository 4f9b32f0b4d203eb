"""Row 22: an answer is whole or an error, with its length; nothing is cut unsaid, and HEAD promises what GET gives."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from codegraph.operations.safe import safe_json
from codegraph.serve.calls import Calls
from codegraph.serve.limits import Limits
from tests.threats_server.running import CPT, Answer, refused

RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": None,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
# Signs that some format cannot have, or has only as something else.
SIGNS = {
    "NUL": "\\u0000",
    "control": "a\\u0001b",
    "escape": "\\u001B[2J",
    "no sign": "a\\uFFFEb",
    "carriage return": "a\\rb\\r\\nc",
    "markup": "<a>&amp;]]></a>",
    "blanks": "  a  ",
    "quotes": '\\"\\\\',
    "beyond": "\\U0001F600",
    "delete": "a\\u007Fb\\u0085c",
}


def written_back(sign):
    return next(iter(ox.Store().query(f'SELECT ("{sign}" AS ?x) {{}}')))["x"].value


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("accept", [a for a in RESULTS if a != "text/csv"])
def test_row_22_rows_come_back_as_they_are_or_not_at_all(server, name, accept):
    answer = server.query(f'SELECT ("{SIGNS[name]}" AS ?x) {{}}', accept)
    if answer.status == 200:
        assert answer.media == accept
        if accept.endswith("xml"):
            ElementTree.fromstring(answer.body)
        [row] = ox.parse_query_results(answer.body, format=RESULTS[accept])
        assert row["x"].value == written_back(SIGNS[name])
    else:
        assert (accept, name) in {
            ("application/sparql-results+xml", n) for n in ("NUL", "control", "escape", "no sign")
        }
        assert "XML" in refused(answer)


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("accept", GRAPHS)
def test_row_22_graphs_come_back_as_they_are_or_not_at_all(server, name, accept):
    answer = server.query(f'CONSTRUCT {{ <x:s> <http://e/p> "{SIGNS[name]}" }} {{}}', accept)
    if answer.status == 200:
        assert answer.media == accept
        if accept.endswith("xml"):
            ElementTree.fromstring(answer.body)
        [triple] = ox.parse(answer.body, format=GRAPHS[accept])
        assert triple.object.value == written_back(SIGNS[name])
    else:
        assert (accept, name) in {("application/rdf+xml", n) for n in ("NUL", "control", "escape", "no sign")}
        assert "XML" in refused(answer)


@pytest.mark.parametrize(
    "predicate",
    [
        "x:1",
        "http://e/",
        "http://e/1",
        "http://e/a?b=1",
        "http://e/%20",
        f"{'http://www.w3.org/1999/02/22-rdf-syntax-ns#'}li",
    ],
)
def test_row_22_predicates_without_a_name_are_no_xml(server, predicate):
    query = f"CONSTRUCT {{ <x:s> <{predicate}> 1 }} {{}}"
    for accept, format in GRAPHS.items():
        answer = server.query(query, accept)
        if accept == "application/rdf+xml":
            refused(answer)
        else:
            [triple] = ox.parse(answer.body, format=format)
            assert triple.predicate.value == predicate


def test_row_22_every_format_has_all_rows(server):
    query = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 2000"
    counts = set()
    for accept, format in RESULTS.items():
        answer = server.query(query, accept)
        assert int(answer.headers["content-length"]) == len(answer.body)
        rows = (
            answer.body.count(b"\r\n") - 1
            if format is None
            else sum(1 for _ in ox.parse_query_results(answer.body, format=format))
        )
        counts.add(rows >= 2000 if format is None else rows)
    assert counts == {2000, True}


def test_row_22_an_answer_over_the_limit_is_an_error(server):
    """Be it too long or out of time: what comes is short, and says so."""
    answer = server.query("SELECT * { ?s ?p ?o . ?a ?p ?b } LIMIT 400000")
    refused(answer, 503)
    assert len(answer.body) < 2_000


def test_row_22_a_table_on_a_page_says_what_it_does_not_show(server):
    page = server.get("/query", "text/html", query="SELECT * { ?s ?p ?o } LIMIT 777", run="1")
    assert page.status == 200
    assert "777" in page.text.partition("LIMIT 777")[2]
    assert page.text.count("<tr>") < 777


def test_row_22_an_expansion_is_never_cut(server):
    every = {"resourceType": "ValueSet", "compose": {"include": [{"system": CPT}]}}
    found = server.post("/fhir/r5/ValueSet/$expand", every, "application/fhir+json").json()["expansion"]
    assert len(found["contains"]) == found["total"]
    pages = []
    for offset in range(0, found["total"], 100):
        asked = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "valueSet", "resource": every},
                {"name": "offset", "valueInteger": offset},
                {"name": "count", "valueInteger": 100},
            ],
        }
        page = server.post("/fhir/r5/ValueSet/$expand", asked, "application/fhir+json").json()["expansion"]
        assert page["total"] == found["total"]
        pages += page["contains"]
    assert [c["code"] for c in pages] == [c["code"] for c in found["contains"]]


def test_row_22_the_size_of_lists_is_told(server):
    """A limit that was asked for is kept; where more is known, the same call with a higher limit has it all."""
    few = server.get("/api/v1/search", text="ileostomy", limit=2).json()
    more = server.get("/api/v1/search", text="ileostomy", limit=50).json()
    assert [h["code"] for h in few["hits"]] == [h["code"] for h in more["hits"]][:2]
    assert len(more["hits"]) > 2


PLACES = (
    *(
        "/",
        "/?q=ileostomy",
        "/ask",
        "/facets",
        "/crosswalk?code=44310",
        "/price?code=44310",
        "/check",
        "/about",
        "/query",
    ),
    *(
        "/static/codegraph.css",
        "/sparql",
        "/sparql?query=ASK%7B%7D",
        "/sparql?query=wrong",
        "/.well-known/void",
    ),
    *(
        "/code/cpt/44310",
        "/code/cpt/44310.ttl",
        "/code/cpt/99999",
        "/concept/site/ileum.jsonld",
        "/ontology",
        "/nothing",
    ),
    *(
        "/api/v1/code/44310",
        "/api/v1/code/99999",
        "/api/v1/openapi.json",
        "/api/v1/health",
        "/api/v1/search?text=x",
    ),
    *(
        "/fhir/r4/metadata",
        "/fhir/r5/CodeSystem/cpt",
        "/fhir/r5/CodeSystem/nosuch",
        "/fhir/r5/ValueSet?_count=1",
    ),
)


@pytest.mark.parametrize("path", PLACES)
def test_row_22_head_promises_what_get_gives(server, path):
    def lasting(answer: Answer):
        return {k: v for k, v in answer.headers.items() if k != "date"}

    for accept in ("text/html", "*/*"):
        got = server.ask(path, accept=accept)
        head = server.ask(path, "HEAD", accept=accept)
        assert head.body == b""
        assert head.status == got.status
        assert lasting(head) == lasting(got)
        assert int(got.headers["content-length"]) == len(got.body)
        assert "transfer-encoding" not in got.headers


@pytest.mark.parametrize(
    "path", ["/code/cpt/44312", "/api/v1/code/44312", "/fhir/r5/CodeSystem/modifier", "/?q=44312"]
)
def test_row_22_head_first_changes_nothing(server, path):
    """An answer may be kept from the one for the other."""
    head, got = server.ask(path, "HEAD", accept="*/*"), server.ask(path, accept="*/*")
    assert (head.body, head.status) == (b"", got.status)
    assert len(got.body) == int(head.headers["content-length"])


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/code/cpt/44310.ttl", "/.well-known/void"])
def test_row_22_what_a_client_has_is_not_sent_again(server, path):
    first = server.ask(path)
    again = server.ask(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    for other in ('"x"', "W/", ""):
        assert server.ask(path, headers={"If-None-Match": other}).body == first.body
    part = server.ask(path, headers={"Range": "bytes=0-3"})
    assert (part.status, part.body) == (200, first.body)


KEPT = ("/.well-known/void", "/fhir/r5/metadata", "/fhir/r5/ValueSet?_count=1", "/sparql")


@pytest.mark.parametrize("path", KEPT)
def test_row_22_a_kept_answer_is_the_one_that_was_asked_for(server, path):
    """What names the address that was asked is not given to who asked by another name, nor in another format."""
    names = [f"127.0.0.1:{server.port}", f"localhost:{server.port}", f"[::1]:{server.port}"]
    for _ in range(3):
        for name in names:
            text = server.ask(path, headers={"Host": name}).text
            assert name in text
            assert not any(other in text for other in names if other != name)
    for accept in ("text/turtle", "application/ld+json", "application/fhir+json", "text/turtle"):
        answer = server.ask(path, accept=accept)
        assert answer.media == accept or answer.status == 406


def test_row_22_the_language_of_a_problem_is_json(server):
    query = urlencode({"query": "SELECT ?\u00e9 { \ud83d }".encode("utf-8", "ignore").decode() + "\u2028"})
    detail = refused(server.ask(f"/sparql?{query}"))
    assert json.dumps(detail)
    assert refused(server.ask("/sparql?query=" + quote("ASK { ?s ?p '\x1b[2J\u202e' ")))


def test_row_22_a_panic_of_a_library_is_an_error_like_others():
    """What is raised in Rust is no Exception: past all that answers errors it would end as bare text."""

    class PanicException(BaseException):
        pass

    def panic():
        raise PanicException("index out of range")

    async def asked():
        calls = Calls(Limits())
        try:
            await calls.run("panic", panic)
        finally:
            calls.close()

    with pytest.raises(RuntimeError, match="index out of range"):
        asyncio.run(asked())


CUT = "x" * 6_000
EXACT = "y" * 4_492


def test_row_22_only_what_no_file_has_is_cut():
    """The longest descriptor of an official file is whole; what was sent comes back however long; lists stay."""
    given = json.dumps({"text": CUT + "\u200b", "labels": [EXACT, CUT], "more": list(range(10_000))})
    found = json.loads(safe_json(given, own=("text",)))
    assert found["text"] == CUT
    assert found["labels"][0] == EXACT
    assert len(found["labels"][1]) < 5_010
    assert found["labels"][1].endswith("[…]")
    assert found["more"] == list(range(10_000))
    assert json.loads(safe_json(json.dumps(["a\tb\u202ec\x7f", {"\u200bk": 1.5}], ensure_ascii=False))) == [
        "a bc",
        {"k": 1.5},
    ]
    assert safe_json('{"a": "Häm → 5 °C\\n"}') == '{"a": "Häm → 5 °C\\n"}'
