"""The commands edits, limits and addons: what they print, their JSON, their exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph import cli
from codegraph.cli import addons, edits, limits


@pytest.fixture
def run(edited):
    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli.main, ["--release", str(edited.directory), *arguments])
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_the_commands_are_registered():
    for module in (edits, limits, addons):
        assert cli.main.commands[module.command.name] is module.command


def test_a_pair(run):
    out = run("edits", "44310", "44388", "--on", "2024-08-01")
    assert out.startswith("44388 is not paid beside 44310 on 2024-08-01 (practitioner; Misuse")
    assert "44310     44388     1          2000-01-01  2005-12-31" in out
    assert "ncci-ptp-practitioner/2024Q3" in out


def test_a_pair_that_differs_and_ends(run):
    assert "It differs for outpatient: column 2 is 44187, indicator 1" in run("edits", "44310", "44187")
    out = run("edits", "44310", "49000", "--on", "2024-08-01")
    assert "Its last day is 2024-12-31." in out
    assert "It differs for outpatient: no edit is in force" in out


def test_a_pair_as_json(run):
    found = json.loads(run("edits", "44312", "44187", "--format", "json", "--setting", "practitioner"))
    assert (found["column_one"], found["indicator"], found["on"]) == ("44312", "1", "2024-09-30")
    assert found["episodes"][0]["effective"] is None
    assert found["note"] == "in force from a date that the file does not give"
    assert found["evidence"][0]["provenance"]["release"] == "ncci-ptp-practitioner/2024Q3"


def test_conflicts_say_how_many_more(run):
    out = run("edits", "44310", "--limit", "1")
    assert out.startswith(
        "4 practitioner edits name 44310 on 2024-09-30 (column 1: 3, column 2: 1, indicator 0: 2"
    )
    assert "… and 3 more; --limit 4 prints all" in out
    assert "more;" not in run("edits", "44310")
    found = json.loads(run("edits", "44310", "--column", "2", "--format", "json"))
    assert [e["column_one"] for e in found["episodes"]] == ["44005"]


def test_filters_are_for_one_code(run):
    assert "among the conflicts of one code" in run("edits", "44310", "44187", "--column", "1", code=2)


def test_a_day_that_is_not_loaded(run):
    assert "the nearest is ncci-ptp-practitioner/2024Q3" in run(
        "edits", "44310", "44187", "--on", "2031-01-01", code=2
    )
    assert run("edits", "44310", "44187", "--on", "2031-01-01", "--nearest").startswith("44187 is not paid")


def test_limits_of_all_settings(run):
    out = run("limits", "44310")
    assert "practitioner  2      3 date of service, clinical" in out
    assert "outpatient    1" in out
    assert "dme: not loaded" in out
    found = json.loads(run("limits", "44310", "--setting", "outpatient", "--format", "json"))
    assert [limit["units"] for limit in found["limits"]] == [1]
    assert "none published" in run("limits", "44320", "--setting", "practitioner")
    assert "not loaded" in run("limits", "44310", "--setting", "dme", code=2)


def test_add_ons(run):
    assert "primary codes (1):\n  44120" in run("addons", "44121")
    assert "44955 is an add-on code, type 2: no primary codes are listed" in run("addons", "44955")
    assert "add-on codes for which 44120 is a primary (1):\n  44121" in run("addons", "44120")
    assert "44310 is no add-on code" in run("addons", "44310")
    found = json.loads(run("addons", "44139", "--format", "json"))
    assert (found["types"], found["contractor_decides"]) == (["3"], True)
