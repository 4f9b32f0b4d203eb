"""What the readers of HCPCS Level II share: the row, the joining of long texts, code facts, the table.

CMS publishes one release as text of fixed width and as a workbook; both carry the same release identifier, so
a build reads one of them: the text, which has dates that the workbook lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from codegraph.codes import is_code
from codegraph.sources.base import UNDATED, CodeFact, Reject, Release, Table
from codegraph.sources.days import compact_day, iso
from codegraph.sources.delimited import masked
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_month, find_year

PUBLISHER: Final = "Centers for Medicare & Medicaid Services"
PAGE: Final = (
    "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
)
TITLE: Final = "HCPCS Level II"
TABLE: Final = Table(
    "hcpcs",
    (
        ("system", "TEXT"),
        ("notation", "TEXT"),
        ("kind", "TEXT"),
        ("long", "TEXT"),
        ("short", "TEXT"),
        ("coverage", "TEXT"),
        ("action", "TEXT"),
        ("added", "TEXT"),
        ("effective", "TEXT"),
        ("terminated", "TEXT"),
        ("betos", "TEXT"),
        ("pricing", "TEXT"),
        ("multiple_pricing", "TEXT"),
        ("type_of_service", "TEXT"),
        ("release", "TEXT"),
    ),
    ("system", "notation", "release"),
)
# RECID of a first line and of its continuations -> the system of the code.
FIRST: Final = {"3": "hcpcs", "7": "modifier"}
FURTHER: Final = {"4": "hcpcs", "8": "modifier"}


@dataclass(frozen=True, slots=True)
class HcpcsCode:
    """A Level II code or modifier; `effective` is the day of the last action: it may follow `terminated`."""

    system: str
    notation: str
    long: str
    short: str = ""
    coverage: str = ""
    action: str = ""
    added: date | None = None
    effective: date | None = None
    terminated: date | None = None
    betos: str = ""
    pricing: str = ""
    multiple_pricing: str = ""
    type_of_service: str = ""

    @property
    def licensed(self) -> bool:
        """Tell whether the text is the ADA's: the dental codes D0000 to D9999."""
        return self.system == "hcpcs" and self.notation.startswith("D")


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the published file: the first of a code (RECID 3, 7) or one more of its text (4, 8)."""

    line: int
    recid: str
    notation: str
    sequence: int
    text: str
    cells: Mapping[str, str]


def plain(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())


def checked(system: str, notation: str) -> str:
    """Return a code as it stands; raise RowError where it is not written like one of its system."""
    if not is_code(system, notation):
        raise RowError(f"{notation!r} is not written like a {TITLE} {_NOUN[system]}")
    return notation


_NOUN: Final = {"hcpcs": "code", "modifier": "modifier"}


def assemble(parts: Iterable[Part | Reject]) -> Iterator[HcpcsCode | Reject]:
    """Join the lines of each code by their sequence numbers; reject a code of which a line is missing."""
    group: list[Part] = []
    for part in parts:
        if isinstance(part, Reject):
            yield part
        elif part.recid in FIRST:
            yield from _joined(group)
            group = [part]
        elif group and group[0].notation == part.notation and FIRST[group[0].recid] == FURTHER[part.recid]:
            group.append(part)
        else:
            yield _reject(part, "continues a code whose first line is not above it")
    yield from _joined(group)


def _joined(group: list[Part]) -> Iterator[HcpcsCode | Reject]:
    if not group:
        return
    first = group[0]
    ordered = sorted(group, key=lambda part: part.sequence)
    if [p.sequence for p in ordered] != [first.sequence * n for n in range(1, len(group) + 1)]:
        yield _reject(first, "a line of its long description is missing or comes twice")
        return
    try:
        yield _code(first, plain(" ".join(part.text for part in ordered)))
    except RowError as error:
        yield _reject(first, str(error))


def _code(first: Part, long: str) -> HcpcsCode:
    system, cells = FIRST[first.recid], first.cells
    if not long:
        raise RowError("has no long description")
    return HcpcsCode(
        system,
        checked(system, first.notation),
        long,
        plain(cells["SHORT DESCRIPTION"]),
        cells["COV"],
        cells["ACTION CD"],
        compact_day(cells["ADD DT"]),
        compact_day(cells["ACT EFF DT"]),
        compact_day(cells["TERM DT"]),
        cells["BETOS"],
        plain(" ".join(cells[f"PRICE{n}"] for n in range(1, 5))),
        cells["MULT PI"],
        "".join(cells[f"TOS{n}"] for n in range(1, 6)),
    )


def _reject(part: Part, reason: str) -> Reject:
    shown = (part.notation, f"{part.sequence:05}", part.recid, part.text)
    return Reject(part.line, reason, masked(shown))


def release_of(member: Member, issued: date | None = None) -> Release:
    """Return the release that a file's name tells: `2025-10` of a quarterly file, `2019` of an annual one."""
    names = [member.name] if member.inner is None else [member.name, member.path.name]
    for name in names:
        if month := find_month(name):
            version, first = f"{month[0]}-{month[1]:02}", date(*month, 1)
        elif year := find_year(name):
            version, first = str(year), date(year, 1, 1)
        else:
            continue
        return Release("hcpcs", version, f"{TITLE}, {version}", issued, first)
    return Release("hcpcs", UNDATED, TITLE, issued)


def codes(row: HcpcsCode, release: Release) -> Iterable[CodeFact]:
    """Yield what a row says of its code or modifier; the file is the list of both systems."""
    yield CodeFact(
        row.system,
        row.notation,
        label=row.long,
        short_label=None if row.licensed else row.short or None,
        billable=True if row.system == "hcpcs" else None,
        added=row.added,
        terminated=row.terminated,
        authority=True,
        licensed=row.licensed,
    )


def table_rows(row: HcpcsCode, release: Release) -> Iterable[tuple[Any, ...]]:
    """Yield the row of the table `hcpcs`, without licensed text."""
    yield (
        row.system,
        row.notation,
        _NOUN[row.system],
        "" if row.licensed else row.long,
        "" if row.licensed else row.short,
        row.coverage,
        row.action,
        iso(row.added),
        iso(row.effective),
        iso(row.terminated),
        row.betos,
        row.pricing,
        row.multiple_pricing,
        row.type_of_service,
        release.ident,
    )
