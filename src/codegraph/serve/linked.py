"""Linked data: an IRI of the graph, answered with what the release says of it, in the format asked for."""

from __future__ import annotations

from starlette.routing import BaseRoute

from codegraph.graph import CodeGraph


def routes(kg: CodeGraph) -> list[BaseRoute]:
    """Return the routes of codes, facet values and the ontology."""
    return []
