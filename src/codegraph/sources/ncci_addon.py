"""NCCI add-on code edits: which primary code an add-on code must accompany to be paid.

CMS's workbook has a copyright row, then eight columns with dates as year and day of the year (2024092). A
derived form has three columns. The placeholder CCCCC stands where the claims contractor decides which codes
are primaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from codegraph import rdf
from codegraph.namespaces import ENTRY
from codegraph.rdf import Triple
from codegraph.sources import ncci
from codegraph.sources.base import CodeFact, Reader, Reject, Release, Table
from codegraph.sources.days import iso, ordinal_day
from codegraph.sources.delimited import Record, has_header, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError

PAGE: Final = (
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-add-code-edits"
)
PLACEHOLDER: Final = "CCCCC"
TABLE: Final = Table(
    "addon",
    (
        ("addon_system", "TEXT"),
        ("addon", "TEXT"),
        ("primary_system", "TEXT"),
        ("primary_code", "TEXT"),  # empty: decided by the contractor
        ("type", "TEXT"),
        ("effective", "TEXT"),
        ("deleted", "TEXT"),  # the first of the days on which the edit or either of its codes ends
        ("note", "TEXT"),
        ("occurrence", "INTEGER"),
        ("release", "TEXT"),
    ),
    ("addon_system", "addon", "primary_code", "release", "occurrence"),
    (("primary_system", "primary_code"),),
)
_NEEDED: Final = ("ADD ON CODE", "PRIMARY CODE", "AOC EDIT TYPE")
_COLUMNS: Final = {
    "ADD ON CODE": "addon",
    "PRIMARY CODE": "primary",
    "AOC EDIT TYPE": "type",
    "AOC DELDT": "addon_deleted",
    "AOC DELDT JULIAN": "addon_deleted",
    "PRIMARY CODE DELDT": "primary_deleted",
    "PRIMARY CODE DELDT JULIAN": "primary_deleted",
    "AOC EDIT EFFDT": "effective",
    "AOC EDIT EFFDT JULIAN": "effective",
    "AOC EDIT DELDT": "deleted",
    "AOC EDIT DELDT JULIAN": "deleted",
    "SPECIAL INSTRUCTION NOTES": "note",
}
# Older files print the types in Roman numerals.
_TYPES: Final = {"1": "1", "2": "2", "3": "3", "I": "1", "II": "2", "III": "3"}


@dataclass(frozen=True, slots=True)
class AddOnEdit:
    """One published row; `primary` is None where the contractor decides.

    `occurrence` counts the rows of a pair from 0: an edit that was deleted may come back.
    """

    addon: str
    primary: str | None
    type: str
    effective: date | None
    deleted: date | None
    addon_deleted: date | None
    primary_deleted: date | None
    note: str
    occurrence: int

    @property
    def ends(self) -> tuple[date, ...]:
        """Return the days on which the edit or either of its codes ends, as far as given."""
        return tuple(d for d in (self.deleted, self.addon_deleted, self.primary_deleted) if d is not None)

    def in_force(self, first: date | None, last: date | None) -> bool:
        """Tell whether the row pairs two living codes on some day of a quarter (without one: for good)."""
        ends = self.ends
        if first is None or last is None:
            return not ends
        return (self.effective is None or self.effective <= last) and all(d >= first for d in ends)


def _sniff(head: bytes) -> bool:
    return has_header(head, *_NEEDED)


def _release(member: Member) -> Release:
    return ncci.quarterly_release("ncci-addon", "NCCI add-on code edits", member)


def read(member: Member) -> Iterator[AddOnEdit | Reject]:
    """Yield the edits of the official or the derived layout."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(_NEEDED))
    at = sheet.columns(_COLUMNS, required={"addon", "primary", "type"})
    seen: dict[tuple[str, str], int] = {}

    def parse(record: Record) -> Iterator[AddOnEdit]:
        cells = {f: record.cells[p] if p < len(record.cells) else "" for f, p in at.items()}
        edit = _edit(cells, seen)
        pair = (edit.addon, edit.primary or "")
        seen[pair] = edit.occurrence + 1
        yield edit

    width = max(at[field] for field in ("addon", "primary", "type")) + 1
    yield from read_rows(sheet, parse, width=width)


def _edit(cells: Mapping[str, str], seen: Mapping[tuple[str, str], int]) -> AddOnEdit:
    kind = _TYPES.get(cells["type"].upper())
    if kind is None:
        raise RowError(f"the type is {cells['type']!r}, none of 1, 2, 3")
    addon = ncci.checked_code(cells["addon"])
    primary = None if cells["primary"] == PLACEHOLDER else ncci.checked_code(cells["primary"])
    days = {f: ordinal_day(cells.get(f, "")) for f in _DAYS}
    note = cells.get("note", "")
    return AddOnEdit(addon, primary, kind, **days, note=note, occurrence=seen.get((addon, primary or ""), 0))


_DAYS: Final = ("effective", "deleted", "addon_deleted", "primary_deleted")


def _triples(row: AddOnEdit, release: Release) -> Iterable[Triple]:
    again = f"-{row.occurrence + 1}" if row.occurrence else ""
    entry = f"<{ENTRY}{release.ident}/{row.addon}-{row.primary or PLACEHOLDER}{again}>"
    addon = ncci.code_term(row.addon)
    yield Triple(entry, rdf.TYPE, rdf.term("cg:AddOnEdit"))
    yield Triple(entry, rdf.term("cg:addOnCode"), addon)
    yield Triple(entry, rdf.term("cg:addOnType"), rdf.literal(row.type))
    yield Triple(entry, rdf.term("cg:ofRelease"), rdf.term(f"release:{release.ident}"))
    if row.primary is not None:
        primary = ncci.code_term(row.primary)
        yield Triple(entry, rdf.term("cg:primaryCode"), primary)
        if row.in_force(release.effective_from, release.effective_to):
            yield Triple(addon, rdf.term("cg:isAddOnTo"), primary)


def _codes(row: AddOnEdit, release: Release) -> Iterable[CodeFact]:
    for code in (row.addon, row.primary):
        if code is not None:
            yield CodeFact(ncci.system_of(code), code)


def _table_rows(row: AddOnEdit, release: Release) -> Iterable[tuple[Any, ...]]:
    yield (
        ncci.system_of(row.addon),
        row.addon,
        ncci.system_of(row.primary) if row.primary else "",
        row.primary or "",
        row.type,
        iso(row.effective),
        iso(min(row.ends, default=None)),
        row.note,
        row.occurrence,
        release.ident,
    )


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="ncci-addon",
        title="NCCI add-on code edits",
        publisher=ncci.PUBLISHER,
        page=PAGE,
        sniff=_sniff,
        release=_release,
        read=read,
        triples=_triples,
        codes=_codes,
        table=TABLE,
        table_rows=_table_rows,
    ),
)
