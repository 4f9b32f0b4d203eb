"""Chooses the writer of an export: triples as they are, or what another system reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import CodegraphError
from codegraph.export import ExportSummary, export

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Wanted = Mapping[str, Any]
# What a writer takes of the options; any other that is given is refused, since it would silently do nothing.
_TRIPLES: Final = frozenset(("graphs", "include_licensed", "edits"))


def export_as(
    graph: CodeGraph, out: str | os.PathLike[str], format: str | None, wanted: Wanted
) -> ExportSummary:
    """Write what is wanted of an opened release; `wanted` has graphs, include_licensed, edits, pcs and quads.

    Raises CodegraphError where an option does not go with a format.
    """
    taken, write = _WRITERS.get(format or "", (_TRIPLES, None))
    given = {name: value for name, value in wanted.items() if value is not None and value is not False}
    if odd := sorted(given.keys() - taken):
        name = format or "a format of triples"
        raise CodegraphError(
            f"{odd[0]} does not go with {name}, which takes {', '.join(sorted(taken)) or 'none'}"
        )
    if not isinstance(out, str | os.PathLike):
        raise CodegraphError("an export is written to a file or into a folder, named by its path")
    if write is None:
        return export(graph.directory, Path(out), format=format, **given)
    return write(graph, Path(out), given)


def _owl(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.as_owl import export_owl

    return export_owl(graph.store, graph.manifest, out, pcs=given.get("pcs"))


def _sssom(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.sssom_sets import export_sets

    licensed = bool(given.get("include_licensed"))
    return export_sets(
        graph.tables, graph.manifest, out, include_licensed=licensed, releases=given.get("graphs")
    )


def _fhir(graph: CodeGraph, out: Path, given: Wanted, *, format: str) -> ExportSummary:
    from codegraph.export.as_fhir import export_fhir

    return export_fhir(graph, out, format=format, **given)


def _omop(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.as_omop import export_omop

    return export_omop(graph.directory, graph.tables, graph.manifest, out, **given)


def _parquet(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.as_parquet import export_parquet

    return export_parquet(graph.directory, graph.tables, graph.manifest, out, **given)


def _pieces(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.as_pieces import export_pieces

    return export_pieces(graph.directory, graph.manifest, out, **given)


def _skos(graph: CodeGraph, out: Path, given: Wanted) -> ExportSummary:
    from codegraph.export.as_skos import export_skos

    return export_skos(graph.directory, out, **given)


_WRITERS: Final[dict[str, tuple[frozenset[str], Callable[[CodeGraph, Path, Wanted], ExportSummary]]]] = {
    "fhir-r4": (frozenset(), partial(_fhir, format="fhir-r4")),
    "fhir-r5": (frozenset(), partial(_fhir, format="fhir-r5")),
    "omop": (frozenset(("include_licensed",)), _omop),
    "owl": (frozenset(("pcs",)), _owl),
    "parquet": (frozenset(("edits",)), _parquet),
    "pieces": (_TRIPLES | {"quads"}, _pieces),
    "skos": (frozenset(("graphs", "include_licensed")), _skos),
    "sssom": (frozenset(("graphs", "include_licensed")), _sssom),
}
