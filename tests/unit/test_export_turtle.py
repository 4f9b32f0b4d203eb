"""The Turtle writer and the merging of lines, held against reference parsers on hostile input."""

from __future__ import annotations

import zlib
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from codegraph.export.graphs import Dump
from codegraph.export.lines import blocks, merged, without_graph
from codegraph.export.turtle import TurtleWriter
from codegraph.namespaces import PREFIXES, XSD

RELEASE = "https://w3id.org/codegraph/release/a-b/1-2"
DUMP = Dump.of(Path("a-b-1-2.nq.gz"))

HOSTILE = [
    "",
    '"',
    "\\",
    "\\\\u0041",
    "'''",
    '"""',
    "a\nb\r\tc",
    "> .",
    f" <{RELEASE}> .",
    f'" <{RELEASE}> .',
    "# not a comment",
    "@en",
    "^^<x>",
    "\u2028\u00a0\ufeff",
    "\U0001f600",
    "\x7f\x80",
    "; . , a",
]
NUMBERS = {
    "integer": ["0", "7", "-12", "007", "+5", "-0", "", "1.5"],
    "decimal": ["1.5", "1.50", "0.0", "-0.0", ".5", "5.", "33.4009", "00.1", "-3.25", "10.0"],
    "boolean": ["true", "false", "1", "0", "TRUE"],
    "double": ["1.5E0", "NaN", "INF"],
    "date": ["2026-07-01", "soon"],
}
IRIS = [
    "https://w3id.org/codegraph/code/cpt/44310",
    "https://w3id.org/codegraph/code/icd10cm/K50.012",
    "https://w3id.org/codegraph/code/icd10cm/K50.",
    "https://w3id.org/codegraph/code/icd10cm/.K50",
    "https://w3id.org/codegraph/code/cpt/",
    "https://w3id.org/codegraph/code/cpt",
    "https://w3id.org/codegraph/code/cpt/-x-",
    "https://w3id.org/codegraph/code/cpt/a..b",
    "https://w3id.org/codegraph/code/cpt/a%20b",
    "https://w3id.org/codegraph/code/cpt/a,b;c'd(e)",
    "https://w3id.org/codegraph/code/cpt/été",
    "https://w3id.org/codegraph/entry/cms-pfs/2025D/44388-53",
    "https://w3id.org/codegraph/ontology#CptCode",
    "http://purl.org/sig/ont/fma/fma7199",
    "http://purl.obolibrary.org/obo/MONDO_0005",
    "http://purl.obolibrary.org/obo/UBERON_0002116",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "urn:x:y",
    RELEASE,
    RELEASE + "#file-1",
]

iris = st.sampled_from(IRIS).map(ox.NamedNode)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
numbers = st.sampled_from([(t, v) for t, values in NUMBERS.items() for v in values])
literals = st.one_of(
    texts.map(ox.Literal),
    texts.map(lambda t: ox.Literal(t, language="en")),
    numbers.map(lambda n: ox.Literal(n[1], datatype=ox.NamedNode(XSD + n[0]))),
)
triples = st.builds(ox.Triple, iris, iris, st.one_of(iris, literals))
quads = st.builds(
    lambda triple, named: ox.Quad(*triple, ox.NamedNode(RELEASE) if named else ox.DefaultGraph()),
    triples,
    st.booleans(),
)


def lines_of(things: list[ox.Triple] | list[ox.Quad]) -> list[bytes]:
    return sorted({f"{thing} .\n".encode() for thing in things})


def turtle(lines: list[bytes], size: int) -> bytes:
    pieces = (b"".join(lines[at : at + size]) for at in range(0, len(lines), size))
    return b"".join(TurtleWriter().write(pieces))


class TestRoundTrip:
    @given(st.lists(triples, max_size=25), st.integers(1, 6))
    @settings(suppress_health_check=[HealthCheck.too_slow])
    def test_oxigraph_reads_the_very_same_terms_back(self, found: list[ox.Triple], size: int) -> None:
        read = ox.parse(turtle(lines_of(found), size), ox.RdfFormat.TURTLE)
        assert sorted(str(q.triple) for q in read) == sorted({str(t) for t in found})

    @given(st.lists(triples, max_size=8))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_rdflib_reads_an_isomorphic_graph_back(self, found: list[ox.Triple]) -> None:
        lines = lines_of(found)
        plain = rdflib.Graph().parse(data=b"".join(lines), format="nt")
        assert isomorphic(rdflib.Graph().parse(data=turtle(lines, 3), format="turtle"), plain)

    def test_every_prefix_is_written_so_that_parsers_take_it(self) -> None:
        read = rdflib.Graph().parse(data=turtle([], 1), format="turtle")
        bound = {prefix: str(iri) for prefix, iri in read.namespaces()}
        assert {p: bound[p] for p in PREFIXES} == PREFIXES

    def test_blank_nodes_of_axioms_survive(self) -> None:
        lines = sorted(
            [
                b"_:l1 <urn:first> <urn:a> .\n",
                b"<urn:c> <urn:list> _:l1 .\n",
                b"_:l1 <urn:rest> <urn:nil> .\n",
            ]
        )
        plain = rdflib.Graph().parse(data=b"".join(lines), format="nt")
        assert isomorphic(rdflib.Graph().parse(data=turtle(lines, 2), format="turtle"), plain)


