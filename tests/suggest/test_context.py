"""Negation, history, plans and family: what is said of each word, and where a sentence ends."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.suggest.context import Contexts, sentences
from codegraph.suggest.cues import CUES, SECTIONS, STRENGTH


@pytest.mark.parametrize(
    ("note", "word", "status"),
    [
        ("No stoma was created.", "stoma", "negated"),
        ("An ileostomy was created without a stoma rod.", "stoma", "negated"),
        ("An ileostomy was created without a stoma rod.", "ileostomy", "present"),
        ("Closed without difficulty, stoma pink.", "stoma", "present"),
        ("No leak, the ileostomy was matured.", "ileostomy", "present"),
        ("No leak or bleeding.", "bleeding", "negated"),
        ("No leak and the ileostomy was matured.", "ileostomy", "present"),
        ("She denies fever, chills, vomiting.", "vomiting", "negated"),
        ("She denies fever but has vomiting.", "vomiting", "present"),
        ("No evidence of obstruction, perforation or abscess.", "abscess", "negated"),
        ("The colon was not resected.", "colon", "negated"),
        ("Colostomy was deferred.", "Colostomy", "negated"),
        ("The rectum was kept.", "rectum", "negated"),
        ("Status post ileostomy.", "ileostomy", "history"),
        ("The patient is s/p colectomy.", "colectomy", "history"),
        ("History of Crohn disease; colectomy today.", "Crohn", "history"),
        ("History of Crohn disease; colectomy today.", "colectomy", "present"),
        ("Status post ileostomy who now undergoes closure.", "closure", "present"),
        ("Appendectomy ten years ago.", "Appendectomy", "history"),
        ("Previous colostomy was seen.", "colostomy", "existing"),
        ("She has an ileostomy.", "ileostomy", "existing"),
        ("The tube is in place.", "tube", "existing"),
        ("Plan for ileostomy closure.", "ileostomy", "planned"),
        ("We discussed a possible colostomy.", "colostomy", "planned"),
        ("Family history of colon cancer.", "cancer", "family"),
        ("Past surgical history: appendectomy.\nProcedure: colectomy.", "appendectomy", "history"),
        ("Past surgical history: appendectomy.\nProcedure: colectomy.", "colectomy", "present"),
        ("FAMILY HISTORY: cancer\nFINDINGS: stricture", "cancer", "family"),
        ("FAMILY HISTORY: cancer\nFINDINGS: stricture", "stricture", "present"),
        ("History:\n\ncolitis\n\nA stoma.", "colitis", "history"),
        ("History:\n\ncolitis\n\nA stoma.", "stoma", "present"),
        ("Indications: man with a stoma.", "stoma", "existing"),
        ("Plan: closure later.", "closure", "planned"),
        ("No obstruction was seen; a stricture was.", "stricture", "present"),
        ("Not only the ileum but the colon was resected.", "ileum", "present"),
        ("History of no colitis.", "colitis", "negated"),
    ],
)
def test_what_is_said_of_a_word(note, word, status):
    assert Contexts(note).status(note.index(word)) == status


@pytest.mark.parametrize(
    ("note", "parts"),
    [
        ("One. Two", ["One.", " Two"]),
        ("3.5 cm of ileum. Then", ["3.5 cm of ileum.", " Then"]),
        ("Dr. Roe cut. End", ["Dr. Roe cut.", " End"]),
        ("a wrapped\nline; next", ["a wrapped\nline;", " next"]),
        ("one\n- two\n- three", ["one\n", "- two\n", "- three"]),
        ("one\n\ntwo", ["one\n\n", "two"]),
        ("Findings: a\nProcedure: b", ["Findings: a\n", "Procedure: b"]),
        ("", []),
    ],
)
def test_sentences(note, parts):
    assert [note[a:b] for a, b in sentences(note)] == parts


@given(st.text(max_size=300))
def test_sentences_make_up_the_text(text):
    assert "".join(text[a:b] for a, b in sentences(text)) == text
    contexts = Contexts(text)
    assert all(contexts.status(token.start) in STRENGTH for token in contexts.tokens)


def test_cues_are_lower_case_and_sections_have_a_status():
    assert all(word == word.lower() for cue in CUES for word in cue)
    assert set(SECTIONS.values()) <= set(STRENGTH)
    assert {cue.status for cues in CUES.values() for cue in cues} == set(STRENGTH) - {"present"}


@pytest.mark.parametrize("piece", ["no ", "No. ", "s/p ", ", ", "\n", "a: ", "without stoma, "])
def test_time_grows_with_length_only(piece):
    def seconds(size: int) -> float:
        start = perf_counter()
        Contexts(piece * (size // len(piece)))
        return perf_counter() - start

    assert seconds(100_000) < 0.2 + 30 * max(seconds(20_000), 0.002)
