"""Rows about the server: ready, queries, pages for the first time and kept, the JSON API, sixteen clients at once."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from benchmarks import cases
from benchmarks.load_mix import HTML, JSON, SAME, TURTLE, Request, codes, different
from benchmarks.processes import CODEGRAPH, REPO
from benchmarks.table import Row, Stats, Target
from codegraph import CodeGraph
from codegraph.namespaces import PREFIXES

SECTION = "server"
CLIENTS = 16
_PAGE = Target(50)
_READY_SECONDS = 300  # until all is made that is made in the background
# Kinds of codes whose pages are opened for the first time: name, system, of the packaged family or not, the target.
_FIRST = (
    ("of the packaged family", "cpt", True),
    ("of CPT outside it", "cpt", False),
    ("of HCPCS", "hcpcs", None),
    ("of ICD-10-PCS", "icd10pcs", None),
    ("of ICD-10-CM", "icd10cm", None),
)
# Questions of the JSON API, each of another code: name, address with a place for it, body.
_API = (
    ("code", "/api/v1/code/{}", None),
    ("crosswalk", "/api/v1/crosswalk/{}?to=icd10pcs", None),
    ("price", "/api/v1/price/{}", None),
    ("check of two lines", "/api/v1/check", '{{"lines": ["{}", "44310"]}}'),
)
_NEW = count(1)


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; each request goes over a connection that is kept."""
    began = time.perf_counter()
    with _serving(release) as server:
        server.get("/")
        ready = time.perf_counter() - began
        rows = [
            Row(
                SECTION, "ready to answer", "s", Stats.of([ready]), Target(1), note="from the start of Python"
            ),
            _prepared(server, began),
            *_queries(release, server, 5 if quick else 21),
            *_first_visits(release, server, 10 if quick else 40),
            _kept(server, "page of 44310, kept", SAME[0], 20 if quick else 100, _PAGE),
            _kept(server, "44310 as Turtle, kept", SAME[1], 20 if quick else 100, None),
            *_api(release, server, 10 if quick else 60),
        ]
        seconds = 1 if quick else 60
        rows += _load(server, "the same five things", SAME, seconds, once=False)
        rows += _load(server, "never the same twice", different(release, 1000 * seconds), seconds, once=True)
    with _serving(release, "--processes", "2") as server:
        _prepared(server, time.perf_counter())
        mix = different(release, 1000 * seconds)
        return rows + _load(server, "never the same twice, --processes 2", mix, seconds, once=True)


