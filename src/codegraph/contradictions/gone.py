"""Codes that an indication or a mapping names, and that are gone from the newest loaded list of their system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from codegraph.contradictions.loaded import CM_LIST, Need, cited
from codegraph.contradictions.model import Contradiction
from codegraph.namespaces import contract

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_INDICATIONS: Final = (
    "SELECT ?procedure ?code ?source WHERE "
    "{ ?indication cg:ofProcedure ?procedure ; cg:ofCondition ?code OPTIONAL { ?indication dcterms:source ?source } }"
)
_CODE: Final = "SELECT status, billable, release FROM code WHERE system = ? AND notation = ?"
# Every end of a stated mapping that is a code of one system, with what the release knows of that code.
_ENDS: Final = (
    "SELECT m.{one}, m.{other}, m.mapping_set, m.release, c.status, c.billable, c.release FROM mapping AS m "
    "LEFT JOIN code AS c ON c.system = ?1 AND c.notation = substr(m.{other}, length(?1) + 2) "
    "WHERE m.justification != 'semapv:LogicalReasoning' "
    "AND m.{other} >= ?1 || ':' AND m.{other} < ?1 || ';' "
    "AND (c.status IS NULL OR c.status != 'active' OR c.billable IS NULL)"
)
_GEM: Final = (
    "SELECT g.subject_system || ':' || g.subject, g.object_system || ':' || g.object, g.release, g.release, "
    "c.status, c.billable, c.release FROM gem AS g "
    "LEFT JOIN code AS c ON c.system = g.object_system AND c.notation = g.object "
    "WHERE g.object_system = ? AND NOT g.no_map "
    "AND (c.status IS NULL OR c.status != 'active' OR c.billable IS NOT 1)"
)
# Systems whose lists tell of each code whether it is billable: one of which none does is not on the list.
_TOLD: Final = frozenset({"icd10cm", "icd10pcs"})

Known = tuple[str | None, int | None, str | None]  # status, billable, release of a code


def _why(system: str, known: Known) -> str | None:
    """Return why a code is gone, None where it is not."""
    status, billable, release = known
    if status is None:
        return "no such code"
    if status == "retired":
        return f"retired; last in {release}"
    if status != "active" or (billable is None and system in _TOLD):
        return f"not on the list; named in {release}" if release else "not on the list"
    return None


def indications(graph: CodeGraph, *, headers: bool) -> Iterator[Contradiction]:
    """Yield indications whose condition is gone from ICD-10-CM, or is a header only (`headers`)."""
    listed = cited(graph, CM_LIST)
    for row in graph.query(_INDICATIONS):
        code = contract(str(row["code"]))
        system, _, notation = code.partition(":")
        known: Any = graph.tables.row(_CODE, (system, notation)) or (None, None, None)
        why = _why(system, known)
        if headers:
            why = "a header: not billable, the codes below it are" if why is None and known[1] == 0 else None
        if why is not None:
            source = str(row["source"]) if row["source"] is not None else "codegraph"
            kind = "header" if headers else "gone"
            yield Contradiction(
                kind, contract(str(row["procedure"])), code, "an indication", contract(source), why, listed
            )


def mappings(graph: CodeGraph, *, system: str, need: Need) -> Iterator[Contradiction]:
    """Yield stated mappings that name a code of a system which its newest loaded list does not have."""
    listed = cited(graph, need)
    for one, other in (("subject", "object"), ("object", "subject")):
        for row in graph.tables.rows(_ENDS.format(one=one, other=other), (system,)):
            source = f"{row[2]} ({row[3]})"
            if (why := _why(system, row[4:])) is not None:
                yield Contradiction("gone", row[0], row[1], "a mapping", source, why, listed)


def equivalences(graph: CodeGraph, *, system: str, need: Need) -> Iterator[Contradiction]:
    """Yield targets of equivalence mappings that the newest loaded list does not have, or has as headers only."""
    listed = cited(graph, need)
    for row in graph.tables.rows(_GEM, (system,)):
        why = _why(system, row[4:]) or "a header: divided into the codes below it"
        yield Contradiction("gem-gone", row[0], row[1], "an equivalence mapping", row[2], why, listed)
