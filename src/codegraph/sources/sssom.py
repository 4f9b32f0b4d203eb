"""SSSOM TSV, the exchange format of mappings: a reader for its versions; the canonical writer is beside it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import MAPPING, contract, is_iri
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.files import Member
from codegraph.sources.sssom_block import block_of, lines_of
from codegraph.sources.sssom_checks import Cell
from codegraph.sources.sssom_model import NO_TERM, MappingSet, SssomMapping
from codegraph.sources.sssom_slots import (
    BUILT_IN,
    HANDED_ON,
    MAPPING_SLOTS,
    MATCH_TERM_TYPES,
    MATCH_TYPES,
    MULTIPLE,
    RENAMED,
)
from codegraph.sources.sssom_writer import canonical, write, write_rows

if TYPE_CHECKING:
    pass

__all__ = [
    "NONE_TABLE",
    "NO_TERM",
    "READERS",
    "SET_TABLE",
    "TABLE",
    "UNMAPPED_TABLE",
    "MappingSet",
    "SssomMapping",
    "canonical",
    "read",
    "read_file",
    "set_row",
    "sniff",
    "write",
    "write_rows",
]


def sniff(head: bytes) -> bool:
    """Tell whether a file begins with an SSSOM metadata block."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.startswith("#") and re.search(r"^#[ ]*mapping_set_id[ ]*:", text, re.MULTILINE) is not None


def _release(member: Member) -> Release:
    """Return `sssom-<set>/<version>`; of a version that is an IRI, the date in it."""
    mapping_set, _, _ = block_of(member)
    text = str(mapping_set.get("mapping_set_version") or mapping_set.get("mapping_date") or "")
    dated = re.search(r"\d{4}-\d\d-\d\d", text) if "/" in text else None
    version = dated[0] if dated else re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-") or UNDATED
    title = mapping_set.get("mapping_set_title") or f"Mappings {mapping_set.ident}"
    return Release(f"sssom-{mapping_set.ident}", version, str(title))


def read(member: Member) -> Iterator[MappingSet | SssomMapping | Reject | Note]:
    """Yield the set, then its mappings; slots that the set hands on stand on each mapping.

    Old headers are read and noted. Raises SourceError for a prefix that is not declared, for a file without
    justifications, and for one whose last row is broken.
    """
    mapping_set, lines, above = block_of(member)
    header, table = _table(member, lines, above)
    yield from _prefix_notes(lines_of(member)[:above])
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


def _table(member: Member, lines: Sequence[str], above: int) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the rows, each with its line in the table."""
    rows = csv.reader((line + "\n" for line in lines), delimiter="\t", strict=True)
    header: list[str] = []
    table: list[tuple[int, list[str]]] = []
    try:
        header = next(rows, [])
        start = rows.line_num + 1
        for row in rows:
            if row:
                table.append((start, row))
            start = rows.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{member.label}, line {above + rows.line_num}: {error}") from error
    if "predicate_id" not in header or not table:
        raise SourceError(f"{member.label} has no mappings under its metadata block")
    if twice := [name for name in header if header.count(name) > 1]:
        raise SourceError(f"{member.label}, line {above + 1}: column {twice[0]} stands there twice")
    if not {"mapping_justification", "match_type"} & set(header):
        raise SourceError(f"{member.label}, line {above + 1}: mapping_justification is missing")
    if len(table[-1][1]) != len(header):
        raise SourceError(f"{member.label} is cut short: its last row has {len(table[-1][1])} columns")
    return header, table


def _prefix_notes(block: Sequence[str]) -> Iterator[Note]:
    """Note the built-in prefixes that a file declares with another meaning: the specification's one holds."""
    for number, line in enumerate(block, 1):
        prefix, _, start = line.lstrip("# ").partition(":")
        meant = BUILT_IN.get(prefix)
        if meant and start.strip(" \"'") != meant:
            yield Note(number, f"{prefix} is built in and stands for {meant}, whatever the file says", line)


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
    cells: dict[str, Cell] = {
        slot: tuple(item for item in _split(text) if item) if slot in MULTIPLE else text
        for slot, text in raw.items()
        if slot in MAPPING_SLOTS
    }
    return {slot: cell for slot, cell in cells.items() if cell}


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
# A code that a mapping set says has no counterpart in a system, and why.
UNMAPPED_TABLE: Final = Table(
    "unmapped",
    (
        ("subject", "TEXT"),
        ("system", "TEXT"),
        ("reason", "TEXT"),
        ("mapping_set", "TEXT"),
        ("release", "TEXT"),
    ),
    ("subject", "system", "mapping_set"),
)
# All that a file says in such a row, so that it can be written again as it came.
NONE_TABLE: Final = Table(
    "mapping_none",
    (("mapping_set", "TEXT"), ("release", "TEXT"), ("slots", "TEXT")),
    ("mapping_set", "release", "slots"),
)
# What the sets say of themselves, so that one that was read can be written again as it came.
SET_TABLE: Final = Table(
    "mapping_set",
    (("mapping_set", "TEXT"), ("release", "TEXT"), ("metadata", "TEXT")),
    ("mapping_set", "release"),
)

