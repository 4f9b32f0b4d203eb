"""The commands modifiers and outpatient: what they print, their JSON, their exit codes."""

from __future__ import annotations

import json
import re

from codegraph import cli
from codegraph.billing.modifiers.rules import RULES
from codegraph.cli import modifiers, outpatient


def test_the_commands_are_registered():
    for module in (modifiers, outpatient):
        assert cli.main.commands[module.command.name] is module.command


def test_the_modifiers_of_a_code(run):
    out = run("modifiers", "44310", "--on", "2025-10-15")
    assert re.search(r"^62 +yes +0.625 +Two surgeons, each a distinct part +co-surgeon", out, re.MULTILINE)
    assert re.search(r"^59 XE XP XS XU +yes", out, re.MULTILINE)  # alike, so on one line
    assert "\n50 " not in out
    assert "from cms-pfs/2025D" in out
    whole = run("modifiers", "44310", "--all")
    assert re.search(r"^50 +no ", whole, re.MULTILINE)
    assert re.search(r"^E1-E4 F1-F9 FA LC LD LM RC RI T1-T9 TA +no ", whole, re.MULTILINE)


def test_named_modifiers_are_explained(run):
    out = run("modifiers", "44388", "--modifier", "53")
    assert "a row of its own" in out
    assert "53 payment: " in out
    assert "53 rows: cms-pfs/2025D: code 44388, modifier 53, work RVU 1.36" in out
    out = run("modifiers", "27447-50-LT")
    assert "50 and LT exclude each other on one line: 50 says both sides" in out


def test_modifiers_as_json(run):
    found = json.loads(run("modifiers", "44310-26-TC", "--format", "json"))
    assert [m["answer"] for m in found["modifiers"]] == ["no", "no"]
    assert found["exclusions"][0]["first"] == "26"
    whole = json.loads(run("modifiers", "44310", "--all", "--format", "json"))
    assert [m["modifier"] for m in whole["modifiers"]] == sorted(RULES)


def test_reverse(run):
    out = run("modifiers", "--reverse", "51", "--limit", "2")
    assert out.startswith("7 codes take 51")
    assert "… and 5 more; --limit 7 prints all" in out
    found = json.loads(run("modifiers", "--reverse", "53", "--format", "json"))
    assert [use["code"] for use in found] == ["44388"]


def test_a_modifier_without_a_rule(run):
    assert "codegraph has no rule" in run("modifiers", "44310", "--modifier", "ZZ")


def test_bad_input(run):
    assert "give a CODE" in run("modifiers", code=2)
    assert "give a CODE" in run("modifiers", "44310", "--reverse", "50", code=2)
    assert "is no modifier" in run("modifiers", "44310", "--modifier", "5", code=2)
    assert "the nearest is cms-pfs/2025D" in run("modifiers", "44310", "--on", "2030-01-01", code=2)
    assert "depends" in run("modifiers", "44310", "--on", "2030-01-01", "--nearest")
    assert "no table" in run("modifiers", "--reverse", "GA", code=2)


def test_one_code(run):
    out = run("outpatient", "44388-73", "--on", "2025-03-01")
    assert out.startswith("44388-73: T, Discounted When Multiple (opps-addendum-b/2025)\n")
    assert "5311 Level 1 Lower GI Procedures" in out
    assert "$900.01" in out
    assert "stopped before anesthesia: 50 percent" in out
    assert "Note: national rates" in out
    assert "inpatient only (Addendum E)  yes" in run("outpatient", "44310")


def test_a_claim(run):
    out = run("outpatient", "44388", "10060x2", "93005")
    assert "total $1100.01, from opps-addendum-b/2025" in out
    assert "packaged  $0" in out


def test_outpatient_as_json(run):
    found = json.loads(run("outpatient", "44388", "--format", "json"))
    assert (found["key"], found["status"], found["payment_rate"]) == ("44388", "T", "900.01")
    claim = json.loads(run("outpatient", "44388", "10060", "--format", "json"))
    assert claim["total"] == "1000.01"
    assert [line["outcome"] for line in claim["lines"]] == ["paid", "paid"]


def test_outpatient_bad_input(run):
    assert "not in OPPS Addendum B" in run("outpatient", "99999", code=2)
    assert "the nearest is" in run("outpatient", "44388", "--on", "2026-01-01", code=2)
    assert "nearest to 2026-01-01" in run("outpatient", "44388", "--on", "2026-01-01", "--nearest")
    assert "units" in run("outpatient", "44388x0", "10060", code=2)
