"""Rows about NCCI edits: a pair, a unit limit, the pairs of a claim, and what building the pair history takes."""

from __future__ import annotations

import gc
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph
from codegraph.build.edits import build_edits
from codegraph.errors import NotLoaded
from codegraph.release import EDITS, TABLES
from codegraph.sources.registry import scan

SECTION = "edits"
_DAY = "2024-08-01"
_CLAIM = ("44310", "44187", "44121", "49000", "44005")
_PAIR_BY_HAND = "SELECT * FROM ptp WHERE setting = ? AND column1 = ? AND column2 = ?"
_LIMIT_BY_HAND = (
    "SELECT units, adjudication, rationale FROM mue "
    "WHERE system = ? AND notation = ? AND setting = ? AND release = ?"
)
_BUILD = (
    "both settings, from compressed text to the database and the direct edges of the graph, in one process"
)


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; where the release lacks a source, the row says so."""
    kg = CodeGraph.open(release, at_once=False)
    runs = 300 if quick else 3000
    rows = [
        _row_of(measured, kg, count)
        for measured, count in ((_pair, runs), (_claim, runs), (_conflicts, runs // 10), (_limit, runs))
    ]
    return [*rows, *_history(release, quick)]


def _row_of(measured: Callable[[CodeGraph, int], Row], kg: CodeGraph, runs: int) -> Row:
    try:
        return measured(kg, runs)
    except NotLoaded as error:
        return Row(SECTION, measured.__name__.strip("_"), "µs", None, note=str(error))


def _pair(kg: CodeGraph, runs: int) -> Row:
    hand = _by_hand(kg.directory / EDITS)
    kept = {("44310", "44187"): kg.edits("44310", "44187", on=_DAY)}
    return Row(
        SECTION,
        'kg.edits("44310", "44187", on=…)',
        "µs",
        _each(lambda: kg.edits("44310", "44187", on=_DAY), runs),
        Target(30),
        (
            Peer(
                "sqlite",
                _each(
                    lambda: [
                        hand.execute(_PAIR_BY_HAND, ("practitioner", *pair)).fetchall()
                        for pair in (("44310", "44187"), ("44187", "44310"))
                    ],
                    runs,
                ),
                "sqlite: both orders of the pair in the view of published rows, one setting, cells as text",
            ),
            Peer("dict", _each(lambda: kept["44310", "44187"], runs), "dict: a kept answer"),
        ),
        note="all episodes of the pair, the one in force, and the other setting",
    )


def _claim(kg: CodeGraph, runs: int) -> Row:
    release = kg.edits("44310", "44187", on=_DAY).edition.release
    table = kg._pair_table
    hand = _by_hand(kg.directory / EDITS)
    pairs = [(a, b) for a in _CLAIM for b in _CLAIM if a != b]
    kept = {pair: table.between(pair, "practitioner", release) for pair in pairs}
    return Row(
        SECTION,
        "all pairs of a 5-code claim",
        "µs",
        _each(lambda: table.between(_CLAIM, "practitioner", release), runs),
        Target(30),
        (
            Peer(
                "sqlite",
                _each(
                    lambda: [
                        hand.execute(_PAIR_BY_HAND, ("practitioner", *pair)).fetchall() for pair in pairs
                    ],
                    max(1, runs // 5),
                ),
                "sqlite: 20 look-ups in the view of published rows",
            ),
            Peer("dict", _each(lambda: [kept[pair] for pair in pairs], runs), "dict: 20 kept answers"),
        ),
        note="rows of one setting and release, both orders, as values",
    )


def _conflicts(kg: CodeGraph, runs: int) -> Row:
    found = kg.conflicts("44310", on=_DAY)
    return Row(
        SECTION,
        'kg.conflicts("44310", on=…)',
        "ms",
        _each(lambda: kg.conflicts("44310", on=_DAY), runs, 1e3),
        note=f"{len(found)} edits in force",
    )


def _limit(kg: CodeGraph, runs: int) -> Row:
    release = kg.unit_limit("44310").edition.release
    hand = _by_hand(kg.directory / TABLES)
    key = ("cpt", "44310", "practitioner", release)
    return Row(
        SECTION,
        'kg.unit_limit("44310")',
        "µs",
        _each(lambda: kg.unit_limit("44310"), runs),
        peers=(Peer("sqlite", _each(lambda: hand.execute(_LIMIT_BY_HAND, key).fetchone(), runs)),),
        note="rows are kept once they were read",
    )


def _history(release: Path, quick: bool) -> list[Row]:
    """Return the size of the pair history, and the time of building it anew where its files are at hand."""
    if not (release / EDITS).is_file():
        return []
    size = Row(
        SECTION,
        "pair history on disk",
        "MB",
        Stats.of([(release / EDITS).stat().st_size / 1e6]),
        Target(200),
        note=f"{_count(release):,} rows",
    )
    seconds = None if quick else _build()
    left_out = "not in a quick run" if quick else "set CODEGRAPH_DATA to the folder of official files"
    note = _BUILD if seconds is not None else f"{_BUILD}; {left_out}"
    return [size, Row(SECTION, "pair history built", "s", Stats.of(seconds or ()), Target(20), note=note)]


def _count(release: Path) -> int:
    return int(_by_hand(release / EDITS).execute("SELECT count(*) FROM ptp_pair").fetchone()[0])


def _build() -> list[float] | None:
    """Build the pair history of the official files at hand, as a release build does; None where there are none."""
    named = os.environ.get("CODEGRAPH_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    found = [f for f in scan([folder]) if f.reader is not None and f.reader.bulk] if folder.is_dir() else []
    if not found:
        return None
    members = [(f.member, f.release) for f in found if f.release is not None]
    was = gc.isenabled()
    gc.disable()  # as a build does: many values, no cycles
    try:
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            build_edits(
                members, *(Path(out) / name for name in ("edits.sqlite", "edits.nt", "rejects.jsonl"))
            )
            return [time.perf_counter() - start]
    finally:
        if was:
            gc.enable()


def _by_hand(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?immutable=1", uri=True)
    connection.execute("PRAGMA mmap_size=1073741824")
    return connection


def _each(call: Callable[[], object], runs: int, factor: float = 1e6) -> Stats | None:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return Stats.of(seconds, factor)
