"""The ICD-10-PCS tables (CMS, XML): typed rows, the grammar that they make, codes and facets as triples."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import CODE, CONCEPT_PREFIXES, concept_iri
from codegraph.pcs import Axis, Grammar, Row, Table
from codegraph.pcs_facets import FACETS, NO_SITE, Facet, axis_facet, destination
from codegraph.pcs_words import fill, pattern, word_of
from codegraph.sources.base import UNDATED, CodeFact, Reader, Reject, Release
from codegraph.sources.xmltree import line_of, parse, root_is, text_of

if TYPE_CHECKING:
    from codegraph.sources.files import Member

ROOT: Final = "ICD10PCS.tabular"
PAGE: Final = "https://www.cms.gov/medicare/coding-billing/icd-10-codes"


def sniff(head: bytes) -> bool:
    """Tell whether a file is the tables."""
    return root_is(head, ROOT)


def fiscal_year(source: str, title: str, year: str) -> Release:
    """Return the release of a fiscal year, which begins on 1 October of the year before."""
    if not re.fullmatch(r"20\d\d", year):
        return Release(source, UNDATED, f"{title}, undated")
    n = int(year)
    return Release(source, year, f"{title}, fiscal year {year}", None, date(n - 1, 10, 1), date(n, 9, 30))


def xml_version(head: bytes) -> str:
    """Return the year in the `version` element of an ICD-10 file's first bytes, or an empty text."""
    match = re.search(rb"<version>\s*(\d{4})\s*</version>", head.replace(b"\0", b""))
    return match[1].decode() if match else ""


def release(member: Member) -> Release:
    """Return the edition that the file states."""
    return fiscal_year("icd10pcs", "ICD-10-PCS tables", xml_version(member.head()))


def read(member: Member) -> Iterator[Table | Reject]:
    """Yield each `pcsRow` as a table of one row.

    A row that does not expand to the number of codes that it states, has an axis whose title no facet is
    known for, or a value without label or character, is rejected; a table whose first three axes are wrong is
    rejected with all its rows.
    """
    root = parse(member, ROOT)
    count = 0
    for element in root.iter("pcsTable"):
        rows = element.findall("pcsRow")
        try:
            head = _head(element)
        except ValueError as error:
            yield Reject(
                line_of(member, root, element), f"table of {len(rows)} rows: {error}", text_of(element)[:200]
            )
            continue
        for row in rows:
            try:
                yield Table(*head.head, (_row(head.prefix, row),), head.definition)
                count += 1
            except ValueError as error:
                yield Reject(line_of(member, root, row), str(error), f"{head.prefix} {text_of(row)}"[:200])
    if not count:
        raise SourceError(f"{member.label} holds no ICD-10-PCS table")


def _head(element: Element) -> Table:
    """Return a table without rows: its first three axes and the definition of its operation."""
    axes = [_axis(axis) for axis in element.findall("axis")]
    if len(axes) != 3:
        raise ValueError(f"a table has three axes of its own, not {len(axes)}")
    return Table(axes[0], axes[1], axes[2], (), text_of(element.find("axis/definition")) or None)


def _axis(element: Element) -> Axis:
    title = text_of(element.find("title"))
    values = tuple((label.get("code", ""), text_of(label)) for label in element.findall("label"))
    position, stated = element.get("pos", ""), element.get("values")
    if title not in FACETS:
        raise ValueError(f"axis {position} is titled {title!r}, which no facet is known for")
    if stated is not None and stated != str(len(values)):
        raise ValueError(f"axis {position} states {stated} values but has {len(values)}")
    return Axis(int(position) if position.isdecimal() else 0, title, values)


def _row(prefix: str, element: Element) -> Row:
    axes = [_axis(axis) for axis in element.findall("axis")]
    stated = element.get("codes", "")
    if len(axes) != 4 or not stated.isdecimal():
        raise ValueError(
            f"a row has four axes and states its number of codes, not {len(axes)} and {stated!r}"
        )
    return Row(prefix, (axes[0], axes[1], axes[2], axes[3]), int(stated))


def grammar(member: Member) -> Grammar:
    """Return the grammar of a tables file; rejected rows are left out, and it is then not complete."""
    rows = list(read(member))
    tables = [row for row in rows if isinstance(row, Table)]
    try:
        return Grammar.of(release(member).version, tables, complete=len(tables) == len(rows))
    except ValueError as error:
        raise SourceError(f"{member.label}: {error}") from error


