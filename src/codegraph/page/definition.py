"""What defines a code: its facets or the characters of ICD-10-PCS, with what each value means, and lead-in terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section, row, table
from codegraph.procedure import PROCEDURE_FACETS, PROCEDURE_LINKS

# Of a code of section 0 (Medical and Surgical) of ICD-10-PCS: facet -> the character that says it.
_CHARACTERS: Final = {"method": 3, "site": 4, "approach": 5, "device": 6, "qualifier": 7}
_SURGICAL: Final = "0"
_HEADS: Final = ("facet", "character", "value", "meaning", "definition of ICD-10-PCS")
_AXES: Final = ("section", "body system")
_DEFINITIONS: Final = (
    "SELECT concept, definition, explanation, release FROM pcs_definition WHERE section = ? AND definition != '' "
    "AND concept IN (SELECT value FROM json_each(?)) ORDER BY release"
)
_KEYS: Final = (
    "SELECT concept, term, release FROM pcs_key WHERE kind = 'body-part' "
    "AND concept IN (SELECT value FROM json_each(?)) ORDER BY term"
)
_INDEX: Final = (
    "SELECT target, path, release FROM pcs_index WHERE target IN (SELECT value FROM json_each(?)) "
    "ORDER BY length(target) DESC, path"
)
_TERMS: Final = 15  # lead-in terms of a table that are named


def definition(asked: Asked) -> Section:
    """Return the facets that define the code, each value with its meaning; a PCS code's character by character."""
    title = "What defines it"
    procedure = asked.procedure
    if procedure is None:
        return Section("facets", title)
    stated = {
        name: values for name in (*PROCEDURE_FACETS, *PROCEDURE_LINKS) if (values := getattr(procedure, name))
    }
    concepts = [v for values in stated.values() for v in values]
    official, releases = _official(asked, concepts)
    rows = list(_groups(asked))
    for name, values in stated.items():
        shown, facet = _character(asked, name), name.replace("_", " ")
        for value in values:
            meaning = asked.kg.store.object(value, "skos:definition")
            rows.append(row(facet, shown, asked.value(value), meaning, official.get(value)))
    rows += _nothing(asked, stated)
    if asked.code.system == "icd10pcs":
        rows.sort(key=lambda r: r[1].text or "8")
    lines, more = _body_parts(asked, list(procedure.site))
    sources = asked.sources(asked.packaged, *releases, *more)
    tables = (table(f"Facets of: {procedure.label}", _HEADS, rows),)
    return Section("facets", title, tuple(lines), tables, sources=sources)


def _character(asked: Asked, facet: str) -> str | None:
    """Return position and character of a facet in a PCS code, where it is one of the characters."""
    at = _CHARACTERS.get(facet)
    notation = asked.code.notation
    if asked.code.system != "icd10pcs" or at is None or (at > 3 and notation[0] != _SURGICAL):
        return None
    return f"{at}: {notation[at - 1]}"


def _groups(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    """Yield section and body system of a PCS code: the groups above its table."""
    if asked.code.system != "icd10pcs":
        return
    for at, name in enumerate(_AXES, 1):
        group = f"group:icd10pcs-{asked.code.notation[:at]}"
        label = asked.described.labels.get(group)
        if label:
            yield row(name, f"{at}: {asked.code.notation[at - 1]}", Cell(label, target=group), None, None)


def _nothing(asked: Asked, stated: dict[str, tuple[str, ...]]) -> Iterator[tuple[Cell, ...]]:
    """Yield the characters Z of a PCS code that no facet stands for: they say that there is nothing to say."""
    for facet, at in _CHARACTERS.items():
        shown = _character(asked, facet)
        if shown is not None and facet not in stated and asked.code.notation[at - 1] == "Z":
            yield row(facet, shown, f"No {facet.capitalize()}", None, None)


def _official(asked: Asked, concepts: list[str]) -> tuple[dict[str, str], set[str]]:
    """Return what ICD-10-PCS says of values in the code's section, and the releases that say so."""
    if asked.code.system != "icd10pcs" or not asked.kg._has_table("pcs_definition"):
        return {}, set()
    rows = asked.kg.tables.rows(_DEFINITIONS, (asked.code.notation[0], json.dumps(concepts)))
    newest = {concept: (words, more, release) for concept, words, more, release in rows}
    said = {
        concept: f"{words}." + (f" {more}." if more else "") for concept, (words, more, _) in newest.items()
    }
    return said, {release for _, _, release in newest.values()}


def _body_parts(asked: Asked, concepts: list[str]) -> tuple[list[Line], set[str]]:
    """Return which other body parts the body part of a PCS code takes in."""
    if asked.code.system != "icd10pcs" or not asked.kg._has_table("pcs_key"):
        return [], set()
    rows = asked.kg.tables.rows(_KEYS, (json.dumps(concepts),))
    terms = tuple(Cell(term) for term in dict.fromkeys(term for _, term, _ in rows))
    lines = [Line("the body part also takes in", terms)] if terms else []
    return lines, {release for *_, release in rows}


def lead_in(asked: Asked) -> Iterator[tuple[str, list[str], str]]:
    """Yield the terms of the ICD-10-PCS index that lead to a code, and to its table: name, terms, release."""
    notation = asked.code.notation
    if asked.code.system != "icd10pcs" or not asked.kg._has_table("pcs_index"):
        return
    rows = asked.kg.tables.rows(_INDEX, (json.dumps([notation[:n] for n in range(3, 8)]),))
    for name, chosen in (
        ("index terms that lead here", [r for r in rows if len(r[0]) > 3]),
        (f"index terms of table {notation[:3]}", [r for r in rows if len(r[0]) == 3]),
    ):
        terms = list(dict.fromkeys(path for _, path, _ in chosen))
        if terms:
            shown = terms[:_TERMS]
            left = len(terms) - len(shown)
            yield name, [*shown, *([f"and {left} more"] if left else [])], chosen[0][2]
