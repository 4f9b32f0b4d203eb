"""Releases with planted changes: the first, its successor, and one that holds the editions of both."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.changes import planted


def _built(folder, files):
    build([planted.write(folder / "files", files)], folder / "release", max_rejects=0.0)
    return CodeGraph(folder / "release")


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    return _built(tmp_path_factory.mktemp("first"), planted.FIRST)


@pytest.fixture(scope="session")
def second(tmp_path_factory):
    return _built(tmp_path_factory.mktemp("second"), planted.SECOND)


@pytest.fixture(scope="session")
def both(tmp_path_factory):
    return _built(tmp_path_factory.mktemp("both"), {**planted.FIRST, **planted.SECOND})
