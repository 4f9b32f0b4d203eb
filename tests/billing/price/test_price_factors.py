"""What modifiers do to the amount: each indicator with its factor or its refusal, and what excludes each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.billing.price import factors
from codegraph.billing.price.model import cents
from codegraph.errors import InvalidValue

DAY = "2025-10-01"
FULL = Decimal("31.26") * Decimal("32.3465")
# 10001 has bilateral 1, assistant 0, co-surgeons 2, team 1; 10002 has 2, 1, 0, 2; 10003 has 3, 9, 9, 9;
# 44310 has 0, 2, 1, 0; 10009 bilateral 9.
PAID = [
    ("44310-50", "1", "bilateral indicator 0"),
    ("10001-50", "1.5", "150 %"),
    ("10002-50", "1", "for both sides already"),
    ("10003-50", "2", "each side pays 100 %"),
    ("44310-80", "0.16", "16 %"),
    ("44310-81", "0.16", "minimum assistant"),
    ("44310-82", "0.16", "no qualified resident"),
    ("44310-AS", "0.136", "13.6 %"),
    ("44310-80-AS", "0.136", "13.6 %"),
    ("10001-80", "0.16", "16 %"),
    ("10001-62", "0.625", "62.5 %"),
    ("44310-62", "0.625", "62.5 %"),
    ("44310-54", "0.90", "preoperative and intraoperative shares"),
    ("44310-55", "0.10", "postoperative share"),
    ("44310-56", "0.09", "preoperative share"),
    ("44310-78", "0.81", "intraoperative share"),
    ("10010-78", "0.80", "intraoperative share"),
    ("10001-50-80", "0.24", "16 %"),
    ("10001-50-54-62", "0.84375", "62.5 %"),
]
REFUSED = [
    ("10009-50", "50 is no valid modifier for this code (bilateral indicator 9)"),
    ("10010-50", "bilateral indicator '7' is not known here"),
    ("10002-80", "assistant not payable (assistant indicator 1)"),
    ("10002-AS", "assistant not payable (assistant indicator 1)"),
    ("10003-80", "concept of an assistant does not apply"),
    ("10002-62", "co-surgeons not permitted"),
    ("10003-62", "concept of co-surgeons does not apply"),
    ("44310-66", "team of surgeons is not permitted"),
    ("10001-66", "by report, with documentation"),
    ("10002-66", "priced by report (team indicator 2)"),
    ("10003-66", "concept of a team does not apply"),
    ("10009-54", "global period 090"),
    ("59400-55", "global period MMM"),
    ("44388-54", "global period 000"),
    ("44310-52", "reduced service"),
    ("44310-53", "no row of its own"),
    ("44310-73", "for hospitals and ambulatory surgical centers"),
    ("44310-74", "74 100 %"),
    ("44310-CT", "technical component"),
    ("44310-CQ", "therapy assistant"),
    ("44310-QK", "anesthesia codes"),
]


@pytest.mark.parametrize(("written", "factor", "says"), PAID)
def test_a_modifier_pays_its_part(priced, written, factor, says):
    found = priced.price(written, on=DAY)
    assert found.exact == FULL * Decimal(factor)
    assert found.total == cents(found.exact)
    assert says in found.explain()


@pytest.mark.parametrize(("written", "says"), REFUSED)
def test_a_modifier_that_sets_no_price_says_why(priced, written, says):
    found = priced.price(written, on=DAY)
    assert (found.total, found.exact) == (None, None)
    assert says in found.reason
    assert any(note.startswith("without that the amount would be $") for note in found.notes)


@pytest.mark.parametrize(("written", "says"), [("10001-80", "assistant"), ("44310-62", "co-surgeon")])
def test_what_needs_documentation_is_marked_for_review(priced, written, says):
    (note,) = [n for n in priced.price(written, on=DAY).notes if n.startswith("review")]
    assert says in note


def test_the_indicator_and_its_row_stand_among_the_inputs(priced):
    given = {i.name: i for i in priced.price("10001-50-80", on=DAY).inputs}
    assert given["bilateral indicator"].value == "1"
    assert given["assistant indicator"].evidence.values == (
        ("code", "10001"),
        ("modifier", ""),
        ("assistant", "0"),
    )
    assert str(given["bilateral indicator"]) == "bilateral indicator: 1 [cms-pfs/2025D, PPRRVU2025_Oct.csv]"


def test_the_full_amount_for_a_return_under_a_period_without_shares(priced):
    found = priced.price("44388-78", on=DAY)
    assert str(found.total) == "150.41"
    assert any("full amount" in note for note in found.notes)


def test_22_and_51_leave_the_amount_and_say_what_may_change_it(priced):
    found = priced.price("44310-22-51", on=DAY)
    assert found.exact == FULL
    assert {note[:3] for note in found.notes} == {"22:", "51:"}


def test_a_modifier_without_known_effect_is_named_and_the_neutral_ones_are_not(priced):
    found = priced.price("44310-59-LT-QW", on=DAY)
    assert found.exact == FULL
    assert found.notes == ("QW: no effect of this modifier on the amount is known here",)


def test_the_first_refusal_is_the_reason_and_later_ones_are_notes(priced):
    found = priced.price("10002-52-80", on=DAY)
    assert found.reason.startswith("assistant not payable")
    assert any(note.startswith("52: reduced service") for note in found.notes)


@pytest.mark.parametrize(
    ("written", "pair"),
    [
        ("70450-26-TC", ("26", "TC")),
        ("44310-80-82", ("80", "82")),
        ("44310-62-66", ("62", "66")),
        ("44310-62-80", ("62", "80")),
        ("44310-50-RT", ("50", "RT")),
        ("44310-54-55", ("54", "55")),
        ("44310-55-78", ("55", "78")),
        ("44310-54-56", ("54", "56")),
        ("00100-QK-QZ", ("QK", "QZ")),
    ],
)
def test_modifiers_that_exclude_each_other_are_an_error(priced, written, pair):
    with pytest.raises(InvalidValue, match="exclude each other") as found:
        priced.price(written, on=DAY)
    assert set(pair) <= set(found.value.candidates)
    assert all(modifier in str(found.value) for modifier in pair)


def test_every_indicator_of_every_table_is_tried_here(priced):
    tried = {
        (modifier, getattr(priced._figures.fees("cms-pfs/2025D", written[:5])[""], column))
        for written, *_ in (*PAID, *REFUSED)
        for modifier, (column, _) in factors.BY_INDICATOR.items()
        if modifier in written.split("-")
    }
    known = {(m, i) for m, (_, effects) in factors.BY_INDICATOR.items() for i in effects}
    same_as_80 = {(m, i) for m, i in known if m in ("81", "82", "AS")}
    assert known - same_as_80 <= tried
    assert factors.BY_INDICATOR["80"][1].keys() == factors.BY_INDICATOR["AS"][1].keys()


def test_each_effect_has_a_rule_to_read():
    for _, effects in factors.BY_INDICATOR.values():
        assert all("section" in effect.rule for effect in effects.values())
    assert all("section" in rule for _, rule in factors.UNPRICED.values())
