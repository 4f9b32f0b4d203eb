"""SPARQL 1.1 Protocol, query side: one test for each of the W3C's cases, written anew from the recommendation.

https://www.w3.org/TR/sparql11-protocol/ and the protocol tests of the SPARQL 1.1 test suite.
"""

from __future__ import annotations

import pytest

A, B, C = (f"http://example.org/graph/{name}" for name in "abc")
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ASK = "ASK { ?s ?p ?o }"
SUBJECTS = "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s"
GRAPHS = "SELECT DISTINCT ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY ?s"


def names(answer):
    assert answer.status_code == 200, answer.text
    return [row["s"]["value"].rpartition("/")[2] for row in answer.json()["results"]["bindings"]]


def post(server, body, media, **parameters):
    headers = {"Content-Type": media} if media else {}
    content = body if isinstance(body, bytes) else body.encode()
    return server.client.post("/sparql", content=content, headers=headers, params=parameters)


# --- query operation ----------------------------------------------------------------------------------------------


def test_query_get(files):
    answer = files.query(ASK)
    assert (answer.status_code, answer.json()["boolean"]) == (200, True)


def test_query_post_form(files):
    answer = files.client.post("/sparql", data={"query": ASK})
    assert (answer.status_code, answer.json()["boolean"]) == (200, True)


def test_query_post_direct(files):
    answer = post(files, ASK, DIRECT)
    assert (answer.status_code, answer.json()["boolean"]) == (200, True)


def test_query_dataset_default_graph(files):
    assert names(files.query(SUBJECTS, more={"default-graph-uri": A})) == ["both", "one"]


@pytest.mark.parametrize("method", ["get", "form", "direct"])
def test_query_dataset_default_graphs(files, method):
    """Two default graphs are merged; what only a third says is not found."""
    graphs = {"default-graph-uri": [A, B]}
    answer = {
        "get": lambda: files.query(SUBJECTS, more=graphs),
        "form": lambda: files.client.post("/sparql", data={"query": SUBJECTS, **graphs}),
        "direct": lambda: post(files, SUBJECTS, DIRECT, **graphs),
    }[method]()
    assert names(answer) == ["both", "one", "two"]


@pytest.mark.parametrize("method", ["get", "form", "direct"])
def test_query_dataset_named_graphs(files, method):
    graphs = {"named-graph-uri": [A, C]}
    answer = {
        "get": lambda: files.query(GRAPHS, more=graphs),
        "form": lambda: files.client.post("/sparql", data={"query": GRAPHS, **graphs}),
        "direct": lambda: post(files, GRAPHS, DIRECT, **graphs),
    }[method]()
    assert names(answer) == ["both", "one", "three"]


def test_query_dataset_full(files):
    """Default and named graphs together: each pattern finds its own, and no more."""
    graphs = {"default-graph-uri": [A, B], "named-graph-uri": [C]}
    assert names(files.query(SUBJECTS, more=graphs)) == ["both", "one", "two"]
    assert names(files.query(GRAPHS, more=graphs)) == ["three"]


def test_query_multiple_dataset(files):
    """The dataset of the request replaces that of FROM and FROM NAMED."""
    text = f"SELECT ?s FROM <{A}> FROM NAMED <{A}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }} ORDER BY ?s"
    assert names(files.query(text)) == ["both", "both", "one", "one"]
    assert names(files.query(text, more={"default-graph-uri": B})) == ["both", "two"]
    assert names(files.query(text, more={"named-graph-uri": C})) == ["three"]


def test_only_named_graphs_leave_the_default_graph_empty(files):
    assert names(files.query(SUBJECTS, more={"named-graph-uri": A})) == []


def test_without_a_dataset_all_graphs_are_read_as_one(files):
    assert names(files.query(SUBJECTS)) == ["both", "one", "three", "two", "zero"]


# --- what a query is answered in ----------------------------------------------------------------------------------

SELECT = "SELECT ?s { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "application/json", JSON),
        (SELECT, XML, XML),
        (SELECT, "text/csv", "text/csv; charset=utf-8; header=present"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/csv;q=0.4, application/sparql-results+xml;q=0.7, */*;q=0.1", XML),
        (SELECT, "text/csv, */*", "text/csv; charset=utf-8; header=present"),
        (
            SELECT,
            "text/*;q=0.9, text/csv;q=0, application/*;q=0.1",
            "text/tab-separated-values; charset=utf-8",
        ),
        (ASK, None, JSON),
        (ASK, XML, XML),
        ("DESCRIBE <http://example.org/one>", None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json, text/turtle;q=0.9", "application/ld+json"),
    ],
)
def test_query_content_type(files, query, accept, expected):
    with_accept = {"Accept": accept} if accept else {}
    request = files.client.build_request("GET", "/sparql", params={"query": query}, headers=with_accept)
    if accept is None:
        del request.headers["accept"]
    answer = files.client.send(request)
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert answer.headers["vary"] == "Accept"
    assert b"example.org" in answer.content or query == ASK


