"""Many clients of a server in one process: plain sockets on one event loop, so that measuring costs next to nothing.

    python -m benchmarks.load_client < job.json

The job has `host`, `port`, `clients`, `seconds` and `requests`, each [name, path, headers]. Every client asks for the
next request of the list as soon as it has its answer; at the end of the list it begins again, or with `once` it is
done. What comes back has the times of each name, the errors, and what the measuring itself took: CPU time, and the
time for which it waited for a processor.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

_SCHEDSTAT = Path("/proc/self/schedstat")
Asked = tuple[str, bytes]


class Client(asyncio.Protocol):
    """One connection: it sends a request, reads the answer to its end, notes the time, sends the next."""

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.transport: Any = None
        self.name = ""
        self.begun = 0.0
        self.wanted = -1
        self.status = 0
        self.over = False
        self.buffer = bytearray()
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        asked = next(self.job.requests, None) if time.perf_counter() < self.job.end else None
        if asked is None:
            self.over = True
            self.transport.close()
            return
        self.name, data = asked
        self.wanted = -1
        self.begun = time.perf_counter()
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of an answer."""
        self.buffer += data
        if self.wanted < 0:
            at = self.buffer.find(b"\r\n\r\n")
            if at < 0:
                return
            head = bytes(self.buffer[:at]).lower()
            self.status = int(head[9:12])
            length = head.find(b"content-length:")
            self.wanted = at + 4 + (int(head[length + 15 :].split(b"\r\n", 1)[0]) if length >= 0 else 0)
        if len(self.buffer) < self.wanted:
            return
        self.job.times.setdefault(self.name, []).append(time.perf_counter() - self.begun)
        if self.status != 200:
            self.job.errors.append(f"{self.name}: {self.status} {bytes(self.buffer[-200:])!r}")
        del self.buffer[: self.wanted]
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note a connection that the server closed while it was asked something."""
        if not self.over:
            self.job.errors.append(f"{self.name}: connection lost")
        self.done.set_result(None)


class _Job:
    """What is asked, and what was seen."""

    def __init__(self, given: dict[str, Any]) -> None:
        host = f"{given['host']}:{given['port']}"
        asked = [(name, _written(host, path, headers)) for name, path, headers in given["requests"]]
        self.requests: Iterator[Asked] = iter(asked) if given.get("once") else cycle(asked)
        self.end = time.perf_counter() + given["seconds"]
        self.times: dict[str, list[float]] = {}
        self.errors: list[str] = []


def _written(host: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{n}: {v}" for n, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def waited() -> float:
    """Return the seconds for which this process was ready and no processor was free for it."""
    try:
        return int(_SCHEDSTAT.read_text().split()[1]) / 1e9
    except OSError:  # only Linux tells
        return 0.0


async def _run(given: dict[str, Any]) -> dict[str, Any]:
    job, loop = _Job(given), asyncio.get_running_loop()
    cpu, queued, begun = time.process_time(), waited(), time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: Client(job), given["host"], given["port"]))[1]
        for _ in range(given["clients"])
    ]
    await asyncio.wait([client.done for client in clients], timeout=given["seconds"] + 60)
    return {
        "times": job.times,
        "errors": job.errors,
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "waited": waited() - queued,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(_run(json.load(sys.stdin))), sys.stdout)
