"""A real Chromium and a real server for the tests in this folder; without Chromium they are skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tools.chromium import Chromium, program

from tests.page.conftest import hostile
from tests.serve.conftest import serving

__all__ = ["hostile"]


def pytest_collection_modifyitems(items):
    """Skip what needs a browser where there is none."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent and program() is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium here (apt-get install chromium)"))


@pytest.fixture(scope="session")
def address(packaged_cache):
    """The address of a running server of the packaged release."""
    with serving(cache=packaged_cache) as server:
        yield server.address.rstrip("/")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    found = Chromium(tmp_path_factory.mktemp("chromium"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core."""
    path = os.environ.get("CODEGRAPH_AXE")
    if not path:
        pytest.skip("axe-core is not here: make test-browser")
    return Path(path).read_text(encoding="utf-8")
