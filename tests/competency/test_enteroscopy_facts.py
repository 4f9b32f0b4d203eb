"""Enteroscopy, pouchoscopy, tubes and lavage: what the packaged Turtle says, and where readings of endoscopies lead."""

from __future__ import annotations

import csv
import lzma
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask, numbers, short

from codegraph import resources
from codegraph.crosswalk.derive import Deriver
from codegraph.namespaces import ENTRY

JEJUNUM = numbers("44360 44361 44363 44364 44365 44366 44369 44370 44372 44373")
ILEUM = numbers("44376 44377 44378 44379")
POUCH = numbers("44385 44386")
OTHER = numbers("44500 44701 44705 44799")
CODES = JEJUNUM + ILEUM + POUCH + OTHER
STOMAL = numbers(
    "44380 44381 44382 44384 44388 44389 44390 44391 44392 44394 44401 44402 44403 44404 44405 44406 44407 44408"
)
# What ICD-10-PCS says of an act, so all that an act may carry.
SEARCHED = {
    "cg:hasMethod",
    "cg:actsOn",
    "cg:hasApproach",
    "cg:usesDevice",
    "cg:hasQualifier",
    "cg:hasDestination",
}
READINGS = "knowledge/readings/endoscopy.ttl"


def codes(store: ox.Store, pattern: str) -> set[str]:
    """Return the CPT numbers of this module's codes whose procedure ?p fits a pattern."""
    found = ask(store, f"?c a cg:CptCode ; cg:denotes ?p ; skos:notation ?n . {pattern}", "n")
    return {code for (code,) in found} & set(CODES)


def facets(store: ox.Store, code: str) -> dict[str, frozenset[str]]:
    """Return the facets of the procedure that a code denotes."""
    return stated(store, f"cpt:{code} cg:denotes ?p . ?p ?f ?v")


