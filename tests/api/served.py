"""A real server on loopback, for the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from codegraph.serve.app import create_app
from codegraph.serve.run import bind


@contextmanager
def served(kg) -> Iterator[str]:
    """Yield the address of a server of the release; it is stopped in the end."""
    place = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(kg.directory), log_level="error"))
    thread = threading.Thread(target=server.run, args=([place],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        place.close()
