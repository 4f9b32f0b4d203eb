"""The terminology as a FHIR Bundle: legal by the rules of R4 and R5, whole where it says so, without licensed text."""

from __future__ import annotations

import json

import pytest
from tests.terminology.rules import faults

from codegraph.errors import CodegraphError
from codegraph.export.as_fhir import export_fhir
from codegraph.terminology import Terminology

VERSIONS = {"fhir-r4": "4.0", "fhir-r5": "5.0"}


@pytest.fixture(scope="module", params=sorted(VERSIONS))
def written(request, kg, tmp_path_factory):
    out = tmp_path_factory.mktemp("fhir") / "bundle.json"
    summary = kg.export(out, format=request.param)
    bundle = json.loads(out.read_text(encoding="utf-8"))
    assert (summary.triples, summary.bytes) == (len(bundle["entry"]), out.stat().st_size)
    return VERSIONS[request.param], bundle, out


def of(bundle, kind: str):
    found = (entry["resource"] for entry in bundle["entry"])
    return {r["id"]: r for r in found if r["resourceType"] == kind}


def test_it_is_a_collection_with_an_address_for_each_resource(written):
    _, bundle, _ = written
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls) > 40
    for entry in bundle["entry"]:
        resource = entry["resource"]
        assert entry["fullUrl"].endswith(f"/{resource['resourceType']}/{resource['id']}")
        assert entry.keys() == {"fullUrl", "resource"}


def test_every_resource_is_legal(written):
    version, bundle, _ = written
    assert {e["resource"]["resourceType"] for e in bundle["entry"]} == {
        "CodeSystem",
        "ConceptMap",
        "ValueSet",
    }
    assert [f for entry in bundle["entry"] for f in faults(entry["resource"], version)] == []


def test_codes_and_mappings_are_those_of_the_release(written, kg):
    version, bundle, _ = written
    systems = of(bundle, "CodeSystem")
    listed = {c["code"] for c in systems["cpt"]["concept"]}
    assert {str(c.notation) for c in kg.codes(system="cpt")} <= listed
    held = dict(kg.tables.rows("SELECT system, count(*) FROM code GROUP BY system"))
    assert len(systems["icd10pcs"]["concept"]) == held["icd10pcs"]
    assert (systems["cpt"]["content"], "count" in systems["cpt"]) == ("fragment", False)
    assert len(systems["site"]["concept"]) == systems["site"]["count"]
    (group,) = of(bundle, "ConceptMap")["cpt-to-icd10pcs"]["group"]
    elements = {e["code"]: e for e in group["element"]}
    name = "equivalence" if version == "4.0" else "relationship"
    found = {(t["code"], t[name]) for t in elements["44310"]["target"]}
    narrower = "narrower" if version == "4.0" else "source-is-broader-than-target"
    assert ("0D1B0Z4", narrower) in found
    assert {m.target.notation for m in kg.crosswalk("cpt:44310", to="icd10pcs")} <= {
        code for code, _ in found
    }


def test_the_same_release_gives_the_same_bytes(written, kg, tmp_path):
    version, _, out = written
    name = next(n for n, v in VERSIONS.items() if v == version)
    kg.export(tmp_path / "again.json", format=name)
    assert (tmp_path / "again.json").read_bytes() == out.read_bytes()


def test_what_is_too_large_is_tagged_and_not_cut(kg, tmp_path):
    export_fhir(kg, tmp_path / "b.json", most=10)
    bundle = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    seen = set()
    for ident, system in of(bundle, "CodeSystem").items():
        tags = [tag["code"] for tag in system.get("meta", {}).get("tag", ())]
        few = Terminology(kg)._concepts.systems[ident].count <= 10
        seen.add(few)
        assert (
            ("concept" in system) == few == ("SUBSETTED" not in tags) == (system["content"] != "not-present")
        )
        assert few or "$expand" in system["description"]
    assert seen == {True, False}
    assert "group" not in of(bundle, "ConceptMap")["cpt-to-icd10pcs"]


def test_nothing_licensed_is_in_it_and_there_is_no_way_to_ask(mapped, tmp_path):
    mapped.export(tmp_path / "b.json", format="fhir-r5")
    text = (tmp_path / "b.json").read_text(encoding="utf-8")
    descriptors = {row[0] for row in mapped.tables.rows("SELECT text FROM official_descriptor")}
    assert [t for t in ("99999900", "C90000", *descriptors) if t in text] == []
    with pytest.raises(CodegraphError, match="include_licensed does not go with fhir-r5"):
        mapped.export(tmp_path / "c.json", format="fhir-r5", include_licensed=True)
