"""What codegraph does inside one process; each job prints its figures as one line of JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from benchmarks import cases, slices
from codegraph import CodeGraph, queries, release
from codegraph.build.pipeline import build
from codegraph.export import export

CODE = "cpt:44310"
_BUDGET = 3.0
_ROW = "SELECT label, status, billable, release, procedure FROM code WHERE system = ? AND notation = ?"


def packaged(out: str) -> dict[str, Any]:
    """Build the packaged release."""
    return {"seconds": build([], Path(out)).seconds}


def cut(directory: str, out: str) -> dict[str, Any]:
    """Cut the slice of a release; beside its dumps stand slice.nq and, without graphs, slice.nt."""
    counts = slices.cut(Path(directory), Path(out))
    for name in ("slice.nq", "slice.nt"):
        counts[name] = export(Path(out), Path(out) / name).triples
    return counts


def calls(directory: str, runs: str) -> dict[str, Any]:
    """Time look-ups through the facade, each call by itself: seconds."""
    n = int(runs)
    start = time.perf_counter()
    kg = CodeGraph.open(directory)
    opened = time.perf_counter() - start
    first = _each(lambda _: kg.crosswalk(CODE), [0])
    everything = list(kg)
    spread = everything[:: max(1, len(everything) // n)]
    codes = [kg[curie] for curie in spread]
    mapped = sum(len(kg.crosswalk(code)) > 0 for code in codes)  # also warms up
    connection = sqlite3.connect(f"{kg.tables.path.resolve().as_uri()}?immutable=1", uri=True)
    connection.execute("PRAGMA mmap_size=1073741824")
    keys = [tuple(curie.split(":", 1)) for curie in spread]

    def row(key: tuple[str, ...]) -> object:
        return connection.execute(_ROW, key).fetchone()

    def anew(code: Any, to: str | None = None) -> object:
        kg._crosswalk.cache_clear()  # the facade keeps answers: a kept one would be timed instead of a read
        return kg.crosswalk(code, to=to)

    return {
        "open": [opened],
        "first crosswalk": first,
        "get": _each(lambda _: kg[CODE], range(n)),
        "get many": _each(kg.__getitem__, spread),
        "crosswalk": _each(lambda _: anew(CODE), range(n)),
        "crosswalk to": _each(lambda _: anew(CODE, "icd10pcs"), range(n)),
        "crosswalk many": _each(anew, codes),
        "crosswalk kept": _each(lambda _: kg.crosswalk(CODE), range(n)),
        "label": _each(lambda code: code.label, codes),
        "get label": _each(lambda curie: kg[curie].label, spread),
        "sqlite": _each(row, [tuple(CODE.split(":"))] * n),
        "sqlite many": _each(row, keys),
        "many": len(codes),
        "mapped": mapped,
    }


def _each(call: Callable[[Any], Any], values: Iterable[Any]) -> list[float]:
    seconds = []
    for value in values:
        start = time.perf_counter_ns()
        call(value)
        seconds.append((time.perf_counter_ns() - start) / 1e9)
    return seconds


def competency(directory: str, runs: str, out: str) -> dict[str, Any]:
    """Time every shipped query on a release, in all its cases; the cases chosen are written to `out`."""
    store = ox.Store.read_only(str(Path(directory) / release.GRAPH))
    chosen = cases.choose(store)
    Path(out).write_text(json.dumps(cases.as_json(chosen)), encoding="utf-8")
    return {name: [_query(store, case, int(runs)) for case in found] for name, found in chosen.items()}


def on_store(path: str, runs: str, chosen: str) -> dict[str, Any]:
    """Time the first case of every query on a store that is no release: the slice."""
    store = ox.Store.read_only(path)
    found = cases.read(Path(chosen))
    return {name: _query(store, some[0], int(runs)) for name, some in found.items() if some}


def _query(store: ox.Store, case: cases.Case, runs: int) -> dict[str, Any]:
    query = queries.load(case.query)
    seconds: list[float] = []
    rows = len(query.run(store, case.params)) if runs > 1 else 0  # warms up
    while len(seconds) < runs and sum(seconds) < _BUDGET:
        start = time.perf_counter()
        rows = len(query.run(store, case.params))
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "rows": rows, "params": case.params}


def write(directory: str, out: str, runs: str) -> dict[str, Any]:
    """Export a release (or the slice) to a file, which is removed: statements per second."""
    rates = []
    path = Path(out)
    for _ in range(int(runs)):
        summary = export(Path(directory), path)
        rates.append(summary.triples / summary.seconds)
        path.unlink()
    return {"rates": rates}


JOBS = {f.__name__: f for f in (packaged, cut, calls, competency, on_store, write)}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