class TestLayout:
    def test_type_first_predicates_sorted_short_forms_only_where_canonical(self) -> None:
        cpt, cg = "https://w3id.org/codegraph/code/cpt/", "https://w3id.org/codegraph/ontology#"
        skos = "http://www.w3.org/2004/02/skos/core#"
        lines = [
            f'<{cpt}44310> <http://purl.org/dc/terms/title> "x" .\n',
            f"<{cpt}44310> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{cg}CptCode> .\n",
            f'<{cpt}44310> <{skos}altLabel> "a"@en .\n',
            f'<{cpt}44310> <{skos}altLabel> "b"@en .\n',
            f'<{cpt}44310> <{cg}isBillable> "true"^^<{XSD}boolean> .\n',
            f'<{cpt}44310> <{cg}workRvu> "17.50"^^<{XSD}decimal> .\n',
            f'<{cpt}44310> <{cg}workRvu> "17.59"^^<{XSD}decimal> .\n',
            f'<{cpt}44312> <{cg}units> "1"^^<{XSD}integer> .\n',
        ]
        body = turtle([line.encode() for line in lines], 3).decode().split("\n\n", 1)[1]
        assert body == (
            "cpt:44310\n"
            "    a cg:CptCode ;\n"
            '    dcterms:title "x" ;\n'
            '    skos:altLabel "a"@en, "b"@en ;\n'
            "    cg:isBillable true ;\n"
            '    cg:workRvu "17.50"^^xsd:decimal, 17.59 .\n'
            "\n"
            "cpt:44312\n"
            "    cg:units 1 .\n"
        )


class TestLines:
    @given(st.lists(quads, max_size=25), st.integers(1, 4))
    def test_taking_graphs_off_gives_the_triples(self, found: list[ox.Quad], size: int) -> None:
        lines = lines_of(found)
        pieces = (b"".join(lines[at : at + size]) for at in range(0, len(lines), size))
        bare = b"".join(merged([without_graph(pieces, DUMP.graphs)])).splitlines(keepends=True)
        assert bare == sorted({f"{quad.triple} .\n".encode() for quad in found})

    @given(
        st.lists(
            st.tuples(st.lists(st.sampled_from("abcdefghij"), max_size=12), st.integers(1, 4)), max_size=5
        )
    )
    def test_merging_is_sorting_without_repeats(self, found: list[tuple[list[str], int]]) -> None:
        def pieces(letters: list[str], size: int) -> list[bytes]:
            lines = [f"<{letter}> .\n".encode() for letter in sorted(set(letters))]
            return [b"".join(lines[at : at + size]) for at in range(0, len(lines), size)]

        got = b"".join(merged([iter(pieces(*one)) for one in found])).splitlines(keepends=True)
        assert got == sorted({f"<{letter}> .\n".encode() for letters, _ in found for letter in letters})

    def test_blocks_are_whole_lines_whatever_the_size(self, tmp_path: Path) -> None:
        lines = [f"<{number:06}> <urn:p> <urn:o> .\n".encode() for number in range(200_000)]
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        path = tmp_path / "x-1.nq.gz"
        path.write_bytes(packer.compress(b"".join(lines)) + packer.flush())
        found = list(blocks(path))
        assert len(found) > 2
        assert all(block.endswith(b".\n") for block in found)
        assert b"".join(found) == b"".join(lines)

    @pytest.mark.parametrize(
        ("name", "graph"),
        [
            ("cms-pfs-2025D", "cms-pfs/2025D"),
            ("hcpcs-2025-10", "hcpcs/2025-10"),
            ("licensed-cpt-1", "licensed/cpt/1"),
        ],
    )
    def test_the_graph_of_a_dump_is_among_its_candidates(self, name: str, graph: str) -> None:
        assert f"https://w3id.org/codegraph/release/{graph}" in Dump.of(Path(f"{name}.nq.gz")).graphs
