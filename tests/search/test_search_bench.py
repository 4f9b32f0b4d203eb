"""The bench of search measures what it says, against the targets."""

from __future__ import annotations

from benchmarks import search_rows


def test_rows_have_figures_targets_and_peers(kg):
    rows = {
        row.name.removeprefix("kg.search: "): row for row in search_rows.measure(kg.directory, quick=True)
    }
    assert {name: (row.unit, row.target and row.target.bound) for name, row in rows.items()} == {
        "words as people type them": ("ms", 5),
        "two or three words of a label, one letter wrong in each": ("ms", 5),
        "the same words, the last one begun": ("ms", 5),
        "codes and beginnings of codes": ("ms", 5),
        "index reopened": ("ms", None),
    }
    assert all(row.stats is not None and row.section == "search" for row in rows.values())
    assert [p.name for p in rows["words as people type them"].peers] == ["sqlite fts5", "in"]
