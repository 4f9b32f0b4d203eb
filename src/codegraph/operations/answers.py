"""Asking the graph with the parameters of an operation: each function takes them by name, gives plain values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from codegraph.errors import InvalidValue
from codegraph.operations import plain

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

_CODE: Final = re.compile(r"(?:[a-z]+:)?(?=\w*\d)\w{5}", re.IGNORECASE)


def code(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return everything known of a code."""
    return plain.description(kg.describe(asked["code"]))


def add_ons(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the add-on edits of a code."""
    return plain.add_ons(kg.add_ons(asked.pop("code"), **asked))


def compare(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return where a code stands among its peers."""
    among: list[str] | str | None = asked.pop("among", None) or None
    if among and len(among) == 1 and not _CODE.fullmatch(among[0]):
        among = among[0]  # the name of a group, or a range
    statuses = asked.pop("statuses", None) or ("A",)
    return plain.comparison(kg.compare(asked.pop("code"), among=among, statuses=statuses, **asked))


def differences(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return in what two codes' definitions differ."""
    return plain.differences(kg.differences(asked["first"], asked["second"]))


def history(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what became of a code from release to release."""
    return plain.history(kg.history(asked.pop("code"), **asked))


def codes(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the codes with some facets."""
    if not asked:
        raise InvalidValue("name what to look for: site, method, approach, condition or system")
    return plain.codes(kg.codes(**asked))


def crosswalk(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what a code maps to."""
    everything = asked.pop("all", False)
    found = kg.crosswalk(asked.pop("code"), **asked)
    return plain.crosswalk(found, [*found, *(found.aside if everything else ())])


def related(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return codes in some relation to a code."""
    return plain.related(kg.related(asked["code"]))


def price(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the price of a code."""
    return plain.price(kg.price(asked.pop("code"), asked.pop("modifiers", ()), **asked))


def price_session(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the price of a session."""
    return plain.price_session(kg.price_session(asked.pop("line"), **asked))


def price_spread(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the price in each locality."""
    return plain.price_spread(kg.price_spread(asked.pop("code"), asked.pop("modifiers", ()), **asked))


def check(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the verdicts on a claim."""
    from codegraph.claims.jsonl import own_claim
    from codegraph.claims.shown import as_json

    nearest = asked.pop("nearest", False)
    return as_json(kg.check(own_claim(asked), nearest=nearest))


def edits(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the edits of a pair."""
    return plain.edits(kg.edits(asked.pop("first"), asked.pop("second"), **asked))


def conflicts(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the conflicts of a code."""
    column = asked.pop("column", None)
    return plain.conflicts(kg.conflicts(asked.pop("code"), column=int(column) if column else None, **asked))


def limits(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the unit limits of a code."""
    code, setting = asked.pop("code"), asked.pop("setting", None)
    return plain.limits(*plain.unit_limits(kg, code, setting, **asked))


def modifiers(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what modifiers do on a code."""
    code, modifier = asked.pop("code"), asked.pop("modifier", None)
    everything = asked.pop("all", False)
    bare, _, rules, excluded = plain.chosen_rules(kg, code, modifier, everything=everything, **asked)
    return plain.modifiers(bare, rules, excluded)


def uses(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the codes that a modifier applies to."""
    return plain.uses(kg.codes_with_modifier(asked.pop("modifier"), **asked))


def outpatient(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return a code's place in outpatient payment."""
    return plain.outpatient(kg.outpatient(asked.pop("code"), **asked))


def outpatient_claim(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what the lines of an outpatient claim are paid."""
    return plain.outpatient_claim(kg.outpatient_claim(asked.pop("line"), **asked))


def ask(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the answer to a question in words."""
    return plain.answer(kg.ask(asked.pop("question"), **asked))


def search(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return the codes that a text means."""
    return plain.search(kg.search(asked.pop("text"), **asked))


def suggest(kg: CodeGraph, asked: dict[str, Any]) -> Any:  # noqa: ANN401
    """Return what a note may be coded as."""
    from codegraph.operations.safe import clean

    note = asked.pop("note")  # its answer has offsets: into a text without hidden characters
    return plain.suggestion(kg.suggest(clean(note, len(note)), **asked))
