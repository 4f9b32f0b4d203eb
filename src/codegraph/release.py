"""The release directory: what it holds, its manifest, and how one is found on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from codegraph.errors import ReleaseError

MANIFEST: Final = "manifest.json"
GRAPH: Final = "graph"
DUMP: Final = "dump"
TABLES: Final = "tables.sqlite"
EDITS: Final = "edits.sqlite"
REJECTS: Final = "rejects.jsonl"
LICENSED: Final = "licensed-"  # start of the names of dumps that hold licensed text
# Raised whenever a release built by an older codegraph can no longer be read.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Source:
    """One file that went into a release, and what became of its rows.

    `release` is its ident (`cms-pfs/2025D`); dates are ISO strings or None; `sha256` is that of the file on disk,
    `member` the name inside an archive.
    """

    kind: str
    title: str
    publisher: str
    page: str
    release: str
    file: str
    member: str | None
    sha256: str
    bytes: int
    issued: str | None
    effective_from: str | None
    effective_to: str | None
    rows: int
    rejects: int
    notes: int
    triples: int
    licensed: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release was made of: its sources, sorted by ident, and the counts of what it holds.

    `figures` are the packaged files of figures that a release without official files has in its tables; one with a
    remark holds the packaged codes only.
    """

    codegraph: str
    built: str | None  # SOURCE_DATE_EPOCH as an ISO time, or None: no wall clock in a release
    sources: tuple[Source, ...]
    triples: int
    codes: dict[str, int]
    tables: dict[str, int]
    unknown_files: tuple[str, ...] = ()
    format: int = FORMAT
    options: dict[str, Any] = field(default_factory=dict)
    figures: tuple[Source, ...] = ()

    def to_json(self) -> str:
        """Return the manifest as sorted, indented JSON."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a manifest; raise ReleaseError where it is not one, or is of another format."""
        try:
            data = json.loads(text)
            found = data["format"]
            if found != FORMAT:
                raise ReleaseError(
                    f"the release has format {found}, this codegraph reads {FORMAT}; build it again"
                )
            data["sources"] = tuple(Source(**s) for s in data["sources"])
            data["figures"] = tuple(Source(**s) for s in data.get("figures", ()))
            data["unknown_files"] = tuple(data["unknown_files"])
            return cls(**data)
        except (ValueError, KeyError, TypeError) as error:
            raise ReleaseError(f"not a codegraph manifest: {error}") from error

    def source(self, release: str) -> Source | None:
        """Return the first source of a release ident, or None."""
        return next((s for s in self.sources if s.release == release), None)

    def figure(self, release: str) -> Source | None:
        """Return the packaged file of figures of a release ident, or None."""
        return next((s for s in self.figures if s.release == release), None)


def previous(path: Path) -> Path:
    """Return where the release that stood at `path` rests while a new one takes its place."""
    return path.with_name(f".{path.name}.previous")


def locate(path: str | os.PathLike[str]) -> Path:
    """Return the directory of a readable release at or behind `path`; symbolic links are followed.

    Where a build was killed between its two last renames, the release that stood there before is returned.
    Raises ReleaseError where there is none, saying what to do.
    """
    real = Path(path).expanduser().resolve()
    for candidate in (real, previous(real)):
        if (candidate / MANIFEST).is_file():
            return candidate
    what = "holds no manifest.json" if real.is_dir() else "does not exist"
    raise ReleaseError(
        f"{path}: not a release directory ({what}); make one with: codegraph build FILES --out {path}"
    )


def read_manifest(directory: Path) -> Manifest:
    """Read the manifest of a release directory."""
    return Manifest.from_json((directory / MANIFEST).read_text(encoding="utf-8"))


def dump_name(ident: str, *, licensed: bool = False, edges: bool = False) -> str:
    """Return the file name of a release's dump (`cms-pfs-2025D.nq.gz`); its edges have a file of their own."""
    return f"{LICENSED if licensed else ''}{ident.replace('/', '-')}{'.edges' if edges else ''}.nq.gz"


def dumps(directory: Path, idents: Iterable[str] | None = None, *, licensed: bool = False) -> list[Path]:
    """Return the dumps of a release directory, sorted; only those of `idents` where given."""
    found = sorted((directory / DUMP).glob("*.nq.gz"))
    if not licensed:
        found = [p for p in found if not p.name.startswith(LICENSED)]
    if idents is not None:
        idents = tuple(idents)
        names = (partial(dump_name, licensed=True), partial(dump_name, edges=True), dump_name)
        wanted = {name(ident) for ident in idents for name in names}
        found = [p for p in found if p.name in wanted]
    return found
