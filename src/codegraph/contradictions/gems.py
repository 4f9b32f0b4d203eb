"""Equivalence mappings against their reverse, and against what follows when identical ones are chained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any, Final

from codegraph.contradictions.model import Contradiction
from codegraph.crosswalk.differences import definition_of, differences

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

# Rows that map one code to one; combinations mean their source only together, and are not turned round.
_BACK: Final = (
    "SELECT f.subject_system || ':' || f.subject, f.object_system || ':' || f.object, f.approximate, f.release, "
    "b.approximate, b.release FROM gem AS f LEFT JOIN gem AS b "
    "ON b.subject_system = f.object_system AND b.subject = f.object "
    "AND b.object_system = f.subject_system AND b.object = f.subject AND NOT b.no_map AND NOT b.combination "
    "WHERE f.subject_system = ? AND f.object_system = ? AND NOT f.no_map AND NOT f.combination "
    "AND (b.approximate != f.approximate OR (b.approximate IS NULL AND NOT f.approximate))"
)
_MANY: Final = (
    "SELECT g.{one}_system || ':' || g.{one}, g.{other}_system || ':' || g.{other}, g.release FROM gem AS g JOIN "
    "(SELECT {one}_system, {one}, release FROM gem WHERE NOT approximate AND NOT no_map AND NOT combination "
    "GROUP BY 1, 2, 3 HAVING count(DISTINCT {other}) > 1) AS many "
    "ON many.{one}_system = g.{one}_system AND many.{one} = g.{one} AND many.release = g.release "
    "WHERE NOT g.approximate AND NOT g.no_map AND NOT g.combination ORDER BY 1, 3, 2"
)
_WORDS: Final = {0: "identical", 1: "approximate", None: "no row"}


def against_reverse(graph: CodeGraph, *, old: str, new: str) -> Iterator[Contradiction]:
    """Yield pairs that one direction calls identical, and the other approximate or not at all."""
    back = f"gem-{new}-{old}/"
    newest = max(s.release for s in graph.manifest.sources if s.release.startswith(back))
    forward: dict[tuple[str, str], None] = {}
    for subject, target, mine, release, theirs, other in graph.tables.rows(_BACK, (old, new)):
        forward[subject, target] = None
        sides = _WORDS[mine], release, _WORDS[theirs], other or newest
        yield Contradiction("gem", subject, target, *sides, "forward against backward")
    for target, subject, mine, release, theirs, other in graph.tables.rows(_BACK, (new, old)):
        if (subject, target) not in forward:
            start = max(
                s.release for s in graph.manifest.sources if s.release.startswith(f"gem-{old}-{new}/")
            )
            sides = _WORDS[theirs], other or start, _WORDS[mine], release
            yield Contradiction("gem", subject, target, *sides, "forward against backward")


def against_chain(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield codes that are called identical to two others: chained, these would be one."""
    for one, other in (("subject", "object"), ("object", "subject")):
        rows = graph.tables.rows(_MANY.format(one=one, other=other))
        for (code, release), members in groupby(rows, key=lambda row: (row[0], row[2])):
            for first, second in combinations(sorted({row[1] for row in members}), 2):
                yield Contradiction(
                    "gem",
                    code,
                    "identical to two",
                    f"identical to {first}",
                    release,
                    f"identical to {second}",
                    release,
                    _differ(graph, first, second),
                )


def _differ(graph: CodeGraph, first: str, second: str) -> str:
    """Return what follows, and how the definitions of the two differ where both have one."""
    told = f"{first} and {second} would be one"
    codes = [graph.get(curie) for curie in (first, second)]
    if any(code is None or code._fields()[4] is None for code in codes):
        return told
    definitions: list[Any] = [definition_of(graph.store, code) for code in codes]
    found = differences(graph._hierarchy, (first, second), *definitions)
    return f"{told}; {found.sentence}"
