"""A release of small fee schedule files, built once."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.billing.price.small_prices import write_prices


@pytest.fixture(scope="session")
def priced_release(tmp_path_factory):
    """Return the directory of a release with the editions of 2024, 2025 and 2026."""
    folder = tmp_path_factory.mktemp("prices")
    build([write_prices(folder / "files")], folder / "release")
    return folder / "release"


@pytest.fixture(scope="session")
def priced(priced_release):
    """Return the CodeGraph of that release."""
    return CodeGraph(priced_release)
