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
from codegraph.sources import sssom_yaml
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release, Table
from codegraph.sources.files import Member
from codegraph.sources.sssom_checks import Cell, check_set
from codegraph.sources.sssom_model import NO_TERM, MappingSet, SssomMapping
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
from codegraph.sources.sssom_writer import canonical, write

if TYPE_CHECKING:
    from collections.abc import Mapping as Map

    from codegraph.sources.sssom_yaml import Value

__all__ = [
    "NO_TERM",
    "READERS",
    "SET_TABLE",
    "TABLE",
    "MappingSet",
    "SssomMapping",
    "canonical",
    "read",
    "read_file",
    "set_row",
    "sniff",
    "write",
]


def sniff(head: bytes) -> bool:
    """Tell whether a file begins with an SSSOM metadata block."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.startswith("#") and re.search(r"^#[ ]*mapping_set_id[ ]*:", text, re.MULTILINE) is not None


def _lines(member: Member) -> list[str]:
    """Return the lines of a file, which is UTF-8 by its specification; nothing in a line is changed."""
    with member.open() as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(f"{member.label}, line {line}: not UTF-8, which SSSOM requires") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _block(member: Member) -> tuple[MappingSet, list[str], int]:
    """Return the set, the remaining lines and the number of lines of the block."""
    lines = _lines(member)
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    bodies = [line[1:] for line in lines[:count]]
    indent = min((len(b) - len(b.lstrip(" ")) for b in bodies), default=0)
    bodies = [b[indent:] for b in bodies]
    try:
        mapping_set = _set_of(_metadata(bodies))
    except (ValueError, SourceError) as error:
        where = "" if str(error).startswith("line ") else f"line {_line_of(str(error), bodies)}: "
        raise SourceError(f"{member.label}, metadata block, {where}{error}") from error
    return mapping_set, lines[count:], count


def _metadata(bodies: Sequence[str]) -> dict[str, Value]:
    return sssom_yaml.read(bodies, skip=("extension_definitions",))


def _line_of(fault: str, bodies: Sequence[str]) -> int:
    """Return the line that a fault of the block is about: of the name or value it gives, else the last one."""
    quoted = re.findall(r"'([^']+)'", fault)
    keys = [f"{word}:" for word in re.findall(r"\w+", fault)]
    found = [n for q in quoted for n, body in enumerate(bodies, 1) if q in body]
    found += [n for k in keys for n, body in enumerate(bodies, 1) if body.strip().startswith(k)]
    return found[0] if found else len(bodies)


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
    check_set(slots, prefixes)
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

    Old headers are read and noted. Raises SourceError for a prefix that is not declared, for a file without
    justifications, and for one whose last row is broken.
    """
    mapping_set, lines, above = _block(member)
    header, table = _table(member, lines, above)
    yield from _prefix_notes(_lines(member)[:above])
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
    """Yield the row of the mapping table: what corresponds, and what is known to have no counterpart.

    A row that denies a mapping is left out. The slots without a column stand in `detail`, as JSON under `slots`.
    """
    if isinstance(row, SssomMapping) and (row.asserted or row.unmapped):
        name = release.source.removeprefix("sssom-")
        ends = contract(row.subject), contract(row.object), name, contract(row.predicate)
        slots = {slot: value for slot, value in row.values.items() if slot not in _IN_COLUMNS}
        detail = json.dumps({"slots": slots}, sort_keys=True, ensure_ascii=False) if slots else None
        yield (*ends, contract(row.justification), row.confidence, release.ident, row.comment, detail)


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
        further=((SET_TABLE, _set_rows),),
        named_graph=True,
    ),
)
