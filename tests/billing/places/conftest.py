"""A release of small files for prices by place, session and frame, built once."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.billing.places.place_files import write_places


@pytest.fixture(scope="session")
def placed(tmp_path_factory):
    """Return the CodeGraph of the small release."""
    folder = tmp_path_factory.mktemp("places")
    build([write_places(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")
