"""One small release for the tests of the claim check, and a short way to ask it."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.claims.claim_files import write_all


@pytest.fixture(scope="session")
def claimed(tmp_path_factory):
    """Return the CodeGraph of a release of small files of payment and edits of one quarter."""
    folder = tmp_path_factory.mktemp("claimed")
    build([write_all(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")
