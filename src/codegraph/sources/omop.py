"""OMOP vocabularies as Athena gives them out: CONCEPT.csv and CONCEPT_RELATIONSHIP.csv, tab-separated, unquoted.

The two are joined by concept_id. Kept are the valid relations `Maps to` and `Is a` from one of the vocabularies that
codegraph knows to another one. CPT4 and SNOMED are licensed: what is kept goes to licensed tables and dumps only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from codegraph.errors import SourceError
from codegraph.sources.base import UNDATED, Reader, Reject, Release
from codegraph.sources.files import Member
from codegraph.sources.licensed import (
    SNOMED,
    TABLE,
    LicensedMapping,
    beside,
    curie,
    insert,
    needed,
    table_rows,
    triples,
    workspace,
)

PUBLISHER: Final = "Observational Health Data Sciences and Informatics (OHDSI)"
PAGE: Final = "https://athena.ohdsi.org/"
VOCABULARIES: Final = {
    "CPT4": "cpt",
    "HCPCS": "hcpcs",
    "ICD10PCS": "icd10pcs",
    "ICD10CM": "icd10cm",
    "ICD9CM": "icd9cm",
    "ICD9Proc": "icd9pcs",
    "SNOMED": SNOMED,
}
_CONCEPT: Final = (
    "concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code"
)
_RELATION: Final = "concept_id_1 concept_id_2 relationship_id valid_start_date valid_end_date invalid_reason"
_NULL: Final = frozenset({"", "\\N"})
_TOGETHER: Final = "one of the {n} standard concepts that OMOP maps it to together"
_ALONE: Final = "the standard concept that OMOP maps it to: equivalent or wider, which the file does not say"
_ABOVE: Final = "OMOP places it below this concept"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How many codes of one vocabulary a CONCEPT.csv holds."""

    vocabulary: str
    codes: int


def _first_line(head: bytes) -> list[str]:
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.partition("\n")[0].rstrip("\r").lower().split("\t")


def _sniff_concept(head: bytes) -> bool:
    return _first_line(head)[:7] == _CONCEPT.split()


def _sniff_relation(head: bytes) -> bool:
    return _first_line(head) == _RELATION.split()


def _version(member: Member) -> str:
    """Return the day of the vocabularies that VOCABULARY.csv beside the file gives (`v5.0 30-AUG-24`)."""
    known = beside(member, "VOCABULARY.csv")
    for line in known.lines() if known else ():
        cells = line.split("\t")
        if cells[0] == "None" and (found := re.search(r"\d{2}-[A-Z]{3}-\d{2}\b", line)):
            return datetime.strptime(found[0], "%d-%b-%y").date().isoformat()
    return UNDATED


def _rows(member: Member, names: str, rejects: list[Reject]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of the named columns of each row; rows of another width go to `rejects`."""
    lines = member.lines()
    header = next(lines, "").removeprefix("\ufeff").lower().split("\t")
    at = [header.index(name) for name in names.split()]
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) == len(header):
            yield tuple(cells[n] for n in at)
        elif line:
            fault = f"{len(cells)} columns where the header has {len(header)}"
            rejects.append(Reject(number, fault, cells[0][:20] if cells[0].isdigit() else ""))


def _concepts(member: Member, rejects: list[Reject]) -> Iterator[tuple[int, str]]:
    """Yield the number and the CURIE of each concept that is a code of a known vocabulary."""
    for number, vocabulary, code in _rows(member, "concept_id vocabulary_id concept_code", rejects):
        system = VOCABULARIES.get(vocabulary)
        found = curie(system, code) if system else None
        if found and number.isdigit():
            yield int(number), found


def _relations(member: Member, rejects: list[Reject]) -> Iterator[tuple[int, int, str]]:
    """Yield the valid `Maps to` and `Is a` rows of two different concepts."""
    for first, second, kind, invalid in _rows(
        member, "concept_id_1 concept_id_2 relationship_id invalid_reason", rejects
    ):
        if kind in ("Maps to", "Is a") and invalid in _NULL and first != second:
            if first.isdigit() and second.isdigit():
                yield int(first), int(second), kind
            else:
                rejects.append(Reject(None, f"a concept_id that is no number in a row of {kind!r}", ""))


def _read_concepts(member: Member) -> Iterator[Vocabulary | Reject]:
    rejects: list[Reject] = []
    found = Counter(code.partition(":")[0] for _, code in _concepts(member, rejects))
    names = {system: vocabulary for vocabulary, system in VOCABULARIES.items()}
    yield from (Vocabulary(names[system], n) for system, n in sorted(found.items()))
    yield from rejects
    if not found:
        raise SourceError(f"{member.label} holds no code of {', '.join(VOCABULARIES)}")


_JOIN: Final = """
SELECT a.code, b.code, r.kind, count(*) FILTER (WHERE r.kind = 'Maps to') OVER (PARTITION BY r.first), a.id, b.id
FROM relation r JOIN concept a ON a.id = r.first LEFT JOIN concept b ON b.id = r.second
ORDER BY a.code, r.kind, b.code, a.id, b.id
"""


def _read_relations(member: Member) -> Iterator[LicensedMapping | Reject]:
    concepts = needed(member, "CONCEPT.csv")
    rejects: list[Reject] = []
    with workspace(
        "CREATE TABLE concept (id INTEGER PRIMARY KEY, code TEXT)",
        "CREATE TABLE relation (first INTEGER, second INTEGER, kind TEXT)",
    ) as database:
        insert(database, "INSERT OR REPLACE INTO concept VALUES (?, ?)", _concepts(concepts, []))
        insert(database, "INSERT INTO relation VALUES (?, ?, ?)", _relations(member, rejects))
        for row in database.execute(_JOIN):
            if row[1] and row[0].partition(":")[0] != row[1].partition(":")[0]:
                yield _mapping(row)
    yield from rejects


def _mapping(row: Sequence[object]) -> LicensedMapping:
    first, second, kind, together, *numbers = row
    if kind == "Is a":
        predicate, comment = "skos:broadMatch", _ABOVE
    elif together == 1:
        predicate, comment = "skos:closeMatch", _ALONE
    else:
        predicate, comment = "skos:relatedMatch", _TOGETHER.format(n=together)
    detail = {"omop": {"relationship": kind, "concepts": numbers}}
    justification = "semapv:ManualMappingCuration"
    return LicensedMapping("omop", str(first), predicate, str(second), justification, comment, "", detail)


READERS: Final = (
    Reader(
        kind="omop-concept",
        title="OMOP vocabularies: concepts",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_concept,
        release=lambda m: Release("omop-concept", _version(m), "OMOP vocabularies, concepts"),
        read=_read_concepts,
        licensor="the publishers of the vocabularies that it holds",
    ),
    Reader(
        kind="omop-relationship",
        title="OMOP vocabularies: relationships of concepts",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_relation,
        release=lambda m: Release("omop-relationship", _version(m), "OMOP vocabularies, relationships"),
        read=_read_relations,
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        licensor="the publishers of the vocabularies that it joins",
    ),
)
