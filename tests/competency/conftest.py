"""The packaged graph, loaded once for all tests of its facts."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from packaged_graph import load


@pytest.fixture(scope="session")
def packaged() -> ox.Store:
    return load()
