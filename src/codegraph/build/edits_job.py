"""The NCCI edits of a build, in a process of their own: half the rows of a release, beside everything else."""

from __future__ import annotations

import gc
import multiprocessing
import traceback
import zlib
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from codegraph.build.edits import EditsBuilt, build_edits
from codegraph.build.load import load_store
from codegraph.errors import SourceError
from codegraph.release import DUMP, EDITS, GRAPH, dump_name
from codegraph.sources.base import Release
from codegraph.sources.files import Member

_REJECTS: Final = "edits-rejects.jsonl"
_QUADS: Final = "edits.nt"
_OUTPATIENT: Final = b"Outpatient> <"

Bulk = list[tuple[Member, Release]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the edits job found: its counts, the file of rejects, and how many edges each release contributed."""

    built: EditsBuilt
    rejects: Path
    triples: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edges:
    """How many edges there are, by release ident, and by code and property (IRIs)."""

    by_release: dict[str, int]
    by_code: dict[tuple[str, str], int]


class EditsJob:
    """Runs the edits job: `outcome()` as soon as the rows are counted, `finish()` when its files are written."""

    def __init__(self, bulk: Bulk, staging: Path) -> None:
        self._staging = staging
        self._process: multiprocessing.process.BaseProcess | None = None
        self._triples: dict[str, int] = {}
        if bulk:
            context = multiprocessing.get_context("spawn")
            self._receiver, sender = context.Pipe(duplex=False)
            self._process = context.Process(target=_run, args=(bulk, staging, sender), daemon=True)
            self._process.start()
            sender.close()

    def outcome(self) -> Outcome:
        """Wait for the rows to be read; raise SourceError where a file is not what it should be."""
        if self._process is None:
            return Outcome(EditsBuilt((), 0, {}), self._staging / _REJECTS)
        built = self._receive()
        assert isinstance(built, EditsBuilt)
        return Outcome(built, self._staging / _REJECTS)

    def finish(self) -> Edges:
        """Wait for the store and the dumps of the edges; return how many there are."""
        if self._process is None:
            return Edges({}, {})
        edges = self._receive()
        self._process.join()
        assert isinstance(edges, Edges)
        return edges

    def _receive(self) -> object:
        try:
            message = self._receiver.recv()
        except EOFError:
            raise SourceError(
                "reading the NCCI edits ended unexpectedly (out of memory?); nothing is published"
            ) from None
        if isinstance(message, BaseException):
            raise message
        return message

    def stop(self) -> None:
        """End the job: the build failed elsewhere."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join()


def _run(bulk: Bulk, staging: Path, sender: Connection) -> None:
    gc.disable()  # as in the parent: many values, no cycles
    try:
        quads = staging / _QUADS
        built = build_edits(bulk, staging / EDITS, quads, staging / _REJECTS)
        sender.send(built)
        load_store(staging / GRAPH, [quads], last=False)
        edges = _dump(quads, sorted(built.codes), staging)
        quads.unlink()
        sender.send(edges)
    except SourceError as error:
        sender.send(error)
    except Exception:
        sender.send(SourceError(f"reading the NCCI edits failed:\n{traceback.format_exc()}"))


def _dump(quads: Path, idents: list[str], staging: Path) -> Edges:
    """Split the edges by setting into the dumps of their releases; return how many there are."""
    (staging / DUMP).mkdir(exist_ok=True)
    packers = {ident: zlib.compressobj(1, zlib.DEFLATED, 31) for ident in idents}
    counts = dict.fromkeys(idents, 0)
    by_code: Counter[bytes] = Counter()
    outs = {ident: (staging / DUMP / dump_name(ident, edges=True)).open("wb") for ident in idents}
    with quads.open("rb") as data:
        while lines := data.readlines(1 << 22):
            by_code.update(line[: line.rindex(b" <")] for line in lines)
            for ident in idents:
                mine = [line for line in lines if (_OUTPATIENT in line) == ("outpatient" in ident)]
                counts[ident] += len(mine)
                outs[ident].write(packers[ident].compress(b"".join(mine)))
    for ident in idents:
        outs[ident].write(packers[ident].flush())
        outs[ident].close()
    return Edges(counts, {_ends(start): number for start, number in by_code.items()})


def _ends(start: bytes) -> tuple[str, str]:
    """Return the IRIs of an edge's first two terms."""
    subject, _, predicate = start.decode().partition(" ")
    return subject[1:-1], predicate[1:-1]
