"""A real `codegraph serve` in a process of its own, seen from outside: its answers, children, sockets and memory."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

TABLES = ("tcp", "udp", "tcp6", "udp6")  # of /proc/net
PROGRAM = "from codegraph.cli import main; main()"
CPT = "http://www.ama-assn.org/go/cpt"
QUERY = "SELECT ?p ?o { <https://w3id.org/codegraph/concept/site/ileum> ?p ?o } ORDER BY ?p ?o"
# Asked at the start and again after each test: every answer is the same to the byte.
GOOD = (
    ("/sparql?" + urlencode({"query": QUERY}), "application/sparql-results+json"),
    ("/code/cpt/44310", "text/turtle"),
    ("/code/cpt/44310", "text/html"),
    ("/api/v1/code/44310", "application/json"),
    ("/fhir/r5/CodeSystem/$lookup?" + urlencode({"system": CPT, "code": "44310"}), "application/fhir+json"),
)
GOOD_OF_PLANTED = (GOOD[1], ("/api/v1/code/44310", "application/json"))
GOOD_OF_FILES = (("/sparql?query=ASK%7B%3Fs%3Fp%3Fo%7D", "application/json"), ("/", "text/html"))


@dataclass(frozen=True)
class Answer:
    """A whole answer; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self):
        return json.loads(self.body)

    @classmethod
    def parse(cls, data: bytes) -> Answer:
        """Return the first answer of what came over a socket."""
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return cls(int(first.split()[1]), headers, body[: int(headers.get("content-length", len(body)))])


