"""Results: plain values in, exact formats out."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest

from codegraph.errors import NotLoaded, QueryError
from codegraph.queries import run_query
from codegraph.result import Result

VALUES = """SELECT ?a ?b ?c ?d ?e ?f ?g ?h ?i ?j ?z {
  VALUES (?a ?b ?c ?d ?e ?f ?g ?h ?i ?j) { (
    7 33.4009 true "2026-07-01"^^xsd:date <https://w3id.org/codegraph/code/cpt/44310> "plain"
    "say \\"ileostomy\\", then\\n\\tnext"@en 1.5e0 "2026-07-01T10:00:00Z"^^xsd:dateTime "00123"^^<http://e/own> ) } }"""


@pytest.fixture
def rows() -> Result:
    return run_query(ox.Store(), VALUES)


def ask(text: str) -> Result:
    return run_query(ox.Store(), text)


def labels(*texts: str) -> Result:
    return Result("rows", ["label"], [[ox.Literal(text)] for text in texts])


class TestRows:
    def test_values_are_plain_python(self, rows: Result) -> None:
        row = rows[0]
        assert row == {
            "a": 7,
            "b": Decimal("33.4009"),
            "c": True,
            "d": date(2026, 7, 1),
            "e": "https://w3id.org/codegraph/code/cpt/44310",
            "f": "plain",
            "g": 'say "ileostomy", then\n\tnext',
            "h": 1.5,
            "i": "2026-07-01T10:00:00Z",
            "j": "00123",
            "z": None,
        }
        kinds = {type(value) for value in row.values()}
        assert kinds == {int, Decimal, bool, date, str, float, type(None)}

    def test_a_sequence_of_mappings(self) -> None:
        found = ask("SELECT ?n { VALUES ?n { 1 2 3 } } ORDER BY ?n")
        assert len(found) == 3
        assert [row["n"] for row in found] == [1, 2, 3]
        assert [row["n"] for row in found] == [1, 2, 3]
        assert found[-1] == {"n": 3}
        assert found[1:] == [{"n": 2}, {"n": 3}]
        assert found.variables == ("n",)
        assert "3 x (n)" in repr(found)

    def test_codes_stay_text(self) -> None:
        found = ask('SELECT ?c { VALUES ?c { "0016070" "3E03305" "00123" } } ORDER BY ?c')
        assert [row["c"] for row in found] == ["00123", "0016070", "3E03305"]

    def test_ill_formed_literals_come_as_their_text(self) -> None:
        ill = 'SELECT ?a ?b { BIND("soon"^^xsd:date AS ?a) BIND("many"^^xsd:integer AS ?b) }'
        assert ask(ill)[0] == {"a": "soon", "b": "many"}

    def test_curies_on_request(self, rows: Result) -> None:
        assert rows.values(curies=True)[0][4] == "cpt:44310"
        assert rows.values()[0][4] == "https://w3id.org/codegraph/code/cpt/44310"

    def test_no_engine_terms_leak(self, rows: Result) -> None:
        for value in rows[0].values():
            assert not type(value).__module__.startswith(("pyoxigraph", "rdflib"))

    def test_equal_results_are_equal(self, rows: Result) -> None:
        assert rows == ask(VALUES)
        assert hash(rows) == hash(ask(VALUES))
        assert rows != ask("SELECT ?a { VALUES ?a { 7 } }")


class TestAsk:
    def test_truth_is_the_answer(self) -> None:
        assert bool(ask("ASK { FILTER(1 < 2) }")) is True
        no = ask("ASK { FILTER(2 < 1) }")
        assert bool(no) is False
        assert list(no) == [{"answer": False}]
        assert no.to_json() == [{"answer": False}]
        assert no.to_sparql_json() == {"head": {}, "boolean": False}


class TestGraph:
    CONSTRUCT = 'CONSTRUCT { cpt:44310 skos:notation "44310" ; cg:denotes procedure:a } { }'

    def test_rows_are_sorted_triples(self) -> None:
        found = ask(self.CONSTRUCT)
        assert found.variables == ("subject", "predicate", "object")
        assert [row["predicate"].rpartition("/")[2] for row in found] == ["core#notation", "ontology#denotes"]

    @pytest.mark.parametrize("name", ["turtle", "ntriples", "jsonld", "rdfxml"])
    def test_written_formats_are_read_back(self, name: str) -> None:
        stream = io.BytesIO()
        ask(self.CONSTRUCT).write(stream, name)
        formats = {
            "turtle": ox.RdfFormat.TURTLE,
            "ntriples": ox.RdfFormat.N_TRIPLES,
            "jsonld": ox.RdfFormat.JSON_LD,
            "rdfxml": ox.RdfFormat.RDF_XML,
        }
        assert len({str(q) for q in ox.parse(stream.getvalue(), formats[name])}) == 2

    def test_turtle_has_the_prefixes_that_it_uses(self) -> None:
        stream = io.StringIO()
        ask(self.CONSTRUCT).write(stream)
        text = stream.getvalue()
        assert "cpt:44310" in text
        assert text.count("@prefix") == 4

    def test_tables_are_not_graphs_nor_graphs_tables(self, rows: Result) -> None:
        with pytest.raises(QueryError, match="CONSTRUCT"):
            rows.write(io.BytesIO())
        with pytest.raises(QueryError, match="for SELECT"):
            ask(self.CONSTRUCT).to_csv()
        with pytest.raises(QueryError, match="unknown format"):
            ask(self.CONSTRUCT).write(io.BytesIO(), "hdt")


class TestFormats:
    @pytest.mark.parametrize(
        ("format_", "method"),
        [(ox.QueryResultsFormat.CSV, "to_csv"), (ox.QueryResultsFormat.TSV, "to_tsv")],
    )
    def test_csv_and_tsv_are_what_the_reference_writes(
        self, rows: Result, format_: ox.QueryResultsFormat, method: str
    ) -> None:
        from codegraph.namespaces import PREFIXES

        answer = ox.Store().query(VALUES, prefixes=PREFIXES)
        assert isinstance(answer, ox.QuerySolutions)
        expected = answer.serialize(format=format_)
        assert expected is not None
        assert getattr(rows, method)() == expected.decode()

    def test_sparql_json_is_what_the_reference_writes(self, rows: Result) -> None:
        from codegraph.namespaces import PREFIXES

        answer = ox.Store().query(VALUES, prefixes=PREFIXES)
        assert isinstance(answer, ox.QuerySolutions)
        expected = json.loads(answer.serialize(format=ox.QueryResultsFormat.JSON) or b"")
        assert rows.to_sparql_json() == expected

    def test_json_keeps_decimals_exact(self, rows: Result) -> None:
        dumped = json.loads(json.dumps(rows.to_json(curies=True)))
        assert dumped[0]["b"] == "33.4009"
        assert dumped[0]["d"] == "2026-07-01"
        assert dumped[0]["e"] == "cpt:44310"
        assert dumped[0]["z"] is None

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", " =1", "\uff1d1"])
    def test_spreadsheet_formulas_are_disarmed_only_on_request(self, text: str) -> None:
        assert "'" not in labels(text).to_csv()
        cell = labels(text).to_csv(exact=False).split("\r\n", 1)[1].strip('"')
        assert cell.startswith("'")

    def test_numbers_and_harmless_texts_are_left_alone(self) -> None:
        found = ask('SELECT ?n ?t { BIND(-1.5 AS ?n) BIND("a=b" AS ?t) }')
        assert found.to_csv(exact=False) == found.to_csv() == "n,t\r\n-1.5,a=b\r\n"

    def test_table_is_aligned_with_curies(self) -> None:
        found = ask("SELECT ?code ?n { VALUES (?code ?n) { (cpt:44310 1) (icd10pcs:0D1B0Z4 20) } }")
        assert found.to_table().splitlines() == [
            "code              n",
            "----------------  --",
            "cpt:44310         1",
            "icd10pcs:0D1B0Z4  20",
        ]

    def test_table_shows_no_control_characters(self) -> None:
        shown = labels("a\x1b[31mred\u202eb\nc").to_table()
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert len(shown.splitlines()) == 3

    def test_empty_table_has_its_header(self) -> None:
        assert ask("SELECT ?a ?b { FILTER(false) }").to_table() == "a  b\n-  -\n"


class TestPolars:
    def test_columns_keep_their_types(self, rows: Result) -> None:
        pl = pytest.importorskip("polars")
        frame = rows.to_polars()
        types = dict(frame.schema)
        assert types["a"] == pl.Int64
        assert types["b"] == pl.Decimal(38, 4)
        assert types["c"] == pl.Boolean
        assert types["d"] == pl.Date
        assert types["e"] == types["j"] == types["z"] == pl.String
        assert frame["b"][0] == Decimal("33.4009")

    def test_mixed_columns_become_text_and_empty_results_keep_columns(self) -> None:
        pl = pytest.importorskip("polars")
        frame = ask('SELECT ?x { VALUES ?x { 1 "00123" } }').to_polars()
        assert frame["x"].to_list() == ["1", "00123"]
        empty = ask("SELECT ?x ?y { FILTER(false) }").to_polars()
        assert empty.columns == ["x", "y"]
        assert empty.schema["x"] == pl.String

    def test_missing_polars_says_what_to_install(self, rows: Result, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "polars", None)
        with pytest.raises(NotLoaded, match=r"codegraph\[frames\]"):
            rows.to_polars()
