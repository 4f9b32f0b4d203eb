"""The values of a crosswalk: relations and their inverses, who says something, facets side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Relation = Literal["exact", "narrower", "broader", "related"]
FacetRelation = Literal[
    "equal", "narrower", "broader", "overlaps", "differs", "unstated in target", "unstated in source"
]
# The same comparison seen from the other side.
TURNED: dict[FacetRelation, FacetRelation] = {
    "equal": "equal",
    "narrower": "broader",
    "broader": "narrower",
    "overlaps": "overlaps",
    "differs": "differs",
    "unstated in target": "unstated in source",
    "unstated in source": "unstated in target",
}
# What a facet is called in words.
FACET_NAMES: dict[str, str] = {
    "cg:hasMethod": "method",
    "cg:actsOn": "site",
    "cg:actsOnAllOf": "whole site",
    "cg:hasApproach": "approach",
    "cg:usesDevice": "device",
    "cg:usesSubstance": "substance",
    "cg:hasQualifier": "qualifier",
    "cg:hasDestination": "destination",
    "cg:hasExtent": "extent",
    "cg:hasIntent": "intent",
    "cg:hasStomaForm": "stoma form",
    "cg:performedThrough": "access",
    "cg:hasComponent": "components",
}

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


# (A to B, B to C) -> A to C. After the SSSOM chaining rules: exact hands on what the other says, broader and narrower
# are transitive; what is only related goes no further.
RULES: dict[tuple[Relation, Relation], Relation] = {
    ("exact", "exact"): "exact",
    ("exact", "narrower"): "narrower",
    ("exact", "broader"): "broader",
    ("exact", "related"): "related",
    ("narrower", "exact"): "narrower",
    ("broader", "exact"): "broader",
    ("related", "exact"): "related",
    ("narrower", "narrower"): "narrower",
    ("broader", "broader"): "broader",
}
# What two steps in opposite directions leave: the ends share a wider or a narrower code. Only when it is asked for.
WEAK: dict[tuple[Relation, Relation], Relation] = {
    ("broader", "narrower"): "related",
    ("narrower", "broader"): "related",
}


def compose(first: Relation, second: Relation, *, weak: bool = False) -> Relation | None:
    """Return the relation that follows from two in a row, None where none does.

    >>> compose("exact", "broader"), compose("broader", "narrower"), compose("broader", "narrower", weak=True)
    ('broader', None, 'related')
    """
    return RULES.get((first, second)) or (WEAK.get((first, second)) if weak else None)


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

    @property
    def name(self) -> str:
        """Return the facet in a word (`site`)."""
        return FACET_NAMES.get(self.facet, self.facet)

    def turned(self) -> FacetComparison:
        """Return the comparison seen from the other side."""
        return FacetComparison(self.facet, self.target, self.source, TURNED[self.relation])

    def __str__(self) -> str:
        shown = [
            " + ".join(v.partition(":")[2] for v in values) or "(not stated)"
            for values in (self.source, self.target)
        ]
        return f"{self.name}: {shown[0]} -> {shown[1]}: {self.relation}"
