"""The operations in both versions: known facts, wrong codes, wrong parameters, everything within the rules."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from codegraph.terminology import Problem, Terminology, expansion
from codegraph.terminology.compose import Composer
from codegraph.terminology.concept_maps import Pair
from codegraph.terminology.concepts import Concepts
from codegraph.terminology.lookup import lookup
from codegraph.terminology.parameters import OPERATIONS, Inputs, parameters
from codegraph.terminology.problem import outcome, shown
from codegraph.terminology.subsumption import outcome_of
from codegraph.terminology.translation import Question
from codegraph.terminology.validation import Asked
from tests.terminology.conftest import CM, CPT, HCPCS, MAPS, PCS, SETS, SITE, value_of
from tests.terminology.rules import faults

OPEN_ILEOSTOMY = "Open creation of an ileostomy or jejunostomy, without a tube"


def refusal(call, *args, **keywords):
    with pytest.raises(Problem) as refused:
        call(*args, **keywords)
    assert faults(refused.value.outcome(), "4.0") == []
    return refused.value


# --- $lookup ----------------------------------------------------------------------------------------------------------


def test_a_code_is_told_in_own_words(fhir):
    told = fhir.call("lookup", system=CPT, code="44310")
    assert told["display"] == OPEN_ILEOSTOMY
    assert told["name"] == "Current Procedural Terminology (CPT)"
    assert fhir.call("lookup", coding={"system": CPT, "code": "44310"}) == told


def properties(fhir, **given):
    found = fhir.raw.lookup(given)["parameter"]
    parts = [[value_of(p) for p in part["part"]] for part in found if part["name"] == "property"]
    return {name: [value for n, value in parts if n == name] for name in sorted({n for n, _ in parts})}


def test_the_properties_of_a_code(fhir):
    said = properties(fhir, system=CPT, code="44310")
    assert said["status"] == ["active"]
    assert said["modifier"] == [False]
    assert said["family"] == ["enterostomy-creation"]
    assert [c["code"] for c in said["site"]] == ["jejunum-or-ileum"]
    assert properties(fhir, system=CPT, code="59", property="modifier") == {"modifier": [True]}
    assert properties(fhir, system=PCS, code="0D1B0Z4", property="table") == {"table": ["0D1"]}
    asked = properties(fhir, system=CM, code="K50.0", property=["parent", "child", "notSelectable"])
    assert asked["parent"] == ["K50"]
    assert {"K50.00", "K50.01"} <= set(asked["child"])
    assert asked["notSelectable"] == [True]


def test_a_definition_has_its_place_in_each_version(r4, r5):
    assert r5.call("lookup", system=CPT, code="44310")["definition"].startswith("Through a cut in the belly")
    assert "definition" not in r4.call("lookup", system=CPT, code="44310")
    assert properties(r4, system=CPT, code="44310")["definition"][0].startswith("Through a cut in the belly")


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"system": CPT, "code": "99999"}, 404, "only a part"),
        ({"system": CM, "code": "K5000"}, 404, "written 'K50.00' it is"),
        ({"system": CM, "code": "k50.00"}, 404, "written 'K50.00' it is"),
        ({"system": CPT, "code": "LT"}, 404, "not in"),
        ({"system": "http://example.org", "code": "1"}, 404, "not held here"),
        ({"system": CPT, "code": "44310", "version": "1999"}, 404, "version '1999'"),
        ({"code": "44310"}, 400, "system"),
        ({}, 400, "either"),
        ({"system": CPT, "code": "44310", "coding": {"code": "44310"}}, 400, "either"),
        ({"coding": {"code": "44310"}}, 400, "no system"),
        ({"coding": {"system": CPT}}, 400, "no code"),
        ({"system": CPT, "code": "44310", "colour": "red"}, 400, "no parameter 'colour'"),
        ({"system": CPT, "code": 44310}, 400, "is a text"),
    ],
)
def test_lookup_refuses(fhir, given, status, words):
    refused = refusal(fhir.raw.lookup, given)
    assert refused.status == status
    assert words in str(refused)


# --- $validate-code ---------------------------------------------------------------------------------------------------


def tx(told):
    """Return the tx-issue-types of an answer."""
    return [i["details"]["coding"][0]["code"] for i in told["issues"]["issue"]] if "issues" in told else []


def test_a_right_code_of_a_system(fhir):
    told = fhir.call("validate_code", url=CM, code="K50.00")
    assert told["result"] is True
    assert told["display"] == "Crohn's disease of small intestine without complications"
    assert fhir.call("validate_code", "icd10cm", code="K50.00") == told
    assert fhir.call("validate_code", coding={"system": CM, "code": "K50.00"}) == told


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"url": CM, "code": "K5000"}, ["invalid-code"]),
        ({"url": CPT, "code": "99999"}, ["invalid-code"]),
        ({"url": CPT, "code": "44310", "version": "1999"}, ["not-found"]),
        ({"url": CPT, "code": "44310", "display": "Closure of a fistula"}, ["invalid-display"]),
        ({"url": CM, "code": "K50", "abstract": False}, ["code-rule"]),
        ({"url": CPT, "coding": {"system": CM, "code": "K50.00"}}, ["invalid-data"]),
    ],
)
def test_a_wrong_code_is_an_answer(fhir, given, kinds):
    told = fhir.raw.validate_code(given)
    by_name = {part["name"]: value_of(part) for part in told["parameter"]}
    assert by_name["result"] is False
    assert tx(by_name) == kinds
    assert by_name["message"]


def test_a_display_may_be_any_word_held_and_any_case(fhir):
    assert fhir.call("validate_code", url=CPT, code="44310", display="LOOP  ileostomy")["result"] is True
    told = fhir.call("validate_code", url=CPT, code="44310", display="x", lenient_display_validation=True)
    assert told["result"] is True
    assert [i["severity"] for i in told["issues"]["issue"]] == ["warning"]


def test_an_unknown_system_or_set_is_an_error(fhir):
    assert refusal(fhir.raw.validate_code, {"url": "http://example.org", "code": "1"}).status == 404
    assert (
        refusal(
            fhir.raw.validate_code_in_set, {"url": "http://example.org", "code": "1", "system": CPT}
        ).status
        == 404
    )
    assert refusal(fhir.raw.validate_code_in_set, {"code": "1", "system": CPT}, "nope").status == 404


def test_codes_of_a_value_set(fhir):
    assert fhir.call("validate_code_in_set", "modifiers", code="59", system=CPT)["result"] is True
    assert fhir.call("validate_code_in_set", "modifiers", code="XE", system=HCPCS)["result"] is True
    assert fhir.call("validate_code_in_set", "modifiers", code="59", inferSystem=True)["system"] == CPT
    told = fhir.call("validate_code_in_set", url=f"{SETS}modifiers", code="44310", system=CPT)
    assert (told["result"], tx(told)) == (False, ["not-in-vs"])
    told = fhir.call("validate_code_in_set", "modifiers", code="1", system="http://example.org")
    assert (told["result"], told["x-caused-by-unknown-system"]) == (False, "http://example.org")
    assert tx(told) == ["not-found", "not-in-vs"]
    told = fhir.call("validate_code_in_set", "modifiers", code="59", system=HCPCS)
    assert (told["result"], tx(told)) == (False, ["invalid-code", "not-in-vs"])


def several(fhir, *codings):
    """Return the result and (severity, kind, place) of each issue of a concept, checked against the ileum's codes."""
    told = fhir.call("validate_code_in_set", "site-ileum", codeableConcept={"coding": list(codings)})
    issues = told["issues"]["issue"] if "issues" in told else []
    said = [(i["severity"], i["details"]["coding"][0]["code"], i.get("expression", [""])[0]) for i in issues]
    return told, said


