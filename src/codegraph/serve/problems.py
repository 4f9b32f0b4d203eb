"""Errors as problem details (RFC 9457): what is wrong, where, and what to do, before any byte of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from codegraph.errors import CodegraphError, NotLoaded, UnknownCode, UnknownTerm
from codegraph.serve.html import plain
from codegraph.serve.negotiate import PROBLEM, prefers_html

_MISSING = (UnknownCode, UnknownTerm, NotLoaded)
_TOLD = {404: "there is nothing at this address", 405: "this address is not asked with this method"}


class Problem(Exception):
    """A refusal with its HTTP status; `extra` are further members of the problem's JSON."""

    def __init__(
        self, status: int, detail: str, *, headers: dict[str, str] | None = None, **extra: object
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra


Writer = Callable[[Problem], Response]
PAGE = "page"  # among the writers of a server, the one for browsers


def body(status: int, detail: str, **extra: object) -> bytes:
    """Return the JSON of a problem."""
    problem = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return json.dumps(problem, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")


def response(problem: Problem) -> Response:
    """Return a problem as a response."""
    return Response(
        body(problem.status, problem.detail, **problem.extra),
        problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=PROBLEM.content_type,
    )


def as_problem(error: Exception) -> Problem:
    """Return what an error is to a client: 404 for what is unknown or not loaded, 400 for a bad request."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        detail = _TOLD.get(error.status_code, str(error.detail))
        return Problem(error.status_code, detail, headers=dict(error.headers or {}))
    if isinstance(error, ClientDisconnect):
        return Problem(400, "the request broke off")
    if isinstance(error, _MISSING):
        near: dict[str, Any] = {"near": list(found)} if (found := getattr(error, "near", ())) else {}
        return Problem(404, str(error), **near)
    if isinstance(error, CodegraphError):
        return Problem(400, str(error))
    return Problem(500, "the server failed to answer; the same request may fail again")


def answer(problem: Problem, scope: Scope) -> Response:
    """Return a problem in the format of its address: as the part there writes errors, else as a browser or others ask.

    `app.state.errors` has the writers, by the beginning of a path, and one for browsers as `PAGE`.
    """
    writers: dict[str, Writer] = scope["app"].state.errors
    place = next((p for p in writers if f"{scope['path']}/".startswith(f"{p}/")), None)
    if place is not None:
        return writers[place](problem)
    if prefers_html(Headers(scope=scope).get("accept"), (PROBLEM,)):
        return writers.get(PAGE, as_page)(problem)
    return response(problem)


def as_page(problem: Problem) -> Response:
    """Return a problem as a plain page."""
    found = plain(HTTPStatus(problem.status).phrase, f"<p>{escape(problem.detail)}</p>", problem.status)
    found.headers.update({"Cache-Control": "no-store", **problem.headers})
    return found


async def handler(request: Request, error: Exception) -> Response:
    """Answer an error that an endpoint raised."""
    return answer(as_problem(error), request.scope)


HANDLERS: dict[Any, Any] = {
    Problem: handler,
    HTTPException: handler,
    CodegraphError: handler,
}
