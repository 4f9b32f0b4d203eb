"""The page of every packaged code, and of codes of a full release drawn by lot, holds what each page must hold."""

from __future__ import annotations

import random

import pytest

from codegraph.page.page import page_of
from codegraph.page.targets import leading
from tests.page.sound import check_all, check_html, check_markdown, check_page

SYSTEMS = ("cpt", "modifier", "icd10cm", "icd10pcs")
NAMED = (
    *("44310", "44187", "44121", "44955", "44388", "44139", "45378", "44383", "99213", "36415", "27130"),
    *(
        "93000",
        "93005",
        "93010",
        "0001U",
        "00100",
        "99429",
        "G0105",
        "J1885",
        "A4367",
        "E0601",
        "modifier:59",
    ),
    *("icd10pcs:0DTN0ZZ", "icd10pcs:0D1A0Z4", "icd10pcs:B24BZZZ", "icd10cm:K50", "icd10cm:K50.90"),
    *("icd10cm:C18.7", "icd10cm:S72.001A", "icd9cm:555.9"),
)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_of_every_packaged_code_is_sound(kg, system):
    codes = [code for code in kg if code.startswith(f"{system}:")]
    assert len(codes) > 100
    for number, code in enumerate(codes):
        page = page_of(kg, code)
        check_page(kg, page)
        if system == "cpt" or number % 4 == 0:  # pages of ICD codes are much alike
            check_markdown(page)
        if number % 12 == 0:  # reading markup strictly takes ten times the rest
            check_html(page)


def test_a_code_that_the_release_lacks_is_named_without_a_link(kg):
    page = page_of(kg, "44187")
    primaries = [cells[0] for t in page.section("add-ons").tables for cells in t.rows]
    gone = [cell for cell in primaries if kg.get(f"cpt:{cell.text}") is None]
    assert gone
    assert not any(cell.target for cell in gone)
    assert leading(kg, page.sections) == page.sections


@pytest.mark.full_release
@pytest.mark.full_data
def test_pages_of_the_full_release_are_sound(full):
    for code in NAMED:
        check_all(full, page_of(full, code))
    codes = random.Random(20261120).sample(sorted(full), 300)
    for code in codes:
        check_all(full, page_of(full, code))
