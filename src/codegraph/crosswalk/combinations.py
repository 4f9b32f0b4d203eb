"""Sets of codes that only together say what one code says: parts, and for each part the codes to choose from.

A GEM row with the combination flag belongs to a scenario (one way to say the source) and in it to a choice list
(one part); a procedure of several acts has a part for each act. Neither is ever flattened into pairs of codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a combination and the codes that may stand for it: one of them is to be chosen.

    >>> Part("choice list 1", ("icd9cm:555.0",))
    Part(name='choice list 1', alternatives=('icd9cm:555.0',))
    """

    name: str
    alternatives: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for a part without alternatives, or with one of them twice."""
        if not self.alternatives:
            raise ValueError(f"{self.name}: a part has at least one alternative")
        if len(set(self.alternatives)) != len(self.alternatives):
            raise ValueError(f"{self.name}: an alternative stands twice")


@dataclass(frozen=True, slots=True)
class Combination:
    """Parts that only together make up the source; each set of one alternative a part is one way to say it.

    `omitted` are the components that are left out, each with the guideline that says why. `reading` names the way
    of reading the source that led here, `reading_source` who reads it so; both are empty where there is one way.

    >>> both = Combination("scenario 1", (Part("choice list 1", ("A", "B")), Part("choice list 2", ("X",))))
    >>> list(both.sets())
    [('A', 'X'), ('B', 'X')]
    >>> both.covers({"B", "X", "Q"}), both.covers({"A", "B"})
    (True, False)
    >>> print(both)
    scenario 1: (A or B) + X
    """

    name: str
    parts: tuple[Part, ...]
    omitted: tuple[tuple[str, str], ...] = ()
    reading: str = ""
    reading_source: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for a combination without parts, or with two parts of one name."""
        if not self.parts:
            raise ValueError(f"{self.name}: a combination has at least one part")
        if len({part.name for part in self.parts}) != len(self.parts):
            raise ValueError(f"{self.name}: two parts have one name")

    @property
    def codes(self) -> tuple[str, ...]:
        """Return every code that stands in some part, sorted, each once."""
        return tuple(sorted({code for part in self.parts for code in part.alternatives}))

    @property
    def count(self) -> int:
        """Return how many sets there are; nothing is enumerated."""
        return prod(len(part.alternatives) for part in self.parts)

    def sets(self) -> Iterator[tuple[str, ...]]:
        """Yield each way to say the source, one code a part in the order of the parts, as it is asked for."""
        yield from product(*(part.alternatives for part in self.parts))

    def covers(self, codes: Collection[str]) -> bool:
        """Tell whether the codes hold an alternative of every part; further codes do not matter."""
        return not self.missing(codes)

    def missing(self, codes: Collection[str]) -> tuple[Part, ...]:
        """Return the parts that none of the codes stands for.

        >>> pair = Combination("scenario 1", (Part("choice list 1", ("A",)), Part("choice list 2", ("X",))))
        >>> [part.name for part in pair.missing({"A"})]
        ['choice list 2']
        """
        held = frozenset(codes)
        return tuple(part for part in self.parts if held.isdisjoint(part.alternatives))

    def __str__(self) -> str:
        """Return the combination in one line: alternatives joined by `or`, parts by `+`."""
        shown = (
            " or ".join(part.alternatives)
            if len(part.alternatives) == 1
            else f"({' or '.join(part.alternatives)})"
            for part in self.parts
        )
        return f"{self.name}: {' + '.join(shown)}"


class GemRow(Protocol):
    """What a combination needs of a row of a general equivalence mapping; sources.gems.Equivalence has it."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def target(self) -> str | None: ...  # noqa: D102
    @property
    def combination(self) -> bool: ...  # noqa: D102
    @property
    def scenario(self) -> int: ...  # noqa: D102
    @property
    def choice_list(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Choice:
    """A row with the combination flag, where it comes from a table and not from a file."""

    source: str
    target: str | None
    scenario: int
    choice_list: int
    combination: bool = True


def from_gem(rows: Iterable[GemRow]) -> tuple[Combination, ...]:
    """Return the combinations of one source code: one a scenario, a part a choice list, in their order.

    Rows without the combination flag say the source alone and make no combination. Raises ValueError for rows of
    several source codes: their scenarios have nothing to do with each other.

    >>> rows = [Choice("K50.012", "555.0", 1, 1), Choice("K50.012", "560.9", 1, 2)]
    >>> print(*from_gem(rows))
    scenario 1: 555.0 + 560.9
    """
    scenarios: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    sources = set()
    for row in rows:
        sources.add(row.source)
        if row.combination and row.target is not None:
            scenarios[row.scenario][row.choice_list].add(row.target)
    if len(sources) > 1:
        raise ValueError(f"combinations are of one source code, not of {', '.join(sorted(sources))}")
    return tuple(
        Combination(
            f"scenario {scenario}",
            tuple(Part(f"choice list {n}", tuple(sorted(lists[n]))) for n in sorted(lists)),
        )
        for scenario, lists in sorted(scenarios.items())
    )
