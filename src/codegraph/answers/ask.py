"""From a question to its answer: understood, asked of the facade, said in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.answers import by_words, say_claim, say_codes, say_history, say_links, say_payment, say_rules
from codegraph.answers.bind import Unreadable
from codegraph.answers.entities import cleaned
from codegraph.answers.model import Answer, Sentence
from codegraph.answers.understand import Asked, understand
from codegraph.billing.counties import STATES
from codegraph.billing.editions import as_day
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode, UnknownTerm

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Say = Callable[["CodeGraph", Asked], list[Sentence]]
SAYS: Final[dict[str, Say]] = {
    "add-ons": say_rules.add_ons,
    "billable": say_codes.billable,
    "claim": say_claim.claim,
    "claim-of-lines": say_claim.claim,
    "claim-of-many": say_claim.claim,
    "closed-by": say_links.closed_by,
    "codes-for-diagnosis": say_links.codes_for_diagnosis,
    "codes-with-modifier": say_rules.codes_with_modifier,
    "conflicts": say_rules.conflicts,
    "crosswalk": say_links.crosswalk,
    "difference": say_links.difference,
    "edits": say_claim.edits_and_claim,
    "find": by_words.find,
    "factor": say_payment.factor,
    "gem": say_links.gem,
    "global": say_payment.global_period,
    "history": say_history.history,
    "indicated": say_links.indicated,
    "indications": say_links.indications,
    "laparoscopic": say_links.laparoscopic,
    "limits": say_rules.limits,
    "modifier": say_codes.modifier,
    "modifier-on-code": say_rules.modifier_on_code,
    "modifiers-of-code": say_rules.modifiers_of_code,
    "open": say_links.open_one,
    "outpatient": say_payment.outpatient,
    "place-of-service": say_codes.place_of_service,
    "price": say_payment.price,
    "rank": say_payment.rank,
    "related": say_links.related,
    "replaced?": say_history.replaced,
    "replaces": say_history.replaces,
    "revised-by": say_links.revised_by,
    "rvu": say_payment.rvu,
    "said-of": say_codes.said_of,
    "session": say_payment.session,
    "status-of-fees": say_payment.fee_status,
    "statuses": say_payment.statuses,
    "steps": say_codes.steps,
    "synonyms": say_codes.synonyms,
    "valid": say_codes.valid,
    "what": say_codes.what,
}
_READINGS: Final = 12


def ask(kg: CodeGraph, question: str, *, on: str | date | None = None) -> Answer:
    """Answer a question about codes, in sentences that each name the rows they stand on.

    `on` is the day for which the question is asked where it names none itself. A question that is not understood
    whole, that has several readings, or that nothing loaded answers, gets an answer without sentences that says so.
    Raises InvalidValue only for an `on` that is no day.
    """
    day = as_day(on)
    shown = cleaned(str(question))[:200]
    try:
        found = understand(kg, str(question), day.isoformat() if day else None)
    except Unreadable as unread:
        return _unread(shown, _leading_on(kg, unread, question))
    answers = [_answered(kg, shown, asked) for asked in found]
    return answers[0] if len(answers) == 1 else _both(shown, answers)


def _answered(kg: CodeGraph, shown: str, asked: Asked) -> Answer:
    """Return the answer to a question that was understood."""
    try:
        said = SAYS[asked.topic](kg, asked)
    except Unreadable as unread:
        return _unread(shown, unread)
    except InvalidValue as error:
        return _place(shown, asked, error)
    except (NotLoaded, UnknownCode, UnknownTerm, InvalidCode) as error:
        known = str(error)
        note = (
            known
            if not isinstance(error, NotLoaded) or known.startswith("not loaded")
            else f"not loaded: {known}"
        )
        return Answer(shown, asked.topic, understood=True, note=note, assumed=asked.assumed)
    return Answer(shown, asked.topic, tuple(said), understood=True, assumed=asked.assumed)


def _both(question: str, answers: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of a question as one; what a part lacks is its note."""
    notes = [a.note for a in answers if a.note]
    return Answer(
        question,
        " + ".join(str(a.topic) for a in answers),
        tuple(s for a in answers for s in a.sentences),
        tuple(r for a in answers for r in a.readings),
        understood=all(a.understood for a in answers),
        note="; ".join(notes) or None,
        assumed=tuple(dict.fromkeys(text for a in answers for text in a.assumed)),
    )


def _leading_on(kg: CodeGraph, unread: Unreadable, question: str) -> Unreadable:
    """Return a refusal with those readings only that can be understood, and are not the question itself."""
    if unread.understood:
        return unread
    kept = []
    for reading in unread.readings:
        try:
            understand(kg, reading, None)
        except Unreadable as again:
            if not again.understood or question in again.readings:
                continue
        kept.append(reading)
    return Unreadable(unread.note, kept)


def _unread(question: str, unread: Unreadable) -> Answer:
    readings = tuple(dict.fromkeys(unread.readings))
    return Answer(question, readings=readings, understood=unread.understood, note=unread.note)


def _names_state(place: str) -> bool:
    """Tell whether a place is named by its state, so that the localities near it are those of the state."""
    plain = place.upper()
    return any(re.search(rf"\b{state}\b", plain) for state in STATES.values())


def _place(question: str, asked: Asked, error: InvalidValue) -> Answer:
    """Return the answer where a place or value cannot be meant, or could be several."""
    if asked.place is None or not (" matches " in str(error) or _names_state(asked.place)):
        note = f"not understood: {error}"
        return Answer(question, asked.topic, note=note[:600])
    shown = error.candidates[:_READINGS]
    readings = tuple(question.replace(asked.place, f"locality {c.partition(' ')[0]}") for c in shown)
    rest = len(error.candidates) - len(shown)
    more = f"; {rest} more are not shown" if rest > 0 else ""
    has = "has" if " matches " in str(error) else "is none of the payment localities; near it are"
    note = f"{asked.place} {has} {len(error.candidates)} payment localities: {'; '.join(shown)}{more}"
    return Answer(question, asked.topic, readings=readings, understood=True, note=note)
