"""CMS's Restructured BETOS Classification System (RBCS): codes by category, subcategory and family.

A code that was classified anew has several rows; the assignment that took effect last is in force. Read in
CMS's layout and in a derived one, which lacks the taxonomy's identifiers: labels name the categories.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from codegraph.codes import billing_system
from codegraph.namespaces import slug
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, CodeFact, Reader, Reject, Release
from codegraph.sources.delimited import Record, has_header, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.groupings import (
    GROUPING,
    Category,
    Membership,
    membership_rows,
    membership_triples,
)
from codegraph.sources.values import RowError

PUBLISHER: Final = "Centers for Medicare & Medicaid Services"
PAGE: Final = (
    "https://data.cms.gov/provider-summary-by-type-of-service/provider-service-classifications/"
    "restructured-betos-classification-system"
)
_COLUMNS: Final = {
    "HCPCS CODE": "code",
    "HCPCS CD": "code",
    "RBCS PROCEDURE": "kind",
    "RBCS MAJOR IND": "kind",
    "RBCS CATEGORY": "category",
    "RBCS CAT DESC": "category",
    "RBCS SUBCATEGORY": "subcategory",
    "RBCS SUBCAT DESC": "subcategory",
    "RBCS FAMILY": "family",
    "RBCS FAMILY DESC": "family",
    "HCPCS DATE ADDED": "added",
    "HCPCS CD ADD DT": "added",
    "HCPCS DATE ENDED": "ended",
    "HCPCS CD END DT": "ended",
    "RBCS DATE EFFECTIVE": "effective",
    "RBCS ASSIGNMENT EFF DT": "effective",
    "RBCS ANALYSIS START DT": "effective",
}
_DERIVED: Final = ("HCPCS CODE", "RBCS CATEGORY", "RBCS SUBCATEGORY", "RBCS FAMILY")
_OFFICIAL: Final = ("HCPCS CD", "RBCS CAT DESC", "RBCS SUBCAT DESC", "RBCS FAMILY DESC")
_KINDS: Final = {"N": "Non-Procedure", "M": "Major", "O": "Other"}
_NO_FAMILY: Final = "NO RBCS FAMILY"
_OPEN_END: Final = date(9999, 12, 31)
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_US: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_VERSION: Final = re.compile(r"(?<![0-9])(20[0-9]{2})(?:-(0[1-9]|1[0-2]))?(?![0-9])")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One classification of a code; `ended` is None while the code lives."""

    membership: Membership
    added: date | None
    ended: date | None
    effective: date | None


def _day(text: str) -> date | None:
    """Return a date written ISO or month/day/year; None for an empty cell and for 31 December 9999."""
    if not text:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _US.fullmatch(text):
        month, day, year = found.groups()
    else:
        raise RowError(f"{text!r} is not a date")
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        raise RowError(f"{text!r} is not a date") from None
    return None if value == _OPEN_END else value


def _categories(category: str, subcategory: str, family: str) -> tuple[Category, ...]:
    """Return the path from the category down to the family, or to the subcategory where there is none."""
    path: list[Category] = []
    for label in (category, subcategory, family):
        if not label:
            raise RowError("names no RBCS category or subcategory")
        if key(label) == _NO_FAMILY:
            break
        above = path[-1].local if path else None
        path.append(Category("rbcs", f"{above}-{slug(label)}" if above else slug(label), label, above))
    return tuple(path)


def _parse(cells: dict[str, str]) -> Assignment:
    system = billing_system(cells["code"])
    if system is None:
        raise RowError(f"{cells['code'][:20]!r} is neither a CPT nor a HCPCS code")
    path = _categories(cells["category"], cells["subcategory"], cells["family"])
    kind = _KINDS.get(cells["kind"], cells["kind"])
    member = Membership(system, cells["code"], path[-1], kind, path)
    return Assignment(member, _day(cells["added"]), _day(cells["ended"]), _day(cells["effective"]))


def read(member: Member) -> Iterator[Assignment | Reject]:
    """Yield all assignments, of each code the one that took effect last as in force."""
    sheet = open_sheet(member, lambda keys: keys.issuperset(_DERIVED) or keys.issuperset(_OFFICIAL))
    at = sheet.columns(_COLUMNS, required=set(_COLUMNS.values()))

    def each(record: Record) -> Iterator[Assignment]:
        yield _parse({field: record.cells[position] for field, position in at.items()})

    rows = list(read_rows(sheet, each, width=max(at.values()) + 1))
    latest: dict[str, date] = {}
    for row in rows:
        if isinstance(row, Assignment):
            code = row.membership.notation
            latest[code] = max(latest.get(code, date.min), row.effective or date.min)
    described: set[str] = set()
    for row in rows:
        yield row if isinstance(row, Reject) else _settled(row, latest, described)


def _settled(row: Assignment, latest: dict[str, date], described: set[str]) -> Assignment:
    """Return the row with its force told and with only those categories that no row before it describes."""
    member = row.membership
    new = tuple(c for c in member.categories if c.local not in described)
    described.update(c.local for c in new)
    in_force = (row.effective or date.min) == latest[member.notation]
    return replace(row, membership=replace(member, categories=new, in_force=in_force))


def _release(member: Member) -> Release:
    title = "Restructured BETOS Classification System"
    names = [member.name] if member.inner is None else [member.name, member.path.name]
    for name in names:
        if found := _VERSION.search(name.replace("RY", "")):
            version = f"{found[1]}-{found[2]}" if found[2] else found[1]
            return Release("rbcs", version, f"{title}, {version}")
    return Release("rbcs", UNDATED, title)


def _triples(row: Assignment, release: Release) -> Iterable[Triple]:
    return membership_triples(row.membership, release)


def _codes(row: Assignment, release: Release) -> Iterable[CodeFact]:
    member = row.membership
    yield CodeFact(member.system, member.notation, added=row.added, terminated=row.ended)


def _table_rows(row: Assignment, release: Release) -> Iterable[tuple[Any, ...]]:
    return membership_rows(row.membership, release)


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="rbcs",
        title="Restructured BETOS Classification System",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=lambda head: has_header(head, *_DERIVED) or has_header(head, *_OFFICIAL),
        release=_release,
        read=read,
        triples=_triples,
        codes=_codes,
        table=GROUPING,
        table_rows=_table_rows,
        named_graph=True,
    ),
)
