"""Medicare specialty codes and the provider taxonomy codes they stand for.

The taxonomy's descriptors belong to the NUCC: that column is not read. Specialty names are CMS's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, has_header, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_month, zero_filled

_NAMES: Final = {
    "MEDICARE SPECIALTY CODE": "specialty",
    "MEDICARE PROVIDER SUPPLIER TYPE DESCRIPTION": "name",
    "PROVIDER TAXONOMY CODE": "taxonomy",
}
_FOOTNOTE: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class SpecialtyTaxonomy:
    """A specialty under one of its names, and one taxonomy code for it; empty where CMS maps it to none."""

    specialty: str
    name: str
    taxonomy: str


def sniff(head: bytes) -> bool:
    """Recognise the header."""
    return has_header(head, *_NAMES)


def release(member: Member) -> Release:
    """Return the month that the file's name says; the content has none."""
    title = "Medicare specialty and provider taxonomy crosswalk"
    month = find_month(member.name)
    if month is None:
        return Release("specialty-taxonomy", UNDATED, title)
    version = f"{month[0]}-{month[1]:02}"
    return Release("specialty-taxonomy", version, f"{title} {version}", None, date(*month, 1))


def read(member: Member) -> Iterator[SpecialtyTaxonomy | Reject | Note]:
    """Yield the pairs; footnote marks (`A0[7]`) are taken off."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(_NAMES))
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    seen: set[SpecialtyTaxonomy] = set()

    def parse(record: Record) -> Iterable[SpecialtyTaxonomy | Note]:
        notes: list[Note] = []
        cell = {
            field: re.sub(r"\s+", " ", _FOOTNOTE.sub("", record.cells[at])).strip()
            for field, at in columns.items()
        }
        code = zero_filled(cell["specialty"], 2, "specialty", record.line, notes)
        if not re.fullmatch(r"[0-9A-Z]{2}", code):
            raise RowError(f"{code[:12]!r} is no specialty code")
        taxonomy = cell["taxonomy"]
        if taxonomy and not re.fullmatch(r"[0-9A-Z]{9}X", taxonomy):
            raise RowError(f"{taxonomy[:14]!r} is no taxonomy code")
        row = SpecialtyTaxonomy(code, cell["name"], taxonomy)
        if row in seen:
            return [
                *notes,
                Note(record.line, "a row that repeats an earlier one is kept once", f"{code} {taxonomy}"),
            ]
        seen.add(row)
        return [*notes, row]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1)


TABLE: Final = Table(
    "specialty",
    (("release", "TEXT"), ("specialty", "TEXT"), ("name", "TEXT"), ("taxonomy", "TEXT")),
    ("release", "specialty", "name", "taxonomy"),
    (("taxonomy",),),
)


def table_rows(row: SpecialtyTaxonomy, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the pair."""
    return ((release.ident, row.specialty, row.name, row.taxonomy),)


READER: Final = Reader(
    kind="specialty-taxonomy",
    title="Medicare specialty and provider taxonomy crosswalk",
    publisher="CMS",
    page="Medicare Provider and Supplier Taxonomy Crosswalk, https://data.cms.gov",
    sniff=sniff,
    release=release,
    read=read,
    table=TABLE,
    table_rows=table_rows,
)
