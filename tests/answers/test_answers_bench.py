"""The rows about questions: measured on the packaged release, within what was promised."""

from __future__ import annotations

from benchmarks import answer_rows
from benchmarks.bench import BILLING


def test_each_question_has_its_row(kg):
    rows = {row.name: row for row in answer_rows.measure(kg.directory, quick=True)}
    assert "answer_rows" in BILLING
    assert len(rows) == 7
    assert {row.section for row in rows.values()} == {answer_rows.SECTION}
    assert all(row.stats is not None and row.target is not None for row in rows.values())
    assert [p.name for p in rows["kg.ask: a price in a locality"].peers] == ["kg.price"]
