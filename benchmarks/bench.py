"""The bench: measures a release of codegraph beside its peers, prints one table and writes it as JSON.

    python -m benchmarks.bench --data ../shared/data [--out out/bench.json]
    python -m benchmarks.bench --release DIR          # a release that exists; the build itself is not measured
    python -m benchmarks.bench --quick                # everything once, on the packaged release unless one is given

Ends with 1 where a measurement failed, never because something was slow.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import crosswalk_rows, measures, table
from benchmarks.processes import CODEGRAPH, PYTHON, ChildFailed, Usage, interleaved, job, run
from codegraph import queries
from codegraph.release import read_manifest

LIBRARIES = (
    "codegraph",
    "pyoxigraph",
    "rdflib",
    "oxrdflib",
    "owlready2",
    "pyshacl",
    "polars",
    "pandas",
    "click",
)
PEERS = ("pyoxigraph", "rdflib", "oxrdflib", "owlready2")
FORMATS = {"turtle": "ttl", "nt": "nt", "nquads": "nq"}
ASKED = {
    "codegraph show 44310": ("show", "44310"),
    "codegraph crosswalk 44310 --to icd10pcs": ("crosswalk", "44310", "--to", "icd10pcs"),
}
# Modules that measure payment, edits, claims and questions of a release: `measure(release, quick)` gives their rows.
BILLING = ("billing_price", "billing_edits", "billing_check", "billing_changes", "answer_rows")
FRONT_DOORS = ("fhir_rows", "search_rows", "serve_rows", "front_rows", "browser_rows")
IMPORTS = ("pass", "import click", "import pyoxigraph", "import rdflib")


@dataclass(frozen=True, slots=True)
class Plan:
    """How often things are measured, and how many seconds a peer gets for one query and one serialisation."""

    starts: int = 21
    calls: int = 2000
    queries: int = 15
    exports: int = 3
    peer_runs: int = 5
    peer_query: float = 10
    peer_writing: float = 120
    job: float = 900
    comparisons: int = 1000
    column: int = 4_000_000
    columns: int = 5
    derivations: int = 3

    @property
    def limits(self) -> str:
        """Return what the peers' processes are told."""
        return json.dumps({"runs": self.peer_runs, "query": self.peer_query, "writing": self.peer_writing})


QUICK = Plan(
    starts=1,
    calls=50,
    queries=1,
    exports=1,
    peer_runs=1,
    peer_query=1,
    peer_writing=10,
    comparisons=20,
    column=20_000,
    columns=1,
    derivations=1,
)


