"""Partial colectomies and laparoscopic operations of the intestine: what the packaged Turtle says of them."""

from __future__ import annotations

import csv
import lzma
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask

from codegraph import resources
from codegraph.namespaces import ENTRY, expand

JOINED = ["44140", "44145", "44147", "44160", "44204", "44205", "44207"]
WITH_STOMA = ["44141", "44143", "44146"]
LAPAROSCOPIC = ["44180", "44202", "44203", "44213", "44238"]
CODES = sorted(JOINED + WITH_STOMA + LAPAROSCOPIC)
OPEN_AND_LAPAROSCOPIC = [
    ("44005", "44180"),
    ("44120", "44202"),
    ("44121", "44203"),
    ("44139", "44213"),
    ("44140", "44204"),
    ("44143", "44206"),
    ("44145", "44207"),
    ("44146", "44208"),
    ("44160", "44205"),
]
NONE = "knowledge/mappings/cpt-icd10pcs-none.sssom.tsv"
EACH = "VALUES ?n {{ {} }} ?c skos:notation ?n ; a cg:CptCode ; cg:denotes ?p ."
MINE = EACH.format(" ".join(f'"{code}"' for code in CODES))
# What remains of each operation once the integral acts are left out: the acts that ICD-10-PCS codes.
ACTS = {
    "44140": {"open-partial-colectomy"},
    "44141": {"open-partial-colectomy", "open-colostomy-or-cecostomy"},
    "44143": {"open-partial-colectomy", "open-creation-of-end-colostomy"},
    "44145": {"open-partial-colectomy"},
    "44146": {"open-partial-colectomy", "open-creation-of-colostomy"},
    "44160": {"open-partial-colectomy", "open-excision-of-terminal-ileum"},
    "44202": {"laparoscopic-enterectomy"},
    "44203": {"laparoscopic-enterectomy"},
    "44204": {"laparoscopic-partial-colectomy"},
    "44205": {"laparoscopic-partial-colectomy", "laparoscopic-excision-of-terminal-ileum"},
    "44207": {"laparoscopic-partial-colectomy"},
}


def codes(store: ox.Store, pattern: str) -> set[str]:
    """Return this module's codes ?c whose procedure ?p fits a pattern."""
    return {n for (n,) in ask(store, f"{MINE} {pattern}", "n")}


def facets(store: ox.Store, procedure: str) -> set[tuple[str, ...]]:
    """Return what defines a procedure (CURIE), its components apart, and which stomas it makes."""
    listed = "{ ?f rdfs:subPropertyOf cg:hasFacet } UNION { VALUES ?f { cg:creates cg:mayCreate } }"
    return ask(store, f"<{expand(procedure)}> ?f ?v . {listed}", "f", "v")


def denoted(store: ox.Store, code: str) -> str:
    [(procedure,)] = ask(store, f"cpt:{code} cg:denotes ?p", "p")
    return procedure


def slugs(found: set[tuple[str, ...]]) -> set[str]:
    return {iri.partition(":")[2] for (iri,) in found}


@pytest.mark.parametrize("code", CODES)
def test_code_is_described_for_people_and_placed(packaged: ox.Store, code: str) -> None:
    texts = ("skos:altLabel", "cg:clinicalContext", "cg:inFamily", "cg:usualSetting")
    assert [p for p in texts if not ask(packaged, f"cpt:{code} {p} ?v", "v")] == []
    once = ("skos:prefLabel", "cg:plainDescription", "cg:denotes", "cg:isSeparateProcedure", "cg:isAddOn")
    assert [p for p in once if len(ask(packaged, f"cpt:{code} {p} ?v", "v")) != 1] == []
    place = ask(packaged, f"cpt:{code} skos:broader ?h . ?h cg:rangeFirst ?a ; cg:rangeLast ?z", "a", "z")
    assert [first <= code <= last for first, last in place] == [True]


def test_labels_are_unique_and_not_repeated_as_synonyms(packaged: ox.Store) -> None:
    labels = Counter(label for _, label in ask(packaged, "?c a cg:CptCode ; skos:prefLabel ?l", "c", "l"))
    assert not [label for label, times in labels.items() if times > 1]
    assert not codes(packaged, "?c skos:prefLabel ?l ; skos:altLabel ?l")
    mine = ask(packaged, f"{MINE} ?c skos:altLabel ?l", "n", "l")
    assert not [label for label, times in Counter(label for _, label in mine).items() if times > 1]


