"""The ICD-10-PCS definitions (CMS, XML): what axis values mean, their synonyms, and wider devices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import concept_iri, slug
from codegraph.pcs_facets import axis_facet
from codegraph.rdf import Triple
from codegraph.sources.base import Reader, Reject, Release, Table
from codegraph.sources.icd10pcs_keys import (
    Aggregation,
    KeyEntry,
    broader_triples,
    label_triples,
    value_of,
)
from codegraph.sources.icd10pcs_tables import fiscal_year, xml_version
from codegraph.sources.xmltree import line_of, parse, root_is, text_of

if TYPE_CHECKING:
    from codegraph.sources.files import Member

ROOT: Final = "ICD10PCS.definitions"

# The file lists these with the substances of section 3; the tables have them on the qualifier axis.
_QUALIFIERS_OF_3: Final = frozenset(
    {
        "Anti-Infective Envelope",
        "Clofarabine",
        "Glucarpidase",
        "Human B-type Natriuretic Peptide",
        "Monoclonal Antibody",
        "Other Anti-infective",
        "Other Antineoplastic",
        "Other Substance",
        "Other Therapeutic Monoclonal Antibody",
        "Other Thrombolytic",
        "Oxazolidinones",
        "Recombinant Bone Morphogenetic Protein",
    }
)
# Values of section X without " in New Technology" are substances, but for these.
_DEVICES_OF_X: Final = frozenset({"Bioengineered Allogeneic Construct"})
_SYNONYMS: Final = frozenset({"Body Part", "Device", "Substance", "Device / Substance / Technology"})
# F has one value on two axes of meaning, told apart by this suffix, which the tables do not print.
_USE: Final = re.compile(r"(.+) \((Assessment|Treatment)\)")


@dataclass(frozen=True, slots=True)
class Definition:
    """What the file says of one axis value.

    `value` is the label as the tables print it, `context` what the file adds to it. `main` tells the
    definition that describes the value; a value defined anew in another section, or for another use, has it
    as a note.
    """

    section: str
    section_title: str
    axis: str
    value: str
    context: str
    scheme: str
    definition: str
    explanation: str
    includes: tuple[str, ...]
    main: bool

    @property
    def concept(self) -> str:
        """Return the IRI of the value."""
        return concept_iri(self.scheme, slug(self.value))


def sniff(head: bytes) -> bool:
    """Tell whether a file is the definitions."""
    return root_is(head, ROOT)


def release(member: Member) -> Release:
    """Return the edition that the file states."""
    return fiscal_year("icd10pcs-definitions", "ICD-10-PCS definitions", xml_version(member.head()))


def read(member: Member) -> Iterator[Definition | Aggregation | Reject]:
    """Yield a row for each title of each term, and each device aggregation; an empty term is rejected."""
    root = parse(member, ROOT)
    if root.find("section/axis/terms") is None:
        raise SourceError(f"{member.label} holds no definition")
    first: dict[str, str] = {}
    for section in root.findall("section"):
        for axis in section.findall("axis"):
            for term in axis.findall("terms"):
                rows = list(_rows(section, axis, term, first))
                yield from rows
                if not rows:
                    reason = (
                        "a term needs a title, an axis that is known, and a definition or what it includes"
                    )
                    yield Reject(line_of(member, root, term), reason, text_of(term)[:200])
    for element in root.iterfind("deviceAggregation/aggregate"):
        row = _aggregate(element)
        reason = "an aggregation names two devices and an operation"
        yield row or Reject(line_of(member, root, element), reason, text_of(element)[:200])


def _rows(section: Element, axis: Element, term: Element, first: dict[str, str]) -> Iterator[Definition]:
    code, title = section.get("code", ""), text_of(axis.find("title"))
    definition, explanation = text_of(term.find("definition")), text_of(term.find("explanation"))
    includes = tuple(text for e in term.findall("includes") if (text := text_of(e)))
    for printed in filter(None, (text_of(e) for e in term.findall("title"))):
        value, context = _value(title, printed)
        scheme = _scheme(code, axis, title, printed, value)
        if scheme is None or not (definition or explanation or includes):
            continue
        main = not context and first.setdefault(f"{scheme}:{slug(value)}", definition) == definition
        yield Definition(
            code,
            text_of(section.find("title")),
            title,
            value,
            context,
            scheme,
            definition,
            explanation,
            includes,
            main,
        )


def _value(axis: str, printed: str) -> tuple[str, str]:
    if axis == "Type Qualifier" and (match := _USE.fullmatch(printed)):
        return match[1], match[2]
    return value_of(printed) if "Device" in axis else (printed, "")


def _scheme(section: str, axis: Element, title: str, printed: str, value: str) -> str | None:
    """Return the scheme of a value, by the table that the facets of codes follow too."""
    if section == "3" and value in _QUALIFIERS_OF_3:
        return "qualifier"
    if section == "X" and title == "Device / Substance / Technology":
        return "device" if printed != value or value in _DEVICES_OF_X else "substance"
    try:
        facet = axis_facet(section, int(axis.get("pos", "0")), title, value, "")
    except (KeyError, ValueError):
        return None
    return facet.scheme if facet else None


def _aggregate(element: Element) -> Aggregation | None:
    device, wider = text_of(element.find("device")), text_of(element.find("parent"))
    operation = text_of(element.find("operation"))
    if not device or not wider or not operation or device == wider:
        return None
    return Aggregation(device, wider, operation, tuple(text_of(e) for e in element.findall("bodySys")))


def triples(row: Definition | Aggregation, release: Release) -> Iterator[Triple]:
    """Yield the official texts on a value: definition, explanation as a note, inclusions as examples."""
    if isinstance(row, Aggregation):
        return
    subject = f"<{row.concept}>"
    definition, note = rdf.term("skos:definition"), rdf.term("skos:scopeNote")
    where = (
        f"In {row.context.lower()}" if row.axis == "Type Qualifier" else f"In the section {row.section_title}"
    )
    if row.definition and row.main:
        yield Triple(subject, definition, rdf.english(row.definition))
    elif row.definition:
        yield Triple(subject, note, rdf.english(f"{where}: {row.definition}"))
    if row.explanation:
        yield Triple(
            subject, note, rdf.english(row.explanation if row.main else f"{where}: {row.explanation}")
        )
    if row.axis not in _SYNONYMS:
        for text in row.includes:
            yield Triple(subject, rdf.term("skos:example"), rdf.english(text))


def shared(row: Definition | Aggregation, release: Release) -> Iterator[Triple]:
    """Yield the synonyms of sites, devices and substances, and wider devices, in the words of the key files.

    Both files may be loaded; these triples stand in the default graph, so that none stands in two.
    """
    if isinstance(row, Aggregation):
        yield from broader_triples(row)
    elif row.axis in _SYNONYMS:
        for text in row.includes:
            yield from label_triples(KeyEntry("", text, row.value, row.context, row.scheme))


TABLE: Final = Table(
    "pcs_definition",
    (
        ("concept", "TEXT"),
        ("release", "TEXT"),
        ("section", "TEXT"),
        ("axis", "TEXT"),
        ("context", "TEXT"),
        ("value", "TEXT"),
        ("definition", "TEXT"),
        ("explanation", "TEXT"),
        ("includes", "TEXT"),
    ),
    ("concept", "release", "section", "axis", "context", "definition", "includes"),
)


def table_rows(row: Definition | Aggregation, release: Release) -> Iterator[tuple[str, ...]]:
    """Yield a row a definition; what it includes stands on lines of its own."""
    if isinstance(row, Definition):
        concept, includes = f"{row.scheme}:{slug(row.value)}", "\n".join(row.includes)
        head = (concept, release.ident, row.section, row.axis, row.context, row.value)
        yield (*head, row.definition, row.explanation, includes)


READERS: Final = (
    Reader(
        kind="icd10pcs-definitions",
        title="ICD-10-PCS definitions",
        publisher="Centers for Medicare & Medicaid Services",
        page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
        sniff=sniff,
        release=release,
        read=read,
        triples=triples,
        shared=shared,
        table=TABLE,
        table_rows=table_rows,
        named_graph=True,
    ),
)
