"""Answers that are kept: what is served never changes, so the same request has the same answer.

An endpoint whose answer follows from the address, the host, the Accept header and the release alone says so with
`keep(request.scope)`. Such an answer gets an ETag, is answered with 304 where the client has it, and is given again
without asking the endpoint while there is room: what was not asked for longest goes first.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEEP: Final = "codegraph.keep"
_OVERHEAD: Final = 1_000  # bytes of an entry beside its body: key, headers, objects
_SHARE: Final = 16  # no answer takes more than this part of the room
# Of a kept answer, what a 304 repeats (RFC 9110, 15.4.5).
_REPEATED: Final = frozenset((b"cache-control", b"content-location", b"etag", b"vary"))
Headers = list[tuple[bytes, bytes]]
_T = TypeVar("_T")


def _nothing() -> None:
    """Note nothing."""


def keep(scope: Any, again: Callable[[], object] = _nothing) -> None:  # noqa: ANN401
    """Say in an endpoint that the answer to this request may be kept; `again` is called whenever it is given again."""
    scope[_KEEP] = again


@dataclass(slots=True)
class Room(Generic[_T]):
    """Things by key, as many as there is room for in bytes; the last used stay. Used by one event loop only."""

    most: int
    held: int = 0
    found: int = 0
    missed: int = 0
    _things: OrderedDict[Hashable, tuple[_T, int]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._things)

    def get(self, key: Hashable) -> _T | None:
        """Return what is kept under a key, which is then the last used; else None."""
        entry = self._things.get(key)
        if entry is None:
            self.missed += 1
            return None
        self.found += 1
        self._things.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, thing: _T, size: int) -> None:
        """Keep a thing of a size; what is too large for the room is not kept."""
        size += _OVERHEAD
        if size > self.most // _SHARE:
            return
        if key in self._things:
            self.held -= self._things.pop(key)[1]
        self._things[key] = thing, size
        self.held += size
        while self.held > self.most:
            _, (_, freed) = self._things.popitem(last=False)
            self.held -= freed


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer as it is sent."""

    headers: Headers
    body: bytes
    etag: bytes
    again: Callable[[], object]

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, or 304 where the client has it already."""
        if has(scope, self.etag):
            headers = [(name, value) for name, value in self.headers if name in _REPEATED]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        # What stands before this adds to the headers: each answer has a list of its own.
        await send({"type": "http.response.start", "status": 200, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(slots=True)
class Kept:
    """Middleware that keeps answers to GET and HEAD, which endpoints answer alike (uvicorn cuts a body)."""

    app: ASGIApp
    room: Room[Whole]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or ask and keep."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        whole = self.room.get(key)
        if whole is None:
            await self.app(scope, receive, _Listening(self, scope, key, send))
        else:
            whole.again()
            await whole.send(scope, send)


@dataclass(slots=True)
class _Listening:
    """Sends on what an endpoint sends; what may be kept is held back until it is whole, and kept."""

    kept: Kept
    scope: Scope
    key: Hashable
    send: Send
    start: Message | None = None
    body: bytearray = field(default_factory=bytearray)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and _KEEP in self.scope:
                self.start = message
                return
        elif self.start is not None:
            await self._take(message)
            return
        await self.send(message)

    async def _take(self, message: Message) -> None:
        assert self.start is not None
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        whole = _whole(self.start["headers"], bytes(self.body), self.scope[_KEEP])
        self.kept.room.put(self.key, whole, len(whole.body))
        await whole.send(self.scope, self.send)


def _key(scope: Scope) -> Hashable:
    """Return all that an answer may depend on; an endpoint that reads another header must not say `keep`."""
    read = tuple((name, value) for name, value in scope["headers"] if name in (b"accept", b"host"))
    return scope["scheme"], scope["raw_path"], scope["query_string"], read


def _whole(headers: Headers, body: bytes, again: Callable[[], object]) -> Whole:
    etag = next((value for name, value in headers if name == b"etag"), b"")
    if not etag:
        etag = b'W/"%s"' % hashlib.blake2b(body, digest_size=16).hexdigest().encode()
        headers = [*headers, (b"etag", etag)]
    if not any(name == b"cache-control" for name, _ in headers):
        headers = [*headers, (b"cache-control", b"no-cache")]
    return Whole(list(headers), body, etag, again)


def has(scope: Any, etag: bytes) -> bool:  # noqa: ANN401
    """Tell whether the client of a request has an answer, by its If-None-Match, compared weakly (RFC 9110, 13.1.2)."""
    opaque = etag.removeprefix(b"W/")
    asked = (value for name, value in scope["headers"] if name == b"if-none-match")
    tags = [tag.strip() for value in asked for tag in value.split(b",")]
    return any(tag == b"*" or tag.removeprefix(b"W/") == opaque for tag in tags)
