"""A merged code as triples and as rows of its tables: what it is, what a release says, what is licensed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from codegraph import rdf
from codegraph.build.codes import MergedCode
from codegraph.codes import SYSTEMS
from codegraph.namespaces import BASE, CODE, CODE_PREFIXES, CONCEPT, RELEASE, code_iri
from codegraph.rdf import Triple
from codegraph.sources.base import Release, Table

CODE_TABLE: Final = Table(
    "code",
    (
        ("system", "TEXT"),
        ("notation", "TEXT"),
        ("bare", "TEXT"),
        ("label", "TEXT"),
        ("status", "TEXT"),
        ("billable", "INTEGER"),
        ("release", "TEXT"),
        ("procedure", "TEXT"),
    ),
    ("system", "notation"),
    (("bare",),),
)
# Preferred labels of what is no code: facet values, headings, properties. A description names a hundred of them.
LABEL_TABLE: Final = Table("label", (("curie", "TEXT"), ("label", "TEXT")), ("curie",))
DESCRIPTOR_TABLE: Final = Table(
    "official_descriptor",
    (("system", "TEXT"), ("notation", "TEXT"), ("release", "TEXT"), ("text", "TEXT")),
    ("system", "notation", "release"),
)

# Where the terms of licensed descriptors are told (docs/licences.md): the licence is between licensor and user.
TERMS: Final = BASE + "licences#descriptors"

_CLASSES: Final = {
    "cpt": "cg:CptCode",
    "hcpcs": "cg:HcpcsCode",
    "icd10cm": "cg:Icd10CmCode",
    "icd10pcs": "cg:Icd10PcsCode",
    "icd9cm": "cg:Icd9CmCode",
    "icd9pcs": "cg:Icd9PcsCode",
    "modifier": "cg:Modifier",
}
_DOTTED: Final = {"icd10cm", "icd9cm", "icd9pcs"}

Described = Mapping[
    str, set[str]
]  # code IRI -> predicates (N-Triples tokens) that packaged knowledge already states

_IRI = "<{}>".format
_SCHEME: Final = {s: _IRI(f"{CODE}{s}") for s in CODE_PREFIXES}
_TYPE: Final = {s: rdf.term(c) for s, c in _CLASSES.items()}


def definitional(code: MergedCode, described: Described) -> Iterator[Triple]:
    """Yield what a code is whatever release is read: type, notation, system, status, membership, other IRIs."""
    iri = code_iri(code.system, code.notation)
    subject = _IRI(iri)
    known = described.get(iri, set())
    yield Triple(subject, rdf.TYPE, _TYPE[code.system])
    yield Triple(subject, rdf.NOTATION, rdf.literal(code.notation))
    yield Triple(subject, rdf.IN_SCHEME, _SCHEME[code.system])
    if code.system in _DOTTED:
        yield Triple(subject, rdf.term("cg:undottedCode"), rdf.literal(code.notation.replace(".", "")))
    if SYSTEMS[code.system].bioportal:
        yield Triple(subject, rdf.EXACT_MATCH, _IRI(f"{SYSTEMS[code.system].bioportal}{code.notation}"))
    if rdf.term("cg:codeStatus") not in known:  # judged from all releases, so no single release says it
        yield Triple(subject, rdf.term("cg:codeStatus"), _IRI(f"{CONCEPT}code-status/{code.status}"))
    for release in code.lists:
        yield Triple(subject, rdf.IN_RELEASE, _IRI(f"{RELEASE}{release.ident}"))
    if code.defined:
        yield Triple(subject, rdf.term("cg:denotes"), _IRI(f"{CONCEPT}procedure/pcs-{code.notation.lower()}"))


def descriptive(
    code: MergedCode, described: Described, own_label: str | None = None
) -> Iterator[tuple[Release, Triple]]:
    """Yield what a release says of a code, with that release; what packaged knowledge states is not said again.

    `own_label` is what packaged knowledge calls the code: an official label of the same words is no synonym.
    """
    iri = code_iri(code.system, code.notation)
    subject = _IRI(iri)
    known = described.get(iri, set())

    def fresh(release: Release, predicate: str, obj: str) -> Iterator[tuple[Release, Triple]]:
        if predicate not in known:
            yield release, Triple(subject, predicate, obj)

    if code.label and code.label_release and code.label != own_label:
        yield from _label(subject, code.label, code.label_release, known)
    if code.short_label and code.short_label != code.label:
        yield from fresh(code.newest, rdf.term("cg:shortLabel"), rdf.english(code.short_label))
    if code.billable is not None:
        yield from fresh(code.newest, rdf.term("cg:isBillable"), rdf.boolean(code.billable))
    if code.parent:
        yield from fresh(code.newest, rdf.BROADER, _IRI(code.parent))
    for name, when in (("cg:addedOn", code.added), ("cg:terminatedOn", code.terminated)):
        if when:
            yield from fresh(code.newest, rdf.term(name), rdf.day(when))
    for release, text in code.prior_labels:
        yield release, Triple(subject, rdf.term("cg:priorLabel"), rdf.english(text))


def _label(subject: str, label: str, release: Release, known: set[str]) -> Iterator[tuple[Release, Triple]]:
    """Yield the official label: the preferred one, or a synonym where packaged knowledge has its own words."""
    if rdf.PREF_LABEL not in known:
        yield release, Triple(subject, rdf.PREF_LABEL, rdf.english(label))
    else:
        yield release, Triple(subject, rdf.ALT_LABEL, rdf.english(label))


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What packaged knowledge states of a code, which goes before what sources say."""

    label: str | None = None
    procedure: str | None = None  # CURIE
    status: str | None = None
    billable: bool | None = None


NOTHING: Final = OwnWords()


def code_row(code: MergedCode, own: OwnWords) -> tuple[Any, ...]:
    """Return the row of the `code` table."""
    billable = own.billable if own.billable is not None else code.billable
    return (
        code.system,
        code.notation,
        code.notation.replace(".", ""),
        own.label or code.label,
        own.status or code.status,
        None if billable is None else int(billable),
        code.newest.ident,
        f"procedure:pcs-{code.notation.lower()}" if code.defined else own.procedure,
    )


def licensed_triples(code: MergedCode) -> Iterator[tuple[Release, tuple[Triple, ...]]]:
    """Yield the licensed descriptors of a code, for the licensed graph only, with whose words they are."""
    subject = _IRI(code_iri(code.system, code.notation))
    holder = SYSTEMS[code.system].licensor or "American Dental Association"  # D codes are the ADA's
    for release, text in code.descriptors:
        said = Triple(subject, rdf.term("cg:officialDescriptor"), rdf.english(text))
        yield release, (said, *rights_triples(release, holder))


def rights_triples(release: Release, holder: str) -> tuple[Triple, Triple]:
    """Return what a licensed graph says of itself: where its terms are told, and whose rights they are."""
    graph = _IRI(f"{RELEASE}licensed/{release.ident}")
    return (
        Triple(graph, rdf.term("dcterms:license"), _IRI(TERMS)),
        Triple(graph, rdf.term("dcterms:rightsHolder"), rdf.literal(holder)),
    )
