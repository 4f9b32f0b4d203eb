"""Exports read by DuckDB and PyLD, which have no part in writing them; `make test-readers` installs and asks them."""

from __future__ import annotations

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph.export.as_jsonld import JsonLdWriter
from codegraph.export.as_omop import COLUMNS
from codegraph.export.as_parquet import _INTERNAL, _LICENSED

pytestmark = pytest.mark.readers
PYTHON = os.environ.get("CODEGRAPH_READERS", "")
CHILD = Path(__file__).with_name("reader_child.py")
RELEASES = ("kg", "mapped", "valued")


def asked(what: str, place: Path, *, fails: bool = False) -> str:
    if not PYTHON:
        pytest.skip("the readers are not here: `make test-readers` installs and asks them")
    done = subprocess.run(
        [PYTHON, "-I", str(CHILD), what, str(place)], capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.mark.parametrize("name", RELEASES)
def test_duckdb_loads_the_omop_tables_under_types_widths_and_keys(name, request, tmp_path):
    summary = request.getfixturevalue(name).export(tmp_path / "omop", format="omop")
    found = json.loads(asked("omop", tmp_path / "omop"))
    assert found["loose"] == []
    assert found["rows"].keys() == COLUMNS.keys()
    assert sum(found["rows"].values()) == summary.triples
    assert 2_000_000_000 < found["ids"][0] < found["ids"][1] < 2**31


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("CONCEPT", "\t20991231\t", "\t20990231\t", "date"),
        ("CONCEPT", "\tS\t44310\t", "\tSS\t44310\t", "CHECK"),
        ("RELATIONSHIP", "Is a\tIs a\t1", "Is a\tIs a\t7", "CHECK"),
    ],
)
def test_duckdb_refuses_what_has_no_place_in_its_tables(kg, tmp_path, table, old, new, says):
    kg.export(tmp_path / "omop", format="omop")
    file = tmp_path / "omop" / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says.lower() in asked("omop", tmp_path / "omop", fails=True).lower()


def test_duckdb_finds_what_refers_to_nothing(kg, tmp_path):
    kg.export(tmp_path / "omop", format="omop")
    file = tmp_path / "omop" / "DOMAIN.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("Procedure")), encoding="utf-8")
    assert json.loads(asked("omop", tmp_path / "omop"))["loose"] == ["CONCEPT.domain_id"]


TYPES = {"BIGINT": int, "DOUBLE": float, "VARCHAR": str, "DATE": str, "BOOLEAN": lambda v: int(v == "True")}


def read(kind: str, value: str | None):
    """Return a value that DuckDB gave as text as SQLite has it."""
    if value is None:
        return None
    return Decimal(value).normalize() if kind.startswith("DECIMAL") else TYPES[kind](value)


@pytest.mark.parametrize("name", RELEASES)
def test_duckdb_reads_every_row_of_the_parquet_tables(name, request, tmp_path):
    graph = request.getfixturevalue(name)
    graph.export(tmp_path / "tables", format="parquet")
    found = json.loads(asked("parquet", tmp_path / "tables"))
    assert (
        found.keys()
        == {t for t in graph.tables.counts() if not t.startswith(("sqlite", *_LICENSED))} - _INTERNAL
    )
    for table, said in found.items():
        kinds = list(said["columns"].values())
        rows = [[read(k, v) for k, v in zip(kinds, row, strict=True)] for row in said["rows"]]
        expected = [
            [
                # Empty text is no figure and no day: those come back as nothing.
                None
                if value == "" and kind != "VARCHAR"
                else Decimal(value).normalize()
                if kind.startswith("DECIMAL") and value is not None
                else value
                for kind, value in zip(kinds, row, strict=True)
            ]
            for row in graph.tables.rows(f'SELECT * FROM "{table}"')
        ]
        assert rows == expected, table


def test_pyld_reads_the_same_statements_and_fetches_nothing(kg, tmp_path):
    kg.export(tmp_path / "all.nt")
    lines = (tmp_path / "all.nt").read_bytes().splitlines(keepends=True)
    wanted = (b"/code/", b"/ontology#", b"/concept/site/", b"/mapping/", b"/release/")
    some = [line for line in lines if any(w in line.split(b" ")[0] for w in wanted)]
    some = some[:: max(len(some) // 5000, 1)]
    assert len(some) > 2000
    (tmp_path / "some.jsonld").write_bytes(b"".join(JsonLdWriter().write([b"".join(some)])))
    back = asked("jsonld", tmp_path / "some.jsonld")

    def statements(text: bytes | str) -> set[ox.Triple]:
        return {
            q.triple
            for q in ox.parse(text, ox.RdfFormat.N_QUADS)
            if not any(isinstance(t, ox.BlankNode) for t in q.triple)
        }

    assert statements(back) == statements(b"".join(some))


def test_pyld_is_not_let_out(tmp_path):
    (tmp_path / "far.jsonld").write_text(
        '{"@context": "https://w3id.org/codegraph/context.jsonld", "id": "x"}'
    )
    assert "would be fetched" in asked("jsonld", tmp_path / "far.jsonld", fails=True)
