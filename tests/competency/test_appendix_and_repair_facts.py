"""Repairs of the intestine, back-table work, Meckel diverticulum, mesentery and appendix: what the Turtle says."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask

from codegraph import resources

REPAIRS = ["44602", "44603", "44604", "44605", "44615", "44640", "44650", "44660", "44661", "44680", "44700"]
BACK_TABLE = ["44715", "44720", "44721"]
MESENTERY = ["44800", "44820", "44850", "44899"]
APPENDIX = ["44900", "44950", "44955", "44960", "44970", "44979"]
CODES = REPAIRS + BACK_TABLE + MESENTERY + APPENDIX
RESIDUAL = {"44899", "44979"}
WITHOUT_COUNTERPART = "knowledge/mappings/cpt-icd10pcs-none.sssom.tsv"
ADD_ON_EDITS, INPATIENT_ONLY = "ncci/aoc_2024Q3.tsv", "opps/2025_NFRM_Addendum_E.txt"


@pytest.fixture(scope="module")
def unmapped() -> dict[str, dict[str, str]]:
    lines = (resources.root() / WITHOUT_COUNTERPART).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {row["subject_id"].partition(":")[2]: row for row in rows}


def codes(store: ox.Store, pattern: str) -> set[str]:
    """Return the numbers of this module's codes ?c whose procedure ?p fits a pattern."""
    told = ask(store, f"?c a cg:CptCode ; cg:denotes ?p ; skos:notation ?n . {pattern}", "n")
    return {number for (number,) in told} & set(CODES)


def facets(store: ox.Store, code: str) -> set[tuple[str, ...]]:
    return ask(store, f"cpt:{code} cg:denotes ?p . ?p ?f ?v . ?f rdfs:subPropertyOf cg:hasFacet", "f", "v")


def parts(store: ox.Store, code: str) -> set[str]:
    return {part for (part,) in ask(store, f"cpt:{code} cg:denotes/cg:hasComponent ?k", "k")}


def readings(store: ox.Store, code: str) -> dict[int, set[tuple[str, ...]]]:
    """Return the readings of a code's procedure: rank to the sets of acts, each sorted."""
    rows = ask(
        store,
        f"cpt:{code} cg:denotes ?p . ?r cg:reads ?p ; cg:readingRank ?k ; cg:readAs ?a",
        "r",
        "k",
        "a",
    )
    found: dict[int, set[tuple[str, ...]]] = {}
    for reading, rank in {(r, k) for r, k, _ in rows}:
        acts = sorted(a.partition(":")[2] for r, _, a in rows if r == reading)
        found.setdefault(int(rank), set()).add(tuple(acts))
    return found


@pytest.mark.parametrize("code", CODES)
def test_code_is_described_for_people_and_placed(packaged: ox.Store, code: str) -> None:
    once = ["skos:prefLabel", "cg:plainDescription", "cg:denotes", "cg:isSeparateProcedure", "cg:isAddOn"]
    assert {len(ask(packaged, f"cpt:{code} {predicate} ?v", "v")) for predicate in once} == {1}
    often = ["skos:altLabel", "cg:clinicalContext", "cg:inFamily", "cg:usualSetting"]
    assert all(ask(packaged, f"cpt:{code} {predicate} ?v", "v") for predicate in often)
    place = ask(packaged, f"cpt:{code} skos:broader ?h . ?h cg:rangeFirst ?a ; cg:rangeLast ?z", "a", "z")
    assert [first <= code <= last for first, last in place] == [True]


def test_each_code_denotes_a_procedure_of_its_own(packaged: ox.Store) -> None:
    listed = " ".join(f"cpt:{code}" for code in CODES)
    found = ask(packaged, f"VALUES ?c {{ {listed} }} ?c cg:denotes ?p . ?d cg:denotes ?p", "c", "d")
    assert found == {(f"cpt:{code}", f"cpt:{code}") for code in CODES}


