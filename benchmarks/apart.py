"""Work in a forked process that can be stopped: a peer's query may take minutes, inside C code, or all memory."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_HEADROOM = 3 << 30  # bytes that work may add to the process it was forked from


def timed(work: Callable[[], int], *, runs: int, timeout: float, budget: float = 1.5) -> dict[str, Any]:
    """Run work several times in a fork of this process and return its times and what it counted.

    The first run warms up and is not counted where others follow; they do while they fit into `budget` seconds.
    The answer has `seconds` and `count`, or `error`, or `beyond`: no answer within `timeout` seconds.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _in_child(work, write, runs, budget)
    os.close(write)
    try:
        return _collect(read, timeout, budget)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(read)


def _in_child(work: Callable[[], int], write: int, runs: int, budget: float) -> None:
    try:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (size + _HEADROOM, size + _HEADROOM))
        begun = time.perf_counter()
        for _ in range(runs + 1 if runs > 1 else 1):
            start = time.perf_counter()
            count = work()
            took = time.perf_counter() - start
            _say(write, {"took": took, "count": count})
            if time.perf_counter() - begun + took > budget:
                break
    except BaseException as error:
        message = str(error).strip().splitlines() or [""]
        _say(write, {"error": f"{type(error).__name__}: {message[0][:160]}"})
    finally:
        sys.stdout.flush()
        os._exit(0)


def _say(write: int, what: dict[str, Any]) -> None:
    os.write(write, (json.dumps(what) + "\n").encode())


def _collect(read: int, timeout: float, budget: float) -> dict[str, Any]:
    data = b""
    deadline = time.perf_counter() + timeout
    while (left := deadline - time.perf_counter()) > 0:
        if not select.select([read], [], [], left)[0]:
            break
        piece = os.read(read, 65536)
        if not piece:
            break
        if not data:  # an answer exists: the rest may take what its budget allows, and one run more
            deadline = max(deadline, time.perf_counter() + budget + timeout)
        data += piece
    said = [json.loads(line) for line in data.splitlines()]
    if errors := [line["error"] for line in said if "error" in line]:
        return {"error": errors[0]}
    if not said:
        return {"beyond": timeout}
    seconds = [line["took"] for line in said]
    return {"seconds": seconds[1:] or seconds, "count": said[0]["count"]}
