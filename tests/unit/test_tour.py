"""The tour of `make demo`: it shows what it promises, and ends with 1 where the knowledge does not validate."""

from __future__ import annotations

import runpy
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import CodeGraph
from codegraph.validation import Report, ValidationResult, validate_store

TOUR = runpy.run_path(str(Path(__file__).resolve().parents[2] / "examples" / "tour.py"), run_name="tour")[
    "main"
]


@pytest.fixture
def packaged(packaged_cache, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
    monkeypatch.delenv("CODEGRAPH_RELEASE", raising=False)


def test_the_tour(packaged, tmp_path, capsys, monkeypatch):
    # The engine that equals pySHACL, which takes some seconds.
    monkeypatch.setattr(CodeGraph, "validate", lambda kg: validate_store(kg.store.raw))
    assert TOUR(tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "The graph conforms: 0 violations" in said
    assert "Open creation of an ileostomy or jejunostomy, without a tube [active]" in said
    assert "cpt:44310 -> icd10pcs:0D1B0Z4 (Bypass Ileum to Cutaneous, Open Approach): narrower" in said
    assert "cpt:44620  Open closure of a stoma" in said
    written = ox.parse(path=str(tmp_path / "out" / "codegraph.ttl"))
    assert sum(1 for _ in written) == CodeGraph.open().manifest.triples


def test_a_violation_ends_with_1(packaged, tmp_path, capsys, monkeypatch):
    wrong = ValidationResult(
        "urn:x", None, None, "urn:shape", "urn:component", "violation", "It shall not be so."
    )
    monkeypatch.setattr(CodeGraph, "validate", lambda kg: Report.of([wrong]))
    assert TOUR(tmp_path) == 1
    assert "The graph does not conform: 1 violations" in capsys.readouterr().out
