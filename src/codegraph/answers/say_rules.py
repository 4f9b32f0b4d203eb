"""Sentences about billing rules: modifiers on a code, NCCI edits, unit limits, add-on codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.bind import Unreadable
from codegraph.answers.model import Ground, Sentence
from codegraph.answers.say_codes import bare, call, ended
from codegraph.billing.modifiers.sets import DISTINCT
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.answers.understand import Asked
    from codegraph.billing.edits_model import PairEdits
    from codegraph.billing.modifiers.model import ModifierRule
    from codegraph.graph import CodeGraph

SHOWN: Final = 20
_ENTRY: Final = "cg:FeeScheduleEntry"
_GLOBAL: Final = "cg:globalPeriod"
_ZZZ: Final = "global-period:ZZZ"
_VERDICTS: Final = {
    True: "may be used on",
    False: "may not be used on",
    None: "is not decided by the code alone for",
}


def listed(codes: Iterable[str], shown: int = SHOWN) -> str:
    """Return codes joined, a long list cut, which it says."""
    names = list(dict.fromkeys(bare(c) if ":" in c else c for c in codes))
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")


def cut(codes: Iterable[str], shown: int = SHOWN) -> Ground:
    """Return the counts behind a list of codes."""
    names = set(codes)
    return grounds.computed(count=len(names), more=max(len(names) - shown, 0))


def modifier_on_code(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether modifiers may stand on a code, why, under which condition and with which payment."""
    line = asked.lines[0].partition("-")[0]
    rules = {rule.modifier: rule for rule in kg.modifiers(line, on=asked.day)}
    how = call("modifiers", line, on=asked.day)
    said: list[Sentence] = []
    for modifier in asked.modifiers:
        rule = rules.get(modifier)
        if rule is None:
            none = (grounds.sought(line, f"modifier {modifier}"),)
            said.append(
                Sentence(f"No rule tells whether modifier {modifier} may be used on {line}.", none, how)
            )
        else:
            said += _of_rule(kg, line, rule, how)
    return said


def _of_rule(kg: CodeGraph, line: str, rule: ModifierRule, how: str) -> list[Sentence]:
    stated = grounds.computed(modifier=rule.modifier, code=line, reason=rule.reason)
    rows = (stated, *grounds.of(kg, rule.evidence))
    verdict = _VERDICTS[rule.applies] if rule.loaded else "is not decided by what is loaded for"
    text = f"Modifier {rule.modifier} ({rule.label}) {verdict} {line}: {ended(rule.reason)}"
    said = [
        Sentence(
            text, (*rows, grounds.triple(kg, f"modifier:{rule.modifier}", "skos:prefLabel", rule.label)), how
        )
    ]
    if rule.applies is False:
        return said
    curie = f"modifier:{rule.modifier}"
    if rule.condition:
        stated = grounds.computed(modifier=rule.modifier, condition=rule.condition)
        said.append(Sentence(f"Condition: {ended(rule.condition)}", (stated, *rows), how))
    return said + [
        Sentence(f"Payment: {ended(value)}", (grounds.triple(kg, curie, "cg:paymentEffect", value),), how)
        for value in rule.payment
    ]


