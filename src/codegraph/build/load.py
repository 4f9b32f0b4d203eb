"""Bulk-loads files of N-Quads into the Oxigraph store of a release."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox


def load_store(directory: Path, files: Iterable[Path], *, last: bool = True) -> None:
    """Load files into the store at `directory`, made where missing; with `last`, compact it for reading."""
    store = ox.Store(str(directory))
    for path in files:
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
    if last:
        store.optimize()
    store.flush()
    del store
