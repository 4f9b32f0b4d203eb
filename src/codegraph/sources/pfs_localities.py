"""Localities and their counties (LOCCO), and the locality key that all fee schedule files share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from codegraph import rdf
from codegraph.namespaces import CONCEPT
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, has_header, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_year, zero_filled

PAGE: Final = "PFS Relative Value Files, https://www.cms.gov/medicare/payment/fee-schedules/physician"

_NAMES: Final = {
    "MEDICARE ADMINSTRATIVE CONTRACTOR": "carrier",  # so misspelt in the published file
    "MEDICARE ADMINISTRATIVE CONTRACTOR": "carrier",
    "LOCALITY NUMBER": "locality",
    "STATE": "state",
    "FEE SCHEDULE AREA": "area",
    "COUNTIES": "counties",
}


@dataclass(frozen=True, slots=True)
class Locality:
    """A payment locality: its key (carrier, number), state, area and the counties in it.

    `two_carriers` is the file's `*`: two carriers serve the locality.
    """

    carrier: str
    locality: str
    state: str
    area: str
    counties: str
    two_carriers: bool = False


def locality_key(carrier: str, locality: str, line: int, notes: list[Note]) -> tuple[str, str]:
    """Return the key with its zeros (5 digits of the carrier, 2 of the locality), else raise RowError.

    Locality numbers repeat over carriers and states: neither part alone is a key.
    """
    carrier = zero_filled(carrier, 5, "carrier", line, notes)
    locality = zero_filled(locality, 2, "locality number", line, notes)
    if not re.fullmatch(r"[0-9]{5}", carrier) or not re.fullmatch(r"[0-9]{2}", locality):
        raise RowError(f"{carrier[:12]!r}, {locality[:12]!r} is no carrier and locality number")
    return carrier, locality


def locality_term(carrier: str, locality: str) -> str:
    """Return the IRI term of a locality."""
    return f"<{CONCEPT}locality/{carrier}-{locality}>"


def yearly(source: str, title: str, text: str, member: Member) -> Release:
    """Return the release of a file that holds for a calendar year, named in its text or else in its name."""
    year = find_year(text) or find_year(member.name)
    if year is None and (short := re.search(r"(?<!\d)(\d\d)(?!\d)", member.name)):
        year = 2000 + int(short[1])  # 25LOCCO.csv
    if year is None:
        return Release(source, UNDATED, title)
    return Release(source, str(year), f"{title} {year}", None, date(year, 1, 1), date(year, 12, 31))


def is_remark(record: Record) -> bool:
    """Recognise the remarks below the rows: a text in the first cell and nothing beside it."""
    return bool(record.cells[0]) and not record.cells[0].isdigit() and not any(record.cells[1:])


def sniff(head: bytes) -> bool:
    """Recognise the list of counties by its header."""
    return has_header(head, "LOCALITY NUMBER", "STATE", "FEE SCHEDULE AREA", "COUNTIES")


def _sheet_header(keys: set[str]) -> bool:
    return keys.issuperset(("LOCALITY NUMBER", "FEE SCHEDULE AREA", "COUNTIES"))


def release(member: Member) -> Release:
    """Return the year that the title names."""
    return yearly("cms-locality", "Fee schedule localities and counties", _title(member), member)


def _title(member: Member) -> str:
    return open_sheet(member, _sheet_header).title


def read(member: Member) -> Iterator[Locality | Reject | Note]:
    """Yield the localities; a state named on the first row of a block holds for the rows below it."""
    sheet = open_sheet(member, _sheet_header)
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    seen: dict[tuple[str, str], Locality] = {}
    state = ""

    def parse(record: Record) -> Iterable[Locality | Note]:
        nonlocal state
        notes: list[Note] = []
        cell = {field: record.cells[position] for field, position in columns.items()}
        carrier, locality = locality_key(cell["carrier"], cell["locality"], record.line, notes)
        state = cell["state"].rstrip("* ") or state
        if not state:
            raise RowError("no state is named on this row or above it")
        area = cell["area"]
        counties = re.sub(r"\s+", " ", cell["counties"])
        row = Locality(carrier, locality, state, area.rstrip("* "), counties, area.endswith("*"))
        first = seen.setdefault((carrier, locality), row)
        if first is row:
            return [*notes, row]
        if first != row:
            raise RowError(f"locality {carrier}-{locality} stands there twice, and differently")
        return [
            *notes,
            Note(record.line, "a row that repeats an earlier one is kept once", f"{carrier}-{locality}"),
        ]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1, is_note=is_remark)


_COUNTY: Final = rdf.term("cg:county")


def triples(row: Locality, release: Release) -> Iterator[Triple]:
    """Yield the counties of a locality; what else it is, the geographic indices say."""
    yield Triple(locality_term(row.carrier, row.locality), _COUNTY, rdf.literal(row.counties))


TABLE: Final = Table(
    "locality",
    (
        *(("release", "TEXT"), ("carrier", "TEXT"), ("locality", "TEXT"), ("state", "TEXT")),
        *(("area", "TEXT"), ("counties", "TEXT"), ("two_carriers", "INTEGER")),
    ),
    ("release", "carrier", "locality"),
    (("state",),),
)


def table_rows(row: Locality, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands."""
    cells = (row.carrier, row.locality, row.state, row.area, row.counties, int(row.two_carriers))
    return ((release.ident, *cells),)


READER: Final = Reader(
    kind="pfs-localities",
    title="Fee schedule localities and their counties (LOCCO)",
    publisher="CMS",
    page=PAGE,
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    table=TABLE,
    table_rows=table_rows,
)
