"""A real server on a loopback port: the packaged release, and a small dataset of two named graphs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SECONDS = 1.0
DATA = Path(__file__).parent / "data"


class Server:
    """A running `codegraph serve`, and a client of it."""

    def __init__(self, process, address):
        self.process = process
        self.address = address
        self.client = httpx.Client(base_url=address, timeout=20)

    def get(self, path="/sparql", **keywords):
        return self.client.get(path, **keywords)

    def query(self, text, **keywords):
        return self.client.get("/sparql", params={"query": text, **keywords.pop("more", {})}, **keywords)

    def rows(self, text, **keywords):
        """Return the rows of a SELECT as dicts of strings."""
        answer = self.query(text, **keywords)
        assert answer.status_code == 200, answer.text
        bindings = answer.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in bindings]

    @property
    def children(self):
        """Return the process ids of the children that run now."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return sorted(found)

    def still_answers(self):
        """Tell whether the process that was started answers a query."""
        assert self.process.poll() is None
        return self.query("ASK { ?s ?p ?o }").json() == {"head": {}, "boolean": True}


@contextmanager
def serving(*options, cache=None, release=None):
    """Run `codegraph serve` on a free port; in the end its `errors` are what it wrote to standard error."""
    environment = {k: v for k, v in os.environ.items() if k != "CODEGRAPH_RELEASE"}
    if cache is not None:
        environment["CODEGRAPH_CACHE"] = str(cache)
    if release is not None:
        environment["CODEGRAPH_RELEASE"] = str(release)
    program = "from codegraph.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0", "--no-warm", *map(str, options)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        address = process.stdout.readline().strip()
        assert address, process.stderr.read()
        server = Server(process, address)
        with server.client:
            yield server
        process.send_signal(signal.SIGTERM)
        server.errors = process.communicate(timeout=20)[1]
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture(scope="session")
def server(packaged_cache):
    with serving("--timeout", SECONDS, cache=packaged_cache) as found:
        yield found


@pytest.fixture(scope="session")
def patient(packaged_cache):
    """A server with time, and little memory."""
    with serving("--memory", 128, cache=packaged_cache) as found:
        yield found


@pytest.fixture(scope="session")
def files():
    """A server of data/default.ttl and data/graphs.nq instead of a release."""
    with serving("--timeout", SECONDS, "--data", DATA / "default.ttl", "--data", DATA / "graphs.nq") as found:
        yield found
