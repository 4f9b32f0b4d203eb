"""Rows 13, 20 and 23: what stands in a file stays text, gives no orders, and leaves only where it may."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from tools import chromium

from codegraph import CodeGraph
from codegraph.operations.table import OPERATIONS
from tests.build import licensed_files, small_files
from tests.threats_server.conftest import HIDDEN, LINKS, MARKUP, ORDERS
from tests.threats_server.running import CPT, GOOD_OF_FILES, running

CM = "http://hl7.org/fhir/sid/icd-10-cm"
HOSTILE_CODES = ("icd10cm:K50", "icd10cm:K50.0", "icd10cm:K50.00", "icd10cm:K50.012", "icd10cm:Q89.01")
PAGES = (
    *(f"/code/{c.replace(':', '/')}" for c in HOSTILE_CODES),
    *(
        "/",
        "/?q=planted",
        "/?q=K50",
        "/?q=crohn",
        "/results?q=javascript",
        "/ask?q=What+is+K50.00%3F",
        "/about",
    ),
    *("/crosswalk?code=K50.012", "/price?code=44310", "/check?lines=44310&dx=K50.00", "/facets", "/ontology"),
    *(
        "/query?name=codes_for_diagnosis&p-diagnosis=K50.00",
        "/code/cpt/44310",
        "/concept/site/ileum",
        "/code/cpt/99999",
    ),
    "/query?run=1&query=" + quote("SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(CONTAINS(?l, 'planted')) }"),
    "/query?run=1&query=" + quote("CONSTRUCT { ?s ?p ?l } { ?s ?p ?l FILTER(CONTAINS(STR(?l), 'planted')) }"),
    *("/graph?code=K50.00", "/path?from=K50.00&to=44310", "/entry/x", "/shapes", "/.well-known/void"),
    *(
        "/?q=<script>planted=6</script>",
        "/ask?q=<img+src=x+onerror=planted=7>",
        "/check?lines=<svg/onload=planted=8>",
    ),
    *(
        "/crosswalk?code=%22%3E%3Cscript%3Eplanted=9%3C/script%3E",
        "/code/cpt/%3Cscript%3Eplanted=9%3C%2Fscript%3E",
    ),
    *("/price?code=44310&locality=%27%3E%3Cscript%3Eplanted=9%3C/script%3E", "/<script>planted=9</script>"),
    *(
        "/facets?scheme=<script>planted=9</script>",
        "/concept/site/%3Cscript%3Eplanted=9",
        "/query?query=</textarea><script>planted=9",
    ),
    *(
        "/query?name=<script>planted=9",
        "/graph?code=<script>planted=9",
        "/path?from=<script>&to=<script>planted=9",
    ),
)
API = (
    *(f"/api/v1/{name}/K50.00" for name in ("code", "crosswalk", "related")),
    *(f"/api/v1/code/{c}" for c in HOSTILE_CODES),
    *("/api/v1/crosswalk/K50.012", "/api/v1/search?text=asplenia", "/api/v1/search?text=crohn&limit=50"),
    *("/api/v1/search?text=Q89.01", "/api/v1/search?text=bill+99999", "/api/v1/codes?system=icd10cm"),
    *("/api/v1/ask?question=What+is+Q89.01%3F", "/api/v1/ask?question=What+does+K50.012+map+to%3F"),
    *(
        "/api/v1/ask?question=Which+codes+are+for+asplenia%3F",
        "/api/v1/ask?question=Compare+K50.00+and+Q89.01",
    ),
)
FHIR = tuple(
    f"/fhir/{version}/{path}"
    for version in ("r4", "r5")
    for path in (
        *(f"CodeSystem/$lookup?system={CM}&code={code}" for code in ("K50.00", "K50.012", "Q89.01")),
        f"CodeSystem/$validate-code?url={CM}&code=Q89.01&display=x",
        "CodeSystem/icd10cm",
        "ValueSet/$expand?url=" + quote("http://hl7.org/fhir/sid/icd-10-cm?fhir_vs"),
        f"ConceptMap/$translate?system={CM}&code=K50.012",
    )
)
NOTE = {"note": "Asplenia, Crohn's disease. Open loop ileostomy.", "system": ["cpt", "icd10cm"]}


# --- row 13 ---


class Reader(HTMLParser):
    """Collects what of a page could run, and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.harm: list[str] = []
        self.scripts: list[dict[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given)
        self.harm += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.harm += [tag] * (
            tag in ("img", "iframe", "object", "embed", "base") or (tag == "meta" and "http-equiv" in given)
        )
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            value = (given.get(name) or "").strip().lower()
            scheme = value.partition(":")[0] if re.match(r"[^/?#]*:", value) else ""
            if scheme not in ("", "http", "https", "urn"):
                self.harm.append(f"{tag} {name}={value[:60]}")


@pytest.mark.parametrize("path", PAGES)
def test_row_13_markup_of_labels_and_requests_is_text(planted, path):
    answer = planted.ask(quote(path, safe="/?=&%+:$#"), accept="text/html")
    assert answer.status < 500
    assert answer.media == "text/html" or path == "/.well-known/void"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    if answer.media != "text/html":
        return
    read = Reader()
    read.feed(answer.text)
    assert read.harm == []
    for script in read.scripts:  # of the server's own, or data
        assert str(script.get("src", "")).startswith("/static/") or script.get("type") in (
            "application/ld+json",
            "application/json",
        )
    assert "{{7*7}}" in answer.text or "49}}" not in answer.text


def test_row_13_the_labels_are_there(planted):
    """The test above would pass on pages that show nothing."""
    page = planted.ask("/code/icd10cm/K50.00", accept="text/html").text
    assert "&lt;script&gt;planted=1&lt;/script&gt;" in page
    assert "{{7*7}}" in page


@pytest.mark.parametrize(
    "path",
    ["/code/icd10cm/K50.jsonld", "/api/v1/code/K50.00", FHIR[0], "/static/search.js", "/static/icon.svg"],
)
def test_row_13_data_is_no_page(planted, path):
    answer = planted.ask(path)
    assert answer.status == 200
    assert answer.media != "text/html"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if chromium.program() is None:
        pytest.skip("no Chromium")
    found = chromium.Chromium(tmp_path_factory.mktemp("browser"))
    yield found
    found.close()


SHOWN = (PAGES[2], PAGES[3], "/?q=K50", "/crosswalk?code=K50.012", "/ask?q=What+is+K50.00%3F", *PAGES[-11:-6])


@pytest.mark.parametrize("path", SHOWN)
def test_row_13_a_real_browser_runs_nothing(planted, browser, path):
    browser.open(planted.address.rstrip("/") + quote(path, safe="/?=&%+:$#"))
    assert browser.run("typeof planted") == "undefined"
    assert (
        browser.run("document.querySelectorAll('img, iframe, [onload], [onerror], [onmouseover]').length")
        == 0
    )
    assert browser.run("[...document.links].filter(a => !/^(https?|urn):/.test(a.href)).length") == 0
    assert [p for p in browser.problems if "status of 4" not in p] == []
    assert [r for r in browser.requests if not r.startswith((planted.address, "data:image/svg+xml"))] == []


POSTED = {
    "/suggest": {
        "note": f"{MARKUP} {LINKS} Crohn's disease. Open loop ileostomy. </textarea><script>planted=9"
    },
    "/check": {
        "lines": f"44310 {MARKUP.replace(' ', '')}",
        "dx": "K50.00 <svg/onload=planted=9>",
        "prior": "<b>",
    },
    "/query": {"query": f"SELECT * {{ ?s ?p '{MARKUP}' }} </textarea><script>planted=9</script>", "run": "1"},
}


@pytest.mark.parametrize("path", POSTED)
def test_row_13_markup_of_forms_is_text(planted, path):
    answer = planted.post(
        path, urlencode(POSTED[path]).encode(), "application/x-www-form-urlencoded", "text/html"
    )
    assert answer.status in (200, 400)
    assert answer.media == "text/html"
    read = Reader()
    read.feed(answer.text)
    assert read.harm == []
    assert all(str(script.get("src", "")).startswith("/static/") for script in read.scripts)
    assert "&lt;script&gt;" in answer.text  # it is shown


def test_row_13_results_as_one_types_run_nothing(planted, browser):
    browser.open(planted.address)
    browser.run("document.querySelector('form[data-live] input[name=q]').focus()")
    browser.type("K50.0 <img src=x onerror=planted=9>")
    browser.until("document.getElementById('results').innerText.includes('onerror=planted')")
    assert browser.run("typeof planted") == "undefined"
    assert browser.run("document.querySelectorAll('img, [onerror], main script').length") == 0
    assert [p for p in browser.problems if "status of 4" not in p] == []


HOSTILE_DATA = """
<http://e/s> <http://e/p> "<script>planted=1</script>" , "</script><svg onload=planted=2>" ;
  <http://e/q> <javascript:planted=3> ;
  <http://www.w3.org/2000/01/rdf-schema#seeAlso> <data:text/html,planted> , <http://e/'onmouseover='planted=4> .
<javascript:planted=5> <http://e/p> "{{7*7}}" .
"""


def test_row_13_a_served_file_of_markup(trap, tmp_path):
    (tmp_path / "hostile.ttl").write_text(HOSTILE_DATA)
    options = ("--workers", 1, "--data", tmp_path / "hostile.ttl")
    with running(*options, trap=trap, errors=tmp_path / "errors", good=GOOD_OF_FILES) as files:
        every = quote("SELECT * { ?s ?p ?o }")
        for path in (
            "/",
            "/sparql",
            f"/sparql?query={every}",
            "/.well-known/void",
            "/query",
            f"/query?query={every}",
            "/x<script>",
        ):
            answer = files.ask(path, accept="text/html")
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            if answer.media == "text/html":
                read = Reader()
                read.feed(answer.text)
                assert (read.harm, read.scripts) == ([], [])
        rows = files.rows("SELECT * { ?s ?p ?o }")
        assert "<script>planted=1</script>" in {row["o"] for row in rows}  # as data it is what it is
        files.unharmed()


# --- row 20 ---


def texts(value: object) -> Iterator[str]:
    """Yield every text in a value of JSON, names of fields too."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def unseen(text):
    return [
        c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in "\n\t\r"
    ]


def test_row_20_the_orders_are_in_the_release(release):
    assert HIDDEN in CodeGraph(release)["icd10cm:Q89.01"].label


@pytest.mark.parametrize("path", [*API, *FHIR])
def test_row_20_nothing_hidden_and_nothing_endless_in_an_answer(planted, path):
    answer = planted.ask(path)
    assert answer.status in (200, 404), answer.text
    found = list(texts(answer.json()))
    assert [t for t in found if unseen(t)] == []
    assert max(map(len, found), default=0) <= 5_010


def test_row_20_suggestions_too(planted):
    found = planted.post("/api/v1/suggest", NOTE).json()
    assert [t for t in texts(found) if unseen(t)] == []
    assert max(map(len, texts(found))) <= 5_010


@pytest.mark.parametrize("path", PAGES[:12])
def test_row_20_nor_in_a_page(planted, path):
    page = planted.ask(path, accept="text/html").text
    assert unseen(page) == []


CODE = re.compile(r"(?:cpt|hcpcs|icd10cm|icd10pcs|icd9cm):[0-9A-Z][0-9A-Z.]{2,7}")


@pytest.mark.parametrize("path", [p for p in API if "search" in p or "ask" in p])
def test_row_20_every_code_of_an_answer_is_in_the_graph(planted, release, path):
    """A label may name a code; what an answer offers as a code is one of the release."""
    graph = CodeGraph(release)
    answer = planted.ask(path).json()
    offered = {hit["code"] for hit in answer.get("hits", ())}
    for sentence in answer.get("sentences", ()):
        offered |= set(CODE.findall(json.dumps(sentence["evidence"])))
    assert {code for code in offered if code not in graph} == set()
    assert "cpt:99999" not in graph
    assert "cpt:99999" not in json.dumps(answer)


def test_row_20_an_order_decides_nothing(planted):
    """What is billed is decided by rows: an order in a label changes no outcome, and is in no verdict."""
    claim = {"lines": ["44310"], "diagnoses": ["Q89.01"]}
    found = planted.post("/api/v1/check", claim).json()
    without = planted.post("/api/v1/check", {**claim, "diagnoses": ["K50.00"]}).json()
    assert [line["outcome"] for line in found["lines"]] == [line["outcome"] for line in without["lines"]]
    assert found["outcome"] == without["outcome"]
    assert ORDERS not in json.dumps(found)


# --- row 23 ---

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
