"""HCPCS Level II as columns: CMS's 48 columns (workbook or csv), and a derived list of texts.

The derived list has three columns (code, description, day of the update) and no dates of the codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from codegraph.sources import hcpcs
from codegraph.sources.base import Reader, Reject, Release
from codegraph.sources.delimited import Record, Sheet, find_columns, has_header, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.hcpcs import FIRST, FURTHER, HcpcsCode, Part
from codegraph.sources.values import RowError, us_date

_USED: Final = (
    *("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION"),
    *("PRICE1", "PRICE2", "PRICE3", "PRICE4", "MULT PI", "COV", "BETOS"),
    *("TOS1", "TOS2", "TOS3", "TOS4", "TOS5", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"),
)
_TELLING: Final = ("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "ACTION CD")
_DERIVED: Final = ("CODE", "DESCRIPTION", "LAST UPDATED")


def read_columns(member: Member) -> Iterator[HcpcsCode | Reject]:
    """Yield codes and modifiers of the 48 columns."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(_TELLING))
    at = sheet.columns({name: name for name in _USED}, required=_USED)

    def parse(record: Record) -> Iterator[Part]:
        cells = {name: record.cells[position] for name, position in at.items()}
        if cells["RECID"] not in FIRST and cells["RECID"] not in FURTHER:
            raise RowError(f"the record kind is {cells['RECID']!r}, none of 3, 4, 7, 8")
        if not (cells["SEQNUM"].isascii() and cells["SEQNUM"].isdigit()):
            raise RowError(f"the sequence number is {cells['SEQNUM']!r}")
        long = cells["LONG DESCRIPTION"]
        yield Part(record.line, cells["RECID"], cells["HCPC"], int(cells["SEQNUM"]), long, cells)

    yield from hcpcs.assemble(read_rows(sheet, parse, width=max(at.values()) + 1))


def _derived_sheet(member: Member) -> tuple[Sheet, dict[str, int]]:
    sheet = open_sheet(member, lambda keys: keys.issuperset(_DERIVED))
    keys = [key(cell) for cell in sheet.header.cells]
    return sheet, find_columns(member, keys, {name: name for name in _DERIVED}, _DERIVED)


def read_derived(member: Member) -> Iterator[HcpcsCode | Reject]:
    """Yield the codes and modifiers of the derived list."""
    sheet, at = _derived_sheet(member)

    def parse(record: Record) -> Iterator[HcpcsCode]:
        notation, long = record.cells[at["CODE"]], hcpcs.plain(record.cells[at["DESCRIPTION"]])
        system = "modifier" if len(notation) == 2 else "hcpcs"
        if not long:
            raise RowError("has no description")
        yield HcpcsCode(system, hcpcs.checked(system, notation), long)

    yield from read_rows(sheet, parse, width=max(at.values()) + 1)


def _derived_release(member: Member) -> Release:
    return hcpcs.release_of(member, _updated(member))


def _updated(member: Member) -> date | None:
    """Return the day of the update that the first row gives, written month-day-year."""
    sheet, at = _derived_sheet(member)
    for row in sheet.rows:
        if isinstance(row, Record) and len(row.cells) > at["LAST UPDATED"]:
            return us_date(row.cells[at["LAST UPDATED"]].replace("-", "/"))
    return None


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="hcpcs-columns",
        title="HCPCS Level II codes and modifiers, 48 columns",
        publisher=hcpcs.PUBLISHER,
        page=hcpcs.PAGE,
        sniff=lambda head: has_header(head, *_TELLING),
        release=hcpcs.release_of,
        read=read_columns,
        codes=hcpcs.codes,
        table=hcpcs.TABLE,
        table_rows=hcpcs.table_rows,
    ),
    Reader(
        kind="hcpcs-descriptions",
        title="HCPCS Level II codes and modifiers, derived list",
        publisher=hcpcs.PUBLISHER,
        page=hcpcs.PAGE,
        sniff=lambda head: has_header(head, *_DERIVED),
        release=_derived_release,
        read=read_derived,
        codes=hcpcs.codes,
        table=hcpcs.TABLE,
        table_rows=hcpcs.table_rows,
    ),
)
