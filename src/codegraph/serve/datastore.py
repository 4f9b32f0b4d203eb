"""The store that a server reads: that of a release, or one made of the RDF files that it was told to serve."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from codegraph import release


@dataclass(frozen=True, slots=True)
class DataStore:
    """Where the store is, the hash of what it holds, and the folder to remove at the end, if any."""

    path: Path
    version: str
    temporary: Path | None = None

    @classmethod
    def of_release(cls, directory: Path) -> DataStore:
        """Return the store of a release; its version is the hash of the manifest, which has those of all sources."""
        digest = hashlib.sha256((directory / release.MANIFEST).read_bytes())
        return cls(directory / release.GRAPH, digest.hexdigest())

    @classmethod
    def of_files(cls, paths: Sequence[Path]) -> DataStore:
        """Read RDF files into a store of their own, which no other process writes.

        Triples go to the default graph, quads to the graphs that they name. Raises SourceError as
        `validation.reading.read_files` does: files that could end the process or fetch something are refused.
        """
        from codegraph.validation.reading import read_files

        quads = list(read_files(paths))
        digest = hashlib.sha256()
        for path in paths:
            digest.update(path.read_bytes())
        folder = Path(tempfile.mkdtemp(prefix="codegraph-serve-"))
        store = ox.Store(str(folder))
        store.bulk_extend(quads)
        store.flush()
        return cls(folder, digest.hexdigest(), folder)

    def close(self) -> None:
        """Remove what was made for serving."""
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)
