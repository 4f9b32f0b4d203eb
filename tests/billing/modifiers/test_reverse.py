"""The codes that a modifier applies to: what the tables choose is what the rules say code by code."""

from __future__ import annotations

import pytest

from codegraph.billing.modifiers import reverse, sets
from codegraph.billing.modifiers.facts import Facts
from codegraph.billing.modifiers.rules import RULES, rule
from codegraph.billing.modifiers.sets import EYELIDS, FINGERS, TOES
from codegraph.errors import InvalidValue, NotLoaded
from tests.billing.modifiers.hospital_files import FEES, HOSPITAL

CASES = "33 52 76 77 FX FY GA GC GX GY GZ JW JZ KX Q0 Q1"
UNDECIDED = {*CASES.split(), *EYELIDS, *FINGERS, *TOES}
FEE_CODES = sorted({code for code, _, _ in FEES})


@pytest.mark.parametrize(
    ("modifier", "codes"),
    [
        ("50", "27447 73560"),
        ("LT", "27447 73560"),
        ("53", "44388"),
        ("54", "27447 44310 58661"),
        ("26", "73560 74177 84165"),
        ("TC", "73560 74177"),
        ("66", "58661 73560"),
        ("62", "27447 44310 44955 58661"),
        ("51", "27447 44310 44388 58661 59400 77750 92928"),
        ("24", "99213 G0463"),
        ("AA", "00840"),
        ("CT", "74177"),
        ("CA", "44310"),
        ("27", "99284"),
        ("73", "10060 36591 44388 44950 44970 71045 93005 93017 95810"),
        ("59", "44310 44388"),  # a pair with 44187 ended, G0463 is a visit
    ],
)
def test_the_codes_of_a_modifier(hospital, modifier, codes):
    found = hospital.codes_with_modifier(modifier, on="2025-10-15")
    assert [use.code for use in found] == codes.split()
    assert all(use.modifier == modifier and use.reason for use in found)


@pytest.mark.parametrize("modifier", sorted(RULES.keys() - UNDECIDED - {"59", "XE", "XP", "XS", "XU"}))
def test_both_directions_agree(hospital, modifier):
    codes = sorted({row[0] for row in HOSPITAL}) if modifier in sets.FACILITY_ONLY else FEE_CODES
    forward = [c for c in codes if rule(hospital, c, modifier).applies]
    if modifier == "53":
        forward = [c for c in forward if "row of its own" in rule(hospital, c, modifier).reason]
    assert [use.code for use in hospital.codes_with_modifier(modifier)] == forward


@pytest.mark.parametrize("modifier", sorted(UNDECIDED))
def test_what_no_table_decides(hospital, modifier):
    with pytest.raises(NotLoaded, match="follows from no table"):
        reverse.codes_with_modifier(hospital, modifier)


def test_what_is_raised(hospital):
    with pytest.raises(InvalidValue, match="no rule") as error:
        hospital.codes_with_modifier("ZZ")
    assert "59" in error.value.candidates
    for modifier in ("50", "59", "73"):
        with pytest.raises(NotLoaded, match="covers 2031-01-01"):
            hospital.codes_with_modifier(modifier, on="2031-01-01")
        assert hospital.codes_with_modifier(modifier, on="2031-01-01", nearest=True)


def test_a_use_names_its_cell(hospital):
    use = hospital.codes_with_modifier("50")[0]
    assert str(use) == "27447-50: bilateral indicator 1: both sides are paid 150 percent of one"
    assert dict(use.evidence[0].values)["bilateral indicator"] == "1"


def test_facts_without_a_row(hospital):
    with pytest.raises(ValueError, match="no fee schedule row"):
        Facts(hospital, "36591", None).cell("bilateral", "bilateral indicator")
