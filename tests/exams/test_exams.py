"""Blind examinations: what people ask, search and note, with floors below which no change may fall."""

from __future__ import annotations

import pytest

from codegraph import CodeGraph
from tests.exams.scoring import MARKERS, cases, examine, outcome, share, table

COLLECTED = {
    ("questions", 0): 30,
    ("questions", 1): 150,
    ("searches", 1): 80,
    ("notes", 1): 40,
    ("questions", 2): 100,
    ("searches", 2): 50,
    ("notes", 2): 25,
    ("questions", 3): 60,
    ("notes", 3): 40,
}
FLOORS = {
    ("questions", 0): 0.70,
    ("questions", 1): 0.97,
    ("searches", 1): 0.96,
    ("notes", 1): 0.97,
    ("questions", 2): 0.90,
    ("searches", 2): 0.91,
    ("notes", 2): 0.90,
    ("questions", 3): 0.56,
    ("notes", 3): 0.82,
}
"""Shares of right ones in the packaged release."""
FULL_FLOORS = FLOORS | {("searches", 1): 0.92, ("searches", 2): 0.90, ("questions", 3): 0.58}
"""Shares of right ones in a release of all official files."""
WRONG: dict[tuple[str, int], int] = {}
"""Cases marked wrong that are known; none where it says nothing."""


@pytest.fixture(scope="module")
def packaged(packaged_cache) -> CodeGraph:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        return CodeGraph.open()


@pytest.mark.parametrize(("kind", "exam"), COLLECTED)
def test_all_cases_are_read_and_complete(kind, exam):
    found = cases(kind, exam, full=True)
    assert len(found) == COLLECTED[kind, exam]
    assert len({case["id"] for case in found}) == len(found)
    assert {frozenset(c) - {"on", "accept", "system"} for c in found} == {
        frozenset(found[0]) - {"on", "accept", "system"}
    }


def test_every_kind_has_its_marker():
    assert {kind for kind, _ in COLLECTED} == set(MARKERS)


@pytest.mark.parametrize(("kind", "exam"), FLOORS)
def test_floors_of_the_packaged_release(packaged, kind, exam):
    held(examine(packaged, kind, exam, full=False), FLOORS[kind, exam], WRONG.get((kind, exam), 0))


def test_every_reading_that_is_offered_leads_on(packaged):
    offered = {
        r for case in cases("questions", 1, full=False) for r in packaged.ask(case["question"]).readings
    }
    lost = [reading for reading in sorted(offered) if outcome(packaged.ask(reading)) == "not understood"]
    assert offered
    assert not lost


@pytest.mark.full_release
@pytest.mark.full_data
@pytest.mark.parametrize(("kind", "exam"), FULL_FLOORS)
def test_floors_of_all_official_files(full, kind, exam):
    held(examine(full, kind, exam, full=True), FULL_FLOORS[kind, exam], WRONG.get((kind, exam), 0))


def held(marked, floor: float, wrong: int) -> None:
    false = [f"{m.case['id']}: {m.reason}: {m.said}" for m in marked if m.mark == "wrong"]
    assert len(false) <= wrong, "\n".join(false)
    assert share(marked) >= floor, table(marked)
