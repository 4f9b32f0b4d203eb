"""Gathers the contradictions of a release: a table of checks, each with its kind and the sources that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from codegraph.contradictions import addons, gems, gone, groupings, pairs, statements
from codegraph.contradictions import loaded as need
from codegraph.contradictions.loaded import Need
from codegraph.contradictions.model import (
    KINDS,
    LESSER,
    Contradiction,
    Contradictions,
    NotChecked,
)
from codegraph.errors import UnknownTerm

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look for: its kind, what it is in words, the function that finds it, and what it needs."""

    kind: str
    what: str
    find: Callable[[CodeGraph], Iterable[Contradiction]]
    needs: tuple[Need, ...] = ()


CHECKS: Final[tuple[Check, ...]] = (
    Check(
        "grouping",
        "CCSR against definitions",
        groupings.ccsr_against_definitions,
        (need.CCSR_PR, need.PCS_LIST),
    ),
    Check("grouping", "RBCS against definitions", groupings.rbcs_against_definitions, (need.RBCS,)),
    Check("separate-procedure", "source statements", partial(statements.statements, separate=True)),
    Check("separate-procedure", "reasons of edits", statements.separate_against_edits, (need.PAIR_EDITS,)),
    Check("statement", "source statements", partial(statements.statements, separate=False)),
    Check("mapping-without-reason", "stated mappings against definitions", pairs.without_reason),
    Check("relation", "mapping sets against each other", pairs.relations),
    Check("gone", "conditions of indications", partial(gone.indications, headers=False), (need.CM_LIST,)),
    *(
        Check(
            "gone",
            f"{system} codes of mappings",
            partial(gone.mappings, system=system, need=lists),
            (lists,),
        )
        for system, lists in (
            ("icd10cm", need.CM_LIST),
            ("icd10pcs", need.PCS_LIST),
            ("cpt", need.FEE_SCHEDULE),
            ("hcpcs", need.HCPCS_LIST),
        )
    ),
    Check(
        "gem",
        "ICD-9-CM and ICD-10-CM, forward and back",
        partial(gems.against_reverse, old="icd9cm", new="icd10cm"),
        (need.GEM_CM, need.GEM_CM_BACK),
    ),
    Check(
        "gem",
        "ICD-9-CM procedures and ICD-10-PCS, forward and back",
        partial(gems.against_reverse, old="icd9pcs", new="icd10pcs"),
        (need.GEM_PCS, need.GEM_PCS_BACK),
    ),
    Check("gem", "identical ones chained", gems.against_chain, (need.GEM,)),
    Check("add-on", "flags against edits", addons.flag_against_edits, (need.ADD_ONS,)),
    Check("add-on", "flags against the fee schedule", addons.flag_against_fee_schedule, (need.FEE_SCHEDULE,)),
    Check(
        "add-on",
        "edits against the fee schedule",
        addons.edits_against_fee_schedule,
        (need.ADD_ONS, need.FEE_SCHEDULE),
    ),
    Check("header", "conditions of indications", partial(gone.indications, headers=True), (need.CM_LIST,)),
    *(
        Check(
            "gem-gone",
            f"{system} codes of equivalence mappings",
            partial(gone.equivalences, system=system, need=lists),
            (need.GEM, lists),
        )
        for system, lists in (("icd10cm", need.CM_LIST), ("icd10pcs", need.PCS_LIST))
    ),
)


def contradictions(graph: CodeGraph, kinds: str | Iterable[str] | None = None) -> Contradictions:
    """Return the contradictions of some kinds, or of all but the lesser ones; see CodeGraph.contradictions.

    Raises UnknownTerm for a kind that there is not.
    """
    named = [kinds] if isinstance(kinds, str) else sorted(kinds) if kinds is not None else None
    if named is not None and (strange := sorted(set(named) - KINDS.keys())):
        raise UnknownTerm(f"no kind of contradiction {strange[0]!r}; there are {', '.join(KINDS)}")
    wanted = KINDS.keys() - LESSER if named is None else frozenset(named)
    rows: list[Contradiction] = []
    missing = []
    for check in (c for c in CHECKS if c.kind in wanted):
        absent = [source for source in check.needs if not source.met(graph.manifest)]
        missing += [NotChecked(check.kind, check.what, source.brings) for source in absent]
        rows += check.find(graph) if not absent else ()
    return Contradictions(rows, missing)
