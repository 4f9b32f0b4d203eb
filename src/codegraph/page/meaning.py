"""What a code means: description, synonyms, context, indications, steps, aftercare, facets, notes, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section, SourceRef, Table, row, said
from codegraph.procedure import PROCEDURE_FACETS, PROCEDURE_LINKS

_NOTES: Final = {
    "cg:includesNote": "includes",
    "cg:inclusionTerm": "inclusion term",
    "cg:excludes1Note": "excludes (never together)",
    "cg:excludes2Note": "excludes (not meant here)",
    "cg:codeFirstNote": "code first",
    "cg:useAdditionalCodeNote": "use additional code",
    "cg:codeAlsoNote": "code also",
    "cg:seventhCharacterNote": "seventh character",
    "cg:generalNote": "note",
    "cg:whenToUse": "when to use",
    "cg:paymentEffect": "effect on payment",
}
_IDENTITY: Final = {
    "cg:isAddOn": "add-on code",
    "cg:isSeparateProcedure": "separate procedure",
    "cg:addedOn": "first day",
    "cg:terminatedOn": "last day",
    "dcterms:isReplacedBy": "replaced by",
    "cg:inFamily": "family",
    "cg:reviewNote": "to be reviewed",
}
_SPECIALTIES: Final = (
    "which specialties report the code: CMS counts it in the file Medicare Physician & Other Practitioners, by "
    "Provider and Service, which codegraph does not read"
)


def meaning(asked: Asked) -> Section:
    """Return what the code says in plain words, and what stands above it."""
    told = asked.facts("cg:plainDescription")
    lines = [said(str(fact.value)) for fact in told]
    if asked.procedure is not None and asked.procedure.definition:
        lines.append(Line("denotes", (Cell(asked.procedure.label, target=asked.procedure.iri),)))
        lines.append(Line("defined as", (Cell(asked.procedure.definition),)))
    for name, title in _IDENTITY.items():
        found = asked.facts(name)
        if found:
            lines.append(Line(title, tuple(asked.value(f.value) for f in found)))
            told += found
    above = [Cell(asked.described.labels.get(c, c), target=c) for c in reversed(asked.described.parents)]
    if above:
        lines.append(Line("stands under", tuple(above)))
    return Section("meaning", "In plain words", tuple(lines), sources=asked.sources_of(told))


def synonyms(asked: Asked) -> Section:
    """Return what the code is also called."""
    found = asked.facts("skos:altLabel", "cg:shortLabel", "cg:priorLabel")
    cells = tuple(Cell(str(fact.value)) for fact in found)
    lines = (Line("", cells),) if cells else ()
    return Section("synonyms", "Also called", lines, sources=asked.sources_of(found))


def context(asked: Asked) -> Section:
    """Return when and why it is done."""
    found = asked.facts("cg:clinicalContext")
    lines = tuple(said(str(fact.value)) for fact in found)
    return Section("context", "Clinical context", lines, sources=asked.sources_of(found))


def indications(asked: Asked) -> Section:
    """Return the conditions for which it is done, or the procedures that are done for it."""
    rows = tuple(_indication_rows(asked))
    mine = asked.code.system == "icd10cm"
    heads = ("procedure" if mine else "condition", "title", "how firmly", "remark", "who says so")
    caption = "Procedures done for it" if mine else "Conditions it is done for"
    tables = (Table(caption, heads, rows, folded=len(rows) > _MANY),) if rows else ()
    sources = asked.sources(asked.packaged) if rows else ()
    lines = (said("None of this is a coverage policy of a payer."),) if rows else ()
    return Section("indications", "Indications", lines, tables, sources=sources)


_MANY: Final = 12


def _indication_rows(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    labels = asked.described.labels
    for found in asked.described.indications:
        strength = labels.get(found.strength or "", found.strength or "")
        source = found.source or ""
        who = Cell(source, url=source if source.startswith("http") else "")
        if found.condition == asked.code.curie:
            name = asked.kg._label(found.procedure)
            yield row(Cell(name, target=found.procedure), None, strength, found.note, who)
        else:
            notation = found.condition.partition(":")[2]
            yield row(Cell(notation, target=found.condition), found.label, strength, found.note, who)


def steps(asked: Asked) -> Section:
    """Return the steps of the operation."""
    found = asked.procedure.steps if asked.procedure else ()
    lines = tuple(said(step.text) for step in found)
    return Section("steps", "Step by step", lines, sources=_packaged(asked, lines), numbered=True)


def aftercare(asked: Asked) -> Section:
    """Return what follows the operation."""
    found = asked.procedure.aftercare if asked.procedure else ()
    lines = tuple(said(text) for text in found)
    return Section("aftercare", "Aftercare", lines, sources=_packaged(asked, lines))


def facets(asked: Asked) -> Section:
    """Return the facets that define it: method, site, approach and so on."""
    procedure = asked.procedure
    if procedure is None:
        return Section("facets", "What defines it")
    rows = []
    for name in (*PROCEDURE_FACETS, *PROCEDURE_LINKS):
        values = getattr(procedure, name)
        rows += [row(name.replace("_", " "), asked.value(v), Cell(v, target=v)) for v in values]
    table = Table(f"Facets of: {procedure.label}", ("facet", "value", "term"), tuple(rows))
    return Section("facets", "What defines it", (), (table,), sources=_packaged(asked, rows))


def notes(asked: Asked) -> Section:
    """Return the notes of the classification, and on a modifier when it is used."""
    found = asked.facts(*_NOTES)
    lines = tuple(
        Line(title, tuple(Cell(str(f.value)) for f in found if f.property == name))
        for name, title in _NOTES.items()
        if any(f.property == name for f in found)
    )
    return Section("notes", "Notes", lines, sources=asked.sources_of(found))


def settings(asked: Asked) -> Section:
    """Return where it is done, as far as a source says so; no loaded source says by whom."""
    found = asked.facts("cg:usualSetting")
    lines = [Line("usual setting", (asked.value(f.value),)) for f in found]
    return Section(
        "settings",
        "Settings and specialties",
        tuple(lines),
        sources=asked.sources_of(found),
        missing=(_SPECIALTIES,),
    )


def disagreements(asked: Asked) -> Section:
    """Return what sources state differently of the code."""
    rows = []
    for found in asked.described.statements:
        source = found.source or ""
        who = Cell(source, url=source if source.startswith("http") else "")
        name = asked.described.labels.get(found.property, found.property.partition(":")[2])
        rows.append(row(name, asked.value(found.value), found.note, who))
    heads = ("what", "stated", "remark", "who says so")
    tables = (Table("What sources state", heads, tuple(rows)),) if rows else ()
    return Section("disagreements", "Where sources disagree", (), tables, sources=_packaged(asked, rows))


def _packaged(asked: Asked, things: Iterable[object]) -> tuple[SourceRef, ...]:
    return asked.sources(asked.packaged) if any(True for _ in things) else ()