def modifiers_of_code(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which modifiers a code takes, and which it depends on."""
    line = asked.lines[0].partition("-")[0]
    rules = kg.modifiers(line, on=asked.day)
    how = call("modifiers", line, on=asked.day)
    said = []
    for applies, lead in (
        (True, "These modifiers may be used on"),
        (None, "The code alone does not decide on"),
    ):
        of = [r for r in rules if r.applies is applies]
        if not of:
            continue
        rows = dict.fromkeys(g for r in of for g in grounds.of(kg, r.evidence))
        stated = tuple(grounds.computed(modifier=r.modifier, code=line, reason=r.reason) for r in of)
        where = f" {line}: " if applies else f" these for {line}: "
        said.append(Sentence(f"{lead}{where}{', '.join(r.modifier for r in of)}.", (*stated, *rows), how))
    return said


def codes_with_modifier(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes take a modifier."""
    modifier = asked.modifiers[0]
    uses = kg.codes_with_modifier(modifier, on=asked.day)
    how = call("codes_with_modifier", modifier, on=asked.day)
    codes = [use.code for use in uses]
    if not codes:
        none = (grounds.sought(f"modifier:{modifier}", "codes"),)
        return [Sentence(f"Modifier {modifier} applies to no loaded code.", none, how)]
    rows = tuple(dict.fromkeys(g for use in uses[:SHOWN] for g in grounds.of(kg, use.evidence)))
    stated = grounds.computed(modifier=modifier, codes=" ".join(codes[:SHOWN]))
    text = f"Modifier {modifier} may be used on {listed(codes)} ({len(codes)} codes of those loaded)."
    return [Sentence(text, (stated, *rows, cut(codes)), how)]


def edits(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether an NCCI edit pairs two codes, and what a modifier changes."""
    if others := sorted(set(asked.modifiers) - DISTINCT):
        raise Unreadable(
            f"not understood: what modifier {', '.join(others)} has to do with edits, which it does not lift"
        )
    first, second = (line.partition("-")[0] for line in asked.lines)
    setting = asked.setting or "practitioner"
    found = kg.edits(first, second, on=asked.day, setting=setting)
    if not found.known:
        raise NotLoaded(
            f"not loaded: the whole of {found.edition.title} ({found.edition.release} is an excerpt)"
        )
    how = call("edits", first, second, on=asked.day, setting=setting)
    rows = grounds.of(kg, found.evidence)
    edition = grounds.row(
        kg,
        "ptp",
        found.provenance,
        (("first", first), ("second", second), ("on", found.on), ("note", found.note)),
    )
    meaning = grounds.computed(sentence=found.meaning or "", indicator=found.indicator or "")
    said = [
        Sentence(
            f"{found.sentence.rstrip('.')} ({grounds.edition(kg, found.edition.release)}).",
            (*rows, edition, meaning),
            how,
        )
    ]
    if found.indicator is not None:
        text = f"The modifier indicator is {found.indicator}."
        said.append(Sentence(text, (*rows, meaning), how))
        said += _lifted(asked, found, how, (*rows, meaning))
    if found.in_force is None:
        said += [
            Sentence(
                f"An edit was in force from {e.effective or 'a day that is not told'} to {e.deleted}: "
                f"{e.column_two} was "
                f"not paid beside {e.column_one}, indicator {e.indicator}.",
                rows,
                how,
            )
            for e in found.episodes
            if e.deleted and e.indicator != "9"
        ]
    said += _carried(kg, asked, first, second)
    if (other := found.other_setting) and other.differs:
        ground = grounds.computed(setting=other.setting, release=other.release)
        said.append(Sentence(f"The {other.setting} edits ({other.release}) differ.", (ground,), how))
    return said


def _carried(kg: CodeGraph, asked: Asked, first: str, second: str) -> list[Sentence]:
    """Say of an add-on code whether the other code is among its primary codes."""
    said = []
    for add_on, other in ((first, second), (second, first)):
        try:
            found = kg.add_ons(add_on, on=asked.day)
        except NotLoaded:
            continue
        if not found.is_add_on or not found.primaries:
            continue
        is_there = any(bare(code) == other or code == other for code in found.primaries)
        verb = "is" if is_there else "is not"
        text = f"{add_on} is an add-on code: {other} {verb} among its primary codes"
        text += "." if is_there else f" ({listed(found.primaries)})."
        source = grounds.row(kg, "addon", found.provenance, (("code", add_on), ("other", other)))
        rows = (*grounds.of(kg, found.evidence), source, cut(found.primaries))
        said.append(Sentence(text, rows, call("add_ons", add_on, on=asked.day)))
    return said


def _lifted(asked: Asked, found: PairEdits, how: str, rows: tuple[Ground, ...]) -> list[Sentence]:
    """Say what the modifiers of the question do to an edit in force."""
    said = []
    for modifier in asked.modifiers:
        known = grounds.computed(modifier=modifier, associated=True)
        if found.indicator == "0":
            text = f"Modifier {modifier} does not lift this edit: no modifier does."
        else:
            text = f"Modifier {modifier} may lift this edit where the record shows that it applies."
        said.append(Sentence(text, (*rows, known), how))
    return said


def conflicts(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say with which codes a code has an edit in force, by its side and the indicator."""
    line = asked.lines[0].partition("-")[0]
    setting = asked.setting or "practitioner"
    found = kg.conflicts(line, on=asked.day, setting=setting)
    how = call("conflicts", line, on=asked.day, setting=setting)
    source = grounds.row(
        kg, "ptp", found.provenance, (("code", line), ("on", found.on), ("edits", len(found)))
    )
    day = f" on {found.on}" if found.on else ""
    text = f"{len(found)} {setting} edits of {line} are in force{day} ({grounds.edition(kg, found.edition.release)})."
    said = [Sentence(text, (source,), how)]
    for column, words in ((1, "column one (paid) beside"), (2, "column two (not paid) beside")):
        for indicator, lifts in (
            ("0", "no modifier lifts the edit"),
            ("1", "an NCCI modifier may lift the edit"),
        ):
            of = [e for e in found if int(found.column(e)) == column and e.indicator == indicator]
            partners = sorted(found.partner(e) for e in of)
            if not partners:
                continue
            shown = grounds.row(kg, "ptp", found.provenance, [("code", p) for p in (line, *partners)])
            text = f"It is {words} {listed(partners)}: indicator {indicator}, {lifts}."
            said.append(Sentence(text, (shown, grounds.computed(indicator=indicator), cut(partners)), how))
    return said


def limits(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say how many units of a code are payable, and how they are counted."""
    line = asked.lines[0].partition("-")[0]
    setting = asked.setting or "practitioner"
    found = kg.unit_limit(line, on=asked.day, setting=setting)
    how = call("unit_limit", line, on=asked.day, setting=setting)
    rows = grounds.of(kg, (found.evidence,)) if found.evidence else ()
    said_so = grounds.computed(
        code=line, release=found.edition.release, note=found.note or "", meaning=found.meaning or ""
    )
    if found.units is None:
        return [Sentence(ended(str(found.note)[0].upper() + str(found.note)[1:]), (*rows, said_so), how)]
    unit = "unit" if found.units == 1 else "units"
    where = f"({setting}; {grounds.edition(kg, found.edition.release)})"
    text = f"The medically unlikely edit of {line} is {found.units} {unit} {where}."
    said = [Sentence(text, (*rows, said_so), how)]
    counted = f"Adjudication indicator {found.adjudication}: {ended(str(found.meaning))}"
    said.append(Sentence(counted, (*rows, said_so), how))
    wanted = asked.units or (2 if "twice" in asked.words else None)
    if wanted:
        verb = "exceed" if wanted > found.units else "do not exceed"
        text = f"{wanted} units {verb} it."
        said.append(Sentence(text, (*rows, grounds.computed(asked=wanted)), how))
    return said


def _no_add_on(kg: CodeGraph, line: str, rows: tuple[Ground, ...], where: str, how: str) -> Sentence:
    """Say that a code is not listed as an add-on code; where its global period says that it is one, that too."""
    entries = [e for e in kg.describe(line).entries if e.kind == _ENTRY and e.value(_GLOBAL) == _ZZZ]
    if not entries:
        return Sentence(f"{line} is not an add-on code {where}.", rows, how)
    newest = entries[-1]
    ground = grounds.triple(kg, newest.iri, _GLOBAL, _ZZZ, newest.release)
    text = f"{line} has no row {where}, but its global period is ZZZ ({newest.release}): it goes with another service."
    return Sentence(text, (*rows, ground, grounds.computed(code=line)), how)


def add_ons(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether a code is an add-on code, with its primary codes, and which add-on codes it carries."""
    line = asked.lines[0].partition("-")[0]
    found = kg.add_ons(line, on=asked.day)
    how = call("add_ons", line, on=asked.day)
    rows = grounds.of(kg, found.evidence)
    source = grounds.row(kg, "addon", found.provenance, (("code", line), ("types", " ".join(found.types))))
    meaning = grounds.computed(meaning=found.meaning or "")
    release = f" ({grounds.edition(kg, found.edition.release)})"
    said = []
    if found.is_add_on:
        types = ", ".join(found.types)
        text = f"{line} is an add-on code of type {types}{release}: {ended(str(found.meaning))}"
        said.append(Sentence(text, (*rows, source, meaning), how))
    else:
        said.append(_no_add_on(kg, line, (*rows, source), f"in the NCCI add-on edits{release}", how))
    for codes, lead in (
        (found.primaries, "Its primary codes: "),
        (found.add_ons, "Add-on codes that it carries: "),
    ):
        if codes:
            said.append(Sentence(f"{lead}{listed(codes)}.", (*rows, source, cut(codes)), how))
    return said
