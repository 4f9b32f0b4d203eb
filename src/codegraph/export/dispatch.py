"""Chooses the writer of an export: triples as they are, the reasoner's view, or the mapping sets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegraph.errors import CodegraphError
from codegraph.export import ExportSummary, export

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph


def export_as(
    graph: CodeGraph, out: str | os.PathLike[str], format: str | None, wanted: Mapping[str, Any]
) -> ExportSummary:
    """Write what is wanted of an opened release; `wanted` has graphs, include_licensed, edits and pcs.

    Raises CodegraphError where an option does not go with a format.
    """
    if format == "owl":
        from codegraph.export.as_owl import export_owl

        if wanted["graphs"] is not None or wanted["include_licensed"] or wanted["edits"]:
            raise CodegraphError("the reasoner's view is of the whole release; only pcs (--pcs) limits it")
        return export_owl(graph.store, graph.manifest, Path(out), pcs=wanted["pcs"])
    if wanted["pcs"] is not None:
        raise CodegraphError("pcs (--pcs) limits the reasoner's view; ask for it with format owl")
    chosen = {name: wanted[name] for name in ("graphs", "include_licensed", "edits")}
    if format != "sssom":
        return export(graph.directory, Path(out), format=format, **chosen)
    from codegraph.export.sssom_sets import export_sets

    if wanted["edits"] or not isinstance(out, str | Path):
        raise CodegraphError("sssom writes the mapping sets, one file each, into a folder")
    licensed: bool = wanted["include_licensed"]
    return export_sets(
        graph.tables, graph.manifest, out, include_licensed=licensed, releases=wanted["graphs"]
    )
