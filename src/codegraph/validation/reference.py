"""pySHACL, the reference: slower than the compiled engine, knows all of SHACL Core, validates any file.

It sees the same terms as the compiled engine: both read an Oxigraph store. rdflib's own literals are laxer than XSD
and order values of different datatypes by the datatype's name; `_Literal` reads them as `literals` says.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pyoxigraph as ox
import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from codegraph.errors import SourceError
from codegraph.namespaces import RDF, SH
from codegraph.validation.data import Term, text
from codegraph.validation.literals import LANG_STRING, STRING, compare, well_formed
from codegraph.validation.report import SEVERITIES, ValidationResult

_SH: Final = Namespace(SH)
# What pySHACL raises over shapes it cannot use: its own errors, and those of the code that trips over them.
_ILL_SHAPED: Final = (
    *(ConstraintLoadError, ReportableRuntimeError, ShapeLoadError),
    *(AssertionError, AttributeError, RecursionError, TypeError, ValueError, re.error),
)
# The terms of SHACL Core. A misspelt one is refused, because pySHACL passes over it and says that all conforms;
# so is SHACL-SPARQL, because a shapes file is data and brings no queries to run.
_CORE: Final = frozenset(
    """targetClass targetNode targetSubjectsOf targetObjectsOf deactivated severity message name description order
    group defaultValue path property inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath class
    datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive minLength maxLength
    pattern flags languageIn uniqueLang equals disjoint lessThan lessThanOrEquals not and or xone node
    qualifiedValueShape qualifiedValueShapesDisjoint qualifiedMinCount qualifiedMaxCount closed ignoredProperties
    hasValue in shapesGraph suggestedShapesGraph declare prefix namespace""".split()  # noqa: SIM905  shorter so
)


class _Literal(Literal):
    """A literal that is ill typed where XSD says so, and compares as SPARQL compares."""

    __slots__ = ()

    @property
    def _pair(self) -> tuple[str, str]:
        return str(self), str(self.datatype or (LANG_STRING if self.language else STRING))

    @property
    def ill_typed(self) -> bool | None:
        return not well_formed(*self._pair)

    def _compared(self, other: object) -> int | None:
        return compare(self._pair, other._pair) if isinstance(other, _Literal) else None

    def eq(self, other: object) -> bool:
        order = self._compared(other)
        if order is None:
            raise TypeError("these literals do not compare")
        return order == 0

    def __lt__(self, other: Any) -> bool:  # noqa: ANN401
        return self._compared(other) == -1

    def __le__(self, other: Any) -> bool:  # noqa: ANN401
        return self._compared(other) in (-1, 0)

    def __gt__(self, other: Any) -> bool:  # noqa: ANN401
        return self._compared(other) == 1

    def __ge__(self, other: Any) -> bool:  # noqa: ANN401
        return self._compared(other) in (0, 1)


def validate(data: ox.Store, shapes: ox.Store) -> list[ValidationResult]:
    """Return what the shapes find wrong in the union of a store's graphs, as pySHACL sees it.

    The shapes graph is made anew for each call, because pySHACL changes it. No inference, no imports, no advanced
    features, no network. Raises SourceError where a shape goes beyond SHACL Core or is malformed.
    """
    _refuse_beyond_core(shapes)
    try:
        with _quiet():
            shapes_graph = as_rdflib(shapes)
            _, report, said = pyshacl.validate(
                as_rdflib(data),
                shacl_graph=shapes_graph,
                allow_infos=True,
                allow_warnings=True,
                advanced=False,
                do_owl_imports=False,
                inplace=True,
            )
    except _ILL_SHAPED as error:
        raise SourceError(f"pySHACL cannot use these shapes: {error}") from error
    if not isinstance(report, Graph):
        raise SourceError(f"pySHACL gave no report: {said}")
    top = report.objects(None, _SH.result)
    return [_result(report, shapes_graph, node) for node in top]


def _refuse_beyond_core(shapes: ox.Store) -> None:
    for quad in shapes:
        name = quad.predicate.value.removeprefix(SH)
        if quad.predicate.value.startswith(SH) and name not in _CORE:
            raise SourceError(
                f"{text(quad.subject)} has sh:{name}, which is no term of SHACL Core: only that is run"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging each ill-formed literal: it becomes a result."""

    def refuse(_: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger("rdflib.term")
    logger.addFilter(refuse)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeFilter(refuse)


def as_rdflib(store: ox.Store) -> Graph:
    """Return the union of a store's graphs as a new rdflib graph, lexical forms untouched."""
    return rdflib_graph(store)


def rdflib_graph(quads: Iterable[ox.Quad]) -> Graph:
    """Return quads as a new rdflib graph without their graph names; raises SourceError for RDF 1.2 terms."""
    graph = Graph(bind_namespaces="none")
    known: dict[Term, Node] = {}
    add = graph.store.add
    for quad in quads:
        triple = (_node(quad.subject, known), _node(quad.predicate, known), _node(quad.object, known))
        add(triple, graph)
    return graph


def _node(term: Term, known: dict[Term, Node]) -> Node:
    node = known.get(term)
    if node is None:
        node = known[term] = _new_node(term)
    return node


def _new_node(term: Term) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise SourceError(f"pySHACL does not read the triple terms of RDF 1.2: {term}")
    if term.language:
        return _Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value == STRING else URIRef(term.datatype.value)
    return _Literal(term.value, datatype=datatype, normalize=False)


def _result(report: Graph, shapes: Graph, node: Node) -> ValidationResult:
    def one(name: str) -> Node | None:
        return report.value(node, _SH[name])

    path, value = one("resultPath"), one("value")
    messages = sorted(str(message) for message in report.objects(node, _SH.resultMessage))
    return ValidationResult(
        _text(one("focusNode")),
        None if path is None else _path(shapes if (path, None, None) in shapes else report, path),
        None if value is None else _text(value),
        _text(one("sourceShape")),
        _text(one("sourceConstraintComponent")),
        SEVERITIES.get(str(one("resultSeverity")), "violation"),
        " ".join(messages),
    )


def _text(term: Node | None) -> str:
    if isinstance(term, URIRef):
        return str(term)
    if isinstance(term, Literal):
        if term.language:
            return str(ox.Literal(str(term), language=term.language))
        return str(ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or STRING))))
    return f"_:{term}"


_OPERATORS: Final = {
    "inversePath": "^{}",
    "zeroOrMorePath": "{}*",
    "oneOrMorePath": "{}+",
    "zeroOrOnePath": "{}?",
}


def _path(graph: Graph, node: Node, *, inner: bool = False) -> str:
    """Return a path as SPARQL writes it; a single predicate as its bare IRI."""
    if isinstance(node, URIRef):
        return f"<{node}>" if inner else str(node)
    if graph.value(node, URIRef(f"{RDF}first")) is not None:
        return f"({'/'.join(_path(graph, item, inner=True) for item in Collection(graph, node))})"
    choices = graph.value(node, _SH.alternativePath)
    if choices is not None:
        return f"({'|'.join(_path(graph, item, inner=True) for item in Collection(graph, choices))})"
    for name, form in _OPERATORS.items():
        within = graph.value(node, _SH[name])
        if within is not None:
            return form.format(_path(graph, within, inner=True))
    raise SourceError(f"unknown path {node}")
