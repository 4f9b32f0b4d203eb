"""The edits database: exact rows, side by side releases, edges in force, a process of its own."""

import json
import multiprocessing
import random
import sqlite3

import pytest

from codegraph.build.edits import build_edits
from codegraph.build.edits_history import read_edits
from codegraph.errors import SourceError
from codegraph.sources import ncci_ptp
from codegraph.sources.files import members

HEADER = (
    "Copyright\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n\t\t\t\t*=no data\t1=allowed\t\n"
)
FILES = {
    "ccipra-v301r0-f1.txt": ["44310\t44187\t\t20200101\t*\t1\tOld", "44310\t44005\t\t20200101\t*\t0\tOld"],
    "ccipra-v302r0-f1.txt": [
        "44310\t44005\t\t20200101\t*\t0\tOld",
        "44310\t44187\t\t20200101\t20240630\t1\tOld",
        "44310\tG0463\t\t20100101\t20151231\t1\tOld",
        "44310\tG0463\t\t20240701\t20240930\t0\tNew",
    ],
    "ccipra-v302r0-f2.txt": ["G0463\t44310\t*\t\t*\t1\tNew", "99211\t44310\t\t\t*\t9\tNew"],
    "ccioph-v302r0-f1.txt": ["44310\t44005\t\t20200101\t*\t1\tOld", "44310\t44005\t\t20200101\t*\t1\tOld"],
}


def sources(folder, files):
    found = []
    for name, rows in files.items():
        path = folder / name
        path.write_text(HEADER + "\n".join(rows) + "\n")
        member = next(members(path))
        found.append((member, ncci_ptp.READERS[0].release(member)))
    return found


def build(folder, found):
    built = build_edits(found, folder / "edits.sqlite", folder / "edges.nt", folder / "rejects.jsonl")
    return built, sqlite3.connect(folder / "edits.sqlite")


def test_history_of_all_releases_reads_like_the_files(tmp_path):
    built, db = build(tmp_path, sources(tmp_path, FILES))
    assert [(f.release, f.rows, f.rejected) for f in built.files] == [
        ("ncci-ptp-practitioner/2024Q2", 2, 0),
        ("ncci-ptp-practitioner/2024Q3", 4, 0),
        ("ncci-ptp-practitioner/2024Q3", 2, 0),
        ("ncci-ptp-outpatient/2024Q3", 2, 0),
    ]
    assert db.execute("SELECT count(*) FROM ptp").fetchone() == (10,)
    query = (
        "SELECT p.release, p.effective, p.deleted, p.indicator, p.prior_1996, r.rationale FROM ptp AS p "
        "JOIN ptp_rationale AS r ON r.id = p.rationale WHERE column1 = ? AND column2 = ? AND setting = ? "
        "ORDER BY occurrence"
    )
    assert db.execute(query, ("44310", "G0463", "practitioner")).fetchall() == [
        ("ncci-ptp-practitioner/2024Q3", "2010-01-01", "2015-12-31", "1", 0, "Old"),
        ("ncci-ptp-practitioner/2024Q3", "2024-07-01", "2024-09-30", "0", 0, "New"),
    ]
    assert db.execute(query, ("G0463", "44310", "practitioner")).fetchall() == [
        ("ncci-ptp-practitioner/2024Q3", "", "", "1", 1, "New")
    ]
    assert db.execute("SELECT count(*) FROM ptp WHERE column2 = '44310'").fetchone() == (2,)


