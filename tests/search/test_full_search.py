"""The search of a release of all official files: lead-in terms, diagnoses, HCPCS, inclusion terms, misspelt words."""

from __future__ import annotations

import random
import re

import pytest

from codegraph.search.index import LEAD_IN

pytestmark = [pytest.mark.full_release, pytest.mark.full_data]

# text -> codes of which each is among the first ten, and one is the first
FIRST = {
    "laparoscopic ileostomy": ("cpt:44187",),
    "laproscopic ilestomy": ("cpt:44187",),
    "loop ileostomy": ("cpt:44310", "cpt:44187"),
    "type 2 diabetes with foot ulcer": ("icd10cm:E11.621",),
    "typ 2 diabetis with foot ulser": ("icd10cm:E11.621",),
    "diabetic foot ulcer": ("icd10cm:Z86.31", "icd10cm:E11.621"),
    "crohn's disease small intestine obstruction": ("icd10cm:K50.012",),
    "diverticulitis perforation abscess": ("icd10cm:K57.0", "icd10cm:K57.2"),
    "standard wheelchair": ("hcpcs:K0001",),
    "drainable ostomy pouch": (),
    "appendectomy": ("cpt:44970", "cpt:44950"),
    "malignant neoplasm of colon": ("icd10cm:C18",),
    "replacement of right knee joint synthetic substitute open": ("icd10pcs:0SRC0JZ",),
}


@pytest.mark.parametrize("text", FIRST)
def test_ranking(full, text):
    codes = full.search(text).codes
    assert 10 <= len(codes) <= 20
    wanted = FIRST[text]
    assert not wanted or codes[0] in wanted
    assert set(wanted) - set(codes[:10]) == set()


def test_44187_comes_before_44310(full):
    codes = full.search("laparoscopic ileostomy", limit=100).codes
    assert codes.index("cpt:44187") < codes.index("cpt:44310")


def test_terms_of_the_index_lead_to_codes(full):
    found = full.search("continent ileostomy", system="icd10pcs")
    assert found.codes[0].startswith("icd10pcs:0D1B")
    assert any(m.why == LEAD_IN for m in found[0].matched)


def test_most_labels_with_a_letter_wrong_find_their_code(full):
    rows = full.tables.rows(
        "SELECT system || ':' || notation, label FROM code "
        "WHERE label IS NOT NULL AND system = 'icd10cm' ORDER BY notation"
    )
    chance = random.Random(11)
    right = 0
    for code, label in chance.sample(rows, 60):
        at = max(re.finditer(r"[a-z]+", label), key=lambda m: len(m[0]))
        wrong = label[: at.start() + 2] + label[at.start() + 3 :]
        right += code in full.search(wrong).codes
    assert right >= 50
