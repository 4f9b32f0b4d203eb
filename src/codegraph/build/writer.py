"""Collects the triples of each release and writes them as sorted N-Quads: one dump a release."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from codegraph.namespaces import release_iri
from codegraph.rdf import Triple
from codegraph.release import DUMP, dump_name

_LEVEL: Final = 1  # N-Quads repeat themselves so much that the fastest level keeps a tenth of their size


class DumpWriter:
    """The lines of every release of one build, in memory until they are sorted and written.

    `add` puts triples in the release's named graph or, for subjects that name their release, in the default
    graph; `licensed` lines go into a dump and a graph of their own that no default export reads.
    """

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._licensed: dict[str, list[str]] = {}

    def add(self, ident: str, triples: Iterable[Triple], *, named_graph: bool) -> None:
        """Add triples that a release contributes."""
        end = f" <{release_iri(ident)}> ." if named_graph else " ."
        self._lines.setdefault(ident, []).extend([f"{s} {p} {o}{end}" for s, p, o in triples])

    def add_lines(self, ident: str, lines: Iterable[str]) -> None:
        """Add ready N-Quads lines, without their line ends."""
        self._lines.setdefault(ident, []).extend(lines)

    def add_licensed(self, ident: str, triples: Iterable[Triple]) -> None:
        """Add triples that carry licensed text."""
        end = f" <{release_iri('licensed/' + ident)}> ."
        self._licensed.setdefault(ident, []).extend([f"{s} {p} {o}{end}" for s, p, o in triples])

    def write(self, folder: Path, plain: Path) -> dict[str, int]:
        """Write all dumps under `folder`/dump and the unlicensed lines also to the file `plain`.

        Returns the number of statements a release contributed. The lines are freed on the way.
        """
        (folder / DUMP).mkdir()
        counts = {}
        with plain.open("wb", buffering=1 << 20) as bulk:
            for ident in sorted(self._lines):
                lines = sorted(set(self._lines.pop(ident)))
                counts[ident] = len(lines)
                text = _encode(lines)
                del lines
                bulk.write(text)
                write_gzip(folder / DUMP / dump_name(ident), text)
        for ident in sorted(self._licensed):
            lines = sorted(set(self._licensed.pop(ident)))
            write_gzip(folder / DUMP / dump_name(ident, licensed=True), _encode(lines))
        return counts


def _encode(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode() if lines else b""


def write_gzip(path: Path, data: bytes) -> None:
    """Write gzip without name or time, so that equal data gives equal bytes."""
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=_LEVEL, mtime=0) as out:
        out.write(data)


def gzip_file(source: Path, target: Path) -> int:
    """Compress a file the same way in pieces; return its number of lines."""
    lines = 0
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    with source.open("rb") as data, target.open("wb") as out:
        while piece := data.read(1 << 20):
            lines += piece.count(b"\n")
            out.write(packer.compress(piece))
        out.write(packer.flush())
        out.flush()
        os.fsync(out.fileno())
    return lines
