"""Prices on the official files: golden figures, a recomputation from the raw files, every row of the OPPS caps."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from codegraph.billing.price import caps
from codegraph.billing.price.model import Place, cents
from codegraph.billing.price.price import base_amount
from codegraph.errors import NotLoaded
from codegraph.sources.files import members
from codegraph.sources.pfs_entries import FIELDS, RelativeValue
from codegraph.sources.pfs_relative_values import READER

DAY = "2025-10-01"


def raw(folder, name):
    """Return the rows of a file as the csv module gives them, no code of the package in between."""
    with (folder / "pfs" / name).open(encoding="latin-1", newline="") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file)]


@pytest.fixture(scope="module")
def fee_rows(data_dir):
    """Return the raw rows of RVU25D by code and modifier; the columns are counted here, not found."""
    rows = raw(data_dir, "PPRRVU2025_Oct.csv")
    return {(r[0], r[1]): r for r in rows if len(r) == 31 and r[24] == "32.3465"}


@pytest.fixture(scope="module")
def index_rows(data_dir):
    """Return work, practice expense and malpractice indices of 2025 by carrier and number."""
    rows = raw(data_dir, "GPCI2025.csv")
    return {(r[0], r[2]): tuple(map(Fraction, r[4:7])) for r in rows if r[0].isdigit() and len(r) >= 7}


def to_the_cent(amount: Fraction) -> Fraction:
    return Fraction((amount * 100 + Fraction(1, 2)).__floor__(), 100)


@pytest.mark.full_release
@pytest.mark.full_data
@pytest.mark.parametrize(
    ("written", "asked", "total"),
    [
        ("44310", {}, "1011.15"),
        ("44310", {"locality": "05402-00"}, "899.90"),
        ("44310", {"locality": "NE"}, "899.90"),
        ("44310", {"participating": False}, "960.59"),
        ("44388", {}, "150.41"),
        ("44388-53", {}, "75.37"),
        ("44388", {"setting": "nonfacility"}, "305.35"),
        # As CMS publishes it in the payment amount file of 2025 (PFALL25).
        ("G0011", {"locality": "01112-05", "setting": "nonfacility"}, "31.56"),
        ("G0105", {}, "177.26"),
        ("G0105-53", {}, "88.63"),
        ("44310-80", {}, "161.78"),
        ("44310-AS", {}, "137.52"),
        ("44310-54", {}, "910.04"),
        ("44310-55", {}, "101.12"),
        ("44310-78", {}, "819.03"),
        ("70450-26", {}, "38.82"),
        ("70450-TC", {"setting": "nonfacility"}, "66.31"),
        ("70450", {"setting": "nonfacility"}, "105.13"),
        ("00100", {"minutes": 48, "base_units": 5}, "166.61"),
        ("00100-QK", {"minutes": 48, "base_units": 5, "locality": "10112-00"}, "79.17"),
    ],
)
def test_golden_prices(full, written, asked, total):
    assert str(full.price(written, on=DAY, **asked).total) == total


@pytest.mark.full_release
@pytest.mark.full_data
def test_components_add_up_to_the_whole(full):
    for code in ("70450", "93306", "77080"):
        whole, professional, technical = (
            full.price(f"{code}{m}", setting="nonfacility", on=DAY).exact for m in ("", "-26", "-TC")
        )
        assert whole == professional + technical


@pytest.mark.full_release
@pytest.mark.full_data
@pytest.mark.parametrize(
    ("written", "setting", "says"),
    [
        ("44310", "nonfacility", "not done in this setting"),
        ("70450", "facility", "not done in this setting"),
        ("44799", "facility", "status C"),
        ("99024", "facility", "status B"),
        ("A4206", "facility", "status X"),
        ("27215", "facility", "status I"),
        ("0001F", "facility", "status I"),
        ("44310-62-80", "facility", None),
    ],
)
def test_what_has_no_price(full, written, setting, says):
    if says is None:
        with pytest.raises(ValueError, match="exclude each other"):
            full.price(written, setting=setting, on=DAY)
        return
    found = full.price(written, setting=setting, on=DAY)
    assert found.total is None
    assert says in found.reason


@pytest.mark.full_release
@pytest.mark.full_data
def test_a_date_of_2026_is_not_covered(full):
    with pytest.raises(NotLoaded, match="nearest is cms-pfs/2025D"):
        full.price("44310", locality="NE", on="2026-07-01")


@pytest.mark.full_release
@pytest.mark.full_data
def test_42_random_prices_agree_with_the_raw_files(full, fee_rows, index_rows):
    """Codes that pay (A), not under the cap, in a setting without NA; 32.3465 is the factor of every row."""
    chance = random.Random(42)
    payable = sorted(
        (code, modifier, setting)
        for (code, modifier), r in fee_rows.items()
        for setting, na in (("facility", 9), ("nonfacility", 7))
        if r[3] == "A" and r[na] == "" and all(Fraction(r[n]) == 0 for n in (28, 29, 30))
    )
    picked = chance.sample(payable, 42)
    places = chance.choices(sorted(index_rows), k=42)
    for (code, modifier, setting), (carrier, number) in zip(picked, places, strict=True):
        r = fee_rows[code, modifier]
        values = (r[5], r[8] if setting == "facility" else r[6], r[10])
        expected = to_the_cent(
            sum(Fraction(v) * i for v, i in zip(values, index_rows[carrier, number], strict=True))
            * Fraction(r[24])
        )
        found = full.price(
            "-".join(filter(None, (code, modifier))),
            setting=setting,
            locality=f"{carrier}-{number}",
            on=DAY,
        )
        assert Fraction(found.total) == expected, (code, modifier, setting, carrier, number)
    assert len({p[0] for p in picked}) > 35
    assert len(set(places)) > 25


@pytest.mark.full_release
@pytest.mark.full_data
def test_every_capped_code_pays_the_lower_amount_everywhere(full, data_dir, fee_rows, index_rows):
    lowered = 0
    for code, modifier, status, carrier, number, _, cap in raw(data_dir, "OPPSCAP_Oct.csv")[1:]:
        if status != "A" or (carrier, number) not in index_rows:
            continue
        r = fee_rows[code, modifier]
        index = index_rows[carrier, number]
        amount = sum(Fraction(r[n]) * i for n, i in zip((5, 6, 10), index, strict=True)) * Fraction(r[24])
        expected = min(to_the_cent(amount), Fraction(cap))
        found = full.price(
            "-".join(filter(None, (code, modifier))),
            setting="nonfacility",
            locality=f"{carrier}-{number}",
            on=DAY,
        )
        assert Fraction(found.total) == expected
        lowered += expected < to_the_cent(amount)
    assert lowered == 6322, "58 rows that pay, in 109 localities"


@pytest.mark.full_data
def test_the_rule_reproduces_every_published_cap(data_dir, index_rows):
    """15,260 rows by their own locality; 840 more repeat southern California under the carrier of the north."""
    (member,) = members(data_dir / "pfs" / "PPRRVU2025_Oct.csv")
    rows = {(r.code, r.modifier): r for r in READER.read(member) if isinstance(r, RelativeValue)}
    south = {north: own for own, north in caps.CARRIER_ALIASES.items()}
    counted = Counter()
    for code, modifier, _, carrier, number, *published in raw(data_dir, "OPPSCAP_Oct.csv")[1:]:
        if not code:
            counted["empty"] += 1
            continue
        own = (carrier, number) in index_rows
        index = index_rows[carrier if own else south[carrier], number]
        place = Place(
            "locality", carrier, number, "", "", *(Decimal(i.numerator) / i.denominator for i in index)
        )
        for setting, price in zip(("facility", "nonfacility"), published, strict=True):
            exact = caps.cap_amount(rows[code, modifier], place, setting, rows.get((code, "26")))
            assert str(cents(exact)) == price, (code, modifier, carrier, number, setting)
            counted["prices"] += 1
        counted["own" if own else "alias"] += 1
    assert counted == Counter({"prices": 32_200, "own": 15_260, "alias": 840, "empty": 1})


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("locality", "office", "facility"), [("05", "117.58", "64.37"), ("09", "119.71", "65.29")]
)
def test_the_rule_gives_amounts_that_cms_published_for_2026(data_dir, locality, office, facility):
    """Rows of PFALL26AR for 99213 (work 1.30, practice expense 1.46 and 0.33, malpractice 0.09) in California."""
    work, expense, malpractice = next(
        map(Decimal, r[4:7]) for r in raw(data_dir, "GPCI2026.csv") if r[0] == "01112" and r[2] == locality
    )
    place = Place("locality", "01112", locality, "CA", "", work, expense, malpractice)
    row = replace(
        RelativeValue(**dict.fromkeys(FIELDS, "")),
        work=Decimal("1.30"),
        nonfacility_pe=Decimal("1.46"),
        facility_pe=Decimal("0.33"),
        malpractice=Decimal("0.09"),
        conversion_factor=Decimal("33.4009"),
    )
    assert str(cents(base_amount(row, place, "nonfacility"))) == office
    assert str(cents(base_amount(row, place, "facility"))) == facility
