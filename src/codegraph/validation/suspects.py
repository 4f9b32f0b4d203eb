"""The SPARQL that finds suspects: for each property shape, a superset of the focus nodes that can fail it.

Query texts are fixed templates; what goes into their gaps comes from parsed shapes, as terms in N-Triples syntax.
The joins are written so that Oxigraph hashes them (sub-SELECT and MINUS): FILTER EXISTS costs ten times as much.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from string import Template
from typing import Final

import pyoxigraph as ox

from codegraph.validation.constraints import Search, ValueConstraint
from codegraph.validation.data import Data, Term
from codegraph.validation.paths import Predicate
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
_FREE_QUERY: Final = Template("SELECT DISTINCT ?focus WHERE { $pattern } LIMIT $limit")
_JOIN_QUERY: Final = Template(
    "SELECT DISTINCT ?focus WHERE { { SELECT DISTINCT ?focus WHERE { $pattern } } $target }"
)
_NARROW_QUERY: Final = Template("SELECT DISTINCT ?focus WHERE { $target $pattern }")
# Up to so many suspects, it costs less to look at each one's types than to join with all instances of a class;
# up to so many targets or values, less to judge each one than to search.
FEW: Final = 10_000
FEW_TARGETS: Final = 2_000
FEW_VALUES: Final = 2_000

_VALUES: Final = Template("?node $path ?focus")
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


@dataclass(slots=True)
class Suspects:
    """Finds the suspects of shapes in one graph; what several shapes look for is looked for once."""

    data: Data
    few: int = FEW
    few_targets: int = FEW_TARGETS
    few_values: int = FEW_VALUES
    _found: dict[str, frozenset[Term] | None] = field(default_factory=dict)
    _targets: dict[Targets, frozenset[Term] | None] = field(default_factory=dict)
    _values: dict[str, frozenset[Term] | None] = field(default_factory=dict)

    def of(self, shape: Shape, targets: Targets) -> set[Term]:
        """Return focus nodes among the targets that may fail a shape: all that fail, and some that do not."""
        if not shape.constraints:
            return set()
        few = self._few(targets)
        if few is not None:
            return set(few)
        by_value = self._by_value(shape, targets)
        found: set[Term] = set() if by_value is None else by_value
        rest = [c for c in shape.constraints if by_value is None or not isinstance(c, ValueConstraint)]
        searches = [constraint.search() for constraint in rest]
        tests = [search.test for search in searches if search.kind == "test"]
        others = [search for search in searches if search.kind != "test"]
        merged = [Search("test", " || ".join(tests))] if tests else []
        path = shape.path.sparql if shape.path else ""
        for search in dict.fromkeys(merged + others):
            found |= self._search(search, path, targets)
        return found

    def _few(self, targets: Targets) -> frozenset[Term] | None:
        """Return all targets where they are few, else None."""
        if targets not in self._targets:
            pattern = target_pattern(targets, self.data)
            some = self._ask(_FREE_QUERY.substitute(pattern=pattern, limit=self.few_targets + 1))
            self._targets[targets] = some if len(some) <= self.few_targets else None
        return self._targets[targets]

    def _by_value(self, shape: Shape, targets: Targets) -> set[Term] | None:
        """Return the targets that have a wrong value, where a property's values are few: each is judged once.

        None where they are many, or where many nodes have a value that is wrong here (another class's property).
        """
        if not isinstance(shape.path, Predicate):
            return None
        values = self._few_values(shape.path)
        if values is None:
            return None
        judges = [constraint for constraint in shape.constraints if isinstance(constraint, ValueConstraint)]
        found: set[Term] = set()
        for value in values:
            if not all(constraint.accepts(value, self.data) for constraint in judges):
                nodes = self.data.subjects(ox.NamedNode(shape.path.iri), value)
                found.update(islice(nodes, self.few + 1))
                if len(found) > self.few:
                    return None
        return {focus for focus in found if is_target(focus, targets, self.data)}

    def _few_values(self, path: Predicate) -> frozenset[Term] | None:
        """Return the values of a property where they are few, else None."""
        if path.iri not in self._values:
            pattern = _VALUES.substitute(path=path.sparql)
            some = self._ask(_FREE_QUERY.substitute(pattern=pattern, limit=self.few_values + 1))
            self._values[path.iri] = some if len(some) <= self.few_values else None
        return self._values[path.iri]

    def _search(self, search: Search, path: str, targets: Targets) -> frozenset[Term] | set[Term]:
        gaps = {
            "path": path,
            "test": search.test,
            "number": search.number,
            "term": search.term,
            "classes": _iris(self.data.subclasses(search.classes_of)) if search.classes_of else "",
        }
        if path and search.kind in _FREE:
            return self._free(_FREE[search.kind].substitute(gaps), targets)
        template = _NARROW[search.kind] if path else _NODE.get(search.kind, _NARROW["all"])
        target = target_pattern(targets, self.data)
        return self._ask(_NARROW_QUERY.substitute(target=target, pattern=template.substitute(gaps)))

    def _free(self, pattern: str, targets: Targets) -> frozenset[Term] | set[Term]:
        if pattern not in self._found:
            some = self._ask(_FREE_QUERY.substitute(pattern=pattern, limit=self.few + 1))
            self._found[pattern] = some if len(some) <= self.few else None
        few = self._found[pattern]
        if few is not None:
            return {focus for focus in few if is_target(focus, targets, self.data)}
        return self._ask(_JOIN_QUERY.substitute(pattern=pattern, target=target_pattern(targets, self.data)))

    def _ask(self, query: str) -> frozenset[Term]:
        rows = self.data.store.query(query, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return frozenset(row["focus"] for row in rows)


def is_target(focus: Term, targets: Targets, data: Data) -> bool:
    """Tell whether a node is among the targets of a shape."""
    return (
        any(data.is_instance(focus, iri) for iri in targets.classes)
        or focus in targets.nodes
        or any(next(data.objects(focus, ox.NamedNode(iri)), None) is not None for iri in targets.subjects_of)
        or any(next(data.subjects(ox.NamedNode(iri), focus), None) is not None for iri in targets.objects_of)
    )


def _iris(iris: frozenset[str] | set[str]) -> str:
    return " ".join(f"<{iri}>" for iri in sorted(iris))
