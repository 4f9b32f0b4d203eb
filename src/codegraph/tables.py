"""Look-ups by key in the SQLite tables of an opened release."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from codegraph.errors import ReleaseError


class Tables:
    """A read-only SQLite file, one connection a thread.

    Opened `immutable=1` with memory mapping, since a published release never changes: a look-up by key takes a
    few microseconds.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ReleaseError(f"{path}: missing; the release is not whole, build it again")
        self.path = path
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            uri = f"{self.path.resolve().as_uri()}?immutable=1"
            connection = sqlite3.connect(uri, uri=True, cached_statements=256)
            connection.execute("PRAGMA mmap_size=1073741824")
            connection.execute("PRAGMA query_only=1")
            self._local.connection = connection
        return connection

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a fixed statement with its parameters bound."""
        return self._connection().execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        found: tuple[Any, ...] | None = self._connection().execute(sql, parameters).fetchone()
        return found

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        """Yield rows one by one on a cursor of its own."""
        yield from self._connection().execute(sql, parameters)

    def has(self, table: str) -> bool:
        """Tell whether a table exists."""
        return self.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)) is not None

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table, sorted by name."""
        names = [r[0] for r in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {n: self.rows(f'SELECT count(*) FROM "{n}"')[0][0] for n in names}  # noqa: S608 - names from the file

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
