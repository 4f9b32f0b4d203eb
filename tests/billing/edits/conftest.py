"""One small release of edits for the tests of this folder."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.billing.edits.edit_files import write_all


@pytest.fixture(scope="session")
def edited(tmp_path_factory):
    """Return the CodeGraph of a release of small files of edits, limits and add-ons."""
    folder = tmp_path_factory.mktemp("edited")
    build([write_all(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")
