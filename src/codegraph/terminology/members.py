"""Sets of codes, system by system; a whole system is not written out until it has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of one system: those that are given, or with `whole` all that it has, read when they are needed.

    >>> some = Codes(frozenset({"B", "A"}))
    >>> some.ordered, "A" in some, len(some.without(Codes(frozenset({"A"}))))
    (('A', 'B'), True, 1)
    """

    given: frozenset[str] = frozenset()
    whole: Callable[[], tuple[str, ...]] | None = None

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """All codes, sorted."""
        return tuple(sorted(self.given)) if self.whole is None else self.whole()

    @cached_property
    def held(self) -> frozenset[str]:
        """All codes."""
        return self.given if self.whole is None else frozenset(self.whole())

    def __len__(self) -> int:
        return len(self.given) if self.whole is None else len(self.ordered)

    def __contains__(self, code: str) -> bool:
        """Tell whether a code, which the system is known to have, is among these."""
        return self.whole is not None or code in self.given

    def joined(self, other: Codes) -> Codes:
        """Return the codes of both."""
        if self.whole is not None:
            return self
        return other if other.whole is not None else Codes(self.given | other.given)

    def shared(self, other: Codes) -> Codes:
        """Return the codes that both have."""
        if self.whole is not None:
            return other
        return self if other.whole is not None else Codes(self.given & other.given)

    def without(self, other: Codes) -> Codes:
        """Return the codes that the other does not have."""
        return Codes() if other.whole is not None else Codes(self.held - other.given)


class Members(Mapping[str, Codes]):
    """The codes of a value set by system (codegraph's name of it), in the order of the systems; none is empty.

    >>> both = Members({"b": Codes(frozenset("12")), "a": Codes(frozenset("3"))}).ordered(("a", "b"))
    >>> both.total, list(both.page(1, 2))
    (3, [('b', ['1', '2'])])
    """

    __hash__ = object.__hash__  # one is the same as itself alone: what was made of it is kept by that
    __eq__ = object.__eq__

    def __init__(self, of: Mapping[str, Codes]) -> None:
        self._of = {key: codes for key, codes in of.items() if codes.whole is not None or codes.given}

    def __getitem__(self, key: str) -> Codes:
        return self._of[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    @property
    def weight(self) -> int:
        """How many codes are written out: what it takes to keep them."""
        return 1 + sum(len(codes.given) for codes in self._of.values())

    def ordered(self, systems: Iterable[str]) -> Members:
        """Return the same in the order of some systems."""
        return Members({key: self._of[key] for key in systems if key in self._of})

    @cached_property
    def total(self) -> int:
        """How many codes there are."""
        return sum(map(len, self._of.values()))

    def has(self, system: str, code: str) -> bool:
        """Tell whether a code, which the system is known to have, is among these."""
        return system in self._of and code in self._of[system]

    def page(self, offset: int, count: int) -> Iterator[tuple[str, list[str]]]:
        """Yield (system, codes) of a page: by system and code, nothing else is looked at."""
        for key, codes in self._of.items():
            if count <= 0:
                return
            here = list(islice(codes.ordered, offset, offset + count)) if offset < len(codes) else []
            offset, count = max(0, offset - len(codes)), count - len(here)
            if here:
                yield key, here

    def joined(self, other: Members) -> Members:
        """Return the codes of both."""
        both = {key: codes.joined(other[key]) for key, codes in self._of.items() if key in other}
        return Members({**self._of, **other._of, **both})

    def shared(self, other: Members) -> Members:
        """Return the codes that both have."""
        return Members({key: codes.shared(other[key]) for key, codes in self._of.items() if key in other})

    def without(self, other: Members) -> Members:
        """Return the codes that the other does not have."""
        left = {key: codes.without(other[key]) for key, codes in self._of.items() if key in other}
        return Members({**self._of, **left})
