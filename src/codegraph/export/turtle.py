"""Turtle from sorted N-Triples lines: a block a subject, its type first, predicates in the order of their IRIs.

Works on text alone, term by term, without RDF objects. N-Triples strings and IRIs are Turtle as they stand; only
prefixes, `a` and the short forms of numbers and truth values are put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from codegraph.namespaces import PREFIXES, RDF, XSD

_TYPE: Final = f"<{RDF}type>"
_REMEMBERED: Final = 100_000
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# Only canonical forms are shortened: then every parser reads back the same literal.
_SHORT: Final[dict[str, re.Pattern[str]]] = {
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "decimal": re.compile(r"(?!-0\.0$)-?(?:0|[1-9][0-9]*)\.(?:0|[0-9]*[1-9])"),
}


class TurtleWriter:
    """Turns blocks of sorted N-Triples lines into Turtle; a subject may go on in the next block."""

    def __init__(self, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._prefixes = dict(prefixes)
        # Most namespaces end in / or #, so an IRI's is found by one search and one look-up.
        self._by_end = {iri: prefix for prefix, iri in prefixes.items() if iri[-1] in "/#"}
        self._odd = [(iri, prefix) for prefix, iri in prefixes.items() if iri[-1] not in "/#"]
        self._odd.sort(key=lambda pair: -len(pair[0]))
        self._known: dict[str, str] = {}

    def write(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the prefixes, then the subjects of each block."""
        yield "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in sorted(self._prefixes.items())).encode()
        open_subject = b""
        for block in blocks:
            block = open_subject + block
            # The last subject may go on in the next block: keep its lines back.
            last = block[block.rfind(b"\n", 0, -1) + 1 :]
            start = last[: last.index(b" ") + 1]
            cut = 0 if block.startswith(start) else block.index(b"\n" + start) + 1
            open_subject = block[cut:]
            if cut:
                yield self._subjects(block[:cut])
        if open_subject:
            yield self._subjects(open_subject)

    def _subjects(self, block: bytes) -> bytes:
        """Write the subjects of whole groups of lines."""
        out: list[str] = []
        add = out.append
        known = self._known
        subject = predicate = ""
        types: list[str] = []
        group: list[str] = []
        for line in block.decode().split("\n")[:-1]:
            s, p, o = line.split(" ", 2)
            o = o[:-2]
            if o[-1] == ">":
                o = known.get(o) or self._remember(o)
            if s != subject:
                if subject:
                    add(_group(types, group))
                add(f"\n{known.get(s) or self._term(s)}")
                subject, predicate, types, group = s, "", [], []
            if p == _TYPE:
                types.append(o)
            elif p == predicate:
                group.append(f", {o}")
            else:
                predicate = p
                group.append(f" ;\n    {known.get(p) or self._remember(p)} {o}")
        add(_group(types, group))
        return "".join(out).encode()

    def _remember(self, term: str) -> str:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[term] = short = self._term(term)
        return short

    def _term(self, term: str) -> str:
        """Return an IRI as a prefixed name where one fits, a typed literal in its short form where it has one."""
        if term[0] == "<":
            return self._iri(term)
        if term[0] != '"':
            return term
        text, _, datatype = term.rpartition("^^")
        pattern = _SHORT.get(datatype[1:-1])
        if pattern is not None and pattern.fullmatch(text[1:-1]):
            return text[1:-1]
        return f"{text}^^{self._iri(datatype)}"

    def _iri(self, term: str) -> str:
        iri = term[1:-1]
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._by_end.get(iri[:cut])
        if prefix is not None:
            return f"{prefix}:{iri[cut:]}" if _LOCAL.fullmatch(iri, cut) else self._full(term)
        return self._full(term)

    def _full(self, term: str) -> str:
        iri = term[1:-1]
        for start, prefix in self._odd:
            if iri.startswith(start) and _LOCAL.fullmatch(iri, len(start)):
                return f"{prefix}:{iri[len(start) :]}"
        return term


def _group(types: list[str], group: list[str]) -> str:
    """Write the predicates of one subject after its name."""
    first = [f" ;\n    a {', '.join(types)}"] if types else []
    text = "".join(chain(first, group))
    return f"{text[2:]} .\n"
