"""The SPARQL that finds suspects: for each property shape, a superset of the focus nodes that can fail it.

Query texts are fixed templates; what goes into their gaps comes from parsed shapes, as terms in N-Triples syntax.
The joins are written so that Oxigraph hashes them (sub-SELECT and MINUS): FILTER EXISTS costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Template
from typing import Final

from codegraph.validation.constraints import Search
from codegraph.validation.data import Data
from codegraph.validation.shapes import Shape, Targets

# Patterns that bind ?focus by themselves, from the property's own triples.
_FREE: Final[dict[str, Template]] = {
    "test": Template("?focus $path ?value FILTER($test)"),
    "class": Template("?focus $path ?value MINUS { VALUES ?class { $classes } ?value a ?class }"),
    "more": Template(
        "{ SELECT ?focus WHERE { ?focus $path ?value } GROUP BY ?focus HAVING (COUNT(?value) > $number) }"
    ),
    "pair": Template("?focus $path ?value . ?focus $term ?against FILTER($test)"),
    "share": Template("?focus $path ?value . ?focus $term ?value"),
}
# Patterns that narrow the targets.
_NARROW: Final[dict[str, Template]] = {
    "none": Template("MINUS { ?focus $path ?value }"),
    "without": Template("MINUS { ?focus $path $term }"),
    "all": Template(""),
}
# The same for the constraints of a node shape, whose only value is the focus node itself.
_NODE: Final[dict[str, Template]] = {
    "test": Template("BIND(?focus AS ?value) FILTER($test)"),
    "class": Template("MINUS { VALUES ?class { $classes } ?focus a ?class }"),
    "without": Template("FILTER(!sameTerm(?focus, $term))"),
}
_FREE_QUERY: Final = Template(
    "SELECT DISTINCT ?focus WHERE { { SELECT DISTINCT ?focus WHERE { $pattern } } $target }"
)
_NARROW_QUERY: Final = Template("SELECT DISTINCT ?focus WHERE { $target $pattern }")

_BY_CLASS: Final = Template("{ VALUES ?target { $classes } ?focus a ?target }")
_BY_NODE: Final = Template("{ VALUES ?focus { $nodes } }")
_BY_SUBJECT: Final = Template("{ SELECT DISTINCT ?focus WHERE { ?focus <$predicate> ?any } }")
_BY_OBJECT: Final = Template("{ SELECT DISTINCT ?focus WHERE { ?any <$predicate> ?focus } }")


def target_pattern(targets: Targets, data: Data) -> str:
    """Return the group pattern that binds ?focus to the targets of a shape, subclasses included."""
    parts = []
    if targets.classes:
        classes = set().union(*(data.subclasses(iri) for iri in targets.classes))
        parts.append(_BY_CLASS.substitute(classes=_iris(classes)))
    if targets.nodes:
        parts.append(_BY_NODE.substitute(nodes=" ".join(str(node) for node in targets.nodes)))
    parts += [_BY_SUBJECT.substitute(predicate=iri) for iri in targets.subjects_of]
    parts += [_BY_OBJECT.substitute(predicate=iri) for iri in targets.objects_of]
    return parts[0] if len(parts) == 1 else f"{{ {' UNION '.join(parts)} }}"


def suspect_queries(shape: Shape, target: str, data: Data) -> Iterator[str]:
    """Yield the queries whose answers together hold every focus node of the target that can fail a shape."""
    searches = [constraint.search() for constraint in shape.constraints]
    tests = [search.test for search in searches if search.kind == "test"]
    others = [search for search in searches if search.kind != "test"]
    merged = [Search("test", " || ".join(tests))] if tests else []
    path = shape.path.sparql if shape.path else ""
    for search in dict.fromkeys(merged + others):
        yield _query(search, path, target, data)


def _query(search: Search, path: str, target: str, data: Data) -> str:
    gaps = {
        "path": path,
        "test": search.test,
        "number": search.number,
        "term": search.term,
        "classes": _iris(data.subclasses(search.classes_of)) if search.classes_of else "",
    }
    if not path:
        template = _NODE.get(search.kind, _NARROW["all"])
        return _NARROW_QUERY.substitute(target=target, pattern=template.substitute(gaps))
    if search.kind in _FREE:
        return _FREE_QUERY.substitute(target=target, pattern=_FREE[search.kind].substitute(gaps))
    return _NARROW_QUERY.substitute(target=target, pattern=_NARROW[search.kind].substitute(gaps))


def _iris(iris: frozenset[str] | set[str]) -> str:
    return " ".join(f"<{iri}>" for iri in sorted(iris))
