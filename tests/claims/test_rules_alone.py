"""What a line says by itself: codes of the day, status indicators, modifiers, inpatient-only procedures."""

from __future__ import annotations

import pytest

from codegraph.claims.rules.statuses import FEE_SCHEDULE, OUTPATIENT
from tests.claims.asked import check, one, outcomes, said


def test_an_unknown_code_is_a_finding_with_codes_alike(claimed):
    found = one(claimed, "44311", rule="code")
    assert found.severity == "deny"
    assert "cpt:44310" in str(found.resolution)
    assert outcomes(claimed, "44311", "10060") == ["deny", "pay"]


def test_where_no_list_of_the_day_is_loaded_an_unknown_code_is_looked_at(claimed):
    assert said(claimed, "44311", rule="code", on="2026-02-01") == {1: [("code", "review")]}


def test_a_code_of_another_year_is_not_valid(claimed):
    gone = one(claimed, "99201", rule="code")
    assert (gone.severity, "cms-pfs/2024D had it" in gone.message) == ("deny", True)
    assert said(claimed, "99201", rule="code", on="2024-11-20") == {}
    later = one(claimed, "44187", rule="code", on="2024-11-20")
    assert (later.severity, "cms-pfs/2025D has it" in later.message) == ("deny", True)
    assert said(claimed, "44187", rule="code") == {}


def test_a_code_that_was_gone_before_the_newest_list_is_still_gone_after_it(claimed):
    found = one(claimed, "99201", rule="code", on="2026-02-01")
    assert (found.severity, found.evidence[0].provenance.release) == ("deny", "cms-pfs/2025D")


def test_by_the_nearest_release_a_missing_code_is_looked_at(claimed):
    found = one(claimed, "99201", rule="code", on="2026-02-01", nearest=True)
    assert found.severity == "review"
    assert "by the nearest release cms-pfs/2025D" in found.message


def test_hcpcs_codes_have_dates(claimed):
    ended = one(claimed, "G9999", rule="code")
    assert (ended.severity, "2018-12-31" in ended.message) == ("deny", True)
    assert str(ended.evidence[0].deleted) == "2018-12-31"
    assert said(claimed, "G9999", rule="code", on="2018-12-31") == {}
    assert said(claimed, "G9999", rule="code", on="2002-06-30") == {1: [("code", "deny")]}, (
        "added on July 1, 2002"
    )
    assert said(claimed, "J1100", rule="code") == {}


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("99000", "deny"),  # B
        ("92015", "deny"),  # N
        ("99241", "deny"),  # I
        ("1000F", "deny"),  # M
        ("44799", "review"),  # C
        ("A4550", "review"),  # P
        ("80053", "info"),  # X
        ("J1100", "info"),  # E
        ("G0105", "info"),  # R
        ("44310", None),  # A
    ],
)
def test_the_status_of_the_fee_schedule(claimed, code, severity):
    rule = "fee-schedule-status"
    expected = {} if severity is None else {1: [(rule, severity)]}
    assert said(claimed, code, rule=rule) == expected
    if severity:
        found = one(claimed, code, rule=rule)
        assert dict(found.evidence[0].values)["status"] in FEE_SCHEDULE
        assert said(claimed, code, rule=rule, setting="outpatient") == {}


def test_status_t_is_paid_only_alone(claimed):
    rule = "only-when-alone"
    assert said(claimed, "36591", rule=rule) == {}
    assert said(claimed, "36591", "80053", rule=rule) == {}
    assert said(claimed, "36591", "99213", rule=rule) == {1: [(rule, "deny")]}
    assert said(claimed, "36591", "99213@2025-11-21", rule=rule) == {}


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("99213", "deny"),
        ("92015", "deny"),
        ("J1100", "info"),
        ("80053", "info"),
        ("A4550", "info"),
        ("10060", None),
    ],
)
def test_the_status_of_outpatient_payment(claimed, code, severity):
    rule = "outpatient-status"
    expected = {} if severity is None else {1: [(rule, severity)]}
    assert said(claimed, code, rule=rule, setting="outpatient") == expected
    assert said(claimed, code, rule=rule) == {}
    assert set(OUTPATIENT) >= {"N", "B", "E1", "Q4", "A"}


