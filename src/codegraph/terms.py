"""RDF terms of the engine as plain Python values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from codegraph.namespaces import XSD, contract

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
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


def plain(term: Term | None, *, curies: bool = False) -> Value:
    """Return an RDF term as a plain value: an IRI or a text as str, numbers and dates as Python's own.

    A literal of another datatype, or one that its datatype does not allow, comes as text; unbound is None.
    """
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return contract(term.value) if curies else term.value
    if not isinstance(term, ox.Literal):
        return str(term)
    convert = _CONVERT.get(term.datatype.value)
    if convert is None:
        return term.value
    try:
        return convert(term.value)
    except (ValueError, ArithmeticError):
        return term.value
