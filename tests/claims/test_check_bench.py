"""The bench of the claim check measures what it says, and its peer denies the same lines."""

from __future__ import annotations

import re

from benchmarks.billing_check import SECTION, measure


def test_its_rows(claimed):
    one, many, long = rows = measure(claimed.directory, quick=True)
    assert {row.section for row in rows} == {SECTION}
    assert all(row.stats and row.stats.median > 0 for row in rows)
    assert (str(one.target), many.target, many.unit) == ("≤ 1", None, "claims/s")
    (peer,) = many.peers
    assert peer.stats is not None
    denied = re.search(r"deny ([0-9,]+) lines here and by hand", many.note)
    assert denied is not None
    assert int(denied[1].replace(",", "")) > 500
    assert "1,000" in long.name


def test_without_a_fee_schedule_it_says_so(small):
    (row,) = measure(small.directory, quick=True)
    assert row.stats is None
    assert "medically unlikely" in row.note
