"""Write a release beside its place and rename it there: readers see the old one or the new one, never a part."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from codegraph.errors import ReleaseError
from codegraph.release import MANIFEST, previous

_STAGING = ".building"


def _staging(target: Path) -> Path:
    return target.with_name(f".{target.name}{_STAGING}")


def _sync(path: Path) -> None:
    """Flush a file or directory to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_tree(root: Path) -> None:
    for folder, _, names in os.walk(root):
        for name in names:
            _sync(Path(folder, name))
        _sync(Path(folder))


def _recover(target: Path) -> None:
    """Undo what a killed build left: half-built staging goes, a release that rests beside its place returns."""
    shutil.rmtree(_staging(target), ignore_errors=True)
    resting = previous(target)
    if not resting.exists():
        return
    if target.exists():
        shutil.rmtree(resting, ignore_errors=True)
    else:
        resting.rename(target)


def _refuse_foreign(target: Path) -> None:
    """Refuse to replace anything but an older release: a wrong --out must not cost a user's folder."""
    if not target.exists() or (target / MANIFEST).is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise ReleaseError(
            f"{target}: exists and is no release; nothing is overwritten, choose another --out"
        )


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give a folder to build in, and put it in the place of `out` when the block ends without an error.

    Symbolic links in `out` are followed, so a linked cache stays linked. One build at a time: a second one gets
    a ReleaseError. After an error, or a kill at any moment, the release that stood at `out` still opens.
    """
    target = out.expanduser().resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(target.with_name(f".{target.name}.lock")), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ReleaseError(
            f"{out}: another build is writing this release; wait for it, or choose another --out"
        ) from None
    try:
        _recover(target)
        _refuse_foreign(target)
        staging = _staging(target)
        staging.mkdir()
        try:
            yield staging
            _sync_tree(staging)
            _swap(staging, target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    finally:
        lock.release()


def _swap(staging: Path, target: Path) -> None:
    """Rename the new release into place; `release.locate` finds the old one between the two renames."""
    resting = previous(target)
    if target.exists():
        target.rename(resting)
    staging.rename(target)
    _sync(target.parent)
    shutil.rmtree(resting, ignore_errors=True)
