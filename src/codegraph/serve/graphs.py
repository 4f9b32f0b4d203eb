"""Small RDF graphs as responses: written in the format that is asked for, sorted."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from codegraph.errors import QueryError
from codegraph.namespaces import PREFIXES
from codegraph.result import GRAPH_FORMATS
from codegraph.result_text import whole_xml
from codegraph.serve.kept import has
from codegraph.serve.negotiate import GRAPH, Offer, choose
from codegraph.serve.problems import Problem

PREFIXES_HERE = {
    **PREFIXES,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "formats": "http://www.w3.org/ns/formats/",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
}


def written(triples: Iterable[ox.Triple], format: str) -> bytes:
    """Return triples in a format (`turtle`, `ntriples`, `jsonld`, `rdfxml`), sorted, each once."""
    unique = sorted(set(triples), key=str)
    text = "\n".join(map(str, unique))
    used = {p: iri for p, iri in PREFIXES_HERE.items() if iri in text}
    data = ox.serialize(unique, format=GRAPH_FORMATS[format], prefixes=used) or b""
    try:
        return whole_xml(data) if format == "rdfxml" else data
    except QueryError as error:
        raise Problem(406, str(error), headers={"Vary": "Accept"}) from error


def offered(request: Request) -> Offer:
    """Return the graph format that a request asks for; raise Problem 406 where it wants none of them."""
    offer = choose(request.headers.get("accept"), GRAPH)
    if offer is None:
        names = ", ".join(o.content_type.partition(";")[0] for o in GRAPH)
        raise Problem(406, f"graphs are written as {names}", headers={"Vary": "Accept"})
    return offer


def graph_response(request: Request, triples: Iterable[ox.Triple], *, version: str = "") -> Response:
    """Return triples as a response, in the format that the request likes best."""
    offer = offered(request)
    return cached(request, written(triples, offer.name), offer, version)


def cached(request: Request, data: bytes, offer: Offer, version: str = "") -> Response:
    """Return what is written as a response; with a version, also an ETag, and 304 where the client has it."""
    headers = {"Vary": "Accept"}
    if version:
        headers |= {"ETag": f'W/"{version[:32]}-{offer.name}"', "Cache-Control": "no-cache"}
        if has(request.scope, headers["ETag"].encode()):
            return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type=offer.content_type)