def stated(store: ox.Store, pattern: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for facet, value in ask(store, f"{pattern} . ?f rdfs:subPropertyOf cg:hasFacet", "f", "v"):
        found[facet] = found.get(facet, frozenset()) | {value}
    return found


def readings(store: ox.Store, code: str) -> list[tuple[int, str, frozenset[str]]]:
    """Return rank, last word of the IRI's own part and acts of a code's readings, best first."""
    acts: dict[tuple[int, str], set[str]] = defaultdict(set)
    pattern = f"cpt:{code} cg:denotes ?p . ?r cg:reads ?p ; cg:readingRank ?n ; cg:readAs ?a"
    for reading, rank, act in ask(store, pattern, "r", "n", "a"):
        acts[int(rank), reading].add(act.partition(":")[2])
    return [(rank, iri, frozenset(acts[rank, iri])) for rank, iri in sorted(acts)]


# ---- codes


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_described_for_people_and_placed(packaged: ox.Store, code: str) -> None:
    several = ("skos:altLabel", "cg:clinicalContext", "cg:inFamily", "cg:usualSetting")
    once = ("skos:prefLabel", "cg:plainDescription", "cg:denotes", "cg:isSeparateProcedure", "cg:isAddOn")
    assert [p for p in several if not ask(packaged, f"cpt:{code} {p} ?v", "v")] == []
    assert [p for p in once if len(ask(packaged, f"cpt:{code} {p} ?v", "v")) != 1] == []
    place = ask(packaged, f"cpt:{code} skos:broader ?h . ?h cg:rangeFirst ?a ; cg:rangeLast ?z", "a", "z")
    assert [first <= code <= last for first, last in place] == [True]


def test_flags_set_apart_the_plain_examinations_the_tube_and_the_add_on(packaged: ox.Store) -> None:
    assert codes(packaged, "?c cg:isSeparateProcedure true") == {"44360", "44376", "44385", "44500"}
    assert codes(packaged, "?c cg:isAddOn true") == {"44701"}


def test_how_far_the_scope_goes_is_all_that_parts_the_two_families(packaged: ox.Store) -> None:
    far = {"cg:actsOn": frozenset({"site:small-intestine"})}
    for near, deep in (("44360", "44376"), ("44361", "44377"), ("44366", "44378"), ("44370", "44379")):
        assert facets(packaged, near)["cg:actsOn"] == {"site:duodenum-or-jejunum"}
        assert facets(packaged, near) | far == facets(packaged, deep)
    assert ask(packaged, "?s skos:broader site:duodenum-or-jejunum", "s") == {
        ("site:duodenum",),
        ("site:jejunum",),
    }


def test_no_enteroscopy_short_of_the_ileum_acts_on_the_ileum(packaged: ox.Store) -> None:
    reach = "?p cg:actsOn ?s . site:ileum (skos:broader|cg:isPartOf)* ?s"
    assert codes(packaged, reach) & set(JEJUNUM) == set()
    assert codes(packaged, reach) >= set(ILEUM)


def test_what_is_done_through_the_scope(packaged: ox.Store) -> None:
    below = "?p cg:hasMethod/skos:broader*"
    assert codes(packaged, f"{below} method:inspection") == {"44360", "44376", "44385"}
    assert codes(packaged, "?p cg:hasQualifier qualifier:diagnostic") == {"44361", "44377", "44386"}
    assert codes(packaged, f"{below} method:excision") == {"44364"}
    assert codes(packaged, f"{below} method:destruction") == {"44369"}
    assert codes(packaged, f"{below} method:control") == {"44366", "44378"}
    assert codes(packaged, "?p cg:usesDevice device:intraluminal-device") == {"44370", "44379"}


def test_a_jejunostomy_is_made_by_one_code_and_reached_through_a_gastrostomy_by_the_next(
    packaged: ox.Store,
) -> None:
    assert codes(packaged, "?p cg:creates ?s") == {"44372"}
    assert codes(packaged, "?p cg:performedThrough stoma:gastrostomy") == {"44373"}


def test_pouches_of_either_kind_are_parts_of_the_ileum(packaged: ox.Store) -> None:
    assert codes(packaged, "?p cg:actsOn site:ileal-reservoir") == set(POUCH)
    assert codes(packaged, "?p cg:actsOn/skos:broader*/cg:isPartOf* site:ileum") == set(POUCH)
    assert ask(packaged, "site:ileoanal-reservoir skos:broader ?w", "w") == {("site:ileal-reservoir",)}


def test_what_is_no_act_on_the_patient_or_not_said_has_no_counterpart(packaged: ox.Store) -> None:
    text = (resources.root() / "knowledge/mappings/cpt-icd10pcs-none.sssom.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader((line for line in text.splitlines() if line[:1] != "#"), delimiter="\t"))
    none = {row["subject_id"][4:]: row for row in rows}
    assert set(none) & set(CODES) == {"44705", "44799"}
    for code in ("44705", "44799"):
        assert none[code]["object_id"] == "sssom:NoTermFound"
        assert (none[code]["subject_label"],) in ask(packaged, f"cpt:{code} skos:prefLabel ?l", "l")
        assert readings(packaged, code) == []


# ---- indications


def test_every_code_but_the_residual_one_has_reasons_named_after_them(packaged: ox.Store) -> None:
    assert codes(packaged, "?i cg:ofProcedure ?p") == set(CODES) - {"44799"}
    files = [
        resources.root() / f"knowledge/indications/{name}.ttl"
        for name in ("enteroscopy", "pouchoscopy", "intestinal-tubes-and-instillation")
    ]
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for path in files:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            said[quad.subject.value][short(quad.predicate)] = short(quad.object)
    assert len(said) > 60
    for iri, facts in said.items():
        procedure, condition = (facts[p].partition(":")[2] for p in ("cg:ofProcedure", "cg:ofCondition"))
        assert iri == f"{ENTRY}indication/{procedure}-{condition.replace('.', '').lower()}"
        assert {"cg:hasStrength", "cg:indicationNote", "dcterms:source"} <= set(facts)


# ---- readings


def test_an_act_carries_what_icd_10_pcs_says_and_no_more(packaged: ox.Store) -> None:
    acts = {
        short(quad.subject)
        for quad in ox.parse(path=str(resources.root() / READINGS), format=ox.RdfFormat.TURTLE)
        if short(quad.object) == "cg:Procedure"
    }
    read = {
        short(quad.object)
        for quad in ox.parse(path=str(resources.root() / READINGS), format=ox.RdfFormat.TURTLE)
        if short(quad.predicate) == "cg:readAs"
    }
    assert read >= acts
    assert len(acts) > 30
    for act in acts:
        found = stated(packaged, f"{act} ?f ?v")
        assert set(found) <= SEARCHED
        assert {"cg:hasMethod", "cg:actsOn"} <= set(found)


@pytest.mark.parametrize("code", [*CODES, *STOMAL])
def test_a_reading_of_the_first_rank_names_a_guideline_and_only_that(packaged: ox.Store, code: str) -> None:
    rows = ask(
        packaged,
        f"""cpt:{code} cg:denotes ?p . ?r cg:reads ?p ; cg:readingRank ?n ; cg:readingNote ?t
            OPTIONAL {{ ?r cg:followsGuideline ?g }} BIND(BOUND(?g) AS ?b)""",
        "r",
        "n",
        "b",
    )
    assert bool(rows) == (code not in {"44381", "44705", "44799"})
    first = [bound for _, rank, bound in rows if rank == "1"]
    assert set(first) <= {"true"}
    sources = "?r cg:readingRank 1 ; dcterms:source ?s FILTER(CONTAINS(?s, 'Official Guidelines'))"
    firsts = {reading for reading, rank, _ in rows if rank == "1"}
    assert firsts <= {reading for (reading,) in ask(packaged, sources, "r")}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("44360", [1, 3]),
        ("44376", [1, 3]),
        ("44365", [2, 3]),
        ("44370", [2, 3]),
        ("44372", [2, 3, 3]),
        ("44500", [1, 2]),
        ("44386", [1]),
    ],
)
def test_the_guideline_comes_before_the_index_and_that_before_the_mappings(
    packaged: ox.Store, code: str, expected: list[int]
) -> None:
    assert [rank for rank, _, _ in readings(packaged, code)] == expected


