"""The same subsumptions three ways: by comparing facets, by HermiT and by whelk; how long each took, where they differ.

    python -m benchmarks.reasoners                        # the packaged release
    python -m benchmarks.reasoners --release DIR          # with official tables: all of 0D with both, all with whelk

Ends with 1 where two of them differ or one fails. Needs Java for HermiT, and the extra `reasoner` for whelk.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import PYTHON, ChildFailed, run
from benchmarks.table import Peer, Row, Stats
from codegraph import CodeGraph
from codegraph.crosswalk.differences import Defined, defined, specializes
from codegraph.crosswalk.subsumption import Hierarchy, Subsumption
from codegraph.errors import ReasonerError
from codegraph.namespaces import CONCEPT_PREFIXES, contract
from codegraph.reasoning import check_consistency
from codegraph.store import GraphStore

__all__ = ["ChildFailed", "Found", "asked", "compared", "hermit", "ours", "rows", "whelk"]
START = CONCEPT_PREFIXES["procedure"]
GASTROINTESTINAL = ("0D", "0F", "0W", "3E", "BD", "BF", "CD", "CF", "DD", "DF")
SECTION = "subsumption beside reasoners"
_MEMORY_MB = 6000

Pair = tuple[str, str]  # special, general: last segments of the IRIs of procedures


@dataclass(frozen=True, slots=True)
class Found:
    """What one of them found, and in how many seconds: the pairs of different procedures, one a case of the other."""

    name: str
    pairs: frozenset[Pair]
    seconds: float
    note: str = ""


def definitions(store: GraphStore, pcs: Sequence[str] | None = None) -> list[Defined]:
    """Return the definitions of a release: of ICD-10-PCS the codes that begin with one of `pcs`, of others all."""
    starts = None if pcs is None else tuple(f"{START}pcs-{start.lower()}" for start in pcs)
    return [
        defined(store, iri)
        for iri in store.subjects("rdf:type", "cg:Procedure")
        if starts is None or not _is_pcs(iri) or iri.startswith(starts)
    ]


def _is_pcs(iri: str) -> bool:
    local = iri.removeprefix(START)
    return local.startswith("pcs-") and len(local) == 11


def hierarchy(store: GraphStore) -> Hierarchy:
    """Return the hierarchy of the facet values of a release."""

    def edges(name: str) -> Iterator[Pair]:
        return ((contract(low), contract(high)) for low, high in store.edges(name))

    return Hierarchy(edges("skos:broader"), edges("cg:isPartOf"))


def compared(values: Hierarchy, defined_: Sequence[Defined]) -> frozenset[Pair]:
    """Return the pairs that comparing finds: by facets at once for all, then components pair by pair."""
    names = [d.procedure.removeprefix("procedure:") for d in defined_]
    return frozenset(
        (names[special], names[general])
        for special, general in Subsumption(values, [d.definition for d in defined_]).pairs()
        if not defined_[general].components or specializes(values, defined_[special], defined_[general])
    )


def ours(graph: CodeGraph, pcs: Sequence[str] | None = None) -> Found:
    """Compare the definitions of a release, read from its triples."""
    begun = time.perf_counter()
    values, defined_ = hierarchy(graph.store), definitions(graph.store, pcs)
    read = time.perf_counter()
    pairs = compared(values, defined_)
    done = time.perf_counter()
    return Found(
        "codegraph", pairs, done - begun, f"reading {read - begun:.2f} s, comparing {done - read:.2f} s"
    )


def hermit(view: Path, *, timeout: float = 1800) -> Found:
    """Ask HermiT about a view in Turtle or N-Triples; raises ReasonerError, ValueError where something is off."""
    begun = time.perf_counter()
    report = check_consistency([view], packaged=False, timeout=timeout)
    if not report.ok or report.undeclared or report.stripped:
        raise ValueError(f"{view.name}: {report.unsatisfiable[:5]} {report.undeclared} {report.stripped}")
    return Found("HermiT", frozenset(_closed(report.subclasses)), time.perf_counter() - begun)


def whelk(view: Path, *, timeout: float = 900, memory_mb: int = _MEMORY_MB) -> Found:
    """Ask whelk about a view in functional syntax; raises ChildFailed where it fails, crashes or takes too long."""
    begun = time.perf_counter()
    used = run([PYTHON, "-m", "benchmarks.whelk_child", str(view.resolve()), str(memory_mb)], timeout=timeout)
    pairs = frozenset((s, g) for s, g in (line.split(" ") for line in used.stdout.splitlines()))
    return Found("whelk", pairs, time.perf_counter() - begun)


def _closed(direct: Iterable[Pair]) -> Iterator[Pair]:
    """Yield all pairs of two different procedures that follow from direct pairs of classes."""
    up: dict[str, list[str]] = defaultdict(list)
    for low, high in direct:
        if low.startswith(START) and high.startswith(START):
            up[low[len(START) :]].append(high[len(START) :])
    for low in list(up):
        seen, stack = {low}, [low]
        while stack:
            fresh = set(up.get(stack.pop(), ())) - seen
            seen |= fresh
            stack.extend(fresh)
        yield from ((low, high) for high in seen - {low})


def has_whelk() -> bool:
    """Tell whether the extra `reasoner` is installed."""
    return all(importlib.util.find_spec(name) for name in ("pywhelk", "pyhornedowl"))


def has_java() -> bool:
    """Tell whether there is a Java to run HermiT with."""
    return shutil.which("java") is not None


def asked(graph: CodeGraph, pcs: Sequence[str] | None, *, with_hermit: bool = True) -> list[Found]:
    """Return what each that is installed finds about a release; ours first."""
    found = [ours(graph, pcs)]
    sides: list[tuple[bool, str, Callable[[Path], Found]]] = [
        (with_hermit and has_java(), "view.nt", hermit),
        (has_whelk(), "view.ofn", whelk),
    ]
    with tempfile.TemporaryDirectory(prefix="codegraph-reasoners-") as folder:
        for there, name, ask in sides:
            if there:
                view = Path(folder) / name
                graph.export(view, format="owl", pcs=pcs)
                found.append(ask(view))
    return found


def rows(graph: CodeGraph) -> list[Row]:
    """Measure a release: one row for each set of tables, with the reasoners beside it.

    Raises ValueError where they do not agree on every pair.
    """
    official = graph.manifest.codes.get("icd10pcs", 0) > 10_000
    scopes: list[tuple[str, Sequence[str] | None, bool]] = [("packaged", None, True)]
    if official:
        scopes = [("without ICD-10-PCS", (), True), ("with tables 0D", ("0D",), True)]
        scopes += [
            ("with gastrointestinal tables", GASTROINTESTINAL, False),
            ("with all tables", None, False),
        ]
    return [_row(graph, *scope) for scope in scopes]


def _row(graph: CodeGraph, name: str, pcs: Sequence[str] | None, with_hermit: bool) -> Row:
    mine, *others = asked(graph, pcs, with_hermit=with_hermit)
    for other in others:
        if other.pairs != mine.pairs:
            odd = sorted(other.pairs ^ mine.pairs)
            raise ValueError(f"{name}: {other.name} and ours differ in {len(odd)} pairs, first {odd[:3]}")
    count = f"{len(mine.pairs):,} pairs"
    return Row(
        SECTION,
        f"procedures {name}",
        "s",
        Stats.of([mine.seconds]),
        peers=tuple(Peer(o.name, Stats.of([o.seconds]), f"agrees on all {count}") for o in others),
        note=f"{count} of subsumption; {mine.note}",
        details={"pairs": len(mine.pairs), "agree": [o.name for o in others]},
    )


def main() -> int:
    """Print a line for each set of tables and each that was asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--release", type=Path, help="a release with official ICD-10-PCS tables")
    graph = CodeGraph.open(parser.parse_args().release)
    try:
        measured = rows(graph)
    except (ChildFailed, ReasonerError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for row in measured:
        print(f"{row.name}: {row.note}")
        for name, stats, note in [
            ("codegraph", row.stats, ""),
            *((p.name, p.stats, p.note) for p in row.peers),
        ]:
            print(f"  {name:10} {stats.median if stats else 0:8.2f} s  {note}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
