"""The file of a work log: SQLite, one table, readable by anything that reads SQLite."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from codegraph.billing.lines import parse_line
from codegraph.errors import InvalidValue, NotLoaded, SourceError
from codegraph.worklog.entry import Entry

VARIABLE: Final = "CODEGRAPH_LOG"
SCHEMA: Final = 1
_APPLICATION: Final = 0x63676C6F  # "cglo": tells a work log from other SQLite files
_WAIT: Final = 30.0  # seconds that a writer waits for another
_CREATE: Final = (
    "CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, day TEXT NOT NULL, code TEXT NOT NULL, "
    "modifiers TEXT NOT NULL, units INTEGER NOT NULL CHECK (units > 0), note TEXT NOT NULL)",
    "CREATE INDEX entry_by_day ON entry (day)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
_INSERT: Final = "INSERT INTO entry (day, code, modifiers, units, note) VALUES (?, ?, ?, ?, ?)"
_COLUMNS: Final = "SELECT day, code, modifiers, units, note, id FROM entry"
_SELECT: Final = f"{_COLUMNS} WHERE day >= ? AND day <= ? AND (? = '' OR code = ?) ORDER BY day, id"


def default_path() -> Path:
    """Return where the log stands: CODEGRAPH_LOG, else a file in the user's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("codegraph") / "work-log.sqlite"


class WorkLog:
    """Procedures done, in one SQLite file; several processes may write to it, each waits for the other.

    The file is made by the first entry, readable by its owner only. It belongs to no release: figures are looked up
    when a report is made.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = default_path() if path is None else Path(path)

    def add(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Store entries, all or none, and return them with their numbers."""
        found = list(entries)
        with self._opened(write=True) as connection:
            return tuple(replace(entry, id=_stored(connection, entry)) for entry in found)

    def entries(
        self, *, first: date | None = None, last: date | None = None, code: str | None = None
    ) -> tuple[Entry, ...]:
        """Return the entries from one day to another, both included, by day; `code` with modifiers needs all of them.

        Raises NotLoaded where there is no log, InvalidCode for what is no code.
        """
        wanted = None if code is None else parse_line(code)
        days = ((first or date.min).isoformat(), (last or date.max).isoformat())
        name = "" if wanted is None else wanted.code
        with self._opened() as connection:
            rows = connection.execute(_SELECT, (*days, name, name)).fetchall()
        found = (_entry(row) for row in rows)
        return tuple(e for e in found if wanted is None or set(wanted.modifiers) <= set(e.modifiers))

    def remove(self, number: int) -> Entry:
        """Take an entry out by its number and return it; raise InvalidValue where there is none."""
        with self._opened(write=True) as connection:
            row = connection.execute(f"{_COLUMNS} WHERE id = ?", (number,)).fetchone()
            if row is None:
                raise InvalidValue(
                    f"{self.path} has no entry {number}; `codegraph log list` shows their numbers"
                )
            connection.execute("DELETE FROM entry WHERE id = ?", (number,))
        return _entry(row)

    @contextmanager
    def _opened(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction: kept where its block ends well, undone where it raises."""
        if write:
            self._make()
        elif not self.path.is_file():
            raise NotLoaded(f"{self.path}: no work log is there; `codegraph log add` starts one")
        try:
            uri = f"{self.path.resolve().as_uri()}?mode=rw"
            with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                self._check(connection, write=write)
                yield connection
                connection.execute("COMMIT")  # closing without it undoes
        except sqlite3.Error as error:
            raise SourceError(f"{self.path}: the work log cannot be {_DOING[write]}: {error}") from error

    def _make(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)
        except OSError as error:
            raise SourceError(f"{self.path}: no work log can be made there: {error.strerror}") from error

    def _check(self, connection: sqlite3.Connection, *, write: bool) -> None:
        """Make the table in an empty file; raise SourceError where the file holds something else."""
        application, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if empty and not application and not version:
            if not write:
                raise NotLoaded(f"{self.path}: the work log is empty; `codegraph log add` starts it")
            for statement in _CREATE:
                connection.execute(statement)
        elif application != _APPLICATION:
            raise SourceError(f"{self.path}: an SQLite file of something else, not a work log")
        elif version != SCHEMA:
            raise SourceError(f"{self.path}: a work log of layout {version}; this codegraph reads {SCHEMA}")


_DOING: Final = {True: "written", False: "read"}


def _stored(connection: sqlite3.Connection, entry: Entry) -> int:
    row = (entry.day.isoformat(), entry.code, " ".join(entry.modifiers), entry.units, entry.note)
    number = connection.execute(_INSERT, row).lastrowid
    assert number is not None
    return number


def _entry(row: tuple[str, str, str, int, str, int]) -> Entry:
    day, code, modifiers, units, note, number = row
    return Entry(date.fromisoformat(day), code, tuple(modifiers.split()), units, note, number)
