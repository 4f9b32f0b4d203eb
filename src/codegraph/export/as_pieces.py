"""N-Quads in pieces, for bulk loaders that read many files at once: gzip files and a manifest that names them.

A blank node is known in one file only, so all statements with one stand together, in the last piece.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from codegraph.errors import CodegraphError
from codegraph.export import ExportSummary
from codegraph.export.edits import edit_blocks, edit_lines
from codegraph.export.folder import new_folder, size_of
from codegraph.export.graphs import choose, idents_of
from codegraph.export.lines import blocks, merged
from codegraph.release import Manifest

QUADS_A_PIECE: Final = 1_000_000
MANIFEST_NAME: Final = "pieces.json"
_LEVEL: Final = 4  # of gzip: a third of the time of the default level, a tenth more bytes
_NAME: Final = re.compile(r"part-[0-9]{5,}\.nq\.gz")
_BLANK: Final = re.compile(rb"^(?:_:[^\n]*|<[^ \n]+> <[^ \n]+> _:[^\n]*)\n", re.MULTILINE)


def export_pieces(
    directory: Path,
    manifest: Manifest,
    out: Path | str,
    *,
    graphs: Sequence[str] | None = None,
    include_licensed: bool = False,
    edits: bool = False,
    quads: int = QUADS_A_PIECE,
) -> ExportSummary:
    """Write a release as `part-00001.nq.gz`, … of at most `quads` quads each, and `pieces.json`, into a folder.

    The pieces together are the N-Quads export, and so is what is chosen of it. The manifest gives for each piece its
    quads, its bytes and its SHA-256. Raises CodegraphError for a size below 1 and where `out` is no place for it.
    """
    begun = time.monotonic()
    if quads < 1:
        raise CodegraphError(f"a piece has at least one quad, not {quads}")
    chosen = choose(directory, graphs, include_licensed=include_licensed)
    lines = merged([blocks(dump.path) for dump in chosen])
    if edits:
        lines = chain(lines, edit_blocks(edit_lines(directory, idents_of(graphs))))
    with new_folder(
        out, "pieces are files", lambda n: n == MANIFEST_NAME or bool(_NAME.fullmatch(n))
    ) as folder:
        pieces = groupby(_cut(lines, quads), key=itemgetter(0))
        found = [_write(folder, number, (block for _, block in piece)) for number, piece in pieces]
        total = sum(piece["quads"] for piece in found)
        said = {
            "format": "application/n-quads",
            "compression": "gzip",
            "codegraph": manifest.codegraph,
            "built": manifest.built,
            "quads": total,
            "pieces": found,
        }
        (folder / MANIFEST_NAME).write_text(
            json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        size = size_of(folder)
    return ExportSummary(total, time.monotonic() - begun, size, "pieces")


def _cut(lines: Iterable[bytes], quads: int) -> Iterator[tuple[int, bytes]]:
    """Cut blocks of lines where a piece is full: give the number of the piece, and the part of a block in it.

    What has blank nodes comes last, in one piece.
    """
    blank: list[bytes] = []
    number, room = 1, quads
    for block in lines:
        if b"_:" in block:
            blank += (found.group() for found in _BLANK.finditer(block))
            block = _BLANK.sub(b"", block)
        start = 0
        while (count := block.count(b"\n", start)) > room:
            end = _after(block, start, room)
            if room:
                yield number, block[start:end]
            number, room, start = number + 1, quads, end
        if count:
            yield number, block[start:]
            room -= count
    if blank:
        yield number + 1, b"".join(blank)


def _after(block: bytes, start: int, lines: int) -> int:
    """Return where a number of lines ends."""
    for _ in range(lines):
        start = block.index(b"\n", start) + 1
    return start


def _write(folder: Path, number: int, blocks: Iterable[bytes]) -> dict[str, Any]:
    """Write a piece; return what the manifest says of it."""
    path = folder / f"part-{number:05}.nq.gz"
    quads = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        for block in blocks:
            quads += block.count(b"\n")
            file.write(block)
    with path.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return {"file": path.name, "quads": quads, "bytes": path.stat().st_size, "sha256": digest}
