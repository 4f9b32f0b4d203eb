"""A networkx projection of the graph: codes, procedures and facet values as nodes, chosen relations as edges."""

from __future__ import annotations

import sys
from heapq import heappop, heappush
from itertools import islice, pairwise
from typing import Final

import networkx as nx

from codegraph.namespaces import contract, expand
from codegraph.store import GraphStore

# What "how are these two codes connected" walks along by default, what tells most first. The millions of NCCI pairs
# are left out: they connect everything with everything, and can be asked for by name.
DEFAULT: Final = (
    "cg:denotes",
    "cg:creates",
    "cg:revises",
    "cg:closes",
    "cg:mayCreate",
    "cg:performedThrough",
    "cg:hasComponent",
    "cg:isAddOnTo",
    "skos:exactMatch",
    "cg:actsOn",
    "cg:isPartOf",
    "skos:broader",
    "cg:ofProcedure",
    "cg:ofCondition",
    "skos:narrowMatch",
    "skos:broadMatch",
    "cg:inFamily",
    "cg:hasMethod",
    "skos:relatedMatch",
    "cg:hasApproach",
)
# From this one on they join what may have little in common.
LOOSE: Final = "skos:narrowMatch"
# A term with more neighbours than this may end a connection, not be in the middle of one.
HUB: Final = 200
# Nor may what only arranges codes by their numbers, or what half of all procedures have.
_NOT_THROUGH: Final = ("heading:", "group:", "scheme:", "approach:")
# More terms than this are not looked at for one connection.
MOST: Final = 20_000

Edge = tuple[str, str, str]  # subject, property, object, as the triple says it


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


class Search:
    """The shortest connection of two terms, on a projection that grows from both until they meet."""

    def __init__(self, store: GraphStore, first: str, second: str) -> None:
        self._store = store
        self._ends = (first, second)
        self._graph = nx.MultiGraph()
        self._graph.add_nodes_from(self._ends)
        self._around: dict[str, list[Edge]] = {}
        self._far: list[dict[str, int]] = [{first: 0}, {second: 0}]
        self._waiting: list[list[tuple[int, str]]] = [[(0, first)], [(0, second)]]
        self._done: list[set[str]] = [set(), set()]
        self.gave_up = False

    @property
    def visited(self) -> int:
        """Return how many terms were looked at."""
        return len(self._around)

    def edges(self, max_steps: int) -> list[Edge]:
        """Return the triples from the first term to the second, in order; none where there is no such connection."""
        best = max_steps + 1
        while all(self._waiting) and self._waiting[0][0][0] + self._waiting[1][0][0] < best:
            if self.visited > MOST:
                self.gave_up = True
                break
            side = 0 if len(self._waiting[0]) <= len(self._waiting[1]) else 1
            best = min(best, self._grow(side))
        return self._shortest() if best <= max_steps else []

    def _grow(self, side: int) -> int:
        """Take the nearest waiting term of one side further; return the shortest way found through its neighbours."""
        far, here = heappop(self._waiting[side])
        best = sys.maxsize
        if here in self._done[side]:
            return best
        self._done[side].add(here)
        for subject, predicate, obj in self._edges_of(here):
            there = obj if subject == here else subject
            self._graph.add_edge(subject, obj, key=(predicate, subject))
            now = far + cost(predicate)
            if now < self._far[side].get(there, sys.maxsize):
                self._far[side][there] = now
                heappush(self._waiting[side], (now, there))
            if there in self._far[1 - side] and (there in self._ends or self._edges_of(there)):
                best = min(best, now + self._far[1 - side][there])
        return best

    def _edges_of(self, node: str) -> list[Edge]:
        """Return the triples about a node; none where connections do not lead through it."""
        if node not in self._around:
            end = node in self._ends
            closed = node.startswith(_NOT_THROUGH) and not end
            found = () if closed else islice(self._store.around(node, DEFAULT), None if end else HUB + 1)
            named = [(predicate, contract(iri), away) for predicate, iri, away in found]
            hub = len(named) > HUB and not end
            self._around[node] = (
                [] if hub else [(node, p, x) if away else (x, p, node) for p, x, away in named]
            )
        return self._around[node]

    def _shortest(self) -> list[Edge]:
        """Return the shortest way in the projection; of several, the one whose properties tell most."""
        blind = [n for n, found in self._around.items() if not found and n not in self._ends]
        self._graph.remove_nodes_from(blind)
        edges = []
        for here, there in pairwise(nx.shortest_path(self._graph, *self._ends, weight=_length)):
            predicate, subject = min(self._graph[here][there], key=_order)
            edges.append((subject, predicate, there if subject == here else here))
        return edges


def cost(predicate: str) -> int:
    """Return how many steps a property counts for: two where it joins what may have little in common."""
    return 2 if predicate in DEFAULT[DEFAULT.index(LOOSE) :] else 1


def _order(key: tuple[str, str]) -> tuple[int, int, str]:
    return cost(key[0]), DEFAULT.index(key[0]), key[1]


def _length(_: str, __: str, keys: dict[tuple[str, str], object]) -> int:
    steps, place, _name = min(map(_order, keys))
    return 10_000 * steps + place
