"""Several procedures in one note: candidates for acts that the first candidate leaves out come right behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from codegraph.suggest.fit import Fitting
from codegraph.suggest.model import Candidate
from codegraph.suggest.profiles import Profile

_ACTS: Final = frozenset(("method", "creates", "closes", "revises"))
# What opens the way to an act: no procedure of its own beside one.
_ON_THE_WAY: Final = frozenset(
    f"method:{m}"
    for m in ("exploration", "incision", "inspection", "irrigation", "lysis-of-adhesions", "release")
)
_MOST: Final = 4  # procedures beside the first one


def in_order(
    ranked: Sequence[Candidate], fitting: Fitting, profiles: Mapping[str, Profile]
) -> list[Candidate]:
    """Return candidates, the best first, those for further acts of the note behind it, then the rest as they came.

    Such a candidate is one of which the note states everything, and that accounts for an act that those before it
    leave out; it is marked as `beside`.
    """
    if not ranked:
        return []
    # An add-on code is for something beside another procedure.
    first = next((c for c in ranked if not profiles[c.code].add_on), ranked[0])
    rest = [c for c in ranked if c is not first]
    known = fitting.accounts(profiles[first.code])
    beside: list[Candidate] = []
    for candidate in tuple(rest):
        mine = fitting.accounts(profiles[candidate.code])
        new = any(facet in _ACTS and value not in _ON_THE_WAY for facet, value in mine - known)
        if new and all(f.verdict == "stated" for f in candidate.facets) and len(beside) < _MOST:
            beside.append(replace(candidate, beside=True))
            rest.remove(candidate)
            known |= mine
    return [first, *beside, *rest]
