"""UMLS Metathesaurus: MRCONSO.RRF and MRREL.RRF, fields between bars, no header, no quotes.

MRCONSO says which codes stand for one concept (CUI): such codes of two vocabularies are close matches. MRREL relates
atoms; its REL is said of the second atom in view of the first (NLM, UMLS Reference Manual: RB = the second is broader).
Suppressed rows are passed over, and atoms that are not a code's preferred or formal name: entry terms of one code
stand under many concepts. No string is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

PUBLISHER: Final = "U.S. National Library of Medicine"
PAGE: Final = "https://www.nlm.nih.gov/research/umls/licensedcontent/umlsknowledgesources.html"
# ICD9CM holds diagnoses and procedures; the form of the code tells which.
VOCABULARIES: Final = {
    "CPT": ("cpt",),
    "HCPCS": ("hcpcs",),
    "ICD10PCS": ("icd10pcs",),
    "ICD10CM": ("icd10cm",),
    "ICD9CM": ("icd9cm", "icd9pcs"),
    "SNOMEDCT_US": (SNOMED,),
}
_NAMES: Final = frozenset({"PT", "PX", "HT", "FN"})  # preferred, expanded preferred, heading, full form
_CONSO_WIDTH, _REL_WIDTH = 18, 16
_CUI: Final = r"CL?\d{6,7}"
_CONSO: Final = re.compile(
    rf"{_CUI}\|[A-Z]{{3}}\|[PSps]\|L\d+\|[A-Z]+\|S\d+\|[YN]\|A\d+\|(?:[^|]*\|){{9}}[^|]*\|?\r?"
)
_REL: Final = re.compile(
    rf"{_CUI}\|(?:A\d+)?\|[A-Z]+\|[A-Z]{{2,3}}\|{_CUI}\|(?:A\d+)?\|[A-Z]+\|(?:[^|]*\|){{8}}[^|]*\|?\r?"
)
# What REL says of the second atom; the rest (siblings, qualifiers, deleted) maps nothing.
_PREDICATES: Final = {
    "SY": "skos:exactMatch",
    "PAR": "skos:broadMatch",
    "RB": "skos:broadMatch",
    "CHD": "skos:narrowMatch",
    "RN": "skos:narrowMatch",
    "RL": "skos:closeMatch",
    "RQ": "skos:closeMatch",
    "RO": "skos:relatedMatch",
}
_RELATIONS: Final = "umls-relations"
_CONCEPTS: Final = "umls-concepts"


def _lines_of(head: bytes) -> list[str]:
    lines = head.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    return lines[:-1][:20] or lines


def _sniff_conso(head: bytes) -> bool:
    return all(_CONSO.fullmatch(line) for line in _lines_of(head))


def _sniff_rel(head: bytes) -> bool:
    return all(_REL.fullmatch(line) for line in _lines_of(head))


def _version(member: Member) -> str:
    """Return the edition (`2024AB`): release.dat beside the file has it, else the folder's or archive's name."""
    known = beside(member, "release.dat")
    texts = [*(known.lines() if known else ()), member.label, *reversed(member.path.parts)]
    return next((m[0] for text in texts if (m := re.search(r"20\d\d(?:AA|AB)", text))), UNDATED)


def _rows(member: Member, width: int, rejects: list[Reject]) -> Iterator[list[str]]:
    """Yield the fields of each row; rows of another width go to `rejects`, with nothing but their identifier."""
    for number, line in enumerate(member.lines(), 1):
        cells = line.removeprefix("\ufeff").removesuffix("|").split("|")
        if len(cells) == width:
            yield cells
        elif line:
            rejects.append(Reject(number, f"{len(cells)} fields where {width} are expected", cells[0][:10]))


def _atoms(member: Member, rejects: list[Reject]) -> Iterator[tuple[str, str, str]]:
    """Yield atom, concept and code of each unsuppressed name of a code of a known vocabulary."""
    for cells in _rows(member, _CONSO_WIDTH, rejects):
        systems = VOCABULARIES.get(cells[11])
        if systems and cells[12] in _NAMES and cells[16] == "N":
            code = next((c for system in systems if (c := curie(system, cells[13]))), None)
            if code:
                yield cells[7], cells[0], code


_PAIRS: Final = """
SELECT DISTINCT a.code, b.code, a.cui FROM atom a JOIN atom b ON a.cui = b.cui AND a.system < b.system
ORDER BY 1, 2, 3
"""


def _read_conso(member: Member) -> Iterator[LicensedMapping | Reject]:
    rejects: list[Reject] = []
    with workspace("CREATE TABLE atom (cui TEXT, code TEXT, system TEXT)") as database:
        atoms = ((cui, code, code.partition(":")[0]) for _, cui, code in _atoms(member, rejects))
        found = insert(database, "INSERT INTO atom VALUES (?, ?, ?)", atoms)
        database.execute("CREATE INDEX by_cui ON atom (cui)")
        for first, second, cui in database.execute(_PAIRS):
            yield LicensedMapping(
                _CONCEPTS,
                first,
                "skos:closeMatch",
                second,
                "semapv:BackgroundKnowledgeBasedMatching",
                "both are names of one UMLS concept",
                cui,
                {"umls": {"concept": cui}},
            )
    yield from rejects
    if not found:
        raise SourceError(f"{member.label} holds no code of {', '.join(VOCABULARIES)}")


_JOIN: Final = """
SELECT DISTINCT a.code, b.code, r.rel, r.rela FROM relation r
JOIN atom a ON a.id = r.first JOIN atom b ON b.id = r.second
ORDER BY 1, 2, 3, 4
"""


def _relations(member: Member, rejects: list[Reject]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the unsuppressed relations of two atoms that map one to the other."""
    for cells in _rows(member, _REL_WIDTH, rejects):
        if cells[3] in _PREDICATES and cells[14] == "N" and cells[1] and cells[5]:
            yield cells[1], cells[5], cells[3], cells[7]


