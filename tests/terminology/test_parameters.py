"""Each parameter of the specification is done or refused by name; outcomes are those of HL7's terminology tests."""

from __future__ import annotations

import pytest

from codegraph.terminology import Problem
from codegraph.terminology.parameters import OPERATIONS, REFUSED
from tests.terminology.conftest import CM, CPT, HCPCS, MAPS, PCS, SETS, value_of

ILEUM = f"{SETS}site-ileum"
# What FHIR R4 and R5 define for each operation (in), beside what HL7's terminology tests send.
DEFINED = {
    "CodeSystem/$lookup": "code system version coding date displayLanguage property useSupplement",
    "CodeSystem/$validate-code": (
        "url system codeSystem code version display coding codeableConcept date abstract displayLanguage "
        "lenient-display-validation"
    ),
    "CodeSystem/$subsumes": "codeA codeB system version codingA codingB",
    "ValueSet/$validate-code": (
        "url context valueSet valueSetVersion code system systemVersion display coding codeableConcept date abstract "
        "displayLanguage useSupplement inferSystem activeOnly lenient-display-validation valueset-membership-only "
        "default-valueset-version system-version check-system-version force-system-version tx-resource cache-id"
    ),
    "ValueSet/$expand": (
        "url valueSet valueSetVersion context contextDirection filter date offset count activeOnly useSupplement "
        "includeDesignations designation includeDefinition excludeNested excludeNotForUI excludePostCoordinated "
        "displayLanguage property exclude-system system-version check-system-version force-system-version "
        "default-valueset-version tx-resource cache-id"
    ),
    "ConceptMap/$translate": (
        "url conceptMap conceptMapVersion code system version source coding codeableConcept target targetsystem "
        "dependency reverse sourceCode sourceCoding sourceCodeableConcept sourceScope targetCode targetCoding "
        "targetCodeableConcept targetScope targetSystem sourceSystem"
    ),
}


def refusal(call, *given):
    with pytest.raises(Problem) as refused:
        call(*given)
    return refused.value


def issues(told):
    found = told["issues"]["issue"] if "issues" in told else []
    return [
        (i["severity"], i["code"], i["details"]["coding"][0]["code"], *i.get("expression", [])) for i in found
    ]


def codes(found):
    return [c["code"] for c in found.get("contains", ())]


@pytest.mark.parametrize("operation", DEFINED)
def test_every_parameter_of_the_specification_is_done_or_refused_by_name(operation):
    done = {name.rstrip("*") for name in OPERATIONS[operation]}
    assert set(DEFINED[operation].split()) - REFUSED.keys() == done


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_not_supported_is_said_so_and_never_passed_over(fhir, name):
    refused = refusal(fhir.raw.expand, {name: "2020-01-01"}, "site-ileum")
    supplement = name == "useSupplement"
    assert (refused.status, refused.code) == ((422, "not-found") if supplement else (400, "not-supported"))
    assert refused.at == name
    assert REFUSED[name] in str(refused)


@pytest.mark.parametrize("text", ["en", "en-US", "de", "fr-CA,fr;q=0.8,*;q=0.1", "*"])
def test_a_language_may_be_asked_for_though_there_is_but_one(fhir, text):
    code = {"system": CPT, "code": "44310"}
    plain = fhir.call("lookup", **code)
    assert fhir.call("lookup", **code, displayLanguage=text) == plain
    assert fhir.call("validate_code", url=CPT, code="44310", displayLanguage=text)["result"] is True
    assert {"name": "displayLanguage", "valueString": text} in fhir.expand("modifiers", displayLanguage=text)[
        "parameter"
    ]


def test_what_is_no_language_is_refused(fhir):
    for text in ("-", "en_US", "english language", "en;q=2"):
        assert (
            refusal(fhir.raw.lookup, {"system": CPT, "code": "44310", "displayLanguage": text}).status == 400
        )


# --- $expand ----------------------------------------------------------------------------------------------------------


def test_the_definition_comes_with_the_expansion_where_it_is_asked_for(fhir):
    assert "compose" not in fhir.raw.expand({}, "site-ileum")
    compose = fhir.raw.expand({"includeDefinition": True}, "site-ileum")["compose"]
    assert compose == fhir.raw.value_set("site-ileum")["compose"]


def test_designations_are_chosen_by_language(fhir):
    def words(**given):
        found = fhir.expand("family-enterostomy-creation", includeDesignations=True, **given)
        return sum(len(c.get("designation", ())) for c in found["contains"])

    assert words() == words(designation=["en"]) == words(designation=["urn:ietf:bcp:47|en-US", "de"]) > 5
    assert words(designation=["urn:ietf:bcp:47|de"]) == 0
    assert words(designation=["http://snomed.info/sct|900000000000013009"]) == 0


