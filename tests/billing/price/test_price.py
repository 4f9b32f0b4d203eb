"""The fee schedule amount: its formula, rows, settings and status, and what it says where there is no price."""

from __future__ import annotations

import decimal
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph import CodeGraph
from codegraph.billing.lines import parse_line
from codegraph.billing.price.model import NATIONAL, Place, cents
from codegraph.billing.price.price import SETTINGS, amounts, base_amount
from codegraph.billing.price.status import GLOBAL_PERIODS, STATUSES, refusal, remarks
from codegraph.build.pipeline import build
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode
from codegraph.sources.pfs_entries import RelativeValue
from codegraph.sources.pfs_relative_values import GLOBAL_PERIODS as READ_PERIODS
from tests.billing.price.small_prices import indices as index_file

DAY = "2025-10-01"


def value(**given):
    """Return a row of the schedule, active and without any value unless given."""
    plain = {"str": "", "bool": False, "Decimal": Decimal(0)}
    row = {f.name: plain[str(f.type)] for f in fields(RelativeValue)}
    return RelativeValue(**{**row, "status": "A", "global_period": "090", **given})


def test_national_amount_of_an_operation(priced):
    found = priced.price("44310", on=DAY)
    assert (found.total, found.exact) == (Decimal("1011.15"), Decimal("31.26") * Decimal("32.3465"))
    assert found.status == "A"
    assert found.reason is None
    assert found.limiting_charge is None
    assert (found.place.kind, found.place.key, found.place.evidence) == ("national", "national", None)
    assert sum(found.components) == found.exact
    assert found.components[0] == Decimal("17.59") * Decimal("32.3465")


def test_the_explanation_shows_the_arithmetic_with_files_and_rules(priced):
    lines = priced.price("44310", on=DAY).explain().splitlines()
    assert lines[0] == "44310, facility, on 2025-10-01, national (all indices 1, no locality)"
    assert "  work RVU: 17.59 [cms-pfs/2025D, PPRRVU2025_Oct.csv]" in lines
    assert any("17.59 + 9.91 + 3.76" in line and "= 31.26 RVU" in line for line in lines)
    assert any("31.26 × 32.3465 = $1011.15159" in line and "1848(b)(1)" in line for line in lines)
    assert lines[-1] == "  total: $1011.15"


def test_a_locality_brings_its_three_indices_and_their_file(priced):
    found = priced.price("44310", locality="01112-05", on=DAY)
    expected = (
        Decimal("17.59") * Decimal("1.088")
        + Decimal("9.91") * Decimal("1.419")
        + Decimal("3.76") * Decimal("0.445")
    ) * Decimal("32.3465")
    assert found.exact == expected
    assert (found.place.key, found.place.state, found.place.name) == ("01112-05", "CA", "SAN FRANCISCO")
    named = {i.name: (str(i.value), i.evidence.provenance.file) for i in found.inputs}
    assert named["practice expense GPCI"] == ("1.419", "GPCI2025.csv")
    assert named["malpractice RVU"] == ("3.76", "PPRRVU2025_Oct.csv")
    assert dict(found.inputs[0].evidence.values) == {
        "code": "44310",
        "modifier": "",
        "status": "A",
        "work": "17.59",
        "facility_pe": "9.91",
        "malpractice": "3.76",
        "conversion_factor": "32.3465",
    }


def test_not_the_price_of_work_alone(priced):
    """A look-up site takes the work RVU for the total, and a payment from that alone."""
    found = priced.price("44310", on=DAY)
    assert found.total != cents(Decimal("17.59") * Decimal("32.3465"))
    assert [s.value for s in found.steps if s.unit == "RVU"] == [Decimal("31.26")]


def test_not_a_nonfacility_price_of_an_operation_done_in_hospitals(priced):
    """A look-up site prints the non-facility columns of 44310, which the file marks with NA."""
    found = priced.price("44310", setting="nonfacility", on=DAY)
    assert (found.total, found.exact, found.components, found.steps) == (None, None, None, ())
    assert found.reason == "not done in this setting (NA for nonfacility); ask for facility"
    assert "1011" not in found.explain()


