"""What a code means: description, synonyms, context, steps, aftercare, settings, and what sources dispute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.definition import lead_in
from codegraph.page.model import Cell, Line, Section, SourceRef, row, said, table
from codegraph.page.money import SETTINGS, Schedule

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
    "which specialties report the code: CMS counts that in Medicare Physician & Other Practitioners, by Provider and "
    "Service, a file that codegraph does not read"
)


def meaning(asked: Asked) -> Section:
    """Return what the code says in plain words, since when it is there, and what took its place."""
    told = asked.facts("cg:plainDescription", "skos:definition")
    lines = [said(str(fact.value)) for fact in told]
    if asked.procedure is not None and asked.procedure.definition:
        lines.append(Line("denotes", (Cell(asked.procedure.label, target=asked.procedure.iri),)))
        lines.append(Line("defined as", (Cell(asked.procedure.definition),)))
    for name, title in _IDENTITY.items():
        found = asked.facts(name)
        if found:
            lines.append(Line(title, tuple(asked.value(f.value) for f in found)))
            told += found
    missing: tuple[str, ...] = ()
    if not asked.code.label and not asked.code.official_descriptors:
        missing = (_NO_TEXT.get(asked.code.system, _NO_TITLE),)
    if asked.code.official_descriptors:
        lines.append(said(_LICENSED))
    sources = asked.sources_of(told)
    return Section("meaning", "In plain words", tuple(lines), sources=sources, missing=missing)


_NO_TEXT: Final = {
    "cpt": "a description: codegraph has none in its own words, and the official descriptor belongs to the AMA; a "
    "licensed CPT file, or a fee schedule file with descriptors, brings it",
    "hcpcs": "its title (the CMS HCPCS quarterly update)",
}
_NO_TITLE: Final = "its title: no loaded list has this code, only a mapping names it"
_LICENSED: Final = "An official descriptor is loaded; it is licensed and shown with --include-licensed only."


def synonyms(asked: Asked) -> Section:
    """Return what the code is also called."""
    found = asked.facts("skos:altLabel", "cg:shortLabel", "cg:priorLabel")
    cells = tuple(Cell(text) for text in dict.fromkeys(str(fact.value) for fact in found))
    lines = [Line("", cells)] if cells else []
    releases = {fact.release or asked.packaged for fact in found}
    for name, terms, release in lead_in(asked):
        lines.append(Line(name, tuple(map(Cell, terms))))
        releases.add(release)
    return Section("synonyms", "Also called", tuple(lines), sources=asked.sources(*releases))


def context(asked: Asked) -> Section:
    """Return when and why it is done."""
    found = asked.facts("cg:clinicalContext")
    lines = tuple(said(str(fact.value)) for fact in found)
    return Section("context", "Clinical context", lines, sources=asked.sources_of(found))


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


def settings(asked: Asked) -> Section:
    """Return where it is done, as far as sources say so; no loaded source says by whom."""
    usual = asked.facts("cg:usualSetting")
    lines = [Line("usual setting", tuple(asked.value(f.value) for f in usual))] if usual else []
    release, rows, _, _ = Schedule(asked).found
    fee = rows.get("")
    if fee is not None and (fee.facility_total or fee.nonfacility_total):
        marked = {SETTINGS["facility"]: fee.facility_na, SETTINGS["nonfacility"]: fee.nonfacility_na}
        names = [name for name, na in marked.items() if na]
        words = (
            f"rarely or never done in: {', '.join(names)} (marked NA)" if names else "no setting is marked NA"
        )
        lines.append(Line("fee schedule", (Cell(words),)))
    hospital = asked.attempt(asked.kg.outpatient, asked.code.notation).found
    if hospital is not None:
        only = "inpatients only" if hospital.inpatient_only else hospital.label
        lines.append(Line("hospital outpatient department", (Cell(f"status {hospital.status}: {only}"),)))
    own = [f.release or asked.packaged for f in usual]
    releases = (*own, release if fee else "", hospital.release if hospital else "")
    return Section(
        "settings",
        "Settings and specialties",
        tuple(lines),
        sources=asked.sources(*releases),
        missing=(_SPECIALTIES,),
    )


def disagreements(asked: Asked) -> Section:
    """Return what sources state differently of the code."""
    rows = []
    for found in asked.described.statements:
        who = asked.who(found.source)
        name = asked.described.labels.get(found.property, found.property.partition(":")[2])
        rows.append(row(name, asked.value(found.value), found.note, who))
    heads = ("what", "stated", "remark", "who says so")
    tables = (table("What sources state", heads, rows),) if rows else ()
    return Section("disagreements", "Where sources disagree", (), tables, sources=_packaged(asked, rows))


def _packaged(asked: Asked, things: Iterable[object]) -> tuple[SourceRef, ...]:
    return asked.sources(asked.packaged) if any(True for _ in things) else ()
