"""Where an export goes: a file that appears whole or not at all, a stream, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from codegraph.errors import CodegraphError

STDOUT: Final = "-"
_BUFFER: Final = 1 << 18


class Counter:
    """A binary stream that counts what passes through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def write(self, data: bytes) -> int:
        """Write bytes and count them."""
        self._stream.write(data)
        self.count += len(data)
        return len(data)

    def writelines(self, blocks: Iterable[bytes]) -> None:
        """Write block after block."""
        for block in blocks:
            self.write(block)

    def flush(self) -> None:
        """Flush the stream below."""
        self._stream.flush()

    def as_file(self) -> BinaryIO:
        """Return itself under the type that writers ask for."""
        return cast(BinaryIO, self)


@contextmanager
def opened(out: Path | str | IO[bytes]) -> Iterator[Counter]:
    """Open the target of an export: `-` is standard output; an existing regular file is replaced at the end.

    A file is written beside its place, synced and renamed, so that a reader sees the old or the new one, whole;
    after an error nothing is left behind. Raises CodegraphError where something else than a file is in its place.
    """
    if not isinstance(out, Path | str):
        yield _flushed(out)
        out.flush()
        return
    if str(out) == STDOUT:
        yield _flushed(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    _check(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb", buffering=_BUFFER) as file:
            yield Counter(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _flushed(stream: IO[bytes]) -> Counter:
    stream.flush()
    return Counter(stream)


def _check(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise CodegraphError(f"{path} is not a file; name a file to write, or - for standard output")
    if not path.parent.is_dir():
        raise CodegraphError(f"{path}: the folder {path.parent} does not exist")


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be opened (not on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
