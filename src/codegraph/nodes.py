"""What is said of billing codes and of the entries about them, read by key: no engine is started for one answer.

A build keeps the lines of these few subjects beside the graph (`build.nodes`). The methods are those of
`store.GraphStore` that a description asks, and give the same values; a test holds the two against each other.
"""

from __future__ import annotations

import re
import zlib
from typing import Any, Final

from codegraph.lexical import value_of
from codegraph.namespaces import expand
from codegraph.tables import Tables

_LINES: Final = "SELECT lines FROM node WHERE subject = ? ORDER BY release"
_POINTERS: Final = "SELECT subject FROM pointer WHERE object = ? AND predicate = ? ORDER BY subject"
_EDGES: Final = "SELECT predicate, number FROM edge_count WHERE code = ?"
_ESCAPE: Final = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\nrtbf]))')
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}

Said = tuple[str, Any, str | None]  # property IRI, value, named graph or None


class NodeTables:
    """The kept subjects of a release; `has` tells whether a subject is among them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def has(self, subject: str) -> bool:
        """Tell whether the lines of a subject (CURIE or IRI) are kept."""
        return self._tables.row(_LINES, (expand(subject),)) is not None

    def describe(self, subject: str, *, counted: dict[str, int] | None = None) -> list[Said]:
        """Return every (property IRI, value, named graph or None) of a subject, sorted; edges are counted only."""
        iri = expand(subject)
        for predicate, number in self._tables.rows(_EDGES, (iri,)) if counted is not None else ():
            if counted is not None and predicate in counted:
                counted[predicate] += number
        rows = [
            parse(line)
            for (blob,) in self._tables.rows(_LINES, (iri,))
            for line in zlib.decompress(blob).decode().split("\n")
        ]
        return sorted(rows, key=lambda r: (r[0], str(r[1]), r[2] or ""))

    def objects(self, subject: str, predicate: str) -> list[Any]:
        """Return the values of a property, sorted."""
        wanted = expand(predicate)
        return sorted({value for name, value, _ in self.describe(subject) if name == wanted}, key=str)

    def object(self, subject: str, predicate: str) -> Any | None:  # noqa: ANN401
        """Return the first value of a property in sorted order, or None."""
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def subjects(self, predicate: str, obj: str) -> list[str]:
        """Return the IRIs that point at a subject by one of the properties that `build.nodes` keeps, sorted."""
        return [row[0] for row in self._tables.rows(_POINTERS, (expand(obj), expand(predicate)))]


def parse(line: str) -> Said:
    r"""Take the property, value and graph from a line of N-Quads without its subject and its final dot.

    >>> parse('<a:p> "5.0"^^<http://www.w3.org/2001/XMLSchema#decimal> <a:g>')
    ('a:p', Decimal('5.0'), 'a:g')
    """
    predicate, _, rest = line.partition(" ")
    before, _, last = rest.rpartition(" ")
    graph = None
    if before and last.startswith("<") and '"' not in last:
        rest, graph = before, last[1:-1]
    return predicate[1:-1], _value(rest), graph


def _value(token: str) -> Any:  # noqa: ANN401
    if token.startswith("<"):
        return token[1:-1]
    if not token.startswith('"'):
        return token
    end = token.rindex('"')
    text, kind = token[1:end], token[end + 1 :]
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return value_of(text, kind[3:-1]) if kind.startswith("^^") else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _SIMPLE[match[3]]
