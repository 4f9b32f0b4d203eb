"""Mapping sets against definitions and against each other: pairs without a facet in common, pairs told twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from codegraph.contradictions.model import Contradiction
from codegraph.crosswalk.definitions import DEVICE, QUALIFIER
from codegraph.crosswalk.differences import Defined, defined, definition_of
from codegraph.crosswalk.subsumption import compare_facet, in_order
from codegraph.model import FACET_NAMES, INVERSE, RELATIONS

if TYPE_CHECKING:
    from codegraph.crosswalk.subsumption import Hierarchy
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_DEFINITIONS: Final = "definitions (codegraph)"
_SAID: Final = (
    "SELECT subject, object, predicate, mapping_set, release, comment FROM mapping "
    "WHERE justification != 'semapv:LogicalReasoning'"
)
_DERIVED: Final = (
    "SELECT 1 FROM {} WHERE justification = 'semapv:LogicalReasoning' AND subject = ? AND object = ?"
)
_ACTS: Final = "SELECT DISTINCT procedure FROM act WHERE subject = ? ORDER BY procedure"
_DEFINED: Final = frozenset({"cpt", "hcpcs", "icd10pcs"})
# What a definition need not name: where it is silent, a code that names one is no stranger to it.
_UNNAMED: Final = (DEVICE, QUALIFIER)


def without_reason(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield stated mappings between two defined codes of which no act or reading has all facets in common."""
    known: dict[str, list[Defined]] = {}
    for subject, target, predicate, mapping_set, release, comment in graph.tables.rows(_SAID):
        ends = subject, target
        if not {end.partition(":")[0] for end in ends} <= _DEFINED or _is_derived(graph, *ends):
            continue
        codes = [graph.get(end) for end in ends]
        if any(code is None or code._fields()[4] is None for code in codes):
            continue
        for code in codes:
            if code.curie not in known:
                known[code.curie] = _acts(graph, code)
        apart = _nearest(graph._hierarchy, known[subject], known[target])
        if apart:
            said = f"{predicate} to {target}"
            source = f"{mapping_set} ({release})"
            yield Contradiction(
                "mapping-without-reason", subject, target, said, source, apart, _DEFINITIONS, comment or ""
            )


def _is_derived(graph: CodeGraph, *ends: str) -> bool:
    tables = [name for name in ("mapping", "mapping_apart") if graph._has_table(name)]
    return any(
        graph.tables.row(_DERIVED.format(table), pair)
        for table in tables
        for pair in (ends, tuple(reversed(ends)))
    )


def _acts(graph: CodeGraph, code: Code) -> list[Defined]:
    """Return all that a code may be read as: what it denotes, its parts, and the acts of its readings."""
    own = definition_of(graph.store, code)
    found = {d.procedure: d for d in _with_parts(own)}
    if graph._has_table("act"):
        for (procedure,) in graph.tables.rows(_ACTS, (code.curie,)):
            found.setdefault(procedure, defined(graph.store, procedure))
    return [found[name] for name in sorted(found)]


def _with_parts(whole: Defined) -> Iterator[Defined]:
    yield whole
    for part in whole.components:
        yield from _with_parts(part)


def _nearest(hierarchy: Hierarchy, mine: list[Defined], theirs: list[Defined]) -> str | None:
    """Return the facets that keep the nearest two acts apart, in words; None where some two have all in common."""
    apart = min(
        ((_apart(hierarchy, a, b), a.procedure, b.procedure) for a in mine for b in theirs),
        key=lambda found: (len(found[0]), found),
    )
    return f"{'; '.join(apart[0])} (nearest: {apart[1]})" if apart[0] else None


def _apart(hierarchy: Hierarchy, mine: Defined, theirs: Defined) -> list[str]:
    """Return the facets in which two definitions have nothing in common."""
    found = []
    for facet in in_order(set(mine.definition) | set(theirs.definition)):
        if facet in _UNNAMED and (facet not in mine.stated or facet not in theirs.stated):
            continue
        a, b = mine.definition.get(facet, frozenset()), theirs.definition.get(facet, frozenset())
        if compare_facet(hierarchy, facet, a, b) is None:
            shown = [" + ".join(v.partition(":")[2] for v in sorted(values)) for values in (a, b)]
            found.append(f"{FACET_NAMES.get(facet, facet)}: {shown[0]} against {shown[1]}")
    return found


