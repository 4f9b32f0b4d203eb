"""The sets of modifiers, and the combinations that exclude each other."""

from __future__ import annotations

from itertools import combinations

import pytest

from codegraph.billing.modifiers import sets
from codegraph.billing.modifiers.circumstances import CIRCUMSTANCES
from codegraph.billing.modifiers.indicators import INDICATORS
from codegraph.billing.modifiers.kinds import KINDS
from codegraph.billing.modifiers.packages import PACKAGES
from codegraph.billing.modifiers.rules import RULES

# NCCI Policy Manual for Medicare Services, chapter I: modifiers that may bypass an edit.
NCCI = (
    "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI "
    "24 25 57 58 78 79 27 59 91 XE XS XP XU"
)


def test_what_bypasses_an_edit():
    assert set(NCCI.split()) == sets.DISTINCT
    assert len(sets.ANATOMIC) == 31
    assert sets.ANATOMIC < sets.DISTINCT
    assert sets.GLOBAL < sets.DISTINCT


@pytest.mark.parametrize(
    ("modifiers", "pairs"),
    [
        ("26 TC", ["26 TC"]),
        ("80 82", ["80 82"]),
        ("80 81 82", ["80 81", "80 82", "81 82"]),
        ("59 XS", ["59 XS"]),
        ("XE XS", []),
        ("50 RT", ["50 RT"]),
        ("50 LT RT", ["50 LT", "50 RT"]),
        ("LT RT", []),
        ("58 78 79", ["58 78", "58 79", "78 79"]),
        ("62 66", ["62 66"]),
        ("62 AS", ["62 AS"]),
        ("52 53", ["52 53"]),
        ("73 74", ["73 74"]),
        ("53 74", ["53 74"]),
        ("54 55", ["54 55"]),
        ("55 56", []),
        ("24 25 57", []),
        ("AA QZ", ["AA QZ"]),
        ("GA GZ", ["GA GZ"]),
        ("GX GY", []),
        ("22 51 LT", []),
        ("P1 P3", ["P1 P3"]),
        ("GO GP", ["GO GP"]),
        ("CQ GP", []),
        ("JW JZ", ["JW JZ"]),
    ],
)
def test_combinations(modifiers, pairs):
    found = sets.exclusions(modifiers.split())
    assert [f"{e.first} {e.second}" for e in found] == pairs
    assert all(e.reason for e in found)


def test_order_and_repetition_mean_nothing():
    assert sets.exclusions(["TC", "26", "TC"]) == sets.exclusions(["26", "TC"])


def test_every_exclusion_is_a_pair_of_known_modifiers():
    for pair in sets.EXCLUSIVE:
        assert len(pair) == 2
        assert pair <= RULES.keys()


def test_the_rules_are_told_apart():
    for one, other in combinations((INDICATORS, PACKAGES, CIRCUMSTANCES), 2):
        assert one.keys() & other.keys() == set()
    assert KINDS.keys() < CIRCUMSTANCES.keys()
    assert set(sets.ANESTHESIA) | sets.FACILITY_ONLY <= RULES.keys()
