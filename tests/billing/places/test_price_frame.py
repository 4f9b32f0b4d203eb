"""The schedule in all localities as a frame, and the spread of a price over them."""

from __future__ import annotations

import csv
import random
import statistics
from datetime import date
from decimal import Decimal

import pytest

from codegraph.billing.lines import parse_line
from codegraph.billing.price.frame import COLUMNS, price_frame
from codegraph.billing.price.model import cents
from codegraph.billing.price.places import as_place
from codegraph.billing.price.price import base_amount, price
from codegraph.billing.price.spread import price_spread, quantile
from codegraph.errors import InvalidValue, NotLoaded, UnknownCode
from tests.billing.places.place_files import ROWS

pl = pytest.importorskip("polars")
VALUED = [row for row in ROWS if {"work", "nonfacility", "malpractice"} & row[2].keys()]


def lines(*texts):
    return [parse_line(text) for text in texts]


def asked(kg, row):
    """Return the price of the row of a frame, worked out one by one."""
    key = "-".join(filter(None, (row["code"], row["modifier"])))
    return price(
        kg,
        parse_line(key),
        locality=f"{row['carrier']}-{row['locality']}",
        setting=row["setting"],
        on=date(2025, 11, 3),
    )


def test_every_row_is_the_price_of_its_line(placed):
    frame = price_frame(placed, None)
    assert frame.columns == list(COLUMNS)
    assert frame.height == len(VALUED) * 5 * 2
    assert frame.schema["amount"] == pl.Decimal(12, 2)
    for row in frame.iter_rows(named=True):
        found = asked(placed, row)
        assert (row["amount"], row["status"]) == (found.total, found.status), row
        assert (row["amount"] is None) == (row["reason"] is not None)


def test_it_is_sorted(placed):
    frame = price_frame(placed, None)
    key = ["code", "modifier", "setting", "state", "carrier", "locality"]
    assert frame.select(key).rows() == sorted(frame.select(key).rows())


def test_rows_without_price_say_why(placed):
    frame = price_frame(placed, lines("20000", "44310", "44799"))
    assert frame.filter(setting="facility").group_by("code").agg(pl.col("reason").first()).sort(
        "code"
    ).rows() == [
        ("20000", "status B (bundled)"),
        ("44310", None),
        ("44799", "status C (contractor-priced)"),
    ]
    assert set(frame.filter(code="44310", setting="nonfacility")["reason"]) == {
        "not done in this setting (NA)"
    }


def test_the_cap_lowers_amounts(placed):
    frame = price_frame(placed, lines("72148-TC"), setting="nonfacility")
    assert frame.select("state", "locality", "amount", "capped").rows() == [
        ("AL", "00", Decimal("25.00"), True),
        ("CA", "05", Decimal("84.00"), False),
        ("CA", "75", Decimal("66.00"), False),
        ("CA", "18", Decimal("11.11"), True),
        ("MO", "99", Decimal("54.00"), False),
    ]


def test_a_half_cent_goes_up(placed):
    # 0.01 x 10 x 1.05 = 0.105
    frame = price_frame(placed, lines("10001"), setting="facility")
    assert frame.filter(state="AL")["amount"].to_list() == [Decimal("0.11")]


def test_codes_bring_their_rows_and_lines_theirs(placed):
    assert set(price_frame(placed, lines("44388"))["modifier"]) == {"", "53"}
    assert set(price_frame(placed, lines("44388-53", "44388-53"))["modifier"]) == {"53"}
    assert price_frame(placed, lines("44388-53", "44388-53")).height == 10
    assert price_frame(placed, []).height == 0


def test_what_cannot_be_asked(placed):
    with pytest.raises(InvalidValue, match="modifier 50 has no row of 44005"):
        price_frame(placed, lines("44005-50"))
    with pytest.raises(InvalidValue, match="there are: 53") as caught:
        price_frame(placed, lines("44388-26"))
    assert caught.value.candidates == ("44388-53",)
    with pytest.raises(UnknownCode):
        price_frame(placed, lines("44311"))
    with pytest.raises(InvalidValue, match="no setting"):
        price_frame(placed, None, setting="office")
    with pytest.raises(NotLoaded, match="2024"):
        price_frame(placed, None, on=date(2024, 5, 1))
    near = price_frame(placed, lines("44310"), on=date(2024, 5, 1), nearest=True, setting="facility")
    assert near.equals(price_frame(placed, lines("44310"), setting="facility"))


