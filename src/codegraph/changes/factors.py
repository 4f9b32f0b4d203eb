"""Compares the conversion factors of two editions of the fee schedule: each stands in every row, and is told once."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from codegraph.billing.editions import Edition
from codegraph.changes.loaded import newest_whole, qualifying
from codegraph.changes.model import Change
from codegraph.changes.rows import Side

FIELD: Final = "conversion factor"
OF_QUALIFYING: Final = "conversion factor of qualifying participants"
_FACTORS: Final = (
    "SELECT conversion_factor, count(*) FROM pfs WHERE release = ? "
    "GROUP BY conversion_factor ORDER BY 2 DESC, 1"
)


def compare(first: Side, second: Side) -> list[Change]:
    """Return the changes of the factor, in dollars per RVU: of the editions, and for qualifying participants.

    From 2026 a qualifying participant has a factor of its own, in a file of its own; before, one held for all.
    """
    found = [_change(FIELD, first, first.edition, second, second.edition)]
    theirs = newest_whole(qualifying(second.graph))
    if first.graph is not second.graph and theirs is not None and theirs != second.edition:
        before = newest_whole(qualifying(first.graph)) or first.edition
        found.append(_change(OF_QUALIFYING, first, before, second, theirs))
    return [change for change in found if change is not None]


def _change(field: str, first: Side, old: Edition, second: Side, new: Edition) -> Change | None:
    before, after = _factor(first, old), _factor(second, new)
    if before == after or before is None or after is None:
        return None
    return Change("pfs", "figure", "", "all rows", field, before, after, old.release, new.release)


def _factor(side: Side, edition: Edition) -> Decimal | None:
    """Return the factor that stands in most rows of an edition."""
    rows = side.graph.tables.rows(_FACTORS, (edition.release,))
    return Decimal(str(rows[0][0])) if rows else None
