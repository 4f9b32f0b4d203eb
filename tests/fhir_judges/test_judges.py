"""Clients, models and validators of others ask a real server and read what it answers: R4 and R5, two of each.

Run by `make test-fhir`, which installs them in an environment of their own: fhirpy and fhir.resources, and where there
is npm fhir-kit-client and Medplum's validator with HL7's R4 definitions.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from codegraph import CodeGraph
from codegraph.terminology import Terminology
from tests.serve.conftest import serving

HERE = Path(__file__).parent
JUDGES = os.environ.get("CODEGRAPH_FHIR", "")
VERSIONS = {"4.0": ("/fhir/r4", "4.0.1"), "5.0": ("/fhir/r5", "5.0.0")}

pytestmark = pytest.mark.fhir


@pytest.fixture(scope="module")
def address(packaged_cache):
    if not JUDGES:
        pytest.skip("the judges are not here: `make test-fhir` installs and runs them")
    with serving(cache=packaged_cache) as server:
        yield server.address.rstrip("/")


@pytest.fixture(scope="module")
def kg(packaged_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        return CodeGraph.open()


def python_judge(address, version):
    return [f"{JUDGES}/bin/python", str(HERE / "client.py"), address, version]


def node_judge(address, version):
    folder = Path(JUDGES) / "node"
    if not (folder / "node_modules").is_dir():
        pytest.skip("npm was not there, or could not install the judges")
    return ["node", shutil.copy(HERE / "client.mjs", folder), address, version]


@pytest.fixture(scope="module", params=[(j, v) for j in (python_judge, node_judge) for v in VERSIONS],
                ids=lambda p: f"{p[0].__name__}-{p[1]}")  # fmt: skip
def told(request, address):
    judge, version = request.param
    done = subprocess.run(
        judge(address + VERSIONS[version][0], version),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return version, json.loads(done.stdout)


def test_what_they_read_is_legal(told):
    _, said = told
    assert said["faults"] == []
    assert said["parsed"] > 80
    refused, spoilt = said["spoilt"]
    assert refused == spoilt


def test_what_they_are_told_is_what_is_known(told, kg):
    version, said = told
    narrower, wider = (
        ("narrower", "wider")
        if version == "4.0"
        else ("source-is-broader-than-target", "source-is-narrower-than-target")
    )
    assert said["fhirVersion"] == VERSIONS[version][1]
    assert said["lookup"] == [kg["cpt:44310"].label]
    assert (said["right"], said["wrong"], said["subsumes"]) == ([True], [False], ["subsumes"])
    expected = {(narrower, "0D1A0Z4"), (narrower, "0D1B0Z4"), (wider, "0D180Z4")}
    assert {(relation, code) for relation, code in said["translate"]} == expected
    if version == "4.0":  # R5 names the mapping sets that say so: there may be several of a target
        assert len(said["translate"]) == len(expected)
    assert [narrower, "44310"] in said["reverse"]
    total, codes = said["expand"]
    of_site = [c.notation for c in kg.codes(site="ileum")]
    assert total == len(of_site)
    assert len(set(codes)) == 60
    assert set(codes) <= set(of_site)


def test_they_understand_what_is_refused(told):
    _, said = told
    assert said["unknown code"].endswith("not-found")
    assert said["unknown set"].endswith("not-found")
    assert said.get("too costly", "too-costly") == "too-costly"


def test_they_find_every_resource_page_by_page(told, kg):
    version, said = told
    fhir = Terminology(kg, version)
    held = {
        "CodeSystem": fhir.code_systems(),
        "ConceptMap": fhir.concept_maps(),
        "ValueSet": fhir.value_sets(),
    }
    assert said["resources"] == {kind: [len(all_), len(all_)] for kind, all_ in held.items()}


@pytest.mark.parametrize(("format", "version"), [("fhir-r4", "4.0"), ("fhir-r5", "5.0")])
def test_an_exported_bundle_is_read_whole(address, kg, tmp_path, format, version):
    kg.export(tmp_path / "bundle.json", format=format)
    done = subprocess.run(
        python_judge(str(tmp_path / "bundle.json"), version),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    said = json.loads(done.stdout)
    assert said["faults"] == []
    assert said["parsed"] > len(
        kg.tables.rows("SELECT 1 FROM label WHERE curie >= 'family:' AND curie < 'family;'")
    )
