"""One release built from the small files, and one of the packaged knowledge, for all tests of a session."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.build.small_files import write_all


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Return the CodeGraph of a release that was built from the small files."""
    folder = tmp_path_factory.mktemp("small")
    build([write_all(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")


@pytest.fixture(scope="session")
def packaged(tmp_path_factory):
    """Return the CodeGraph of the packaged knowledge."""
    folder = tmp_path_factory.mktemp("packaged") / "release"
    build([], folder)
    return CodeGraph(folder)
