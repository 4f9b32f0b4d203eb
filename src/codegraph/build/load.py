"""Bulk-loads files of N-Quads into the Oxigraph store of a release."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

from codegraph.errors import ReleaseError


def load_store(directory: Path, files: Iterable[Path], *, last: bool = True) -> None:
    """Load files into the store at `directory`, made where missing; with `last`, compact it for reading."""
    store = ox.Store(str(directory))
    for path in files:
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
    if last:
        store.optimize()
    store.flush()
    del store


def load_apart(directory: Path, files: Sequence[Path]) -> None:
    """Load in a process of its own, so that the loader's memory and the builder's are not needed at once.

    Small loads stay in this process: starting another would take longer than they do.
    """
    if sum(path.stat().st_size for path in files) < 64 << 20:
        load_store(directory, files)
        return
    process = multiprocessing.get_context("spawn").Process(
        target=load_store, args=(directory, list(files)), daemon=True
    )
    process.start()
    process.join()
    if process.exitcode != 0:
        raise ReleaseError(
            f"loading the graph failed (exit {process.exitcode}; disk full?); nothing is published"
        )
