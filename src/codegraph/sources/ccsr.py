"""AHRQ's Clinical Classifications Software Refined (CCSR) for ICD-10-CM diagnoses and ICD-10-PCS procedures.

AHRQ's files put codes and categories in apostrophes and give a diagnosis up to six categories and a default
for each setting. The derived files have one row a code and category, without defaults; the derived lists of
categories add body systems and clinical domains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from codegraph.codes import SYSTEMS, normalise
from codegraph.sources.base import UNDATED, Reader, Reject, Release
from codegraph.sources.delimited import Record, has_header, key, open_sheet, read_rows
from codegraph.sources.files import Member
from codegraph.sources.groupings import (
    CATEGORY,
    GROUPING,
    Category,
    Listing,
    Membership,
    listing_rows,
    listing_triples,
    membership_codes,
    membership_rows,
    membership_triples,
)
from codegraph.sources.values import RowError

PUBLISHER: Final = "Agency for Healthcare Research and Quality"
PAGE: Final = "https://hcup-us.ahrq.gov/toolssoftware/ccsr/ccs_refined.jsp"
_SCHEME: Final = "ccsr"
_CATEGORY: Final = re.compile(r"([A-Z]{3})[0-9]{3}")
# The categories of invalid and missing diagnoses have names of their own (InvlDX, NoDX1).
_ANY_CATEGORY: Final = re.compile(r"[A-Za-z0-9]{5,6}")
_UNACCEPTABLE: Final = frozenset({"XXX000", "XXX111"})
_VERSION: Final = re.compile(r"v?(20[0-9]{2})[-._]([0-9])(?![0-9])")

_DX: Final = ("ICD 10 CM CODE", "CCSR CATEGORY 1", "DEFAULT CCSR CATEGORY IP")
_DX_DERIVED: Final = ("CCSR CATEGORY CODE", "VOCABULARY ID", "CODE")
_PR: Final = ("ICD 10 PCS", "PRCCSR", "PRCCSR DESCRIPTION", "CLINICAL DOMAIN")
_PR_DERIVED: Final = ("I10 PR", "I10 PR DESC", "CCSR", "CCSR DESC")
_DX_LIST: Final = ("CCSR", "CCSR DESC", "I10DX CHAPTER")
_PR_LIST: Final = ("CCSR", "CCSR DESC", "CLINICAL DOMAIN", "PCS ROOTS")


def _bare(text: str) -> str:
    """Return a cell without AHRQ's apostrophes."""
    return text.strip().strip("'").strip()


def _code(system: str, text: str) -> str:
    notation = normalise(system, _bare(text))
    if notation is None:
        raise RowError(f"{_bare(text)[:20]!r} is not a code of {system} ({SYSTEMS[system].written})")
    return notation


def _category(text: str, label: str = "", parent: str | None = None) -> Category:
    name = _bare(text)
    if not _ANY_CATEGORY.fullmatch(name):
        raise RowError(f"{name[:20]!r} is not a CCSR category")
    return Category(_SCHEME, name, _bare(label), parent)


def _official_diagnosis(cells: dict[str, str]) -> Iterator[Membership]:
    notation = _code("icd10cm", cells["ICD 10 CM CODE"])
    defaults = {
        "inpatient": _bare(cells["DEFAULT CCSR CATEGORY IP"]),
        "outpatient": _bare(cells.get("DEFAULT CCSR CATEGORY OP", "")),
    }
    found = 0
    for number in range(1, 7):
        name = _bare(cells.get(f"CCSR CATEGORY {number}", ""))
        if name and name not in _UNACCEPTABLE:
            category = _category(name, cells.get(f"CCSR CATEGORY {number} DESCRIPTION", ""))
            settings = " and ".join(s for s, default in defaults.items() if default == name)
            note = f"default for {settings} data" if settings else ""
            yield Membership("icd10cm", notation, category, note, (category,) if category.label else ())
            found += 1
    if not found:
        raise RowError("names no CCSR category")


def _derived_diagnosis(cells: dict[str, str]) -> Iterator[Membership]:
    notation = _code("icd10cm", cells["CODE"])
    yield Membership("icd10cm", notation, _category(cells["CCSR CATEGORY CODE"]))


