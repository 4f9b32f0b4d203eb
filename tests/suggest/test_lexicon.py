"""The lexicon: facet values by their words, with exact offsets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from codegraph.search.lexicon import Lexicon, facet_of
from codegraph.search.spoken import SPOKEN, TOO_COMMON
from codegraph.search.words import base, bases


@pytest.fixture(scope="module")
def lexicon(kg):
    return Lexicon(kg)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("laparoscopic ileostomy", ["approach:percutaneous-endoscopic", "stoma:ileostomy"]),
        ("LAPAROSCOPICALLY formed Ileostomies", ["approach:percutaneous-endoscopic", "stoma:ileostomy"]),
        ("a loop of bowel", ["site:intestine"]),
        ("a loop colostomy", ["stoma-form:loop", "stoma:colostomy"]),
        ("at the end of the operation", []),
        ("Large Intestine, Right", ["site:large-intestine-right"]),
        ("right large intestine", ["site:large-intestine-right"]),
        ("the caecum was ligated", ["site:cecum"]),
        ("Meckel\u2019s diverticulum", ["site:meckel-diverticulum-or-omphalomesenteric-duct"]),
        ("EMR", ["method:endoscopic-mucosal-resection"]),
        ("small", []),
        ("", []),
    ],
)
def test_terms_are_found(lexicon, text, values):
    assert [span.value for span in lexicon.find(text)] == values


def test_the_longest_term_wins_and_offsets_are_exact(lexicon):
    text = "\u00c5 40 cm piece of SMALL bowel; re-made continent ileostomy, lysis of adhesions."
    spans = lexicon.find(text)
    assert [text[s.start : s.end] for s in spans] == [s.text for s in spans]
    assert [s.text for s in spans] == ["SMALL bowel", "continent ileostomy", "lysis of adhesions"]
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_words_may_name_several_values(lexicon):
    (span,) = lexicon.find("colectomies")
    assert span.values == ("method:excision-or-resection", "site:colon")
    assert span.facet == "method"
    assert span.label == "Excision or Resection"


def test_every_spoken_term_names_values_of_the_release(lexicon):
    missing = [(t, v) for t, values in SPOKEN.items() for v in values if lexicon.label(v) == v]
    assert missing == []
    assert {facet_of(v) for values in SPOKEN.values() for v in values} >= {
        "method",
        "site",
        "approach",
        "stoma",
    }


def test_words_that_say_too_little_are_not_found(lexicon):
    found = {
        t: [s.text for s in lexicon.find(f"xx {t} xx")] for t in TOO_COMMON.split("|") if t not in SPOKEN
    }
    assert [t for t, texts in found.items() if t in texts] == []


def test_word_forms():
    assert [base(w) for w in ("resects", "Colostomies", "anus", "biopsies", "mass")] == [
        "resection",
        "colostomy",
        "anus",
        "biopsy",
        "mass",
    ]
    assert bases("Oesophago-gastric: d\u00e9bris") == ("esophago", "gastric", "debris")
