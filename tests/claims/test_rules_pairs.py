"""Procedure-to-procedure edits, unit limits and add-on codes on a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from codegraph.billing.lines import parse_line
from codegraph.claims.rules.pairs import EITHER_COLUMN
from tests.claims.asked import check, one, outcomes, said


def test_indicator_0_denies_column_two_in_either_order(claimed):
    assert outcomes(claimed, "44310", "44187") == ["pay", "deny"]
    assert outcomes(claimed, "44187", "44310") == ["deny", "pay"]
    found = one(claimed, "44187", "44310", rule="ptp")
    assert (found.line, found.other, found.other_line) == (1, "44310", 2)
    assert "indicator 0" in found.message
    (row,) = found.evidence
    assert row.table == "ptp"
    assert row.provenance.release == "ncci-ptp-practitioner/2025Q4"
    assert row.provenance.file == "ccipra-v313r0-f1.txt"
    assert dict(row.values)["indicator"] == "0"
    assert row.effective == date(2000, 1, 1)


@pytest.mark.parametrize("modifier", ["59", "XE", "XS", "XP", "XU", "LT", "25", "58", "78", "79", "91", "76"])
def test_no_modifier_saves_indicator_0(claimed, modifier):
    for lines in (("44310", f"44187-{modifier}"), (f"44310-{modifier}", "44187")):
        assert said(claimed, *lines, rule="ptp") == {2: [("ptp", "deny")]}


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (("44187", "44312"), "deny"),
        (("44187", "44312-59"), "info"),
        (("44187", "44312-XS"), "info"),
        (("44187-59", "44312"), "info"),
        (("44187", "44312-LT"), "info"),
        (("44187-RT", "44312-LT"), "info"),
        (("44187-LT", "44312-LT"), "review"),
        (("44187-LT", "44312-LT-XE"), "info"),
        (("44187-LT", "44312"), "review"),  # on column one, CMS speaks of 59 and X{EPSU} only
        (("44187-LT-XS", "44312"), "info"),
        (("44187", "44312-76"), "deny"),
        (("44187", "44312-51"), "deny"),
    ],
)
def test_indicator_1_is_lifted_by_an_ncci_associated_modifier(claimed, lines, severity):
    assert said(claimed, *lines, rule="ptp") == {2: [("ptp", severity)]}


def test_a_lifted_edit_says_by_what(claimed):
    found = one(claimed, "44187", "44312-59", rule="ptp")
    assert "59 on it lifts the edit" in found.message
    assert "59 on line 1 (44187-59) lifts the edit" in one(claimed, "44187-59", "44312", rule="ptp").message


def test_what_would_lift_an_edit_depends_on_the_kind_of_service(claimed):
    visit, procedure = (
        one(claimed, *lines, rule="ptp") for lines in (("11042", "99213"), ("44187", "44312"))
    )
    assert (visit.severity, procedure.severity) == ("deny", "deny")
    assert " 25," in str(visit.resolution)
    assert " 59 " not in str(visit.resolution)
    assert "(59 or XE" in str(procedure.resolution)
    assert said(claimed, "11042", "99213-25", rule="ptp") == {2: [("ptp", "info")]}


def test_one_column_one_line_without_a_modifier_is_enough_to_deny(claimed):
    found = said(claimed, "44187-59", "44187", "44312", rule="ptp")
    assert found == {3: [("ptp", "deny")]}
    assert one(claimed, "44187-59", "44187", "44312", rule="ptp").other_line == 2


def test_before_july_2019_modifier_59_counts_on_column_two_only(claimed):
    before = date(2019, 6, 30)
    assert said(claimed, "44187-59", "44312", rule="ptp", on=before) == {2: [("ptp", "deny")]}
    assert said(claimed, "44187", "44312-59", rule="ptp", on=before) == {2: [("ptp", "info")]}
    assert said(claimed, "44187-59", "44312", rule="ptp", on=EITHER_COLUMN) == {2: [("ptp", "info")]}


def test_an_edit_without_effective_date_is_in_force_and_says_so(claimed):
    found = one(claimed, "44140", "44120", rule="ptp")
    assert (found.line, found.severity) == (2, "deny")
    assert "from a day that the file does not say" in found.message
    assert found.evidence[0].effective is None


@pytest.mark.parametrize(
    "lines",
    [
        ("44140", "10060"),  # ended on 2025-10-31
        ("44120", "44310"),  # begins in 2026
        ("44120", "10060"),  # void
        ("44310", "44310"),  # no pair
        ("44310", "11042"),
    ],
)
def test_what_no_edit_in_force_pairs_is_not_denied_for_it(claimed, lines):
    assert said(claimed, *lines, rule="ptp") == {}


def test_the_last_day_of_an_edit_counts(claimed):
    assert said(claimed, "44140", "10060", rule="ptp", on="2025-10-31") == {2: [("ptp", "deny")]}
    assert said(claimed, "44140", "10060", rule="ptp", on="2025-11-01") == {}


def test_lines_of_different_days_and_providers_are_no_pair(claimed):
    assert said(claimed, "44310", "44187@2025-11-21", rule="ptp") == {}
    lines = [replace(parse_line(c), provider=p) for c, p in (("44310", "A"), ("44187", "B"))]
    assert said(claimed, *lines, rule="ptp") == {}
    assert said(claimed, lines[0], replace(lines[1], provider="A"), rule="ptp") == {2: [("ptp", "deny")]}
    assert said(claimed, lines[0], "44187", rule="ptp") == {2: [("ptp", "deny")]}


def test_each_setting_has_its_own_edits(claimed):
    assert said(claimed, "44310", "44187", rule="ptp", setting="outpatient") == {}
    assert said(claimed, "10060", "11042", rule="ptp", setting="outpatient") == {2: [("ptp", "deny")]}
    assert said(claimed, "10060", "11042", rule="ptp") == {}


def test_limits_by_date_sum_the_lines_of_a_day(claimed):
    assert said(claimed, "44310x2", rule="mue") == {}
    assert said(claimed, "44310x3", rule="mue") == {1: [("mue", "deny")]}
    assert said(claimed, "44310x2", "44310-59", rule="mue") == {1: [("mue", "deny")], 2: [("mue", "deny")]}
    assert said(claimed, "44310x2", "44310@2025-11-21", rule="mue") == {}


def test_what_resolves_a_limit_depends_on_its_indicator(claimed):
    clinical = one(claimed, "44310x3", rule="mue")
    assert "3 units of 44310 exceed the limit of 2" in clinical.message
    assert "appeal" in str(clinical.resolution)
    assert dict(clinical.evidence[0].values) == {
        "code": "44310",
        "setting": "practitioner",
        "units": "2",
        "adjudication": "3",
        "rationale": "Anatomic Consideration",
    }
    policy = one(claimed, "44120x2", rule="mue")
    assert "appeal" not in str(policy.resolution)
    assert "policy" in policy.message


def test_a_limit_by_line_looks_at_each_line(claimed):
    assert said(claimed, "10060x3", "10060-76x3", rule="mue") == {}
    assert said(claimed, "10060x3", "10060-76x4", rule="mue") == {2: [("mue", "deny")]}


def test_providers_have_limits_of_their_own(claimed):
    lines = [replace(parse_line("44310x2"), provider=p) for p in ("A", "B")]
    assert said(claimed, *lines, rule="mue") == {}
    found = said(claimed, *lines, "44310", rule="mue")
    assert found == {n: [("mue", "deny")] for n in (1, 2, 3)}, (
        "a line of nobody counts with each, and is told once"
    )


def test_a_bilateral_procedure_over_its_limit_is_told_how_it_is_reported(claimed):
    found = [f for f in check(claimed, "44120-LT", "44120-RT").findings if f.rule == "mue"]
    assert len(found) == 2
    assert all("one line with 50" in str(f.resolution) for f in found)


def test_type_1_needs_a_listed_primary(claimed):
    found = one(claimed, "44121", rule="add-on")
    assert found.severity == "deny"
    assert "44120" in found.message
    assert dict(found.evidence[0].values)["type"] == "1"
    assert said(claimed, "44121", "10060", rule="add-on") == {1: [("add-on", "deny")]}
    assert said(claimed, "44121", "44120", rule="add-on") == {}
    assert said(claimed, "44121", "44120@2025-11-21", rule="add-on") == {1: [("add-on", "deny")]}


def test_type_2_is_the_contractors_to_decide(claimed):
    beside = one(claimed, "44955", "44310", rule="add-on")
    assert beside.severity == "review"
    assert "type 2" in beside.message
    assert "contractor" in beside.message
    assert said(claimed, "44955", rule="add-on") == {1: [("add-on", "deny")]}
    assert said(claimed, "44955", "44139", rule="add-on") == {n: [("add-on", "deny")] for n in (1, 2)}


def test_type_3_names_some_primaries(claimed):
    assert said(claimed, "44139", "44140", rule="add-on") == {}
    found = one(claimed, "44139", "44310", rule="add-on")
    assert (found.severity, "44140" in found.message) == ("review", True)


def test_a_denied_primary_carries_no_add_on(claimed):
    # 44120 is denied beside 44140, so 44121 falls with it.
    found = one(claimed, "44140", "44120", "44121", rule="add-on")
    assert (found.line, found.severity, found.other_line) == (3, "review", 2)
    assert said(claimed, "44140", "44120-59", "44121", rule="add-on") == {}


def test_the_primary_of_another_provider_is_none(claimed):
    lines = [replace(parse_line(c), provider=p) for c, p in (("44120", "A"), ("44121", "B"))]
    assert said(claimed, *lines, rule="add-on") == {2: [("add-on", "deny")]}