def codes(row: Table, release: Release) -> Iterator[CodeFact]:
    """Yield the codes of a row. Their titles are in order files; without one the build composes a label."""
    parent = group_iri(row.prefix)
    for pcs_row in row.rows:
        for code in pcs_row.codes():
            yield CodeFact("icd10pcs", code, billable=True, parent=parent, authority=True)


# Triples, as lines of N-Triples: 79,000 codes with about six facets each.

_PROCEDURES: Final = concept_iri("procedure", "pcs-")


def group_iri(prefix: str) -> str:
    """Return the IRI of a section (`0`), a body system (`0D`) or a table (`0D1`)."""
    return concept_iri("group", f"icd10pcs-{prefix}")


def procedure_iri(code: str) -> str:
    """Return the IRI of the procedure that an ICD-10-PCS code denotes."""
    return _PROCEDURES + code.lower()


_TYPE: Final = f" {rdf.TYPE} {rdf.term('cg:Procedure')} ."
_LABEL: Final = f" {rdf.PREF_LABEL} "
_Cell = tuple[str, str, str, str]  # character, label, word of the composed label, end of the facet's line


def _tail(facet: Facet | None) -> str:
    return f" {rdf.term(facet.property)} <{CONCEPT_PREFIXES[facet.scheme]}{facet.slug}> ." if facet else ""


def _cells(prefix: str, axis: Axis, operation: str) -> list[_Cell]:
    """Return what each value of an axis adds to the lines of a code; no axis 4 goes without a site."""
    cells = []
    for char, label in axis.values:
        facet = axis_facet(prefix, axis.position, axis.title, label, operation)
        tail = _tail(facet)
        if axis.position == 4 and (facet is None or facet.property != NO_SITE.property):
            tail += ("\n" if tail else "") + _tail(NO_SITE)
        cells.append((char, label, word_of(axis.title, label), tail))
    return cells


def row_lines(table: Table, wanted: Callable[[str], bool] | None = None) -> Iterator[str]:
    """Yield the N-Triples lines of the procedures of a table's codes: type, composed label, facets.

    They do not depend on the release and stand in the default graph. `wanted` says which codes to describe:
    those that a newer edition has not described.
    """
    prefix, operation = table.prefix, table.operation.values[0][1]
    head = [_cells(prefix, axis, operation)[0] for axis in table.head]
    heads = [cell[3] for cell in head]
    words = {str(n): cell[2] for n, cell in enumerate(head, 1)}
    for row in table.rows:
        part_cells, *other_cells = [_cells(prefix, axis, operation) for axis in row.axes]
        for part in part_cells:
            segments = pattern(prefix, operation, part[1])
            for a, b, c in product(*other_cells):
                code = f"{prefix}{part[0]}{a[0]}{b[0]}{c[0]}"
                if wanted and not wanted(code):
                    continue
                subject = f"<{_PROCEDURES}{code.lower()}>"
                label = fill(segments, {**words, "4": part[2], "5": a[2], "6": b[2], "7": c[2]})
                goal = _tail(destination(prefix, operation, part[1], c[1]))
                yield subject + _TYPE
                yield f"{subject}{_LABEL}{rdf.english(label)} ."
                for tails in dict.fromkeys((*heads, part[3], a[3], b[3], c[3], goal)):
                    for tail in tails.split("\n") if tails else ():
                        yield subject + tail


def code_triples(grammar: Grammar, code: str) -> list[str]:
    """Return the N-Triples lines of one code's procedure; raise as Grammar.row_of does."""
    row = grammar.row_of(code)
    table = Table(*grammar.tables[row.table].head, (row,))
    return list(row_lines(table, code.__eq__))


def procedure_lines(grammar: Grammar, *, known: Collection[str] = ()) -> Iterator[str]:
    """Yield the lines of every code's procedure except those of the codes in `known` (of newer editions)."""
    seen = frozenset(known)
    wanted = (lambda code: code not in seen) if seen else None
    for table in grammar.tables.values():
        yield from row_lines(table, wanted)


_SITE_CLASS: Final = rdf.term("cg:AnatomicalSite")
_VALUE_CLASS: Final = rdf.term("cg:FacetValue")
_CONCEPT: Final = rdf.term("skos:Concept")
_TOP: Final = rdf.term("skos:topConceptOf")
_HAS_TOP: Final = rdf.term("skos:hasTopConcept")


# The schemes of the facets, as they are called where packaged knowledge does not declare them.
SCHEMES: Final = {
    "approach": "Approaches",
    "body-system": "Body systems",
    "device": "Devices",
    "method": "Methods",
    "qualifier": "Qualifiers",
    "section": "Sections of ICD-10-PCS",
    "site": "Anatomical sites",
    "substance": "Substances",
}
_NO_SITE_NOTE: Final = "Stands where an ICD-10-PCS code names no body part; it is not a part of the body."


