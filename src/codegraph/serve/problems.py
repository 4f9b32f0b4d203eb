"""Errors as problem details (RFC 9457): what is wrong, where, and what to do, before any byte of an answer."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from codegraph.errors import CodegraphError, NotLoaded, UnknownCode, UnknownTerm
from codegraph.serve.negotiate import PROBLEM

_MISSING = (UnknownCode, UnknownTerm, NotLoaded)


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
        return Problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))
    if isinstance(error, _MISSING):
        near: dict[str, Any] = {"near": list(found)} if (found := getattr(error, "near", ())) else {}
        return Problem(404, str(error), **near)
    if isinstance(error, CodegraphError):
        return Problem(400, str(error))
    return Problem(500, "the server failed to answer; the same request may fail again")


async def handler(request: Request, error: Exception) -> Response:
    """Answer an error that an endpoint raised."""
    return response(as_problem(error))


HANDLERS: dict[Any, Any] = {
    Problem: handler,
    HTTPException: handler,
    CodegraphError: handler,
}
