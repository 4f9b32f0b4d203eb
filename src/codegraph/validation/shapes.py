"""Shapes read into values: node shapes with their targets, property shapes with their paths and constraints.

What this engine does not know is an error here, before anything is validated: a constraint left out in silence
would be a graph that conforms by accident.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import pyoxigraph as ox

from codegraph.namespaces import RDFS, SH, XSD, contract
from codegraph.validation import constraints as c
from codegraph.validation import value_sets as sets
from codegraph.validation.data import TYPE, Data, Term, text
from codegraph.validation.literals import CHECKED, DATE, DATE_TIME, NUMERIC, UNCHECKED, parse
from codegraph.validation.paths import Path, ShapeError, items, read_path
from codegraph.validation.report import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Targets:
    """What a shape is about: instances of classes, single nodes, subjects or objects of properties."""

    classes: tuple[str, ...] = ()
    nodes: tuple[Term, ...] = ()
    subjects_of: tuple[str, ...] = ()
    objects_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.classes or self.nodes or self.subjects_of or self.objects_of)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape: a property shape has a path, a node shape has none and may hold property shapes."""

    iri: str
    path: Path | None
    constraints: tuple[c.Constraint, ...]
    severity: Severity
    message: str
    targets: Targets
    properties: tuple[Shape, ...] = ()


def sh(name: str) -> ox.NamedNode:
    """Return a term of the SHACL vocabulary."""
    return ox.NamedNode(SH + name)


_NODE_SHAPE: Final = sh("NodeShape")
_PROPERTY_SHAPE: Final = sh("PropertyShape")
_IMPLICIT: Final = frozenset({f"{RDFS}Class", "http://www.w3.org/2002/07/owl#Class"})
_TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_NOT_VALIDATING: Final = frozenset(
    {"name", "description", "order", "group", "defaultValue", "message", "severity"}
)
_STRUCTURE: Final = frozenset({"path", "property", "deactivated", *_TARGETS})
# Python and Oxigraph read these alike: ASCII, no escapes but of punctuation, no look-around, no back-references.
_COMMON_PATTERN: Final = re.compile(
    r"(?:[^\\\x00-\x1f\x7f-\U0010ffff(]|\\[.\-+*?$^/(){}\[\]|]|\((?!\?)|\(\?:)*"
)
_ORDERED: Final = NUMERIC | {DATE, DATE_TIME}

T = TypeVar("T")


def _one(shape: str, name: str, values: list[Term]) -> Term:
    if len(values) != 1:
        raise ShapeError(f"{contract(shape)} has {len(values)} values of sh:{name}; it takes one")
    return values[0]


def _iri(shape: str, name: str, value: Term) -> str:
    if not isinstance(value, ox.NamedNode):
        raise ShapeError(f"{contract(shape)}: sh:{name} takes an IRI, not {text(value)}")
    return value.value


def _number(shape: str, name: str, value: Term) -> int:
    if isinstance(value, ox.Literal) and value.datatype.value == f"{XSD}integer" and value.value.isdecimal():
        return int(value.value)
    raise ShapeError(f"{contract(shape)}: sh:{name} takes a whole number, not {text(value)}")


def _flag(shape: str, name: str, value: Term) -> bool:
    if (
        isinstance(value, ox.Literal)
        and value.datatype.value == f"{XSD}boolean"
        and value.value in ("true", "false")
    ):
        return value.value == "true"
    raise ShapeError(f"{contract(shape)}: sh:{name} takes true or false, not {text(value)}")


def _known(shape: str, name: str, value: str, known: frozenset[str]) -> str:
    if value not in known:
        raise ShapeError(f"{contract(shape)}: sh:{name} {contract(value)} is not supported")
    return value


def _pattern(shape: str, name: str, value: Term) -> c.Pattern:
    if not isinstance(value, ox.Literal) or not _COMMON_PATTERN.fullmatch(value.value):
        raise ShapeError(
            f"{contract(shape)}: the pattern {text(value)} is not one that every engine reads alike"
        )
    try:
        re.compile(value.value)
    except re.error as error:
        raise ShapeError(f"{contract(shape)}: the pattern {text(value)} is malformed: {error}") from error
    return c.Pattern(value.value)


