"""The packaged release in the user's cache: built from the packaged knowledge on first use, keyed by its content."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from codegraph.knowledge import content_hash
from codegraph.release import MANIFEST

CACHE_VARIABLE: Final = "CODEGRAPH_CACHE"
_WAIT: Final = 300.0


def cache_folder() -> Path:
    """Return the folder of packaged releases: CODEGRAPH_CACHE, else the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("codegraph")


def packaged_release() -> Path:
    """Return the directory of the packaged release, building it first where the cache has none of this content.

    Of several processes that need it at once, one builds and the others wait.
    """
    target = cache_folder() / f"packaged-{content_hash()}"
    if (target / MANIFEST).is_file():
        return target
    from filelock import FileLock  # 25 ms that only the first use needs

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(str(target.parent / "packaged.lock"), timeout=_WAIT):
        if not (target / MANIFEST).is_file():
            _build(target)
    return target


def _build(target: Path) -> None:
    from codegraph.build.pipeline import build
    from codegraph.build.progress import shown

    with shown() as progress:
        progress.step("Building the packaged knowledge (first use only)")
        build([], target, progress=progress)
    for old in target.parent.glob("packaged-*"):
        if old.name != target.name and old.is_dir() and not old.is_symlink():
            shutil.rmtree(old, ignore_errors=True)
