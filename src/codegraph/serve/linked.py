"""Linked data: an IRI of the graph, answered with what the release says of it, in the format asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from codegraph import resources
from codegraph.errors import InvalidCode, NotLoaded, UnknownCode
from codegraph.export.context import FILE
from codegraph.export.of_code import triples as triples_of_code
from codegraph.graph import CodeGraph
from codegraph.namespaces import BASE, ONTOLOGY, RDF, RDFS, contract, expand, is_iri
from codegraph.result_text import Term
from codegraph.serve.graphs import cached, written
from codegraph.serve.html import page, plain
from codegraph.serve.kept import keep
from codegraph.serve.negotiate import GRAPH, HTML, PROBLEM, Offer, choose
from codegraph.serve.problems import Problem

# The first segment of an IRI of ours, and whether something may be asked without a second.
KINDS: Final = {
    "code": False,
    "concept": False,
    "ontology": True,
    "release": False,
    "entry": False,
    "mapping": False,
    "shapes": True,
}
ENDINGS: Final = {".ttl": GRAPH[0], ".nt": GRAPH[1], ".rdf": GRAPH[2], ".jsonld": GRAPH[3]}
_HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
_UPWARD: Final = ("skos:broader", "cg:isPartOf")
_MOST_BELOW: Final = 1_000


class Missing(Exception):
    """An IRI of which the release says nothing; `near` are IRIs that it may have meant."""

    def __init__(self, detail: str, near: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.near = tuple(near)


class Moved(Exception):
    """An IRI that is another way to write the one in the message."""


class Linked:
    """Answers requests for the IRIs of a release."""

    def __init__(self, kg: CodeGraph) -> None:
        self.kg = kg

    async def respond(self, request: Request) -> Response:
        """Answer one request with data, or with a page where a browser asks."""
        path = request.scope["path"].lstrip("/")
        path, asked = _ending(path)
        kind = path.partition("/")[0]
        accept = request.headers.get("accept")
        offer = asked or choose(accept, (*GRAPH, HTML))
        if offer is None:
            names = ", ".join(o.content_type.partition(";")[0] for o in (*GRAPH, HTML))
            raise Problem(406, f"this is written as {names}", headers={"Vary": "Accept"})
        if offer is HTML and kind in request.app.state.html and not path.startswith("ontology/"):
            return await page(request, kind)
        try:
            data = await request.app.state.calls.run("data", lambda: self._write(path, offer))
        except Moved as moved:
            ending = next((e for e, o in ENDINGS.items() if o is asked), "")
            place = f"{request.app.state.base or '/'}{str(moved).removeprefix(BASE)}{ending}"
            return RedirectResponse(place, 301, headers={"Vary": "Accept"})
        except Missing as missing:
            return _not_found(missing, BASE + path, asked or choose(accept, (PROBLEM, *GRAPH, HTML)))
        keep(request.scope)
        return cached(request, data, offer, request.app.state.version)

    def _write(self, path: str, offer: Offer) -> bytes:
        found = triples(self.kg, BASE + path)
        if offer is HTML:
            return bytes(plain(contract(BASE + path), listed(found)).body)
        return written(found, offer.name)


def routes(kg: CodeGraph) -> list[BaseRoute]:
    """Return the routes of codes, facet values, releases, entries, mappings and the ontology."""
    respond = Linked(kg).respond
    found: list[BaseRoute] = [Route(f"/{kind}/{{name:path}}", respond) for kind in KINDS]
    found.append(Route("/context.jsonld", _context))
    whole = [f"/{kind}{ending}" for kind, alone in KINDS.items() if alone for ending in ("", *ENDINGS)]
    return [*found, *(Route(path, respond) for path in whole)]


async def _context(request: Request) -> Response:
    """Answer with the packaged context of our JSON-LD, for documents that name it by its address."""
    return cached(request, FILE.read_bytes(), ENDINGS[".jsonld"])


def triples(kg: CodeGraph, iri: str) -> set[ox.Triple]:
    """Return what the release says of one of its IRIs.

    A code comes with its procedure, a facet value with what is directly below it, the ontology or one of its
    modules with the terms that it defines. Raises Missing where nothing is said, Moved where the IRI of a code is
    not written as the system prints it.
    """
    if not is_iri(iri):
        raise Missing("this is not the address of anything: it makes no legal IRI")
    kind, _, name = iri.removeprefix(BASE).partition("/")
    found = _READERS.get(kind, _node)(kg, iri, name)
    if not found:
        raise Missing(f"{contract(iri)} is not in the opened release", _near(kg, kind, name))
    return found


def _code(kg: CodeGraph, iri: str, name: str) -> set[ox.Triple]:
    try:
        code = kg[name.replace("/", ":", 1)]
    except (InvalidCode, NotLoaded, UnknownCode) as error:
        if found := _node(kg, iri, name):
            return found
        near = [expand(curie) for curie in error.near] if isinstance(error, UnknownCode) else []
        raise Missing(str(error), near) from error
    if code.iri != iri:
        raise Moved(code.iri)
    return triples_of_code(kg, code)


def _concept(kg: CodeGraph, iri: str, name: str) -> set[ox.Triple]:
    found = _node(kg, iri, name)
    for upward in _UPWARD if found else ():
        below, value = kg.store.subjects(upward, iri)[:_MOST_BELOW], ox.NamedNode(iri)
        found |= {ox.Triple(ox.NamedNode(node), ox.NamedNode(expand(upward)), value) for node in below}
    return found


def _ontology(kg: CodeGraph, iri: str, name: str) -> set[ox.Triple]:
    modules = (
        [iri]
        if name
        else [m for m in kg.store.subjects("rdf:type", "owl:Ontology") if m.startswith(ONTOLOGY)]
    )
    terms = [term for module in modules for term in kg.store.subjects("rdfs:isDefinedBy", module)]
    return _closed(kg, (*modules, *terms))


def _node(kg: CodeGraph, iri: str, name: str) -> set[ox.Triple]:
    return _closed(kg, (iri,))


def _shapes(kg: CodeGraph, iri: str, name: str) -> set[ox.Triple]:
    """Return the shapes, which are packaged and in no release."""
    files = [] if name else resources.files("shapes", ".ttl")
    return {quad.triple for file in files for quad in ox.parse(path=str(file), rename_blank_nodes=True)}


_READERS: Final = {"code": _code, "concept": _concept, "ontology": _ontology, "shapes": _shapes}


def _closed(kg: CodeGraph, nodes: Iterable[str]) -> set[ox.Triple]:
    """Return the triples of nodes, and of the blank nodes that they lead to."""
    found: set[ox.Triple] = set()
    todo: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(node) for node in nodes]
    seen = set(todo)
    while todo:
        for quad in kg.store.raw.quads_for_pattern(todo.pop(), None, None, None):
            found.add(quad.triple)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                todo.append(quad.object)
    return found


def _near(kg: CodeGraph, kind: str, name: str) -> list[str]:
    scheme, slash, value = name.partition("/")
    if kind != "concept" or not slash:
        return []
    return [expand(curie) for curie in kg.store.near_terms(scheme, value)]


def _ending(path: str) -> tuple[str, Offer | None]:
    """Return a path without the ending that asks for a format, and the format."""
    for ending, offer in ENDINGS.items():
        if path.endswith(ending):
            return path.removesuffix(ending), offer
    return path, None


def _not_found(missing: Missing, iri: str, offer: Offer | None) -> Response:
    """Say in the format asked for that nothing is here, and what is near."""
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if offer is HTML:
        items = "".join(f"<li>{_link(near)}</li>" for near in missing.near)
        return plain("Not found", f"<p>{escape(str(missing))}</p><ul>{items}</ul>", 404)
    if offer not in GRAPH:
        near = {"near": [contract(n) for n in missing.near]} if missing.near else {}
        raise Problem(404, str(missing), headers=headers, **near)
    problem = ox.BlankNode("problem")
    said: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (f"{RDF}type", ox.NamedNode(f"{_HYDRA}Error")),
        (f"{_HYDRA}statusCode", ox.Literal(404)),
        (f"{_HYDRA}title", ox.Literal("Not Found", language="en")),
        (f"{_HYDRA}description", ox.Literal(str(missing), language="en")),
        *((f"{RDFS}seeAlso", ox.NamedNode(near)) for near in missing.near),
    ]
    data = written((ox.Triple(problem, ox.NamedNode(p), o) for p, o in said), offer.name)
    return Response(data, 404, headers=headers, media_type=offer.content_type)


def listed(found: Iterable[ox.Triple]) -> str:
    """Return triples as an HTML list: every text escaped, links only to http and https."""
    items = sorted({(_shown(t.subject), _shown(t.predicate), _shown(t.object)) for t in found})
    return "<ul>" + "".join(f"<li>{s} {p} {o}</li>" for s, p, o in items) + "</ul>"


def _shown(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return _link(term.value)
    return escape(str(term) if isinstance(term, ox.Triple) else term.value)


def _link(iri: str) -> str:
    text = escape(contract(iri))
    if iri.startswith(BASE):
        return f'<a href="/{escape(iri.removeprefix(BASE))}">{text}</a>'
    return f'<a href="{escape(iri)}">{text}</a>' if iri.startswith(("http://", "https://")) else text
