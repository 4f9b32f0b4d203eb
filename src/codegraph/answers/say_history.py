"""Sentences about what became of a code: its events, and what replaced what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.model import Sentence
from codegraph.answers.say_codes import bare, call, ended, valid
from codegraph.answers.vocabulary import wordset
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.answers.understand import Asked
    from codegraph.changes.events import Event
    from codegraph.graph import CodeGraph

_REPLACED: Final = "dcterms:isReplacedBy"
_EVENTS: Final = 12
# Words of a question that ask for one kind of event, the kinds, and what is said where there is none.
_END: Final = wordset("deleted retired terminated discontinued end ended stop stopped")
_NARROWER: Final[tuple[tuple[frozenset[str], tuple[str, ...], str], ...]] = (
    (
        wordset("introduced added created first start started effective"),
        ("first-day", "added"),
        "No first day of {code} is loaded.",
    ),
    (
        wordset(
            "new replaced replaces replace replacement successor successors instead superseded supersedes"
        ),
        ("replaced",),
        "No code that replaces {code} is loaded.",
    ),
)
_EVENT_WORDS: Final = {
    "replaced": "{code} is replaced by {after}",
    "stated": "As stated for {day}: {note}",
    "first-day": "{day} was the first day of {code}",
    "last-day": "{day} was the last day of {code}",
}


def replaces(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes a code took the place of."""
    how = call("history", asked.code)
    old = [contract(str(s)) for s in kg.store.subjects(_REPLACED, kg[asked.code].iri)]
    if not old:
        none = (grounds.sought(asked.code, _REPLACED),)
        return [Sentence(f"No code that {bare(asked.code)} took the place of is loaded.", none, how)]
    rows = tuple(grounds.triple(kg, code, _REPLACED, asked.code) for code in old)
    return [Sentence(f"{bare(asked.code)} took the place of {', '.join(map(bare, old))}.", rows, how)]


def replaced(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which of two codes took the place of the other."""
    said = []
    for old in asked.codes:
        for new in (contract(str(o)) for o in kg.store.objects(kg[old].iri, _REPLACED)):
            ground = grounds.triple(kg, old, _REPLACED, new)
            said.append(Sentence(f"{bare(old)} is replaced by {bare(new)}.", (ground,), call("history", old)))
    none = tuple(grounds.sought(code, _REPLACED) for code in asked.codes)
    names = " and ".join(map(bare, asked.codes))
    return said or [Sentence(f"No replacement of {names} is loaded.", none, call("history", asked.code))]


def history(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what became of a code, event by event; of an end, a beginning or a replacement only that."""
    words = set(asked.words)
    if words & _END:
        return valid(kg, asked)
    code = bare(asked.code)
    how = call("history", asked.code)
    events = [e for e in kg.history(asked.code) if not e.kind.startswith("edits-")]
    for cue, kinds, nothing in _NARROWER:
        if words & cue:
            events = [e for e in events if e.kind in kinds]
            if not events:
                none = grounds.sought(asked.code, " ".join(kinds))
                return [Sentence(nothing.format(code=code), (none,), how)]
            break
    if not events:
        none = grounds.sought(asked.code, "history")
        return [Sentence(f"No event of {code} is loaded.", (none,), how)]
    return [_happened(kg, code, event, how) for event in events[-_EVENTS:]]


def _happened(kg: CodeGraph, code: str, event: Event, how: str) -> Sentence:
    cells = {
        "kind": event.kind,
        "code": event.key,
        "before": event.before,
        "after": event.after,
        "note": event.note,
    }
    shown = grounds.computed(day=event.on or "", **{k: v for k, v in cells.items() if v})
    day = f"{event.on}: " if event.on else ""
    after = str(event.after or "").rpartition(":")[2]
    note = event.note or ", ".join(dict.fromkeys(e.provenance.title for e in event.evidence))
    words = {"code": code, "after": after, "day": event.on, "event": event, "note": note}
    said = _EVENT_WORDS.get(event.kind, "{event}").format(**words)
    text = said if event.kind in _EVENT_WORDS or not event.on else f"{day}{str(event).partition(': ')[2]}"
    return Sentence(ended(text), (*grounds.of(kg, event.evidence), shown), how)
