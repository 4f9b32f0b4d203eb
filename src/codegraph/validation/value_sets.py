"""Constraints on all values of a property together: how many, which, and how they stand to another property's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pyoxigraph as ox

from codegraph.namespaces import SH
from codegraph.validation.constraints import COMPARABLE, RELATIONS, Search, unless
from codegraph.validation.data import Data, Term, pair
from codegraph.validation.literals import TEXT, compare


@dataclass(frozen=True, slots=True)
class MinCount:
    """sh:minCount."""

    number: int
    component: ClassVar[str] = f"{SH}MinCountConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield None where there are too few values."""
        if len(values) < self.number:
            yield None

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("none") if self.number == 1 else Search("all")


@dataclass(frozen=True, slots=True)
class MaxCount:
    """sh:maxCount."""

    number: int
    component: ClassVar[str] = f"{SH}MaxCountConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield None where there are too many values."""
        if len(values) > self.number:
            yield None

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("more", number=self.number)


@dataclass(frozen=True, slots=True)
class UniqueLang:
    """sh:uniqueLang true."""

    component: ClassVar[str] = f"{SH}UniqueLangConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield None for each language that two values share."""
        tags = [v.language.lower() for v in values if isinstance(v, ox.Literal) and v.language]
        return (None for tag in sorted(set(tags)) if tags.count(tag) > 1)

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("more", number=1)


@dataclass(frozen=True, slots=True)
class HasValue:
    """sh:hasValue."""

    term: Term
    component: ClassVar[str] = f"{SH}HasValueConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield None where the value is missing."""
        if self.term not in values:
            yield None

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("without", term=str(self.term))


@dataclass(frozen=True, slots=True)
class Order:
    """sh:lessThan and sh:lessThanOrEquals; `name` is the component's start."""

    name: str
    other: str

    @property
    def component(self) -> str:
        """Return the constraint component's IRI."""
        return f"{SH}{self.name}ConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that are not before every value of the other property."""
        others = set(data.objects(focus, ox.NamedNode(self.other)))
        wanted = RELATIONS[self.name][1]
        return (v for v in values for other in others if _compare_as_pyshacl(v, other) not in wanted)

    def search(self) -> Search:
        """Return where violations can be."""
        relation = f"?value {RELATIONS[self.name][0]} ?against"
        comparable = " && ".join(COMPARABLE.format(name) for name in ("?value", "?against"))
        return Search("pair", unless(f"{relation} && {comparable}"), term=f"<{self.other}>")


def _compare_as_pyshacl(first: Term, second: Term) -> int | None:
    """Compare two values as pySHACL does, which takes an IRI or a language-tagged text for its plain text."""
    texts = [t.value for t in (first, second) if isinstance(t, ox.NamedNode)]
    texts += [t.value for t in (first, second) if isinstance(t, ox.Literal) and pair(t)[1] in TEXT]
    if len(texts) == 2:
        a, b = (t.value if isinstance(t, ox.NamedNode | ox.Literal) else "" for t in (first, second))
        return (a > b) - (a < b)
    if not (isinstance(first, ox.Literal) and isinstance(second, ox.Literal)):
        return None
    return compare(pair(first), pair(second))


@dataclass(frozen=True, slots=True)
class Disjoint:
    """sh:disjoint."""

    other: str
    component: ClassVar[str] = f"{SH}DisjointConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that the other property has too."""
        yield from values & set(data.objects(focus, ox.NamedNode(self.other)))

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("share", term=f"<{self.other}>")


@dataclass(frozen=True, slots=True)
class Equals:
    """sh:equals."""

    other: str
    component: ClassVar[str] = f"{SH}EqualsConstraintComponent"

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that only one of the two properties has."""
        yield from values ^ set(data.objects(focus, ox.NamedNode(self.other)))

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("all")
