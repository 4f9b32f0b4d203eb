"""OPPS Addendum E: the codes that Medicare pays only when the patient is an inpatient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from codegraph import rdf
from codegraph.namespaces import ENTRY
from codegraph.rdf import Triple
from codegraph.sources import opps
from codegraph.sources.base import CodeFact, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.pfs_entries import billing_fact, code_term
from codegraph.sources.values import RowError

_NAMES: Final = {
    "HCPCS CODE": "code",
    "HCPCS": "code",
    "SHORT DESCRIPTOR": "descriptor",
    "CI": "comment",
    "SI": "status",
}


@dataclass(frozen=True, slots=True)
class InpatientOnly:
    """A code of the inpatient-only list."""

    code: str
    descriptor: str
    comment: str
    status: str


def sniff(head: bytes) -> bool:
    """Recognise the title and the columns, of which there are none for rates."""
    none = ("APC", "PAYMENT RATE")
    return any(
        opps.is_addendum(head, "E", name, "SHORT DESCRIPTOR", "SI", without=none)
        for name in ("HCPCS CODE", "HCPCS")
    )


def release(member: Member) -> Release:
    """Return the year or quarter that the title names."""
    return opps.release(member, "E", "SHORT DESCRIPTOR")


def read(member: Member) -> Iterator[InpatientOnly | Reject | Note]:
    """Yield the codes."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(("SHORT DESCRIPTOR", "SI")))
    columns = sheet.columns(_NAMES, required={"code", "descriptor", "status"})
    seen: set[str] = set()

    def parse(record: Record) -> Iterable[InpatientOnly | Note]:
        notes: list[Note] = []
        cell = opps.cells(record, columns, notes)
        code = opps.billing_code(cell["code"], record.line, notes)
        if code in seen:
            raise RowError(f"{code} stands there twice")
        row = InpatientOnly(code, cell["descriptor"], cell.get("comment", ""), opps.status(cell["status"]))
        seen.add(code)
        return [*notes, row]

    yield from read_rows(sheet, parse, width=max(columns.values()) + 1)


def triples(row: InpatientOnly, release: Release) -> Iterator[Triple]:
    """Yield the entry that says so."""
    entry = f"<{ENTRY}{release.ident}/{row.code}>"
    yield Triple(entry, rdf.TYPE, rdf.term("cg:OppsEntry"))
    yield Triple(entry, rdf.OF_CODE, code_term(row.code))
    yield Triple(entry, rdf.term("cg:ofRelease"), f"<{release.iri}>")
    yield Triple(entry, rdf.term("cg:oppsStatus"), opps.status_term(row.status))
    yield Triple(entry, rdf.term("cg:isInpatientOnly"), rdf.boolean(True))


def codes(row: InpatientOnly, release: Release) -> Iterable[CodeFact]:
    """Say that the code exists and what the file calls it."""
    return (billing_fact(row.code, row.descriptor),)


TABLE: Final = Table(
    "inpatient_only",
    (("release", "TEXT"), ("code", "TEXT"), ("comment", "TEXT"), ("status", "TEXT")),
    ("release", "code"),
    (("code",),),
)


def table_rows(row: InpatientOnly, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, without the descriptor."""
    return ((release.ident, row.code, row.comment, row.status),)


READER: Final = Reader(
    kind="opps-addendum-e",
    title="OPPS Addendum E: inpatient-only codes",
    publisher="CMS",
    page=opps.PAGE,
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    codes=codes,
    table=TABLE,
    table_rows=table_rows,
)
