"""Draws a code among its peers: each peer a line where they are few, a histogram where they are many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from textwrap import fill, wrap
from typing import TYPE_CHECKING, Any, Final

from codegraph.comparison.measures import MEASURES
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from codegraph.comparison.model import Comparison, Peer, Standing

ENDINGS: Final = (".svg", ".png")
# Colours of Okabe and Ito, which people who see few colours tell apart; the code differs by shape and words too.
_CODE: Final = "#D55E00"
_PEER: Final = "#0072B2"
_BARS: Final = "#56B4E9"
_QUARTILES: Final = "#DCE6EE"
_INK: Final = "#222222"
_FAINT: Final = "#666666"
_CURIE: Final = re.compile(r" \((?:family|site):[^)]*\)")
_MOST_LINES: Final = 40  # peers that are still drawn one a line
_MOST_BINS: Final = 60
_LABEL: Final = 50  # letters of a line of a label; it has two at most
_STYLE: Final[Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "svg.hashsalt": "codegraph",
    "svg.fonttype": "path",
    "text.parse_math": False,
}


def plot(comparison: Comparison, path: str | PathLike[str], *, measure: str = "work") -> None:
    """Write a plot of a comparison to a file; its ending, `.svg` or `.png`, says as what.

    `measure` is `work`, `facility` or `nonfacility`. The code, the median and the quartiles are marked; the caption
    names the release and what counts. The same comparison gives the same bytes. No display is needed. Raises
    InvalidValue for another ending or measure, a place that cannot be written, and where no peer has a figure;
    NotLoaded without matplotlib.
    """
    place = Path(path)
    ending = place.suffix.lower()
    if ending not in ENDINGS:
        raise InvalidValue(
            f"{place}: a plot is written to a file that ends in .svg or .png", candidates=ENDINGS
        )
    if measure not in MEASURES:
        raise InvalidValue(
            f"{measure[:40]!r} is no measure; there are {', '.join(MEASURES)}", candidates=tuple(MEASURES)
        )
    standing = comparison.standing(measure)
    if not standing.n:
        raise InvalidValue(f"nothing to draw for the {standing.title} of {comparison.code}: {standing.note}")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NotLoaded("plots need matplotlib: pip install 'codegraph[plots]'") from error
    with mpl.rc_context(_STYLE):
        figure = _draw(Figure, comparison, standing)
        metadata: dict[str, Any] = {"Date": None, "Creator": None} if ending == ".svg" else {"Software": None}
        try:
            figure.savefig(place, format=ending[1:], dpi=160, metadata=metadata)
        except OSError as error:
            raise InvalidValue(f"{place}: the plot cannot be written: {error.strerror}") from error


def _draw(make: type[Figure], comparison: Comparison, standing: Standing) -> Figure:
    peers = _with_value(comparison, standing)
    lines = len(peers) <= _MOST_LINES
    height = max(3.6, 2.0 + 0.36 * len(peers)) if lines else 5.2
    figure = make(figsize=(9.6, height), layout="constrained")
    axes = figure.add_subplot()
    (_lines if lines else _histogram)(axes, comparison, standing, peers)
    _marks(axes, standing)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    figure.suptitle(_title(comparison, standing), x=0.01, ha="left", fontsize=10.5, color=_INK)
    axes.set_xlabel(f"{standing.title[0].upper()}{standing.title[1:]}")
    figure.supxlabel(_caption(comparison, standing), fontsize=7.5, color=_FAINT, x=0.01, ha="left")
    return figure


def _with_value(comparison: Comparison, standing: Standing) -> list[Peer]:
    """Return the peers that have a figure, lowest first, with the code itself where it is outside of them."""
    found = [p for p in comparison.peers if p.value(standing.measure) is not None]
    return sorted(found, key=lambda p: (p.value(standing.measure), p.code))


def _title(comparison: Comparison, standing: Standing) -> str:
    name = f"{comparison.code.partition(':')[2]}{f' ({comparison.label})' if comparison.label else ''}"
    first = fill(f"{name} among {_CURIE.sub('', comparison.group)}", 104)
    if standing.rank is None:
        return f"{first}\n{standing.note or ''}"
    rank = "rank" if comparison.included else "outside of the group, would be rank"
    of = "of" if comparison.included else "beside"
    place = f"{rank} {standing.rank:,} {of} {standing.n:,}, percentile {standing.percentile}"
    return f"{first}\n{standing.value} {standing.title}: {place}"


def _caption(comparison: Comparison, standing: Standing) -> str:
    source = comparison.provenance
    file = f", file {source.file}" if source.file else ""
    counted = f"n = {standing.n:,}: {comparison.denominator}"
    if standing.measure != "work":
        counted += ", setting not marked NA"
    return fill(
        f"Source: {source.title} ({comparison.release}{file}). {counted}. Shaded: the middle half.", 150
    )


def _lines(axes: Axes, comparison: Comparison, standing: Standing, peers: Sequence[Peer]) -> None:
    """Draw each peer as a line from zero to its value, the code thick and in a colour of its own."""
    for at, peer in enumerate(peers):
        mine = peer.code == comparison.code
        value = float(peer.value(standing.measure) or 0)
        colour = _CODE if mine else _PEER
        axes.hlines(at, 0, value, color=colour, linewidth=3.2 if mine else 1.4)
        axes.plot(value, at, "D" if mine else "o", color=colour, markersize=7.5 if mine else 5.5)
        axes.annotate(
            f"{peer.value(standing.measure)}",
            (value, at),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=_INK,
            fontweight="bold" if mine else "normal",
        )
    names = [_name(peer) for peer in peers]
    axes.set_yticks(range(len(peers)), names, fontsize=8)
    for peer, text in zip(peers, axes.get_yticklabels(), strict=True):
        if peer.code == comparison.code:
            text.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.8, len(peers) - 0.2)
    axes.set_xlim(0, _end(standing) * 1.1)
    if not comparison.included:
        _arrow(axes, comparison, standing)


def _name(peer: Peer) -> str:
    notation = peer.code.partition(":")[2]
    if not peer.label:
        return notation
    lines = wrap(peer.label, _LABEL)
    more = " …" if len(lines) > 2 else ""
    return "\n".join(lines[:2]) + f"{more}  {notation}"


def _histogram(axes: Axes, comparison: Comparison, standing: Standing, peers: Sequence[Peer]) -> None:
    """Draw how many peers have which value; the code is an arrow on top."""
    values = [float(p.value(standing.measure) or 0) for p in peers]
    bins = min(_MOST_BINS, max(12, int(len(values) ** 0.5)))
    axes.hist(values, bins=bins, range=(0, max(values) or 1), color=_BARS, edgecolor="white", linewidth=0.4)
    axes.set_ylabel("Codes")
    axes.set_xlim(0, _end(standing) * 1.02)
    axes.margins(y=0.14)
    axes.yaxis.grid(True, color="#E6E6E6", linewidth=0.7)
    _arrow(axes, comparison, standing)


def _end(standing: Standing) -> float:
    return float(max(standing.maximum or 0, standing.value or 0)) or 1.0


def _arrow(axes: Axes, comparison: Comparison, standing: Standing) -> None:
    """Mark the value of the code with a line and its name."""
    if standing.value is None:
        return
    at = float(standing.value)
    axes.axvline(at, color=_CODE, linewidth=2.0)
    right = at > 0.75 * axes.get_xlim()[1]
    axes.annotate(
        f"{comparison.code.partition(':')[2]}: {standing.value}",
        (at, 0.94),
        xycoords=("data", "axes fraction"),
        xytext=(-6 if right else 6, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        color=_CODE,
        fontweight="bold",
        fontsize=10,
        bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
    )


def _marks(axes: Axes, standing: Standing) -> None:
    """Mark the median by a dashed line and the middle half by a band, named on the upper edge."""
    low, middle, high = (
        float(q or 0) for q in (standing.lower_quartile, standing.median, standing.upper_quartile)
    )
    axes.axvspan(low, high, color=_QUARTILES, zorder=0, linewidth=0)
    axes.axvline(middle, color=_INK, linewidth=1.1, linestyle=(0, (5, 3)), zorder=2.5)
    named = f"median {standing.median}, quartiles {standing.lower_quartile} and {standing.upper_quartile}"
    width = axes.get_xlim()[1]
    side = "left" if middle < 0.25 * width else "right" if middle > 0.75 * width else "center"
    axes.annotate(
        named,
        (middle, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        ha=side,
        va="bottom",
        fontsize=8,
        color=_INK,
    )
