"""Entries of a work log as CSV, out and in; what comes in is whole or told line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codegraph.errors import CodegraphError, SourceError
from codegraph.worklog.entry import Entry

HEADER: Final = ("date", "code", "modifiers", "units", "note")
REQUIRED: Final = frozenset({"date", "code"})
_APART: Final = re.compile(r"[\s,;/-]+")
# A spreadsheet takes a cell that begins so for a formula; an apostrophe before it says that it is text.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no entry: the line of the file that it begins on, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def to_csv(entries: Iterable[Entry]) -> str:
    """Return entries as CSV with a header; cells that a spreadsheet would take for a formula begin with `'`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for entry in entries:
        cells = (entry.day.isoformat(), entry.code, " ".join(entry.modifiers), str(entry.units), entry.note)
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a file as UTF-8, its line ends as they are; raise SourceError where it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise SourceError(f"{path}: cannot be written: {error.strerror}") from error


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula.

    >>> guarded("=1+1"), unguarded("'=1+1"), guarded("plain")
    ("'=1+1", '=1+1', 'plain')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell that `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell


def read_csv(path: Path) -> tuple[list[Entry], list[BadRow]]:
    """Return the entries of a CSV file, and the rows that are none.

    The header names `date` and `code`, and where they are there `modifiers`, `units` and `note`, in any order. Dates
    are YYYY-MM-DD; several modifiers stand in one cell, apart by blanks. Raises SourceError for a file without
    that header, of another encoding than UTF-8 or Windows-1252, or whose quotes do not close.
    """
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        raise SourceError(f"{path}: empty; the first line names the columns: {','.join(HEADER)}")
    columns = _columns(path, first[1])
    entries: list[Entry] = []
    bad: list[BadRow] = []
    for line, cells in rows:
        try:
            entries.append(_entry(columns, cells))
        except CodegraphError as error:
            bad.append(BadRow(line, str(error)))
    return entries, bad


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the line that it begins on."""
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{path}: line {line}: no CSV: {error}") from error


def text_of(path: Path) -> str:
    """Return the text of a file, UTF-8 or else Windows-1252; raise SourceError where it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{path}: neither UTF-8 nor Windows-1252 text")


def _columns(path: Path, cells: list[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().lower() for cell in cells)
    unknown = [name for name in names if name not in HEADER]
    twice = [name for name in names if names.count(name) > 1]
    absent = sorted(REQUIRED - set(names))
    problems = [
        f"no column {' and '.join(absent)}" if absent else "",
        f"unknown column {', '.join(map(repr, unknown))[:80]}" if unknown else "",
        f"column {twice[0]} stands there twice" if twice else "",
    ]
    if any(problems):
        told = "; ".join(filter(None, problems))
        raise SourceError(f"{path}: {told}; the first line names the columns: {','.join(HEADER)}")
    return names


def _entry(columns: tuple[str, ...], cells: list[str]) -> Entry:
    if len(cells) != len(columns):
        raise SourceError(f"{len(cells)} cells where the header has {len(columns)}")
    row = {name: unguarded(cell.strip()) for name, cell in zip(columns, cells, strict=True)}
    modifiers = [m for m in _APART.split(row.get("modifiers", "")) if m]
    return Entry.make(row["date"], row["code"], modifiers, row.get("units") or None, row.get("note", ""))
