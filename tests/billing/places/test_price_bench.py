"""The bench of prices measures what it says, and its peers work out the same amounts."""

from __future__ import annotations

import re

import pytest
from benchmarks.billing_price import SECTION, measure

pytest.importorskip("polars")
pytest.importorskip("pandas")


def test_its_rows(placed):
    rows = measure(placed.directory, quick=True)
    assert {row.section for row in rows} == {SECTION}
    assert [(row.name.split("(")[0], row.target is not None) for row in rows] == [
        ("kg.price", True),
        ("kg.price", True),
        ("kg.price", True),
        ("kg.price_session of 5 lines", False),
        ("kg.price_spread", False),
        ("kg.price_frame", True),
    ]
    assert all(row.stats and row.stats.median > 0 for row in rows)
    peers = {peer.name: peer for row in rows for peer in row.peers}
    assert peers.keys() == {"dict", "sqlite", "Python loop", "pandas"}
    assert all(peer.stats for peer in peers.values())
    assert re.search(r"[0-9]+ of 410 amounts are a cent off", peers["pandas"].note)


def test_without_indices_it_says_so(small):
    (row,) = measure(small.directory, quick=True)
    assert row.stats is None
    assert "geographic practice cost indices" in row.note
