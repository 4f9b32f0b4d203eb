"""The resources: legal in both versions, honest about what is held, without licensed text."""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3

import pytest

from codegraph import CodeGraph
from codegraph.errors import InvalidValue
from codegraph.export.as_conceptmap import CPT_NOTICE
from codegraph.terminology import Terminology, canonical, capabilities, code_systems, value_sets
from codegraph.terminology.concepts import PROPERTIES
from codegraph.terminology.problem import Problem
from codegraph.terminology.systems import home_of_modifier
from tests.terminology.conftest import CM, CPT, HCPCS, PCS, SETS
from tests.terminology.rules import faults


def test_there_is_no_third_version(kg):
    with pytest.raises(InvalidValue, match=r"4\.0 and 5\.0"):
        Terminology(kg, "3.0")


def test_every_code_system_is_legal_and_whole(fhir):
    for summary in fhir.resource("code_systems"):
        assert "concept" not in summary
        if fhir.version == "4.0" and summary["id"] not in ("cpt", "site"):
            continue  # concepts are the same in both
        whole = fhir.resource("code_system", summary["id"])
        held = fhir.raw._concepts.systems[summary["id"]].count
        assert len(whole["concept"]) == held > 0
        assert whole.get("count", "not known") == (held if whole["content"] == "complete" else "not known")
        assert summary["content"] == whole["content"]
        assert fhir.resource("code_system", whole["url"])["id"] == whole["id"]


def test_what_is_held_of_a_system_is_said(fhir):
    by_id = {c["id"]: c for c in fhir.resource("code_systems")}
    assert {by_id[key]["content"] for key in ("cpt", "hcpcs", "icd10cm", "icd10pcs")} == {"fragment"}
    assert by_id["site"]["content"] == "complete"
    assert by_id["cpt"]["copyright"].startswith(CPT_NOTICE)
    assert "no CPT descriptor" in CPT_NOTICE
    assert by_id["cpt"]["identifier"][0]["value"] == "urn:oid:2.16.840.1.113883.6.12"
    assert by_id["cpt"]["url"] == CPT


def test_a_large_code_system_says_that_it_is_not_listed(kg, fhir, monkeypatch):
    monkeypatch.setattr(code_systems, "LARGEST", 10)
    concepts = fhir.raw._concepts
    found = code_systems.code_system(concepts, concepts.systems["cpt"], fhir.version, most=10)
    assert faults(found, fhir.version) == []
    assert "concept" not in found
    assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert found["content"] == "not-present"  # the content of the resource, not of the server
    assert "$expand" in found["description"]
    assert "count" not in found  # nobody here knows how many codes CPT has
    site = code_systems.code_system(concepts, concepts.systems["site"], fhir.version, most=10)
    assert (site["content"], site["count"]) == ("not-present", concepts.systems["site"].count)


def test_cpt_modifiers_are_codes_of_cpt_and_the_others_of_hcpcs(r4):
    def modifiers(ident):
        found = r4.resource("code_system", ident)["concept"]
        flags = {
            c["code"]: p["valueBoolean"] for c in found for p in c["property"] if p["code"] == "modifier"
        }
        return {code for code, flag in flags.items() if flag}

    assert {"59", "22", "P1"} <= modifiers("cpt")
    assert {"LT", "XE"} <= modifiers("hcpcs")
    assert not modifiers("cpt") & modifiers("hcpcs")
    assert [home_of_modifier(m) for m in ("59", "P6", "1P", "PT", "QK")] == [
        "cpt",
        "cpt",
        "cpt",
        "hcpcs",
        "hcpcs",
    ]


def test_declared_properties_are_those_that_can_be_read():
    assert list(code_systems.DECLARED) == list(PROPERTIES)
    assert set(code_systems.FILTERS) - {"concept"} <= set(PROPERTIES)


def test_every_value_set_is_legal_and_expands(fhir):
    found = fhir.resource("value_sets")
    assert len(found) > 200
    assert {s["id"] for s in found} >= {
        "modifiers",
        "site-ileum",
        "family-enterostomy-creation",
        "icd10pcs-0D1",
    }
    for value_set in found[::9]:
        assert fhir.expand(value_set["id"])["total"] >= 0
        assert fhir.resource("value_set", value_set["url"])["id"] == value_set["id"]


def test_every_concept_map_is_legal(fhir):
    ids = [m["id"] for m in fhir.resource("concept_maps")]
    assert {"cpt-to-icd10pcs", "icd10pcs-to-cpt"} <= set(ids)
    for ident in ids:
        assert fhir.resource("concept_map", ident)["group"][0]["element"]


def test_a_concept_map_says_what_has_no_counterpart(r4, r5):
    def element(fhir, code):
        group = fhir.resource("concept_map", "cpt-to-icd10pcs")["group"][0]
        return next(e for e in group["element"] if e["code"] == code)

    assert element(r4, "44705")["target"][0]["equivalence"] == "unmatched"
    assert element(r5, "44705")["noMap"] is True
    assert {t["code"]: t["equivalence"] for t in element(r4, "44310")["target"]}["0D1B0Z4"] == "narrower"


