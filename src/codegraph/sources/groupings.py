"""What the readers of statistical classifications share: membership rows, categories, triples and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from codegraph import rdf
from codegraph.namespaces import code_iri, concept_iri
from codegraph.rdf import Triple
from codegraph.sources.base import CodeFact, Release, Table

GROUPING: Final = Table(
    "grouping",
    (
        ("system", "TEXT"),
        ("notation", "TEXT"),
        ("scheme", "TEXT"),
        ("category", "TEXT"),
        ("note", "TEXT"),
        ("release", "TEXT"),
    ),
    ("system", "notation", "scheme", "category", "release"),
    (("scheme", "category"),),
)
CATEGORY: Final = Table(
    "grouping_category",
    (
        ("scheme", "TEXT"),
        ("category", "TEXT"),
        ("label", "TEXT"),
        ("parent", "TEXT"),
        ("release", "TEXT"),
    ),
    ("scheme", "category", "release"),
)


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a scheme: its local name in the scheme's namespace, its label, and what is above it."""

    scheme: str
    local: str
    label: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A row of a list of categories: those that no row before it describes, the wider first."""

    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """A code in a category.

    `note` says more (the settings for which the category is the default). `categories` are those that the row
    describes on the way; `label` is the code's own text where the publisher repeats it faithfully.
    """

    system: str
    notation: str
    category: Category
    note: str = ""
    categories: tuple[Category, ...] = ()
    label: str | None = None
    in_force: bool = True


def category_triples(category: Category) -> Iterable[Triple]:
    """Yield the concept of a category; the schemes themselves are packaged."""
    subject = f"<{concept_iri(category.scheme, category.local)}>"
    scheme = rdf.term(f"scheme:{category.scheme}")
    yield Triple(subject, rdf.TYPE, rdf.term("skos:Concept"))
    yield Triple(subject, rdf.PREF_LABEL, rdf.english(category.label))
    yield Triple(subject, rdf.IN_SCHEME, scheme)
    if category.parent is None:
        yield Triple(subject, rdf.term("skos:topConceptOf"), scheme)
        yield Triple(scheme, rdf.term("skos:hasTopConcept"), subject)
    else:
        yield Triple(subject, rdf.BROADER, f"<{concept_iri(category.scheme, category.parent)}>")


def membership_triples(row: Membership, release: Release) -> Iterable[Triple]:
    """Yield the classification of a code, where it is in force, and the categories that the row describes."""
    if row.in_force:
        yield Triple(
            f"<{code_iri(row.system, row.notation)}>",
            rdf.term("cg:classifiedAs"),
            f"<{concept_iri(row.category.scheme, row.category.local)}>",
        )
    for category in row.categories:
        yield from category_triples(category)


def membership_codes(row: Membership, release: Release) -> Iterable[CodeFact]:
    """Yield the code of a row."""
    yield CodeFact(row.system, row.notation, label=row.label)


def membership_rows(row: Membership, release: Release) -> Iterable[tuple[Any, ...]]:
    """Yield the row of the table `grouping`, none for a classification that is no longer in force."""
    if row.in_force:
        category = row.category
        yield (row.system, row.notation, category.scheme, category.local, row.note, release.ident)


def listing_triples(row: Listing, release: Release) -> Iterable[Triple]:
    """Yield the concepts of the categories that a row describes."""
    for category in row.categories:
        yield from category_triples(category)


def listing_rows(row: Listing, release: Release) -> Iterable[tuple[Any, ...]]:
    """Yield the rows of the table `grouping_category`."""
    for category in row.categories:
        yield (category.scheme, category.local, category.label, category.parent or "", release.ident)
