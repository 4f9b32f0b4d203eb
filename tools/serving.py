"""A running `codegraph serve` on a free port of this machine, for the tools and the bench that look at its pages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAM = "from codegraph.cli import main; main()"


@contextmanager
def serving(release: Path | None = None) -> Iterator[str]:
    """Serve a release, else the packaged one; the value is the address, without a slash at its end."""
    environment = {k: v for k, v in os.environ.items() if k != "CODEGRAPH_RELEASE"}
    if release is not None:
        environment["CODEGRAPH_RELEASE"] = str(release)
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip().rstrip("/")
        if not address:
            raise RuntimeError("the server did not start")
        yield address
    finally:
        process.terminate()
        process.wait(30)