def test_one_coding_of_a_concept_in_the_set_is_enough(fhir):
    wide, right = {"system": CPT, "code": "44310"}, {"system": PCS, "code": "0D1B0Z4"}
    told, said = several(fhir, wide, right)
    assert (told["result"], told["code"], told["system"]) == (True, "0D1B0Z4", PCS)
    assert said == [("information", "this-code-not-in-vs", "CodeableConcept.coding[0].code")]
    told, said = several(fhir, wide)
    assert told["result"] is False
    assert said[0] == ("error", "not-in-vs", "")


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"system": CPT, "code": "99999"}, "invalid-code"), ({"code": "1"}, "invalid-data"),
        ({"system": "http://example.org", "code": "1"}, "not-found"),
        ({"system": CPT, "code": "44310", "display": "x"}, "invalid-display"),
    ],
)  # fmt: skip
def test_a_wrong_coding_makes_the_concept_wrong(fhir, wrong, kind):
    told, said = several(fhir, {"system": PCS, "code": "0D1B0Z4"}, wrong)
    assert (told["result"], told["code"]) == (False, "0D1B0Z4")
    assert [k for severity, k, _ in said if severity == "error"] == [kind]


def test_a_retired_code_is_said_to_be_so(fhir):
    retired = "44383"
    told = fhir.call("validate_code_in_set", "codes-cpt", code=retired, system=CPT)
    assert (told["result"], told["inactive"], told["status"], tx(told)) == (
        True,
        True,
        "retired",
        ["code-comment"],
    )
    assert told["issues"]["issue"][0]["severity"] == "warning"
    told = fhir.call("validate_code_in_set", "codes-cpt", code=retired, system=CPT, activeOnly=True)
    assert (told["result"], tx(told)) == (False, ["code-rule", "code-comment"])
    assert fhir.call("validate_code", url=CPT, code=retired)["status"] == "retired"


