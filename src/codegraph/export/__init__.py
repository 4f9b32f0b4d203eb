"""Writing a release, or some of its sources, for other systems: Turtle, N-Quads, N-Triples, TriG, JSON-LD, RDF/XML.

Streams from the sorted dumps of a release directory: the same release gives the same bytes, in little memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from codegraph.export.edits import edit_blocks, edit_lines
from codegraph.export.files import opened
from codegraph.export.formats import FORMATS, format_name
from codegraph.export.graphs import choose, idents_of
from codegraph.export.lines import blocks, counted, merged, without_graph

__all__ = ["FORMATS", "ExportSummary", "export", "format_name"]


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote: the statements (quads where the format keeps graphs), seconds and bytes."""

    triples: int
    seconds: float
    bytes: int
    format: str


def export(
    directory: Path,
    out: Path | str | IO[bytes],
    *,
    format: str | None = None,
    graphs: Sequence[str] | None = None,
    include_licensed: bool = False,
    edits: bool = False,
    edit_source: Callable[[], Iterable[str]] | None = None,
    progress: Callable[[int], None] | None = None,
) -> ExportSummary:
    """Write a release directory, or the releases in `graphs`, to a file, a stream or `-` (standard output).

    `format` is a key of FORMATS, by default told from the file's ending. Licensed dumps are read only with
    `include_licensed`; with `edits` the PtpEdit nodes follow, from edits.sqlite or from `edit_source`, which
    gives for each node its sorted N-Triples lines. `progress` is called with the statements written so far.

    A triple that stands in several graphs is written once, except in formats that keep graphs. Raises UnknownTerm
    for a release without dump, LicenceRequired, and CodegraphError where `out` is not a place for a file.
    """
    begun = time.monotonic()
    name = format_name(out, format)
    chosen = choose(directory, graphs, include_licensed=include_licensed)
    total = 0

    def count(lines: int) -> None:
        nonlocal total
        total += lines
        if progress is not None:
            progress(total)

    streams: list[Iterator[bytes]] = [blocks(dump.path) for dump in chosen]
    if not FORMATS[name].keeps_graphs:
        streams = [without_graph(s, dump.graphs) for s, dump in zip(streams, chosen, strict=True)]
    lines = merged(streams)
    if edits:
        nodes = edit_source() if edit_source is not None else edit_lines(directory, idents_of(graphs))
        lines = chain(lines, edit_blocks(nodes))
    with opened(out) as target:
        FORMATS[name].write(counted(lines, count), target)
    return ExportSummary(total, time.monotonic() - begun, target.count, name)
