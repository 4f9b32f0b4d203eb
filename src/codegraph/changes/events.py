"""Something that happened to a code, on its day, with the row that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from codegraph.billing.evidence import Evidence
from codegraph.changes.model import KINDS, Value

# Kinds of event beside those of a change.
STATED: Final[dict[str, str]] = {
    "stated": "what the oldest loaded edition says",
    "first-day": "the code's own first day, as a list or the knowledge states it",
    "last-day": "the code's own last day, as a list or the knowledge states it",
    "replaced": "another code took its place",
    "relabelled": "an older edition calls it otherwise",
    "edits-begun": "NCCI edits of the code began",
    "edits-ended": "NCCI edits of the code had their last day",
}
EVENTS: Final = {**KINDS, **STATED}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a code, or that an edition states of it.

    `on` is the day from which it holds (an edition's first day, an edit's last day), None where no source says.
    `kind` is one of EVENTS; `source` a key of SOURCES or `graph`; `field`, `before` and `after` are as in a Change.
    `count` is the number of edits where several began or ended on one day. `evidence` are the rows that say so.
    """

    on: date | None
    source: str
    kind: str
    key: str
    field: str = ""
    before: Value = None
    after: Value = None
    count: int | None = None
    note: str = ""
    evidence: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        said = " -> ".join("none" if v is None else f"{v}" for v in (self.before, self.after))
        what = self.field if self.before is None and self.after is None else f"{self.field} {said}".strip()
        number = "" if self.count is None else f"{self.count:,}"
        parts = (self.kind, number, self.key, what, f"({self.note})" if self.note else "")
        return f"{self.on or 'undated'}: {' '.join(p for p in parts if p)}"
