"""The packaged headings: every code has a place, and the place is the narrowest range that holds it."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from codegraph.build.hierarchy import Headings
from codegraph.codes import billing_system
from codegraph.knowledge import Packaged, text
from codegraph.namespaces import contract


@cache
def packaged() -> Packaged:
    return Packaged.load()


@cache
def headings(system: str) -> Headings:
    return Headings(packaged(), system)


def place(system: str, code: str) -> str | None:
    iri = headings(system).place(code)
    return contract(iri) if iri else None


@pytest.mark.parametrize(
    ("system", "code", "heading"),
    [
        ("cpt", "44310", "heading:cpt-44300-44346"),
        ("cpt", "44187", "heading:cpt-44180-44238"),
        ("cpt", "44620", "heading:cpt-44602-44680"),
        ("cpt", "44388", "heading:cpt-44380-44408"),
        ("cpt", "45113", "heading:cpt-45000-45999"),
        ("cpt", "00100", "heading:cpt-00100-01999"),
        ("cpt", "99213", "heading:cpt-99202-99499"),
        ("cpt", "98005", "heading:cpt-98000-98016"),
        ("cpt", "98925", "heading:cpt-90281-99607"),
        ("cpt", "99600", "heading:cpt-90281-99607"),
        ("cpt", "0075T", "heading:cpt-0001t-9999t"),
        ("cpt", "0001F", "heading:cpt-0001f-9999f"),
        ("cpt", "0001U", "heading:cpt-0001u-9999u"),
        ("cpt", "0001M", "heading:cpt-0001m-9999m"),
        ("cpt", "0001A", "heading:cpt-0001a-9999a"),
        ("hcpcs", "G0463", "heading:hcpcs-g"),
        ("hcpcs", "A0428", "heading:hcpcs-a0000-a0999"),
        ("hcpcs", "A4361", "heading:hcpcs-a2000-a8999"),
        ("hcpcs", "D0120", "heading:hcpcs-d"),
        ("hcpcs", "J9000", "heading:hcpcs-j9000-j9999"),
        ("hcpcs", "V5008", "heading:hcpcs-v5000-v5299"),
    ],
)
def test_place(system: str, code: str, heading: str) -> None:
    assert place(system, code) == heading


def test_every_heading_leads_up_to_a_top_heading() -> None:
    for iri in packaged().instances("cg:CodeGroup"):
        seen = set()
        here = iri
        while not packaged().values(here, "skos:topConceptOf"):
            assert here not in seen, here
            seen.add(here)
            (above,) = packaged().values(here, "skos:broader")
            here = above[1:-1]


def test_there_are_the_22_chapters_of_icd10cm() -> None:
    groups = [g for g in packaged().instances("cg:CodeGroup") if "icd10cm-chapter" in g]
    assert len(groups) == 22
    firsts = sorted(text(packaged().values(g, "cg:rangeFirst")[0]) for g in groups)
    assert firsts[0] == "A00"
    assert firsts[-1] == "Z00"


@pytest.mark.full_data
def test_every_code_of_the_fee_schedule_has_a_place(data_dir: Path) -> None:
    path = data_dir / "pfs" / "PPRRVU2025_Oct.csv"
    with path.open(encoding="cp1252", newline="") as lines:
        codes = {
            row[0] for row in csv.reader(lines) if row and re.fullmatch(r"[0-9A-V][0-9]{3}[0-9A-Z]", row[0])
        }
    assert len(codes) > 15_000
    homeless = {c for c in codes if (system := billing_system(c)) and place(system, c) is None}
    assert homeless == set()