def test_every_code_denotes_a_procedure_of_its_own(packaged: ox.Store) -> None:
    shared = ask(packaged, f"{MINE} ?other a cg:CptCode ; cg:denotes ?p . FILTER(?other != ?c)", "n", "other")
    assert shared == set()


def test_the_add_ons_are_one_more_segment_and_the_splenic_flexure(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:isAddOn true") == {"44203", "44213"}


def test_only_the_freeing_of_adhesions_is_a_separate_procedure(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:isSeparateProcedure true") == {"44180"}


def test_which_operations_make_a_stoma(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:creates ?s") == set(WITH_STOMA)
    assert codes(packaged, "?p cg:mayCreate ?s") == set()
    assert codes(packaged, "?p cg:creates stoma:colostomy-or-cecostomy") == {"44141"}
    assert codes(packaged, "?p cg:hasStomaForm stoma-form:end") == {"44143"}


def test_partial_colectomies_act_on_the_colon_and_never_say_all_of_it(packaged: ox.Store) -> None:
    removal = "?p cg:hasMethod method:excision-or-resection ; cg:actsOn site:colon"
    assert codes(packaged, removal) == set(JOINED + WITH_STOMA)
    assert (
        codes(packaged, f"{removal} ; cg:hasExtent ?any") == set()
    )  # method and site say it: a part, or parts
    assert codes(packaged, "?p cg:hasComponent?/cg:hasMethod method:resection") == set()


def test_none_takes_out_any_of_the_rectum(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:hasComponent?/cg:actsOn/(skos:broader|cg:isPartOf)* site:rectum") == set()


def test_two_operations_take_out_the_end_of_the_ileum_and_two_other_small_intestine(
    packaged: ox.Store,
) -> None:
    cut = "?p cg:hasComponent ?k . ?k cg:hasMethod/skos:broader* method:excision-or-resection ; cg:actsOn"
    assert codes(packaged, f"{cut} site:terminal-ileum") == {"44160", "44205"}
    assert codes(packaged, f"{cut} site:small-intestine") == {"44202", "44203"}


@pytest.mark.parametrize(("opened", "laparoscopic"), OPEN_AND_LAPAROSCOPIC)
def test_laparoscopic_counterparts_differ_in_approach_alone(
    packaged: ox.Store, opened: str, laparoscopic: str
) -> None:
    one, other = (facets(packaged, denoted(packaged, code)) for code in (opened, laparoscopic))
    assert one ^ other == {
        ("cg:hasApproach", "approach:open"),
        ("cg:hasApproach", "approach:percutaneous-endoscopic"),
    }
    parts = {
        code: slugs(ask(packaged, f"cpt:{code} cg:denotes/cg:hasComponent ?k", "k"))
        for code in (opened, laparoscopic)
    }
    assert {slug.replace("open-", "laparoscopic-") for slug in parts[opened]} == parts[laparoscopic]


def test_the_first_and_a_further_segment_differ_in_extent_alone(packaged: ox.Store) -> None:
    first, further = (facets(packaged, denoted(packaged, code)) for code in ("44202", "44203"))
    assert first ^ further == {("cg:hasExtent", "extent:each-additional")}


@pytest.mark.parametrize("code", sorted(ACTS))
def test_what_icd10pcs_codes_of_an_operation(packaged: ox.Store, code: str) -> None:
    coded = f"cpt:{code} cg:denotes/cg:hasComponent ?k FILTER NOT EXISTS {{ ?k cg:isIntegralUnder ?g }}"
    assert slugs(ask(packaged, coded, "k")) == ACTS[code]


def test_joining_and_closing_bowel_is_integral_to_the_removal(packaged: ox.Store) -> None:
    integral = ask(packaged, f"{MINE} ?p cg:hasComponent ?k . ?k cg:isIntegralUnder ?g", "n", "k", "g")
    assert {g for _, _, g in integral} == {"guideline:pcs-b3-1b"}
    assert {n for n, _, _ in integral} == set(ACTS) - {"44141"}
    joins = "?k cg:hasMethod ?m . VALUES ?m { method:anastomosis method:occlusion }"
    assert {(k,) for _, k, _ in integral} == ask(packaged, f"{MINE} ?p cg:hasComponent ?k . {joins}", "k")


def test_acts_to_be_found_in_icd10pcs_say_only_what_its_codes_say(packaged: ox.Store) -> None:
    acts = "?k cg:hasApproach ?a ; cg:hasMethod ?m ; cg:actsOn ?s"
    coded = f"{MINE} ?p cg:hasComponent ?k FILTER NOT EXISTS {{ ?k cg:isIntegralUnder ?g }}"
    assert ask(packaged, coded, "k") == ask(packaged, f"{coded} {acts}", "k")
    for facet in ("hasExtent", "hasIntent", "hasStomaForm", "performedThrough"):
        assert not ask(packaged, f"{coded} ?k cg:{facet} ?v", "k", "v"), facet


def test_the_acts_go_by_the_approach_of_the_operation(packaged: ox.Store) -> None:
    parts = f"{MINE} ?p cg:hasApproach ?a ; cg:hasComponent ?k . ?k cg:hasApproach ?b"
    assert {n for (n,) in ask(packaged, parts, "n")} == set(ACTS)
    assert ask(packaged, f"{parts} FILTER(?a != ?b)", "n", "a", "b") == set()


def test_one_operation_is_read_by_its_abdominal_approach(packaged: ox.Store) -> None:
    read = f"{MINE} ?r a cg:Reading ; cg:reads ?p ; cg:readAs ?k ; cg:readingRank ?rank ; dcterms:source ?s"
    assert ask(packaged, read, "n", "k", "rank") == {("44147", "procedure:open-partial-colectomy", "2")}
    assert facets(packaged, denoted(packaged, "44147")) ^ facets(packaged, denoted(packaged, "44140")) == {
        ("cg:hasApproach", "approach:abdominal-and-transanal"),
        ("cg:hasApproach", "approach:open"),
    }
    assert ask(packaged, "approach:abdominal-and-transanal skos:broader ?a", "a") == {("approach:open",)}


def test_what_has_no_counterpart_says_why(packaged: ox.Store) -> None:
    lines = (resources.root() / NONE).read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    mine = {row["subject_id"]: row for row in rows if row["subject_id"].partition(":")[2] in CODES}
    assert set(mine) == {"cpt:44213", "cpt:44238"}
    assert {row["object_id"] for row in mine.values()} == {"sssom:NoTermFound"}
    for code, row in mine.items():
        assert ask(packaged, f"{code} skos:prefLabel ?l", "l") == {(row["subject_label"],)}
        assert len(row["comment"]) > 60
    assert "B3.1b" in mine["cpt:44213"]["comment"]
    flexure = denoted(packaged, "44213")
    assert ask(packaged, f"<{expand(flexure)}> cg:isIntegralUnder ?g", "g") == {("guideline:pcs-b3-1b",)}
    assert codes(packaged, "?p cg:hasMethod method:unlisted-procedure") == {"44238"}


def test_what_is_not_certain_is_marked_with_the_reason(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:needsReview true ; cg:reviewNote ?t") == {"44147"}
    assert codes(packaged, "?p cg:needsReview true") == {"44147"}


def test_every_code_but_the_residual_one_has_reasons(packaged: ox.Store) -> None:
    counted = Counter(n for n, _ in ask(packaged, f"{MINE} ?i cg:ofProcedure ?p", "n", "i"))
    assert set(counted) == set(CODES) - {"44238"}
    assert set(counted.values()) <= set(range(3, 11))
    told = "?i cg:ofProcedure ?p ; a cg:Indication ; cg:hasStrength ?s ; cg:indicationNote ?t ; dcterms:source ?o"
    assert ask(packaged, f"{MINE} ?i cg:ofProcedure ?p", "i") == ask(packaged, f"{MINE} {told}", "i")


def test_an_indication_is_named_after_procedure_and_condition(packaged: ox.Store) -> None:
    for indication, procedure, condition in ask(
        packaged, f"{MINE} ?i cg:ofProcedure ?p ; cg:ofCondition ?d", "i", "p", "d"
    ):
        undotted = condition.partition(":")[2].replace(".", "").lower()
        assert expand(indication) == f"{ENTRY}indication/{procedure.partition(':')[2]}-{undotted}"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("K56.52", {"44180"}),  # obstruction by adhesions
        ("K50.812", {"44160", "44205"}),  # Crohn disease on both sides of the ileocecal valve
        ("C18.5", {"44213"}),  # cancer of the splenic flexure
        ("C20", {"44145", "44146", "44207"}),  # cancer of the rectum
        ("K57.20", {"44141", "44143", "44145", "44146"}),  # perforated diverticulitis
        ("C17.1", {"44202"}),  # cancer of the jejunum
    ],
)
def test_which_of_these_codes_a_condition_calls_for(
    packaged: ox.Store, condition: str, expected: set[str]
) -> None:
    assert codes(packaged, f"?i cg:ofProcedure ?p ; cg:ofCondition icd10cm:{condition}") == expected


# ---- against the official files


@pytest.mark.full_data
def test_settings_follow_the_outpatient_payment_lists(packaged: ox.Store, data_dir: Path) -> None:
    listed = (data_dir / "opps/2025_NFRM_Addendum_E.txt").read_text(encoding="cp1252")
    inpatient_only = {line.partition("\t")[0] for line in listed.splitlines()} & set(CODES)
    assert inpatient_only == set(CODES) - {"44180", "44238"}
    assert codes(packaged, "?c cg:usualSetting pos:22") == {"44180", "44238"}
    assert codes(packaged, "?c cg:usualSetting pos:21") == set(CODES)


@pytest.mark.full_data
def test_add_ons_are_those_of_the_fee_schedule_and_go_with_the_codes_told(
    packaged: ox.Store, data_dir: Path
) -> None:
    with (data_dir / "pfs/PPRRVU2025_Oct.csv").open(encoding="cp1252", newline="") as file:
        globals_ = {row[0]: row[14] for row in csv.reader(file) if row[0] in CODES}
    assert codes(packaged, "?c cg:isAddOn true") == {code for code, days in globals_.items() if days == "ZZZ"}
    with (data_dir / "ncci/aoc_2024Q3.tsv").open(encoding="utf-8", newline="") as file:
        pairs = {(r["add_on_code"], r["primary_code"]) for r in csv.DictReader(file, delimiter="\t")}
    assert {primary for added, primary in pairs if added == "44203"} == {"44202"}
    flexure = {primary for added, primary in pairs if added == "44213"}
    assert flexure == {"44204", "44205", "44206", "44207", "44208"}
    opened = {primary for added, primary in pairs if added == "44139"}
    assert opened & set(CODES) == {"44140", "44141", "44143", "44145", "44146", "44147"}


@pytest.mark.full_data
def test_what_the_texts_say_of_bundling_is_in_the_edits(data_dir: Path) -> None:
    edits: dict[tuple[str, str], tuple[str, str]] = {}  # the pairs in force: indicator, rationale
    with lzma.open(data_dir / "ncci/ptp_practitioner_2024Q3.txt.xz", "rt", encoding="latin-1") as file:
        for line in file:
            if line.startswith((*CODES, "44310")) or "\t44180\t" in line:
                first, second, _, _, deleted, indicator, reason, *_ = line.rstrip("\n").split("\t")
                if deleted.strip() == "*":
                    edits[first, second] = indicator.strip(), reason
    always = {pair for pair, (indicator, _) in edits.items() if indicator == "0"}
    assert {(code, "44320") for code in WITH_STOMA} | {("44143", "44188")} <= always
    appendix = {(code, part) for code in ("44160", "44205") for part in ("44950", "44955", "44960", "44970")}
    assert appendix <= always
    assert not {("44140", "44310"), ("44145", "44310"), ("44310", "44140"), ("44310", "44145")} & set(edits)
    freed = {pair: reason for pair, (_, reason) in edits.items() if pair[1] == "44180"}
    assert set(freed) <= always
    assert len(freed) == 503
    assert sum("Separate procedure" in reason for reason in freed.values()) == 500


@pytest.mark.full_data
def test_diagnoses_are_valid(packaged: ox.Store, data_dir: Path) -> None:
    valid = {
        line[6:13].strip()
        for line in (data_dir / "icd10cm/icd10cm-order-Jan-2021.txt")
        .read_text(encoding="latin-1")
        .splitlines()
        if line[14] == "1"
    }
    used = ask(packaged, f"{MINE} ?i cg:ofProcedure ?p ; cg:ofCondition ?d", "d")
    assert len(used) > 30
    assert {d.partition(":")[2].replace(".", "") for (d,) in used} <= valid
