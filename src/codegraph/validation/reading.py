"""Reading the RDF files that a user names: local files only, of limited size, without anything they would fetch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import pyoxigraph as ox
from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from codegraph.errors import SourceError

MAX_BYTES: Final = 100_000_000
MAX_DEPTH: Final = 100
_TOO_DEEP: Final = f"{{}}: nested more than {MAX_DEPTH} deep"

FORMATS: Final[dict[str, ox.RdfFormat]] = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}
# A text's opening and closing marks, skipping over what stands in strings, IRIs and comments. Nothing is tried twice
# (possessive repeats, and a string without end reaches to the end), so the time is linear in any text.
_JSON_MARKS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)
_TURTLE_MARKS: Final = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z)|'
    rb"'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)|"
    rb'"(?:[^"\\\n\r]|\\.)*+"?|'
    rb"'(?:[^'\\\n\r]|\\.)*+'?|"
    rb"<[^<>\s]*+>|#[^\n\r]*+|(\[|\(|<<|\{)|(\]|\)|>>|\})",
    re.DOTALL,
)


def read_files(paths: Iterable[Path | str], *, max_bytes: int = MAX_BYTES) -> ox.Store:
    """Read RDF files into one in-memory store, all into its default graph but for the graphs that quads name.

    Nothing is fetched: `owl:imports` is a triple like any other, a remote JSON-LD context is an error. Blank nodes
    are numbered as they appear, so that a report on the same files prints the same labels.

    Raises SourceError for a file that is missing, too long, of an unknown kind, malformed, nested more than 100
    deep, or RDF/XML with a DOCTYPE.
    """
    store = ox.Store()
    for number, path in enumerate(paths):
        store.extend(_numbered(read_file(Path(path), max_bytes=max_bytes), number))
    return store


def read_file(path: Path, *, max_bytes: int = MAX_BYTES) -> list[ox.Quad]:
    """Return the quads of one RDF file, its format told by its suffix; raises SourceError as `read_files` does."""
    rdf_format = FORMATS.get(path.suffix.lower())
    if rdf_format is None:
        raise SourceError(f"{path}: not an RDF file by its name; known endings are {', '.join(FORMATS)}")
    content = _bytes(path, max_bytes)
    _refuse_dangerous(path, content, rdf_format)
    base = path.resolve().as_uri()
    try:
        return list(ox.parse(content, format=rdf_format, base_iri=base))
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"{path}: {_reason(str(error))}") from error


def _bytes(path: Path, max_bytes: int) -> bytes:
    try:
        if not path.is_file():
            raise SourceError(f"{path}: no such file (only local files are read)")
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > max_bytes:
                raise SourceError(
                    f"{path}: longer than {max_bytes:,} bytes; validate it as part of a release"
                )
            content = stream.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from error
    if len(content) > max_bytes:
        raise SourceError(f"{path}: longer than {max_bytes:,} bytes")
    return content


def _refuse_dangerous(path: Path, content: bytes, rdf_format: ox.RdfFormat) -> None:
    if rdf_format == ox.RdfFormat.RDF_XML:
        _refuse_dangerous_xml(path, content)
        return
    marks = _JSON_MARKS if rdf_format == ox.RdfFormat.JSON_LD else _TURTLE_MARKS
    if _depth(marks, content) > MAX_DEPTH:
        raise SourceError(_TOO_DEEP.format(path))


class _Depth(ContentHandler):
    """Counts how deep the elements of an XML file are nested, and stops where it is too deep."""

    depth = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RecursionError

    def endElement(self, name: str) -> None:  # noqa: N802
        self.depth -= 1


def _refuse_dangerous_xml(path: Path, content: bytes) -> None:
    """Refuse a DOCTYPE, whose entities fill memory or read files, and deep nesting, which takes quadratic time."""
    try:
        parseString(content, _Depth(), forbid_dtd=True)
    except RecursionError:
        raise SourceError(_TOO_DEEP.format(path)) from None
    except DefusedXmlException as error:
        raise SourceError(
            f"{path}: has a DOCTYPE, which is refused: entities can fill memory or read files"
        ) from error
    except (SAXException, ValueError, LookupError) as error:
        raise SourceError(f"{path}: not well-formed XML: {error}") from error


def _depth(marks: re.Pattern[bytes], content: bytes) -> int:
    depth = deepest = 0
    for match in marks.finditer(content):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _reason(message: str) -> str:
    if "LoadDocumentCallback" in message:
        return "names a remote JSON-LD context, which is not fetched; write the context into the file"
    return message


def _numbered(quads: Iterable[ox.Quad], number: int) -> Iterator[ox.Quad]:
    labels: dict[str, ox.BlankNode] = {}

    def rename(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.DefaultGraph | ox.Triple) -> object:
        if not isinstance(term, ox.BlankNode):
            return term
        return labels.setdefault(term.value, ox.BlankNode(f"f{number}b{len(labels)}"))

    for quad in quads:
        subject, value, graph = rename(quad.subject), rename(quad.object), rename(quad.graph_name)
        yield ox.Quad(subject, quad.predicate, value, graph)  # type: ignore[arg-type]
