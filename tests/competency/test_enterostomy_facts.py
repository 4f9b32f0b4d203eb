"""Facts of the enterostomy family, asked of the packaged Turtle."""

from __future__ import annotations

import csv
import re
from functools import cache
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from codegraph import resources
from codegraph.knowledge import mapping_files, turtle_files
from codegraph.namespaces import PREFIXES, contract
from codegraph.pcs import Grammar

CREATION = ("44186", "44187", "44188", "44300", "44310", "44316", "44320", "44322")
REVISION = ("44312", "44314", "44340", "44345", "44346")
CLOSURE = ("44227", "44620", "44625", "44626")
FAMILY = (*CREATION, *REVISION, *CLOSURE)
WITH_STEPS = ("44187", "44310", "44312", "44314", "44316", "44320", "44620")
SEPARATE = ("44300", "44312", "44314", "44316", "44322", "44340", "44345", "44346")
FACETS = (
    "cg:hasMethod",
    "cg:actsOn",
    "cg:usesDevice",
    "cg:hasDestination",
    "cg:hasQualifier",
    "cg:hasExtent",
    "cg:hasIntent",
    "cg:hasStomaForm",
    "cg:creates",
    "cg:revises",
    "cg:closes",
)
# What a definition consists of; the life cycle is not part of it.
DEFINING = (
    *(prop for prop in FACETS if prop not in ("cg:creates", "cg:revises", "cg:closes")),
    "cg:hasApproach",
    "cg:usesSubstance",
    "cg:performedThrough",
    "cg:hasComponent",
)
# Property paths: `*` over the hierarchy of kinds of stoma, upward or downward.
KIN = "skos:broader*|^skos:broader*"


@cache
def graph() -> ox.Store:
    store = ox.Store()
    for path in turtle_files():
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def ask(pattern: str, *variables: str) -> set[tuple[str, ...]]:
    """Return the answers of a query, IRIs as CURIEs and literals as their text."""
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items() if f"{name}:" in pattern)
    found = graph().query(
        f"{prefixes}SELECT DISTINCT {' '.join('?' + v for v in variables)} WHERE {{ {pattern} }}"
    )
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(_text(row[v]) for v in variables) for row in found}


def one(pattern: str, variable: str) -> set[str]:
    return {row[0] for row in ask(pattern, variable)}


def _text(node: object) -> str:
    return contract(node.value) if isinstance(node, ox.NamedNode) else str(getattr(node, "value", ""))


def facet(code: str, prop: str) -> set[str]:
    return one(f"cpt:{code} cg:denotes/{prop} ?v", "v")


def codes_about(life: str, code: str) -> set[str]:
    """Return the codes that revise or close (`life`) what a code creates, or its kin above or below."""
    return one(
        f"cpt:{code} cg:denotes/cg:creates ?made . ?made {KIN} ?kind . ?code cg:denotes/{life} ?kind", "code"
    )


# Life cycle


@pytest.mark.parametrize("made", ["44310", "44187", "44316", "44320", "44188"])
def test_stomas_are_closed_by_the_closure_codes_and_never_by_a_revision(made: str) -> None:
    assert codes_about("cg:closes", made) == {f"cpt:{c}" for c in CLOSURE}


def test_small_bowel_stomas_are_revised_by_the_ileostomy_codes() -> None:
    assert codes_about("cg:revises", "44310") == {"cpt:44312", "cpt:44314"}


def test_colostomies_are_revised_by_the_colostomy_codes() -> None:
    assert codes_about("cg:revises", "44320") == {"cpt:44340", "cpt:44345", "cpt:44346"}


@pytest.mark.parametrize("code", REVISION)
def test_a_revision_neither_makes_nor_closes_a_stoma(code: str) -> None:
    assert not facet(code, "cg:creates") | facet(code, "cg:closes")


# Definitions


