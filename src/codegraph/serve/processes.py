"""Several processes behind one address: each a whole server with a socket of its own, among which the system deals out.

Python answers with one processor at a time. Started as a module this is one of the processes, with what it serves as
JSON; it ends with its parent, whose end closes its standard input.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from codegraph.errors import CodegraphError
from codegraph.graph import CodeGraph
from codegraph.serve.limits import Limits
from codegraph.serve.run import bind, run

_LOOK: Final = 0.1  # seconds between two looks at the processes
_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_LIVED: Final = 30.0  # seconds after which a process counts as one that works
_END_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """What each process serves, and how."""

    release: Path
    base_url: str | None
    hosts: tuple[str, ...]
    limits: Limits
    warm: bool

    @classmethod
    def of(
        cls,
        place: Path | None,
        processes: int,
        *,
        base_url: str | None,
        hosts: Sequence[str],
        limits: Limits,
        warm: bool,
    ) -> Served:
        """Return what is served of a place, or of no named one; raise ReleaseError where there is no release.

        The processes for queries are shared out: each server has its part of them, and at least one.
        """
        release = CodeGraph.open(place, at_once=False).directory
        own = replace(limits, workers=max(1, round(limits.workers / processes)))
        return cls(release, base_url, tuple(hosts), own, warm)


def listen(host: str, port: int, processes: int) -> list[socket.socket]:
    """Return a listening socket for each process, all at one address; raise CodegraphError as `bind` does."""
    if not hasattr(socket, "SO_REUSEPORT"):
        raise CodegraphError("this system deals no address out among processes; serve with one process")
    with bind(
        host, port
    ) as alone:  # raises where another server has the address, which sharing it would hide
        port = alone.getsockname()[1]
    return [bind(host, port, shared=True) for _ in range(processes)]


class _Process:
    """One process on its socket; started again when it ends, later and later where it ends at once."""

    def __init__(self, served: Served, listening: socket.socket) -> None:
        self._told = json.dumps({**asdict(served), "release": str(served.release), "fd": listening.fileno()})
        self._listening = listening
        self._pause = _PAUSE
        self._start()

    def _start(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-P", "-m", "codegraph.serve.processes", self._told],
            stdin=subprocess.PIPE,
            pass_fds=[self._listening.fileno()],
            start_new_session=True,  # Ctrl-C is for the parent, which ends them
        )
        self._began = time.monotonic()
        self._again: float | None = None

    def look(self) -> None:
        """Start it again where it has ended, after a pause."""
        if self.running.poll() is None:
            return
        now = time.monotonic()
        if self._again is None:
            self._pause = _PAUSE if now - self._began > _LIVED else min(self._pause * 2, _LONGEST_PAUSE)
            self._again = now + self._pause
        elif now >= self._again:
            self._start()


def run_all(served: Served, listening: Sequence[socket.socket]) -> None:
    """Serve until SIGTERM or Ctrl-C, then end all processes."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    processes = [_Process(served, one) for one in listening]
    try:
        while not over.wait(_LOOK):
            for process in processes:
                process.look()
    finally:
        _end([process.running for process in processes])


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    end = time.monotonic() + _END_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """End this process as SIGTERM would, when its standard input ends."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve as one of several processes."""
    from codegraph.serve.app import create_app

    told: dict[str, Any] = json.loads(sys.argv[1])
    listening = socket.socket(fileno=told["fd"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app = create_app(
        Path(told["release"]),
        base_url=told["base_url"],
        limits=Limits(**told["limits"]),
        hosts=told["hosts"],
        warm=told["warm"],
    )
    run(app, listening)


if __name__ == "__main__":
    main()
