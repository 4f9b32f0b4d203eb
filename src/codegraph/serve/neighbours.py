"""The graph around a term: what it is joined to, as groups of rows and as a drawing in layers; and ways between two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import CodegraphError, UnknownTerm
from codegraph.namespaces import BASE, CODE_PREFIXES, CONCEPT_PREFIXES, contract
from codegraph.serve.forms import text_of
from codegraph.wording import MORE, WORDS

if TYPE_CHECKING:
    from codegraph.connection import PathStep
    from codegraph.graph import CodeGraph

_LISTED: Final = 200  # members of a group that are listed
_COUNTED: Final = 2_000  # members of a group that are counted
_DRAWN: Final = 5  # members of a group that are drawn beside the term, and further out
_FURTHER: Final = 3
_OUTER: Final = 11  # boxes of a layer further out


@dataclass(frozen=True, slots=True)
class Group:
    """What a term is joined to by one property read in one direction, sorted, at most 200 of it.

    `words` say it from the term on, `says` as the property has it, whichever way it points; `away` tells that it
    points away from the term; `total` is None where there are over 2,000.
    """

    words: str
    says: str
    away: bool
    members: tuple[str, ...]
    total: int | None


def around(kg: CodeGraph, curie: str) -> list[Group]:
    """Return what a code or concept is joined to, property by property; only what this graph defines itself."""
    found = []
    for words, says, away, iris in _read(kg, curie):
        ours = (contract(iri) for iri in iris if iri.startswith(BASE))
        named = list(islice((c for c in ours if c.partition(":")[0] in _SHOWN), _COUNTED + 1))
        if named:
            members = sorted(set(named) - {curie})
            total = len(members) if len(named) <= _COUNTED else None
            found.append(Group(words, says, away, tuple(members[:_LISTED]), total))
    return found


_SHOWN: Final = CODE_PREFIXES.keys() | CONCEPT_PREFIXES.keys()


def _read(kg: CodeGraph, curie: str) -> Iterator[tuple[str, str, bool, Iterator[str]]]:
    """Yield the words from the term on, the property's own, its direction, and the IRIs at its other end."""
    store = kg.store
    for predicate, (forth, back) in (WORDS | MORE).items():
        yield forth, forth, True, iter(store.objects(curie, predicate))
        yield back, forth, False, store.pointing(predicate, curie)
    forth, back = WORDS["cg:ofCondition"]  # between the two stands an indication
    for words, here, there in (
        (forth, "cg:ofProcedure", "cg:ofCondition"),
        (back, "cg:ofCondition", "cg:ofProcedure"),
    ):
        through = (x for entry in store.pointing(here, curie) for x in store.objects(entry, there))
        yield words, forth, words == forth, through


def label_of(kg: CodeGraph, curie: str) -> str:
    """Return the public label of a code or concept; of a procedure without one that of a code that denotes it."""
    prefix, _, local = curie.partition(":")
    if prefix in CODE_PREFIXES:
        return str(kg._code_row(prefix, local)[0] or curie)
    found = kg._label(curie)
    if found == curie and prefix == "procedure":
        code = next(kg.store.pointing("cg:denotes", curie), None)
        return found if code is None else label_of(kg, contract(code))
    return found


