"""Anesthesia conversion factors (ANES): dollars a unit by locality, in a table or in text without points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import ENTRY
from codegraph.rdf import Triple
from codegraph.sources.base import Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, Sheet, head_rows, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.pfs_localities import PAGE, is_remark, locality_key, locality_term, yearly
from codegraph.sources.values import RowError, decimal, plain

_NAMES: Final = {"CONTRACTOR": "carrier", "LOCALITY": "locality", "LOCALITY NAME": "name"}
# `National Anes CF of 20.3178`; from 2026 one column for qualifying participants and one for all others.
_FACTOR: Final = re.compile(r"(?:(NON QUALIFYING|QUALIFYING) APM )?NATIONAL ANES CF(?: .*)?")
_NATIONAL: Final = re.compile(r"\bof\s+(\d+\.\d+)\s*$")
_TEXT_ROW: Final = re.compile(r"(\d{5})\s+(\d{2})\s+(\S.*?)\s{2,}(\d{4})\s*")


@dataclass(frozen=True, slots=True)
class AnesthesiaFactor:
    """The conversion factor of a locality; `participation` is `qpp` for qualifying participants, else empty.

    `national` is the national factor that the column's name states, None where it does not.
    """

    carrier: str
    locality: str
    name: str
    participation: str
    factor: Decimal
    national: Decimal | None


def _is_header(keys: set[str]) -> bool:
    return keys.issuperset(_NAMES) and any(_FACTOR.fullmatch(k) for k in keys)


def _is_text(head: bytes) -> bool:
    """Recognise the fixed text: no header, and every line a carrier, a locality, a name and four digits."""
    lines = [line for line in head[:8192].decode("latin-1").splitlines() if line.strip()]
    if len(head) >= 8192:
        lines.pop()  # cut somewhere
    return len(lines) > 2 and all(_TEXT_ROW.fullmatch(line) for line in lines[:20])


def sniff(head: bytes) -> bool:
    """Recognise the table by its header, the text by the form of its lines."""
    return _is_text(head) or any(_is_header({key(cell) for cell in cells}) for cells in head_rows(head))


def release(member: Member) -> Release:
    """Return the year that the file's name says; the content has none."""
    return yearly("cms-anesthesia", "Anesthesia conversion factors", "", member)


def read(member: Member) -> Iterator[AnesthesiaFactor | Reject | Note]:
    """Yield a factor a locality, two where the file has a second one for qualifying participants."""
    if _is_text(member.head(8192)):
        yield from _read_text(member)
        return
    sheet = open_sheet(member, _is_header)
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    factors = _factor_columns(sheet)
    seen: set[tuple[str, str]] = set()

    def parse(record: Record) -> Iterable[AnesthesiaFactor | Note]:
        notes: list[Note] = []
        cell = {field: record.cells[position] for field, position in columns.items()}
        place = locality_key(cell["carrier"], cell["locality"], record.line, notes)
        name = cell["name"].rstrip("* ")
        rows = [
            AnesthesiaFactor(*place, name, part, decimal(record.cells[at].lstrip("$ ")), national)
            for at, part, national in factors
        ]
        if place in seen:
            raise RowError(f"locality {'-'.join(place)} stands there twice")
        seen.add(place)
        return [*notes, *rows]

    width = max(*columns.values(), *(at for at, _, _ in factors)) + 1
    yield from read_rows(sheet, parse, width=width, is_note=is_remark)


def _factor_columns(sheet: Sheet) -> list[tuple[int, str, Decimal | None]]:
    found = []
    for position, cell in enumerate(sheet.header.cells):
        if match := _FACTOR.fullmatch(key(cell)):
            national = _NATIONAL.search(cell)
            part = "qpp" if match[1] == "QUALIFYING" else ""
            found.append((position, part, decimal(national[1]) if national else None))
    if len({part for _, part, _ in found}) != len(found):
        raise SourceError(f"{sheet.member.label}: two columns hold the same conversion factor")
    return sorted(found, key=lambda column: column[1])


def _read_text(member: Member) -> Iterator[AnesthesiaFactor | Reject]:
    short = False
    for number, line in enumerate(member.lines(), 1):
        if not line.strip():
            continue
        match = _TEXT_ROW.fullmatch(line)
        short = match is None
        if match is None:
            yield Reject(number, "not a carrier, a locality, a name and four digits", line[:200])
        else:
            factor = Decimal(int(match[4])).scaleb(-2)
            yield AnesthesiaFactor(match[1], match[2], match[3].rstrip("* "), "", factor, None)
    if short:
        raise SourceError(f"{member.label} ends in the middle of a row: it was cut short; download it again")


def triples(row: AnesthesiaFactor, release: Release) -> Iterator[Triple]:
    """Yield the factor of a locality in this release."""
    part = f"-{row.participation}" if row.participation else ""
    entry = f"<{ENTRY}{release.ident}/{row.carrier}-{row.locality}{part}>"
    yield Triple(entry, rdf.TYPE, rdf.term("cg:AnesthesiaFactor"))
    yield Triple(entry, rdf.term("cg:ofLocality"), locality_term(row.carrier, row.locality))
    yield Triple(entry, rdf.term("cg:ofRelease"), f"<{release.iri}>")
    yield Triple(entry, rdf.term("cg:conversionFactor"), rdf.decimal(row.factor))


TABLE: Final = Table(
    "anesthesia",
    (
        *(("release", "TEXT"), ("carrier", "TEXT"), ("locality", "TEXT"), ("name", "TEXT")),
        *(("participation", "TEXT"), ("factor", "TEXT"), ("national", "TEXT")),
    ),
    ("release", "carrier", "locality", "participation"),
)


def table_rows(row: AnesthesiaFactor, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, numbers with their digits."""
    place = (row.carrier, row.locality, row.name, row.participation)
    return ((release.ident, *place, plain(row.factor), plain(row.national)),)


READER: Final = Reader(
    kind="pfs-anesthesia",
    title="Anesthesia conversion factors (ANES)",
    publisher="CMS",
    page=PAGE,
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    table=TABLE,
    table_rows=table_rows,
)