# Either table of mappings with the same columns; what stands apart is compared with what does not.
_TABLES: Final = {
    "mapping": "SELECT *, '' AS apart FROM mapping",
    "mapping_apart": "SELECT * FROM mapping_apart",
}
_COLUMNS: Final = (
    "SELECT a.subject, a.object, a.predicate, a.mapping_set, a.release, b.predicate, b.mapping_set, b.release, "
    "a.detail, b.detail, b.apart FROM mapping AS a JOIN ({table}) AS b "
)
_SAME_WAY: Final = (
    "ON b.subject = a.subject AND b.object = a.object "
    "WHERE (a.mapping_set, a.predicate) < (b.mapping_set, b.predicate) OR b.apart != ''"
)
_OTHER_WAY: Final = (
    "ON b.subject = a.object AND b.object = a.subject WHERE a.subject < a.object OR b.apart != ''"
)
_GEM: Final = (
    "SELECT m.subject, m.object, m.predicate, m.mapping_set, m.release, g.approximate, g.combination, g.release "
    "FROM mapping AS m JOIN gem AS g ON g.subject_system = substr(m.subject, 1, instr(m.subject, ':') - 1) "
    "AND g.subject = substr(m.subject, instr(m.subject, ':') + 1) "
    "AND g.object_system || ':' || g.object = m.object WHERE m.subject LIKE 'icd%'"
)
_GEM_SAYS: Final = {(0, 0): "skos:exactMatch", (1, 0): "skos:closeMatch"}
_SEVERAL: Final = "SELECT subject, way FROM act WHERE guideline IS NULL GROUP BY 1, 2 HAVING count(*) > 1"
_CLOSE: Final = frozenset({"skos:exactMatch", "skos:closeMatch"})


def relations(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield pairs of codes of which two mapping sets, or two rows of one, state different relations."""
    several = _several(graph)
    for table in (select for name, select in _TABLES.items() if graph._has_table(name)):
        for turned, joined in enumerate((_SAME_WAY, _OTHER_WAY)):
            for row in graph.tables.rows(_COLUMNS.format(table=table) + joined):
                yield from _different(row, several, turned=bool(turned))
    if graph._has_table("gem"):
        for *pair, approximate, combination, release in graph.tables.rows(_GEM):
            said = _GEM_SAYS.get((approximate, combination), "skos:relatedMatch")
            yield from _different((*pair, said, release, release, None, None, ""), several, turned=False)


def _several(graph: CodeGraph) -> frozenset[tuple[str, int]]:
    """Return the ways to code a procedure that consist of several acts."""
    return frozenset(graph.tables.rows(_SEVERAL)) if graph._has_table("act") else frozenset()


def _different(
    row: tuple[Any, ...], several: frozenset[tuple[str, int]], *, turned: bool
) -> Iterator[Contradiction]:
    subject, target, one, one_set, one_release, other, other_set, other_release, detail, more, group = row
    first, second = (RELATIONS.get(predicate) for predicate in (one, other))
    if first is None or second is None or {one, other} <= _CLOSE:
        return
    second = INVERSE[second] if turned else second
    if first != second:
        sources = [
            said if said == release else f"{said} ({release})"
            for said, release in ((one_set, one_release), (other_set, other_release))
        ]
        notes = [
            _why(one_set, subject, detail, several) if first == "related" else "",
            _why(other_set, target if turned else subject, more, several) if second == "related" else "",
            f"stands apart in {other_set}: {group}" if group else "",
        ]
        note = "; ".join(dict.fromkeys(filter(None, notes)))
        yield Contradiction("relation", subject, target, first, sources[0], second, sources[1], note)


def _why(mapping_set: str, subject: str, detail: str | None, several: frozenset[tuple[str, int]]) -> str:
    """Return why a derived row is no more than related."""
    if not detail:
        return ""
    ways = [way for way, _ in json.loads(detail).get("places", ())]
    together = any((subject, way) in several for way in ways)
    told = "one of several acts that are coded together" if together else "one of several ways to code it"
    return f"in {mapping_set} it is {told}"
