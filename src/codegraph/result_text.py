"""Tables of RDF terms as text: SPARQL 1.1 results in JSON, CSV and TSV, and aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from xml.parsers import expat

import pyoxigraph as ox

from codegraph.errors import QueryError
from codegraph.namespaces import XSD

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Terms = Iterable[Sequence[Term | None]]

_QUOTED: Final = re.compile(r'[",\r\n]')
# What a spreadsheet takes for a formula, also after spaces, and in full width.
_FORMULA: Final = re.compile(r"[ ]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBERS: Final = frozenset(
    XSD + name
    for name in (
        "integer",
        "decimal",
        "double",
        "float",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
    )
)
# SPARQL TSV may write these bare; the pattern is what Turtle reads back as the same literal.
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def whole_xml(data: bytes) -> bytes:
    """Return XML that an engine wrote, its carriage returns kept; raise QueryError where it is not well-formed.

    Oxigraph writes signs that XML cannot have as they are, and a predicate that ends in no name (`http://e/1`) as an
    element without one.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise QueryError(
            "the answer has signs or names that XML cannot have: ask for JSON, Turtle or N-Triples"
        ) from error
    return data.replace(b"\r", b"&#13;")


def _csv_cell(term: Term | None, exact: bool) -> str:
    if term is None:
        return ""
    value = str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value
    number = isinstance(term, ox.Literal) and term.datatype.value in _NUMBERS
    if not exact and not number and _FORMULA.match(value):
        value = "'" + value
    return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value


def csv(variables: Sequence[str], rows: Terms, *, exact: bool) -> str:
    """Return SPARQL 1.1 CSV (RFC 4180, IRIs and texts bare); `exact=False` disarms spreadsheet formulas."""
    lines = [",".join(variables)]
    lines += [",".join(_csv_cell(term, exact) for term in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def texts_csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of plain texts as CSV (RFC 4180), spreadsheet formulas disarmed."""
    return csv(heads, ([ox.Literal(text) for text in row] for row in rows), exact=False)


def _tsv_cell(term: Term | None) -> str:
    if term is None:
        return ""
    if (
        isinstance(term, ox.Literal)
        and (bare := _BARE.get(term.datatype.value))
        and bare.fullmatch(term.value)
    ):
        return term.value
    return str(term)


def tsv(variables: Sequence[str], rows: Terms) -> str:
    """Return SPARQL 1.1 TSV: terms in Turtle syntax, variables with their question mark."""
    lines = ["\t".join(f"?{name}" for name in variables)]
    lines += ["\t".join(map(_tsv_cell, row)) for row in rows]
    return "\n".join(lines) + "\n"


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts}}
    found: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != XSD + "string":
        found["datatype"] = term.datatype.value
    return found


def sparql_json(variables: Sequence[str], rows: Terms) -> dict[str, Any]:
    """Return the object of SPARQL 1.1 Query Results JSON."""
    bindings = [
        {name: _json_term(term) for name, term in zip(variables, row, strict=True) if term is not None}
        for row in rows
    ]
    return {"head": {"vars": list(variables)}, "results": {"bindings": bindings}}


def table(variables: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return aligned columns under a header; control and direction characters are shown as spaces."""
    cells = [
        list(variables),
        *([_UNSEEN.sub(" ", "" if v is None else _shown(v)) for v in row] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
