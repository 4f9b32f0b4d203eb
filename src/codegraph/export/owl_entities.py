"""The parts of an OWL ontology as values: its header, properties and classes, each as a tree of RDF and as axioms.

A tree is written by `owl_syntax`; the functional syntax takes the axioms as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from codegraph.namespaces import OWL, RDFS, SKOS
from codegraph.rdf import english

LABEL: Final = RDFS + "label"
SEE_ALSO: Final = RDFS + "seeAlso"
DEFINITION: Final = SKOS + "definition"
SUBCLASS: Final = RDFS + "subClassOf"


@dataclass(frozen=True, slots=True)
class Text:
    """An English text."""

    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A resource (nameless where `about` is None) with its type and what is said of it, in this order.

    A value is an IRI, a Text, a nameless Node, or a tuple: an RDF list.
    """

    about: str | None
    type: str
    said: tuple[tuple[str, Value], ...]


Value = str | Text | Node | tuple["Value", ...]


def size(node: Node) -> int:
    """Return the number of triples of a tree."""
    return 1 + sum(1 + _size(value) for _, value in node.said)


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(2 + _size(member) for member in value)
    return size(value) if isinstance(value, Node) else 0


@dataclass(frozen=True, slots=True)
class Header:
    """The name of an ontology, that of this version of it, and its annotations: property, then IRI or text."""

    iri: str
    version: str
    notes: tuple[tuple[str, str | Text], ...]

    def tree(self) -> Node:
        """Return the header as RDF."""
        return Node(self.iri, OWL + "Ontology", ((OWL + "versionIRI", self.version), *self.notes))

    def axioms(self) -> tuple[str, ...]:
        """Return its annotations in functional syntax."""
        return tuple(f"Annotation(<{name}> {_written(value)})" for name, value in self.notes)


@dataclass(frozen=True, slots=True)
class AnnotationProperty:
    """A property that says something to readers and nothing to reasoners."""

    iri: str

    def tree(self) -> Node:
        """Return the declaration as RDF."""
        return Node(self.iri, OWL + "AnnotationProperty", ())

    def axioms(self) -> tuple[str, ...]:
        """Return the declaration in functional syntax."""
        return (f"Declaration(AnnotationProperty(<{self.iri}>))",)


@dataclass(frozen=True, slots=True)
class ObjectProperty:
    """A relation: what it is a case of, the chains of relations that make it up, and whether it is transitive."""

    iri: str
    label: str
    above: tuple[str, ...] = ()
    chains: tuple[tuple[str, ...], ...] = ()
    transitive: bool = False

    def tree(self) -> Node:
        """Return the declaration and its axioms as RDF."""
        kind = ((f"{_RDF_TYPE}", OWL + "TransitiveProperty"),) if self.transitive else ()
        above = tuple((RDFS + "subPropertyOf", name) for name in self.above)
        chains = tuple((OWL + "propertyChainAxiom", chain) for chain in self.chains)
        return Node(self.iri, OWL + "ObjectProperty", (*kind, (LABEL, Text(self.label)), *above, *chains))

    def axioms(self) -> tuple[str, ...]:
        """Return the declaration and its axioms in functional syntax."""
        chains = (" ".join(f"<{link}>" for link in chain) for chain in self.chains)
        return (
            f"Declaration(ObjectProperty(<{self.iri}>))",
            _annotation(LABEL, self.iri, Text(self.label)),
            *((f"TransitiveObjectProperty(<{self.iri}>)",) if self.transitive else ()),
            *(f"SubObjectPropertyOf(<{self.iri}> <{name}>)" for name in self.above),
            *(f"SubObjectPropertyOf(ObjectPropertyChain({links}) <{self.iri}>)" for links in chains),
        )


@dataclass(frozen=True, slots=True)
class DefinedClass:
    """A class: the classes above it, the relations that each of its members has, and, where it is defined, of what.

    `some` are pairs of property and class below whose `some` it lies; `parts` make up its definition together with
    the class `kind`: whatever is of this kind and has all of these relations is in the class.
    """

    iri: str
    label: str
    above: tuple[str, ...] = ()
    some: tuple[tuple[str, str], ...] = ()
    kind: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    definition: str | None = None
    see_also: tuple[str, ...] = ()

    def notes(self) -> tuple[tuple[str, str | Text], ...]:
        """Return the annotations: label, definition, codes."""
        definition = ((DEFINITION, Text(self.definition)),) if self.definition else ()
        return ((LABEL, Text(self.label)), *definition, *((SEE_ALSO, code) for code in self.see_also))

    def tree(self) -> Node:
        """Return the class with its axioms as RDF."""
        said: list[tuple[str, Value]] = [*self.notes()]
        said += ((SUBCLASS, name) for name in self.above)
        said += ((SUBCLASS, _some(*pair)) for pair in self.some)
        if self.kind:
            members: tuple[Value, ...] = (self.kind, *(_some(*pair) for pair in self.parts))
            said.append((OWL + "equivalentClass", Node(None, OWL + "Class", ((_INTERSECTION, members),))))
        return Node(self.iri, OWL + "Class", tuple(said))

    def axioms(self) -> tuple[str, ...]:
        """Return the class with its axioms in functional syntax."""
        whole = " ".join([f"<{self.kind}>", *map(_some_axiom, self.parts)])
        return (
            f"Declaration(Class(<{self.iri}>))",
            *(_annotation(name, self.iri, value) for name, value in self.notes()),
            *(f"SubClassOf(<{self.iri}> <{name}>)" for name in self.above),
            *(f"SubClassOf(<{self.iri}> {_some_axiom(pair)})" for pair in self.some),
            *((f"EquivalentClasses(<{self.iri}> ObjectIntersectionOf({whole}))",) if self.kind else ()),
        )


Entity = Header | AnnotationProperty | ObjectProperty | DefinedClass

_RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_INTERSECTION: Final = OWL + "intersectionOf"


def _some(name: str, filler: str) -> Node:
    return Node(None, OWL + "Restriction", ((OWL + "onProperty", name), (OWL + "someValuesFrom", filler)))


def _some_axiom(pair: tuple[str, str]) -> str:
    return f"ObjectSomeValuesFrom(<{pair[0]}> <{pair[1]}>)"


def _annotation(name: str, of: str, value: str | Text) -> str:
    return f"AnnotationAssertion(<{name}> <{of}> {_written(value)})"


def _written(value: str | Text) -> str:
    return english(value.text) if isinstance(value, Text) else f"<{value}>"
