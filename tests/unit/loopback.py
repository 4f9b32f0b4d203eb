"""A server on 127.0.0.1 for tests of what is downloaded: real sockets, nothing beyond this machine."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Route = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request; a route answers it with the helpers below."""

    protocol_version = "HTTP/1.1"
    server: Loopback

    def do_GET(self) -> None:
        self.server.seen.append(Seen(self.path, dict(self.headers)))
        route = self.server.routes.get(self.path.split("?")[0])
        if route is None:
            self.answer(404, b"<html>gone</html>")
        else:
            route(self)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer whole; `content_length` among the headers says another length than the body's."""
        sent = {"content_length": str(len(body)), **headers}
        self.begin(status, **sent)
        self.wfile.write(body)
        if sent["content_length"] != str(len(body)):
            self.cut()

    def begin(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def cut(self) -> None:
        """End the connection here."""
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@dataclass(frozen=True)
class Seen:
    path: str
    headers: dict[str, str]


@dataclass
class Document:
    """A file as a good server gives it: with an entity tag, ranges and If-Range; `cut_at` cuts whole answers."""

    body: bytes
    cut_at: int | None = None
    tag: str | None = None
    ranges: bool = True
    statuses: list[int] = field(default_factory=list)

    def __call__(self, request: Request) -> None:
        tag = self.tag if self.tag is not None else f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        headers = {"ETag": tag} if tag else {}
        match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if match and self.ranges and request.headers.get("If-Range") == tag:
            self._rest(request, int(match[1]), headers)
            return
        self.statuses.append(200)
        sent = self.body if self.cut_at is None else self.body[: self.cut_at]
        request.answer(200, sent, content_length=str(len(self.body)), **headers)

    def _rest(self, request: Request, start: int, headers: dict[str, str]) -> None:
        size = len(self.body)
        if start >= size:
            self.statuses.append(416)
            request.answer(416, b"", content_range=f"bytes */{size}", **headers)
            return
        self.statuses.append(206)
        request.answer(206, self.body[start:], content_range=f"bytes {start}-{size - 1}/{size}", **headers)


class Loopback(ThreadingHTTPServer):
    """The server: `routes` by path, `seen` requests in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.routes: dict[str, Route] = {}
        self.seen: list[Seen] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many of these tests are about."""


@contextmanager
def serving() -> Iterator[Loopback]:
    with Loopback() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
