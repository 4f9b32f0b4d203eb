"""What a build tells while it runs: a line for each step on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a long piece of work."""

    def step(self, text: str) -> None:
        """Say what begins now."""

    def count(self, done: int) -> None:
        """Say how many rows of the present step are done."""


class Silent:
    """A progress that says nothing: for imports, tests, and output that is not a terminal."""

    def step(self, text: str) -> None:
        """Do nothing."""

    def count(self, done: int) -> None:
        """Do nothing."""


class Terminal:
    """A spinner with the present step, its rows and the time, on stderr; made by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.status import Status

        self._status = Status("", console=Console(stderr=True))
        self._text = ""
        self._start = time.monotonic()

    def __enter__(self) -> Terminal:
        self._status.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._status.stop()

    def _show(self, rows: str) -> None:
        self._status.update(f"{self._text}{rows} [dim]{time.monotonic() - self._start:.0f} s[/dim]")

    def step(self, text: str) -> None:
        """Say what begins now."""
        self._text = text.replace("[", "\\[")
        self._show("")

    def count(self, done: int) -> None:
        """Say how many rows of the present step are done."""
        self._show(f" ({done:,} rows)")


@contextmanager
def shown(wanted: bool | None = None) -> Iterator[Progress]:
    """Give a progress: on a terminal (stderr) unless `wanted` is False, else a silent one."""
    if wanted is False or not sys.stderr.isatty():
        yield Silent()
        return
    with Terminal() as terminal:
        yield terminal


def every(step: int, tell: Callable[[int], None]) -> Callable[[], int]:
    """Return a counter that calls `tell` each `step` calls."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        if done % step == 0:
            tell(done)
        return done

    return count
