"""Ids of concepts in an OMOP vocabulary: whole numbers above 2,000,000,000 that follow from what a concept is.

CPT and HCPCS codes and modifiers have few enough spellings that each has a place of its own: its id never changes.
Other systems have more spellings than there are ids; theirs are drawn by a hash of the IRI. docs/decisions/0025.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from itertools import accumulate, count
from typing import Final

from codegraph.namespaces import CODE_PREFIXES

FIRST: Final = 2_000_000_001  # what OMOP leaves to concepts of one's own
LAST: Final = 2_147_483_647  # the largest value of the column's type
OWN: Final = 1_000  # places for the concepts of vocabularies, domains, classes and relationships
_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# System -> what may stand at each place of a code, all spellings that the system's syntax allows.
_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "cpt": (*[_DIGITS] * 4, _DIGITS + "AFMTU"),
    "hcpcs": ("ABCDEFGHIJKLMNOPQRSTUV", *[_DIGITS] * 4),
    "modifier": (_DIGITS + _LETTERS,) * 2,
}


def _size(places: tuple[str, ...]) -> int:
    product = 1
    for signs in places:
        product *= len(signs)
    return product


_STARTS: Final = dict(
    zip(_PLACES, accumulate(map(_size, _PLACES.values()), initial=FIRST + OWN), strict=False)
)
DRAWN: Final = FIRST + OWN + sum(map(_size, _PLACES.values()))  # the first id that is drawn


def ids(iris: Iterable[str], reserved: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return an id for each IRI, all different; `reserved` are given beforehand.

    Where two draw the same number, the IRI that sorts first has it, and the other one draws again.

    >>> ids(["https://w3id.org/codegraph/code/cpt/44310"])
    {'https://w3id.org/codegraph/code/cpt/44310': 2000067466}
    """
    found = dict(reserved or {})
    taken = set(found.values())
    for iri in sorted(set(iris) - found.keys()):
        place = placed(iri)
        numbers = (drawn(iri, tried) for tried in count()) if place is None else iter((place,))
        found[iri] = next(number for number in numbers if number not in taken)
        taken.add(found[iri])
    return found


def placed(iri: str) -> int | None:
    """Return the id of a code whose system has a place for each spelling, None for all else."""
    system = next((s for s in _PLACES if iri.startswith(CODE_PREFIXES[s])), None)
    if system is None:
        return None
    places, notation = _PLACES[system], iri.removeprefix(CODE_PREFIXES[system])
    if len(notation) != len(places) or any(c not in p for c, p in zip(notation, places, strict=True)):
        return None
    number = 0
    for sign, signs in zip(notation, places, strict=True):
        number = number * len(signs) + signs.index(sign)
    return _STARTS[system] + number


def drawn(iri: str, tried: int = 0) -> int:
    """Return the number that an IRI draws the first time, or after so many others that were taken."""
    text = f"{iri}#{tried}" if tried else iri
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return DRAWN + number % (LAST - DRAWN + 1)
