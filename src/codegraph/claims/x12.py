"""Claims of X12 837 files (005010X222 professional, 005010X223 institutional): envelopes checked, claims one by one.

Of the parsers on PyPI none does what a check needs; docs/decisions/0020 says which were looked at and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

from codegraph.claims.model import Claim
from codegraph.claims.parts import Unread, ident
from codegraph.claims.x12_claim import GUIDES, Guide, claim_of, npi
from codegraph.claims.x12_segments import Broken, Segment, segments
from codegraph.errors import CodegraphError

# What one claim can have at the most, so that a file without another CLM does not fill memory.
MOST_CHARACTERS: Final = 10_000_000
_OUTER: Final = ("ISA", "GS", "ST")
_OPENS: Final = {"GS": "ISA", "ST": "GS", "SE": "ST", "GE": "GS", "IEA": "ISA"}
_CLOSES: Final = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
# Where an envelope has its control number, and where its trailer says how much it held, and repeats the number.
_CONTROL: Final = {"ISA": 13, "GS": 6, "ST": 2}
_HELD: Final = {"SE": "segments", "GE": "transactions", "IEA": "groups"}

Piece = Segment | Broken


@dataclass(slots=True)
class _Envelope:
    """An open ISA, GS or ST: its first segment, and how many of the next kind within it."""

    header: Segment
    held: int = 0


@dataclass(slots=True)
class _Open:
    """A claim whose end has not come: its segments, and why it cannot be read, once that is known."""

    segments: list[Segment]
    last: int
    size: int = 0
    reason: str | None = None


@dataclass(slots=True)
class _Reader:
    """Where the reading stands: envelopes, the kind of transaction, the hierarchy, the claim that is open."""

    name: str
    envelopes: dict[str, _Envelope] = field(default_factory=dict)
    guide: Guide | None = None
    levels: set[str] = field(default_factory=set)
    level: int = 0
    said: tuple[str, int] = ("", 0)
    billing: str | None = None
    claim: _Open | None = None

    def where(self, first: int, last: int) -> str:
        """Return the place of segments in the file."""
        return f"{self.name}, segment {first}" if first == last else f"{self.name}, segments {first}–{last}"

    def take(self, piece: Piece) -> Iterator[Claim | Unread]:
        """Go on by a segment; yield the claim that it ends, and what is wrong."""
        if isinstance(piece, Broken):
            yield from self._broken(piece)
        elif piece.ident in _CLOSES:
            yield from self._close(piece)
        elif piece.ident in _CONTROL:
            yield from self._open(piece)
        elif "ST" not in self.envelopes:
            if piece.ident != "TA1":
                yield from self._once(piece.number, "a segment outside of any transaction")
        elif self.guide is not None:
            yield from self._within(piece)

    def _once(self, number: int, reason: str) -> Iterator[Unread]:
        """Yield what is wrong with a segment, unless the one before it was wrong in the same way."""
        if self.said != (reason, number - 1):
            yield Unread(self.where(number, number), reason)
        self.said = (reason, number)

    def _broken(self, piece: Broken) -> Iterator[Claim | Unread]:
        if self.claim is None or piece.ends:
            yield from self.end_claim(whole=False)
            yield from self._once(piece.number, piece.reason)
        else:
            self.claim.last = piece.number
            self.claim.reason = self.claim.reason or f"segment {piece.number} is {piece.reason}"

    def _open(self, piece: Segment) -> Iterator[Claim | Unread]:
        yield from self.cut_off(piece.ident, piece.number)
        above = _OPENS.get(piece.ident)
        if above is not None:
            if above not in self.envelopes:
                yield Unread(
                    self.where(piece.number, piece.number), f"{piece.ident} stands outside of {above}"
                )
            else:
                self.envelopes[above].held += 1
        self.envelopes[piece.ident] = _Envelope(piece)
        if piece.ident == "ST":
            self.guide = self._guide(piece)
            self.levels, self.level, self.billing = set(), 0, None
            if self.guide is None:
                reason = f"a transaction {ident(piece.at(1))} {ident(piece.at(3))} is passed over: "
                reason += "read are claims of 005010X222 (837P) and 005010X223 (837I)"
                yield Unread(self.where(piece.number, piece.number), reason)

    def _guide(self, header: Segment) -> Guide | None:
        group = self.envelopes.get("GS")
        version = header.at(3) or (group.header.at(8) if group else "")
        return GUIDES.get(version[:10]) if header.at(1) == "837" else None

    def _close(self, piece: Segment) -> Iterator[Claim | Unread]:
        kind = _CLOSES[piece.ident]
        yield from self.end_claim(whole=kind == "ST")
        inner = _OUTER[_OUTER.index(kind) + 1 :]
        if inner:
            yield from self.cut_off(inner[0], piece.number)
        envelope = self.envelopes.pop(kind, None)
        if envelope is None:
            yield Unread(self.where(piece.number, piece.number), f"{piece.ident} without {kind} before it")
            return
        header = envelope.header
        held = piece.number - header.number + 1 if kind == "ST" else envelope.held
        span = self.where(header.number, piece.number)
        if piece.at(1).lstrip("0") != str(held).lstrip("0"):
            said = f"{piece.ident}01 counts other {_HELD[piece.ident]} than the {held} that are there"
            yield Unread(span, f"{said}; claims may be missing")
        if piece.at(2) != header.at(_CONTROL[kind]):
            yield Unread(span, f"{piece.ident}02 is not the control number of {kind}")

    def cut_off(self, kind: str, number: int) -> Iterator[Claim | Unread]:
        """Yield what is left open where an envelope of this kind begins or the file ends."""
        yield from self.end_claim(whole=False)
        left = [o for o in _OUTER[_OUTER.index(kind) :] if o in self.envelopes]
        if left:
            first = self.envelopes[left[0]].header.number
            missing = " and ".join(next(t for t, k in _CLOSES.items() if k == outer) for outer in left[::-1])
            yield Unread(self.where(first, number), f"{missing} missing: the file is cut short or damaged")
        for outer in left:
            del self.envelopes[outer]

    def _within(self, piece: Segment) -> Iterator[Claim | Unread]:
        if piece.ident in ("CLM", "HL"):
            yield from self.end_claim(whole=True)
        if piece.ident == "HL":
            yield from self._level(piece)
        elif piece.ident == "CLM":
            self.claim = _Open([piece], piece.number)
        elif self.claim is not None:
            self.claim.last = piece.number
            self.claim.size += sum(map(len, piece.elements)) + len(piece.elements)
            if self.claim.size <= MOST_CHARACTERS:
                self.claim.segments.append(piece)
            else:
                self.claim.reason = f"longer than {MOST_CHARACTERS:,} characters"
        elif piece.ident == "NM1" and piece.at(1) == "85":
            self.billing = npi(piece)

    def _level(self, piece: Segment) -> Iterator[Unread]:
        number, parent = piece.at(1), piece.at(2)
        where = self.where(piece.number, piece.number)
        if parent and parent not in self.levels:
            yield Unread(where, "the hierarchical level (HL) has a parent that is not there")
        self.level += 1
        if number != str(self.level):
            yield Unread(
                where, "hierarchical levels (HL) are not numbered 1, 2, 3; levels with claims may be missing"
            )
            self.level = int(number) if re.fullmatch(r"[0-9]{1,9}", number) else self.level
        self.levels.add(number)

    def end_claim(self, *, whole: bool) -> Iterator[Claim | Unread]:
        """Yield the open claim, if there is one; one whose end is not seen may lack lines and is not read."""
        held, self.claim = self.claim, None
        if held is None:
            return
        name = ident(held.segments[0].at(1)) or None
        reason = held.reason if whole else "the claim is cut short: its end is not there"
        if reason is None:
            try:
                assert self.guide is not None
                yield claim_of(held.segments, self.guide, self.billing)
            except CodegraphError as error:
                reason = str(error)
            else:
                return
        yield Unread(self.where(held.segments[0].number, held.last), reason, name)


def read_x12(stream: IO[Any], name: str) -> Iterator[Claim | Unread]:
    """Yield the claims of an 837 file, in order, and as Unread what is damaged, with segment numbers from 1.

    A claim is yielded when its end is seen, whatever comes later: where counts of a trailer are wrong (SE01, GE01,
    IEA01), that is reported behind the claims of the envelope. Holds one claim at a time.
    """
    reader = _Reader(name)
    number = 0
    for piece in segments(stream):
        number = piece.number
        yield from reader.take(piece)
    yield from reader.cut_off("ISA", number)
