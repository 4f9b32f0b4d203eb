"""Rows about releases over time: two fee schedules, all NCCI pairs in force, the history of a code, a dated view."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.table import Peer, Row, Stats
from codegraph import CodeGraph
from codegraph.billing.editions import PFS, PTP
from codegraph.changes.diff import diff, diff_editions
from codegraph.changes.loaded import editions, newest_whole
from codegraph.release import EDITS, MANIFEST, TABLES, read_manifest

SECTION = "releases over time"
_NEXT = f"{PFS}/2099A"
_DIFFERING = (
    "SELECT count(*) FROM (SELECT {columns} FROM pfs WHERE release = ? "
    "EXCEPT SELECT {columns} FROM later.pfs WHERE release = ?)"
)
_IN_FORCE = (
    "SELECT column1, column2, indicator FROM ptp WHERE release = ? AND indicator != '9' "
    "AND (effective = '' OR effective <= ?) AND (deleted = '' OR deleted >= ?)"
)


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; without a fee schedule or edits in the release, rows that say so."""
    kg = CodeGraph.open(release, at_once=False)
    runs = 20 if quick else 200
    kg.history("44310")
    return [
        _schedules(kg, 1 if quick else 5),
        _pairs(kg, 1 if quick else 3),
        Row(SECTION, 'kg.history("44310")', "ms", _times(lambda: kg.history("44310"), runs, 1e3)),
        Row(
            SECTION,
            '"44310" in kg.on("2025-11-01")',
            "µs",
            _times(lambda: "44310" in kg.on("2025-11-01"), runs, 1e6),
            note="by the fee schedule that covers the day",
        ),
    ]


def _schedules(kg: CodeGraph, runs: int) -> Row:
    name = "kg.diff(later, source='pfs')"
    edition = newest_whole(editions(kg, (PFS,)))
    if edition is None:
        return Row(SECTION, name, "s", None, note="the release was built without a fee schedule")
    with tempfile.TemporaryDirectory() as folder:
        later = CodeGraph(_successor(kg, edition.release, Path(folder)), at_once=False)
        found = diff(kg, later, source="pfs")
        own = _times(lambda: diff(kg, later, source="pfs"), runs)
        hand = _times(lambda: _differing(kg, later, edition.release), runs)
    note = f"{edition.rows:,} rows each, work RVU × 0.975: {len(found):,} changes"
    peer = Peer("sqlite", hand, "sqlite: EXCEPT of both tables says which rows differ, not in what")
    return Row(SECTION, name, "s", own, peers=(peer,), note=note)


def _successor(kg: CodeGraph, ident: str, folder: Path) -> Path:
    """Write a release whose fee schedule has 2.5 % less work in every row; only its tables are there."""
    source = kg.manifest.source(ident) or kg.manifest.figure(ident)
    if source is None:
        raise ValueError(ident)
    later = replace(source, release=_NEXT, sha256="0" * 64)
    manifest = replace(read_manifest(kg.directory), sources=(later,), figures=())
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    with sqlite3.connect(folder / TABLES) as out:
        out.execute("ATTACH ? AS old", (str(kg.directory / TABLES),))
        schema = "SELECT sql FROM old.sqlite_master WHERE type = 'table' AND name = 'pfs'"
        out.execute(out.execute(schema).fetchone()[0])
        out.execute("INSERT INTO pfs SELECT * FROM old.pfs WHERE release = ?", (ident,))
        out.execute("UPDATE pfs SET release = ?, work = printf('%.2f', work * 0.975)", (_NEXT,))
        out.commit()
        out.execute("DETACH old")
    return folder


def _differing(kg: CodeGraph, later: CodeGraph, ident: str) -> int:
    connection = sqlite3.connect(kg.directory / TABLES)
    connection.execute("ATTACH ? AS later", (str(later.directory / TABLES),))
    names = [row[1] for row in connection.execute("PRAGMA table_info(pfs)") if row[1] != "release"]
    found = connection.execute(_DIFFERING.format(columns=", ".join(names)), (ident, _NEXT)).fetchone()
    connection.close()
    return int(found[0])


def _pairs(kg: CodeGraph, runs: int) -> Row:
    name = "all NCCI pairs of two quarters"
    edition = newest_whole(editions(kg, (PTP["practitioner"],)))
    if edition is None or edition.last is None:
        return Row(SECTION, name, "s", None, note="the release was built without NCCI edits")
    ident, day = edition.release, edition.last.isoformat()

    def hand() -> int:
        connection = sqlite3.connect(kg.directory / EDITS)
        sql = f"SELECT count(*) FROM ({_IN_FORCE} EXCEPT {_IN_FORCE})"
        found = connection.execute(sql, (ident, day, day) * 2).fetchone()
        connection.close()
        return int(found[0])

    own = _times(lambda: diff_editions(kg, ident, ident), runs)
    peer = Peer("sqlite", _times(hand, 1), "sqlite: EXCEPT of the view of published rows, one direction")
    note = (
        f"a quarter of {edition.rows:,} rows against itself: every pair in force is read and compared twice"
    )
    return Row(SECTION, name, "s", own, peers=(peer,), note=note)


def _times(call: Callable[[], object], runs: int, factor: float = 1) -> Stats | None:
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return Stats.of(found, factor)
