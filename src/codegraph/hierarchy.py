"""Walks up and down the graph's hierarchies, and finds codes by the facets of what they denote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from codegraph.errors import UnknownTerm
from codegraph.namespaces import contract, expand

if TYPE_CHECKING:
    from codegraph.store import GraphStore

UP: Final = ("skos:broader", "cg:isPartOf")
_FACET: Final = {"site": "cg:actsOn", "method": "cg:hasMethod", "approach": "cg:hasApproach"}


def _walk(start: str, step: Callable[[str], Iterable[str]], *, with_self: bool) -> list[str]:
    """Return what is reached from a term, level by level, each level sorted, nothing twice."""
    seen = {expand(start)}
    found = [contract(expand(start))] if with_self else []
    here = sorted(seen)
    while here:
        here = sorted({x for term in here for x in step(term)} - seen)
        seen.update(here)
        found += [contract(x) for x in here]
    return found


def above(store: GraphStore, term: str, *, with_self: bool = False) -> list[str]:
    """Return the CURIEs above a term, nearest first."""
    return _walk(term, lambda t: (x for p in UP for x in store.objects(t, p)), with_self=with_self)


def below(store: GraphStore, term: str, *, with_self: bool = False) -> list[str]:
    """Return the CURIEs below a term, nearest first."""
    return _walk(term, lambda t: (x for p in UP for x in store.subjects(p, t)), with_self=with_self)


def facet_value(store: GraphStore, facet: str, value: str) -> str:
    """Return the IRI of a facet value given as CURIE, IRI or slug; raise UnknownTerm where the graph has none."""
    curie = value if ":" in value else f"{facet}:{value}"
    if not store.has_term(curie):
        near = ", ".join(store.near_terms(facet, curie.rpartition(":")[2])) or "see the scheme with a query"
        raise UnknownTerm(f"no {facet} {value!r} in this release; near it: {near}")
    return expand(curie)


def codes_where(store: GraphStore, wanted: dict[str, str], among: Iterable[str] | None = None) -> set[str]:
    """Return the IRIs of codes whose procedure has each of these facets, at or below the value.

    Below a site are its kinds and its parts. `among` limits the answer to some procedures (IRIs).
    """
    remaining: set[str] | None = None if among is None else set(among)
    for facet, value in wanted.items():
        root = facet_value(store, facet, value)
        values = below(store, root, with_self=True)
        procedures = {p for v in values for p in store.subjects(_FACET[facet], v)}
        remaining = procedures if remaining is None else remaining & procedures
    return {code for procedure in remaining or () for code in store.subjects("cg:denotes", procedure)}
