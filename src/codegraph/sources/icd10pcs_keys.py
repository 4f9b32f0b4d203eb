"""The keys of ICD-10-PCS (CMS; here as JSON renderings): which body part or device value a term stands for.

Key values are axis labels, often with where they are used: "Zooplastic Tissue in Heart and Great Vessels",
"Pacemaker, Dual Chamber for Insertion in Subcutaneous Tissue and Fascia". `value_of` takes that context off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import concept_iri, slug
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table

if TYPE_CHECKING:
    from codegraph.sources.files import Member

# Device values of section X that the tables use with the operations Introduction and Transfusion stand in the
# scheme of substances; the key marks the others with " in New Technology".
SYSTEMS: Final = (
    "Anatomical Regions, General",
    "Central Nervous System and Cranial Nerves",
    "Ear, Nose, Sinus",
    "Eye",
    "Female Reproductive System",
    "Gastrointestinal System",
    "Head and Facial Bones",
    "Heart and Great Vessels",
    "Hepatobiliary System and Pancreas",
    "Lower Arteries",
    "Lower Bones",
    "Lower Joints",
    "Lower Veins",
    "Lymphatic and Hemic Systems",
    "Male Reproductive System",
    "Mouth and Throat",
    "Muscles",
    "New Technology",
    "Peripheral Nervous System",
    "Respiratory System",
    "Skin and Breast",
    "Subcutaneous Tissue and Fascia",
    "Upper Arteries",
    "Upper Bones",
    "Upper Joints",
    "Upper Veins",
    "Urinary System",
)
_CONTEXT: Final = re.compile(
    r"(?P<value>.+?)(?: for (?P<operation>[A-Z][a-z]+))? in (?P<system>"
    + "|".join(map(re.escape, SYSTEMS))
    + ")"
)


def value_of(text: str) -> tuple[str, str]:
    """Split a key value into the axis label and the context in which it is used, empty where there is none.

    >>> value_of("Hearing Device, Bone Conduction for Insertion in Ear, Nose, Sinus")
    ('Hearing Device, Bone Conduction', 'Insertion; Ear, Nose, Sinus')
    """
    match = _CONTEXT.fullmatch(text)
    if not match:
        return text, ""
    return match["value"], "; ".join(filter(None, (match["operation"], match["system"])))


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A term and the axis value that it stands for, or (device aggregation) the wider value of a device.

    `kind` is `body-part`, `device` or `device-aggregation`; `scheme` names the scheme of `value`.
    """

    kind: str
    term: str
    value: str
    context: str
    scheme: str

    @property
    def concept(self) -> str:
        """Return the IRI of the value."""
        return concept_iri(self.scheme, slug(self.value))


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A device value that is counted as another, wider one, in an operation and some body systems."""

    device: str
    wider: str
    operation: str
    systems: tuple[str, ...]

    def entry(self) -> KeyEntry:
        """Return the aggregation as a row of the key table."""
        context = "; ".join(filter(None, (self.operation, *self.systems)))
        return KeyEntry("device-aggregation", self.device, self.wider, context, "device")


KINDS: Final = {
    "ICD-10-PCS Body Part Key": ("icd10pcs-body-part-key", "body-part", "site"),
    "ICD-10-PCS Device Key": ("icd10pcs-device-key", "device", "device"),
    "ICD-10-PCS Device Aggregation Table": ("icd10pcs-device-aggregation", "device-aggregation", "device"),
}
_NAME: Final = re.compile(rb'\A\s*(?:\xef\xbb\xbf)?\s*\{\s*"name"\s*:\s*"([^"]*)"')


def source_of(head: bytes) -> str | None:
    """Return the source (`icd10pcs-device-key`) that a JSON file says it is, or None."""
    match = _NAME.match(head)
    name = match[1].decode("utf-8", "replace") if match else ""
    return next((source for start, (source, _, _) in KINDS.items() if name.startswith(start)), None)


def _release(member: Member, source: str, title: str) -> Release:
    """Return the fiscal year of the rendering: it is dated, and a fiscal year ends with September."""
    match = re.search(rb'"version"\s*:\s*"(\d{4})-(\d\d)-\d\d"', member.head())
    if not match:
        return Release(source, UNDATED, f"{title}, undated")
    year = int(match[1]) + (int(match[2]) >= 10)
    return Release(source, str(year), f"{title}, fiscal year {year}")


def _load(member: Member) -> dict[str, Any]:
    try:
        data = json.loads(member.text())
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{member.label} is cut short or not JSON: {error}") from error
    if not isinstance(data, dict) or source_of(member.head()) is None:
        raise SourceError(f"{member.label} is no key of ICD-10-PCS")
    return data


def read(member: Member) -> Iterator[KeyEntry | Aggregation | Reject | Note]:
    """Yield the entries; an entry of a wrong shape is rejected, a slip of the rendering repaired and noted.

    Raises SourceError where the file holds another number of entries than it states.
    """
    data = _load(member)
    name = str(data.get("name"))
    _, kind, scheme = next(k for start, k in KINDS.items() if name.startswith(start))
    if kind == "device-aggregation":
        records = data.get("records")
        if not isinstance(records, list) or data.get("count_records") != len(records):
            raise SourceError(
                f"{member.label} states {data.get('count_records')} records but does not hold them"
            )
        for record in records:
            yield from _aggregation(record)
        return
    entries = data.get("data")
    if not isinstance(entries, dict) or data.get("count_terms") != len(entries):
        raise SourceError(f"{member.label} states {data.get('count_terms')} terms but does not hold them")
    for term, values in entries.items():
        if not isinstance(values, list) or not values or not all(isinstance(v, str) and v for v in values):
            yield Reject(None, "a term without a list of values", str(term)[:200])
            continue
        for value in values:
            yield from _entry(kind, scheme, term, value)


_SLIPS: Final = (
    (re.compile(r"\. (?=(?:Left|Right|Bilateral)$)"), ", ", "a point before the side read as a comma"),
    (re.compile(r"\$"), "", "signs of a formula dropped"),
)


def _entry(kind: str, scheme: str, term: str, value: str) -> Iterator[KeyEntry | Note]:
    for pattern, with_, rule in _SLIPS:
        if pattern.search(term) or pattern.search(value):
            yield Note(None, rule, f"{term}: {value}")
            term, value = pattern.sub(with_, term), pattern.sub(with_, value)
    label, context = value_of(value) if kind == "device" else (value, "")
    yield KeyEntry(kind, term.strip(), label, context, scheme)


def _aggregation(record: Any) -> Iterator[Aggregation | Reject | Note]:  # noqa: ANN401
    fields = ("specific_device", "general_device", "operation", "body_systems")
    found = [record.get(f) for f in fields] if isinstance(record, dict) else [None] * 4
    device, wider, operation, systems = found
    texts = all(isinstance(t, str) and t for t in (device, wider, operation))
    if not texts or not isinstance(systems, list) or device == wider:
        yield Reject(
            None, "an aggregation names two devices, an operation and body systems", str(record)[:200]
        )
        return
    joined = tuple(systems)
    if {"Ear", "Nose", "Sinus"} <= set(systems):  # the rendering took the name of one body system for three
        joined = tuple("Ear, Nose, Sinus" if s == "Ear" else s for s in systems if s not in ("Nose", "Sinus"))
        yield Note(None, "Ear, Nose, Sinus is one body system", str(device))
    yield Aggregation(str(device), str(wider), str(operation), joined)


def label_triples(entry: KeyEntry) -> Iterator[Triple]:
    """Yield the synonym of a value; a term that is the value's own label is none."""
    if entry.term != entry.value:
        yield Triple(f"<{entry.concept}>", rdf.ALT_LABEL, rdf.english(entry.term))


