"""Definitions that say too little, too much or what there is not: `codegraph validate FILE` names shape and node."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from codegraph.cli import main

PREFIXES = """
@prefix approach: <https://w3id.org/codegraph/concept/approach/> .
@prefix cg: <https://w3id.org/codegraph/ontology#> .
@prefix device: <https://w3id.org/codegraph/concept/device/> .
@prefix method: <https://w3id.org/codegraph/concept/method/> .
@prefix procedure: <https://w3id.org/codegraph/concept/procedure/> .
@prefix site: <https://w3id.org/codegraph/concept/site/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
WHOLE = {
    "cg:hasMethod": "method:bypass",
    "cg:actsOn": "site:ileum",
    "cg:hasApproach": "approach:open",
    "cg:usesDevice": "device:no-device",
}
# What is changed in a whole definition -> the shape that refuses it, and how its line ends.
CASES = {
    "no-method": ({"cg:hasMethod": ""}, "Procedure-hasMethod", "(MinCount)"),
    "unknown-method": (
        {"cg:hasMethod": "method:teleportation"},
        "Procedure-hasMethod",
        "value method:teleportation  (Class)",
    ),
    "method-of-another-scheme": (
        {"cg:hasMethod": "approach:open"},
        "Procedure-hasMethod",
        "value approach:open  (Pattern)",
    ),
    "unknown-site": ({"cg:actsOn": "site:atlantis"}, "Procedure-actsOn", "value site:atlantis  (Class)"),
    "unknown-approach": (
        {"cg:hasApproach": "approach:by-mail"},
        "Procedure-hasApproach",
        "value approach:by-mail  (Class)",
    ),
    "two-approaches": (
        {"cg:hasApproach": "approach:open , approach:percutaneous-endoscopic"},
        "Procedure-hasApproach",
        "(MaxCount)",
    ),
    "two-devices": (
        {"cg:usesDevice": "device:no-device , device:synthetic-substitute"},
        "Procedure-usesDevice",
        "(MaxCount)",
    ),
}


def definition(name: str, changes: dict[str, str]) -> str:
    said = {"a": "cg:Procedure", "skos:prefLabel": f'"{name}"@en'} | WHOLE | changes
    return f"procedure:{name} {' ; '.join(f'{p} {o}' for p, o in said.items() if o)} .\n"


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """Return what the command says of one file with all cases, and a definition that is whole: shape -> its lines."""
    path = tmp_path_factory.mktemp("definitions") / "definitions.ttl"
    texts = [definition(name, changes) for name, (changes, _, _) in CASES.items()]
    path.write_text(PREFIXES + definition("whole", {}) + "".join(texts), encoding="utf-8")
    done = CliRunner().invoke(main, ["validate", str(path)])
    assert done.exit_code == 1, done.output
    blocks = re.split(r"^violation ", done.output, flags=re.MULTILINE)[1:]
    return {block.split(": ")[0]: block for block in blocks}


@pytest.mark.parametrize("name", CASES)
def test_a_definition_is_refused_by_a_shape_that_names_it(refused, name):
    _, shape, end = CASES[name]
    lines = [line.strip() for line in refused[f"cgsh:{shape}"].splitlines()]
    assert " shall " in lines[0]
    assert any(re.fullmatch(rf"procedure:{name}\s+{re.escape(end)}", line) for line in lines[1:]), lines


def test_each_case_is_refused_for_its_own_fault_only(refused):
    named = {
        (shape, name)
        for shape, block in refused.items()
        for name in re.findall(r"^ +procedure:([\w-]+)", block, re.MULTILINE)
    }
    assert named == {(f"cgsh:{shape}", name) for name, (_, shape, _) in CASES.items()}