def test_nothing_acceptable_is_406_and_names_what_there_is(files):
    answer = files.query(SELECT, headers={"Accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    assert "text/csv" in answer.json()["detail"]
    assert files.query(ASK, headers={"Accept": "text/csv"}).status_code == 406


def test_csv_and_tsv_and_xml_say_the_same_as_json(files):
    expected = names(files.query(SUBJECTS))
    for media, end in (("text/csv", "\r\n"), ("text/tab-separated-values", "\n")):
        lines = files.query(SUBJECTS, headers={"Accept": media}).content.decode().split(end)
        assert [line.strip("<>").rpartition("/")[2] for line in lines[1:-1]] == expected
    xml = files.query(SUBJECTS, headers={"Accept": XML}).text
    assert xml.count("<result>") == len(expected)


# --- what is refused ----------------------------------------------------------------------------------------------


def refused(answer, status):
    """Hold that an answer is a problem with this status, and return its words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    return problem["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_bad_query_method(files, method):
    answer = files.client.request(method, "/sparql", params={"query": ASK})
    refused(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_bad_multiple_queries(files):
    assert "exactly one" in refused(files.get(params={"query": [ASK, SELECT]}), 400)
    assert "exactly one" in refused(files.client.post("/sparql", data={"query": [ASK, ASK]}), 400)
    refused(files.query(f"{ASK} {ASK}"), 400)


def test_bad_query_wrong_media_type(files):
    assert "text/plain" in refused(post(files, ASK, "text/plain"), 415)


def test_bad_query_missing_form_type(files):
    refused(post(files, "query=ASK%20%7B%7D", None), 415)


def test_bad_query_missing_direct_type(files):
    refused(post(files, ASK, None), 415)


def test_bad_query_non_utf8(files):
    refused(post(files, ASK.encode("utf-16"), f"{DIRECT}; charset=UTF-16"), 415)
    assert "UTF-8" in refused(post(files, ASK.encode("utf-16"), DIRECT), 400)
    assert "UTF-8" in refused(post(files, b"query=ASK%20%7B%FF%7D", FORM), 400)
    assert "UTF-8" in refused(files.get("/sparql?query=ASK%20%7B%FF%7D"), 400)


def test_bad_query_syntax(files):
    assert "line 2, column 11" in refused(files.query("ASK {\n  nothing of the kind }"), 400)


def test_a_form_without_a_query(files):
    assert "exactly one" in refused(files.client.post("/sparql", data={"other": "1"}), 400)
    assert "exactly one" in refused(files.get(params={"default-graph-uri": A}), 400)


def test_a_query_sent_twice_over(files):
    refused(post(files, ASK, DIRECT, query=ASK), 400)
    refused(post(files, "query=ASK%20%7B%7D", FORM, query=ASK), 400)


def test_a_graph_is_an_absolute_iri(files):
    assert "absolute IRI" in refused(files.query(ASK, more={"default-graph-uri": "a b"}), 400)


UPDATE = "INSERT DATA { <http://example.org/x> a <http://example.org/X> }"
UPDATES = (UPDATE, "DELETE WHERE { ?s ?p ?o }", "LOAD <file:///etc/hostname>", "CLEAR ALL", "DROP ALL")


@pytest.mark.parametrize("update", UPDATES)
def test_updates_are_refused_in_every_form(files, update):
    before = names(files.query(SUBJECTS))
    assert "read-only" in refused(files.client.post("/sparql", data={"update": update}), 403)
    assert "read-only" in refused(post(files, update, "application/sparql-update"), 403)
    assert "read-only" in refused(files.get(params={"update": update}), 400)
    assert "read-only" in refused(files.query(update), 400)
    assert "read-only" in refused(post(files, update, DIRECT), 400)
    assert names(files.query(SUBJECTS)) == before


# --- HTTP ---------------------------------------------------------------------------------------------------------


def test_head_says_what_get_says(files):
    get, head = files.query(SUBJECTS), files.client.head("/sparql", params={"query": SUBJECTS})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == get.headers[name]


def test_options_says_what_is_allowed(files):
    answer = files.client.options("/sparql")
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_what_the_client_has_is_not_sent_again(files):
    tag = files.query(SUBJECTS).headers["etag"]
    again = files.query(SUBJECTS, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert files.query(SUBJECTS, headers={"If-None-Match": tag, "Accept": "text/csv"}).status_code == 200
    assert files.query(SELECT, headers={"If-None-Match": tag}).status_code == 200
    assert "etag" not in files.query("SELECT (RAND() AS ?n) {}").headers


def test_another_dataset_has_other_tags(files, server):
    assert files.query(ASK).headers["etag"] != server.query(ASK).headers["etag"]
