"""The place of a price: the nation, or the locality that a text names, with the indices of the fee schedule's year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from codegraph.billing.editions import GPCI, LOCALITY
from codegraph.billing.localities import locate
from codegraph.billing.price.model import NATIONAL, Place

if TYPE_CHECKING:
    from codegraph.billing.editions import Edition
    from codegraph.billing.figures import Figures
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_gpci import LocalityIndices


def day_in(edition: Edition, on: date | None) -> date | None:
    """Return a day for the figures that go with an edition of the fee schedule: the day asked for, if it covers it.

    Indices, caps and anesthesia factors belong to the year of the relative values: where the newest or the nearest
    edition answers, theirs are those of its own last day.
    """
    if on is not None and edition.covers(on):
        return on
    return edition.last or edition.first or on


def find_place(kg: OpenedRelease, locality: str | None, day: date | None, *, nearest: bool = False) -> Place:
    """Return the place that a text names, the nation without one; `day` as day_in gives it.

    Raises NotLoaded where no indices of the day are loaded, InvalidValue for a text that names no locality or several.
    """
    if locality is None:
        return NATIONAL
    release = kg._editions.on(GPCI, day, nearest=nearest).release
    counties = kg._editions.on(LOCALITY, day, nearest=True).release if kg._editions.loaded(LOCALITY) else None
    found = locate(kg._figures, release, locality, counties)
    return as_place(kg._figures, release, found.indices, found.how)


def as_place(figures: Figures, release: str, row: LocalityIndices, how: str = "") -> Place:
    """Return a row of the indices as a place; `how` says how a text led to it."""
    indices = (row.work, row.practice_expense, row.malpractice)
    evidence = figures.evidence(
        "gpci",
        release,
        ("carrier", row.carrier),
        ("locality", row.locality),
        ("name", row.name),
        *zip(("work", "practice_expense", "malpractice"), indices, strict=True),
    )
    return Place("locality", row.carrier, row.locality, row.state, row.name, *indices, evidence, how)
