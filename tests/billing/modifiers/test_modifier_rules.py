"""Whether a modifier may stand on a code: each indicator, each kind of service, and what is not loaded."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.billing.modifiers.facts import VISITS, within
from codegraph.billing.modifiers.model import ModifierRule
from codegraph.billing.modifiers.rules import RULES, rule
from codegraph.errors import InvalidCode, NotLoaded, UnknownCode

IN_2025 = date(2025, 10, 15)


@pytest.mark.parametrize(
    ("code", "modifiers", "answer"),
    [
        # bilateral 0, 1, 2, 3, and a value that has no meaning
        ("44310", "50 LT RT", "no"),  # the graph knows that the site has no sides
        ("74177", "50", "no"),
        ("74177", "LT RT", "depends"),
        ("27447", "50 LT RT", "yes"),
        ("58661", "50", "no"),
        ("58661", "LT", "depends"),
        ("73560", "50 LT", "yes"),
        ("69210", "50", "depends"),
        ("00840", "50", "no"),
        ("00840", "LT", "depends"),
        # assistant 0, 1, 2, 9
        ("73560", "80 81 82 AS", "yes"),
        ("44388", "80 81 82 AS", "no"),
        ("44310", "80 81 82 AS", "yes"),
        ("74177", "80 AS", "no"),
        # co-surgeon and team 0, 1, 2, 9
        ("44310", "62", "yes"),
        ("58661", "62 66", "yes"),
        ("44388", "62 66", "no"),
        ("73560", "66", "yes"),
        ("00840", "62 66", "no"),
        # multiple procedures 0, 2, 4 to 7, 9, and an add-on code
        ("44310", "51", "yes"),
        ("44955", "51", "no"),
        ("93010", "51", "no"),
        ("74177", "51", "depends"),
        ("97110", "51", "depends"),
        ("93005", "51", "depends"),
        ("93000", "51", "depends"),
        ("00840", "51", "no"),
        # professional and technical part 0 to 9
        ("44310", "26 TC", "no"),
        ("74177", "26 TC", "yes"),
        ("93010", "26 TC", "no"),
        ("93005", "26 TC", "no"),
        ("93000", "26 TC", "no"),
        ("96372", "26 TC", "no"),
        ("84165", "26", "yes"),
        ("84165", "TC", "no"),
        ("97110", "26 TC", "no"),
        ("85060", "26 TC", "no"),
        ("80053", "26 TC", "no"),
        # the global package
        ("44310", "22 53 54 55 56 58 78 79 76", "yes"),
        ("58661", "54 55 58", "yes"),
        ("44388", "22 53 58 78 79", "yes"),
        ("44388", "54 55 56", "no"),
        ("74177", "54", "no"),
        ("74177", "22 53 58 78", "depends"),
        ("44955", "78", "depends"),
        ("59400", "54 58", "depends"),
        ("69210", "54", "depends"),
        ("77750", "54 55", "depends"),
        ("44310", "24 25 57", "no"),
        ("99213", "24 25 57", "yes"),
        ("99213", "22 50 53 54 58 59 62 76 78 79 80 LT", "no"),
        ("99213", "52", "depends"),
        ("74177", "52", "yes"),
        ("80053", "76", "depends"),
        # NCCI pairs with indicator 1: some, none, an ended one, a visit
        ("44310", "59 XE XP XS XU", "yes"),
        ("27447", "59", "depends"),
        ("95810", "59", "depends"),
        ("G0463", "59 XS", "no"),
        # hospital outpatient status
        ("44388", "73 74", "yes"),
        ("44310", "73 74", "no"),
        ("44310", "CA", "yes"),
        ("44388", "CA", "no"),
        ("99284", "27", "yes"),
        ("99213", "27", "no"),
        ("44388", "27", "no"),
        ("99284", "73", "no"),
        # kinds of service
        ("00840", "AA AD QK QS QX QY QZ", "yes"),
        ("44310", "AA QZ", "no"),
        ("0042T", "AA", "no"),
        ("80053", "90 91", "yes"),
        ("0241U", "91", "yes"),
        ("44310", "90 91", "no"),
        ("44310", "47 63", "yes"),
        ("00840", "47", "no"),
        ("92928", "63", "depends"),
        ("44388", "PT", "yes"),
        ("44310", "PT", "depends"),
        ("99213", "PT", "no"),
        ("74177", "CT", "yes"),
        ("73560", "CT FX", "no depends"),
        ("44310", "FX FY CT", "no"),
        ("74177", "FX", "no"),
        ("00840", "P1 P2 P3 P4 P5 P6", "yes"),
        ("44310", "P3", "no"),
        ("97110", "GN GO GP CO CQ", "yes"),
        ("96372", "GP", "depends"),
        ("44310", "GP CQ", "no"),
        ("80053", "QW", "yes"),
        ("44310", "QW GE", "no"),
        ("99213", "GE", "yes"),
        ("J9999", "JW JZ", "depends"),
        ("44310", "JW JZ", "no"),
        ("44388", "PO PN", "yes"),
        ("99284", "PO PN", "yes"),
        ("99213", "PO PN", "no"),
        # places of the body
        ("44310", "E1 F5 FA T5 TA LC", "no"),
        ("92928", "LC LD LM RC RI", "yes"),
        ("92928", "E1 F1 T1", "no"),
        ("73560", "F1 T1 E1 LC", "depends"),
        ("11042", "F1 T1 E1", "depends"),
        # the case alone
        ("44310", "GA GC GX GY GZ Q0 Q1", "yes"),
        ("44310", "33 KX", "depends"),
    ],
)
def test_each_rule(hospital, code, modifiers, answer):
    answers = answer.split()
    wanted = answers if len(answers) > 1 else answers * len(modifiers.split())
    found = [rule(hospital, code, m, IN_2025) for m in modifiers.split()]
    assert [r.answer for r in found] == wanted, [str(r) for r in found]
    assert all(r.reason and r.loaded for r in found)
    assert [r.modifier for r in found if r.applies and r.condition is None and r.modifier != "80"] == []


@pytest.mark.parametrize(
    ("code", "modifier", "rate"),
    [
        ("27447", "50", "1.5"),
        ("73560", "50", "2"),
        ("44310", "80", "0.16"),
        ("44310", "AS", "0.136"),
        ("44310", "62", "0.625"),
        ("44310", "54", "0.90"),
        ("44310", "55", "0.10"),
        ("44310", "56", "0.09"),
        ("44310", "78", "0.81"),
        ("44388", "78", "1"),
        ("44310", "58", "1"),
        ("44388", "73", "0.5"),
        ("44388", "74", "1"),
        ("00840", "QK", "0.5"),
        ("00840", "AD", None),
        ("44310", "66", None),
    ],
)
def test_the_part_that_is_paid(hospital, code, modifier, rate):
    assert rule(hospital, code, modifier).rate == rate


def test_the_deciding_cell_is_named(hospital):
    (row,) = rule(hospital, "44310", "50").evidence
    assert str(row) == "cms-pfs/2025D: code 44310, modifier none, bilateral indicator 0"
    assert row.provenance.file.endswith("PPRRVU2025_Oct.csv")
    own = rule(hospital, "44388", "53")
    assert "a row of its own" in own.reason
    assert [dict(e.values) for e in own.evidence] == [
        {"code": "44388", "modifier": "53", "work RVU": "1.36"},
        {"code": "44388", "modifier": "53", "facility total": "2.33"},
    ]
    assert "by report" in rule(hospital, "44310", "53").reason
    (pairs,) = rule(hospital, "44310", "59").evidence
    assert dict(pairs.values)["pairs with indicator 1"] == "1"
    assert dict(pairs.values)["pairs with indicator 0"] == "1"


def test_the_words_of_the_knowledge_come_along(hospital):
    found = rule(hospital, "44310", "78")
    assert found.label == "Unplanned return to the operating room for a complication"
    assert any("intraoperative share" in text for text in found.payment)
    assert any("stoma" in text for text in found.when)
    assert str(found).startswith("78 yes: global period 090")


def test_what_a_condition_asks(hospital):
    assert "documentation" in (rule(hospital, "73560", "80").condition or "")
    assert "no qualified resident" in (rule(hospital, "44310", "82").condition or "")
    assert rule(hospital, "44310", "50").condition is None


def test_a_code_that_the_fee_schedule_lacks(hospital):
    found = rule(hospital, "36591", "50")
    assert (found.applies, found.loaded) == (None, True)
    assert found.reason == "36591 has no row in the physician fee schedule (cms-pfs/2025D)"


def test_a_modifier_without_a_rule(hospital):
    found = rule(hospital, "44310", "ZZ")
    assert found == ModifierRule("ZZ", "", None, "codegraph has no rule for this modifier")


@pytest.mark.parametrize(
    ("modifier", "source"), [("50", "Physician Fee"), ("73", "Addendum B"), ("59", "NCCI")]
)
def test_a_day_that_no_table_covers(hospital, modifier, source):
    day = date(2030, 1, 1)
    found = rule(hospital, "44388", modifier, day)
    assert (found.applies, found.loaded, found.answer) == (None, False, "not loaded")
    assert source in found.reason
    assert "nearest is" in found.reason
    close = rule(hospital, "44388", modifier, day, nearest=True)
    assert close.loaded
    assert "the nearest to 2030-01-01" in close.reason


def test_all_rules_of_a_code(hospital):
    found = hospital.modifiers("44310-78", on="2025-10-15")
    assert [r.modifier for r in found] == sorted(RULES)
    assert all(r.label for r in found)


def test_what_is_raised(hospital):
    with pytest.raises(NotLoaded, match="covers 2030-01-01; the nearest is cms-pfs/2025D"):
        hospital.modifiers("44310", on="2030-01-01")
    assert hospital.modifiers("44310", on="2030-01-01", nearest=True)
    with pytest.raises(UnknownCode):
        hospital.modifiers("99999")
    with pytest.raises(InvalidCode):
        hospital.modifiers("4431")


def test_answers_are_kept(hospital):
    judge = hospital._rules_of_modifiers.judge
    assert judge("44310", "50", None, False) is judge("44310", "50", None, False)


@pytest.mark.parametrize(
    ("code", "inside"),
    [("99213", True), ("G0463", True), ("0042T", False), ("99201", False), ("G0464", False)],
)
def test_ranges_keep_forms_apart(code, inside):
    assert within(code, VISITS) is inside