def test_no_average_over_localities_is_called_national(priced):
    totals = [priced.price("44310", locality=k, on=DAY).total for k in ("10112-00", "01112-05", "01182-18")]
    national = priced.price("44310", on=DAY)
    assert national.total != cents(sum(totals) / 3)
    assert "national" in str(national)
    assert "national" not in str(priced.price("44310", locality="10112-00", on=DAY))


def test_settings_take_their_own_practice_expense(priced):
    facility, office = (priced.price("44388", setting=s, on=DAY) for s in SETTINGS)
    assert (str(facility.total), str(office.total)) == ("150.41", "305.35")


def test_na_in_both_settings_offers_neither(priced):
    for setting in SETTINGS:
        reason = priced.price("93005", setting=setting, on=DAY).reason
        assert reason == f"not done in this setting (NA for {setting})"


@pytest.mark.parametrize(
    ("written", "total", "chosen"),
    [("44388", "150.41", ""), ("44388-53", "75.37", "53"), ("70450-26", "37.52", "26")],
)
def test_a_row_of_its_own_prices_its_modifier(priced, written, total, chosen):
    found = priced.price(written, on=DAY)
    assert str(found.total) == total
    assert dict(found.inputs[0].evidence.values)["modifier"] == chosen


def test_modifiers_may_stand_in_the_code_or_beside_it(priced):
    assert priced.price("44388", ["53"], on=DAY) == priced.price("44388-53", on=DAY)
    assert priced.price("44388", "53", on=DAY).key == "44388-53"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("44310-26", "26 does not apply to 44310: a physician's service"),
        ("93005-TC", "TC does not apply to 93005: the code is a technical component by itself"),
        ("70470-26", "status C"),
    ],
)
def test_a_component_that_the_file_has_not_sets_no_price(priced, written, says):
    found = priced.price(written, on=DAY)
    assert found.total is None
    assert says in found.reason


@pytest.mark.parametrize(
    ("code", "letter", "says"),
    [
        ("20000", "B", "never paid by itself"),
        ("20001", "C", "the Medicare contractor sets the price"),
        ("20002", "D", "deleted from the schedule"),
        ("20003", "E", "by regulation"),
        ("20004", "F", "without a period of grace"),
        ("20005", "G", "a period of grace applied"),
        ("20006", "H", "no longer has this component"),
        ("20007", "I", "Medicare uses another code"),
        ("20008", "L", "local code"),
        ("20010", "M", "reporting a measure only"),
        ("20011", "N", "does not cover"),
        ("20012", "P", "no payment of its own"),
        ("20013", "Q", "therapy patient's function"),
        ("20014", "R", "no relative values: the contractor prices it"),
        ("20015", "X", "no physicians' service by law"),
        ("20016", "Z", "not known here"),
        ("20020", "N", "does not cover"),
    ],
)
def test_a_status_without_price_says_why(priced, code, letter, says):
    found = priced.price(code, on=DAY)
    assert (found.total, found.exact, found.status) == (None, None, letter)
    assert says in found.reason
    assert found.inputs[0].evidence.values[-1] == ("status", letter)
    assert "no price: " in str(found)


def test_values_of_a_code_that_is_not_covered_are_no_payment(priced):
    found = priced.price("20020", on=DAY)
    assert found.total is None
    assert found.steps == ()
    assert "the row's relative values would give $150.41; that is not a Medicare payment" in found.notes
    assert any("(+)" in note for note in found.notes)


def test_restricted_and_conditional_codes_have_a_price_and_a_note(priced):
    restricted, alone = priced.price("20021", on=DAY), priced.price("20022", on=DAY)
    assert str(restricted.total) == str(alone.total) == "150.41"
    assert any("special conditions" in note for note in restricted.notes)
    assert any("no other payable service" in note for note in alone.notes)
    assert any("calculation flag 1" in note for note in alone.notes)


