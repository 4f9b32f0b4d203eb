"""One concept of a code system: what it displays, what it says of itself, what stands above and below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from codegraph.codes import CodeRef, normalise
from codegraph.namespaces import contract, expand
from codegraph.nodes import NodeTables
from codegraph.opened import CODE_ROW
from codegraph.terminology.problem import shown
from codegraph.terminology.systems import CARRIES_MODIFIERS, FhirSystem, Systems, home_of_modifier

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_EDGES: Final = (
    "cg:bundlesAlways",
    "cg:bundlesUnlessDistinct",
    "cg:bundlesAlwaysOutpatient",
    "cg:bundlesUnlessDistinctOutpatient",
)
_SYNONYMS: Final = ("skos:altLabel", "cg:shortLabel")
_DEFINITIONS: Final = ("skos:definition", "cg:plainDescription")
FACETS: Final = {
    "site": "cg:actsOn",
    "method": "cg:hasMethod",
    "approach": "cg:hasApproach",
    "device": "cg:usesDevice",
}


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept: its system, its code as printed there, and what the tables say of it in one row."""

    system: FhirSystem
    code: str
    display: str | None
    status: str | None  # None for a value of a scheme
    billable: bool | None
    curie: str
    procedure: str | None = None

    @property
    def inactive(self) -> bool:
        """Tell whether the code is retired."""
        return self.status == "retired"

    @property
    def abstract(self) -> bool:
        """Tell whether the code is a header that may not be reported as it stands."""
        return self.billable is False and not self.inactive

    @property
    def is_modifier(self) -> bool:
        """Tell whether the code is a modifier."""
        return self.curie.startswith("modifier:")

    def coding(self) -> dict[str, str]:
        """Return the concept as a Coding."""
        shown_as = {"display": self.display} if self.display else {}
        return {"system": self.system.uri, "version": self.system.version, "code": self.code, **shown_as}


class Concepts:
    """Finds concepts of a release by system and code, and reads what is said of them."""

    def __init__(self, kg: CodeGraph) -> None:
        self.kg = kg
        self.systems = Systems(kg)
        self._nodes = NodeTables(kg.tables)

    def get(self, system: FhirSystem, code: str) -> Concept | None:
        """Return a concept, None where the system does not hold the code, which is taken exactly as written."""
        if system.is_own:
            row = self.kg.tables.row("SELECT label FROM label WHERE curie = ?", (f"{system.key}:{code}",))
            return Concept(system, code, str(row[0]), None, None, f"{system.key}:{code}") if row else None
        kind = system.key
        if len(code) == 2 and system.key in CARRIES_MODIFIERS:
            if home_of_modifier(code) != system.key:
                return None
            kind = "modifier"
        row = self.kg.tables.row(CODE_ROW, (kind, code))
        return None if row is None else self.of_row(system, f"{kind}:{code}", row)

    def of_row(self, system: FhirSystem, curie: str, row: tuple[Any, ...]) -> Concept:
        """Return the concept of a row of the code table (label, status, billable, release, procedure)."""
        label, status, billable, _, procedure = row
        flag = None if billable is None else bool(billable)
        return Concept(system, curie.partition(":")[2], label, status, flag, curie, procedure)

    def at(self, curie: str) -> Concept | None:
        """Return the concept of a CURIE of codegraph's (`cpt:44310`, `site:ileum`)."""
        prefix, _, local = curie.partition(":")
        system = self.systems.of_code(prefix, local)
        return self.get(system, local) if system else None

    def why_unknown(self, system: FhirSystem, code: str) -> str:
        """Return in words that a code is unknown: what it may be meant for, or what is near it."""
        told = f"code {shown(code)} is not in {system.uri} ({system.title}, version {system.version})"
        written = None if system.is_own else normalise(system.key, code)
        if written and written != code and self.get(system, written):
            return f"{told}; written {written!r} it is"
        if written:
            near = [ref.notation for ref in self.kg._near(CodeRef(system.key, written))]
            told += f"; near it: {', '.join(near)}" if near else ""
        return told + (
            "; only a part of the code system is held here" if system.content == "fragment" else ""
        )

    # --- what is said of a concept ------------------------------------------------------------------------------------

    def facts(self, concept: Concept) -> dict[str, list[Any]]:
        """Return what is said of a concept, by property (CURIE); its NCCI edges are left out."""
        counted = dict.fromkeys(map(expand, _EDGES), 0)
        source = self._nodes if self._nodes.has(concept.curie) else self.kg.store
        found: dict[str, list[Any]] = {}
        for name, value, _ in source.describe(concept.curie, counted=counted):
            held = found.setdefault(contract(name), [])
            if value not in held:
                held.append(value)
        return found

    def synonyms(self, facts: dict[str, list[Any]]) -> list[str]:
        """Return the other words for a concept, in our own words or as CMS prints them."""
        return [str(word) for name in _SYNONYMS for word in facts.get(name, ())]

    def definition(self, facts: dict[str, list[Any]]) -> str | None:
        """Return what a concept means, in plain words."""
        return next((str(facts[name][0]) for name in _DEFINITIONS if name in facts), None)

    def properties(self, concept: Concept, facts: dict[str, list[Any]]) -> list[tuple[str, str, Any]]:
        """Return (property, type, value) of a concept, in the order of PROPERTIES."""
        found: list[tuple[str, str, Any]] = []
        for name, (kind, read) in PROPERTIES.items():
            found += [(name, kind, value) for value in read(self, concept, facts)]
        return found

    def parents(self, concept: Concept) -> list[Concept]:
        """Return the concepts of the same system right above one."""
        return self._same(concept, self.kg.store.objects(concept.curie, "skos:broader"))

    def children(self, concept: Concept) -> list[Concept]:
        """Return the concepts of the same system right below one."""
        return self._same(concept, self.kg.store.subjects("skos:broader", concept.curie))

    def _same(self, concept: Concept, iris: Iterable[str]) -> list[Concept]:
        found = (self.at(contract(iri)) for iri in iris)
        return [c for c in found if c is not None and c.system == concept.system]

    def ancestors(self, concept: Concept) -> set[str]:
        """Return the CURIEs above a concept along skos:broader, through other systems' groups too."""
        found: set[str] = set()
        here = {concept.curie}
        while here:
            above = {
                contract(str(iri)) for curie in here for iri in self.kg.store.objects(curie, "skos:broader")
            }
            here = above - found
            found |= here
        return found


