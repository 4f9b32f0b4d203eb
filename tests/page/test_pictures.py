"""The pictures of docs/pages.md: one of each page in each look, small, whole, and shown."""

from __future__ import annotations

from pathlib import Path
from struct import unpack

import pytest

from codegraph.serve.pages import MENU

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("search", "code", "crosswalk", "price", "check", "sparql")
LOOKS = {"light": 1280, "dark": 1280, "phone": 720}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("look", LOOKS)
def test_a_picture_is_there_small_and_shown(page, look):
    path = DOCS / "screenshots" / f"{page}-{look}.png"
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert data[-8:-4] == b"IEND"
    assert unpack(">I", data[16:20]) == (LOOKS[look],)
    assert 10_000 < len(data) <= 150_000
    assert f"(screenshots/{path.name})" in (DOCS / "pages.md").read_text(encoding="utf-8")


def test_no_picture_is_left_over():
    assert len(list((DOCS / "screenshots").iterdir())) == len(PAGES) * len(LOOKS)


def test_the_pages_of_the_menu_are_named():
    text = (DOCS / "pages.md").read_text(encoding="utf-8")
    assert [path for path, _ in MENU if f"`{path}`" not in text] == []