def test_a_spread(placed):
    # 300 by the work index: 1.05, 1.088, 1, 1, 1
    found = price_spread(placed, parse_line("44310"))
    assert [(row.key, str(row.amount)) for row in found.rows] == [
        ("01112-75", "300.00"),
        ("01182-18", "300.00"),
        ("05302-99", "300.00"),
        ("10112-00", "315.00"),
        ("01112-05", "326.40"),
    ]
    figures = (found.minimum, found.first_quartile, found.median, found.third_quartile, found.maximum)
    assert [str(figure) for figure in figures] == ["300.00", "300.00", "300.00", "315.00", "326.40"]
    assert (str(found.average), found.average_name) == ("308.28", "average over 5 localities")
    assert (str(found.national), found.lowest.key, found.highest.key) == ("300.00", "01112-75", "01112-05")
    assert "average over 5 localities: $308.28" in str(found)
    assert found.releases == ("cms-pfs/2025D", "cms-gpci/2025")


def test_a_spread_without_price(placed):
    found = price_spread(placed, parse_line("44310"), setting="nonfacility")
    assert (found.rows, found.minimum, found.average, found.lowest, found.highest) == (
        (),
        None,
        None,
        None,
        None,
    )
    assert "not done in this setting" in str(found)


def test_a_spread_of_modifiers(placed):
    both = price_spread(placed, parse_line("44005-50"))
    assert (both.key, str(both.national), str(both.maximum)) == ("44005-50", "300.00", "326.40")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 109])
def test_quartiles_are_those_of_the_standard_library(size):
    amounts = sorted(Decimal(random.Random(size).randrange(10**6)) / 100 for _ in range(size))
    if size > 1:
        inclusive = statistics.quantiles(amounts, n=4, method="inclusive")
        assert [quantile(amounts, quarters) for quarters in (1, 2, 3)] == [cents(q) for q in inclusive]
    assert (quantile(amounts, 0), quantile(amounts, 4)) == (amounts[0], amounts[-1])
    assert quantile([], 2) is None


@pytest.fixture(scope="module")
def frame(full):
    return price_frame(full, None)


@pytest.mark.full_release
@pytest.mark.full_data
class TestOfficial:
    """The frame of all official rows."""

    def test_a_sample_is_the_price_one_by_one(self, full, frame):
        assert frame.height == 9281 * 109 * 2
        figures = full._figures
        places = {(r.carrier, r.locality): r for r in figures.localities("cms-gpci/2025")}
        capped = frame.filter("capped")
        assert capped.height > 1000
        sample = pl.concat([frame.sample(1500, seed=44310), capped.sample(200, seed=44310)])
        for row in sample.iter_rows(named=True):
            found = asked(full, row)
            assert row["amount"] == found.total, row
            if row["amount"] is not None and not row["capped"]:
                entry = figures.fees("cms-pfs/2025D", row["code"])[row["modifier"]]
                place = as_place(figures, "cms-gpci/2025", places[row["carrier"], row["locality"]])
                assert row["amount"] == cents(base_amount(entry, place, row["setting"]))

    def test_nebraska_from_the_raw_file(self, frame, data_dir):
        with (data_dir / "pfs" / "PPRRVU2025_Oct.csv").open(encoding="latin-1", newline="") as file:
            raw = {(r[0], r[1].strip()): r for r in csv.reader(file) if len(r) > 25 and r[3] == "A"}
        amounts = frame.filter(state="NE", setting="facility").drop_nulls("amount")
        seen = 0
        for code, modifier, amount in amounts.select("code", "modifier", "amount").iter_rows():
            cells = raw.get((code, modifier))
            if cells is None:
                continue
            work, expense, malpractice, factor = (Decimal(cells[n]) for n in (5, 8, 10, 24))
            exact = (work * 1 + expense * Decimal("0.917") + malpractice * Decimal("0.304")) * factor
            seen += amount == cents(exact)
        assert seen == amounts.filter(status="A").height - amounts.filter("capped").height

    def test_the_spread_of_44310(self, full, frame):
        found = price_spread(full, parse_line("44310"))
        assert str(found.national) == "1011.15"
        assert (found.lowest.key, found.highest.key) == ("05402-00", "02102-01")
        amounts = frame.filter(code="44310", setting="facility")["amount"].to_list()
        assert sorted(amounts) == [row.amount for row in found.rows]
        assert found.median == sorted(amounts)[54]
        assert found.average_name == "average over 109 localities"
        assert found.average == cents(sum(amounts) / 109)
