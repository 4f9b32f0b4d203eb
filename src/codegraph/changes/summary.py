"""Groups changes of work RVU that are one and the same relative change, seen through rounded figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from codegraph.changes.model import Change

WORK: Final = "work RVU"
_STEP: Final = 1000  # tenths of a percent
_LEAST: Final = 2  # rows that make a group
_MOST: Final = 12  # groups that are told


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A relative change that accounts for the change of several figures: its percent, and the rows that it hit."""

    field: str
    percent: Decimal
    keys: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(self.keys)


def adjustments(changes: Iterable[Change], field: str = WORK) -> tuple[Adjustment, ...]:
    """Return the relative changes, in tenths of a percent, that account for most rows: at most twelve.

    Figures are published with two decimals, so a change of −2.5 % shows as −2.49 % on one row and −2.63 % on
    another, and not at all on a small one. A percentage accounts for a row where the figure before, changed by it,
    lies within half a unit of the last decimal of the figure after. The percentage that accounts for most rows is
    taken first (of several, that with the fewest decimals, then the smallest); its rows are not counted again.
    """
    rows = [c for c in changes if c.field == field and c.kind == "figure" and c.percent is not None]
    left = {n: frozenset(_accounts(c)) for n, c in enumerate(rows)}
    votes = Counter(p for percents in left.values() for p in percents)
    found: list[Adjustment] = []
    while votes and len(found) < _MOST:
        best, number = min(votes.items(), key=lambda vote: (-vote[1], _roundness(vote[0]), abs(vote[0])))
        if number < _LEAST:
            break
        hit = [n for n, percents in left.items() if best in percents]
        found.append(Adjustment(field, Decimal(best) / 10, tuple(rows[n].key for n in hit)))
        for n in hit:
            votes.subtract(left.pop(n))
    return tuple(found)


def _accounts(change: Change) -> Iterator[int]:
    """Yield the tenths of a percent p with |before × (1 + p) − after| ≤ half a unit of the last decimal."""
    if not isinstance(change.before, Decimal) or not isinstance(change.after, Decimal):
        return
    scale = 10 ** max(2, *(_decimals(v) for v in (change.before, change.after)))
    before, after = int(change.before * scale), int(change.after * scale)
    # before × (1000 + p) lies within 500 of 1000 × after; what is left is whole numbers.
    middle, size = _STEP * (after - before), abs(before)
    low, high = -(-(middle - _STEP // 2) // size), (middle + _STEP // 2) // size
    sign = 1 if before > 0 else -1
    yield from (sign * p for p in range(low, high + 1))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _roundness(tenths: int) -> int:
    return 0 if tenths % 10 == 0 else 1 if tenths % 5 == 0 else 2


def counted(changes: Sequence[Change]) -> dict[str, dict[str, int]]:
    """Return the number of changes by source and kind."""
    found: dict[str, dict[str, int]] = {}
    for change in changes:
        kinds = found.setdefault(change.source, {})
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
    return found