@dataclass(slots=True)
class Bench:
    """One run: its plan, its folder for what is temporary, and what failed so far."""

    plan: Plan
    work: Path
    data: Path | None = None
    failed: list[str] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def attempt(self, what: str, call: Callable[[], Any]) -> tuple[Any, str]:
        """Return what a measurement gives and no remark, or None and why it failed."""
        print(f"{time.monotonic() - self.begun:6.1f} s  {what}", file=sys.stderr, flush=True)
        try:
            return call(), ""
        except (ChildFailed, OSError, ValueError, LookupError) as error:
            note = f"{what} failed: {error}"
            self.failed.append(note)
            print(f"          {note}", file=sys.stderr, flush=True)
            return None, note

    def job(self, what: str, module: str, name: str, *args: object) -> tuple[Any, str]:
        """Run a job in a process of its own; an empty answer and a remark where it fails."""
        found, note = self.attempt(what, lambda: job(module, name, *args, timeout=self.plan.job))
        return (found[0] if found else {}), note

    def validate(self, what: str, release: Path, engine: str) -> tuple[Usage | None, str]:
        """Run `codegraph validate` and remark what it found."""
        command = [CODEGRAPH, "--release", str(release), "validate", "--format", "json", "--engine", engine]
        usage, note = self.attempt(what, lambda: run(command, timeout=self.plan.job, accept=(0, 1)))
        if usage is not None:
            said = json.loads(usage.stdout)
            counts = ", ".join(f"{said[kind]:,} {kind}" for kind in ("violations", "warnings", "infos"))
            note = f"{what}: {counts}; {said['shapes']} shapes, {len(said['checks'])} checks"
        return usage, note

    def starts(self, release: Path) -> list[table.Row]:
        """Measure whole processes."""
        commands: dict[str, list[str]] = {
            "python -c pass" if code == "pass" else f"python -c '{code}'": [PYTHON, "-c", code]
            for code in IMPORTS
        }
        commands |= {name: [CODEGRAPH, "--release", str(release), *args] for name, args in ASKED.items()}
        found, note = self.attempt("starting processes", lambda: interleaved(commands, self.plan.starts))
        return measures.start_rows(found or {name: [] for name in commands}, tuple(ASKED), note)

    def exports(self, what: str, directory: Path, runs: int) -> dict[str, Any]:
        """Measure our exports of a release, or of the slice."""
        found = {}
        for name, ending in FORMATS.items():
            times = 1 if name == "turtle" else runs  # by far the longest
            out = self.work / f"export.{ending}"
            found[name], _ = self.job(f"exporting {what} as {name}", "ours", "write", directory, out, times)
        return found

    def crosswalks(self, release: Path, packaged: Path) -> list[table.Row]:
        """Measure crosswalks: derived, compared, by column, and one beside other libraries and reasoners."""
        plan = self.plan

        def ask(what: str, name: str, *args: object) -> tuple[Any, str]:
            return self.job(what, "crosswalks", name, *args)

        derive, a = ask("deriving all crosswalks", "derive", self.data or "", plan.derivations)
        subsume, b = ask("all subsumptions", "subsume", release, plan.derivations)
        differ, c = ask("differences", "differences", release, plan.comparisons)
        frames, d = ask("columns of codes", "frames", release, plan.column, plan.columns)
        one, e = ask("one crosswalk", "one", packaged, plan.peer_runs, plan.peer_query)
        classified, f = ask("reasoners", "classified", release)
        return [
            *crosswalk_rows.derived_rows(derive, subsume, differ, (a, b, c)),
            *crosswalk_rows.frame_rows(frames, d),
            crosswalk_rows.one_row(one, e),
            *crosswalk_rows.reasoner_rows(classified, f),
        ]

    def billing(self, release: Path) -> list[table.Row]:
        """Measure prices, edits and claims, and the front doors."""
        rows: list[table.Row] = []
        for name in (*BILLING, *FRONT_DOORS):
            module = import_module(f"benchmarks.{name}")
            found, note = self.attempt(
                name.replace("_", ", "), lambda m=module: m.measure(release, self.plan is QUICK)
            )
            rows += found or [table.Row(module.SECTION, name, "", None, note=note)]
        return rows

    def rows(self, release: Path, packaged: Path, build: list[table.Row]) -> tuple[list[table.Row], int]:
        """Measure everything but the build; return all rows and the triples of the slice."""
        plan, slice_, chosen = self.plan, self.work / "slice", self.work / "cases.json"
        rows = build + self.starts(release)
        calls, calls_note = self.job("calls in one process", "ours", "calls", release, plan.calls)
        full, full_note = self.job(
            "queries on the full release", "ours", "competency", release, plan.queries, chosen
        )
        cut, _ = self.job("cutting the slice", "ours", "cut", release, slice_)
        store = self.work / "store"
        peers, notes = {}, {}
        for name in PEERS:
            args = (store,) if name == "pyoxigraph" else (chosen,)
            peers[name], notes[name] = self.job(
                f"{name} on the slice", "peers", name, slice_, *args, plan.limits
            )
        same, _ = self.job("our queries on the slice", "ours", "on_store", store, plan.queries, chosen)
        written = self.exports("the release", release, plan.exports)
        same_written = self.exports("the slice", slice_, plan.exports)
        compiled, note = self.validate("validation of the full release", release, "compiled")
        quick, _ = self.validate("validation of the packaged release", packaged, "compiled")
        reference, other = self.validate("the same by pySHACL", packaged, "pyshacl")
        asked = {name: said for name, said in peers.items() if name != "pyoxigraph"}
        rows += measures.call_rows(calls, asked, calls_note)
        rows += self.crosswalks(release, packaged)
        rows += self.billing(release)
        rows += measures.query_rows(full, same, asked, queries.names(), full_note)
        rows += measures.validation_rows(compiled, quick, reference, (note, other))
        rows += measures.export_rows(written, same_written, peers)
        rows += measures.load_rows(peers, notes)
        return rows, cut.get("slice", 0)


