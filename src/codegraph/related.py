"""Codes that stand in some relation to a code: by definition, life cycle, parts, family, add-ons, edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from codegraph.kindred import siblings
from codegraph.knowledge import IDENT
from codegraph.namespaces import contract
from codegraph.procedure import Procedure, read_procedure
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
    ("revises", "cg:closes", "closed by", "closes what this revises"),
    ("closes", "cg:creates", "created by", "creates what this closes"),
    ("closes", "cg:mayCreate", "created by", "may create what this closes"),
    ("closes", "cg:revises", "revised by", "revises what this closes"),
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


def related(code: Code, store: GraphStore, *, edits: bool = True) -> list[Related]:
    """Return every code in some relation to this one, sorted by relation and code; one row a relation and code.

    Without `edits` the pairs of NCCI are left out, which are most of them. What follows from definitions is sought
    among CPT and HCPCS codes; for a code of ICD-10-PCS, among those of its own table that differ in one axis.
    """
    found: list[Related] = []
    if code.system == "icd10pcs":
        found += _siblings(code, store)
    elif code._fields()[4]:
        found += _life_cycle(read_procedure(store, code._fields()[4]), store)
        found += _akin(code)
    found += _family(code, store)
    found += _direct(code, store)
    found += _bundled(code, store) if edits else ()
    rows: dict[tuple[str, str], list[Related]] = {}
    for r in sorted(set(found)):
        if r.code != code.curie:
            rows.setdefault((r.relation, r.code), []).append(r)
    return [_joined(same) for same in rows.values()]


def _joined(same: list[Related]) -> Related:
    """Return the rows of one relation to one code as one, with all reasons and sources."""
    releases = dict.fromkeys(r.release for r in same if r.release)
    reasons = "; ".join(dict.fromkeys(r.reason for r in same))
    return replace(same[0], reason=reasons, release=", ".join(releases) or None)


def _row(store: GraphStore, relation: str, iri: str, reason: str, release: str | None = IDENT) -> Related:
    label = store.object(iri, "skos:prefLabel")
    return Related(relation, contract(iri), str(label or ""), reason, release)


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


def _akin(code: Code) -> Iterator[Related]:
    """Yield codes whose definition is akin to this one's: one facet away, above, below, parts and wholes."""
    graph = code._graph
    procedure = code._fields()[4]
    for relation, other, reason in graph._kindred.rows(procedure) if procedure else ():
        for curie, label in graph._coded[other]:
            yield Related(relation, curie, label, reason, IDENT)
    for curie, label in graph._coded.get(procedure, ()):
        yield Related("defined alike", curie, label, "denotes the same procedure", IDENT)


def _siblings(code: Code, store: GraphStore) -> Iterator[Related]:
    for facet, iri, reason in siblings(store, code.notation):
        yield _row(store, f"other {facet}", iri, reason, code.release)


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
        yield _row(store, "add-on to", iri, "NCCI add-on code edit", _said_by(code, "ncci-addon/"))
    for iri in store.subjects("cg:isAddOnTo", code.iri):
        yield _row(store, "add-on", iri, "NCCI add-on code edit", _said_by(code, "ncci-addon/"))


def _bundled(code: Code, store: GraphStore) -> Iterator[Related]:
    for predicate, forward, backward, reason in _BUNDLES:
        ident = _said_by(
            code, "ncci-ptp-outpatient/" if "utpatient" in predicate else "ncci-ptp-practitioner/"
        )
        for iri in store.objects(code.iri, predicate):
            yield _row(store, forward, iri, f"NCCI edit, {reason}", ident)
        for iri in store.subjects(predicate, code.iri):
            yield _row(store, backward, iri, f"NCCI edit, {reason}", ident)


def _said_by(code: Code, start: str) -> str | None:
    """Return the newest release of a source: active edits are those of the newest."""
    found = [s.release for s in code._graph.manifest.sources if s.release.startswith(start)]
    return max(found, default=None)
