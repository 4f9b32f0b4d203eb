"""Compares the rows of two editions of a table: what came, went, came back, and which cells are others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from codegraph.billing.editions import Edition
from codegraph.changes.model import Change, Value
from codegraph.changes.tables import ComparedTable, Row

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.tables import Tables

_MODIFIER: Final = "modifier"
_ROW_ADDED: Final = "row-added"
_ROW_DELETED: Final = "row-deleted"
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One edition of a source, and the release that it is read from."""

    graph: OpenedRelease
    edition: Edition


@dataclass(frozen=True, slots=True)
class Cell:
    """A column that is compared: its place in the row, what it is called, the kind of change."""

    place: int
    name: str
    kind: str


def read(side: Side, table: ComparedTable, code: Sequence[str] = ()) -> dict[Key, Row]:
    """Return the rows of an edition by key, in the order of the keys; only those of a code where one is given."""
    where = "".join(f' AND "{column}" = ?' for column in (table.code if code else ()))
    columns = ", ".join(f'"{column}"' for column in table.columns)
    order = ", ".join(f'"{column}"' for column in table.key)
    sql = f'SELECT {columns} FROM "{table.table}" WHERE release = ?{where} ORDER BY {order}'  # noqa: S608 - constants
    width = len(table.key)
    found: dict[Key, Row] = {}
    for row in _rows(side, table, sql, (side.edition.release, *code)):
        key = row[:width]
        if key not in found or table.used(row, side.edition):
            found[key] = row
    return found


def _rows(side: Side, table: ComparedTable, sql: str, parameters: tuple[str, ...]) -> Iterable[Row]:
    if not side.graph._has_table(table.table):
        return ()
    return side.graph.tables.rows(sql, parameters)


def filled(side: Side, table: ComparedTable) -> frozenset[str]:
    """Return the columns of an edition that hold anything: files of another layout lack some of them."""
    columns = [*table.more, *table.figures, *table.indicators]
    if not columns:
        return frozenset()
    if not side.graph._has_table(table.table):
        return frozenset()
    return _filled(side.graph.tables, table.table, tuple(columns), side.edition.release)


@lru_cache(maxsize=64)
def _filled(tables: Tables, table: str, columns: tuple[str, ...], release: str) -> frozenset[str]:
    """Read all rows of an edition, which never change, once for the histories of all codes."""
    cells = ", ".join(f'max("{column}" IS NOT NULL AND "{column}" != \'\')' for column in columns)
    sql = f'SELECT {cells} FROM "{table}" WHERE release = ?'  # noqa: S608 - constants
    (row,) = tables.rows(sql, (release,))
    return frozenset(column for column, full in zip(columns, row, strict=True) if full)


