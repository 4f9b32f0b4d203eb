"""The schemes against the official files: every published value is there, under its published name."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from functools import cache

import pytest
from ontology_graph import packaged, rows

from codegraph.namespaces import PREFIXES, slug

pytestmark = pytest.mark.full_data


def labels(scheme: str) -> dict[str, str]:
    found = rows(
        packaged("ontology"), f"SELECT ?x ?l WHERE {{ ?x skos:inScheme scheme:{scheme} ; skos:prefLabel ?l }}"
    )
    return {iri.removeprefix(PREFIXES[scheme]): label for iri, label in found}


def notations(scheme: str) -> set[str]:
    return {
        n
        for (n,) in rows(
            packaged("ontology"), f"SELECT ?n WHERE {{ ?x skos:inScheme scheme:{scheme} ; skos:notation ?n }}"
        )
    }


@cache
def pcs(path: str) -> dict[tuple[str, str, str], set[str]]:
    """Return the labels of each axis of the ICD-10-PCS tables, by section, body system and axis title."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for table in ET.parse(path).getroot().iter("pcsTable"):
        heads = {axis.get("pos"): axis.find("label") for axis in table.findall("axis")}
        where = (heads["1"].get("code"), heads["2"].get("code"))
        for title, pos in (("Section", "1"), ("Body System", "2"), ("Operation", "3")):
            found.setdefault((*where, title), set()).add(heads[pos].text)
        for axis in table.iterfind("pcsRow/axis"):
            found.setdefault((*where, axis.find("title").text), set()).update(
                x.text for x in axis.findall("label")
            )
    return found


@pytest.mark.parametrize(
    ("scheme", "where"),
    [
        ("site", ("0", "D", "Body Part")),
        ("device", ("0", "D", "Device")),
        ("qualifier", ("0", "D", "Qualifier")),
        ("approach", ("0", "D", "Approach")),
        ("approach", ("0", "W", "Approach")),
        ("method", ("0", "D", "Operation")),
        ("body-system", ("0", "D", "Body System")),
    ],
)
def test_values_of_the_gastrointestinal_system_are_there_under_their_labels(data_dir, scheme, where):
    official = pcs(str(data_dir / "icd10pcs/icd10pcs_tables_2026.xml"))[where]
    ours = labels(scheme)
    assert {label: ours.get(slug(label)) for label in official} == {label: label for label in official}


def test_every_section_and_surgical_root_operation_is_there(data_dir):
    tables = pcs(str(data_dir / "icd10pcs/icd10pcs_tables_2026.xml"))
    sections = {label for (_, _, axis), found in tables.items() if axis == "Section" for label in found}
    roots = {
        x
        for (section, _, axis), found in tables.items()
        if section == "0" and axis == "Operation"
        for x in found
    }
    assert set(labels("section").values()) == sections
    assert len(roots) == 31
    assert roots <= set(labels("method").values())


def test_names_of_the_body_part_key_lead_to_the_site_that_it_says(data_dir):
    key = json.loads((data_dir / "icd10pcs/body_part_key.json").read_text(encoding="utf-8"))["data"]
    said = {name.lower(): {slug(target) for target in targets} for name, targets in key.items()}
    found = rows(packaged("ontology"), "SELECT ?x ?l ?up WHERE { ?x skos:altLabel ?l ; cg:isPartOf* ?up }")
    ups: dict[str, set[str]] = {}
    for _, label, up in found:
        if label.lower() in said:
            ups.setdefault(label.lower(), set()).add(up.removeprefix(PREFIXES["site"]))
    assert len(ups) > 20
    assert [label for label, sites in ups.items() if not sites & said[label]] == []


def test_status_letters_and_global_periods_of_the_fee_schedule_are_there(data_dir):
    text = (data_dir / "pfs/PPRRVU2025_Oct.csv").read_text(encoding="cp1252")
    table = [row for row in csv.reader(text.splitlines()) if len(row) == 31][10:]
    codes = [row for row in table if re.fullmatch(r"[0-9A-Z]{5}", row[0])]
    assert len(codes) > 19_000
    assert {row[3] for row in codes} <= notations("pfs-status")
    assert {row[14] for row in codes} == notations("global-period")
    notes = rows(
        packaged("ontology"), "SELECT ?x ?s WHERE { ?x skos:inScheme scheme:pfs-status ; skos:scopeNote ?s }"
    )
    unused = {iri[-1] for iri, note in notes if note.startswith("No row of the October release of 2025")}
    assert unused == notations("pfs-status") - {row[3] for row in codes}


def test_outpatient_status_indicators_are_those_of_addendum_d1(data_dir):
    text = (data_dir / "opps/2025_NFRM_Addendum_D1.txt").read_text(encoding="cp1252", errors="replace")
    first = [line.split("\t")[0].strip() for line in text.splitlines()]
    assert {cell for cell in first if re.fullmatch(r"[A-Z][0-9]?", cell)} == notations("opps-status")


def test_places_of_service_are_those_of_the_official_list(data_dir):
    with (data_dir / "codesets/cms_place_of_service_2024.derived.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        official = {row["pos_code"]: row["pos_name"] for row in csv.DictReader(file)}
    assigned = {code: name.replace("’", "'") for code, name in official.items() if name != "Unassigned"}
    ours = labels("pos")
    assert set(ours) == set(assigned)
    assert {code: (ours[code], name) for code, name in assigned.items() if ours[code] != name} == {
        "72": ("Rural Health Clinic", "Rural Health")
    }


def test_adjudication_and_edit_indicators_are_those_of_the_official_files(data_dir):
    text = (data_dir / "ncci/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv").read_text(encoding="cp1252")
    assert set(re.findall(r",(\d) (?:Line|Date of Service) Edit", text)) == notations("adjudication")
    assert notations("ptp-indicator") == {"0", "1", "9"}
