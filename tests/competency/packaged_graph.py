"""What the tests of packaged facts share: patterns asked of the packaged Turtle, answers as CURIEs and plain texts."""

from __future__ import annotations

import pyoxigraph as ox

from codegraph import resources
from codegraph.namespaces import PREFIXES, contract

HEADER = "\n".join(f"PREFIX {p}: <{iri}>" for p, iri in PREFIXES.items())


def load() -> ox.Store:
    """Return the packaged ontology and knowledge."""
    store = ox.Store()
    for folder in ("ontology", "knowledge"):
        for path in resources.files(folder, ".ttl"):
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def numbers(text: str) -> list[str]:
    """Return the code numbers of a text, which are parted by blanks."""
    return text.split()


def ask(store: ox.Store, pattern: str, *names: str) -> set[tuple[str, ...]]:
    """Return the solutions of a pattern as tuples of CURIEs and plain texts."""
    found = store.query(f"{HEADER}\nSELECT {' '.join('?' + n for n in names)} WHERE {{ {pattern} }}")
    return {tuple(short(row[name]) for name in names) for row in found}


def short(term: ox.NamedNode | ox.Literal) -> str:
    """Return an IRI as a CURIE, a literal as its text."""
    return contract(term.value) if isinstance(term, ox.NamedNode) else term.value
