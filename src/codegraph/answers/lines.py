"""The lines of a claim in a question: codes with their modifiers and units, and the modifiers that stand at none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from codegraph.answers.vocabulary import wordset

if TYPE_CHECKING:
    from codegraph.answers.bind import Bound
    from codegraph.answers.entities import Item

BILLED: Final = ("cpt", "hcpcs")
_TO_UNITS: Final = wordset("unit units times of for the")
_TO_MODIFIER: Final = wordset("modifier modifiers mod with a an and using appended")
_ON: Final = wordset("on to for")

LineItem = tuple[str, tuple[str, ...], int]


def lines_of(bound: Bound) -> tuple[tuple[LineItem, ...], tuple[str, ...]]:
    """Return (code, modifiers, units) of each line, in order, and the modifiers that stand at no line.

    A modifier belongs to the code before it, unless it comes after the last of several codes behind a word.
    """
    tokens = bound.tokens
    places = [n for n, t in enumerate(tokens) if t.kind == "code" and _billed(bound, t)]
    modifiers: dict[int, list[str]] = {n: list(tokens[n].modifiers) for n in places}
    units = dict.fromkeys(places, 1)
    loose: list[str] = []
    for n, token in enumerate(tokens):
        if token.kind == "mod":
            at = _owner(tokens, places, n)
            (loose if at is None else modifiers[at]).append(token.written.upper())
        elif token.kind == "units" and places:
            units[_counted(tokens, places, n)] = int(token.written.lower().lstrip("x ") or 1)
    lines = tuple((_notation(bound, tokens[n]), tuple(dict.fromkeys(modifiers[n])), units[n]) for n in places)
    return lines, tuple(dict.fromkeys(loose))


def _billed(bound: Bound, token: Item) -> bool:
    return any(ref.system in BILLED and ref in bound.codes for ref in token.refs)


def _notation(bound: Bound, token: Item) -> str:
    return next(ref.notation for ref in token.refs if ref.system in BILLED and ref in bound.codes)


def _owner(tokens: Sequence[Item], places: Sequence[int], n: int) -> int | None:
    """Return the code on which a modifier stands: `59 on 44187`, else the code before it where that is sure."""
    after = next((p for p in places if p > n), None)
    if after is not None and n + 1 < len(tokens) and tokens[n + 1].value in _ON:
        return after
    before = [p for p in places if p < n]
    if not before:
        return after if len(places) == 1 else None
    between = [t.value for t in tokens[before[-1] + 1 : n] if t.kind != "mod"]
    if len(places) == 1 or after is not None or not (set(between) - {"modifier", "mod", "modifiers"}):
        return before[-1]
    return None


def _counted(tokens: Sequence[Item], places: Sequence[int], n: int) -> int:
    """Return the code that units count: the next one behind `2 units of`, else the one before."""
    after = next((p for p in places if p > n), None)
    between = [t.value for t in tokens[n + 1 : after]] if after is not None else []
    before = [p for p in places if p < n]
    if after is not None and (not before or ("of" in between and set(between) <= _TO_UNITS)):
        return after
    return before[-1] if before else places[0]
