"""The Oxigraph store of an opened release: patterns and SPARQL over the union of its graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from codegraph.errors import ReleaseError
from codegraph.namespaces import contract, expand
from codegraph.terms import plain


class GraphStore:
    """Read access to the triples of a release.

    `raw` is the `pyoxigraph.Store`; everything above this layer passes CURIEs or IRIs in and gets plain values out.
    """

    def __init__(self, raw: ox.Store) -> None:
        self.raw = raw

    @classmethod
    def open(cls, path: Path) -> GraphStore:
        """Open the store directory of a release, read-only; any number of processes may do so at once."""
        try:
            return cls(ox.Store.read_only(str(path)))
        except OSError as error:
            raise ReleaseError(f"{path}: the graph of this release does not open: {error}") from error

    def __len__(self) -> int:
        return len(self.raw)

    def objects(self, subject: str, predicate: str) -> list[Any]:
        """Return the values of a property, sorted: IRIs as `str`, literals as Python values."""
        found = self.raw.quads_for_pattern(_node(subject), _node(predicate), None, None)
        return sorted({plain(quad.object) for quad in found}, key=str)

    def object(self, subject: str, predicate: str) -> Any | None:  # noqa: ANN401
        """Return the first value of a property in sorted order, or None."""
        found = self.objects(subject, predicate)
        return found[0] if found else None

    def subjects(self, predicate: str, obj: str) -> list[str]:
        """Return the IRIs that point at an IRI by a property, sorted."""
        found = self.raw.quads_for_pattern(None, _node(predicate), _node(obj), None)
        return sorted({quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)})

    def pointing(self, predicate: str, obj: str) -> Iterator[str]:
        """Yield the IRIs that point at an IRI by a property, as the engine has them: for long or partial lists."""
        for quad in self.raw.quads_for_pattern(None, _node(predicate), _node(obj), None):
            if isinstance(quad.subject, ox.NamedNode):
                yield quad.subject.value

    def around(self, node: str, predicates: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
        """Yield (property as given, other IRI, whether the triple points away from the node), property by property."""
        here = _node(node)
        for predicate in predicates:
            for quad in self.raw.quads_for_pattern(here, _node(predicate), None, None):
                if isinstance(quad.object, ox.NamedNode):
                    yield predicate, quad.object.value, True
            for iri in self.pointing(predicate, node):
                yield predicate, iri, False

    def describe(
        self, subject: str, *, counted: dict[str, int] | None = None
    ) -> list[tuple[str, Any, str | None]]:
        """Return every (property IRI, value, named graph or None) of a subject, sorted.

        Properties that are keys of `counted` (IRIs) are only counted there: a code has hundreds of edges.
        """
        rows = []
        counted = {} if counted is None else counted
        for quad in self.raw.quads_for_pattern(_node(subject), None, None, None):
            predicate = quad.predicate.value
            if predicate in counted:
                counted[predicate] += 1
            else:
                rows.append((predicate, plain(quad.object), graph_name(quad.graph_name)))
        return sorted(rows, key=lambda r: (r[0], str(r[1]), r[2] or ""))

    def quads_of(self, subject: str) -> Iterator[ox.Quad]:
        """Yield the quads of a subject, as pyoxigraph has them."""
        return self.raw.quads_for_pattern(_node(subject), None, None, None)

    def edges(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Yield (subject IRI, object IRI) of every triple of a property between IRIs."""
        for quad in self.raw.quads_for_pattern(None, _node(predicate), None, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                yield quad.subject.value, quad.object.value

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """Return what `edges` yields, written by the engine in one go: for whole properties; other threads go on."""
        bound: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
            ox.Variable("p"): _node(predicate)
        }
        asked = "SELECT ?p ?s ?o { ?s ?p ?o }"
        found = self.raw.query(asked, substitutions=bound, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        lines = (found.serialize(format=ox.QueryResultsFormat.TSV) or b"").decode().split("\n")[1:-1]
        told = (line.split("\t") for line in lines)
        return [(s[1:-1], o[1:-1]) for _, s, o in told if s[0] == o[0] == "<"]

    def texts(self, predicate: str) -> Iterator[tuple[str, str]]:
        """Yield (subject IRI, text) of every triple of a property between an IRI and a text."""
        for quad in self.raw.quads_for_pattern(None, _node(predicate), None, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value

    def has(self, subject: str) -> bool:
        """Tell whether anything is said of a subject."""
        return next(iter(self.raw.quads_for_pattern(_node(subject), None, None, None)), None) is not None

    def has_term(self, curie: str) -> bool:
        """Tell whether a text is a CURIE or IRI of which something is said; never raises."""
        try:
            return self.has(curie)
        except ValueError:
            return False

    def near_terms(self, scheme: str, slug: str, at_most: int = 5) -> list[str]:
        """Return CURIEs of a facet scheme whose slug resembles a misspelt one."""
        from difflib import get_close_matches

        members = {contract(iri) for iri in self.subjects("skos:inScheme", f"scheme:{scheme}")}
        return get_close_matches(f"{scheme}:{slug}", sorted(members), n=at_most, cutoff=0.5)


@lru_cache(maxsize=4096)
def _node(curie_or_iri: str) -> ox.NamedNode:
    return ox.NamedNode(expand(curie_or_iri))


def graph_name(node: Any) -> str | None:  # noqa: ANN401
    """Return a named graph's IRI, or None for the default graph."""
    return node.value if isinstance(node, ox.NamedNode) else None
