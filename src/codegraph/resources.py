"""Where the packaged folders (ontology, shapes, queries, knowledge) are: in the wheel or in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from codegraph.errors import CodegraphError

FOLDERS: Final = ("ontology", "shapes", "queries", "knowledge")


@cache
def root() -> Path:
    """Return the directory that holds the packaged folders."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "_data", here.parents[1]):
        if all((candidate / folder).is_dir() for folder in FOLDERS):
            return candidate
    raise CodegraphError(
        f"the packaged folders {', '.join(FOLDERS)} are missing beside {here}; reinstall codegraph"
    )


def folder(name: str) -> Path:
    """Return one packaged folder; `name` is one of FOLDERS."""
    if name not in FOLDERS:
        raise CodegraphError(f"no packaged folder {name!r}; there are {', '.join(FOLDERS)}")
    return root() / name


def files(name: str, suffix: str) -> list[Path]:
    """Return the files of a packaged folder with this suffix (`.ttl`), at any depth, sorted by path."""
    return sorted(path for path in folder(name).rglob(f"*{suffix}") if path.is_file())
