"""A release with mapping sets of every kind: derived, curated, GEM, SSSOM of others, licensed."""

from __future__ import annotations

import pytest
from tests.build.mapped_files import write_files

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph


@pytest.fixture(scope="session")
def mapped(tmp_path_factory) -> CodeGraph:
    """Return the CodeGraph of a release with mapping sets of every kind."""
    folder = tmp_path_factory.mktemp("mapped")
    build([write_files(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")
