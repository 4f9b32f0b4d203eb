"""The packaged release, built once a session, alone or with a small invented graph beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from golden_cases import GRAPHS, Datasets, Stores

from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> CodeGraph:
    out = tmp_path_factory.mktemp("queries") / "packaged"
    build([], out)
    return CodeGraph(out)


@pytest.fixture(scope="session")
def stores(packaged: CodeGraph) -> Stores:
    """Return a function from the name of an invented graph (or None) to the packaged store with it."""
    quads = list(packaged.store.raw)

    @cache
    def store(graph: str | None) -> ox.Store:
        if graph is None:
            return packaged.store.raw
        copy = ox.Store()
        copy.bulk_extend(quads)
        copy.bulk_load(path=str(graph_file(graph)), format=ox.RdfFormat.N_QUADS)
        return copy

    return store


@pytest.fixture(scope="session")
def datasets(stores: Stores) -> Datasets:
    """Return a function like `stores` that gives rdflib Datasets, each the union of its graphs."""

    @cache
    def dataset(graph: str | None) -> rdflib.Dataset:
        data = ox.serialize(stores(graph), format=ox.RdfFormat.N_QUADS)
        assert data is not None
        found = rdflib.Dataset(default_union=True)
        found.parse(data=data.decode(), format="nquads")
        return found

    return dataset


def graph_file(name: str) -> Path:
    path = GRAPHS / f"{name}.nq"
    assert path.is_file(), f"no graph {path}"
    return path
