"""Answers as plain values, for `--format json`, the JSON API and the tools; fields are the attributes' names.

Decimals and dates are left as they are; `codegraph.render.jsonable` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from codegraph.answers.model import Answer
    from codegraph.billing.addons import AddOns
    from codegraph.billing.edits_model import Conflicts, PairEdits
    from codegraph.billing.limits import UnitLimit
    from codegraph.billing.modifiers.model import ModifierRule, ModifierUse
    from codegraph.billing.modifiers.sets import Exclusion
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.outpatient_claim import OutpatientClaim
    from codegraph.billing.price.model import Price, SessionPrice
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.billing_questions import BillingQuestions, Day
    from codegraph.changes.history import History
    from codegraph.comparison.model import Comparison
    from codegraph.crosswalk.differences import Differences
    from codegraph.describe import Description
    from codegraph.errors import NotLoaded
    from codegraph.mapping import Crosswalk
    from codegraph.mapping import Mapping as CodeMapping
    from codegraph.related import Related
    from codegraph.search.model import SearchResult
    from codegraph.suggest.model import Suggestion
    from codegraph.views import Code

LIMIT_SETTINGS: Final = ("practitioner", "outpatient", "dme")


def crosswalk(found: Crosswalk, shown: Sequence[CodeMapping]) -> dict[str, Any]:
    """Return a crosswalk with those of its mappings that are to be shown."""
    return {
        "code": str(found.source_code),
        "to": found.to,
        "note": found.note,
        "mappings": [_mapping(m) for m in shown],
        "combinations": [asdict(c) for c in found.combinations],
    }


def _mapping(m: CodeMapping) -> dict[str, Any]:
    return {
        "target": str(m.target),
        "label": m.target.label,
        "relation": m.relation,
        "predicate": m.predicate,
        "justification": m.justification,
        "confidence": m.confidence,
        "comment": m.comment,
        "combination": m.combination,
        "aside": m.aside,
        "beyond": list(m.beyond),
        "readings": list(m.readings),
        "path": [
            {"source": str(s.source_code), "target": str(s.target), "relation": s.relation} for s in m.path
        ],
        "mapping_set": m.mapping_set,
        "provenance": asdict(m.provenance),
        "facets": [asdict(f) for f in m.facets],
    }


def description(found: Description) -> dict[str, Any]:
    """Return everything known of a code."""
    return asdict(found)


def related(found: Iterable[Related]) -> list[dict[str, Any]]:
    """Return codes in some relation to a code."""
    return [asdict(each) for each in found]


def search(found: SearchResult) -> dict[str, Any]:
    """Return the codes that a text means, and how it was read."""
    return asdict(found)


def differences(found: Differences) -> dict[str, Any]:
    """Return two definitions side by side."""
    return {
        "first": found.first,
        "second": found.second,
        "relation": found.relation,
        "sentence": found.sentence,
        "differing": [facet.name for facet in found.differing],
        "facets": [{"name": facet.name, **asdict(facet)} for facet in found.facets],
    }


def comparison(found: Comparison) -> dict[str, Any]:
    """Return where a code stands among its peers, and who these are."""
    return {**asdict(found), "denominator": found.denominator}


def history(found: History) -> dict[str, Any]:
    """Return what became of a code over time."""
    return {"code": found.code.curie, "events": [asdict(event) for event in found], "notes": found.notes}


def codes(found: Iterable[Code]) -> list[dict[str, Any]]:
    """Return codes with their labels."""
    return [{"code": c.curie, "label": c.label, "status": c.status} for c in found]


def answer(found: Answer) -> dict[str, Any]:
    """Return an answer in words with what each sentence stands on."""
    return {**asdict(found), "text": found.text}


def suggestion(found: Suggestion) -> dict[str, Any]:
    """Return what a note may be coded as; what it leaves open also as a question."""
    return {**asdict(found), "left_open": [{**asdict(q), "question": str(q)} for q in found.left_open]}


def price(found: Price) -> dict[str, Any]:
    """Return a price with its arithmetic."""
    return _of_price(found, asdict(found))


def _of_price(found: Price, cells: dict[str, Any]) -> dict[str, Any]:
    return {"key": found.key, **cells, "place": {"key": found.place.key, **cells["place"]}}


def price_session(found: SessionPrice) -> dict[str, Any]:
    """Return the price of a session: each line with its price, rank and reduction."""
    shown = asdict(found)
    for line, cells in zip(found.lines, shown["lines"], strict=True):
        cells["line"]["key"] = line.line.key
        cells["price"] = _of_price(line.price, cells["price"])
    return shown


def price_spread(found: PriceSpread) -> dict[str, Any]:
    """Return the price in each locality."""
    return {**asdict(found), "key": found.key, "average_name": found.average_name}


def outpatient(found: OutpatientStatus) -> dict[str, Any]:
    """Return a code's place in hospital outpatient payment."""
    return {**asdict(found), "key": found.key}


