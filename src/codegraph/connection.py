"""How two codes or facet values are connected: the shortest way through the graph, step by step, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from codegraph.namespaces import CODE_PREFIXES
from codegraph.network import HUB, MOST, Edge, Search
from codegraph.wording import WORDS

if TYPE_CHECKING:
    from codegraph.store import GraphStore

Direction = Literal["forward", "backward"]

_INDICATION: Final = ("cg:ofProcedure", "cg:ofCondition")


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a connection: `direction` tells whether the property points from the subject to the object."""

    subject: str
    predicate: str
    words: str
    object: str
    label: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Path:
    """The shortest connection of two terms; where there is none, no steps and a `note` that says what was tried."""

    first: str
    second: str
    steps: tuple[PathStep, ...]
    note: str | None = None

    def __str__(self) -> str:
        said = [f"{step.words} {_named(step)}" for step in self.steps]
        return f"{self.first} {', which '.join(said)}" if said else str(self.note)


def _named(step: PathStep) -> str:
    if step.object.partition(":")[0] in CODE_PREFIXES:
        return f"{step.object} ({step.label})" if step.label else step.object
    return step.label or step.object


def connection(store: GraphStore, first: str, second: str, max_steps: int) -> Path:
    """Return the shortest connection of two terms (CURIEs) along at most `max_steps` properties."""
    search = Search(store, first, second)
    edges = search.edges(max_steps)
    if edges:
        return Path(first, second, tuple(_steps(store, first, edges)))
    if first == second:
        return Path(first, second, (), f"{first} is the same on both sides")
    limit = f"after {search.visited:,} terms; at most {MOST:,} are looked at"
    why = f"the search was given up {limit}" if search.gave_up else f"{search.visited:,} terms were looked at"
    return Path(
        first,
        second,
        (),
        f"no connection of {first} and {second} within {max_steps} steps: {why}. Approaches, headings and terms "
        f"with more than {HUB} neighbours are not walked through",
    )


def _steps(store: GraphStore, first: str, edges: Iterable[Edge]) -> Iterable[PathStep]:
    """Yield the steps from the first term on; an indication between procedure and condition is no step of its own."""
    here, skipped = first, None
    for subject, predicate, obj in edges:
        forward = subject == here
        there = obj if forward else subject
        if predicate in _INDICATION and not forward:  # arrived at an indication
            here, skipped = there, here
            continue
        if skipped is not None:
            forward, predicate, here = predicate == "cg:ofCondition", "cg:ofCondition", skipped
            skipped = None
        label = str(store.object(there, "skos:prefLabel") or "")
        words = WORDS[predicate][0 if forward else 1]
        yield PathStep(here, predicate, words, there, label, "forward" if forward else "backward")
        here = there
