"""Rows 1 to 4: no query, update, file or address makes the server read a file or ask another host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from tests.threats_server.attempt import attempt
from tests.threats_server.running import GOOD_OF_FILES, refused, running

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"

# --- row 1 ---

SERVICE = {
    "plain": "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "silent": "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "small letters": "select * {{ service <{url}> {{ ?s ?p ?o }} }}",
    "prefixed": "PREFIX x: <{url}> ASK {{ SERVICE x:y {{ ?s ?p ?o }} }}",
    "variable": "SELECT * {{ BIND(<{url}> AS ?any) SERVICE ?any {{ ?s ?p ?o }} }}",
    "subquery": "SELECT * {{ {{ SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }} }} }}",
    "exists": "SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "not exists": "ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }} }}",
    "optional": "SELECT * {{ OPTIONAL {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "union": "SELECT * {{ {{ ?s ?p ?o }} UNION {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "minus": "SELECT * {{ ?s ?p ?o MINUS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "graph": "SELECT * {{ GRAPH ?g {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "construct": "CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "describe": "DESCRIBE ?s {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "glued": "ASK {{ FILTER(true)SERVICE<{url}>{{ ?s ?p ?o }} }}",
    "glued to a word": "ASK {{ VALUES ?x {{ true }}trueSERVICE<{url}>{{ ?s ?p ?o }} }}",
    "after a comment": "ASK {{ # }} \n SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "after a string": "ASK {{ BIND('#' AS ?x) SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "escaped letters": "ASK {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    "line ends": "ASK {{ SERVICE\r\n\t<{url}>\r{{ ?s ?p ?o }} }}",
}


@pytest.mark.parametrize("name", SERVICE)
def test_row_1_service_reaches_no_host(server, trap, name):
    query = SERVICE[name].format(url=trap.url)
    said = refused(server.query(query))
    assert "SERVICE" in said or "escaped" in name
    assert refused(server.ask(f"/sparql?query={quote(query)}")) == said
    assert refused(server.post("/sparql", query.encode(), "application/sparql-query")) == said
    page = server.get("/query", "text/html", query=query, run="1")
    assert (page.status, page.media) == (400, "text/html")


@pytest.mark.parametrize(
    "query",
    [
        "ASK {} # SERVICE <http://127.0.0.1:9/> {}",
        "SELECT ('SERVICE <http://127.0.0.1:9/>' AS ?x) {}",
        'SELECT ("""\nSERVICE <x:>\n""" AS ?service) {}',
        "ASK { <http://e/SERVICE> ?service ?o }",
    ],
)
def test_row_1_the_word_may_stand_in_comments_and_texts(server, query):
    assert server.query(query).status == 200


# --- row 2 ---

DATASETS = {
    "FROM": "SELECT * FROM <{iri}> {{ ?s ?p ?o }}",
    "FROM NAMED": "SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "both": "SELECT * FROM <{iri}> FROM NAMED <{iri}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}",
    "GRAPH": "SELECT * {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}",
}
EITHER = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory, trap):
    planted = tmp_path_factory.mktemp("graph") / "planted.ttl"
    planted.write_text("<http://e/planted> a <http://e/C> .")
    # The last is a name of this machine beside its address: it would be resolved.
    return [planted.as_uri(), trap.url + "g.ttl", "file:///etc/passwd", f"http://localhost:{trap.port}/g"]


@pytest.mark.parametrize("name", DATASETS)
def test_row_2_no_graph_of_a_query_is_read(server, graphs, name):
    for iri in graphs:
        assert server.rows(DATASETS[name].format(iri=iri)) == []


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_row_2_no_graph_of_a_request_is_read(server, graphs, name):
    for iri in graphs:
        assert server.rows(EITHER, **{name: iri}) == []
        given = f"{name}={quote(iri, safe='')}"
        answer = server.ask(
            f"/sparql?{given}", "POST", headers={"Content-Type": "application/sparql-query"}, body=EITHER
        )
        assert answer.json()["results"]["bindings"] == []
        assert server.ask(f"/sparql?{given}&query={quote(EITHER)}").json()["results"]["bindings"] == []


# --- row 3 ---

UPDATES = (
    *("LOAD <{file}>", "LOAD SILENT <{url}> INTO GRAPH <http://e/g>", "INSERT DATA {{ <x:s> <x:p> <x:o> }}"),
    *(
        "DELETE WHERE {{ ?s ?p ?o }}",
        "INSERT {{ ?s ?p 1 }} WHERE {{ ?s ?p ?o }}",
        "CLEAR ALL",
        "DROP DEFAULT",
    ),
    *(
        "CREATE GRAPH <http://e/g>",
        "COPY DEFAULT TO <http://e/g>",
        "ADD DEFAULT TO <x:g>",
        "MOVE DEFAULT TO <x:g>",
    ),
    *(
        "ASK {{}} ; LOAD <{file}>",
        "BASE <x:> PREFIX a: <x:> delete data {{ <x:s> <x:p> 1 }}",
        "WITH <x:g> DELETE {{}} WHERE {{}}",
    ),
)


@pytest.mark.parametrize("text", UPDATES)
def test_row_3_updates_are_refused_and_change_nothing(server, trap, tmp_path, text):
    planted = tmp_path / "planted.nt"
    planted.write_text("<http://e/planted> <http://e/p> <http://e/o> .")
    before = server.rows(COUNT)
    update = text.format(file=planted.as_uri(), url=trap.url)
    asked = {
        400: (server.query(update), server.ask(f"/sparql?update={quote(update)}")),
        403: (
            server.post("/sparql", f"update={quote(update)}".encode(), FORM),
            server.post("/sparql", update.encode(), "application/sparql-update"),
        ),
    }
    for status, answers in asked.items():
        for answer in answers:
            refused(answer, status)
    both = f"query={quote(COUNT)}&update={quote(update)}"
    refused(server.ask(f"/sparql?{both}"), 400)
    refused(server.post("/sparql", both.encode(), FORM), 403)
    assert server.rows(COUNT) == before
    assert server.query("ASK { <http://e/planted> ?p ?o }").json()["boolean"] is False


# --- row 4 ---

REMOTE = {
    "context.jsonld": '{{"@context": "{url}c", "name": "x"}}',
    "import.jsonld": '{{"@context": {{"@version": 1.1, "@import": "{url}c"}}, "name": "x"}}',
    "scoped.jsonld": '{{"@context": {{"a": {{"@id": "x:a", "@context": "{url}c"}}}}, "a": {{"b": 1}}}}',
    "entity.rdf": '<!DOCTYPE r [<!ENTITY a SYSTEM "{url}e">]><rdf:RDF xmlns:rdf="{rdf}">&a;</rdf:RDF>',
}
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWL = "http://www.w3.org/2002/07/owl#"
LOCAL = {
    "imports.ttl": "<x:o> a <{owl}Ontology> ; <{owl}imports> <{url}o>, <file:///etc/passwd> .",
    "imports.rdf": '<?xml version="1.0"?><?xml-stylesheet href="{url}s"?><rdf:RDF xmlns:rdf="{rdf}" xmlns:owl="{owl}" '
    'xml:base="{url}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{url} {url}x">'
    '<owl:Ontology rdf:about="x:r"><owl:imports rdf:resource="{url}r"/></owl:Ontology></rdf:RDF>',
    "imports.jsonld": '{{"@context": {{"owl": "{owl}"}}, "@id": "x:j", "owl:imports": {{"@id": "{url}j"}}}}',
    "imports.trig": "@base <{url}> . <{url}g> {{ <x:t> <{owl}imports> <t> }}",
    "shapes.ttl": "<x:shape> <http://www.w3.org/ns/shacl#shapesGraph> <{url}shapes> ; <{owl}imports> <{url}h> .",
}


def filled(text, trap):
    return text.format(url=trap.url, rdf=RDF, owl=OWL)


def test_row_4_files_that_name_what_is_remote_are_refused(trap, tmp_path):
    paths = [tmp_path / name for name in REMOTE]
    for path in paths:
        path.write_text(filled(REMOTE[path.name], trap))
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda given: attempt(given, trap), [*paths, f"{trap.url}data.ttl"]))
    for path, found in zip(paths, done, strict=False):
        assert (found.code, found.stdout) == (2, ""), path.name
        assert path.name in found.stderr
        assert "Traceback" not in found.stderr
        assert ("context" if "json" in path.suffix else "DOCTYPE") in found.stderr
    assert (done[-1].code, done[-1].stdout) == (2, "")  # an address is no file
    assert trap.made == []


def test_row_4_imports_are_triples_like_any_other(trap, tmp_path):
    options = []
    for name, text in LOCAL.items():
        (tmp_path / name).write_text(filled(text, trap))
        options += ["--data", tmp_path / name]
    with running(*options, trap=trap, errors=tmp_path / "errors", good=GOOD_OF_FILES) as files:
        rows = files.rows(f"SELECT ?s ?o {{ ?s <{OWL}imports> ?o }} ORDER BY ?s ?o")
        assert [row["s"] for row in rows] == ["x:j", "x:o", "x:o", "x:r", "x:shape", "x:t"]
        for row in rows:
            assert files.rows(f"SELECT * FROM <{row['o']}> {{ ?s ?p ?o }}") == []
        files.unharmed()
    assert trap.made == []
