"""The grammar of ICD-10-PCS as values: tables of rows, each row a product of axis values."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from codegraph.codes import SYSTEMS, is_code
from codegraph.errors import InvalidCode, SourceError, UnknownCode
from codegraph.pcs_facets import Facet, facets_of
from codegraph.pcs_words import compose

ALPHABET: Final = frozenset("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")
HEAD_TITLES: Final = ("Section", "Body System", "Operation")
ROW_TITLES: Final = ("Body Part", "Approach", "Device", "Qualifier")

Decoded = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """One position (1 to 7) of a table or row: its title and the values, each a character with its label.

    >>> Axis(5, "Approach", (("0", "Open"), ("4", "Percutaneous Endoscopic"))).label("4")
    'Percutaneous Endoscopic'
    """

    position: int
    title: str
    values: tuple[tuple[str, str], ...]
    chars: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        chars = "".join(char for char, _ in self.values)
        if not 1 <= self.position <= 7:
            raise ValueError(f"an axis has a position from 1 to 7, not {self.position}")
        if not self.title or not self.values:
            raise ValueError(f"axis {self.position} needs a title and at least one value")
        if len(chars) != len(self.values) or not ALPHABET.issuperset(chars):
            raise ValueError(
                f"axis {self.position} has a value that is not one digit or letter (I and O are not used)"
            )
        if len(set(chars)) != len(chars):
            raise ValueError(f"axis {self.position} gives one character two labels: {chars}")
        if not all(label for _, label in self.values):
            raise ValueError(f"axis {self.position} has a value without a label")
        object.__setattr__(self, "chars", chars)

    def label(self, char: str) -> str:
        """Return the label of a character; raise KeyError where the axis does not have it."""
        for known, label in self.values:
            if known == char:
                return label
        raise KeyError(char)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: axes 4 to 7, whose free product is its codes.

    `stated` is the number of codes that the source says the row has; a row that expands to another number is
    refused.
    """

    table: str
    axes: tuple[Axis, Axis, Axis, Axis]
    stated: int | None = None

    def __post_init__(self) -> None:
        if len(self.table) != 3 or not ALPHABET.issuperset(self.table):
            raise ValueError(f"a table is named by three digits or letters, not {self.table!r}")
        if tuple(axis.position for axis in self.axes) != (4, 5, 6, 7):
            raise ValueError(f"a row of table {self.table} has the axes 4 to 7, in this order")
        if self.stated is not None and self.stated != len(self):
            raise ValueError(
                f"a row of table {self.table} states {self.stated} codes but expands to {len(self)}"
            )

    def __len__(self) -> int:
        a, b, c, d = (len(axis.values) for axis in self.axes)
        return a * b * c * d

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or len(code) != 7 or not code.startswith(self.table):
            return False
        a, b, c, d = self.axes
        return code[3] in a.chars and code[4] in b.chars and code[5] in c.chars and code[6] in d.chars

    def codes(self) -> Iterator[str]:
        """Yield the codes of the row in the order of its values."""
        for rest in product(*(axis.chars for axis in self.axes)):
            yield self.table + "".join(rest)

    def overlaps(self, other: Row) -> bool:
        """Tell whether two rows of one table share a code."""
        pairs = zip(self.axes, other.axes, strict=True)
        return all(any(char in b.chars for char in a.chars) for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: section, body system and operation (axes of one value each), and its rows."""

    section: Axis
    body_system: Axis
    operation: Axis
    rows: tuple[Row, ...]
    definition: str | None = None

    def __post_init__(self) -> None:
        if any(len(axis.values) != 1 for axis in self.head):
            raise ValueError("each of the first three axes of a table has exactly one value")
        if tuple(axis.position for axis in self.head) != (1, 2, 3):
            raise ValueError("a table begins with the axes 1 to 3")
        if strange := next((row for row in self.rows if row.table != self.prefix), None):
            raise ValueError(f"table {self.prefix} holds a row of table {strange.table}")

    @property
    def head(self) -> tuple[Axis, Axis, Axis]:
        """Return the first three axes."""
        return self.section, self.body_system, self.operation

    @property
    def prefix(self) -> str:
        """Return the three characters that every code of the table begins with (`0D1`)."""
        return self.section.chars + self.body_system.chars + self.operation.chars

    @property
    def label(self) -> str:
        """Return the table's name as order files print it: body system, operation."""
        return f"{self.body_system.values[0][1]}, {self.operation.values[0][1]}"

    def __len__(self) -> int:
        return sum(len(row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The tables of one edition, by their prefix.

    `complete` tells an official edition from an excerpt: only a complete grammar says that a code is invalid.
    `code in grammar` never raises; `row_of`, `decode`, `facets` and `label` raise InvalidCode or UnknownCode.
    """

    version: str
    tables: Mapping[str, Table]
    complete: bool = True

    @classmethod
    def of(cls, version: str, tables: Iterable[Table], *, complete: bool = True) -> Grammar:
        """Make a grammar of tables in any order; parts of one table come together.

        Raises ValueError where two parts name a table differently, or two rows share a code.
        """
        found: dict[str, Table] = {}
        for table in tables:
            known = found.get(table.prefix)
            if known and known.head != table.head:
                raise ValueError(f"table {table.prefix} is named in two ways: {known.label}; {table.label}")
            if known:
                table = Table(*known.head, known.rows + table.rows, known.definition or table.definition)
            found[table.prefix] = table
        for table in found.values():
            _refuse_overlap(table)
        return cls(version, MappingProxyType(dict(sorted(found.items()))), complete)

    @classmethod
    def from_toml(cls, path: Path) -> Grammar:
        """Read the hand-written form of a grammar: one TOML file, or all `*.toml` files of a folder.

        A file has `version` (an edition, `"2026"`), `complete` (true or false; a folder is complete where
        each of its files is) and tables:

            [[table]]
            prefix = "0D1"
            labels = ["Medical and Surgical", "Gastrointestinal System", "Bypass"]   # axes 1 to 3
            [[table.row]]
            codes = 2                                                # as many as it expands to
            axes = [["B = Ileum"], ["0 = Open", "X = External"], ["Z = No Device"], ["4 = Cutaneous"]]

        `axes` are the values of axes 4 to 7 as `"character = label"`. Titles are those of section 0 unless a
        table says `head = [three titles]` or `titles = [four titles]`. Raises SourceError naming file and
        table.
        """
        paths = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not paths:
            raise SourceError(f"{path} holds no .toml file")
        parts = [_read_toml(p) for p in paths]
        versions = {version for version, _, _ in parts}
        if len(versions) != 1:
            raise SourceError(f"{path} mixes editions of ICD-10-PCS: {', '.join(sorted(versions))}")
        try:
            return cls.of(
                versions.pop(), (t for _, _, ts in parts for t in ts), complete=all(c for _, c, _ in parts)
            )
        except ValueError as error:
            raise SourceError(f"{path}: {error}") from error

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables.values())

    def __contains__(self, code: object) -> bool:
        return self._find(code) is not None

    def _find(self, code: object) -> Row | None:
        table = self.tables.get(code[:3]) if isinstance(code, str) else None
        return next((row for row in table.rows if code in row), None) if table else None

    def codes(self) -> Iterator[str]:
        """Yield every code, table by table."""
        return self.expand("")

    def expand(self, prefix: str) -> Iterator[str]:
        """Yield the codes that begin with some characters, none for characters that no table allows."""
        for name, table in self.tables.items():
            if name.startswith(prefix[:3]):
                for row in table.rows:
                    yield from (code for code in row.codes() if code.startswith(prefix))

    def row_of(self, code: str) -> Row:
        """Return the row that makes a code."""
        row = self._find(code)
        if row is not None:
            return row
        if not is_code("icd10pcs", code):
            raise InvalidCode(
                f"{code[:40]!r} is not written like a code of icd10pcs: {SYSTEMS['icd10pcs'].written}"
            )
        near = list(self.expand(code[:6])) or list(self.expand(code[:5]))
        raise UnknownCode(
            f"icd10pcs:{code} is in no row of the ICD-10-PCS tables {self.version}", near=near[:5]
        )

    def decode(self, code: str) -> Decoded:
        """Return the seven axes of a code as (axis title, character, label)."""
        row = self.row_of(code)
        axes = (*self.tables[row.table].head, *row.axes)
        return tuple((axis.title, char, axis.label(char)) for axis, char in zip(axes, code, strict=True))

    def facets(self, code: str) -> tuple[Facet, ...]:
        """Return what the axes of a code say of its procedure, in the order of the axes."""
        return facets_of(self.decode(code))

    def label(self, code: str) -> str:
        """Return a label of a code composed of its axis labels; official titles come from order files."""
        return compose(self.decode(code))


def encode(decoded: Decoded) -> str:
    """Return the code that decoded axes spell, the reverse of Grammar.decode."""
    return "".join(char for _, char, _ in decoded)


def _refuse_overlap(table: Table) -> None:
    for n, row in enumerate(table.rows):
        if any(row.overlaps(other) for other in table.rows[:n]):
            raise ValueError(f"two rows of table {table.prefix} share a code")


def _read_toml(path: Path) -> tuple[str, bool, list[Table]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{path} is not a readable TOML file: {error}") from error
    tables = []
    for number, entry in enumerate(data.get("table", ()), 1):
        try:
            tables.append(_toml_table(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceError(
                f"{path}, table {number} ({entry.get('prefix', 'no prefix')}): {error!s}"
            ) from error
    version, complete = data.get("version"), data.get("complete")
    if not isinstance(version, str) or not isinstance(complete, bool) or not tables:
        raise SourceError(f"{path} needs version (text), complete (true or false) and at least one [[table]]")
    return version, complete, tables


def _toml_table(entry: Mapping[str, Any]) -> Table:
    prefix = entry["prefix"]
    head = tuple(
        Axis(n, title, ((char, label),))
        for n, (title, char, label) in enumerate(
            zip(entry.get("head", HEAD_TITLES), prefix, entry["labels"], strict=True), 1
        )
    )
    titles = entry.get("titles", ROW_TITLES)
    rows = tuple(_toml_row(prefix, titles, row) for row in entry["row"])
    return Table(head[0], head[1], head[2], rows)


def _toml_row(prefix: str, titles: Iterable[str], entry: Mapping[str, Any]) -> Row:
    axes = tuple(
        Axis(n, title, tuple(_toml_value(text) for text in values))
        for n, (title, values) in enumerate(zip(titles, entry["axes"], strict=True), 4)
    )
    return Row(prefix, (axes[0], axes[1], axes[2], axes[3]), entry["codes"])


def _toml_value(text: str) -> tuple[str, str]:
    char, equals, label = text.partition("=")
    if not equals:
        raise ValueError(f"a value is written 'character = label', not {text!r}")
    return char.strip(), label.strip()
