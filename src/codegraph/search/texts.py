"""What of a release is searched: public texts of its codes, lead-in terms, and the facets of what codes denote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from codegraph.hierarchy import above
from codegraph.model import FACET_NAMES
from codegraph.namespaces import CODE, CONCEPT, RELEASE, code_iri, contract, expand

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_CODES: Final = "SELECT system, notation, label, status, procedure FROM code ORDER BY system, notation"
_LEADS: Final = (
    "SELECT DISTINCT path, target FROM pcs_index "
    "WHERE length(target) > 2 AND kind <> 'use' ORDER BY path, target"
)
# Property of a code -> why it was found by it. Licensed descriptors have a graph and a table of their own.
_TEXTS: Final = (
    ("skos:altLabel", "synonym"),
    ("cg:shortLabel", "short label"),
    ("cg:inclusionTerm", "inclusion term"),
    ("cg:leadInTerm", "lead-in"),
    ("cg:plainDescription", "description"),
)
_FACETS: Final = (*(p for p in FACET_NAMES if p != "cg:hasComponent"), "cg:creates", "cg:mayCreate")
_LICENSED: Final = f"{RELEASE}licensed/"
AT: Final = "at/"  # marks a value that stands for several (`Jejunum or Ileum`), where it is the one stated
_EITHER: Final = "-or-"
ON: Final = "on/"  # marks a site that is acted on, beside one that is only a destination or an access


@dataclass(frozen=True, slots=True)
class CodeTexts:
    """A code with its texts, (why, text) pairs, and all facet values at or above those of what it denotes."""

    code: str
    label: str | None
    active: bool
    texts: tuple[tuple[str, str], ...]
    facets: frozenset[str]


def code_texts(kg: OpenedRelease) -> Iterator[CodeTexts]:
    """Yield the codes of a release that have a public text, in the order of their CURIEs."""
    said = _said(kg)
    facets = _Facets(kg)
    for system, notation, label, status, procedure in kg.tables.stream(_CODES):
        texts = [("words", str(label))] if label else []
        texts += said.get(code_iri(system, notation), ())
        if texts:
            found = facets.of(procedure) if procedure else frozenset()
            yield CodeTexts(f"{system}:{notation}", label, status != "retired", tuple(texts), found)


def lead_ins(kg: OpenedRelease) -> Iterator[tuple[str, str]]:
    """Yield (term, beginning of ICD-10-PCS codes) of the index: `Loop ileostomy` leads to 0D1B."""
    if kg.tables.has("pcs_index"):
        for path, target in kg.tables.stream(_LEADS):
            yield str(path), str(target)
        return
    start = f"{CONCEPT}group/icd10pcs-"
    for subject, text in sorted(_public(kg, "cg:leadInTerm")):
        if subject.startswith(start):
            yield text, subject.removeprefix(start)


def _said(kg: OpenedRelease) -> dict[str, list[tuple[str, str]]]:
    """Return the (why, text) pairs of each code (IRI) beside its label, by property, then alphabetically."""
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for predicate, why in _TEXTS:
        for subject, text in sorted(_public(kg, predicate)):
            if subject.startswith(CODE):
                said[subject].append((why, text))
    return said


def _public(kg: OpenedRelease, predicate: str) -> set[tuple[str, str]]:
    """Return the (subject, text) pairs of a property, without those of licensed graphs."""
    quads = kg.store.raw.quads_for_pattern(None, ox.NamedNode(expand(predicate)), None, None)
    return {
        (quad.subject.value, quad.object.value)
        for quad in quads
        if isinstance(quad.object, ox.Literal)
        and isinstance(quad.subject, ox.NamedNode)
        and not (isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(_LICENSED))
    }


def alternatives(kg: OpenedRelease, value: str) -> list[str]:
    """Return the index terms for codes that state a value or another (`Jejunum or Ileum` for the ileum)."""
    return [AT + wider for wider in above(kg.store, value) if _EITHER in wider]


class _Facets:
    """The facet values of procedures, with all that lies above each."""

    def __init__(self, kg: OpenedRelease) -> None:
        self._store = kg.store
        self._above: dict[str, frozenset[str]] = {}
        self._stated: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for predicate in _FACETS:
            for procedure, value in kg.store.edges(predicate):
                self._stated[procedure].append((predicate, value))

    def of(self, procedure: str) -> frozenset[str]:
        """Return the values of a procedure (CURIE) and those above them; sites acted on also with their mark."""
        found: set[str] = set()
        for predicate, value in self._stated.get(expand(procedure), ()):
            values = self._values(value)
            found |= values
            if _EITHER in value:
                found.add(AT + contract(value))
            if predicate == "cg:actsOn":
                found |= {ON + v for v in values}
        return frozenset(found)

    def _values(self, value: str) -> frozenset[str]:
        if value not in self._above:
            self._above[value] = frozenset(above(self._store, contract(value), with_self=True))
        return self._above[value]
