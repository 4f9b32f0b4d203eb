"""Mappings from files that each user licenses for themselves: one value, one table, triples for the licensed dump.

Of such a file only codes and how they are joined are kept, never a word of its text.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from codegraph.codes import SYSTEMS, normalise
from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.rdf import Triple
from codegraph.sources.base import Release, Table
from codegraph.sources.files import Member, members
from codegraph.sources.sssom import TABLE as MAPPINGS

NO_TERM: Final = "sssom:NoTermFound"
SNOMED: Final = "sct"
_CONCEPT: Final = re.compile(r"[1-9][0-9]{5,17}")
_AT_ONCE: Final = 10_000

# The columns of the `mapping` table, and `part`: which of several ways, where one file states a pair several times.
TABLE: Final = Table(
    "licensed_mapping", (*MAPPINGS.columns, ("part", "TEXT")), (*MAPPINGS.key, "part"), MAPPINGS.indexes
)


@dataclass(frozen=True, slots=True)
class LicensedMapping:
    """One mapping of a licensed file: CURIEs of its ends and of the predicate, and what the file says of it.

    `object` is sssom:NoTermFound where the file says that nothing corresponds.
    """

    mapping_set: str
    subject: str
    predicate: str
    object: str
    justification: str
    comment: str
    part: str = ""
    detail: Map[str, Any] = field(default_factory=dict)


def triples(row: object, release: Release) -> Iterator[Triple]:
    """Yield the direct triple of a mapping; the build writes it to the licensed dump only."""
    if isinstance(row, LicensedMapping) and row.object != NO_TERM:
        ends = [f"<{expand(curie)}>" for curie in (row.subject, row.predicate, row.object)]
        yield Triple(ends[0], ends[1], ends[2])


def table_rows(row: object, release: Release) -> Iterator[tuple[Any, ...]]:
    """Yield the row of the table of licensed mappings."""
    if isinstance(row, LicensedMapping):
        said = json.dumps(dict(row.detail), sort_keys=True) if row.detail else None
        pair = row.subject, row.object, row.mapping_set, row.predicate
        yield (*pair, row.justification, None, release.ident, row.comment, said, row.part)


def curie(system: str, code: str) -> str | None:
    """Return the CURIE of a code as it is printed, or None for what is no code of the system (a heading, a range).

    >>> curie("icd10cm", "K50012"), curie("sct", "1003"), curie("cpt", "1006056")
    ('icd10cm:K50.012', None, None)
    """
    own = code if _CONCEPT.fullmatch(code) else None
    notation = normalise(system, code) if system in SYSTEMS else own
    return None if notation is None else f"{system}:{notation}"


def beside(member: Member, name: str) -> Member | None:
    """Return the file of that name in the same folder or in the same folder of an archive; None where there is none."""
    if member.inner is None:
        found = sorted(
            p for p in member.path.parent.iterdir() if p.name.lower() == name.lower() and p.is_file()
        )
        return Member(found[0], None) if found else None
    folder = PurePosixPath(member.inner).parent
    for other in members(member.path):
        inner = PurePosixPath(other.inner or "")
        if inner.parent == folder and inner.name.lower() == name.lower():
            return other
    return None


def needed(member: Member, name: str) -> Member:
    """Return the file of that name beside another; raise SourceError where it is missing."""
    found = beside(member, name)
    if found is None:
        raise SourceError(
            f"{member.label} is read together with {name} of the same download: put it beside it"
        )
    return found


@contextmanager
def workspace(*statements: str) -> Iterator[sqlite3.Connection]:
    """Give a database on disk that is gone afterwards: joins of millions of rows need no memory."""
    with tempfile.TemporaryDirectory(prefix="codegraph-") as folder:
        connection = sqlite3.connect(Path(folder) / "join.sqlite")
        try:
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            for statement in statements:
                connection.execute(statement)
            yield connection
        finally:
            connection.close()


def insert(connection: sqlite3.Connection, statement: str, rows: Iterator[tuple[Any, ...]]) -> int:
    """Insert rows in pieces; return how many there were."""
    count = 0
    while piece := list(islice(rows, _AT_ONCE)):
        connection.executemany(statement, piece)
        count += len(piece)
    return count
