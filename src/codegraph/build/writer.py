"""Collects the triples of each release and writes them as sorted N-Quads: one dump a release."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, Final

from codegraph.build.nodes import NodeCollector
from codegraph.namespaces import release_iri
from codegraph.rdf import Triple
from codegraph.release import DUMP, dump_name

_LEVEL: Final = 1  # N-Quads repeat themselves so much that the fastest level keeps a tenth of their size
_AT_ONCE: Final = 1 << 14
_PIECE: Final = 160 << 20  # bytes a file to be loaded: about a million lines


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

    def write(self, folder: Path, nodes: NodeCollector) -> tuple[dict[str, int], list[Path]]:
        """Write all dumps under `folder`/dump, and the unlicensed lines also to plain files to be loaded.

        `nodes` sees the unlicensed lines too.

        Returns the number of statements a release contributed, and the plain files. The lines are freed on the
        way. Several smaller files take the loader less memory than one.
        """
        (folder / DUMP).mkdir(exist_ok=True)
        counts = {}
        bulk = _Pieces(folder)
        for ident in sorted(self._lines):
            dump = folder / DUMP / dump_name(ident)

            def also(lines: list[str], data: bytes, ident: str = ident) -> None:
                bulk.write(data)
                nodes.see(ident, lines)

            counts[ident] = _write_sorted(self._lines.pop(ident), dump, also)
        bulk.close()
        for ident in sorted(self._licensed):
            _write_sorted(self._licensed.pop(ident), folder / DUMP / dump_name(ident, licensed=True), None)
        return counts, bulk.paths


class _Pieces:
    """Plain files of a limited size, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._size = 0
        self.paths: list[Path] = []

    def write(self, data: bytes) -> None:
        """Append whole lines."""
        if self._file is None or self._size > _PIECE:
            self.close()
            self.paths.append(self._folder / f"bulk-{len(self.paths)}.nq")
            self._file = self.paths[-1].open("wb", buffering=1 << 20)
            self._size = 0
        self._file.write(data)
        self._size += len(data)

    def close(self) -> None:
        """Close the last file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _write_sorted(lines: list[str], dump: Path, also: Callable[[list[str], bytes], None] | None) -> int:
    """Sort lines and write each once, in pieces that `also` is given too; return how many there were."""
    lines.sort()
    count = 0
    unique = (line for line, _ in groupby(lines))
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    with dump.open("wb") as out:
        while piece := list(islice(unique, _AT_ONCE)):
            count += len(piece)
            data = ("\n".join(piece) + "\n").encode()
            out.write(packer.compress(data))
            if also is not None:
                also(piece, data)
        out.write(packer.flush())
    return count
