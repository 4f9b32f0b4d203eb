"""What a code maps to in other systems: a target in a row, with the reason and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from codegraph.codes import SYSTEMS
from codegraph.mapping import cite
from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section, Table, rest, row, said, table

if TYPE_CHECKING:
    from codegraph.crosswalk.combinations import Combination
    from codegraph.mapping import Mapping

_MANY: Final = 10
_ROWS: Final = 60  # targets in one system that a page shows
_COMBINED: Final = 3
_PARTS: Final = 12  # alternatives of a part that are named
_HEADS: Final = ("target", "title", "the target is", "reason", "who says so")
# What is no system of codes -> how its table is called.
_SCHEMES: Final = {
    "ccsr": "categories of CCSR (Clinical Classifications Software Refined)",
    "rbcs": "categories of RBCS (Restructured BETOS Classification System)",
    "mondo": "Mondo, the disease ontology",
}
_REASONS: Final = {
    "semapv:LogicalReasoning": "definitions compared facet by facet",
    "semapv:ManualMappingCuration": "stated by a person",
}
_ABOVE: Final = "group"  # what a code stands under: in the section on its place
_GROUPED: Final = "category of a grouping"


def crosswalks(asked: Asked) -> Section:
    """Return what the code maps to, why, and who says so, a target in one row; what stands apart in tables below."""
    found, missing, absent = asked.attempt(asked.kg.crosswalk, asked.code)
    title = "Crosswalks"
    if found is None:
        return Section("crosswalks", title, tuple(map(said, absent)), missing=missing)
    names = _Names(asked, [*found, *found.aside, *found.overlapping])
    tables = list(_tables(asked, names, found, "To {0}"))
    tables += _tables(asked, names, found.aside, "Apart: targets in {0} that name what this code leaves open")
    tables += _tables(asked, names, found.overlapping, "Apart: targets in {0} that only overlap")
    lines = [said(found.note)] if found.note and not _told(asked, found.note) else []
    lines += [line for c in found.combinations[:_COMBINED] for line in _combined(c)]
    left = len(found.combinations) - _COMBINED
    if left > 0:
        command = f"codegraph crosswalk {asked.code.notation} --explain"
        lines.append(said(f"{left} further combinations: {command}"))
    if not (tables or lines):
        lines.append(said(f"No loaded source maps {asked.code.notation} to another system."))
    shown = (m for m in (*found, *found.aside, *found.overlapping) if m.target.system != _ABOVE)
    releases = {m.release for m in shown}
    if not releases:
        releases = {asked.packaged}
    return Section("crosswalks", title, tuple(lines), tuple(tables), None, asked.sources(*releases), missing)


def _told(asked: Asked, note: str) -> bool:
    """Tell whether a note repeats what the page says above."""
    review = asked.text("cg:reviewNote")
    return bool(review) and review in note


class _Names:
    """Labels of all facet values that mappings compare, read at once."""

    def __init__(self, asked: Asked, mappings: Iterable[Mapping]) -> None:
        values = {v for m in mappings for f in m.facets for v in (*f.source, *f.target)}
        self._labels = asked.labelled(values)

    def of(self, values: Sequence[str]) -> str:
        """Return facet values in words."""
        named = (self._labels.get(v, v.partition(":")[2].replace("-", " ")) for v in values)
        return " and ".join(named) or "not stated"


def _tables(asked: Asked, names: _Names, mappings: Iterable[Mapping], caption: str) -> Iterator[Table]:
    groups: dict[str, list[Mapping]] = {}
    for mapping in mappings:
        if mapping.target.system != _ABOVE:
            groups.setdefault(mapping.target.system, []).append(mapping)
    for system, some in sorted(groups.items(), key=lambda kv: kv[0] not in SYSTEMS):  # codes, then groupings
        rows = _by_target(some, names)
        name = SYSTEMS[system].title if system in SYSTEMS else _SCHEMES.get(system, system)
        more = rest(_ROWS, len(rows), f"codegraph crosswalk {asked.code.notation}")
        folded = len(rows) > _MANY or not caption.startswith("To")
        yield table(caption.format(name), _HEADS, rows[:_ROWS], folded=folded, more=more)


def _by_target(mappings: list[Mapping], names: _Names) -> list[tuple[Cell, ...]]:
    merged: dict[tuple[str, str], list[Mapping]] = {}
    for mapping in mappings:
        merged.setdefault((str(mapping.target), mapping.relation), []).append(mapping)
    rows = []
    for (curie, relation), same in merged.items():
        target = same[0].target
        reasons = dict.fromkeys(_reason(m, names) for m in same)
        who = dict.fromkeys(f"{m.provenance.title} ({m.mapping_set or m.release})" for m in same)
        shown = target.notation if target.system in (*SYSTEMS, "ccsr", "rbcs") else curie
        rows.append(row(Cell(shown, target=curie), target.label, relation, " ".join(reasons), "; ".join(who)))
    return rows


def _reason(mapping: Mapping, names: _Names) -> str:
    """Return why two codes are mapped: by definition facet by facet, or in the words of who maps them."""
    if mapping.facets:
        differing = [
            f"{f.name} {f.relation} ({names.of(f.source)} → {names.of(f.target)})"
            for f in mapping.facets
            if f.relation != "equal"
        ]
        return f"By definition: {'; '.join(differing) or 'all facets equal'}."
    sure = f" (confidence {mapping.confidence})" if mapping.confidence is not None else ""
    words = mapping.comment or _REASONS.get(mapping.justification, mapping.justification)
    if words == _GROUPED:
        words = "the grouping puts it there"
    return f"{words[:1].upper()}{words[1:].rstrip('.')}{sure}."


def _combined(combination: Combination) -> Iterator[Line]:
    """Yield what only together makes up the code: a line for the way, and one for each part."""
    reading = combination.reading or "one code of each part"
    yield Line(f"only together, {combination.name}", (Cell(reading),), combination.reading_source)
    for part in combination.parts:
        named = [Cell(c.partition(":")[2], target=c) for c in part.alternatives[:_PARTS]]
        left = len(part.alternatives) - len(named)
        yield Line(f"one code for: {part.name}", (*named, *((Cell(f"{left} more"),) if left > 0 else ())))
    for component, guideline in combination.omitted:
        yield Line("left out", (Cell(f"{component}, by guideline {cite(guideline)}", target=guideline),))