def test_an_enteroscopy_is_read_first_by_where_it_ends_then_by_where_it_passes(packaged: ox.Store) -> None:
    for code in ("44360", "44376"):
        acts = [found for _, _, found in readings(packaged, code)]
        assert acts == [
            {"endoscopic-inspection-of-lower-intestinal-tract"},
            {"endoscopic-inspection-of-duodenum"},
        ]
    followed = ask(
        packaged,
        "cpt:44360 cg:denotes ?p . ?r cg:reads ?p ; cg:followsGuideline/skos:notation ?g",
        "g",
    )
    assert followed == {("B3.11b",), ("B4.8",)}


def test_needle_sampling_and_ultrasound_are_coded_together(packaged: ox.Store) -> None:
    assert [acts for _, _, acts in readings(packaged, "44407")] == [
        {"endoscopic-diagnostic-drainage-of-colon", "ultrasonography-of-colon"},
        {"endoscopic-biopsy-of-colon", "ultrasonography-of-colon"},
    ]


ANSWERS = {
    "44360": [("0DJD8ZZ", "exact"), ("0DJ08ZZ", "broader")],
    "44361": [("0DB98ZX", "narrower"), ("0DBA8ZX", "narrower"), ("0DDA8ZX", "narrower")],
    "44363": [("0DCA8ZZ", "narrower"), ("0DC88ZZ", "broader")],
    "44364": [("0DB98ZZ", "narrower"), ("0DBA8ZZ", "narrower"), ("0DB88ZZ", "broader")],
    "44365": [("0DBA8ZZ", "narrower"), ("0D5A8ZZ", "narrower")],
    "44366": [("0W3P8ZZ", "exact")],
    "44369": [("0D5A8ZZ", "narrower"), ("0D598ZZ", "narrower")],
    "44370": [("0D7A8DZ", "narrower"), ("0DHA8DZ", "narrower")],
    "44372": [("0DHA3UZ", "exact"), ("0DHA4UZ", "exact"), ("0DHA8UZ", "exact")],
    "44373": [("0DHA8UZ", "exact"), ("0DW08UZ", "exact")],
    "44376": [("0DJD8ZZ", "exact"), ("0DJ08ZZ", "broader")],
    "44377": [("0DB88ZX", "narrower"), ("0DBB8ZX", "narrower"), ("0DDB8ZX", "narrower")],
    "44378": [("0W3P8ZZ", "exact")],
    "44379": [("0D788DZ", "exact"), ("0D7B8DZ", "narrower"), ("0DH88DZ", "exact")],
    "44382": [("0DBB8ZX", "narrower"), ("0DDB8ZX", "narrower")],
    "44385": [("0DJD8ZZ", "exact")],
    "44386": [("0DBB8ZX", "narrower"), ("0DDB8ZX", "narrower")],
    "44389": [("0DBN8ZX", "narrower"), ("0DDN8ZX", "narrower")],
    "44394": [("0DBE8ZZ", "broader"), ("0DBK8ZZ", "narrower")],
    "44404": [("3E0H8KZ", "narrower")],
    "44408": [("0D9N8ZZ", "narrower"), ("0D9N80Z", "narrower")],
    "44500": [("0D9870Z", "exact"), ("0D9A70Z", "narrower"), ("0DH87UZ", "exact")],
    "44701": [("3E1H78Z", "narrower")],
}
# No act of these reaches there: the ileum, the stomach, the rectum, a device that does not stay.
NEVER = {
    "44361": ("0DBB", "0DB6"),
    "44364": ("0DBB", "0DB6"),
    "44370": ("0D7B", "0DHB"),
    "44360": ("0DJ6",),
    "44376": ("0DJ6",),
    "44389": ("0DBP", "0DBB"),
    "44386": ("0DBE", "0DBA"),
    "44406": ("BD41", "BD4C"),
    "44701": ("3E1G",),
}


