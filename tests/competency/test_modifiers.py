"""The modifiers of surgical and other claims: each is explained, and what it says of Medicare payment is right."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import resources
from codegraph.billing.modifiers.rules import RULES
from codegraph.billing.modifiers.sets import DISTINCT
from codegraph.namespaces import CODE, ENTRY, PREFIXES


def names(text: str) -> list[str]:
    return text.split()


CPT = names("22 24 25 26 27 33 47 50 51 52 53 54 55 56 57 58 59 62 63 66 73 74 76 77 78 79 80 81 82 90 91")
PLACES = names("E1 E2 E3 E4 F1 F2 F3 F4 F5 F6 F7 F8 F9 FA LC LD LM LT RC RI RT T1 T2 T3 T4 T5 T6 T7 T8 T9 TA")
ANESTHESIA = names("AA AD P1 P2 P3 P4 P5 P6 QK QS QX QY QZ")
COVERAGE = names("CA CT FX FY GA GX GY GZ KX PT Q0 Q1")
OTHERS = names("AS CO CQ GC GE GN GO GP JW JZ PN PO QW TC XE XP XS XU")
HCPCS = sorted(OTHERS + PLACES + ANESTHESIA + COVERAGE)
SINCE_2019 = {"JZ"}
HEADER = "\n".join(f"PREFIX {p}: <{iri}>" for p, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def packaged() -> ox.Store:
    store = ox.Store()
    for folder in ("modifiers", "figures"):
        for path in resources.files("knowledge", ".ttl"):
            if path.parent.name == folder:
                store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def values(store: ox.Store, modifier: str, predicate: str) -> list[str]:
    query = f"{HEADER}\nSELECT ?v WHERE {{ modifier:{modifier} {predicate} ?v }} ORDER BY ?v"
    return [row["v"].value for row in store.query(query)]


def payment(store: ox.Store, modifier: str) -> str:
    return " ".join(values(store, modifier, "cg:paymentEffect"))


def test_these_modifiers_and_no_others(packaged: ox.Store) -> None:
    found = packaged.query(f"{HEADER}\nSELECT ?n WHERE {{ ?m a cg:Modifier ; skos:notation ?n }}")
    assert sorted(row["n"].value for row in found) == CPT + HCPCS


@pytest.mark.parametrize("modifier", CPT + HCPCS)
def test_each_is_explained_with_its_source(packaged: ox.Store, modifier: str) -> None:
    assert values(packaged, modifier, "skos:notation") == [modifier]
    assert values(packaged, modifier, "skos:inScheme") == [f"{CODE}modifier"]
    assert len(values(packaged, modifier, "skos:prefLabel")) == 1
    (definition,) = values(packaged, modifier, "skos:definition")
    assert definition.endswith(".")
    for predicate in ("skos:altLabel", "cg:whenToUse", "cg:paymentEffect", "dcterms:source"):
        assert values(packaged, modifier, predicate), predicate


def test_related_modifiers_are_related_both_ways(packaged: ox.Store) -> None:
    one_way = (
        f"{HEADER}\nSELECT ?a ?b WHERE {{ ?a skos:related ?b FILTER NOT EXISTS {{ ?b skos:related ?a }} }}"
    )
    assert list(packaged.query(one_way)) == []


def test_the_four_x_modifiers_are_kinds_of_59(packaged: ox.Store) -> None:
    narrower = packaged.query(
        f"{HEADER}\nSELECT ?n WHERE {{ ?m skos:broader modifier:59 ; skos:notation ?n }}"
    )
    assert sorted(row["n"].value for row in narrower) == ["XE", "XP", "XS", "XU"]


@pytest.mark.parametrize(
    ("modifier", "words"),
    [
        ("50", ["150 percent"]),
        ("51", ["in full", "50 percent", "difference to the base"]),
        ("62", ["62.5 percent"]),
        ("66", ["contractor sets"]),
        ("73", ["Half"]),
        ("74", ["full facility rate"]),
        ("78", ["intraoperative share", "no new global period"]),
        ("58", ["in full", "new global period begins"]),
        ("79", ["in full", "global period of its own"]),
        ("80", ["16 percent"]),
        ("81", ["16 percent"]),
        ("82", ["16 percent"]),
        ("59", ["indicator is 1", "indicator is 0"]),
        ("24", ["although it falls into the global period"]),
        ("25", ["beside the procedure", "indicator is 1"]),
        ("47", ["part of the operation"]),
        ("AD", ["Three base units", "one more"]),
        ("QK", ["Half"]),
        ("QX", ["Half"]),
        ("QY", ["Half"]),
        ("PT", ["deductible is waived", "15 percent in 2023 to 2026"]),
        ("CT", ["15 percent less"]),
        ("FX", ["20 percent less"]),
        ("FY", ["10 percent less", "7 percent in 2018 to 2022"]),
        ("GZ", ["patient need not pay"]),
        ("CQ", ["85 percent"]),
        ("PN", ["40 percent"]),
        ("P3", ["Medicare adds nothing"]),
        ("CA", ["One payment for the whole claim", "5881"]),
    ],
)
def test_what_it_does_to_medicare_payment(packaged: ox.Store, modifier: str, words: list[str]) -> None:
    said = payment(packaged, modifier)
    assert [word for word in words if word not in said] == []


def test_an_assistant_who_is_no_physician_gets_85_of_16_percent(packaged: ox.Store) -> None:
    share = Decimal("0.85") * Decimal(16)
    assert f"{share.normalize()} percent" in payment(packaged, "AS")


def test_operation_without_aftercare_is_paid_the_shares_that_the_fee_schedule_gives(
    packaged: ox.Store,
) -> None:
    entry = f"<{ENTRY}cms-pfs/2025D/44310>"
    query = f"{HEADER}\nSELECT ?a ?b WHERE {{ {entry} cg:preoperativeShare ?a ; cg:intraoperativeShare ?b }}"
    (row,) = packaged.query(query)
    before, during = (int(Decimal(row[name].value) * 100) for name in ("a", "b"))
    assert f"{before} plus {during} percent" in payment(packaged, "54")


@pytest.mark.parametrize("modifier", ["27", "33", "56", "63"])
def test_doubt_is_marked(packaged: ox.Store, modifier: str) -> None:
    assert values(packaged, modifier, "cg:needsReview") == ["true"]
    assert values(packaged, modifier, "cg:reviewNote")


def test_every_modifier_has_its_rule(packaged: ox.Store) -> None:
    assert sorted(RULES) == CPT + HCPCS


def test_every_modifier_that_lifts_an_edit_is_explained() -> None:
    assert set(CPT + HCPCS) >= DISTINCT


@pytest.mark.full_data
def test_the_codes_named_for_53_are_those_that_have_a_row_with_it(packaged: ox.Store, data_dir: Path) -> None:
    with (data_dir / "pfs/PPRRVU2025_Oct.csv").open(encoding="cp1252", newline="") as file:
        stopped = {row[0] for row in csv.reader(file) if row[1:2] == ["53"]}
    said = payment(packaged, "53")
    assert len(stopped) == 4
    assert [code for code in stopped if code not in said] == []


@pytest.mark.full_data
def test_hcpcs_modifiers_are_in_the_official_list(data_dir: Path) -> None:
    lines = (data_dir / "hcpcs/HCPC2019_CONTR_ANWEB.txt").read_text(encoding="cp1252").splitlines()
    listed = {line[3:5] for line in lines if line[10:11] == "7"}
    assert set(HCPCS) - listed == SINCE_2019
