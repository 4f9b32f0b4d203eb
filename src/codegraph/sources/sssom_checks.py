"""What a slot of SSSOM may hold: word lists, numbers in range, dates, identifiers with a declared prefix, IRIs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from codegraph.errors import SourceError
from codegraph.namespaces import is_iri
from codegraph.sources.sssom_slots import BUILT_IN, IDENTIFIERS, IRIS, RANGES, WORDS

Cell = str | tuple[str, ...]
_DATES: Final = frozenset({"mapping_date", "publication_date", "review_date"})
# Published files give IRIs for sources and people, against the specification; what a mapping joins is a CURIE.
_ENDS: Final = frozenset({"subject_id", "predicate_id", "object_id", "mapping_justification"})
_PREFIX: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def check(slots: Map[str, Cell], prefixes: Map[str, str], *, among: frozenset[str] | None = None) -> None:
    """Check every slot that has a value (only those in `among` where given).

    Raises ValueError, naming slot and value, for a value that the slot cannot hold, and SourceError for an
    identifier whose prefix nobody declares: the one is a fault of the row, the other of the whole file.
    """
    for slot, value in slots.items():
        if among is None or slot in among:
            for text in (value,) if isinstance(value, str) else value:
                _check_one(slot, text, prefixes)


def _check_one(slot: str, text: str, prefixes: Map[str, str]) -> None:
    if slot in WORDS and text not in WORDS[slot]:
        raise ValueError(f"{slot} is one of {', '.join(sorted(WORDS[slot]))}; not {text!r}")
    if slot in RANGES:
        number(slot, text)
    elif slot in _DATES:
        _check_day(slot, text)
    elif slot in IDENTIFIERS and not (slot not in _ENDS and "://" in text and is_iri(text)):
        expanded(text, prefixes)
    elif slot in IRIS and not is_iri(text):
        raise ValueError(f"{slot} is an absolute IRI, not {text!r}")


def number(slot: str, text: Cell) -> Decimal:
    """Return the value of a slot that holds a number; raise ValueError where it is none or out of range."""
    low, high = RANGES[slot]
    try:
        value = Decimal(str(text))
    except InvalidOperation as error:
        raise ValueError(f"{slot} is a number, not {text!r}") from error
    if value.is_nan() or not low <= value <= high:
        raise ValueError(f"{slot} is from {low} to {high}, not {text}")
    return value


def _check_day(slot: str, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{slot} is a day like 2026-01-31, not {text!r}") from error


def expanded(curie: str, prefixes: Map[str, str]) -> str:
    """Return the IRI of a CURIE.

    Raises ValueError for what is no CURIE or makes no legal IRI, SourceError for a prefix that is not declared.
    """
    prefix, colon, local = curie.partition(":")
    if not colon or local.startswith("//"):
        raise ValueError(f"{curie!r} is no CURIE")
    start = BUILT_IN.get(prefix) or prefixes.get(prefix)
    if start is None:
        raise SourceError(f"prefix {prefix!r} (in {curie!r}) is not declared in curie_map")
    if not is_iri(start + local):
        raise ValueError(f"{curie!r} does not make a legal IRI")
    return start + local


def check_prefixes(prefixes: Map[str, str]) -> None:
    """Check a curie_map; raise ValueError for a prefix that is no name, or one that stands for no IRI."""
    for prefix, start in prefixes.items():
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"curie_map: {prefix!r} cannot be a prefix")
        if not is_iri(start):
            raise ValueError(f"curie_map: {prefix} stands for {start!r}, which is no IRI")


def check_set(slots: Map[str, Cell], prefixes: Map[str, str]) -> None:
    """Check what a set says of itself; raise ValueError for the first fault, SourceError for a bare prefix."""
    check_prefixes(prefixes)
    for needed in ("mapping_set_id", "license"):
        if not slots.get(needed):
            raise ValueError(f"{needed} is missing")
    check(slots, prefixes)


def check_mapping(values: Map[str, Cell], prefixes: Map[str, str]) -> None:
    """Check a mapping with all its slots: what it needs is there, and each value is one that its slot can hold."""
    for fault in (f for test in _NEEDED for f in test(values)):
        raise ValueError(fault)
    check(values, prefixes)


def _ends(values: Map[str, Cell]) -> Iterator[str]:
    for side in ("subject", "object"):
        if values.get(f"{side}_id"):
            continue
        if values.get(f"{side}_type") != "rdfs literal":
            yield f"{side}_id is missing"
        elif not values.get(f"{side}_label"):
            yield f"a literal {side} needs {side}_label"


def _required(values: Map[str, Cell]) -> Iterator[str]:
    yield from (f"{s} is missing" for s in ("predicate_id", "mapping_justification") if not values.get(s))


_NEEDED: Final[tuple[Callable[[Map[str, Cell]], Iterator[str]], ...]] = (_ends, _required)
