"""Where the cells and marks of a page lead: what the release does not have is named, not linked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from codegraph.namespaces import CODE_PREFIXES
from codegraph.page.model import Cell, Section

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_QUESTION: Final = "question:"
_HELD: Final = (
    "SELECT system || ':' || notation FROM code WHERE (system, notation) IN "
    "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))"
)


def leading(kg: CodeGraph, sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections without links to codes and terms that the release does not have."""
    kept = tuple(sections)
    named = {t for section in kept for t in _targets(section) if t and not t.startswith(_QUESTION)}
    codes = {target for target in named if _is_code(target)}
    pairs = [target.split(":", 1) for target in sorted(codes)]
    gone = codes - {curie for (curie,) in kg.tables.rows(_HELD, (json.dumps(pairs),))}
    gone |= {term for term in named - codes if not kg.store.has_term(term)}
    return tuple(_without(section, gone) for section in kept) if gone else kept


def _is_code(target: str) -> bool:
    return target.partition(":")[0] in CODE_PREFIXES


def _targets(section: Section) -> Iterator[str]:
    yield from (cell.target for cell in _cells(section))
    if section.drawing is not None:
        yield from (shape.target for shape in section.drawing.shapes)


def _cells(section: Section) -> Iterator[Cell]:
    for line in section.lines:
        yield from line.values
    for table in section.tables:
        for cells in table.rows:
            yield from cells


def _without(section: Section, gone: set[str]) -> Section:
    def plain(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(replace(cell, target="") if cell.target in gone else cell for cell in cells)

    drawing = section.drawing
    if drawing is not None:
        shapes = (replace(s, target="") if s.target in gone else s for s in drawing.shapes)
        drawing = replace(drawing, shapes=tuple(shapes))
    lines = tuple(replace(line, values=plain(line.values)) for line in section.lines)
    tables = tuple(replace(t, rows=tuple(map(plain, t.rows))) for t in section.tables)
    return replace(section, lines=lines, tables=tables, drawing=drawing)
