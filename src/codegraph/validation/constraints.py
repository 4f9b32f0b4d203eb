"""The constraint components of SHACL Core that the compiled engine knows.

Each constraint does two things. `violations` is the verdict on one focus node, in Python, by the letter of the
standard. `search` describes, for SPARQL, where to look: a superset of the focus nodes that can fail. So a graph of
millions of triples is searched by Oxigraph, and only suspects are judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Protocol

import pyoxigraph as ox

from codegraph.namespaces import SH
from codegraph.validation.data import Data, Term, pair
from codegraph.validation.literals import BOOLEAN, DATE, DATE_TIME, NUMERIC, TEXT, compare, well_formed

SearchKind = Literal["test", "class", "more", "none", "without", "pair", "share", "all"]


@dataclass(frozen=True, slots=True)
class Search:
    """Where violations of a constraint can be: a template of `queries.py`, and what goes into its gaps.

    Kind `test` has an expression over ?value that is true for every value that may violate.
    """

    kind: SearchKind
    test: str = ""
    number: int = 0
    term: str = ""
    classes_of: str = ""


class Constraint(Protocol):
    """One constraint of a shape, with its parameters."""

    @property
    def component(self) -> str:
        """Return the constraint component's IRI."""

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that violate, None for a violation that is of no single value."""

    def search(self) -> Search:
        """Return where violations can be."""


class _ValueConstraint:
    """A constraint that each value meets or not, whatever the others are."""

    __slots__ = ()

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that do not meet the constraint."""
        return (value for value in values if not self.accepts(value, data))

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether a value meets the constraint."""
        raise NotImplementedError


def _unless(expression: str) -> str:
    return f"!COALESCE({expression}, false)"


@dataclass(frozen=True, slots=True)
class OfClass(_ValueConstraint):
    """sh:class."""

    iri: str
    component: ClassVar[str] = f"{SH}ClassConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is a SHACL instance of the class."""
        return data.is_instance(value, self.iri)

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("class", classes_of=self.iri)


# Values that SPARQL and this engine compare alike; Oxigraph also finds an ill-formed literal equal to itself, and
# compares dates before year 1 and after 9999, which are ill formed here. Everything else is a suspect.
_COMPARABLE: Final = "(isNumeric({0}) || COALESCE(YEAR({0}) > 0 && YEAR({0}) < 10000, false))"

# What SPARQL can say cheaply of a good literal of a datatype; a literal it does not hold of is a suspect.
_GOOD_LITERAL: Final[dict[str, str]] = {
    BOOLEAN: 'STR(?value) IN ("true", "false")',
    DATE: "YEAR(?value) > 0 && YEAR(?value) < 10000",
    DATE_TIME: "YEAR(?value) > 0 && YEAR(?value) < 10000 && HOURS(?value) < 24",
    **dict.fromkeys(NUMERIC, "isNumeric(?value)"),
}


@dataclass(frozen=True, slots=True)
class Datatype(_ValueConstraint):
    """sh:datatype."""

    iri: str
    component: ClassVar[str] = f"{SH}DatatypeConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is a well-formed literal of the datatype."""
        return (
            isinstance(value, ox.Literal)
            and pair(value)[1] == self.iri
            and well_formed(value.value, self.iri)
        )

    def search(self) -> Search:
        """Return where violations can be."""
        good = _GOOD_LITERAL.get(self.iri, "true")
        return Search("test", _unless(f"DATATYPE(?value) = <{self.iri}> && {good}"))


_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "IRI": (ox.NamedNode,),
    "Literal": (ox.Literal,),
    "BlankNode": (ox.BlankNode,),
    "BlankNodeOrIRI": (ox.BlankNode, ox.NamedNode),
    "BlankNodeOrLiteral": (ox.BlankNode, ox.Literal),
    "IRIOrLiteral": (ox.NamedNode, ox.Literal),
}
_KIND_TESTS: Final[dict[type, str]] = {
    ox.NamedNode: "isIRI(?value)",
    ox.Literal: "isLiteral(?value)",
    ox.BlankNode: "isBlank(?value)",
}
NODE_KINDS: Final = frozenset(_KINDS)


@dataclass(frozen=True, slots=True)
class NodeKind(_ValueConstraint):
    """sh:nodeKind; `kind` is the local name, one of NODE_KINDS."""

    kind: str
    component: ClassVar[str] = f"{SH}NodeKindConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is of this kind of node."""
        return isinstance(value, _KINDS[self.kind])

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("test", _unless(" || ".join(_KIND_TESTS[kind] for kind in _KINDS[self.kind])))


