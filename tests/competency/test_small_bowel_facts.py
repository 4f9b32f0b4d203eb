"""Open operations on the small intestine and general ones: what the packaged Turtle says of CPT 44005 to 44139."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask, is_placed, numbers, undescribed

from codegraph import resources
from codegraph.crosswalk.derive import Deriver
from codegraph.namespaces import ENTRY, expand

CODES = numbers(
    "44005 44010 44015 44020 44021 44025 44050 44055 44100 44110 44111 44120 44121 44125 44126 44127 44128 "
    "44130 44132 44133 44135 44136 44137 44139"
)
ADD_ONS = {"44015", "44121", "44128", "44139"}
NONE = "knowledge/mappings/cpt-icd10pcs-none.sssom.tsv"


def codes(store: ox.Store, pattern: str) -> set[str]:
    """Return the CPT numbers of this module's codes whose procedure ?p fits a pattern."""
    whole = f"?c a cg:CptCode ; cg:denotes ?p ; skos:notation ?n . {pattern}"
    return {code for (code,) in ask(store, whole, "n")} & set(CODES)


def facets(store: ox.Store, procedure: str) -> dict[str, set[str]]:
    """Return the facet values of a procedure by facet, without prefixes."""
    found: dict[str, set[str]] = {}
    for facet, value in ask(store, f"{procedure} ?f ?v . ?f rdfs:subPropertyOf cg:hasFacet", "f", "v"):
        found.setdefault(facet.removeprefix("cg:"), set()).add(value.partition(":")[2])
    return found


def denoted(store: ox.Store, code: str) -> str:
    ((procedure,),) = ask(store, f"cpt:{code} cg:denotes ?p", "p")
    return procedure


def components(store: ox.Store, code: str) -> set[str]:
    found = ask(store, f"cpt:{code} cg:denotes/cg:hasComponent ?k", "k")
    return {component.partition(":")[2] for (component,) in found}


# ---- codes


@pytest.mark.parametrize("code", CODES)
def test_code_is_described_for_people_and_placed(packaged: ox.Store, code: str) -> None:
    assert undescribed(packaged, code) == []
    assert is_placed(packaged, code)


def test_synonyms_belong_to_one_code_of_the_module(packaged: ox.Store) -> None:
    listed = " ".join(f"cpt:{code}" for code in CODES)
    rows = ask(packaged, f"VALUES ?c {{ {listed} }} ?c skos:altLabel|skos:prefLabel ?l", "c", "l")
    told = Counter(label.lower() for _, label in rows)
    assert len(told) > 120
    assert not [label for label, times in told.items() if times > 1]


