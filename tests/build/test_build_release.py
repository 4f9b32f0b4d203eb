"""What a build makes of official files: counts, statuses, edges, provenance, one triple in one graph."""

from __future__ import annotations

import gzip
import json
from collections import Counter

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from codegraph.release import dumps
from tests.build.small_files import PLANTED, order_line, pfs, pfs_row, write_all


def lines(graph):
    return [line for p in dumps(graph.directory) for line in gzip.open(p, "rt", encoding="utf-8")]


def test_the_manifest_counts_what_was_read(small):
    rows = {s.release: (s.rows, s.rejects) for s in small.manifest.sources}
    assert rows == {
        "cms-pfs/2025D": (5, 0),
        "gem-icd10cm-icd9cm/2018": (2, 0),
        "icd10cm/2021": (3, 0),
        "icd10pcs/2025": (1, 0),
        "icd10pcs/2026": (1, 0),
        "ncci-ptp-practitioner/2024Q3": (4, 0),
    }
    assert [p.rpartition("/")[2] for p in small.manifest.unknown_files] == ["notes.txt"]
    assert all(len(s.sha256) == 64 for s in small.manifest.sources)
    assert small.manifest.triples == len(lines(small)) == len(small.store)


def test_no_triple_stands_in_two_graphs(small):
    triples = Counter()
    for line in lines(small):
        body = line.rstrip(" .\n")
        head, _, last = body.rpartition(" ")
        named = last.startswith("<https://w3id.org/codegraph/release/") and head.count(" ") >= 2
        if named and not head.rstrip().endswith(">") and '"' not in head:
            named = False
        triples[head if named and len(head.split(" ", 2)) == 3 else body] += 1
    assert [t for t, n in triples.items() if n > 1] == []


def test_edges_are_those_in_force(small):
    rows = small.query(
        "SELECT ?p ?o WHERE { cpt:44310 ?p ?o FILTER(STRSTARTS(STR(?p), STR(cg:bundles))) } ORDER BY ?o"
    )
    assert [(r["p"].rpartition("#")[2], r["o"].rpartition("/")[2]) for r in rows] == [
        ("bundlesAlways", "00100"),
        ("bundlesUnlessDistinct", "44388"),
    ]


def test_a_code_dropped_by_a_newer_edition_is_kept_as_retired(tmp_path):
    files = write_all(tmp_path / "files")
    titles = {
        "0D1B8": "Bypass Ileum to Cutaneous, Endoscopic",
        "0D1B0": "Bypass Ileum to Cutaneous, Open Approach",
    }
    (files / "icd10pcs_order_2024.txt").write_text(
        order_line(1, "0D1", 0, "Gastrointestinal System, Bypass", "Gastrointestinal System, Bypass")
        + "".join(
            order_line(n, f"{c}Z4", 1, t[:60], t) for n, (c, t) in enumerate(sorted(titles.items()), 2)
        ),
        encoding="utf-8",
    )
    build([files], tmp_path / "release")
    kg = CodeGraph(tmp_path / "release")
    assert kg["icd10pcs:0D1B8Z4"].status == "retired"
    assert kg["icd10pcs:0D1B0Z4"].status == "active"
    assert kg["icd10pcs:0D1B0Z4"].label == "Bypass Ileum to Cutaneous, Open Approach"


def test_pcs_editions_stand_side_by_side_and_the_newest_describes(small):
    assert {c for c in small if c.startswith("icd10pcs")} == {
        f"icd10pcs:0D1{part}{approach}Z4" for part in "AB" for approach in "04"
    }
    releases = small.describe("0D1B0Z4").in_releases
    assert releases == ("icd10pcs/2025", "icd10pcs/2026")
    assert small.describe("0D1B4Z4").in_releases == ("icd10pcs/2026",)
    assert small.store.object("release:icd10pcs/2026", "cg:statedCodeCount") == 4


def test_the_licensed_text_is_in_a_dump_of_its_own_only(small):
    assert all(PLANTED not in line for line in lines(small))
    licensed = [p for p in dumps(small.directory, licensed=True) if p.name.startswith("licensed-")]
    assert [p.name for p in licensed] == ["licensed-cms-pfs-2025D.nq.gz"]
    assert PLANTED in gzip.decompress(licensed[0].read_bytes()).decode()
    assert list(small.query(f'SELECT ?s WHERE {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), "{PLANTED}")) }}')) == []
    assert small["44310"].official_descriptors == [("cms-pfs/2025D", PLANTED)]


def test_public_hcpcs_text_is_a_label(small):
    assert small["G0463"].label == "Hospital outpt clinic visit"


def test_a_malformed_row_is_rejected_with_its_place_and_the_build_goes_on(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    rows = [pfs_row(f"{n:05d}") for n in range(44000, 44200)]
    rows.insert(10, pfs_row("44999", work="seventeen"))
    (files / "PPRRVU2025_Oct.csv").write_text(pfs(rows), encoding="utf-8")
    report = build([files], tmp_path / "release")
    source = report.manifest.sources[0]
    assert (source.rows, source.rejects) == (200, 1)
    kept = [json.loads(r) for r in (tmp_path / "release" / "rejects.jsonl").read_text().splitlines()]
    assert len(kept) == 1
    assert kept[0]["file"].endswith("PPRRVU2025_Oct.csv")
    assert kept[0]["line"] == 19
    assert kept[0]["row"].startswith("44999|")
    assert kept[0]["reason"]


def test_equal_inputs_give_equal_bytes(tmp_path):
    files = write_all(tmp_path / "files")
    for name in ("one", "two"):
        build([files], tmp_path / name)
    ours = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").glob("*") if p.is_file())
    assert len(ours) >= 4
    for part in [*ours, *(p.relative_to(tmp_path / "one") for p in dumps(tmp_path / "one", licensed=True))]:
        assert (tmp_path / "one" / part).read_bytes() == (tmp_path / "two" / part).read_bytes(), part
