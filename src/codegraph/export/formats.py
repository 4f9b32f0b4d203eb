"""The formats that a graph is written in: how each is named, and how it is made from blocks of lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from codegraph.errors import CodegraphError
from codegraph.export.as_jsonld import JsonLdWriter
from codegraph.export.files import Counter
from codegraph.export.turtle import TurtleWriter
from codegraph.namespaces import PREFIXES

Writer = Callable[[Iterator[bytes], Counter], None]


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: its file endings, whether it keeps named graphs, and its writer."""

    endings: tuple[str, ...]
    keeps_graphs: bool
    write: Writer


def _lines(blocks: Iterator[bytes], out: Counter) -> None:
    out.writelines(blocks)


def _turtle(blocks: Iterator[bytes], out: Counter) -> None:
    out.writelines(TurtleWriter().write(blocks))


def _jsonld(blocks: Iterator[bytes], out: Counter) -> None:
    out.writelines(JsonLdWriter().write(blocks))


def _engine(format_: ox.RdfFormat, *, graphs: bool = False) -> Writer:
    """Return a writer that streams through Oxigraph's serialiser, with or without the names of graphs."""

    def write(blocks: Iterator[bytes], out: Counter) -> None:
        quads = (quad for block in blocks for quad in ox.parse(block, ox.RdfFormat.N_QUADS))
        statements = quads if graphs else (quad.triple for quad in quads)
        ox.serialize(statements, out.as_file(), format=format_, prefixes=PREFIXES)

    return write


FORMATS: Final[dict[str, Format]] = {
    "turtle": Format((".ttl",), False, _turtle),
    "ntriples": Format((".nt",), False, _lines),
    "nquads": Format((".nq",), True, _lines),
    "trig": Format((".trig",), True, _engine(ox.RdfFormat.TRIG, graphs=True)),
    "jsonld": Format((".jsonld",), False, _jsonld),
    "rdfxml": Format((".rdf", ".owl"), False, _engine(ox.RdfFormat.RDF_XML)),
}


def format_name(out: object, named: str | None = None) -> str:
    """Return the format that was named, or that the ending of a file name tells; a stream is Turtle by default.

    >>> format_name(Path("out.nq"))
    'nquads'
    """
    if named is not None:
        if named not in FORMATS:
            raise CodegraphError(f"unknown format {named!r}; there are {', '.join(FORMATS)}")
        return named
    if not isinstance(out, str | Path) or str(out) == "-":
        return "turtle"
    ending = Path(out).suffix.lower()
    for name, format_ in FORMATS.items():
        if ending in format_.endings:
            return name
    endings = ", ".join(e for f in FORMATS.values() for e in f.endings)
    raise CodegraphError(
        f"{out}: no format goes with the ending {ending!r} ({endings}); name one of {', '.join(FORMATS)}"
    )
