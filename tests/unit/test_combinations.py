"""Combinations stay sets of alternatives: scenario by scenario, one code of each choice list."""

from __future__ import annotations

import itertools
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.crosswalk.combinations import Choice, Combination, Part, from_gem
from codegraph.sources import gems
from codegraph.sources.files import Member

# Invented rows in the layout of the official files: two scenarios, the first with a choice of two; one row alone.
ROWS = [
    Choice("T01.5", "X09", 2, 2),
    Choice("T01.5", "X02", 1, 1),
    Choice("T01.5", "X01", 1, 1),
    Choice("T01.5", "X03", 1, 2),
    Choice("T01.5", "X08", 2, 1),
    Choice("T01.5", "X99", 0, 0, combination=False),
    Choice("T01.5", None, 0, 0, combination=False),
]


def test_scenarios_stay_apart():
    first, second = from_gem(ROWS)
    assert first == Combination(
        "scenario 1", (Part("choice list 1", ("X01", "X02")), Part("choice list 2", ("X03",)))
    )
    assert list(second.sets()) == [("X08", "X09")]
    assert first.codes == ("X01", "X02", "X03")
    assert str(first) == "scenario 1: (X01 or X02) + X03"
    assert first.omitted == ()
    assert first.reading == first.reading_source == ""


def test_alternatives_of_one_list_never_stand_together():
    first = from_gem(ROWS)[0]
    assert list(first.sets()) == [("X01", "X03"), ("X02", "X03")]
    assert not any({"X01", "X02"} <= set(found) for found in first.sets())


@pytest.mark.parametrize(
    ("codes", "whole", "missing"),
    [
        ({"X02", "X03"}, True, []),
        ({"X01", "X02", "X03", "X99"}, True, []),
        ({"X01", "X02"}, False, ["choice list 2"]),
        ({"X08", "X09"}, False, ["choice list 1", "choice list 2"]),
        (set(), False, ["choice list 1", "choice list 2"]),
    ],
)
def test_covers(codes, whole, missing):
    first = from_gem(ROWS)[0]
    assert first.covers(codes) is whole
    assert [part.name for part in first.missing(codes)] == missing


def test_rows_alone_make_no_combination():
    assert from_gem(ROWS[-2:]) == ()
    assert from_gem([]) == ()


def test_several_sources_are_refused():
    with pytest.raises(ValueError, match=r"one source code, not of T01\.5, T01\.6"):
        from_gem([*ROWS, Choice("T01.6", "X01", 1, 1)])


def test_values_are_checked_and_frozen():
    with pytest.raises(ValueError, match="at least one alternative"):
        Part("choice list 1", ())
    with pytest.raises(ValueError, match="stands twice"):
        Part("choice list 1", ("A", "A"))
    with pytest.raises(ValueError, match="at least one part"):
        Combination("scenario 1", ())
    with pytest.raises(ValueError, match="two parts have one name"):
        Combination("scenario 1", (Part("a", ("A",)), Part("a", ("B",))))
    with pytest.raises(FrozenInstanceError):
        from_gem(ROWS)[0].name = "other"


def test_sets_are_not_enumerated_ahead():
    wide = Combination(
        "acts", tuple(Part(f"act {n}", tuple(f"{n}-{i}" for i in range(100))) for n in range(8))
    )
    assert wide.count == 100**8
    assert next(wide.sets()) == tuple(f"{n}-0" for n in range(8))


parts = st.lists(
    st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=4, unique=True), min_size=1, max_size=4
)


@given(parts, st.sets(st.sampled_from("ABCDEFGH")))
def test_covers_means_that_some_set_is_held(lists, codes):
    made = Combination("acts", tuple(Part(str(n), tuple(found)) for n, found in enumerate(lists)))
    every = list(made.sets())
    assert len(every) == made.count
    assert every == list(itertools.product(*lists))
    assert made.covers(codes) == any(codes.issuperset(found) for found in every)


def test_rows_of_a_file_will_do(tmp_path):
    lines = "K50012  5550  10111\nK50012  5609  10112\n"
    (tmp_path / "2018_I10gem.txt").write_text(lines)
    rows = list(gems.read(Member(Path(tmp_path / "2018_I10gem.txt"), None)))
    assert [str(c) for c in from_gem(rows)] == ["scenario 1: 555.0 + 560.9"]


@pytest.mark.full_data
def test_official_combinations_of_crohns_disease_with_obstruction(data_dir):
    member = Member(data_dir / "gems" / "2018_I10gem.txt", None)
    rows = [row for row in gems.read(member) if isinstance(row, gems.Equivalence)]
    found = from_gem(row for row in rows if row.source == "K50.012")
    assert [list(c.sets()) for c in found] == [[("555.0", "560.9")]]
    assert found[0].covers({"555.0", "560.9"})
    assert not found[0].covers({"555.0"})
