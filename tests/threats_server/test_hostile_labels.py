"""Rows 13 and 20: what stands in a file or a request stays text, and gives no orders."""

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
from tests.threats_server.conftest import HIDDEN, LINKS, MARKUP, ORDERS
from tests.threats_server.running import GOOD_OF_FILES, running

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
