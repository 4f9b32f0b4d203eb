"""Segments of an X12 interchange: read as a stream, numbered, with the separators that each ISA header states.

Source: ASC X12.5 (interchange control structure): the header is 106 characters long, all elements of fixed width, so
that the separators stand at fixed places of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any, Final, NamedTuple

HEADER: Final = 106
LONGEST_SEGMENT: Final = 100_000
_CHUNK: Final = 1 << 16
# Where the header has its element separators.
_SEPARATORS: Final = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_IDENT: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_BETWEEN: Final = "\r\n\t \x00\x1a\ufeff"
_BOM: Final = b"\xef\xbb\xbf"


class Separators(NamedTuple):
    """The characters that part elements, repeated elements, components and segments; repetition came with 00402."""

    element: str
    repetition: str
    component: str
    terminator: str


class Segment(NamedTuple):
    """A segment with its number in the file, from 1; `elements[0]` is its identifier (`CLM`)."""

    number: int
    elements: tuple[str, ...]
    separators: Separators

    @property
    def ident(self) -> str:
        """Return the identifier (`CLM`)."""
        return self.elements[0]

    def at(self, position: int) -> str:
        """Return an element by its position, from 1, without blanks around it; empty where it is absent."""
        return self.elements[position].strip() if position < len(self.elements) else ""

    def components(self, position: int) -> tuple[str, ...]:
        """Return the components of a composite element; one empty text where it is absent."""
        return tuple(part.strip() for part in self.at(position).split(self.separators.component))


class Broken(NamedTuple):
    """A piece of the file that is no segment: its number among the segments, and why; `ends` the reading there."""

    number: int
    reason: str
    ends: bool = False


def separators_of(header: str) -> Separators | str:
    """Return the separators that an ISA header states, or why it is none."""
    if not header.startswith("ISA"):
        return "an interchange begins with an ISA segment"
    if len(header) < HEADER:
        return f"the ISA header has {HEADER} characters; the file ends after {len(header)}"
    element = header[3]
    if any(header[at] != element for at in _SEPARATORS) or header[:104].count(element) != len(_SEPARATORS):
        return "the elements of the ISA header are not of the fixed widths"
    # Nothing that is read repeats, and senders err in ISA11: it need not be distinct.
    repetition = header[82] if header[84:89] >= "00402" else ""
    found = Separators(element, repetition, header[104], header[105])
    stated = (found.element, found.component, found.terminator)
    if len(set(stated)) < len(stated) or any(s.isalnum() or s == " " for s in stated):
        return "the separators of the ISA header are not distinct characters other than letters and digits"
    return found


def segments(stream: IO[Any]) -> Iterator[Segment | Broken]:
    """Yield the segments of a stream of bytes or text, in order; what is none is yielded as Broken.

    Bytes are read one character each (Latin-1): the structure is ASCII, and no name is kept. A header inside of an
    interchange begins a new one, and may state other separators. A run of empty segments counts as one. Holds one
    segment at a time.
    """
    text = _Text(stream)
    number = 0
    separators: Separators | None = None
    while not text.at_end():
        number += 1
        if text.starts_header(separators):
            found = separators_of(text.peek(HEADER))
            if isinstance(found, str):
                yield Broken(number, found, ends=True)
                return
            separators = found
        if separators is None:
            yield Broken(number, "an interchange begins with an ISA segment", ends=True)
            return
        raw = text.until(separators.terminator)
        if raw is None:
            yield Broken(number, text.why_none, ends=True)
            return
        yield _segment(number, raw, separators)
        if not raw and text.at_end(separators.terminator):
            return
        if raw.startswith("IEA"):
            separators = None


def _segment(number: int, raw: str, separators: Separators) -> Segment | Broken:
    elements = tuple(raw.split(separators.element))
    if not _IDENT.fullmatch(elements[0]):
        return Broken(number, "no segment: it does not begin with an identifier of two or three characters")
    return Segment(number, elements, separators)


class _Text:
    """A stream as text with a look ahead: a buffer that holds no more than a segment and a chunk."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self._buffer = ""
        self._start = 0
        self._ended = False
        self.why_none = ""

    def _more(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(_CHUNK)
        if not chunk:
            self._ended = True
            return False
        if isinstance(chunk, bytes):
            chunk = chunk.removeprefix(_BOM).decode("latin-1")
        self._buffer = self._buffer[self._start :] + chunk
        self._start = 0
        return True

    def peek(self, size: int) -> str:
        """Return the next characters without going on, fewer at the end."""
        while len(self._buffer) - self._start < size and self._more():
            pass
        return self._buffer[self._start : self._start + size]

    def at_end(self, terminator: str = "") -> bool:
        """Pass over line ends and blanks between segments, and empty segments; tell whether nothing follows."""
        between = _BETWEEN + terminator
        while True:
            while self._start < len(self._buffer):
                if self._buffer[self._start] not in between:
                    return False
                self._start += 1
            if not self._more():
                return True

    def starts_header(self, separators: Separators | None) -> bool:
        """Tell whether an ISA header follows: always asked outside of an interchange, exactly inside of one."""
        if self.peek(3) != "ISA":
            return False
        return separators is None or isinstance(separators_of(self.peek(HEADER)), Separators)

    def until(self, terminator: str) -> str | None:
        """Return the text up to a terminator and go on behind it; None where the file ends or none comes."""
        while (at := self._buffer.find(terminator, self._start)) < 0:
            if len(self._buffer) - self._start > LONGEST_SEGMENT:
                self.why_none = f"no segment ends within {LONGEST_SEGMENT:,} characters"
                return None
            if not self._more():
                self.why_none = "the file is cut short: this segment does not end"
                return None
        raw = self._buffer[self._start : at]
        self._start = at + 1
        return raw
