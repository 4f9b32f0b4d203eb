"""The drawings of a page, as marks without scripts: dots along a scale, and a code among its relatives."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from codegraph.page.model import Drawing, Shape, Shapes

_WIDTH: Final = 720
_SIDE: Final = 28
_RADIUS: Final = 4.5
_STEP: Final = 10  # from one pile to the next, and from dot to dot of a low pile
_HIGH: Final = 240  # the highest pile
_STEPS: Final = tuple(
    Decimal(s) for s in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "25", "50", "100", "200")
)
_TICKS: Final = 8


def dots(
    ident: str,
    title: str,
    description: str,
    points: Sequence[tuple[Decimal, str, str]],
    marks: Sequence[tuple[str, Decimal | None]],
    *,
    unit: str,
    marked: str = "",
) -> Drawing:
    """Return a dot plot: each point (value, tooltip, CURIE) is a dot, dots of like value are piled up.

    `marks` are named values that get an upright line; the dot with the CURIE `marked` stands out.
    """
    values = [value for value, _, _ in points] + [value for _, value in marks if value is not None]
    scale = _Scale.over(values)
    x = scale.x
    piles: dict[int, list[tuple[str, str]]] = {}
    for value, tip, curie in sorted(points):
        piles.setdefault(int(x(value) // _STEP), []).append((tip, curie))
    top = 34
    most = max(4, *map(len, piles.values()))
    up = min(_STEP, _HIGH / most)
    base = top + round(most * up) + 6
    shapes = scale.axis(base, unit)
    shapes += _marks(marks, x, base, unit)
    for column, pile in sorted(piles.items()):
        for height, (tip, curie) in enumerate(pile):
            kind = "dot marked" if curie and curie == marked else "dot"
            cx, cy = column * _STEP + _STEP / 2, round(base - 8 - height * up, 1)
            shapes.append(_shape("circle", tip, curie, cx=cx, cy=cy, r=_RADIUS, class_=kind))
    return Drawing(ident, title, description, _WIDTH, base + 30, tuple(shapes))


def bars(
    ident: str,
    title: str,
    description: str,
    values: Sequence[Decimal],
    marks: Sequence[tuple[str, Decimal | None]],
    *,
    unit: str = "",
) -> Drawing:
    """Return a histogram of many values: an upright bar for each stretch of the scale, as high as it has values."""
    scale = _Scale.over([*values, *(value for _, value in marks if value is not None)])
    wide = (_WIDTH - 2 * _SIDE) / _BARS
    counts = Counter(min(_BARS - 1, int((scale.x(value) - _SIDE) / wide)) for value in values)
    most, top = max(counts.values()), 34
    base = top + _BAR
    shapes = scale.axis(base, unit)
    for n, count in sorted(counts.items()):
        ends = (scale.value(_SIDE + n * wide), scale.value(_SIDE + (n + 1) * wide))
        tip = f"{count:,} from {unit}{ends[0]:,.2f} to {unit}{ends[1]:,.2f}"
        high = round(max(1.0, _BAR * count / most), 1)
        x, y = round(_SIDE + n * wide + 0.5, 1), round(base - high, 1)
        shapes.append(_shape("rect", tip, x=x, y=y, width=round(wide - 1, 1), height=high, class_="pile"))
    shapes += _marks(marks, scale.x, base, unit)
    return Drawing(ident, title, description, _WIDTH, base + 30, tuple(shapes))


_BARS: Final = 40
_BAR: Final = 140  # the highest bar


@dataclass(frozen=True)
class _Scale:
    """An even scale over some values, from a round number to a round number."""

    first: Decimal
    span: Decimal
    step: Decimal

    @classmethod
    def over(cls, values: Sequence[Decimal]) -> _Scale:
        low, high = min(values), max(values)
        step = next((s for s in _STEPS if (high - low) / s <= _TICKS), (high - low) / _TICKS or Decimal(1))
        first = (low / step).to_integral_value(ROUND_FLOOR) * step
        last = (high / step).to_integral_value(ROUND_CEILING) * step
        return cls(first, (last - first) or Decimal(1), step)

    def x(self, value: Decimal) -> float:
        """Return where a value stands in the drawing."""
        return round(_SIDE + float((value - self.first) / self.span) * (_WIDTH - 2 * _SIDE), 1)

    def value(self, x: float) -> float:
        """Return the value that stands at a place of the drawing."""
        return float(self.first) + (x - _SIDE) / (_WIDTH - 2 * _SIDE) * float(self.span)

    def axis(self, base: int, unit: str) -> list[Shape]:
        """Return the line of the scale with its ticks and their figures."""
        shapes = [_shape("line", x1=_SIDE, y1=base, x2=_WIDTH - _SIDE, y2=base, class_="axis")]
        for i in range(int(self.span / self.step) + 1):
            at = self.first + i * self.step
            shapes.append(_shape("line", x1=self.x(at), y1=base, x2=self.x(at), y2=base + 5, class_="axis"))
            shapes.append(_shape("text", f"{unit}{at:,f}", x=self.x(at), y=base + 20, class_="tick"))
        return shapes


def _marks(
    marks: Sequence[tuple[str, Decimal | None]], x: Callable[[Decimal], float], base: int, unit: str
) -> list[Shape]:
    """Return upright lines with their names above, each name on a line of its own."""
    shapes = []
    known = sorted((value, name) for name, value in marks if value is not None)
    for i, (value, name) in enumerate(known):
        at, y = x(value), 4 + 13 * i
        shapes.append(_shape("line", x1=at, y1=y, x2=at, y2=base, class_="mark"))
        side, style = (-5, "name end") if at > _WIDTH - 150 else (5, "name")
        shapes.append(_shape("text", f"{name} {unit}{value:,f}", x=at + side, y=y + 10, class_=style))
    return shapes


def _shape(kind: Shapes, text: str = "", target: str = "", **attributes: object) -> Shape:
    named = tuple((name.rstrip("_").replace("_", "-"), str(value)) for name, value in attributes.items())
    return Shape(kind, named, text, target)


_NODE: Final = (250, 24)  # width and height of a box
_GAP: Final = 6
_SHOWN: Final = 5  # codes of one relation that are drawn


def relatives(
    code: str,
    label: str,
    before: Sequence[tuple[str, str, str]],
    after: Sequence[tuple[str, str, str]],
    at_most: int = _SHOWN,
) -> Drawing:
    """Return a code in the middle, what comes before it at the left and after it at the right.

    `before` and `after` are (relation, CURIE, label) in the order in which they are drawn, of each relation no more
    than `at_most`.
    """
    left, right = _limited(before, at_most), _limited(after, at_most)
    rows = max(_height(left), _height(right), 3 * (_NODE[1] + _GAP))
    width, middle = 2 * _NODE[0] + 240, rows / 2 + 10
    shapes: list[Shape] = []
    for side, groups in ((0, left), (width - _NODE[0], right)):
        shapes += _side(groups, side, width, middle, rows)
    shapes.append(
        _shape("rect", label, x=width / 2 - 50, y=middle - 18, width=100, height=36, rx=8, class_="node self")
    )
    notation = code.partition(":")[2]
    shapes.append(_shape("text", notation, x=width / 2, y=middle + 5, class_="name center self"))
    told = [f"{r}: {', '.join(itertools.starmap(_short, codes))}" for r, codes in [*left, *right]]
    words = f"{notation} in the middle; {'; '.join(told)}."
    return Drawing("relatives-graph", "Related codes", words, width, int(rows + 20), tuple(shapes))


def _limited(rows: Sequence[tuple[str, str, str]], at_most: int) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for relation, curie, label in rows:
        groups.setdefault(relation, []).append((curie, label))
    return [
        (f"{relation} ({len(codes)})" if len(codes) > at_most else relation, codes[:at_most])
        for relation, codes in groups.items()
    ]


def _height(groups: Sequence[tuple[str, list[tuple[str, str]]]]) -> float:
    return sum((len(codes) + 1) * (_NODE[1] + _GAP) for _, codes in groups)


def _side(
    groups: Sequence[tuple[str, list[tuple[str, str]]]], x: float, width: int, middle: float, rows: float
) -> list[Shape]:
    shapes = []
    y = 10 + (rows - _height(groups)) / 2
    inner, center = (x + _NODE[0], width / 2 - 50) if x == 0 else (x, width / 2 + 50)
    for relation, codes in groups:
        shapes.append(_shape("text", relation, x=x + 2, y=round(y + 17, 1), class_="relation"))
        y += _NODE[1] + _GAP
        for curie, label in codes:
            at = round(y + _NODE[1] / 2, 1)
            bend = (inner + center) / 2
            path = f"M{inner} {at}C{bend} {at} {bend} {middle} {center} {middle}"
            shapes.append(_shape("path", d=path, class_="edge"))
            size = {"width": str(_NODE[0]), "height": str(_NODE[1])}
            place = _shape("rect", f"{curie} {label}", curie, x=x, y=round(y, 1), rx=6, class_="node")
            shapes.append(replace(place, attributes=(*place.attributes, *size.items())))
            notation = "" if curie.startswith("group:") else curie.partition(":")[2]
            text = f"{notation} {label}".strip()
            text = text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"
            shapes.append(_shape("text", text, x=x + 8, y=round(y + 16, 1), class_="name"))
            y += _NODE[1] + _GAP
    return shapes


def _short(curie: str, label: str) -> str:
    """Return the notation of a code, the label of a group."""
    return label if curie.startswith("group:") else curie.partition(":")[2]


_LETTERS: Final = 36
