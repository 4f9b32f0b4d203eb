"""The ICD-10-PCS index (CMS, XML): terms that lead to codes, tables, other terms or axis values.

A lead-in term names an act or a thing in many words and leads to several tables; it is no label of one
concept. Here it is a row of a table that text search reads; what it leads to depends on the loaded tables, so
the build makes the triples (cg:leadInTerm).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from codegraph.errors import SourceError
from codegraph.sources.base import Reader, Reject, Release, Table
from codegraph.sources.icd10pcs_tables import fiscal_year, xml_version
from codegraph.sources.xmltree import line_of, parse, root_is, text_of

if TYPE_CHECKING:
    from codegraph.sources.files import Member

ROOT: Final = "ICD10PCS.index"
_TARGET: Final = re.compile(r"[0-9A-HJ-NP-Z]{1,7}")


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """Where a term leads: its path from the main term down, and the code or the start of codes.

    `kind` is `code` (target is a whole code), `codes` or `tab` (the start of codes), `see` (`text` is another
    term) or `use` (`text` is an axis value); `target` is empty where the file gives none.
    """

    path: tuple[str, ...]
    kind: str
    text: str
    target: str


def sniff(head: bytes) -> bool:
    """Tell whether a file is the index."""
    return root_is(head, ROOT)


def release(member: Member) -> Release:
    """Return the edition that the file states."""
    return fiscal_year("icd10pcs-index", "ICD-10-PCS index", xml_version(member.head()))


def read(member: Member) -> Iterator[IndexEntry | Reject]:
    """Yield where terms lead; a main term without title, and a target that begins no code, are rejected."""
    root = parse(member, ROOT)
    terms = list(root.iterfind("letter/mainTerm"))
    if not terms:
        raise SourceError(f"{member.label} holds no term")
    for term in terms:
        if not text_of(term.find("title")):
            yield Reject(line_of(member, root, term), "a main term without title", text_of(term)[:200])
            continue
        for element, entry in _entries(term, ()):
            if entry.target and not _TARGET.fullmatch(entry.target):
                reason = f"{entry.target!r} is no start of an ICD-10-PCS code"
                yield Reject(line_of(member, root, element), reason, " / ".join(entry.path)[:200])
            else:
                yield entry


def _entries(term: Element, above: tuple[str, ...]) -> Iterator[tuple[Element, IndexEntry]]:
    """Yield the entries of a term and those under it; a term without title only holds a see or use."""
    title = text_of(term.find("title"))
    path = (*above, title) if title else above
    for child in term:
        if child.tag in ("code", "codes", "tab"):
            yield child, IndexEntry(path, child.tag, "", text_of(child))
        elif child.tag in ("see", "use"):
            targets: list[Element | None] = [*child.findall("codes"), *child.findall("tab")]
            for target in targets or [None]:
                yield child, IndexEntry(path, child.tag, (child.text or "").strip(), text_of(target))
        elif child.tag == "term":
            yield from _entries(child, path)


TABLE: Final = Table(
    "pcs_index",
    (("path", "TEXT"), ("kind", "TEXT"), ("text", "TEXT"), ("target", "TEXT"), ("release", "TEXT")),
    ("path", "kind", "text", "target", "release"),
    (("target",),),
)


def table_rows(row: IndexEntry, release: Release) -> Iterator[tuple[str, ...]]:
    """Yield the row of the index table; the path is written with `, ` between its terms."""
    yield ", ".join(row.path), row.kind, row.text, row.target, release.ident


READERS: Final = (
    Reader(
        kind="icd10pcs-index",
        title="ICD-10-PCS index",
        publisher="Centers for Medicare & Medicaid Services",
        page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
        sniff=sniff,
        release=release,
        read=read,
        table=TABLE,
        table_rows=table_rows,
    ),
)
