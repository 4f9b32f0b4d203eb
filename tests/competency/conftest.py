"""The packaged graph, and what derives codes from the official tables: made once for all tests of facts."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from packaged_graph import ask, load

from codegraph.crosswalk.derive import Deriver
from codegraph.crosswalk.subsumption import Hierarchy
from codegraph.sources import icd10pcs_tables
from codegraph.sources.files import Member


@pytest.fixture(scope="session")
def packaged() -> ox.Store:
    return load()


@pytest.fixture(scope="session")
def deriver(packaged: ox.Store, data_dir: Path) -> Deriver:
    kinds = sorted(ask(packaged, "?v skos:broader ?w", "v", "w"))
    hierarchy = Hierarchy(kinds, sorted(ask(packaged, "?v cg:isPartOf ?w", "v", "w")))
    tables = Member(data_dir / "icd10pcs/icd10pcs_tables_2026.xml", None)
    return Deriver(hierarchy, icd10pcs_tables.grammar(tables))
