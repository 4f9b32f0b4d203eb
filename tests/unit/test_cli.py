"""The command line: what each command prints, in each format, its exit codes, and what it must not import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from codegraph.cli import main


@pytest.fixture
def run(kg):
    def call(*args, release=kg.directory, code=0):
        result = CliRunner().invoke(main, ["--release", str(release), *map(str, args)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return call


def test_help_of_every_command_teaches(run):
    for name in ("", *main.commands):
        text = run(*([name] if name else []), "--help").output
        assert "Usage:" in text
        assert len(text.splitlines()) > 5


def test_show_in_each_format(run):
    text = run("show", "44310").output
    assert text.startswith("cpt:44310  Open creation of an ileostomy or jejunostomy")
    for part in (
        "Fee Schedule Entry",
        "cms-pfs/2025D",
        "17.59",
        "Steps",
        "Indications",
        "Sources disagree",
        "Not loaded",
    ):
        assert part in text
    data = json.loads(run("show", "44310", "--format", "json").output)
    assert data["code"] == "cpt:44310"
    assert data["procedure"]["site"] == ["site:jejunum-or-ileum"]
    rvu = [f["value"] for e in data["entries"] for f in e["facts"] if f["property"] == "cg:workRvu"]
    assert rvu == ["17.59"]
    assert run("show", "44310", "--format", "md").output.startswith("# cpt:44310: Open creation")


def test_show_as_turtle_is_read_back(run):
    import pyoxigraph as ox

    text = run("show", "44310", "--format", "ttl").output
    triples = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    subjects = {q.subject.value for q in triples}
    assert "https://w3id.org/codegraph/code/cpt/44310" in subjects
    assert "https://w3id.org/codegraph/concept/procedure/open-ileostomy-or-jejunostomy" in subjects
    assert "https://w3id.org/codegraph/entry/cms-pfs/2025D/44310" in subjects


def test_crosswalk_in_each_format(run):
    table = run("crosswalk", "44310", "--to", "icd10pcs").output
    assert "icd10pcs:0D1B0Z4" in table
    assert "narrower" in table
    explained = run("crosswalk", "44310", "--to", "icd10pcs", "--explain").output
    assert "  site         Jejunum or Ileum  Ileum             narrower" in explained
    data = json.loads(run("crosswalk", "44310", "--to", "icd10pcs", "--format", "json").output)
    assert {m["relation"] for m in data["mappings"]} == {"narrower", "broader"}
    assert data["mappings"][0]["provenance"]["release"] == "codegraph/0.1.0"


def test_crosswalk_as_sssom_is_read_back(run, tmp_path):
    from codegraph.sources.sssom import read_file

    out = tmp_path / "x.sssom.tsv"
    out.write_text(run("crosswalk", "44310", "--format", "sssom").output, encoding="utf-8")
    _, mappings = read_file(out)
    assert {m.object.rpartition("/")[2] for m in mappings} == {"0D1A0Z4", "0D1B0Z4", "0D180Z4"}


def test_targets_that_differ_in_something_unnamed_are_shown_on_request(run):
    short = run("crosswalk", "44320", "--to", "icd10pcs").output
    assert "device" not in short
    data = json.loads(run("crosswalk", "44320", "--to", "icd10pcs", "--all", "--format", "json").output)
    shown = json.loads(run("crosswalk", "44320", "--to", "icd10pcs", "--format", "json").output)
    aside = [m for m in data["mappings"] if m["aside"]]
    assert len(data["mappings"]) - len(shown["mappings"]) == len(aside)


def test_related_query_and_info(run):
    assert "cpt:44620" in run("related", "44310").output
    assert json.loads(run("related", "44310", "--format", "json").output)[0]["relation"]
    assert "codes_at_site" in run("query", "list").output
    stored = run("query", "codes_at_site", "--param", "site=site:ileum").output
    assert "45136" in stored
    by_path = run("query", "queries/competency/codes_at_site.rq", "--param", "site=site:ileum").output
    assert by_path == stored
    for format in ("json", "csv", "tsv"):
        assert (
            "45136" in run("query", "codes_at_site", "--param", "site=site:ileum", "--format", format).output
        )
    assert run(
        "query", "SELECT ?x WHERE { cpt:44310 skos:notation ?x }", "--format", "csv"
    ).output.split() == ["x", "44310"]
    assert "<https" in run("query", "CONSTRUCT WHERE { cpt:44310 cg:denotes ?x }", "--format", "ttl").output
    assert json.loads(run("info", "--format", "json").output)["codes"]["cpt"] > 130
    assert "triples" in run("info").output


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("show", "99999"), "cpt:99999 is not in this release"),
        (("show", "4431"), "not written like any code"),
        (("show", "A4206"), "are loaded"),
        (("crosswalk", "44310", "--to", "mars"), "no crosswalk to 'mars'"),
        (("query", "codes_at_site"), "site"),
        (("query", "codes_at_site", "--param", "sight=site:ileum"), "sight"),
        (("query", "no_such_query"), "no query"),
        (("query", "SELECT ?x WHERE { SERVICE <http://127.0.0.1:9/> { ?x ?p ?o } }"), "SERVICE"),
        (("export", "out.docx"), "docx"),
    ],
)
def test_errors_name_the_matter_and_exit_with_2(run, args, says):
    result = run(*args, code=2)
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_a_place_that_is_no_release(run, tmp_path):
    assert "codegraph build" in run("info", release=tmp_path, code=2).stderr


def test_validate_exit_codes(run, tmp_path):
    assert json.loads(run("validate", "--format", "json").output)["conforms"] is True
    bad = tmp_path / "bad.ttl"
    bad.write_text(
        "@prefix cg: <https://w3id.org/codegraph/ontology#> .\n"
        "<https://example.org/p> a cg:Procedure ; cg:actsOn <https://w3id.org/codegraph/concept/site/ileum> .\n"
    )
    result = run("validate", bad, code=1)
    assert "cgsh:Procedure-prefLabel" in result.output
    assert "sh:ValidationReport" in run("validate", bad, "--format", "ttl", code=1).output


def test_export_follows_the_ending(run, tmp_path):
    run("export", tmp_path / "out.ttl")
    run("export", tmp_path / "out.nq")
    assert (tmp_path / "out.ttl").read_text().startswith("@prefix")
    assert (tmp_path / "out.nq").stat().st_size > 100_000


def test_build_and_sources_print_what_they_did(run, tmp_path):
    from tests.build.small_files import write_all

    files = write_all(tmp_path / "files")
    table = run("sources", files).output
    assert "pfs-relative-values" in table
    assert "notes.txt" in table
    assert "Not here, and where it is published:" in table
    data = json.loads(run("sources", files, "--format", "json").output)
    assert {f["rows"] for f in data["files"] if f["release"] == "cms-pfs/2025D"} == {5}
    built = run("build", files, "--out", tmp_path / "release").output
    assert "cms-pfs/2025D" in built
    assert "unknown:" in built
    assert "left out:" not in built
    assert "cut.zip" in _failed(run, files, tmp_path)


def _failed(run, files, tmp_path):
    (files / "cut.zip").write_bytes(b"PK\x03\x04 cut")
    before = sorted(p.name for p in tmp_path.iterdir())
    message = run("build", files, "--out", tmp_path / "other", code=2).stderr
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(".lock")) == [
        n for n in before if not n.endswith(".lock")
    ]
    return message


@pytest.mark.parametrize("command", [("show", "44310"), ("crosswalk", "44310", "--to", "icd10pcs")])
def test_answering_imports_no_heavy_library(kg, command):
    code = (
        "import sys; from codegraph.cli import main\n"
        f"try: main(['--release', {str(kg.directory)!r}, *{command!r}])\n"
        "except SystemExit: pass\n"
        "heavy = {'rdflib', 'networkx', 'pyshacl', 'polars', 'owlready2', 'rich', 'httpx', 'python_calamine'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n"), done.stdout[-300:] + done.stderr
