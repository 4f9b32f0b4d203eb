"""A folder that an export writes: it appears whole or not at all, and never in place of what is not an export."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from codegraph.errors import CodegraphError
from codegraph.export.files import STDOUT


@contextmanager
def new_folder(out: Path | str, what: str, is_ours: Callable[[str], bool]) -> Iterator[Path]:
    """Give a folder to write into; at the end it takes the place of `out`, after an error nothing is left of it.

    `what` says what is written (`parquet writes one file a table`). An older folder is replaced where `is_ours` knows
    the names of all that is in it; raises CodegraphError where it holds other things, and for what is no folder.
    """
    folder = Path(out)
    _check(out, folder, what, is_ours)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    beside.mkdir(parents=True)
    try:
        yield beside
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Return the bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.iterdir())


def _check(out: Path | str, folder: Path, what: str, is_ours: Callable[[str], bool]) -> None:
    if str(out) == STDOUT:
        raise CodegraphError(f"{what}: name a folder for them, not standard output")
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CodegraphError(f"{folder}: is no folder; {what} into a folder")
    if folder.is_dir() and (other := [p.name for p in folder.iterdir() if not is_ours(p.name)]):
        raise CodegraphError(f"{folder}: holds other things ({min(other)}); name a folder of its own")
