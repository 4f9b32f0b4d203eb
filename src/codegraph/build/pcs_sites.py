"""The site hierarchy in a release: where the sites of packaged knowledge and of the loaded ICD-10-PCS tables stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from codegraph import rdf
from codegraph.knowledge import Packaged
from codegraph.namespaces import PREFIXES, expand
from codegraph.pcs_sites import Place, places, upward

_SITE: Final = PREFIXES["site"]
_SCHEME: Final = f"<{expand('scheme:site')}>"
_TYPES: Final = (rdf.term("cg:AnatomicalSite"), rdf.term("skos:Concept"))
_PART_OF: Final = rdf.term("cg:isPartOf")
_ON_SIDE: Final = rdf.term("cg:isOnSide")


def below_a_kind() -> frozenset[str]:
    """Return the IRIs of the sites that the table puts below a wider kind: they are no top concepts."""
    return frozenset(expand(curie) for curie, place in places().items() if place.kinds)


def site_lines(values: Collection[str], packaged: Packaged) -> Iterator[str]:
    """Yield the N-Triples lines that put sites in their places.

    `values` are the facet values of the loaded tables (CURIEs), which are described elsewhere. Sites above
    them that neither the tables nor packaged knowledge describe are described here. A site that packaged
    knowledge describes has its kinds there; here it gets the wholes and the side that are not stated there.
    """
    described = {f"site:{s[len(_SITE) + 1 : -1]}" for s in packaged.subjects if s.startswith(f"<{_SITE}")}
    table = places()
    for curie in upward({*values, *described}):
        place, subject = table[curie], f"<{expand(curie)}>"
        if curie not in described:
            if curie not in values:
                yield from _description(subject, place)
            yield from (f"{subject} {rdf.BROADER} <{expand(kind)}> ." for kind in place.kinds)
        stated = packaged.subjects.get(subject, {})
        wholes = [f"<{expand(whole)}>" for whole in place.wholes]
        yield from (f"{subject} {_PART_OF} {w} ." for w in wholes if w not in stated.get(_PART_OF, ()))
        if place.side and _ON_SIDE not in stated:
            yield f"{subject} {_ON_SIDE} <{expand(f'laterality:{place.side}')}> ."


def _description(subject: str, place: Place) -> Iterator[str]:
    yield from (f"{subject} {rdf.TYPE} {kind} ." for kind in _TYPES)
    yield f"{subject} {rdf.PREF_LABEL} {rdf.english(place.label)} ."
    yield f"{subject} {rdf.IN_SCHEME} {_SCHEME} ."
    if not place.kinds:
        yield f"{subject} {rdf.term('skos:topConceptOf')} {_SCHEME} ."
        yield f"{_SCHEME} {rdf.term('skos:hasTopConcept')} {subject} ."
