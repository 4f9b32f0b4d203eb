"""A networkx projection of the graph: codes, procedures and facet values as nodes, chosen relations as edges."""

from __future__ import annotations

from typing import Final

import networkx as nx

from codegraph.namespaces import contract, expand
from codegraph.store import GraphStore

# What "how are these two codes connected" walks along by default. The millions of NCCI pairs are left out: they
# connect everything with everything, and can be asked for by name.
DEFAULT: Final = (
    "cg:denotes",
    "cg:actsOn",
    "cg:hasMethod",
    "cg:hasApproach",
    "cg:hasComponent",
    "cg:creates",
    "cg:revises",
    "cg:closes",
    "cg:inFamily",
    "cg:isAddOnTo",
    "cg:isPartOf",
    "cg:ofProcedure",
    "cg:ofCondition",
    "skos:broader",
    "skos:exactMatch",
    "skos:narrowMatch",
    "skos:broadMatch",
    "skos:relatedMatch",
)


def project(store: GraphStore, predicates: tuple[str, ...] | None = None) -> nx.MultiDiGraph:
    """Return a MultiDiGraph whose nodes are CURIEs and whose edges are keyed by the predicate's CURIE.

    `predicates` (CURIEs) choose the relations; by default those between codes, procedures, facets and conditions.
    """
    graph = nx.MultiDiGraph()
    short: dict[str, str] = {}
    for predicate in predicates or DEFAULT:
        for subject, obj in store.edges(expand(predicate)):
            a = short.setdefault(subject, contract(subject))
            b = short.setdefault(obj, contract(obj))
            graph.add_edge(a, b, key=predicate)
    return graph
