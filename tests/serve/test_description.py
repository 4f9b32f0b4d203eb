"""The service description: the three cases of the W3C's tests, and what ours says beyond them."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
MEDIA = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def described(server, accept="text/turtle"):
    answer = server.get("/sparql", headers={"Accept": accept})
    assert answer.status_code == 200
    store = ox.Store()
    store.extend(ox.parse(answer.content, format=MEDIA[answer.headers["content-type"].partition(";")[0]]))
    return store


def values(store, subject, name):
    return [q.object for q in store.quads_for_pattern(subject, ox.NamedNode(SD + name), None)]


@pytest.mark.parametrize("accept", [*MEDIA, "*/*"])
def test_a_get_without_a_query_returns_rdf(server, accept):
    assert len(described(server, accept)) > 10


def test_it_has_the_endpoint_that_was_asked(server):
    store = described(server)
    assert values(store, None, "endpoint") == [ox.NamedNode(f"{server.address}sparql")]


def test_it_conforms_to_the_vocabulary(server):
    """One service with a language; only terms that the vocabulary has."""
    store = described(server)
    (service,) = {q.subject for q in store.quads_for_pattern(None, ox.NamedNode(SD + "endpoint"), None)}
    assert values(store, service, "supportedLanguage") == [ox.NamedNode(SD + "SPARQL11Query")]
    assert values(store, service, "feature") == [ox.NamedNode(SD + "UnionDefaultGraph")]
    used = {
        t.value.removeprefix(SD)
        for q in store
        for t in q.triple
        if isinstance(t, ox.NamedNode) and SD in t.value
    }
    assert used <= {
        *("Service", "Dataset", "Graph", "NamedGraph", "endpoint", "supportedLanguage", "SPARQL11Query"),
        *("feature", "UnionDefaultGraph", "resultFormat", "defaultDataset", "defaultGraph", "namedGraph"),
        *("name", "graph"),
    }


def test_its_graphs_have_the_number_of_triples_that_queries_count(files):
    files.get("/.well-known/void")  # which waits until all is counted
    store = described(files)
    found = {}
    for entry in values(store, None, "namedGraph"):
        (name,) = values(store, entry, "name")
        (graph,) = values(store, entry, "graph")
        (count,) = store.quads_for_pattern(graph, ox.NamedNode(VOID + "triples"), None)
        found[name.value] = int(count.object.value)
    rows = files.rows("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert found == {row["g"]: int(row["n"]) for row in rows}
    assert len(found) == 3


def test_a_browser_gets_a_page(server):
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = server.get("/sparql", headers={"Accept": accept})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<form" in answer.text
