"""What became of a code from release to release: one sequence of dated events, each with the row that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast, overload

from codegraph.billing.editions import Edition
from codegraph.billing.evidence import Evidence
from codegraph.changes import begun
from codegraph.changes.events import Event
from codegraph.changes.lists import releases_of
from codegraph.changes.loaded import LISTS, editions
from codegraph.changes.model import Change
from codegraph.changes.rows import Comparison, Side, cells, filled, read
from codegraph.changes.spans import KNOWLEDGE, said, spans
from codegraph.changes.tables import TABLES, ComparedTable, Row
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.billing_questions import BillingQuestions
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_PAID: Final = ("pfs", "opps", "inpatient", "mue", "addon")
_BILLING: Final = ("cpt", "hcpcs")
_TABLES_OF: Final = {"cpt": _PAID, "hcpcs": (*_PAID, "hcpcs"), "modifier": ("hcpcs",)}
_FACTS: Final = {
    "dcterms:isReplacedBy": "replaced",
    "cg:priorLabel": "relabelled",
}
_ONE: Final = "one release is loaded; nothing to compare"


class History(Sequence[Event]):
    """The events of a code, oldest first, undated ones before; `notes` say what could not be compared, and why."""

    def __init__(self, code: Code, events: Iterable[Event], notes: Iterable[str]) -> None:
        self.code = code
        self.notes = tuple(notes)
        self._events = tuple(
            sorted(events, key=lambda e: (e.on or date.min, e.source, e.kind, e.key, e.field))
        )

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __repr__(self) -> str:
        return f"<History of {self.code}: {len(self)} events>"


def history(kg: BillingQuestions, code: str | Code, *, edits: bool = False) -> History:
    """Return what all loaded releases say of a code over time.

    The fee schedule, Addendum B, the inpatient-only list, unit limits and add-on edits are compared edition by
    edition; lists of codes and the knowledge give first and last days. NCCI pairs are counted by the day on which
    they began or ended, or told one by one with `edits`. Raises what `graph[code]` raises.
    """
    graph = cast("CodeGraph", kg)
    found = graph[code] if isinstance(code, str) else code
    events: list[Event] = list(_facts(graph, found))
    notes: list[str] = []
    if found.system in _TABLES_OF:
        for name in _TABLES_OF[found.system]:
            for chain in TABLES[name].chains:
                more, note = _of_table(graph, found, name, chain)
                events += more
                notes += note
        if found.system in _BILLING:
            events += begun.events(graph, found, each=edits)
    elif found.system in LISTS:
        more, notes = _of_lists(graph, found)
        events += more
    return History(found, events, notes)


def _facts(graph: CodeGraph, code: Code) -> Iterator[Event]:
    """Yield the code's own first and last day, what took its place, and older labels, each with who says so."""
    seen = set()
    for span in reversed(spans(graph, code)):
        for kind, day in (("first-day", span.added), ("last-day", span.ended)):
            if day is not None and (kind, day) not in seen:
                seen.add((kind, day))
                yield _fact(graph, code, span.release, span.table, kind, day, day.isoformat())
    for name, kind in _FACTS.items():
        for value, release in said(graph, code, name):
            text = contract(str(value)) if kind == "replaced" else str(value)
            yield _fact(graph, code, release, "graph", kind, None, text)


def _fact(
    graph: CodeGraph, code: Code, release: str, table: str, kind: str, day: date | None, text: str
) -> Event:
    provenance = graph._provenance(release)
    evidence = Evidence(table, provenance, ((kind, text),))
    source = "hcpcs" if table == "hcpcs" else "graph"
    after = None if day else text
    note = provenance.title if release == KNOWLEDGE else release
    return Event(day, source, kind, code.notation, after=after, note=note, evidence=(evidence,))


