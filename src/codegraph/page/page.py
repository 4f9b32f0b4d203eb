"""Everything about one code as a page: which sections there are, for which systems, in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.editions import as_day
from codegraph.codes import SYSTEMS
from codegraph.page import (
    conditions,
    crosswalks,
    definition,
    glance,
    kin,
    listed,
    meaning,
    money,
    peers,
    place,
    points,
    questions,
    rules,
    sets,
)
from codegraph.page.asked import Asked
from codegraph.page.model import Page, Section, SourceRef, row, table
from codegraph.page.targets import leading

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.views import Code

_ALL: Final = frozenset(SYSTEMS)
_BILLED: Final = frozenset(("cpt", "hcpcs"))
_OPERATIONS: Final = _BILLED | {"icd10pcs"}


class _Part(NamedTuple):
    """A section: how it is made, and the systems whose codes have it."""

    make: Callable[[Asked], Section]
    systems: frozenset[str]


PARTS: Final = (
    _Part(glance.glance, _ALL - {"modifier"}),
    _Part(meaning.meaning, _ALL),
    _Part(meaning.synonyms, _ALL),
    _Part(place.place, _ALL - {"modifier"}),
    _Part(meaning.context, _OPERATIONS),
    _Part(conditions.indications, _OPERATIONS | {"icd10cm"}),
    _Part(meaning.steps, _OPERATIONS),
    _Part(meaning.aftercare, _OPERATIONS),
    _Part(definition.definition, _OPERATIONS),
    _Part(place.notes, _ALL),
    _Part(sets.sets, frozenset(("modifier",))),
    _Part(listed.listed, frozenset(("hcpcs",))),
    _Part(rules.modifiers, _BILLED),
    _Part(money.payment, _BILLED),
    _Part(peers.comparison, _BILLED),
    _Part(points.points, _BILLED),
    _Part(meaning.settings, _BILLED),
    _Part(money.outpatient, _BILLED),
    _Part(crosswalks.crosswalks, _ALL - {"modifier"}),
    _Part(rules.conflicts, _BILLED),
    _Part(rules.unit_limit, _BILLED),
    _Part(rules.add_ons, _BILLED),
    _Part(meaning.disagreements, _ALL),
    _Part(kin.related, _ALL - {"modifier"}),
    _Part(kin.history, _ALL),
)
_OWN_WORDS: Final = frozenset(("cpt", "modifier"))


def page_of(
    kg: CodeGraph, code: str | Code, *, on: str | date | None = None, include_licensed: bool = False
) -> Page:
    """Return everything that a release says of a code, for a date of service where one is given.

    What is not loaded, or not for that day, becomes a line of its section that names the file. Licensed descriptors
    are there only with `include_licensed`. Raises UnknownCode, InvalidCode or NotLoaded for the code itself, and
    InvalidValue for a date that is none.

    >>> from codegraph import CodeGraph
    >>> page_of(CodeGraph.open(), "44310").section("unit-limit").tables[0].rows[0][0].text
    'practitioner'
    """
    found = kg[code] if isinstance(code, str) else code
    day = as_day(on)
    asked = Asked(kg, found, day)
    made = [part.make(asked) for part in PARTS if found.system in part.systems]
    told = {s.ident for s in made if s.lines or s.tables}
    made.append(questions.questions(asked, told))
    sections = list(leading(kg, (s for s in made if s)))
    return Page(
        code=found.curie,
        system=found.system,
        system_title=SYSTEMS[found.system].title,
        notation=found.notation,
        iri=found.iri,
        label=found.label or "(no public label)",
        label_kind=_whose(found),
        status=found.status,
        billable=found.billable,
        on=day.isoformat() if day else "",
        sections=(*sections, _sources(asked, sections)),
        descriptors=tuple(found.official_descriptors) if include_licensed else (),
        undescribed=tuple(s.title for s in made if not s),
    )


def _whose(code: Code) -> str:
    if not code.label:
        return "not loaded"
    return "in our own words" if code.system in _OWN_WORDS else "official title"


def _sources(asked: Asked, sections: list[Section]) -> Section:
    """Return the table of all releases that the page stands on, and what else is not loaded."""
    used: dict[str, SourceRef] = {ref.release: ref for s in sections for ref in s.sources}
    named = {ref.release: ref for ref in asked.sources(*asked.described.in_releases)}
    rows = tuple(
        row(ref.release, ref.title, ref.dates or "undated", ref.file)
        for _, ref in sorted((named | used).items())
    )
    tables = (table("Releases behind this page", ("release", "title", "days", "file"), rows),) if rows else ()
    said = {text for s in sections for text in s.missing}
    missing = tuple(
        text for text in asked.described.not_loaded if text not in said and ": see codegraph" not in text
    )
    return Section("sources", "Sources", (), tables, missing=missing)