def header(release: str, triples: int, slice_: int, *, quick: bool, load: tuple[float, ...]) -> list[str]:
    """Return the lines above the table: when, on what, with what."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    now = os.getloadavg()
    lines = [
        f"codegraph bench, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; Python {platform.python_version()}; {libraries}",
        f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; load average "
        f"{load[0]:.1f} at the start, {now[0]:.1f} at the end (medians and ratios stand a busy machine, maxima do not)",
        f"release: {release}, {triples:,} triples; slice of it for the peers: {slice_:,} triples; "
        "(n×): we are n times better, on the slice where that is given as `ours`",
    ]
    return (
        ["QUICK: everything once; the targets are for a full run on a full release", *lines]
        if quick
        else lines
    )


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def built(
    bench: Bench, data: Path | None, release: Path | None, packaged: Path
) -> tuple[Path, list[table.Row]]:
    """Return the release to measure and the rows of its build, which is run here unless a release is given."""
    usage, note = None, "not measured: a release was given"
    if release is None and data is not None:
        release = bench.work / "release"
        command = [CODEGRAPH, "build", str(data), "--out", str(release), "--no-progress", "--format", "json"]
        usage, note = bench.attempt("building the full release", lambda: run(command, timeout=bench.plan.job))
    elif release is None:
        release = packaged
        command = [PYTHON, "-m", "benchmarks.ours", "packaged", str(packaged)]
        usage, note = bench.attempt(
            "building the packaged release", lambda: run(command, timeout=bench.plan.job)
        )
    size = size_of(release) if release.is_dir() else None
    return release, measures.build_rows(usage, size, note)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of official files to build from")
    parser.add_argument("--release", type=Path, help="a release directory to use in place of a build")
    parser.add_argument(
        "--quick", action="store_true", help="everything once, without --release on the packaged one"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    given = parser.parse_args(arguments)
    if not given.quick and given.release is None and (given.data is None or not given.data.is_dir()):
        parser.error(f"no folder {given.data or '--data'}; name one, or a --release, or --quick")
    load = os.getloadavg()
    data, release = (None if given.quick else given.data), given.release
    work = Path(tempfile.mkdtemp(prefix="codegraph-bench-"))
    try:
        bench = Bench(QUICK if given.quick else Plan(), work, data and data.resolve())
        packaged = work / "packaged"
        release, rows = built(
            bench, data and data.resolve(), release and release.expanduser().resolve(), packaged
        )
        if release != packaged:
            bench.job("building the packaged release", "ours", "packaged", packaged)
        rows, slice_ = bench.rows(release, packaged, rows)
        triples = read_manifest(release).triples if (release / "manifest.json").is_file() else 0
        name = str(given.release) if given.release else f"built from {data}" if data else "packaged"
        head = header(name, triples, slice_, quick=given.quick, load=load)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    head.append(f"measured in {time.monotonic() - bench.begun:.0f} s; failed: {len(bench.failed)}")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    body = {"header": head, "failed": bench.failed, "rows": [row.as_json() for row in rows]}
    given.out.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table.text(head, rows), end="")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
