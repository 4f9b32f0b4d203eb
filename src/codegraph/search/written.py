"""Codes that stand in a question as such: whole or begun, with or without dots and prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.codes import SYSTEMS
from codegraph.namespaces import CODE_PREFIXES
from codegraph.search.spelling import MOST, READ

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_TOKEN: Final = re.compile(r"(?:([A-Za-z0-9]+):)?([0-9A-Za-z]+(?:\.[0-9A-Za-z]*)?)")
# Systems with dots, and after how many characters (ICD-9-CM: one more in codes that begin with E).
_DOTS: Final = {"icd10cm": 3, "icd9cm": 3, "icd9pcs": 2}
_LEAST_BEGUN: Final = 2  # characters of a beginning of codes
_LEAST_AMONG_WORDS: Final = 5  # characters of a code among words: `T10` may be a vertebra
_LONGEST: Final = 8
_LAST: Final = "\U0010ffff"
_BETWEEN: Final = (
    "SELECT notation, label FROM code "
    "WHERE system = ? AND notation >= ? AND notation < ? ORDER BY notation LIMIT ?"
)


class Written(NamedTuple):
    """A code of the release that a question names: `exact code` or `code prefix`, and the text that does so."""

    code: str
    label: str | None
    why: str
    text: str


def codes_written(kg: OpenedRelease, text: str, system: str | None, limit: int) -> list[Written]:
    """Return the codes that a question names, whole ones first, then systems in their order; at most `limit`.

    Beginnings count only where they are the whole question.
    """
    tokens = [
        (m[1], m[2].rstrip(".")) for m, _ in zip(_TOKEN.finditer(text[:READ]), range(MOST), strict=False)
    ]
    alone = len(tokens) == 1 and len(text.split()) == 1
    found: dict[str, Written] = {}
    for prefix, token in tokens:
        systems = _systems(prefix, system)
        if (alone or _is_telling(token) or prefix) and len(token) <= _LONGEST:
            for one in systems:
                found |= {w.code: w for w in _exact(kg, one, token)}
    if alone:
        prefix, token = tokens[0]
        if _LEAST_BEGUN <= len(token) <= _LONGEST and any(c.isdigit() for c in token):
            for one in _systems(prefix, system):
                if len(found) < limit:
                    found = {w.code: w for w in _begun(kg, one, token, limit)} | found
    return sorted(found.values(), key=_place)[:limit]


_ORDER: Final = {system: place for place, system in enumerate(SYSTEMS)}
_RARE: Final = ("icd9cm", "icd9pcs", "modifier")  # a bare text means them only where nothing else


def _place(found: Written) -> tuple[bool, bool, int, str]:
    system = found.code.partition(":")[0]
    return system in _RARE, found.why != "exact code", _ORDER[system], found.code


def _systems(prefix: str | None, system: str | None) -> tuple[str, ...]:
    named = prefix.lower() if prefix else system
    if named is None:
        return tuple(SYSTEMS)
    return (named,) if named in CODE_PREFIXES and system in (None, named) else ()


def _is_telling(token: str) -> bool:
    return len(token) >= _LEAST_AMONG_WORDS and any(c.isdigit() for c in token)


def _printed(system: str, token: str) -> str | None:
    """Return a code or its beginning as the system prints it, None where it has no dots and the text has one."""
    plain = token.upper().rstrip(".")
    at = _DOTS.get(system)
    if at is None:
        return None if "." in token else plain
    if system == "icd9cm" and plain.startswith("E"):
        at += 1
    if "." in plain:
        return plain if plain.index(".") == at else None
    return f"{plain[:at]}.{plain[at:]}" if len(plain) > at else plain


def _rows(kg: OpenedRelease, system: str, first: str, end: str, limit: int) -> list[tuple[str, str | None]]:
    return [(str(n), label) for n, label in kg.tables.rows(_BETWEEN, (system, first, end, limit))]


def _exact(kg: OpenedRelease, system: str, token: str) -> Iterator[Written]:
    notation = _printed(system, token)
    if notation is not None:
        for found, label in _rows(kg, system, notation, notation + "\0", 1):
            yield Written(f"{system}:{found}", label, "exact code", token)


def _begun(kg: OpenedRelease, system: str, token: str, limit: int) -> Iterator[Written]:
    start = _printed(system, token)
    if start is not None:
        for found, label in _rows(kg, system, start, start + _LAST, limit):
            yield Written(f"{system}:{found}", label, "code prefix", token)