def outpatient_claim(found: OutpatientClaim) -> dict[str, Any]:
    """Return what the lines of an outpatient claim are paid."""
    return asdict(found)


def add_ons(found: AddOns) -> dict[str, Any]:
    """Return the add-on edits of a code."""
    return {
        "code": found.code,
        "is_add_on": found.is_add_on,
        "types": found.types,
        "meaning": found.meaning,
        "contractor_decides": found.contractor_decides,
        "primaries": found.primaries,
        "add_ons": found.add_ons,
        "notes": found.notes,
        "edition": asdict(found.edition),
        "evidence": [asdict(row) for row in found.evidence],
    }


def edits(pair: PairEdits) -> dict[str, Any]:
    """Return the edits of a pair of codes: what is in force, and every episode."""
    other = pair.other_setting
    return {
        "first": pair.first,
        "second": pair.second,
        "setting": pair.setting,
        "on": pair.on,
        "sentence": pair.sentence,
        "column_one": pair.column_one,
        "column_two": pair.column_two,
        "indicator": pair.indicator,
        "meaning": pair.meaning,
        "rationale": pair.rationale,
        "ends": pair.ends,
        "in_force": pair.in_force and pair.in_force._asdict(),
        "other_setting": other
        and {
            "setting": other.setting,
            "release": other.release,
            "in_force": other.in_force and other.in_force._asdict(),
            "differs": other.differs,
        },
        "known": pair.known,
        "note": pair.note,
        "episodes": [row._asdict() for row in pair],
        "edition": asdict(pair.edition),
        "evidence": [asdict(row) for row in pair.evidence],
    }


def conflicts(found: Conflicts) -> dict[str, Any]:
    """Return all edits that name a code."""
    return {
        "code": found.code,
        "setting": found.setting,
        "on": found.on,
        "by_column": found.by_column,
        "by_indicator": found.by_indicator,
        "note": found.note,
        "episodes": [row._asdict() for row in found],
        "edition": asdict(found.edition),
    }


def unit_limits(
    kg: BillingQuestions, code: str, setting: str | None, *, on: Day = None, nearest: bool = False
) -> tuple[list[UnitLimit], dict[str, NotLoaded]]:
    """Return the unit limits of a code in one setting or in all, and why some are not there; raise if none is."""
    from codegraph.errors import NotLoaded

    found: list[UnitLimit] = []
    missing: dict[str, NotLoaded] = {}
    for each in (setting,) if setting else LIMIT_SETTINGS:
        try:
            found.append(kg.unit_limit(code, setting=each, on=on, nearest=nearest))
        except NotLoaded as error:
            missing[each] = error
    if not found:
        raise next(iter(missing.values()))
    return found, missing


def limits(found: Iterable[UnitLimit], missing: Mapping[str, NotLoaded]) -> dict[str, Any]:
    """Return unit limits, and the settings whose limits are not loaded."""
    return {
        "limits": [{**asdict(limit), "term": limit.term, "meaning": limit.meaning} for limit in found],
        "not_loaded": [{"setting": each, "reason": str(error)} for each, error in missing.items()],
    }


def chosen_rules(
    kg: BillingQuestions,
    code: str,
    modifier: str | None,
    *,
    everything: bool = False,
    on: Day = None,
    nearest: bool = False,
) -> tuple[str, tuple[str, ...], list[ModifierRule], tuple[Exclusion, ...]]:
    """Return a code, the modifiers named with it, the rules to show, and which modifiers exclude each other."""
    from codegraph.billing.lines import checked_modifiers, parse_line
    from codegraph.billing.modifiers.model import ModifierRule
    from codegraph.billing.modifiers.sets import exclusions

    line = parse_line(code)
    named = (*line.modifiers, *(checked_modifiers([modifier], line.code) if modifier else ()))
    rules = kg.modifiers(line, on=on, nearest=nearest)
    if named:
        known = {rule.modifier: rule for rule in rules}
        unknown = "codegraph has no rule for this modifier"
        chosen = [known.get(m) or ModifierRule(m, "", None, unknown) for m in named]
    else:
        chosen = [rule for rule in rules if everything or rule.applies is not False]
    return line.code, named, chosen, exclusions(line.modifiers)


def modifiers(code: str, rules: Iterable[ModifierRule], excluded: Iterable[Exclusion]) -> dict[str, Any]:
    """Return what modifiers do on a code."""
    found = [{**asdict(rule), "answer": rule.answer} for rule in rules]
    return {"code": code, "modifiers": found, "exclusions": [e._asdict() for e in excluded]}


def uses(found: Iterable[ModifierUse]) -> list[dict[str, Any]]:
    """Return the codes that a modifier applies to."""
    return [asdict(use) for use in found]
