"""Questions that are answered in threads of the server: each in its time, short ones not behind long ones.

Python runs one thread at a time, so more threads answer nothing sooner: there are few, in two lanes. A kind of question
goes into the lane that its cost so far (CPU time of its thread) calls for. A thread cannot be stopped: a question that
passes its time is answered with 503, and its thread ends in the background, replaced by another as long as few do.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from codegraph.search.cached import BeingBuilt
from codegraph.serve.limits import Limits
from codegraph.serve.problems import Problem

_LONG: Final = 0.010  # seconds of CPU from which a kind of question is a long one
_MOST: Final = 0.1  # what one question counts at most: a first one may have to make what the next ones use
_NEWEST: Final = 0.2  # share of the newest question in the mean cost of its kind
_T = TypeVar("_T")


@dataclass(eq=False, slots=True)
class _Job:
    """A call, the loop that waits for it, and the future that gets what it returns."""

    call: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]
    begun: bool = False
    ended: bool = False
    given_up: bool = False
    cpu: float = 0.0

    def run(self) -> None:
        """Call, and tell the loop what came of it."""
        before = time.thread_time()
        try:
            result, error = self.call(), None
        except Exception as raised:  # the request that waits gets it
            result, error = None, raised
        except BaseException as raised:  # a library's panic in Rust: none, and past all that answers errors
            result, error = None, RuntimeError(f"{type(raised).__name__}: {raised}")
        self.cpu = time.thread_time() - before
        with suppress(RuntimeError):  # the loop may have ended
            self.loop.call_soon_threadsafe(self._tell, result, error)

    def _tell(self, result: Any, error: BaseException | None) -> None:  # noqa: ANN401
        if self.done.cancelled():
            return
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


@dataclass(eq=False, slots=True)
class _Lane:
    """Threads that take one call after the other; one whose call was given up ends with it, if it was replaced."""

    name: str
    threads: int
    spare: int  # how many threads may be busy with calls that were given up, and have another in their place
    jobs: SimpleQueue[_Job | None] = field(default_factory=SimpleQueue)
    waiting: int = 0
    late: int = 0
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, job: _Job) -> None:
        """Queue a call; the first ones start the threads."""
        with self._lock:
            self.waiting += 1
            begin = self._running < self.threads
            self._running += begin
        self.jobs.put(job)
        if begin:
            self._start()

    def give_up(self, job: _Job) -> None:
        """Go on without a call that is late: one that waits is dropped, the thread of one that runs is replaced."""
        with self._lock:
            job.given_up = True
            if not job.begun or job.ended:
                return
            self.late += 1
            replace = self.late <= self.spare
            self._running += replace
        if replace:
            self._start()

    def end(self) -> None:
        """Let all threads end that have nothing to do."""
        for _ in range(self.threads + self.spare):
            self.jobs.put(None)

    def _start(self) -> None:
        # A daemon: what is still being worked out does not hold up the end of the server.
        threading.Thread(target=self._work, name=f"codegraph {self.name}", daemon=True).start()

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            with self._lock:
                self.waiting -= 1
                dropped = job.given_up
                job.begun = not dropped
            if not dropped:
                job.run()
            with self._lock:
                job.ended = True
                self.late -= job.given_up and not dropped
                if self._running - self.late > self.threads:  # another came in its place
                    self._running -= 1
                    return


class Calls:
    """The lanes of a server."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lanes = {
            name: _Lane(name, threads, limits.late) for name, threads in (("short", 2), ("long", 2))
        }
        self._cost: dict[str, float] = {}
        self._asked = 0
        self.until: Callable[[], Awaitable[bool]] | None = None

    async def run(self, kind: str, call: Callable[[], _T]) -> _T:
        """Return what a call returns, or raise what it raises.

        `kind` names calls that cost alike. Raises Problem (503) where the answer is not there in time, waiting
        included, where too many wait already, or where what it needs is still being made. For the last, `until` waits
        a while, without a thread.
        """
        self._asked += 1
        try:
            try:
                return await self._run(kind, call)
            except BeingBuilt:
                if self.until is not None and await self.until():
                    return await self._run(kind, call)
                raise
        except BeingBuilt as error:
            raise Problem(503, str(error), headers={"Retry-After": "10"}) from None
        finally:
            self._asked -= 1

    async def _run(self, kind: str, call: Callable[[], _T]) -> _T:
        lane = self._lanes["long" if self._cost.get(kind, 0) >= _LONG else "short"]
        if lane.waiting >= self.limits.waiting_calls:
            raise Problem(
                503, "too many questions wait for an answer; try again", headers={"Retry-After": "2"}
            )
        loop = asyncio.get_running_loop()
        job = _Job(call, loop, loop.create_future())
        lane.put(job)
        seconds = self.limits.call_seconds
        try:
            await asyncio.wait((job.done,), timeout=seconds)
        finally:
            if late := not job.done.done():
                lane.give_up(job)
                job.done.cancel()
        if late:
            told = f"the answer takes longer than {seconds:g} s; ask for less, or try again"
            raise Problem(503, told, headers={"Retry-After": str(max(1, round(seconds)))})
        cost = min(job.cpu, _MOST)
        before = self._cost.get(kind, cost)
        self._cost[kind] = before + _NEWEST * (cost - before)
        found: _T = job.done.result()
        return found

    @property
    def busy(self) -> bool:
        """Tell whether anything is asked just now."""
        return self._asked > 0

    def state(self) -> dict[str, dict[str, int]]:
        """Return how many calls wait and how many are late, by lane."""
        return {name: {"waiting": lane.waiting, "late": lane.late} for name, lane in self._lanes.items()}

    def close(self) -> None:
        """Let the threads end."""
        for lane in self._lanes.values():
            lane.end()