def test_one_add_on_and_three_separate_procedures(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:isAddOn true") == {"44955"}
    assert codes(packaged, "?c cg:isSeparateProcedure true") == {"44680", "44820", "44850"}


def test_only_the_appendix_is_operated_on_for_outpatients(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:usualSetting pos:22") == {"44950", "44955", "44970", "44979"}
    assert codes(packaged, "?c cg:usualSetting pos:21") == set(CODES)


def test_only_two_of_them_are_laparoscopic_and_back_table_work_has_no_approach(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:hasApproach approach:percutaneous-endoscopic") == {"44970", "44979"}
    without = set(CODES) - codes(packaged, "?p cg:hasApproach ?a")
    assert without == {*BACK_TABLE, "44899"}


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ("44602", "44603", {("cg:hasExtent", "extent:single"), ("cg:hasExtent", "extent:multiple")}),
        (
            "44720",
            "44721",
            {
                ("cg:actsOn", "site:veins-of-intestinal-allograft"),
                ("cg:actsOn", "site:arteries-of-intestinal-allograft"),
            },
        ),
        ("44950", "44955", {("cg:hasExtent", "extent:during-another-operation")}),
        ("44950", "44960", {("cg:hasExtent", "extent:with-abscess-or-peritonitis")}),
        (
            "44950",
            "44970",
            {("cg:hasApproach", "approach:open"), ("cg:hasApproach", "approach:percutaneous-endoscopic")},
        ),
        (
            "44660",
            "44661",
            {("cg:hasExtent", "extent:without-resection"), ("cg:hasExtent", "extent:with-bowel-or-bladder-resection")},
        ),
    ],
)  # fmt: skip
def test_neighbors_differ_in_one_facet(
    packaged: ox.Store, one: str, other: str, difference: set[tuple[str, str]]
) -> None:
    assert facets(packaged, one) ^ facets(packaged, other) == difference


def test_parts_of_the_operations_that_have_several(packaged: ox.Store) -> None:
    assert parts(packaged, "44604") == {"procedure:open-repair-of-colon"}
    assert parts(packaged, "44605") == parts(packaged, "44604") | {"procedure:open-colostomy-or-cecostomy"}
    assert "procedure:open-repair-of-bladder" in parts(packaged, "44660")
    assert parts(packaged, "44661") == set()  # which organ is cut is left open: three readings
    assert codes(packaged, "?p cg:creates ?s") == {"44605"}


def test_rectum_and_appendix_are_no_site_of_the_repairs(packaged: ox.Store) -> None:
    below = "?p cg:hasComponent*/cg:actsOn ?s . ?x (skos:broader|cg:isPartOf)* ?s"
    for excluded in ("site:rectum", "site:appendix", "site:anus"):
        assert not codes(packaged, f"{below} FILTER(?x = {excluded})") & set(REPAIRS)
    assert codes(packaged, f"{below} FILTER(?x = site:sigmoid-colon)") == set(REPAIRS) - {
        "44602",
        "44603",
        "44700",
    }


@pytest.mark.parametrize("code", ["44950", "44955", "44960", "44970"])
def test_removal_of_the_appendix_is_resection_first_and_excision_second(
    packaged: ox.Store, code: str
) -> None:
    way = "laparoscopic" if code == "44970" else "open"
    expected = {1: {(f"{way}-resection-of-appendix",)}, 2: {(f"{way}-excision-of-appendix",)}}
    assert readings(packaged, code) == expected
    first = f"cpt:{code} cg:denotes ?p . ?r cg:reads ?p ; cg:readingRank 1 ; cg:followsGuideline ?g"
    assert ask(packaged, first, "g") == {("guideline:pcs-b3-8",)}


def test_a_stricture_is_widened_before_it_is_repaired(packaged: ox.Store) -> None:
    assert readings(packaged, "44615") == {
        2: {("open-dilation-of-small-intestine-or-colon",)},
        3: {("open-repair-of-small-intestine-or-colon",)},
    }


def test_bowel_or_bladder_or_both_are_cut(packaged: ox.Store) -> None:
    bowel, bladder = "open-excision-or-resection-of-small-intestine-or-colon", "open-excision-of-bladder"
    assert readings(packaged, "44661") == {
        2: {
            (bowel, "open-repair-of-bladder"),
            (bladder, "open-repair-of-small-intestine-or-colon"),
            (bladder, bowel),
        }
    }


def test_a_fistula_between_bowels_has_an_end_in_the_small_intestine_whatever_is_done(
    packaged: ox.Store,
) -> None:
    small = {"open-repair-of-small-intestine", "open-enterectomy"}
    ways = set().union(*readings(packaged, "44650").values())
    assert len(ways) == 3
    assert all(small & set(way) for way in ways)


def test_the_drained_abscess_is_at_the_appendix_first(packaged: ox.Store) -> None:
    assert readings(packaged, "44900") == {
        1: {("open-drainage-of-appendix",)},
        3: {("open-drainage-of-peritoneal-cavity",)},
    }
    assert ("cg:usesDevice", "device:drainage-device-or-none") in facets(packaged, "44900")


def test_meckel_diverticulum_is_coded_to_the_ileum(packaged: ox.Store) -> None:
    assert readings(packaged, "44800") == {1: {("open-excision-of-ileum",)}}
    assert codes(packaged, "?p cg:actsOn/cg:isPartOf site:ileum") == {"44800"}


def test_acts_on_either_bowel_are_told_for_each(packaged: ox.Store) -> None:
    grouped = "?a cg:actsOn site:small-intestine-or-colon . ?r cg:reads ?a ; cg:readAs/cg:actsOn ?s"
    acts = {a for a, _ in ask(packaged, grouped + " . ?way cg:readAs|cg:hasComponent ?a", "a", "s")}
    mine = {f"procedure:open-{m}-of-small-intestine-or-colon" for m in
            ("dilation", "excision-or-resection", "repair", "restriction")}  # fmt: skip
    assert mine <= acts
    for act in mine:
        sites = ask(packaged, f"?r cg:reads {act} ; cg:readAs/cg:actsOn ?s", "s")
        assert sites == {("site:small-intestine",), ("site:colon",)}


def test_acts_carry_no_facet_that_icd_10_pcs_does_not_have(packaged: ox.Store) -> None:
    listed = " ".join(f"cpt:{code}" for code in CODES)
    read = f"VALUES ?c {{ {listed} }} ?c cg:denotes ?p . ?r cg:reads ?p ; cg:readAs ?a"
    assert len(ask(packaged, read, "a")) >= 15
    extra = "cg:hasExtent|cg:hasIntent|cg:hasStomaForm|cg:performedThrough"
    assert ask(packaged, f"{read} . ?a {extra} ?v", "a") == set()


def test_back_table_work_and_residual_codes_have_no_counterpart(
    packaged: ox.Store, unmapped: dict[str, dict[str, str]]
) -> None:
    assert set(CODES) & set(unmapped) == {*BACK_TABLE, *RESIDUAL}
    labels = dict(ask(packaged, "?c a cg:CptCode ; skos:notation ?n ; skos:prefLabel ?l", "n", "l"))
    for code in (*BACK_TABLE, *RESIDUAL):
        assert unmapped[code]["object_id"] == "sssom:NoTermFound"
        assert unmapped[code]["subject_label"] == labels[code]
    assert codes(packaged, "?p cg:hasMethod method:unlisted-procedure") == RESIDUAL
    assert codes(packaged, "?p cg:actsOn/cg:isPartOf* site:intestinal-allograft") == set(BACK_TABLE)


def test_what_is_not_certain_says_so(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:needsReview true ; cg:reviewNote ?t") == set(BACK_TABLE)
    assert codes(packaged, "?p cg:needsReview true ; cg:reviewNote ?t") == {"44680", "44700"}


def test_every_code_but_the_residual_ones_has_reasons(packaged: ox.Store) -> None:
    whole = "?i cg:ofProcedure ?p ; cg:hasStrength ?s ; cg:indicationNote ?t ; dcterms:source ?o"
    assert codes(packaged, whole) == set(CODES) - RESIDUAL


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Q43.0", {"44800"}),
        ("N32.1", {"44660", "44661"}),
        ("K35.33", {"44900", "44960", "44970"}),
        ("K35.20", {"44960", "44970"}),
        ("K50.012", {"44615"}),
        ("K45.0", {"44850"}),
    ],
)
def test_which_of_these_codes_a_condition_calls_for(
    packaged: ox.Store, condition: str, expected: set[str]
) -> None:
    assert codes(packaged, f"?i cg:ofProcedure ?p ; cg:ofCondition icd10cm:{condition}") == expected


@pytest.mark.full_data
def test_official_files_agree(packaged: ox.Store, data_dir: Path) -> None:
    listed = (data_dir / INPATIENT_ONLY).read_text(encoding="cp1252").splitlines()
    inpatient = {line.partition("\t")[0] for line in listed} & set(CODES)
    assert set(CODES) - inpatient == codes(packaged, "?c cg:usualSetting pos:22")
    edits = [line.split("\t") for line in (data_dir / ADD_ON_EDITS).read_text().splitlines()]
    assert {row[1] for row in edits} & set(CODES) == codes(packaged, "?c cg:isAddOn true")
