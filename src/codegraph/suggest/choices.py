"""What a note leaves open: the facet in which the leading candidates' definitions differ and that it does not state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from codegraph.suggest.model import Candidate, LeftOpen, Option
from codegraph.suggest.profiles import Profile

# How far behind the leader a candidate may be, and how many are looked at.
_BEHIND: Final = 0.35
_MOST: Final = 30
# Facets that are one question: what becomes of the ends of the bowel.
_ENDS: Final = frozenset(("component", "creates", "join", "stoma_form"))
_NAMES: Final = {
    "stoma_form": "stoma form",
    "creates": "stoma",
    "join": "place of the anastomosis",
    "ends": "anastomosis or stoma",
    "through": "access",
}
_WORDS: Final = {
    "approach:percutaneous-endoscopic": "laparoscopic",
    "extent:diagnostic-only": "for examination only",
}


def left_open(
    candidates: Sequence[Candidate], profiles: Mapping[str, Profile], label: Callable[[str], str]
) -> tuple[LeftOpen, ...]:
    """Compare the leader with those close behind; a difference in one facet that is not stated is left open."""
    if not candidates:
        return ()
    leader = candidates[0]
    mine = _by_facet(profiles[leader.code])
    open_: dict[str, dict[tuple[str, ...], str]] = {}
    for other in candidates[1:_MOST]:
        theirs = _by_facet(profiles[other.code])
        facet = _difference(mine, theirs)
        if facet is None or other.fit < leader.fit - _BEHIND or not _unstated(facet, (leader, other)):
            continue
        options = open_.setdefault(facet, {_values(mine, facet): leader.code})
        options.setdefault(_values(theirs, facet), other.code)
    return tuple(
        LeftOpen(
            _NAMES.get(facet, facet),
            tuple(Option(code, values, _words(values, label)) for values, code in options.items()),
        )
        for facet, options in sorted(open_.items())
        if len(options) > 1
    )


def _by_facet(profile: Profile) -> dict[str, frozenset[str]]:
    return {need.facet: profile.values(need.facet) for need in profile.needs}


def _difference(a: Mapping[str, frozenset[str]], b: Mapping[str, frozenset[str]]) -> str | None:
    """Return the one question in which two definitions differ, None where there are none or several."""
    found = {facet for facet in a.keys() | b.keys() if a.get(facet) != b.get(facet)}
    if len(found) == 1:
        return found.pop()
    return "ends" if found and found <= _ENDS else None


def _facets(facet: str) -> frozenset[str]:
    return _ENDS if facet == "ends" else frozenset({facet})


def _unstated(facet: str, pair: Iterable[Candidate]) -> bool:
    """Tell whether the note does not decide a facet: neither of two candidates has it stated."""
    fits = [f for c in pair for f in c.facets if f.facet in _facets(facet)]
    return bool(fits) and all(f.verdict in ("open", "wider") for f in fits)


def _values(by_facet: Mapping[str, frozenset[str]], facet: str) -> tuple[str, ...]:
    return tuple(sorted(v for f in _facets(facet) for v in by_facet.get(f, ())))


def _words(values: tuple[str, ...], label: Callable[[str], str]) -> str:
    return " and ".join(_WORDS.get(v, label(v).lower()) for v in values) or "neither"