@pytest.mark.parametrize(
    "given",
    [
        {}, {"code": "59"}, {"code": "59", "coding": {"code": "59"}}, {"codeableConcept": {}},
        {"codeableConcept": {"coding": ["x"]}}, {"code": "59", "system": CPT, "context": "http://x"},
        {"code": "59", "system": CPT, "url": f"{SETS}modifiers"}, {"code": "59", "system": CPT, "activeOnly": "yes"},
    ],
)  # fmt: skip
def test_validation_refuses(fhir, given):
    assert refusal(fhir.raw.validate_code_in_set, given, "modifiers").status == 400


# --- $subsumes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "a", "b", "expected"),
    [
        (CM, "K50", "K50.00", "subsumes"), (CM, "K50.00", "K50", "subsumed-by"), (CM, "K50.00", "K50.00", "equivalent"),
        (CM, "K50.00", "K51", "not-subsumed"), (SITE, "jejunum-or-ileum", "ileum", "subsumes"),
        (SITE, "small-intestine", "ileum", "not-subsumed"), (CPT, "44310", "44187", "not-subsumed"),
        (CPT, "44120", "44160", "subsumes"), (CPT, "59", "22", "not-subsumed"), (PCS, "0D180Z4", "0D1B0Z4", "subsumes"),
        (SITE.replace("site", "group"), "icd10pcs-0D", "icd10pcs-0D1", "subsumes"),
    ],
)  # fmt: skip
def test_how_one_code_stands_to_another(fhir, system, a, b, expected):
    assert fhir.call("subsumes", system=system, codeA=a, codeB=b) == {"outcome": expected}
    codings = {"codingA": {"system": system, "code": a}, "codingB": {"system": system, "code": b}}
    assert fhir.call("subsumes", **codings) == {"outcome": expected}


def test_without_a_definition_nothing_is_guessed(fhir, kg):
    concepts = Concepts(kg)
    undefined = replace(concepts.at("icd10cm:K50.00"), system=concepts.systems["cpt"])
    refused = refusal(outcome_of, concepts, undefined, concepts.at("cpt:44310"))
    assert (refused.status, refused.code) == (422, "not-supported")


@pytest.mark.parametrize(
    ("given", "ident", "status"),
    [
        ({"codeA": "K50", "codeB": "K51"}, None, 400), ({"codeA": "K50", "system": CM}, None, 400),
        ({"codeA": "K50", "codeB": "X", "system": CM}, None, 404),
        ({"codingA": {"system": CM, "code": "K50"}, "codingB": {"system": CPT, "code": "44310"}}, None, 400),
        ({"codeA": "K50", "codeB": "K51", "system": CM}, "icd10cm", 400),
        ({"codeA": "K50", "codingB": {"system": CPT, "code": "44310"}}, "icd10cm", 400),
        ({"codeA": "K50", "codeB": "K51"}, "nope", 404),
    ],
)  # fmt: skip
def test_subsumption_refuses(fhir, given, ident, status):
    assert refusal(fhir.raw.subsumes, given, ident).status == status