def _is_ordered(value: ox.Literal) -> bool:
    return value.datatype.value in _ORDERED and parse(value.value, value.datatype.value) is not None


def _bound(shape: str, name: str, value: Term) -> c.Range:
    if not isinstance(value, ox.Literal) or not _is_ordered(value):
        raise ShapeError(f"{contract(shape)}: sh:{name} takes a number or a date, not {text(value)}")
    return c.Range(name[0].upper() + name[1:], value)


def _language(shape: str, value: Term) -> str:
    if not isinstance(value, ox.Literal) or not value.value.isalpha():
        raise ShapeError(
            f"{contract(shape)}: sh:languageIn takes languages without a region, not {text(value)}"
        )
    return value.value.lower()


Builder = Callable[[str, str, Term, Data], c.Constraint | None]


def _datatype(shape: str, name: str, value: Term, shapes: Data) -> c.Constraint:
    return c.Datatype(_known(shape, name, _iri(shape, name, value), CHECKED | UNCHECKED))


def _node_kind(shape: str, name: str, value: Term, shapes: Data) -> c.Constraint:
    return c.NodeKind(_known(shape, name, _iri(shape, name, value).removeprefix(SH), c.NODE_KINDS))


def _unique_lang(shape: str, name: str, value: Term, shapes: Data) -> c.Constraint | None:
    return sets.UniqueLang() if _flag(shape, name, value) else None


def _languages(shape: str, name: str, value: Term, shapes: Data) -> c.Constraint:
    return c.LanguageIn(frozenset(_language(shape, item) for item in items(shapes, value)))


def _order(shape: str, name: str, value: Term, shapes: Data) -> c.Constraint:
    return sets.Order(name[0].upper() + name[1:], _iri(shape, name, value))


# Parameters that may stand several times in a shape, each a constraint of its own.
_REPEATED: Final[dict[str, Builder]] = {
    "class": lambda shape, name, value, _: c.OfClass(_iri(shape, name, value)),
    "pattern": lambda shape, name, value, _: _pattern(shape, name, value),
    "hasValue": lambda _shape, _name, value, _: sets.HasValue(value),
    "disjoint": lambda shape, name, value, _: sets.Disjoint(_iri(shape, name, value)),
    "equals": lambda shape, name, value, _: sets.Equals(_iri(shape, name, value)),
    "lessThan": _order,
    "lessThanOrEquals": _order,
    **dict.fromkeys(
        ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive"),
        lambda shape, name, value, _: _bound(shape, name, value),
    ),
}
_SINGLE: Final[dict[str, Builder]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "uniqueLang": _unique_lang,
    "languageIn": _languages,
    "in": lambda _shape, _name, value, shapes: c.In(frozenset(items(shapes, value))),
    "minCount": lambda shape, name, value, _: sets.MinCount(_number(shape, name, value)),
    "maxCount": lambda shape, name, value, _: sets.MaxCount(_number(shape, name, value)),
    "minLength": lambda shape, name, value, _: c.Length(
        f"{SH}MinLengthConstraintComponent", least=_number(shape, name, value)
    ),
    "maxLength": lambda shape, name, value, _: c.Length(
        f"{SH}MaxLengthConstraintComponent", most=_number(shape, name, value)
    ),
}
_ONLY_PROPERTIES: Final = frozenset({"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"})
SUPPORTED: Final = frozenset(_REPEATED) | frozenset(_SINGLE)


def read_shapes(store: ox.Store) -> tuple[Shape, ...]:
    """Read the node shapes of a shapes graph, each with its property shapes, sorted by IRI.

    Raises ShapeError for a SHACL term that is not supported (or misspelt), a parameter of the wrong kind, a shape
    without a name of its own, and a property shape that is used but not declared.
    """
    shapes = Data(store)
    declared = {text(node): node for node in shapes.subjects(TYPE, _NODE_SHAPE)}
    found = [_read(shapes, node, is_property=False) for node in declared.values()]
    alone = {text(node): node for node in shapes.subjects(TYPE, _PROPERTY_SHAPE)}
    found += [shape for node in alone.values() if (shape := _read(shapes, node, is_property=True)).targets]
    _refuse_undeclared(shapes, declared.keys() | alone.keys())
    return tuple(sorted(found, key=lambda shape: shape.iri))


