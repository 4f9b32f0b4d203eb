"""Claims in words: which modifier and how many units stand on which line, and what checking them finds."""

from __future__ import annotations

import pytest

from codegraph.answers.lines import BILLED, lines_of
from codegraph.answers.say_claim import claim, edits_and_claim
from codegraph.answers.understand import read, understand


@pytest.mark.parametrize(
    ("text", "lines", "loose"),
    [
        (
            "44140, 44139 and 2 units of 44310",
            (("44140", (), 1), ("44139", (), 1), ("44310", (), 2)),
            (),
        ),
        ("44310 x2 with 44187-59", (("44310", (), 2), ("44187", ("59",), 1)), ()),
        ("44310 with modifier 22 and 44187", (("44310", ("22",), 1), ("44187", (), 1)), ()),
        ("44310 and 44187 together with modifier 59", (("44310", (), 1), ("44187", (), 1)), ("59",)),
        ("44310 and modifier 59 on 44187", (("44310", (), 1), ("44187", ("59",), 1)), ()),
        ("44310 and 44187 59", (("44310", (), 1), ("44187", ("59",), 1)), ()),
        ("two units of 44139 for K50.012", (("44139", (), 2),), ()),
        ("44310 with modifier 59", (("44310", ("59",), 1),), ()),
    ],
)
def test_the_lines_of_a_question(kg, text, lines, loose):
    assert lines_of(read(kg, text)) == (lines, loose)
    assert {"cpt", "hcpcs"} == set(BILLED)


def test_the_check_of_a_claim_is_that_of_the_call(kg):
    (asked,) = understand(kg, "check the claim 44310 x2, 44187-59 on 2024-08-01", None)
    said = claim(kg, asked)
    found = kg.check(["44310x2", "44187-59"], on="2024-08-01")
    texts = [s.text for s in said]
    assert [line.outcome for line in found.lines] == ["pay", "deny"]
    assert texts[0] == "Line 1, 44310 x2 on 2024-08-01: nothing that was checked is against paying it."
    assert texts[1] == "Line 2, 44187-59 on 2024-08-01: it is denied."
    assert any(g.table == "ptp" for s in said for g in s.evidence)
    assert sum(t.startswith("Not checked") for t in texts) == len({n.reason for n in found.not_checked})


def test_a_loose_modifier_is_tried_on_each_line(kg):
    (asked,) = understand(kg, "can I bill 44310 and 44187 together with modifier 59 on 2024-08-01", None)
    assert asked.loose == ("59",)
    texts = [s.text for s in edits_and_claim(kg, asked)]
    assert "Wherever modifier 59 stands, the verdict is the same; it is told for 59 on 44187." in texts


def test_where_it_decides_the_line_is_asked_back(kg):
    answer = kg.ask("check claim 44310 and 44388 with modifier 53")
    assert bool(answer.sentences) != bool(answer.readings)
    for reading in answer.readings:
        assert kg.ask(reading).topic == "claim"


def test_diagnoses_of_a_claim_are_checked_with_it(kg):
    answer = kg.ask("check the claim 44310 for K50.012")
    assert answer.topic == "claim"
    assert '"K50.012"' in answer.sentences[0].call
