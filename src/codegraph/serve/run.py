"""Running the application on uvicorn: one process, on a socket that is bound before anything is printed."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, Final

import h11
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from codegraph.errors import CodegraphError
from codegraph.serve.guard import HEADERS
from codegraph.serve.problems import Problem, response

HEADER_SECONDS: Final = 10.0
_CONNECTIONS: Final = 512
_IDLE_SECONDS: Final = 30
_END_SECONDS: Final = 3


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which a request's headers take too long to arrive.

    What no application sees, malformed requests and those over the number of connections, is answered with problem
    details too.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Begin the time of the first request; a connection over the number is answered, but by no application."""
        super().connection_made(transport)
        if len(self.connections) > _CONNECTIONS:
            self.app = _busy
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in bytes; the time of a request's headers begins with its first and ends with its last."""
        if self._is_between():
            self._wait()
        super().data_received(data)
        if not self._is_between():
            self._stop()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close the connection."""
        refusal = _closing(400, "this is no request of HTTP/1.1")
        with suppress(h11.LocalProtocolError):  # where an answer is on its way already
            headers = refusal.raw_headers
            self.transport.write(self.conn.send(h11.Response(status_code=400, headers=headers)) or b"")
            self.transport.write(self.conn.send(h11.Data(data=bytes(refusal.body))) or b"")
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time."""
        self._stop()
        super().connection_lost(exc)

    def _is_between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEADER_SECONDS, self._close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.close()


def _closing(status: int, detail: str) -> Response:
    """Return a problem as a response with all headers, after which the connection is closed."""
    found = response(Problem(status, detail, headers={"Connection": "close"}))
    found.headers.update(HEADERS)
    return found


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    found = _closing(503, f"over {_CONNECTIONS} connections are open; try again")
    found.headers["Retry-After"] = "1"
    await found(scope, receive, send)


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a listening socket; raise CodegraphError where the address is taken or not this machine's.

    Several `shared` ones may have one address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off (40 ms an answer) only where the protocol is named.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        found.bind((host, port))
        found.listen(256)
    except OSError as error:
        found.close()
        reason = error.strerror or str(error)
        raise CodegraphError(
            f"cannot serve at {host}, port {port}: {reason}; choose another --port"
        ) from error
    return found


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; requests that are under way get some seconds to end."""
    server(app).run(sockets=[listening])


def server(app: ASGIApp) -> uvicorn.Server:
    """Return the server of an application, with its limits on connections."""
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,  # addresses have queries in them
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_END_SECONDS,
        h11_max_incomplete_event_size=65_536,
    )
    return uvicorn.Server(config)
