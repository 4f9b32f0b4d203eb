"""What changed from one release to another, or between two editions of a source within one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PTP, Edition
from codegraph.build.progress import Progress, Silent
from codegraph.changes import factors, pairs
from codegraph.changes.lists import codes_of, compare_lists
from codegraph.changes.loaded import LISTS, editions, in_order, named, newest_whole
from codegraph.changes.mappings import compare_mappings
from codegraph.changes.model import KINDS, Change, EditionPair
from codegraph.changes.result import ReleaseDiff
from codegraph.changes.rows import Comparison, Side, cells, filled, read
from codegraph.changes.tables import TABLES
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease

_MAPPING: Final = "mapping"
_LISTS: Final = ("icd10cm", "icd10pcs")
# What can be compared, in the order in which it is told -> the chains of series whose editions follow one another.
SOURCES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    **{name: TABLES[name].chains for name in ("pfs", "gpci", "anesthesia", "oppscap")},
    **{name: TABLES[name].chains for name in ("opps", "apc", "inpatient", "mue", "addon")},
    pairs.SOURCE: tuple((series,) for series in PTP.values()),
    "hcpcs": TABLES["hcpcs"].chains,
    **{name: (LISTS[name],) for name in _LISTS},
    _MAPPING: (),
    "gem": TABLES["gem"].chains,
}
# An edition of less than half the rows of the other is an excerpt.
_WHOLE: Final = 0.5
_ENDED: Final = "what it lists may have ended"
_RANK: Final = {kind: number for number, kind in enumerate(KINDS)}
Found = tuple[EditionPair, list[Change]]


def checked_sources(source: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the sources to compare, all where None; raise InvalidValue for a name that there is not."""
    wanted = (source,) if isinstance(source, str) else tuple(source or SOURCES)
    for name in wanted:
        if name not in SOURCES:
            near = get_close_matches(name, SOURCES, n=3, cutoff=0.6) or list(SOURCES)
            raise InvalidValue(
                f"{name[:40]!r} is nothing that can be compared; there are {', '.join(SOURCES)}",
                candidates=near,
            )
    return tuple(name for name in SOURCES if name in wanted)


def diff(
    first: OpenedRelease,
    second: OpenedRelease,
    *,
    source: str | Iterable[str] | None = None,
    progress: Progress | None = None,
) -> ReleaseDiff:
    """Return what changed from one opened release to another: of some sources (keys of SOURCES), or of all.

    Of each source the newest whole edition of either release is compared; where both hold the same one, from the
    same files, nothing is. Raises InvalidValue for a source that there is not, NotLoaded where nothing that was
    asked for is in both releases.
    """
    told = progress or Silent()
    found: list[Found] = []
    for name in checked_sources(source):
        if name == _MAPPING:
            sets, changes = compare_mappings(first, second)
            found += [(one, []) for one in sets]
            found += [(EditionPair(_MAPPING, "", "", "same"), list(changes))] if sets else []
            continue
        for chain in SOURCES[name]:
            found += _newest(name, chain, first, second, told)
    told_pairs = [pair for pair, _ in found if pair.first or pair.second]
    if not any(pair.state != "not compared" for pair in told_pairs):
        raise NotLoaded(_nothing(source, told_pairs))
    return _result(str(first.directory), str(second.directory), found, (first, second))


def diff_editions(
    graph: OpenedRelease, first: str, second: str, *, progress: Progress | None = None
) -> ReleaseDiff:
    """Return what changed between two editions that one release holds, by their idents (`cms-gpci/2025`).

    Raises InvalidValue for an ident that the release does not hold, naming those of its source, and for two
    editions that do not follow one another.
    """
    old, new = (_named(graph, ident) for ident in (first, second))
    for name, chains in SOURCES.items():
        for chain in chains:
            if old.source in chain and new.source in chain:
                sides = Side(graph, old), Side(graph, new)
                found = _compare(name, chain, *sides, progress or Silent())
                return _result(first, second, [found], (graph, graph))
    raise InvalidValue(f"{first} and {second} are not editions of one source that can be compared")


def _named(graph: OpenedRelease, ident: str) -> Edition:
    found = named(graph, ident)
    if found is None:
        idents = [s.release for s in (*graph.manifest.sources, *graph.manifest.figures)]
        series = sorted({i for i in idents if i.partition("/")[0] == ident.partition("/")[0]})
        near = series or get_close_matches(ident, sorted(set(idents)), n=5, cutoff=0.5)
        hint = f"; there are {', '.join(near)}" if near else "; `codegraph info` lists what it holds"
        raise InvalidValue(f"the release holds no edition {ident[:60]!r}{hint}", candidates=near)
    return found


def _older(chain: tuple[str, ...], first: Side, second: Side) -> tuple[Side, ...]:
    """Return the loaded editions of either release that came before the first of the two."""
    graphs = [first.graph, *([] if second.graph is first.graph else [second.graph])]
    known = [Side(graph, edition) for graph in graphs for edition in editions(graph, chain)]
    start = in_order(first.edition)
    return tuple(
        sorted((s for s in known if in_order(s.edition) < start), key=lambda side: in_order(side.edition))
    )


