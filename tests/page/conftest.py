"""A release whose labels mean harm, for the tests of pages."""

from __future__ import annotations

import pytest

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.build.small_files import order_line

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> javascript:alert(3) [x](javascript:alert(4)) \u202e|'
SHORT = "</title></style>'><svg onload=alert(5)>"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """Return the CodeGraph of a release with markup in its labels."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "files").mkdir()
    lines = [
        order_line(1, "K50", 0, SHORT, HOSTILE),
        order_line(2, "K500", 0, SHORT, f"{HOSTILE} below"),
        order_line(3, "K5000", 1, SHORT, f"{HOSTILE} deep"),
    ]
    (folder / "files" / "icd10cm-order-2021.txt").write_text("".join(lines), encoding="utf-8")
    build([folder / "files"], folder / "release")
    return CodeGraph(folder / "release")
