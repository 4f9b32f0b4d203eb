"""The whole official data, built once: counts of its README, validation, answers, export. `make test-full` runs it.

It takes minutes and gigabytes; CODEGRAPH_FULL_RELEASE names a release that is built already.
"""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from codegraph.export import export

pytestmark = [pytest.mark.full_release, pytest.mark.full_data]

ROWS = {
    "cms-pfs/2025D": 19_090,
    "cms-gpci/2025": 109,
    "cms-gpci/2026": 109,
    "cms-oppscap/2025D": 16_100,
    "ncci-mue-practitioner/2026Q2": 15_095,
    "ncci-mue-outpatient/2024Q3": 14_628,
    "ncci-mue-dme/2024Q3": 2_928,
    "ncci-addon/2024Q3": 7_465,
    "ncci-ptp-practitioner/2024Q3": 2_546_017,
    "ncci-ptp-outpatient/2024Q3": 1_775_818,
    "icd10cm/2021": 95_358,
    "icd10pcs-order/2024": 79_508,
    "gem-icd9cm-icd10cm/2018": 24_860,
    "gem-icd10cm-icd9cm/2018": 81_593,
    "gem-icd9pcs-icd10pcs/2018": 69_366,
    "hcpcs/2025-10": 8_846,
    "rbcs/2024-06": 17_033,
}


def test_the_rows_agree_with_the_readme_of_the_data(full):
    rows = {s.release: s.rows for s in full.manifest.sources}
    assert {ident: rows.get(ident) for ident in ROWS} == ROWS


@pytest.mark.parametrize(("edition", "codes"), [("2026", 79_115), ("2025", 78_948)])
def test_every_code_of_an_icd10pcs_edition_is_there_with_its_procedure(full, edition, codes):
    assert full.store.object(f"release:icd10pcs/{edition}", "cg:statedCodeCount") == codes
    text = (
        "SELECT (COUNT(?code) AS ?n) WHERE { ?code cg:inRelease "
        f"<https://w3id.org/codegraph/release/icd10pcs/{edition}> ; cg:denotes ?procedure "
        "FILTER EXISTS { ?procedure cg:hasMethod ?method ; cg:actsOn ?site } }"
    )
    assert full.query(text)[0]["n"] == codes


def test_every_reject_is_explained(full):
    lines = [json.loads(r) for r in (full.directory / "rejects.jsonl").read_text().splitlines()]
    rejected = [r for r in lines if r.get("what", "rejected") == "rejected"]
    assert len(rejected) == sum(s.rejects for s in full.manifest.sources) == 2
    assert all(r["reason"] and r["file"] for r in lines)


def test_unknown_files_are_named_and_none_of_them_is_official_data(full):
    names = {n.rpartition("!")[2] for n in full.manifest.unknown_files}
    assert names == {
        "Changes_by_ActionCode.prn",
        "Changes_by_HCPCSCode.prn",
        "HCPC2019_README.txt",
        "HCPC2019_Trans_Alpha.xlsx",
        "proc_notes_2019.txt",
        "PROVENANCE.tsv",
        "README.md",
    }


def test_the_release_conforms(full):
    report = full.validate()
    assert [r for r in report.results if r.severity == "violation"] == []
    assert report.conforms


def test_the_main_job_on_official_files(full):
    code = full["44310"]
    assert code.status == "active"
    entry = next(e for e in full.describe(code).entries if e.release == "cms-pfs/2025D")
    assert str(entry.value("cg:facilityTotalRvu")) == "31.26"
    found = {(str(m.target), m.relation) for m in full.crosswalk(code, to="icd10pcs") if m.facets}
    assert {
        ("icd10pcs:0D1A0Z4", "narrower"),
        ("icd10pcs:0D1B0Z4", "narrower"),
        ("icd10pcs:0D180Z4", "broader"),
    } <= found
    relations = {r.relation for r in full.related(code)}
    assert {
        "closed by",
        "revised by",
        "other approach",
        "bundles always",
        "bundles unless distinct",
    } <= relations
    assert full["0D1B0Z4"].label == "Bypass Ileum to Cutaneous, Open Approach"  # the official title
    assert full["0016070"].system == full["3E03305"].system == "icd10pcs"
    together = [m for m in full.crosswalk("K50.012", to="icd9cm") if m.combination]
    assert {str(m.target) for m in together} == {"icd9cm:555.0", "icd9cm:560.9"}


