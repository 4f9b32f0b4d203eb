"""VoID and DCAT: every number equals the COUNT query that it stands for."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from codegraph.serve.void import DCAT, VOID


@pytest.fixture(scope="module", params=["server", "files"])
def described(request):
    server = request.getfixturevalue(request.param)
    answer = server.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/n-triples")
    store = ox.Store()
    store.extend(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES))
    return server, store, ox.NamedNode(f"{server.address}.well-known/void#dataset")


def values(store, subject, name):
    return [q.object for q in store.quads_for_pattern(subject, ox.NamedNode(VOID + name), None)]


def number(store, subject, name):
    (found,) = values(store, subject, name)
    return int(found.value)


WHOLE = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
}


@pytest.mark.parametrize("name", WHOLE)
def test_numbers_of_the_whole(described, name):
    server, store, dataset = described
    assert number(store, dataset, name) == int(server.rows(WHOLE[name])[0]["n"])


@pytest.mark.parametrize(
    ("part", "key", "count", "query"),
    [
        (
            *("classPartition", "class", "entities"),
            "SELECT ?k (COUNT(DISTINCT ?s) AS ?n) { ?s a ?k } GROUP BY ?k",
        ),
        (
            *("propertyPartition", "property", "triples"),
            "SELECT ?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k",
        ),
    ],
)
def test_numbers_of_partitions(described, part, key, count, query):
    server, store, dataset = described
    found = {values(store, p, key)[0].value: number(store, p, count) for p in values(store, dataset, part)}
    assert found == {row["k"]: int(row["n"]) for row in server.rows(query) if "k" in row}
    assert found


def test_numbers_of_graphs_and_link_sets(described):
    server, store, dataset = described
    rows = server.rows("SELECT ?k (COUNT(*) AS ?n) { GRAPH ?k { ?s ?p ?o } } GROUP BY ?k")
    expected = {row["k"]: int(row["n"]) for row in rows}
    found = {}
    for subset in values(store, dataset, "subset"):
        for predicate in values(store, subset, "linkPredicate"):
            count = server.rows(f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate.value}> ?o }}")[0]["n"]
            assert number(store, subset, "triples") == int(count) > 0
            break
        else:
            found[subset.value] = number(store, subset, "triples")
    assert found == expected


def test_it_says_where_to_ask(described):
    server, store, dataset = described
    endpoint = ox.NamedNode(f"{server.address}sparql")
    assert values(store, dataset, "sparqlEndpoint") == [endpoint]
    (service,) = store.quads_for_pattern(None, ox.NamedNode(DCAT + "servesDataset"), dataset)
    assert next(store.quads_for_pattern(service.subject, ox.NamedNode(DCAT + "endpointURL"), endpoint), None)


def test_what_is_there_is_not_sent_again(server):
    tag = server.get("/.well-known/void").headers["etag"]
    assert server.get("/.well-known/void", headers={"If-None-Match": tag}).status_code == 304
