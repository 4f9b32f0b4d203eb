"""The search of the packaged release: reasons, filters, dates, and texts that mean no good."""

from __future__ import annotations

import pytest

from codegraph.errors import InvalidValue, UnknownTerm
from codegraph.search.model import REASONS, Hit, Match, ReadWord
from codegraph.search.search import MOST

QUESTIONS = (
    "laparoscopic ileostomy",
    "loop ileostomy",
    "crohn's disease",
    "colon",
    "0D1B",
    "44310",
    "biopsy ile",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_each_hit_is_a_code_once_with_its_label_and_reasons(kg, text):
    found = kg.search(text, limit=50)
    assert 0 < len(found) <= 50
    assert len(set(found.codes)) == len(found)
    for hit in found:
        assert hit.label == kg[hit.code].label
        assert hit.matched
        assert {match.why for match in hit.matched} <= set(REASONS)
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_longer_answer_begins_with_the_shorter_one(kg, text):
    assert kg.search(text, limit=5).hits == kg.search(text).hits[:5]


def test_a_sequence_with_what_was_understood(kg):
    found = kg.search("laproscopic ilestomy")
    assert found.words == (
        ReadWord("laproscopic", "laparoscopic", True),
        ReadWord("ilestomy", "ileostomy", True),
    )
    assert found[0].code == found.codes[0] == next(iter(found)).code
    assert found[:2] == found.hits[:2]
    assert kg.search("laparoscopic ileostomy").words[0] == ReadWord("laparoscopic", "laparoscopic", False)


def test_reasons_say_what_matched(kg):
    (hit,) = kg.search("44310")
    assert hit == Hit("cpt:44310", kg["44310"].label, 1000.0, (Match("exact code", "44310"),))
    assert kg.search("4431")[0].matched == (Match("code prefix", "4431"),)
    first = kg.search("laparoscopic ileostomy")[0]
    assert first.matched[0] == Match("synonym", "laparoscopic ileostomy")
    assert first.matched[-1] == Match("facets", "Percutaneous Endoscopic, Ileostomy")
    assert str(first.matched[0]) == "synonym: laparoscopic ileostomy"


def test_codes_among_words_come_first(kg):
    found = kg.search("44310 versus laparoscopic ileostomy")
    assert found.codes[:2] == ("cpt:44310", "cpt:44187")


def test_system_keeps_one_system(kg):
    for system in ("cpt", "icd10cm", "icd10pcs"):
        found = kg.search("small intestine", system=system)
        assert found
        assert {code.partition(":")[0] for code in found.codes} == {system}
    assert kg.search("44310", system="icd10pcs").codes == ()


def test_site_and_method_keep_what_lies_below(kg):
    at_ileum = {str(code) for code in kg.codes(site="ileum")}
    found = kg.search("bypass open", site="ileum", limit=200)
    assert found
    assert set(found.codes) <= at_ileum
    closing = kg.search("ileostomy", method="method:stoma-closure")
    assert closing
    assert set(closing.codes) <= {str(code) for code in kg.codes(method="stoma-closure")}
    assert kg.search("4431", method="stoma-closure").codes == ()
    assert kg.search("44620", method="stoma-closure").codes == ("cpt:44620",)


def test_on_leaves_out_what_was_not_valid(kg):
    on = kg.search("laparoscopic ileostomy", on="2025-11-01", system="cpt")
    assert on.codes[0] == "cpt:44187"
    assert kg.on("2025-11-01").search("44310").codes == ("cpt:44310",)
    told = kg.search("crohn", on="1990-01-01", limit=3)
    assert "no loaded list tells" in told.note
    with pytest.raises(InvalidValue, match="tomorrow"):
        kg.search("ileostomy", on="tomorrow")


def test_what_there_is_not_is_named(kg):
    with pytest.raises(UnknownTerm, match="cpt, hcpcs"):
        kg.search("ileostomy", system="opcs")
    with pytest.raises(UnknownTerm, match="near it"):
        kg.search("ileostomy", site="ilem")
    with pytest.raises(UnknownTerm):
        kg.search("ileostomy", method="x) OR (y")
    for limit in (0, -1, MOST + 1):
        with pytest.raises(InvalidValue, match="1 to 1,000"):
            kg.search("ileostomy", limit=limit)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\t\n",
            "\x00",
            "\x00\x1b[2J\u202e",
            "\ud800",
            "\U000e0041" * 40,
            "'",
            '"',
            "((((",
            "]})",
            ":",
            "::::",
        ),
        *(
            "*",
            "?",
            "~2",
            "^9",
            "+ -",
            "AND OR NOT",
            "code:*",
            "text:[a TO z]",
            "/.*/",
            "44310' OR 1=1 --",
            "cpt:",
            "x:44310",
        ),
        *(
            "%",
            "_",
            "\\",
            "....",
            "K50.",
            "K50.0.1",
            "E",
            "9" * 500,
            "a" * 5000,
            "é" * 300,
            "٤٤٣١٠",
            "\ufb01stula",
        ),
    ],
    ids=ascii,
)
def test_no_text_raises(kg, text):
    found = kg.search(text)
    assert len(found) <= 20
    assert all(code in kg for code in found.codes)


def test_no_text_is_syntax(kg):
    assert kg.search("kind:code").codes == kg.search("kind code").codes
    assert kg.search('+ileostomy -(open) "loop*"?').codes == kg.search("ileostomy open loop").codes
    assert "*" not in str(kg.search("*").hits)
    assert kg.search("44310' OR 1=1 --").codes[0] == "cpt:44310"


def test_a_text_of_ten_megabytes_is_read_at_its_beginning(kg):
    found = kg.search("laparoscopic ileostomy " * 450_000)
    assert found.codes[0] == "cpt:44187"
    assert len(found.text) == 20_000


def test_nothing_like_it_is_said(kg):
    found = kg.search("qqqqxx ileostomy")
    assert found.note == "nothing is written like: qqqqxx"
    assert found
    assert kg.search("qqqqxx").hits == ()


def test_common_words_count_where_there_are_no_others(kg):
    assert kg.search("what is the code for an appendectomy").codes[0] == kg.search("appendectomy").codes[0]
    assert kg.search("with the").hits
