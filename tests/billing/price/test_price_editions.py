"""Which edition answers: the factor by date and participation, the indices of the same year, what no release covers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from codegraph.billing.price.places import day_in, find_place
from codegraph.errors import NotLoaded

OPERATION = Decimal("31.26")
OF_2026 = Decimal("30.82")


@pytest.mark.parametrize(
    ("on", "qualifying", "factor", "values", "release"),
    [
        ("2024-01-01", False, "32.7442", OPERATION, "2024A"),
        ("2024-03-08", False, "32.7442", OPERATION, "2024A"),
        ("2024-03-09", False, "33.2875", OPERATION, "2024AR"),
        ("2025-12-31", False, "32.3465", OPERATION, "2025D"),
        ("2025-12-31", True, "32.3465", OPERATION, "2025D"),
        ("2026-01-01", False, "33.4009", OF_2026, "2026A"),
        ("2026-01-01", True, "33.5675", OF_2026, "2026A-qpp"),
    ],
)
def test_the_factor_of_the_date_and_participation(priced, on, qualifying, factor, values, release):
    found = priced.price("44310", on=on, qualifying_participant=qualifying)
    assert found.exact == values * Decimal(factor)
    assert {i.evidence.provenance.release for i in found.inputs} == {f"cms-pfs/{release}"}
    assert found.on == date.fromisoformat(on)


def test_the_layout_of_2026_keeps_its_columns_apart(priced):
    row = priced._figures.fees("cms-pfs/2026A", "44310")[""]
    assert (row.pricing, row.team, row.endoscopic_base) == ("1", "0", "44388")
    assert row.conversion_factor == Decimal("33.4009")


@pytest.mark.parametrize(
    ("on", "index", "release"),
    [
        ("2024-02-01", "0.600", "cms-gpci/2024"),
        ("2025-10-02", "0.575", "cms-gpci/2025"),
        ("2026-02-01", "0.566", "cms-gpci/2026"),
    ],
)
def test_the_indices_are_those_of_the_year(priced, on, index, release):
    place = priced.price("44310", locality="10112-00", on=on).place
    assert (place.malpractice, place.evidence.provenance.release) == (Decimal(index), release)


def test_without_a_date_the_indices_go_with_the_newest_fee_schedule(priced):
    found = priced.price("44310", locality="10112-00")
    assert found.on is None
    assert {i.evidence.provenance.release for i in found.inputs} == {"cms-pfs/2025D", "cms-gpci/2025"}


def test_a_date_that_no_release_covers_names_the_nearest(priced):
    with pytest.raises(NotLoaded, match=r"covers 2025-06-01; the nearest is cms-pfs/2025D"):
        priced.price("44310", on="2025-06-01")


def test_the_nearest_release_says_that_it_is_one(priced):
    found = priced.price("44310", locality="10112-00", on="2025-06-01", nearest=True)
    (note,) = found.notes
    assert note.startswith("no loaded release covers 2025-06-01; these are the figures of cms-pfs/2025D")
    later = priced.price("44310", locality="10112-00", on="2030-01-01", nearest=True)
    years = {i.evidence.provenance.release.split("/")[1][:4] for i in later.inputs}
    assert len(years) == 1, "indices and relative values of one year"


def test_a_day_within_an_edition_is_kept(priced):
    (edition,) = [e for e in priced._editions.of("cms-pfs") if e.version == "2025D"]
    assert day_in(edition, date(2025, 11, 1)) == date(2025, 11, 1)
    assert day_in(edition, date(2026, 11, 1)) == date(2025, 12, 31)
    assert day_in(edition, None) == date(2025, 12, 31)


def test_no_indices_of_the_day(priced):
    with pytest.raises(NotLoaded, match="GPCI"):
        find_place(priced, "10112-00", date(2019, 1, 1))
    assert find_place(priced, None, date(2019, 1, 1)).kind == "national"
