"""Rows of the bench, and how they are printed and written as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Stats:
    """What n measurements came to."""

    n: int
    min: float
    median: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float], factor: float = 1) -> Stats | None:
        """Summarise measurements, each multiplied by `factor`; None where there are none.

        >>> Stats.of([3, 1, 2])
        Stats(n=3, min=1, median=2, max=3)
        """
        found = [value * factor for value in values]
        return Stats(len(found), min(found), statistics.median(found), max(found)) if found else None


@dataclass(frozen=True, slots=True)
class Target:
    """What the issue asks of a row: at most, or at least, a value in the row's unit."""

    bound: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        """Tell whether a value keeps to the target."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {number(self.bound)}"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program on the same data in the same run; `note` says why there is no figure, or what is special.

    `beyond` marks a lower bound: it was stopped before it had an answer.
    """

    name: str
    stats: Stats | None = None
    note: str = ""
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured.

    `same` holds our figures on the data that the peers got, where that is not what the row itself was measured on.
    """

    section: str
    name: str
    unit: str
    stats: Stats | None
    target: Target | None = None
    peers: tuple[Peer, ...] = ()
    same: Stats | None = None
    note: str = ""
    higher_is_better: bool = False
    details: dict[str, Any] = field(default_factory=dict)  # for the JSON only

    @property
    def met(self) -> bool | None:
        """Tell whether the median keeps to the target; None without target or figure."""
        if self.target is None or self.stats is None:
            return None
        return self.target.met_by(self.stats.median)

    def ratio(self, peer: Peer) -> float | None:
        """Return how many times better we are than a peer, on the peer's data."""
        ours = self.same or self.stats
        if ours is None or peer.stats is None:
            return None
        better, worse = (
            (ours.median, peer.stats.median) if self.higher_is_better else (peer.stats.median, ours.median)
        )
        return better / worse if worse else None

    def as_json(self) -> dict[str, Any]:
        """Return the row with its target in words, whether it is met, and the peers' ratios."""
        return asdict(self) | {
            "target": str(self.target) if self.target else None,
            "met": self.met,
            "peers": [asdict(peer) | {"ratio": self.ratio(peer)} for peer in self.peers],
        }


def number(value: float) -> str:
    """Print a figure with three significant digits.

    >>> [number(v) for v in (0.01234, 1.5, 12.34, 1234567)]
    ['0.0123', '1.5', '12.3', '1,234,567']
    """
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = next(d for d, at_least in enumerate((100, 10, 1, 0.1, 0.01, 0)) if abs(value) >= at_least)
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_HEADS = ("measurement", "median", "min", "max", "n", "unit", "target", "met", "beside it, on the same data")
_LEFT = {0, 5, 6, 7, 8}
_MET = {True: "yes", False: "NO", None: ""}


def text(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Print the table: a header, one line a row, and the remarks that its cells point at."""
    remarks: dict[str, int] = {}
    cells: list[tuple[str, ...]] = [_HEADS]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            cells.append((f"-- {section}", *[""] * 8))
        cells.append(_cells(row, remarks))
    widths = [max(len(line[i]) for line in cells if not line[0].startswith("--")) for i in range(8)]
    lines = [*header, ""]
    for line in cells:
        padded = [
            cell.ljust(widths[i]) if i in _LEFT else cell.rjust(widths[i]) for i, cell in enumerate(line[:8])
        ]
        lines.append("  ".join((*padded, line[8])).rstrip())
    lines += ["", *(f"[{at}] {remark}" for remark, at in remarks.items())]
    return "\n".join(lines) + "\n"


def _cells(row: Row, remarks: dict[str, int]) -> tuple[str, ...]:
    def mark(remark: str) -> str:
        return f" [{remarks.setdefault(remark, len(remarks) + 1)}]" if remark else ""

    stats = row.stats
    figures = (
        (number(stats.median), number(stats.min), number(stats.max), str(stats.n))
        if stats
        else ("n/a", "", "", "0")
    )
    beside = [f"ours {number(row.same.median)}"] if row.same else []
    beside += [_beside(row, peer) + mark(peer.note) for peer in row.peers]
    return (
        row.name + mark(row.note),
        *figures,
        row.unit,
        str(row.target or ""),
        _MET[row.met],
        " · ".join(beside),
    )


def _beside(row: Row, peer: Peer) -> str:
    if peer.stats is None:
        return f"{peer.name} n/a"
    ratio = row.ratio(peer)
    sign = ">" if peer.beyond else ""
    times = f" ({sign}{number(ratio)}×)" if ratio is not None else ""
    return f"{peer.name} {sign}{number(peer.stats.median)}{times}"
