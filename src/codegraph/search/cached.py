"""The index of a release in the user's cache: built on the first search, keyed by the release, reopened later."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegraph.build.packaged import cache_folder
from codegraph.build.progress import shown
from codegraph.release import MANIFEST, TABLES
from codegraph.search.index import TextIndex, build, version

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_PREFIX: Final = "search-"
_PACKAGED: Final = "packaged-"
_WHOLE: Final = "meta.json"  # a folder is renamed into place with it, or is not there
_KEPT: Final = 4  # indexes that stay in the cache, the last used ones
_WAIT: Final = 600.0
# Releases whose index another process builds for this one; until it is there, whoever needs it is told so.
built_elsewhere: Final[set[Path]] = set()


class BeingBuilt(Exception):
    """The index of a release is being built by another process; for servers, which say so, and no user's fault."""


def key(directory: Path) -> str:
    """Return what an index of a release is kept under: its manifest, its tables' size and time, and the format."""
    tables = (directory / TABLES).stat()
    told = f"{version()} {tables.st_size} {tables.st_mtime_ns} ".encode()
    return hashlib.sha256(told + (directory / MANIFEST).read_bytes()).hexdigest()[:32]


def _cache_of(directory: Path) -> Path:
    """Return the user's cache; for a packaged release the one that it stands in."""
    return directory.parent if directory.name.startswith(_PACKAGED) else cache_folder()


def _folder(directory: Path) -> Path:
    return _cache_of(directory) / f"{_PREFIX}{key(directory)}"


def is_built(directory: Path) -> bool:
    """Tell whether the cache has the index of a release."""
    return (_folder(directory) / _WHOLE).is_file()


def open_index(kg: OpenedRelease) -> TextIndex:
    """Return the index of a release, building it first where the cache has none.

    Of several processes that need it at once, one builds and the others wait. Where the cache cannot be written or
    what is there is damaged, the index is made in memory, for this process only. Raises NotLoaded where tantivy is
    not installed, and BeingBuilt where `built_elsewhere` has the release.
    """
    folder = _folder(kg.directory)
    try:
        if not (folder / _WHOLE).is_file():
            if kg.directory in built_elsewhere:
                raise BeingBuilt("the text index of this release is being built; try again in a moment")
            _build(kg, folder)
        os.utime(folder)
        return TextIndex.open(folder)
    except (OSError, ValueError) as error:  # tantivy raises ValueError for a damaged folder and a full disk
        if isinstance(error, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
        with shown() as progress:
            return TextIndex(build(kg, None, progress))


def _build(kg: OpenedRelease, folder: Path) -> None:
    from filelock import FileLock  # 25 ms that only the first search needs

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(folder.parent / f"{folder.name}.lock"), timeout=_WAIT):
        if (folder / _WHOLE).is_file():
            return
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            begun = Path(made) / "index"
            begun.mkdir()
            with shown() as progress:
                build(kg, begun, progress)
            begun.rename(folder)
    _forget(folder)


def _forget(newest: Path) -> None:
    """Remove the indexes that were not used for longest, beyond those that are kept."""
    found = [p for p in newest.parent.glob(f"{_PREFIX}*") if p.is_dir() and not p.is_symlink()]
    for old in sorted(found, key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT:]:
        if old != newest:
            shutil.rmtree(old, ignore_errors=True)
            old.with_name(f"{old.name}.lock").unlink(missing_ok=True)
