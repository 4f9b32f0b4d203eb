"""The tables of a release as Parquet files, for data frames: codes as text, amounts as decimals, days as dates.

Rows go from SQLite to the file in pieces, so that memory does not grow with a table.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import CodegraphError, NotLoaded
from codegraph.export import ExportSummary
from codegraph.export.folder import new_folder, size_of
from codegraph.release import EDITS, Manifest
from codegraph.tables import Tables

if TYPE_CHECKING:
    import polars

ENDING: Final = ".parquet"
ROWS: Final = 100_000  # a row group, and what is read at once
# What only saves a look-up in the triples; and text that a licence of the user's covers.
_INTERNAL: Final = frozenset(("edge_count", "node", "pointer"))
_LICENSED: Final = ("licensed_", "official_descriptor")
_PRECISION: Final = 18
_SCALE: Final = 4  # digits after the point, or more where a file has more
# A column's name says what is in it, in whichever table; all other text is text.
_DECIMALS: Final = frozenset(
    (
        *("adjusted_copayment", "coinsurance_percent", "conversion_factor", "facility", "facility_pe"),
        *("facility_total", "factor", "intraoperative", "malpractice", "minimum_copayment", "national"),
        *("national_copayment", "nonfacility", "nonfacility_pe", "nonfacility_total", "opps_facility_pe"),
        *("opps_malpractice", "opps_nonfacility_pe", "payment_rate", "postoperative", "practice_expense"),
        *("preoperative", "relative_weight", "work"),
    )
)
_DATES: Final = frozenset(("added", "deleted", "effective", "terminated"))
_BOOLEANS: Final = frozenset(
    (
        *("approximate", "billable", "combination", "facility_na", "no_map", "nonfacility_na", "not_used"),
        *("pass_through_expires", "prior_1996", "two_carriers"),
    )
)
_PAIRS: Final = (
    "SELECT t.setting, one.code AS column1, two.code AS column2, t.effective, t.deleted, t.indicator, t.prior_1996, "
    "r.rationale, t.release, p.occurrence FROM ptp_pair AS p CROSS JOIN ptp_code AS one ON one.id = p.column1 "
    "CROSS JOIN ptp_code AS two ON two.id = p.column2 CROSS JOIN ptp_terms AS t ON t.id = p.terms "
    "CROSS JOIN ptp_rationale AS r ON r.id = t.rationale ORDER BY p.column1, p.column2, p.occurrence"
)
_PAIR_COLUMNS: Final = (
    *(
        ("setting", "TEXT"),
        ("column1", "TEXT"),
        ("column2", "TEXT"),
        ("effective", "TEXT"),
        ("deleted", "TEXT"),
    ),
    *(("indicator", "TEXT"), ("prior_1996", "INTEGER"), ("rationale", "TEXT"), ("release", "TEXT")),
    ("occurrence", "INTEGER"),
)
Columns = Sequence[tuple[str, str]]  # name, type in SQLite


def export_parquet(
    directory: Path,
    tables: Tables,
    manifest: Manifest,
    out: Path | str,
    *,
    edits: bool = False,
) -> ExportSummary:
    """Write each table to `<table>.parquet` (zstd) in a folder; the summary counts rows.

    With `edits` the whole history of NCCI pairs is `ptp.parquet`. Tables of licensed text and licensed mappings are
    never written. Each file has metadata: `codegraph`, `built`, and in `sources` the files that its rows come
    from, with their SHA-256. Raises NotLoaded where polars or the edits are missing, CodegraphError where `out` is not
    a place for the folder or a figure is not one.
    """
    pl = _polars()
    begun = time.monotonic()
    pairs = directory / EDITS
    if edits and not pairs.is_file():
        raise NotLoaded(
            "no NCCI procedure-to-procedure edits are loaded; `codegraph sources` says what brings them"
        )
    with new_folder(out, "parquet writes one file a table", lambda name: name.endswith(ENDING)) as folder:
        total = 0
        for name in _names(tables):
            table = _Table(pl, tables, name, _columns(tables, name), f'SELECT * FROM "{name}"')  # noqa: S608
            total += table.write(folder, manifest)
        if edits:
            with closing(Tables(pairs)) as history:
                total += _Table(pl, history, "ptp", _PAIR_COLUMNS, _PAIRS).write(folder, manifest)
        size = size_of(folder)
    return ExportSummary(total, time.monotonic() - begun, size, "parquet")


def _polars() -> Any:  # noqa: ANN401 - the module
    try:
        import polars as pl
        import polars.io.plugins
    except ImportError as error:
        raise NotLoaded("polars is not installed: pip install 'codegraph[frames]'") from error
    return pl


def _names(tables: Tables) -> list[str]:
    """Return the tables that are written, sorted."""
    found = tables.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    names = sorted({name for (name,) in found} - _INTERNAL)
    return [name for name in names if not name.startswith(_LICENSED)]


def _columns(tables: Tables, name: str) -> Columns:
    return [(row[1], row[2]) for row in tables.rows(f'PRAGMA table_info("{name}")')]


class _Table:
    """A table on its way from SQLite to Parquet."""

    def __init__(self, pl: Any, tables: Tables, name: str, columns: Columns, sql: str) -> None:  # noqa: ANN401
        self._pl = pl
        self._tables = tables
        self._name = name
        self._columns = columns
        self._sql = sql
        self._raw = {column: self._read_as(kind) for column, kind in columns}
        self._schema = {column: self._type(column, kind) for column, kind in columns}
        self._rows = 0

    def write(self, folder: Path, manifest: Manifest) -> int:
        """Write the file; return the number of rows."""
        source = self._pl.io.plugins.register_io_source(self._frames, schema=self._schema, is_pure=True)
        source.sink_parquet(
            folder / f"{self._name}{ENDING}",
            compression="zstd",
            row_group_size=ROWS,
            maintain_order=True,
            metadata=self._metadata(manifest),
        )
        return self._rows

    def _frames(self, *_: object) -> Iterator[polars.DataFrame]:
        self._rows = 0
        piece: list[tuple[Any, ...]] = []
        for row in self._tables.stream(self._sql):
            piece.append(row)
            if len(piece) == ROWS:
                yield self._frame(piece)
                piece = []
        yield self._frame(piece)

    def _frame(self, rows: list[tuple[Any, ...]]) -> polars.DataFrame:
        self._rows += len(rows)
        pl = self._pl
        frame: polars.DataFrame = pl.DataFrame(rows, schema=self._raw, orient="row")
        typed = [name for name, kind in self._schema.items() if kind != self._raw[name]]
        try:
            return frame.with_columns(self._typed(name) for name in typed)
        except pl.exceptions.PolarsError as error:
            raise CodegraphError(f"table {self._name}: {error}") from error

    def _typed(self, column: str) -> Any:  # noqa: ANN401 - an expression of polars
        """Return what reads a column as its type; an empty text is no figure and no day."""
        pl, found, kind = self._pl, self._pl.col(column), self._schema[column]
        if self._raw[column] != pl.String:
            return found.cast(kind, strict=True)
        text = pl.when(found != "").then(found)
        return (text.str.to_date("%Y-%m-%d") if kind == pl.Date else text.cast(kind, strict=True)).alias(
            column
        )

    def _read_as(self, kind: str) -> Any:  # noqa: ANN401 - a type of polars
        return {"INTEGER": self._pl.Int64, "REAL": self._pl.Float64}.get(kind, self._pl.String)

    def _type(self, column: str, kind: str) -> Any:  # noqa: ANN401 - a type of polars
        if kind == "INTEGER" and column in _BOOLEANS:
            return self._pl.Boolean
        if kind == "TEXT" and column in _DATES:
            return self._pl.Date
        if kind == "TEXT" and column in _DECIMALS:
            return self._pl.Decimal(_PRECISION, max(_SCALE, self._digits(column)))
        return self._read_as(kind)

    def _digits(self, column: str) -> int:
        """Return the most digits after the point: a decimal must not be rounded on its way."""
        name, table = f'"{column}"', f'"{self._name}"'
        sql = f"SELECT max(length({name}) - instr({name}, '.')) FROM {table} WHERE instr({name}, '.')"  # noqa: S608
        found = self._tables.row(sql)
        return int(found[0] or 0) if found else 0

    def _metadata(self, manifest: Manifest) -> dict[str, str]:
        releases: set[str] = set()
        if any(column == "release" for column, _ in self._columns):
            table = "ptp_terms" if self._name == "ptp" else self._name
            releases = {r for (r,) in self._tables.rows(f'SELECT DISTINCT release FROM "{table}"')}  # noqa: S608
        sources = [
            {"release": s.release, "file": s.file, "member": s.member, "sha256": s.sha256}
            for s in (*manifest.sources, *manifest.figures)
            if s.release in releases
        ]
        said = {"codegraph": manifest.codegraph, "table": self._name, "sources": json.dumps(sources)}
        return said | ({"built": manifest.built} if manifest.built else {})