@dataclass(frozen=True, slots=True)
class In(_ValueConstraint):
    """sh:in."""

    members: frozenset[Term]
    component: ClassVar[str] = f"{SH}InConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is, term by term, a member of the list."""
        return value in self.members

    def search(self) -> Search:
        """Return where violations can be."""
        tests = " || ".join(f"sameTerm(?value, {member})" for member in sorted(map(str, self.members)))
        return Search("test", _unless(tests or "false"))


@dataclass(frozen=True, slots=True)
class Pattern(_ValueConstraint):
    """sh:pattern; the pattern is of the kind that Python and Oxigraph read alike (see shapes.py)."""

    pattern: str
    component: ClassVar[str] = f"{SH}PatternConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the pattern is found in the value's text; a blank node has none."""
        return isinstance(value, ox.NamedNode | ox.Literal) and bool(re.search(self.pattern, value.value))

    def search(self) -> Search:
        """Return where violations can be."""
        # "$" is the end for Oxigraph, the end or before a last line break for Python: so every failure is a suspect.
        return Search("test", _unless(f"REGEX(STR(?value), {ox.Literal(self.pattern)})"))


@dataclass(frozen=True, slots=True)
class Length(_ValueConstraint):
    """sh:minLength and sh:maxLength."""

    component: str
    least: int = 0
    most: int | None = None

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value's text is as long as asked; a blank node has none."""
        if not isinstance(value, ox.NamedNode | ox.Literal):
            return self.most is None and self.least == 0
        return len(value.value) >= self.least and (self.most is None or len(value.value) <= self.most)

    def search(self) -> Search:
        """Return where violations can be."""
        most = "" if self.most is None else f" && STRLEN(STR(?value)) <= {self.most}"
        return Search("test", _unless(f"STRLEN(STR(?value)) >= {self.least}{most}"))


_RELATIONS: Final[dict[str, tuple[str, frozenset[int]]]] = {
    "MinInclusive": (">=", frozenset({0, 1})),
    "MinExclusive": (">", frozenset({1})),
    "MaxInclusive": ("<=", frozenset({0, -1})),
    "MaxExclusive": ("<", frozenset({-1})),
    "LessThan": ("<", frozenset({-1})),
    "LessThanOrEquals": ("<=", frozenset({-1, 0})),
}


@dataclass(frozen=True, slots=True)
class Range(_ValueConstraint):
    """sh:minInclusive, sh:minExclusive, sh:maxInclusive, sh:maxExclusive."""

    name: str
    bound: ox.Literal

    @property
    def component(self) -> str:
        """Return the constraint component's IRI."""
        return f"{SH}{self.name}ConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value compares with the bound as asked; a value that does not compare fails."""
        if not isinstance(value, ox.Literal):
            return False
        return compare(pair(value), pair(self.bound)) in _RELATIONS[self.name][1]

    def search(self) -> Search:
        """Return where violations can be."""
        relation = f"?value {_RELATIONS[self.name][0]} {self.bound}"
        return Search("test", _unless(f"{relation} && {_COMPARABLE.format('?value')}"))


@dataclass(frozen=True, slots=True)
class LanguageIn(_ValueConstraint):
    """sh:languageIn, of languages without a region."""

    languages: frozenset[str]
    component: ClassVar[str] = f"{SH}LanguageInConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value's language is one of them, or a variety of one."""
        tag = value.language if isinstance(value, ox.Literal) else None
        return tag is not None and tag.lower().split("-")[0] in self.languages

    def search(self) -> Search:
        """Return where violations can be."""
        tags = ", ".join(str(ox.Literal(tag)) for tag in sorted(self.languages))
        return Search("test", _unless(f"LANG(?value) IN ({tags})"))


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
        wanted = _RELATIONS[self.name][1]
        return (v for v in values for other in others if _compare_as_pyshacl(v, other) not in wanted)

    def search(self) -> Search:
        """Return where violations can be."""
        relation = f"?value {_RELATIONS[self.name][0]} ?against"
        comparable = " && ".join(_COMPARABLE.format(name) for name in ("?value", "?against"))
        return Search("pair", _unless(f"{relation} && {comparable}"), term=f"<{self.other}>")


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
