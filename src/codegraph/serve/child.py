"""The child process that answers queries from a store opened read-only; it may be killed at any moment.

Started by `pool`, with the path of the store and its limits as JSON. Jobs come on standard input and answers go to
standard output, each a length and JSON, an answer's bytes after it. Only whole answers are written.
"""

from __future__ import annotations

import io
import json
import os
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final

import pyoxigraph as ox

from codegraph import queries, sparql
from codegraph.errors import QueryError
from codegraph.namespaces import PREFIXES
from codegraph.result import Result
from codegraph.result_text import whole_xml

LENGTH: Final = struct.Struct(">I")
_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
KINDS: Final = {"SELECT": "rows", "ASK": "boolean", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
Answer = tuple[dict[str, Any], bytes]


class TooLongError(Exception):
    """An answer over the limit."""


class Capped(io.RawIOBase):
    """Keeps what is written, up to a size."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept = bytearray()

    def writable(self) -> bool:
        """Tell that this is written to."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401
        """Keep some bytes; raise TooLongError beyond the size."""
        if len(self.kept) + len(data) > self.most:
            raise TooLongError
        self.kept += data
        return len(data)


def limit_memory(more: int) -> None:
    """Bind this process to what it has and some more, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123 - a start-up of milliseconds
            have = int(stream.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (have + more, have + more))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def dataset(job: dict[str, Any], found: list[sparql.Token]) -> dict[str, Any]:
    """Return what a query reads: the graphs that the request names, else those of its FROM, else all as one."""
    default, named = job.get("default"), job.get("named")
    if default or named:
        return {
            "default_graph": [ox.NamedNode(iri) for iri in default or ()],
            "named_graphs": [ox.NamedNode(iri) for iri in named or ()],
        }
    return {"use_default_graph_as_union": not any(token.keyword == "FROM" for token in found)}


def query(store: ox.Store, job: dict[str, Any]) -> Answer:
    """Answer a SPARQL query in the format that the client likes best for its form."""
    text = job["query"]
    found = sparql.check(text)
    kind = KINDS[sparql.query_form(found)]
    name = job["formats"].get(kind)
    if name is None:
        return {"status": 406, "kind": kind}, b""
    try:
        answer = store.query(text, prefixes=PREFIXES, **dataset(job, found))
    except SyntaxError as error:
        raise QueryError(queries.syntax_message(text, str(error))) from error
    out = Capped(job["most"])
    if isinstance(answer, ox.QueryTriples):
        Result.from_engine(answer).write(out, name)  # type: ignore[arg-type]
    else:
        answer.serialize(out, format=_RESULTS[name])  # type: ignore[arg-type]
    body = bytes(out.kept)
    return {"status": 200, "kind": kind, "format": name}, whole_xml(body) if name == "xml" else body


_COUNTS: Final = {
    "subjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "objects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
}
_GROUPS: Final = {
    "classes": "SELECT ?key (COUNT(DISTINCT ?s) AS ?n) { ?s a ?key } GROUP BY ?key ORDER BY ?key",
    "properties": "SELECT ?key (COUNT(*) AS ?n) { ?s ?key ?o } GROUP BY ?key ORDER BY ?key",
    "graphs": "SELECT ?key (COUNT(*) AS ?n) { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key ORDER BY ?key",
}


def statistics(store: ox.Store, job: dict[str, Any]) -> Answer:
    """Return the counts of the whole dataset: triples, subjects, objects; by class, property and named graph."""

    def rows(text: str) -> Any:  # noqa: ANN401
        return store.query(text, use_default_graph_as_union=True)

    counts: dict[str, Any] = {name: int(next(iter(rows(q)))["n"].value) for name, q in _COUNTS.items()}
    for name, text in _GROUPS.items():
        counts[name] = {r["key"].value: int(r["n"].value) for r in rows(text) if r["key"] is not None}
    counts["triples"] = sum(counts["properties"].values())
    return {"status": 200, "kind": "statistics"}, json.dumps(counts, sort_keys=True).encode()


JOBS: Final[dict[str, Callable[[ox.Store, dict[str, Any]], Answer]]] = {
    "query": query,
    "statistics": statistics,
}


def answer(store: ox.Store, job: dict[str, Any]) -> Answer:
    """Do one job; what goes wrong is an answer too."""
    try:
        return JOBS[job["job"]](store, job)
    except QueryError as error:
        return {"status": 400, "detail": str(error)}, b""
    except TooLongError:
        detail = f"the answer is longer than {job['most']:,} bytes: add a LIMIT or ask for less"
        return {"status": 503, "detail": detail}, b""
    except MemoryError:
        return {"status": 503, "detail": "the query needs more memory than is allowed"}, b""
    except (RuntimeError, ValueError, OSError) as error:
        return {"status": 400, "detail": f"the query cannot be answered: {error}"}, b""


def send(out: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write one answer."""
    head = json.dumps({**header, "bytes": len(body)}).encode()
    out.write(LENGTH.pack(len(head)) + head)
    out.write(body)
    out.flush()


def main() -> None:
    """Answer jobs until standard input ends."""
    settings = json.loads(sys.argv[1])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        store = ox.Store.read_only(settings["store"])
    except OSError as error:
        send(out, {"status": 500, "detail": f"the graph does not open: {error}"})
        return
    limit_memory(settings["memory"])
    os.nice(settings["nice"])
    send(out, {"status": 200})
    while head := sys.stdin.buffer.read(LENGTH.size):
        job = json.loads(sys.stdin.buffer.read(LENGTH.unpack(head)[0]))
        # Should the parent be gone, nothing else ends a query: the alarm ends the process.
        signal.setitimer(signal.ITIMER_REAL, job["seconds"] + 5)
        header, body = answer(store, job)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(out, header, body)


if __name__ == "__main__":
    main()
