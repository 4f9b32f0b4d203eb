"""Crosswalks as FHIR ConceptMap: relations the right way round in both releases, and nothing that FHIR forbids."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from tests.interchange.fhir_rules import faults

from codegraph.codes import SYSTEMS
from codegraph.crosswalk.combinations import Combination, Part
from codegraph.errors import CodegraphError
from codegraph.export.as_conceptmap import concept_map, resource, system_uri
from codegraph.model import PREDICATES

RELEASES = ("R4", "R5")


@dataclass(frozen=True)
class Code:
    system: str
    notation: str
    label: str | None = None


@dataclass(frozen=True)
class Mapping:
    source_code: Code
    target: Code
    relation: str
    comment: str | None = None
    justification: str = "semapv:LogicalReasoning"
    confidence: float | None = None
    combination: str | None = None
    mapping_set: str = "set"


ILEOSTOMY = Code("cpt", "44310", "Own words")
BYPASS = Code("icd10pcs", "0D1B0Z4", "Bypass Ileum to Cutaneous, Open Approach")


def one(relation: str, fhir: str, **more) -> dict:
    made = resource(
        [Mapping(ILEOSTOMY, BYPASS, relation, **more)], source=ILEOSTOMY, to="icd10pcs", fhir=fhir
    )
    assert faults(made, fhir) == []
    (target,) = made["group"][0]["element"][0]["target"]
    return target


@pytest.mark.parametrize(
    ("relation", "r5", "r4"),
    [
        ("exact", "equivalent", "equivalent"),
        ("broader", "source-is-narrower-than-target", "wider"),
        ("narrower", "source-is-broader-than-target", "narrower"),
        ("related", "related-to", "relatedto"),
    ],
)
def test_each_relation_has_its_word_in_each_release(relation, r5, r4):
    assert one(relation, "R5")["relationship"] == r5
    assert one(relation, "R4")["equivalence"] == r4
    assert relation in PREDICATES


def test_a_narrower_target_always_has_a_comment():
    assert one("narrower", "R4")["comment"] == "the target is narrower than the source"
    assert one("narrower", "R4", comment="site: ileum")["comment"] == "site: ileum"


def test_systems_have_the_uris_and_editions_of_fhir():
    mappings = [Mapping(ILEOSTOMY, BYPASS, "narrower")]
    editions = {"icd10pcs": "2026"}
    r5 = resource(mappings, source=ILEOSTOMY, to="icd10pcs", versions=editions)["group"][0]
    r4 = resource(mappings, source=ILEOSTOMY, to="icd10pcs", versions=editions, fhir="R4")["group"][0]
    assert (r5["source"], r5["target"]) == (
        "http://www.ama-assn.org/go/cpt",
        "http://www.cms.gov/Medicare/Coding/ICD10|2026",
    )
    assert (r4["target"], r4["targetVersion"]) == ("http://www.cms.gov/Medicare/Coding/ICD10", "2026")
    assert "sourceVersion" not in r4
    assert all(system_uri(s).startswith("http") for s in (*SYSTEMS, "ccsr", "rbcs", "mondo"))


@pytest.mark.parametrize("fhir", RELEASES)
def test_what_belongs_together_is_said(fhir):
    parts = (
        Part("resection", ("icd10pcs:0DTN0ZZ",)),
        Part("stoma", ("icd10pcs:0D1B0Z4", "icd10pcs:0D1E0Z4")),
    )
    targets = [
        Mapping(ILEOSTOMY, BYPASS, "related"),
        Mapping(ILEOSTOMY, Code("icd10pcs", "0DBN0ZZ"), "related"),
    ]
    made = resource(
        targets, source=ILEOSTOMY, to="icd10pcs", fhir=fhir, combinations=[Combination("way 1", parts)]
    )
    assert faults(made, fhir) == []
    together, alone = made["group"][0]["element"][0]["target"]
    text = "way 1: icd10pcs:0DTN0ZZ + (icd10pcs:0D1B0Z4 or icd10pcs:0D1E0Z4)"
    if fhir == "R4":
        assert together["product"] == [
            {"property": "https://w3id.org/codegraph/fhir/combination", "value": text}
        ]
        assert "product" not in alone
    else:
        assert together["property"][0] == {"code": "combination", "valueString": text}
        assert [p["code"] for p in alone["property"]] == ["justification", "mapping-set"]


def test_the_part_that_a_mapping_names_itself_is_kept():
    assert one("related", "R5", combination="choice list 1")["property"][0]["valueString"] == "choice list 1"
    assert one("related", "R4", combination="choice list 1")["product"][0]["value"] == "choice list 1"


@pytest.mark.parametrize("fhir", RELEASES)
def test_no_counterpart_is_said_only_where_it_is_known(fhir):
    residual = Code("cpt", "44799")
    told = resource([], source=residual, to="icd10pcs", fhir=fhir, note="a residual code", unmapped=True)
    assert faults(told, fhir) == []
    (element,) = told["group"][0]["element"]
    if fhir == "R5":
        assert element == {"code": "44799", "noMap": True}
        assert told["description"] == "a residual code"
    else:
        assert element["target"] == [{"equivalence": "unmatched", "comment": "a residual code"}]
    unknown = resource([], source=residual, to="icd10pcs", fhir=fhir, note="not known")
    assert faults(unknown, fhir) == []
    assert "group" not in unknown


def test_the_notice_of_cpt_stands_where_a_cpt_code_does():
    either = resource([Mapping(BYPASS, ILEOSTOMY, "broader")], source=BYPASS, to="cpt")
    assert "American Medical Association" in either["copyright"]
    assert "no CPT descriptor" in either["copyright"]
    neither = resource([Mapping(BYPASS, Code("ccsr", "GIS024"), "broader")], source=BYPASS, to="ccsr")
    assert "American Medical Association" not in neither["copyright"]


def test_a_table_of_icd10pcs_is_the_group_that_it_is_in_the_graph():
    made = resource([Mapping(BYPASS, Code("icd10pcs-table", "0D1"), "broader")], source=BYPASS)
    assert made["group"][0]["target"] == "https://w3id.org/codegraph/concept/scheme/group"
    assert made["group"][0]["element"][0]["target"][0]["code"] == "icd10pcs-0D1"


def test_no_clock_is_read():
    made = resource([Mapping(ILEOSTOMY, BYPASS, "exact")], source=ILEOSTOMY)
    assert "date" not in made
    dated = resource([], source=ILEOSTOMY, date="2026-01-31", version="0.1.0")
    assert (dated["date"], dated["version"], dated["status"]) == ("2026-01-31", "0.1.0", "active")
    assert dated["url"] == "https://w3id.org/codegraph/fhir/ConceptMap/crosswalk-cpt-44310"


@pytest.mark.parametrize("fhir", RELEASES)
@pytest.mark.parametrize("code", ["cpt:44310", "icd10cm:K50.012", "cpt:44150", "icd10cm:Z93.0"])
def test_crosswalks_of_a_release_are_whole_concept_maps(mapped, code, fhir):
    found = mapped.crosswalk(code)
    made = concept_map(found, version=fhir)
    assert faults(made, fhir) == []
    elements = [e for group in made.get("group", ()) for e in group["element"]]
    assert sum(len(e["target"]) for e in elements) == len(found)
    assert json.loads(json.dumps(made)) == made


def test_the_release_dates_and_names_the_editions(mapped):
    found = mapped.crosswalk("cpt:44310", to="icd10pcs")
    made = concept_map(found)
    edition = max(s.release for s in mapped.manifest.sources if s.release.startswith("icd10pcs/"))
    assert made["group"][0]["target"].endswith(f"|{edition.partition('/')[2]}")
    assert made.get("date") == mapped.manifest.built
    none = concept_map(mapped.crosswalk("cpt:44238", to="icd10pcs"))
    assert none["group"][0]["element"][0]["noMap"] is True
    assert none["description"]
    with pytest.raises(CodegraphError, match="not for 'R3'"):
        concept_map(found, version="R3")


def test_the_rules_do_find_faults():
    good = resource([Mapping(ILEOSTOMY, BYPASS, "narrower", confidence=0.5)], source=ILEOSTOMY)
    assert faults(good, "R5") == []
    assert faults(good, "R4") != []  # R5 words in R4
    for path, value in (
        (("status",), "final"),
        (("name",), "no name"),
        (("date",), "yesterday"),
        (("id",), "a_b"),
        (("group",), []),
        (("group", 0, "element", 0, "noMap"), True),
        (("group", 0, "element", 0, "target", 0, "relationship"), "wider"),
        (("group", 0, "element", 0, "target", 0, "comment"), ""),
        (("group", 0, "element", 0, "target", 0, "equivalence"), "wider"),
        (("group", 0, "element", 0, "target", 0, "property", 0, "code"), "undeclared"),
    ):
        bad = json.loads(json.dumps(good))
        place = bad
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert faults(bad, "R5") != [], path