def test_only_two_are_separate_procedures_and_four_are_add_ons(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:isSeparateProcedure true") == {"44005", "44130"}
    assert codes(packaged, "?c cg:isAddOn true") == ADD_ONS


def test_all_but_the_capsule_biopsy_are_done_for_inpatients(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:usualSetting pos:21") == set(CODES) - {"44100"}
    assert codes(packaged, "?c cg:usualSetting pos:22") == {"44100"}


def test_what_is_marked_for_review_says_why(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:needsReview true ; cg:reviewNote ?t") == {"44132"}
    assert codes(packaged, "?p cg:needsReview true ; cg:reviewNote ?t") == {"44137"}
    tapering = "procedure:open-tapering-of-small-intestine cg:needsReview true ; cg:reviewNote ?t"
    assert ask(packaged, tapering, "t")


# ---- definitions


def test_every_procedure_and_component_is_defined_by_method_site_and_words(packaged: ox.Store) -> None:
    reach = " ".join(f"cpt:{code}" for code in CODES)
    steps = "cg:denotes/(cg:hasComponent|^cg:reads/cg:readAs)*"
    used = ask(packaged, f"VALUES ?c {{ {reach} }} ?c {steps} ?p", "p")
    told = "?p a cg:Procedure ; skos:prefLabel ?l ; skos:definition ?d ; cg:hasMethod ?m ; cg:actsOn ?s"
    assert len(used) > 45
    assert used <= ask(packaged, told, "p")


def test_no_two_of_the_procedures_are_defined_alike(packaged: ox.Store) -> None:
    defined = {}
    for code in CODES:
        of = facets(packaged, denoted(packaged, code))
        key = (*sorted((f, *sorted(v)) for f, v in of.items()), *sorted(components(packaged, code)))
        assert defined.setdefault(key, code) == code


@pytest.mark.parametrize(
    ("opened", "laparoscopic"),
    [("44005", "44180"), ("44120", "44202"), ("44121", "44203"), ("44139", "44213")],
)
def test_laparoscopic_counterparts_differ_in_approach_alone(
    packaged: ox.Store, opened: str, laparoscopic: str
) -> None:
    one, other = (facets(packaged, denoted(packaged, code)) for code in (opened, laparoscopic))
    assert one.pop("hasApproach") == {"open"}
    assert other.pop("hasApproach") == {"percutaneous-endoscopic"}
    assert one == other
    kinds = (
        {k.replace("laparoscopic", "open") for k in components(packaged, c)} for c in (opened, laparoscopic)
    )
    assert next(kinds) == next(kinds)


def test_first_and_further_resections_differ_in_extent_alone(packaged: ox.Store) -> None:
    for first, further in (("44120", "44121"), ("44126", "44128")):
        one, other = (facets(packaged, denoted(packaged, code)) for code in (first, further))
        assert ("hasExtent" in one, other.pop("hasExtent")) == (False, {"each-additional"})
        assert one == other
        assert components(packaged, first) == components(packaged, further)


def test_atresia_is_told_from_other_reasons_by_intent(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:hasIntent intent:correction-of-malformation") == {
        "44055",
        "44126",
        "44127",
        "44128",
    }
    extra = components(packaged, "44127") - components(packaged, "44126")
    assert extra == {"open-tapering-of-small-intestine"}


def test_one_opening_of_the_bowel_or_several(packaged: ox.Store) -> None:
    assert facets(packaged, denoted(packaged, "44110"))["hasExtent"] == {"through-one-enterotomy"}
    assert facets(packaged, denoted(packaged, "44111"))["hasExtent"] == {"through-several-enterotomies"}
    assert (
        components(packaged, "44110")
        == components(packaged, "44111")
        == {"open-excision-of-intestinal-lesion"}
    )


def test_the_join_after_a_resection_is_integral_and_the_stoma_is_not(packaged: ox.Store) -> None:
    integral = codes(packaged, "?p cg:hasComponent/cg:isIntegralUnder guideline:pcs-b3-1b")
    assert integral == {"44120", "44121", "44126", "44127", "44128"}
    assert components(packaged, "44125") == {"open-enterectomy", "open-ileostomy-or-jejunostomy"}
    assert not ask(packaged, "procedure:open-ileostomy-or-jejunostomy cg:isIntegralUnder ?g", "g")


def test_which_make_or_may_make_a_stoma(packaged: ox.Store) -> None:
    makes = ask(packaged, "?c cg:denotes/cg:creates ?s ; skos:notation ?n", "n", "s")
    assert {(n, s) for n, s in makes if n in CODES} == {
        ("44015", "stoma:tube-jejunostomy"),
        ("44125", "stoma:ileostomy-or-jejunostomy"),
    }
    assert codes(packaged, "?p cg:mayCreate stoma:enterostomy") == {"44130"}


def test_no_wrong_site(packaged: ox.Store) -> None:
    sites = {code: facets(packaged, denoted(packaged, code))["actsOn"] for code in CODES}
    assert sites["44010"] == {"duodenum"}
    assert sites["44020"] == sites["44021"] == {"jejunum-or-ileum"}
    assert sites["44025"] == {"colon"}
    assert sites["44100"] == {"small-intestine"}
    assert sites["44110"] == sites["44111"] == {"small-intestine-or-colon"}
    up = "skos:broader|cg:isPartOf"
    for outside in ("rectum", "appendix", "anus"):
        assert not ask(packaged, f"site:{outside} ({up})* site:small-intestine-or-colon . BIND(1 AS ?x)", "x")
    for inside in ("duodenum", "ileum", "ileocecal-valve", "cecum", "sigmoid-colon"):
        assert ask(packaged, f"site:{inside} ({up})* site:small-intestine-or-colon . BIND(1 AS ?x)", "x"), (
            inside
        )


def test_capsule_biopsy_is_diagnostic_excision_without_endoscope(packaged: ox.Store) -> None:
    of = facets(packaged, denoted(packaged, "44100"))
    assert of["hasQualifier"] == {"diagnostic"}
    assert of["hasMethod"] == {"excision"}
    assert of["hasApproach"] == {"via-natural-or-artificial-opening"}


def test_donors_are_told_apart_outside_what_icd10pcs_knows(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:hasQualifier qualifier:deceased-donor") == {"44132", "44135"}
    assert codes(packaged, "?p cg:hasQualifier qualifier:living-donor") == {"44133", "44136"}
    for code in ("44135", "44136"):
        assert components(packaged, code) == {"open-intestinal-allotransplantation"}
    assert facets(packaged, "procedure:open-intestinal-allotransplantation")["hasQualifier"] == {"allogeneic"}
    assert components(packaged, "44132") == {"open-enterectomy"}
    assert components(packaged, "44133") == {"open-excision-of-jejunum-or-ileum"}
    for act in ("open-enterectomy", "open-excision-of-jejunum-or-ileum"):
        assert "hasIntent" not in facets(packaged, f"procedure:{act}")


def test_a_graft_is_resected_whole(packaged: ox.Store) -> None:
    of = facets(packaged, denoted(packaged, "44137"))
    assert (of["hasMethod"], of["actsOn"]) == ({"resection"}, {"small-intestine"})


# ---- readings


def readings(store: ox.Store, code: str) -> set[tuple[int, str, frozenset[str]]]:
    """Return rank, name and acts of the readings of what a code denotes."""
    found: dict[tuple[int, str], set[str]] = {}
    pattern = f"cpt:{code} cg:denotes ?p . ?r cg:reads ?p ; cg:readingRank ?k ; cg:readAs ?a"
    for iri, rank, act in ask(store, pattern, "r", "k", "a"):
        name = expand(iri).removeprefix(f"{ENTRY}reading/")
        found.setdefault((int(rank), name), set()).add(act.partition(":")[2])
    return {(rank, name, frozenset(acts)) for (rank, name), acts in found.items()}


@pytest.mark.parametrize(
    ("code", "kind", "site"),
    [
        ("44010", "duodenotomy", "duodenum"),
        ("44020", "jejunotomy-or-ileotomy", "jejunum-or-ileum"),
        ("44025", "colotomy", "colon"),
    ],
)
def test_an_opened_bowel_is_read_by_what_it_was_opened_for(
    packaged: ox.Store, code: str, kind: str, site: str
) -> None:
    assert readings(packaged, code) == {
        (1, f"open-{kind}-exploration", frozenset({f"open-inspection-of-{site}"})),
        (1, f"open-{kind}-biopsy", frozenset({f"open-diagnostic-excision-of-{site}"})),
        (2, f"open-{kind}-foreign-body", frozenset({f"open-extirpation-of-matter-from-{site}"})),
        (2, f"open-{kind}-drainage", frozenset({f"open-drainage-of-{site}"})),
    }


def test_malrotation_is_first_read_as_release_and_reposition_together(packaged: ox.Store) -> None:
    found = readings(packaged, "44055")
    release, reposition = "open-release-of-duodenum", "open-reposition-of-intestine"
    assert {acts for rank, _, acts in found if rank == 1} == {frozenset({release, reposition})}
    assert {acts for rank, _, acts in found if rank == 2} == {frozenset({release}), frozenset({reposition})}
    assert facets(packaged, "procedure:open-correction-of-malrotation")["hasMethod"] == {
        "release-or-reposition"
    }


def test_tapering_is_cutting_out_or_folding_in(packaged: ox.Store) -> None:
    acts = ask(
        packaged, "?r cg:reads procedure:open-tapering-of-small-intestine ; cg:readAs/cg:hasMethod ?m", "m"
    )
    assert acts == {("method:excision",), ("method:restriction",)}


def test_a_lesion_is_read_as_one_of_the_small_intestine_or_of_the_colon(packaged: ox.Store) -> None:
    acts = ask(
        packaged, "?r cg:reads procedure:open-excision-of-intestinal-lesion ; cg:readAs/cg:actsOn ?s", "s"
    )
    assert acts == {("site:small-intestine",), ("site:colon",)}


def test_other_codes_need_no_reading(packaged: ox.Store) -> None:
    assert codes(packaged, "?r cg:reads ?p") == {"44010", "44020", "44025", "44055"}


def test_a_reading_of_rank_one_names_its_guideline(packaged: ox.Store) -> None:
    ours = {name for code in CODES for rank, name, _ in readings(packaged, code) if rank == 1}
    guided = ask(packaged, "?r cg:followsGuideline ?g", "r")
    assert len(ours) == 7
    assert {f"{ENTRY}reading/{name}" for name in ours} <= {expand(r) for (r,) in guided}


def test_mobilizing_the_flexure_is_integral_and_said_to_have_no_counterpart(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:isIntegralUnder guideline:pcs-b3-1b") == {"44139"}
    lines = (resources.root() / NONE).read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    ours = [row for row in rows if row["subject_id"].partition(":")[2] in CODES]
    assert [(r["subject_id"], r["object_id"]) for r in ours] == [("cpt:44139", "sssom:NoTermFound")]
    assert ask(packaged, "cpt:44139 skos:prefLabel ?l", "l") == {(ours[0]["subject_label"],)}
    subjects = [row["subject_id"] for row in rows]
    assert all(a < b for a, b in pairwise(subjects))


# ---- indications


def test_every_code_but_the_dead_donors_has_reasons(packaged: ox.Store) -> None:
    told = "?i a cg:Indication ; cg:ofProcedure ?p ; cg:hasStrength ?s ; cg:indicationNote ?n2 ; dcterms:source ?o"
    assert codes(packaged, told) == set(CODES) - {"44132"}
    assert ask(packaged, f"cpt:44133 cg:denotes ?p . {told} ; cg:ofCondition ?d", "d") == {
        ("icd10cm:Z52.89",)
    }


def test_an_indication_is_named_after_procedure_and_condition(packaged: ox.Store) -> None:
    listed = " ".join(f"cpt:{code}" for code in CODES)
    rows = ask(
        packaged,
        f"VALUES ?c {{ {listed} }} ?c cg:denotes ?p . ?i cg:ofProcedure ?p ; cg:ofCondition ?d",
        "i",
        "p",
        "d",
    )
    assert len(rows) > 110
    for indication, procedure, condition in rows:
        undotted = condition.partition(":")[2].replace(".", "").lower()
        assert expand(indication) == f"{ENTRY}indication/{procedure.partition(':')[2]}-{undotted}"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("K56.3", {"44020"}),  # gallstone ileus
        ("K56.1", {"44050"}),  # intussusception
        ("Q43.3", {"44005", "44055"}),  # bands and malrotation
        ("Q41.2", {"44126", "44127", "44128"}),  # ileal atresia
        ("T86.850", {"44137"}),  # rejection
        ("Q85.8", {"44111"}),  # Peutz-Jeghers syndrome
    ],
)
def test_which_of_these_codes_a_condition_calls_for(
    packaged: ox.Store, condition: str, expected: set[str]
) -> None:
    assert codes(packaged, f"?i cg:ofProcedure ?p ; cg:ofCondition icd10cm:{condition}") == expected


# ---- where the acts lead in the tables of 2026

LEADS = {
    "open-enterolysis": "0DN80ZZ 0DN90ZZ 0DNA0ZZ 0DNB0ZZ 0DNE0ZZ 0DNN0ZZ",
    "open-inspection-of-duodenum": "0DJ00ZZ",
    "open-inspection-of-colon": "0DJD0ZZ",
    "open-diagnostic-excision-of-jejunum-or-ileum": "0DBA0ZX 0DBB0ZX",
    "open-extirpation-of-matter-from-jejunum-or-ileum": "0DC80ZZ 0DCA0ZZ 0DCB0ZZ",
    "intraoperative-feeding-jejunostomy": "0DHA0UZ 0DHA4UZ",
    "open-decompression-of-jejunum-or-ileum": "0D9A00Z 0D9A0ZZ 0D9B00Z 0D9B0ZZ",
    "open-reduction-of-displaced-intestine": "0DS80ZZ 0DSB0ZZ 0DSE0ZZ 0DSN0ZZ",
    "open-release-of-duodenum": "0DN90ZZ",
    "peroral-capsule-biopsy-of-intestine": "0DB87ZX 0DB97ZX 0DBA7ZX 0DBB7ZX",
    "open-excision-of-small-intestine": "0DB80ZZ 0DBA0ZZ 0DBB0ZZ",
    "open-excision-of-colon": "0DBE0ZZ 0DBN0ZZ",
    "open-enterectomy": "0DB80ZZ 0DBA0ZZ 0DBB0ZZ 0DT80ZZ 0DT90ZZ 0DTA0ZZ 0DTB0ZZ",
    "open-ileostomy-or-jejunostomy": "0D1A0Z4 0D1B0Z4",
    "open-enteroenterostomy": "0D180Z8 0D190ZA 0D1A0ZB 0D1B0ZL 0D1H0ZN",
    "open-excision-of-jejunum-or-ileum": "0DBA0ZZ 0DBB0ZZ",
    "open-intestinal-allotransplantation": "0DY80Z0 0DYE0Z0",
    "resection-of-intestinal-graft": "0DT80ZZ",
}
# No act of these reaches there: rectum, appendix or stomach, another approach, a stoma, tissue of another kind.
NEVER = {
    "open-inspection-of-duodenum": ("0DJ6",),
    "open-excision-of-colon": ("0DBP", "0DBJ"),
    "open-enterectomy": ("0DBC", "0DBH", "0DTC", "0DTH"),
    "open-enteroenterostomy": ("0D180Z4", "0D1A0Z4", "0D1B0Z4", "0D16"),
    "intraoperative-feeding-jejunostomy": ("0DHA7", "0DHA8", "0DHA3"),
    "peroral-capsule-biopsy-of-intestine": ("0DB88", "0DBE"),
    "open-intestinal-allotransplantation": ("0DY80Z1", "0DY80Z2"),
    "resection-of-intestinal-graft": ("0DTA", "0DTB", "0DB"),
}


def answers(store: ox.Store, deriver: Deriver, act: str) -> set[str]:
    """Return the ICD-10-PCS codes that a procedure's own facets lead to."""
    rows = ask(store, f"procedure:{act} ?f ?v . ?f rdfs:subPropertyOf cg:hasFacet", "f", "v")
    stated = {facet: frozenset(v for f, v in rows if f == facet) for facet, _ in rows}
    return {derived.code for derived in deriver.derive(stated) if derived.group == "answer"}


@pytest.mark.full_data
@pytest.mark.parametrize("act", sorted(LEADS))
def test_where_an_act_leads(packaged: ox.Store, deriver: Deriver, act: str) -> None:
    found = answers(packaged, deriver, act)
    assert set(LEADS[act].split()) <= found
    assert [code for code in sorted(found) if code.startswith(NEVER.get(act, ("none",)))] == []


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("act", "source", "pattern"),
    [
        ("open-enterectomy", "4562", "0DT[9AB]0ZZ"),
        ("open-enterectomy", "4561", "0DB80ZZ"),
        ("open-reduction-of-displaced-intestine", "4680", "0DS[9ABHKLMN]0ZZ"),
        ("open-enteroenterostomy", "4591", "0D1..Z[^4]"),
        ("open-intestinal-allotransplantation", "4697", "0DY.0Z0"),
        ("open-excision-of-small-intestine", "4533", "0DB80ZZ"),
    ],
)
def test_what_the_equivalence_file_has_by_the_open_approach_is_among_the_answers(
    packaged: ox.Store, deriver: Deriver, data_dir: Path, act: str, source: str, pattern: str
) -> None:
    with (data_dir / "gems/icd9toicd10pcsgem.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row[1] for row in csv.reader(file) if row[0] == source and row[1][4:5] == "0"}
    wanted = {code for code in mapped if re.fullmatch(pattern, code)}
    assert wanted
    assert wanted <= answers(packaged, deriver, act)


# ---- against the official files


@pytest.mark.full_data
def test_add_ons_are_those_of_the_fee_schedule(packaged: ox.Store, data_dir: Path) -> None:
    with (data_dir / "pfs/PPRRVU2025_Oct.csv").open(encoding="cp1252", newline="") as file:
        days = {row[0]: row[14] for row in csv.reader(file) if row[0] in CODES}
    assert set(days) == set(CODES)
    assert {code for code, global_days in days.items() if global_days == "ZZZ"} == ADD_ONS


@pytest.mark.full_data
def test_inpatient_only_as_published(packaged: ox.Store, data_dir: Path) -> None:
    text = (data_dir / "opps/2025_NFRM_Addendum_E.txt").read_text(encoding="cp1252", errors="replace")
    listed = {line.split("\t")[0] for line in text.splitlines()}
    assert codes(packaged, "?c cg:usualSetting pos:21") == listed & set(CODES)


@pytest.mark.full_data
def test_the_index_says_what_readings_and_notes_cite(data_dir: Path) -> None:
    leads = {}
    for main in ET.parse(data_dir / "icd10pcs/icd10pcs_index_2025.xml").getroot().iter("mainTerm"):
        title = main.findtext("title", "")
        leads[title] = " ".join("".join(main.itertext()).split())
    assert "Drainage, Duodenum 0D99" in leads["Duodenotomy"].replace("0D99", " 0D99").replace("  ", " ")
    assert "Drainage, Jejunum" in leads["Jejunotomy"]
    assert "Drainage, Ileum" in leads["Ileotomy"]
    assert "Drainage, Cecum" in leads["Cecotomy"]
    assert "Drainage, Gastrointestinal System" in leads["Sigmoidotomy"]
    assert "Release, Duodenum" in leads["Duodenolysis"]
    assert "Restriction" in leads["Plication"]
    assert "Volvulus, gastrointestinal Reposition, Gastrointestinal System" in leads["Reduction"]
    assert "Release Reposition" in leads["Detorsion"]


@pytest.mark.full_data
def test_the_mappings_take_reduction_to_reposition(data_dir: Path) -> None:
    targets: dict[str, set[str]] = {}
    with (data_dir / "gems/icd9toicd10pcsgem.csv").open(encoding="utf-8", newline="") as file:
        for source, target, *_ in csv.reader(file):
            targets.setdefault(source, set()).add(target[:3])
    assert targets["4680"] == targets["4681"] == targets["4682"] == {"0DS"}
    assert targets["4501"] == targets["4502"] == targets["4503"] == {"0D9", "0DC"}


@pytest.mark.full_data
def test_conditions_are_codes_of_fiscal_year_2021(packaged: ox.Store, data_dir: Path) -> None:
    lines = (data_dir / "icd10cm/icd10cm-order-Jan-2021.txt").read_text(encoding="latin-1").splitlines()
    known = {line[6:13].strip() for line in lines}
    listed = " ".join(f"cpt:{code}" for code in CODES)
    used = ask(
        packaged, f"VALUES ?c {{ {listed} }} ?c cg:denotes ?p . ?i cg:ofProcedure ?p ; cg:ofCondition ?d", "d"
    )
    assert len(used) > 60
    assert {d.partition(":")[2].replace(".", "") for (d,) in used} <= known
