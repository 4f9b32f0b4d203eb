"""Rows about questions in words: an answer of each kind, declined questions, and all question cases of the tests."""

from __future__ import annotations

import json
import time
from pathlib import Path

from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph

SECTION = "questions"
_CASES = Path(__file__).resolve().parents[1] / "tests" / "answers" / "cases.jsonl"
_TARGET = 50  # ms, the median
# What a row is called -> the question that is asked again and again.
_ASKED = {
    "a price in a locality": "What does Medicare pay for 44310 in Nebraska?",
    "may a modifier be used": "May I use modifier 50 on 44310?",
    "an edit of two codes": "Can I bill 44310 and 44005 together?",
    "a crosswalk": "What is the ICD-10-PCS code for 44310?",
    "a code that differs in approach": "What is the laparoscopic version of 44310?",
    "declined": "What is the average price of 44310 per hour?",
}


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows of a release: each question of the cases once, then some again and again."""
    kg = CodeGraph.open(release)
    questions = [json.loads(line)["ask"] for line in _CASES.read_text(encoding="utf-8").splitlines()]
    kg.ask("44310")
    first = [_timed(kg, question) for question in questions]
    answered = sum(bool(kg.ask(question)) for question in questions)
    note = f"{len(questions)} questions, each for the first time; {answered} of them have an answer in this release"
    rows = [
        Row(SECTION, "kg.ask(question), all cases", "ms", Stats.of(first, 1e3), Target(_TARGET), note=note)
    ]
    runs = 20 if quick else 200
    for name, question in _ASKED.items():
        seconds = [_timed(kg, question) for _ in range(runs)]
        figures, beside = Stats.of(seconds, 1e3), _beside(kg, name, runs)
        rows.append(Row(SECTION, f"kg.ask: {name}", "ms", figures, Target(_TARGET), beside, note=question))
    return rows


def _timed(kg: CodeGraph, question: str) -> float:
    begun = time.perf_counter()
    kg.ask(question)
    return time.perf_counter() - begun


def _beside(kg: CodeGraph, name: str, runs: int) -> tuple[Peer, ...]:
    """Return the call of the facade alone, beside the question that makes it."""
    if name != "a price in a locality":
        return ()
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        for setting in ("facility", "nonfacility"):
            kg.price("44310", locality="Nebraska", setting=setting)
        seconds.append(time.perf_counter() - begun)
    return (
        Peer(
            "kg.price",
            Stats.of(seconds, 1e3),
            "kg.price, both settings: the calls that the answer is made of",
        ),
    )