def page(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the neighbourhood of the code or concept that is asked for: rows and drawing."""
    asked = text_of(fields, "code", 200)
    content: dict[str, Any] = {"centre": None, "groups": ()}
    if not asked:
        return content
    centre = kg._term(asked)
    if centre.partition(":")[0] not in _SHOWN:
        raise UnknownTerm(f"{centre[:80]} is no code and no facet value of this release")
    groups = around(kg, centre)
    rows = [(g, [(c, label_of(kg, c)) for c in g.members]) for g in groups]
    said = f"{len(groups)} kinds of connection: {'; '.join(f'{g.words} {_number(g)}' for g in groups)}."
    return content | {
        "centre": (centre, label_of(kg, centre)),
        "groups": rows,
        "drawing": _Drawing(kg, centre, groups).made(),
        "said": said,
    }


def _number(group: Group) -> str:
    return f"{group.total:,}" if group.total is not None else f"over {_COUNTED:,}"


_WIDTH: Final = 184
_HEIGHT: Final = 48
_GAP: Final = 8
_BETWEEN: Final = 46
_HEAD: Final = 20
_LETTERS: Final = 24


class _Drawing:
    """Boxes in layers from left to right, as the properties point: what points here, the term, what it points to."""

    def __init__(self, kg: CodeGraph, centre: str, groups: list[Group]) -> None:
        self._kg = kg
        self._centre = centre
        self._layer = {centre: 0}
        self._columns: dict[int, list[tuple[str, list[str], str]]] = {}
        self._edges: list[tuple[str, str]] = []
        for group in groups:
            self._add(1 if group.away else -1, centre, group, _DRAWN)
        for side in (1, -1):
            self._extend(side)

    def _add(self, layer: int, near: str, group: Group, most: int) -> None:
        fresh = [c for c in group.members if c not in self._layer][:most]
        far = self._layer[near]
        known = [c for c in group.members if self._layer.get(c) == layer and abs(layer) > abs(far)]
        for curie in fresh:
            self._layer[curie] = layer
        for curie in (*fresh, *known):
            self._edges.append((near, curie) if group.away else (curie, near))
        if fresh:
            rest = "many" if group.total is None else f"{group.total - len(fresh) - len(known):,}"
            words = group.words if abs(layer) == 1 else group.says
            self._columns.setdefault(layer, []).append(
                (words, fresh, "" if rest == "0" else f" \u00b7 {rest} more")
            )

    def _extend(self, side: int) -> None:
        """Add what lies behind the neighbours of one side; codes end there, or all would be joined to all."""
        near = [c for _, members, _ in self._columns.get(side, ()) for c in members]
        for curie in near:
            if curie.partition(":")[0] in CODE_PREFIXES:
                continue
            for group in around(self._kg, curie):
                drawn = sum(len(members) for _, members, _ in self._columns.get(2 * side, ()))
                if group.away == (side > 0) and drawn < _OUTER:
                    self._add(2 * side, curie, group, min(_FURTHER, _OUTER - drawn))

    def made(self) -> dict[str, Any]:
        """Return width, height, edges, heads and boxes; nothing overlaps, everything is escaped by the template."""
        layers = sorted({0, *self._columns})
        height = max(map(self._tall, layers)) + _HEAD
        places, heads, boxes = {}, [], []
        for i, layer in enumerate(layers):
            x, y = i * (_WIDTH + _BETWEEN) + 4, float(_HEAD if layer == 0 else 4)
            for words, members, rest in self._of(layer):
                if abs(layer) == 1:
                    heads.append((x, y + 14, words + rest))
                    y += _HEAD
                for curie in members:
                    places[curie] = (x, y)
                    boxes.append(self._box(curie, x, y, words if abs(layer) > 1 else ""))
                    y += _HEIGHT + _GAP
        edges = [_edge(places[a], places[b]) for a, b in dict.fromkeys(self._edges)]
        width = len(layers) * (_WIDTH + _BETWEEN) - _BETWEEN + 8
        return {"width": width, "height": round(height), "edges": edges, "heads": heads, "boxes": boxes}

    def _tall(self, layer: int) -> float:
        head = _HEAD if abs(layer) == 1 else 0
        return sum(head + len(members) * (_HEIGHT + _GAP) for _, members, _ in self._of(layer))

    def _of(self, layer: int) -> list[tuple[str, list[str], str]]:
        return self._columns.get(layer, [("", [self._centre], "")])

    def _box(self, curie: str, x: float, y: float, words: str) -> dict[str, Any]:
        prefix, _, local = curie.partition(":")
        label = label_of(self._kg, curie)
        code = prefix in CODE_PREFIXES
        kind = "code" if code else "procedure" if prefix == "procedure" else "concept"
        lines = wrap(label, _LETTERS, max_lines=2, placeholder=" \u2026")
        return {
            "curie": curie,
            "x": x,
            "y": round(y, 1),
            "head": f"{local} \u00b7 {words or prefix}" if code else words or prefix,
            "lines": lines,
            "kind": f"{kind} self" if curie == self._centre else kind,
            "label": f"{local} {label}" if code else f"{prefix}: {label}",
        }


def _edge(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return the path from the right side of a box to the left side of another; within a layer, around it."""
    (x1, y1), (x2, y2) = (start[0] + _WIDTH, start[1] + _HEIGHT / 2), (end[0] - 5, end[1] + _HEIGHT / 2)
    bend = max(24.0, abs(x2 - x1) / 2)
    return f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"


def path(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the shortest connection of two codes or concepts, step by step."""
    first, second = text_of(fields, "from", 200), text_of(fields, "to", 200)
    content: dict[str, Any] = {"found": None}
    if not (first and second):
        return content
    for name, term in (("from", first), ("to", second)):
        try:
            kg._term(term)
        except CodegraphError as error:
            error.field = name  # type: ignore[attr-defined]  # what the page shows the error at
            raise
    found = kg.path(first, second)
    start = (found.first, label_of(kg, found.first))
    return content | {
        "found": start,
        "end": (found.second, label_of(kg, found.second)),
        "steps": [_step(step) for step in found.steps],
        "note": found.note,
    }


def _step(step: PathStep) -> tuple[str, str, str, str]:
    return step.words, step.object, step.label or step.object, step.direction
