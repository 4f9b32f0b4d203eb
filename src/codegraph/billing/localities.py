"""Payment localities by the words that people use for them: carrier and number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from codegraph.billing.figures import Figures
    from codegraph.sources.pfs_gpci import LocalityIndices


def resolve(
    figures: Figures, edition_release: str, text: str, counties_release: str | None
) -> LocalityIndices:
    """Return the locality that a text names."""
    known = {f"{row.carrier}-{row.locality}": row for row in figures.localities(edition_release)}
    if text in known:
        return known[text]
    raise InvalidValue(f"{text!r} names no locality", candidates=sorted(known))
