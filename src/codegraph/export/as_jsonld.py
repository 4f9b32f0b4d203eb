"""JSON-LD with short names: a node object for each subject, in the order of the lines, under the packaged context.

The context stands in the file, so that no reader has to fetch it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from codegraph.export.context import packaged
from codegraph.namespaces import PREFIXES, RDF, XSD

_TYPE: Final = f"<{RDF}type>"
_ESCAPE: Final = re.compile(r'\\(?:[tbnrf"\'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})')
_SIGNS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_BLOCK: Final = 2_000  # nodes
_REMEMBERED: Final = 100_000


class JsonLdWriter:
    """Turns blocks of sorted N-Triples lines into one JSON-LD document."""

    def __init__(self) -> None:
        context = packaged()
        self._short = lru_cache(maxsize=_REMEMBERED)(self._read_short)
        self._context = context
        self._by_end = {iri: prefix for prefix, iri in PREFIXES.items() if context.get(prefix) == iri}
        self._terms = {
            f"<{said['@id']}>": (name, said.get("@type"), said.get("@language"))
            for name, said in context.items()
            if isinstance(said, dict)
        }

    def write(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the document in parts."""
        yield f'{{"@context":{_json(self._context)},\n"@graph":['.encode()
        lines = (line.split(" ", 2) for block in blocks for line in block.decode().split("\n")[:-1])
        part: list[str] = []
        comma = "\n"
        for subject, said in groupby(lines, key=itemgetter(0)):
            part.append(comma + _json(self._node(subject, said)))
            comma = ",\n"
            if len(part) == _BLOCK:
                yield "".join(part).encode()
                part = []
        yield ("".join(part) + "\n]}\n").encode()

    def _node(self, subject: str, said: Iterable[list[str]]) -> dict[str, Any]:
        node: dict[str, Any] = {"id": self._short(subject)}
        for _, predicate, rest in said:
            obj = rest[:-2]
            if predicate == _TYPE and obj[0] != '"':
                name, value = "type", self._short(obj)
            else:
                name, value = self._value(predicate, obj)
            if name not in node:
                node[name] = value
            elif isinstance(node[name], list):
                node[name].append(value)
            else:
                node[name] = [node[name], value]
        return node

    def _value(self, predicate: str, obj: str) -> tuple[str, Any]:
        """Return the name of a property and its value, plain where the context says what it is."""
        name, kind, language = self._terms.get(predicate) or (self._short(predicate), None, None)
        if obj[0] != '"':
            short = self._short(obj)
            return name, short if kind == "@id" else {"id": short}
        end = obj.rindex('"')
        text = _ESCAPE.sub(_sign, obj[1:end]) if "\\" in obj else obj[1:end]
        tail = obj[end + 1 :]
        if tail.startswith("@"):
            return name, text if tail[1:] == language else {"@value": text, "@language": tail[1:]}
        datatype = tail[3:-1] or XSD + "string"
        if datatype == XSD + "string":
            return name, text if kind is None and language is None else {"@value": text}
        return name, text if datatype == kind else {"@value": text, "@type": self._short(f"<{datatype}>")}

    def _read_short(self, term: str) -> str:
        """Return an IRI with its prefix where one fits; a blank node as it is."""
        if term[0] != "<":
            return term
        iri = term[1:-1]
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._by_end.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _LOCAL.fullmatch(iri, cut) else iri


def _sign(found: re.Match[str]) -> str:
    text = found.group()[1:]
    return _SIGNS[text] if len(text) == 1 else chr(int(text[1:], 16))


def _json(value: object) -> str:
    return _ENCODE(value)
