"""Physician Fee Schedule relative values (PPRRVU): a row a code and modifier, under a header of five rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from codegraph.codes import billing_system, is_code
from codegraph.errors import SourceError
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release
from codegraph.sources.delimited import Record, Sheet, find_columns, has_header, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.pfs_entries import FIELDS, TABLE, RelativeValue, codes, table_rows, triples
from codegraph.sources.values import (
    QUARTER_LETTERS,
    RowError,
    decimal,
    month_number,
    us_date,
    zero_filled,
)

# The stacked header, its rows joined a column, as `key` writes it -> field. 2026 brings PRIC IND.
COLUMNS: Final[dict[str, str]] = {
    "HCPCS": "code",
    "MOD": "modifier",
    "DESCRIPTION": "descriptor",
    "STATUS CODE": "status",
    "NOT USED FOR MEDICARE PAYMENT": "not_used",
    "WORK RVU": "work",
    "NON FAC PE RVU": "nonfacility_pe",
    "NON FAC NA INDICATOR": "nonfacility_na",
    "FACILITY PE RVU": "facility_pe",
    "FACILITY NA INDICATOR": "facility_na",
    "MP RVU": "malpractice",
    "NON FACILITY TOTAL": "nonfacility_total",
    "FACILITY TOTAL": "facility_total",
    "PCTC IND": "pctc",
    "GLOB DAYS": "global_period",
    "PRE OP": "preoperative",
    "INTRA OP": "intraoperative",
    "POST OP": "postoperative",
    "MULT PROC": "multiple_procedure",
    "BILAT SURG": "bilateral",
    "ASST SURG": "assistant",
    "CO SURG": "cosurgeon",
    "TEAM SURG": "team",
    "PRIC IND": "pricing",
    "ENDO BASE": "endoscopic_base",
    "CONV FACTOR": "conversion_factor",
    "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES": "supervision",
    "CALCULATION FLAG": "calculation_flag",
    "DIAGNOSTIC IMAGING FAMILY INDICATOR": "imaging_family",
    "NON FACILITY PE USED FOR OPPS PAYMENT AMOUNT": "opps_nonfacility_pe",
    "FACILITY PE USED FOR OPPS PAYMENT AMOUNT": "opps_facility_pe",
    "MP USED FOR OPPS PAYMENT AMOUNT": "opps_malpractice",
}
OPTIONAL: Final = frozenset({"pricing"})
GLOBAL_PERIODS: Final = frozenset({"000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"})
# From 2026 there are two conversion factors and a file for each: qualifying participants in advanced payment
# models have their own (Social Security Act, section 1848(d)(1)(A)). A file of a year
# that is not here must say in its name which one it is.
PARTICIPATION: Final[dict[int, dict[Decimal, str]]] = {
    2026: {Decimal("33.4009"): "", Decimal("33.5675"): "-qpp"}
}


def _flag(mark: str) -> Callable[[str], bool]:
    def read(text: str) -> bool:
        if text not in ("", mark):
            raise RowError(f"{text[:10]!r} stands where {mark!r} or nothing is expected")
        return bool(text)

    return read


_CONVERTERS: Final[dict[str, Callable[[str], Any]]] = {
    "Decimal": decimal,
    "bool": _flag("NA"),
    "str": lambda text: text,
}
_CONVERT: Final = tuple(
    _flag("+") if f.name == "not_used" else _CONVERTERS[str(f.type)] for f in fields(RelativeValue)
)


def sniff(head: bytes) -> bool:
    """Recognise the bottom row of the stacked header."""
    return has_header(head, "HCPCS", "MOD", "DESCRIPTION", "PE RVU", "TOTAL", "SURG", "FACTOR")


def _is_bottom(keys: set[str]) -> bool:
    return keys.issuperset(("HCPCS", "MOD", "DESCRIPTION", "PE RVU"))


# In 2024 the factor changed within the first quarter (Consolidated Appropriations Act, 2024).
FACTOR_CHANGES: Final = {2024: (date(2024, 3, 9), Decimal("33.2875"))}


@dataclass(frozen=True, slots=True)
class _Layout:
    sheet: Sheet
    columns: dict[str, int]
    unknown: tuple[str, ...]


def stacked(above: Sequence[Sequence[str]], bottom: Sequence[str]) -> list[str]:
    """Join the header rows column by column; rows whose first three cells say something are notices.

    >>> stacked([["", "", "2025 File", ""], ["", "", "", "WORK"]], ["HCPCS", "MOD", "DESCRIPTION", "RVU"])
    ['HCPCS', 'MOD', 'DESCRIPTION', 'WORK RVU']
    """
    rows = [bottom]
    for cells in reversed(above):
        if any(cells[:3]) or not any(cells):
            break
        rows.insert(0, cells)
    return [key(" ".join(row[n] for row in rows if n < len(row))) for n in range(len(bottom))]


def _layout(member: Member) -> _Layout:
    sheet = open_sheet(member, _is_bottom)
    names = stacked(sheet.above, sheet.header.cells)
    while names and not names[-1]:
        names.pop()
    columns = find_columns(member, names, COLUMNS, set(FIELDS) - OPTIONAL)
    return _Layout(sheet, columns, tuple(n for n in names if n and n not in COLUMNS))


_TITLE: Final = re.compile(
    r"(20\d\d) National Physician Fee Schedule Relative Value File (\w+) Release", re.IGNORECASE
)
_PACKAGE: Final = re.compile(r"RVU(\d\d)([A-D])([A-Z]{0,2}\d?)(?![A-Za-z0-9])", re.IGNORECASE)
_FILE_NAME: Final = re.compile(r"PPRRVU(?:20)?(\d\d)_?([A-Z]{3})", re.IGNORECASE)


def _edition(title: str, member: Member) -> tuple[int, int, str] | None:
    """Return year, first month and what follows the letter in the package's name (`RVU25AR`: `R`)."""
    names = f"{title} {member.path.name} {member.name}"
    package = _PACKAGE.search(names)
    quarter = _TITLE.search(title) or _FILE_NAME.search(member.name)
    if quarter:
        year = 2000 + int(quarter[1]) % 100
        month = month_number(quarter[2])
    elif package:
        year = 2000 + int(package[1])
        month = next(m for m, letter in QUARTER_LETTERS.items() if letter == package[2].upper())
    else:
        return None
    if month not in QUARTER_LETTERS:
        return None
    same = package and (2000 + int(package[1]), package[2].upper()) == (year, QUARTER_LETTERS[month])
    return year, month, package[3].upper() if package and same else ""


