"""OPPS Addendum D1: what each status indicator means, in blocks of several rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from codegraph.errors import SourceError
from codegraph.sources import opps
from codegraph.sources.base import Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import masked, open_sheet
from codegraph.sources.files import Member
from codegraph.sources.values import RowError

_NAMES: Final = {
    "STATUS INDICATOR": "status",
    "ITEM CODE SERVICE": "item",
    "OPPS PAYMENT STATUS": "payment",
}
# Saved as ASCII, a bullet becomes a question mark.
_BULLET: Final = re.compile(r"^[?•·▪]\s{1,3}(?=\S)")


@dataclass(frozen=True, slots=True)
class StatusDefinition:
    """A status indicator: the services that have it and how they are paid, a line for each row."""

    status: str
    item: str
    payment: str


def sniff(head: bytes) -> bool:
    """Recognise the title and the columns."""
    return opps.is_addendum(head, "D1", *_NAMES)


def release(member: Member) -> Release:
    """Return the year or quarter that the title names."""
    return opps.release(member, "D1", "OPPS PAYMENT STATUS")


def read(member: Member) -> Iterator[StatusDefinition | Reject | Note]:
    """Yield a definition a block: a row with an indicator begins it, rows without one continue it."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(_NAMES))
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    notes: list[Note] = []
    status, items, payments = "", [""], [""]
    short = False
    for record in sheet.rows:
        if isinstance(record, Reject):
            yield record
            continue
        if record.blank:
            continue
        short = len(record.cells) <= max(columns.values())
        cell = opps.cells(record, columns, notes)
        yield from notes
        notes.clear()
        if short or (not cell["status"] and not status) or _is_note(cell["item"]):
            if not _is_note(cell["item"]):
                yield Reject(record.line, "a row of no status indicator's block", masked(record.cells))
            continue
        if cell["status"]:
            if status:
                yield _definition(status, items, payments)
            try:
                status, items, payments = opps.status(cell["status"]), [], []
            except RowError as error:
                yield Reject(record.line, str(error), masked(record.cells))
                status = ""
                continue
        items.append(_BULLET.sub("- ", cell["item"]))
        payments.append(_BULLET.sub("- ", cell["payment"]))
    if short or not status:
        raise SourceError(
            f"{member.label} has no whole block at its end: it was cut short; download it again"
        )
    yield _definition(status, items, payments)


def _is_note(item: str) -> bool:
    """Recognise the remark below the table, which belongs to no indicator."""
    return re.match(r"\*\s*Note\b", item) is not None


def _definition(status: str, items: list[str], payments: list[str]) -> StatusDefinition:
    return StatusDefinition(status, _joined(items), _joined(payments))


def _joined(lines: list[str]) -> str:
    return "\n".join(re.sub(r"\s+", " ", line) for line in lines if line)


TABLE: Final = Table(
    "opps_status",
    (("release", "TEXT"), ("status", "TEXT"), ("item", "TEXT"), ("payment", "TEXT")),
    ("release", "status"),
)


def table_rows(row: StatusDefinition, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the definition; the graph has its own words for the indicators."""
    return ((release.ident, row.status, row.item, row.payment),)


READER: Final = Reader(
    kind="opps-addendum-d1",
    title="OPPS Addendum D1: status indicators",
    publisher="CMS",
    page=opps.PAGE,
    sniff=sniff,
    release=release,
    read=read,
    table=TABLE,
    table_rows=table_rows,
)