def _refuse_undeclared(shapes: Data, declared: set[str]) -> None:
    for name in ("path", "property", *_TARGETS):
        for quad in shapes.store.quads_for_pattern(None, sh(name), None):
            if text(quad.subject) not in declared:
                raise ShapeError(f"{text(quad.subject)} has sh:{name} but is not declared a shape")


def _read(shapes: Data, node: Term, *, is_property: bool) -> Shape:
    if not isinstance(node, ox.NamedNode):
        raise ShapeError("a shape without an IRI; every shape needs a name that results can give")
    iri = node.value
    said = _parameters(shapes, node)
    if {text(kind) for kind in shapes.objects(node, TYPE)} & _IMPLICIT:
        raise ShapeError(f"{contract(iri)} is a class and a shape; implicit targets are not supported")
    path = read_path(shapes, _one(iri, "path", said.get("path", []))) if is_property else None
    misplaced = "property" if is_property else "path"
    if misplaced in said:
        raise ShapeError(f"{contract(iri)}: sh:{misplaced} in this kind of shape is not supported")
    off = "deactivated" in said and _flag(iri, "deactivated", _one(iri, "deactivated", said["deactivated"]))
    return Shape(
        iri,
        path,
        () if off else tuple(_constraints(shapes, iri, said, is_property=is_property)),
        _severity(iri, said.get("severity", [sh("Violation")])),
        " ".join(sorted(value.value for value in said.get("message", []) if isinstance(value, ox.Literal))),
        _targets(iri, said),
        () if off else tuple(_properties(shapes, iri, said.get("property", []))),
    )


def _parameters(shapes: Data, node: ox.NamedNode) -> dict[str, list[Term]]:
    said: dict[str, list[Term]] = {}
    for quad in shapes.store.quads_for_pattern(node, None, None):
        predicate = quad.predicate.value
        if not predicate.startswith(SH):
            continue
        name = predicate.removeprefix(SH)
        if name not in SUPPORTED | _STRUCTURE | _NOT_VALIDATING:
            raise ShapeError(f"{contract(node.value)}: sh:{name} is not supported")
        said.setdefault(name, []).append(quad.object)
    return said


def _severity(iri: str, values: list[Term]) -> Severity:
    name = _iri(iri, "severity", _one(iri, "severity", values))
    if name not in SEVERITIES:
        raise ShapeError(f"{contract(iri)}: unknown severity {contract(name)}")
    return SEVERITIES[name]


def _targets(iri: str, said: dict[str, list[Term]]) -> Targets:
    def iris(name: str) -> tuple[str, ...]:
        return tuple(sorted(_iri(iri, name, value) for value in said.get(name, [])))

    nodes = tuple(sorted(said.get("targetNode", []), key=str))
    return Targets(iris("targetClass"), nodes, iris("targetSubjectsOf"), iris("targetObjectsOf"))


def _constraints(
    shapes: Data, iri: str, said: dict[str, list[Term]], *, is_property: bool
) -> Iterator[c.Constraint]:
    for name in sorted(said.keys() & SUPPORTED):
        if name in _ONLY_PROPERTIES and not is_property:
            raise ShapeError(f"{contract(iri)}: sh:{name} needs a property shape")
        values = said[name] if name in _REPEATED else [_one(iri, name, said[name])]
        build = _REPEATED.get(name) or _SINGLE[name]
        for value in sorted(values, key=str):
            constraint = build(iri, name, value, shapes)
            if constraint is not None:
                yield constraint


def _properties(shapes: Data, iri: str, nodes: list[Term]) -> Iterator[Shape]:
    for node in sorted(nodes, key=str):
        if _PROPERTY_SHAPE not in set(shapes.objects(node, TYPE)):
            raise ShapeError(f"{contract(iri)}: {contract(text(node))} is not declared a sh:PropertyShape")
        yield _read(shapes, node, is_property=True)
