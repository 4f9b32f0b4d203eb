"""Tables as CMS saves them: text or a workbook; notice rows, a header to be found by its names, then rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Final

from codegraph.errors import SourceError
from codegraph.sources import xlsx
from codegraph.sources.base import Reject
from codegraph.sources.files import Member
from codegraph.sources.values import RowError

SNIFF_ROWS: Final = 40
MAX_CELL: Final = 1 << 20
csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: the line on which it begins, and its cells without surrounding blanks."""

    line: int
    cells: Sequence[str]

    @property
    def blank(self) -> bool:
        """Tell whether no cell says anything."""
        return not any(self.cells)


def key(text: str) -> str:
    """Return a column name in the one form in which names are compared.

    >>> key("NON-FAC  PE RVU ")
    'NON FAC PE RVU'
    """
    return re.sub(r"[^A-Z0-9]+", " ", text.upper()).strip()


def delimiter(lines: Collection[str]) -> str:
    """Return the tab where at least half of the lines that say anything have one, else the comma."""
    full = [line for line in lines if line.strip()]
    return "\t" if full and 2 * sum("\t" in line for line in full) >= len(full) else ","


def records(member: Member, *, separator: str | None = None) -> Iterator[Record | Reject]:
    """Yield the rows of a text table or of a workbook's first sheet; a Reject where quotes do not match."""
    if xlsx.is_workbook(member.head(4)):
        for number, cells in enumerate(xlsx.rows(member), 1):
            yield Record(number, [cell.strip() for cell in cells])
        return
    lines = member.lines()
    first = list(islice(lines, SNIFF_ROWS))
    yield from split(chain(first, lines), separator or delimiter(first))


def split(lines: Iterable[str], separator: str) -> Iterator[Record | Reject]:
    """Split lines of delimited text into records; a quoted cell may hold line breaks."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Reject(start, f"quotes or cells do not match: {error}", "")
        else:
            yield Record(start, [cell.strip() for cell in cells])
        start = reader.line_num + 1


@lru_cache(maxsize=2)
def head_rows(head: bytes) -> tuple[tuple[str, ...], ...]:
    """Return the first rows that a file's first bytes show, for sniffing; none where it is no text."""
    if b"\0" in head[:4096]:
        return ()
    text = head.decode("latin-1").removeprefix("ï»¿").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")[: 4 * SNIFF_ROWS]
    found = (r for r in split(lines, delimiter(lines[:SNIFF_ROWS])) if isinstance(r, Record))
    return tuple(tuple(record.cells) for record in islice(found, SNIFF_ROWS))


def has_header(head: bytes, *names: str, title: str = "", without: Collection[str] = ()) -> bool:
    """Tell whether a file begins with a table that has all these columns in one row.

    `title` is a pattern that the text of the rows above it must match; none of `without` may be a column.
    """
    above: list[str] = []
    for cells in head_rows(head):
        keys = {key(cell) for cell in cells}
        if keys.issuperset(names):
            return not keys.intersection(without) and bool(re.search(title, " ".join(above), re.IGNORECASE))
        above.extend(cells)
    return False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose header is found: the rows above it, its column names, and the rows yet to come."""

    member: Member
    above: tuple[Sequence[str], ...]
    header: Record
    rows: Iterator[Record | Reject]

    @property
    def title(self) -> str:
        """Return the text above the header as one line."""
        return " ".join(cell for cells in self.above for cell in cells if cell)

    def columns(self, names: Mapping[str, str], *, required: Collection[str]) -> dict[str, int]:
        """Return field -> position for the official names (as `key` writes them) that stand in the header.

        Raises SourceError where a required field's column is missing or stands there twice.
        """
        return find_columns(self.member, [key(c) for c in self.header.cells], names, required)


def find_columns(
    member: Member, keys: Sequence[str], names: Mapping[str, str], required: Collection[str]
) -> dict[str, int]:
    """Return field -> position of the columns that a table of official names knows."""
    found: dict[str, int] = {}
    for position, name in enumerate(keys):
        field = names.get(name)
        if field is None:
            continue
        if field in found:
            raise SourceError(f"{member.label}: the header names {name!r} twice; the layout is not known")
        found[field] = position
    if missing := [name for name, field in names.items() if field in required and field not in found]:
        lacking = ", ".join(sorted({names[name] for name in missing}))
        raise SourceError(f"{member.label}: the header lacks columns ({lacking}); the layout is not known")
    return found


def open_sheet(member: Member, is_header: Callable[[set[str]], bool], *, within: int = 60) -> Sheet:
    """Read on to the header row; raise SourceError where the first `within` rows hold none."""
    rows = records(member)
    above: list[Sequence[str]] = []
    for record in islice(rows, within):
        if isinstance(record, Reject):
            continue
        if is_header({key(cell) for cell in record.cells}):
            return Sheet(member, tuple(above), record, rows)
        above.append(record.cells)
    raise SourceError(f"{member.label} has no header row that this kind of file has; is it the right file?")


def read_rows(
    sheet: Sheet,
    parse: Callable[[Record], Iterable[Any]],
    *,
    width: int,
    is_note: Callable[[Record], bool] = lambda record: False,
) -> Iterator[Any]:
    """Yield what `parse` makes of each row, a Reject for each that it refuses by RowError.

    Blank rows and those that `is_note` recognises as remarks are passed over. Raises SourceError where the
    last row has fewer than `width` cells (the file was cut short) or nothing but a header is there. The text
    of a rejected row is masked: descriptors may be licensed.
    """
    good = bad = 0
    short = False
    for record in sheet.rows:
        if isinstance(record, Reject):
            yield record
            bad += 1
            short = True
            continue
        if record.blank or is_note(record):
            continue
        short = len(record.cells) < width
        try:
            _check_width(record, width, len(sheet.header.cells))
            yield from parse(record)
            good += 1
        except RowError as error:
            bad += 1
            yield Reject(record.line, str(error), masked(record.cells))
    if short:
        raise SourceError(
            f"{sheet.member.label} ends in the middle of a row: it was cut short; download it again"
        )
    if not good:
        raise SourceError(f"{sheet.member.label} has a header but no row that can be read ({bad} refused)")


def _check_width(record: Record, width: int, most: int) -> None:
    if len(record.cells) < width:
        raise RowError(f"{len(record.cells)} cells where {width} are needed")
    if any(record.cells[most:]):
        raise RowError(f"{len(record.cells)} cells where the header has {most}")


_SAFE_CELL: Final = re.compile(r"[^a-z\s]{0,12}")


def masked(cells: Iterable[str]) -> str:
    """Return a row for the list of rejects: codes and numbers as they are, texts (maybe licensed) as `…`.

    >>> masked(["44310", "", "Some long text", "17.59"])
    '44310||…|17.59'
    """
    return "|".join(cell if _SAFE_CELL.fullmatch(cell) else "…" for cell in cells)[:500]