def test_a_flat_list_is_what_is_given_nested_or_not(fhir):
    asked = fhir.expand(
        "codes-icd10cm", excludeNested=True, excludeNotForUI=True, excludePostCoordinated=True, count=50
    )
    assert all("contains" not in c for c in asked["contains"])
    assert codes(asked) == codes(fhir.expand("codes-icd10cm", count=50))
    assert {"name": "excludeNested", "valueBoolean": True} in asked["parameter"]


def test_each_parameter_is_echoed_with_its_type(fhir):
    given = {
        "filter": "bypass", "count": 3, "offset": 1, "activeOnly": True, "includeDesignations": False,
        "exclude-system": [f"{CPT}|1"], "system-version": [f"{CM}|{fhir.raw.code_system('icd10cm')['version']}"],
    }  # fmt: skip
    said = fhir.raw.expand(given, "site-ileum")["expansion"]["parameter"]
    echoed = {p["name"]: value_of(p) for p in said}
    assert {k: v for k, v in echoed.items() if k in given} == {
        k: v[0] if isinstance(v, list) else v for k, v in given.items()
    }
    kinds = {p["name"]: next(k for k in p if k != "name") for p in said}
    assert kinds["exclude-system"] == "valueUri"
    assert kinds["count"] == "valueInteger"
    used = [
        value_of(p) for p in said if p["name"] == ("used-codesystem" if fhir.version == "5.0" else "version")
    ]
    assert {u.partition("|")[0] for u in used} == {CPT, HCPCS, PCS}
    assert all(u.partition("|")[2] for u in used)


def test_a_retired_code_says_why_it_is_inactive(r4, r5):
    named = {"system": CPT, "concept": [{"code": "44383"}, {"code": "44310"}]}
    sent = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [named]}}
    for fhir in (r4, r5):
        active, retired = fhir.expand(valueSet=sent)["contains"]
        assert (retired["code"], retired["inactive"], "inactive" in active) == ("44383", True, False)
        assert ("property" in retired) == (fhir.version == "5.0")
    found = r5.expand(valueSet=sent)
    assert found["contains"][1]["property"] == [{"code": "status", "valueCode": "retired"}]
    assert [p["code"] for p in found["property"]] == ["status"]
    assert codes(r5.expand(valueSet=sent, activeOnly=True)) == ["44310"]


def test_value_sets_sent_along_are_found_by_their_url(fhir):
    inner = {
        "resourceType": "ValueSet", "url": "http://example.org/inner", "version": "2", "status": "active",
        "compose": {"include": [{"system": CPT, "concept": [{"code": "44310"}]}]},
    }  # fmt: skip
    parts = [{"valueSet": ["http://example.org/inner"]}, {"valueSet": [f"{SETS}modifiers"]}]
    outer = {"resourceType": "ValueSet", "status": "active", "compose": {"include": parts}}
    found = fhir.raw.expand({"valueSet": outer, "tx-resource": [inner]})["expansion"]
    assert "44310" in codes(found)
    assert "59" in codes(found)
    assert refusal(fhir.raw.expand, {"valueSet": outer}).status == 404
    assert codes(
        fhir.raw.expand({"url": "http://example.org/inner|2", "tx-resource": inner})["expansion"]
    ) == ["44310"]
    assert refusal(fhir.raw.expand, {"url": "http://example.org/inner|3", "tx-resource": inner}).status == 404
    told = fhir.raw.validate_code_in_set(
        {"valueSet": outer, "tx-resource": inner, "system": CPT, "code": "44310"}
    )
    assert told["parameter"][0]["valueBoolean"] is True
    system = {"resourceType": "CodeSystem", "url": CPT, "content": "complete", "concept": [{"code": "x"}]}
    refused = refusal(fhir.raw.expand, {"url": ILEUM, "tx-resource": system})
    assert (refused.status, refused.code) == (422, "not-supported")


def test_sets_of_sets_of_sets_cost_no_more_than_they_may(fhir):
    levels = [
        {"resourceType": "ValueSet", "url": f"http://example.org/{n}", "status": "active",
         "compose": {"include": [{"valueSet": [f"http://example.org/{n + 1}"]}] * 90}}
        for n in range(7)
    ]  # fmt: skip
    last = {"system": CPT, "concept": [{"code": "44310"}]}
    levels.append(
        {
            "resourceType": "ValueSet",
            "url": "http://example.org/7",
            "status": "active",
            "compose": {"include": [last]},
        }
    )
    refused = refusal(fhir.raw.expand, {"url": "http://example.org/0", "tx-resource": levels})
    assert (refused.status, refused.code) == (422, "too-costly")
    found = fhir.raw.expand({"url": "http://example.org/6", "tx-resource": levels})["expansion"]
    assert codes(found) == ["44310"]


