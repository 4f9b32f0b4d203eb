"""The crosswalks of many codes at once: each text is answered as `CodeGraph.crosswalk` answers it, in rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.codes import CodeRef, candidates, normalise
from codegraph.crosswalk.indications import INDICATED, from_indications
from codegraph.crosswalk.lookup import GROUPINGS, category_of, of_category, of_gem_row, order
from codegraph.crosswalk.rest import Rest, of_row
from codegraph.errors import InvalidCode, NotLoaded
from codegraph.hierarchy import below
from codegraph.mapping import OVERLAP, Mapping
from codegraph.model import Relation
from codegraph.views import Code

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

# Up to so many codes are looked up one by one, beyond it all pairs of their systems are read, and kept.
FEW: Final = 1000
OUTCOMES: Final = ("mapped", "unmapped", "unknown", "invalid", "ambiguous", "null", "not loaded")


class Row(NamedTuple):
    """What a frame says of one code and one target, or of a code without any; `outcome` tells which."""

    source: str | None
    target: str | None
    relation: str | None
    justification: str | None
    confidence: float | None
    mapping_set: str | None
    combination: bool
    outcome: str


Rows = tuple[Row, ...]


def without(outcome: str, source: str | None = None) -> Rows:
    """Return the one row of a code that has no target."""
    return (Row(source, None, None, None, None, None, False, outcome),)


# What is answered to a text that is no code of the release.
_INVALID, _AMBIGUOUS, _UNKNOWN, _ABSENT = map(without, ("invalid", "ambiguous", "unknown", "not loaded"))


class Wanted(NamedTuple):
    """What a column of codes is asked for: target, how bare codes are read, relations, licensed mappings too."""

    to: str
    system: str | None = None
    relations: frozenset[Relation] | None = None
    licensed: bool = False


def answers(graph: CodeGraph, texts: Sequence[str], wanted: Wanted) -> list[Rows]:
    """Return the rows of each text.

    Raises NotLoaded where some code could only be answered with a source that is not loaded, and no code could
    be answered.
    """
    held = _Held(graph, few=len(texts) <= FEW)
    read = [_read(graph, held, text, wanted.system) for text in texts]
    codes = list(dict.fromkeys(found for found in read if isinstance(found, CodeRef)))
    few = len(codes) <= FEW or wanted.licensed  # what is licensed is kept nowhere
    known = (_one_by_one if few else _from_pairs)(graph, codes, wanted)
    found = [known[one] if isinstance(one, CodeRef) else one for one in read]
    outcomes = {rows[0].outcome for rows in found}
    if "not loaded" in outcomes and not outcomes & {"mapped", "unmapped"}:
        first = texts[next(i for i, rows in enumerate(found) if rows[0].outcome == "not loaded")]
        key = f"{wanted.system}:{first}" if wanted.system and ":" not in first else first
        graph.crosswalk(key, to=wanted.to, include_licensed=wanted.licensed)
    return found


class _Held:
    """Tells whether the release holds a code: by asking for it, or by reading all codes of its system once."""

    def __init__(self, graph: CodeGraph, *, few: bool) -> None:
        self._graph = graph
        self._few = few

    def __contains__(self, ref: CodeRef) -> bool:
        if self._few:
            sql = "SELECT 1 FROM code WHERE system = ? AND notation = ?"
            return self._graph.tables.row(sql, (ref.system, ref.notation)) is not None
        kept = self._graph._notations
        if ref.system not in kept:
            rows = self._graph.tables.rows("SELECT notation FROM code WHERE system = ?", (ref.system,))
            kept[ref.system] = frozenset(row[0] for row in rows)
        return ref.notation in kept[ref.system]


def _read(graph: CodeGraph, held: _Held, text: str, system: str | None) -> CodeRef | Rows:
    """Return the code of the release that a text means, or what is answered where it means none."""
    if system is not None and ":" not in text:
        notation = normalise(system, text)
        readings = [] if notation is None else [CodeRef(system, notation)]
    else:
        try:
            readings = candidates(text)
        except InvalidCode:
            readings = []
    if not readings:
        return _INVALID
    found = [ref for ref in readings if ref in held]
    if len(found) == 1:
        return found[0]
    if found:
        return _AMBIGUOUS
    return _UNKNOWN if any(ref.system in graph.manifest.codes for ref in readings) else _ABSENT


def _one_by_one(graph: CodeGraph, codes: Iterable[CodeRef], wanted: Wanted) -> dict[CodeRef, Rows]:
    found = {}
    to, relations, licensed = wanted.to, wanted.relations, wanted.licensed
    for ref in codes:
        code = Code(graph, ref.system, ref.notation)
        try:
            mappings = graph.crosswalk(code, to=to, relation=relations, include_licensed=licensed)
        except NotLoaded:
            found[ref] = without("not loaded", ref.curie)
        else:
            found[ref] = tuple(map(_row, mappings)) or without("unmapped", ref.curie)
    return found


def _from_pairs(graph: CodeGraph, codes: Iterable[CodeRef], wanted: Wanted) -> dict[CodeRef, Rows]:
    found: dict[CodeRef, Rows] = {}
    to, relations = wanted.to, wanted.relations
    weak = relations is not None and "related" in relations
    for system, refs in _by_system(codes).items():
        proper, loaded = _pairs(graph, system, to), _is_loaded(graph, system, to)
        overlapping = _overlapping(graph, system, to) if weak else {}
        for ref in refs:
            rows = proper.get(ref.notation, ())
            if not (rows or loaded or Rest(graph).reasons(Code(graph, system, ref.notation), to)):
                found[ref] = without("not loaded", ref.curie)
                continue
            rows += overlapping.get(ref.notation, ())
            if relations is not None:
                rows = tuple(row for row in rows if row.relation in relations)
            found[ref] = rows or without("unmapped", ref.curie)
    return found


def _by_system(codes: Iterable[CodeRef]) -> dict[str, list[CodeRef]]:
    found: dict[str, list[CodeRef]] = defaultdict(list)
    for ref in codes:
        found[ref.system].append(ref)
    return found


def _is_loaded(graph: CodeGraph, system: str, to: str) -> bool:
    """Tell whether it is known of a code without mapping that it has none."""
    try:
        Rest(graph).require(system, to)
    except NotLoaded:
        return False
    return True


def _pairs(graph: CodeGraph, system: str, to: str) -> dict[str, Rows]:
    """Return the answers proper of all codes of a system by notation."""
    key = system, to, "answer"
    if key not in graph._pairs:
        graph._pairs[key] = _by_code(chain.from_iterable(read(graph, system, to) for read in _READERS))
    return graph._pairs[key]


def _overlapping(graph: CodeGraph, system: str, to: str) -> dict[str, Rows]:
    """Return, by notation, what only overlaps with the codes of a system."""
    key = system, to, OVERLAP
    if key not in graph._pairs:
        there = graph._has_table("mapping_apart")
        rows = (
            _from_mappings(graph, system, to, "mapping_apart", f" AND apart = '{OVERLAP}'") if there else ()
        )
        graph._pairs[key] = _by_code(rows, by_target=True)
    return graph._pairs[key]


def _by_code(mappings: Iterable[Mapping], *, by_target: bool = False) -> dict[str, Rows]:
    found: dict[str, list[Mapping]] = defaultdict(list)
    for m in mappings:
        found[m.source_code.notation].append(m)
    return {
        notation: tuple(_row(m) for m in sorted(some, key=(lambda m: m.target) if by_target else order))
        for notation, some in found.items()
    }


def _row(m: Mapping) -> Row:
    return Row(
        m.source_code.curie,
        m.target.curie,
        m.relation,
        m.justification,
        m.confidence,
        m.mapping_set,
        m.combination is not None,
        "mapped",
    )


def _from_mappings(
    graph: CodeGraph, system: str, to: str, table: str = "mapping", where: str = ""
) -> Iterator[Mapping]:
    """Yield derived, curated and SSSOM mappings of a whole system, and their inverses."""
    for inverse, (mine, other) in ((False, ("subject", "object")), (True, ("object", "subject"))):
        sql = (
            f"SELECT {mine}, {other}, predicate, justification, confidence, mapping_set, release, comment, detail "  # noqa: S608 - fixed names
            f"FROM {table} WHERE {mine} >= ? AND {mine} < ? AND {other} >= ? AND {other} < ?{where} "
            "ORDER BY subject, object, mapping_set, predicate"
        )
        for source, *row in graph.tables.rows(sql, (f"{system}:", f"{system};", f"{to}:", f"{to};")):
            code = Code(graph, system, source.partition(":")[2])
            yield of_row(code, Code(graph, to, row[0].partition(":")[2]), tuple(row), inverse=inverse)


def _from_gems(graph: CodeGraph, system: str, to: str) -> Iterator[Mapping]:
    """Yield the rows of the general equivalence mappings of a whole system."""
    sql = (
        "SELECT subject, object, approximate, combination, scenario, choice_list, release FROM gem "
        "WHERE subject_system = ? AND object_system = ? AND NOT no_map"
    )
    if graph._has_table("gem"):
        for source, target, *said in graph.tables.rows(sql, (system, to)):
            yield of_gem_row(Code(graph, system, source), Code(graph, to, target), *said)


def _from_groupings(graph: CodeGraph, system: str, to: str) -> Iterator[Mapping]:
    """Yield the categories that a grouping puts the codes of a system in."""
    if to not in GROUPINGS:
        return
    rows: list[tuple[str, str, str | None]] = []
    if graph._has_table("grouping"):
        sql = "SELECT notation, category, release FROM grouping WHERE system = ? AND scheme = ?"
        rows += graph.tables.rows(sql, (system, to))
    if (system, to) == ("icd10pcs", "icd10pcs-table"):
        codes = graph.tables.rows("SELECT notation, release FROM code WHERE system = ?", (system,))
        rows += [(notation, notation[:3], release) for notation, release in codes]
    for notation, category, release in rows:
        yield of_category(Code(graph, system, notation), category_of(graph, to, category), release)


def _from_indications(graph: CodeGraph, system: str, to: str) -> Iterator[Mapping]:
    """Yield what indications say of a whole system: of all conditions stated, and all below them, or of what treats."""
    if (system, to) not in INDICATED:
        return
    if system == "icd10cm":
        stated = {condition for _, condition in graph.store.edges("cg:ofCondition")}
        curies = {curie for condition in stated for curie in below(graph.store, condition, with_self=True)}
    else:
        curies = {curie for coded in graph._coded.values() for curie, _ in coded}
    for own, _, notation in (curie.partition(":") for curie in sorted(curies)):
        if own == system:
            yield from from_indications(graph, Code(graph, system, notation), to)


# As in the look-up of one code, and in that order.
_READERS: Final[tuple[Callable[[CodeGraph, str, str], Iterator[Mapping]], ...]] = (
    _from_mappings,
    _from_gems,
    _from_groupings,
    _from_indications,
)
