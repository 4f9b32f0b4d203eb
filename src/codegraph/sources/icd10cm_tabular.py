"""The ICD-10-CM tabular list (CDC/NCHS, XML): chapters, blocks, codes and the notes on them.

A note holds for everything below the place where it stands: an excludes note on a chapter excludes from each
of its codes. The triples and table rows say where a note stands; to collect what holds for a code is a query
along skos:broader, not a matter of this reader.

Codes that exist by a seventh character alone (E08.37X1) are in the order file, not here; here is what the
seventh characters mean, on the category or subcategory that takes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from codegraph import rdf
from codegraph.codes import is_code
from codegraph.errors import SourceError
from codegraph.namespaces import CODE, contract, expand
from codegraph.rdf import Triple
from codegraph.sources.base import CodeFact, Reader, Reject, Release, Table
from codegraph.sources.icd10pcs_tables import fiscal_year, xml_version
from codegraph.sources.xmltree import line_of, parse, root_is, text_of

if TYPE_CHECKING:
    from codegraph.sources.files import Member

ROOT: Final = "ICD10CM.tabular"

# Element -> property. An inclusion term is a condition that the code is for. It is not a synonym (a code
# "other specified" has many of them, each another disease), so it is no skos:altLabel.
NOTES: Final = {
    "includes": "cg:includesNote",
    "inclusionTerm": "cg:inclusionTerm",
    "excludes1": "cg:excludes1Note",
    "excludes2": "cg:excludes2Note",
    "useAdditionalCode": "cg:useAdditionalCodeNote",
    "codeFirst": "cg:codeFirstNote",
    "codeAlso": "cg:codeAlsoNote",
    "sevenChrNote": "cg:seventhCharacterNote",
    "sevenChrDef": "cg:seventhCharacterNote",
    "notes": "cg:generalNote",
    "visualImpairment": "cg:generalNote",
}
_RANGE: Final = re.compile(r"([A-Z][0-9][0-9AB])(?:-([A-Z][0-9][0-9AB]))?")
_TITLE: Final = re.compile(r"(.*\S)\s*\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class TabularRow:
    """A chapter, block or code (`subject` is its CURIE), what it is directly below, and the notes on it.

    `notes` are (element, text) in the order of the file: "code to identify:" is followed by what to identify.
    `first` and `last` are the ends of the range of a chapter or block, empty for a code.
    """

    subject: str
    title: str
    above: str | None
    notes: tuple[tuple[str, str], ...]
    first: str = ""
    last: str = ""


def sniff(head: bytes) -> bool:
    """Tell whether a file is the tabular list."""
    return root_is(head, ROOT)


def release(member: Member) -> Release:
    """Return the edition that the file states."""
    return fiscal_year("icd10cm-tabular", "ICD-10-CM tabular list", xml_version(member.head()))


def read(member: Member) -> Iterator[TabularRow | Reject]:
    """Yield chapters, blocks and codes from the top down; what has no well-written name is rejected."""
    root = parse(member, ROOT)
    chapters = root.findall("chapter")
    if not chapters:
        raise SourceError(f"{member.label} holds no chapter")
    for chapter in chapters:
        row = _chapter(chapter)
        if row is None:
            reason = "a chapter has a number and a range of categories"
            yield Reject(line_of(member, root, chapter), reason, text_of(chapter.find("desc"))[:200])
            continue
        yield row
        for item in _blocks(chapter, row):
            yield item if isinstance(item, TabularRow) else Reject(line_of(member, root, item[0]), *item[1:])


def _chapter(element: Element) -> TabularRow | None:
    number = text_of(element.find("name"))
    title = _TITLE.fullmatch(text_of(element.find("desc")))
    ends = _RANGE.fullmatch(title[2]) if title else None
    if not number.isdecimal() or not title or not ends:
        return None
    subject = f"group:icd10cm-chapter-{number}"
    return TabularRow(subject, title[1], None, _notes(element), ends[1], ends[2] or ends[1])


_Bad = tuple[Element, str, str]  # element, reason, what it says


def _blocks(chapter: Element, above: TabularRow) -> Iterator[TabularRow | _Bad]:
    sections = chapter.findall("section")
    # A block with categories of its own holds no other block: C7A stands beside C76-C80, not in it.
    spans = [
        s.get("id", "") for s in sections if _RANGE.fullmatch(s.get("id", "")) and s.find("diag") is None
    ]
    for section in sections:
        ident = section.get("id", "")
        match = _RANGE.fullmatch(ident)
        if match is None:
            yield section, f"{ident!r} is no range of categories", text_of(section.find("desc"))[:200]
            continue
        wider = _wider(ident, spans)
        row = TabularRow(
            f"group:icd10cm-{ident.lower()}",
            text_of(section.find("desc")).removesuffix(f"({ident})").strip(),
            f"group:icd10cm-{wider.lower()}" if wider else above.subject,
            _notes(section),
            match[1],
            match[2] or match[1],
        )
        yield row
        for diag in section.findall("diag"):
            yield from _codes(diag, (row.subject,))


def _wider(ident: str, idents: list[str]) -> str | None:
    """Return the narrowest other block of the chapter that spans this one (C00-C14 stands in C00-C75)."""
    first, last = _ends(ident)
    spanning = [o for o in idents if o != ident and _ends(o)[0] <= first and last <= _ends(o)[1]]
    return max(spanning, key=lambda o: (_ends(o)[0], [-ord(c) for c in _ends(o)[1]])) if spanning else None


def _ends(ident: str) -> tuple[str, str]:
    first, _, last = ident.partition("-")
    return first, last or first


def _codes(element: Element, above: tuple[str, ...]) -> Iterator[TabularRow | _Bad]:
    """Yield a code and those in it; `above` are its block and the codes around it.

    The file of 2021 has H54.512A inside H54.511: a code stands below the nearest code that it begins with.
    """
    name, title = text_of(element.find("name")), text_of(element.find("desc"))
    if not title:
        yield element, "a code without title", name
    elif not is_code("icd10cm", name):
        yield element, f"{name!r} is not written like a code of icd10cm", f"{name} {title}"[:200]
    else:
        subject = f"icd10cm:{name}"
        parent = next(a for a in reversed(above) if a.startswith("group:") or subject.startswith(a))
        yield TabularRow(subject, title, parent, _notes(element))
        above = (*above, subject)
    for child in element.findall("diag"):
        yield from _codes(child, above)


def _notes(element: Element) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for child in element:
        if child.tag == "sevenChrDef":
            found += [(child.tag, text) for text in _seventh(child)]
        elif child.tag == "visualImpairment":
            found += [(child.tag, text) for text in _visual(child)]
        elif child.tag in NOTES:
            found += [(child.tag, text) for note in child.findall("note") if (text := text_of(note))]
    return tuple(found)


def _seventh(element: Element) -> list[str]:
    """Return `A: initial encounter`; a note between the characters explains the one before it."""
    texts: list[str] = []
    for child in element:
        if child.tag == "extension":
            texts.append(f"{child.get('char', '?')}: {text_of(child)}")
        elif texts:
            texts[-1] += f" ({text_of(child)})"
    return texts


def _visual(element: Element) -> list[str]:
    """Return the rows of the table of visual impairment, each bound in its scales side by side."""
    texts = []
    for category in element.findall("visCategory"):
        number = text_of(category.find("value"))
        most = [text_of(value) for value in category.findall("visRange/visMax/value")]
        least = [text_of(value) for value in category.findall("visRange/visMin/value")]
        if number:
            text = f"Category of visual impairment {number}: "
            bounds = f"visual acuity less than {' or '.join(most)}"
            if least:
                bounds += f", equal to or better than {' or '.join(least)}"
            texts.append(text + (bounds if least else "; ".join(most)))
    return texts


def ascii_title(title: str) -> str:
    """Return a title as the order file prints it: without accents (Sezary disease)."""
    return "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))


def codes(row: TabularRow, release: Release) -> Iterator[CodeFact]:
    """Yield the code of a row with its title and what it is below; order files say which are billable."""
    system, _, notation = row.subject.partition(":")
    if system == "icd10cm":
        yield CodeFact(
            system, notation, ascii_title(row.title), parent=expand(row.above) if row.above else None
        )


def triples(row: TabularRow, release: Release) -> Iterator[Triple]:
    """Yield the notes of a row and the group of a chapter or block; a code's place is a code fact."""
    subject = f"<{expand(row.subject)}>"
    if row.first:
        yield Triple(subject, rdf.TYPE, rdf.term("cg:CodeGroup"))
        yield Triple(subject, rdf.PREF_LABEL, rdf.english(row.title))
        yield Triple(
            subject,
            rdf.NOTATION,
            rdf.literal(row.first if row.first == row.last else f"{row.first}-{row.last}"),
        )
        yield Triple(subject, rdf.term("cg:rangeFirst"), rdf.literal(row.first))
        yield Triple(subject, rdf.term("cg:rangeLast"), rdf.literal(row.last))
        yield Triple(subject, rdf.IN_SCHEME, f"<{CODE}icd10cm>")
        if row.above:
            yield Triple(subject, rdf.BROADER, f"<{expand(row.above)}>")
        else:
            yield Triple(subject, rdf.term("skos:topConceptOf"), f"<{CODE}icd10cm>")
            yield Triple(f"<{CODE}icd10cm>", rdf.term("skos:hasTopConcept"), subject)
    elif row.title != ascii_title(row.title):
        yield Triple(subject, rdf.ALT_LABEL, rdf.english(row.title))
    for tag, text in dict.fromkeys(row.notes):
        yield Triple(subject, rdf.term(NOTES[tag]), rdf.english(text))


TABLE: Final = Table(
    "cm_note",
    (("subject", "TEXT"), ("release", "TEXT"), ("seq", "INTEGER"), ("kind", "TEXT"), ("text", "TEXT")),
    ("subject", "release", "seq"),
)


def table_rows(row: TabularRow, release: Release) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield the notes of a row in their order."""
    for number, (tag, text) in enumerate(row.notes, 1):
        yield contract(expand(row.subject)), release.ident, number, tag, text


READERS: Final = (
    Reader(
        kind="icd10cm-tabular",
        title="ICD-10-CM tabular list",
        publisher="National Center for Health Statistics",
        page="https://www.cdc.gov/nchs/icd/icd-10-cm/files.html",
        sniff=sniff,
        release=release,
        read=read,
        triples=triples,
        codes=codes,
        table=TABLE,
        table_rows=table_rows,
        named_graph=True,
    ),
)
