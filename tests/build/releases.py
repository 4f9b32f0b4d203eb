"""A release built from the small files, for the tests that ask one; `pytest_plugins` in conftest.py loads it."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.build import mapped_files, valued_files
from tests.build.small_files import write_all


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Return the CodeGraph of a release that was built from the small files."""
    folder = tmp_path_factory.mktemp("small")
    build([write_all(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")


@pytest.fixture(scope="session")
def kg(packaged_cache):
    """Return the CodeGraph of the packaged knowledge."""
    return CodeGraph(next(p for p in packaged_cache.glob("packaged-*") if p.is_dir()))


@pytest.fixture(scope="session")
def mapped(tmp_path_factory):
    """Return the CodeGraph of a release with mapping sets of every kind, licensed ones too."""
    folder = tmp_path_factory.mktemp("mapped")
    build([mapped_files.write_files(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")


@pytest.fixture(scope="session")
def valued(tmp_path_factory):
    """Return the CodeGraph of a release with a small fee schedule of one quarter, and a grouping."""
    folder = tmp_path_factory.mktemp("valued")
    build([valued_files.write_files(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")
