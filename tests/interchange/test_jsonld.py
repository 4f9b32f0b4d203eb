"""JSON-LD under the packaged context, read back by rdflib and Oxigraph with the network blocked."""

from __future__ import annotations

import json
import socket

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from codegraph.export import context
from codegraph.export.as_jsonld import JsonLdWriter
from codegraph.rdf import literal

S = "https://w3id.org/codegraph/code/cpt/44310"


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("something is fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def lines(kg, tmp_path_factory) -> list[bytes]:
    out = tmp_path_factory.mktemp("jsonld") / "all.nt"
    kg.export(out)
    return out.read_bytes().splitlines(keepends=True)


def written(lines: list[bytes]) -> bytes:
    return b"".join(JsonLdWriter().write([b"".join(lines)]))


def test_the_packaged_context_is_the_one_that_the_ontology_gives():
    assert context.FILE.read_text(encoding="utf-8") == context.text(context.made())
    assert context.packaged() == context.made()


def test_rdflib_reads_every_kind_of_statement_as_it_was(lines, no_network):
    wanted = (
        b"/code/cpt/443",
        b"/concept/site/ileum",
        b"/ontology#actsOn>",
        b"_:",
        b"/release/",
        b"/code/modifier/5",
    )
    some = [line for line in lines if any(w in line.split(b" ")[0] for w in wanted)]
    assert len(some) > 500
    before, after = rdflib.Graph(), rdflib.Graph()
    before.parse(data=b"".join(some), format="nt")
    after.parse(data=written(some), format="json-ld")

    def named(graph: rdflib.Graph) -> set:
        return {t for t in graph if not any(isinstance(term, rdflib.BNode) for term in t)}

    assert named(after) == named(before)
    assert len(after) == len(before)


def test_oxigraph_reads_the_whole_as_it_was(kg, lines, tmp_path, no_network):
    kg.export(tmp_path / "all.jsonld")
    read = ox.Dataset(ox.parse((tmp_path / "all.jsonld").read_bytes(), ox.RdfFormat.JSON_LD))
    expected = ox.Dataset(ox.parse(b"".join(lines), ox.RdfFormat.N_TRIPLES))
    for dataset in (read, expected):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert read == expected


def test_it_reads_like_json(kg, tmp_path):
    kg.export(tmp_path / "all.jsonld")
    document = json.loads((tmp_path / "all.jsonld").read_text(encoding="utf-8"))
    assert document["@context"] == context.packaged()
    nodes = {node["id"]: node for node in document["@graph"]}
    assert len(nodes) == len(document["@graph"])
    code = nodes["cpt:44310"]
    assert (code["type"], code["notation"]) == ("cg:CptCode", "44310")
    assert code["prefLabel"] == "Open creation of an ileostomy or jejunostomy, without a tube"
    assert "loop ileostomy" in code["altLabel"]
    assert code["narrowMatch"] == ["icd10pcs:0D1A0Z4", "icd10pcs:0D1B0Z4"]


@pytest.mark.parametrize(
    ("predicate", "obj"),
    [
        ("ontology#workRvu", '"17.590"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("ontology#units", '"007"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("ontology#isBillable", '"1"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("ontology#isBillable", '"maybe"'),
        ("ontology#addedOn", '"1984-01-01"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("ontology#actsOn", '"a text where a thing is due"@en'),
        ("ontology#notDeclared", "<https://w3id.org/codegraph/concept/site/ileum>"),
        ("ontology#notDeclared", '"x"@de'),
        ("ontology#notDeclared", '"3E03305"'),
        ("ontology#plainDescription", "<https://example.org/odd>"),
    ],
)
def test_no_type_is_guessed(predicate, obj):
    line = f"<{S}> <https://w3id.org/codegraph/{predicate}> {obj} .\n".encode()
    (quad,) = ox.parse(written([line]), ox.RdfFormat.JSON_LD)
    assert f"{quad.triple} .\n".encode() == line


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_comes_back(text):
    line = f"<{S}> <http://www.w3.org/2004/02/skos/core#altLabel> {literal(text)}@en .\n".encode()
    (before,) = ox.parse(line, ox.RdfFormat.N_TRIPLES)
    (after,) = ox.parse(written([line]), ox.RdfFormat.JSON_LD)
    assert after.object == before.object


def test_nothing_is_a_document_too():
    assert json.loads(written([]))["@graph"] == []
