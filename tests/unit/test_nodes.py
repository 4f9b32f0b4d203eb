"""Descriptions read by key equal those read from the graph, and lines are taken apart like the engine does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph import rdf
from codegraph.describe import describe
from codegraph.nodes import NodeTables, parse
from codegraph.terms import plain


@pytest.mark.parametrize("name", ["kg", "small"])
def test_a_description_by_key_is_the_one_of_the_graph(name, request):
    graph = request.getfixturevalue(name)
    nodes = NodeTables(graph.tables)
    compared = 0
    for curie in graph:
        code = graph[curie]
        if nodes.has(code.iri):
            compared += 1
            by_key = asdict(describe(code, nodes, graph.tables, graph.manifest))
            assert by_key == asdict(describe(code, graph.store, graph.tables, graph.manifest)), curie
        else:
            assert code.system in {"icd10pcs", "icd10cm", "icd9cm", "icd9pcs"}
    assert compared >= 5


def test_edges_are_counted(small):
    edges = small.describe("44310").edges
    assert edges == {"cg:bundlesAlways": 1, "cg:bundlesUnlessDistinct": 1}


def test_describing_a_billing_code_leaves_the_store_closed(kg):
    from codegraph import CodeGraph

    apart = CodeGraph(kg.directory, at_once=False)
    assert apart.describe("44310").procedure is not None
    assert "store" not in vars(apart)
    assert apart.describe("0D1B0Z4").procedure is not None
    assert "store" in vars(apart)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<a:p> <a:o>", ("a:p", "a:o", None)),
        ("<a:p> <a:o> <a:g>", ("a:p", "a:o", "a:g")),
        ('<a:p> "x" <a:g>', ("a:p", "x", "a:g")),
        ('<a:p> "a <b> c"@en', ("a:p", "a <b> c", None)),
        ('<a:p> "a <b>"', ("a:p", "a <b>", None)),
        ('<a:p> "a <x"^^<a:d>', ("a:p", "a <x", None)),
        (r'<a:p> "a \"b\"\n\u00e9\\"@en <a:g>', ("a:p", 'a "b"\né\\', "a:g")),
        (f"<a:p> {rdf.decimal(Decimal('0.10'))}", ("a:p", Decimal("0.1"), None)),
        (f"<a:p> {rdf.day(date(2026, 7, 1))} <a:g>", ("a:p", date(2026, 7, 1), "a:g")),
        (f"<a:p> {rdf.boolean(True)}", ("a:p", True, None)),
    ],
)
def test_a_line_is_taken_apart(line, said):
    assert parse(line) == said


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))),
    st.sampled_from(["", "@en"]),
    st.booleans(),
)
def test_any_text_comes_back_as_the_engine_reads_it(text, language, named):
    token = rdf.literal(text) + language
    (quad,) = ox.parse(f"<a:s> <a:p> {token} .", format=ox.RdfFormat.N_TRIPLES)
    assert parse(f"<a:p> {token}{' <a:g>' if named else ''}") == (
        "a:p",
        plain(quad.object),
        "a:g" if named else None,
    )
