"""Lexical forms of RDF literals as plain Python values; no engine is needed for that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from codegraph.namespaces import XSD

Value = str | int | float | Decimal | bool | date | None

_INTEGERS: Final = (
    *(
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "nonPositiveInteger",
    ),
    *("negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
)
_CONVERT: Final[dict[str, Callable[[str], Value]]] = {
    **{XSD + name: int for name in _INTEGERS},
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
    XSD + "boolean": lambda lexical: lexical in ("true", "1"),
    XSD + "date": date.fromisoformat,
}


def value_of(lexical: str, datatype: str) -> Value:
    """Return a literal's value; of another datatype, or where the datatype does not allow the text, the text."""
    convert = _CONVERT.get(datatype)
    if convert is None:
        return lexical
    try:
        return convert(lexical)
    except (ValueError, ArithmeticError):
        return lexical
