"""HCPCS Level II as CMS's text of fixed width: 320 characters a line, notice rows above.

Positions after CMS's record layout (HCPCS contractor record), counted from 0 here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegraph.errors import SourceError
from codegraph.sources import hcpcs
from codegraph.sources.base import Reader, Reject
from codegraph.sources.delimited import masked
from codegraph.sources.files import Member
from codegraph.sources.hcpcs import FIRST, HcpcsCode, Part

_WIDTH: Final = 320
_FIRST_WIDTH: Final = 293  # a first line reaches at least to its action code, also without trailing blanks
_TEXT: Final = slice(11, 91)
_FIELDS: Final[dict[str, slice]] = {
    "SHORT DESCRIPTION": slice(91, 119),
    "PRICE1": slice(119, 121),
    "PRICE2": slice(121, 123),
    "PRICE3": slice(123, 125),
    "PRICE4": slice(125, 127),
    "MULT PI": slice(127, 128),
    "COV": slice(229, 230),
    "BETOS": slice(256, 259),
    **{f"TOS{n + 1}": slice(260 + n, 261 + n) for n in range(5)},
    "ADD DT": slice(268, 276),
    "ACT EFF DT": slice(276, 284),
    "TERM DT": slice(284, 292),
    "ACTION CD": slice(292, 293),
}
_START: Final = re.compile(r"( {3}[0-9A-Z]{2}|[0-9A-Z]{5})([0-9]{5})([3478])")
_SNIFF: Final = re.compile(
    rb"(?:^|[\r\n])(?: {3}[0-9A-Z]{2}[0-9]{5}7|[A-V][0-9]{4}[0-9]{5}3)[^\r\n]{257}[0-9]{8}[0-9 ]{16}[A-Z]"
)


def _sniff(head: bytes) -> bool:
    return _SNIFF.search(head) is not None


def read(member: Member) -> Iterator[HcpcsCode | Reject]:
    """Yield codes and modifiers with their long texts joined."""
    good = 0
    for row in hcpcs.assemble(_parts(member)):
        good += not isinstance(row, Reject)
        yield row
    if not good:
        raise SourceError(f"{member.label} is cut short: no code follows the notice")


def _parts(member: Member) -> Iterator[Part | Reject]:
    """Yield the lines after the notice; raise SourceError where the last one is broken off."""
    begun = False
    broken: Reject | None = None
    for number, line in enumerate(member.lines(), 1):
        start = _START.match(line)
        begun = begun or start is not None
        if not begun or not line.strip():
            continue
        if broken is not None:
            yield broken
            broken = None
        recid = start[3] if start else ""
        if start is None:
            yield Reject(
                number, "does not begin with a code, a sequence number and a record kind", _shown(line)
            )
        elif recid in FIRST and len(line) < _FIRST_WIDTH:
            reason = f"is {len(line)} characters long; a first line of a code has {_WIDTH}"
            broken = Reject(number, reason, _shown(line))
        else:
            yield _part(number, line.ljust(_WIDTH), start)
    if broken is not None:
        raise SourceError(f"{member.label} is cut short: its last line, {broken.line}, {broken.reason}")


def _part(number: int, line: str, start: re.Match[str]) -> Part:
    cells = {name: line[where].strip() for name, where in _FIELDS.items()} if start[3] in FIRST else {}
    return Part(number, start[3], start[1].strip(), int(start[2]), line[_TEXT], cells)


def _shown(line: str) -> str:
    return masked((line[:11], line[11:]))


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="hcpcs-fixed-width",
        title="HCPCS Level II codes and modifiers, text of fixed width",
        publisher=hcpcs.PUBLISHER,
        page=hcpcs.PAGE,
        sniff=_sniff,
        release=hcpcs.release_of,
        read=read,
        codes=hcpcs.codes,
        table=hcpcs.TABLE,
        table_rows=hcpcs.table_rows,
    ),
)
