"""SPARQL 1.1 Protocol, queries only: what a request asks, and the answer of a child process to it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from codegraph.namespaces import is_iri
from codegraph.serve.description import description
from codegraph.serve.graphs import graph_response
from codegraph.serve.html import page
from codegraph.serve.kept import Room, has
from codegraph.serve.negotiate import BOOLEAN, GRAPH, ROWS, Offer, choose, prefers_html
from codegraph.serve.pool import Answer, Pool
from codegraph.serve.problems import Problem
from codegraph.serve.void import Counts
from codegraph.sparql import MAX_BYTES

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
OFFERS: Final = {"rows": ROWS, "boolean": BOOLEAN, "graph": GRAPH}
_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_READ_ONLY: Final = "this server is read-only: it answers queries and refuses updates"
_MAX_FIELDS: Final = 200
_CHANGING: Final = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID)\b", re.IGNORECASE)
_PROTOCOL: Final = frozenset({"query", "update", "default-graph-uri", "named-graph-uri"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the graphs that the request wants read in place of those that the query names."""

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        size = len(self.query.encode("utf-8", "surrogatepass"))
        if size > MAX_BYTES:
            raise Problem(413, f"the query has {size:,} bytes; at most {MAX_BYTES:,} are read")
        for graph in (*self.default, *self.named):
            if not is_iri(graph):
                raise Problem(400, f"a graph is named by an absolute IRI, not {graph[:80]!r}")