def test_44310_reroutes_jejunum_or_ileum_to_the_skin_openly_without_tube() -> None:
    assert facet("44310", "cg:hasMethod") == {"method:bypass"}
    assert facet("44310", "cg:hasApproach") == {"approach:open"}
    assert facet("44310", "cg:usesDevice") == set()  # nothing stated: nothing is left in place
    assert facet("44310", "cg:hasDestination") == {"site:skin"}
    (site,) = facet("44310", "cg:actsOn")
    assert one(f"?part skos:broader {site}", "part") == {"site:jejunum", "site:ileum"}


@pytest.mark.parametrize(
    ("open_code", "laparoscopic"),
    [("44310", "44187"), ("44320", "44188"), ("44625", "44227")],
)
def test_counterparts_differ_by_the_approach_alone(open_code: str, laparoscopic: str) -> None:
    for prop in FACETS:
        assert facet(open_code, prop) == facet(laparoscopic, prop), prop
    assert facet(open_code, "cg:hasApproach") == {"approach:open"}
    assert facet(laparoscopic, "cg:hasApproach") == {"approach:percutaneous-endoscopic"}


def test_tube_codes_leave_a_tube_and_stoma_codes_leave_none() -> None:
    for code in ("44300", "44186"):
        assert facet(code, "cg:usesDevice") == {"device:feeding-or-drainage-device"}
    for code in ("44310", "44187", "44316", "44320", "44188", "44322"):
        assert facet(code, "cg:usesDevice") == set()


def test_only_44316_is_continent() -> None:
    assert {c for c in FAMILY if "stoma-form:continent" in facet(c, "cg:hasStomaForm")} == {"44316"}


def differing(a: str, b: str) -> dict[str, tuple[set[str], set[str]]]:
    """Return the facets in which the definitions of two codes differ, with the values of each."""
    both = {prop: (facet(a, prop), facet(b, prop)) for prop in DEFINING}
    return {prop: values for prop, values in both.items() if values[0] != values[1]}


@pytest.mark.parametrize(("simple", "deep"), [("44312", "44314"), ("44340", "44345")])
def test_simple_and_complicated_revision_differ_in_extent_only(simple: str, deep: str) -> None:
    assert differing(simple, deep) == {"cg:hasExtent": ({"extent:superficial"}, {"extent:in-depth"})}


def test_revisions_act_on_the_bowel_of_the_stoma_and_the_wall_that_it_passes() -> None:
    for code, bowel in (("44312", "ileum"), ("44314", "ileum"), ("44340", "colon"), ("44345", "colon")):
        assert facet(code, "cg:actsOn") == {f"site:{bowel}", "site:abdominal-wall"}
    assert differing("44312", "44340").keys() == differing("44314", "44345").keys() == {"cg:actsOn"}


def test_44310_and_44320_differ_in_site_only() -> None:
    assert differing("44310", "44320") == {"cg:actsOn": ({"site:jejunum-or-ileum"}, {"site:colon"})}


def test_44310_and_44187_differ_in_approach_only() -> None:
    assert differing("44310", "44187").keys() == differing("44320", "44188").keys() == {"cg:hasApproach"}


def test_codes_of_several_acts_name_them() -> None:
    assert "procedure:open-colostomy-or-cecostomy" in facet("44322", "cg:hasComponent")
    assert "procedure:parastomal-hernia-repair" in facet("44346", "cg:hasComponent")
    assert "procedure:colorectal-anastomosis" in facet("44626", "cg:hasComponent")
    assert "procedure:open-excision-of-intestine" in facet("44625", "cg:hasComponent")
    assert "procedure:open-excision-of-intestine" not in facet("44620", "cg:hasComponent")


def test_every_procedure_here_has_a_method_and_a_site() -> None:
    procedures = one("?p a cg:Procedure", "p")
    assert len(procedures) >= len(FAMILY)
    assert procedures == one("?p a cg:Procedure ; cg:hasMethod ?m ; cg:actsOn ?s", "p")


