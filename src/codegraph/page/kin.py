"""How a code stands to others and to time: related codes, life cycle, history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codegraph.page.asked import Asked
from codegraph.page.drawings import relatives
from codegraph.page.model import Cell, Section, rest, row, said, table
from codegraph.related import related as relations

if TYPE_CHECKING:
    from codegraph.changes.events import Event

_MANY: Final = 10
_ROWS: Final = 60  # relations and events that a page shows
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


def related(asked: Asked) -> Section:
    """Return codes that stand in some relation to it, edits aside, with its life cycle as a drawing."""
    found = relations(asked.code, asked.kg.store, edits=False)
    rows = tuple(
        row(Cell(r.code.partition(":")[2], target=r.code), r.label, r.relation, _in_words(r.reason))
        for r in found
    )
    more = rest(_ROWS, len(rows), f"codegraph related {asked.code.notation}")
    many = len(rows) > _MANY
    tables = (table("Related codes", _HEADS, rows[:_ROWS], folded=many, more=more),) if rows else ()
    sides = [
        [(relation, r.code, r.label) for relation in chosen for r in found if r.relation == relation]
        for chosen in (_BEFORE, _AFTER)
    ]
    drawing = relatives(asked.code.curie, asked.code.label or "", sides[0], sides[1]) if any(sides) else None
    releases = {ident for r in found for ident in (r.release or "").split(", ")}
    title = "Related codes and life cycle"
    return Section("related", title, (), tables, drawing, asked.sources(*releases))


def _in_words(reason: str) -> str:
    """Return a reason with slugs of facet values as words: `jejunum-or-ileum -> ileum`, `(stoma:end-ileostomy)`."""
    plain = _TERM.sub(lambda m: f"({m[1].replace('-', ' ')})", reason)
    return _SIDE.sub(lambda m: m[0].replace("-", " "), plain.replace(" -> ", " → "))


_HEADS: Final = ("code", "label", "relation", "why")
_TERM: Final = re.compile(r"\([a-z]+:([a-z0-9-]+)\)")
_SIDE: Final = re.compile(r"(?<=: )[^:;]* → [^:;]*|[a-z0-9-]+ → [a-z0-9-]+")
# What happened -> how a page calls it; other kinds stand as they are.
_KINDS: Final = {
    "stated": "stated",
    "first-day": "first day",
    "last-day": "last day",
    "edits-begun": "edits began",
    "edits-ended": "edits ended",
}
_EVENT: Final = ("day", "what happened", "edits", "in full", "source")


def history(asked: Asked) -> Section:
    """Return what became of the code from release to release, newest first."""
    found = asked.kg.history(asked.code)
    shown = list(reversed(found))[:_ROWS]
    rows = (row(e.on or "undated", *_event(e)) for e in shown)
    more = rest(len(shown), len(found), f"codegraph history {asked.code.notation}")
    caption, many = "What happened, newest first", len(shown) > _MANY
    tables = (table(caption, _EVENT, rows, (2,), folded=many, more=more),) if shown else ()
    alike: dict[str, list[str]] = {}
    for note in found.notes:
        name, _, words = note.partition(": ")
        alike.setdefault(words, []).append(name)
    lines = tuple(said(f"{', '.join(names)}: {words}.") for words, names in alike.items())
    releases = {e.provenance.release for event in found for e in event.evidence}
    return Section("history", "History", lines, tables, None, asked.sources(*releases))


def _event(event: Event) -> tuple[str, str | None, str, str]:
    """Return what happened, the number of edits, it all in words, and the releases that say so."""
    idents = ", ".join(dict.fromkeys(e.provenance.release for e in event.evidence))
    words = [] if event.field else [event.note]
    if event.field:
        before, after = ("none" if v is None else str(v) for v in (event.before, event.after))
        words = [f"{event.field}: {before} → {after}", event.note]
    elif event.after is not None:
        words = [str(event.after), event.note]
    text = "; ".join(w for w in words if w)
    for ident in sorted(idents.split(", "), key=len, reverse=True):
        text = text.removesuffix(f", {ident}").removesuffix(ident).removeprefix(f"{ident}: ")
    key = "" if event.key == event.evidence[0].values[0][1] or event.count is not None else event.key
    count = None if event.count is None else f"{event.count:,}"
    told = " ".join(filter(None, (key, text.strip("; "))))
    kind = "listed" if event.kind == "stated" and not told else _KINDS.get(event.kind, event.kind)
    return kind, count, told, idents
