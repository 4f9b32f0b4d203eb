"""The parameters of operations: how each is written, and reading their values before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from codegraph.errors import InvalidValue

Kind = Literal["text", "flag", "integer", "decimal", "date", "lines"]
LONGEST: Final = 200
MOST: Final = 500
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_FLAGS: Final = {"true": True, "1": True, "yes": True, "": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, what it means, how it is written, and whether it may be repeated."""

    name: str
    text: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    many: bool = False
    required: bool = False
    minimum: int = 0
    maximum: int = 100_000
    example: str = ""
    longest: int = LONGEST

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the parameter's value."""
        kinds: dict[Kind, dict[str, Any]] = {
            "text": {"type": "string", "maxLength": self.longest},
            "flag": {"type": "boolean"},
            "integer": {"type": "integer", "minimum": self.minimum, "maximum": self.maximum},
            "decimal": {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,6})?$"},
            "date": {"type": "string", "format": "date"},
            "lines": {
                "anyOf": [{"type": "string", "maxLength": LONGEST}, {"type": "object"}],
            },
        }
        found = kinds[self.kind]
        if self.choices:
            found = {"type": "string", "enum": list(self.choices)}
        if self.many:
            found = {"type": "array", "items": found, "maxItems": MOST}
            if self.required:
                found["minItems"] = 1
        return {**found, "description": self.text}

    def read(self, value: object) -> Any:  # noqa: ANN401 - as the kind says
        """Return a value as the question takes it; raise InvalidValue, naming the parameter, where it is none."""
        if not self.many:
            return self._one(value)
        values = value if isinstance(value, list | tuple) else [value]
        if len(values) > MOST:
            raise InvalidValue(f"{self.name}: more than {MOST} values")
        return [self._one(each) for each in values]

    def _one(self, value: object) -> Any:  # noqa: ANN401
        if self.kind == "lines" and isinstance(value, dict):
            return value
        if self.kind not in _TYPES or not isinstance(value, _TYPES[self.kind]):
            raise InvalidValue(f"{self.name} is no {_NAMES[self.kind]}")
        if isinstance(value, str) and len(value) > self.longest:
            raise InvalidValue(f"{self.name} is longer than {self.longest} characters")
        if isinstance(value, str) and _SURROGATE.search(value):
            raise InvalidValue(f"{self.name} has half a character (a lone surrogate)")
        if self.choices and value not in self.choices:
            raise InvalidValue(
                f"{self.name} is no {str(value)[:40]!r}; there are {', '.join(self.choices)}",
                candidates=self.choices,
            )
        return _READ[self.kind](self, value)


def _flag(parameter: Parameter, value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    if value.lower() not in _FLAGS:
        raise InvalidValue(f"{parameter.name} is true or false", candidates=("true", "false"))
    return _FLAGS[value.lower()]


def _integer(parameter: Parameter, value: Any) -> int:  # noqa: ANN401
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise InvalidValue(f"{parameter.name} is a whole number")
    if not parameter.minimum <= int(text) <= parameter.maximum:
        raise InvalidValue(f"{parameter.name} is from {parameter.minimum} to {parameter.maximum}")
    return int(text)


def _decimal(parameter: Parameter, value: Any) -> Decimal:  # noqa: ANN401
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found < 10**9:
        raise InvalidValue(f"{parameter.name} is a number, like 6 or 4.5")
    return found


def _date(parameter: Parameter, value: Any) -> str:  # noqa: ANN401
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise InvalidValue(f"{parameter.name} is a date, YYYY-MM-DD, not {value[:20]!r}") from None


def _text(parameter: Parameter, value: Any) -> str:  # noqa: ANN401
    return str(value)


_READ: Final[dict[Kind, Callable[[Parameter, Any], Any]]] = {
    "text": _text,
    "lines": _text,
    "flag": _flag,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
}
_TYPES: Final[dict[Kind, tuple[type, ...]]] = {
    "text": (str,),
    "lines": (str,),
    "flag": (str, bool),
    "integer": (str, int),
    "decimal": (str, int, float, Decimal),
    "date": (str,),
}
_NAMES: Final[dict[Kind, str]] = {
    "text": "text",
    "lines": "line: a text like 44187-59x2, or an object with a code",
    "flag": "true or false",
    "integer": "whole number",
    "decimal": "number",
    "date": "date",
}


def read_all(parameters: Sequence[Parameter], given: Mapping[str, object]) -> dict[str, Any]:
    """Return the values that were given, by name; raise InvalidValue for unknown names and for missing ones."""
    names = {p.name: p for p in parameters}
    if unknown := sorted(ascii(name)[:40] for name in given.keys() - names.keys()):
        raise InvalidValue(
            f"no parameter {unknown[0]}; there are {', '.join(names)}", candidates=tuple(names)
        )
    found = {name: names[name].read(value) for name, value in given.items() if value is not None}
    for p in parameters:
        if p.required and not found.get(p.name):
            raise InvalidValue(f"{p.name} is missing: {p.text}")
    return found