def _of_table(
    graph: CodeGraph, code: Code, name: str, chain: tuple[str, ...]
) -> tuple[list[Event], list[str]]:
    """Return the events of a code in the editions of a table, and which editions those are."""
    table = TABLES[name]
    key = (code.notation,) if len(table.code) == 1 else (code.system, code.notation)
    sides = [Side(graph, edition) for edition in editions(graph, chain)]
    rows = [read(side, table, key) for side in sides]
    with_code = [n for n, found in enumerate(rows) if found]
    if not with_code:
        return [], []
    start = with_code[0]
    before = max(start - 1, 0)
    known = start > 0 and sides[before].edition.whole  # an older list without the code: then it came
    events = [] if known else [_stated(name, table, sides[start], row) for row in rows[start].values()]
    for one, two in pairwise(range(before, len(sides))):
        comparison = _comparison(name, table, sides, one, two)
        changes = comparison.changes(rows[one], rows[two])
        events += [_event(graph, change, sides[two].edition, table) for change in changes]
    return events, [_looked_at(chain[0], [side.edition for side in sides])]


def _comparison(name: str, table: ComparedTable, sides: list[Side], one: int, two: int) -> Comparison:
    first, second = sides[one], sides[two]
    has = filled(first, table), filled(second, table)
    undated = table.since is not None and "terminated" not in has[1]
    columns = cells(table, *has)
    whole = first.edition.whole, second.edition.whole
    return Comparison(name, table, first, second, columns, *whole, tuple(sides[:one]), undated)


def _stated(name: str, table: ComparedTable, side: Side, row: Row) -> Event:
    """Return what the oldest edition says of a row: the figures and indicators that tell most."""
    at = {
        column: len(table.key) + len(table.more) + n
        for n, column in enumerate([*table.figures, *table.indicators])
    }
    labels = {**table.figures, **table.indicators}
    told = [(labels[c], str(row[at[c]])) for c in _TOLD.get(name, ()) if row[at[c]] not in (None, "")]
    key = table.written(row[: len(table.key)])
    evidence = side.graph._figures.evidence(table.table, side.edition.release, ("key", key), *told)
    note = ", ".join(f"{label} {value}" for label, value in told)
    return Event(
        side.edition.first,
        name,
        "stated",
        key,
        note=f"{side.edition.release}{': ' if note else ''}{note}",
        evidence=(evidence,),
    )


_TOLD: Final = {
    "pfs": ("status", "work", "facility_total", "nonfacility_total", "global_period"),
    "opps": ("status", "apc", "payment_rate"),
    "mue": ("units", "adjudication"),
    "addon": ("type",),
    "hcpcs": ("coverage",),
}


def _event(graph: CodeGraph, change: Change, edition: Edition, table: ComparedTable) -> Event:
    sides = ((change.first, change.before), (change.second, change.after))
    evidence = tuple(
        graph._figures.evidence(table.table, ident, ("key", change.key), (change.field or "row", value or ""))
        for ident, value in sides
        if value is not None or not change.field
    )
    note = "; ".join(t for t in (change.note, f"{change.first} to {change.second}") if t)
    values = (change.before, change.after)
    return Event(
        edition.first, change.source, change.kind, change.key, change.field, *values, None, note, evidence
    )


def _of_lists(graph: CodeGraph, code: Code) -> tuple[list[Event], list[str]]:
    """Return in which editions of its system's list a code came and went."""
    known = editions(graph, LISTS[code.system])
    listed = releases_of(graph, code.curie)
    there = [edition.release in listed for edition in known]
    if not any(there):
        return [], []
    start = there.index(True)
    kind = "stated" if start == 0 else "added"
    events = [_of_list(graph, code, known[start], kind, known[start - 1] if start else None)]
    gone = False
    for (was, now), (old, new) in zip(pairwise(there[start:]), pairwise(known[start:]), strict=True):
        if was != now and (now or new.whole):
            events.append(_of_list(graph, code, new, "reinstated" if gone and now else "deleted", old))
            gone = not now
    return events, [_looked_at(code.system, known)]


def _looked_at(name: str, known: Sequence[Edition]) -> str:
    """Return which editions were compared, or that there is but one."""
    if len(known) == 1:
        return f"{name} ({known[0].version}): {_ONE}"
    return f"{name}: {len(known)} releases compared ({', '.join(e.release for e in known)})"


def _of_list(graph: CodeGraph, code: Code, edition: Edition, kind: str, before: Edition | None) -> Event:
    idents = f"{before.release} to {edition.release}" if before else edition.release
    evidence = graph._figures.evidence("graph", edition.release, ("code", code.notation))
    return Event(edition.first, code.system, kind, code.notation, note=idents, evidence=(evidence,))
