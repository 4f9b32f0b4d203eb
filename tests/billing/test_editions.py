"""Which edition answers for a day: the one in force, whole before excerpts, and never one of another day in silence."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.billing.editions import GPCI, MUE, OPPS_CAP, PFS, PTP, Editions, as_day
from codegraph.errors import InvalidValue, NotLoaded
from codegraph.release import Manifest, Source


def source(release: str, first: str | None, last: str | None, rows: int = 100) -> Source:
    return Source(
        "kind",
        "title",
        "CMS",
        "page",
        release,
        f"{release}.csv",
        None,
        "0" * 64,
        1,
        None,
        first,
        last,
        rows,
        0,
        0,
        0,
    )


@pytest.fixture(scope="module")
def editions() -> Editions:
    sources = (
        source("cms-pfs/2025D", "2025-10-01", "2025-12-31"),
        source("cms-pfs/2026A", "2026-01-01", "2026-03-31"),
        source("cms-pfs/2026A-qpp", "2026-01-01", "2026-03-31"),
        source("cms-gpci/2025", "2025-01-01", "2025-12-31"),
        source("cms-oppscap/2025D", "2025-10-01", None),
        source("ncci-ptp-practitioner/2024Q3", "2024-07-01", "2024-09-30", 2_000_000),
        source("ncci-ptp-practitioner/2026Q3", "2026-07-01", "2026-09-30", 22),
        source("ncci-mue-dme/undated", None, None),
        source("gem/2018", None, None),
    )
    return Editions(Manifest("0", None, sources, 0, {}, {}))


@pytest.mark.parametrize(
    ("name", "day", "release"),
    [
        (PFS, "2025-10-01", "cms-pfs/2025D"),
        (PFS, "2025-12-31", "cms-pfs/2025D"),
        (GPCI, "2025-06-30", "cms-gpci/2025"),
        (OPPS_CAP, "2025-12-31", "cms-oppscap/2025D"),  # a quarterly file that says no last day
        (PTP["practitioner"], "2024-08-01", "ncci-ptp-practitioner/2024Q3"),
        (
            PTP["practitioner"],
            "1999-01-01",
            "ncci-ptp-practitioner/2024Q3",
        ),  # the file tells the whole history
        (PTP["practitioner"], "2026-08-01", "ncci-ptp-practitioner/2026Q3"),
        (PTP["practitioner"], None, "ncci-ptp-practitioner/2024Q3"),  # an excerpt is no newest edition
    ],
)
def test_the_edition_in_force(editions, name, day, release):
    assert editions.on(name, as_day(day)).release == release


def test_an_excerpt_says_so(editions):
    excerpt = editions.on(PTP["practitioner"], date(2026, 8, 1))
    assert not excerpt.whole
    assert str(excerpt) == "ncci-ptp-practitioner/2026Q3 (2026-07-01 to 2026-09-30, an excerpt)"


def test_participation_chooses_where_a_year_has_two_factors(editions):
    day = date(2026, 2, 1)
    assert editions.on(PFS, day, qualifying=True).release == "cms-pfs/2026A-qpp"
    assert editions.on(PFS, day, qualifying=False).release == "cms-pfs/2026A"
    assert {editions.on(PFS, date(2025, 11, 1), qualifying=q).release for q in (True, False)} == {
        "cms-pfs/2025D"
    }
    with pytest.raises(NotLoaded, match="participation"):
        Editions(Manifest("0", None, (source("cms-pfs/2026A", "2026-01-01", "2026-03-31"),), 0, {}, {})).on(
            PFS, day, qualifying=True
        )


@pytest.mark.parametrize(
    ("name", "day", "nearest"),
    [
        (PFS, "2026-07-01", "cms-pfs/2026A"),
        (PFS, "2020-01-01", "cms-pfs/2025D"),
        (OPPS_CAP, "2026-01-01", "cms-oppscap/2025D"),
        (PTP["practitioner"], "2024-10-01", "ncci-ptp-practitioner/2024Q3"),
    ],
)
def test_a_day_that_no_edition_covers_names_the_nearest(editions, name, day, nearest):
    with pytest.raises(NotLoaded, match=nearest) as caught:
        editions.on(name, as_day(day), qualifying=False if name == PFS else None)
    assert day in str(caught.value)
    qualifying = False if name == PFS else None
    assert editions.on(name, as_day(day), nearest=True, qualifying=qualifying).release == nearest


def test_an_undated_edition_covers_no_day(editions):
    assert editions.on(MUE["dme"], None).release == "ncci-mue-dme/undated"
    with pytest.raises(NotLoaded, match="undated"):
        editions.on(MUE["dme"], date(2024, 8, 1))


def test_a_source_that_is_not_loaded_says_what_brings_it(editions):
    assert not editions.loaded("opps-addendum-b")
    with pytest.raises(NotLoaded, match="codegraph sources"):
        editions.on("opps-addendum-b", None)


@pytest.mark.parametrize("text", ["01/07/2026", "2026-7-1", "20260701", "2026-02-30", "soon", ""])
def test_a_date_of_another_format_is_refused(text):
    with pytest.raises(InvalidValue, match=r"date|day"):
        as_day(text)
