"""What first requests would wait for, made in the background as soon as the server answers.

The text index of a release is built by a process of its own, at low priority; until it is there, whoever needs it waits
some seconds and is then told to come again. The rest is asked once in a thread, one thing after the other, each when
nothing else is asked. `state` tells how far it is, at /api/v1/health too.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from codegraph.errors import CodegraphError, NotLoaded
from codegraph.search import cached
from codegraph.serve.problems import Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

    from codegraph.graph import CodeGraph
    from codegraph.serve.calls import Calls
    from codegraph.serve.void import Counts

State = Literal["waiting", "working", "ready", "failed"]
_LOG: Final = logging.getLogger(__name__)
_QUIET: Final = 2.0  # seconds for which each thing waits at most until nobody asks anything
_PAUSE: Final = 0.05
_AFTER: Final = 0.5  # seconds after the start: who asks at once goes first
_PATIENCE: Final = 5.0  # seconds for which a request waits for the text index
_CPT: Final = "system=http://www.ama-assn.org/go/cpt"
# One of each kind that reads tables, templates or words when first asked; what a release lacks is answered with 404.
_ADDRESSES: Final = (
    "/",
    "/code/cpt/44310",
    "/code/cpt/44310.ttl",
    "/code/hcpcs/G0105",
    "/code/icd10pcs/0D1B0Z4",
    "/code/icd10cm/K50.00",
    "/concept/site/ileum",
    "/facets",
    "/ask?q=Which+modifiers+can+be+used+with+44310%3F",
    "/check?lines=44310+44187-59",
    "/crosswalk?code=44310",
    "/price?code=44310",
    "/query",
    "/api/v1/openapi.json",
    *(
        f"/fhir/{version}/{asked}"
        for version in ("r5", "r4")
        for asked in (
            "metadata",
            f"CodeSystem/$lookup?{_CPT}&code=44310",
            f"ConceptMap/$translate?{_CPT}&code=44310&targetsystem=http://www.cms.gov/Medicare/Coding/ICD10",
            "ValueSet?_count=1",
        )
    ),
    *(
        f"/fhir/r5/ValueSet/{ident}/$expand?count=1"
        for ident in ("codes-icd10cm", "codes-icd10pcs", "site-whole-body")
    ),
)
_NOTE: Final = "Loop ileostomy through an open incision for Crohn's disease of the small intestine."
_WORDS: Final = "loop ilestomy"


class Warm:
    """The steps of one server. Call `start` in its event loop, `close` at its end."""

    def __init__(self, app: ASGIApp, kg: CodeGraph | None, counts: Counts, calls: Calls) -> None:
        self._app = app
        self._kg = kg
        self._counts = counts
        self._calls = calls
        self._task: asyncio.Task[None] | None = None
        self._ended = {name: asyncio.Event() for name in ("index", "pages", "search", "notes", "counts")}
        self.state: dict[str, State] = dict.fromkeys(self._ended if kg else ("counts",), "waiting")

    def start(self) -> None:
        """Begin; what is asked meanwhile goes first."""
        with suppress(NotLoaded, OSError):  # told to who searches
            if self._kg is not None and not cached.is_built(self._kg.directory):
                cached.built_elsewhere.add(self._kg.directory)
        self._task = asyncio.get_running_loop().create_task(self._all())

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def has_index(self) -> bool:
        """Tell whether the text index is built, or is within some seconds."""
        ended = self._ended["index"]
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await ended.wait()
        return ended.is_set()

    async def _all(self) -> None:
        await asyncio.sleep(_AFTER)
        kg = self._kg
        if kg is None:
            await self._step("counts", self._counts.get)
            return
        index = asyncio.create_task(self._step("index", lambda: self._index(kg)))
        try:
            await self._step("pages", self._pages)
            await index
            await self._step("search", lambda: self._ask(lambda: kg.search(_WORDS)))
            await self._step("notes", lambda: self._ask(lambda: kg.suggest(_NOTE)))
            await self._step("counts", self._counts.get)
        finally:
            index.cancel()

    async def _step(self, name: str, make: Callable[[], Awaitable[object]]) -> None:
        self.state[name] = "working"
        try:
            await make()
        except (
            CodegraphError,
            Problem,
            OSError,
        ) as error:  # what is not installed or not loaded is told when asked
            self.state[name] = "failed"
            _LOG.info("%s: %s", name, error)
        except Exception as error:
            self.state[name] = "failed"
            _LOG.error("%s failed", name, exc_info=error)
        else:
            self.state[name] = "ready"
        finally:
            self._ended[name].set()

    async def _ask(self, call: Callable[[], object]) -> None:
        """Call in a thread of its own, as soon as nothing else is asked."""
        await self._quiet()
        await in_thread(call)

    async def _quiet(self) -> None:
        end = time.monotonic() + _QUIET
        while self._calls.busy and time.monotonic() < end:
            await asyncio.sleep(_PAUSE)

    async def _pages(self) -> None:
        for address in _ADDRESSES:
            await self._quiet()
            await _get(self._app, address)

    async def _index(self, kg: CodeGraph) -> None:
        """Have the text index built where there is none; where that fails, the first search builds it after all."""
        if kg.directory not in cached.built_elsewhere:
            return
        process: asyncio.subprocess.Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "codegraph.serve.warm_child", str(kg.directory)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            if await process.wait() != 0 or not cached.is_built(kg.directory):
                raise OSError("the text index was not built in advance")
        finally:
            cached.built_elsewhere.discard(kg.directory)
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()


async def in_thread(call: Callable[[], object]) -> None:
    """Call in a daemon thread, which holds nothing up at the end; raise what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def work() -> None:
        error: BaseException | None = None
        try:
            call()
        except BaseException as raised:  # whoever waits gets it
            error = raised
        with suppress(RuntimeError):  # the loop may have ended
            loop.call_soon_threadsafe(tell, error)

    threading.Thread(target=work, name="codegraph warm", daemon=True).start()
    await done


async def _get(app: ASGIApp, target: str) -> None:
    """Ask the application itself, as a client would, whatever it answers."""
    path, _, query = target.partition("?")
    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "state": {},
    }
    scope |= {"method": "GET", "scheme": "http", "server": ("localhost", 80), "client": None, "root_path": ""}
    scope |= {"path": path, "raw_path": path.encode(), "query_string": query.encode()}
    scope["headers"] = [(b"host", b"localhost"), (b"accept", b"text/html, */*;q=0.8")]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        pass

    await app(scope, receive, send)
