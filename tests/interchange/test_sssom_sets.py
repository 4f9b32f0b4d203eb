"""All mappings of a release as SSSOM files: what is in them, what stays out, and that others' tools accept them."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.build.mapped_files import OTHERS

from codegraph import resources
from codegraph.errors import CodegraphError, LicenceRequired, NotLoaded
from codegraph.export.as_sssom import Names, write_sssom
from codegraph.export.sssom_sets import export_sets, sets
from codegraph.sources import sssom

PUBLIC = {
    "cpt-icd10pcs-derived",
    "cpt-icd10pcs-none",
    "curated-cpt-icd10pcs",
    "gem-icd10cm-icd9cm-2018",
    "others-7",
    "stoma-revision-icd10pcs",
}
LICENSED = {
    "licensed-omop-2024-08-30",
    "licensed-snomedct-icd10cm-2024-03-01",
    "licensed-snomedct-icd9cm-2024-03-01",
    "licensed-umls-concepts-2024AB",
    "licensed-umls-relations-2024AB",
}


@pytest.fixture(scope="module")
def folder(mapped, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sssom") / "sets"
    mapped.export(out, format="sssom")
    return out


@pytest.fixture(scope="module")
def licensed_folder(mapped, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sssom") / "sets"
    mapped.export(out, format="sssom", include_licensed=True)
    return out


def names(folder: Path) -> set[str]:
    return {path.name.removesuffix(".sssom.tsv") for path in folder.iterdir()}


def rows(folder: Path, name: str):
    return sssom.read_file(folder / f"{name}.sssom.tsv")


def test_each_set_has_a_file_and_licensed_ones_only_when_asked_for(folder, licensed_folder):
    assert names(folder) >= PUBLIC
    assert not any(name.startswith("licensed-") for name in names(folder))
    assert names(licensed_folder) - names(folder) == LICENSED


def test_no_default_file_names_a_licensed_identifier(folder):
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert [n for n, text in texts.items() if "99999900" in text or "C90000" in text or "sct:" in text] == []


def test_licensed_sets_are_whole_and_say_where_their_terms_are(licensed_folder):
    about, found = rows(licensed_folder, "licensed-omop-2024-08-30")
    assert about.slots["license"] == "https://w3id.org/codegraph/licences#descriptors"
    assert ("cpt:44310", "skos:broadMatch", "sct:9999990001") in {
        (m.values["subject_id"], m.values["predicate_id"], m.values["object_id"]) for m in found
    }
    assert any(m.unmapped for m in rows(licensed_folder, "licensed-snomedct-icd10cm-2024-03-01")[1])


def test_every_file_is_canonical(licensed_folder):
    for path in licensed_folder.iterdir():
        out = io.StringIO(newline="")
        sssom.write(*sssom.read_file(path), out)
        assert out.getvalue().encode() == path.read_bytes()


def test_the_summary_counts_what_the_files_hold(mapped, tmp_path):
    summary = mapped.export(tmp_path / "sets", format="sssom")
    files = list((tmp_path / "sets").iterdir())
    assert summary.triples == sum(len(sssom.read_file(path)[1]) for path in files)
    assert summary.bytes == sum(path.stat().st_size for path in files)


def test_a_derived_row_says_its_facets_as_text_and_as_json(folder):
    _, found = rows(folder, "cpt-icd10pcs-derived")
    (row,) = [
        m.values
        for m in found
        if (m.values["subject_id"], m.values["object_id"]) == ("cpt:44310", "icd10pcs:0D1B0Z4")
    ]
    assert row["mapping_justification"] == "semapv:LogicalReasoning"
    assert "approach: open -> open: equal" in row["comment"]
    said = {facet: relation for facet, _, _, relation in json.loads(row["other"])["facets"]}
    assert said["cg:hasApproach"] == "equal"
    assert said["cg:actsOn"] == "narrower"
    assert (row["subject_source"], row["object_source"]) == ("code:cpt", "code:icd10pcs")


def test_rows_of_the_equivalence_mappings_keep_provider_and_flags(folder):
    about, found = rows(folder, "gem-icd10cm-icd9cm-2018")
    said = {
        (m.values["subject_id"], m.values["predicate_id"], m.values["object_id"]): json.loads(
            str(m.values["other"])
        )["gem"]
        for m in found
    }
    assert {m.values["mapping_provider"] for m in found} == {"https://www.cms.gov/"}
    assert "publicdomain" in str(about.slots["license"])
    combined = said["icd10cm:K50.012", "skos:relatedMatch", "icd9cm:560.9"]
    assert combined == {"approximate": 1, "no_map": 0, "combination": 1, "scenario": 1, "choice_list": 2}
    assert said["icd10cm:K50.00", "skos:exactMatch", "icd9cm:555.0"]["approximate"] == 0
    assert said["icd10cm:Z93.0", "skos:exactMatch", "sssom:NoTermFound"]["no_map"] == 1


def test_rows_without_counterpart_keep_their_reason(folder):
    _, found = rows(folder, "cpt-icd10pcs-none")
    assert found
    assert all(m.unmapped and m.comment for m in found)
    assert {m.values["object_source"] for m in found} == {"code:icd10pcs"}


def test_a_set_that_was_read_comes_back_as_it_was(folder, tmp_path):
    (tmp_path / "others.sssom.tsv").write_text(OTHERS, encoding="utf-8")
    before_set, before = sssom.read_file(tmp_path / "others.sssom.tsv")
    after_set, after = rows(folder, "others-7")
    assert after_set.slots == before_set.slots
    ours = {"ICD10CM:K50.012": "icd10cm:K50.012"}  # codes that we know come back as ours, with our label
    for old, new in zip(
        sorted(before, key=lambda m: m.subject), sorted(after, key=lambda m: m.subject), strict=True
    ):
        assert (new.subject, new.object, new.confidence) == (old.subject, old.object, old.confidence)
        kept = {s: v for s, v in new.values.items() if s != "object_label"}
        assert kept == {s: ours.get(str(v), v) for s, v in old.values.items()}
    assert after_set.prefixes["cpt"] == "https://example.org/not-our-cpt/"


def test_the_same_release_gives_the_same_bytes(mapped, folder, tmp_path):
    mapped.export(tmp_path / "again", format="sssom")
    mapped.export(tmp_path / "again", format="sssom")  # and takes the place of an older export
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_only_the_sets_of_some_releases(mapped, tmp_path):
    mapped.export(tmp_path / "sets", format="sssom", graphs=["gem-icd10cm-icd9cm/2018"])
    assert names(tmp_path / "sets") == {"gem-icd10cm-icd9cm-2018"}
    with pytest.raises(NotLoaded, match="no mapping set"):
        export_sets(mapped.tables, mapped.manifest, tmp_path / "none", releases=["cms-pfs/2025D"])
    assert not (tmp_path / "none").exists()


def test_a_place_that_is_no_folder_for_them_is_refused(mapped, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("x")
    for place, reason in (
        ("-", "name a folder"),
        (tmp_path / "file", "no folder"),
        (tmp_path / "mine", "other things"),
    ):
        with pytest.raises(CodegraphError, match=reason):
            mapped.export(place, format="sssom")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "mine"]
    with pytest.raises(CodegraphError, match="into a folder"):
        mapped.export(io.BytesIO(), format="sssom")


def test_sets_are_listed_without_writing(mapped):
    assert {s.file for s in sets(mapped.tables)} >= PUBLIC
    assert {s.file for s in sets(mapped.tables, include_licensed=True)} >= LICENSED


def test_names_give_each_iri_one_prefix():
    found = Names(
        {"cpt": "https://example.org/not-our-cpt/", "PCS": "https://w3id.org/codegraph/code/icd10pcs/"}
    )
    assert found.curie("cpt:44310") == "cg_cpt:44310"
    assert found.curie("https://example.org/not-our-cpt/9") == "cpt:9"
    assert found.curie("icd10pcs:0D1B0Z4") == "PCS:0D1B0Z4"
    assert found.curie("skos:exactMatch") == "skos:exactMatch"
    assert found.curie("icd10pcs-table:0D1") == "group:icd10pcs-0D1"
    unknown = found.curie("https://nowhere.example/x#y")
    assert found.prefixes[unknown.partition(":")[0]] == "https://nowhere.example/x#"
    assert found.curie("https://nowhere.example/x#z").partition(":")[0] == unknown.partition(":")[0]


def test_an_empty_crosswalk_says_why_as_a_row_without_counterpart(mapped, tmp_path):
    found = mapped.crosswalk("cpt:44238", to="icd10pcs")
    assert len(found) == 0
    path = tmp_path / "none.sssom.tsv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_sssom(found, stream)
    _, (row,) = sssom.read_file(path)
    assert row.unmapped
    assert row.comment == found.note
    assert row.values["object_source"] == "code:icd10pcs"


OFFICIAL = os.environ.get("CODEGRAPH_SSSOM", "")


def official(*arguments: str) -> subprocess.CompletedProcess[str]:
    if not OFFICIAL:
        pytest.skip("the official tools are not here: `make test-sssom` installs and runs them")
    return subprocess.run([OFFICIAL, *arguments], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.sssom
def test_the_official_validator_accepts_every_file(licensed_folder, mapped, tmp_path):
    with (tmp_path / "crosswalk.sssom.tsv").open("w", encoding="utf-8", newline="") as stream:
        write_sssom(mapped.crosswalk("cpt:44310"), stream)
    files = sorted(
        [
            *licensed_folder.iterdir(),
            tmp_path / "crosswalk.sssom.tsv",
            *resources.files("knowledge", ".sssom.tsv"),
        ]
    )
    assert len(files) > len(PUBLIC | LICENSED) + 3
    faults = {}
    for path in files:
        done = official("validate", str(path))
        if done.returncode or "ERROR" in done.stderr or "ERROR" in done.stdout:
            faults[path.name] = (done.stdout + done.stderr)[-800:]
    assert faults == {}


@pytest.mark.sssom
def test_the_official_validator_does_refuse_a_bad_file(tmp_path):
    path = tmp_path / "bad.sssom.tsv"
    path.write_text(OTHERS.replace("\t0.75\t", "\t7.5\t"), encoding="utf-8")
    done = official("validate", str(path))
    assert done.returncode or "ERROR" in done.stdout + done.stderr


@pytest.mark.sssom
def test_the_official_parser_finds_as_many_mappings(licensed_folder, tmp_path):
    for name in ("cpt-icd10pcs-derived", "gem-icd10cm-icd9cm-2018", "others-7", "licensed-omop-2024-08-30"):
        done = official(
            "convert",
            str(licensed_folder / f"{name}.sssom.tsv"),
            "-O",
            "json",
            "-o",
            str(tmp_path / f"{name}.json"),
        )
        assert done.returncode == 0, done.stderr[-800:]
        found = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert len(found["mappings"]) == len(rows(licensed_folder, name)[1])


def test_no_crosswalk_shows_what_is_licensed_unasked(mapped):
    for code, to in (("cpt:44310", None), ("icd10cm:K50.012", None), ("icd10pcs:0D1B0Z4", "cpt")):
        found = mapped.crosswalk(code, to=to)
        assert {m.target.system for m in found}.isdisjoint({"sct"})
        assert {m.mapping_set for m in found}.isdisjoint({"omop", "umls-concepts", "umls-relations"})
        out = io.StringIO(newline="")
        write_sssom(found, out)
        assert "99999900" not in out.getvalue()


def test_licensed_mappings_are_looked_up_when_asked_for(mapped):
    with pytest.raises(LicenceRequired, match="include_licensed"):
        mapped.crosswalk("cpt:44310", to="sct")
    found = mapped.crosswalk("cpt:44310", to="sct", include_licensed=True)
    assert len(found) > 0
    assert {m.target.system for m in found} == {"sct"}
    plain = {(str(m.target), m.mapping_set) for m in mapped.crosswalk("cpt:44310")}
    whole = {(str(m.target), m.mapping_set) for m in mapped.crosswalk("cpt:44310", include_licensed=True)}
    assert plain < whole
