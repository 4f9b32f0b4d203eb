"""OPPS-based caps of imaging payments (OPPSCAP): what a technical component pays at most in each locality."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from codegraph.codes import billing_system, is_code
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, has_header, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.pfs_localities import PAGE, locality_key
from codegraph.sources.values import QUARTER_LETTERS, RowError, decimal, month_number, plain, zero_filled

_NAMES: Final = {
    "HCPCS": "code",
    "MOD": "modifier",
    "PROCSTAT": "status",
    "CARRIER": "carrier",
    "LOCALITY": "locality",
    "FACILITY PRICE": "facility",
    "NON FACILTY PRICE": "nonfacility",  # so misspelt in the published file
    "NON FACILITY PRICE": "nonfacility",
}


@dataclass(frozen=True, slots=True)
class PaymentCap:
    """The cap of a code (and modifier) in a locality, in dollars."""

    code: str
    modifier: str
    status: str
    carrier: str
    locality: str
    facility: Decimal
    nonfacility: Decimal


def sniff(head: bytes) -> bool:
    """Recognise the header."""
    return has_header(head, "HCPCS", "MOD", "PROCSTAT", "CARRIER", "LOCALITY", "FACILITY PRICE")


_PACKAGE: Final = re.compile(r"RVU(\d\d)([A-D])", re.IGNORECASE)
_QUARTER: Final = re.compile(r"OPPSCAP_?([A-Z]{3})", re.IGNORECASE)
_YEAR: Final = re.compile(r"OPPSCAP_?(?:20)?(\d\d)(?!\d)", re.IGNORECASE)
_BESIDE: Final = re.compile(r"PPRRVU(?:20)?(\d\d)_?([A-Z]{3})", re.IGNORECASE)


def release(member: Member) -> Release:
    """Return the quarter of the package that the file came in.

    The content has no date and the name only a month (`OPPSCAP_Oct.csv`). The year is that of the archive's
    name (`rvu25d.zip`), else of the relative value file of the same month that CMS packs with it, where one
    such year stands in the folder; else the release is undated.
    """
    title = "OPPS-based payment caps"
    if package := _PACKAGE.search(f"{member.path.name} {member.name}"):
        letter = package[2].upper()
        month = next(m for m, known in QUARTER_LETTERS.items() if known == letter)
        return _dated(title, 2000 + int(package[1]), month)
    quarter = _QUARTER.search(member.name)
    years = {int(m[1]) for m in [_YEAR.search(member.name)] if m}
    if not years and quarter:
        names = sorted(path.name for path in member.path.parent.iterdir())
        beside = [m for name in names if (m := _BESIDE.match(name))]
        years = {int(m[1]) for m in beside if m[2].lower() == quarter[1].lower()}
    if quarter is None or len(years) != 1:
        return Release("cms-oppscap", UNDATED, title)
    return _dated(title, 2000 + years.pop(), month_number(quarter[1]))


def _dated(title: str, year: int, month: int) -> Release:
    version = f"{year}{QUARTER_LETTERS[month]}"
    return Release("cms-oppscap", version, f"{title} {version}", None, date(year, month, 1))


def read(member: Member) -> Iterator[PaymentCap | Reject | Note]:
    """Yield the rows."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(("HCPCS", "PROCSTAT", "CARRIER")))
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    seen: set[tuple[str, ...]] = set()

    def parse(record: Record) -> Iterable[PaymentCap | Note]:
        notes: list[Note] = []
        cell = {field: record.cells[position] for field, position in columns.items()}
        code = zero_filled(cell["code"], 5, "code", record.line, notes)
        if billing_system(code) is None:
            raise RowError(f"{code[:12]!r} is no code")
        if cell["modifier"] and not is_code("modifier", cell["modifier"]):
            raise RowError(f"{cell['modifier'][:12]!r} is no modifier")
        place = locality_key(cell["carrier"], cell["locality"], record.line, notes)
        whole = (code, cell["modifier"], *place)
        prices = decimal(cell["facility"]), decimal(cell["nonfacility"])
        if whole in seen:
            raise RowError(f"{' '.join(whole)} stands there twice")
        seen.add(whole)
        return [*notes, PaymentCap(code, cell["modifier"], cell["status"], *place, *prices)]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1)


TABLE: Final = Table(
    "opps_cap",
    (
        *(
            ("release", "TEXT"),
            ("code", "TEXT"),
            ("modifier", "TEXT"),
            ("status", "TEXT"),
            ("carrier", "TEXT"),
        ),
        *(("locality", "TEXT"), ("facility", "TEXT"), ("nonfacility", "TEXT")),
    ),
    ("release", "code", "modifier", "carrier", "locality"),
)


def table_rows(row: PaymentCap, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, numbers with their digits."""
    head = (release.ident, row.code, row.modifier, row.status, row.carrier, row.locality)
    return ((*head, plain(row.facility), plain(row.nonfacility)),)


READER: Final = Reader(
    kind="pfs-opps-cap",
    title="OPPS-based payment caps (OPPSCAP)",
    publisher="CMS",
    page=PAGE,
    sniff=sniff,
    release=release,
    read=read,
    table=TABLE,
    table_rows=table_rows,
)
