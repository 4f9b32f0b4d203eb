"""What the graph advises: separate procedures, indications; and diagnoses that are none."""

from __future__ import annotations

from dataclasses import replace

from codegraph.billing.lines import parse_line
from codegraph.claims.rules.knowledge import Knowledge
from tests.claims.asked import check, one, said


def test_a_separate_procedure_beside_one_of_its_region(claimed):
    rule = "separate-procedure"
    found = one(claimed, "44340", "44140", rule=rule)
    assert (found.line, found.severity, found.other_line) == (1, "review", 2)
    assert found.evidence[0].table == "graph"
    assert said(claimed, "44340-59", "44140", rule=rule) == {}
    assert said(claimed, "44340", rule=rule) == {}
    assert said(claimed, "44340", "10060", rule=rule) == {}, "the graph knows nothing of 10060"
    assert said(claimed, "44340", "44140@2025-11-21", rule=rule) == {}


def test_where_an_edit_was_applied_the_advice_is_left_out(claimed):
    found = said(claimed, "44187", "44312")
    assert found[2] == [("ptp", "deny")]


def test_regions_are_sites_and_their_parts(claimed):
    knowledge = Knowledge(claimed)
    procedure = {c: claimed._code_row("cpt", c)[4] for c in ("44310", "44340", "44140")}
    assert knowledge.is_separate("cpt:44340")
    assert not knowledge.is_separate("cpt:44310")
    assert knowledge.same_region(procedure["44340"], procedure["44140"])
    assert not knowledge.same_region("procedure:none-such", procedure["44140"])


def test_a_diagnosis_below_a_stated_condition_is_among_the_indications(claimed):
    found = one(claimed, "44310", rule="indication", diagnoses=["Z00.00", "K50.00"])
    assert (found.severity, "K50.00 is among the indications" in found.message) == ("info", True)
    assert "necess" not in found.message
    assert dict(found.evidence[0].values)["condition"] == "icd10cm:K50"


def test_a_diagnosis_that_is_not_known_is_no_verdict(claimed):
    found = one(claimed, "44310", rule="indication", diagnoses=["Z0000"])
    assert found.severity == "info"
    assert "Z00.00 is not among the indications" in found.message
    assert "does not know all" in found.message


def test_codes_without_known_indications_say_nothing(claimed):
    assert said(claimed, "10060", rule="indication", diagnoses=["K50.00"]) == {}
    assert said(claimed, "44310", rule="indication") == {}


def test_the_diagnoses_that_a_line_points_to_go_before_those_of_the_claim(claimed):
    line = replace(parse_line("44310"), diagnoses=("Z00.00",))
    found = one(claimed, line, rule="indication", diagnoses=["K50.00"])
    assert "not among" in found.message


def test_wrong_diagnoses_are_told_once(claimed):
    found = check(claimed, "44310", "10060", diagnoses=["K50", "Q99.8", "nonsense", "K50.00", "K50"])
    assert [(f.line, f.rule, f.severity) for f in found.general] == [(0, "diagnosis", "review")] * 3
    header, absent, unwritten = (f.message for f in found.general)
    assert "header" in header
    assert "not in the loaded ICD-10-CM (icd10cm/2026)" in absent
    assert "not written like" in unwritten
    assert found.outcome == "review"


def test_a_wrong_diagnosis_of_a_line_is_told_with_it(claimed):
    line = replace(parse_line("10060"), diagnoses=("K50",))
    assert said(claimed, "44310", line, rule="diagnosis") == {2: [("diagnosis", "review")]}