TableRow = tuple[str, str, str, str, str, float | None, str, str | None, str | None]
_IN_COLUMNS: Final = frozenset(
    {"subject_id", "predicate_id", "object_id", "mapping_justification", "confidence", "comment"}
)


def table_rows(row: MappingSet | SssomMapping, release: Release) -> Iterator[TableRow]:
    """Yield the row of the mapping table, which holds what corresponds and nothing else.

    The slots without a column stand in `detail`, as JSON under `slots`.
    """
    if isinstance(row, SssomMapping) and row.asserted:
        name = release.source.removeprefix("sssom-")
        ends = contract(row.subject), contract(row.object), name, contract(row.predicate)
        slots = {slot: value for slot, value in row.values.items() if slot not in _IN_COLUMNS}
        detail = json.dumps({"slots": slots}, sort_keys=True, ensure_ascii=False) if slots else None
        yield (*ends, contract(row.justification), row.confidence, release.ident, row.comment, detail)


def _unmapped_rows(row: MappingSet | SssomMapping, release: Release) -> Iterator[tuple[str, ...]]:
    if isinstance(row, SssomMapping) and row.unmapped:
        known, other = ("subject", "object") if row.object == NO_TERM else ("object", "subject")
        code = contract(row.subject if known == "subject" else row.object)
        system = re.split(r"[:/#]", str(row.values.get(f"{other}_source", "")).rstrip("/#"))[-1].lower()
        reason = row.comment or "no counterpart"
        yield code, system, reason, release.source.removeprefix("sssom-"), release.ident


def _none_rows(row: MappingSet | SssomMapping, release: Release) -> Iterator[tuple[str, ...]]:
    if isinstance(row, SssomMapping) and not row.asserted:
        said = json.dumps(dict(row.values), sort_keys=True, ensure_ascii=False)
        yield release.source.removeprefix("sssom-"), release.ident, said


def set_row(mapping_set: MappingSet, name: str, ident: str) -> tuple[str, str, str]:
    """Return the row of the table of mapping sets: its short name, the release that brings it, its metadata."""
    said = {"slots": dict(mapping_set.slots), "prefixes": dict(mapping_set.prefixes)}
    return name, ident, json.dumps(said, sort_keys=True, ensure_ascii=False)


def _set_rows(row: MappingSet | SssomMapping, release: Release) -> Iterator[tuple[str, str, str]]:
    if isinstance(row, MappingSet):
        yield set_row(row, release.source.removeprefix("sssom-"), release.ident)


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
        further=((SET_TABLE, _set_rows), (UNMAPPED_TABLE, _unmapped_rows), (NONE_TABLE, _none_rows)),
        named_graph=True,
    ),
)
