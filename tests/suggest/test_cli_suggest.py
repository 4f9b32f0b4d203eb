"""`codegraph suggest`: reads a file or standard input, prints a table or JSON, tells what it masked."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph.cli import main, suggest

NOTE = "Patient: Jane Roe. A diverting loop ileostomy was created for ulcerative colitis. Prior appendectomy."


@pytest.fixture
def run(packaged_cache, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
    monkeypatch.delenv("CODEGRAPH_RELEASE", raising=False)

    def call(*words, **extra):
        return CliRunner().invoke(main, ["suggest", *words], **extra)

    return call


def test_the_command_is_there():
    assert main.commands["suggest"] is suggest.command


def test_a_note_from_standard_input(run):
    done = run("-", input=NOTE)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert any(line.startswith("cpt:44310") for line in lines)
    assert "open: approach not stated: 44310 if open, 44187 if laparoscopic" in lines
    assert any("appendectomy (existing)" in line for line in lines)
    assert any(line.startswith("icd10cm:K51.90") for line in lines)


def test_a_file_as_json(run, tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"\xef\xbb\xbf" + NOTE.encode() + b"\xff")
    done = run(str(path), "--format", "json", "--limit", "1", "--redact")
    found = json.loads(done.output)
    assert [c["code"] for c in found["candidates"]] == ["cpt:44187"] or len(found["candidates"]) == 1
    assert found["masked"] == [{"kind": "name", "count": 1}]
    assert "Roe" not in done.output
    assert found["left_open"][0]["question"]
    assert found["text"][found["spans"][0]["start"] : found["spans"][0]["end"]] == found["spans"][0]["text"]


def test_what_was_masked_is_told_by_kind(run):
    done = run("-", "--redact", input=NOTE)
    assert done.output.splitlines()[0] == "masked: name 1"
    assert "Roe" not in done.output


def test_nothing_done_suggests_nothing(run):
    done = run("-", input="Status post ileostomy. No stoma was created.")
    assert done.exit_code == 0
    assert done.output.startswith("No code fits")
    assert "ileostomy (history); stoma (negated)" in done.output


def test_bad_requests(run):
    assert run("-", "--system", "nonsense", input=NOTE).exit_code == 2
    assert run("/no/such/file").exit_code == 2
    assert run("-", "--limit", "0", input=NOTE).exit_code == 2
