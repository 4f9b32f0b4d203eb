"""The edits of a pair on a day, and the conflicts of a code."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.billing.edits import pair_edits
from codegraph.billing.edits_model import INDICATORS
from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded


def test_a_pair_in_force(edited):
    found = edited.edits("44187", "44310-59", on="2024-08-01")
    assert (found.column_one, found.column_two, found.indicator) == ("44310", "44187", "0")
    assert found.rationale == "More extensive procedure"
    assert found.meaning == INDICATORS["0"]
    assert found.sentence == (
        "44187 is not paid beside 44310 on 2024-08-01 (practitioner; More extensive procedure): "
        "no modifier bypasses the edit."
    )
    assert (found.note, found.ends, len(found)) == (None, None, 1)
    assert found.evidence == (
        Evidence(
            "ptp",
            edited._provenance("ncci-ptp-practitioner/2024Q3"),
            (
                ("column 1", "44310"),
                ("column 2", "44187"),
                ("modifier indicator", "0"),
                ("rationale", "More extensive procedure"),
            ),
            date(2000, 1, 1),
        ),
    )
    assert found.provenance.file == "ccipra-v302r0-f1.txt"


def test_lines_with_modifiers_are_pairs_too(edited):
    lines = Line("44187", ("59",)), Line("44310")
    asked = pair_edits(edited, *lines, date(2024, 8, 1), "practitioner")
    assert asked.episodes == edited.edits("44310", "44187", on="2024-08-01").episodes
    assert (asked.first, asked.second) == ("44187", "44310")


def test_the_settings_differ(edited):
    found = edited.edits("44310", "44187", on="2024-08-01")
    assert found.other_setting.setting == "outpatient"
    assert found.other_setting.in_force.indicator == "1"
    assert found.other_setting.differs is True
    there = edited.edits("44310", "44187", on="2024-08-01", setting="outpatient")
    assert (there.indicator, there.other_setting.in_force.indicator) == ("1", "0")
    same = edited.edits("44310", "44388", on="2024-08-01").other_setting
    assert (same.in_force.indicator, same.differs) == ("0", False)


@pytest.mark.parametrize(
    ("day", "indicator"),
    [("1999-12-31", None), ("2004-06-01", "1"), ("2007-06-01", None), ("2012-01-01", "0")],
)
def test_a_pair_goes_and_returns(edited, day, indicator):
    found = edited.edits("44310", "44388", on=day)
    assert [(e.indicator, e.deleted) for e in found] == [("1", date(2005, 12, 31)), ("0", None)]
    assert found.indicator == indicator
    assert (indicator is None) == found.sentence.startswith(
        "No practitioner edit of 44310 and 44388 is in force"
    )
    assert len(found.evidence) == (2 if indicator is None else 1)


def test_void_rows_are_never_in_force(edited):
    found = edited.edits("44310", "00100", on="2001-01-01")
    assert [e.indicator for e in found] == ["9"]
    assert found.in_force is None
    assert (found.indicator, found.column_one, found.meaning, found.ends) == (None, None, None, None)


def test_a_deletion_still_to_come(edited):
    assert edited.edits("44310", "49000", on="2024-08-01").ends == date(2024, 12, 31)


def test_an_edit_of_the_next_year_is_not_yet_in_force(edited):
    found = edited.edits("44310", "G0463", on="2024-08-01")
    assert (len(found), found.in_force) == (1, None)


def test_no_effective_date(edited):
    found = edited.edits("44312", "44187", on="1990-01-01")
    assert found.indicator == "1"
    assert found.note == "in force from a date that the file does not give"
    older = edited.edits("44187", "44346", on="2024-08-01")
    assert older.note == "in force from a date that the file does not give (in existence before 1996)"


def test_two_rows_that_may_hold(edited):
    found = edited.edits("44312", "44340", on="2004-01-01")
    assert (found.indicator, found.ends) == ("0", date(2005, 12, 31))
    assert found.note == "2 rows may hold on that day, for want of effective dates; the first to end counts"
    assert edited.edits("44312", "44340", on="2006-01-01").indicator == "1"


def test_none_found(edited):
    found = edited.edits("44310", "44340", on="2024-08-01")
    assert list(found) == []
    assert found.note == "no edit in release ncci-ptp-practitioner/2024Q3 pairs them"
    assert found.sentence == "No practitioner edit of 44310 and 44340 is in force on 2024-08-01."
    absent = edited.edits("44310", "99999", on="2024-08-01")
    assert absent.note == "no edit in release ncci-ptp-practitioner/2024Q3 names 99999"


def test_an_excerpt_proves_nothing(edited):
    found = edited.edits("44310", "44187", on="2026-08-01")
    assert found.edition.release == "ncci-ptp-practitioner/2026Q3"
    assert found.note == (
        "no row of ncci-ptp-practitioner/2026Q3 pairs them, but that is an excerpt, which proves nothing; "
        "the newest whole release is ncci-ptp-practitioner/2024Q3 (2024-07-01 to 2024-09-30)"
    )
    assert found.sentence.endswith("is in force on 2026-08-01 is not known.")
    known = edited.edits("44310", "44388", on="2026-08-01")
    assert (known.indicator, known.ends) == ("0", date(2026, 12, 31))
    assert known.other_setting is None  # no outpatient edits of that day


def test_without_a_day_the_newest_whole_release_answers(edited):
    found = edited.edits("44310", "49000")
    assert (found.edition.version, found.on) == ("2024Q3", date(2024, 9, 30))
    assert found.indicator == "1"


def test_a_day_that_no_release_covers(edited):
    with pytest.raises(NotLoaded, match=r"covers 2031-01-01; the nearest is ncci-ptp-practitioner/2024Q3"):
        edited.edits("44310", "44187", on="2031-01-01")
    found = edited.edits("44310", "44187", on="2031-01-01", nearest=True)
    assert found.indicator == "0"
    assert found.note.startswith(
        "no loaded release covers 2031-01-01; answered by the nearest, ncci-ptp-practitioner/2024Q3"
    )


@pytest.mark.parametrize(
    ("error", "message", "more"),
    [
        (
            InvalidValue,
            "is no setting of these edits; those are practitioner, outpatient",
            {"setting": "dme"},
        ),
        (InvalidValue, "write it as YYYY-MM-DD", {"on": "08/01/2024"}),
    ],
)
def test_bad_input(edited, error, message, more):
    with pytest.raises(error, match=message) as caught:
        edited.edits("44310", "44187", **more)
    if "setting" in more:
        assert caught.value.candidates == ("practitioner", "outpatient")
    with pytest.raises(InvalidCode):
        edited.edits("44310", "443")


def test_conflicts_of_a_code(edited):
    found = edited.conflicts("44310", on="2024-08-01")
    assert [(found.column(e), found.partner(e)) for e in found] == [
        (1, "44187"),
        (1, "44388"),
        (1, "49000"),
        (2, "44005"),
    ]
    assert found.by_column == {1: 3, 2: 1}
    assert found.by_indicator == {"0": 2, "1": 2}
    assert found.note is None


@pytest.mark.parametrize(
    ("chosen", "partners"),
    [
        ({"column": 1}, ["44187", "44388", "49000"]),
        ({"column": 2}, ["44005"]),
        ({"indicator": "0"}, ["44187", "44388"]),
        ({"indicator": "9"}, ["00100"]),
        ({"rationale": "more EXTENSIVE"}, ["44187", "49000"]),
        ({"rationale": "more extensive", "indicator": "1"}, ["49000"]),
        ({"rationale": "laboratory"}, []),
    ],
)
def test_conflicts_filtered(edited, chosen, partners):
    found = edited.conflicts("44310", on="2024-08-01", **chosen)
    assert [found.partner(e) for e in found] == partners


def test_one_row_a_pair_where_several_may_hold(edited):
    found = edited.conflicts("44312", on="2004-01-01")
    assert [(found.partner(e), e.indicator) for e in found] == [("44187", "1"), ("44340", "0")]
    assert (
        found.note
        == "rows without an effective date count as in force from a date that the file does not give"
    )


def test_conflicts_of_a_code_that_none_names(edited):
    found = edited.conflicts("99213", on="2024-08-01")
    assert (len(found), found.by_column) == (0, {})
    assert found.note == "no edit in release ncci-ptp-practitioner/2024Q3 names 99213"
    excerpt = edited.conflicts("44187", on="2026-08-01")
    assert "names 44187, but that is an excerpt" in excerpt.note


@pytest.mark.parametrize(
    ("chosen", "candidates"), [({"column": 3}, ("1", "2")), ({"indicator": "2"}, ("0", "1", "9"))]
)
def test_filters_that_cannot_be_meant(edited, chosen, candidates):
    with pytest.raises(InvalidValue) as caught:
        edited.conflicts("44310", **chosen)
    assert caught.value.candidates == candidates