def test_the_contradictions_of_the_official_files(full):
    found = full.contradictions()
    by_key = {(row.kind, row.subject, row.what): row for row in found}
    split = by_key["grouping", "procedure:open-enterectomy", "ccsr"]
    assert "GIS011" in split.second
    assert "GIS012" in split.second
    assert split.second_source == "ccsr-pr/2022.1"
    assert ("separate-procedure", "cpt:44310", "cg:isSeparateProcedure") in by_key
    assert by_key["add-on", "cpt:0907T", "global period"].second == "global period ZZZ"
    # Mondo was mapped to the WHO's ICD-10.
    assert by_key["gone", "mondo:0005563", "icd10cm:C80.9"].second == "no such code"
    assert "gem" not in found.counts  # both directions of 2018 agree, and no code is identical to two
    assert [(one.kind, one.brings) for one in found.not_loaded] == [
        ("gem", "the CMS general equivalence mapping gem_pcsi9.txt")
    ]
    later = full.contradictions("gem-gone")
    assert len(later) == 1_400
    assert {row.second_source for row in later} == {"icd10cm/2021", "icd10pcs/2026"}


def test_the_exported_turtle_is_the_graph(full, tmp_path):
    whole = tmp_path / "out.ttl"
    summary = export(full.directory, whole)
    store = ox.Store()
    store.bulk_load(path=str(whole), format=ox.RdfFormat.TURTLE)
    distinct = full.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]["n"]
    assert len(store) == summary.triples == distinct


def test_rdflib_reads_a_part_back_to_an_isomorphic_graph(full, tmp_path):
    import rdflib
    from rdflib.compare import isomorphic

    parts = ["codegraph/0.1.0", "cms-gpci/2026", "icd10pcs-definitions/2026", "opps-addendum-a/2025"]
    export(full.directory, tmp_path / "part.ttl", graphs=parts)
    export(full.directory, tmp_path / "part.nt", graphs=parts, format="ntriples")
    turtle = rdflib.Graph().parse(tmp_path / "part.ttl")
    assert len(turtle) > 20_000
    assert isomorphic(turtle, rdflib.Graph().parse(tmp_path / "part.nt", format="nt"))


@pytest.mark.parametrize(
    ("system", "to"),
    [
        ("icd10pcs", "cpt"),
        ("cpt", "icd10pcs"),
        ("icd10pcs", "ccsr"),
        ("icd10cm", "ccsr"),
        ("icd10cm", "cpt"),
        ("icd10cm", "mondo"),
        ("icd9cm", "icd10cm"),
        ("icd9pcs", "icd10pcs"),
        ("icd10pcs", "icd10pcs-table"),
        ("hcpcs", "rbcs"),
    ],
)
def test_a_frame_of_all_codes_of_a_system_says_what_each_crosswalk_says(full, system, to):
    codes = [curie for curie in full if curie.startswith(f"{system}:")]
    assert len(codes) > 3_000
    frame = full.crosswalk_frame(codes, to=to)
    rows = {}
    for row in frame.select("code", "target", "relation", "mapping_set", "combination").iter_rows():
        rows.setdefault(row[0], []).append(row[1:])
    assert list(rows) == codes
    mapped = 0
    for curie in codes[::23]:
        found = full.crosswalk(curie, to=to)
        said = [(str(m.target), m.relation, m.mapping_set, m.combination is not None) for m in found]
        assert rows[curie] == (said or [(None, None, None, False)]), curie
        mapped += bool(said)
    assert mapped or (system, to) in {("icd10pcs", "cpt"), ("cpt", "icd10pcs"), ("icd10cm", "cpt")}
