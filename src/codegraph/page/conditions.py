"""For which conditions a procedure is done, and which procedures are done for a diagnosis or what lies above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from codegraph.describe import Indication
from codegraph.describe import indications as stated
from codegraph.namespaces import contract
from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section, rest, row, said, table

_MANY: Final = 12
_ORDER: Final = ("established", "common", "selective")  # how firmly, the firmest first
_ROWS: Final = 80
_CONDITION: Final = ("condition", "title", "how firmly", "remark", "who says so")
_PROCEDURE: Final = ("code", "procedure", "said of", "how firmly", "remark", "who says so")
_QUERIES: Final = {True: "codes_for_diagnosis --param diagnosis", False: "indications_of_code --param code"}
_NO_POLICY: Final = "None of this is a coverage policy of a payer."


def indications(asked: Asked) -> Section:
    """Return the conditions for which it is done; of a diagnosis the procedures that are done for it."""
    mine = asked.code.system == "icd10cm"
    rows = list(_procedures(asked) if mine else _conditions(asked))
    caption = "Procedures done for it" if mine else "Conditions it is done for"
    heads = _PROCEDURE if mine else _CONDITION
    command = f"codegraph query {_QUERIES[mine]}={asked.code.notation}"
    more = rest(_ROWS, len(rows), command)
    tables = (table(caption, heads, rows[:_ROWS], folded=len(rows) > _MANY, more=more),) if rows else ()
    sources = asked.sources(asked.packaged) if rows else ()
    lines = [] if mine or len(rows) <= _MANY else list(_by_strength(asked))
    lines += [said(_NO_POLICY)] if rows else []
    return Section("indications", "Indications", tuple(lines), tables, sources=sources)


def _by_strength(asked: Asked) -> Iterator[Line]:
    """Yield the conditions of a long list by how firmly it is done for them."""
    found: dict[str, list[Cell]] = {}
    for i in asked.described.indications:
        name = asked.described.labels.get(i.strength or "", i.strength or "not said how firmly")
        found.setdefault(name, []).append(Cell(i.condition.partition(":")[2], target=i.condition))
    yield from (Line(name, tuple(cells)) for name, cells in sorted(found.items(), key=_firmness))


def _firmness(group: tuple[str, list[Cell]]) -> int:
    return _ORDER.index(group[0].lower()) if group[0].lower() in _ORDER else len(_ORDER)


def _conditions(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    labels = asked.described.labels
    for found in asked.described.indications:
        strength = labels.get(found.strength or "", found.strength or "")
        notation = found.condition.partition(":")[2]
        shown = Cell(notation, target=found.condition)
        yield row(shown, found.label, strength, found.note, asked.who(found.source))


def _procedures(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    """Yield what is said of the code, of the headers above it, and of the codes below it."""
    held = list(_around(asked))
    names = {i.procedure for i in held} | {i.strength for i in held if i.strength}
    labels = asked.labelled(names)
    for found in held:
        of = found.condition.partition(":")[2]
        procedure = Cell(labels.get(found.procedure, found.procedure), target=found.procedure)
        where = Cell("this code") if found.condition == asked.code.curie else Cell(of, target=found.condition)
        strength = labels.get(found.strength or "", found.strength or "")
        coded = asked.kg._coded.get(found.procedure, ())
        for curie, _ in coded or [("", "")]:
            code = Cell(curie.partition(":")[2] or "no code", target=curie)
            yield row(code, procedure, where, strength, found.note, asked.who(found.source))


def _around(asked: Asked) -> Iterator[Indication]:
    kg = asked.kg
    yield from asked.described.indications
    above = {c for c in asked.described.parents if c.startswith("icd10cm:")}
    known = {contract(iri) for _, iri in kg.store.edges("cg:ofCondition")}
    under = {c for c in known if c.startswith(asked.code.curie) and c != asked.code.curie}
    for curie in (*sorted(above & known, reverse=True), *sorted(under)):
        found = kg.get(curie)
        if found is not None:
            yield from stated(kg.store, kg.tables, found, None)
