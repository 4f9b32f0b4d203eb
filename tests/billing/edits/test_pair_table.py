"""The history of pairs: found by pair and by code, each release and setting by itself, numbered as it followed."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.billing.pairs import Episode
from codegraph.errors import NotLoaded

RELEASE = "ncci-ptp-practitioner/2024Q3"


@pytest.fixture(scope="module")
def pairs(edited):
    return edited._pair_table


def among(pairs, *codes, setting="practitioner", release=RELEASE):
    return [e[:2] for e in pairs.between(codes, setting, release)]


def test_a_row_is_read_whole(pairs):
    assert pairs.between(["44005", "44310"], "practitioner", RELEASE) == [
        Episode(
            "44005",
            "44310",
            RELEASE,
            "1",
            date(1996, 1, 1),
            None,
            True,
            "Misuse of Column Two code with Column One code",
            0,
        )
    ]


def test_either_order_and_any_number_of_codes(pairs):
    assert among(pairs, "44310", "44187") == among(pairs, "44187", "44310") == [("44310", "44187")]
    assert among(pairs, "44310", "44187", "44312", "99999", "44310") == [
        ("44310", "44187"),
        ("44312", "44187"),
    ]
    assert among(pairs, "44310") == among(pairs, "44310", "99999") == among(pairs) == []


def test_many_codes_are_sifted_to_the_same_rows(pairs, monkeypatch):
    codes = ("44310", "44187", "44312", "44340", "44388", "49000", "44005", "00100", "G0463", "44346")
    sought = pairs.between(codes, "practitioner", RELEASE)
    monkeypatch.setattr("codegraph.billing.pairs._MOST_SOUGHT", 1)
    assert pairs.between(codes, "practitioner", RELEASE) == sought
    assert len(sought) == 11


def test_settings_and_releases_are_apart(pairs):
    rows = pairs.between_in(
        ["44310", "44388"],
        [
            ("practitioner", RELEASE),
            ("outpatient", "ncci-ptp-outpatient/2024Q3"),
            ("practitioner", "ncci-ptp-practitioner/2026Q3"),
            ("practitioner", "ncci-ptp-practitioner/1999Q1"),
        ],
    )
    assert [[(e.indicator, e.occurrence) for e in found] for found in rows] == [
        [("1", 0), ("0", 1)],
        [("0", 0)],
        [("0", 0)],
        [],
    ]
    assert pairs.releases == (
        ("outpatient", "ncci-ptp-outpatient/2024Q3"),
        ("practitioner", RELEASE),
        ("practitioner", "ncci-ptp-practitioner/2026Q3"),
    )


def test_all_rows_of_a_code_on_either_side(pairs):
    rows = [e[:2] for e in pairs.of("44187", "practitioner", RELEASE)]
    assert rows == [("44187", "44346"), ("44310", "44187"), ("44312", "44187")]
    assert pairs.of("99999", "practitioner", RELEASE) == []
    assert "44187" in pairs
    assert "99999" not in pairs


@pytest.mark.parametrize(
    ("effective", "deleted", "indicator", "day", "holds"),
    [
        ("2000-01-01", "2005-12-31", "1", "1999-12-31", False),
        ("2000-01-01", "2005-12-31", "1", "2000-01-01", True),
        ("2000-01-01", "2005-12-31", "1", "2005-12-31", True),  # the deletion date is the last day
        ("2000-01-01", "2005-12-31", "1", "2006-01-01", False),
        (None, "2005-12-31", "0", "1997-01-01", True),
        ("2001-01-01", "2001-01-01", "9", "2001-01-01", False),
        ("2000-01-01", None, "0", None, True),
        ("2000-01-01", "2030-12-31", "0", None, False),
    ],
)
def test_in_force(effective, deleted, indicator, day, holds):
    first, last, on = (d and date.fromisoformat(d) for d in (effective, deleted, day))
    assert Episode("44310", "44187", RELEASE, indicator, first, last, False, "", 0).in_force(on) is holds


def test_a_release_without_edits_names_the_files(tmp_path_factory):
    from codegraph.build.pipeline import build
    from codegraph.graph import CodeGraph
    from tests.billing.edits.edit_files import FILES

    folder = tmp_path_factory.mktemp("no-edits")
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"
    (folder / name).write_text(FILES[name])
    build([folder], folder / "release")
    kg = CodeGraph(folder / "release")
    with pytest.raises(NotLoaded, match="ccipra"):
        kg._pair_table  # noqa: B018 - opens it
    with pytest.raises(NotLoaded, match="procedure-to-procedure"):
        kg.edits("44310", "44187")