# Text


@pytest.mark.parametrize("code", FAMILY)
def test_every_code_is_described_in_whole(code: str) -> None:
    said = {p for (p,) in ask(f"cpt:{code} ?p ?o", "p")}
    assert said >= {
        "skos:prefLabel",
        "skos:altLabel",
        "skos:notation",
        "skos:broader",
        "cg:plainDescription",
        "cg:clinicalContext",
        "cg:denotes",
        "cg:isAddOn",
        "cg:usualSetting",
        "cg:inFamily",
    }
    assert len(one(f"cpt:{code} skos:prefLabel ?l", "l")) == 1
    assert len(one(f"cpt:{code} skos:altLabel ?l", "l")) >= 4
    (plain,) = one(f"cpt:{code} cg:plainDescription ?t", "t")
    assert plain.endswith(".")
    assert ". " not in plain


@pytest.mark.parametrize("code", FAMILY)
def test_texts_are_in_our_own_style(code: str) -> None:
    for (text,) in ask(
        f"cpt:{code} skos:prefLabel|skos:altLabel|cg:plainDescription|cg:clinicalContext ?t", "t"
    ):
        assert not re.search(r"\(eg,|\(separate procedure\)|, surgical[;,]|;$|non-tube|\bprovider\b", text), (
            text
        )


@pytest.mark.parametrize("code", WITH_STEPS)
def test_steps_are_numbered_from_one_and_aftercare_is_given(code: str) -> None:
    steps = ask(f"cpt:{code} cg:denotes/cg:hasStep ?s . ?s cg:stepNumber ?n ; cg:stepText ?t", "s", "n", "t")
    assert sorted(int(n) for _, n, _ in steps) == list(range(1, len(steps) + 1))
    assert len(steps) >= 4
    assert all(s.endswith(f"/step/{code}-{n}") or s == f"entry:step/{code}-{n}" for s, n, _ in steps)
    assert len(facet(code, "cg:aftercare")) >= 2


def test_44310_brings_out_5_to_6_cm_and_turns_back_2_to_3() -> None:
    text = " ".join(facet("44310", "cg:hasStep/cg:stepText"))
    for fact in ("5 to 6 cm", "2 to 3 cm", "sutured", "no tube"):
        assert fact in text


@pytest.mark.parametrize("code", ["44312", "44314"])
def test_both_ileostomy_revisions_name_all_reasons(code: str) -> None:
    text = " ".join(one(f"cpt:{code} cg:clinicalContext ?t", "t"))
    for reason in ("constrict", "obstruct", "prolaps", "retract", "detach"):
        assert reason in text
    assert "necrotic" in text or "dead tissue" in text


def test_44314_tells_of_adhesions_necrosis_and_relocation() -> None:
    text = " ".join(facet("44314", "cg:hasStep/cg:stepText"))
    for fact in ("Adhesions", "Necrotic", "new place"):
        assert fact in text


# Separate procedures


def test_separate_procedures() -> None:
    assert one("?c cg:isSeparateProcedure true", "c") >= {f"cpt:{c}" for c in SEPARATE}
    others = set(FAMILY) - set(SEPARATE) - {"44310"}
    assert one("?c cg:isSeparateProcedure false", "c") >= {f"cpt:{c}" for c in others}
    assert not one("?c cg:isSeparateProcedure true , false", "c")


def test_44310_takes_no_side_but_records_who_says_what() -> None:
    assert not one("cpt:44310 cg:isSeparateProcedure ?v", "v")
    said = ask(
        "?s a cg:SourceStatement ; cg:aboutSubject cpt:44310 ; cg:aboutProperty cg:isSeparateProcedure ;"
        " cg:statedValue ?v ; dcterms:source ?source ; cg:statementNote ?note",
        "v",
        "source",
    )
    assert {value for value, _ in said} == {"true", "false"}
    assert len({source for _, source in said}) >= 3


