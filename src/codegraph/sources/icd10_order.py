"""The order files of ICD-10-CM (CDC/NCHS) and ICD-10-PCS (CMS): codes and titles in fixed columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph import rdf
from codegraph.codes import normalise
from codegraph.errors import SourceError
from codegraph.namespaces import CODE, code_iri
from codegraph.rdf import Triple
from codegraph.sources.base import CodeFact, Reader, Reject, Release
from codegraph.sources.icd10pcs_tables import fiscal_year, group_iri

if TYPE_CHECKING:
    from codegraph.sources.files import Member

# Columns 1-5 order number, 7-13 code, 15 flag (1 a valid code, 0 a header), 17-76 short title, 78- long
# title.
_LINE: Final = re.compile(r"(\d{5}) ([0-9A-Z]{3,7}) {0,4} ([01]) (.{60}) (\S.*)")
_START: Final = re.compile(r"\d{5} ([0-9A-Z]{3,7}) {0,4} ([01]) ")
_PCS_TABLE: Final = re.compile(r"[0-9A-HJ-NP-Z]{3}")
_MONTHS: Final = {"jan": 1, "apr": 4, "january": 1, "april": 4}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line: a code as printed or, for ICD-10-PCS headers, the three characters of a table.

    `above` is the printed code of the nearest header above an ICD-10-CM code, None for a category.
    """

    line: int
    system: str
    notation: str
    billable: bool
    short_label: str
    label: str
    above: str | None = None

    @property
    def is_table(self) -> bool:
        """Tell whether this is an ICD-10-PCS header: a table, which is a group and no code."""
        return self.system == "icd10pcs" and not self.billable


def system_of(head: bytes) -> str | None:
    """Tell whose order file begins with these bytes, by the shape of its codes; None where it is none.

    ICD-10-CM has codes of three to seven characters, ICD-10-PCS headers of three and codes of seven.
    """
    lines = head.decode("latin-1").lstrip("ï»¿").splitlines()
    lines = lines[:-1] if len(head) >= 65536 else lines
    found = [match for line in lines if line.strip() and (match := _START.match(line))]
    if not found or 2 * len(found) < sum(1 for line in lines if line.strip()):
        return None
    lengths = {len(match[1]) for match in found}
    if lengths & {4, 5, 6} or not lengths & {7}:
        billable_categories = any(match[2] == "1" and len(match[1]) == 3 for match in found)
        return "icd10cm" if lengths & {4, 5, 6} or billable_categories else None
    return "icd10pcs"


def _release(member: Member, source: str, title: str) -> Release:
    """Return the fiscal year in the file's name: the content does not say it."""
    name = f"{member.path.name} {member.name}"
    years = re.findall(r"20\d\d", name)
    release = fiscal_year(source, title, years[-1] if years else "")
    month = re.search(r"\b(jan|apr|january|april)\b", re.sub(r"[^a-z]", " ", name.lower()))
    if month and release.effective_to:
        start = date(int(release.version), _MONTHS[month[1]], 1)
        return Release(source, release.version, release.title, None, start, release.effective_to)
    return release


def read(member: Member) -> Iterator[OrderRow | Reject]:
    """Yield the lines as rows; a line off the fixed columns, or with a code written wrongly, is rejected.

    Raises SourceError where the file is cut short: its last line is broken, or is a header without codes; or
    its order numbers leave lines out.
    """
    system = system_of(member.head())
    if system is None:
        raise SourceError(f"{member.label} is not an order file of ICD-10-CM or ICD-10-PCS")
    headers: dict[str, str] = {}
    last: OrderRow | Reject | None = None
    before: int | None = None
    for number, line in enumerate(member.lines(), 1):
        if not line.strip():
            continue
        if last is not None:
            yield last
        order = int(line[:5]) if line[:5].isdecimal() else None
        if order is not None and before is not None and order != before + 1:
            raise SourceError(
                f"{member.label}, line {number}: order number {order} follows {before}; lines are missing"
            )
        before = order
        last = _row(system, number, line, headers)
    if last is None or isinstance(last, Reject) or not last.billable:
        raise SourceError(
            f"{member.label} is cut short: its last line is no complete code; download it again"
        )
    yield last


def _row(system: str, number: int, line: str, headers: dict[str, str]) -> OrderRow | Reject:
    match = _LINE.fullmatch(line.rstrip())
    if not match:
        return Reject(
            number, "not in the columns of an order file (order, code, 0 or 1, two titles)", line[:200]
        )
    code, billable = match[2], match[3] == "1"
    short, label = match[4].strip(), match[5].strip()
    if len(label) < len(short):  # in no official line: a long title that ends too soon
        return Reject(number, "the long title is shorter than the short one", line[:200])
    if not billable and system == "icd10pcs":
        if not _PCS_TABLE.fullmatch(code):
            return Reject(number, f"{code} is no ICD-10-PCS table: a header has three characters", line[:200])
        return OrderRow(number, system, code, False, short, label)
    notation = normalise(system, code)
    if notation is None:
        return Reject(number, f"{code} is not written like a code of {system}", line[:200])
    above = _above(code, headers) if system == "icd10cm" else None
    if not billable:
        headers[code] = notation
    return OrderRow(number, system, notation, billable, short, label, above)


def _above(code: str, headers: dict[str, str]) -> str | None:
    """Return the nearest shorter header: E08.37X1 stands below E08.37, for no header is E08.37X."""
    return next((headers[code[:n]] for n in range(len(code) - 1, 2, -1) if code[:n] in headers), None)


def codes(row: OrderRow, release: Release) -> Iterator[CodeFact]:
    """Yield the code of a line; an ICD-10-PCS header is a group and gives none."""
    if row.is_table:
        return
    if row.system == "icd10pcs":
        parent: str | None = group_iri(row.notation[:3])
    else:
        parent = code_iri("icd10cm", row.above) if row.above else None
    yield CodeFact(
        row.system, row.notation, row.label, row.short_label, row.billable, parent=parent, authority=True
    )


def table_triples(row: OrderRow) -> list[Triple]:
    """Return the code group of an ICD-10-PCS header, for a build in which no grammar has the table."""
    subject = f"<{group_iri(row.notation)}>"
    return [
        Triple(subject, rdf.TYPE, rdf.term("cg:CodeGroup")),
        Triple(subject, rdf.PREF_LABEL, rdf.english(row.label)),
        Triple(subject, rdf.NOTATION, rdf.literal(row.notation)),
        Triple(subject, rdf.IN_SCHEME, f"<{CODE}icd10pcs>"),
    ]


def _reader(system: str, source: str, title: str, publisher: str, page: str) -> Reader:
    return Reader(
        kind=source,
        title=title,
        publisher=publisher,
        page=page,
        sniff=lambda head: system_of(head) == system,
        release=lambda member: _release(member, source, title),
        read=read,
        codes=codes,
    )


READERS: Final = (
    _reader(
        "icd10cm",
        "icd10cm",
        "ICD-10-CM order file",
        "National Center for Health Statistics",
        "https://www.cdc.gov/nchs/icd/icd-10-cm/files.html",
    ),
    _reader(
        "icd10pcs",
        "icd10pcs-order",
        "ICD-10-PCS order file",
        "Centers for Medicare & Medicaid Services",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
)
