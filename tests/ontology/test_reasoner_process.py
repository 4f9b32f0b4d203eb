"""The reasoner's process: Java missing, old or hanging, hostile and broken files; nothing is left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time

import pytest
from ontology_graph import HEADER, files

from codegraph.errors import ReasonerError
from codegraph.reasoning import check_consistency

needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason="HermiT needs Java, and there is none here"
)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Send temporary files to a folder of the test, which must be empty at its end, and return it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def fake_java(tmp_path, monkeypatch):
    """Return a function that puts a `java` of the test before the real one."""

    def install(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        java = folder / "java"
        java.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        java.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.delenv("JAVA_HOME", raising=False)

    return install


def planted(tmp_path, text: str, name: str = "planted.ttl"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [path]


def ended(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if "State:\tZ" in open(f"/proc/{pid}/status").read():  # noqa: SIM115, PTH123
            return True
        time.sleep(0.1)
    return False


def test_java_missing_is_said(workplace, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ReasonerError, match=r"needs Java 8 or newer, and no `java` is on the PATH"):
        check_consistency(planted(tmp_path, ""), packaged=False)


def test_an_old_java_is_said(workplace, tmp_path, fake_java):
    fake_java("echo 'java version \"1.6.0_45\"' >&2\n")
    with pytest.raises(ReasonerError, match="is Java 6; HermiT needs Java 8 or newer"):
        check_consistency(planted(tmp_path, ""), packaged=False)


def test_a_java_that_is_none_is_said(workplace, tmp_path, fake_java):
    fake_java("echo 'not today' >&2\nexit 3\n")
    with pytest.raises(ReasonerError, match="does not say what Java it is: 'not today'"):
        check_consistency(planted(tmp_path, ""), packaged=False)


def test_a_hanging_java_is_ended_with_all_its_processes(workplace, tmp_path, fake_java):
    pids = tmp_path / "pids"
    fake_java(
        f'if [ "$1" = "-version" ]; then echo \'openjdk version "17.0.1"\' >&2; exit 0; fi\n'
        f"sleep 300 &\necho $$ $! > {pids}\nwait\n"
    )
    started = time.monotonic()
    with pytest.raises(ReasonerError, match="ended after 5 seconds"):
        check_consistency(planted(tmp_path, ""), packaged=False, timeout=5)
    assert time.monotonic() - started < 15
    assert all(ended(int(pid)) for pid in pids.read_text().split())


def test_a_failing_hermit_is_said(workplace, tmp_path, fake_java):
    fake_java(
        'if [ "$1" = "-version" ]; then echo \'openjdk version "17.0.1"\' >&2; exit 0; fi\n'
        "echo 'java.lang.OutOfMemoryError: Java heap space'\nexit 1\n"
    )
    with pytest.raises(ReasonerError, match=r"HermiT failed \(1\): java.lang.OutOfMemoryError"):
        check_consistency(planted(tmp_path, ""), packaged=False)


@pytest.mark.java
@needs_java
def test_a_file_that_names_a_python_module_or_an_import_runs_and_fetches_nothing(
    workplace, tmp_path, monkeypatch
):
    trap = tmp_path / "modules"
    trap.mkdir()
    (trap / "planted_module.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(trap))
    hostile = planted(
        tmp_path,
        HEADER
        + """@prefix owlready: <http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#> .
        <http://example.org/o> a owl:Ontology ; owlready:python_module "planted_module" ;
            owl:imports <http://127.0.0.1:9/nothing-is-served-here> , <file:///etc/passwd> .
        cg:A a owl:Class .""",
    )
    assert check_consistency(hostile, packaged=False).ok
    assert not (tmp_path / "ran").exists()


@pytest.mark.java
@needs_java
def test_dates_are_stripped_and_counted_and_undeclared_properties_named(workplace, tmp_path):
    report = check_consistency(
        planted(tmp_path, HEADER + 'cpt:44310 cg:addedOn "1990-01-01"^^xsd:date ; cg:addedOff "x" .')
    )
    assert report.ok
    assert report.stripped == (("http://www.w3.org/2001/XMLSchema#date", 1),)
    assert report.undeclared == ("https://w3id.org/codegraph/ontology#addedOff",)


@pytest.mark.java
@needs_java
def test_text_beyond_ascii_and_quotes_reach_hermit(workplace, tmp_path):
    text = (
        'cpt:44310 a cg:CptCode ; cg:undottedCode "é" ; cg:plainDescription "Ω \\"and\\" \\n \\\\ line"@en .'
    )
    assert check_consistency(planted(tmp_path, HEADER + text)).ok


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("broken.ttl", "@prefix : <http://example.org/> . :a :b", r"broken\.ttl .*cannot be read"),
        ("page.owl", "<!DOCTYPE html><p>no</p>", r"page\.owl: not one of \.ttl"),
        ("deep.ttl", "<a:a> <a:b> " + "[ <a:b> " * 200_000, r"deep\.ttl|ended with -"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_and_no_crash(workplace, tmp_path, name, text, message):
    with pytest.raises(ReasonerError, match=message):
        check_consistency(planted(tmp_path, text, name), packaged=False, timeout=30)


def test_a_missing_file_is_named(workplace, tmp_path):
    with pytest.raises(ReasonerError, match=r"absent\.ttl .*cannot be read"):
        check_consistency([tmp_path / "absent.ttl"], packaged=False)


OWLREADY = """
import sys, owlready2
world = owlready2.World()
world.get_ontology("http://example.org/all").load(fileobj=open(sys.argv[1], "rb"), only_local=True)
for (value,) in world.sparql('SELECT ?n { ?c <http://www.w3.org/2004/02/skos/core#notation> ?n }'):
    print(type(value).__name__, value)
"""


def test_codes_stay_texts_in_owlready2(tmp_path):
    from pyoxigraph import RdfFormat, parse

    codes = ("00040", "1000E79", "3E03305", "0016070")
    text = HEADER + " ".join(f'icd10pcs:{c} a cg:Code ; skos:notation "{c}" .' for c in codes)
    triples = tmp_path / "all.nt"
    with triples.open("w", encoding="utf-8") as out:
        for path in files("ontology"):
            if path.parent.name != "schemes":
                out.writelines(f"{q.triple} .\n" for q in parse(path=str(path), format=RdfFormat.TURTLE))
        out.writelines(f"{q.triple} .\n" for q in parse(text.encode(), format=RdfFormat.TURTLE))
    done = subprocess.run(
        [sys.executable, "-c", OWLREADY, str(triples)], capture_output=True, text=True, check=True, timeout=60
    )
    assert sorted(done.stdout.split("\n")) == sorted(["", *(f"str {c}" for c in codes)])
