"""Where a total of work RVU falls in a table of percentiles that the user supplies."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

from codegraph.errors import SourceError
from codegraph.sources.values import RowError, decimal
from codegraph.worklog.csv_files import text_of

COLUMNS: Final = ("percentile", "work_rvu")
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
_TENTH: Final = Decimal("0.1")
Point = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a total falls: `percentile` by linear interpolation between two points, to a tenth, half up.

    None where the total lies outside of the table; `text` says so. `below` and `above` are the points beside it, as
    (percentile, work RVU). `factor` is what the total of the period was multiplied by.
    """

    total: Decimal
    factor: Decimal
    percentile: Decimal | None
    below: Point | None
    above: Point | None
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Work RVU a year by percentile, both rising, from a file of the user's."""

    points: tuple[Point, ...]
    file: str

    def place(self, total: Decimal, factor: Decimal = Decimal(1)) -> Placement:
        """Return where a total, multiplied by a factor, falls."""
        value = _EXACT.multiply(total, factor)
        below = next((p for p in reversed(self.points) if p[1] <= value), None)
        above = next((p for p in self.points if p[1] >= value), None)
        percentile, text = _between(below, above, value)
        return Placement(value, factor, percentile, below, above, text, self.file)


def _between(below: Point | None, above: Point | None, value: Decimal) -> tuple[Decimal | None, str]:
    if below is None:
        return None, f"below the lowest percentile of the table, {_plain(above)}"
    if above is None:
        return None, f"above the highest percentile of the table, {_plain(below)}"
    if below == above:
        return below[0], f"at percentile {_plain(below)}"
    share = _EXACT.divide(value - below[1], above[1] - below[1])
    found = (below[0] + share * (above[0] - below[0])).quantize(_TENTH, ROUND_HALF_UP, _EXACT)
    return found, f"between percentile {_plain(below)} and percentile {_plain(above)}; about {found}, linear"


def _plain(point: Point | None) -> str:
    assert point is not None
    return f"{point[0]:f} ({point[1]:f})"


def read_benchmark(path: Path) -> Benchmark:
    """Return the benchmark of a CSV file with the columns `percentile` (0 to 100) and `work_rvu` (a year), rising.

    Raises SourceError, naming file and line, for another header, a cell that is no number, rows that do not rise,
    or fewer than two rows.
    """
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    points: list[Point] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            raise SourceError(f"{path}: the first line of a benchmark is {','.join(COLUMNS)}")
        points.extend(
            _point(path, reader.line_num, header, cells) for cells in reader if any(c.strip() for c in cells)
        )
    except csv.Error as error:
        raise SourceError(f"{path}: line {reader.line_num}: no CSV: {error}") from error
    if len(points) < 2:
        raise SourceError(f"{path}: a benchmark has at least two percentiles")
    for low, high in pairwise(points):
        if low[0] >= high[0] or low[1] >= high[1]:
            raise SourceError(
                f"{path}: {_plain(low)} and then {_plain(high)}: both columns rise from row to row"
            )
    return Benchmark(tuple(points), path.name)


def _point(path: Path, line: int, header: list[str], cells: list[str]) -> Point:
    if len(cells) != len(header):
        raise SourceError(f"{path}: line {line}: {len(cells)} cells where the header has {len(header)}")
    try:
        row = {name: decimal(cell.strip().replace(",", "")) for name, cell in zip(header, cells, strict=True)}
    except RowError as error:
        raise SourceError(f"{path}: line {line}: {error}") from error
    percentile, value = (row[name] for name in COLUMNS)
    if not 0 <= percentile <= 100 or value < 0:
        raise SourceError(f"{path}: line {line}: a percentile is from 0 to 100, work RVU are not negative")
    return percentile, value
