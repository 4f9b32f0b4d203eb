"""What the tests of the ontology share: packaged files as Oxigraph stores, with Turtle planted in them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, parse

from codegraph import resources
from codegraph.namespaces import CG, PREFIXES

MODULES = (
    "anatomy",
    "changes",
    "claims",
    "codes",
    "coding",
    "core",
    "edits",
    "indications",
    "mappings",
    "modifiers",
    "payment",
    "procedures",
    "provenance",
)
ONTOLOGY = resources.folder("ontology")
HEADER = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
SPARQL_HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def module_path(name: str) -> Path:
    return ONTOLOGY / f"{name}.ttl"


def files(*folders: str) -> list[Path]:
    """Return the packaged Turtle files of these folders (`ontology`, `knowledge`, `shapes`)."""
    return [path for folder in folders for path in resources.files(folder, ".ttl")]


def load(paths: list[Path], planted: str = "") -> Store:
    """Load files, and Turtle text that may use every prefix of the package."""
    store = Store()
    for path in paths:
        store.extend(parse(path=str(path), format=RdfFormat.TURTLE))
    if planted:
        store.extend(parse((HEADER + planted).encode(), format=RdfFormat.TURTLE))
    return store


@cache
def packaged(*folders: str) -> Store:
    """Return packaged folders loaded once; tests only read it."""
    return load(files(*folders))


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    """Return the rows of a SELECT query as plain texts, sorted."""
    found = store.query(SPARQL_HEADER + query)
    return sorted(tuple("" if value is None else value.value for value in row) for row in found)


def cg(name: str) -> NamedNode:
    return NamedNode(CG + name)
