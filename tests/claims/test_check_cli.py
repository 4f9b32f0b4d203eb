"""`codegraph check`: lines, files, forms of output, exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph.cli import check as command
from codegraph.cli import main
from tests.claims.claim_files import DAY

CLAIMS = [
    {"id": "A1", "on": DAY, "lines": ["44310", "44187"]},
    {"id": "A2", "lines": ["44310-599"]},
    {"id": "A3", "lines": ["44310"], "diagnoses": ["K50.00"]},
]


@pytest.fixture
def run(claimed):
    def ask(*words, text=None):
        return CliRunner().invoke(main, ["--release", str(claimed.directory), "check", *words], input=text)

    return ask


def test_a_denial_ends_with_1_and_payment_or_review_with_0(run):
    denied = run("44310", "44187-59", "--on", DAY)
    assert denied.exit_code == 1
    assert "2  deny   44187-59" in denied.stdout
    assert "row: ncci-ptp-practitioner/2025Q4: column1 44310, column2 44187" in denied.stdout
    assert run("44310", "--on", DAY).exit_code == 0
    assert run("44799", "--on", DAY).exit_code == 0
    assert command._FOUND == 1


def test_json_has_the_evidence_and_what_is_around_a_claim(run):
    done = run("99213-24", "--on", DAY, "--prior", "44310@2025-11-01", "--dx", "K50.00", "--format", "json")
    assert done.exit_code == 0
    shown = json.loads(done.stdout)
    (finding,) = shown["lines"][0]["findings"]
    assert (finding["rule"], finding["severity"]) == ("global-period", "info")
    assert finding["evidence"][0]["provenance"]["release"] == "cms-pfs/2025D"
    assert shown["diagnoses"] == ["K50.00"]


def test_setting_and_nearest(run):
    assert run("44310", "--on", DAY, "--setting", "outpatient").exit_code == 1
    assert run("99000", "--on", "2026-02-01").exit_code == 0
    assert run("99000", "--on", "2026-02-01", "--nearest").exit_code == 1


def test_claims_from_a_file_are_checked_and_the_rest_reported(run, tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_text("".join(json.dumps(c) + "\n" for c in CLAIMS), encoding="utf-8")
    done = run("--claims", str(path), "--on", DAY, "--format", "jsonl")
    first, unread, last = map(json.loads, done.stdout.splitlines())
    assert (first["ident"], first["outcome"]) == ("A1", "deny")
    assert unread["unread"]["claim"] == "A2"
    assert "line 2" in unread["unread"]["where"]
    assert (last["ident"], last["on"], last["outcome"]) == ("A3", DAY, "pay")
    assert "not read: claims.jsonl, line 2, claim A2" in done.stderr
    assert "claims" not in done.stderr.replace("claims.jsonl", ""), "no progress where no terminal is"
    assert done.exit_code == 1


def test_standard_input_and_one_json_list(run):
    good = json.dumps(CLAIMS[2]) + "\n"
    done = run("--claims", "-", "--format", "json", "--on", DAY, text=good * 2)
    assert done.exit_code == 0
    assert [c["ident"] for c in json.loads(done.stdout)] == ["A3", "A3"]
    shown = run("--claims", "-", text=good)
    assert "claim A3, practitioner, no date of service" in shown.stdout


def test_a_claim_whose_earlier_procedure_has_no_date_is_reported_and_the_next_one_checked(run):
    undated = {"id": "B1", "on": DAY, "lines": ["99213"], "prior": ["44310"]}
    text = json.dumps(undated) + "\n" + json.dumps(CLAIMS[2]) + "\n"
    done = run("--claims", "-", "--format", "jsonl", "--on", DAY, text=text)
    unread, last = map(json.loads, done.stdout.splitlines())
    assert "prior 1" in unread["unread"]["reason"]
    assert last["ident"] == "A3"
    assert done.exit_code == 1


def test_a_file_that_ends_in_the_middle_is_read_as_far_as_it_goes(run, tmp_path):
    whole = json.dumps(CLAIMS[0]) + "\n"
    path = tmp_path / "cut.jsonl"
    path.write_text(whole + whole[:30], encoding="utf-8")
    done = run("--claims", str(path), "--format", "jsonl")
    assert done.exit_code == 1
    assert [("unread" in json.loads(line)) for line in done.stdout.splitlines()] == [False, True]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--claims", "x.jsonl", "44310"),
        ("--claims", "x.jsonl", "--dx", "K50.00"),
        ("--claims", "x.jsonl", "--setting", "outpatient"),
        ("--claims", "/nowhere/x.jsonl"),
        ("44310", "--on", "tomorrow"),
        ("44310x0", "--on", DAY),
    ],
)
def test_a_wrong_request_ends_with_2(run, words):
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr) > 20
