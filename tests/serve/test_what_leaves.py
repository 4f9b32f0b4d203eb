"""What may not leave the server: licensed text, the words of a request in its log, HTML from a label."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from codegraph.serve.linked import listed
from tests.build.small_files import PLANTED
from tests.serve.conftest import serving


def test_licensed_text_is_in_no_answer(small):
    """The planted descriptor is a row of the release that is served; no query and no document has it."""
    assert PLANTED in str(small["cpt:44310"].official_descriptors)
    with serving("--workers", 1, release=small.directory) as server:
        for text in ("SELECT ?s ?p ?o { ?s ?p ?o }", "SELECT ?s ?o { GRAPH ?g { ?s ?p ?o } }"):
            rows = server.rows(text)
            assert len(rows) > 20
            assert PLANTED.lower() not in str(rows).lower()
        paths = [f"/code/{c.replace(':', '/')}.ttl" for c in small] + ["/ontology.ttl", "/.well-known/void"]
        for path in paths:
            answer = server.get(path)
            assert answer.status_code == 200
            assert PLANTED.lower() not in answer.text.lower()
    assert server.errors == ""


def test_the_log_has_no_words_of_a_request():
    """A query may name a patient; refused, stopped or answered, nothing of it is written down."""
    with serving("--workers", 1, "--timeout", 0.5, "--data", "tests/serve/data/graphs.nq") as server:
        for text in (
            'ASK { ?s ?p "Jane-Roe" }',
            "SELECT Jane-Roe",
            "# Jane-Roe\nSELECT * { SERVICE <x:> {} }",
        ):
            server.query(text)
            server.client.post("/sparql", data={"query": text})
            server.get("/Jane-Roe", params={"q": text})
    assert server.errors == ""


@pytest.mark.parametrize(
    "value",
    [
        ox.Literal("<script>alert(1)</script>"),
        ox.Literal('" onmouseover="alert(1)'),
        ox.NamedNode("javascript:alert(1)"),
        ox.NamedNode("data:text/html,x"),
        ox.NamedNode("http://e/'onmouseover=alert(1)//"),
    ],
)
def test_a_label_is_text_and_a_link_leads_to_the_web(value):
    subject, predicate = ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p")
    html = listed([ox.Triple(subject, predicate, value)])
    assert "<script" not in html
    assert " onmouseover=" not in html.replace("&quot; onmouseover=&quot;", "")
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert html.count("<a href=") == 2 + value.value.startswith("http")
