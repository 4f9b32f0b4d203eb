"""What holds for a modifier by rule: which sets it belongs to, and what it cannot stand beside."""

from __future__ import annotations

from typing import Final

from codegraph.billing.modifiers.sets import ANATOMIC, DISTINCT, GLOBAL, exclusions
from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Section, row, said, table

_SETS: Final = (
    (DISTINCT, "Lifts an NCCI edit with indicator 1."),
    (ANATOMIC, "Names a place of the body."),
    (GLOBAL, "Belongs to the rules of the global surgical package."),
)
_HEADS: Final = ("modifier", "name", "why not both")


def sets(asked: Asked) -> Section:
    """Return the rules of a modifier that do not depend on a code."""
    mine = asked.code.notation
    lines = tuple(said(words) for modifiers, words in _SETS if mine in modifiers)
    pairs = [e for e in exclusions(_known(asked)) if mine in (e.first, e.second)]
    others = {e.second if e.first == mine else e.first: e.reason for e in pairs}
    labels = asked.labelled(f"modifier:{other}" for other in others)
    rows = [
        row(Cell(other, target=f"modifier:{other}"), labels.get(f"modifier:{other}"), reason)
        for other, reason in sorted(others.items())
    ]
    tables = (table("Modifiers that cannot stand on the same line", _HEADS, rows),) if rows else ()
    sources = asked.sources(asked.packaged) if lines or rows else ()
    return Section("sets", "Rules", lines, tables, sources=sources)


def _known(asked: Asked) -> list[str]:
    return [n for (n,) in asked.kg.tables.rows("SELECT notation FROM code WHERE system = 'modifier'")]
