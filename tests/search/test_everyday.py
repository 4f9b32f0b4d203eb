"""Everyday words and abbreviations: the table, and what search and suggestions make of it."""

from __future__ import annotations

import pytest

from codegraph.search.everyday import ABOUT, FILE, find, reworded, sayings
from codegraph.search.phrases import content


def test_the_table_is_sound():
    found = sayings()
    assert FILE == "words/everyday.tsv"
    assert len(found) > 300
    assert len({content(s.said) for s in found}) == len(found)
    assert {s.about for s in found} == set(ABOUT)
    assert all(s.said == s.said.strip().lower() and s.means and all(s.means) for s in found)
    assert [s.said for s in found if [content(s.said)] == [*map(content, s.means)]] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a heart attack in 2019", ["heart attack"]),
        ("C-section", ["c section"]),
        ("I&D, w/o drain, s/p LOA", ["i d", "w o", "s p", "loa"]),
        ("knee replacements", ["knee replacement"]),
        ("an open ileostomy", []),
    ],
)
def test_sayings_are_found(text, said):
    assert [s.saying.said for s in find(text)] == said


def test_several_meanings_give_several_wordings():
    assert list(reworded("broken hip")) == ["fracture of neck of femur", "fracture of hip"]
    assert list(reworded("open ileostomy")) == []
    assert len(list(reworded("weight loss surgery"))) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bowel blockage", "icd10cm:K56.60"),
        ("SBO", "icd10cm:K56.60"),
        ("lap appy", "cpt:44970"),
        ("appendix removal", "cpt:44950"),
        ("stoma reversal", "cpt:44620"),
        ("LOA", "cpt:44005"),
        ("burst appendix", "icd10cm:K35.30"),
    ],
)
def test_search_reads_them(kg, text, code):
    found = kg.search(text)
    assert code in found.codes[:5]
    assert all(word.read for word in found.words)


def test_search_says_how_it_read_them(kg):
    found = kg.search("SBO")
    assert found.words[0].said == "SBO"
    assert "intestinal obstruction" in found.words[0].read
    assert found.note == ""


def test_suggestions_read_them(kg):
    found = kg.suggest("Pt with SBO, h/o UC. Open LOA of the small bowel. No appendix removal.")
    assert found.codes[0] == "cpt:44005"
    assert "cpt:44950" not in found.codes
    assert {(d.text, d.status) for d in found.diagnoses} == {("SBO", "present"), ("UC", "history")}
