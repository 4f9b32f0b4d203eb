"""The question cases of cases.jsonl, asked of the packaged release and scored; no answer may hold a wrong fact."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codegraph.answers.ask import ask
from codegraph.answers.model import Answer, Sentence

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]
KINDS = {"answer", "not loaded", "readings", "decline"}
_FIGURE = re.compile(r"[A-Z]?\d[\dA-Z]*(?:[.,-][\dA-Z]+)*")


def outcome(answer: Answer) -> str:
    if answer.sentences:
        return "answer"
    if answer.readings and answer.understood:
        return "readings"
    return "not loaded" if answer.understood else "decline"


def wrong(case: dict, answer: Answer) -> str:
    """Return what is wrong with an answer, or nothing."""
    found = outcome(answer)
    if found != case["kind"]:
        return f"{found}: {answer.text[:200]}"
    if "topic" in case and answer.topic != case["topic"]:
        return f"topic {answer.topic}"
    missing = [text for text in case["has"] if text not in answer.text]
    return f"without {missing}: {answer.text[:300]}" if missing else ""


def figures(text: str) -> set[str]:
    """Return codes and numbers of a text; of a number without leading zeros and thousands separators nothing is cut."""
    return {f.rstrip(".,-") for f in _FIGURE.findall(text)}


def unproven(sentence: Sentence) -> set[str]:
    """Return codes and figures of a sentence that none of its evidence holds."""
    shown = " ".join(
        " ".join(
            (g.table, g.release, g.title, g.file or "", g.dates or "", *(f"{k} {v}" for k, v in g.values))
        )
        for g in sentence.evidence
    )
    return figures(sentence.text) - figures(shown)


@pytest.fixture(scope="module")
def answers(kg) -> tuple[Answer, ...]:
    return tuple(ask(kg, case["ask"]) for case in CASES)


def test_there_are_cases_of_every_kind():
    assert len(CASES) >= 200
    assert {case["kind"] for case in CASES} == KINDS
    assert len({case["ask"] for case in CASES}) == len(CASES)


def test_at_least_95_percent_are_right(answers):
    told = [(c["ask"], w) for c, a in zip(CASES, answers, strict=True) if (w := wrong(c, a))]
    assert len(told) <= 0.05 * len(CASES), "\n".join(f"{q}: {w}" for q, w in told)


def test_no_answer_holds_a_wrong_fact(answers):
    for case, answer in zip(CASES, answers, strict=True):
        assert [text for text in case.get("hasnt", ()) if text in answer.text] == [], case["ask"]
        if case["kind"] != "answer":
            assert not answer.sentences, f"{case['ask']}: {answer.text[:200]}"
        elif answer.sentences:
            assert answer.topic == case["topic"], case["ask"]


def test_every_code_and_figure_stands_in_the_evidence(answers):
    told = [
        (case["ask"], sentence.text, unproven(sentence))
        for case, answer in zip(CASES, answers, strict=True)
        for sentence in answer.sentences
        if unproven(sentence)
    ]
    assert told == []


def test_the_check_of_evidence_finds_a_figure_that_is_made_up(kg):
    good = ask(kg, "price of 44310").sentences[0]
    assert unproven(Sentence(good.text.replace("1011.15", "1011.16"), good.evidence, good.call)) == {
        "1011.16"
    }
    assert unproven(Sentence(good.text.replace("44310", "44311"), good.evidence, good.call)) == {"44311"}


def test_every_sentence_names_its_call_and_its_sources(answers):
    for answer in answers:
        for sentence in answer.sentences:
            assert sentence.call.startswith("kg")
            assert sentence.evidence
            assert all(g.release for g in sentence.evidence)


def test_every_call_can_be_made(kg, answers):
    calls = sorted({s.call for a in answers for s in a.sentences})
    assert len(calls) > 50
    for call in calls:
        eval(call, {"kg": kg, "None": None})


def test_every_reading_can_be_asked(kg, answers):
    readings = {r for a in answers for r in a.readings}
    assert len(readings) > 30
    for reading in sorted(readings):
        answer = ask(kg, reading)
        assert answer.understood, f"{reading}: {answer.text}"
        assert not answer.readings or answer.sentences, reading


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_enough_cases(kind):
    assert sum(case["kind"] == kind for case in CASES) >= 10


CHANGING = ("not", "without", "except", "average", "2019", "$5")


@pytest.mark.parametrize("word", CHANGING)
def test_a_word_that_changes_the_meaning_is_not_passed_over(kg, word):
    answered = [case["ask"].rstrip("?. ") for case in CASES if case["kind"] == "answer"]
    told = []
    for question in answered:
        first, _, rest = question.partition(" ")
        changed = (f"{question} {word}", f"{first} {word} {rest}", f"{word} {question}")
        told += [text for text in changed if ask(kg, text).sentences and not _dated(kg, text, word)]
    assert told == []


def _dated(kg, text: str, word: str) -> bool:
    """Tell whether a year was read as one, by a file that tells of it, which the answer says."""
    return word.isdigit() and any(a.startswith(f"{word} means {word}-") for a in ask(kg, text).assumed)


@pytest.mark.full_release
@pytest.mark.full_data
def test_on_the_official_files(full):
    """With all codes loaded more is answered, and still nothing that is not in the evidence or has several readings."""
    for case in CASES:
        answer = ask(full, case["ask"])
        assert [unproven(s) for s in answer.sentences if unproven(s)] == [], case["ask"]
        if case["kind"] in ("decline", "readings"):
            assert not answer.sentences, case["ask"]
        elif case["kind"] == "answer":
            assert answer.topic == case["topic"], case["ask"]
    assert "$63.72" in ask(full, "price of 99213 on 2025-11-01").text
