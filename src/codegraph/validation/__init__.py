"""Validation: shapes and whole-graph checks over a release, and over any RDF file that a user names.

`validate_store` runs the compiled engine (Oxigraph), fast enough for a release of millions of triples;
`validate_files` runs pySHACL, the reference, whose results the compiled engine equals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

import pyoxigraph as ox

from codegraph import resources
from codegraph.validation.checks import Check, load_checks
from codegraph.validation.compiled import validate as _compiled
from codegraph.validation.paths import ShapeError
from codegraph.validation.reading import MAX_BYTES, read_file, read_files
from codegraph.validation.report import Report, Severity, ValidationResult
from codegraph.validation.shapes import Shape, read_shapes

__all__ = [
    "Check",
    "Report",
    "Severity",
    "Shape",
    "ShapeError",
    "ValidationResult",
    "load_checks",
    "load_shapes",
    "validate_files",
    "validate_store",
]

Engine = Literal["compiled", "pyshacl"]

# What a user's own file may refer to without repeating it: the ontology, its schemes, the packaged knowledge.
_BACKGROUND: Final = ("ontology", "knowledge")


def load_shapes(paths: Iterable[Path | str] | None = None) -> ox.Store:
    """Return the shapes graph of these files, by default the packaged shapes."""
    return read_files(resources.files("shapes", ".ttl") if paths is None else paths)


def validate_store(
    store: ox.Store,
    *,
    shapes: Iterable[Path | str] | None = None,
    checks: bool = True,
    engine: Engine = "compiled",
) -> Report:
    """Validate the union of a store's graphs: the shapes, and the whole-graph checks unless `checks` is false.

    `shapes` names shape files; by default the packaged ones. The compiled engine knows the constraints that the
    packaged shapes use and raises ShapeError for any other; `engine="pyshacl"` knows all of SHACL Core and takes
    some 40 µs a triple.
    """
    started = perf_counter()
    graph = load_shapes(shapes)
    to_run = load_checks() if checks else ()
    with ThreadPoolExecutor(
        max_workers=1
    ) as pool:  # Oxigraph works without Python's lock: both cores are busy
        checked = pool.submit(_run_checks, store, to_run)
        results = _run(store, graph, engine) + checked.result()
    names = [check.name for check in to_run]
    return Report.of(results, checks=names, shapes=_shape_count(graph), seconds=perf_counter() - started)


def validate_files(
    paths: Sequence[Path | str],
    shapes: Iterable[Path | str] | None = None,
    *,
    max_bytes: int = MAX_BYTES,
) -> Report:
    """Validate RDF files with pySHACL: Turtle, N-Triples, N-Quads, TriG, RDF/XML, JSON-LD.

    Without `shapes` the packaged shapes are used, and the files may refer to the packaged ontology and knowledge:
    these stand in the background, and only what is wrong with nodes that the files describe is reported.

    Nothing is fetched, neither `owl:imports` nor a JSON-LD context; RDF/XML with a DOCTYPE is refused. Raises
    SourceError for a file that cannot be read.
    """
    started = perf_counter()
    graph = load_shapes(shapes)
    store = read_files(paths, max_bytes=max_bytes)
    described = {str(quad.subject) for quad in store}
    if shapes is None:
        for folder in _BACKGROUND:
            for path in resources.files(folder, ".ttl"):
                store.extend(read_file(path))
    results = [result for result in _run(store, graph, "pyshacl") if _term(result.focus) in described]
    return Report.of(results, shapes=_shape_count(graph), seconds=perf_counter() - started)


def _run(store: ox.Store, shapes: ox.Store, engine: Engine) -> list[ValidationResult]:
    if engine == "compiled":
        return list(_compiled(store, read_shapes(shapes)))
    from codegraph.validation import reference  # pySHACL and rdflib take 230 ms to import

    return reference.validate(store, shapes)


def _run_checks(store: ox.Store, checks: Iterable[Check]) -> list[ValidationResult]:
    return [result for check in checks for result in check.run(store)]


def _shape_count(shapes: ox.Store) -> int:
    query = """SELECT (COUNT(DISTINCT ?shape) AS ?n) WHERE {
        VALUES ?kind { <http://www.w3.org/ns/shacl#NodeShape> <http://www.w3.org/ns/shacl#PropertyShape> }
        ?shape a ?kind }"""
    rows = shapes.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    return int(next(iter(rows))["n"].value)


def _term(focus: str) -> str:
    return focus if focus.startswith(('"', "_:")) else f"<{focus}>"
