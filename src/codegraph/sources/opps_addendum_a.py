"""OPPS Addendum A: the ambulatory payment classifications (APCs), their titles, weights and rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from codegraph import rdf
from codegraph.rdf import Triple
from codegraph.sources import opps
from codegraph.sources.base import Note, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, amount, plain

COLUMNS: Final = {
    "APC": "apc",
    "GROUP TITLE": "title",
    "SI": "status",
    "RELATIVE WEIGHT": "relative_weight",
    "PAYMENT RATE": "payment_rate",
    "NATIONAL UNADJUSTED COPAYMENT": "national_copayment",
    "MINIMUM UNADJUSTED COPAYMENT": "minimum_copayment",
    "IRA COINSURANCE PERCENTAGE": "coinsurance_percent",
    "ADJUSTED BENEFICIARY COPAYMENT": "adjusted_copayment",
    "DRUG AND DEVICE PASS THROUGH EXPIRATION DURING CALENDAR YEAR": "pass_through_expires",
    "NOTE": "note",
}
AMOUNTS: Final = (
    *("relative_weight", "payment_rate", "national_copayment", "minimum_copayment"),
    *("coinsurance_percent", "adjusted_copayment"),
)


@dataclass(frozen=True, slots=True)
class Classification:
    """One APC with its rates of a year or quarter; None where the file states no amount."""

    apc: str
    title: str
    status: str
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
    return opps.is_addendum(head, "A", "APC", "GROUP TITLE", "SI", "PAYMENT RATE")


def release(member: Member) -> Release:
    """Return the year or quarter that the title names."""
    return opps.release(member, "A", "GROUP TITLE")


def read(member: Member) -> Iterator[Classification | Reject | Note]:
    """Yield the classifications."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(("APC", "GROUP TITLE")))
    columns = sheet.columns(COLUMNS, required={"apc", "title", "status", "payment_rate"})
    seen: set[str] = set()

    def parse(record: Record) -> Iterable[Classification | Note]:
        notes: list[Note] = []
        cell = opps.cells(record, columns, notes)
        apc = opps.apc_number(cell["apc"], record.line, notes)
        if apc in seen:
            raise RowError(f"APC {apc} stands there twice")
        amounts: list[Any] = [amount(cell.get(field, "")) for field in AMOUNTS]
        marks = cell.get("pass_through_expires", "") != "", cell.get("note", "")
        values = [apc, cell["title"], opps.status(cell["status"]), *amounts, *marks]
        row = Classification(*values)
        seen.add(apc)
        return [*notes, row]

    yield from read_rows(sheet, parse, width=max(columns[f] for f in ("apc", "title", "status")) + 1)


def triples(row: Classification, release: Release) -> Iterator[Triple]:
    """Yield the classification: type, number and title."""
    subject = opps.apc_term(row.apc)
    yield Triple(subject, rdf.TYPE, rdf.term("cg:AmbulatoryClassification"))
    yield Triple(subject, rdf.NOTATION, rdf.literal(row.apc))
    yield Triple(subject, rdf.PREF_LABEL, rdf.english(row.title))


TABLE: Final = Table(
    "apc",
    (
        *(("release", "TEXT"), ("apc", "TEXT"), ("title", "TEXT"), ("status", "TEXT")),
        *((field, "TEXT") for field in AMOUNTS),
        *(("pass_through_expires", "INTEGER"), ("note", "TEXT")),
    ),
    ("release", "apc"),
)


def table_rows(row: Classification, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, amounts with their digits."""
    amounts = [plain(getattr(row, field)) for field in AMOUNTS]
    return (
        (release.ident, row.apc, row.title, row.status, *amounts, int(row.pass_through_expires), row.note),
    )


READER: Final = Reader(
    kind="opps-addendum-a",
    title="OPPS Addendum A: ambulatory payment classifications",
    publisher="CMS",
    page=opps.PAGE,
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    table=TABLE,
    table_rows=table_rows,
)