def _participation(year: int, factor: Decimal | None, member: Member, title: str) -> str:
    """Tell the file for qualifying participants (`-qpp`) from the other one, by its factor and its name."""
    if year < min(PARTICIPATION):
        return ""
    text = key(f"{member.path.stem} {member.name} {title}")
    named = "" if re.search("NON ?QPP", text) else "-qpp" if "QPP" in text else None
    counted = PARTICIPATION.get(year, {}).get(factor) if factor is not None else None
    if named is None and counted is None:
        raise SourceError(
            f"{member.label}: {year} has two conversion factors, and neither the factor {factor} nor the "
            "name tells which; keep the published name (…_QPP or …_nonQPP)"
        )
    if named is not None and counted is not None and named != counted:
        raise SourceError(
            f"{member.label}: its name and its conversion factor {factor} contradict each other"
        )
    return counted if counted is not None else named or ""


def _in_force(year: int, month: int, factor: Decimal | None) -> tuple[date, date]:
    """Return the first and last day of a quarterly file, whose year's factor may have changed within it."""
    first = date(year, month, 1)
    last = date(year, month + 2, 30 if month in (4, 7) else 31)
    change, new = FACTOR_CHANGES.get(year, (date.max, None))
    if not first < change <= last:
        return first, last
    return (change, last) if factor == new else (first, change - timedelta(days=1))


