"""The triples about one code as Turtle: the code, its procedure, and the entries and indications that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from codegraph.namespaces import PREFIXES, contract

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_NODES = ("cg:ofCode", "cg:addOnCode", "cg:primaryCode", "cg:aboutSubject", "cg:ofCondition")
_PARTS = ("cg:hasStep", "cg:hasComponent")


def triples(graph: CodeGraph, code: Code) -> set[ox.Triple]:
    """Return what the release says of a code, of its procedure and parts, and of what names them."""
    store = graph.store
    nodes = {code.iri} | {n for p in _NODES for n in store.subjects(p, code.iri)}
    for procedure in store.objects(code.iri, "cg:denotes"):
        parts = {part for name in _PARTS for part in store.objects(procedure, name)}
        nodes |= {procedure, *parts, *store.subjects("cg:ofProcedure", procedure)}
    return {q.triple for node in nodes for q in store.quads_of(node)}


def turtle(graph: CodeGraph, code: Code) -> str:
    """Return what the release says of a code as Turtle, sorted, each triple once."""
    found = triples(graph, code)
    used = {
        contract(t.value).partition(":")[0] for triple in found for t in triple if isinstance(t, ox.NamedNode)
    }
    written = ox.serialize(
        sorted(found, key=str),
        format=ox.RdfFormat.TURTLE,
        prefixes={p: iri for p, iri in PREFIXES.items() if p in used or p == "xsd"},
    )
    return written.decode() if written else ""