def facet_values(grammar: Grammar) -> dict[str, str]:
    """Return the values that the facets of a grammar take: CURIE to label, sorted."""
    found: dict[str, str] = {}
    for table in grammar.tables.values():
        operation = table.operation.values[0][1]
        for row in table.rows:
            facets = [
                axis_facet(table.prefix, axis.position, axis.title, label, operation)
                for axis in (*table.head, *row.axes)
                for _, label in axis.values
            ]
            parts, qualifiers = row.axes[0].values, row.axes[3].values
            facets += [destination(table.prefix, operation, p, q) for _, p in parts for _, q in qualifiers]
            for facet in filter(None, [NO_SITE, *facets]):
                found.setdefault(facet.value, facet.label)
    return dict(sorted(found.items()))


def concept_lines(
    grammar: Grammar, *, known: Collection[str] = (), narrower: Collection[str] = ()
) -> Iterator[str]:
    """Yield the lines of the facet values: class, label, scheme.

    `known` are the IRIs of values that packaged knowledge or a newer edition describes: they are left to it.
    `narrower` are those that have a skos:broader elsewhere (the device aggregation): they are no top
    concepts.
    """
    skip, below = frozenset(known), frozenset(narrower)
    values = facet_values(grammar)
    for scheme in sorted({curie.partition(":")[0] for curie in values}):
        iri = concept_iri("scheme", scheme)
        if iri not in skip:
            yield f"<{iri}> {rdf.TYPE} {rdf.term('cg:FacetScheme')} ."
            yield f"<{iri}> {rdf.TYPE} {rdf.term('skos:ConceptScheme')} ."
            yield f"<{iri}>{_LABEL}{rdf.english(SCHEMES[scheme])} ."
    for curie, label in values.items():
        scheme, _, local = curie.partition(":")
        iri = concept_iri(scheme, local)
        if iri in skip:
            continue
        subject, of = f"<{iri}>", f"<{concept_iri('scheme', scheme)}>"
        yield f"{subject} {rdf.TYPE} {_SITE_CLASS if scheme == 'site' else _VALUE_CLASS} ."
        yield f"{subject} {rdf.TYPE} {_CONCEPT} ."
        yield f"{subject}{_LABEL}{rdf.english(label)} ."
        yield f"{subject} {rdf.IN_SCHEME} {of} ."
        if curie == NO_SITE.value:
            yield f"{subject} {rdf.term('skos:scopeNote')} {rdf.english(_NO_SITE_NOTE)} ."
        if iri not in below:
            yield f"{subject} {_TOP} {of} ."
            yield f"{of} {_HAS_TOP} {subject} ."


def group_lines(grammar: Grammar, *, known: Collection[str] = ()) -> Iterator[str]:
    """Yield the lines of the code groups: section, body system, table; `known` are IRIs already described."""
    groups: dict[str, tuple[str, str | None]] = {}
    for prefix, table in grammar.tables.items():
        section, system = table.section.values[0][1], table.body_system.values[0][1]
        groups.setdefault(prefix[0], (section, None))
        groups.setdefault(prefix[:2], (system if system != "None" else section, prefix[0]))
        groups[prefix] = (table.label if system != "None" else table.operation.values[0][1], prefix[:2])
    skip = frozenset(known)
    for prefix, (label, above) in sorted(groups.items()):
        if group_iri(prefix) not in skip:
            yield from _group(prefix, label, above)


def _group(prefix: str, label: str, above: str | None) -> Iterable[str]:
    subject = f"<{group_iri(prefix)}>"
    yield f"{subject} {rdf.TYPE} {rdf.term('cg:CodeGroup')} ."
    yield f"{subject}{_LABEL}{rdf.english(label)} ."
    yield f"{subject} {rdf.NOTATION} {rdf.literal(prefix)} ."
    yield f"{subject} {rdf.IN_SCHEME} <{CODE}icd10pcs> ."
    if above:
        yield f"{subject} {rdf.BROADER} <{group_iri(above)}> ."
    else:
        yield f"{subject} {_TOP} <{CODE}icd10pcs> ."
        yield f"<{CODE}icd10pcs> {_HAS_TOP} {subject} ."


READERS: Final = (
    Reader(
        kind="icd10pcs",
        title="ICD-10-PCS tables",
        publisher="Centers for Medicare & Medicaid Services",
        page=PAGE,
        sniff=sniff,
        release=release,
        read=read,
        codes=codes,
    ),
)
