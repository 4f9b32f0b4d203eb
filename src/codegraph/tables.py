"""Look-ups by key in the SQLite tables of an opened release."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from codegraph.errors import ReleaseError

_PIECE: Final = 1000


class Tables:
    """A read-only SQLite file, opened once and for all threads.

    Opened `immutable=1` with memory mapping, since a published release never changes: a look-up by key takes a
    few microseconds. What was opened stays readable when another release takes its place.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ReleaseError(f"{path}: missing; the release is not whole, build it again")
        self.path = path
        self._lock = threading.Lock()
        uri = f"{path.resolve().as_uri()}?immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, cached_statements=256, check_same_thread=False)
        self._connection.execute("PRAGMA mmap_size=1073741824")
        self._connection.execute("PRAGMA query_only=1")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a fixed statement with its parameters bound."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield rows in pieces, on a cursor of its own: for answers too long to hold."""
        with self._lock:
            cursor = self._connection.execute(sql, parameters)
        while True:
            with self._lock:
                piece = cursor.fetchmany(_PIECE)
            if not piece:
                return
            yield from piece

    def has(self, table: str) -> bool:
        """Tell whether a table exists."""
        return self.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)) is not None

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table, sorted by name."""
        names = [r[0] for r in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {n: self.rows(f'SELECT count(*) FROM "{n}"')[0][0] for n in names}  # noqa: S608 - names from the file

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
