"""Fixtures that several test folders share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.build.releases"]
REPO = Path(__file__).resolve().parents[1]


def find_data() -> Path | None:
    """Return the folder of official files: CODEGRAPH_DATA, else ../shared/data beside the checkout, else None."""
    named = os.environ.get("CODEGRAPH_DATA")
    folder = Path(named) if named else REPO.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def data_dir() -> Path:
    folder = find_data()
    if folder is None:
        pytest.skip("official files are not here (set CODEGRAPH_DATA)")
    return folder


@pytest.fixture(scope="session")
def packaged_cache(tmp_path_factory) -> Path:
    """Return a cache in which the packaged knowledge is built: one for all workers of a run."""
    from codegraph import CodeGraph

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "codegraph-cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(folder))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        CodeGraph.open()
    return folder


@pytest.fixture(scope="session")
def full(data_dir, tmp_path_factory):
    """Return a release of all official files: CODEGRAPH_FULL_RELEASE, else one built here."""
    from codegraph import CodeGraph
    from codegraph.build.pipeline import build

    named = os.environ.get("CODEGRAPH_FULL_RELEASE")
    if named:
        return CodeGraph(Path(named))
    folder = tmp_path_factory.mktemp("full") / "release"
    build([data_dir], folder)
    return CodeGraph(folder)
