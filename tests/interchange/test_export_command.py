"""`codegraph export OUT --format …`: each format that other systems read, from the command line."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from codegraph.cli import main
from codegraph.cli.export import FORMATS, OTHERS
from codegraph.export import FORMATS as OF_TRIPLES
from codegraph.export.dispatch import _WRITERS

MADE = {
    "fhir-r4": ("resources", None),
    "fhir-r5": ("resources", None),
    "omop": ("rows", "CONCEPT.csv"),
    "parquet": ("rows", "code.parquet"),
    "pieces": ("quads", "pieces.json"),
    "skos": ("triples", None),
    "sssom": ("mappings", "cpt-icd10pcs-derived.sssom.tsv"),
}


def run(packaged_cache, *words: str):
    return CliRunner().invoke(main, ["export", *words], env={"CODEGRAPH_CACHE": str(packaged_cache)})


def test_the_choices_are_the_writers_that_there_are():
    assert tuple(OF_TRIPLES) == FORMATS
    assert OTHERS.keys() == _WRITERS.keys() == MADE.keys() | {"owl"}


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_format_is_written_and_counted(name, packaged_cache, tmp_path):
    counted, file = MADE[name]
    out = tmp_path / ("out" if file else "out.ttl")
    result = run(packaged_cache, str(out), "--format", name)
    assert result.exit_code == 0, result.output
    assert re.search(
        rf"^[1-9][\d,]* {counted}, [1-9][\d,]* bytes, \d+\.\d s -> ", result.output, re.MULTILINE
    )
    assert (out / file).is_file() if file else out.is_file()


def test_pieces_are_as_large_as_asked_for(packaged_cache, tmp_path):
    assert run(packaged_cache, str(tmp_path / "p"), "--format", "pieces", "--quads", "30000").exit_code == 0
    assert len(list((tmp_path / "p").glob("part-*.nq.gz"))) == 3


def test_an_option_that_does_not_go_with_a_format_is_an_error(packaged_cache, tmp_path):
    result = run(packaged_cache, str(tmp_path / "p"), "--format", "omop", "--edits")
    assert result.exit_code == 2
    assert "edits does not go with omop" in result.output
    assert not (tmp_path / "p").exists()
