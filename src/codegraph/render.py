"""Prints a description of a code as text: a list of sections, each line with its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from codegraph.describe import Description, Entry
from codegraph.procedure import PROCEDURE_FACETS, PROCEDURE_LINKS


class Line(NamedTuple):
    """One line of a section: a name, a value, and the release that says it."""

    name: str
    value: str
    source: str | None = None


class Section(NamedTuple):
    """A titled list of lines."""

    title: str
    lines: tuple[Line, ...]


# Section -> properties of the code that it shows, in this order; what no section names comes under "More".
_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "Meaning": (
        "skos:prefLabel",
        "cg:plainDescription",
        "cg:clinicalContext",
        "skos:definition",
        "cg:whenToUse",
        "cg:paymentEffect",
        "skos:altLabel",
        "cg:shortLabel",
        "cg:priorLabel",
    ),
    "Coding": (
        "skos:notation",
        "cg:isBillable",
        "cg:isSeparateProcedure",
        "cg:isAddOn",
        "cg:usualSetting",
        "cg:inFamily",
        "cg:addedOn",
        "cg:terminatedOn",
        "dcterms:isReplacedBy",
        "cg:needsReview",
        "cg:reviewNote",
    ),
    "Notes": (
        "cg:generalNote",
        "cg:includesNote",
        "cg:inclusionTerm",
        "cg:excludes1Note",
        "cg:excludes2Note",
        "cg:codeFirstNote",
        "cg:useAdditionalCodeNote",
        "cg:codeAlsoNote",
        "cg:seventhCharacterNote",
    ),
    "Groupings and mappings": (
        "cg:classifiedAs",
        "skos:exactMatch",
        "skos:closeMatch",
        "skos:narrowMatch",
        "skos:broadMatch",
        "skos:relatedMatch",
    ),
}
_PROCEDURE: Final = {**PROCEDURE_FACETS, **PROCEDURE_LINKS}
_LONG: Final = 12  # values of one property that are shown one a line; more are counted


def sections(described: Description) -> list[Section]:
    """Return a description as sections, in the order in which a reader wants them."""
    return [s for s in _sections(described) if s.lines]


def _sections(d: Description) -> Iterator[Section]:
    shown = {p for names in _FACTS.values() for p in names}
    for title in ("Meaning", "Coding"):
        yield Section(title, tuple(_fact_lines(d, _FACTS[title])))
    yield Section("Procedure", tuple(_procedure_lines(d)))
    if d.procedure is not None:
        yield Section("Steps", tuple(Line(str(s.number), s.text) for s in d.procedure.steps))
        yield Section("Aftercare", tuple(Line("", text) for text in d.procedure.aftercare))
    yield Section("Indications", tuple(_indication_lines(d)))
    for entry in d.entries:
        yield Section(_entry_title(d, entry), tuple(_entry_lines(d, entry)))
    yield Section(
        "Sources disagree",
        tuple(
            Line(f"{_name(d, s.property)}: {_value(d, s.value)}", s.note or "", s.source)
            for s in d.statements
        ),
    )
    for title in ("Notes", "Groupings and mappings"):
        yield Section(title, tuple(_fact_lines(d, _FACTS[title])))
    yield Section(
        "Edits in force", tuple(Line(_name(d, p), f"{n:,} codes", None) for p, n in d.edges.items())
    )
    yield Section("More", tuple(_fact_lines(d, sorted({f.property for f in d.facts} - shown))))
    yield Section("Above it", tuple(Line(c, d.labels.get(c, "")) for c in d.parents))
    yield Section("Releases that list it", tuple(Line(r, d.sources.get(r, "")) for r in d.in_releases))
    yield Section("Sources", tuple(Line(ident, text) for ident, text in d.sources.items()))
    yield Section("Not loaded", tuple(Line("", text) for text in d.not_loaded))


def _name(d: Description, curie: str) -> str:
    return d.labels.get(curie) or curie.partition(":")[2]


def _value(d: Description, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    label = d.labels.get(text)
    return f"{label} ({text})" if label else text


def _fact_lines(d: Description, properties: Iterable[str]) -> Iterator[Line]:
    for name in properties:
        found = [f for f in d.facts if f.property == name]
        if len(found) > _LONG and name.endswith("Match"):
            yield Line(_name(d, name), f"{len(found)} (see crosswalk)")
            continue
        yield from (Line(_name(d, name), _value(d, f.value), f.release) for f in found)


def _procedure_lines(d: Description) -> Iterator[Line]:
    if d.procedure is None:
        return
    yield Line("denotes", f"{d.procedure.label} ({d.procedure.iri})")
    if d.procedure.definition:
        yield Line("definition", d.procedure.definition)
    for name in _PROCEDURE:
        for value in getattr(d.procedure, name):
            yield Line(name.replace("_", " "), _value(d, value))


def _indication_lines(d: Description) -> Iterator[Line]:
    for i in d.indications:
        strength = _value(d, i.strength).partition(" (")[0] if i.strength else ""
        what = i.label or ""
        if i.condition == d.code:
            yield Line(i.procedure, "; ".join(t for t in (strength, i.note) if t), i.source)
        else:
            yield Line(i.condition, "; ".join(t for t in (what, strength, i.note) if t), i.source)


def _entry_title(d: Description, entry: Entry) -> str:
    modifier = entry.value("cg:withModifier")
    suffix = f" with {modifier}" if modifier else ""
    return f"{_name(d, entry.kind)}{suffix} – {entry.release or 'no release'}"


def _entry_lines(d: Description, entry: Entry) -> Iterator[Line]:
    pointers = {"cg:ofCode", "cg:withModifier"}
    for fact in entry.facts:
        if fact.property not in pointers:
            yield Line(_name(d, fact.property), _value(d, fact.value))


def text(described: Description) -> str:
    """Return a description as plain text for a terminal."""
    head = f"{described.code}  {described.label or '(no public label)'}  [{described.status}]"
    parts = [head]
    for section in sections(described):
        width = min(max((len(line.name) for line in section.lines), default=0), 34)
        parts.append(f"\n{section.title}")
        for line in section.lines:
            source = f"  [{line.source}]" if line.source else ""
            parts.append(f"  {line.name:<{width}}  {line.value}{source}".rstrip())
    return "\n".join(parts) + "\n"


def jsonable(value: Any) -> Any:  # noqa: ANN401
    """Return what the JSON writer cannot write as text: decimals with their digits, dates as ISO."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
