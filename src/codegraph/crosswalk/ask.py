"""A crosswalk with conditions: over other systems, of some relations only, as of a date of service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.crosswalk.chain import chain
from codegraph.crosswalk.lookup import TARGETS, crosswalk, from_licensed, order
from codegraph.crosswalk.rest import Rest
from codegraph.errors import LicenceRequired, NotLoaded, UnknownTerm
from codegraph.mapping import Crosswalk, Mapping
from codegraph.model import PREDICATES, Relation
from codegraph.namespaces import RELEASE

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.release import Source
    from codegraph.views import Code

# The lists that say which codes of a system were valid, by the beginning of their release's name.
LISTS: Final[dict[str, tuple[str, ...]]] = {
    "icd10pcs": ("icd10pcs/", "icd10pcs-order/"),
    "icd10cm": ("icd10cm/", "icd10cm-order/"),
    "cpt": ("cms-pfs/",),
    "hcpcs": ("hcpcs/",),
}


class _Answer(Rest):
    """The rest of a conditional answer: what was left out, and of what nothing is known."""

    def __init__(self, graph: CodeGraph, told: str) -> None:
        super().__init__(graph)
        self._told = told

    def note(self, found: Crosswalk) -> str | None:
        """Return what the conditions left out, or that nothing meets them."""
        return self._told or None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a crosswalk is asked for beside its code: target, hops, relations, date of service, licensed mappings."""

    to: str | None
    via: tuple[str, ...] = ()
    relations: frozenset[Relation] | None = None
    on: str | date | None = None
    licensed: bool = False

    def __post_init__(self) -> None:
        """Raise UnknownTerm for systems and relations that are none."""
        if strange := sorted(set(self.via) - set(TARGETS)):
            raise UnknownTerm(f"no crosswalk over {strange[0]!r}; there are {', '.join(TARGETS)}")
        if self.relations is not None and (unknown := sorted(self.relations - set(PREDICATES))):
            raise UnknownTerm(f"no relation {unknown[0]!r}; there are {', '.join(PREDICATES)}")
        if self.via and self.to is None:
            raise UnknownTerm("a crosswalk over other systems needs its target: to=...")


def ask(graph: CodeGraph, code: Code, wanted: Conditions) -> Crosswalk:
    """Return the mappings of a code that meet conditions; see CodeGraph.crosswalk."""
    weak = wanted.relations is not None and "related" in wanted.relations
    if wanted.via and wanted.to is not None:
        found, told = _chained(graph, code, (*wanted.via, wanted.to), weak=weak)
    else:
        found, told = _direct(graph, code, wanted, weak=weak)
    if wanted.relations is not None:
        found, told = _only(found, wanted.relations, told)
    if wanted.on is not None:
        found, told = _on(graph, found, _day(wanted.on), wanted.to, told)
    return Crosswalk(code, wanted.to, found, _Answer(graph, "; ".join(told)))


def _direct(
    graph: CodeGraph, code: Code, wanted: Conditions, *, weak: bool
) -> tuple[list[Mapping], list[str]]:
    licensed = list(from_licensed(graph, code, wanted.to)) if wanted.licensed else []
    try:
        whole = crosswalk(graph, code, wanted.to) if wanted.licensed else graph._crosswalk(code, wanted.to)
    except (NotLoaded, LicenceRequired) as error:
        if licensed:
            return sorted(licensed, key=order), []
        if not wanted.licensed or isinstance(error, NotLoaded):
            raise
        if not graph._has_table("licensed_mapping"):
            raise NotLoaded(f"no mapping to {wanted.to} is loaded: it takes files of yours") from None
        return [], [f"not known: no file of yours that is loaded maps {code} to {wanted.to}"]
    found = [*whole, *(whole.overlapping if weak else ())]
    if wanted.on is not None:
        found += [m for _, m in Rest(graph).apart_all(code, wanted.to) if m.edition]
    note = whole.note if len(whole) or not licensed else None
    return sorted((*found, *licensed), key=order) if licensed else found, [note] if note else []


def _chained(
    graph: CodeGraph, code: Code, systems: tuple[str, ...], *, weak: bool
) -> tuple[list[Mapping], list[str]]:
    seen = []

    def step(source: Code, system: str) -> Iterable[Mapping]:
        try:
            found = graph._crosswalk(source, system)
        except NotLoaded:
            if source == code:
                raise
            return ()
        seen.append((source, system, len(found)))
        return found

    found = chain(code, systems, step, weak=weak)
    if found:
        return found, []
    reached = " -> ".join([code.system, *systems])
    hops = sum(n for _, _, n in seen)
    why = "what is only related goes no further" if hops else "no hop has a mapping"
    return [], [f"none over {reached}: {len(seen)} codes looked up, {hops} mappings on the way; {why}"]


def _only(
    found: list[Mapping], relations: frozenset[Relation], told: list[str]
) -> tuple[list[Mapping], list[str]]:
    kept = [m for m in found if m.relation in relations]
    if found and not kept:
        others = ", ".join(sorted({m.relation for m in found}))
        told = [*told, f"none is {' or '.join(sorted(relations))}: the {len(found)} found are {others}"]
    return kept, told


def _day(on: str | date) -> date:
    try:
        return on if isinstance(on, date) else date.fromisoformat(on)
    except ValueError:
        raise UnknownTerm(f"a date is written 2026-07-01, not {on!r}") from None


def _on(
    graph: CodeGraph, found: list[Mapping], day: date, to: str | None, told: list[str]
) -> tuple[list[Mapping], list[str]]:
    """Keep the targets that a list in force on the day holds; systems without dated lists are kept and told."""
    systems = sorted({m.target.system for m in found} | ({to} if to in LISTS else set()))
    valid: dict[str, frozenset[str] | None] = {system: _in_force(graph, system, day) for system in systems}
    undated = [s for s in systems if valid[s] is None and any(m.target.system == s for m in found)]
    kept = [
        m for m in found if (idents := valid[m.target.system]) is None or _listed(graph, m.target, idents)
    ]
    gone = sorted({str(m.target) for m in found} - {str(m.target) for m in kept})
    if gone:
        told = [*told, f"not valid on {day}: {', '.join(gone)}"]
    if undated:
        told = [*told, f"no dated list tells which codes of {', '.join(undated)} were valid on {day}"]
    return kept, told


def _in_force(graph: CodeGraph, system: str, day: date) -> frozenset[str] | None:
    """Return the releases of a system's lists in force on a day; None where the system has none that is dated.

    Raises NotLoaded where its lists are dated and none covers the day.
    """
    starts = LISTS.get(system, ())
    lists: list[Source] = [
        s for s in graph.manifest.sources if s.release.startswith(starts) and s.effective_from
    ]
    if not starts:
        return None
    if not lists:
        raise NotLoaded(f"no dated list of {system} codes is loaded, so their validity on {day} is not known")
    covering = [s for s in lists if _covers(s, day)]
    if not covering:
        loaded = ", ".join(f"{s.release} ({s.effective_from} to {s.effective_to or 'now'})" for s in lists)
        raise NotLoaded(f"no edition of {system} that was in force on {day} is loaded; loaded: {loaded}")
    return frozenset(s.release for s in covering)


def _covers(source: Source, day: date) -> bool:
    start, end = source.effective_from, source.effective_to
    return (
        start is not None and str(start) <= day.isoformat() and (end is None or day.isoformat() <= str(end))
    )


def _listed(graph: CodeGraph, code: Code, idents: frozenset[str]) -> bool:
    return any(
        str(iri).removeprefix(RELEASE) in idents for iri in graph.store.objects(code.iri, "cg:inRelease")
    )