class Running:
    """A running server, and the requests that it must go on answering."""

    def __init__(self, process: subprocess.Popen[str], address: str, errors: Path, good=GOOD) -> None:
        self.process = process
        self.address = address
        self.errors = errors
        parts = urlsplit(address)
        self.host, self.port = str(parts.hostname), int(parts.port or 0)
        self.local = threading.local()
        self.good = good
        self.first = [self.ask(path, accept=accept) for path, accept in good]
        assert [a.status for a in self.first] == [200] * len(good)

    # --- asking ---

    def ask(self, path, method="GET", *, accept=None, headers=None, body=None, timeout=30) -> Answer:
        """Send one request over this thread's connection, as it is, and return the answer."""
        given = {**({"Accept": accept} if accept else {}), **(headers or {})}
        for last in (False, True):
            kept = getattr(self.local, "connection", None)
            connection = kept or http.client.HTTPConnection(self.host, self.port, timeout=timeout)
            self.local.connection = connection
            try:
                connection.request(method, path, body, given)
                found = connection.getresponse()
                data = found.read()
            except (ConnectionError, http.client.BadStatusLine):
                connection.close()
                self.local.connection = None
                if kept is None or last:  # a kept connection may have been closed meanwhile
                    raise
                continue
            if found.will_close:
                connection.close()
                self.local.connection = None
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, data)
        raise AssertionError

    def get(self, path, accept=None, **parameters) -> Answer:
        query = urlencode(parameters, doseq=True)
        return self.ask(f"{path}?{query}" if query else path, accept=accept)

    def query(self, text, accept=None, **more) -> Answer:
        body = urlencode({"query": text, **more}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("/sparql", "POST", accept=accept, headers=headers, body=body)

    def rows(self, text, **more):
        answer = self.query(text, **more)
        assert answer.status == 200, answer.text
        return [{n: t["value"] for n, t in row.items()} for row in answer.json()["results"]["bindings"]]

    def post(self, path, value, kind="application/json", accept=None) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask(path, "POST", accept=accept, headers={"Content-Type": kind}, body=body)

    def raw(self, data: bytes | str, timeout=20.0) -> bytes:
        """Send bytes over a connection of their own, and return what comes until it is closed."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            with suppress(ConnectionError):
                connection.sendall(data if isinstance(data, bytes) else data.encode())
            received = b""
            with suppress(ConnectionError, TimeoutError):
                while piece := connection.recv(1 << 16):
                    received += piece
        return received

    # --- seeing ---

    @property
    def children(self) -> list[int]:
        """Return the process ids of the children that run now."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [int(pid) for task in tasks for pid in task.read_text().split()]
        return sorted(pid for pid in pids if not _is_zombie(pid))

    def memory(self, pid: int | None = None, field: str = "VmRSS") -> int:
        """Return the memory of the server, or of one of its children, in MB."""
        text = Path(f"/proc/{pid or self.process.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith(f"{field}:"))
        return int(line.split()[1]) // 1024

    def limit(self, pid: int) -> tuple[int, int] | None:
        """Return the soft and hard limit of a child's address space in bytes; None while it opens the store."""
        line = next(
            li for li in Path(f"/proc/{pid}/limits").read_text().splitlines() if "address space" in li
        )
        soft, hard = line.split()[3:5]
        return None if "unlimited" in (soft, hard) else (int(soft), int(hard))

    def foreign(self, tables=TABLES) -> list[str]:
        """Return the sockets of the server and its children that lead to another machine."""
        return foreign([self.process.pid, *self.children], tables)

    def unharmed(self) -> None:
        """Assert that the process that was started answers as it did at first, and is connected to nobody else."""
        assert self.process.poll() is None, self.errors.read_text()
        again = [self.ask(path, accept=accept) for path, accept in self.good]
        for request, first, now in zip(self.good, self.first, again, strict=True):
            assert (now.status, now.body) == (first.status, first.body), request
        assert self.foreign(TABLES[:2]) == []  # reading the others takes long: at the end of each file


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def foreign(pids, tables=TABLES) -> list[str]:
    """Return the remote ends of processes' sockets that are no address of this machine's loopback."""
    found = {}
    for table in tables:
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address = fields[2].partition(":")[0]
            # 127.0.0.1 in the order of a little-endian machine, mapped into IPv6 too, ::1, and nobody
            if not address.endswith("7F") and int(address, 16) not in (0, 1 << 24):
                found[fields[9]] = f"{table} {fields[2]}"
    held = set()
    for pid in pids if found else ():
        with suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    held.add(str(entry.readlink()).removeprefix("socket:[").rstrip("]"))
    return [end for inode, end in found.items() if inode in held]


class Trap:
    """A listening port that counts who connects to it: a server may be pointed at it and must not come."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.made: list[object] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, address = self.listening.accept()
                self.made.append(address)
                connection.close()


@contextmanager
def running(*options, trap, errors: Path, cache=None, release=None, good=GOOD):
    """Run `codegraph serve` on a free port, with a trap as its way to the web; yield it, and end it by SIGTERM."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("CODEGRAPH_RELEASE", "no_proxy", "NO_PROXY")
    }
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"), trap.url)
    places = {"CODEGRAPH_CACHE": cache, "CODEGRAPH_RELEASE": release}
    environment |= {name: str(place) for name, place in places.items() if place is not None}
    with errors.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--port", "0", *map(str, options)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stream,
            encoding="utf-8",
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, errors.read_text()
        yield Running(process, address, errors, good)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def refused(answer: Answer, *statuses: int) -> str:
    """Assert that an answer is a problem with one of some statuses (400 without any); return its words."""
    assert answer.status in (statuses or (400,)), (answer.status, answer.body[:500])
    if answer.media == "application/fhir+json":
        outcome = answer.json()
        assert outcome["resourceType"] == "OperationOutcome"
        return outcome["issue"][0]["details"]["text"]
    assert answer.media == "application/problem+json", answer.headers
    problem = answer.json()
    assert problem["status"] == answer.status
    return problem["detail"]


def waited(condition, seconds=10.0):
    """Return what a condition gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def segment(text: str | bytes) -> str:
    """Return a text as one segment of a path."""
    return quote(text, safe="")
