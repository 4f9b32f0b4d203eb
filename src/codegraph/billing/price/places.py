"""The place of a price: the nation, or the locality that a text names, with the indices of the day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from codegraph.billing.editions import GPCI, LOCALITY
from codegraph.billing.localities import resolve
from codegraph.billing.price.model import NATIONAL, Place

if TYPE_CHECKING:
    from codegraph.billing.figures import Figures
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_gpci import LocalityIndices


def find_place(
    kg: OpenedRelease, locality: str | None, on: date | None, *, nearest: bool = False
) -> tuple[Place, str | None]:
    """Return the place that a text names, and the release of its indices (None for the nation).

    Raises NotLoaded where no indices of the day are loaded, InvalidValue for a text that names no locality or several.
    """
    if locality is None:
        return NATIONAL, None
    release = kg._editions.on(GPCI, on, nearest=nearest).release
    counties = kg._editions.on(LOCALITY, on, nearest=True).release if kg._editions.loaded(LOCALITY) else None
    return as_place(kg._figures, release, resolve(kg._figures, release, locality, counties)), release


def as_place(figures: Figures, release: str, row: LocalityIndices) -> Place:
    """Return a row of the indices as a place."""
    indices = (row.work, row.practice_expense, row.malpractice)
    evidence = figures.evidence(
        "gpci",
        release,
        ("carrier", row.carrier),
        ("locality", row.locality),
        ("name", row.name),
        *zip(("work", "practice_expense", "malpractice"), indices, strict=True),
    )
    return Place("locality", row.carrier, row.locality, row.state, row.name, *indices, evidence)
