"""The syntaxes of an OWL ontology: Turtle, RDF/XML, N-Triples and functional syntax, an entity at a time as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from codegraph.errors import CodegraphError
from codegraph.export.owl_entities import Entity, Header, Node, Text, Value
from codegraph.namespaces import PREFIXES, RDF, contract
from codegraph.rdf import clean, english

_TYPE: Final = f"<{RDF}type>"
_PREFIXES: Final = {
    prefix: PREFIXES[prefix]
    for prefix in (
        *(
            "approach",
            "cg",
            "cpt",
            "dcterms",
            "device",
            "extent",
            "hcpcs",
            "icd10pcs",
            "intent",
            "method",
            "owl",
        ),
        *("procedure", "qualifier", "rdf", "rdfs", "site", "skos", "stoma", "stoma-form", "substance"),
    )
}
_STARTS: Final = tuple(_PREFIXES.values())


def turtle(entities: Iterable[Entity]) -> Iterator[str]:
    """Yield Turtle, the nameless parts of a class written inside it."""
    yield "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in _PREFIXES.items())
    for entity in entities:
        node = entity.tree()
        yield f"\n{_name(str(node.about))}\n    a {_name(node.type)}{_said(node)} .\n"


def _name(iri: str) -> str:
    short = contract(iri) if iri.startswith(_STARTS) else iri
    return f"<{iri}>" if short == iri else short


def _said(node: Node) -> str:
    return "".join(f" ;\n    {_name(name)} {_turtle(value)}" for name, value in node.said)


def _turtle(value: Value) -> str:
    if isinstance(value, Text):
        return english(value.text)
    if isinstance(value, tuple):
        return "(" + "".join(f"\n        {_turtle(member)}" for member in value) + "\n    )"
    if isinstance(value, Node):
        said = "".join(f" ; {_name(name)} {_turtle(of)}" for name, of in value.said)
        return f"[ a {_name(value.type)}{said} ]"
    return _name(value)


def ntriples(entities: Iterable[Entity]) -> Iterator[str]:
    """Yield N-Triples; nameless nodes are numbered in their order."""
    numbers = count(1)
    for entity in entities:
        lines: list[str] = []
        _lines(entity.tree(), numbers, lines)
        yield "".join(lines)


def _lines(value: Value, numbers: Iterator[int], lines: list[str]) -> str:
    """Add the lines of a value, and return the term that stands for it."""
    if isinstance(value, Text):
        return english(value.text)
    if isinstance(value, Node):
        subject = f"<{value.about}>" if value.about else f"_:n{next(numbers)}"
        lines.append(f"{subject} {_TYPE} <{value.type}> .\n")
        for name, of in value.said:
            lines.append(f"{subject} <{name}> {_lines(of, numbers, lines)} .\n")
        return subject
    if isinstance(value, tuple):
        rest = f"<{RDF}nil>"
        for member in reversed(value):
            cell = f"_:n{next(numbers)}"
            lines.append(f"{cell} <{RDF}first> {_lines(member, numbers, lines)} .\n")
            lines.append(f"{cell} <{RDF}rest> {rest} .\n")
            rest = cell
        return rest
    return f"<{value}>"


def rdfxml(entities: Iterable[Entity]) -> Iterator[str]:
    """Yield RDF/XML, as OWL tools write it."""
    names = "".join(f"\n    xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in _PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n'
    for entity in entities:
        yield _element(entity.tree(), "  ")
    yield "</rdf:RDF>\n"


def _element(node: Node, indent: str) -> str:
    tag = contract(node.type)
    about = f" rdf:about={quoteattr(node.about)}" if node.about else ""
    inner = "".join(_property(contract(name), value, indent + "  ") for name, value in node.said)
    return f"{indent}<{tag}{about}>\n{inner}{indent}</{tag}>\n" if inner else f"{indent}<{tag}{about}/>\n"


def _property(tag: str, value: Value, indent: str) -> str:
    if isinstance(value, Text):
        return f'{indent}<{tag} xml:lang="en">{escape(clean(value.text))}</{tag}>\n'
    if isinstance(value, Node):
        return f"{indent}<{tag}>\n{_element(value, indent + '  ')}{indent}</{tag}>\n"
    if isinstance(value, tuple):
        members = "".join(_member(member, indent + "  ") for member in value)
        return f'{indent}<{tag} rdf:parseType="Collection">\n{members}{indent}</{tag}>\n'
    return f"{indent}<{tag} rdf:resource={quoteattr(value)}/>\n"


def _member(value: Value, indent: str) -> str:
    if isinstance(value, Node):
        return _element(value, indent)
    return f"{indent}<rdf:Description rdf:about={quoteattr(str(value))}/>\n"


def functional(entities: Iterable[Entity]) -> Iterator[str]:
    """Yield OWL 2 functional syntax; the first entity is the header."""
    for entity in entities:
        head = f"Ontology(<{entity.iri}> <{entity.version}>\n" if isinstance(entity, Header) else ""
        yield head + "".join(f"{axiom}\n" for axiom in entity.axioms())
    yield ")\n"


Syntax = Callable[[Iterable[Entity]], Iterator[str]]
SYNTAXES: Final[dict[str, tuple[tuple[str, ...], Syntax]]] = {
    "turtle": ((".ttl",), turtle),
    "rdfxml": ((".owl", ".rdf"), rdfxml),
    "ntriples": ((".nt",), ntriples),
    "functional": ((".ofn",), functional),
}


def syntax_of(out: object) -> tuple[str, Syntax]:
    """Return the name and writer of the syntax that a file's ending tells; a stream is Turtle.

    Raises CodegraphError for another ending.

    >>> syntax_of(Path("view.owl"))[0]
    'rdfxml'
    """
    ending = Path(out).suffix.lower() if isinstance(out, str | Path) and str(out) != "-" else ".ttl"
    for name, (endings, syntax) in SYNTAXES.items():
        if ending in endings:
            return name, syntax
    known = ", ".join(e for endings, _ in SYNTAXES.values() for e in endings)
    raise CodegraphError(f"{out}: no OWL syntax goes with the ending {ending!r} ({known})")
