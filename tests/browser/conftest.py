"""Fixtures of the tests in a real browser."""

from __future__ import annotations

from tests.page.conftest import hostile

__all__ = ["hostile"]
