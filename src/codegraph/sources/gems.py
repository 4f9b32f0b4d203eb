"""General equivalence mappings (GEMs) between ICD-9-CM and ICD-10, diagnoses and procedures, both directions.

CMS's text files have three columns: source, target, five flags. Neither a header nor the name has to say the
direction: the codes do. A mapping is neither one to one nor symmetric; rows with the combination flag give a
target that means the source only together with others of its scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from codegraph import rdf
from codegraph.codes import normalise
from codegraph.errors import SourceError
from codegraph.namespaces import MAPPING, code_iri
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, CodeFact, Reader, Reject, Release, Table
from codegraph.sources.delimited import Record, find_columns, has_header, head_rows, key, masked, records
from codegraph.sources.files import Member
from codegraph.sources.values import RowError, find_year

PUBLISHER: Final = "Centers for Medicare & Medicaid Services; National Center for Health Statistics"
PAGE: Final = "https://www.cms.gov/medicare/coding-billing/icd-10-codes/icd-10-cm-icd-10-pcs-gem-archive"
TABLE: Final = Table(
    "gem",
    (
        ("subject_system", "TEXT"),
        ("subject", "TEXT"),
        ("object_system", "TEXT"),
        ("object", "TEXT"),  # empty where there is no target
        ("approximate", "INTEGER"),
        ("no_map", "INTEGER"),
        ("combination", "INTEGER"),
        ("scenario", "INTEGER"),
        ("choice_list", "INTEGER"),
        ("release", "TEXT"),
    ),
    ("subject_system", "subject", "object_system", "object", "scenario", "choice_list", "release"),
    (("object_system", "object"),),
)
_DIRECTIONS: Final = (
    ("icd9cm", "icd10cm"),
    ("icd10cm", "icd9cm"),
    ("icd9pcs", "icd10pcs"),
    ("icd10pcs", "icd9pcs"),
)
# The number of rows of the final edition, 2018: how a file without a year in its name is dated.
_FINAL_ROWS: Final = {
    ("icd9cm", "icd10cm"): 24_860,
    ("icd10cm", "icd9cm"): 81_593,
    ("icd9pcs", "icd10pcs"): 69_366,
}
_FINAL: Final = "2018"
_NO_TARGET: Final = frozenset({"NODX", "NOPCS"})
_FLAGS: Final = re.compile(r"[01]{3}[0-9]{2}")
_LINE: Final = re.compile(r"([0-9A-Z]{2,7}) +([0-9A-Z]{2,7}|No[A-Za-z]{2,3}) +([01]{3}[0-9]{2}) *")
_CSV: Final = ("ICD9CM", "ICD10CM", "FLAGS")
_SNIFFED: Final = 2000

Direction = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """One row; `target` is None where nothing corresponds.

    A scenario is one way to say the source with several targets: one of each of its choice lists. Outside
    combinations `scenario` and `choice_list` are 0.
    """

    direction: Direction
    source: str
    target: str | None
    approximate: bool
    combination: bool
    scenario: int
    choice_list: int


def _first_pairs(head: bytes) -> list[tuple[str, str]]:
    """Return sources and targets of the first rows, none where the bytes are not a GEM."""
    if has_header(head, *_CSV):
        return [(cells[0], cells[1]) for cells in head_rows(head)[1:] if len(cells) > 2]
    lines = head.decode("latin-1").split("\n")[:-1][:_SNIFFED]
    found = [_LINE.fullmatch(line.rstrip("\r")) for line in lines]
    good = [(m[1], m[2]) for m in found if m]
    return good if found and found[0] and _few(len(found) - len(good), found) else []


def _few(strays: int, rows: Sequence[Any]) -> bool:
    """Tell whether so few rows stray (one in a hundred) that they may be faults of this kind of file."""
    return 100 * strays <= len(rows)


def _direction(pairs: Sequence[tuple[str, str]]) -> Direction | None:
    """Return the one direction that the codes fit in, None where none or several do."""
    fitting = [d for d in _DIRECTIONS if _few(sum(not _fits(d, s, t) for s, t in pairs), pairs)]
    return fitting[0] if pairs and len(fitting) == 1 else None


def _fits(direction: Direction, source: str, target: str) -> bool:
    return normalise(direction[0], source) is not None and (
        target.upper() in _NO_TARGET or normalise(direction[1], target) is not None
    )


def _sniff(head: bytes) -> bool:
    return _direction(_first_pairs(head)) is not None


def _direction_of(member: Member) -> Direction:
    direction = _direction(_first_pairs(member.head()))
    if direction is None:
        raise SourceError(f"{member.label}: the codes do not show which systems this mapping joins")
    return direction


def _release(member: Member) -> Release:
    direction = _direction_of(member)
    names = [member.name] if member.inner is None else [member.name, member.path.name]
    year = next((y for name in names if (y := find_year(name.replace("_", " ")))), None)
    version = str(year) if year else _by_rows(member, direction)
    title = f"General equivalence mappings, {direction[0]} to {direction[1]}"
    return Release(f"gem-{direction[0]}-{direction[1]}", version, title)


def _by_rows(member: Member, direction: Direction) -> str:
    rows = sum(1 for _ in _cells(member))
    return _FINAL if rows == _FINAL_ROWS.get(direction) else UNDATED


def _cells(member: Member) -> Iterator[Record | Reject]:
    """Yield source, target and flags of each row of either form."""
    if not has_header(member.head(), *_CSV):
        for number, line in enumerate(member.lines(), 1):
            if line.strip():
                yield Record(number, line.split())
        return
    rows = records(member)
    header = next(rows)
    keys = [key(cell) for cell in header.cells] if isinstance(header, Record) else []
    at = find_columns(member, keys, {name: name for name in _CSV}, set(_CSV))
    first, second = sorted((at["ICD9CM"], at["ICD10CM"]))
    for row in rows:
        if isinstance(row, Record) and not row.blank and len(row.cells) > max(at.values()):
            row = Record(row.line, (row.cells[first], row.cells[second], row.cells[at["FLAGS"]]))
        if isinstance(row, Reject) or not row.blank:
            yield row


def read(member: Member) -> Iterator[Equivalence | Reject]:
    """Yield the rows, codes in their printed form with dots."""
    direction = _direction_of(member)
    short = False
    good = 0
    for row in _cells(member):
        if isinstance(row, Reject):
            yield row
            continue
        short = len(row.cells) < 3
        try:
            yield _parse(direction, row.cells)
            good += 1
        except RowError as error:
            yield Reject(row.line, str(error), masked(row.cells))
    if short or not good:
        raise SourceError(f"{member.label} is cut short: its last row is not whole")


def _parse(direction: Direction, cells: Sequence[str]) -> Equivalence:
    if len(cells) != 3:
        raise RowError(f"has {len(cells)} columns where 3 are expected")
    source, target = normalise(direction[0], cells[0]), normalise(direction[1], cells[1])
    if source is None:
        raise RowError(f"{cells[0]!r} is not a code of {direction[0]}")
    if not _FLAGS.fullmatch(cells[2]):
        raise RowError(f"the flags are {cells[2]!r}, not three of 0 and 1 and two digits")
    approximate, no_map, combination, scenario, choice = (int(flag) for flag in cells[2])
    unmapped = cells[1].upper() in _NO_TARGET
    if target is None and not unmapped:
        raise RowError(f"{cells[1]!r} is not a code of {direction[1]}")
    if unmapped != bool(no_map):
        raise RowError(f"the target {cells[1]!r} and the flag for no map, {no_map}, contradict each other")
    return Equivalence(
        direction,
        source,
        None if unmapped else target,
        bool(approximate),
        bool(combination),
        scenario,
        choice,
    )


def predicate(row: Equivalence) -> str | None:
    """Return the SKOS relation that a row's flags stand for, None where there is no target.

    Exact only where the file says so; a member of a combination is related: it means the source only together
    with others.
    """
    if row.target is None:
        return None
    if row.combination:
        return "skos:relatedMatch"
    return "skos:closeMatch" if row.approximate else "skos:exactMatch"


def _triples(row: Equivalence, release: Release) -> Iterable[Triple]:
    relation = predicate(row)
    if relation is not None and row.target is not None:
        subject, target = _term(row.direction[0], row.source), _term(row.direction[1], row.target)
        yield Triple(subject, rdf.term(relation), target)


def mapping_triples(row: Equivalence, release: Release) -> Iterator[Triple]:
    """Yield the sssom:Mapping node of a row with its flags, for exports that want more than the match."""
    parts = [row.source, row.target or "none"]
    if row.combination:
        parts += [str(row.scenario), str(row.choice_list)]
    node = f"<{MAPPING}{release.ident}/{'-'.join(parts)}>"
    relation = predicate(row) or "skos:closeMatch"
    target = _term(row.direction[1], row.target) if row.target else rdf.term("sssom:NoTermFound")
    yield Triple(node, rdf.TYPE, rdf.term("sssom:Mapping"))
    yield Triple(node, rdf.term("sssom:subject_id"), _term(row.direction[0], row.source))
    yield Triple(node, rdf.term("sssom:predicate_id"), rdf.term(relation))
    yield Triple(node, rdf.term("sssom:object_id"), target)
    justification = rdf.term("semapv:ManualMappingCuration")
    yield Triple(node, rdf.term("sssom:mapping_justification"), justification)
    yield Triple(node, rdf.term("sssom:mapping_set"), rdf.term(f"release:{release.ident}"))
    for name, flag in (
        ("cg:isApproximate", row.approximate),
        ("cg:hasNoMap", row.target is None),
        ("cg:isCombination", row.combination),
    ):
        yield Triple(node, rdf.term(name), rdf.boolean(flag))
    yield Triple(node, rdf.term("cg:scenario"), rdf.integer(row.scenario))
    yield Triple(node, rdf.term("cg:choiceList"), rdf.integer(row.choice_list))


def _term(system: str, notation: str) -> str:
    return f"<{code_iri(system, notation)}>"


def _codes(row: Equivalence, release: Release) -> Iterable[CodeFact]:
    yield CodeFact(row.direction[0], row.source)
    if row.target is not None:
        yield CodeFact(row.direction[1], row.target)


def _table_rows(row: Equivalence, release: Release) -> Iterable[tuple[Any, ...]]:
    yield (
        row.direction[0],
        row.source,
        row.direction[1],
        row.target or "",
        int(row.approximate),
        int(row.target is None),
        int(row.combination),
        row.scenario,
        row.choice_list,
        release.ident,
    )


READERS: Final[tuple[Reader, ...]] = (
    Reader(
        kind="gem",
        title="General equivalence mappings",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff,
        release=_release,
        read=read,
        triples=_triples,
        codes=_codes,
        table=TABLE,
        table_rows=_table_rows,
        named_graph=True,
    ),
)
