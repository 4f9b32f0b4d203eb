"""The door to rdflib: every triple of every dump arrives, in its graph, and nothing licensed comes with it."""

from __future__ import annotations

import gzip

import pytest
from rdflib import URIRef

from codegraph.errors import UnknownTerm
from codegraph.export.as_rdflib import to_rdflib

GRAPH = "https://w3id.org/codegraph/release/icd10pcs/2026"
DUMPS = {
    "cms-pfs-2025D": ["<urn:a> <urn:p> <urn:x> ."],
    "icd10pcs-2026": [f"<urn:b> <urn:p> <urn:x> <{GRAPH}> .", "<urn:c> <urn:p> <urn:x> ."],
    "licensed-cms-pfs-2025D": ["<urn:secret> <urn:p> <urn:x> ."],
}


@pytest.fixture
def release(tmp_path):
    (tmp_path / "dump").mkdir()
    for name, lines in DUMPS.items():
        (tmp_path / "dump" / f"{name}.nq.gz").write_bytes(
            gzip.compress("".join(f"{x}\n" for x in lines).encode())
        )
    return tmp_path


def subjects(dataset) -> set[str]:
    return {str(s) for s, _, _, _ in dataset.quads()}


def test_the_default_graphs_of_all_dumps_are_there(release):
    dataset = to_rdflib(release)
    assert subjects(dataset) == {"urn:a", "urn:b", "urn:c"}
    assert len(dataset) == 3
    assert {str(s) for s in dataset.graph(URIRef(GRAPH)).subjects()} == {"urn:b"}


def test_some_releases_only(release):
    assert subjects(to_rdflib(release, ["icd10pcs/2026"])) == {"urn:b", "urn:c"}
    with pytest.raises(UnknownTerm, match="hcpcs/2019"):
        to_rdflib(release, ["hcpcs/2019"])


def test_the_prefixes_are_bound(release):
    assert dict(to_rdflib(release).namespaces())["cpt"] == URIRef("https://w3id.org/codegraph/code/cpt/")
