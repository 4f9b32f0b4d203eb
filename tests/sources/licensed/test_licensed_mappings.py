"""OMOP, UMLS and SNOMED CT mappings from a user's own files: joined, given a relation, and kept apart."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from tests.build import licensed_files
from tests.build.licensed_files import PLANTED

from codegraph.build.pipeline import build
from codegraph.errors import SourceError
from codegraph.export import export
from codegraph.release import dumps
from codegraph.sources import omop, registry, snomed_rf2, umls
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import Member, members
from codegraph.sources.licensed import TABLE, LicensedMapping, curie

KINDS = {reader.kind: reader for reader in (*omop.READERS, *umls.READERS, *snomed_rf2.READERS)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return licensed_files.write_all(tmp_path_factory.mktemp("licensed"))


def only(folder: Path, name: str) -> Member:
    (path,) = folder.rglob(name)
    return Member(path, None)


def mapped(rows) -> set[tuple[str, str, str]]:
    return {(r.subject, r.predicate, r.object) for r in rows if isinstance(r, LicensedMapping)}


def test_each_file_is_known_by_its_content(folder):
    found = {f.member.name: (f.reader.kind, f.release.ident) for f in registry.scan([folder]) if f.reader}
    assert found == {
        "CONCEPT.csv": ("omop-concept", "omop-concept/2024-08-30"),
        "CONCEPT_RELATIONSHIP.csv": ("omop-relationship", "omop-relationship/2024-08-30"),
        "MRCONSO.RRF": ("umls-concepts", "umls-concepts/2024AB"),
        "MRREL.RRF": ("umls-relations", "umls-relations/2024AB"),
        "der2_iisssccRefset_ExtendedMapSnapshot_US1000124_20240301.txt": (
            "snomed-extended-map",
            "snomedct-extended-map/2024-03-01",
        ),
        "der2_sRefset_SimpleMapSnapshot_US1000124_20240301.txt": (
            "snomed-simple-map",
            "snomedct-simple-map/2024-03-01",
        ),
    }
    assert all(reader.licensor for reader in KINDS.values())


def test_omop_keeps_valid_relations_between_known_vocabularies(folder):
    rows = list(KINDS["omop-relationship"].read(only(folder, "CONCEPT_RELATIONSHIP.csv")))
    assert mapped(rows) == {
        ("cpt:44310", "skos:broadMatch", "sct:9999990001"),
        ("icd10pcs:0D1B0Z4", "skos:closeMatch", "sct:9999990001"),
        ("icd10cm:K50.012", "skos:relatedMatch", "sct:9999990001"),
        ("icd10cm:K50.012", "skos:relatedMatch", "sct:9999990002"),
    }
    several = [r for r in rows if r.subject == "icd10cm:K50.012"]
    assert {r.comment for r in several} == {"one of the 3 standard concepts that OMOP maps it to together"}
    assert several[0].detail == {"omop": {"relationship": "Maps to", "concepts": [5, 2]}}


def test_omop_counts_concepts_whatever_quotes_their_names_have(folder):
    rows = list(KINDS["omop-concept"].read(only(folder, "CONCEPT.csv")))
    assert {r.vocabulary: r.codes for r in rows} == {
        "CPT4": 1,
        "SNOMED": 2,
        "ICD10PCS": 1,
        "ICD10CM": 1,
        "ICD9Proc": 1,
    }


def test_umls_concepts_join_codes_by_their_preferred_names(folder):
    rows = list(KINDS["umls-concepts"].read(only(folder, "MRCONSO.RRF")))
    assert mapped(rows) == {
        ("cpt:44310", "skos:closeMatch", "sct:9999990001"),
        ("cpt:44310", "skos:closeMatch", "icd9pcs:46.20"),
        ("icd9pcs:46.20", "skos:closeMatch", "sct:9999990001"),
        ("icd10cm:K50.012", "skos:closeMatch", "icd9cm:555.0"),
    }
    assert {r.detail["umls"]["concept"] for r in rows} == {"C9000001", "C9000002"}


def test_a_umls_relation_is_said_of_the_second_atom(folder):
    rows = list(KINDS["umls-relations"].read(only(folder, "MRREL.RRF")))
    assert mapped(rows) == {
        ("sct:9999990001", "skos:broadMatch", "cpt:44310"),
        ("cpt:44310", "skos:narrowMatch", "sct:9999990001"),
        ("sct:9999990001", "skos:relatedMatch", "icd9pcs:46.20"),
    }


def test_an_extended_map_keeps_groups_priorities_and_rules(folder):
    rows = list(KINDS["snomed-extended-map"].read(only(folder, "der2_iisssccRefset*")))
    assert {(r.subject[4:], r.predicate[5:], r.object, r.part) for r in rows if isinstance(r, LicensedMapping)} == {
        ("9999990001", "closeMatch", "icd10cm:K50.012", "1.1"),
        ("9999990002", "relatedMatch", "icd10cm:K50.00", "1.1"),
        ("9999990002", "closeMatch", "icd10cm:K50.90", "1.2"),
        ("9999990003", "relatedMatch", "icd10cm:K56.69", "1.1"),
        ("9999990003", "relatedMatch", "icd10cm:Z93.2", "2.1"),
        ("9999990004", "exactMatch", "sssom:NoTermFound", "1.1"),
        ("9999990005", "relatedMatch", "icd10cm:S52.501", "1.1"),
        ("9999990008", "broadMatch", "icd10cm:K57.30", "1.1"),
    }  # fmt: skip
    (ruled,) = [r for r in rows if getattr(r, "object", "") == "icd10cm:K50.00"]
    assert ruled.detail["snomed"]["rule"] == "IFA 9999990009"
    (note,) = [r for r in rows if isinstance(r, Note)]
    assert "447562003" in note.rule


def test_a_simple_map_of_a_known_reference_set(folder):
    rows = list(KINDS["snomed-simple-map"].read(only(folder, "der2_sRefset*")))
    assert mapped(rows) == {("sct:9999990001", "skos:closeMatch", "icd9cm:555.0")}
    assert [r.line for r in rows if isinstance(r, Note)] == [4]


def test_a_full_file_gives_the_newest_version_and_a_delta_nothing(folder, tmp_path):
    snapshot = only(folder, "der2_iisssccRefset*").path
    full = tmp_path / "der2_iisssccRefset_ExtendedMapFull_US1000124_20240301.txt"
    newer = licensed_files.extended("m1", "9999990001", "K51.00", active=0, day="20250301")
    full.write_text("\r\n".join([*licensed_files.EXTENDED, newer]))
    targets = {
        r.object for r in KINDS["snomed-extended-map"].read(Member(full, None)) if hasattr(r, "object")
    }
    assert "icd10cm:K50.012" not in targets
    assert {"icd10cm:K57.30", "icd10cm:K51.00", "icd10cm:K57.31"} & targets == {"icd10cm:K57.30"}
    delta = tmp_path / "der2_iisssccRefset_ExtendedMapDelta_US1000124_20240301.txt"
    shutil.copy(snapshot, delta)
    (note,) = KINDS["snomed-extended-map"].read(Member(delta, None))
    assert "delta" in note.rule
    assert KINDS["snomed-extended-map"].release(Member(delta, None)).source == "snomedct-extended-map-delta"


def test_members_of_an_archive_are_joined_too(folder, tmp_path):
    path = tmp_path / "athena.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("CONCEPT.csv", "CONCEPT_RELATIONSHIP.csv", "VOCABULARY.csv"):
            archive.write(folder / "omop" / name, f"athena/{name}")
    (member,) = [m for m in members(path) if m.name == "CONCEPT_RELATIONSHIP.csv"]
    assert len(mapped(KINDS["omop-relationship"].read(member))) == 4
    assert KINDS["omop-relationship"].release(member).version == "2024-08-30"


@pytest.mark.parametrize(
    ("kind", "name", "other"),
    [("omop-relationship", "CONCEPT_RELATIONSHIP.csv", "CONCEPT.csv"), ("umls-relations", "MRREL.RRF", "MRCONSO.RRF")],
)  # fmt: skip
def test_a_file_without_its_other_half_says_what_to_do(folder, tmp_path, kind, name, other):
    shutil.copy(only(folder, name).path, tmp_path / name)
    with pytest.raises(SourceError, match=rf"{name} is read together with {other}"):
        list(KINDS[kind].read(Member(tmp_path / name, None)))


@pytest.mark.parametrize(
    ("kind", "name", "broken"),
    [
        ("omop-concept", "CONCEPT.csv", f"11\t{PLANTED}\tProcedure"),
        ("omop-relationship", "CONCEPT_RELATIONSHIP.csv", "1\t2"),
        ("umls-concepts", "MRCONSO.RRF", f"C9000009|ENG|{PLANTED}|"),
        ("umls-relations", "MRREL.RRF", "C9000009|A1|AUI|"),
        ("snomed-extended-map", "der2_iisssccRefset*", f"m77\t20240301\t1\t{PLANTED}"),
        ("snomed-extended-map", "der2_iisssccRefset*", licensed_files.extended("m78", "9999990001", "99.ZZ")),
    ],
)
def test_a_broken_row_is_rejected_without_its_words(folder, tmp_path, kind, name, broken):
    source = only(folder, name).path
    shutil.copytree(source.parent, tmp_path / "copy")
    path = tmp_path / "copy" / source.name
    with path.open("a", encoding="utf-8") as file:
        file.write(broken + "\n")
    found = [r for r in KINDS[kind].read(Member(path, None)) if isinstance(r, Reject)]
    assert len(found) == 1
    assert "planted" not in (found[0].row + found[0].reason).lower()


def test_codes_are_told_from_headings():
    assert curie("cpt", "44310") == "cpt:44310"
    assert curie("icd9pcs", "46.20") == "icd9pcs:46.20"
    assert curie("icd10pcs", "0D1") is None
    assert curie("sct", "012345678") is None


@pytest.fixture(scope="module")
def release(folder, tmp_path_factory) -> Path:
    """Return a release built with every licensed file."""
    out = tmp_path_factory.mktemp("built") / "release"
    build([folder], out)
    return out


def test_a_release_builds_where_no_reference_set_is_one_of_ours(tmp_path):
    lines = [
        licensed_files.EXTENDED_HEADER,
        licensed_files.extended("m9", "9999990007", "A00.0", refset="447562003"),
    ]
    path = tmp_path / "files" / "der2_iisssccRefset_ExtendedMapSnapshot_INT_20240301.txt"
    path.parent.mkdir()
    path.write_text("\r\n".join([*lines, ""]))
    report = build([path.parent], tmp_path / "release")
    assert [(s.rows, s.notes) for s in report.manifest.sources] == [(0, 1)]


TELLTALES = ("99999900", "C90000", PLANTED)


def test_nothing_licensed_is_in_a_default_export(release, tmp_path):
    for ending in (".ttl", ".nq", ".nt", ".jsonld"):
        export(release, tmp_path / f"all{ending}")
        text = (tmp_path / f"all{ending}").read_text(encoding="utf-8")
        assert [t for t in TELLTALES if t in text] == []
    texts = [gzip.decompress(path.read_bytes()).decode() for path in dumps(release)]
    assert [t for text in texts for t in TELLTALES if t in text] == []
    assert b"99999900" not in b"".join(p.read_bytes() for p in (release / "graph").rglob("*") if p.is_file())


def test_no_words_of_a_licensed_file_are_kept_anywhere(release):
    for path in release.rglob("*"):
        if path.is_file():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert PLANTED.encode() not in data
            assert PLANTED.upper().encode() not in data


def test_what_is_licensed_is_in_its_dump_and_leaves_when_asked_for(release, tmp_path):
    export(release, tmp_path / "all.nt", include_licensed=True)
    lines = (tmp_path / "all.nt").read_text(encoding="utf-8").splitlines()
    pair = "<https://w3id.org/codegraph/code/cpt/44310> <http://www.w3.org/2004/02/skos/core#broadMatch> "
    assert f"{pair}<http://snomed.info/id/9999990001> ." in lines
    text = gzip.decompress(
        (release / "dump/licensed-omop-relationship-2024-08-30.nq.gz").read_bytes()
    ).decode()
    graph = "<https://w3id.org/codegraph/release/licensed/omop-relationship/2024-08-30>"
    assert f"{graph} <http://purl.org/dc/terms/rightsHolder>" in text
    assert text.count(f" {graph} .") == len(text.splitlines())


def test_the_table_finds_them_from_either_side(release):
    with sqlite3.connect(release / "tables.sqlite") as tables:
        of_code = tables.execute(
            "SELECT object, predicate, mapping_set, detail FROM licensed_mapping WHERE subject = ? ORDER BY 1, 3",
            ("cpt:44310",),
        ).fetchall()
        of_concept = tables.execute(
            "SELECT DISTINCT subject FROM licensed_mapping WHERE object = 'sct:9999990001' ORDER BY 1"
        ).fetchall()
        plan = tables.execute(
            "EXPLAIN QUERY PLAN SELECT subject FROM licensed_mapping WHERE object = 'sct:9999990001'"
        ).fetchall()
        open_rows = tables.execute("SELECT count(*) FROM mapping WHERE object LIKE 'sct:%'").fetchone()
    assert [row[:3] for row in of_code] == [
        ("icd9pcs:46.20", "skos:closeMatch", "umls-concepts"),
        ("sct:9999990001", "skos:broadMatch", "omop"),
        ("sct:9999990001", "skos:closeMatch", "umls-concepts"),
        ("sct:9999990001", "skos:narrowMatch", "umls-relations"),
    ]
    assert json.loads(of_code[1][3])["omop"]["relationship"] == "Is a"
    assert [row[0] for row in of_concept] == [
        "cpt:44310",
        "icd10cm:K50.012",
        "icd10pcs:0D1B0Z4",
        "icd9pcs:46.20",
    ]
    assert "SEARCH" in plan[0][3]
    assert open_rows == (0,)


def test_the_manifest_says_which_sources_are_licensed(release):
    manifest = json.loads((release / "manifest.json").read_text())
    assert {s["kind"] for s in manifest["sources"] if s["licensed"]} == KINDS.keys()
    assert TABLE.name in manifest["tables"]
