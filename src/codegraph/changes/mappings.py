"""Compares the mappings of two releases, set by set: which are lost, gained, or stand in another relation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from codegraph.changes.model import Change, EditionPair, Value
from codegraph.model import RELATIONS

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

SOURCE: Final = "mapping"
_SETS: Final = "SELECT mapping_set, min(release), count(*) FROM mapping GROUP BY mapping_set"
_ROWS: Final = "SELECT subject, object, predicate, confidence FROM mapping WHERE mapping_set = ?"
Pair = tuple[str, str]


def compare_mappings(
    first: OpenedRelease, second: OpenedRelease
) -> tuple[list[EditionPair], Iterator[Change]]:
    """Return the sets side by side, and the changes of those that both releases hold.

    A set that one of them lacks (its file was not loaded) is told as not compared, not as so many lost mappings.
    """
    was, now = (_sets(graph) for graph in (first, second))
    pairs = []
    for name in sorted(was.keys() | now.keys()):
        if name in was and name in now:
            pairs.append(
                EditionPair(SOURCE, name, name, note=f"{was[name][1]:,} and {now[name][1]:,} mappings")
            )
            continue
        place, count = ("first", was[name][1]) if name in was else ("second", now[name][1])
        ends = (name, "") if name in was else ("", name)
        note = f"only in the {place} release: its {count:,} mappings are not told as changes"
        pairs.append(EditionPair(SOURCE, *ends, state="not compared", note=note))
    shared = [(name, was[name][0], now[name][0]) for name in sorted(was.keys() & now.keys())]
    return pairs, (c for one in shared for c in _set_changes(first, second, *one))


def _sets(graph: OpenedRelease) -> dict[str, tuple[str, int]]:
    if not graph._has_table("mapping"):
        return {}
    return {name: (release, number) for name, release, number in graph.tables.rows(_SETS)}


def _set_changes(
    first: OpenedRelease, second: OpenedRelease, name: str, old: str, new: str
) -> Iterator[Change]:
    was, now = (_read(graph, name) for graph in (first, second))
    for pair in sorted(was.keys() | now.keys()):
        b, a = was.get(pair, {}), now.get(pair, {})
        if b == a:
            continue
        gone, come = sorted(b.keys() - a.keys()), sorted(a.keys() - b.keys())
        if len(gone) == len(come) == 1:
            relations = _relation(gone[0]), _relation(come[0])
            yield _change("mapping-changed", pair, name, "relation", relations, old, new)
            continue
        for predicate in gone:
            yield _change("mapping-lost", pair, name, "relation", (_relation(predicate), None), old, new)
        for predicate in come:
            yield _change("mapping-gained", pair, name, "relation", (None, _relation(predicate)), old, new)
        for predicate in sorted(b.keys() & a.keys()):
            if b[predicate] != a[predicate]:
                said = (b[predicate], a[predicate])
                yield _change("mapping-changed", pair, name, "confidence", said, old, new)


def _read(graph: OpenedRelease, name: str) -> dict[Pair, dict[str, Value]]:
    found: dict[Pair, dict[str, Value]] = {}
    for subject, target, predicate, confidence in graph.tables.rows(_ROWS, (name,)):
        said = None if confidence is None else Decimal(str(confidence))
        found.setdefault((subject, target), {})[predicate] = said
    return found


def _relation(predicate: str) -> str:
    return RELATIONS.get(predicate, predicate)


def _change(kind: str, pair: Pair, name: str, field: str, said: Any, old: str, new: str) -> Change:  # noqa: ANN401
    key = f"{pair[0]} to {pair[1]}"
    return Change(SOURCE, kind, pair[0], key, field, said[0], said[1], old, new, pair[1], f"set {name}")
