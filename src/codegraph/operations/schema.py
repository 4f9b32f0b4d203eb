"""JSON Schemas of answers, made from the types of the values that are written."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from inspect import getdoc
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from codegraph.billing.lines import Line

Schema = dict[str, Any]

_PLAIN: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    types.NoneType: {"type": "null"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    date: {"type": "string", "format": "date"},
    object: {},
    Any: {},
}
# Attributes that are worked out, and shown beside the fields. (class, attribute): its type
_MORE: Final[dict[str, dict[str, Any]]] = {
    "Price": {"key": str},
    "Place": {"key": str},
    "PriceSpread": {"key": str, "average_name": str},
    "OutpatientStatus": {"key": str},
    "UnitLimit": {"term": str | None, "meaning": str | None},
    "ModifierRule": {"answer": Literal["yes", "no", "depends", "not loaded"]},
    "Line": {"key": str},
    "Answer": {"text": str},
    "LeftOpen": {"question": str},
    "Comparison": {"denominator": str},
}
# A line shows its key in a session alone.
_NOT_ALWAYS: Final = {("Line", "key")}


class Schemas:
    """Collects the schemas of records by name; `of` returns what refers to them.

    >>> schemas = Schemas("#/$defs/")
    >>> schemas.of(list[Decimal] | None)["anyOf"][1]
    {'type': 'null'}
    """

    def __init__(self, prefix: str) -> None:
        self.found: dict[str, Schema] = {}
        self._prefix = prefix
        self._names: dict[type, str] = {}

    def of(self, kind: Any) -> Schema:  # noqa: ANN401 - any type
        """Return the schema of a type; raise TypeError for one that no answer has."""
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(each) for each in arguments]}
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin is tuple and arguments[-1] is not Ellipsis:
            return {
                "type": "array",
                "prefixItems": [self.of(each) for each in arguments],
                "minItems": len(arguments),
                "maxItems": len(arguments),
            }
        if origin in (list, tuple, Sequence):
            return {"type": "array", "items": self.of(arguments[0])}
        return {"$ref": self._prefix + self._record(kind)}

    def _record(self, kind: Any) -> str:  # noqa: ANN401
        if kind in self._names:
            return self._names[kind]
        if not (is_dataclass(kind) or is_typeddict(kind) or hasattr(kind, "_fields")):
            raise TypeError(f"no schema for {kind!r}")
        module = kind.__module__.rpartition(".")[2].title()
        name: str = kind.__name__ if kind.__name__ not in self.found else module + kind.__name__
        self._names[kind] = name
        self.found[name] = {}
        more = _MORE.get(kind.__name__, {})
        properties = {n: self.of(t) for n, t in {**_fields(kind), **more}.items()}
        self.found[name] = {
            "type": "object",
            "description": (getdoc(kind) or "").partition("\n")[0],
            "properties": properties,
            "required": [n for n in properties if (kind.__name__, n) not in _NOT_ALWAYS],
            "additionalProperties": False,
        }
        return name


def _fields(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    # A module may import Line for type checkers only.
    hints = get_type_hints(kind, localns={"Line": Line})
    return {f.name: hints[f.name] for f in fields(kind)} if is_dataclass(kind) else hints


def whole(kind: Any, *, at: str = "answer") -> Schema:  # noqa: ANN401
    """Return one schema that stands alone: an object whose one field `at` is of a type."""
    schemas = Schemas("#/$defs/")
    answer = schemas.of(kind)
    return {"type": "object", "properties": {at: answer}, "required": [at], "$defs": schemas.found}
