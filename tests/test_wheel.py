"""The wheel: it holds the packaged folders, answers without the checkout, and carries no licensed or official file."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.build.small_files import PLANTED

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_packaged_folders_are_all_there(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "shapes", "queries", "knowledge"):
        ours = {f"codegraph/_data/{p.relative_to(REPO)}" for p in (REPO / folder).rglob("*") if p.is_file()}
        assert ours, folder
        assert ours <= names
    assert "codegraph/py.typed" in names
    assert "codegraph/fetch_sources.toml" in names
    assert {n.rpartition("/")[2] for n in names if "/licenses/" in n} == {
        "LICENSE",
        "LICENSE-ONTOLOGY",
        "NOTICE",
    }


def test_nothing_else_is_there(wheel):
    for name in zipfile.ZipFile(wheel).namelist():
        assert name.startswith(("codegraph/", "codegraph-")), name
        body = zipfile.ZipFile(wheel).read(name)
        assert PLANTED.encode() not in body, name
        assert b"PPRRVU2025_Oct.csv," not in body, name


def test_it_answers_from_an_empty_folder(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CODEGRAPH_")},
        "PYTHONPATH": str(tmp_path / "site"),
        "CODEGRAPH_CACHE": str(tmp_path / "cache"),
    }
    code = "import codegraph, sys; print(codegraph.__file__); from codegraph.cli import main; main(['show', '44310'])"
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "empty",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert "Open creation of an ileostomy or jejunostomy" in done.stdout
