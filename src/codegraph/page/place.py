"""Where a code stands in its classification: the path from the chapter, the codes below and beside it, its notes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from codegraph.namespaces import CODE_PREFIXES, RELEASE, contract
from codegraph.page.asked import Asked
from codegraph.page.drawings import relatives
from codegraph.page.model import Cell, Drawing, Line, Section, SourceRef, Table, rest, row, said, table

_ROWS: Final = 40
_MANY: Final = 12
_DIAGNOSES: Final = frozenset(("icd10cm", "icd9cm"))
_CODES: Final = (
    "SELECT notation, label, billable FROM code WHERE system = ? AND notation IN (SELECT value FROM json_each(?)) "
    "ORDER BY notation"
)
_CODE: Final = ("code", "title", "on a claim")
_BILLABLE: Final = {1: "billable", 0: "header: a code below it is billed", None: ""}
# Property of the tabular list, or of a modifier -> what it is called.
NOTES: Final = {
    "cg:includesNote": "includes",
    "cg:inclusionTerm": "inclusion term",
    "cg:excludes1Note": "excludes1: never together",
    "cg:excludes2Note": "excludes2: not meant here, may stand beside it",
    "cg:codeFirstNote": "code first",
    "cg:useAdditionalCodeNote": "use additional code",
    "cg:codeAlsoNote": "code also",
    "cg:seventhCharacterNote": "seventh character",
    "cg:generalNote": "note",
    "cg:whenToUse": "when to use",
    "cg:paymentEffect": "effect on payment",
}
# What is an example of the code's own, and not a rule for what stands below it.
_OWN: Final = frozenset(("cg:inclusionTerm",))
_ORDER: Final = "SELECT text, seq FROM cm_note WHERE subject = ?"
_NOTE: Final = ("note", "text", "said at")
_NAMED: Final = re.compile(r"[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?")


def place(asked: Asked) -> Section:
    """Return what stands above the code, nearest last, and of a diagnosis what stands below and beside it."""
    labels = asked.described.labels
    above = [Cell(_named(labels, c), target=c) for c in reversed(asked.described.parents)]
    lines = [Line("stands under", (cell,)) for cell in above[:1]]
    lines += [Line("within that", (cell,)) for cell in above[1:]]
    title = "Place in the classification"
    sources = asked.sources(*asked.described.in_releases[-1:]) or _packaged(asked, above)
    if asked.code.system not in _DIAGNOSES:
        return Section("place", title, tuple(lines), sources=sources)
    under = _children(asked, asked.code.curie)
    beside = _children(asked, asked.described.parents[0]) if asked.described.parents else []
    beside = [c for c in beside if c != asked.code.curie]
    tables = [t for t in (_codes(asked, "Codes below", under), _codes(asked, "Codes beside", beside)) if t]
    drawing = _drawing(asked, under) if above or under else None
    return Section("place", title, tuple(lines), tuple(tables), drawing, sources)


def _named(labels: dict[str, str], curie: str) -> str:
    label = labels.get(curie, "")
    system, _, notation = curie.partition(":")
    return f"{notation} {label}".strip() if system in CODE_PREFIXES else label or curie


def _packaged(asked: Asked, things: list[Cell]) -> tuple[SourceRef, ...]:
    return asked.sources(asked.packaged) if things else ()


def _children(asked: Asked, curie: str) -> list[str]:
    start = f"{asked.code.system}:"
    found = map(contract, asked.kg.store.subjects("skos:broader", curie))
    return sorted(c for c in found if c.startswith(start))


def _codes(asked: Asked, caption: str, curies: list[str]) -> Table | None:
    if not curies:
        return None
    notations = [c.partition(":")[2] for c in curies[:_ROWS]]
    rows = [
        row(Cell(notation, target=f"{asked.code.system}:{notation}"), label, _BILLABLE[billable])
        for notation, label, billable in asked.kg.tables.rows(
            _CODES, (asked.code.system, json.dumps(notations))
        )
    ]
    more = rest(len(rows), len(curies), f"codegraph show {asked.code.notation}")
    return table(caption, _CODE, rows, folded=len(rows) > _MANY, more=more)


def _drawing(asked: Asked, under: list[str]) -> Drawing:
    labels = asked.described.labels | asked.labelled(under)
    above = [("stands under", c, labels.get(c, "")) for c in reversed(asked.described.parents)]
    below = [("codes below", c, labels.get(c, "")) for c in under]
    words = relatives(asked.code.curie, asked.code.label or "", above, below, _MANY)
    return replace(words, title="The code in its classification", ident="place-graph")


def notes(asked: Asked) -> Section:
    """Return the notes of the classification, those of what stands above too, since they hold below."""
    rows = []
    releases: set[str] = set()
    for curie in (asked.code.curie, *asked.described.parents):
        for name, text, release in _of(asked, curie):
            rows.append((name, text, curie))
            releases.add(release)
    title = "Notes"
    if not rows:
        return Section("notes", title)
    known = _existing(asked, (text for _, text, _ in rows))
    labels = asked.described.labels
    if asked.code.system == "modifier":
        lines = tuple(Line(NOTES[name], (Cell(text),)) for name, text, _ in rows)
        return Section("notes", title, lines, sources=asked.sources(*releases))
    cells = [
        row(NOTES[name], Cell(text, target=known.get(text, "")), _where(asked, labels, curie))
        for name, text, curie in rows
    ]
    tables = (table("Notes of the tabular list that hold for it", _NOTE, cells),)
    lines = (said(_HOLD),) if any(curie != asked.code.curie for *_, curie in rows) else ()
    return Section("notes", title, lines, tables, sources=asked.sources(*releases))


_HOLD: Final = "A note of a chapter, a block or a header holds for all codes below it."


def _where(asked: Asked, labels: dict[str, str], curie: str) -> Cell:
    return Cell("this code") if curie == asked.code.curie else Cell(_named(labels, curie), target=curie)


def _of(asked: Asked, curie: str) -> Iterator[tuple[str, str, str]]:
    """Yield (property, text, release) of the notes of a code or group, each kind in the order of the list."""
    if curie == asked.code.curie:
        said_ = [(f.property, str(f.value), f.release or asked.packaged) for f in asked.described.facts]
    else:
        rows = asked.kg.store.describe(curie)
        said_ = [
            (contract(p), str(v), _ident(g) or asked.packaged) for p, v, g in rows if contract(p) not in _OWN
        ]
    order: dict[str, int] = {}
    if asked.kg._has_table("cm_note"):
        order = dict(asked.kg.tables.rows(_ORDER, (curie,)))
    for name in NOTES:
        yield from sorted((s for s in said_ if s[0] == name), key=lambda s: order.get(s[1], 0))


def _ident(graph: str | None) -> str | None:
    return graph.removeprefix(RELEASE) if graph else None


def _existing(asked: Asked, texts: Iterable[str]) -> dict[str, str]:
    """Return the code (CURIE) that a note names, where it names one alone and the release has it."""
    named = {}
    for text in texts:
        codes = set(_NAMED.findall(text))
        if len(codes) == 1:
            named[text] = f"icd10cm:{codes.pop()}"
    held = asked.labelled(named.values())
    return {text: curie for text, curie in named.items() if curie in held and curie != asked.code.curie}
