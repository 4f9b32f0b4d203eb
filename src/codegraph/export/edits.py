"""The history of NCCI pairs as N-Triples lines: the one part of a release that is in tables only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from codegraph.errors import NotLoaded
from codegraph.release import EDITS, read_manifest

_AT_ONCE: Final = 20_000  # nodes a block


def edit_lines(directory: Path, idents: Collection[str] | None = None) -> Iterator[str]:
    """Return the lines of each PtpEdit node of a release directory, node by node, sorted within a node.

    `idents` chooses releases. Raises NotLoaded where the release was built without NCCI edits; the packaged ones do
    not count, since no triple declares their releases and codes.
    """
    from codegraph.build.edits_history import read_edits
    from codegraph.sources.ncci_ptp import edit_triples

    database = directory / EDITS
    if not database.is_file() or read_manifest(directory).figures:
        raise NotLoaded(
            "no NCCI procedure-to-procedure edits are loaded; `codegraph sources` says which file brings them"
        )
    wanted = (row for row in read_edits(database) if idents is None or row.release in idents)
    return ("".join(sorted(f"{s} {p} {o} .\n" for s, p, o in edit_triples(row))) for row in wanted)


def edit_blocks(nodes: Iterable[str]) -> Iterator[bytes]:
    """Gather the texts of nodes into blocks of bytes."""
    rest = iter(nodes)
    while piece := list(islice(rest, _AT_ONCE)):
        yield "".join(piece).encode()
