"""SNOMED CT map reference sets in Release Format 2: extended and complex maps, and simple maps.

An extended map gives each concept one or more groups; a group is one target, chosen by the rules of its members in
the order of their priority. Several groups are several targets that only together say the concept. Rules keep their
concept identifiers; terms and map advice are licensed text and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from codegraph.errors import SourceError
from codegraph.sources.base import UNDATED, Note, Reader, Reject, Release
from codegraph.sources.files import Member
from codegraph.sources.licensed import (
    NO_TERM,
    SNOMED,
    TABLE,
    LicensedMapping,
    curie,
    insert,
    table_rows,
    triples,
    workspace,
)

PUBLISHER: Final = "SNOMED International"
PAGE: Final = "https://www.snomed.org/get-snomed"
# Reference sets whose targets are codes of a system that codegraph knows; no row says which system it is.
TARGETS: Final = {
    "6011000124106": "icd10cm",  # ICD-10-CM complex map (US Edition)
    "447563008": "icd9cm",  # ICD-9-CM equivalence complex map
}
_MEMBER: Final = ("id", "effectivetime", "active", "moduleid", "refsetid", "referencedcomponentid")
_EXTENDED: Final = ("mapgroup", "mappriority", "maprule", "mapadvice", "maptarget", "correlationid")
_SIMPLE: Final = ("maptarget",)
_CORRELATIONS: Final = {
    "447557004": "skos:exactMatch",
    "1193548004": "skos:exactMatch",
    "447558009": "skos:broadMatch",
    "1193549007": "skos:broadMatch",
    "447559001": "skos:narrowMatch",
    "1193547009": "skos:narrowMatch",
    "447560006": "skos:relatedMatch",
    "1193550007": "skos:relatedMatch",
}
_ALWAYS: Final = frozenset({"TRUE", "OTHERWISE TRUE", ""})
_SETTLED: Final = "the map says how the two correspond"
_TOGETHER: Final = "target of one of {n} groups that only together say the concept"
_IF: Final = "target where the rule of the map holds"
_PLAIN: Final = "target of the map, which does not say how the two correspond"
_NONE: Final = "the map gives no target for this concept"
_NONE_HERE: Final = (
    "one of several ways of the map for this concept, which gives no target where its rule holds"
)


def _header(head: bytes) -> tuple[str, ...]:
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    return tuple(text.partition("\n")[0].rstrip("\r").lower().split("\t"))


def _sniff_extended(head: bytes) -> bool:
    return _header(head)[:12] == (*_MEMBER, *_EXTENDED)


def _sniff_simple(head: bytes) -> bool:
    return _header(head) == (*_MEMBER, *_SIMPLE)


def _is_delta(member: Member) -> bool:
    return re.search(r"Delta[_-]", member.name) is not None


def _release(kind: str, member: Member) -> Release:
    """Return the release, dated by the last date of the file's name; a delta is one of its own."""
    day = re.findall(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", member.name)
    series = f"snomedct-{kind}-map{'-delta' if _is_delta(member) else ''}"
    return Release(series, "-".join(day[-1]) if day else UNDATED, f"SNOMED CT, {kind} map reference sets")


def _members(
    member: Member, columns: Sequence[str], rejects: list[Reject | Note]
) -> Iterator[tuple[str, ...]]:
    """Yield id, time, active, set, concept, then the named columns, of each row of a known reference set."""
    lines = member.lines()
    header = next(lines, "").removeprefix("\ufeff").lower().split("\t")
    at = [
        header.index(n)
        for n in ("id", "effectivetime", "active", "refsetid", "referencedcomponentid", *columns)
    ]
    unknown: set[str] = set()
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) != len(header):
            if line:
                fault = f"{len(cells)} columns where the header has {len(header)}"
                rejects.append(Reject(number, fault, cells[0][:36]))
            continue
        row = tuple(cells[n] for n in at)
        if row[3] in TARGETS:
            yield row
        elif row[3] not in unknown:
            unknown.add(row[3])
            rejects.append(
                Note(number, f"reference set {row[3]}: its target system is not known; left out", "")
            )


