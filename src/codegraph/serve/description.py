"""The service description of the SPARQL endpoint (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from codegraph.namespaces import RDF, XSD
from codegraph.serve.void import Statistics

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
_FORMATS: Final = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
)
_A: Final = ox.NamedNode(f"{RDF}type")


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def description(url: str, counts: Statistics | None) -> list[ox.Triple]:
    """Return what the endpoint at a URL is: its language, formats, and the graphs of its dataset."""
    service, dataset, default = (
        ox.NamedNode(f"{url}#service"),
        ox.BlankNode("dataset"),
        ox.BlankNode("default"),
    )
    found = [
        ox.Triple(service, _A, _sd("Service")),
        ox.Triple(service, _sd("endpoint"), ox.NamedNode(url)),
        ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        # Without FROM and default-graph-uri, all graphs are read as one.
        ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph")),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        ox.Triple(dataset, _A, _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, _A, _sd("Graph")),
        *(
            ox.Triple(service, _sd("resultFormat"), ox.NamedNode(f"http://www.w3.org/ns/formats/{name}"))
            for name in _FORMATS
        ),
    ]
    if counts is None:
        return found
    found.append(_count(default, counts.triples))
    for number, (name, triples) in enumerate(sorted(counts.graphs.items())):
        entry, graph = ox.BlankNode(f"entry{number}"), ox.BlankNode(f"graph{number}")
        found += [
            ox.Triple(dataset, _sd("namedGraph"), entry),
            ox.Triple(entry, _A, _sd("NamedGraph")),
            ox.Triple(entry, _sd("name"), ox.NamedNode(name)),
            ox.Triple(entry, _sd("graph"), graph),
            ox.Triple(graph, _A, _sd("Graph")),
            _count(graph, triples),
        ]
    return found


def _count(graph: ox.BlankNode, number: int) -> ox.Triple:
    return ox.Triple(
        graph, ox.NamedNode(f"{VOID}triples"), ox.Literal(str(number), datatype=ox.NamedNode(f"{XSD}integer"))
    )
