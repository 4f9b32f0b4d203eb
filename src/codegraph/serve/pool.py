"""The processes that answer queries: each under limits, killed and replaced where a query passes them."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegraph.errors import ReleaseError
from codegraph.serve.child import LENGTH
from codegraph.serve.limits import Limits

_BUFFER = 1 << 20
_START_SECONDS = 60.0
_PAUSE, _LONGEST_PAUSE = 0.1, 10.0
_DIED = "the query ended its process: it needs more memory or depth than is allowed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child answered: an HTTP status, a reason where it is no success, and the whole body."""

    status: int
    kind: str = ""
    format: str = ""
    detail: str = ""
    body: bytes = b""
    retry: int | None = None


class Worker:
    """One child process; used by one job at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, store: Path, limits: Limits, *, nice: int = 0) -> Worker:
        """Start a child and wait until it has opened the store; raise ReleaseError where it does not open.

        `nice` is how much it stands back behind other processes.
        """
        settings = json.dumps({"store": str(store), "memory": limits.memory, "nice": nice})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "codegraph.serve.child", settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # could print what was asked
            limit=_BUFFER,
            start_new_session=True,  # Ctrl-C is for the server, which ends its children
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await worker._receive()
        except (asyncio.IncompleteReadError, OSError, TimeoutError) as error:
            worker.kill()
            raise ReleaseError("a process for queries does not start") from error
        except asyncio.CancelledError:
            worker.kill()
            await process.wait()
            raise
        if ready.status != 200:
            raise ReleaseError(ready.detail)
        return worker

    @property
    def alive(self) -> bool:
        """Tell whether the process runs, as far as is known."""
        return self.process.returncode is None

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def ask(self, job: dict[str, Any]) -> Answer:
        """Send a job and return its answer, whole."""
        assert self.process.stdin is not None
        data = json.dumps(job).encode()
        self.process.stdin.write(LENGTH.pack(len(data)) + data)
        await self.process.stdin.drain()
        return await self._receive()

    async def _receive(self) -> Answer:
        assert self.process.stdout is not None
        (size,) = LENGTH.unpack(await self.process.stdout.readexactly(LENGTH.size))
        header = json.loads(await self.process.stdout.readexactly(size))
        header["body"] = await self.process.stdout.readexactly(header.pop("bytes"))
        return Answer(**header)


@dataclass(slots=True)
class Pool:
    """Child processes that read one store; jobs wait for a free one, in the order in which they came."""

    store: Path
    limits: Limits
    _idle: asyncio.Queue[Worker] = field(default_factory=asyncio.Queue)
    _workers: set[Worker] = field(default_factory=set)
    _slots: list[asyncio.Task[None]] = field(default_factory=list)
    _waiting: int = 0

    def start(self) -> None:
        """Start the children in the background; jobs may come at once."""
        loop = asyncio.get_running_loop()
        self._slots = [loop.create_task(self._slot()) for _ in range(self.limits.workers)]

    async def close(self) -> None:
        """Kill all children and wait for their end."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*(worker.process.wait() for worker in self._workers))
        self._workers.clear()

    @property
    def pids(self) -> list[int]:
        """Return the process ids of the children, sorted."""
        return sorted(worker.process.pid for worker in self._workers)

    async def ask(self, job: dict[str, Any], *, seconds: float | None = None) -> Answer:
        """Return the answer to a job; 503 where it takes longer than the limit, waiting included.

        The process of a job that is out of time, or that nobody waits for any more, is killed and replaced.
        """
        seconds = self.limits.seconds if seconds is None else seconds
        deadline = asyncio.get_running_loop().time() + seconds
        worker = await self._free(deadline)
        if worker is None:
            return Answer(503, detail="all processes are busy with other queries; try again", retry=2)
        whole = False
        try:
            async with asyncio.timeout_at(deadline):
                answer = await worker.ask({**job, "seconds": seconds})
            whole = True
        except TimeoutError:
            detail = f"the query was stopped: it takes longer than {seconds:g} s"
            return Answer(503, detail=detail, retry=max(1, round(seconds)))
        except (asyncio.IncompleteReadError, OSError):
            return Answer(503, detail=_DIED)
        else:
            return answer
        finally:
            self._idle.put_nowait(worker) if whole else worker.kill()

    async def _free(self, deadline: float) -> Worker | None:
        """Return a child that is alive and free, or None where there is none in time or too many wait."""
        if self._idle.empty() and self._waiting >= self.limits.waiting:
            return None
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                while not (worker := await self._idle.get()).alive:
                    pass  # it ended while it was idle; another comes in its place
                return worker
        except TimeoutError:
            return None
        finally:
            self._waiting -= 1

    async def _slot(self) -> None:
        """Keep one child running: whenever it ends, start another; later and later where that fails."""
        pause = _PAUSE
        while True:
            try:
                worker = await Worker.start(self.store, self.limits)
            except (ReleaseError, OSError):
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _PAUSE
            self._workers.add(worker)
            self._idle.put_nowait(worker)
            await worker.process.wait()
            self._workers.discard(worker)
