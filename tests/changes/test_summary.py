"""Equal relative changes are found through rounded figures, and no others."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.changes.model import Change
from codegraph.changes.summary import WORK, adjustments

CENT = Decimal("0.01")


def change(key, before, after):
    first, second = "cms-pfs/2025D", "cms-pfs/2026A"
    return Change("pfs", "figure", f"cpt:{key}", key, WORK, Decimal(before), Decimal(after), first, second)


def less(value, factor="0.975"):
    return (Decimal(value) * Decimal(factor)).quantize(CENT, ROUND_HALF_UP)


@given(st.lists(st.integers(100, 9000), min_size=2, max_size=40, unique=True))
def test_one_cut_is_one_adjustment(hundredths):
    works = [Decimal(n) / 100 for n in hundredths]
    (found,) = adjustments([change(str(n), w, less(w)) for n, w in enumerate(works)])
    assert found.count == len(works)
    if any(w > 20 for w in works):  # large figures leave one tenth of a percent only
        assert found.percent == Decimal("-2.5")


def test_two_cuts_are_two_adjustments_and_the_rest_is_none():
    rows = [change(f"a{n}", f"{20 + n}.00", less(f"{20 + n}.00")) for n in range(5)]
    rows += [change(f"b{n}", f"{30 + n}.00", less(f"{30 + n}.00", "1.10")) for n in range(3)]
    rows += [change("c", "25.00", "31.37")]
    assert [(a.percent, a.keys) for a in adjustments(rows)] == [
        (Decimal("-2.5"), ("a0", "a1", "a2", "a3", "a4")),
        (Decimal(10), ("b0", "b1", "b2")),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [change("one", "17.59", "17.15")],  # one row makes no group
        [change("zero", "0.00", "1.00"), change("nought", "0.00", "2.00")],  # no percentage of nothing
    ],
)
def test_no_adjustment(rows):
    assert adjustments(rows) == ()


def test_other_fields_do_not_count():
    rows = [change("a", "20.00", "19.50"), change("b", "30.00", "29.25")]
    assert len(adjustments(rows)) == 1
    assert adjustments(rows, "units") == ()


@pytest.mark.parametrize(
    ("before", "after", "difference", "percent"),
    [
        ("17.59", "17.15", "-0.44", "-2.50"),
        ("0.40", "0.39", "-0.01", "-2.50"),
        ("8.00", "8.01", "0.01", "0.13"),  # 0.125, half up
        ("0.00", "1.00", "1.00", None),
    ],
)
def test_by_how_much(before, after, difference, percent):
    found = change("x", before, after)
    assert found.difference == Decimal(difference)
    assert found.percent == (None if percent is None else Decimal(percent))
