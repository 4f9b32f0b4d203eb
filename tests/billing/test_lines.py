"""A reported code is read as one thing, however it is written, and what cannot be meant is refused with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.billing.lines import Line, checked_units, make_line, parse_line
from codegraph.errors import InvalidCode, InvalidValue

MODIFIERS = ("22", "26", "59", "LT", "RT", "TC", "X2", "XS", "50")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("44310", Line("44310")),
        ("cpt:44310", Line("44310")),
        ("hcpcs:g0105-53", Line("G0105", ("53",))),
        ("44388-53", Line("44388", ("53",))),
        ("44388 53", Line("44388", ("53",))),
        ("44187-LT-59 x2", Line("44187", ("59", "LT"), 2)),
        ("44187 - 59 , LT x 12", Line("44187", ("59", "LT"), 12)),
        ("44955x1", Line("44955")),
        ("44955X3", Line("44955", (), 3)),
        ("44187-59x2", Line("44187", ("59",), 2)),
        ("44187-x2", Line("44187", ("X2",))),  # a hyphen means the modifier, a blank the units
        ("44187 x2", Line("44187", (), 2)),
        ("0075t-26", Line("0075T", ("26",))),
    ],
)
def test_a_line_is_read_as_it_is_written(text, expected):
    assert parse_line(text) == expected


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("4431", InvalidCode, "44187-59x2"),
        ("W4310", InvalidCode, "CPT or HCPCS"),
        ("0D1B0Z4", InvalidCode, "no line of a claim"),
        ("44310-593", InvalidValue, "'593' of 44310 is no modifier"),
        ("44310-5", InvalidValue, "'5' of 44310"),
        ("44310-22-23-24-25-26", InvalidValue, "5 modifiers of 44310; a line has at most 4"),
        ("44310-59-59", InvalidValue, "59 of 44310 stands there twice"),
        ("44310x0", InvalidValue, "'0' units of 44310"),
        ("44310 x-1", InvalidValue, "'-1' units of 44310"),
        ("44310x99999999999", InvalidValue, "units of 44310"),
        ("", InvalidCode, "no line"),
    ],
)
def test_what_cannot_be_meant_is_refused(text, error, said):
    with pytest.raises(error) as caught:
        parse_line(text)
    assert said in str(caught.value)


@pytest.mark.parametrize("units", [0, -1, True, 1.5, "", "one", None])
def test_units_are_whole_numbers_from_one(units):
    with pytest.raises(InvalidValue):
        checked_units(units)


@given(st.permutations(MODIFIERS), st.integers(0, 4), st.integers(1, 999))
def test_order_of_modifiers_means_nothing_and_text_reads_back(modifiers, number, units):
    line = make_line("44310", modifiers[:number], units)
    assert line == make_line("44310", reversed(modifiers[:number]), str(units))
    assert parse_line(str(line)) == line


def test_a_line_knows_its_system_and_keys():
    line = parse_line("G0105-53", day=date(2026, 1, 2), number=3)
    assert (line.system, line.curie, line.key, line.day, line.number) == (
        "hcpcs",
        "hcpcs:G0105",
        "G0105-53",
        date(2026, 1, 2),
        3,
    )
    assert parse_line(line, number=4).number == 4
