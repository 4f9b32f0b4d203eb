"""Geographic practice cost indices (GPCI, Addendum E of the fee schedule rule): three indices a locality."""

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

_NAMES: Final = {
    "MEDICARE ADMINISTRATIVE CONTRACTOR MAC": "carrier",
    "MEDICARE ADMINISTRATIVE CONTRACTOR": "carrier",
    "STATE": "state",
    "LOCALITY NUMBER": "locality",
    "LOCALITY NAME": "name",
}
# The year stands in the column's name; the work index may come twice, without and with the floor.
_INDICES: Final = {
    "work": re.compile(r"(?:20\d\d )?(?:PW|WORK) GPCI(?: .*)?"),
    "practice_expense": re.compile(r"(?:20\d\d )?PE GPCI(?: .*)?"),
    "malpractice": re.compile(r"(?:20\d\d )?MP GPCI(?: .*)?"),
}


@dataclass(frozen=True, slots=True)
class LocalityIndices:
    """The three indices of a locality; `marks` are the footnote stars that stood behind its name."""

    carrier: str
    locality: str
    state: str
    name: str
    marks: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


def _is_header(keys: set[str]) -> bool:
    return keys.issuperset(("STATE", "LOCALITY NUMBER", "LOCALITY NAME")) and any(
        _INDICES["work"].fullmatch(k) for k in keys
    )


def sniff(head: bytes) -> bool:
    """Recognise the header: locality columns and a work index."""
    return any(_is_header({key(cell) for cell in cells}) for cells in head_rows(head))


def release(member: Member) -> Release:
    """Return the year that the columns, or else the title, name."""
    sheet = open_sheet(member, _is_header)
    text = " ".join((*sheet.header.cells, sheet.title))
    return yearly("cms-gpci", "Geographic practice cost indices", text, member)


def _columns(sheet: Sheet) -> dict[str, int]:
    columns = sheet.columns(_NAMES, required=set(_NAMES.values()))
    keys = [key(cell) for cell in sheet.header.cells]
    for field, pattern in _INDICES.items():
        found = [n for n, name in enumerate(keys) if pattern.fullmatch(name)]
        if len(found) > 1:
            found = [n for n in found if "WITH 1 0 FLOOR" in keys[n]] or found
        if len(found) != 1:
            raise SourceError(
                f"{sheet.member.label}: {len(found)} columns are the {field} index; one is needed"
            )
        columns[field] = found[0]
    return columns


def read(member: Member) -> Iterator[LocalityIndices | Reject | Note]:
    """Yield the localities; footnote stars are taken from the names."""
    sheet = open_sheet(member, _is_header)
    columns = _columns(sheet)
    seen: set[tuple[str, str]] = set()

    def parse(record: Record) -> Iterable[LocalityIndices | Note]:
        notes: list[Note] = []
        cell = {field: record.cells[position] for field, position in columns.items()}
        place = locality_key(cell["carrier"], cell["locality"], record.line, notes)
        if place in seen:
            raise RowError(f"locality {'-'.join(place)} stands there twice")
        numbers = [decimal(cell[field]) for field in _INDICES]
        if not re.fullmatch(r"[A-Z]{2}", cell["state"]):
            raise RowError(f"{cell['state'][:10]!r} is no state")
        seen.add(place)
        name = cell["name"].rstrip("* ")
        marks = cell["name"][len(name) :].strip()
        return [*notes, LocalityIndices(*place, cell["state"], name, marks, *numbers)]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1, is_note=is_remark)


_PLACE: Final = (rdf.term("cg:carrier"), rdf.term("cg:localityNumber"), rdf.term("cg:state"))
_NUMBERS: Final = (
    rdf.term("cg:workGpci"),
    rdf.term("cg:practiceExpenseGpci"),
    rdf.term("cg:malpracticeGpci"),
)


def triples(row: LocalityIndices, release: Release) -> Iterator[Triple]:
    """Yield the locality itself and its indices in this release."""
    place = locality_term(row.carrier, row.locality)
    yield Triple(place, rdf.TYPE, rdf.term("cg:Locality"))
    yield Triple(place, rdf.PREF_LABEL, rdf.english(row.name))
    for predicate, value in zip(_PLACE, (row.carrier, row.locality, row.state), strict=True):
        yield Triple(place, predicate, rdf.literal(value))
    entry = f"<{ENTRY}{release.ident}/{row.carrier}-{row.locality}>"
    yield Triple(entry, rdf.TYPE, rdf.term("cg:LocalityIndex"))
    yield Triple(entry, rdf.term("cg:ofLocality"), place)
    yield Triple(entry, rdf.term("cg:ofRelease"), f"<{release.iri}>")
    for predicate, number in zip(_NUMBERS, (row.work, row.practice_expense, row.malpractice), strict=True):
        yield Triple(entry, predicate, rdf.decimal(number))


TABLE: Final = Table(
    "gpci",
    (
        *(
            ("release", "TEXT"),
            ("carrier", "TEXT"),
            ("locality", "TEXT"),
            ("state", "TEXT"),
            ("name", "TEXT"),
        ),
        *(("marks", "TEXT"), ("work", "TEXT"), ("practice_expense", "TEXT"), ("malpractice", "TEXT")),
    ),
    ("release", "carrier", "locality"),
    (("state",),),
)


def table_rows(row: LocalityIndices, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, numbers with their digits."""
    place = (row.carrier, row.locality, row.state, row.name, row.marks)
    return ((release.ident, *place, plain(row.work), plain(row.practice_expense), plain(row.malpractice)),)


READER: Final = Reader(
    kind="pfs-gpci",
    title="Geographic practice cost indices (GPCI)",
    publisher="CMS",
    page=PAGE,
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    table=TABLE,
    table_rows=table_rows,
)
