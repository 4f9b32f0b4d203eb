"""Readings of the enterostomy family: as which acts ICD-10-PCS codes them, in which order, after which source."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask

from codegraph import resources
from codegraph.crosswalk.derive import derive
from codegraph.crosswalk.subsumption import Hierarchy
from codegraph.namespaces import ENTRY
from codegraph.pcs import Grammar
from codegraph.sources import icd10pcs_tables
from codegraph.sources.files import Member

FILES = ("knowledge/readings/colectomy-with-stoma.ttl", "knowledge/readings/enterostomy.ttl")
SEARCHED = {
    "cg:hasMethod",
    "cg:actsOn",
    "cg:hasApproach",
    "cg:usesDevice",
    "cg:hasQualifier",
    "cg:hasDestination",
}
GUIDELINES, DEFINITIONS, INDEX, MAPPINGS = "Guidelines", "definitions", "index", "equivalence"


@pytest.fixture(scope="module")
def hierarchy(packaged: ox.Store) -> Hierarchy:
    kinds = sorted(ask(packaged, "?v skos:broader ?w", "v", "w"))
    return Hierarchy(kinds, sorted(ask(packaged, "?v cg:isPartOf ?w", "v", "w")))


def ours() -> set[str]:
    """Return the IRIs of the readings of the two files."""
    said = (
        q for name in FILES for q in ox.parse(path=str(resources.root() / name), format=ox.RdfFormat.TURTLE)
    )
    return {quad.subject.value for quad in said}


def ways(store: ox.Store, procedure: str) -> list[tuple[int, set[str]]]:
    """Return rank and acts of each reading of a procedure (its slug), best first."""
    acts: dict[tuple[int, str], set[str]] = defaultdict(set)
    pattern = f"?r cg:reads procedure:{procedure} ; cg:readingRank ?n ; cg:readAs ?a"
    for reading, rank, act in ask(store, pattern, "r", "n", "a"):
        acts[int(rank), reading].add(act.partition(":")[2])
    return [(rank, acts[rank, reading]) for rank, reading in sorted(acts)]


def targets(store: ox.Store, hierarchy: Hierarchy, act: str, grammar: Grammar) -> dict[str, str]:
    """Return the codes that answer for an act (its slug), with their relation to it."""
    stated: dict[str, frozenset[str]] = {}
    for facet, value in ask(store, f"procedure:{act} ?f ?v . ?f rdfs:subPropertyOf cg:hasFacet", "f", "v"):
        stated[facet] = stated.get(facet, frozenset()) | {value}
    found = derive(hierarchy, stated, grammar)
    return {d.code: d.comparison.relation for d in found if d.group == "answer"}


def by_hand() -> Grammar:
    return Grammar.from_toml(resources.root() / "knowledge" / "icd10pcs")


# What a reading is


def test_a_reading_ranks_as_its_sources_do(packaged: ox.Store) -> None:
    mine = ours()
    assert len(mine) == len({iri for iri in mine if iri.startswith(f"{ENTRY}reading/")}) > 40
    for iri in mine:
        sources = {s for (s,) in ask(packaged, f"<{iri}> dcterms:source ?s", "s")}
        ((rank, note),) = ask(packaged, f"<{iri}> cg:readingRank ?n ; cg:readingNote ?t", "n", "t")
        guided = bool(ask(packaged, f"<{iri}> cg:followsGuideline ?g", "g"))
        said = {key for key in (GUIDELINES, DEFINITIONS, INDEX, MAPPINGS) if any(key in s for s in sources)}
        assert note.endswith(".")
        assert guided == (GUIDELINES in said), iri
        if said == {MAPPINGS} or "reading of our own" in note:
            assert rank == "3", iri
        elif INDEX in said or DEFINITIONS in said:
            assert rank in ("1", "2"), iri
        if rank == "1":
            assert guided, iri


def test_acts_that_codes_are_searched_with_carry_only_what_icd_10_pcs_can_say(packaged: ox.Store) -> None:
    mine = " ".join(f"<{iri}>" for iri in sorted(ours()))
    acts = ask(packaged, f"VALUES ?r {{ {mine} }} ?r cg:readAs ?a", "a")
    assert len(acts) > 20
    for (act,) in acts:
        stated = {f for (f,) in ask(packaged, f"{act} ?f ?v . ?f rdfs:subPropertyOf cg:hasFacet", "f")}
        assert {"cg:hasMethod", "cg:actsOn", "cg:hasApproach"} <= stated <= SEARCHED, act


# Which, and in which order


def test_closure_is_repair_or_reposition_before_what_the_mappings_say(packaged: ox.Store) -> None:
    found = ways(packaged, "enterostomy-closure")
    assert [rank for rank, _ in found] == [2] * 6 + [3] * 2
    assert found[0] == (2, {"open-repair-of-colon"})
    assert (2, {"open-reposition-of-small-intestine"}) in found
    assert found[-1] == (3, {"open-repair-of-small-intestine", "abdominal-wall-repair-at-stoma"})


@pytest.mark.parametrize(
    ("procedure", "first", "approach"),
    [
        (
            "enterostomy-closure-with-resection",
            {"open-excision-of-colon", "open-excision-of-small-intestine"},
            0,
        ),
        ("enterostomy-closure-with-resection-and-colorectal-anastomosis", {"open-excision-of-colon"}, 0),
        (
            "laparoscopic-enterostomy-closure-with-resection",
            {"laparoscopic-excision-of-colon", "laparoscopic-excision-of-small-intestine"},
            4,
        ),
    ],
)
def test_closure_with_resection_is_excision_by_the_guideline(
    packaged: ox.Store, hierarchy: Hierarchy, procedure: str, first: set[str], approach: int
) -> None:
    found = ways(packaged, procedure)
    assert {act for rank, acts in found if rank == 1 for act in acts} == first
    assert all("abdominal-wall-repair-at-stoma" in acts for rank, acts in found if rank == 3)
    codes = {c for act in first for c in targets(packaged, hierarchy, act, by_hand())}
    assert codes >= {f"0DBE{approach}ZZ"}
    assert {code[:3] + code[4] for code in codes} == {f"0DB{approach}"}


def test_revisions_of_a_stoma_lead_to_the_codes_of_the_stoma_first(packaged: ox.Store) -> None:
    for kind in ("ileostomy", "colostomy"):
        for depth in ("simple", "complicated"):
            found = ways(packaged, f"{depth}-{kind}-revision")
            assert found[0] == (2, {"abdominal-wall-repair-at-stoma"})
            assert (2, {"abdominal-wall-excision-at-stoma"}) in found
            assert found[-1][0] == 3
    deep = {act for _, acts in ways(packaged, "complicated-ileostomy-revision") for act in acts}
    assert deep > {"open-reposition-of-ileum", "open-excision-of-ileum", "open-release-of-ileum"}


def test_the_hernia_beside_a_colostomy_has_readings_of_its_own(packaged: ox.Store) -> None:
    assert not ways(packaged, "colostomy-revision-with-parastomal-hernia-repair")
    assert [acts for _, acts in ways(packaged, "parastomal-hernia-repair")] == [
        {"open-supplement-of-abdominal-wall-with-mesh"},
        {"open-repair-of-abdominal-wall"},
        {"abdominal-wall-repair-at-stoma"},
    ]


@pytest.mark.parametrize(("pre", "approach"), [("open", 0), ("laparoscopic", 4)])
def test_a_whole_colon_is_resection_of_large_intestine_and_of_no_part(
    packaged: ox.Store, hierarchy: Hierarchy, pre: str, approach: int
) -> None:
    ((_, acts),) = ways(packaged, f"{pre}-total-colectomy")
    (act,) = acts
    assert targets(packaged, hierarchy, act, by_hand()) == {f"0DTE{approach}ZZ": "exact"}
    assert f"0DTN{approach}ZZ" not in targets(packaged, hierarchy, f"{pre}-total-colectomy", by_hand())
    endings = ways(packaged, f"{pre}-total-colectomy-with-ileostomy-or-ileorectal-anastomosis")
    assert endings == [(1, {act}), (1, {act, f"{pre}-creation-of-ileostomy"})]


@pytest.mark.parametrize(("pre", "approach"), [("open", 0), ("laparoscopic", 4)])
def test_44310_and_44187_cover_jejunum_and_ileum_and_nothing_else(
    packaged: ox.Store, hierarchy: Hierarchy, pre: str, approach: int
) -> None:
    found = targets(packaged, hierarchy, f"{pre}-ileostomy-or-jejunostomy", by_hand())
    covered = {code for code, relation in found.items() if relation in ("narrower", "exact")}
    assert covered == {f"0D1A{approach}Z4", f"0D1B{approach}Z4"}
    assert found.keys() - covered <= {f"0D18{approach}Z4"}


# Against the official files


def index_entries(data_dir: Path) -> dict[str, set[str]]:
    """Return the targets of index entries (see, code), by the titles that lead to them, joined by `>`."""
    found: dict[str, set[str]] = defaultdict(set)

    def walk(node: ET.Element, path: tuple[str, ...]) -> None:
        title = (
            " ".join("".join(node.find("title").itertext()).split()) if node.find("title") is not None else ""
        )
        path = (*path, title) if title else path
        for child in node:
            if child.tag in ("mainTerm", "term"):
                walk(child, path)
            elif child.tag in ("see", "code"):
                found[">".join(path)].add(" ".join("".join(child.itertext()).split()))

    for term in ET.parse(data_dir / "icd10pcs/icd10pcs_index_2025.xml").getroot().iter("mainTerm"):
        walk(term, ())
    return found


@pytest.mark.full_data
def test_the_index_says_what_readings_cite(data_dir: Path) -> None:
    index = index_entries(data_dir)
    assert index["Takedown>Stoma"] == {"Excision", "Reposition"}
    assert index["Stoma>Repair>Abdominal Wall"] == {"0WQFXZ2"}
    assert index["Stoma>Excision>Abdominal Wall"] == {"0WBFXZ2"}
    assert index["Relocation"] == {"Reposition"}
    assert index["Pull-through, rectal"] == {"Resection, Rectum0DTP"}
    assert index["Proctectomy"] == {"Excision, Rectum0DBP", "Resection, Rectum0DTP"}
    for term, table in (("Colectomy", "0DT"), ("Colostomy", "0D1"), ("Ileostomy", "0D1B")):
        assert any(target.endswith(table) and target[0] in "RB" for target in index[term])
    assert any(t.startswith("Repair") and t.endswith("0WQ") for t in index["Herniorrhaphy"])
    assert any(t.endswith("0WU") for t in index["Herniorrhaphy>With synthetic substitute"])


@pytest.mark.full_data
def test_the_definition_of_repair_names_the_takedown_of_a_colostomy(data_dir: Path) -> None:
    terms = ET.parse(data_dir / "icd10pcs/icd10pcs_definitions_2026.xml").getroot().iter("terms")
    named = {t.findtext("title") for t in terms if "Colostomy takedown" in "".join(t.itertext())}
    assert named == {"Repair"}


@pytest.mark.full_data
def test_readings_after_the_mappings_lead_to_the_codes_that_they_give(
    packaged: ox.Store, hierarchy: Hierarchy, data_dir: Path
) -> None:
    given: dict[str, set[str]] = defaultdict(set)
    with (data_dir / "gems/icd9toicd10pcsgem.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            given[row["icd9cm"]].add(row["icd10cm"])
    cited = ask(
        packaged, "?r dcterms:source ?s ; cg:readingNote ?t FILTER(CONTAINS(?s, 'equivalence'))", "r", "t"
    )
    mine = ours()
    grammar, checked = official(data_dir), 0
    for reading, note in cited:
        if reading not in mine:
            continue
        (icd9,) = set(re.findall(r"ICD-9-CM (\d\d[.]\d\d)", note))
        acts = ask(packaged, f"<{reading}> cg:readAs ?a", "a")
        for (act,) in acts:
            slug = act.partition(":")[2]
            codes = targets(packaged, hierarchy, slug, grammar)
            assert codes.keys() & given[icd9.replace(".", "")], (reading, act)
            checked += 1
        assert set(re.findall(r"\b0[A-Z0-9]{6}\b", note)) <= given[icd9.replace(".", "")], reading
    assert checked > 15


def official(data_dir: Path) -> Grammar:
    """Return the grammar of the official tables of 2026."""
    return icd10pcs_tables.grammar(Member(data_dir / "icd10pcs/icd10pcs_tables_2026.xml", None))
