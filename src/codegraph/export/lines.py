"""The dumps of a release as one stream of sorted lines, moved as blocks of bytes: most lines are never looked at.

A dump holds sorted N-Quads lines, in the default graph or in the graph of its release. Taking the graph off
keeps them sorted, so dumps can be merged afterwards and a triple that stands in two graphs is met twice in a row.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from codegraph.errors import ReleaseError

_READ: Final = 1 << 15  # compressed bytes a read: about half a megabyte of lines
# A line that lost its object when the graph's name was taken off, because its object *was* that name.
_ROBBED: Final = re.compile(rb"\n[<_][^ ]++ <[^ ]++ (?=\.\n)")
_REPEATED: Final = re.compile(rb"\n([^\n]++)(?=\n\1\n)")


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the decompressed bytes of a dump in blocks of whole lines; raise ReleaseError where it is damaged."""
    unpacker = zlib.decompressobj(31)
    rest = b""
    try:
        with path.open("rb") as file:
            while data := file.read(_READ):
                rest += unpacker.decompress(data)
                cut = rest.rfind(b"\n") + 1
                if cut:
                    yield rest[:cut]
                    rest = rest[cut:]
    except zlib.error as error:
        raise ReleaseError(f"{path}: damaged ({error}); build the release again") from error
    if not unpacker.eof or unpacker.unused_data or rest:
        raise ReleaseError(f"{path}: cut short or followed by other bytes; build the release again")


def without_graph(found: Iterator[bytes], graphs: Sequence[str]) -> Iterator[bytes]:
    """Turn blocks of N-Quads lines in the default graph or in one of `graphs` into N-Triples lines."""
    endings = [f" <{graph}> .\n".encode() for graph in graphs]
    for block in found:
        for ending in endings:
            if ending in block:
                block = _REPEATED.sub(b"", _mended(b"\n" + block.replace(ending, b" .\n"), ending[1:-2]))[1:]
        yield block


def _mended(block: bytes, graph: bytes) -> bytes:
    """Put the object back on the lines that lost it together with the name of a graph."""
    ends = [0, *(robbed.end() for robbed in _ROBBED.finditer(block)), len(block)]
    return graph.join(block[start:end] for start, end in pairwise(ends))


def merged(streams: list[Iterator[bytes]]) -> Iterator[bytes]:
    """Merge streams of sorted lines into one, each line once, in blocks.

    Where only one stream has lines in a range, they pass as they are.
    """
    heads = [head for stream in streams if (head := _Head(stream)).refill()]
    last = b""
    while heads:
        cut = min(head.last for head in heads)
        parts = [part for head in heads if (part := head.take(cut))]
        block = (
            parts[0] if len(parts) == 1 else b"".join(sorted(set(b"".join(parts).splitlines(keepends=True))))
        )
        if last and block.startswith(
            last
        ):  # the same triple, at the end of one block and the start of the next
            block = block[len(last) :]
        if block:
            last = _last_line(block)
            yield block
        heads = [head for head in heads if head.refill()]


def counted(found: Iterator[bytes], report: Callable[[int], None]) -> Iterator[bytes]:
    """Pass blocks on, and report the number of lines of each."""
    for block in found:
        report(block.count(b"\n"))
        yield block


def _last_line(block: bytes) -> bytes:
    return block[block.rfind(b"\n", 0, -1) + 1 :]


class _Head:
    """The next block of a stream, and how much of it was taken."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._block = b""
        self._at = 0
        self.last = b""

    def refill(self) -> bool:
        """Read on where the block is used up; tell whether there is anything left."""
        while self._at == len(self._block):
            block = next(self._stream, None)
            if block is None:
                return False
            if block:
                self._block, self._at, self.last = block, 0, _last_line(block)
        return True

    def take(self, cut: bytes) -> bytes:
        """Take the lines up to `cut`, by halving: whole lines are compared, never split off."""
        block, low, high = self._block, self._at, len(self._block)
        if self.last > cut:
            while low < high:
                start = block.rfind(b"\n", low, (low + high) // 2) + 1 or low
                end = block.index(b"\n", start) + 1
                if block[start:end] <= cut:
                    low = end
                else:
                    high = start
            high = low
        part = block[self._at : high]
        self._at = high
        return part
