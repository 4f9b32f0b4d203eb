"""The values of a crosswalk: relations and their inverses, who says something, facets side by side."""

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