def test_the_version_of_a_value_set_that_is_named_without_one(fhir):
    held = fhir.raw.value_set("site-ileum")["version"]
    right, wrong = f"{ILEUM}|{held}", f"{ILEUM}|99"
    assert fhir.expand(url=ILEUM, default_valueset_version=[right])["total"] > 0
    assert refusal(fhir.raw.expand, {"url": ILEUM, "default-valueset-version": wrong}).status == 404
    assert fhir.expand(url=right, default_valueset_version=[wrong])["total"] > 0


# --- $validate-code ---------------------------------------------------------------------------------------------------


def test_only_membership_is_checked_where_that_is_asked_for(fhir):
    given = {"system": PCS, "code": "0D1B0Z4", "display": "wrong"}
    assert fhir.call("validate_code_in_set", "site-ileum", **given)["result"] is False
    told = fhir.raw.validate_code_in_set({**given, "valueset-membership-only": True}, "site-ileum")
    assert told["parameter"][0]["valueBoolean"] is True


def test_a_coding_without_a_code_or_a_system_is_a_wrong_coding_not_a_wrong_request(fhir):
    for coding, lacking in (
        ({"system": CPT}, "no code"),
        ({"code": "59"}, "no system"),
        ({"display": "x"}, "no system and no code"),
    ):
        told = fhir.call("validate_code_in_set", "modifiers", coding=coding)
        assert told["result"] is False
        assert issues(told)[0] == ("error", "invalid", "invalid-data", "Coding")
        assert lacking in told["message"]
    told = fhir.call(
        "validate_code_in_set",
        "modifiers",
        codeableConcept={"coding": [{"code": "59"}, {"system": CPT, "code": "59"}]},
    )
    assert (told["result"], told["code"], told["system"]) == (False, "59", CPT)
    assert issues(told) == [
        ("error", "invalid", "invalid-data", "CodeableConcept.coding[0]"),
        ("information", "code-invalid", "this-code-not-in-vs", "CodeableConcept.coding[0].code"),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"code": "1", "system": CPT}, ["invalid-code at code", "not-in-vs at code"]),
        ({"coding": {"system": CPT, "code": "44310"}}, ["not-in-vs at Coding.code"]),
        ({"coding": {"system": HCPCS, "code": "LT", "display": "x"}}, ["invalid-display at Coding.display"]),
        (
            {"coding": {"system": CPT, "code": "59", "version": "1999"}},
            ["not-found at Coding.version", "not-in-vs at Coding.code"],
        ),
        (
            {"coding": {"system": "http://example.org", "code": "59"}},
            ["not-found at Coding.system", "not-in-vs at Coding.code"],
        ),
    ],
)
def test_issues_say_what_is_wrong_and_where(fhir, given, expected):
    kinds = {
        "invalid-code": "code-invalid", "not-in-vs": "code-invalid", "not-found": "not-found",
        "invalid-display": "invalid",
    }  # fmt: skip
    found = issues(fhir.call("validate_code_in_set", "modifiers", **given))
    assert [f"{tx} at {place}" for _, _, tx, place in found] == expected
    assert {severity for severity, *_ in found} == {"error"}
    assert all(code == kinds[tx] for _, code, tx, _ in found)


# --- names of systems -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alias", "official", "code"),
    [
        ("urn:oid:2.16.840.1.113883.6.12", CPT, "44310"), ("urn:oid:2.16.840.1.113883.6.90", CM, "K50.00"),
        ("urn:oid:2.16.840.1.113883.6.4", PCS, "0D1B0Z4"),
        ("http://terminology.hl7.org/CodeSystem/icd10PCS", PCS, "0D1B0Z4"),
    ],
)  # fmt: skip
def test_a_system_is_known_by_its_oid_and_older_name_and_answers_with_the_official_one(
    fhir, alias, official, code
):
    told = fhir.call("lookup", system=alias, code=code)
    assert told == fhir.call("lookup", system=official, code=code)
    assert told["system"] == official
    assert fhir.call("validate_code", url=official, coding={"system": alias, "code": code})["result"] is True
    include = {"system": alias, "concept": [{"code": code}]}
    sent = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
    assert [c["system"] for c in fhir.expand(valueSet=sent)["contains"]] == [official]
    assert fhir.expand(valueSet=sent, exclude_system=[alias])["total"] == 0
    assert fhir.raw.code_system(alias)["url"] == official