def test_inpatient_only_procedures(claimed):
    rule = "inpatient-only"
    listed = one(claimed, "44310", rule=rule, setting="outpatient")
    assert (listed.severity, listed.evidence[0].table) == ("deny", "inpatient_only")
    by_status = one(claimed, "44187", rule=rule, setting="outpatient")
    assert (by_status.severity, by_status.evidence[0].table) == ("deny", "opps")
    assert said(claimed, "44310-CA", rule=rule, setting="outpatient") == {1: [(rule, "review")]}
    assert said(claimed, "10060", rule=rule, setting="outpatient") == {}
    assert said(claimed, "44310", rule=rule) == {}


def test_a_code_that_addendum_b_lacks_is_looked_at(claimed):
    assert said(claimed, "44140", rule="code", setting="outpatient") == {1: [("code", "review")]}


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("44310-80", None),  # assistant indicator 2
        ("44187-80", "review"),  # 0: papers
        ("10060-80", "deny"),  # 1
        ("10060-AS", "deny"),
        ("70450-80", "deny"),  # 9
        ("44187-62", None),  # co-surgeons 2
        ("44310-62", "review"),  # 1
        ("10060-62", "deny"),  # 0
        ("44120-66", "review"),  # team 1
        ("44310-66", "deny"),  # 0
        ("30140-50", None),  # bilateral 1
        ("44310-50", "deny"),  # 0
        ("92134-50", "deny"),  # 2
        ("70450-26", None),
        ("70450-TC", None),
        ("44310-26", "deny"),
        ("44121-51", "review"),
        ("44310-51", None),
        ("44310-54", None),
        ("11042-54", "deny"),  # 000: nothing to split
        ("99213-25", None),
        ("10060-25", "review"),  # by its definition, by no row
        ("99213-59", "review"),
        ("44310-59", None),
        ("44310-73", "review"),  # a hospital's
        ("44310-22", None),
        ("44310-ZZ", None),
    ],
)
def test_modifiers_on_a_code(claimed, line, severity):
    expected = {} if severity is None else {1: [("modifier", severity)]}
    assert said(claimed, line, rule="modifier") == expected
    if severity == "deny":
        (row,) = one(claimed, line, rule="modifier").evidence
        assert row.provenance.release == "cms-pfs/2025D"


def test_a_hospital_does_not_report_who_operated(claimed):
    assert said(claimed, "10060-80", rule="modifier", setting="outpatient") == {1: [("modifier", "review")]}
    assert said(claimed, "10060-59", rule="modifier", setting="outpatient") == {}
    assert said(claimed, "10060-73", rule="modifier", setting="outpatient") == {}


@pytest.mark.parametrize("line", ["70450-26-TC", "44310-80-82", "44310-59-XS", "30140-50-LT"])
def test_modifiers_that_exclude_each_other(claimed, line):
    found = [f for f in check(claimed, line).findings if "exclude each other" in f.message]
    assert [(f.rule, f.severity) for f in found] == [("modifier", "deny")]


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        (("30140-50x2",), {1}),
        (("30140-50",), set()),
        (("30140-LT", "30140-RT"), set()),
        (("30140-50", "30140"), {2}),
        (("30140-50", "30140-50-76"), {1, 2}),
        (("30140-LT", "30140-RT", "30140-50"), {1, 2}),
        (("30140-50", "30140@2025-11-21"), set()),
        (("92134-LT", "92134-RT"), {1, 2}),
        (("92134", "92134-76"), set()),
    ],
)
def test_both_sides_count_once(claimed, lines, numbers):
    found = said(claimed, *lines, rule="bilateral")
    assert set(found) == numbers
    assert all(f == [("bilateral", "review")] for f in found.values())
