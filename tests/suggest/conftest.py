"""The packaged release for the tests of suggestions."""

from __future__ import annotations

import pytest

from codegraph import CodeGraph


@pytest.fixture(scope="module")
def kg(packaged_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        return CodeGraph.open()