def release(member: Member) -> Release:
    """Return the quarter that the notice rows name: letters A to D, `-qpp` for the second factor of 2026."""
    layout = _layout(member)
    title = layout.sheet.title
    edition = _edition(title, member)
    if edition is None:
        return Release("cms-pfs", UNDATED, "Physician Fee Schedule relative values", us_date(title))
    year, month, suffix = edition
    position = layout.columns["conversion_factor"]
    first = next((r for r in layout.sheet.rows if isinstance(r, Record) and len(r.cells) > position), None)
    factor = decimal(first.cells[position]) if first and re.match(r"\d", first.cells[position]) else None
    part = _participation(year, factor, member, title)
    package = f"{QUARTER_LETTERS[month]}{suffix}"
    note = ", qualifying participants" if part else ""
    return Release(
        "cms-pfs",
        f"{year}{package}{part}",
        f"Physician Fee Schedule relative values RVU{year % 100:02}{package}{note}",
        us_date(title),
        *_in_force(year, month, factor),
    )


def read(member: Member) -> Iterator[RelativeValue | Reject | Note]:
    """Yield the rows; codes, global days and levels that a spreadsheet shortened are repaired and noted."""
    layout = _layout(member)
    for name in layout.unknown:
        yield Note(layout.sheet.header.line, "a column that this reader does not know is left out", name)
    width = max(layout.columns.values()) + 1
    positions = [layout.columns.get(field, -1) for field in FIELDS]
    seen: set[tuple[str, str]] = set()

    def parse(record: Record) -> Iterable[RelativeValue | Note]:
        notes: list[Note] = []
        cells = [record.cells[p] if p >= 0 else "" for p in positions]
        _repair(cells, record.line, notes)
        values: list[Any] = [convert(cell) for convert, cell in zip(_CONVERT, cells, strict=True)]
        row = RelativeValue(*values)
        _check(row)
        if (row.code, row.modifier) in seen:
            raise RowError(f"{row.key} stands there twice")
        seen.add((row.code, row.modifier))
        return [*notes, row]

    yield from read_rows(layout.sheet, parse, width=width, is_note=_is_end)


def _is_end(record: Record) -> bool:
    """Recognise the end mark (0x1A, in a workbook `_x001A_`) alone in its row."""
    return "".join(record.cells).strip("\x1a") in ("", "_x001A_")


_WIDTHS: Final = (
    ("code", 5, "code"),
    ("global_period", 3, "global days"),
    ("supervision", 2, "supervision level"),
)
_REPAIRED: Final = tuple((FIELDS.index(field), width, what) for field, width, what in _WIDTHS)
_BASE: Final = FIELDS.index("endoscopic_base")


def _repair(cells: list[str], line: int, notes: list[Note]) -> None:
    for position, width, what in _REPAIRED:
        if cells[position] and len(cells[position]) < width:
            cells[position] = zero_filled(cells[position], width, what, line, notes)
    if cells[_BASE] and len(cells[_BASE]) < 5:
        cells[_BASE] = zero_filled(cells[_BASE], 5, "endoscopic base", line, notes)


_INDICATOR: Final = re.compile(r"[0-9A-Z]{0,3}")
_indicators: Final = attrgetter(
    *("pctc", "multiple_procedure", "bilateral", "assistant", "cosurgeon", "team"),
    *("pricing", "supervision", "calculation_flag", "imaging_family"),
)


def _check(row: RelativeValue) -> None:
    checks = (
        (billing_system(row.code) is not None, "code", row.code),
        (not row.modifier or is_code("modifier", row.modifier), "modifier", row.modifier),
        (len(row.status) == 1 and "A" <= row.status <= "Z", "status", row.status),
        (row.global_period in GLOBAL_PERIODS, "global period", row.global_period),
        (
            not row.endoscopic_base or billing_system(row.endoscopic_base),
            "endoscopic base",
            row.endoscopic_base,
        ),
    )
    checks += tuple(
        (_INDICATOR.fullmatch(value) is not None, "indicator", value) for value in _indicators(row)
    )
    for good, what, value in checks:
        if not good:
            raise RowError(f"{value[:20]!r} is no {what}")


READER: Final = Reader(
    kind="pfs-relative-values",
    title="Physician Fee Schedule relative values (PPRRVU)",
    publisher="CMS",
    page="PFS Relative Value Files, https://www.cms.gov/medicare/payment/fee-schedules/physician",
    sniff=sniff,
    release=release,
    read=read,
    triples=triples,
    codes=codes,
    table=TABLE,
    table_rows=table_rows,
)
