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


SEVERAL = ("skos:altLabel", "cg:plainDescription", "cg:clinicalContext", "cg:inFamily", "cg:usualSetting")
ONE = ("skos:prefLabel", "cg:plainDescription", "cg:denotes", "cg:isSeparateProcedure", "cg:isAddOn")


def undescribed(store: ox.Store, code: str) -> list[str]:
    """Return the properties that a CPT code lacks, or has several of where it has one."""
    number = {p: len(ask(store, f"cpt:{code} {p} ?v", "v")) for p in (*SEVERAL, *ONE)}
    return [p for p in SEVERAL if not number[p]] + [p for p in ONE if number[p] != 1]


def is_placed(store: ox.Store, code: str) -> bool:
    """Tell whether a CPT code stands under one heading, whose range holds it."""
    place = ask(store, f"cpt:{code} skos:broader ?h . ?h cg:rangeFirst ?a ; cg:rangeLast ?z", "a", "z")
    return [first <= code <= last for first, last in place] == [True]
