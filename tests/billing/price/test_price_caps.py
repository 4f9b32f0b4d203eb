"""The OPPS cap on imaging, anesthesia, and what a non-participating practitioner may ask."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.billing.price import anesthesia, caps, draft
from codegraph.errors import InvalidValue

DAY = "2025-10-01"
HERE = "10112-00"


def office(kg, written, **more):
    return kg.price(written, setting="nonfacility", on=more.pop("on", DAY), **more)


def test_a_technical_component_pays_no_more_than_the_cap(priced):
    found = office(priced, "70450-TC", locality=HERE)
    uncapped = (Decimal("2.04") * Decimal("0.869") + Decimal("0.01") * Decimal("0.575")) * Decimal("32.3465")
    assert [s.value for s in found.steps if s.unit == "USD"] == [uncapped, Decimal("31.05")]
    assert found.total == Decimal("31.05")
    (cap,) = [i for i in found.inputs if i.name == "OPPS cap"]
    assert cap.evidence.values == (
        ("code", "70450"),
        ("modifier", "TC"),
        ("locality", HERE),
        ("nonfacility", "31.05"),
    )
    assert "1848(b)(4)" in found.explain()


def test_the_global_service_has_a_cap_of_its_own_and_the_professional_component_none(priced):
    assert office(priced, "70450", locality=HERE).total == Decimal("60.00")
    professional = priced.price("70450-26", locality=HERE, on=DAY)
    assert professional.total == Decimal("36.21")
    assert "OPPS" not in professional.explain()


def test_a_cap_above_the_amount_changes_nothing_and_is_named(priced):
    found = office(priced, "70460-TC", locality=HERE)
    assert found.total == Decimal("57.53")
    assert "the OPPS cap on imaging, $99.99, is not reached" in found.notes


def test_a_code_that_the_cap_file_does_not_list_is_not_capped(priced):
    assert office(priced, "70460", locality=HERE).notes == ()


def test_the_national_amount_is_capped_by_the_figures_of_the_row(priced):
    found = office(priced, "70450-TC")
    assert [s.value for s in found.steps if s.unit == "USD"] == [
        Decimal("2.05") * Decimal("32.3465"),
        Decimal("1.00") * Decimal("32.3465"),
        Decimal("1.00") * Decimal("32.3465"),
    ]
    assert found.total == Decimal("32.35")
    assert "published by locality only" in found.explain()
    (cap,) = [i for i in found.inputs if i.name == "OPPS cap"]
    assert cap.evidence.table == "pfs"
    assert ("opps_nonfacility_pe", "1.00") in cap.evidence.values
    assert office(priced, "70460-TC").total == Decimal("66.31"), "the cap is above"
    assert "capped" not in priced.price("70470-TC", on=DAY).explain(), (
        "the contractor's price has no national cap"
    )


def test_what_the_contractor_prices_is_capped_too(priced):
    found = priced.price("70470-TC", locality=HERE, on=DAY)
    assert found.total is None
    assert found.reason.startswith("status C")
    assert "whatever the contractor sets is capped at $92.20 (OPPS cap on imaging)" in found.notes


def test_southern_california_is_found_under_the_carrier_of_the_north(priced):
    """OPPSCAP of 2025 lists its localities under 01112 as well; a file with those rows only is read."""
    assert caps.CARRIER_ALIASES == {"01182": "01112"}
    assert office(priced, "70450-TC", locality="01182-18").total == Decimal("33.33")


def test_without_a_cap_file_of_the_day_the_amount_says_so(priced):
    found = office(priced, "70450-TC", locality=HERE, on="2025-12-31")
    assert found.total == Decimal("31.05")
    row = priced._figures.fees("cms-pfs/2025D", "70450")["TC"]
    sheet = draft.Draft(
        line=None, setting="nonfacility", on=None, place=found.place, status="A", exact=Decimal(99)
    )
    caps.apply(sheet, priced, row, found.on.replace(year=2019), fees="cms-pfs/2025D")
    assert sheet.exact == 99
    assert sheet.notes[0].startswith("the OPPS cap on imaging was not applied: no loaded release")


def test_the_cap_by_the_figures_of_the_row(priced):
    rows = priced._figures.fees("cms-pfs/2025D", "70450")
    place = office(priced, "70450", locality=HERE).place
    by_row = caps.cap_amount(rows["TC"], place, "nonfacility")
    assert by_row == Decimal("1.00") * Decimal("0.869") * Decimal("32.3465")
    whole = priced._figures.fees("cms-pfs/2025D", "70470")[""]
    assert caps.cap_amount(whole, place, "nonfacility", rows["26"]) == (
        (Decimal("0.85") + Decimal("3.59") * Decimal("0.869")) * Decimal("32.3465")
    )
    assert not caps.subject(rows["26"])


@pytest.mark.parametrize(
    ("minutes", "units"), [(1, "0.1"), (15, "1.0"), (48, "3.2"), (50, "3.3"), (52, "3.5"), (95, "6.3")]
)
def test_time_units_to_one_decimal(minutes, units):
    assert str(anesthesia.time_units(minutes)) == units


def test_no_whole_minute_falls_on_half_a_tenth():
    assert all(minutes * 20 % 15 or minutes * 10 % 15 == 0 or minutes * 2 % 3 for minutes in range(1, 1000))


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("00100", "1"),
        ("00100-AA", "1"),
        ("00100-QZ", "1"),
        ("00100-QK", "0.5"),
        ("00100-QX", "0.5"),
        ("00100-QY", "0.5"),
    ],
)
def test_anesthesia_by_base_and_time_units(priced, written, share):
    found = priced.price(written, minutes=48, base_units=5, on=DAY)
    assert found.exact == Decimal("8.2") * Decimal("20.3178") * Decimal(share)
    assert found.status == "J"
    assert ("taken as performed personally" in found.explain()) == (written == "00100")


def test_anesthesia_in_a_locality_and_by_participation(priced):
    assert priced.price("00100", minutes=15, base_units=3, on=DAY, locality=HERE).exact == 4 * Decimal(
        "19.31"
    )
    for qualifying, here, national in ((False, "19.50", "20.49754"), (True, "19.60", "20.599835")):
        asked = {"minutes": 15, "base_units": 3, "on": "2026-01-01", "qualifying_participant": qualifying}
        assert priced.price("00100", locality=HERE, **asked).exact == 4 * Decimal(here)
        assert priced.price("00100", **asked).exact == 4 * Decimal(national)


def test_medical_supervision_pays_three_units_without_time(priced):
    found = priced.price("00100-AD", on=DAY)
    assert found.exact == 3 * Decimal("20.3178")
    assert any("one unit more" in note for note in found.notes)


def test_other_modifiers_of_an_anesthesia_code(priced):
    asked = {"minutes": 48, "base_units": 5, "on": DAY}
    plain = priced.price("00100-AA", **asked)
    assert priced.price("00100-AA-P3-QS", **asked).notes == plain.notes
    assert set(priced.price("00100-50-AA", **asked).notes) - set(plain.notes) == {
        "50: no effect of this modifier on an anesthesia amount is known here"
    }
    stopped = priced.price("00100-53-AA", **asked)
    assert stopped.total is None
    assert stopped.reason.startswith("53: discontinued procedure")


def test_anesthesia_without_base_units_or_time_says_what_is_missing(priced):
    no_base, no_time = priced.price("00100", minutes=48, on=DAY), priced.price("00100", base_units=5, on=DAY)
    assert no_base.total is None
    assert no_base.reason.startswith("base units: not loaded")
    assert no_time.reason.startswith("the time of the anesthesia is needed")
    assert priced.price("00100", minutes=48, base_units=5, on=DAY, locality="01112-05").reason == (
        "cms-anesthesia/2025 has no anesthesia conversion factor for 01112-05"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"minutes": 0, "base_units": 5}, "no number of minutes"),
        ({"minutes": -1, "base_units": 5}, "no number of minutes"),
        ({"minutes": "soon", "base_units": 5}, "no number of minutes"),
        ({"minutes": 1.5, "base_units": 5}, "whole number"),
        ({"minutes": 15, "base_units": 0}, "no number of base units"),
        ({"minutes": 15, "base_units": float("nan")}, "no number of base units"),
        ({"minutes": 15, "base_units": True}, "no number of base units"),
    ],
)
def test_impossible_time_and_units(priced, given, says):
    with pytest.raises(InvalidValue, match=says):
        priced.price("00100", on=DAY, **given)


def test_minutes_of_another_code_are_left_out_and_that_is_said(priced):
    found = priced.price("44388", minutes=30, on=DAY)
    assert str(found.total) == "150.41"
    assert found.notes == ("minutes and base units count for anesthesia codes only; left out",)


def test_non_participating_fee_and_limiting_charge_are_rounded_once_each(priced):
    found = priced.price("44310", on=DAY, participating=False)
    full = Decimal("31.26") * Decimal("32.3465")
    assert found.exact == full * Decimal("0.95")
    assert (str(found.total), str(found.limiting_charge)) == ("960.59", "1104.68")
    assert "42 CFR 414.48(b)" in found.explain()
    assert "limiting charge: $1104.68" in found.explain()


def test_no_limiting_charge_without_a_price_or_where_assignment_is_the_law(priced):
    assert priced.price("20000", on=DAY, participating=False).limiting_charge is None
    found = priced.price("44310-AS", on=DAY, participating=False)
    assert (found.total, found.limiting_charge) == (None, None)
    assert "1842(b)(18)" in found.reason


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.5000", "1.5"), ("100", "100"), ("0.00", "0"), ("1E+3", "1000"), ("20.30", "20.3")],
)
def test_numbers_are_shown_plainly(number, text):
    assert draft.plainly(Decimal(number)) == text