def test_systems_have_the_uris_that_hl7_records(fhir):
    assert CPT == "http://www.ama-assn.org/go/cpt"
    assert HCPCS == "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
    assert CM == "http://hl7.org/fhir/sid/icd-10-cm"
    assert PCS == "http://www.cms.gov/Medicare/Coding/ICD10"
    assert {CPT, HCPCS, CM, PCS} <= {c["url"] for c in fhir.raw.code_systems()}


# --- $translate: which way round --------------------------------------------------------------------------------------


def test_r4_says_how_the_target_stands_to_the_source(r4, kg):
    """R4: `narrower` is a target with less meaning than the source, `wider` one with more."""
    wide, narrow = "44310", "0D1B0Z4"  # any ileostomy or jejunostomy; one of the ileum
    assert kg.differences(f"cpt:{wide}", f"icd10pcs:{narrow}").relation == "narrower"
    assert ("narrower", narrow) in r4.matches(code=wide, system=CPT, targetsystem=PCS)
    assert ("wider", wide) in r4.matches(code=narrow, system=PCS, targetsystem=CPT)


def test_r5_says_how_the_source_stands_to_the_target(r5):
    """R5: the name of the relationship is the sentence, source first."""
    wide, narrow = "44310", "0D1B0Z4"
    found = r5.matches(sourceCode=wide, system=CPT, targetSystem=PCS)
    assert ("source-is-broader-than-target", narrow) in found
    found = r5.matches(sourceCode=narrow, system=PCS, targetSystem=CPT)
    assert ("source-is-narrower-than-target", wide) in found


def test_both_versions_say_the_same_of_every_mapping(r4, r5, kg):
    turned = {
        "equivalent": "equivalent", "narrower": "source-is-broader-than-target",
        "wider": "source-is-narrower-than-target", "relatedto": "related-to",
    }  # fmt: skip
    seen = set()
    for curie in [c for c in kg if c.startswith("cpt:")][::5]:
        asked = {"code": curie.partition(":")[2], "system": CPT}
        fourth = {m for m in r4.matches(**asked) if m[0] != "unmatched"}
        assert {(turned[relation], code) for relation, code in fourth} == r5.matches(**asked)
        seen |= {relation for relation, _ in fourth}
    assert {"narrower", "wider"} <= seen


def test_reverse_in_r4_swaps_what_is_said_of_source_and_target(r4):
    """R4: with `reverse` the code, `system` and `source` are those of the map's target, the others of its source."""
    asked = {"code": "0D1B0Z4", "system": PCS, "targetsystem": CPT, "reverse": True}
    assert ("narrower", "44310") in r4.matches(**asked)
    assert ("narrower", "44310") in r4.matches(**asked, source=ILEUM, target=f"{SETS}codes-cpt")
    assert r4.matches(**asked, source=f"{SETS}codes-cpt") == set()
    assert r4.matches(**asked, target=f"{SETS}modifiers") == set()


def test_a_target_code_takes_the_system_that_r5_names(r5):
    found = r5.matches(targetCode="0D1B0Z4", targetSystem=PCS)
    assert ("source-is-broader-than-target", "44310") in found
    assert r5.matches(targetCode="0D1B0Z4", system=PCS) == found
    only = r5.matches(targetCode="0D1B0Z4", targetSystem=PCS, sourceSystem=CPT)
    assert ("source-is-broader-than-target", "44310") in only
    assert only <= found


def test_a_match_names_the_map_that_it_comes_from(r4, r5):
    for fhir, name in ((r4, "source"), (r5, "originMap")):
        told = fhir.raw.translate({"code": "44310", "system": CPT, "targetsystem": PCS})
        parts = [
            {p["name"]: value_of(p) for p in m["part"]} for m in told["parameter"] if m["name"] == "match"
        ]
        assert {part[name] for part in parts} == {f"{MAPS}cpt-to-icd10pcs"}
        assert told["parameter"][0] == {"name": "result", "valueBoolean": True}


def test_what_two_sources_say_alike_comes_once_unless_they_are_named(r4, r5):
    asked = {"code": "44310", "system": CPT, "targetsystem": PCS}
    for fhir in (r4, r5):
        found = [m["part"] for m in fhir.raw.translate(asked)["parameter"] if m["name"] == "match"]
        assert len({str(part) for part in found}) == len(found)
        assert len(found) == (3 if fhir is r4 else 6)  # R5: derived by codegraph, and curated