def test_look_ups_by_either_column_use_an_index(tmp_path):
    _, db = build(tmp_path, sources(tmp_path, FILES))
    for where in ("column1 = 'x'", "column2 = 'x'", "column1 = 'x' AND column2 = 'y'"):
        plan = " ".join(r[3] for r in db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM ptp WHERE {where}"))
        assert "SCAN" not in plan, plan


def test_edges_are_those_in_force_in_the_newest_release_of_each_setting(tmp_path):
    built, _ = build(tmp_path, sources(tmp_path, FILES))
    lines = (tmp_path / "edges.nt").read_text().splitlines()
    assert lines == sorted(set(lines))
    assert built.edges == len(lines) == 4
    short = [line.replace("https://w3id.org/codegraph/", "") for line in lines]
    assert short == [
        "<code/cpt/44310> <ontology#bundlesAlways> <code/cpt/44005> .",
        "<code/cpt/44310> <ontology#bundlesAlways> <code/hcpcs/G0463> .",
        "<code/cpt/44310> <ontology#bundlesUnlessDistinctOutpatient> <code/cpt/44005> .",
        "<code/hcpcs/G0463> <ontology#bundlesUnlessDistinct> <code/cpt/44310> .",
    ]
    assert built.codes == {
        "ncci-ptp-outpatient/2024Q3": ("44005", "44310"),
        "ncci-ptp-practitioner/2024Q3": ("44005", "44310", "G0463"),
    }


def test_a_re_issue_is_newer_than_what_it_replaces(tmp_path):
    files = {
        "ccipra-v302r1-f1.txt": ["44310\t44005\t\t20200101\t*\t1\tNew"],
        "ccipra-v302r0-f1.txt": ["44310\t44005\t\t20200101\t*\t0\tOld"],
    }
    built, _ = build(tmp_path, sources(tmp_path, files))
    assert list(built.codes) == ["ncci-ptp-practitioner/2024Q3r1"]
    assert "bundlesUnlessDistinct>" in (tmp_path / "edges.nt").read_text()


def test_an_excerpt_of_a_newer_release_does_not_hide_the_last_whole_one(tmp_path):
    newer = {"ccipra-v322r0-f1.excerpt.txt": ["44310\t44005\t\t20200101\t*\t1\tNew"]}
    built, db = build(tmp_path, sources(tmp_path, FILES | newer))
    assert sorted(built.codes) == ["ncci-ptp-outpatient/2024Q3", "ncci-ptp-practitioner/2024Q3"]
    assert db.execute("SELECT count(*) FROM ptp WHERE release LIKE '%2026Q3'").fetchone() == (1,)


def test_more_rows_than_one_insert_in_any_order(tmp_path):
    rows = [f"{10000 + n // 9:05}\t{20000 + n % 9:05}\t\t\t*\t{n % 2}\tReason" for n in range(1234)]
    shuffled = random.Random(7).sample(rows, len(rows))
    _, db = build(tmp_path, sources(tmp_path, {"ccipra-v302r0-f1.txt": shuffled}))
    found = db.execute("SELECT column1, column2, indicator FROM ptp ORDER BY 1, 2").fetchall()
    assert found == [(r[:5], r[6:11], r.split("\t")[5]) for r in rows]
    lines = (tmp_path / "edges.nt").read_text().splitlines()
    assert len(lines) == 1234
    assert lines == sorted(lines)


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    found = sources(tmp_path, FILES)
    build(tmp_path, found)
    first = [(tmp_path / name).read_bytes() for name in ("edits.sqlite", "edges.nt")]
    (tmp_path / "edits.sqlite").unlink()
    build(tmp_path, found)
    assert [(tmp_path / name).read_bytes() for name in ("edits.sqlite", "edges.nt")] == first


def test_every_row_comes_back_for_export(tmp_path):
    found = sources(tmp_path, FILES)
    build(tmp_path, found)
    typed = [row for member, _ in found for row in ncci_ptp.READERS[0].read(member)]
    back = list(read_edits(tmp_path / "edits.sqlite"))
    assert sorted(map(repr, back)) == sorted(map(repr, typed))
    nodes = {next(ncci_ptp.edit_triples(row)).subject for row in back}
    assert len(nodes) == len(back)


def test_rejected_rows_are_kept_and_the_build_goes_on(tmp_path):
    files = {"ccipra-v302r0-f1.txt": ["44310\t44X\t\t\t*\t1\tSome Text", "44310\t44005\t\t\t*\t1\tNew"]}
    built, _ = build(tmp_path, sources(tmp_path, files))
    assert (built.files[0].rows, built.files[0].rejected) == (1, 1)
    (kept,) = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert kept["file"] == "ccipra-v302r0-f1.txt"
    assert kept["line"] == 6
    assert "'44X'" in kept["reason"]
    assert "Some Text" not in kept["row"], "texts of a malformed row may be licensed"


def test_a_part_given_as_text_and_as_workbook_is_read_once(tmp_path, make_workbook):
    found = sources(tmp_path, {"ccipra-v302r0-f1.txt": FILES["ccipra-v301r0-f1.txt"]})
    cells = [line.split("\t") for line in (HEADER + "\n".join(FILES["ccipra-v301r0-f1.txt"])).split("\n")]
    twin = make_workbook("ccipra-v302r0-f1.xlsx", cells)
    other = make_workbook(
        "ccipra-v302r0-f2.xlsx", [*cells[:5], ["99211", "44310", "", "20200101", "*", "1", "New"]]
    )
    release = found[0][1]
    built, db = build(tmp_path, [(twin, release), *found, (other, release)])
    assert [(f.label, f.rows) for f in built.files] == [
        ("ccipra-v302r0-f1.txt", 2),
        ("ccipra-v302r0-f2.xlsx", 1),
    ]
    assert db.execute("SELECT count(*) FROM ptp").fetchone() == (3,)


def test_it_runs_in_a_process_of_its_own(tmp_path):
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        names = [tmp_path / n for n in ("edits.sqlite", "edges.nt", "rejects.jsonl")]
        built = pool.apply(build_edits, (sources(tmp_path, FILES), *names))
        assert built.edges == 4
        broken = sources(tmp_path, {"ccipra-v303r0-f1.txt": ["44310\t44"]})
        with pytest.raises(SourceError, match="cut short"):
            pool.apply(build_edits, (broken, tmp_path / "other.sqlite", *names[1:]))


@pytest.mark.full_data
@pytest.mark.slow
def test_official_counts(tmp_path, data_dir):
    found = []
    for setting in ("practitioner", "outpatient"):
        member = next(members(data_dir / "ncci" / f"ptp_{setting}_2024Q3.txt.xz"))
        found.append((member, ncci_ptp.READERS[0].release(member)))
    excerpt = next(members(data_dir / "ncci" / "ccipra-v322r0-f1.excerpt.txt"))
    found.append((excerpt, ncci_ptp.READERS[0].release(excerpt)))
    built, db = build(tmp_path, found)
    assert [(f.rows, f.rejected) for f in built.files] == [(2_546_017, 0), (1_775_818, 0), (22, 0)]
    assert db.execute("SELECT count(*) FROM ptp_pair").fetchone() == (4_321_857,)
    assert built.edges == 3_005_677
    assert (tmp_path / "edits.sqlite").stat().st_size < 200_000_000
    pair = "SELECT setting, indicator, deleted FROM ptp WHERE column1 = '44310' AND column2 = '44005'"
    assert sorted(db.execute(pair)) == [("outpatient", "0", ""), ("practitioner", "0", "")]
