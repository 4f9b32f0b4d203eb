"""How a code's relative values stand among its peers: the figures, the nearest peers, and a drawing of all."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS
from codegraph.page.asked import Asked
from codegraph.page.drawings import bars, dots
from codegraph.page.model import Cell, Drawing, Line, Section, Table, rest, row, said, sentence, table

if TYPE_CHECKING:
    from codegraph.comparison.model import Comparison, Peer, Standing

_FEW: Final = 12
_PEERS: Final = 25  # peers in the table: those nearest by work
_DOTS: Final = 60  # more peers are drawn as bars, not as a dot each
_STANDING: Final = (
    "measure",
    "value",
    "percentile",
    "rank, 1 is the highest",
    "median",
    "times the median",
    "lowest to highest",
)
_PEER: Final = ("code", "label", "work RVU", "facility total", "non-facility total")
_CENT: Final = Decimal("0.01")


def comparison(asked: Asked) -> Section:
    """Return how its relative values stand among its family, or among its range of codes."""
    found, missing, absent = asked.attempt(asked.kg.compare, asked.code.notation)
    title = "How it compares"
    if found is None:
        told = tuple(map(said, absent))
        return Section("comparison", title, told, sources=asked.sources(asked.edition(PFS)), missing=missing)
    lines = [Line("among", (Cell(f"{found.group}; counted are rows of {found.denominator}"),))]
    lines += [said(sentence(_plainly(asked, note))) for note in found.notes]
    if not found.peers:
        lines.append(said("No code of this group counts as a peer."))
    ranked = [s for s in found if s.rank is not None]
    lines += [
        Line(s.title, (Cell(_plainly(asked, s.note)),))
        for s in found
        if s.rank is None and found.peers and s.note
    ]
    tables = [table("Its standing", _STANDING, map(_standing, ranked), range(1, 7))] if ranked else []
    tables += [_nearest(asked, found)] if found.peers else []
    drawing = _drawn(asked, found) if len(found.peers) > 1 else None
    return Section(
        "comparison", title, tuple(lines), tuple(tables), drawing, asked.sources(found.release), missing
    )


def _plainly(asked: Asked, note: str) -> str:
    """Return a remark with the code as it is printed, not as CURIE."""
    return note.replace(asked.code.curie, asked.code.notation)


def _standing(s: Standing) -> tuple[Cell, ...]:
    rank = f"{s.rank:,} of {s.n:,}" + (f", as {s.tied} more" if s.tied else "")
    ratio = None if s.ratio is None else s.ratio.quantize(_CENT, ROUND_HALF_UP)
    return row(s.title, s.value, s.percentile, rank, s.median, ratio, f"{s.minimum} to {s.maximum}")


def _nearest(asked: Asked, found: Comparison) -> Table:
    """Return the peers nearest by work: as many above the code as below, as far as there are."""
    peers = found.peers
    at = next((n for n, p in enumerate(peers) if p.code == found.code), None)
    if at is None:
        value = found.work.value or Decimal(0)
        at = next((n for n, p in enumerate(peers) if p.work <= value), len(peers))
    first = max(0, min(at - _PEERS // 2, len(peers) - _PEERS))
    shown = peers[first : first + _PEERS]
    caption = "Its peers, by work RVU" if len(shown) == len(peers) else "Its nearest peers by work RVU"
    command = f"codegraph compare {asked.code.notation} --peers"
    more = rest(len(shown), len(peers), command)
    return table(caption, _PEER, map(_peer, shown), (2, 3, 4), folded=len(shown) > _FEW, more=more)


def _peer(p: Peer) -> tuple[Cell, ...]:
    totals = ("NA" if v is None else v for v in (p.facility, p.nonfacility))
    return row(Cell(p.code.partition(":")[2], target=p.code), p.label, p.work, *totals)


def _drawn(asked: Asked, found: Comparison) -> Drawing:
    mine, title = found.work.value, "Work RVU among its peers"
    words = (
        f"{len(found.peers):,} codes by work RVU, from {found.work.minimum} to {found.work.maximum}; "
        f"{asked.code.notation} at {mine}, median {found.work.median}."
    )
    marks = [(asked.code.notation, mine), ("median", found.work.median)]
    if len(found.peers) > _DOTS:
        return bars("peers-chart", title, words, [p.work for p in found.peers], marks)
    points = [(p.work, f"{p.code.partition(':')[2]}: {p.work} {p.label or ''}", p.code) for p in found.peers]
    return dots("peers-chart", title, words, points, marks, unit="", marked=asked.code.curie)
