"""Writes tables.sqlite: the rows of every source's table, inserted in key order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codegraph.sources.base import Table


class TableWriter:
    """One SQLite file under construction; nobody reads it before the release is published."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA page_size=4096")
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._tables: dict[str, Table] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows; the same table may come from several sources."""
        known = self._tables.setdefault(table.name, table)
        if known != table:
            raise ValueError(f"two definitions of table {table.name}")
        self._rows.setdefault(table.name, []).extend(rows)

    def close(self) -> dict[str, int]:
        """Insert all rows sorted by key, make the indexes, and return the number of rows a table."""
        counts = {}
        for name in sorted(self._tables):
            counts[name] = self._insert(self._tables[name], self._rows.pop(name))
        self._connection.commit()
        self._connection.execute("ANALYZE")
        self._connection.commit()
        self._connection.close()
        return counts

    def _insert(self, table: Table, rows: list[tuple[Any, ...]]) -> int:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
        key = ", ".join(f'"{k}"' for k in table.key)
        self._connection.execute(
            f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID'
        )
        positions = [[n for n, _ in table.columns].index(k) for k in table.key]
        unique = {tuple(row[p] for p in positions): row for row in rows}
        marks = ", ".join("?" * len(table.columns))
        ordered = (unique[k] for k in sorted(unique, key=_sortable))
        self._connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', ordered)  # noqa: S608
        for number, index in enumerate(table.indexes):
            names = ", ".join(f'"{c}"' for c in index)
            self._connection.execute(f'CREATE INDEX "{table.name}_{number}" ON "{table.name}" ({names})')
        return len(unique)


def _sortable(key: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in key)
