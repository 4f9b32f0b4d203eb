"""The bench of edits measures what it says, against the targets."""

from __future__ import annotations

import pytest
from benchmarks import billing_edits


@pytest.fixture(scope="module")
def rows(kg):
    return {row.name: row for row in billing_edits.measure(kg.directory, quick=True)}


def test_every_row_asked_for_is_there_with_its_target(rows):
    bounds = {name: (row.unit, row.target and row.target.bound) for name, row in rows.items()}
    assert bounds == {
        'kg.edits("44310", "44187", on=…)': ("µs", 30),
        "all pairs of a 5-code claim": ("µs", 30),
        'kg.conflicts("44310", on=…)': ("ms", None),
        'kg.unit_limit("44310")': ("µs", None),
        "pair history on disk": ("MB", 200),
        "pair history built": ("s", 20),
    }


def test_rows_have_figures_and_peers_of_the_same_data(rows):
    for name, row in rows.items():
        assert row.section == "edits"
        assert (row.stats is None) == (name == "pair history built")  # not in a quick run
        assert all(peer.stats is not None for peer in row.peers)
    assert [p.name for p in rows["all pairs of a 5-code claim"].peers] == ["sqlite", "dict"]
    assert "not in a quick run" in rows["pair history built"].note


def test_rows_of_what_is_not_loaded_say_so(mapped):
    rows = {row.name: row for row in billing_edits.measure(mapped.directory, quick=True)}
    assert rows["limit"].stats is None
    assert "medically unlikely edits" in rows["limit"].note
