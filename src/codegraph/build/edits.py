"""Builds edits.sqlite, the history of all NCCI pairs, and the direct edges of the pairs in force.

Some 4.3 million rows share 13,000 codes and a few thousand combinations of dates, indicator and rationale, so
a row is kept as four small integers; the view `ptp` reads like the published files. All of it can run in a
process of its own.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby, islice
from pathlib import Path, PurePath
from typing import IO, Final

from codegraph import rdf
from codegraph.sources.base import Reject, Release
from codegraph.sources.days import iso
from codegraph.sources.files import Member
from codegraph.sources.ncci import code_term, quarter_days
from codegraph.sources.ncci_ptp import EDGES, SOURCE, Packer, Terms
from codegraph.sources.xlsx import is_workbook

_SCHEMA: Final = """
CREATE TABLE ptp_code (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
CREATE TABLE ptp_rationale (id INTEGER PRIMARY KEY, rationale TEXT NOT NULL UNIQUE);
CREATE TABLE ptp_terms (id INTEGER PRIMARY KEY, setting TEXT NOT NULL, release TEXT NOT NULL,
    effective TEXT NOT NULL, deleted TEXT NOT NULL, indicator TEXT NOT NULL, prior_1996 INTEGER NOT NULL,
    rationale INTEGER NOT NULL);
CREATE TABLE ptp_pair (column1 INTEGER NOT NULL, column2 INTEGER NOT NULL, occurrence INTEGER NOT NULL,
    terms INTEGER NOT NULL, PRIMARY KEY (column1, column2, occurrence)) WITHOUT ROWID;
CREATE VIEW ptp AS
    SELECT t.setting, one.code AS column1, two.code AS column2, t.effective, t.deleted, t.indicator,
        t.prior_1996, t.rationale, t.release, p.occurrence
    FROM ptp_pair AS p
    JOIN ptp_code AS one ON one.id = p.column1
    JOIN ptp_code AS two ON two.id = p.column2
    JOIN ptp_terms AS t ON t.id = p.terms;
ANALYZE ptp_code;
"""
# Covers what is read of a code's rows as column two: they are read from the index alone, in a quarter of the time.
_INDEX: Final = "CREATE INDEX ptp_pair_column2 ON ptp_pair (column2, column1, occurrence, terms)"
# What the planner should know of a full build: a real ANALYZE reads all rows for seconds to find the same.
_STATISTICS: Final = (
    ("ptp_pair", "ptp_pair", "4000000 350 2 1"),
    ("ptp_pair", "ptp_pair_column2", "4000000 350 2 1 1"),
    ("ptp_code", "sqlite_autoindex_ptp_code_1", "13000 1"),
    ("ptp_terms", None, "2500"),
)
_PRAGMAS: Final = ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-65536")
_AT_ONCE: Final = 50  # rows an INSERT: twice as fast as one by one, and no faster beyond
_WRITE: Final = 1 << 16  # lines a write
_TERMS_MASK: Final = (1 << 24) - 1
_CODE_MASK: Final = (1 << 16) - 1
# (setting, predicate as a term), in the order in which the predicates sort as text.
_PREDICATES: Final = sorted(((s, rdf.term(p)) for (s, _), p in EDGES.items()), key=lambda sp: sp[1])
_NO_EDGE: Final = -1
_WHOLE: Final = 0.5

Said = tuple[Release, Terms]


@dataclass(frozen=True, slots=True)
class FileCount:
    """What became of the rows of one file."""

    label: str
    release: str
    rows: int
    rejected: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class EditsBuilt:
    """What a build of the edits wrote.

    `codes` gives, for each release that edges come from, the codes that stand in them, sorted: the graph has
    to declare these.
    """

    files: tuple[FileCount, ...]
    edges: int
    codes: dict[str, tuple[str, ...]]


def build_edits(
    members: Sequence[tuple[Member, Release]], database: Path, quads: Path, rejects: Path
) -> EditsBuilt:
    """Write `database` (SQLite), `quads` (sorted N-Triples of the default graph) and `rejects` (JSON lines).

    The parts of one release belong together; several releases stand side by side, and the newest whole one of
    each setting gives the edges. Of a part that is given as text and as workbook, the text is read. Raises
    SourceError for a file that is cut short or not what its reader takes it for.
    """
    packer = Packer()
    sizes: dict[Release, int] = {}
    files = []
    with rejects.open("w", encoding="utf-8") as out:
        for member, release in _without_twins(members):
            files.append(_pack(packer, member, release, out))
            sizes[release] = sizes.get(release, 0) + files[-1].rows
    current = newest(sizes)
    codes = sorted(packer.codes)
    said = sorted(set(packer.terms), key=_said_key)
    rows = _ranked(packer, codes, said)
    del packer
    connection = _create(database)
    try:
        _fill(connection, codes, said, rows)
        with ThreadPoolExecutor(1) as pool:  # SQLite sorts the index without holding the interpreter's lock
            indexed = pool.submit(connection.execute, _INDEX)
            edges = _edges(rows, said, current)
            del rows
            seen = _write_edges(edges, codes, quads)
            indexed.result()
        connection.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _STATISTICS)
        connection.commit()
    finally:
        connection.close()
    return EditsBuilt(tuple(files), len(edges), _edge_codes(seen, codes, current))


def _without_twins(members: Sequence[tuple[Member, Release]]) -> Iterator[tuple[Member, Release]]:
    """Yield the files; of a part that is there as text and as workbook (as in CMS's zips), the text only."""
    texts = {(_stem(m), release) for m, release in members if not is_workbook(m.head(4))}
    for member, release in members:
        if (_stem(member), release) not in texts or not is_workbook(member.head(4)):
            yield member, release


def _stem(member: Member) -> str:
    return PurePath(member.name).stem.lower()


def _pack(packer: Packer, member: Member, release: Release, out: IO[str]) -> FileCount:
    rejected = 0

    def keep(reject: Reject) -> None:
        nonlocal rejected
        rejected += 1
        said = {"file": member.label, "line": reject.line, "what": "rejected", "reason": reject.reason}
        out.write(json.dumps({**said, "row": reject.row}, ensure_ascii=False, sort_keys=True) + "\n")

    start = time.monotonic()
    rows = packer.pack(member, release, keep)
    return FileCount(member.label, release.ident, rows, rejected, time.monotonic() - start)


def _said_key(said: Said) -> tuple[str, tuple[date, str], date, date, str, bool, str]:
    """Order terms by setting, quarter and history, so that a pair's rows are numbered as they followed."""
    release, terms = said
    return (
        release.source,
        _quarter(release),
        terms.effective or date.min,
        terms.deleted or date.max,
        terms.indicator,
        terms.prior_1996,
        terms.rationale,
    )


def _quarter(release: Release) -> tuple[date, str]:
    days = quarter_days(release.version)
    return (days[0] if days else date.min, release.version)


def _ranked(packer: Packer, codes: list[str], said: list[Said]) -> list[int]:
    """Return the packed rows, sorted, with the numbers of codes and terms replaced by their ranks."""
    code_rank = {code: rank for rank, code in enumerate(codes)}
    one = [code_rank[code] << 40 for code in packer.codes]
    two = [rank >> 16 for rank in one]
    said_rank = {terms: rank for rank, terms in enumerate(said)}
    terms = [said_rank[entry] for entry in packer.terms]
    rows = [one[v >> 40] | two[v >> 24 & _CODE_MASK] | terms[v & _TERMS_MASK] for v in packer.packed]
    rows.sort()
    return rows


def _create(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_SCHEMA)
    connection.execute("DELETE FROM sqlite_stat1")
    return connection


def _fill(connection: sqlite3.Connection, codes: list[str], said: list[Said], rows: list[int]) -> None:
    connection.executemany("INSERT INTO ptp_code VALUES (?, ?)", enumerate(codes))
    rationales = {text: rank for rank, text in enumerate(sorted({terms.rationale for _, terms in said}))}
    connection.executemany("INSERT INTO ptp_rationale VALUES (?, ?)", ((n, t) for t, n in rationales.items()))
    marks = ", ".join("?" * 8)
    connection.executemany(f"INSERT INTO ptp_terms VALUES ({marks})", _terms_rows(said, rationales))  # noqa: S608
    whole = len(rows) - len(rows) % _AT_ONCE
    cells = chain.from_iterable(_pair_rows(rows))
    for count, times in ((_AT_ONCE, whole // _AT_ONCE), (1, len(rows) - whole)):
        groups = (tuple(islice(cells, 4 * count)) for _ in range(times))
        connection.executemany(
            f"INSERT INTO ptp_pair VALUES {', '.join(['(?, ?, ?, ?)'] * count)}",  # noqa: S608
            groups,
        )
    connection.commit()


def _terms_rows(said: list[Said], rationales: dict[str, int]) -> Iterator[tuple[int | str, ...]]:
    for rank, (release, terms) in enumerate(said):
        yield (
            rank,
            release.source.removeprefix(SOURCE),
            release.ident,
            iso(terms.effective),
            iso(terms.deleted),
            terms.indicator,
            int(terms.prior_1996),
            rationales[terms.rationale],
        )


def _pair_rows(rows: list[int]) -> Iterator[tuple[int, int, int, int]]:
    before, occurrence = -1, 0
    for row in rows:
        pair = row >> 24
        occurrence = occurrence + 1 if pair == before else 0
        before = pair
        yield row >> 40, pair & _CODE_MASK, occurrence, row & _TERMS_MASK


def newest(sizes: Mapping[Release, int]) -> set[Release]:
    """Return the newest whole release of each setting, given the number of rows of each release.

    Releases grow from quarter to quarter; one of less than half the rows of another is an excerpt or lacks parts.
    """
    latest: dict[str, Release] = {}
    for source in {release.source for release in sizes}:
        same = {release: rows for release, rows in sizes.items() if release.source == source}
        whole = [release for release, rows in same.items() if rows >= _WHOLE * max(same.values())]
        latest[source] = max(whole, key=_quarter)
    return set(latest.values())


def _edges(rows: list[int], said: list[Said], current: set[Release]) -> list[int]:
    """Return the edges of the pairs in force: `one << 18 | predicate << 16 | two`, sorted, each once."""
    edge = [_edge_of(release, terms) if release in current else _NO_EDGE for release, terms in said]
    found = [
        row >> 40 << 18 | number << 16 | row >> 24 & _CODE_MASK
        for row in rows
        if (number := edge[row & _TERMS_MASK]) != _NO_EDGE
    ]
    found.sort()
    return [edge for edge, _ in groupby(found)]


def _edge_of(release: Release, terms: Terms) -> int:
    if not terms.in_force(release.effective_from, release.effective_to):
        return _NO_EDGE
    setting = release.source.removeprefix(SOURCE)
    return _PREDICATES.index((setting, rdf.term(EDGES[setting, terms.indicator])))


def _write_edges(edges: list[int], codes: list[str], quads: Path) -> dict[str, set[int]]:
    """Write the edges as N-Triples; return the ranks of the codes that stand in them, by setting."""
    terms = [code_term(code) for code in codes]
    ends = [f"{term} .\n" for term in terms]
    seen: dict[str, set[int]] = {setting: set() for setting, _ in _PREDICATES}
    lines: list[str] = []
    with quads.open("w", encoding="ascii", newline="\n") as out:
        for start, group in groupby(edges, lambda edge: edge >> 16):
            setting, predicate = _PREDICATES[start & 3]
            twos = [edge & _CODE_MASK for edge in group]
            seen[setting].add(start >> 2)
            seen[setting].update(twos)
            begin = f"{terms[start >> 2]} {predicate} "
            lines.extend([begin + ends[two] for two in twos])
            if len(lines) > _WRITE:
                out.writelines(lines)
                lines.clear()
        out.writelines(lines)
    return seen


def _edge_codes(
    seen: dict[str, set[int]], codes: list[str], current: set[Release]
) -> dict[str, tuple[str, ...]]:
    return {
        release.ident: tuple(codes[rank] for rank in sorted(seen[release.source.removeprefix(SOURCE)]))
        for release in sorted(current)
    }
