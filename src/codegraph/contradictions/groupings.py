"""Groupers against definitions: what a definition holds together, and a grouper puts into several categories."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from codegraph.contradictions.model import Contradiction
from codegraph.crosswalk.differences import Defined, alike, defined
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_DERIVED: Final = (
    "SELECT subject, object, mapping_set, release, detail FROM mapping "
    "WHERE justification = 'semapv:LogicalReasoning' AND object LIKE 'icd10pcs:%' AND detail IS NOT NULL"
)
_ACTS: Final = "SELECT subject, way, part, procedure FROM act WHERE guideline IS NULL"
_CATEGORY: Final = (
    "SELECT category, release, note FROM grouping "
    "WHERE system = ? AND notation = ? AND scheme = ? ORDER BY release, category"
)
_FAMILIES: Final = (
    "SELECT ?family ?code ?procedure WHERE { ?code cg:inFamily ?family ; cg:denotes ?procedure }"
)
_APPROACH: Final = "cg:hasApproach"
_EXAMPLES: Final = 3

Categories = dict[str, list[str]]  # category -> its codes


@dataclass(slots=True)
class _Act:
    """An act of some procedures, and the codes that its definition covers."""

    said_by: str
    procedures: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)


def ccsr_against_definitions(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield the acts whose codes, each of them a case of the act, CCSR puts into different categories."""
    for procedure, act in _acts(graph).items():
        grouped: dict[str, Categories] = defaultdict(lambda: defaultdict(list))
        for code in sorted(act.codes):
            for category, release, _ in graph.tables.rows(_CATEGORY, ("icd10pcs", code, "ccsr")):
                grouped[release][category].append(code)
        for release, categories in grouped.items():
            if len(categories) > 1:
                yield _split(graph, procedure, act, categories, release)


def _acts(graph: CodeGraph) -> dict[str, _Act]:
    """Return the acts of all procedures with the codes that are the same as the act or a case of it."""
    if not graph._has_table("act"):
        return {}
    places = {row[:3]: row[3] for row in graph.tables.rows(_ACTS)}
    found: dict[str, _Act] = {}
    for subject, target, mapping_set, release, text in graph.tables.rows(_DERIVED):
        detail = json.loads(text)
        if detail.get("part") not in ("exact", "narrower"):
            continue
        for way, part in detail.get("places", ()):
            if (procedure := places.get((subject, way, part))) is not None:
                act = found.setdefault(procedure, _Act(f"{mapping_set} ({release})"))
                act.procedures.add(subject)
                act.codes.add(target.partition(":")[2])
    return found


def _split(
    graph: CodeGraph, procedure: str, act: _Act, categories: Categories, release: str
) -> Contradiction:
    ordered = sorted(categories.items(), key=lambda item: (-len(item[1]), item[0]))
    told = "; ".join(_told(graph, category, codes) for category, codes in ordered)
    alone = [codes[0] for _, codes in ordered[1:] if len(codes) == 1 and len(ordered[0][1]) > 1]
    without = len(act.codes) - sum(map(len, categories.values()))
    codes = sorted(act.procedures)
    shown = ", ".join(codes[:_EXAMPLES]) + (
        f" and {more} more" if (more := len(codes) - _EXAMPLES) > 0 else ""
    )
    notes = [
        f"act of {', '.join(codes)}",
        f"apart from all others: {', '.join(alone)}" if alone else "",
        f"{without} of its codes stand in no category" if without else "",
    ]
    return Contradiction(
        "grouping",
        procedure,
        "ccsr",
        f"an act of {shown}: {len(act.codes)} codes are the same or a case of it",
        act.said_by,
        told,
        release,
        "; ".join(filter(None, notes)),
    )


def _told(graph: CodeGraph, category: str, codes: list[str]) -> str:
    label = graph.store.object(f"ccsr:{category}", "skos:prefLabel")
    name = f"{category} {label}" if label else category
    shown = ", ".join(codes[:_EXAMPLES]) + (", …" if len(codes) > _EXAMPLES else "")
    return f"{name}: {len(codes)} ({shown})"


def rbcs_against_definitions(graph: CodeGraph) -> Iterator[Contradiction]:
    """Yield pairs of codes of one family that differ in approach alone, and stand in different RBCS categories."""
    members: dict[str, list[tuple[str, Defined]]] = defaultdict(list)
    for row in graph.query(_FAMILIES):
        code, procedure = contract(str(row["code"])), str(row["procedure"])
        members[str(row["family"])].append((code, defined(graph.store, procedure)))
    for family in members.values():
        for (code, mine), (other, theirs) in combinations(sorted(family, key=lambda pair: pair[0]), 2):
            if _by_approach_only(graph, mine, theirs):
                yield from _rbcs_of(graph, (code, mine), (other, theirs))


def _by_approach_only(graph: CodeGraph, mine: Defined, theirs: Defined) -> bool:
    approaches = [d.definition.get(_APPROACH) for d in (mine, theirs)]
    differ = approaches[0] != approaches[1] and all(approaches)
    return differ and alike(graph._hierarchy, mine, theirs, frozenset({_APPROACH}))


def _rbcs_of(
    graph: CodeGraph, first: tuple[str, Defined], second: tuple[str, Defined]
) -> Iterator[Contradiction]:
    said = [_rbcs(graph, code) for code, _ in (first, second)]
    for release in sorted(said[0].keys() & said[1].keys()):
        one, other = (", ".join(sorted(side[release])) for side in said)
        if one != other:
            ways = " and ".join(_approach(definition) for _, definition in (first, second))
            yield Contradiction(
                "grouping",
                first[0],
                "rbcs",
                f"{first[0]} and {second[0]} differ in approach only: {ways}",
                "definitions (codegraph)",
                f"{first[0]} in {one}; {second[0]} in {other}",
                release,
            )


def _approach(definition: Defined) -> str:
    return " + ".join(v.partition(":")[2] for v in sorted(definition.definition[_APPROACH]))


def _rbcs(graph: CodeGraph, code: str) -> dict[str, set[str]]:
    system, _, notation = code.partition(":")
    found: dict[str, set[str]] = defaultdict(set)
    for category, release, major in graph.tables.rows(_CATEGORY, (system, notation, "rbcs")):
        found[release].add(f"{category} ({major})" if major else category)
    return found
