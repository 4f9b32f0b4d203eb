"""SSSOM TSV, the exchange format of mappings: a reader for its versions, and the canonical writer."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from codegraph import rdf
from codegraph.codes import normalise
from codegraph.errors import SourceError
from codegraph.namespaces import CODE_PREFIXES, MAPPING, SSSOM, code_iri, contract, is_iri, slug
from codegraph.rdf import Triple
from codegraph.sources import sssom_yaml
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.files import Member
from codegraph.sources.sssom_slots import (
    BUILT_IN,
    HANDED_ON,
    IDENTIFIERS,
    MAPPING_SLOTS,
    MATCH_TERM_TYPES,
    MATCH_TYPES,
    MULTIPLE,
    NUMBERS,
    RENAMED,
    SET_SLOTS,
)

if TYPE_CHECKING:
    from codegraph.sources.sssom_yaml import Value

Cell = str | tuple[str, ...]
NO_TERM: Final = SSSOM + "NoTermFound"


@dataclass(frozen=True, slots=True)
class MappingSet:
    """What an SSSOM file says of itself: its slots as printed, and the prefixes of its identifiers."""

    slots: Map[str, Cell]
    prefixes: Map[str, str]

    def get(self, slot: str, default: str | None = None) -> Cell | None:
        """Return the value of a slot, or the default."""
        return self.slots.get(slot, default)

    @property
    def ident(self) -> str:
        """Return the last part of the set's id, without file endings (`mondo-hasdbxref-icd10cm`)."""
        last = re.split(r"[/#]", str(self.slots["mapping_set_id"]).rstrip("/#"))[-1]
        return slug(re.sub(r"(\.sssom)?(\.tsv)?$", "", last))

    def iri(self, curie: str) -> str:
        """Return the IRI of an identifier; one of a code system that we know becomes the IRI of our code.

        Raises SourceError for a prefix that the file does not declare, ValueError for what is no CURIE.
        """
        prefix, colon, local = curie.partition(":")
        if not colon or local.startswith("//"):
            raise ValueError(f"{curie!r} is no CURIE")
        system = prefix.lower()
        if system in CODE_PREFIXES and (notation := normalise(system, local)) is not None:
            return code_iri(system, notation)
        start = BUILT_IN.get(prefix) or self.prefixes.get(prefix)
        if start is None:
            raise SourceError(f"prefix {prefix!r} (in {curie!r}) is not declared in curie_map")
        if not is_iri(start + local):
            raise ValueError(f"{curie!r} does not make a legal IRI")
        return start + local


@dataclass(frozen=True, slots=True)
class SssomMapping:
    """One mapping: its slots as printed, and its parts as IRIs (empty for a literal without identifier)."""

    values: Map[str, Cell]
    subject: str
    predicate: str
    object: str
    justification: str
    confidence: float | None
    line: int | None = field(default=None, compare=False)

    @classmethod
    def of(cls, values: Map[str, Cell], mapping_set: MappingSet, line: int | None = None) -> SssomMapping:
        """Make a mapping of the slots of one row; raise ValueError where one that is needed is missing or wrong."""
        for side in ("subject", "object"):
            if not values.get(f"{side}_id") and values.get(f"{side}_type") != "rdfs literal":
                raise ValueError(f"{side}_id is missing")
            if not values.get(f"{side}_id") and not values.get(f"{side}_label"):
                raise ValueError(f"a literal {side} needs {side}_label")
        if missing := [s for s in ("predicate_id", "mapping_justification") if not values.get(s)]:
            raise ValueError(f"{missing[0]} is missing")
        if values.get("predicate_modifier") not in (None, "Not"):
            raise ValueError(f"predicate_modifier is Not or empty, not {values['predicate_modifier']!r}")
        slots = ("subject_id", "predicate_id", "object_id", "mapping_justification")
        iris = [mapping_set.iri(str(values[s])) if values.get(s) else "" for s in slots]
        subject, predicate, object_, justification = iris
        return cls(
            values, subject, predicate, object_, justification, _confidence(values.get("confidence")), line
        )

    @property
    def comment(self) -> str | None:
        """Return the comment, if there is one."""
        text = self.values.get("comment")
        return str(text) if text else None

    @property
    def asserted(self) -> bool:
        """Tell whether the mapping says that two identified things correspond, not that they do not."""
        ends = (self.subject, self.object)
        return "predicate_modifier" not in self.values and all(ends) and NO_TERM not in ends