def broader_triples(row: Aggregation) -> Iterator[Triple]:
    """Yield the wider device of a device."""
    narrow, wide = (f"<{concept_iri('device', slug(label))}>" for label in (row.device, row.wider))
    yield Triple(narrow, rdf.BROADER, wide)


def triples(row: KeyEntry | Aggregation, release: Release) -> Iterator[Triple]:
    """Yield what a row says of the facet values; they do not depend on the release."""
    yield from broader_triples(row) if isinstance(row, Aggregation) else label_triples(row)


TABLE: Final = Table(
    "pcs_key",
    (
        ("kind", "TEXT"),
        ("term", "TEXT"),
        ("value", "TEXT"),
        ("context", "TEXT"),
        ("concept", "TEXT"),
        ("release", "TEXT"),
    ),
    ("kind", "term", "value", "context", "release"),
    (("concept",),),
)


def table_rows(row: KeyEntry | Aggregation, release: Release) -> Iterator[tuple[str, ...]]:
    """Yield the row of the key table; `concept` is the CURIE of the value."""
    entry = row.entry() if isinstance(row, Aggregation) else row
    concept = f"{entry.scheme}:{slug(entry.value)}"
    yield entry.kind, entry.term, entry.value, entry.context, concept, release.ident


def _reader(source: str, title: str) -> Reader:
    return Reader(
        kind=source,
        title=title,
        publisher="Centers for Medicare & Medicaid Services",
        page="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
        sniff=lambda head: source_of(head) == source,
        release=lambda member: _release(member, source, title),
        read=read,
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
    )


READERS: Final = tuple(
    _reader(source, start.replace("Table", "table")) for start, (source, _, _) in KINDS.items()
)
