"""The same work done by rdflib, oxrdflib, owlready2 and bare pyoxigraph, on the slice; one line of JSON each.

Queries are given as the SPARQL text that codegraph itself would send, parameters bound.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import cases
from benchmarks.apart import timed
from benchmarks.processes import rss

CODE = "https://w3id.org/codegraph/code/cpt/44310"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
WRITING = {"turtle": "ttl", "nt": "nt", "nquads": "nq"}


class Limits:
    """How often each thing is run, and how long it may take: seconds for one query, and for one serialisation."""

    def __init__(self, text: str) -> None:
        given = json.loads(text)
        self.runs: int = given["runs"]
        self.query: float = given["query"]
        self.writing: float = given["writing"]


def _loaded(load: Callable[[], int]) -> dict[str, Any]:
    """Load and say how fast, and how much memory each triple took."""
    gc.collect()
    before = rss()
    start = time.perf_counter()
    triples = load()
    seconds = time.perf_counter() - start
    gc.collect()
    gc.freeze()  # what is forked from here on does not search, and so copy, all that was loaded
    return {"rate": triples / seconds, "triples": triples, "memory": (rss() - before) / triples}


def _queries(
    chosen: str, limits: Limits, ask: Callable[[Any], int], prepare: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    found = {}
    for name, some in cases.read(Path(chosen)).items():
        if not some:
            continue
        text = some[0].sparql
        answer = {"text": timed(partial(ask, text), runs=limits.runs, timeout=limits.query)}
        if prepare is not None and "seconds" in answer["text"]:
            ready = prepare(text)
            answer["prepared"] = timed(partial(ask, ready), runs=limits.runs, timeout=limits.query)
        found[name] = answer
    return found


def with_rdflib(slice_: str, chosen: str, limits_: str) -> dict[str, Any]:
    """Measure rdflib in memory, with its own parsers and serialisers."""
    import rdflib
    from rdflib.plugins.sparql import prepareQuery

    limits = Limits(limits_)
    dataset = rdflib.Dataset(default_union=True)
    folder = Path(slice_)

    def load() -> int:
        dataset.parse(folder / "slice.nq", format="nquads")
        return len(dataset)

    def write(format_: str) -> int:
        out = folder / f"rdflib.{os.getpid()}"
        try:
            dataset.serialize(out, format=format_)
        finally:
            out.unlink(missing_ok=True)
        return len(dataset)

    found = {"load": _loaded(load)}
    found["queries"] = _queries(chosen, limits, lambda q: len(list(dataset.query(q))), prepareQuery)
    found["label"] = _label(dataset, limits)
    found["writing"] = {f: timed(partial(write, f), runs=1, timeout=limits.writing) for f in WRITING}
    return found


def with_oxrdflib(slice_: str, chosen: str, limits_: str) -> dict[str, Any]:
    """Measure rdflib's interface over an Oxigraph store in memory."""
    import pyoxigraph as ox
    import rdflib
    from oxrdflib import OxigraphStore

    limits = Limits(limits_)
    store = ox.Store()
    dataset = rdflib.Dataset(store=OxigraphStore(store=store), default_union=True)

    def load() -> int:
        store.bulk_load(path=str(Path(slice_) / "slice.nq"), format=ox.RdfFormat.N_QUADS)
        return len(store)

    found = {"load": _loaded(load)}
    found["queries"] = _queries(chosen, limits, lambda q: len(list(dataset.query(q))))
    found["label"] = _label(dataset, limits)
    return found


def _label(dataset: Any, limits: Limits) -> dict[str, Any]:
    from rdflib import URIRef

    code, label = URIRef(CODE), URIRef(LABEL)

    def look_up() -> int:
        for _ in range(100):
            found = dataset.value(code, label)
        return len(str(found))

    answer = timed(look_up, runs=limits.runs, timeout=limits.query)
    if "seconds" in answer:
        answer["seconds"] = [s / 100 for s in answer["seconds"]]
    return answer


def with_owlready2(slice_: str, chosen: str, limits_: str) -> dict[str, Any]:
    """Measure owlready2's own SPARQL engine; it loads no quads, so it gets the slice without its graphs."""
    import owlready2

    warnings.simplefilter("ignore")
    limits = Limits(limits_)
    world = owlready2.World()
    path = (Path(slice_) / "slice.nt").resolve()

    def load() -> int:
        world.get_ontology(path.as_uri()).load()
        return len(world.graph)

    found = {"load": _loaded(load)}
    found["queries"] = _queries(chosen, limits, lambda q: len(list(world.sparql(q))))
    return found


def with_pyoxigraph(slice_: str, store_: str, limits_: str) -> dict[str, Any]:
    """Measure bare pyoxigraph: bulk load into a store on disk, which is kept, and its serialisers."""
    import pyoxigraph as ox

    limits = Limits(limits_)
    folder = Path(slice_)

    def load() -> int:
        store = ox.Store(store_)
        store.bulk_load(path=str(folder / "slice.nq"), format=ox.RdfFormat.N_QUADS)
        return len(store)

    found: dict[str, Any] = {"load": _loaded(load)}
    start = time.perf_counter()
    ox.Store(store_).optimize()
    found["optimize"] = time.perf_counter() - start
    formats = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "nquads": ox.RdfFormat.N_QUADS}
    found["writing"] = {}
    for name, format_ in formats.items():
        source, read = (
            ("slice.nq", ox.RdfFormat.N_QUADS) if name == "nquads" else ("slice.nt", ox.RdfFormat.N_TRIPLES)
        )
        store = ox.Store()
        store.bulk_load(path=str(folder / source), format=read)
        graph = None if name == "nquads" else ox.DefaultGraph()
        out, seconds = folder / "pyoxigraph.out", []
        for _ in range(limits.runs):
            start = time.perf_counter()
            store.dump(str(out), format=format_, from_graph=graph)
            seconds.append(time.perf_counter() - start)
        out.unlink()
        found["writing"][name] = {"seconds": seconds, "count": len(store)}
    return found


JOBS = {
    "rdflib": with_rdflib,
    "oxrdflib": with_oxrdflib,
    "owlready2": with_owlready2,
    "pyoxigraph": with_pyoxigraph,
}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
