"""Towns in questions about prices: the state, or the county, whose locality pays there."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Final

from codegraph import resources
from codegraph.billing.counties import ABBREVIATIONS, words

FILE: Final = "words/towns.tsv"


@cache
def _towns() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the table: words of a town -> (state, county) of each town of that name."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in (resources.folder("knowledge") / FILE).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "town\t")):
            town, state, county = line.split("\t")
            found[" ".join(words(town))].append((state, county))
    return {town: tuple(of) for town, of in found.items()}


def places(text: str) -> tuple[str, ...]:
    """Return the places, as the fee schedule's localities are asked for, in which a town of a text may lie.

    >>> places("Omaha"), places("Rochester, NY"), places("Atlantis")
    (('NE',), ('Monroe County, NY',), ())
    """
    asked = words(text)
    for cut in (0, 1, 2, 3):
        if cut >= len(asked):
            break
        behind = " ".join(asked[len(asked) - cut :])
        state = ABBREVIATIONS.get(behind) if cut else ""
        of = _towns().get(" ".join(asked[: len(asked) - cut]), ())
        if of and state is not None:
            return tuple(f"{c} County, {s}" if c else s for s, c in of if state in ("", s))
    return ()
