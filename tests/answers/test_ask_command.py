"""`codegraph ask`: sentences with their sources, JSON with the attributes' names, and the exit codes."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph.cli import ask as command
from codegraph.cli import main


@pytest.fixture(autouse=True)
def _packaged(packaged_cache, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
    monkeypatch.delenv("CODEGRAPH_RELEASE", raising=False)


def run(*words: str):
    return CliRunner().invoke(main, ["ask", *words])


def test_sentences_stand_above_their_call_and_files():
    done = run("What does Medicare pay for 44310", "in Nebraska?")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert "$899.90" in lines[0]
    assert lines[1] == '    kg.price("44310", locality="Nebraska", setting="facility")'
    assert "    cms-gpci/2025 (2025-01-01 to 2025-12-31), cms-gpci-2025.csv" in lines
    assert "    computed from the above" in lines


def test_json_has_the_attributes(kg):
    done = run("Is 44139 an add-on code?", "--format", "json")
    assert done.exit_code == 0
    said = json.loads(done.output)
    answer = kg.ask("Is 44139 an add-on code?")
    assert said["text"] == answer.text
    assert [s["text"] for s in said["sentences"]] == [s.text for s in answer.sentences]
    assert said["sentences"][0]["evidence"][0]["release"] == "ncci-addon/2024Q3"
    assert said.keys() == {
        "question",
        "topic",
        "sentences",
        "readings",
        "understood",
        "note",
        "assumed",
        "text",
    }


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is 44310 covered?", "Not loaded: coverage policies"),
        ("average price of 44310", "Not understood: 'average'"),
        ("What is the status of 44383?", "- Is 44383 an active code?"),
        ("", "there is no question"),
    ],
)
def test_no_answer_is_exit_1(question, text):
    done = run(question)
    assert done.exit_code == 1
    assert text in done.output


def test_a_day_may_be_given():
    assert run("price of 44310", "--on", "2025-11-01").exit_code == 0
    later = run("price of 44310", "--on", "2026-07-01")
    assert (later.exit_code, "2026-07-01" in later.output) == (1, True)
    assert run("price of 44310", "--on", "soon").exit_code == 2


def test_a_long_list_of_files_is_cut_and_says_so(kg):
    answer = kg.ask("price of 44310 in Nebraska")
    shown = command._sources(answer.sentences[0])
    assert shown[0].startswith("kg.price(")
    assert len(shown) <= 6