@dataclass(slots=True)
class _Server:
    """A running server, and a connection to it."""

    process: subprocess.Popen[str]
    host: str
    port: int
    connection: http.client.HTTPConnection

    def get(self, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> bytes:
        """Return what a path is answered with; raise where it is not answered. With a body it is posted."""
        headers = (headers or {}) | ({"Content-Type": "application/json"} if body else {})
        try:
            self.connection.request("POST" if body else "GET", path, headers=headers, body=body)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # it was idle for too long
            self.connection.close()
            return self.get(path, headers, body)
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
        return content

    def megabytes(self) -> float:
        """Return the memory of the server and all below it that is theirs alone: mapped files do not count."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
        pids = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
            pids |= more
        lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1e3


@contextmanager
def _serving(release: Path, *options: str) -> Iterator[_Server]:
    command = [CODEGRAPH, "--release", str(release), "serve", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        place = urlsplit(process.stdout.readline().strip())
        assert place.hostname
        assert place.port
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        yield _Server(process, place.hostname, place.port, connection)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _prepared(server: _Server, began: float) -> Row:
    """Wait until what is made in the background is made; return how long after the start that was."""
    while time.perf_counter() - began < _READY_SECONDS:
        states = json.loads(server.get("/api/v1/health"))["prepared"]
        if not {"waiting", "working"} & set(states.values()):
            break
        time.sleep(0.1)
    failed = [name for name, state in states.items() if state != "ready"]
    note = (
        f"text index and counts from the cache where it has them; not ready: {', '.join(failed) or 'nothing'}"
    )
    took = Stats.of([time.perf_counter() - began])
    return Row(SECTION, "all made that first requests need, in the background", "s", took, note=note)


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
            note=f"{within} of {len(shares)} queries within; most: {slowest[0]}; each asked anew, none from memory",
        ),
        Row(SECTION, "shipped queries through HTTP", "ms", Stats.of(through), note="medians of the queries"),
    ]


def _both(store: ox.Store, server: _Server, text: str, runs: int) -> tuple[float, float]:
    """Return the median times (ms) of a query in process and through HTTP, both to the bytes of its JSON."""

    def here() -> None:
        answer = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        answer.serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]

    in_process, through = [], []
    for _ in range(runs + 1):
        # A comment makes it another text, so that no kept answer is given.
        path = "/sparql?" + urlencode({"query": f"{text}\n# {next(_NEW)}"})
        in_process.append(_took(here))
        through.append(_took(lambda path=path: server.get(path, JSON)))  # type: ignore[misc]
    return sorted(in_process[1:])[runs // 2], sorted(through[1:])[runs // 2]


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


def _first_visits(release: Path, server: _Server, most: int) -> list[Row]:
    """Return what pages take that nobody asked for before, by kind of code; and one again, from what is kept."""
    rows = []
    for name, system, family in _FIRST:
        chosen = codes(release, system, family=family)[:most]
        times = [_took(lambda c=c, s=system: server.get(f"/code/{s}/{c}", HTML)) for c in chosen]  # type: ignore[misc]
        note = f"{len(chosen)} different codes, drawn by chance"
        rows.append(
            Row(SECTION, f"first visit of a page, code {name}", "ms", Stats.of(times), _PAGE, note=note)
        )
    return rows


def _kept(server: _Server, name: str, asked: Request, runs: int, target: Target | None) -> Row:
    _, path, headers = asked
    server.get(path, headers)
    times = [_took(lambda: server.get(path, headers)) for _ in range(runs)]
    return Row(SECTION, name, "ms", Stats.of(times), target)


def _api(release: Path, server: _Server, most: int) -> list[Row]:
    """Return what questions of the JSON API take, of codes that nobody asked about before."""
    chosen = codes(release, "cpt", family=True)[:most]
    rows = []
    for name, path, body in _API:
        asked = [(path.format(code), body and body.format(code)) for code in chosen]
        times = [_took(lambda p=p, b=b: server.get(p, JSON, b)) for p, b in asked]  # type: ignore[misc]
        note = f"{len(chosen)} different codes"
        rows.append(Row(SECTION, f"JSON API, {name}", "ms", Stats.of(times), note=note))
    turtle = [
        _took(lambda c=c: server.get(f"/code/cpt/{c}", TURTLE))  # type: ignore[misc]
        for c in codes(release, "cpt", family=False)[:most]
    ]
    return [*rows, Row(SECTION, "a code as Turtle, for the first time", "ms", Stats.of(turtle))]


def _load(server: _Server, name: str, mix: Sequence[Request], seconds: float, *, once: bool) -> list[Row]:
    """Return what sixteen clients see that ask one thing after the other, without a pause."""
    before = server.megabytes()
    job = {"host": server.host, "port": server.port, "clients": CLIENTS, "seconds": seconds, "once": once}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load_client"],
        input=json.dumps({**job, "requests": mix}),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=REPO,
        check=True,
    )
    found = json.loads(done.stdout)
    by_kind: dict[str, list[float]] = found["times"]
    times = [t * 1e3 for kind in by_kind.values() for t in kind]
    each = ", ".join(f"{kind} {_p99(seen) * 1e3:,.0f}" for kind, seen in sorted(by_kind.items()))
    note = (
        f"{len(times) / found['seconds']:,.0f} requests/s; p99 by kind: {each}; the clients' own process took "
        f"{found['cpu'] / max(1, len(times)) * 1e3:.2f} ms of CPU a request and waited {found['waited']:.1f} s for one"
    )
    after = server.megabytes()
    what = f"{CLIENTS} clients, {seconds:g} s, {name}"
    return [
        Row(SECTION, f"{what}: p99", "ms", Stats.of([_p99(times)]), Target(100), note=note),
        Row(SECTION, f"{what}: all", "ms", Stats.of(times)),
        Row(SECTION, f"{what}: errors", "", Stats.of([len(found["errors"])]), Target(0)),
        Row(
            *(SECTION, f"{what}: memory after", "MB", Stats.of([after])),
            note=f"server and its children, mapped files aside; before: {before:,.0f}",
        ),
    ]


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]