# --- $translate -------------------------------------------------------------------------------------------------------


def test_wider_and_narrower_are_not_dropped(r4, r5):
    assert r4.matches(code="44310", system=CPT, targetsystem=PCS) == {
        ("narrower", "0D1A0Z4"), ("narrower", "0D1B0Z4"), ("wider", "0D180Z4"),
    }  # fmt: skip
    assert r5.matches(sourceCode="44310", sourceSystem=CPT, targetSystem=PCS) == {
        ("source-is-broader-than-target", "0D1A0Z4"), ("source-is-broader-than-target", "0D1B0Z4"),
        ("source-is-narrower-than-target", "0D180Z4"),
    }  # fmt: skip


def test_both_spellings_ask_the_same(fhir):
    asked = fhir.matches(code="44310", system=CPT, targetsystem=PCS)
    assert fhir.matches(sourceCode="44310", system=CPT, targetSystem=PCS) == asked
    assert fhir.matches(sourceCoding={"system": CPT, "code": "44310"}, targetSystem=PCS) == asked
    assert fhir.matches("cpt-to-icd10pcs", code="44310", system=CPT) == asked
    assert fhir.matches(url=f"{MAPS}cpt-to-icd10pcs", code="44310", system=CPT) == asked


def test_in_reverse_the_relation_is_that_of_the_map(r4, r5):
    assert ("narrower", "44310") in r4.matches(code="0D1B0Z4", system=PCS, targetsystem=CPT, reverse=True)
    asked = {"url": f"{MAPS}cpt-to-icd10pcs", "code": "0D1B0Z4", "system": PCS, "reverse": True}
    assert ("narrower", "44310") in r4.matches(**asked)
    relation = ("source-is-broader-than-target", "44310")
    assert relation in r5.matches(targetCode="0D1B0Z4", targetSystem=PCS)
    assert relation in r5.matches(targetCoding={"system": PCS, "code": "0D1B0Z4"}, sourceSystem=CPT)
    assert ("wider", "44310") in r4.matches(code="0D1B0Z4", system=PCS, targetsystem=CPT)


def test_reverse_is_the_inverse_of_forward(r4, kg):
    codes = [c.partition(":")[2] for c in kg if c.startswith("cpt:")][::12]
    pairs = {(code, *m) for code in codes for m in r4.matches(code=code, system=CPT, targetsystem=PCS)}
    assert len(pairs) > 20
    for code, relation, target in sorted(pairs)[::5]:
        back = r4.matches(code=target, system=PCS, targetsystem=CPT, reverse=True)
        assert (relation, code) in back


def test_no_counterpart_is_said(r4, r5):
    told = r4.call("translate", code="44705", system=CPT, targetsystem=PCS)
    assert told["result"] is False
    assert "made ready" in told["message"]
    assert told["match"][0] == {"name": "equivalence", "valueCode": "unmatched"}
    told = r5.call("translate", sourceCode="44705", sourceSystem=CPT, targetSystem=PCS)
    assert (told["result"], "match" in told) == (False, False)
    assert "no counterpart" in told["message"]


def test_nothing_known_is_not_the_same_as_no_counterpart(r4):
    told = r4.call("translate", code="59", system=CPT, targetsystem=PCS)
    assert told["result"] is False
    assert "does not say" in told["message"]
    assert "match" not in told


def test_what_belongs_together_is_a_product(r4, r5):
    for fhir, names in ((r4, ("element", "concept")), (r5, ("attribute", "value"))):
        found = fhir.raw.translate({"code": "44055", "system": CPT, "targetsystem": PCS})
        products = [p for m in found["parameter"][1:] for p in m["part"] if p["name"] == "product"]
        assert products
        assert {tuple(part["name"] for part in p["part"]) for p in products} == {names}


def test_scopes_keep_what_is_in_them(fhir):
    asked = {"code": "44310", "system": CPT, "targetsystem": PCS}
    assert {code for _, code in fhir.matches(**asked, target=f"{SETS}site-ileum")} == {"0D1B0Z4"}
    assert fhir.matches(**asked, source=f"{SETS}modifiers") == set()


