"""Place of service codes: the two digits by which a professional claim says where a service was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, has_header, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_year, zero_filled

_NAMES: Final = {
    "POS CODE": "code",
    "PLACE OF SERVICE CODE": "code",
    "PLACE OF SERVICE CODE S": "code",  # the page's own heading: "Place of Service Code(s)"
    "POS TYPE": "kind",
    "POS NAME": "name",
    "PLACE OF SERVICE NAME": "name",
    "POS DESCRIPTION": "description",
    "PLACE OF SERVICE DESCRIPTION": "description",
}
_KINDS: Final = frozenset({"Facility", "Non-Facility", "Unassigned", ""})


@dataclass(frozen=True, slots=True)
class PlaceOfService:
    """A place of service; `kind` says which practice expense is paid there, empty if not stated."""

    code: str
    kind: str
    name: str
    description: str


def sniff(head: bytes) -> bool:
    """Recognise the header, the derived file's or that of CMS's page."""
    return has_header(head, "POS CODE", "POS NAME") or any(
        has_header(head, name, "PLACE OF SERVICE NAME")
        for name in ("PLACE OF SERVICE CODE", "PLACE OF SERVICE CODE S")
    )


def release(member: Member) -> Release:
    """Return the year that the file's name says; the content has none."""
    year = find_year(member.name.replace("_", " "))
    title = "Place of service codes"
    if year is None:
        return Release("pos", UNDATED, title)
    return Release("pos", str(year), f"{title} {year}", None, date(year, 1, 1))


def read(member: Member) -> Iterator[PlaceOfService | Reject | Note]:
    """Yield the codes, also those that CMS has not assigned."""
    sheet = open_sheet(member, lambda keys: any(_NAMES.get(k) == "name" for k in keys))
    columns = sheet.columns(_NAMES, required={"code", "name"})
    seen: set[str] = set()

    def parse(record: Record) -> Iterable[PlaceOfService | Note]:
        notes: list[Note] = []
        cell = {field: record.cells[at] for field, at in columns.items()}
        code = zero_filled(cell["code"], 2, "place of service", record.line, notes)
        if not re.fullmatch(r"[0-9]{2}", code):
            raise RowError(f"{code[:12]!r} is no place of service")
        kind = cell.get("kind", "")
        if kind not in _KINDS:
            raise RowError(f"{kind[:20]!r} is no kind of place")
        if code in seen:
            raise RowError(f"{code} stands there twice")
        seen.add(code)
        return [*notes, PlaceOfService(code, kind, cell["name"], cell.get("description", ""))]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1)


TABLE: Final = Table(
    "place_of_service",
    (("release", "TEXT"), ("code", "TEXT"), ("kind", "TEXT"), ("name", "TEXT"), ("description", "TEXT")),
    ("release", "code"),
)


def table_rows(row: PlaceOfService, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands; the graph's own scheme describes the assigned places."""
    return ((release.ident, row.code, row.kind, row.name, row.description),)


READER: Final = Reader(
    kind="place-of-service",
    title="Place of service codes",
    publisher="CMS",
    page="Place of Service Codes, https://www.cms.gov/medicare/coding-billing/place-of-service-codes",
    sniff=sniff,
    release=release,
    read=read,
    table=TABLE,
    table_rows=table_rows,
)
