"""The application: a release, or RDF files, behind HTTP.

A part of the server is a module of PARTS with `routes(kg) -> list[Route]` and, where it has pages for what is also
served as data, a table `HTML` from a kind (`sparql`, `code`, `concept`, `ontology`) to what answers such a request;
where it writes errors in its own way, a table `ERRORS` (see `problems.answer`).
In a request, `request.app.state` has `kg` (None where files are served), `sparql` (`Sparql.rows` answers a
query within the limits), `calls` (`Calls.run` answers what is asked of `kg`, in a thread and in time), `limits` and
`version`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from codegraph.graph import CodeGraph
from codegraph.serve import linked
from codegraph.serve.calls import Calls
from codegraph.serve.datastore import DataStore
from codegraph.serve.graphs import graph_response
from codegraph.serve.guard import Guard
from codegraph.serve.html import Handler, plain
from codegraph.serve.kept import Kept, Room, Whole, keep
from codegraph.serve.limits import Limits
from codegraph.serve.pool import Pool
from codegraph.serve.problems import HANDLERS, Writer
from codegraph.serve.sparql import METHODS, Sparql
from codegraph.serve.void import Counts, kept_at, void
from codegraph.serve.warm import Warm

# Modules of this package, in the order in which their routes are tried.
PARTS: Final[tuple[str, ...]] = ("api", "fhir", "pages")
_LOCAL: Final = frozenset({"localhost", "testserver"})  # the second is what TestClient calls


def create_app(
    release: Path | None = None,
    *,
    data: Sequence[Path] = (),
    base_url: str | None = None,
    limits: Limits | None = None,
    hosts: Sequence[str] = (),
    warm: bool = False,
) -> Starlette:
    """Return the application that serves a release (without one, as `CodeGraph.open`), or the RDF files of `data`.

    `base_url` is the address that answers name, where it is not the one that was asked (behind a proxy); `hosts`
    are names that the server answers to beside localhost and addresses. With `warm`, what first requests would wait
    for is made in the background. Its child processes start and end with the application's lifespan. Raises
    ReleaseError or SourceError where there is nothing to serve.
    """
    limits = limits or Limits()
    kg = None if data else CodeGraph.open(release)
    served = DataStore.of_files(data) if kg is None else DataStore.of_release(kg.directory)
    pool, calls = Pool(served.path, limits), Calls(limits)
    counts = Counts(served.path, limits, kept_at(kg.directory) if kg else None)

    base = base_url.rstrip("/") + "/" if base_url else None
    kept: Room[Whole] = Room(limits.kept // 2)
    sparql = Sparql(pool, served.version, counts, Room(limits.kept // 2), base and f"{base}sparql")
    parts, html = _parts(kg)
    app = Starlette(
        routes=[
            Route("/sparql", sparql.respond, methods=list(METHODS)),
            Route("/.well-known/void", _void),
            *parts,
            *(linked.routes(kg) if kg else ()),
            Route("/", _home),
        ],
        middleware=[
            Middleware(Guard, limits=limits, hosts=_LOCAL | {h.lower() for h in hosts}),
            Middleware(Kept, room=kept),
        ],
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    state: dict[str, object] = {"kg": kg, "served": served, "version": served.version, "limits": limits}
    state |= {"sparql": sparql, "pool": pool, "calls": calls, "counts": counts, "kept": kept}
    state |= {"html": html, "base": base}
    state |= {"errors": _writers(kg), "warm": Warm(app, kg, counts, calls), "warmed": warm}
    for name, value in state.items():
        setattr(app.state, name, value)
    calls.until = app.state.warm.has_index
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    """Start what works beside the application, and end it with the application."""
    state = app.state
    state.pool.start()
    if state.warmed:
        state.warm.start()
    try:
        yield
    finally:
        await state.warm.close()
        await state.counts.close()
        await state.pool.close()
        state.calls.close()
        state.served.close()


def _parts(kg: CodeGraph | None) -> tuple[list[BaseRoute], dict[str, Handler]]:
    """Return the routes and pages of the other parts, which need a release."""
    routes: list[BaseRoute] = []
    html: dict[str, Handler] = {}
    for name in PARTS if kg else ():
        module = import_module(f"codegraph.serve.{name}")
        routes += module.routes(kg)
        html |= getattr(module, "HTML", {})
    return routes, html


def _writers(kg: CodeGraph | None) -> dict[str, Writer]:
    """Return how the parts write errors at their addresses, and for browsers."""
    found: dict[str, Writer] = {}
    for name in PARTS if kg else ():
        found |= getattr(import_module(f"codegraph.serve.{name}"), "ERRORS", {})
    return found


async def _void(request: Request) -> Response:
    state = request.app.state
    url = state.base or str(request.base_url)
    manifest = state.kg.manifest if state.kg else None
    found = void(url, await state.counts.in_time(), manifest, state.version)
    keep(request.scope)
    return graph_response(request, found, version=state.version)


async def _home(_: Request) -> Response:
    links = (("sparql", "SPARQL"), (".well-known/void", "What is served: VoID and DCAT"))
    items = "".join(f'<li><a href="/{path}">{words}</a></li>' for path, words in links)
    return plain("codegraph", f"<ul>{items}</ul>")