# A full file holds every version of a member: the newest one counts.
_KEEP: Final = """
INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET time = excluded.time,
active = excluded.active, refset = excluded.refset, concept = excluded.concept, grp = excluded.grp,
priority = excluded.priority, rule = excluded.rule, target = excluded.target, correlation = excluded.correlation
WHERE excluded.time > member.time
"""
_SELECT: Final = """
SELECT refset, concept, grp, priority, rule, target, correlation,
  max(target <> '') OVER of_concept,
  (SELECT count(DISTINCT grp) FROM member o WHERE o.refset = m.refset AND o.concept = m.concept AND o.active = '1'
    AND o.target <> '')
FROM member m WHERE active = '1' WINDOW of_concept AS (PARTITION BY refset, concept)
ORDER BY refset, concept, CAST(grp AS INTEGER), CAST(priority AS INTEGER), target, id
"""


def _read(member: Member, extended: bool) -> Iterator[LicensedMapping | Reject | Note]:
    if _is_delta(member):
        yield Note(None, "a delta holds only what changed; the snapshot of the same release is read", "")
        return
    columns = ("mapgroup", "mappriority", "maprule", "maptarget", "correlationid") if extended else _SIMPLE
    rejects: list[Reject | Note] = []
    with workspace(
        "CREATE TABLE member (id TEXT PRIMARY KEY, time TEXT, active TEXT, refset TEXT, concept TEXT, grp TEXT, "
        "priority TEXT, rule TEXT, target TEXT, correlation TEXT) WITHOUT ROWID",
        "CREATE INDEX by_concept ON member (refset, concept)",
    ) as database:
        rows = _members(member, columns, rejects)
        whole = rows if extended else ((*row[:5], "1", "1", "", row[5], "") for row in rows)
        found = insert(database, _KEEP, whole)
        for row in database.execute(_SELECT):
            yield _mapping(row)
    yield from rejects
    if not found and not rejects:
        raise SourceError(f"{member.label} has a header but no row")


def _mapping(row: Sequence[Any]) -> LicensedMapping | Reject:
    refset, concept, group, priority, rule, target, correlation, mapped, groups = row
    system = TARGETS[refset]
    subject = curie(SNOMED, concept)
    found = curie(system, target.rstrip("?")) if target else NO_TERM
    if subject is None or found is None:
        return Reject(None, f"{target!r} is not a code of {system}, or {concept!r} no concept", concept[:18])
    plain = re.sub(r"\s*\|[^|]*\|", "", rule).strip()
    predicate, comment = _meaning(plain, correlation, groups, found)
    if found == NO_TERM and mapped:
        comment = _NONE_HERE
    detail = {
        "group": int(group or 1),
        "priority": int(priority or 1),
        "rule": plain,
        "correlation": correlation,
    }
    if target.endswith("?"):
        comment += "; its last characters are to be chosen"
        predicate = "skos:relatedMatch"
    justification = "semapv:ManualMappingCuration"
    part = f"{group}.{priority}"
    said = {"snomed": {"refset": refset, **detail}}
    return LicensedMapping(
        f"snomedct-{system}", subject, predicate, found, justification, comment, part, said
    )


def _meaning(rule: str, correlation: str, groups: int, found: str) -> tuple[str, str]:
    """Return the predicate and the remark that a row's rule, its correlation and the number of groups come to."""
    if found == NO_TERM:
        return "skos:exactMatch", _NONE
    if groups > 1:
        return "skos:relatedMatch", _TOGETHER.format(n=groups)
    if correlation in _CORRELATIONS:
        return _CORRELATIONS[correlation], _SETTLED
    return ("skos:closeMatch", _PLAIN) if rule in _ALWAYS else ("skos:relatedMatch", _IF)


READERS: Final = (
    Reader(
        kind="snomed-extended-map",
        title="SNOMED CT extended and complex map reference sets (RF2)",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_extended,
        release=lambda m: _release("extended", m),
        read=lambda m: _read(m, extended=True),
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        licensor="International Health Terminology Standards Development Organisation",
    ),
    Reader(
        kind="snomed-simple-map",
        title="SNOMED CT simple map reference sets (RF2)",
        publisher=PUBLISHER,
        page=PAGE,
        sniff=_sniff_simple,
        release=lambda m: _release("simple", m),
        read=lambda m: _read(m, extended=False),
        triples=triples,
        table=TABLE,
        table_rows=table_rows,
        licensor="International Health Terminology Standards Development Organisation",
    ),
)
