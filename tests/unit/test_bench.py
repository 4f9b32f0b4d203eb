"""The bench: its arithmetic, and that a quick run gives every row that is asked for. No time is judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from codegraph import queries

REPO = Path(__file__).resolve().parents[2]
PEERS = ("rdflib", "rdflib prepared", "oxrdflib", "owlready2")
# section -> row -> its unit and target
ASKED: dict[str, dict[str, tuple[str, str | None]]] = {
    "build of the full release": {
        "wall": ("s", "≤ 90"),
        "CPU": ("s", None),
        "peak memory, process tree (PSS)": ("GB", "≤ 3"),
        "peak memory, largest process (RSS)": ("GB", None),
        "release directory": ("GB", "≤ 1.5"),
    },
    "process start to printed answer": {
        "python -c pass": ("ms", None),
        "python -c 'import click'": ("ms", None),
        "python -c 'import pyoxigraph'": ("ms", None),
        "python -c 'import rdflib'": ("ms", None),
        "codegraph show 44310": ("ms", "≤ 90"),
        "codegraph crosswalk 44310 --to icd10pcs": ("ms", "≤ 90"),
    },
    "in one process": {
        'kg["cpt:44310"]': ("µs", "≤ 200"),
        'kg.crosswalk("cpt:44310"), read anew': ("µs", "≤ 50"),
        "kg.crosswalk(code), many different codes, read anew": ("µs", "≤ 50"),
        "code.label": ("µs", None),
    },
    "crosswalks from definitions": {
        "all CPT to ICD-10-PCS, derived": ("s", "≤ 5"),
        "all subsumptions among ICD-10-PCS definitions": ("s", None),
        "kg.differences(first, second)": ("ms", "≤ 1"),
    },
    "crosswalk_frame, everything read anew": {
        "polars, 300 different ICD-10-PCS codes": ("codes/s", "≥ 5,000,000"),
        "pandas, the same codes": ("codes/s", None),
        "list, the same codes": ("codes/s", None),
        "polars, CPT codes with several targets": ("codes/s", None),
        "polars, all ICD-10-PCS codes to CPT": ("codes/s", "≥ 1,000,000"),
    },
    "one crosswalk of the packaged graph": {
        'kg.crosswalk("cpt:44310", to="icd10pcs")': ("µs", "≤ 50"),
    },
    "subsumption beside reasoners": {
        "procedures packaged": ("s", None),
    },
    "competency queries": {
        "slowest query": ("ms", "≤ 50"),
        "times faster than rdflib, all queries": ("×", "≥ 20"),
        "times faster than rdflib, the least": ("×", "≥ 20"),
        **dict.fromkeys(queries.names(), ("ms", "≤ 50")),
    },
    "codegraph validate": {
        "full release, compiled engine": ("s", "≤ 60"),
        "its peak memory, process tree (PSS)": ("GB", "≤ 2"),
        "packaged release, compiled engine": ("s", "≤ 5"),
    },
    "export to a file": {
        "Turtle": ("triples/s", "≥ 200,000"),
        "N-Triples": ("triples/s", "≥ 1,000,000"),
        "N-Quads": ("triples/s", "≥ 1,000,000"),
    },
    "API, tools, mail, exports": {
        "API: ask": ("ms", "≤ 50"),
        **{f"API: {name}": ("ms", None) for name in ("check", "code", "crosswalk", "price", "search")},
        "tools: ready": ("s", None),
        "tools: ask": ("ms", "≤ 50"),
        **{f"tools: {name}": ("ms", None) for name in ("check", "code", "crosswalk", "price", "search")},
        "mail: an answer in process": ("ms", "≤ 50"),
        "mail: codegraph consult < question.eml": ("s", None),
        "export: sssom, processor time": ("s", None),
    },
    "loading the slice": {
        "rdflib, parse N-Quads": ("triples/s", None),
        "rdflib, memory": ("B/triple", None),
        "oxrdflib, bulk load in memory": ("triples/s", None),
        "owlready2, load N-Triples (it loads no named graphs)": ("triples/s", None),
        "pyoxigraph, bulk load to disk": ("triples/s", None),
    },
}


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What one quick run printed and wrote: one for all workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, printed = folder / "bench.json", folder / "bench.txt"
    with FileLock(folder / "bench.lock"):
        if not printed.is_file():
            printed.write_text(_quick_run(out), encoding="utf-8")
    return printed.read_text("utf-8"), json.loads(out.read_text("utf-8"))


def _quick_run(out: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", "--quick", "--out", str(out)],
        cwd=REPO,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(REPO))


@pytest.mark.slow
def test_every_row_asked_for_is_there_with_unit_and_target(quick: tuple[str, dict[str, Any]]) -> None:
    printed, written = quick
    found = {(row["section"], row["name"]): row for row in written["rows"]}
    for section, rows in ASKED.items():
        for name, (unit, target) in rows.items():
            row = found[section, name]
            assert (row["unit"], row["target"]) == (unit, target), name
            assert any(line.startswith(name) for line in printed.splitlines()), name
    assert len(found) == len(written["rows"])


@pytest.mark.slow
def test_every_row_has_figures_or_says_why_not(quick: tuple[str, dict[str, Any]]) -> None:
    _, written = quick
    assert written["failed"] == []
    for row in written["rows"]:
        if row["stats"] is None:
            assert row["note"], row["name"]
            continue
        figures = [row["stats"][name] for name in ("min", "median", "max")]
        assert figures == sorted(figures), row["name"]
        assert figures[0] > 0 or row["target"] == "≤ 0", row[
            "name"
        ]  # how many errors there were is hoped to be none
        assert (row["met"] is None) == (row["target"] is None), row["name"]
        for peer in row["peers"]:
            assert peer["stats"] or peer["note"], (row["name"], peer["name"])
            assert bool(peer["stats"]) == (peer["ratio"] is not None), (row["name"], peer["name"])


@pytest.mark.slow
def test_queries_stand_beside_every_peer_and_rdflib_answers(quick: tuple[str, dict[str, Any]]) -> None:
    _, written = quick
    rows = {row["name"]: row for row in written["rows"] if row["section"] == "competency queries"}
    answered = 0
    for name in queries.names():
        assert tuple(peer["name"] for peer in rows[name]["peers"]) == PEERS
        answered += rows[name]["peers"][0]["ratio"] is not None
    assert answered > len(queries.names()) * 3 / 4
    assert not [r["note"] for r in rows.values() if "another answer" in r["note"]]


@pytest.mark.slow
def test_one_crosswalk_stands_beside_others_that_give_the_same_targets(
    quick: tuple[str, dict[str, Any]],
) -> None:
    _, written = quick
    (row,) = (row for row in written["rows"] if row["section"] == "one crosswalk of the packaged graph")
    assert [peer["name"] for peer in row["peers"]] == [
        "dict",
        "rdflib",
        "rdflib prepared",
        "owlready2",
        "owlready2 property",
    ]
    assert all(peer["ratio"] for peer in row["peers"]), row["peers"]


def test_a_look_up_with_other_targets_is_no_ratio() -> None:
    from benchmarks.crosswalk_rows import one_row

    said = {"ours": {"seconds": [2e-5]}, "rdflib": {"error": "another answer, 4 targets where we have 3"}}
    row = one_row(said | {"dict": {"seconds": [1e-6]}, "owlready2": {"beyond": 10.0}}, "")
    assert row.met is True
    assert {peer.name: row.ratio(peer) for peer in row.peers} == {
        "dict": pytest.approx(0.05),
        "rdflib": None,
        "rdflib prepared": None,
        "owlready2": pytest.approx(500_000),
        "owlready2 property": None,
    }
    assert "4 targets where we have 3" in row.peers[1].note


@pytest.mark.slow
def test_header_says_what_was_measured_with_what(quick: tuple[str, dict[str, Any]]) -> None:
    printed, _ = quick
    head = printed.partition("measurement")[0]
    for word in ("load average", "cores", "Python", "pyoxigraph", "rdflib", "owlready2", "triples"):
        assert word in head


def test_statistics_targets_and_ratios() -> None:
    from benchmarks.table import Peer, Row, Stats, Target

    ours, theirs = Stats.of([2.0, 4.0, 3.0], 1000), Stats.of([30.0])
    assert ours == Stats(3, 2000, 3000, 4000)
    assert Stats.of([]) is None
    slow = Row("s", "r", "ms", ours, Target(2999))
    assert slow.met is False
    assert Row("s", "r", "/s", ours, Target(3000, at_least=True)).met is True
    assert Row("s", "r", "ms", None, Target(1)).met is None
    assert Row("s", "r", "ms", ours, same=Stats.of([3.0])).ratio(Peer("p", theirs)) == 10
    assert Row("s", "r", "/s", Stats.of([3.0]), higher_is_better=True).ratio(Peer("p", theirs)) == 0.1
    assert slow.ratio(Peer("p", None)) is None


def test_table_prints_remarks_once_and_stopped_peers_as_bounds() -> None:
    from benchmarks.table import Peer, Row, Stats, text

    stopped = Peer("slow one", Stats.of([1000.0]), "stopped", beyond=True)
    absent = Peer("other", note="cannot")
    row = Row("part", "thing", "ms", Stats.of([10.0]), peers=(stopped, absent))
    printed = text(["head"], [row, Row("part", "more", "ms", None, peers=(absent,))])
    assert "slow one >1,000 (>100×) [1] · other n/a [2]" in printed
    assert printed.count("cannot") == 1
    assert "n/a" in next(line for line in printed.splitlines() if line.startswith("more"))


def test_an_answer_with_other_rows_is_no_ratio() -> None:
    from benchmarks.measures import query_rows

    full = {"q": [{"seconds": [0.002], "rows": 3, "params": {}}]}
    same = {"q": {"seconds": [0.001], "rows": 3}}
    peers = {
        "rdflib": {"queries": {"q": {"text": {"seconds": [0.1], "count": 3}, "prepared": {"error": "no"}}}},
        "oxrdflib": {"queries": {"q": {"text": {"seconds": [0.1], "count": 4}}}},
    }
    rows = {row.name: row for row in query_rows(full, same, peers, ["q"], "")}
    ratios = {peer.name: rows["q"].ratio(peer) for peer in rows["q"].peers}
    assert ratios == {
        "rdflib": pytest.approx(100),
        "rdflib prepared": None,
        "oxrdflib": None,
        "owlready2": None,
    }
    assert "4 rows where we have 3" in rows["q"].peers[2].note
    assert rows["slowest query"].stats is not None
    assert rows["slowest query"].stats.median == pytest.approx(2)


def test_work_that_fails_or_never_ends_is_told() -> None:
    from benchmarks.apart import timed

    assert timed(lambda: 7, runs=2, timeout=10)["count"] == 7
    assert timed(lambda: 1 // 0, runs=1, timeout=10)["error"].startswith("ZeroDivisionError")
    assert timed(lambda: time.sleep(60) or 0, runs=1, timeout=0.2) == {"beyond": 0.2}


def test_memory_counts_the_whole_tree_and_failures_are_raised() -> None:
    from benchmarks.processes import ChildFailed, run

    block = "import time; b = bytearray(60 << 20); time.sleep(1)"
    both = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {block!r}]); {block}; p.wait()"
    )
    used = run([sys.executable, "-c", both], timeout=60)
    assert used.peak_pss > 110 << 20
    assert 60 << 20 < used.max_rss < 110 << 20
    with pytest.raises(ChildFailed, match="ended with 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], timeout=60)
    with pytest.raises(ChildFailed, match="longer than its time"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)


def test_without_data_it_says_what_to_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench", "--data", str(tmp_path / "none")],
        cwd=REPO,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 2
    assert "--release" in done.stderr
    assert not list(tmp_path.iterdir())
