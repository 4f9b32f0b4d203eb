"""The values that questions are answered with: frozen, sorted, printable, free of RDF terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Relation = Literal["exact", "narrower", "broader", "related"]
FacetRelation = Literal[
    "equal", "narrower", "broader", "overlaps", "unstated in target", "unstated in source"
]

# SKOS property of each relation; said of the target: narrower = the target is narrower than the source.
PREDICATES: dict[Relation, str] = {
    "exact": "skos:exactMatch",
    "narrower": "skos:narrowMatch",
    "broader": "skos:broadMatch",
    "related": "skos:relatedMatch",
}
RELATIONS: dict[str, Relation] = {
    **{predicate: relation for relation, predicate in PREDICATES.items()},
    "skos:closeMatch": "related",
}
INVERSE: dict[Relation, Relation] = {
    "exact": "exact",
    "narrower": "broader",
    "broader": "narrower",
    "related": "related",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who says something: the release of a source, its title, and its file where one was read."""

    release: str
    title: str
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.title} ({self.release})"


@dataclass(frozen=True, slots=True)
class FacetComparison:
    """One facet of two definitions side by side: its values as CURIEs and how the target's stand to the source's."""

    facet: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    relation: FacetRelation

    def __str__(self) -> str:
        name = self.facet.removeprefix("cg:")
        shown = [
            " + ".join(v.partition(":")[2] for v in values) or "(not stated)"
            for values in (self.source, self.target)
        ]
        return f"{name}: {shown[0]} -> {shown[1]}: {self.relation}"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One step of an operation, in its order."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a code denotes: a procedure with its facets, each a tuple of CURIEs (empty where not stated)."""

    iri: str
    label: str
    definition: str | None
    method: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    approach: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    substance: tuple[str, ...] = ()
    qualifier: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    extent: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    stoma_form: tuple[str, ...] = ()
    performed_through: tuple[str, ...] = ()
    creates: tuple[str, ...] = ()
    may_create: tuple[str, ...] = ()
    revises: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    aftercare: tuple[str, ...] = ()


# Attribute of Procedure -> property of the graph; the facets proper come first.
PROCEDURE_FACETS: dict[str, str] = {
    "method": "cg:hasMethod",
    "site": "cg:actsOn",
    "approach": "cg:hasApproach",
    "device": "cg:usesDevice",
    "substance": "cg:usesSubstance",
    "qualifier": "cg:hasQualifier",
    "destination": "cg:hasDestination",
    "extent": "cg:hasExtent",
    "intent": "cg:hasIntent",
    "stoma_form": "cg:hasStomaForm",
    "performed_through": "cg:performedThrough",
}
PROCEDURE_LINKS: dict[str, str] = {
    "creates": "cg:creates",
    "may_create": "cg:mayCreate",
    "revises": "cg:revises",
    "closes": "cg:closes",
    "components": "cg:hasComponent",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement about a code with the release that says it (None: packaged knowledge or a definition)."""

    property: str
    value: object
    release: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Related:
    """A code that stands in some relation to another: which relation, why, and by which source."""

    relation: str
    code: str
    label: str
    reason: str
    release: str | None = None
