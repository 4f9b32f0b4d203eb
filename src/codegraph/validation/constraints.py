"""The constraint components of SHACL Core that the compiled engine knows; here those on each value by itself.

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
from codegraph.validation.literals import BOOLEAN, DATE, DATE_TIME, NUMERIC, compare, well_formed

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


class ValueConstraint:
    """A constraint that each value meets or not, whatever the others are."""

    __slots__ = ()

    def violations(self, focus: Term, values: set[Term], data: Data) -> Iterator[Term | None]:
        """Yield the values that do not meet the constraint."""
        return (value for value in values if not self.accepts(value, data))

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether a value meets the constraint."""
        raise NotImplementedError


def unless(expression: str) -> str:
    """Return the SPARQL test that holds where an expression is false or an error."""
    return f"!COALESCE({expression}, false)"


@dataclass(frozen=True, slots=True)
class OfClass(ValueConstraint):
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
COMPARABLE: Final = "(isNumeric({0}) || COALESCE(YEAR({0}) > 0 && YEAR({0}) < 10000, false))"

# What SPARQL can say cheaply of a good literal of a datatype; a literal it does not hold of is a suspect.
_GOOD_LITERAL: Final[dict[str, str]] = {
    BOOLEAN: 'STR(?value) IN ("true", "false")',
    DATE: "YEAR(?value) > 0 && YEAR(?value) < 10000",
    DATE_TIME: "YEAR(?value) > 0 && YEAR(?value) < 10000 && HOURS(?value) < 24",
    **dict.fromkeys(NUMERIC, "isNumeric(?value)"),
}


@dataclass(frozen=True, slots=True)
class Datatype(ValueConstraint):
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
        return Search("test", unless(f"DATATYPE(?value) = <{self.iri}> && {good}"))


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
class NodeKind(ValueConstraint):
    """sh:nodeKind; `kind` is the local name, one of NODE_KINDS."""

    kind: str
    component: ClassVar[str] = f"{SH}NodeKindConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is of this kind of node."""
        return isinstance(value, _KINDS[self.kind])

    def search(self) -> Search:
        """Return where violations can be."""
        return Search("test", unless(" || ".join(_KIND_TESTS[kind] for kind in _KINDS[self.kind])))


@dataclass(frozen=True, slots=True)
class In(ValueConstraint):
    """sh:in."""

    members: frozenset[Term]
    component: ClassVar[str] = f"{SH}InConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the value is, term by term, a member of the list."""
        return value in self.members

    def search(self) -> Search:
        """Return where violations can be."""
        tests = " || ".join(f"sameTerm(?value, {member})" for member in sorted(map(str, self.members)))
        return Search("test", unless(tests or "false"))


@dataclass(frozen=True, slots=True)
class Pattern(ValueConstraint):
    """sh:pattern; the pattern is of the kind that Python and Oxigraph read alike (see shapes.py)."""

    pattern: str
    component: ClassVar[str] = f"{SH}PatternConstraintComponent"

    def accepts(self, value: Term, data: Data) -> bool:
        """Tell whether the pattern is found in the value's text; a blank node has none."""
        return isinstance(value, ox.NamedNode | ox.Literal) and bool(re.search(self.pattern, value.value))

    def search(self) -> Search:
        """Return where violations can be."""
        # "$" is the end for Oxigraph, the end or before a last line break for Python: so every failure is a suspect.
        return Search("test", unless(f"REGEX(STR(?value), {ox.Literal(self.pattern)})"))


@dataclass(frozen=True, slots=True)
class Length(ValueConstraint):
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
        return Search("test", unless(f"STRLEN(STR(?value)) >= {self.least}{most}"))


RELATIONS: Final[dict[str, tuple[str, frozenset[int]]]] = {
    "MinInclusive": (">=", frozenset({0, 1})),
    "MinExclusive": (">", frozenset({1})),
    "MaxInclusive": ("<=", frozenset({0, -1})),
    "MaxExclusive": ("<", frozenset({-1})),
    "LessThan": ("<", frozenset({-1})),
    "LessThanOrEquals": ("<=", frozenset({-1, 0})),
}


@dataclass(frozen=True, slots=True)
class Range(ValueConstraint):
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
        return compare(pair(value), pair(self.bound)) in RELATIONS[self.name][1]

    def search(self) -> Search:
        """Return where violations can be."""
        relation = f"?value {RELATIONS[self.name][0]} {self.bound}"
        return Search("test", unless(f"{relation} && {COMPARABLE.format('?value')}"))


@dataclass(frozen=True, slots=True)
class LanguageIn(ValueConstraint):
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
        return Search("test", unless(f"LANG(?value) IN ({tags})"))
