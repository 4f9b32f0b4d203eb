"""What sources state of one property, against each other, against the graph, and against NCCI's reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from codegraph.contradictions.loaded import PAIR_EDITS, cited
from codegraph.contradictions.model import Contradiction
from codegraph.namespaces import RELEASE, contract
from codegraph.release import EDITS
from codegraph.tables import Tables

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

SEPARATE: Final = "cg:isSeparateProcedure"
_GRAPH: Final = "the graph (codegraph)"
_FLAGS: Final = "SELECT ?code ?flag WHERE { ?code cg:isSeparateProcedure ?flag }"
# Pairs in force whose reason is that the code in column two is a separate procedure.
_EDITS: Final = (
    "SELECT count(*), min(one.code) FROM ptp_code AS two JOIN ptp_pair AS p ON p.column2 = two.id "
    "JOIN ptp_terms AS t ON t.id = p.terms JOIN ptp_rationale AS r ON r.id = t.rationale "
    "JOIN ptp_code AS one ON one.id = p.column1 "
    "WHERE two.code = ? AND t.release = ? AND t.deleted = '' AND lower(r.rationale) LIKE '%separate procedure%'"
)

Key = tuple[str, str]  # subject, property


@dataclass(slots=True)
class _Said:
    """What is said of one property of a subject: each value with its sources and notes, and what the graph holds."""

    sources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    notes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    held: set[str] = field(default_factory=set)


def statements(graph: CodeGraph, *, separate: bool) -> Iterator[Contradiction]:
    """Yield where source statements differ, or differ from the graph: on separate procedures, or on all else."""
    kind = "separate-procedure" if separate else "statement"
    for (subject, name), said in _said(graph).items():
        if (name == SEPARATE) is not separate:
            continue
        for one, other in combinations(sorted(said.sources, reverse=True), 2):
            sides = [(value, "; ".join(sorted(said.sources[value]))) for value in (one, other)]
            notes = [*sorted(said.notes[one]), *sorted(said.notes[other])]
            yield Contradiction(kind, subject, name, *sides[0], *sides[1], " ".join(notes))
        for held in sorted(said.held):
            for value in sorted(said.sources.keys() - said.held):
                sources = "; ".join(sorted(said.sources[value]))
                note = " ".join(sorted(said.notes[value]))
                yield Contradiction(kind, subject, name, held, _GRAPH, value, sources, note)


def _said(graph: CodeGraph) -> dict[Key, _Said]:
    found: dict[Key, _Said] = defaultdict(_Said)
    for row in graph.run("disagreements"):
        said = found[contract(str(row["subject"])), contract(str(row["property"]))]
        value = _text(row["value"])
        said.sources[value].add(str(row["source"]).removeprefix(RELEASE))
        if row["note"] is not None:
            said.notes[value].add(str(row["note"]))
        if row["held"] is not None:
            said.held.add(_text(row["held"]))
    return found


def _text(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else contract(str(value))


def separate_against_edits(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield codes whose flag in the graph is not what the reasons of NCCI's edits in force say."""
    release = cited(graph, PAIR_EDITS)
    edits = Tables(graph.directory / EDITS)
    try:
        for row in graph.query(_FLAGS):
            code = contract(str(row["code"]))
            count, example = edits.rows(_EDITS, (code.partition(":")[2], release))[0]
            if (row["flag"] is True) is not bool(count):
                yield _by_edits(code, _text(row["flag"]), (count, example), release)
    finally:
        edits.close()


def _by_edits(code: str, flag: str, edits: tuple[int, str | None], release: str) -> Contradiction:
    count, example = edits
    told = "of the edits in force with it in column two, {} for being a separate procedure".format(
        f"{count} {'is' if count == 1 else 'are'} there" if count else "none is there"
    )
    note = f"for instance in column one {example}" if count else "the edits are silent, which denies nothing"
    return Contradiction("separate-procedure", code, SEPARATE, flag, _GRAPH, told, release, note)