Facts = dict[str, list[Any]]
Reader = Callable[[Concepts, Concept, Facts], Iterable[Any]]


def _status(_: Concepts, concept: Concept, __: Facts) -> Iterable[str]:
    return () if concept.status is None else (concept.status,)


def _day(name: str) -> Reader:
    def read(_: Concepts, __: Concept, facts: Facts) -> Iterable[str]:
        days = sorted(v for v in facts.get(name, ()) if isinstance(v, date))
        return [day.isoformat() for day in days[:1]]

    return read


def _parents(concepts: Concepts, concept: Concept, facts: Facts) -> Iterable[str]:
    return [c.code for c in concepts._same(concept, map(str, facts.get("skos:broader", ())))]


def _of_scheme(name: str, *schemes: str) -> Reader:
    """Return what reads values of own schemes that a property points at, as codes."""

    def read(_: Concepts, concept: Concept, facts: Facts) -> Iterable[str]:
        if concept.system.is_own:
            return ()
        values = (contract(str(v)).partition(":") for v in facts.get(name, ()))
        return [local for scheme, _, local in values if scheme in schemes]

    return read


def _facet(name: str) -> Reader:
    def read(concepts: Concepts, concept: Concept, _: Facts) -> Iterable[dict[str, str]]:
        if concept.procedure is None:
            return
        for iri in concepts.kg.store.objects(concept.procedure, FACETS[name]):
            value = concepts.at(contract(str(iri)))
            if value is not None:
                yield value.coding()

    return read


def _table(_: Concepts, concept: Concept, __: Facts) -> Iterable[str]:
    return (concept.code[:3],) if concept.system.key == "icd10pcs" else ()


def _flag(name: str) -> Reader:
    return lambda _, __, facts: facts.get(name, ())[:1]


# What a concept may say of itself: property -> type, what reads it. Described in `code_systems.DECLARED`.
PROPERTIES: Final[dict[str, tuple[str, Reader]]] = {
    "status": ("code", _status),
    "inactive": ("boolean", lambda _, c, __: () if c.status is None else (c.inactive,)),
    "notSelectable": ("boolean", lambda _, c, __: (True,) if c.abstract else ()),
    "effectiveDate": ("dateTime", _day("cg:addedOn")),
    "retirementDate": ("dateTime", _day("cg:terminatedOn")),
    "parent": ("code", _parents),
    "modifier": ("boolean", lambda _, c, __: (c.is_modifier,) if c.system.key in CARRIES_MODIFIERS else ()),
    "addOn": ("boolean", _flag("cg:isAddOn")),
    "family": ("code", _of_scheme("cg:inFamily", "family")),
    "group": ("code", _of_scheme("skos:broader", "group", "heading")),
    "table": ("code", _table),
    "site": ("Coding", _facet("site")),
    "method": ("Coding", _facet("method")),
    "approach": ("Coding", _facet("approach")),
    "device": ("Coding", _facet("device")),
}