def _read_rel(member: Member) -> Iterator[LicensedMapping | Reject]:
    names = needed(member, "MRCONSO.RRF")
    rejects: list[Reject] = []
    with workspace(
        "CREATE TABLE atom (id TEXT PRIMARY KEY, code TEXT) WITHOUT ROWID",
        "CREATE TABLE relation (first TEXT, second TEXT, rel TEXT, rela TEXT)",
    ) as database:
        atoms = ((atom, code) for atom, _, code in _atoms(names, []))
        insert(database, "INSERT OR REPLACE INTO atom VALUES (?, ?)", atoms)
        insert(database, "INSERT INTO relation VALUES (?, ?, ?, ?)", _relations(member, rejects))
        for first, second, rel, rela in database.execute(_JOIN):
            if first.partition(":")[0] != second.partition(":")[0]:
                yield LicensedMapping(
                    _RELATIONS,
                    first,
                    _PREDICATES[rel],
                    second,
                    "semapv:ManualMappingCuration",
                    f"UMLS relates the second to the first as {rel}{f', {rela}' if rela else ''}",
                    f"{rel} {rela}".rstrip(),
                    {"umls": {"rel": rel, "rela": rela}},
                )
    yield from rejects


READERS: Final = (
    Reader(
        kind="umls-concepts",
        title="UMLS Metathesaurus: concepts (MRCONSO.RRF)",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_conso,
        release=lambda m: Release(_CONCEPTS, _version(m), "UMLS Metathesaurus, concepts"),
        read=_read_conso,
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        licensor="U.S. National Library of Medicine and the publishers of its source vocabularies",
    ),
    Reader(
        kind="umls-relations",
        title="UMLS Metathesaurus: relations (MRREL.RRF)",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_rel,
        release=lambda m: Release(_RELATIONS, _version(m), "UMLS Metathesaurus, relations"),
        read=_read_rel,
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        licensor="U.S. National Library of Medicine and the publishers of its source vocabularies",
    ),
)
