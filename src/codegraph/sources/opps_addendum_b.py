"""OPPS Addendum B: for every code its status indicator, its APC and what the outpatient system pays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from codegraph import rdf
from codegraph.namespaces import ENTRY
from codegraph.rdf import Triple
from codegraph.sources import opps
from codegraph.sources.base import CodeFact, Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.opps_addendum_a import AMOUNTS
from codegraph.sources.opps_addendum_a import COLUMNS as RATE_COLUMNS
from codegraph.sources.pfs_entries import billing_fact, code_term
from codegraph.sources.values import RowError, amount, plain

COLUMNS: Final = {
    **{name: field for name, field in RATE_COLUMNS.items() if field != "title"},
    "HCPCS CODE": "code",
    "HCPCS": "code",
    "SHORT DESCRIPTOR": "descriptor",
    "CI": "comment",
}


@dataclass(frozen=True, slots=True)
class OutpatientEntry:
    """One code under the outpatient system; `apc` is empty and amounts are None where nothing is stated."""

    code: str
    descriptor: str
    comment: str
    status: str
    apc: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    national_copayment: Decimal | None
    minimum_copayment: Decimal | None
    coinsurance_percent: Decimal | None
    adjusted_copayment: Decimal | None
    pass_through_expires: bool
    note: str


def sniff(head: bytes) -> bool:
    """Recognise the title and the columns."""
    return any(
        opps.is_addendum(head, "B", name, "SI", "APC", "PAYMENT RATE") for name in ("HCPCS CODE", "HCPCS")
    )


def _is_header(keys: set[str]) -> bool:
    return keys.issuperset(("SI", "APC", "PAYMENT RATE"))


def release(member: Member) -> Release:
    """Return the year or quarter that the title names."""
    return opps.release(member, "B", "PAYMENT RATE")


def read(member: Member) -> Iterator[OutpatientEntry | Reject | Note]:
    """Yield the codes."""
    sheet = open_sheet(member, _is_header)
    columns = sheet.columns(COLUMNS, required={"code", "status", "apc", "payment_rate"})
    seen: set[str] = set()

    def parse(record: Record) -> Iterable[OutpatientEntry | Note]:
        notes: list[Note] = []
        cell = opps.cells(record, columns, notes)
        code = opps.billing_code(cell["code"], record.line, notes)
        if code in seen:
            raise RowError(f"{code} stands there twice")
        apc = opps.apc_number(cell["apc"], record.line, notes) if cell["apc"] else ""
        amounts: list[Any] = [amount(cell.get(field, "")) for field in AMOUNTS]
        comment = cell.get("comment", "")
        if not re.fullmatch(r"[A-Z]{0,2}", comment):
            raise RowError(f"{comment[:12]!r} is no comment indicator")
        marks = cell.get("pass_through_expires", "") != "", cell.get("note", "")
        status = opps.status(cell["status"])
        values = [code, cell.get("descriptor", ""), comment, status, apc, *amounts, *marks]
        seen.add(code)
        return [*notes, OutpatientEntry(*values)]

    yield from read_rows(sheet, parse, width=max(columns[f] for f in ("code", "status", "apc")) + 1)


_ENTRY: Final = rdf.term("cg:OppsEntry")
_OF_RELEASE: Final = rdf.term("cg:ofRelease")
_STATUS: Final = rdf.term("cg:oppsStatus")
_APC: Final = rdf.term("cg:ambulatoryClassification")
_COMMENT: Final = rdf.term("cg:commentIndicator")
_AMOUNTS: Final = (
    ("relative_weight", rdf.term("cg:relativeWeight")),
    ("payment_rate", rdf.term("cg:paymentRate")),
    ("national_copayment", rdf.term("cg:nationalCopayment")),
    ("minimum_copayment", rdf.term("cg:minimumCopayment")),
)


def triples(row: OutpatientEntry, release: Release) -> Iterator[Triple]:
    """Yield the entry of a code; amounts only where the file states them."""
    entry = f"<{ENTRY}{release.ident}/{row.code}>"
    yield Triple(entry, rdf.TYPE, _ENTRY)
    yield Triple(entry, rdf.OF_CODE, code_term(row.code))
    yield Triple(entry, _OF_RELEASE, f"<{release.iri}>")
    yield Triple(entry, _STATUS, opps.status_term(row.status))
    if row.apc:
        yield Triple(entry, _APC, opps.apc_term(row.apc))
    if row.comment:
        yield Triple(entry, _COMMENT, rdf.literal(row.comment))
    for field, predicate in _AMOUNTS:
        value = getattr(row, field)
        if value is not None:
            yield Triple(entry, predicate, rdf.decimal(value))


def codes(row: OutpatientEntry, release: Release) -> Iterable[CodeFact]:
    """Say that the code exists and what the file calls it."""
    return (billing_fact(row.code, row.descriptor),)


TABLE: Final = Table(
    "opps",
    (
        *(("release", "TEXT"), ("code", "TEXT"), ("comment", "TEXT"), ("status", "TEXT"), ("apc", "TEXT")),
        *((field, "TEXT") for field in AMOUNTS),
        *(("pass_through_expires", "INTEGER"), ("note", "TEXT")),
    ),
    ("release", "code"),
    (("code",),),
)


def table_rows(row: OutpatientEntry, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, amounts with their digits, without the descriptor."""
    amounts = [plain(getattr(row, field)) for field in AMOUNTS]
    head = (release.ident, row.code, row.comment, row.status, row.apc)
    return ((*head, *amounts, int(row.pass_through_expires), row.note),)


READER: Final = Reader(
    kind="opps-addendum-b",
    title="OPPS Addendum B: status, APC and rate of every code",
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
