"""Crosswalks as a job each: derived from definitions, compared, asked by column, one asked beside other libraries.

Each prints its figures as one line of JSON.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import reasoners
from benchmarks.apart import timed
from codegraph import CodeGraph, resources
from codegraph.build.derived import derived, hierarchy_of
from codegraph.crosswalk.subsumption import Subsumption
from codegraph.knowledge import Packaged
from codegraph.namespaces import PREFIXES, code_iri
from codegraph.pcs import Grammar
from codegraph.sources import icd10pcs_tables
from codegraph.sources.files import Member

CODE, TO = "cpt:44310", "icd10pcs"
MANY = 60_000  # definitions
FEW = 300  # different codes in a column
_BUDGET = 20.0
_SEED = 20260101
_MATCHES = [f"{PREFIXES['skos']}{kind}Match" for kind in ("exact", "narrow", "broad", "related")]
_QUERY = f"""PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?relation ?target WHERE {{
  VALUES ?relation {{ skos:exactMatch skos:narrowMatch skos:broadMatch skos:relatedMatch }}
  <{code_iri(*CODE.split(":"))}> ?relation ?target
  FILTER(STRSTARTS(STR(?target), "{code_iri(TO, "")}"))
}}"""


def _runs(work: Callable[[], Any], runs: int) -> tuple[list[float], Any]:
    """Run work up to `runs` times, while that fits a budget; return the seconds and the last answer."""
    seconds: list[float] = []
    answer = None
    while len(seconds) < runs and sum(seconds) < _BUDGET:
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return seconds, answer


def tables(data: str) -> Grammar:
    """Return the newest official tables of a folder; the packaged excerpt where it has none."""
    found = sorted(Path(data).rglob("icd10pcs_tables_*.xml")) if data else []
    if found:
        return icd10pcs_tables.grammar(Member(found[-1], None))
    return Grammar.from_toml(resources.root() / "knowledge" / "icd10pcs")


def derive(data: str, runs: str) -> dict[str, Any]:
    """Derive the ICD-10-PCS codes of all packaged CPT procedures; reading the tables is not counted."""
    grammar = tables(data)
    packaged = Packaged.load([f"icd10pcs/{grammar.version}"])

    def work() -> Any:
        return derived(packaged, hierarchy_of(packaged), [grammar])

    seconds, found = _runs(work, int(runs))
    defined = [iri for iri in packaged.instances("cg:CptCode") if packaged.values(iri, "cg:denotes")]
    return {
        "seconds": seconds,
        "cpt": len(defined),
        "pcs": sum(1 for _ in grammar.codes()),
        "rows": len(found.rows),
        "apart": len(found.apart),
        "version": grammar.version,
    }


def subsume(directory: str, runs: str) -> dict[str, Any]:
    """Find all pairs among the ICD-10-PCS definitions of a release, up to 60,000 of them evenly."""
    store = CodeGraph.open(directory).store
    values = reasoners.hierarchy(store)
    everything = [d for d in reasoners.definitions(store) if d.procedure.startswith("procedure:pcs-")]
    chosen = evenly([d.definition for d in everything], MANY)

    def work() -> int:
        return sum(1 for _ in Subsumption(values, chosen).pairs())

    seconds, pairs = _runs(work, int(runs))
    return {"seconds": seconds, "definitions": len(chosen), "pairs": pairs}


def evenly(some: Sequence[Any], at_most: int) -> list[Any]:
    """Return up to so many of some things, spread evenly over them."""
    if len(some) <= at_most:
        return list(some)
    return [some[i * len(some) // at_most] for i in range(at_most)]


def differences(directory: str, runs: str) -> dict[str, Any]:
    """Compare pairs of defined CPT codes, each call by itself."""
    kg = CodeGraph.open(directory)
    defined = [c for c in kg.codes(system="cpt") if kg.crosswalk(c, to=TO) and c._fields()[4]]
    found: list[float] = []
    while len(found) < int(runs):
        for first, second in pairwise(defined):
            start = time.perf_counter()
            kg.differences(first, second)
            found.append(time.perf_counter() - start)
    return {"first": found[:1], "seconds": found[1:], "codes": len(defined)}


def frames(directory: str, size: str, runs: str) -> dict[str, Any]:
    """Map columns of codes, everything read anew each time: codes a second."""
    import pandas as pd
    import polars as pl

    kg, n = CodeGraph.open(directory), int(size)
    pcs = [curie.partition(":")[2] for curie in kg if curie.startswith("icd10pcs:")]
    cpt = [c.notation for c in kg.codes(system="cpt") if kg.crosswalk(c, to=TO)]
    pick = random.Random(_SEED).choices
    few, many, several = pick(evenly(pcs, FEW), k=n), pick(pcs, k=n), pick(cpt, k=max(n // 8, 1))
    columns = {
        "polars": (pl.Series(few), "icd10pcs-table"),
        "pandas": (pd.Series(few), "icd10pcs-table"),
        "list": (few, "icd10pcs-table"),
        "many different": (pl.Series(many), "cpt"),
        "several targets": (pl.Series(several), TO),
    }

    def anew(column: Any, to: str) -> int:
        for kept in (kg._notations, kg._pairs):
            kept.clear()
        kg._crosswalk.cache_clear()
        return len(kg.crosswalk_frame(column, to=to))

    found = {}
    for name, (column, to) in columns.items():
        seconds, rows = _runs(partial(anew, column, to), int(runs))
        found[name] = {
            "rates": [len(column) / s for s in seconds],
            "codes": len(column),
            "different": len(set(column)),
            "rows": rows,
        }
    table = {code: (code[:3],) for code in pcs}  # what a dict and a join get ready-made
    pairs = pl.DataFrame({"code": list(table), "target": [t[0] for t in table.values()]})
    given = pl.DataFrame({"code": columns["polars"][0]})
    floors = {
        "dict": lambda: len([table.get(code) for code in few]),
        "polars join": lambda: len(given.join(pairs, on="code", how="left", maintain_order="left")),
    }
    for name, work in floors.items():
        found[name] = {"rates": [n / s for s in _runs(work, int(runs))[0]]}
    return found


def one(packaged: str, runs: str, timeout: str) -> dict[str, Any]:
    """Ask one crosswalk of the packaged graph: ours, a dict, rdflib and owlready2 by SPARQL and by property."""
    kg, times = CodeGraph.open(packaged), 2000 if int(runs) > 1 else 20

    def ours() -> int:
        kg._crosswalk.cache_clear()
        return len({(m.target.curie, m.relation) for m in kg.crosswalk(CODE, to=TO)})

    kept = {CODE: list(kg.crosswalk(CODE, to=TO))}
    expected = ours()
    asked: dict[str, tuple[Callable[[], int], int]] = {
        "ours": (ours, times),
        "dict": (lambda: len({(m.target.curie, m.relation) for m in kept[CODE]}), times),
    }
    asked |= _rdflib(kg) | _owlready2(kg, times)
    found = {}
    for name, (work, repeat) in asked.items():
        said = timed(partial(_repeat, work, repeat), runs=int(runs), timeout=float(timeout))
        if "seconds" in said:
            said["seconds"] = [s / repeat for s in said["seconds"]]
            if said["count"] != expected:
                said = {"error": f"another answer, {said['count']} targets where we have {expected}"}
        found[name] = said
    return found


def _repeat(work: Callable[[], int], times: int) -> int:
    for _ in range(times):
        count = work()
    return count


def _rdflib(kg: CodeGraph) -> dict[str, tuple[Callable[[], int], int]]:
    from rdflib.plugins.sparql import prepareQuery

    dataset = kg.rdflib()
    ready = prepareQuery(_QUERY)
    return {
        "rdflib": (lambda: len(set(dataset.query(_QUERY))), 5),
        "rdflib prepared": (lambda: len(set(dataset.query(ready))), 5),
    }


def _owlready2(kg: CodeGraph, times: int) -> dict[str, tuple[Callable[[], int], int]]:
    import owlready2

    warnings.simplefilter("ignore")
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        kg.export(Path(folder) / "packaged.nt")
        world.get_ontology((Path(folder) / "packaged.nt").as_uri()).load()
    code = world[code_iri(*CODE.split(":"))]
    properties = [world[iri] for iri in _MATCHES]
    start = code_iri(TO, "")

    def by_property() -> int:
        return sum(getattr(t, "iri", t).startswith(start) for p in properties if p for t in p[code])

    return {
        "owlready2": (lambda: len(list(world.sparql(_QUERY))), times),
        "owlready2 property": (by_property, times),
    }


def classified(directory: str) -> dict[str, Any]:
    """Compare with HermiT and whelk, where they are installed; raises where they do not agree on every pair."""
    kg = CodeGraph.open(directory)
    missing = [
        name
        for name, there in (("HermiT (no Java)", reasoners.has_java()), ("whelk", reasoners.has_whelk()))
        if not there
    ]
    found = [
        {
            "name": row.name,
            "ours": row.stats.median if row.stats else None,
            "note": row.note,
            "peers": {p.name: (p.stats.median if p.stats else None, p.note) for p in row.peers},
        }
        for row in reasoners.rows(kg)
    ]
    return {"rows": found, "missing": missing}


JOBS = {f.__name__: f for f in (derive, subsume, differences, frames, one, classified)}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
