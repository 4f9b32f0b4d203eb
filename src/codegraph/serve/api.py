"""The JSON API: each operation of the table as a route below /api/v1, with its OpenAPI document, health and metrics."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from codegraph import __version__
from codegraph.claims.jsonl import parse
from codegraph.errors import InvalidValue, UnknownTerm
from codegraph.operations.safe import safe_json
from codegraph.operations.table import OPERATIONS, Operation
from codegraph.render import jsonable
from codegraph.serve.kept import keep
from codegraph.serve.metrics import CONTENT_TYPE, Metrics
from codegraph.serve.openapi import BASE, document
from codegraph.serve.problems import Problem, as_problem, response

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.serve.warm import Warm

ERRORS: Final = {BASE: response}
LONGEST_BODY: Final = 1_000_000
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_JSON: Final = "application/json"
_LOG: Final = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


def routes(kg: CodeGraph) -> list[Route]:
    """Return the routes of the JSON API over an opened release."""
    metrics = Metrics()

    def route(path: str, name: str, method: str, answer: Handler) -> Route:
        return Route(
            BASE + path, _endpoint(name, method, answer, metrics), methods=_METHODS, name=f"api {name}"
        )

    def counted(request: Request) -> bytes:
        state = request.app.state
        rooms = {"requests": state.kept, "queries": state.sparql.kept}
        return metrics.text(kg, rooms, state.calls.state()).encode()

    def plain(content: Callable[[Request], bytes], media: str) -> Handler:
        async def answer(request: Request) -> Response:
            found = await request.app.state.calls.run(f"api {media}", lambda: content(request))
            return Response(found, media_type=media)

        return answer

    return [
        *(route(o.path, o.name, o.method, _asked(kg, o, metrics)) for o in OPERATIONS),
        route("/openapi.json", "openapi", "GET", plain(lambda _: _written(document()), _JSON)),
        route("/health", "health", "GET", plain(lambda r: _written(_health(kg, r.app.state.warm)), _JSON)),
        route("/metrics", "metrics", "GET", plain(counted, CONTENT_TYPE)),
        route("/{path:path}", "unknown", "", _unknown),
        route("", "unknown", "", _unknown),
    ]


def _endpoint(name: str, method: str, answer: Handler, metrics: Metrics) -> Handler:
    """Return an endpoint that refuses other methods, counts, and answers every error as a problem."""

    async def endpoint(request: Request) -> Response:
        begun = time.perf_counter()
        try:
            _refuse_method(request.method, method)
            found = await answer(request)
        except Exception as error:
            found = response(_problem(error, name))
        metrics.add(name, found.status_code, time.perf_counter() - begun)
        return found

    return endpoint


def _refuse_method(asked: str, method: str) -> None:
    allowed = {"GET": ("GET", "HEAD"), "POST": ("POST",)}.get(method, ())
    if allowed and asked not in allowed:
        raise Problem(405, f"this is asked with {method}", headers={"Allow": ", ".join(allowed)})


def _problem(error: Exception, name: str) -> Problem:
    if isinstance(error, InvalidValue):
        return Problem(400, str(error), candidates=list(error.candidates))
    if isinstance(error, UnknownTerm | ClientDisconnect):
        return Problem(400, str(error) or "the request broke off")
    found = as_problem(error)
    if found.status == 500:
        _LOG.error("%s failed", name, exc_info=error)
    return found


def _asked(kg: CodeGraph, operation: Operation, metrics: Metrics) -> Handler:
    read = _body if operation.method == "POST" else _query

    async def answer(request: Request) -> Response:
        given = await read(request, operation)
        calls = request.app.state.calls
        content = await calls.run(f"api {operation.name}", lambda: _answered(kg, operation, given))
        if operation.method == "GET":
            keep(request.scope, lambda: metrics.add(operation.name, 200, 0.0))
        return Response(content, media_type=_JSON)

    return answer


async def _query(request: Request, operation: Operation) -> dict[str, object]:
    """Return the parameters of path and query, those that may be repeated as lists."""
    found: dict[str, Any] = dict(request.path_params)
    many = {p.name for p in operation.parameters if p.many}
    for name, value in request.query_params.multi_items():
        if name in many:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise InvalidValue(f"{ascii(name)[:40]} is given twice")
        else:
            found[name] = value
    return found


async def _body(request: Request, operation: Operation) -> dict[str, object]:
    """Return the parameters of a JSON body; refuse what is none, and what is too long before it is read."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Problem(415, f"{operation.name} takes a body of {_JSON}", headers={"Accept-Post": _JSON})
    if request.query_params:
        raise InvalidValue(f"{operation.name} takes its parameters in the body, none in the address")
    text = bytearray()
    async for part in request.stream():
        text += part
        if len(text) > LONGEST_BODY:
            raise Problem(
                413, f"the body is longer than {LONGEST_BODY:,} bytes", headers={"Connection": "close"}
            )
    value = parse(bytes(text))
    if not isinstance(value, dict):
        raise InvalidValue("the body is a JSON object")
    return value


def _answered(kg: CodeGraph, operation: Operation, given: dict[str, object]) -> bytes:
    return _written(operation.ask(kg, given), operation.own)


def _written(value: Any, own: tuple[str, ...] = ()) -> bytes:  # noqa: ANN401
    text = json.dumps(value, default=jsonable, ensure_ascii=False, allow_nan=False)
    return safe_json(text, own).encode("utf-8")


def _health(kg: CodeGraph, warm: Warm) -> dict[str, Any]:
    """Return what the release holds, after a look-up that shows that it answers."""
    try:
        kg.tables.rows("SELECT system FROM code LIMIT 1")
    except Exception as error:
        raise Problem(503, "the release does not answer") from error
    manifest = kg.manifest
    return {
        "status": "ok",
        "version": __version__,
        "release": kg.directory.name,
        "triples": manifest.triples,
        "sources": len(manifest.sources),
        "codes": dict(sorted(manifest.codes.items())),
        "prepared": warm.state,
    }


async def _unknown(request: Request) -> Response:
    raise Problem(
        404,
        f"nothing is at this address; {BASE}/openapi.json lists what is",
        candidates=sorted(document()["paths"]),
    )
