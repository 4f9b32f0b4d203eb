"""Typed literals as XSD and SPARQL read them: whether a text is well formed, and how two values compare.

Both engines use this table. rdflib alone would take `"1e5"^^xsd:decimal`, `" 7 "^^xsd:integer` and
`"20240105"^^xsd:date` for good literals, and would order values of different datatypes by the datatype's name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from codegraph.namespaces import RDF, XSD

LANG_STRING: Final = f"{RDF}langString"
STRING: Final = f"{XSD}string"
BOOLEAN: Final = f"{XSD}boolean"
DATE: Final = f"{XSD}date"
DATE_TIME: Final = f"{XSD}dateTime"
ANY_URI: Final = f"{XSD}anyURI"

_TIMEZONE: Final = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_BOOLEAN: Final = re.compile(r"true|false|1|0")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})" + _TIMEZONE)
_DATE_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(" + _TIMEZONE + ")"
)

Value = Decimal | float | bool | date | datetime


def _integer(lexical: str) -> Value | None:
    return Decimal(lexical) if _INTEGER.fullmatch(lexical) else None


def _decimal(lexical: str) -> Value | None:
    return Decimal(lexical) if _DECIMAL.fullmatch(lexical) else None


def _double(lexical: str) -> Value | None:
    return float(lexical) if _DOUBLE.fullmatch(lexical) else None


def _boolean(lexical: str) -> Value | None:
    return lexical in ("true", "1") if _BOOLEAN.fullmatch(lexical) else None


def _date(lexical: str) -> Value | None:
    match = _DATE.fullmatch(lexical)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _date_time(lexical: str) -> Value | None:
    match = _DATE_TIME.fullmatch(lexical)
    if match is None:
        return None
    fraction = (match[2] or "")[:7]  # Python keeps microseconds
    try:
        return datetime.fromisoformat(match[1] + fraction.ljust(7, "0") * bool(fraction) + match[3])
    except ValueError:
        return None


# Years are the four digits of official files: a date before year 1 or after 9999 counts as ill formed.
_PARSERS: Final[dict[str, Callable[[str], Value | None]]] = {
    BOOLEAN: _boolean,
    DATE: _date,
    DATE_TIME: _date_time,
    f"{XSD}decimal": _decimal,
    f"{XSD}integer": _integer,
    f"{XSD}double": _double,
    f"{XSD}float": _double,
}

# Datatypes whose literals the shapes may ask for: these, and those where any text will do.
CHECKED: Final = frozenset(_PARSERS)
UNCHECKED: Final = frozenset({STRING, LANG_STRING, ANY_URI})
NUMERIC: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "double", "float"))
TEXT: Final = frozenset({STRING, LANG_STRING})


def parse(lexical: str, datatype: str) -> Value | None:
    """Return the value of a literal, or None where the text is ill formed or the datatype has no value here.

    >>> parse("1.50", "http://www.w3.org/2001/XMLSchema#decimal")
    Decimal('1.50')
    """
    parser = _PARSERS.get(datatype)
    return None if parser is None else parser(lexical)


def well_formed(lexical: str, datatype: str) -> bool:
    """Tell whether a text is in the lexical space of its datatype; true for datatypes that this table lacks."""
    return datatype not in _PARSERS or _PARSERS[datatype](lexical) is not None


def compare(first: tuple[str, str], second: tuple[str, str]) -> int | None:
    """Compare two literals, each (lexical form, datatype), by SPARQL's order: -1, 0 or 1; None where it has none.

    Numbers compare with numbers, dates with dates, texts with texts. A time zone does not move a date.

    >>> XSD_DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
    >>> compare(("2", XSD_DECIMAL), ("10.0", XSD_DECIMAL))
    -1
    """
    (lexical, datatype), (other, other_datatype) = first, second
    if datatype in TEXT and other_datatype in TEXT:
        return (lexical > other) - (lexical < other)
    if datatype != other_datatype and not (datatype in NUMERIC and other_datatype in NUMERIC):
        return None
    a, b = parse(lexical, datatype), parse(other, other_datatype)
    return None if a is None or b is None else _order(a, b)


def _order(a: Value, b: Value) -> int | None:
    if any(isinstance(x, float) and math.isnan(x) for x in (a, b)):
        return None
    try:
        return (a > b) - (a < b)  # type: ignore[operator]
    except TypeError:  # one dateTime has a time zone, the other has none
        return None