def test_no_code_of_the_family_is_an_add_on() -> None:
    assert one("?c cg:isAddOn false", "c") >= {f"cpt:{c}" for c in FAMILY}


@pytest.mark.parametrize("code", FAMILY)
def test_the_whole_family_has_a_90_day_global_period(code: str) -> None:
    assert one(f"?e cg:ofCode cpt:{code} ; cg:globalPeriod ?g", "g") == {"global-period:090"}


# Indications


@pytest.mark.parametrize(
    ("reason", "start"),
    [
        ("Crohn's disease", "K50"),
        ("ulcerative colitis", "K51"),
        ("familial polyposis", "D12.6"),
        ("trauma", "S36"),
        ("malignancy", "C"),
        ("obstruction", "K56"),
        ("enteric fistula", "K63.2"),
        ("neurogenic bowel", "K59.2"),
    ],
)
def test_44310_is_indicated_for(reason: str, start: str) -> None:
    found = one("cpt:44310 cg:denotes ?p . ?i cg:ofProcedure ?p ; cg:ofCondition/skos:notation ?n", "n")
    assert any(n.startswith(start) for n in found), reason


@pytest.mark.parametrize("code", FAMILY)
def test_every_code_has_indications_with_strength_note_and_source(code: str) -> None:
    every = one(f"cpt:{code} cg:denotes ?p . ?i a cg:Indication ; cg:ofProcedure ?p", "i")
    whole = ask(
        f"cpt:{code} cg:denotes ?p . ?i a cg:Indication ; cg:ofProcedure ?p ; cg:ofCondition ?c ;"
        " cg:hasStrength ?s ;"
        " cg:indicationNote ?n ; dcterms:source ?src . ?c a cg:Icd10CmCode ; skos:prefLabel ?l",
        "i",
        "s",
    )
    assert every
    assert {i for i, _ in whole} == every
    assert {s for _, s in whole} <= {"strength:established", "strength:common", "strength:selective"}


def test_an_indication_is_named_after_its_procedure_and_condition() -> None:
    rows = ask("?i a cg:Indication ; cg:ofProcedure ?p ; cg:ofCondition ?c", "i", "p", "c")
    for node, procedure, condition in rows:
        undotted = condition.removeprefix("icd10cm:").replace(".", "").lower()
        assert node.endswith(f"indication/{procedure.removeprefix('procedure:')}-{undotted}"), node
    assert len({node for node, _, _ in rows}) == len(rows)


def test_packaged_icd10cm_codes_are_conditions_or_stand_above_or_below_one() -> None:
    packaged = one("?c a cg:Icd10CmCode", "c")
    near = one(f"?i cg:ofCondition ?x . ?x {KIN} ?c . ?c a cg:Icd10CmCode", "c")
    assert packaged == near


def test_closures_are_indicated_by_attention_to_the_stoma_not_by_its_status() -> None:
    for code in CLOSURE:
        found = one(f"cpt:{code} cg:denotes ?p . ?i cg:ofProcedure ?p ; cg:ofCondition/skos:notation ?n", "n")
        assert any(n.startswith("Z43.") for n in found)
        assert not any(n.startswith("Z93") for n in found)


@pytest.mark.full_data
def test_packaged_icd10cm_codes_are_those_of_the_official_order_file(data_dir: Path) -> None:
    official = {}
    with (data_dir / "icd10cm" / "icd10cm-order-Jan-2021.txt").open(encoding="cp1252") as lines:
        for line in lines:
            official[line[6:13].strip()] = (line[14] == "1", line[77:].strip())
    rows = ask(
        "?c a cg:Icd10CmCode ; cg:undottedCode ?u ; skos:prefLabel ?l ; cg:isBillable ?b", "c", "u", "l", "b"
    )
    assert len(rows) > 300
    for code, undotted, label, billable in rows:
        assert code.removeprefix("icd10cm:").replace(".", "") == undotted
        assert official[undotted] == (billable == "true", label)