@pytest.mark.full_data
@pytest.mark.parametrize("code", sorted(ANSWERS.keys() | NEVER.keys()))
def test_where_the_readings_lead(packaged: ox.Store, deriver: Deriver, code: str) -> None:
    found: set[tuple[str, str]] = set()
    for _, _, acts in readings(packaged, code):
        for act in acts:
            derived = deriver.derive(stated(packaged, f"procedure:{act} ?f ?v"))
            found |= {(d.code, d.comparison.relation) for d in derived if d.group == "answer"}
    assert set(ANSWERS.get(code, ())) <= found
    assert [d for d, _ in found if d.startswith(NEVER.get(code, ("none",)))] == []


@pytest.mark.full_data
def test_a_cited_mapping_is_in_the_equivalence_file(packaged: ox.Store, data_dir: Path) -> None:
    """Each pair that a note or a rank-3 reading of these rests on."""
    with (data_dir / "gems/icd9toicd10pcsgem.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["icd9cm"], row["icd10cm"]) for row in csv.DictReader(file)}
    cited = {
        "4513": "0DJ08ZZ", "4530": "0D598ZZ", "4432": "0DW08UZ", "4632": "0DHA3UZ", "4685": "0D7E8ZZ",
        "4686": "0DHE8DZ", "9608": "0D9870Z", "9638": "3E1H78Z", "9639": "3E1H78Z", "9803": "0DC88ZZ",
        "9804": "0DCE8ZZ",
    }  # fmt: skip
    assert [pair for pair in cited.items() if pair not in rows] == []
    notes = " ".join(text for (text,) in ask(packaged, "?r cg:readingNote ?t", "t"))
    assert [n for n in cited if f"{n[:2]}.{n[2:]}" not in notes] == []


# ---- against the official files


@pytest.mark.full_data
def test_flags_agree_with_the_fee_schedule_and_the_edits(packaged: ox.Store, data_dir: Path) -> None:
    with (data_dir / "pfs/PPRRVU2025_Oct.csv").open(encoding="cp1252", newline="") as file:
        rows = {row[0]: row for row in csv.reader(file) if row and row[0] in CODES}
    assert set(rows) == set(CODES)
    assert {code for code, row in rows.items() if row[14] == "ZZZ"} == {"44701"}
    bases = {code: row[23] for code, row in rows.items() if row[23]}
    assert bases == dict.fromkeys(JEJUNUM[1:], "44360") | dict.fromkeys(ILEUM[1:], "44376")
    assert [rows[c][3] for c in ("44705", "44799")] == ["I", "C"]


@pytest.mark.full_data
def test_the_separate_procedures_are_those_that_the_edits_call_so(packaged: ox.Store, data_dir: Path) -> None:
    reasons: dict[str, set[str]] = defaultdict(set)
    with lzma.open(data_dir / "ncci/ptp_practitioner_2024Q3.txt.xz", "rt", encoding="latin-1") as file:
        for line in file:
            row = line.rstrip("\n").split("\t")
            if len(row) > 6 and row[1] in CODES and row[4] == "*":
                reasons[row[1]].add(row[6])
    called = {code for code, said in reasons.items() if any("eparate procedure" in s for s in said)}
    assert called == codes(packaged, "?c cg:isSeparateProcedure true")