@pytest.mark.parametrize(
    ("given", "ident", "status"),
    [
        ({}, None, 400), ({"code": "44310"}, None, 400), ({"code": "99999", "system": CPT}, None, 404),
        ({"code": "44310", "system": CPT, "targetsystem": "http://example.org"}, None, 404),
        ({"code": "44310", "system": CPT, "url": "http://example.org"}, None, 404),
        ({"code": "44310", "system": CPT}, "nope", 404),
        ({"code": "44310", "system": CPT, "url": f"{MAPS}cpt-to-icd10pcs"}, "cpt-to-icd10pcs", 400),
        ({"code": "44310", "system": CPT, "target": "http://example.org/vs"}, None, 404),
        ({"code": "44310", "system": CPT, "sourceCode": "44310"}, None, 400),
        ({"codeableConcept": {"coding": []}}, None, 400), ({"coding": {"code": "1"}}, None, 400),
        ({"code": "44310", "system": CPT, "reverse": "true"}, None, 400),
        ({"conceptMap": {"resourceType": "ConceptMap"}, "code": "44310", "system": CPT}, None, 400),
    ],
)  # fmt: skip
def test_translation_refuses(fhir, given, ident, status):
    assert refusal(fhir.raw.translate, given, ident).status == status


# --- $expand ----------------------------------------------------------------------------------------------------------


def codes(found):
    return [(c["system"], c["code"]) for c in found.get("contains", ())]


def test_modifiers(fhir):
    found = fhir.expand("modifiers")
    assert found["total"] == len(codes(found)) == 105
    assert (CPT, "59") in codes(found)
    assert (HCPCS, "LT") in codes(found)
    only = fhir.expand(url="http://terminology.hl7.org/ValueSet/cpt-modifiers")
    assert set(codes(only)) == {c for c in codes(found) if c[0] == CPT}


def test_sites_families_and_tables(fhir, kg):
    family = fhir.expand("family-enterostomy-creation")
    assert (CPT, "44310") in codes(family)
    assert (CPT, "44187") in codes(family)
    table = codes(fhir.expand("icd10pcs-0D1"))
    assert table == [(PCS, c.partition(":")[2]) for c in kg if c.startswith("icd10pcs:0D1")]
    of_site = {f"{c.system}:{c.notation}" for c in kg.codes(site="ileum")}
    prefix = {CPT: "cpt", PCS: "icd10pcs", HCPCS: "hcpcs"}
    assert {f"{prefix[s]}:{c}" for s, c in codes(fhir.expand("site-ileum"))} == of_site


def test_pages_add_up(fhir):
    whole = codes(fhir.expand("site-ileum"))
    pages = [fhir.expand("site-ileum", offset=start, count=25) for start in range(0, 100, 25)]
    assert [code for page in pages for code in codes(page)] == whole
    assert {page["total"] for page in pages} == {len(whole)}
    assert len({page["identifier"] for page in pages}) == 1
    none = fhir.expand("site-ileum", count=0)
    assert (none["total"], codes(none)) == (len(whole), [])


def test_a_filter_keeps_words_that_begin_so(fhir):
    found = fhir.expand("codes-cpt", filter="LAPAROSC ileost")
    chosen = {code for _, code in codes(found)}
    assert "44187" in chosen
    assert "44310" not in chosen
    assert all("ileost" in c["display"].lower() for c in found["contains"])
    assert found["parameter"][0] == {"name": "filter", "valueString": "LAPAROSC ileost"}
    assert fhir.expand("codes-cpt", filter="zzz")["total"] == 0
    assert {c for _, c in codes(fhir.expand("codes-cpt", filter="44310"))} == {"44310"}
    assert fhir.expand("codes-cpt", filter="eostomy")["total"] == 0


