"""Codes that stand in some relation to a code: other approach, life cycle, family, add-ons, edits, modifiers' kin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph.namespaces import contract
from codegraph.procedure import PROCEDURE_FACETS, PROCEDURE_LINKS, Procedure, read_procedure
from codegraph.store import GraphStore

if TYPE_CHECKING:
    from codegraph.views import Code


@dataclass(frozen=True, slots=True, order=True)
class Related:
    """A code that stands in some relation to another: which relation, why, and by which source."""

    relation: str
    code: str
    label: str
    reason: str
    release: str | None = None


# (what this code does, what the other does, name of the relation, reason), all about one stoma kind.
_LIFE_CYCLE: Final = (
    ("creates", "cg:revises", "revised by", "revises what this creates"),
    ("creates", "cg:closes", "closed by", "closes what this creates"),
    ("creates", "cg:performedThrough", "entered by", "goes in through what this creates"),
    ("may_create", "cg:revises", "revised by", "revises what this may create"),
    ("may_create", "cg:closes", "closed by", "closes what this may create"),
    ("may_create", "cg:performedThrough", "entered by", "goes in through what this may create"),
    ("revises", "cg:creates", "created by", "creates what this revises"),
    ("revises", "cg:mayCreate", "created by", "may create what this revises"),
    ("closes", "cg:creates", "created by", "creates what this closes"),
    ("closes", "cg:mayCreate", "created by", "may create what this closes"),
    ("performed_through", "cg:creates", "created by", "creates what this goes in through"),
    ("performed_through", "cg:mayCreate", "created by", "may create what this goes in through"),
)
# Property, relation read forwards and backwards, setting and indicator of the edit.
_BUNDLES: Final = (
    ("cg:bundlesAlways", "bundles always", "bundled always into", "practitioner, indicator 0"),
    (
        "cg:bundlesUnlessDistinct",
        "bundles unless distinct",
        "bundled unless distinct into",
        "practitioner, indicator 1",
    ),
    (
        "cg:bundlesAlwaysOutpatient",
        "bundles always (outpatient)",
        "bundled always into (outpatient)",
        "outpatient hospital, indicator 0",
    ),
    (
        "cg:bundlesUnlessDistinctOutpatient",
        "bundles unless distinct (outpatient)",
        "bundled unless distinct into (outpatient)",
        "outpatient hospital, indicator 1",
    ),
)


def related(code: Code, store: GraphStore) -> list[Related]:
    """Return every code in some relation to this one, sorted by relation and code."""
    found: set[Related] = set()
    procedure_iri = store.object(code.iri, "cg:denotes")
    if isinstance(procedure_iri, str):
        procedure = read_procedure(store, procedure_iri)
        if code.system != "icd10pcs":
            found |= set(_life_cycle(procedure, store))
            found |= set(_one_facet_away(procedure, store))
    found |= set(_family(code, store))
    found |= set(_direct(code, store))
    return sorted(r for r in found if r.code != code.curie)


def _row(store: GraphStore, relation: str, iri: str, reason: str) -> Related:
    label = store.object(iri, "skos:prefLabel")
    return Related(relation, contract(iri), str(label or ""), reason)


def _codes_of(store: GraphStore, procedures: Iterable[str]) -> Iterator[str]:
    for procedure in procedures:
        yield from store.subjects("cg:denotes", procedure)


def _kin(store: GraphStore, value: str) -> set[str]:
    """Return a stoma kind with all kinds above and below it: what is said of a kind may hold for its kin."""
    kin = {value}
    for step in (lambda v: store.objects(v, "skos:broader"), lambda v: store.subjects("skos:broader", v)):
        here = {value}
        while here:
            here = {contract(x) for v in here for x in step(v)} - kin
            kin |= here
    return kin


def _life_cycle(procedure: Procedure, store: GraphStore) -> Iterator[Related]:
    for mine, theirs, relation, reason in _LIFE_CYCLE:
        for stoma in getattr(procedure, mine):
            for kind in sorted(_kin(store, stoma)):
                for iri in _codes_of(store, store.subjects(theirs, kind)):
                    yield _row(store, relation, iri, f"{reason} ({stoma})")


_PROPERTIES: Final = PROCEDURE_FACETS | PROCEDURE_LINKS
_DEFINING: Final = tuple(_PROPERTIES)
# Where to look for procedures that may be equal, the rarest value first.
_ANCHORS: Final = ("creates", "closes", "revises", "performed_through", "components", "site", "method")


def _one_facet_away(procedure: Procedure, store: GraphStore) -> Iterator[Related]:
    """Yield codes whose procedure is equal in all facets but the approach."""
    if not procedure.approach:
        return
    anchor = next(((_PROPERTIES[n], v) for n in _ANCHORS for v in getattr(procedure, n)), None)
    for iri in store.subjects(*anchor) if anchor else ():
        other = read_procedure(store, iri) if "/procedure/pcs-" not in iri else None
        if other is None or other.iri == procedure.iri or not other.approach:
            continue
        differing = [n for n in _DEFINING if getattr(other, n) != getattr(procedure, n)]
        if differing == ["approach"]:
            reason = f"equal in all facets but the approach: {', '.join(other.approach)}"
            yield from (_row(store, "other approach", c, reason) for c in store.subjects("cg:denotes", iri))


def _family(code: Code, store: GraphStore) -> Iterator[Related]:
    for family in store.objects(code.iri, "cg:inFamily"):
        label = store.object(family, "skos:prefLabel") or contract(family)
        for iri in store.subjects("cg:inFamily", family):
            yield _row(store, "family", iri, str(label))
    for iri in store.objects(code.iri, "dcterms:isReplacedBy"):
        yield _row(store, "replaced by", iri, "a source names the successor")
    for iri in store.subjects("dcterms:isReplacedBy", code.iri):
        yield _row(store, "replaces", iri, "a source names the successor")


def _direct(code: Code, store: GraphStore) -> Iterator[Related]:
    for iri in store.objects(code.iri, "cg:isAddOnTo"):
        yield _row(store, "add-on to", iri, "NCCI add-on code edit")
    for iri in store.subjects("cg:isAddOnTo", code.iri):
        yield _row(store, "add-on", iri, "NCCI add-on code edit")
    for predicate, forward, backward, reason in _BUNDLES:
        for iri in store.objects(code.iri, predicate):
            yield _row(store, forward, iri, f"NCCI edit, {reason}")
        for iri in store.subjects(predicate, code.iri):
            yield _row(store, backward, iri, f"NCCI edit, {reason}")
