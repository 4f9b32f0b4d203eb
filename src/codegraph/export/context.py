"""The JSON-LD context: short names for the properties of the ontology, prefixes for IRIs; one file, packaged.

Made from the ontology and kept as `context.jsonld` beside this module: a file that says `@context` once, in itself,
needs nobody to fetch anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from codegraph import resources
from codegraph.namespaces import CG, OWL, PREFIXES, RDFS, SKOS, XSD

FILE: Final = Path(__file__).with_name("context.jsonld")
URL: Final = "https://w3id.org/codegraph/context.jsonld"
_KINDS: Final = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
# SKOS's links lead to things, its words are English text; both are declared as annotations in the ontology.
_LINKS: Final = (
    *("broader", "narrower", "related", "inScheme", "topConceptOf", "hasTopConcept"),
    *("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"),
)
_WORDS: Final = ("prefLabel", "altLabel", "definition", "scopeNote", "example", "note")


def made() -> dict[str, Any]:
    """Return the context that the ontology gives, sorted by name."""
    found: dict[str, Any] = {p: iri for p, iri in PREFIXES.items() if iri[-1] in "/#"}
    terms = {name: {"@id": SKOS + name, "@type": "@id"} for name in _LINKS}
    terms |= {name: {"@id": SKOS + name, "@language": "en"} for name in _WORDS}
    terms["notation"] = {"@id": SKOS + "notation"}
    ontology = list(_ontology())
    ranges = {q.subject: q.object for q in ontology if q.predicate.value == RDFS + "range"}
    for quad in ontology:
        if quad.predicate != _TYPE or not isinstance(quad.subject, ox.NamedNode):
            continue
        name, kind = quad.subject.value.removeprefix(CG), str(quad.object)[1:-1].removeprefix(OWL)
        if quad.subject.value.startswith(CG) and kind in _KINDS and _NAME.fullmatch(name):
            terms.setdefault(name, _term(CG + name, kind, ranges.get(quad.subject)))
    # A prefix and a name of the same letters would be one term: the property is then written with its prefix.
    found |= {name: said for name, said in terms.items() if name not in found}
    return {"@version": 1.1, "id": "@id", "type": "@type", **dict(sorted(found.items()))}


def _term(
    iri: str, kind: str, range_: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
) -> dict[str, str]:
    if kind == "ObjectProperty":
        return {"@id": iri, "@type": "@id"}
    if isinstance(range_, ox.NamedNode) and range_.value.startswith(XSD) and range_.value != XSD + "string":
        return {"@id": iri, "@type": range_.value}
    return {"@id": iri}


def _ontology() -> Iterable[ox.Quad]:
    for path in resources.files("ontology", ".ttl"):
        yield from ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)


def text(context: dict[str, Any]) -> str:
    """Return a context as the text of its file."""
    return json.dumps({"@context": context}, indent=1, ensure_ascii=False) + "\n"


@cache
def packaged() -> dict[str, Any]:
    """Return the packaged context."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))["@context"]
    return found
