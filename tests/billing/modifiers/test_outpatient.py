"""Hospital outpatient payment: a code's status, and what the lines of a claim are paid, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.billing.outpatient import UNADJUSTED
from codegraph.billing.outpatient_claim import outpatient_claim
from codegraph.billing.outpatient_status import BESIDE_J1, PACKAGES_Q4, STATUSES
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode


def outcomes(claim):
    return [(line.outcome, None if line.amount is None else str(line.amount)) for line in claim.lines]


class TestStatus:
    """One code."""

    def test_a_paid_procedure(self, hospital):
        found = hospital.outpatient("44388", on="2025-03-01")
        assert (found.status, found.label, found.apc) == ("T", "Discounted When Multiple", "5311")
        assert (found.apc_title, found.apc_status) == ("Level 1 Lower GI Procedures", "T")
        assert (found.payment_rate, found.minimum_copayment) == (Decimal("900.01"), Decimal("180.00"))
        assert found.relative_weight == Decimal("10.0")
        assert found.published == ("Reduced when several", "Separate payment.")
        assert found.inpatient_only is False
        assert found.notes == (UNADJUSTED,)
        assert [e.table for e in found.evidence] == ["opps", "apc"]
        assert found.release == "opps-addendum-b/2025"
        assert "50 percent" in found.effect
        assert found.meaning.endswith(".")
        assert str(found) == "44388: T (Discounted When Multiple), APC 5311, $900.01"

    def test_an_inpatient_procedure(self, hospital):
        found = hospital.outpatient("44310")
        assert (found.status, found.apc, found.payment_rate, found.inpatient_only) == ("C", "", None, True)
        assert [e.table for e in found.evidence] == ["opps", "inpatient_only"]
        assert found.notes == ()

    def test_addenda_that_disagree(self, hospital):
        found = hospital.outpatient("71045")
        assert found.inpatient_only is True
        assert found.notes[0] == "Addendum E (opps-addendum-e/2025) lists it, Addendum B has status Q3"

    def test_a_note_of_the_file(self, hospital):
        assert "Capped." in hospital.outpatient("44950").notes

    def test_modifiers(self, hospital):
        found = hospital.outpatient("44388-73-50")
        assert found.key == "44388-50-73"
        assert [m for m, _ in found.modifier_effects] == ["50", "73"]
        assert found.modifier_effects[1][1] == "stopped before anesthesia: 50 percent"
        assert [m for m, _ in hospital.outpatient("44310-CA").modifier_effects] == ["CA"]
        assert hospital.outpatient("44388-CA").modifier_effects == ()

    def test_what_is_raised(self, hospital):
        with pytest.raises(UnknownCode, match="not in OPPS Addendum B"):
            hospital.outpatient("99999")
        with pytest.raises(NotLoaded, match="covers 2026-01-01; the nearest is opps-addendum-b/2025"):
            hospital.outpatient("44388", on="2026-01-01")
        with pytest.raises(InvalidCode):
            hospital.outpatient("4438")
        with pytest.raises(InvalidValue, match="YYYY-MM-DD"):
            hospital.outpatient("44388", on="01/01/2025")
        close = hospital.outpatient("44388", on="2026-01-01", nearest=True)
        assert "the nearest to 2026-01-01" in " ".join(close.notes)


class TestClaim:
    """Several lines of one claim; rates are those of the small addenda."""

    @pytest.mark.parametrize(
        ("lines", "wanted", "total"),
        [
            # T: the highest in full, the others and further units at half: 900.01 + 0.5 x 200 x 2
            ("44388 10060x2", ["paid 900.01", "paid 200.00"], "1100.01"),
            # Further units of the highest at half: 900.01 x 1.5 = 1350.015, half up
            ("44388x2", ["paid 1350.02"], "1350.02"),
            # A second side is a further procedure
            ("44388-50 10060-50", ["paid 1350.02", "paid 200.00"], "1550.02"),
            # Stopped before anesthesia 50 %, after it 100 %; ranked by what is left: 450.005 still beats 200
            ("44388-73 10060", ["paid 450.01", "paid 100.00"], "550.01"),
            ("44388-74 10060-73", ["paid 900.01", "paid 50.00"], "950.01"),
            ("44388-52", ["paid 450.01"], "450.01"),
            # S is not reduced, and neither is T beside it
            ("95810x2 44388", ["paid 2000.00", "paid 900.01"], "2900.01"),
            # J1: the highest pays once, all else is packaged, but not a pass-through drug
            (
                "44970 44950x2 99284 95810 J9999",
                ["packaged 0", "paid 6000.00", *["packaged 0"] * 3],
                "6000.00",
            ),
            ("44950-73 A9600x3", ["paid 3000.00", "paid 60.00"], "3060.00"),
            ("44950-73 44970", ["packaged 0", "paid 5800.00"], "5800.00"),
            (
                "44950 V2785 92507 99213",
                ["paid 6000.00", "cost None", "other system None", "not paid None"],
                "6000.00",
            ),
            # Q1 beside S, T or V (a visit with J2 counts as one); alone the highest pays, one unit
            ("93005 95810", ["packaged 0", "paid 1000.00"], "1000.00"),
            ("93005 44388", ["packaged 0", "paid 900.01"], "900.01"),
            ("93005 99284", ["packaged 0", "paid 425.00"], "425.00"),
            ("93005 71045", ["packaged 0", "paid 88.00"], "88.00"),
            ("93005 93017x2", ["packaged 0", "paid 300.00"], "300.00"),
            # Q2 beside T only
            ("36591 44388", ["packaged 0", "paid 900.01"], "900.01"),
            ("36591 95810", ["paid 70.00", "paid 1000.00"], "1070.00"),
            ("36591 93005", ["paid 70.00", "packaged 0"], "70.00"),
            # Q4 beside anything of the outpatient system, else the laboratory fees
            ("80053 93005", ["packaged 0", "paid 60.00"], "60.00"),
            ("80053", ["other system None"], "0"),
            ("80053 J9999", ["other system None", "paid 10.01"], "10.01"),
            ("J0131 44388", ["packaged 0", "paid 900.01"], "900.01"),
            # An inpatient-only procedure, and one on a patient who died
            ("44310 44388", ["not paid None", "not paid None"], "0"),
            ("44310-CA 44388", ["paid 13000.00", "packaged 0"], "13000.00"),
            ("99999 44388", ["not paid None", "paid 900.01"], "900.01"),
        ],
    )
    def test_what_is_paid(self, hospital, lines, wanted, total):
        claim = hospital.outpatient_claim(lines.split(), on="2025-06-01")
        assert [f"{outcome} {amount}" for outcome, amount in outcomes(claim)] == wanted
        assert claim.total == Decimal(total)
        assert UNADJUSTED in claim.notes
        assert all(line.rule for line in claim.lines)

    def test_each_line_says_why(self, hospital):
        claim = hospital.outpatient_claim(["44388", "10060-73"])
        assert [line.rule for line in claim.lines] == [
            "the highest T service of the day: in full",
            "a further T service of the day: 50 percent; stopped before anesthesia: 50 percent",
        ]
        assert [line.units_paid for line in claim.lines] == [Decimal(1), Decimal("0.25")]
        assert str(claim.lines[1]) == f"10060-73: paid $50.00 (T: {claim.lines[1].rule})"
        assert dict(claim.lines[0].evidence[0].values) == {"code": "44388", "status": "T", "rate": "900.01"}
        assert str(claim).startswith("2 lines, $950.01 (national rates")

    def test_a_day_of_its_own(self, hospital):
        lines = [hospital._line(code) for code in ("44388", "10060")]
        from dataclasses import replace
        from datetime import date

        lines[1] = replace(lines[1], day=date(2025, 6, 2))
        claim = outpatient_claim(hospital, lines, date(2025, 6, 1))
        assert claim.total == Decimal("1100.01")  # neither is reduced

    @pytest.mark.parametrize(
        ("lines", "note"),
        [
            ("44950 44970", "complexity adjustment"),
            ("71045", "Addendum M"),
            ("99284", "observation"),
            ("36591 93005", "Q1 and Q2 alone"),
            ("44310 44388", "denied alone beside a T service"),
        ],
    )
    def test_what_was_not_computed_is_said(self, hospital, lines, note):
        assert note in " ".join(hospital.outpatient_claim(lines.split()).notes)

    def test_a_long_claim(self, hospital):
        claim = hospital.outpatient_claim(["10060"] * 1000)
        assert claim.total == Decimal(200) + 999 * Decimal(100)

    def test_a_day_that_is_not_loaded(self, hospital):
        with pytest.raises(NotLoaded):
            hospital.outpatient_claim(["44388"], on="2026-01-01")
        close = hospital.outpatient_claim(["44388"], on="2026-01-01", nearest=True)
        assert any("nearest to 2026-01-01" in note for note in close.notes)


def test_the_sets_hold_known_indicators():
    assert STATUSES.keys() >= BESIDE_J1 | PACKAGES_Q4
    assert all(rule.effect.endswith(".") for rule in STATUSES.values())