def cells(table: ComparedTable, first: frozenset[str], second: frozenset[str]) -> tuple[Cell, ...]:
    """Return the columns that both editions have."""
    at = len(table.key) + len(table.more)
    kinds = [("figure", table.figures), ("indicator", table.indicators)]
    named = [(column, name, kind) for kind, columns in kinds for column, name in columns.items()]
    return tuple(
        Cell(at + number, name, kind)
        for number, (column, name, kind) in enumerate(named)
        if column in first and column in second
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of a table and how their rows are told apart; `changes()` yields the differences.

    What an excerpt leaves out proves nothing: with `came` or `went` False such rows are not told. `older` are editions
    before the first one. `undated` says that the second gives no termination dates: then a code that the first has as
    terminated is not known to be back.
    """

    source: str
    table: ComparedTable
    first: Side
    second: Side
    cells: tuple[Cell, ...]
    came: bool = True
    went: bool = True
    older: tuple[Side, ...] = ()
    undated: bool = False

    def changes(self, before: Mapping[Key, Row], after: Mapping[Key, Row]) -> Iterator[Change]:
        """Yield what differs between the rows of the two editions, by key."""
        appeared, vanished = [], []
        for key in sorted(before.keys() | after.keys()):
            b, a = before.get(key), after.get(key)
            if b == a:
                continue
            was, now = self._used(b, a)
            if b is not None and a is not None and was and now:
                yield from self._differences(b, a)
            elif a is not None and now:
                appeared.append((a, b))
            elif b is not None and was:
                vanished.append((b, a))
        if self.came:
            yield from self._grouped(appeared, self._appeared)
        if self.went:
            yield from self._grouped(vanished, self._vanished)

    def _used(self, before: Row | None, after: Row | None) -> tuple[bool, bool]:
        """Tell whether a row is in use in the first and in the second edition."""
        used, first = self.table.used, self.first.edition
        was = before is not None and used(before, first)
        now = after is not None and used(after, self.second.edition)
        if self.table.since is not None:  # a list may lack the dates that the other one has
            was = was and (after is None or used(after, first))
            now = now and not (self.undated and before is not None and not used(before, first))
        return was, now

    def _differences(self, before: Row, after: Row) -> Iterator[Change]:
        for cell in self.cells:
            b, a = before[cell.place], after[cell.place]
            if b == a:
                continue
            old, new = (_value(v, cell.kind) for v in (b, a))
            if old != new:
                yield self._change(after, cell.kind, cell.name, old, new)

    def _grouped(
        self, found: Sequence[tuple[Row, Row | None]], tell: Callable[[Row, Row | None, str], Change]
    ) -> Iterator[Change]:
        """Tell of each row, and of those with modifiers only where the code's own row does not come or go too."""
        if _MODIFIER not in self.table.key:
            yield from (tell(row, other, "") for row, other in found)
            return
        place = self.table.key.index(_MODIFIER)
        with_it: dict[str, list[str]] = {}
        for row, _ in found:
            with_it.setdefault(row[0], []).append(row[place])
        for row, other in found:
            if "" in with_it[row[0]] and row[place]:
                continue
            further = [m for m in with_it[row[0]] if m] if not row[place] else []
            yield tell(row, other, f"with its rows {', '.join(further)}" if further else "")

    def _appeared(self, after: Row, before: Row | None, note: str) -> Change:
        kind = _ROW_ADDED if self._of_modifier(after) else self.table.appears
        again = self._earlier(after, before) if kind == "added" else None
        told = "; ".join(t for t in (again, note) if t)
        field, value = self._shown(after)
        return self._change(after, "reinstated" if again else kind, field, None, value, told)

    def _vanished(self, before: Row, after: Row | None, note: str) -> Change:
        kind = _ROW_DELETED if self._of_modifier(before) else self.table.vanishes
        told = "; ".join(t for t in (self._ended(after), note) if t)
        field, value = self._shown(before)
        return self._change(before, kind, field, value, None, told)

    def _of_modifier(self, row: Row) -> bool:
        key = self.table.key
        return _MODIFIER in key and bool(row[key.index(_MODIFIER)])

    def _earlier(self, after: Row, before: Row | None) -> str | None:
        """Return which edition says that a row was there before the first one, None where none does."""
        if before is not None:
            return f"{self._ended(before) or 'out of use'} in {self.first.edition.release}"
        width = len(self.table.key)
        for older in reversed(self.older):
            row = read(older, self.table, after[: len(self.table.code)]).get(after[:width])
            if row is not None and self.table.used(row, older.edition):
                return f"in use in {older.edition.release}, absent from {self.first.edition.release}"
        since, day = self.table.since, self.first.edition.first
        if since is not None and day is not None and after[since] and after[since] < day.isoformat():
            return f"added {after[since]}, absent from {self.first.edition.release}"
        return None

    def _ended(self, row: Row | None) -> str:
        """Return how a row that is there but not in use says so."""
        if row is None or self.table.ends is None:
            return ""
        word, place = self.table.ends
        return f"{word} {row[place]}" if row[place] else ""

    def _shown(self, row: Row) -> tuple[str, Value]:
        """Return what tells most of a row that comes or goes, with its name: its status, its units."""
        table = self.table
        labels = {**table.figures, **table.indicators}
        if table.shows not in labels:
            return "", None
        cell = row[len(table.key) + len(table.more) + list(labels).index(table.shows)]
        return labels[table.shows], None if cell is None else str(cell)

    def _change(self, row: Row, kind: str, field: str, before: Value, after: Value, note: str = "") -> Change:
        table = self.table
        first, second = self.first.edition.release, self.second.edition.release
        subject, key, other = table.subject(row), table.written(row[: len(table.key)]), table.other(row)
        return Change(self.source, kind, subject, key, field, before, after, first, second, other, note)


def _value(cell: Any, kind: str) -> Value:  # noqa: ANN401
    if cell is None or cell == "":
        return None
    if kind == "figure":
        return Decimal(str(cell))
    return ("no", "yes")[bool(cell)] if isinstance(cell, int) else str(cell)