# ICD-10-PCS rows by hand


def grammar() -> Grammar:
    return Grammar.from_toml(resources.root() / "knowledge" / "icd10pcs")


@pytest.mark.parametrize(
    "code",
    [
        "0D1B0Z4",
        "0D1A0Z4",
        "0D1B4Z4",
        "0D1N0Z4",
        "0D9H00Z",
        "0DHA0UZ",
        "0DQB0ZZ",
        "0WQFXZ2",
        "0WBFXZ2",
        "0DTE0ZZ",
        "0DJD8ZZ",
    ],
)
def test_rows_by_hand_hold_the_codes_of_the_family(code: str) -> None:
    assert code in grammar()


def test_rows_by_hand_are_an_excerpt() -> None:
    assert not grammar().complete
    assert "0D1B3J4" not in grammar()


@pytest.mark.full_data
def test_rows_by_hand_are_codes_of_the_2026_tables_with_the_same_labels(data_dir: Path) -> None:
    by_hand = grammar()
    official: dict[str, tuple[str, ...]] = {}
    tree = ElementTree.parse(data_dir / "icd10pcs" / "icd10pcs_tables_2026.xml")
    for table in tree.iter("pcsTable"):
        head = [(a.findtext("title", ""), a.find("label")) for a in table.findall("axis")]
        prefix = "".join(label.get("code", "") for _, label in head if label is not None)
        if prefix not in by_hand.tables:
            continue
        named = tuple(f"{title}: {label.text}" for title, label in head if label is not None)
        for row in table.findall("pcsRow"):
            axes = [
                [(a.findtext("title", ""), v.get("code", ""), v.text) for v in a.findall("label")]
                for a in row.findall("axis")
            ]
            for values in product(*axes):
                code = prefix + "".join(char for _, char, _ in values)
                official[code] = (*named, *(f"{title}: {text}" for title, _, text in values))
    assert len(by_hand) > 300
    for code in by_hand.codes():
        assert official[code] == tuple(f"{title}: {label}" for title, _, label in by_hand.decode(code))


def curated_rows() -> list[dict[str, str]]:
    rows = []
    for path in mapping_files():
        if path.name.startswith("cpt-icd10pcs-none"):  # says of codes that they have no counterpart
            continue
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows += list(csv.DictReader(lines, delimiter="\t"))
    return rows


def test_curated_mappings_lead_from_packaged_codes_to_rows_by_hand() -> None:
    rows = curated_rows()
    codes = one("?c a cg:CptCode", "c")
    rows_by_hand = grammar()
    assert {row["subject_id"] for row in rows} >= {f"cpt:{code}" for code in FAMILY}
    for row in rows:
        assert row["subject_id"] in codes
        assert row["object_id"].removeprefix("icd10pcs:") in rows_by_hand
        assert 0 < float(row["confidence"]) <= 1


def test_no_pair_is_mapped_twice_by_hand() -> None:
    pairs = [(row["subject_id"], row["object_id"]) for row in curated_rows()]
    assert len(pairs) == len(set(pairs))


# Nothing dangles


def test_every_thing_that_the_family_names_is_described() -> None:
    properties = (
        *FACETS,
        "cg:hasApproach",
        "cg:performedThrough",
        "cg:hasComponent",
        "cg:inFamily",
        "cg:usualSetting",
        "cg:isIntegralUnder",
        "cg:reads",
        "cg:readAs",
        "cg:followsGuideline",
        "cg:ofProcedure",
        "cg:ofCondition",
        "cg:hasStrength",
    )
    named = one(f"?s {'|'.join(properties)} ?o", "o")
    for kind in ("cg:CptCode", "cg:Icd10CmCode", "cg:CodeGroup"):
        named |= one(f"?s a {kind} ; skos:broader ?o", "o")
    assert named - one("?o skos:prefLabel ?l", "o") == set()
