"""What is not there: 404 with what is near, in the format that was asked for; a form that is none is another error."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from codegraph import CodeGraph
from codegraph.operations.table import OPERATIONS
from tests.threats_server.running import CPT, refused

GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
ENDINGS = {
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
}
SEE = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#seeAlso")
# What was asked, as a path of two segments, and one of the near things that should be named.
MISSING = {
    "cpt/44319": "cpt:44310",
    "cpt/44130x": "",
    "icd10pcs/0D1B1Z4": "icd10pcs:0D1B0Z4",
    "icd10cm/K50.03": "icd10cm:K50.0",
    "hcpcs/G0001": "",
}
TERMS = {"site/ilium": "site:ileum", "method/bypas": "method:bypass", "approach/opened": "approach:open"}


@pytest.fixture(scope="module")
def graph(packaged_cache):
    return CodeGraph(next(p for p in packaged_cache.glob("packaged-*") if p.is_dir()))


def places():
    return [(f"/code/{p}", near) for p, near in MISSING.items()] + [
        (f"/concept/{p}", n) for p, n in TERMS.items()
    ]


@pytest.mark.parametrize(("path", "near"), places())
def test_as_rdf(server, path, near):
    for media, format in GRAPHS.items():
        asked, named = server.ask(path, accept=media), server.ask(path + ENDINGS[media])
        for answer in (asked, named):
            assert (answer.status, answer.media) == (404, media)
            assert answer.headers["cache-control"] == "no-store"
            if media.endswith("rdf+xml"):
                ElementTree.fromstring(answer.body)
            triples = list(ox.parse(answer.body, format=format))
            assert ox.Literal(404) in {t.object for t in triples}
            seen = {t.object.value for t in triples if t.predicate == SEE}
            assert any(iri.endswith(near.replace(":", "/")) for iri in seen) or not near


@pytest.mark.parametrize(("path", "near"), places())
def test_as_json_and_as_a_page(server, path, near):
    answer = server.ask(path, accept="application/json")
    detail = refused(answer, 404)
    assert near in answer.json().get("near", [""]) or near.partition(":")[2] in detail
    page = server.ask(path, accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (page.status, page.media) == (404, "text/html")
    assert f'href="/{path.split("/")[1]}/{near.replace(":", "/")}"' in page.text or not near


@pytest.mark.parametrize(("path", "near"), places())
def test_what_is_near_is_there(server, graph, path, near):
    """Each near match leads to something: no dead ends out of a dead end."""
    for found in server.ask(path, accept="application/json").json().get("near", ()):
        curie = found if ":" in found else f"{path.split('/')[2]}:{found}"
        kind = "code" if curie in graph else "concept"
        assert server.ask(f"/{kind}/{curie.replace(':', '/')}.ttl").status == 200


CODED = [o for o in OPERATIONS if "{code}" in o.path]


@pytest.mark.parametrize("operation", CODED, ids=[o.name for o in CODED])
def test_in_the_api(server, operation):
    for code in ("44319", "cpt:44319", "0D1B0Z9", "K50.03"):
        answer = server.ask(f"/api/v1{operation.path.format(code=code)}", accept="text/html")
        if answer.status == 200:  # a rule that names the code, or says what it does not know
            assert code.rpartition(":")[2] in answer.text or answer.json() == []
        else:
            assert "444" not in refused(answer, 404, 400)
    near = server.ask("/api/v1/code/44319").json()["near"]
    assert "cpt:44310" in near or "44310" in near


@pytest.mark.parametrize("place", ["/fhir/r4", "/fhir/r5"])
def test_in_fhir(server, place):
    said = refused(server.get(f"{place}/CodeSystem/$lookup", system=CPT, code="44319"), 404)
    assert "44319" in said
    assert "44310" in said
    wrong = server.get(f"{place}/CodeSystem/$validate-code", url=CPT, code="44319")
    assert wrong.status == 200  # FHIR's way to say so
    values = {p["name"]: next(v for k, v in p.items() if k != "name") for p in wrong.json()["parameter"]}
    assert values["result"] is False
    for path in ("CodeSystem/cptt", "ValueSet/site-ilium", "ConceptMap/x"):
        refused(server.ask(f"{place}/{path}"), 404)
    refused(server.get(f"{place}/ValueSet/$expand", url="https://w3id.org/codegraph/fhir/ValueSet/x"), 404)


@pytest.mark.parametrize(
    "path", ["/crosswalk?code=44319", "/price?code=44319", "/check?lines=44319", "/graph?code=44319"]
)
def test_on_forms(server, path):
    page = server.ask(path, accept="text/html")
    assert page.media == "text/html"
    assert page.status in (200, 404)
    assert "44319" in page.text
    assert 'value="44319"' in page.text or ">44319" in page.text  # what was written stays in the form
    if page.status == 404:
        assert "44310" in page.text


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/code", "/code/", "/api", "/api/v1/nothing", "/fhir", "/fhir/r6/metadata", "/static/x"],
)
def test_addresses_of_nothing(server, path):
    for accept in ("*/*", "text/html", "application/json", "application/fhir+json"):
        answer = server.ask(path, accept=accept)
        if (path, accept) == ("/code/", "application/fhir+json"):
            refused(answer, 406)  # what stands below it is not written so
            continue
        assert answer.status == 404
        if accept == "text/html" and not path.startswith("/api/v1"):
            assert answer.media == "text/html"
        else:
            assert refused(answer, 404)


def test_a_search_of_nothing_finds_nothing(server):
    for text in ("qqqqqqqq zzzzzzzz", "99999", "…"):
        assert server.get("/api/v1/search", text=text).json()["hits"] == []
        assert server.ask(f"/?q={quote(text)}", accept="text/html").status == 200
