"""Golden rankings on the packaged release: what stands first, what stands before what, what is among the first ten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CASES = json.loads((Path(__file__).parent / "rankings.json").read_text(encoding="utf-8"))


def test_no_case_is_lost():
    assert len(CASES) == 38
    assert len({case["text"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_ranking(kg, case):
    codes = kg.search(case["text"]).codes
    first = tuple(case.get("first", ()))
    assert codes[: len(first)] == first
    assert set(case.get("within", ())) - set(codes[:10]) == set()
    for better, worse in case.get("before", ()):
        assert better in codes
        assert worse not in codes or codes.index(better) < codes.index(worse)
