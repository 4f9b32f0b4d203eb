"""Answers that are kept: worked out once, also where many ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A function whose last answers are kept, by its arguments; who asks for one that is being made waits for it.

    `most` is how many, or what they may come to as `weigh` has it; an answer that is too heavy is not kept.

    >>> kept = Kept(lambda text: text.upper(), 2)
    >>> kept("a"), kept("a"), len(kept)
    ('A', 'A', 1)
    """

    def __init__(
        self, make: Callable[..., Value], most: int, weigh: Callable[[Value], int] | None = None
    ) -> None:
        self._make = make
        self._most = most
        self._weigh = weigh or (lambda _: 1)
        self._weight = 0
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, Value] = OrderedDict()
        self._being_made: dict[Hashable, threading.Lock] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __call__(self, *key: Hashable) -> Value:
        """Return the answer for some arguments; what the function raises is raised, and nothing is kept of it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._being_made.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = self._make(*key)
                self._keep(key, made)
                return made
            finally:
                with self._lock:
                    self._being_made.pop(key, None)

    def _keep(self, key: Hashable, made: Value) -> None:
        weight = self._weigh(made)
        if weight > self._most:
            return
        with self._lock:
            self._held[key] = made
            self._weight += weight
            while self._weight > self._most:
                _, gone = self._held.popitem(last=False)
                self._weight -= self._weigh(gone)
