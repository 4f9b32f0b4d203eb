"""What is to be minded in billing a code: modifiers, edits, unit limits, add-on codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section, SourceRef, Table, row, said

if TYPE_CHECKING:
    from codegraph.billing.edits_model import Conflicts
    from codegraph.billing.evidence import Evidence
    from codegraph.billing.modifiers.model import ModifierRule

_FIRST: Final = 12  # conflicts of a setting that the page shows
_SETTINGS: Final = {"practitioner": "practitioner", "outpatient": "outpatient hospital"}
# Modifiers that people look for: where they do not apply, the page says so and why.
_LOOKED_FOR: Final = ("26", "TC", "50", "51", "62", "66", "80", "LT", "RT", "59")


def modifiers(asked: Asked) -> Section:
    """Return which modifiers the code takes, with when to use each and what it does to payment."""
    rules, missing = asked.attempt(asked.kg.modifiers, asked.code.notation)
    title = "Modifiers"
    if rules is None:
        return Section("modifiers", title, missing=missing)
    own = tuple(r for r in rules if r.applies and r.evidence)
    any_code = tuple(r for r in rules if r.applies and not r.evidence)
    depends = tuple(r for r in rules if r.applies is None)
    tables = []
    for caption, chosen, folded in (
        ("Modifiers that its indicators allow", own, False),
        ("Modifiers that go with the case, not with the code", any_code, True),
        ("Modifiers that depend on what the code does not tell", depends, True),
    ):
        if chosen:
            tables.append(_rule_table(caption, chosen, folded=folded))
    refused = [r for r in rules if r.applies is False and r.modifier in _LOOKED_FOR]
    lines = [Line(f"{r.modifier} does not apply", (Cell(r.reason),)) for r in refused]
    others = sum(r.applies is False for r in rules) - len(refused)
    lines += [said(f"{others} other modifiers that codegraph knows do not apply.")] if others else []
    sources = _evidence(asked, (e for r in rules for e in r.evidence))
    return Section("modifiers", title, tuple(lines), tuple(tables), sources=sources, missing=missing)


def _rule_table(caption: str, rules: Iterable[ModifierRule], *, folded: bool) -> Table:
    rows = tuple(
        row(
            Cell(r.modifier, target=f"modifier:{r.modifier}"),
            r.label,
            _sentences(r.condition and f"if: {r.condition}", *r.when),
            r.reason,
            " ".join(r.payment),
        )
        for r in rules
    )
    return Table(caption, ("modifier", "name", "when to use it", "why", "payment"), rows, folded=folded)


def _sentences(*texts: str | None) -> str:
    return " ".join(t if t.endswith(".") else f"{t}." for t in texts if t)


def _evidence(asked: Asked, rows: Iterable[Evidence]) -> tuple[SourceRef, ...]:
    return asked.sources(*(e.provenance.release for e in rows))


def conflicts(asked: Asked) -> Section:
    """Return how many NCCI edits in force name the code, on which side, and the first of them."""
    lines: list[Line] = []
    tables: list[Table] = []
    missing: tuple[str, ...] = ()
    releases: list[str] = []
    for setting, words in _SETTINGS.items():
        found, why = asked.attempt(asked.kg.conflicts, asked.code.notation, setting=setting)
        missing += why
        if found is None:
            continue
        releases.append(found.edition.release)
        lines.append(Line(words, (Cell(_counted(found)),)))
        lines += [said(found.note)] if found.note and said(found.note) not in lines else []
        if len(found):
            tables.append(_pairs(asked, found, words))
    if lines:
        lines.append(said(_MEANING))
    title = "Edits: what is not paid beside it"
    return Section(
        "conflicts",
        title,
        tuple(lines),
        tuple(tables),
        None,
        asked.sources(*releases),
        tuple(dict.fromkeys(missing)),
    )


_MEANING: Final = (
    "Of a pair, the code in column one is paid. With indicator 1 both are paid where the record shows distinct "
    "services and a modifier says so; with indicator 0 never."
)


def _counted(found: Conflicts) -> str:
    columns, indicators = found.by_column, found.by_indicator
    if not found.episodes:
        return "no edit in force names it"
    return (
        f"{len(found):,} edits in force: {columns.get(1, 0):,} in which it is paid (column one), "
        f"{columns.get(2, 0):,} in which it is not (column two); {indicators.get('1', 0):,} can be lifted by a "
        f"modifier (indicator 1), {indicators.get('0', 0):,} cannot (indicator 0)"
    )


def _pairs(asked: Asked, found: Conflicts, words: str) -> Table:
    ordered = sorted(found.episodes, key=lambda e: (-found.column(e), e.indicator, found.partner(e)))
    rows = []
    for episode in ordered[:_FIRST]:
        partner = found.partner(episode)
        curie = f"{'hcpcs' if partner[0].isalpha() else 'cpt'}:{partner}"
        label = asked.kg._code_row(*curie.split(":"))[0]
        paid = "this code" if found.column(episode) == 1 else "the other"
        rows.append(row(Cell(partner, target=curie), label, paid, episode.indicator, episode.rationale))
    of = f", the first {_FIRST} of {len(found):,}" if len(found) > _FIRST else ""
    heads = ("other code", "label", "which is paid", "indicator", "reason that CMS gives")
    return Table(f"Edits in force, {words}{of}", heads, tuple(rows), (3,))


def unit_limit(asked: Asked) -> Section:
    """Return the most units that are ordinarily paid, by setting, and how they are counted."""
    lines: list[Line] = []
    missing: tuple[str, ...] = ()
    releases: list[str] = []
    for setting, words in _SETTINGS.items():
        found, why = asked.attempt(asked.kg.unit_limit, asked.code.notation, setting=setting)
        missing += why
        if found is None:
            continue
        releases.append(found.edition.release)
        if found.units is not None:
            lines.append(Line(words, (Cell(f"{found.units} ({found.meaning}); {found.rationale}"),)))
        lines += [Line(words, (Cell(found.note),))] if found.note else []
    return Section(
        "unit-limit", "Unit limit (MUE)", tuple(lines), sources=asked.sources(*releases), missing=missing
    )


def add_ons(asked: Asked) -> Section:
    """Return the primaries of an add-on code, and the add-on codes that a primary carries."""
    found, missing = asked.attempt(asked.kg.add_ons, asked.code.notation)
    title = "Add-on codes"
    if found is None:
        return Section("add-ons", title, missing=missing)
    lines = [Line("is an add-on code", (Cell(found.meaning),))] if found.meaning else []
    for name, codes in (("reported with", found.primaries), ("carries", found.add_ons)):
        if codes:
            cells = (Cell(c, target=f"{'hcpcs' if c[0].isalpha() else 'cpt'}:{c}") for c in codes)
            lines.append(Line(f"{name} ({len(codes)})", tuple(cells)))
    lines += [said(note) for note in found.notes]
    return Section(
        "add-ons", title, tuple(lines), sources=asked.sources(found.edition.release), missing=missing
    )
