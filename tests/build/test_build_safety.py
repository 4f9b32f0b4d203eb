"""A build is published whole or not at all: rejects, wrong files, locks, kills, links, a full disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from codegraph.build.pipeline import build
from codegraph.build.publish import staged
from codegraph.errors import ReleaseError, SourceError
from codegraph.graph import CodeGraph
from codegraph.release import locate, previous
from tests.build.small_files import pfs, pfs_row, write_all


def test_too_many_rejects_fail_before_anything_is_published(tmp_path):
    files = write_all(tmp_path / "files")
    build([files], tmp_path / "release")
    before = (tmp_path / "release" / "manifest.json").read_bytes()
    bad = [pfs_row("44310"), *(pfs_row(f"4400{n}", work="x") for n in range(5))]
    (files / "PPRRVU2025_Oct.csv").write_text(pfs(bad), encoding="utf-8")
    with pytest.raises(SourceError, match=r"PPRRVU2025_Oct\.csv: 5 of 6 rows rejected"):
        build([files], tmp_path / "release")
    assert (tmp_path / "release" / "manifest.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "building" in p.name] == []
    build([files], tmp_path / "release", max_rejects=0.9)
    assert (tmp_path / "release" / "manifest.json").read_bytes() != before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.zip", b"PK\x03\x04 cut short"),
        (
            "tables.xml",
            b'<?xml version="1.0"?>\n<!DOCTYPE ICD10PCS.tabular [<!ENTITY a "b">]>\n'
            b"<ICD10PCS.tabular>\n<version>2024</version>\n</ICD10PCS.tabular>",
        ),
        ("cut.xml", b'<?xml version="1.0"?><ICD10PCS.tabular><version>2023</version><pcsTable><axis pos="1"'),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named_and_nothing_changes(tmp_path, name, content):
    files = write_all(tmp_path / "files")
    (files / name).write_bytes(content)
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        build([files], tmp_path / "release")
    assert not (tmp_path / "release").exists()


def test_a_second_build_is_told_to_wait(tmp_path):
    with staged(tmp_path / "release") as folder:
        (folder / "manifest.json").write_text("{}")
        with pytest.raises(ReleaseError, match="another build"), staged(tmp_path / "release"):
            pass


def test_a_folder_that_is_no_release_is_not_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ReleaseError, match="is no release"):
        build([], tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_linked_place_stays_linked(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "release")
    build([], tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len(CodeGraph.open(tmp_path / "link")) > 50
    build([], tmp_path / "link")
    assert (tmp_path / "link").is_symlink()


def test_killed_between_the_two_renames_the_old_release_still_opens(tmp_path):
    build([], tmp_path / "release")
    (tmp_path / "release").rename(previous((tmp_path / "release").resolve()))
    assert locate(tmp_path / "release").name == ".release.previous"
    assert CodeGraph.open(tmp_path / "release")["44310"].label
    build([], tmp_path / "release")  # and the next build puts things right
    assert locate(tmp_path / "release").name == "release"
    assert not previous((tmp_path / "release").resolve()).exists()


_KILLED = """
import sys
from pathlib import Path
from codegraph.build.pipeline import build

class Tell:
    def step(self, text):
        print(text, flush=True)
    def count(self, done):
        pass

if __name__ == "__main__":
    while True:
        build([Path(sys.argv[1])], Path(sys.argv[2]), progress=Tell())
"""


@pytest.mark.parametrize("step", ["Merging codes", "Writing triples", "Loading the graph"])
def test_killed_at_any_step_the_old_release_still_opens(tmp_path, step):
    files = write_all(tmp_path / "files")
    build([files], tmp_path / "release")
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    child = subprocess.Popen(
        [sys.executable, str(script), str(files), str(tmp_path / "release")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip() == step:
                break
        time.sleep(0.02)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    assert CodeGraph.open(tmp_path / "release")["44310"].label
    build([files], tmp_path / "release")  # the lock of the killed build is gone with it
    assert [p.name for p in tmp_path.iterdir() if ".building" in p.name] == []


def test_an_open_release_stays_readable_while_it_is_replaced(tmp_path):
    files = write_all(tmp_path / "files")
    build([files], tmp_path / "release")
    opened = CodeGraph.open(tmp_path / "release")
    assert opened["44310"].status == "active"
    build([], tmp_path / "release")
    assert opened["0D1B0Z4"].label
    assert opened.describe("0D1B0Z4").procedure is not None
    assert len(opened.query("SELECT ?s WHERE { ?s a cg:Icd10PcsCode }")) == 4


def test_a_full_disk_leaves_the_old_release(tmp_path, monkeypatch):
    build([], tmp_path / "release")
    before = (tmp_path / "release" / "manifest.json").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("codegraph.build.pipeline.load_apart", full)
    with pytest.raises(OSError, match="No space left"):
        build([write_all(tmp_path / "files")], tmp_path / "release")
    assert (tmp_path / "release" / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [".release.lock", "files", "release"]


def test_opening_what_is_no_release_says_how_to_make_one(tmp_path):
    with pytest.raises(ReleaseError, match="codegraph build"):
        CodeGraph.open(tmp_path / "nothing")
    shutil.copytree(tmp_path, tmp_path.parent / "copy", dirs_exist_ok=True)
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(ReleaseError, match="format 99"):
        CodeGraph.open(tmp_path)
