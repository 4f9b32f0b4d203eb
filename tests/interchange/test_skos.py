"""The SKOS export, read back by rdflib: SKOS alone, none of it lost, and its integrity conditions hold."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS

from codegraph.errors import CodegraphError
from codegraph.export.as_skos import export_skos
from codegraph.export.skos_pairs import Pairs
from codegraph.namespaces import expand
from codegraph.rdf import english, literal, term

# https://www.w3.org/TR/skos-reference/: conditions that a graph, with what SKOS says follows from it, must meet.
INTEGRITY = {
    "S9": "?x a skos:Concept, skos:ConceptScheme",
    "S13": "?x skos:prefLabel|skos:hiddenLabel ?l . ?x skos:altLabel ?l",
    "S13 hidden": "?x skos:prefLabel ?l . ?x skos:hiddenLabel ?l",
    "S14": "?x skos:prefLabel ?l, ?m FILTER(?l != ?m && lang(?l) = lang(?m))",
    "S27": "?x skos:related|^skos:related ?y . ?x (skos:broader|^skos:narrower)+ ?y",
}
WEAK = ("broadMatch", "narrowMatch", "relatedMatch")
INTEGRITY["S46"] = (
    f"?x {'|'.join(f'skos:{w}|^skos:{w}' for w in WEAK)} ?y . ?x (skos:exactMatch|^skos:exactMatch)+ ?y"
)


def broken(graph: rdflib.Graph, name: str) -> list[str]:
    """Return what breaks a condition."""
    return sorted(
        {
            str(row[0])
            for row in graph.query(f"SELECT ?x WHERE {{ {INTEGRITY[name]} }}", initNs={"skos": SKOS})
        }
    )


def read(path: Path) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def graph(kg, tmp_path_factory) -> rdflib.Graph:
    out = tmp_path_factory.mktemp("skos") / "all.ttl"
    summary = kg.export(out, format="skos")
    graph = read(out)
    assert len(graph) == summary.triples
    return graph


def node(curie: str) -> rdflib.URIRef:
    return rdflib.URIRef(expand(curie))


def test_there_is_nothing_but_skos(graph):
    assert {p for p in set(graph.predicates()) if not str(p).startswith(str(SKOS))} == {RDF.type}
    assert set(graph.objects(None, RDF.type)) == {SKOS.Concept, SKOS.ConceptScheme}
    assert [
        s
        for s in set(graph.subjects())
        if (s, RDF.type, None) not in graph and (s, SKOS.broader, None) in graph
    ] == []


def test_every_code_and_facet_value_is_there(kg, graph):
    ours = {str(s) for s in graph.subjects(RDF.type, SKOS.Concept)}
    assert {expand(curie) for curie in kg} <= ours
    assert {expand(c) for c in ("site:ileum", "method:bypass", "family:enterostomy-creation")} <= ours
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert rdflib.URIRef("https://w3id.org/codegraph/code/cpt") in schemes
    assert set(graph.objects(None, SKOS.inScheme)) <= schemes


def test_what_the_release_says_in_skos_is_said(kg, graph, tmp_path):
    kg.export(tmp_path / "all.nt")
    whole = read(tmp_path / "all.nt")
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    for name in (
        "prefLabel",
        "notation",
        "broader",
        "inScheme",
        "topConceptOf",
        *WEAK,
        "exactMatch",
        "definition",
    ):
        said = {(s, o) for s, o in whole.subject_objects(SKOS[name]) if s in concepts}
        assert {(s, o) for s, o in graph.subject_objects(SKOS[name]) if s in concepts} == said
        assert said, name
    assert (node("cpt:44310"), SKOS.altLabel, rdflib.Literal("loop ileostomy", "en")) in graph


def test_narrower_is_broader_the_other_way(graph):
    narrower = {(o, s) for s, o in graph.subject_objects(SKOS.narrower)}
    assert narrower == set(graph.subject_objects(SKOS.broader))


@pytest.mark.parametrize("condition", INTEGRITY)
def test_the_integrity_conditions_hold(graph, condition):
    assert broken(graph, condition) == []


LICENSED = "<https://w3id.org/codegraph/release/licensed/cpt/1>"
A, B, C, D, E = (term(f"icd10cm:A0{n}") for n in range(5))
T, P = term("rdf:type"), term("skos:prefLabel")
BAD = (
    f"{term('cg:FacetValue')} {term('rdfs:subClassOf')} {term('skos:Concept')} .",
    f"{term('cg:Procedure')} {term('rdfs:subClassOf')} {term('cg:FacetValue')} .",
    f"{A} {T} {term('skos:Concept')} .",
    f"{A} {P} {english('one')} .",
    f"{A} {P} {english('two')} .",
    f"{A} {P} {literal('one')} .",
    f"{A} {term('skos:altLabel')} {english('one')} .",
    f"{A} {term('skos:altLabel')} {english('a line' + chr(10) + 'and . another')} .",
    f"{A} {term('cg:shortLabel')} {english('two')} .",
    f"{A} {term('cg:shortLabel')} {english('short')} .",
    f"{A} {term('cg:officialDescriptor')} {english('not of SKOS')} .",
    f"{A} {term('skos:broader')} {B} .",
    f"{B} {term('skos:broader')} {C} .",
    f"{A} {term('skos:related')} {C} .",
    f"{C} {term('skos:related')} {A} .",
    f"{A} {term('skos:related')} {D} .",
    f"{A} {term('skos:exactMatch')} {D} .",
    f"{E} {term('skos:exactMatch')} {D} .",
    f"{E} {term('skos:relatedMatch')} {A} .",
    f"{B} {term('skos:exactMatch')} {C} .",
    f"{D} {T} {term('cg:Procedure')} .",
    f"{D} {term('cg:plainDescription')} {english('ours')} .",
    f"{E} {term('skos:inScheme')} {term('scheme:x')} .",
    f"{term('scheme:x')} {T} {term('skos:ConceptScheme')} .",
    f"{term('scheme:x')} {T} {term('skos:Concept')} .",
    f"{term('entry:x')} {P} {english('no concept')} .",
)


@pytest.fixture(scope="module")
def bad(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "dump").mkdir()
    text = "".join(f"{line}\n" for line in sorted(BAD))
    (folder / "dump" / "codegraph-1.nq.gz").write_bytes(gzip.compress(text.encode()))
    planted = f"{A} {term('cg:officialDescriptor')} {english('Planted 7f3a')} {LICENSED} .\n"
    (folder / "dump" / "licensed-cpt-1.nq.gz").write_bytes(gzip.compress(planted.encode()))
    return folder


def test_what_would_break_a_condition_gives_way(bad, tmp_path):
    as_it_was = rdflib.Graph().parse(data="\n".join(BAD), format="nt")
    assert [name for name in INTEGRITY if broken(as_it_was, name)] == ["S9", "S13", "S14", "S27", "S46"]
    export_skos(bad, tmp_path / "out.ttl")
    graph = read(tmp_path / "out.ttl")
    assert [name for name in INTEGRITY if broken(graph, name)] == []
    a, b, c, d, e = (node(f"icd10cm:A0{n}") for n in range(5))
    assert set(graph.objects(a, SKOS.related)) == {d}
    assert {(e, d), (a, d)} <= set(graph.subject_objects(SKOS.closeMatch))
    assert set(graph.subject_objects(SKOS.exactMatch)) == {(b, c)}
    assert set(graph.objects(a, SKOS.prefLabel)) == {rdflib.Literal("one", "en"), rdflib.Literal("one")}
    assert {str(label) for label in graph.objects(a, SKOS.altLabel)} == {
        *("two", "short", "not of SKOS", "a line\nand . another"),
    }
    assert (node("entry:x"), None, None) not in graph


def test_licensed_words_are_labels_only_when_asked_for(bad, tmp_path):
    for ending in (".ttl", ".nt", ".rdf", ".jsonld"):
        export_skos(bad, tmp_path / f"out{ending}")
        assert "Planted" not in (tmp_path / f"out{ending}").read_text()
    export_skos(bad, tmp_path / "all.ttl", include_licensed=True)
    labels = read(tmp_path / "all.ttl").objects(node("icd10cm:A00"), SKOS.altLabel)
    assert "Planted 7f3a" in {str(label) for label in labels}


def test_one_release_can_be_chosen_and_quads_are_refused(kg, small, tmp_path):
    ident = next(s.release for s in small.manifest.sources if s.kind == "icd10cm")
    small.export(tmp_path / "one.nt", format="skos", graphs=[ident])
    subjects = {str(s) for s in read(tmp_path / "one.nt").subjects()}
    assert {s.split("/")[-2] for s in subjects} <= {"icd10cm", "group", "heading", "code", "scheme"}
    assert subjects
    with pytest.raises(CodegraphError, match=r"one graph: \.ttl"):
        kg.export(tmp_path / "all.nq", format="skos")


def test_exact_matches_are_followed_through_others():
    lines = b"".join(
        f"{s} {term(p)} {o} .\n".encode()
        for s, p, o in ((A, "skos:exactMatch", B), (C, "skos:exactMatch", B), (C, "skos:broadMatch", A))
    )
    pairs = Pairs.read([lines])
    assert pairs.is_contradicted(A.encode(), B.encode())
    assert not pairs.is_contradicted(D.encode(), E.encode())