def test_an_expansion_says_what_it_was_made_of(fhir):
    said = fhir.expand("modifiers", activeOnly=True, exclude_system=HCPCS)
    assert {s for s, _ in codes(said)} <= {CPT}
    names = {p["name"] for p in said["parameter"]}
    assert {"activeOnly", "exclude-system", "fragment"} <= names
    assert ("used-codesystem" if fhir.version == "5.0" else "version") in names
    assert said["extension"][0]["url"].endswith("valueset-unclosed")
    assert "extension" not in fhir.expand("codes-site")
    assert fhir.expand("modifiers")["timestamp"] == "2026-04-01"


def test_a_long_expansion_is_refused_and_never_cut(fhir, monkeypatch):
    monkeypatch.setattr(expansion, "LARGEST", 50)
    refused = refusal(fhir.raw.expand, {}, "modifiers")
    assert (refused.code, refused.status) == ("too-costly", 422)
    assert len(codes(fhir.expand("modifiers", count=50))) == 50
    assert refusal(fhir.raw.expand, {"count": 60}, "modifiers").code == "too-costly"


def test_what_is_shown_beside_a_code(r4, r5):
    first = r5.expand("site-ileum", count=1, property=["site", "status"], includeDesignations=True)[
        "contains"
    ][0]
    assert {p["code"] for p in first["property"]} == {"site", "status"}
    assert first["designation"]
    assert refusal(r4.raw.expand, {"property": "site"}, "site-ileum").status == 400
    assert refusal(r5.raw.expand, {"property": "colour"}, "site-ileum").status == 400


def sent(*include, exclude=()):
    compose = {"include": list(include), **({"exclude": list(exclude)} if exclude else {})}
    return {"resourceType": "ValueSet", "status": "active", "compose": compose}


def test_a_value_set_sent_along(fhir):
    below = {"property": "concept", "op": "is-a", "value": "K50.0"}
    found = fhir.expand(valueSet=sent({"system": CM, "filter": [below]}))
    assert codes(found)[0] == (CM, "K50.0")
    strict = {**below, "op": "descendent-of"}
    assert codes(fhir.expand(valueSet=sent({"system": CM, "filter": [strict]}))) == codes(found)[1:]
    named = {"system": CPT, "concept": [{"code": "44310"}, {"code": "44187"}, {"code": "99999"}]}
    assert codes(fhir.expand(valueSet=sent(named))) == [(CPT, "44187"), (CPT, "44310")]
    part = sent({"valueSet": [f"{SETS}family-enterostomy-creation"]}, exclude=[named])
    assert not {"44310", "44187"} & {code for _, code in codes(fhir.expand(valueSet=part))}
    told = fhir.call("validate_code_in_set", valueSet=sent(named), code="44310", system=CPT)
    assert told["result"] is True


def test_below_a_group_are_groups_and_no_codes(fhir):
    below = {"property": "concept", "op": "is-a", "value": "icd10pcs-0D"}
    group = SITE.replace("site", "group")
    found = codes(fhir.expand(valueSet=sent({"system": group, "filter": [below]})))
    assert (group, "icd10pcs-0D1") in found
    assert {system for system, _ in found} == {group}


@pytest.mark.parametrize(
    "include",
    [
        {}, {"system": "http://example.org"}, {"system": CPT, "filter": [{"property": "x", "op": "=", "value": "1"}]},
        {"system": CPT, "filter": [{"property": "modifier", "op": "regex", "value": "(a+)+$"}]},
        {"system": CPT, "filter": [], "concept": []}, {"system": CPT, "concept": "44310"}, {"valueSet": ["http://x"]},
        {"system": PCS, "filter": [{"property": "site", "op": "is-a", "value": "nope"}]}, {"system": 5},
        {"system": CPT, "version": "1999"},
    ],
)  # fmt: skip
def test_a_wrong_compose_is_refused(fhir, include):
    assert refusal(fhir.raw.expand, {"valueSet": sent(include)}).status in (400, 404)


def test_value_sets_that_include_each_other_end(kg):
    concepts = Concepts(kg)
    loop = sent({"valueSet": ["urn:loop"]})
    assert "deeply" in str(refusal(Composer(concepts, lambda _: loop).members, loop))


