"""Property paths of shapes: read from the shapes graph, written as SPARQL, walked in the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from codegraph.errors import SourceError
from codegraph.namespaces import RDF, SH
from codegraph.validation.data import Data, Term, text

FIRST: Final = ox.NamedNode(f"{RDF}first")
REST: Final = ox.NamedNode(f"{RDF}rest")
NIL: Final = ox.NamedNode(f"{RDF}nil")
INVERSE: Final = ox.NamedNode(f"{SH}inversePath")
ALTERNATIVE: Final = ox.NamedNode(f"{SH}alternativePath")


class ShapeError(SourceError):
    """A shapes graph that says something which this engine does not know, or does not say what it must."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A path of one step along a property."""

    iri: str

    @property
    def sparql(self) -> str:
        """Return the path as SPARQL writes it."""
        return f"<{self.iri}>"

    def values(self, data: Data, node: Term, *, inverse: bool = False) -> set[Term]:
        """Return the nodes that the path reaches from a node."""
        predicate = ox.NamedNode(self.iri)
        return set(data.subjects(predicate, node) if inverse else data.objects(node, predicate))


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked backwards."""

    path: Path

    @property
    def sparql(self) -> str:
        """Return the path as SPARQL writes it."""
        return f"^{self.path.sparql}"

    def values(self, data: Data, node: Term, *, inverse: bool = False) -> set[Term]:
        """Return the nodes that the path reaches from a node."""
        return self.path.values(data, node, inverse=not inverse)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Paths walked one after the other."""

    steps: tuple[Path, ...]

    @property
    def sparql(self) -> str:
        """Return the path as SPARQL writes it."""
        return f"({'/'.join(step.sparql for step in self.steps)})"

    def values(self, data: Data, node: Term, *, inverse: bool = False) -> set[Term]:
        """Return the nodes that the path reaches from a node."""
        reached = {node}
        for step in reversed(self.steps) if inverse else self.steps:
            reached = {end for start in reached for end in step.values(data, start, inverse=inverse)}
        return reached


@dataclass(frozen=True, slots=True)
class Alternative:
    """Paths of which any will do."""

    choices: tuple[Path, ...]

    @property
    def sparql(self) -> str:
        """Return the path as SPARQL writes it."""
        return f"({'|'.join(choice.sparql for choice in self.choices)})"

    def values(self, data: Data, node: Term, *, inverse: bool = False) -> set[Term]:
        """Return the nodes that the path reaches from a node."""
        return {end for choice in self.choices for end in choice.values(data, node, inverse=inverse)}


Path = Predicate | Inverse | Sequence | Alternative


def path_text(path: Path) -> str:
    """Return a path as results print it: the bare IRI of a single predicate, else a SPARQL property path."""
    return path.iri if isinstance(path, Predicate) else path.sparql


def items(shapes: Data, head: Term) -> list[Term]:
    """Return the members of an RDF list; raise ShapeError where it is not one."""
    found: list[Term] = []
    seen: set[str] = set()
    while head != NIL:
        firsts, rests = list(shapes.objects(head, FIRST)), list(shapes.objects(head, REST))
        if len(firsts) != 1 or len(rests) != 1 or str(head) in seen:
            raise ShapeError(f"{text(head)} is not a well-formed RDF list")
        seen.add(str(head))
        found.append(firsts[0])
        head = rests[0]
    return found


def read_path(shapes: Data, node: Term) -> Path:
    """Read a path from a shapes graph: a predicate, an inverse, a sequence or an alternative of paths."""
    if isinstance(node, ox.NamedNode):
        return Predicate(node.value)
    if next(shapes.objects(node, FIRST), None) is not None:
        return Sequence(_several(shapes, node))
    for predicate, make in _MAKERS.items():
        inner = list(shapes.objects(node, ox.NamedNode(predicate)))
        if len(inner) == 1:
            return make(shapes, inner[0])
    raise ShapeError(
        f"the path {text(node)} is neither a predicate, an inverse, a sequence nor an alternative"
    )


def _several(shapes: Data, head: Term) -> tuple[Path, ...]:
    paths = tuple(read_path(shapes, item) for item in items(shapes, head))
    if len(paths) < 2:
        raise ShapeError(f"the path {text(head)} needs at least two members")
    return paths


def _inverse(shapes: Data, node: Term) -> Path:
    return Inverse(read_path(shapes, node))


def _alternative(shapes: Data, node: Term) -> Path:
    return Alternative(_several(shapes, node))


_MAKERS: Final[dict[str, Callable[[Data, Term], Path]]] = {
    INVERSE.value: _inverse,
    ALTERNATIVE.value: _alternative,
}
