"""The tables as Parquet: their types by a reader of our own, their rows by polars against SQLite."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tests.interchange.parquet_footer import ZSTD, footer

from codegraph.errors import CodegraphError, NotLoaded
from codegraph.export.as_parquet import _INTERNAL, _LICENSED, export_parquet
from codegraph.release import Manifest
from codegraph.tables import Tables


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("parquet") / "tables"
    summary = small.export(out, format="parquet", edits=True)
    assert summary.triples == sum(footer(path)["rows"] for path in out.iterdir())
    return out


def plain(value):
    """Return a value of a file as SQLite has it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return value.normalize()
    return value.isoformat() if isinstance(value, date) else value


def as_number(value, example):
    return Decimal(value).normalize() if isinstance(example, Decimal) and value not in ("", None) else value


@pytest.mark.parametrize("name", ["small", "valued", "mapped"])
def test_every_row_comes_back(name, request, tmp_path):
    graph = request.getfixturevalue(name)
    graph.export(tmp_path / "out", format="parquet")
    tables = {t for t in graph.tables.counts() if not t.startswith(("sqlite", *_LICENSED))} - _INTERNAL
    assert {path.stem for path in (tmp_path / "out").iterdir()} == tables
    for table in tables:
        found = [
            tuple(map(plain, row)) for row in pl.read_parquet(tmp_path / "out" / f"{table}.parquet").rows()
        ]
        expected = graph.tables.rows(f'SELECT * FROM "{table}"')
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            # Empty text is no figure and no day: those come back as nothing.
            assert all(
                a == as_number(b, a) or (a is None and b == "") for a, b in zip(ours, theirs, strict=True)
            ), (table, ours, theirs)


def test_types_are_those_of_the_field(folder):
    types = {path.stem: footer(path)["columns"] for path in folder.iterdir()}
    assert types["code"]["notation"] == ("bytes", "string")
    assert types["code"]["billable"] == ("boolean", None)
    assert types["pfs"]["code"] == ("bytes", "string")
    assert types["pfs"]["work"][1] == types["pfs"]["conversion_factor"][1] == ("decimal", 4, 18)
    assert types["ptp"]["deleted"] == types["ptp"]["effective"] == ("int32", "date")
    assert types["ptp"]["column1"] == ("bytes", "string")
    floats = {
        (t, c) for t, found in types.items() for c, kind in found.items() if kind[0] in ("float", "double")
    }
    assert floats <= {("mapping", "confidence"), ("mapping_apart", "confidence")}


def test_a_file_says_which_release_and_which_files_it_is_of(small, folder):
    found = footer(folder / "pfs.parquet")
    assert found["codecs"] == {ZSTD}
    assert found["metadata"]["codegraph"] == small.manifest.codegraph
    sources = json.loads(found["metadata"]["sources"])
    said = {
        (s.release, s.sha256)
        for s in small.manifest.sources
        if s.kind == "cms-pfs" or s.release.startswith("cms-pfs")
    }
    assert {(s["release"], s["sha256"]) for s in sources} == said != set()
    assert found["metadata"].keys() >= {"codegraph", "table", "sources"}


def test_the_history_of_pairs_is_whole(small, folder):
    frame = pl.read_parquet(folder / "ptp.parquet")
    with sqlite3.connect(small.directory / "edits.sqlite") as db:
        assert db.execute("SELECT count(*) FROM ptp_pair").fetchone()[0] == frame.height > 0
        sql = "SELECT column1, column2, effective, deleted, indicator, release FROM ptp"
        expected = {tuple(v or None for v in row) for row in db.execute(sql)}
    columns = ["column1", "column2", "effective", "deleted", "indicator", "release"]
    assert {tuple(map(plain, row)) for row in frame.select(columns).rows()} == expected
    assert frame["rationale"].dtype == pl.String
    assert not (folder.parent / "x").exists()


def test_codes_keep_their_zeros_and_amounts_their_cents(folder):
    pfs = pl.scan_parquet(folder / "pfs.parquet")
    assert all(isinstance(v, Decimal) for v in pfs.select("work").collect()["work"].drop_nulls())
    codes = pl.scan_parquet(folder / "code.parquet").select("notation").collect()["notation"]
    assert all(isinstance(code, str) for code in codes)


def test_the_same_release_gives_the_same_bytes(small, folder, tmp_path):
    small.export(tmp_path / "again", format="parquet", edits=True)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def made(folder: Path, rows: list[tuple[str, str]], column: str = "work") -> Tables:
    with sqlite3.connect(folder / "tables.sqlite") as db:
        db.execute(f"CREATE TABLE t (code TEXT, {column} TEXT)")
        db.executemany("INSERT INTO t VALUES (?, ?)", rows)
        for name in ("official_descriptor", "licensed_mapping", "licensed_other"):
            db.execute(f"CREATE TABLE {name} (text TEXT)")
            db.execute(f"INSERT INTO {name} VALUES ('Planted 7f3a')")
    return Tables(folder / "tables.sqlite")


MANIFEST = Manifest("0", None, (), 0, {}, {})


def test_licensed_tables_are_never_written(tmp_path):
    export_parquet(tmp_path, made(tmp_path, [("1", "1.00")]), MANIFEST, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["t.parquet"]
    assert b"Planted" not in (tmp_path / "out" / "t.parquet").read_bytes()


@pytest.mark.parametrize("text", ["0.10", "12345678901.1234", "0.123456", "1e2", "-1"])
def test_decimals_are_exact_whatever_their_digits(tmp_path, text):
    export_parquet(tmp_path, made(tmp_path, [("00100", text), ("3E03305", "")]), MANIFEST, tmp_path / "out")
    frame = pl.read_parquet(tmp_path / "out" / "t.parquet")
    assert frame.rows() == [("00100", Decimal(text)), ("3E03305", None)]


@pytest.mark.parametrize(
    ("column", "text"), [("work", "1.2.3"), ("work", "abc"), ("effective", "2025-13-01")]
)
def test_what_is_no_figure_or_day_is_an_error_and_leaves_nothing(tmp_path, column, text):
    tables = made(tmp_path, [("1", text)], column)
    with pytest.raises(CodegraphError, match="table t"):
        export_parquet(tmp_path, tables, MANIFEST, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["tables.sqlite"]


def test_edits_that_are_not_there_and_missing_tables_are_told(tmp_path):
    with pytest.raises(NotLoaded, match="procedure-to-procedure"):
        export_parquet(tmp_path, made(tmp_path, []), MANIFEST, tmp_path / "out", edits=True)
    export_parquet(tmp_path, Tables(tmp_path / "tables.sqlite"), MANIFEST, tmp_path / "out")
    assert footer(tmp_path / "out" / "t.parquet")["rows"] == 0


def test_rows_are_cut_into_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("codegraph.export.as_parquet.ROWS", 10)
    export_parquet(
        tmp_path, made(tmp_path, [(f"{n:05}", "1.5") for n in range(25)]), MANIFEST, tmp_path / "out"
    )
    found = footer(tmp_path / "out" / "t.parquet")
    assert found["rows"] == sum(found["groups"]) == 25
    assert pl.read_parquet(tmp_path / "out" / "t.parquet")["code"].to_list() == [f"{n:05}" for n in range(25)]
