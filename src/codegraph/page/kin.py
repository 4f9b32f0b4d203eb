"""How a code stands to others and to time: crosswalks with reasons, related codes, groupings, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codegraph.codes import SYSTEMS
from codegraph.page.asked import Asked
from codegraph.page.drawings import relatives
from codegraph.page.model import Cell, Line, Section, Table, row, said
from codegraph.related import related as relations

if TYPE_CHECKING:
    from codegraph.mapping import Mapping

_MANY: Final = 10
_ROWS: Final = 60  # mappings and relations that a page shows at most
# What comes before a code and what after it in the drawing; other relations stand in the table only.
_BEFORE: Final = (
    "created by",
    "part of",
    "replaces",
    "more general",
    "add-on to",
    "other approach",
    "other site",
)
_AFTER: Final = ("revised by", "closed by", "entered by", "replaced by", "part", "more special", "add-on")
_REASONS: Final = {
    "semapv:LogicalReasoning": "definitions compared facet by facet",
    "semapv:ManualMappingCuration": "stated by a person",
}


def crosswalks(asked: Asked) -> Section:
    """Return what the code maps to, why, and who says so, a target in one row."""
    found, missing = asked.attempt(asked.kg.crosswalk, asked.code)
    title = "Crosswalks"
    if found is None:
        return Section("crosswalks", title, missing=missing)
    groups: dict[str, list[Mapping]] = {}
    for mapping in found:
        groups.setdefault(mapping.target.system, []).append(mapping)
    tables = []
    for system, mappings in groups.items():
        rows = _by_target(mappings)
        name = SYSTEMS[system].title if system in SYSTEMS else f"categories of {system.upper()}"
        of = f", the first {_ROWS} of {len(rows)}" if len(rows) > _ROWS else ""
        heads = ("target", "title", "the target is", "reason", "who says so")
        tables.append(Table(f"To {name}{of}", heads, tuple(rows[:_ROWS]), folded=len(rows) > _MANY))
    lines = [said(found.note)] if found.note else []
    lines += [Line("only together", (Cell(str(c)),)) for c in found.combinations[:_COMBINED]]
    apart = len(found.aside)
    lines += (
        [said(f"{apart} further targets stand apart: they name what this code leaves open.")] if apart else []
    )
    releases = {m.release for m in found}
    return Section("crosswalks", title, tuple(lines), tuple(tables), None, asked.sources(*releases), missing)


_COMBINED: Final = 3


def _by_target(mappings: list[Mapping]) -> list[tuple[Cell, ...]]:
    merged: dict[tuple[str, str], list[Mapping]] = {}
    for mapping in mappings:
        merged.setdefault((str(mapping.target), mapping.relation), []).append(mapping)
    rows = []
    for (_, relation), same in merged.items():
        target = same[0].target
        reasons = dict.fromkeys(_reason(m) for m in same)
        who = dict.fromkeys(f"{m.provenance.title} ({m.mapping_set or m.release})" for m in same)
        first = Cell(target.notation, target=target.curie)
        rows.append(row(first, target.label, relation, " ".join(reasons), "; ".join(who)))
    return rows


def _reason(mapping: Mapping) -> str:
    if mapping.facets:
        differing = [f"{f.name} {f.relation}" for f in mapping.facets if f.relation != "equal"]
        return f"By definition: {', '.join(differing) or 'all facets equal'}."
    sure = f" (confidence {mapping.confidence})" if mapping.confidence is not None else ""
    words = mapping.comment or _REASONS.get(mapping.justification, mapping.justification)
    return f"{words.rstrip('.')}{sure}."


def related(asked: Asked) -> Section:
    """Return codes that stand in some relation to it, edits aside, with its life cycle as a drawing."""
    found = relations(asked.code, asked.kg.store, edits=False)
    rows = tuple(
        row(Cell(r.code.partition(":")[2], target=r.code), r.label, r.relation, r.reason) for r in found
    )
    of = f", the first {_ROWS} of {len(rows)}" if len(rows) > _ROWS else ""
    heads = ("code", "label", "relation", "why")
    tables = (Table(f"Related codes{of}", heads, rows[:_ROWS], folded=len(rows) > _MANY),) if rows else ()
    sides = [
        [(relation, r.code, r.label) for relation in chosen for r in found if r.relation == relation]
        for chosen in (_BEFORE, _AFTER)
    ]
    drawing = relatives(asked.code.curie, asked.code.label or "", *sides) if any(sides) else None
    releases = {ident for r in found for ident in (r.release or "").split(", ")}
    return Section("related", "Related codes and life cycle", (), tables, drawing, asked.sources(*releases))


def history(asked: Asked) -> Section:
    """Return what became of the code from release to release, newest first."""
    found = asked.kg.history(asked.code)
    rows = tuple(
        row(e.on or "undated", e.kind, e.count, str(e).partition(": ")[2].removeprefix(f"{e.kind} "))
        for e in reversed(found)
    )
    heads = ("day", "what", "edits", "in full")
    tables = (
        (Table("What happened, newest first", heads, rows, (2,), folded=len(rows) > _MANY),) if rows else ()
    )
    lines = tuple(said(note) for note in found.notes)
    releases = {e.provenance.release for event in found for e in event.evidence}
    return Section("history", "History", lines, tables, None, asked.sources(*releases))