def test_the_capabilities_name_every_operation_and_system(fhir):
    said = fhir.resource("capability_statement", "http://localhost/fhir/r4")
    operations = {(r["type"], o["name"]) for r in said["rest"][0]["resource"] for o in r["operation"]}
    assert operations == {
        ("CodeSystem", "lookup"), ("CodeSystem", "validate-code"), ("CodeSystem", "subsumes"),
        ("ConceptMap", "translate"), ("ValueSet", "validate-code"), ("ValueSet", "expand"),
    }  # fmt: skip
    assert said["implementation"]["url"] == "http://localhost/fhir/r4"
    again = capabilities.capability_statement(fhir.raw._concepts, fhir.version, "http://localhost/fhir/r4")
    assert again == said
    systems = fhir.resource("terminology_capabilities")["codeSystem"]
    assert {s["uri"] for s in systems} == {c["url"] for c in fhir.raw.code_systems()}


def test_a_search_finds_by_url_name_and_page(fhir):
    assert fhir.resource("search", "CodeSystem", [("url", PCS)])["total"] == 1
    pages, query = [], [("_count", "90")]
    while query:
        bundle = fhir.resource("search", "ValueSet", query)
        pages += [e["resource"]["id"] for e in bundle["entry"]]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        query = [("_count", "90"), ("_offset", following[0].rpartition("_offset=")[2])] if following else []
    assert pages == [s["id"] for s in fhir.raw.value_sets()]
    assert all("compose" not in e["resource"] for e in bundle["entry"])
    assert fhir.resource("search", "ValueSet", [("title", "Site: Ileum")])["total"] >= 1
    assert "entry" not in fhir.resource("search", "ValueSet", [("url", "http://example.org")])
    counted = fhir.resource("search", "ValueSet", [("_summary", "count")])
    assert (counted["total"], "entry" in counted) == (len(pages), False)


@pytest.mark.parametrize(
    "query",
    [
        [("colour", "red")],
        [("_count", "-1")],
        [("url", "a"), ("url", "b")],
        [("_offset", "x")],
        [("_summary", "false")],
    ],
)
def test_a_search_refuses_what_it_does_not_know(r4, query):
    with pytest.raises(Problem) as refused:
        r4.raw.search("CodeSystem", query)
    assert refused.value.status == 400
    assert faults(refused.value.outcome(), "4.0") == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("code_system", "nope"), ("code_system", "http://example.org/cs"), ("code_system", f"{CPT}|1999"),
        ("value_set", "nope"), ("value_set", "site-nope"), ("value_set", "icd10pcs-ZZZ"), ("value_set", "codes-x"),
        ("value_set", "http://example.org/vs"), ("value_set", f"{SETS}modifiers|99"),
        ("concept_map", "nope"), ("concept_map", "http://example.org/cm"),
    ],
)  # fmt: skip
def test_what_is_not_held_is_404(r4, name, what):
    with pytest.raises(Problem) as refused:
        getattr(r4.raw, name)(what)
    assert (refused.value.status, refused.value.code) == (404, "not-found")


def test_names_and_ids_are_legal():
    assert canonical.computer_name("0d1-x") == "A0d1X"
    assert canonical.ident_of("a" * 80, "ü") == "a" * 64
    assert value_sets.THO_MODIFIERS == "http://terminology.hl7.org/ValueSet/cpt-modifiers"


def test_a_planted_descriptor_is_nowhere(kg, tmp_path):
    folder = tmp_path / "release"
    shutil.copytree(kg.directory, folder)
    with sqlite3.connect(folder / "tables.sqlite") as tables:
        tables.execute(
            "INSERT INTO official_descriptor VALUES ('cpt', '44310', 'licensed/1', 'PLANTED text')"
        )
    planted = CodeGraph.open(folder)
    assert planted["cpt:44310"].official_descriptors == [("licensed/1", "PLANTED text")]
    fhir = Terminology(planted, "5.0")
    code = {"system": CPT, "code": "44310"}
    told = [
        fhir.lookup(code),
        fhir.validate_code({"url": CPT, "code": "44310", "display": "planted"}),
        fhir.translate(code),
        fhir.expand({"includeDesignations": True, "includeDefinition": True}, "codes-cpt"),
        fhir.code_system("cpt"),
        fhir.concept_map("cpt-to-icd10pcs"),
    ]
    assert "PLANTED" not in json.dumps(told)


def test_the_rules_can_fail(fhir):
    whole = fhir.resource("code_system", "approach")
    for spoil in (
        lambda r: r.pop("content"),
        lambda r: r.update(count="3"),
        lambda r: r["concept"].append(r["concept"][0]),
        lambda r: r.update(colour="red"),
        lambda r: r["concept"][0].update(property=[{"code": "undeclared", "valueCode": "x"}]),
    ):
        spoilt = copy.deepcopy(whole)
        spoil(spoilt)
        assert faults(spoilt, fhir.version)


def test_systems_have_the_uris_of_hl7(fhir):
    assert {CPT, HCPCS, PCS, CM} <= {c["url"] for c in fhir.raw.code_systems()}


def test_one_terminology_in_another_version(kg):
    first = Terminology(kg, "4.0")
    other = first.in_version("5.0")
    asked = {"system": CPT, "code": "44310"}
    assert (first.version, other.version) == ("4.0", "5.0")
    assert other.lookup(asked) == Terminology(kg, "5.0").lookup(asked)
