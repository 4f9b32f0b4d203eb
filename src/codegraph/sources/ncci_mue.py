"""NCCI medically unlikely edits (MUE): the units of a code that are ordinarily paid for a patient and day.

One file a setting and quarter. CMS's file begins with a notice of several lines, its column of values names
the setting, and its date stands only in its name. Confidential limits are absent. A derived form is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import ENTRY
from codegraph.rdf import Triple
from codegraph.sources import ncci
from codegraph.sources.base import CodeFact, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, has_header, head_rows, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.values import RowError

PAGE: Final = (
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-medically-unlikely-edits-mues"
)
TABLE: Final = Table(
    "mue",
    (
        ("system", "TEXT"),
        ("notation", "TEXT"),
        ("setting", "TEXT"),
        ("units", "INTEGER"),
        ("adjudication", "TEXT"),
        ("rationale", "TEXT"),
        ("release", "TEXT"),
    ),
    ("system", "notation", "setting", "release"),
)
# How the official column of values, or a cell of the derived files, names a setting.
_VALUES: Final = {
    "PRACTITIONER SERVICES MUE VALUES": "practitioner",
    "OUTPATIENT HOSPITAL SERVICES MUE VALUES": "outpatient",
    "DME SUPPLIER SERVICES MUE VALUES": "dme",
}
_SERVICES: Final = {
    "PRACTITIONER": "practitioner",
    "PRACTITIONER SERVICES": "practitioner",
    "OUTPATIENT HOSPITAL": "outpatient",
    "OUTPATIENT HOSPITAL SERVICES": "outpatient",
    "DME SUPPLIER": "dme",
    "DME SUPPLIER SERVICES": "dme",
}
_OFFICIAL: Final = {
    "HCPCS CPT CODE": "code",
    **dict.fromkeys(_VALUES, "units"),
    "MUE ADJUDICATION INDICATOR": "adjudication",
    "MUE RATIONALE": "rationale",
}
_DERIVED: Final = {
    "HCPCS CODE": "code",
    "MUE UNITS": "units",
    "MUE MAI": "adjudication",
    "MUE RATIONALE": "rationale",
    "MUE SERVICE": "service",
}
# 1 is applied to each claim line, 2 and 3 to the day of service; CMS prints number and text.
_ADJUDICATION: Final = re.compile(r"([123])(?:\s+\S.*)?")
_UNITS: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The most units of a code that pass; `adjudication` is 1 (line), 2 or 3 (day of service)."""

    code: str
    setting: str
    units: int
    adjudication: str
    rationale: str


def _is_official(keys: set[str]) -> bool:
    return "HCPCS CPT CODE" in keys and not keys.isdisjoint(_VALUES) and "MUE RATIONALE" in keys


def _is_header(keys: set[str]) -> bool:
    return _is_official(keys) or keys.issuperset(_DERIVED)


def _sniff(head: bytes) -> bool:
    official = any(has_header(head, "HCPCS CPT CODE", name, "MUE RATIONALE") for name in _VALUES)
    return official or (has_header(head, *_DERIVED) and _service(head_rows(head)) is not None)


def _service(rows: Sequence[Sequence[str]]) -> str | None:
    """Return the setting that the first row of a derived table names."""
    for header, first in pairwise(rows):
        keys = [key(cell) for cell in header]
        if set(keys).issuperset(_DERIVED) and len(first) == len(header):
            return _SERVICES.get(key(first[keys.index("MUE SERVICE")]))
    return None


def _setting(member: Member) -> str:
    sheet = open_sheet(member, _is_header)
    keys = [key(cell) for cell in sheet.header.cells]
    named = next((_VALUES[name] for name in keys if name in _VALUES), None)
    if named is None:
        first = next((row.cells for row in sheet.rows if isinstance(row, Record) and not row.blank), ())
        named = _service((sheet.header.cells, first))
    if named is None:
        raise SourceError(f"{member.label}: cannot tell the setting of these medically unlikely edits")
    return named


def _release(member: Member) -> Release:
    setting = _setting(member)
    title = f"NCCI medically unlikely edits, {ncci.SETTINGS[setting]}"
    return ncci.quarterly_release(f"ncci-mue-{setting}", title, member)


def read(member: Member) -> Iterator[UnitLimit | Reject]:
    """Yield the limits of one setting; a row of another setting is rejected."""
    setting = _setting(member)
    sheet = open_sheet(member, _is_header)
    names = _OFFICIAL if _is_official({key(cell) for cell in sheet.header.cells}) else _DERIVED
    at = sheet.columns(names, required=set(names.values()))

    def parse(record: Record) -> Iterator[UnitLimit]:
        cells = {field: record.cells[position] for field, position in at.items()}
        if "service" in cells and _SERVICES.get(key(cells["service"])) != setting:
            raise RowError(f"is of the setting {cells['service']!r}, the file of another")
        if not _UNITS.fullmatch(cells["units"]):
            raise RowError(f"the units are {cells['units']!r}, not a whole number")
        adjudication = _ADJUDICATION.fullmatch(cells["adjudication"])
        if adjudication is None:
            raise RowError(f"the adjudication indicator is {cells['adjudication']!r}, none of 1, 2, 3")
        code = ncci.checked_code(cells["code"])
        yield UnitLimit(code, setting, int(cells["units"]), adjudication[1], cells["rationale"])

    yield from read_rows(sheet, parse, width=max(at.values()) + 1)


def _triples(row: UnitLimit, release: Release) -> Iterable[Triple]:
    entry = f"<{ENTRY}{release.ident}/{row.code}>"
    yield Triple(entry, rdf.TYPE, rdf.term("cg:UnitLimit"))
    yield Triple(entry, rdf.OF_CODE, ncci.code_term(row.code))
    yield Triple(entry, rdf.term("cg:ofRelease"), rdf.term(f"release:{release.ident}"))
    yield Triple(entry, rdf.term("cg:serviceSetting"), rdf.term(f"setting:{ncci.SETTINGS[row.setting]}"))
    yield Triple(entry, rdf.term("cg:units"), rdf.integer(row.units))
    yield Triple(entry, rdf.term("cg:adjudicationIndicator"), rdf.term(f"adjudication:{row.adjudication}"))
    if row.rationale:
        yield Triple(entry, rdf.term("cg:rationale"), rdf.literal(row.rationale))


def _codes(row: UnitLimit, release: Release) -> Iterable[CodeFact]:
    yield CodeFact(ncci.system_of(row.code), row.code)


def _table_rows(row: UnitLimit, release: Release) -> Iterable[tuple[Any, ...]]:
    yield (
        ncci.system_of(row.code),
        row.code,
        ncci.SETTINGS[row.setting],
        row.units,
        row.adjudication,
        row.rationale,
        release.ident,
    )


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="ncci-mue",
        title="NCCI medically unlikely edits",
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
