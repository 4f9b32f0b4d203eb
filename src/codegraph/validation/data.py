"""The data graph as the shapes see it: the union of a store's graphs, asked for values, instances and subclasses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from codegraph.namespaces import RDF, RDFS
from codegraph.validation.literals import STRING

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode

TYPE = ox.NamedNode(f"{RDF}type")
SUBCLASS = ox.NamedNode(f"{RDFS}subClassOf")


def text(term: Term) -> str:
    """Return a term as results print it: an IRI as it is, everything else in N-Triples syntax."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def is_node(term: Term) -> bool:
    """Tell whether a term can be the subject of a triple."""
    return isinstance(term, ox.NamedNode | ox.BlankNode)


def pair(literal: ox.Literal) -> tuple[str, str]:
    """Return a literal as (lexical form, datatype IRI)."""
    return literal.value, literal.datatype.value if literal.datatype else STRING


@dataclass(slots=True)
class Data:
    """A store read as one graph; remembers what it was asked about classes."""

    store: ox.Store
    _closures: dict[str, frozenset[str]] = field(default_factory=dict)
    _instances: dict[tuple[str, str], bool] = field(default_factory=dict)

    def objects(self, subject: Term, predicate: ox.NamedNode) -> Iterator[Term]:
        """Yield the values of a property at a node; none where the subject is a literal."""
        if isinstance(subject, ox.NamedNode | ox.BlankNode):
            for quad in self.store.quads_for_pattern(subject, predicate, None):
                yield quad.object

    def subjects(self, predicate: ox.NamedNode, value: Term) -> Iterator[Term]:
        """Yield the nodes that have a value for a property."""
        for quad in self.store.quads_for_pattern(None, predicate, value):
            yield quad.subject

    def subclasses(self, iri: str) -> frozenset[str]:
        """Return a class and every class below it by rdfs:subClassOf, at any distance."""
        if iri not in self._closures:
            found, todo = {iri}, [iri]
            while todo:
                for below in self.subjects(SUBCLASS, ox.NamedNode(todo.pop())):
                    if isinstance(below, ox.NamedNode) and below.value not in found:
                        found.add(below.value)
                        todo.append(below.value)
            self._closures[iri] = frozenset(found)
        return self._closures[iri]

    def is_instance(self, term: Term, iri: str) -> bool:
        """Tell whether a node has a type that is the class or below it (a SHACL instance); a literal never is."""
        key = (str(term), iri)
        if key not in self._instances:
            classes = self.subclasses(iri)
            self._instances[key] = any(text(kind) in classes for kind in self.objects(term, TYPE))
        return self._instances[key]
