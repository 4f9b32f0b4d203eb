"""A crosswalk written as SSSOM: our own reader takes it without a complaint and finds the same mappings."""

from __future__ import annotations

import io

import pytest

from codegraph import CodeGraph
from codegraph.export.as_sssom import write_sssom
from codegraph.namespaces import expand
from codegraph.sources import sssom
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import Member


@pytest.fixture
def answer(packaged_cache, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
    monkeypatch.delenv("CODEGRAPH_RELEASE", raising=False)
    return CodeGraph.open().crosswalk("cpt:44310", to="icd10pcs")


@pytest.fixture
def written(answer) -> str:
    out = io.StringIO(newline="")
    write_sssom(answer, out)
    return out.getvalue()


def test_the_reader_finds_the_same_mappings(answer, written, tmp_path):
    path = tmp_path / "crosswalk.sssom.tsv"
    path.write_text(written, encoding="utf-8", newline="")
    rows = list(sssom.read(Member(path, None)))
    assert [r for r in rows if isinstance(r, Reject | Note)] == []
    mappings = [r for r in rows if isinstance(r, sssom.SssomMapping)]
    read = {(r.subject, r.predicate, r.object, r.justification, r.confidence) for r in mappings}
    assert read == {
        (m.source_code.iri, expand(m.predicate), m.target.iri, expand(m.justification), m.confidence)
        for m in answer
    }
    assert len(mappings) == len(answer) == 6


def test_a_row_says_its_reasons_once_with_set_and_release(written):
    derived = [line for line in written.splitlines() if "semapv:LogicalReasoning" in line]
    assert len(derived) == 3
    for line in derived:
        assert line.count("approach: open -> open: equal") == 1
        assert "set cpt-icd10pcs-derived, release codegraph/" in line