def _newest(
    name: str, chain: tuple[str, ...], first: OpenedRelease, second: OpenedRelease, told: Progress
) -> Iterator[Found]:
    """Yield the comparison of the newest whole editions of a chain, nothing where neither release has one."""
    old, new = (newest_whole(editions(graph, chain)) for graph in (first, second))
    if old is None and new is None:
        return
    if old is None or new is None:
        place = "second" if old is None else "first"
        ends = (old.release if old else "", new.release if new else "")
        yield EditionPair(name, *ends, "not compared", f"loaded in the {place} release only"), []
    elif old.release == new.release and _files(first, old) == _files(second, new):
        yield EditionPair(name, old.release, new.release, "same"), []
    else:
        yield _compare(name, chain, Side(first, old), Side(second, new), told)


def _files(graph: OpenedRelease, edition: Edition) -> set[str]:
    sources = (*graph.manifest.sources, *graph.manifest.figures)
    return {s.sha256 for s in sources if s.release == edition.release}


def _compare(name: str, chain: tuple[str, ...], first: Side, second: Side, told: Progress) -> Found:
    told.step(f"comparing {first.edition.release} with {second.edition.release}")
    if name == pairs.SOURCE:
        return _compare_pairs(first, second, told)
    older = _older(chain, first, second)
    if name in _LISTS:
        before, after = (codes_of(side, name) for side in (first, second))
        came, went, note = _excerpts(first, second, len(before), len(after))
        changes = compare_lists(name, first, second, before, after, came=came, went=went, older=older)
        return _pair(name, first, second, [note]), list(changes)
    return _compare_rows(name, first, second, older)


def _compare_rows(name: str, first: Side, second: Side, older: tuple[Side, ...]) -> Found:
    table = TABLES[name]
    was, now = (read(side, table) for side in (first, second))
    came, went, note = _excerpts(first, second, len(was), len(now))
    has = filled(first, table), filled(second, table)
    undated = table.since is not None and "terminated" not in has[1]
    comparison = Comparison(name, table, first, second, cells(table, *has), came, went, older, undated)
    found = list(comparison.changes(was, now))
    if name == "pfs":
        found += factors.compare(first, second)
    labels = {**table.figures, **table.indicators}
    if undated:
        note = "; ".join(
            (*([note] if note else ()), f"{second.edition.release} gives no termination dates: {_ENDED}")
        )
    missing = [
        f"no {', '.join(labels[c] for c in labels if c in lacks)} in {side.edition.release}: not compared"
        for side, lacks in ((first, has[1] - has[0]), (second, has[0] - has[1]))
        if lacks & labels.keys()
    ]
    return _pair(name, first, second, [note, *missing]), found


def _compare_pairs(first: Side, second: Side, told: Progress) -> Found:
    came, went, note = _excerpts(first, second, first.edition.rows, second.edition.rows)
    sides = [(side.graph.directory, side.edition) for side in (first, second)]
    found = list(pairs.compare_pairs(sides[0], sides[1], told, went=went))
    return _pair(pairs.SOURCE, first, second, [note]), [c for c in found if came or c.kind != "edit-added"]


def _excerpts(first: Side, second: Side, before: int, after: int) -> tuple[bool, bool, str]:
    """Return whether what came and what went can be told, and why not: an excerpt proves no absence."""
    old, new = first.edition.packaged, second.edition.packaged
    came = old <= new and before >= _WHOLE * after
    went = new <= old and after >= _WHOLE * before
    if came and went:
        return True, True, ""
    place, what = ("first", "new") if not came else ("second", "gone")
    counts = f"{before:,} and {after:,} rows"
    return came, went, f"the {place} is an excerpt ({counts}): what is {what} is not told"


def _pair(name: str, first: Side, second: Side, notes: Iterable[str]) -> EditionPair:
    note = "; ".join(n for n in notes if n)
    return EditionPair(name, first.edition.release, second.edition.release, note=note)


def _nothing(source: object, found: list[EditionPair]) -> str:
    reasons = "; ".join(f"{p.source}: {p.note}" for p in found)
    what = f"of {source} " if isinstance(source, str) else ""
    return f"nothing {what}is loaded in both releases" + (f" ({reasons})" if reasons else "")


def _result(
    first: str, second: str, found: list[Found], graphs: tuple[OpenedRelease, OpenedRelease]
) -> ReleaseDiff:
    order = {name: number for number, name in enumerate(SOURCES)}
    changes = [change for _, some in found for change in some]
    changes.sort(key=lambda c: (order[c.source], _RANK[c.kind]))
    told = [pair for pair, _ in found if pair.first or pair.second]
    return ReleaseDiff(first, second, changes, told, graphs)
