"""Parameters of stored queries: their types, and how a Python value or a text becomes an RDF term."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

from codegraph.codes import CodeRef, candidates
from codegraph.errors import InvalidCode, QueryError
from codegraph.namespaces import XSD, expand

Term = ox.NamedNode | ox.Literal

MAX_TEXT: Final = 4_096
_ENTRY: Final = re.compile(r"^(\w+): *([a-z]+)(\?)?(?: *= *(.+))?$")
_WORDS: Final = {"true": True, "1": True, "false": False, "0": False}


def _typed(value: str, datatype: str) -> tuple[Term, ...]:
    return (ox.Literal(value, datatype=ox.NamedNode(XSD + datatype)),)


def _iri(value: object) -> tuple[Term, ...]:
    return (ox.NamedNode(expand(str(value))),)


def _code(value: object) -> tuple[Term, ...]:
    text = str(value)
    found = [value] if isinstance(value, CodeRef) else candidates(text)
    return tuple(ox.NamedNode(ref.iri) for ref in found)


def _string(value: object) -> tuple[Term, ...]:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    return (ox.Literal(value),)


def _integer(value: object) -> tuple[Term, ...]:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("a whole number is needed")
    return _typed(str(int(value)), "integer")


def _decimal(value: object) -> tuple[Term, ...]:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError("a Decimal, an int or a text is needed (a float is not exact)")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("the number must be finite")
    return _typed(f"{number:f}", "decimal")


def _date(value: object) -> tuple[Term, ...]:
    if isinstance(value, datetime):
        value = value.date()
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return _typed(day.isoformat(), "date")


def _boolean(value: object) -> tuple[Term, ...]:
    truth = _WORDS.get(str(value).lower())
    if truth is None:
        raise ValueError("true or false is needed")
    return _typed(str(truth).lower(), "boolean")


TYPES: Final[dict[str, Callable[[object], tuple[Term, ...]]]] = {
    "iri": _iri,
    "code": _code,
    "string": _string,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "boolean": _boolean,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a stored query: its name (the variable's), its type, and whether it may be left out."""

    name: str
    type: str
    optional: bool = False
    default: str | None = None

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise QueryError(
                f"parameter {self.name!r} has the type {self.type!r}; there are {', '.join(TYPES)}"
            )
        if self.default is not None:
            self.terms(self.default)

    def terms(self, value: object) -> tuple[Term, ...]:
        """Return a value as RDF terms: one, or one for each system that a bare code may belong to.

        Raises QueryError where the value is not of the parameter's type, InvalidCode for an ill-written code.
        """
        if len(str(value)) > MAX_TEXT:
            raise QueryError(f"{self.name}: the value has over {MAX_TEXT:,} characters")
        try:
            return TYPES[self.type](value)
        except InvalidCode:
            raise
        except (TypeError, ValueError, InvalidOperation) as error:
            reason = str(error) if not isinstance(error, InvalidOperation) else "not a number"
            raise QueryError(f"{self.name}: {value!r} is not of type {self.type}: {reason}") from error

    def __str__(self) -> str:
        default = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.type}{'?' if self.optional and self.default is None else ''}{default}"


def parse_parameters(query: str, text: str) -> tuple[Parameter, ...]:
    """Read the `params` line of a header, such as `{site: iri, approach: iri?, minimum: integer = 1}`."""
    if not (text.startswith("{") and text.endswith("}")):
        raise QueryError(f"{query}: 'params' is written like {{site: iri, approach: iri?}}, not {text!r}")
    found: list[Parameter] = []
    for entry in filter(None, (part.strip() for part in text[1:-1].split(","))):
        match = _ENTRY.match(entry)
        if match is None:
            raise QueryError(
                f"{query}: {entry!r} is not a parameter; write 'name: type', 'name: type?' or '= value'"
            )
        found.append(Parameter(match[1], match[2], bool(match[3]) or match[4] is not None, match[4]))
    if len({p.name for p in found}) != len(found):
        raise QueryError(f"{query}: a parameter is named twice in {text}")
    return tuple(found)
