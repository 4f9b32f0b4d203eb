"""Global surgical packages on a claim: earlier procedures, visits of the same day, modifiers that say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from codegraph.billing.lines import parse_line
from codegraph.claims.rules.global_days import DAYS_AFTER, opens_package
from codegraph.errors import InvalidValue
from tests.claims.asked import check, one, said

RULE = "global-period"


def after(kg, line, prior, **more):
    found = said(kg, line, rule=RULE, prior=[prior], **more)
    return [severity for _, severity in found.get(1, [])]


def test_the_days_are_those_of_the_manual():
    assert DAYS_AFTER == {"000": 0, "010": 10, "090": 90, "YYY": 90}


@pytest.mark.parametrize(
    ("prior", "inside"),
    [
        # The claim is of 2025-12-31; 90 days before it is October 2.
        ("44310@2025-10-02", True),
        ("44310@2025-10-01", False),
        ("44310@2025-12-30", True),
        ("44310@2025-12-31", True),
        ("10060@2025-12-21", True),
        ("10060@2025-12-20", False),
        ("11042@2025-12-31", True),
        ("11042@2025-12-30", False),
    ],
)
def test_a_visit_after_an_operation_needs_24(claimed, prior, inside):
    assert after(claimed, "99213", prior, on="2025-12-31") == (["deny"] if inside else [])


def test_24_says_that_a_visit_is_unrelated(claimed):
    found = one(claimed, "99213-24", rule=RULE, prior=["44310@2025-10-07"])
    assert found.severity == "info"
    assert "day 44" in found.message
    assert found.other == "44310@2025-10-07"
    assert found.evidence[0].provenance.release == "cms-pfs/2025D"
    assert dict(found.evidence[0].values) == {"code": "44310", "global_period": "090"}
    assert after(claimed, "99213-25", "44310@2025-10-07") == ["deny"]


def test_critical_care_may_say_so_by_ft(claimed):
    assert after(claimed, "99291-FT", "44310@2025-11-01") == ["info"]
    assert after(claimed, "99213-FT", "44310@2025-11-01") == ["deny"]
    before = {"on": "2021-12-31", "nearest": True}
    assert after(claimed, "99291-FT", "44310@2021-12-01", **before) == ["deny"], "there was no FT before 2022"


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (("99213", "10060"), "deny"),
        (("99213-25", "10060"), "info"),
        (("99213-57", "10060"), "deny"),
        (("99213", "11042"), "deny"),
        (("99213", "44310"), "deny"),
        (("99213-57", "44310"), "info"),
        (("99213-25", "44310"), "review"),
        (("99291-FT", "44310"), "info"),
        (("99213", "44799"), "review"),
        (("99213", "59400"), None),
        (("99213", "70450"), None),
        (("99213", "44121"), None),
        (("99213", "10060-80"), None),
        (("10060", "11042"), None),
    ],
)
def test_a_visit_on_the_day_of_a_procedure(claimed, lines, severity):
    expected = {} if severity is None else {1: [(RULE, severity)]}
    assert said(claimed, *lines, rule=RULE) == expected


def test_the_day_before_a_major_operation_belongs_to_it(claimed):
    assert after(claimed, "99213", "44310@2025-11-21") == ["deny"]
    assert after(claimed, "99213-57", "44310@2025-11-21") == ["info"]
    assert after(claimed, "99213", "44310@2025-11-22") == []
    assert after(claimed, "99213", "10060@2025-11-21") == []
    assert said(claimed, "99213@2025-11-19", "44310", rule=RULE) == {1: [(RULE, "deny")]}


@pytest.mark.parametrize("modifier", ["58", "78", "79"])
def test_a_later_procedure_needs_58_78_or_79(claimed, modifier):
    assert after(claimed, "10060", "44310@2025-11-01") == ["deny"]
    assert after(claimed, f"10060-{modifier}", "44310@2025-11-01") == ["info"]
    assert after(claimed, "10060-59", "44310@2025-11-01") == ["deny"]


def test_another_session_of_the_day_is_looked_at_by_a_person(claimed):
    assert after(claimed, "10060-76", "44310@2025-11-20") == ["review"]
    assert after(claimed, "10060", "44310@2025-11-20") == ["review"]
    assert after(claimed, "10060-79", "44310@2025-11-20") == ["info"]


def test_care_before_or_after_is_no_procedure(claimed):
    assert after(claimed, "44310-55", "44310-54@2025-11-01") == []
    assert after(claimed, "44310-54", "44310@2025-11-01") == ["deny"]


def test_add_ons_imaging_and_maternity_have_no_days(claimed):
    assert after(claimed, "70450", "44310@2025-11-01") == []
    assert after(claimed, "44121", "44310@2025-11-01") == []
    assert after(claimed, "99213", "59400@2025-11-01") == []
    assert after(claimed, "99213", "44121@2025-11-01") == []


def test_the_contractor_sets_the_days_of_yyy(claimed):
    assert after(claimed, "99213", "44799@2025-11-01") == ["review"]


@pytest.mark.parametrize("modifiers", ["78", "80", "82", "AS", "56"])
def test_some_procedures_open_no_package(claimed, modifiers):
    assert after(claimed, "99213", f"44310-{modifiers}@2025-11-01") == []
    assert not opens_package(parse_line(f"44310-{modifiers}"), "090")
    assert opens_package(parse_line("44310-58"), "090")


def test_what_another_provider_did_does_not_count(claimed):
    mine = replace(parse_line("99213"), provider="A")
    theirs = replace(parse_line("44310"), provider="B", day=date(2025, 11, 1))
    assert after(claimed, mine, theirs) == []
    assert after(claimed, mine, replace(theirs, provider="A")) == ["deny"]
    assert after(claimed, mine, replace(theirs, provider=None)) == ["deny"]


def test_an_earlier_day_of_the_same_claim_counts(claimed):
    found = said(claimed, "44310", "99213@2025-11-25", "10060-79@2025-11-26", rule=RULE)
    assert found == {2: [(RULE, "deny")], 3: [(RULE, "info")]}


def test_a_hospital_has_no_global_package(claimed):
    assert said(claimed, "99213", rule=RULE, setting="outpatient", prior=["44310@2025-11-01"]) == {}


def test_a_procedure_of_a_day_that_no_fee_schedule_covers_is_not_judged(claimed):
    found = check(claimed, "99213", prior=["44310@2025-09-30"])
    assert [f for f in found.findings if f.rule == RULE] == []
    (note,) = found.not_checked
    assert note.rule == RULE
    assert "44310@2025-09-30" in note.reason
    assert "2025D" in note.reason
    near = one(claimed, "99213", rule=RULE, prior=["44310@2025-09-30"], nearest=True)
    assert "by the nearest release cms-pfs/2025D" in near.message


def test_days_cannot_be_counted_without_dates(claimed):
    with pytest.raises(InvalidValue, match="44310@2024-07-20"):
        check(claimed, "99213", prior=["44310"])
    found = check(claimed, "99213", prior=["44310@2025-11-01"], on=None)
    assert [n.rule for n in found.not_checked] == [RULE]
