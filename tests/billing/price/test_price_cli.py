"""`codegraph price`: what it prints, as text and as JSON, and how it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph.cli import main
from codegraph.cli.price import command

DAY = ("--on", "2025-10-01")


@pytest.fixture
def run(priced_release):
    def call(*args, code=0):
        found = CliRunner().invoke(main, ["--release", str(priced_release), "price", *args])
        assert found.exit_code == code, found.output
        return found.output

    return call


def test_the_amount_with_its_place(run):
    assert run("44310", *DAY) == "44310, facility, national (all indices 1, no locality): $1011.15\n"
    assert "10112-00 ALABAMA, AL: $" in run("44310", "--locality", "10112-00", *DAY)


def test_explain_prints_the_arithmetic(run):
    text = run("44310", "--explain", *DAY)
    assert "17.59 + 9.91 + 3.76" in text
    assert "31.26 × 32.3465 = $1011.15159" in text
    assert "[cms-pfs/2025D, PPRRVU2025_Oct.csv]" in text


def test_no_price_prints_the_reason_and_no_amount(run):
    text = run("44310", "--setting", "nonfacility", *DAY)
    assert "no price: not done in this setting" in text
    assert "$" not in text


def test_a_modifier_in_the_code_or_as_an_option(run):
    assert run("44388-53", *DAY) == run("44388", "--modifier", "53", *DAY)


def test_json_has_the_names_of_the_attributes(run, priced):
    shown = json.loads(run("44310", "--non-participating", "--format", "json", *DAY))
    found = priced.price("44310", on="2025-10-01", participating=False)
    assert (shown["key"], shown["total"], shown["limiting_charge"]) == ("44310", "960.59", "1104.68")
    assert shown["exact"] == str(found.exact)
    assert shown["place"]["key"] == "national"
    assert [s["rule"] for s in shown["steps"]] == [s.rule for s in found.steps]
    assert shown["inputs"][0]["evidence"]["provenance"]["release"] == "cms-pfs/2025D"


def test_limiting_charge_and_notes_are_printed(run):
    text = run("44310-22", "--non-participating", *DAY)
    assert "limiting charge: $1104.68" in text
    assert "note: 22:" in text


def test_participation_and_anesthesia(run):
    assert "$1034.55" in run("44310", "--qualifying-participant", "--on", "2026-01-05")
    assert "$1029.42" in run("44310", "--on", "2026-01-05")
    assert "$166.61" in run("00100", "--minutes", "48", "--base-units", "5", *DAY)


def test_a_date_that_nothing_covers(run):
    assert "nearest is cms-pfs/2025D" in run("44310", "--on", "2025-06-01", code=2)
    assert "note: no loaded release covers 2025-06-01" in run("44310", "--on", "2025-06-01", "--nearest")


def test_all_localities_with_their_spread(run):
    text = run("44388", "--all-localities", *DAY)
    for name in (
        "minimum",
        "first quartile",
        "median",
        "third quartile",
        "maximum",
        "average over 3 localities",
    ):
        assert f"  {name}: $" in text
    assert "01112-05" in text
    shown = json.loads(run("44388", "--all-localities", "--format", "json", *DAY))
    assert shown["average_name"] == "average over 3 localities"
    amounts = [float(row["amount"]) for row in shown["rows"]]
    assert amounts == sorted(amounts)
    assert shown["rows"][0]["amount"] == shown["minimum"]


def test_several_codes_are_a_session(run):
    assert "total: $" in run("44310", "44388", *DAY)
    shown = json.loads(run("44310", "44388-59", "--format", "json", *DAY))
    assert [line["line"]["key"] for line in shown["lines"]] == ["44310", "44388-59"]
    assert shown["lines"][0]["price"]["key"] == "44310"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("44310", "--all-localities", "--locality", "NE"), "--all-localities does not go with --locality"),
        (("44310", "44388", "--all-localities"), "does not go with several codes"),
        (("44310", "44388", "--modifier", "51"), "--modifier does not go with several codes"),
        (("44310", "--all-localities", "--explain"), "--all-localities does not go with --explain"),
        (("44310", "44388", "--minutes", "5"), "--minutes does not go with several codes"),
        (("44310", "--on", "yesterday"), "YYYY-MM-DD"),
        (("44310", "--setting", "home"), "facility"),
        (("70450-26-TC",), "exclude each other"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_meant_is_refused(run, args, says):
    assert says in run(*args, code=2)


def test_help_has_an_example():
    assert "codegraph price 44310 --locality NE --explain" in CliRunner().invoke(command, ["--help"]).output