@dataclass(slots=True)
class Sparql:
    """The endpoint: `version` tells releases apart in ETags; `url` is its address where the request does not tell.

    `kept` has answers by query, graphs and format: what is served never changes. Whoever asks what is being worked out
    for another waits for the same answer.
    """

    pool: Pool
    version: str
    counts: Counts
    kept: Room[Answer]
    url: str | None = None
    _asked: dict[str, _Shared] = field(default_factory=dict)

    async def respond(self, request: Request) -> Response:
        """Answer a request to /sparql."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(METHODS)})
        asked = await _asked(request)
        if asked is None:
            return await self._without_query(request)
        accept = request.headers.get("accept")
        formats = {kind: choose(accept, offers) for kind, offers in OFFERS.items()}
        headers = {"Vary": "Accept", **self._caching(asked, formats)}
        tag = headers.get("ETag")
        if request.method != "POST" and tag is not None and has(request.scope, tag.encode()):
            return Response(status_code=304, headers=headers)
        answer = await self._answer(request, asked, formats, tag)
        offer = formats[answer.kind]
        assert offer is not None
        return Response(answer.body, headers=headers, media_type=offer.content_type)

    async def _answer(
        self, request: Request, asked: Asked, formats: dict[str, Offer | None], tag: str | None
    ) -> Answer:
        """Return a successful answer, a kept one where the query says the same each time; raise Problem."""
        if tag is not None and (kept := self.kept.get(tag)) is not None:
            return kept
        job = {
            "job": "query",
            "query": asked.query,
            "default": asked.default,
            "named": asked.named,
            "formats": {kind: offer.name if offer else None for kind, offer in formats.items()},
            "most": self.pool.limits.answer,
        }
        answer = await _while_wanted(request, self._shared(tag, job))
        _refuse(answer)
        if tag is not None:
            self.kept.put(tag, answer, len(answer.body))
        return answer

    def _shared(self, tag: str | None, job: dict[str, Any]) -> _Shared:
        """Return the answer that is worked out for a job: the one under way for another who asks the same."""
        under_way = self._asked.get(tag) if tag is not None else None
        if under_way is not None and not under_way.task.cancelling():
            return under_way
        found = _Shared(asyncio.create_task(self.pool.ask(job)))
        if tag is not None:
            self._asked[tag] = found
            found.task.add_done_callback(lambda _: self._forget(tag, found))
        return found

    def _forget(self, tag: str, shared: _Shared) -> None:
        if self._asked.get(tag) is shared:
            del self._asked[tag]

    async def rows(self, query: str) -> Answer:
        """Answer a query in the JSON of SPARQL results: for pages; raises Problem where it cannot be answered."""
        Asked(query)
        formats = {"rows": "json", "boolean": "json", "graph": "turtle"}
        job = {"job": "query", "query": query, "formats": formats, "most": self.pool.limits.answer}
        answer = await self.pool.ask(job)
        _refuse(answer)
        return answer

    async def _without_query(self, request: Request) -> Response:
        """Describe the service, to a browser with a form."""
        accept = request.headers.get("accept")
        if prefers_html(accept, GRAPH):
            return await page(request, "sparql")
        url = self.url or str(request.url.replace(query="", fragment=""))
        return graph_response(request, description(url, await self.counts.soon()))

    def _caching(self, asked: Asked, formats: dict[str, Offer | None]) -> dict[str, str]:
        if _CHANGING.search(asked.query):
            return {"Cache-Control": "no-store"}
        names = {kind: offer and offer.name for kind, offer in formats.items()}
        digest = hashlib.sha256(repr((self.version, asked, names)).encode("utf-8", "surrogatepass"))
        return {"Cache-Control": "no-cache", "ETag": f'W/"{digest.hexdigest()[:32]}"'}


def _refuse(answer: Answer) -> None:
    """Raise what is no success as a problem."""
    if answer.status == 406:
        offered = ", ".join(o.content_type.partition(";")[0] for o in OFFERS[answer.kind])
        raise Problem(406, f"this kind of query is answered in: {offered}", headers={"Vary": "Accept"})
    if answer.status != 200:
        headers = {"Retry-After": str(answer.retry)} if answer.retry else {}
        raise Problem(answer.status, answer.detail, headers=headers)


@dataclass(slots=True)
class _Shared:
    """An answer that is being worked out, and how many wait for it."""

    task: asyncio.Task[Answer]
    waiting: int = 0


async def _while_wanted(request: Request, shared: _Shared) -> Answer:
    """Return an answer; stop its query where the last client leaves that waits for it."""
    leaving = asyncio.create_task(_left(request))
    shared.waiting += 1
    try:
        await asyncio.wait({shared.task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if shared.task.done():
            return shared.task.result()
        return Answer(503, detail="the client left")
    finally:
        shared.waiting -= 1
        leaving.cancel()
        if not shared.waiting:
            shared.task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _asked(request: Request) -> Asked | None:
    """Return what a request asks, or None where it is a GET without a query."""
    in_url = _fields(request.scope["query_string"])
    if request.method in ("GET", "HEAD"):
        if any(name == "update" for name, _ in in_url):
            raise Problem(400, _READ_ONLY)
        names = {name for name, _ in in_url}
        return _from_fields(in_url) if names & _PROTOCOL else None
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    media = media.strip().lower()
    if media == _UPDATE:
        raise Problem(403, _READ_ONLY)
    if media not in (_FORM, _DIRECT):
        raise Problem(415, f"a query is sent as {_DIRECT} or {_FORM}, not {media[:80] or 'without a type'!r}")
    charset = re.search(r'charset\s*=\s*"?([^\s";]+)', parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise Problem(415, "a query is sent in UTF-8")
    body = await request.body()
    if media == _DIRECT:
        return _direct(body, in_url)
    if any(name in _PROTOCOL for name, _ in in_url):
        raise Problem(400, "a form carries its query and graphs in the body, not in the address")
    return _from_fields(_fields(body))


def _direct(body: bytes, in_url: Sequence[tuple[str, str]]) -> Asked:
    if any(name in ("query", "update") for name, _ in in_url):
        raise Problem(400, "the query is in the body and in the address: send it once")
    try:
        return Asked(body.decode("utf-8"), *_graphs(in_url))
    except UnicodeDecodeError:
        raise Problem(400, "the query is not UTF-8") from None


def _from_fields(fields: Sequence[tuple[str, str]]) -> Asked:
    if any(name == "update" for name, _ in fields):
        raise Problem(403, _READ_ONLY)
    found = [value for name, value in fields if name == "query"]
    if len(found) != 1:
        raise Problem(400, f"a request has exactly one query, not {len(found) or 'none'}")
    return Asked(found[0], *_graphs(fields))


def _graphs(fields: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def named(key: str) -> tuple[str, ...]:
        return tuple(value for name, value in fields if name == key)

    return named("default-graph-uri"), named("named-graph-uri")


def _fields(data: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form or query string; raise Problem where they are not UTF-8, or too many."""
    try:
        return parse_qsl(
            data.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except UnicodeDecodeError:
        raise Problem(400, "the request is not UTF-8") from None
    except ValueError:
        raise Problem(400, f"the request has over {_MAX_FIELDS} fields") from None
