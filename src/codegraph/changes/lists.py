"""Compares two lists of codes of ICD-10-CM or ICD-10-PCS: which codes came, went, and came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from codegraph.changes.model import Change
from codegraph.changes.rows import Side
from codegraph.namespaces import CODE_PREFIXES, RELEASE, release_iri

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_IN_RELEASE: Final = "cg:inRelease"
_BILLABLE: Final = "SELECT notation, billable FROM code WHERE system = ? AND billable IS NOT NULL"
_WORDS: Final = {0: "header", 1: "billable"}


def codes_of(side: Side, system: str) -> frozenset[str]:
    """Return the codes of a system that an edition lists."""
    start = CODE_PREFIXES[system]
    width = len(start)
    found = side.graph.store.pointing(_IN_RELEASE, release_iri(side.edition.release))
    return frozenset(iri[width:] for iri in found if iri.startswith(start))


def releases_of(graph: OpenedRelease, curie: str) -> frozenset[str]:
    """Return the idents of the editions that list a code."""
    return frozenset(str(iri).removeprefix(RELEASE) for iri in graph.store.objects(curie, _IN_RELEASE))


def compare_lists(
    system: str,
    first: Side,
    second: Side,
    before: frozenset[str],
    after: frozenset[str],
    *,
    came: bool = True,
    went: bool = True,
    older: tuple[Side, ...] = (),
) -> Iterator[Change]:
    """Yield the codes that only one of two lists has, and codes that turned from header to billable or back."""
    idents = (first.edition.release, second.edition.release)
    for code in sorted(after - before) if came else ():
        curie = f"{system}:{code}"
        again = _earlier(first, older, curie)
        kind = "reinstated" if again else "added"
        yield Change(system, kind, curie, code, "", None, None, *idents, note=again)
    for code in sorted(before - after) if went else ():
        yield Change(system, "deleted", f"{system}:{code}", code, "", None, None, *idents)
    if first.graph is not second.graph:
        yield from _billable(system, first, second, before & after)


def _earlier(first: Side, older: tuple[Side, ...], curie: str) -> str:
    """Return which older edition had a code, in words; empty where none did."""
    for side in reversed(older):
        if side.edition.release in releases_of(side.graph, curie):
            return f"in {side.edition.release}, absent from {first.edition.release}"
    return ""


def _billable(system: str, first: Side, second: Side, both: frozenset[str]) -> Iterator[Change]:
    was, now = (dict(side.graph.tables.rows(_BILLABLE, (system,))) for side in (first, second))
    idents = (first.edition.release, second.edition.release)
    for code in sorted(both & was.keys() & now.keys()):
        if was[code] != now[code]:
            words = (_WORDS[was[code]], _WORDS[now[code]])
            yield Change(system, "indicator", f"{system}:{code}", code, "billable", *words, *idents)
