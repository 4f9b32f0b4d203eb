"""The rows of the bench: who found how many pairs, and an end where they differ."""

from __future__ import annotations

import pytest
from benchmarks import reasoners

from tests.reasoner.marks import needs_whelk


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_whelk, id="whelk")])
def test_a_row_names_who_agrees(kg, monkeypatch, _):
    monkeypatch.setattr(reasoners, "has_java", lambda: False)
    (row,) = reasoners.rows(kg)
    assert row.name == "procedures packaged"
    assert row.stats.median > 0
    assert [(peer.name, peer.note) for peer in row.peers] == [
        ("whelk", f"agrees on all {row.details['pairs']:,} pairs")
    ]


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_whelk, id="whelk")])
def test_one_pair_too_few_ends_the_bench(kg, monkeypatch, _):
    def forgetful(view):
        found = ask(view)
        return reasoners.Found(found.name, found.pairs - {min(found.pairs)}, found.seconds)

    ask = reasoners.whelk
    monkeypatch.setattr(reasoners, "has_java", lambda: False)
    monkeypatch.setattr(reasoners, "whelk", forgetful)
    with pytest.raises(ValueError, match="whelk and ours differ in 1 pairs"):
        reasoners.rows(kg)


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_whelk, id="whelk")])
def test_whelk_that_needs_more_memory_ends_alone(kg, tmp_path, _):
    kg.export(tmp_path / "view.ofn", format="owl", pcs=())
    with pytest.raises(reasoners.ChildFailed):
        reasoners.whelk(tmp_path / "view.ofn", memory_mb=20)
