"""What a code denotes: a procedure with its facets, its life cycle and its steps, read from the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codegraph.namespaces import contract, expand

if TYPE_CHECKING:
    from codegraph.nodes import NodeTables
    from codegraph.store import GraphStore


@dataclass(frozen=True, slots=True)
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


def read_procedure(store: GraphStore | NodeTables, iri: str) -> Procedure:
    """Read a procedure with its facets, life cycle, steps and aftercare."""
    said: dict[str, list[Any]] = {}
    for predicate, obj, _ in store.describe(iri):
        said.setdefault(contract(predicate), []).append(short(obj))
    properties = PROCEDURE_FACETS | PROCEDURE_LINKS
    values = {name: tuple(sorted(said.get(prop, ()))) for name, prop in properties.items()}
    return Procedure(
        iri=contract(expand(iri)),
        label=_first(said, "skos:prefLabel") or contract(expand(iri)),
        definition=_first(said, "skos:definition"),
        steps=tuple(sorted((_step(store, s) for s in said.get("cg:hasStep", ())), key=lambda s: s.number)),
        aftercare=tuple(sorted(said.get("cg:aftercare", ()))),
        **values,
    )


def short(value: Any) -> Any:  # noqa: ANN401
    """Return an IRI of the graph as a CURIE, anything else as it is."""
    return contract(value) if isinstance(value, str) and value.startswith(("http://", "https://")) else value


def _step(store: GraphStore | NodeTables, iri: str) -> Step:
    said = {contract(p): value for p, value, _ in store.describe(iri)}
    return Step(int(said.get("cg:stepNumber") or 0), str(said.get("cg:stepText") or ""))


def _first(said: dict[str, list[Any]], name: str) -> str | None:
    values = said.get(name)
    return str(values[0]) if values else None