def _confidence(text: Cell | None) -> float | None:
    if text is None:
        return None
    try:
        value = Decimal(str(text))
    except InvalidOperation as error:
        raise ValueError(f"confidence is a number, not {text!r}") from error
    if not 0 <= value <= 1:
        raise ValueError(f"confidence is from 0 to 1, not {text}")
    return float(value)


def sniff(head: bytes) -> bool:
    """Tell whether a file begins with an SSSOM metadata block."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.startswith("#") and re.search(r"^#[ ]*mapping_set_id[ ]*:", text, re.MULTILINE) is not None


def _block(member: Member) -> tuple[MappingSet, list[str], int]:
    """Return the set, the remaining lines and the number of lines of the block."""
    lines = list(member.lines())
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    bodies = [line[1:] for line in lines[:count]]
    indent = min((len(b) - len(b.lstrip(" ")) for b in bodies), default=0)
    try:
        found = sssom_yaml.read([b[indent:] for b in bodies])
        mapping_set = _set_of(found)
    except ValueError as error:
        raise SourceError(f"{member.label}, metadata block: {error}") from error
    return mapping_set, lines[count:], count


def _set_of(found: Map[str, Value]) -> MappingSet:
    prefixes = found.get("curie_map") or {}
    if not isinstance(prefixes, dict):
        raise ValueError("curie_map maps prefixes to IRIs")  # noqa: TRY004
    slots: dict[str, Cell] = {}
    for slot, value in found.items():
        name = RENAMED.get(slot, slot)
        if name == "curie_map" or name not in SET_SLOTS or isinstance(value, dict) or not value:
            continue
        if isinstance(value, tuple) and name not in MULTIPLE:
            raise ValueError(f"{slot} has one value, not a list")
        slots[name] = (value,) if name in MULTIPLE and isinstance(value, str) else value
    for needed in ("mapping_set_id", "license"):
        if needed not in slots:
            raise ValueError(f"{needed} is missing")
    return MappingSet(slots, {p: i for p, i in prefixes.items() if p not in BUILT_IN})


def _release(member: Member) -> Release:
    """Return `sssom-<set>/<version>`; of a version that is an IRI, the date in it."""
    mapping_set, _, _ = _block(member)
    text = str(mapping_set.get("mapping_set_version") or mapping_set.get("mapping_date") or "")
    dated = re.search(r"\d{4}-\d\d-\d\d", text) if "/" in text else None
    version = dated[0] if dated else re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-") or UNDATED
    title = mapping_set.get("mapping_set_title") or f"Mappings {mapping_set.ident}"
    return Release(f"sssom-{mapping_set.ident}", version, str(title))


def read(member: Member) -> Iterator[MappingSet | SssomMapping | Reject | Note]:
    """Yield the set, then its mappings; slots that the set hands on stand on each mapping.

    Old headers are read and noted. Raises SourceError for a prefix that is not declared, and for a file whose
    last row is broken.
    """
    mapping_set, lines, above = _block(member)
    rows = csv.reader(lines, delimiter="\t", strict=True)
    try:
        header = next(rows, [])
        table = [(rows.line_num, row) for row in rows if row]
    except csv.Error as error:
        raise SourceError(f"{member.label}, line {above + rows.line_num}: {error}") from error
    if "predicate_id" not in header or not table:
        raise SourceError(f"{member.label} has no mappings under its metadata block")
    if len(table[-1][1]) != len(header):
        raise SourceError(f"{member.label} is cut short: its last row has {len(table[-1][1])} columns")
    yield from _header_notes(header, above + 1)
    cells = [(above + n, _cells(header, row)) for n, row in table]
    handed = {
        s: v for s, v in mapping_set.slots.items() if s in HANDED_ON and not any(s in c for _, c in cells)
    }
    yield MappingSet({s: v for s, v in mapping_set.slots.items() if s not in handed}, mapping_set.prefixes)
    for (line, values), (_, row) in zip(cells, table, strict=True):
        try:
            if len(row) != len(header):
                yield Reject(
                    line, f"{len(row)} columns where the header has {len(header)}", "\t".join(row)[:200]
                )
            else:
                yield SssomMapping.of({**handed, **values}, mapping_set, line)
        except ValueError as error:
            yield Reject(line, str(error), "\t".join(row)[:200])
        except SourceError as error:
            raise SourceError(f"{member.label}, line {line}: {error}") from error


def _header_notes(header: Sequence[str], line: int) -> Iterator[Note]:
    for old, new in (
        ("match_type", "mapping_justification"),
        ("match_term_type", "subject_type and object_type"),
    ):
        if old in header:
            yield Note(line, f"column {old} of an old version read as {new}", "\t".join(header))
    known = {*MAPPING_SLOTS, *RENAMED, "match_type", "match_term_type"}
    if unknown := [name for name in header if name not in known]:
        yield Note(
            line, f"columns that SSSOM does not know left out: {', '.join(unknown)}", "\t".join(header)
        )


def _cells(header: Sequence[str], row: Sequence[str]) -> dict[str, Cell]:
    raw = {RENAMED.get(name, name): cell for name, cell in zip(header, row, strict=False) if cell}
    if "match_type" in raw:
        raw.setdefault("mapping_justification", MATCH_TYPES.get(raw["match_type"], raw["match_type"]))
    if kind := MATCH_TERM_TYPES.get(raw.get("match_term_type", "")):
        raw.setdefault("subject_type", kind)
        raw.setdefault("object_type", kind)
    return {
        slot: tuple(_split(text)) if slot in MULTIPLE else text
        for slot, text in raw.items()
        if slot in MAPPING_SLOTS
    }


def _split(text: str) -> list[str]:
    r"""Split at `|`; `\|` and `\\` stand for the sign itself."""
    parts = [""]
    for piece in re.findall(r"\\[\\|]|\||[^\\|]+|\\", text):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece[1] if piece in ("\\|", "\\\\") else piece
    return parts


def read_file(path: Path) -> tuple[MappingSet, list[SssomMapping]]:
    """Return the set and mappings of a file that must have no fault; raise SourceError for the first one."""
    member = Member(path, None)
    rows = list(read(member))
    for row in rows:
        if isinstance(row, Reject):
            raise SourceError(f"{member.label}, line {row.line}: {row.reason}")
    mapping_set = next(row for row in rows if isinstance(row, MappingSet))
    return mapping_set, [row for row in rows if isinstance(row, SssomMapping)]


# Writing --------------------------------------------------------------------------------------------------


def write(mapping_set: MappingSet, mappings: Iterable[SssomMapping], stream: TextIO) -> None:
    """Write the canonical form: slots, columns and rows in order, shared values said once, LF alone.

    Raises ValueError for an identifier whose prefix the set does not declare. Open the stream with `newline=""`.
    """
    rows = [_rounded(dict(m.values)) for m in mappings]
    slots = _rounded({s: v for s, v in mapping_set.slots.items() if s in SET_SLOTS})
    for slot in HANDED_ON:
        values = {row.get(slot) for row in rows}
        if len(values) == 1 and (value := next(iter(values))) and slots.get(slot, value) == value:
            slots[slot] = value
            for row in rows:
                del row[slot]
    head = _head(slots, _used(slots, rows, mapping_set.prefixes))
    stream.writelines(f"#{line}\n" for line in head)
    columns = [slot for slot in MAPPING_SLOTS if any(slot in row for row in rows)]
    stream.write("\t".join(columns) + "\n")
    table = sorted([_cell(row.get(slot)) for slot in columns] for row in rows)
    stream.writelines("\t".join(map(_quoted, cells)) + "\n" for cells in table)


def _head(slots: Map[str, Cell], prefixes: Map[str, str]) -> Iterator[str]:
    for slot in SET_SLOTS:
        if slot == "curie_map" and prefixes:
            yield "curie_map:"
            yield from (f"  {p}: {sssom_yaml.scalar(prefixes[p])}" for p in sorted(prefixes))
        elif slot in slots:
            yield from sssom_yaml.block(slot, slots[slot], number=slot in NUMBERS)


def _used(slots: Map[str, Cell], rows: Iterable[Map[str, Cell]], declared: Map[str, str]) -> dict[str, str]:
    found = set()
    for values in (slots, *rows):
        for slot in IDENTIFIERS & values.keys():
            value = values[slot]
            for curie in (value,) if isinstance(value, str) else value:
                prefix, colon, local = curie.partition(":")
                if colon and not local.startswith("//"):
                    found.add(prefix)
    if undeclared := sorted(found - set(declared) - set(BUILT_IN)):
        raise ValueError(f"prefix {undeclared[0]!r} is not declared in the set's curie_map")
    return {prefix: declared[prefix] for prefix in found if prefix not in BUILT_IN}


def _rounded(values: dict[str, Cell]) -> dict[str, Cell]:
    """Round numbers to three decimals, half up, without zeros at the end."""
    for slot in NUMBERS & values.keys():
        number = Decimal(str(values[slot])).quantize(Decimal("0.001"), ROUND_HALF_UP)
        text = f"{number:f}"
        values[slot] = text.rstrip("0").rstrip(".") if "." in text else text
    return values


def _cell(value: Cell | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\t\r\n"]', text) else text


# In the graph ---------------------------------------------------------------------------------------------


def triples(row: MappingSet | SssomMapping, release: Release) -> Iterator[Triple]:
    """Yield the node of the set, or a mapping as the direct triple of its own predicate.

    A cross-reference (oboInOwl:hasDbXref) stays one: skos:closeMatch would claim more than its source. What is
    said not to correspond, and a term that has no counterpart, make no triple.
    """
    if isinstance(row, SssomMapping):
        if row.asserted:
            yield Triple(rdf.iri(row.subject), rdf.iri(row.predicate), rdf.iri(row.object))
        return
    node = rdf.iri(f"{MAPPING}{row.ident}")
    yield Triple(node, rdf.TYPE, rdf.term("sssom:MappingSet"))
    yield Triple(node, rdf.term("dcterms:title"), rdf.english(release.title))
    licence = str(row.slots["license"])
    yield Triple(
        node, rdf.term("dcterms:license"), rdf.iri(licence) if is_iri(licence) else rdf.literal(licence)
    )


TABLE: Final = Table(
    "mapping",
    (
        ("subject", "TEXT"),
        ("object", "TEXT"),
        ("mapping_set", "TEXT"),
        ("predicate", "TEXT"),
        ("justification", "TEXT"),
        ("confidence", "REAL"),
        ("release", "TEXT"),
        ("comment", "TEXT"),
        ("detail", "TEXT"),
    ),
    ("subject", "object", "mapping_set", "predicate"),
    (("object",),),
)

TableRow = tuple[str, str, str, str, str, float | None, str, str | None, None]


def table_rows(row: MappingSet | SssomMapping, release: Release) -> Iterator[TableRow]:
    """Yield the row of the mapping table, which holds what corresponds and nothing else."""
    if isinstance(row, SssomMapping) and row.asserted:
        name = release.source.removeprefix("sssom-")
        ends = contract(row.subject), contract(row.object), name, contract(row.predicate)
        yield (*ends, contract(row.justification), row.confidence, release.ident, row.comment, None)


READERS: Final = (
    Reader(
        kind="sssom",
        title="SSSOM mappings (TSV)",
        publisher="the publisher of the mapping set",
        page="https://mapping-commons.github.io/sssom/",
        sniff=sniff,
        release=_release,
        read=read,
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        named_graph=True,
    ),
)
