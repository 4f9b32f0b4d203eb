"""A `codegraph serve --data` that should end at once: what it said, and the memory that it took at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass

from tests.threats_server.running import PROGRAM, Trap


@dataclass(frozen=True)
class Attempt:
    """How a process ended; its memory in MB at the most."""

    code: int
    stdout: str
    stderr: str
    memory: int


def attempt(path: object, trap: Trap) -> Attempt:
    """Serve a file, and wait for the end of it."""
    environment = {**os.environ, "http_proxy": trap.url, "https_proxy": trap.url}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--data", str(path)],
            env=environment,
            stdout=out,
            stderr=err,
        )
        end = threading.Timer(60, process.kill)  # where it serves what it should refuse
        end.start()
        _, status, used = os.wait4(process.pid, 0)
        end.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read())
    return Attempt(process.returncode, texts[0], texts[1], used.ru_maxrss // 1024)
