"""What is to be minded in billing a code: modifiers, edits, unit limits, add-on codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import ADD_ON
from codegraph.page.asked import Asked, curie_of
from codegraph.page.model import Cell, Line, Section, SourceRef, Table, rest, row, said, sentence, table

if TYPE_CHECKING:
    from codegraph.billing.edits_model import Conflicts
    from codegraph.billing.evidence import Evidence
    from codegraph.billing.modifiers.model import ModifierRule
    from codegraph.billing.pairs import Episode

_FIRST: Final = 12  # edits that the page shows
_FEW: Final = 6  # modifiers with all that is said of them that stand open
_CODES: Final = 60  # codes in a row that the page shows
_SETTINGS: Final = {"practitioner": "practitioner", "outpatient": "outpatient hospital"}
_LIMITS: Final = {**_SETTINGS, "dme": "supplier of durable medical equipment"}
# Modifiers that people look for: where they do not apply, the page says so and why.
_LOOKED_FOR: Final = ("26", "TC", "50", "51", "62", "66", "80", "LT", "RT", "59")
_RULE: Final = ("modifier", "name", "when to use it", "why", "effect on payment")


def modifiers(asked: Asked) -> Section:
    """Return which modifiers the code takes, with when to use each and what it does to payment."""
    rules, missing, absent = asked.attempt(asked.kg.modifiers, asked.code.notation)
    title = "Modifiers"
    if rules is None:
        return Section("modifiers", title, tuple(map(said, absent)), missing=missing)
    takes = [r for r in rules if r.applies]
    allowed = [r for r in takes if r.evidence]
    lines = (Line("its indicators allow", tuple(map(_named, allowed))),) if allowed else ()
    by_reason = (
        ("Modifiers that its indicators allow", allowed, len(allowed) > _FEW),
        ("Modifiers that go with the case, not with the code", [r for r in takes if not r.evidence], True),
        (
            "Modifiers that depend on what the code does not tell",
            [r for r in rules if r.applies is None],
            True,
        ),
    )
    tables = [_rule_table(caption, chosen, folded=folded) for caption, chosen, folded in by_reason if chosen]
    refused = [r for r in rules if r.applies is False]
    shown = sorted(
        (r for r in refused if r.modifier in _LOOKED_FOR), key=lambda r: _LOOKED_FOR.index(r.modifier)
    )
    if shown:
        tables.append(_refused(asked, shown, len(refused)))
    sources = _evidence(asked, (e for r in rules for e in r.evidence)) or asked.sources(asked.packaged)
    return Section("modifiers", title, lines, tuple(tables), sources=sources, missing=missing)


def _named(rule: ModifierRule) -> Cell:
    return Cell(rule.modifier, target=f"modifier:{rule.modifier}")


def _rule_table(caption: str, rules: Iterable[ModifierRule], *, folded: bool) -> Table:
    """Return modifiers with their rules; those of which all the same is said (the fingers) share a row."""
    alike: dict[tuple[str, str, str], list[ModifierRule]] = {}
    for r in rules:
        when = _sentences(r.condition and f"If {r.condition}", *r.when)
        alike.setdefault((when, r.reason, " ".join(r.payment)), []).append(r)
    rows = [
        row(
            _named(same[0]) if len(same) == 1 else ", ".join(r.modifier for r in same),
            "; ".join(r.label for r in same),
            *words,
        )
        for words, same in alike.items()
    ]
    return table(caption, _RULE, rows, folded=folded)


def _refused(asked: Asked, shown: list[ModifierRule], of: int) -> Table:
    rows = [row(_named(r), r.label, r.reason) for r in shown]
    more = rest(len(rows), of, f"codegraph modifiers {asked.code.notation} --all")
    return table("Modifiers that do not apply", ("modifier", "name", "why not"), rows, folded=True, more=more)


def _sentences(*texts: str | None) -> str:
    return " ".join(t if t.endswith(".") else f"{t}." for t in texts if t)


def _evidence(asked: Asked, rows: Iterable[Evidence]) -> tuple[SourceRef, ...]:
    return asked.sources(*(e.provenance.release for e in rows))


def conflicts(asked: Asked) -> Section:
    """Return how many NCCI edits in force name the code, on which side, and the first of them."""
    found: dict[str, Conflicts] = {}
    missing: dict[str, None] = {}
    lines: list[Line] = []
    for setting, words in _SETTINGS.items():
        held, why, _ = asked.attempt(asked.kg.conflicts, asked.code.notation, setting=setting)
        missing |= dict.fromkeys(why)
        if held is not None:
            found[setting] = held
            lines.append(Line(words, (Cell(_counted(held)),)))
    told = (held.note for held in found.values() if held.note and held.episodes)
    notes = dict.fromkeys(note for text in told for note in text.split("; "))
    lines += [said(sentence(note)) for note in notes]
    tables = [_pairs(asked, found)] if any(found.values()) else []
    if tables:
        lines.append(said(_MEANING))
    return Section(
        "conflicts",
        "Edits: what is not paid beside it",
        tuple(lines),
        tuple(tables),
        None,
        asked.sources(*(held.edition.release for held in found.values())),
        tuple(missing),
    )


_MEANING: Final = (
    "Of a pair, the code in column one is paid. With indicator 1 both are paid where the record shows distinct "
    "services and a modifier says so; with indicator 0 never."
)


def _counted(found: Conflicts) -> str:
    columns, indicators = found.by_column, found.by_indicator
    if not found.episodes:
        return f"no edit in force names it ({found.edition.release})"
    return (
        f"{len(found):,} edits in force: {columns.get(1, 0):,} in which it is paid (column one), "
        f"{columns.get(2, 0):,} in which it is not (column two); {indicators.get('1', 0):,} can be lifted by a "
        f"modifier (indicator 1), {indicators.get('0', 0):,} cannot (indicator 0)"
    )


_EDIT: Final = (
    "other code",
    "label",
    "which is paid",
    "practitioner",
    "outpatient hospital",
    "reason that CMS gives",
)


def _pairs(asked: Asked, found: dict[str, Conflicts]) -> Table:
    """Return the first edits of either setting: where the code is not paid first, then those that nothing lifts."""
    held: dict[_Key, dict[str, Episode]] = {}
    for setting, some in found.items():
        for episode in _first(some):
            held.setdefault((some.column(episode), some.partner(episode)), {})[setting] = episode
    first = sorted(
        held.items(), key=lambda kv: (-kv[0][0], min(e.indicator for e in kv[1].values()), kv[0][1])
    )[:_FIRST]
    labels = asked.labelled(curie_of(partner) for (_, partner), _ in first)
    rows = []
    for key, by_setting in first:
        column, partner = key
        curie = curie_of(partner)
        episodes = {s: by_setting.get(s) or _of(some, key) for s, some in found.items()}
        signs = [e.indicator if (e := episodes.get(s)) else "no edit" for s in _SETTINGS]
        reasons = "; ".join(dict.fromkeys(e.rationale for e in episodes.values() if e))
        paid = asked.code.notation if column == 1 else partner
        rows.append(row(Cell(partner, target=curie), labels.get(curie), paid, *signs, reasons))
    pairs = len({e[:2] for some in found.values() for e in some})
    command = f"codegraph edits {asked.code.notation} --limit {pairs}"
    asking = f"question:Which codes conflict with {asked.code.notation}?"
    caption = "Edits in force, with the modifier indicator in each setting"
    return table(caption, _EDIT, rows, more=rest(len(rows), pairs, command, asking))


_Key = tuple[int, str]  # the code's own column, the other code


def _first(found: Conflicts) -> Iterator[Episode]:
    """Yield the first edits of a setting; those of a column and an indicator come sorted by the other code."""
    one = [e for e in found if e.column_one == found.code]
    two = [e for e in found if e.column_one != found.code]
    ordered = (e for some in (two, one) for sign in "01" for e in some if e.indicator == sign)
    return islice(ordered, _FIRST)


def _of(found: Conflicts, key: _Key) -> Episode | None:
    """Return the edit of a setting with a code in a column, None where it has none."""
    column, partner = key
    pair = (found.code, partner) if column == 1 else (partner, found.code)
    return next((e for e in found if e[:2] == pair), None)


_LIMIT: Final = (
    "setting",
    "units",
    "MAI",
    "what is counted, and what more units need",
    "reason that CMS gives",
)


def unit_limit(asked: Asked) -> Section:
    """Return the most units that are ordinarily paid, by setting, with the adjudication indicator (MAI)."""
    lines: list[Line] = []
    rows = []
    missing: dict[str, None] = {}
    releases: list[str] = []
    settings = _LIMITS if asked.code.system == "hcpcs" else _SETTINGS
    for setting, words in settings.items():
        found, why, _ = asked.attempt(asked.kg.unit_limit, asked.code.notation, setting=setting)
        missing |= dict.fromkeys(why)
        if found is None:
            continue
        releases.append(found.edition.release)
        if found.units is not None:
            rows.append(row(words, found.units, found.adjudication, found.meaning, found.rationale))
        lines += [Line(words, (Cell(found.note),))] if found.note else []
    tables = [table("Units of a day or a line, at most", _LIMIT, rows, (1,))] if rows else []
    if rows:
        lines.append(said("MAI is the adjudication indicator of the medically unlikely edit."))
    return Section(
        "unit-limit",
        "Unit limit (MUE)",
        tuple(lines),
        tuple(tables),
        sources=asked.sources(*releases),
        missing=tuple(missing),
    )


def add_ons(asked: Asked) -> Section:
    """Return the primaries of an add-on code, and the add-on codes that a primary carries."""
    found, missing, absent = asked.attempt(asked.kg.add_ons, asked.code.notation)
    title = "Add-on codes"
    if found is None:
        sources = asked.sources(asked.edition(ADD_ON))
        return Section("add-ons", title, tuple(map(said, absent)), sources=sources, missing=missing)
    lines = [Line("is an add-on code", (Cell(found.meaning),))] if found.meaning else []
    tables = []
    for caption, codes in (
        ("Primary codes that it is reported with", found.primaries),
        ("Add-on codes that it carries", found.add_ons),
    ):
        if codes:
            tables.append(_listed(asked, caption, codes))
    lines += [said(sentence(note)) for note in found.notes]
    return Section(
        "add-ons",
        title,
        tuple(lines),
        tuple(tables),
        sources=asked.sources(found.edition.release),
        missing=missing,
    )


def _listed(asked: Asked, caption: str, codes: tuple[str, ...]) -> Table:
    labels = asked.labelled(curie_of(c) for c in codes[:_CODES])
    rows = [row(Cell(c, target=curie_of(c)), labels.get(curie_of(c))) for c in codes[:_CODES]]
    more = rest(len(rows), len(codes), f"codegraph addons {asked.code.notation}")
    return table(caption, ("code", "label"), rows, folded=len(rows) > _FIRST, more=more)
