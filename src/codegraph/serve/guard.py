"""What stands before every request: hosts, sizes, times, paths; and the headers that every answer has."""

from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codegraph.serve.limits import Limits
from codegraph.serve.problems import Problem, answer, as_problem

_LOG = logging.getLogger(__name__)
_PIECE: Final = 1 << 18
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def host_name(header: str) -> str:
    """Return the host of a Host header, in lower case, without its port.

    >>> host_name("[::1]:8000"), host_name("LocalHost:8000")
    ('::1', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


@dataclass(slots=True)
class Guard:
    """Middleware around the whole server; `hosts` are names by which it may be called beside addresses.

    A page elsewhere that points its own name at this server's address (DNS rebinding) is refused: such a name is
    not in `hosts`, and an address is nobody's name.
    """

    app: ASGIApp
    limits: Limits
    hosts: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded = _Send(send, self.limits.send_seconds)
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await Response(status_code=204, headers=PREFLIGHT)(scope, receive, guarded)
                return
            await self.app(scope, _Receive(receive, self.limits), guarded)
        except (
            Exception
        ) as error:  # whatever happened, no half an answer and no words of the request in the log
            if guarded.started:
                raise
            problem = as_problem(error)
            if problem.status == 500:
                frames = "".join(traceback.format_tb(error.__traceback__))
                _LOG.error("%s\n%s", type(error).__name__, frames)
            await answer(problem, scope)(scope, receive, guarded)

    def _check(self, scope: Scope, headers: Headers) -> None:
        limits = self.limits
        url = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if url > limits.url:
            raise Problem(414, f"the address has over {limits.url:,} bytes: send a long query with POST")
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > limits.headers or len(scope["headers"]) > limits.header_count:
            raise Problem(
                431, f"the headers have over {limits.headers:,} bytes, or over {limits.header_count}"
            )
        if not self._knows(host_name(headers.get("host", ""))):
            raise Problem(400, "this server does not answer under that host name (serve --allow-host NAME)")
        if "transfer-encoding" in headers and "content-length" in headers:
            # What stands before this server may take one, this the other: the rest would be a request of nobody's.
            raise Problem(400, "a request has one length, not two", headers={"Connection": "close"})
        path = scope["path"]
        if not _is_utf8(scope.get("raw_path") or b""):
            raise Problem(404, "there is nothing at this address: it is not UTF-8")
        if "\0" in path or "\\" in path or any(part in ("..", ".") for part in path.split("/")):
            raise Problem(404, "there is nothing at this address")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > limits.body:
            raise _too_long(limits.body)

    def _knows(self, host: str) -> bool:
        if host in self.hosts:
            return True
        try:
            return bool(ip_address(host))
        except ValueError:
            return False


def _is_utf8(raw_path: bytes) -> bool:
    try:
        unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _too_long(most: int) -> Problem:
    return Problem(413, f"the request has over {most:,} bytes", headers={"Connection": "close"})


class _Receive:
    """Reads the body of a request within its size and time."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self.receive = receive
        self.limits = limits
        self.size = 0
        self.whole = False
        self.deadline = asyncio.get_running_loop().time() + limits.receive_seconds

    async def __call__(self) -> Message:
        if self.whole:  # what is still to come is the client's leave
            return await self.receive()
        try:
            async with asyncio.timeout_at(self.deadline):
                message = await self.receive()
        except TimeoutError:
            raise Problem(
                408, "the request took too long to arrive", headers={"Connection": "close"}
            ) from None
        self.size += len(message.get("body", b""))
        if self.size > self.limits.body:
            raise _too_long(self.limits.body)
        self.whole = not message.get("more_body", False)
        return message


class _Send:
    """Adds the headers, and sends a long body in pieces: a client that stops reading loses its connection."""

    def __init__(self, send: Send, seconds: float) -> None:
        self.send = send
        self.seconds = seconds
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            await self.send(message)
            return
        body = message.get("body", b"")
        more = message.get("more_body", False)
        for at in range(0, max(len(body), 1), _PIECE):
            piece = body[at : at + _PIECE]
            last = at + _PIECE >= len(body)
            async with asyncio.timeout(self.seconds):
                await self.send({**message, "body": piece, "more_body": more or not last})
