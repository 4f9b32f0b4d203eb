"""SSSOM TSV, the exchange format of mappings: a reader for its versions; the canonical writer is beside it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import MAPPING, contract, is_iri
from codegraph.rdf import Triple
from codegraph.sources import sssom_yaml
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.files import Member
from codegraph.sources.sssom_model import Cell, MappingSet, SssomMapping
from codegraph.sources.sssom_slots import (
    BUILT_IN,
    HANDED_ON,
    MAPPING_SLOTS,
    MATCH_TERM_TYPES,
    MATCH_TYPES,
    MULTIPLE,
    RENAMED,
    SET_SLOTS,
)
from codegraph.sources.sssom_writer import write

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from codegraph.sources.sssom_yaml import Value

__all__ = ["READERS", "TABLE", "MappingSet", "SssomMapping", "read", "read_file", "sniff", "write"]


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
