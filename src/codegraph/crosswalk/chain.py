"""Chains crosswalks over several systems: which relation follows from two, by a table of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from codegraph import __version__
from codegraph.mapping import Mapping
from codegraph.model import PREDICATES, Relation, compose
from codegraph.views import Code

CHAINED: Final = "semapv:MappingChaining"
_SET: Final = "chain"

_STRENGTH: Final[dict[Relation, int]] = {"exact": 0, "narrower": 1, "broader": 1, "related": 2}


def multiplied(first: float | None, second: float | None) -> float | None:
    """Return the confidence of two steps; a step whose source gives none makes it unknown."""
    return None if first is None or second is None else first * second


Step = Callable[[Code, str], Iterable[Mapping]]


def chain(code: Code, systems: Sequence[str], step: Step, *, weak: bool = False) -> list[Mapping]:
    """Return the mappings of a code over systems in their order, the last one the target.

    `step(code, system)` gives the mappings of one hop. Of several paths to one target with one relation the most
    confident is kept, then the first by its codes; `path` holds its hops.
    """
    # Of several, the last one stays: the preferred.
    first = sorted(step(code, systems[0]), key=_preferred, reverse=True)
    found = {(m.target, m.relation): m for m in first}
    for system in systems[1:]:
        reached: dict[tuple[Code, Relation], Mapping] = {}
        for before in found.values():
            for hop in step(before.target, system):
                relation = compose(before.relation, hop.relation, weak=weak)
                if relation is None or hop.target == code:
                    continue
                joined = _joined(before, hop, relation)
                key = joined.target, relation
                if key not in reached or _preferred(joined) < _preferred(reached[key]):
                    reached[key] = joined
        found = reached
    return _strongest(found.values())


def _joined(before: Mapping, hop: Mapping, relation: Relation) -> Mapping:
    path = (*(before.path or (before,)), hop)
    codes = " -> ".join([str(before.source_code), *(str(m.target) for m in path)])
    return Mapping(
        before.source_code,
        hop.target,
        relation,
        PREDICATES[relation],
        CHAINED,
        multiplied(before.confidence, hop.confidence),
        f"codegraph/{__version__}",
        f"{codes}: {', then '.join(m.relation for m in path)}",
        _SET,
        hop.combination or before.combination,
        path,
    )


def _by_path(m: Mapping) -> tuple[str, ...]:
    return tuple(str(hop.target) for hop in m.path or (m,))


def _preferred(m: Mapping) -> tuple[float, tuple[str, ...]]:
    return -(m.confidence or 0.0), _by_path(m)


def _strongest(found: Iterable[Mapping]) -> list[Mapping]:
    """Leave out a weaker relation to a target that a stronger one reaches too."""
    best: dict[Code, int] = {}
    kept = sorted(found, key=lambda m: (_STRENGTH[m.relation], m.target, m.relation))
    for m in kept:
        best.setdefault(m.target, _STRENGTH[m.relation])
    return [m for m in kept if _STRENGTH[m.relation] == best[m.target]]
