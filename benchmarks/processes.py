"""Other processes and what they cost: wall and CPU seconds, and the memory of the whole tree while it runs."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

REPO = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
CODEGRAPH = str(Path(sys.executable).with_name("codegraph"))
_PROC = Path("/proc")
_SHARE = 20  # a sample of memory may take a twentieth of the time


class ChildFailed(Exception):
    """A measured process that ended with an error or took too long."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its descendants used; bytes and seconds.

    `peak_pss` is the largest sampled sum of the tree's proportional set sizes (shared pages counted once),
    `max_rss` the highest resident set of any one of its processes, by the kernel's own mark when last sampled.
    (Not `ru_maxrss`: that of a process just started is the one of the process that started it.)
    """

    wall: float
    cpu: float
    peak_pss: int
    max_rss: int
    status: int
    stdout: str
    stderr: str


def run(command: Sequence[str], *, timeout: float, accept: Sequence[int] = (0,)) -> Usage:
    """Run a command to its end and measure it; raise ChildFailed where it fails or takes longer than `timeout`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, cwd=REPO, start_new_session=True
        )
        try:
            status, cpu, peak, max_rss = _watch(process, start + timeout)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # with what it forked
                process.wait()
        usage = Usage(time.perf_counter() - start, cpu, peak, max_rss, status, _text(out), _text(err))
    if status not in accept:
        last = usage.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ChildFailed(f"{' '.join(command[:6])} ended with {status}: {last[0][:300]}")
    return usage


def _watch(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, float, int, int]:
    """Wait for a process, sampling its tree; return status, CPU seconds, largest sum of PSS, highest RSS."""
    peak, highest, next_sample = 0, 0, 0.0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, used.ru_utime + used.ru_stime, peak, highest
        now = time.perf_counter()
        if now > deadline:
            raise ChildFailed(f"{process.args!r:.200} took longer than its time")
        if now >= next_sample:
            pids = list(_tree(process.pid))
            peak = max(peak, sum(_kilobytes(p, "smaps_rollup", "Pss:") for p in pids) * 1024)
            highest = max(highest, *(_kilobytes(p, "status", "VmHWM:") * 1024 for p in pids))
            next_sample = now + max(0.05, _SHARE * (time.perf_counter() - now))
        time.sleep(0.01)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _kilobytes(pid: int, file: str, name: str) -> int:
    """Return a figure that the kernel tells of a process; 0 where it has just ended."""
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / file).read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0


def rss() -> int:
    """Return the resident set of this process in bytes."""
    return int((_PROC / "self" / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def job(module: str, name: str, *args: object, timeout: float) -> tuple[Any, Usage]:
    """Run a job of a module of this package in a process of its own; return what it answers as JSON, and its use."""
    usage = run([PYTHON, "-m", f"benchmarks.{module}", name, *map(str, args)], timeout=timeout)
    return json.loads(usage.stdout.splitlines()[-1]), usage


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Time whole processes, in rounds so that noise falls on all of them alike; one round before is not counted.

    Gives wall and CPU seconds. Each must end with 0 and, unless it runs Python's `-c`, print something.
    """
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            start, cpu = time.perf_counter(), _children_cpu()
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
            took = time.perf_counter() - start, _children_cpu() - cpu
            if done.returncode != 0 or not (done.stdout or "-c" in command):
                raise ChildFailed(f"{name} ended with {done.returncode}: {done.stderr.decode()[-300:]}")
            if number:
                seconds[name].append(took)
    return seconds
