"""What a code's definition asks of a note: its facets with their weights, and the terms of the code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.crosswalk.differences import Defined, defined
from codegraph.namespaces import contract
from codegraph.procedure import PROCEDURE_LINKS

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.store import GraphStore
    from codegraph.views import Code

# Facet of a definition -> what it is called here and how much it weighs; the rest say nothing that a note says.
_FACETS: Final = {
    "cg:hasMethod": ("method", 3.0),
    "cg:actsOn": ("site", 2.0),
    "cg:hasApproach": ("approach", 2.0),
    "cg:hasExtent": ("extent", 1.5),
    "cg:usesDevice": ("device", 1.0),
    "cg:hasIntent": ("intent", 1.0),
    "cg:hasStomaForm": ("stoma_form", 1.0),
    "cg:hasQualifier": ("qualifier", 1.0),
    "cg:hasDestination": ("destination", 1.0),
}
_LINKS: Final = {"creates": 3.0, "closes": 3.0, "revises": 3.0}
_THROUGH: Final = ("cg:performedThrough", "through", 2.0)
_COMPONENT: Final = 1.5
_JOIN: Final = ("method:anastomosis", "cg:hasDestination", "join", 1.5)  # where the bowel is joined to
# Values that go without saying, or are said by the stoma that a procedure makes.
_SILENT: Final = frozenset(
    (
        "device:no-device",
        "device:drainage-device-or-none",
        "qualifier:cutaneous",
        "qualifier:no-qualifier",
        "site:no-site",
        "approach:via-natural-or-artificial-opening-endoscopic",
    )
)
_CUTTING_OUT: Final = frozenset(("method:excision", "method:resection", "method:excision-or-resection"))
_UNLISTED: Final = "method:unlisted-procedure"
_TERMS: Final = ("skos:altLabel",)


@dataclass(frozen=True, slots=True)
class Need:
    """One facet that a definition states: all of its values, and how much it weighs."""

    facet: str
    values: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A code with what its definition needs; `may_create` are stomas that it may make, `terms` its synonyms.

    `add_on` tells that it is reported beside another code only.
    """

    code: str
    label: str
    needs: tuple[Need, ...]
    may_create: tuple[str, ...]
    terms: tuple[str, ...]
    add_on: bool = False

    def values(self, facet: str) -> frozenset[str]:
        """Return what the definition states of a facet."""
        return frozenset(v for need in self.needs if need.facet == facet for v in need.values)


def profiles(kg: OpenedRelease, codes: Iterable[Code]) -> Iterator[Profile]:
    """Yield the profiles of codes that have a definition, but for those of unlisted procedures and retired codes."""
    store = kg.store
    for code in codes:
        _, status, _, _, procedure = code._fields()
        if procedure is None or str(status) == "retired":
            continue
        found = defined(store, str(procedure))
        if _UNLISTED in found.stated.get("cg:hasMethod", ()):
            continue
        links = {name: _linked(store, str(procedure), name) for name in (*_LINKS, "may_create")}
        terms = {str(t) for name in _TERMS for t in store.objects(code.iri, name)}
        yield Profile(
            code.curie,
            str(code.label),
            tuple(_needs(found, links)),
            links["may_create"],
            tuple(sorted(terms)),
            True in store.objects(code.iri, "cg:isAddOn"),
        )


def _linked(store: GraphStore, procedure: str, name: str) -> tuple[str, ...]:
    return tuple(contract(str(iri)) for iri in store.objects(procedure, PROCEDURE_LINKS[name]))


def _needs(found: Defined, links: Mapping[str, tuple[str, ...]]) -> Iterator[Need]:
    stated = found.stated
    for facet, (name, weight) in _FACETS.items():
        values = tuple(sorted(set(stated.get(facet, ())) - _SILENT))
        if values:
            yield Need(name, values, weight)
    for name, weight in _LINKS.items():
        if links[name]:
            yield Need(name, links[name], weight)
    facet, name, weight = _THROUGH
    if stated.get(facet):
        yield Need(name, tuple(sorted(stated[facet])), weight)
    method, facet, name, weight = _JOIN
    joins = [p.stated.get(facet, ()) for p in found.components if method in p.stated.get("cg:hasMethod", ())]
    if values := tuple(sorted({v for found_ in joins for v in found_})):
        yield Need(name, values, weight)
    own = set(stated.get("cg:hasMethod", ()))
    if links["creates"]:  # a stoma that is made says its method
        own.add("method:bypass")
    if own & _CUTTING_OUT:
        own |= _CUTTING_OUT
    acts = {m for part in found.components for m in part.stated.get("cg:hasMethod", ())} - own
    yield from (Need("component", (method,), _COMPONENT) for method in sorted(acts))