def _official_procedure(cells: dict[str, str]) -> Iterator[Membership]:
    domain = _domain(cells["PRCCSR"], cells["CLINICAL DOMAIN"])
    parent = domain.local if domain else None
    category = _category(cells["PRCCSR"], cells["PRCCSR DESCRIPTION"], parent)
    notation = _code("icd10pcs", cells["ICD 10 PCS"])
    described = (category, domain) if domain else (category,)
    label = _bare(cells.get("ICD 10 PCS DESCRIPTION", "")) or None
    yield Membership("icd10pcs", notation, category, categories=described, label=label)


def _derived_procedure(cells: dict[str, str]) -> Iterator[Membership]:
    notation = _code("icd10pcs", cells["I10 PR"])
    category = _category(cells["CCSR"])
    yield Membership("icd10pcs", notation, category, label=_bare(cells["I10 PR DESC"]) or None)


def _domain(name: str, label: str) -> Category | None:
    """Return the body system or domain above a category: the three letters that begin its name."""
    found = _CATEGORY.fullmatch(_bare(name))
    return Category(_SCHEME, found[1], _bare(label)) if found and _bare(label) else None


def _listed(column: str) -> Callable[[dict[str, str]], Iterator[Listing]]:
    def parse(cells: dict[str, str]) -> Iterator[Listing]:
        domain = _domain(cells["CCSR"], cells[column])
        category = _category(cells["CCSR"], cells["CCSR DESC"], domain.local if domain else None)
        yield Listing((domain, category) if domain else (category,))

    return parse


# A layout: the columns that tell it, and how a row of it is read.
Layout = tuple[tuple[str, ...], Callable[[dict[str, str]], Iterator[Any]]]


def _read(member: Member, layouts: Sequence[Layout]) -> Iterator[Any]:
    """Yield the rows, each with those categories that no row before it describes."""
    sheet = open_sheet(member, lambda keys: any(keys.issuperset(names) for names, _ in layouts))
    keys = [key(cell) for cell in sheet.header.cells]
    names, parse = next(layout for layout in layouts if set(keys).issuperset(layout[0]))
    described: set[str] = set()

    def each(record: Record) -> Iterator[Any]:
        for row in list(parse(dict(zip(keys, record.cells, strict=False)))):
            new = tuple(c for c in row.categories if c.local not in described)
            described.update(c.local for c in new)
            yield row if new == row.categories else replace(row, categories=new)

    yield from read_rows(sheet, each, width=max(keys.index(name) for name in names) + 1)


def _release(source: str, title: str) -> Callable[[Member], Release]:
    def release(member: Member) -> Release:
        names = [member.name] if member.inner is None else [member.name, member.path.name]
        found = next((m for name in names if (m := _VERSION.search(name))), None)
        version = f"{found[1]}.{found[2]}" if found else UNDATED
        return Release(source, version, f"{title}, v{version}" if found else title)

    return release


def _reader(kind: str, title: str, *layouts: Layout, lists: bool = False) -> Reader:
    def read(member: Member) -> Iterator[Any | Reject]:
        return _read(member, layouts)

    contents: dict[str, Any] = {
        "triples": membership_triples,
        "codes": membership_codes,
        "table": GROUPING,
        "table_rows": membership_rows,
    }
    if lists:
        contents = {"triples": listing_triples, "table": CATEGORY, "table_rows": listing_rows}
    return Reader(
        kind=kind,
        title=title,
        publisher=PUBLISHER,
        page=PAGE,
        sniff=lambda head: any(has_header(head, *names) for names, _ in layouts),
        release=_release(kind, title),
        read=read,
        named_graph=True,
        **contents,
    )


READERS: Final[tuple[Reader, ...]] = (
    _reader(
        "ccsr-dx",
        "CCSR for ICD-10-CM diagnoses",
        (_DX, _official_diagnosis),
        (_DX_DERIVED, _derived_diagnosis),
    ),
    _reader(
        "ccsr-pr",
        "CCSR for ICD-10-PCS procedures",
        (_PR, _official_procedure),
        (_PR_DERIVED, _derived_procedure),
    ),
    _reader(
        "ccsr-dx-categories",
        "CCSR categories of diagnoses",
        (_DX_LIST, _listed("I10DX CHAPTER")),
        lists=True,
    ),
    _reader(
        "ccsr-pr-categories",
        "CCSR categories of procedures",
        (_PR_LIST, _listed("CLINICAL DOMAIN")),
        lists=True,
    ),
)
