"""Rows about the server: ready, shipped queries through HTTP beside in process, a code's page, sixteen clients."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from benchmarks import cases
from benchmarks.processes import CODEGRAPH, REPO
from benchmarks.table import Row, Stats, Target
from codegraph import CodeGraph
from codegraph.namespaces import PREFIXES

SECTION = "server"
HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
CLIENTS = 16
_MIX = (
    ("/code/cpt/44310", HTML),
    ("/code/cpt/44310", {"Accept": "text/turtle"}),
    ("/concept/site/ileum", {"Accept": "application/ld+json"}),
    ("/sparql?" + urlencode({"query": "SELECT ?p ?o { cpt:44310 ?p ?o } ORDER BY ?p ?o"}), JSON),
    ("/sparql?" + urlencode({"query": "SELECT ?s { ?s cg:actsOn site:ileum } ORDER BY ?s"}), JSON),
)


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; each request goes over a connection that is kept."""
    began = time.perf_counter()
    with _serving(release) as server:
        server.get("/")
        ready = time.perf_counter() - began
        return [
            Row(
                SECTION, "ready to answer", "s", Stats.of([ready]), Target(1), note="from the start of Python"
            ),
            *_queries(release, server, 5 if quick else 21),
            _page(server, "page of 44310", _MIX[0], 20 if quick else 100, Target(50)),
            _page(server, "44310 as Turtle", _MIX[1], 20 if quick else 100, None),
            *_load(server, 5 if quick else 60),
        ]


@dataclass(slots=True)
class _Server:
    """A running server, and a connection to it for each thread."""

    process: subprocess.Popen[str]
    host: str
    port: int
    _own: threading.local = field(default_factory=threading.local)

    def get(self, path: str, headers: dict[str, str] | None = None) -> int:
        """Return the number of bytes that a path is answered with; raise where it is not answered."""
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            self._own.connection.request("GET", path, headers=headers or {})
            answer = self._own.connection.getresponse()
        except http.client.RemoteDisconnected:  # it was idle for too long
            del self._own.connection
            return self.get(path, headers)
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return len(body)

    def megabytes(self) -> float:
        """Return the resident memory of the server and its children."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        pids = [self.process.pid, *(pid for pid, parent in parents.items() if parent == self.process.pid)]
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
        return sum(pages) * 4096 / 1e6


@contextmanager
def _serving(release: Path) -> Iterator[_Server]:
    command = [CODEGRAPH, "--release", str(release), "serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        place = urlsplit(process.stdout.readline().strip())
        assert place.hostname
        assert place.port
        yield _Server(process, place.hostname, place.port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _queries(release: Path, server: _Server, runs: int) -> list[Row]:
    """Return how much of what they may take, twice their time in process and 3 ms, the shipped queries take."""
    store = CodeGraph.open(release).store.raw
    shares, through, slowest = [], [], ("", 0.0)
    for name, found in sorted(cases.choose(store).items()):
        if not found:
            continue
        here, there = _both(store, server, found[0].sparql, runs)
        through.append(there)
        shares.append(there / (2 * here + 3))
        slowest = max(slowest, (name, shares[-1]), key=lambda pair: pair[1])
    within = sum(share <= 1 for share in shares)
    return [
        Row(
            SECTION,
            "shipped queries through HTTP, share of twice their time in process + 3 ms",
            "",
            Stats.of(shares),
            Target(1),
            note=f"{within} of {len(shares)} queries within; most: {slowest[0]}",
        ),
        Row(SECTION, "shipped queries through HTTP", "ms", Stats.of(through), note="medians of the queries"),
    ]


def _both(store: ox.Store, server: _Server, text: str, runs: int) -> tuple[float, float]:
    """Return the median times (ms) of a query in process and through HTTP, both to the bytes of its JSON."""
    path = "/sparql?" + urlencode({"query": text})

    def here() -> None:
        answer = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        answer.serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]

    in_process, through = [], []
    for _ in range(runs + 1):
        in_process.append(_took(here))
        through.append(_took(lambda: server.get(path, JSON)))
    return sorted(in_process[1:])[runs // 2], sorted(through[1:])[runs // 2]


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


def _page(
    server: _Server, name: str, asked: tuple[str, dict[str, str]], runs: int, target: Target | None
) -> Row:
    server.get(*asked)
    return Row(
        SECTION, name, "ms", Stats.of([_took(lambda: server.get(*asked)) for _ in range(runs)]), target
    )


def _load(server: _Server, seconds: float) -> list[Row]:
    """Return what sixteen clients see that ask one thing after the other, without a pause."""
    for path, headers in _MIX * 20:
        server.get(path, headers)
    before = server.megabytes()
    times, errors = _hammer(server, _MIX, seconds)
    after = server.megabytes()
    ordered = sorted(times)
    p99 = ordered[len(ordered) * 99 // 100]
    note = f"{len(times) / seconds:,.0f} requests/s of pages, data and queries; {len(errors)} errors"
    return [
        Row(
            SECTION,
            f"{CLIENTS} clients for {seconds:g} s, p99",
            "ms",
            Stats.of([p99]),
            Target(100),
            note=note,
        ),
        Row(SECTION, f"{CLIENTS} clients, median", "ms", Stats.of(times)),
        Row(
            *(SECTION, "memory after that load", "MB", Stats.of([after])),
            note=f"server and children; before: {before:,.0f}",
        ),
    ]


def _hammer(
    server: _Server, mix: Sequence[tuple[str, dict[str, str]]], seconds: float
) -> tuple[list[float], list[str]]:
    times: list[float] = []
    errors: list[str] = []
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        while time.perf_counter() < end:
            number += 1
            try:
                times.append(_took(lambda: server.get(*mix[number % len(mix)])))  # noqa: B023 - called at once
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                errors.append(str(error))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, errors