def test_every_letter_and_period_has_its_meaning():
    assert "".join(STATUSES) == "ABCDEFGHIJLMNPQRTX"
    assert set(GLOBAL_PERIODS) == READ_PERIODS
    assert {s.letter for s in STATUSES.values() if s.pays != "no"} == {"A", "R", "T"}
    assert len({s.meaning for s in STATUSES.values()}) == len(STATUSES)
    for letter in STATUSES:
        row = value(status=letter, work=Decimal(1))
        assert (refusal(row) is None) == (letter in "ART")
    assert remarks(value(work=Decimal(1))) == ()


def test_bad_input_is_named(priced):
    with pytest.raises(InvalidValue, match=r"'office' is no setting of a price") as found:
        priced.price("44310", setting="office")
    assert found.value.candidates == ("facility", "nonfacility")
    with pytest.raises(InvalidValue, match="YYYY-MM-DD"):
        priced.price("44310", on="07/01/2025")
    with pytest.raises(InvalidValue):
        priced.price("44310", locality="99999-99", on=DAY)
    with pytest.raises(InvalidCode):
        priced.price("4431")
    with pytest.raises(UnknownCode, match="12345"):
        priced.price("12345", on=DAY)


def test_an_excerpt_without_a_row_proves_nothing(priced):
    found = priced.price("59400", on="2026-01-01")
    assert found.total is None
    assert found.reason == "cms-pfs/2026A is an excerpt of the fee schedule, without a row for 59400"


def test_the_price_is_of_one_unit(priced):
    found = priced.price("44388x3", on=DAY)
    assert str(found.total) == "150.41"
    assert "the price of one unit; 3 were asked for" in found.notes


def test_without_a_fee_schedule_nothing_is_priced(tmp_path):
    (tmp_path / "GPCI2025.csv").write_text(index_file(2025), encoding="utf-8")
    build([tmp_path], tmp_path / "release")
    with pytest.raises(NotLoaded, match="PPRRVU"):
        CodeGraph(tmp_path / "release").price("44310")


def test_the_arithmetic_of_the_caller_does_not_matter(priced):
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        found = priced.price("44310-80", locality="01112-05", on=DAY, participating=False)
    assert found == priced.price("44310-80", locality="01112-05", on=DAY, participating=False)


rvus = st.decimals(0, 999, places=2)
indices = st.decimals("0.2", "2", places=3)


@given(
    st.tuples(rvus, rvus, rvus, rvus),
    st.tuples(indices, indices, indices),
    st.decimals(1, 99, places=4),
    st.sampled_from(SETTINGS),
)
def test_amounts_are_exact_and_rounded_half_up_once(values, index, factor, setting):
    work, facility, office, malpractice = values
    row = value(
        work=work,
        facility_pe=facility,
        nonfacility_pe=office,
        malpractice=malpractice,
        conversion_factor=factor,
    )
    place = Place("locality", "1", "2", "NE", "somewhere", *index)
    expense = facility if setting == "facility" else office
    exact = sum(
        Fraction(v) * Fraction(i) * Fraction(factor)
        for v, i in zip((work, expense, malpractice), index, strict=True)
    )
    assert Fraction(base_amount(row, place, setting)) == exact
    assert Fraction(sum(amounts(row, place, setting))) == exact
    assert Fraction(cents(base_amount(row, place, setting))) == Fraction(
        (exact * 100 + Fraction(1, 2)).__floor__(), 100
    )
    assert base_amount(row, NATIONAL, setting) == (work + expense + malpractice) * factor


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.005", "0.01"), ("1.0049999999", "1.00"), ("2.675", "2.68"), ("0.004", "0.00")]
)
def test_half_a_cent_goes_up(exact, rounded):
    assert str(cents(Decimal(exact))) == rounded


def test_a_line_is_priced_like_its_text(priced):
    assert priced.price(parse_line("44388-53"), on=DAY) == priced.price("44388-53", on=DAY)