@pytest.mark.parametrize(
    ("given", "ident", "status"),
    [
        ({}, None, 400), ({"url": "http://example.org"}, None, 404), ({"url": f"{SETS}modifiers"}, "modifiers", 400),
        ({"offset": -1}, "modifiers", 400), ({"count": "many"}, "modifiers", 400), ({"filter": ""}, "modifiers", 400),
        ({"valueSet": {"resourceType": "Patient"}}, None, 400), ({"context": "x"}, "modifiers", 400),
        ({"valueSetVersion": "99"}, "modifiers", 404), ({"check-system-version": f"{CPT}|1999"}, "modifiers", 422),
    ],
)  # fmt: skip
def test_expansion_refuses(fhir, given, ident, status):
    assert refusal(fhir.raw.expand, given, ident).status == status


# --- parameters -------------------------------------------------------------------------------------------------------


def test_a_query_and_a_resource_give_the_same():
    query = Inputs.of_query("ValueSet/$expand", [("count", "5"), ("activeOnly", "true"), ("filter", "x")])
    body = parameters(("count", "integer", 5), ("activeOnly", "boolean", True), ("filter", "string", "x"))
    assert query.given() == Inputs.of_resource("ValueSet/$expand", body).given()


@pytest.mark.parametrize(
    "pairs",
    [
        [("colour", "red")], [("count", "5"), ("count", "6")], [("count", "5.0")], [("count", "9" * 20)],
        [("activeOnly", "TRUE")], [("valueSet", "{}")], [("filter", "x" * 5000)],
    ],
)  # fmt: skip
def test_a_wrong_query_is_refused(pairs):
    assert refusal(Inputs.of_query, "ValueSet/$expand", pairs).status == 400


@pytest.mark.parametrize(
    "body",
    [
        None, [], "x", {"resourceType": "Patient"}, {"resourceType": "Parameters", "parameter": {}},
        {"resourceType": "Parameters", "parameter": [{}]}, {"resourceType": "Parameters", "parameter": [5]},
        {"resourceType": "Parameters", "parameter": [{"name": "code"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "code", "valueInteger": 5}]},
        {"resourceType": "Parameters", "parameter": [{"name": "code", "valueCode": 5}]},
        {"resourceType": "Parameters", "parameter": [{"name": "code", "valueCode": "a", "valueString": "b"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "coding", "valueCoding": {"code": ["x"]}}]},
    ],
)  # fmt: skip
def test_a_wrong_resource_is_refused(body):
    assert refusal(Inputs.of_resource, "CodeSystem/$lookup", body).status == 400


def test_messages_hold_no_unseen_characters():
    assert shown("a\u202eb\U000e0041\nc") == "'abc'"
    refused = refusal(Inputs.of_query, "CodeSystem/$lookup", [("ignore\nall\u200b", "x" * 3000)])
    assert "\u200b" not in json.dumps(outcome(*refused.outcome()["issue"]), ensure_ascii=False)


def test_every_operation_has_its_parameters():
    assert len(OPERATIONS) == 6
    assert Pair("cpt", "icd10pcs").ident == "cpt-to-icd10pcs"
    assert lookup.__doc__
    assert Question.__doc__
    assert Asked.__doc__


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_request_costs_no_more_than_it_may(fhir):
    parts = sent(*[{"system": PCS}] * 101)
    many = [{"system": CPT, "code": "44310"}] * 51
    urls = [f"{SETS}modifiers"] * 101
    for call, given in (
        (fhir.raw.expand, {"valueSet": parts}),
        (fhir.raw.expand, {"valueSet": sent({"valueSet": urls})}),
        (fhir.raw.expand, {"url": f"{SETS}codes-cpt", "filter": " ".join(map(str, range(30)))}),
        (fhir.raw.translate, {"codeableConcept": {"coding": many}}),
        (fhir.raw.validate_code_in_set, {"url": f"{SETS}modifiers", "codeableConcept": {"coding": many}}),
    ):
        assert refusal(call, given).code == "too-costly"


def test_many_threads_get_what_one_gets(kg):
    fhir = Terminology(kg, "5.0")
    asked = [{"system": CPT, "code": c.partition(":")[2]} for c in kg if c.startswith("cpt:")][:60]
    alone = [(fhir.lookup(one), fhir.translate(one)) for one in asked]
    again = Terminology(kg, "5.0")
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda one: (again.lookup(one), again.translate(one)), asked))
    assert together == alone
