"""The small release of the claim check, for the claims that are validated beside it."""

from __future__ import annotations

from tests.claims.conftest import claimed

__all__ = ["claimed"]
