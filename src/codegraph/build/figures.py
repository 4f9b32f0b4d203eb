"""The packaged figures: read by the readers of the official files, into the tables and the edits database only.

They belong in a release that has no official file. What the graph says of the same codes stays as it is in Turtle.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from codegraph import knowledge
from codegraph.build.assemble import Assembly
from codegraph.build.edits import build_edits
from codegraph.errors import SourceError
from codegraph.release import EDITS
from codegraph.sources.base import Note, Reject
from codegraph.sources.registry import Found, scan

PACKAGED_CODES: Final = "the packaged codes only"
# Kinds of files that are packaged whole.
_WHOLE: Final = frozenset({"pfs-gpci", "pfs-localities"})
_UNUSED: Final = ("figures.nt", "figures-rejects.jsonl")


class Figures(NamedTuple):
    """A packaged file of figures that was read: its rows, and to what it is limited."""

    found: Found
    rows: int
    remark: str | None


def read_figures(assembly: Assembly, staging: Path) -> list[Figures]:
    """Put the packaged figures into the tables of a release; return what was read, by release.

    Raises SourceError for a file that its reader does not read to the last row: the package is broken then.
    """
    found = scan(knowledge.figure_files())
    read = [*_tables(assembly, found), *_edits(staging, found)]
    return sorted(read, key=lambda f: str(f.found.release and f.found.release.ident))


def _tables(assembly: Assembly, found: list[Found]) -> Iterator[Figures]:
    for item in found:
        if item.reader is None or item.release is None:
            raise SourceError(f"{item.member.label}: {item.problem or 'no reader knows this packaged file'}")
        if item.reader.bulk:
            continue
        rows = [row for row in item.reader.read(item.member) if not isinstance(row, Note)]
        if bad := next((row for row in rows if isinstance(row, Reject)), None):
            raise SourceError(f"{item.member.label}, line {bad.line}: {bad.reason}")
        assembly.add_tables(item.reader, item.release, rows)
        yield Figures(item, len(rows), None if item.reader.kind in _WHOLE else PACKAGED_CODES)


def _edits(staging: Path, found: list[Found]) -> Iterator[Figures]:
    """Write the edits database; the direct edges of the graph come from official files only."""
    bulk = [f for f in found if f.reader is not None and f.reader.bulk]
    members = [(f.member, f.release) for f in bulk if f.release is not None]
    unused = [staging / name for name in _UNUSED]
    built = build_edits(members, staging / EDITS, *unused)
    for path in unused:
        path.unlink()
    rows = {count.label: count.rows for count in built.files}
    return (Figures(f, rows[f.member.label], PACKAGED_CODES) for f in bulk)
