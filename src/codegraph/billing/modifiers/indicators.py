"""What each payment indicator of the fee schedule says of modifiers, as tables.

Source of the indicators: the record layout of the Medicare physician fee schedule database (Medicare Claims
Processing Manual, Pub. 100-04, chapter 23, addendum), and for their rules chapter 12, sections 20.4 and 40.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from codegraph.billing.modifiers.facts import Facts, Verdict
from codegraph.billing.modifiers.sets import ASSISTANT, PHYSICIAN_ASSISTANT, SIDES

_PAPERS: Final = "the claim shows by documentation that it was medically necessary"
_NO_CONCEPT: Final = Verdict(False, "the concept does not apply to this code")


class Indicator(NamedTuple):
    """A column of the fee schedule: its field, what it is called, and the verdict for each of its values."""

    field: str
    title: str
    verdicts: dict[str, Verdict]


BILATERAL: Final = Indicator(
    "bilateral",
    "bilateral indicator",
    {
        "0": Verdict(
            False,
            "no adjustment for two sides: the part of the body is single, or the code means one side and another "
            "code means both",
        ),
        "1": Verdict(
            True, "both sides are paid 150 percent of one", "done on both sides in one session", "1.5"
        ),
        "2": Verdict(False, "the relative values already stand for both sides"),
        "3": Verdict(True, "each side is paid in full", "done on both sides in one session", "2"),
        "9": _NO_CONCEPT,
    },
)
SIDE: Final = Indicator(
    "bilateral",
    "bilateral indicator",
    {
        "0": Verdict(
            None,
            "either the part of the body is single, or the code means one side: then the side can be told",
        ),
        "1": Verdict(True, "the part of the body has two sides", "done on this side alone"),
        "2": Verdict(
            None,
            "the relative values stand for both sides; one side is told only where the code leaves it open",
        ),
        "3": Verdict(True, "the part of the body has two sides", "done on this side alone"),
        "9": Verdict(
            None, "the fee schedule has no bilateral concept for this code; items for one side take it"
        ),
    },
)
MULTIPLE: Final = Indicator(
    "multiple_procedure",
    "multiple procedure indicator",
    {
        "0": Verdict(False, "no reduction when there are several procedures"),
        "2": Verdict(
            True,
            "the reduction to 50 percent for the second and further procedures",
            "a procedure with a higher fee was done in the same session; contractors rank the lines themselves",
        ),
        "3": Verdict(
            True,
            "the reduction of endoscopies of one family to what exceeds their base",
            "a procedure with a higher fee was done in the same session; contractors rank the lines themselves",
        ),
        "4": Verdict(None, "imaging of one session is reduced without regard to the modifier"),
        "5": Verdict(None, "practice expense of therapy is reduced without regard to the modifier"),
        "6": Verdict(
            None, "the technical part of cardiovascular tests is reduced without regard to the modifier"
        ),
        "7": Verdict(None, "the technical part of eye tests is reduced without regard to the modifier"),
        "9": _NO_CONCEPT,
    },
)
ASSISTED: Final = Indicator(
    "assistant",
    "assistant at surgery indicator",
    {
        "0": Verdict(True, "an assistant is paid only for documented need", _PAPERS),
        "1": Verdict(False, "by law an assistant at surgery is not paid"),
        "2": Verdict(True, "an assistant at surgery may be paid"),
        "9": _NO_CONCEPT,
    },
)
CO_SURGEON: Final = Indicator(
    "cosurgeon",
    "co-surgeon indicator",
    {
        "0": Verdict(False, "two surgeons are not paid for this procedure"),
        "1": Verdict(
            True,
            "two surgeons may be paid for documented need",
            f"two surgeons each did a distinct part, and {_PAPERS}",
            "0.625",
        ),
        "2": Verdict(
            True,
            "two surgeons of different specialties are paid without further documentation",
            "two surgeons of different specialties each did a distinct part",
            "0.625",
        ),
        "9": _NO_CONCEPT,
    },
)
TEAM: Final = Indicator(
    "team",
    "team surgery indicator",
    {
        "0": Verdict(False, "a team of surgeons is not paid for this procedure"),
        "1": Verdict(
            True,
            "a team may be paid for documented need; the contractor sets the amount",
            f"more than two surgeons operated, and {_PAPERS}",
        ),
        "2": Verdict(
            True,
            "a team is paid; the contractor sets the amount by report",
            "more than two surgeons operated together",
        ),
        "9": _NO_CONCEPT,
    },
)
_WHOLE: Final = "the code is not split into a professional and a technical part"
PROFESSIONAL: Final = Indicator(
    "pctc",
    "PC/TC indicator",
    {
        "0": Verdict(False, f"{_WHOLE}: it is a physician's service"),
        "1": Verdict(
            True,
            "the code is split into a professional and a technical part",
            "someone else did the technical part",
        ),
        "2": Verdict(False, "the code already is the professional part alone"),
        "3": Verdict(False, "the code already is the technical part alone"),
        "4": Verdict(False, "the code is both parts together; each part has a code of its own"),
        "5": Verdict(False, f"{_WHOLE}: it is incident to a physician's service"),
        "6": Verdict(
            True,
            "a laboratory physician's interpretation is paid apart from the test",
            "a physician interpreted the test in writing",
        ),
        "7": Verdict(False, f"{_WHOLE}: it is a therapist's service"),
        "8": Verdict(False, "the code already is the interpretation of a laboratory test"),
        "9": _NO_CONCEPT,
    },
)
TECHNICAL: Final = Indicator(
    "pctc",
    "PC/TC indicator",
    {
        **PROFESSIONAL.verdicts,
        "1": Verdict(
            True,
            "the code is split into a professional and a technical part",
            "someone else did the interpretation",
        ),
        "6": Verdict(False, "the test itself is paid under the laboratory fee schedule"),
    },
)

INDICATORS: Final[dict[str, Indicator]] = {
    "26": PROFESSIONAL,
    "50": BILATERAL,
    "51": MULTIPLE,
    "62": CO_SURGEON,
    "66": TEAM,
    **dict.fromkeys(ASSISTANT, ASSISTED),
    **dict.fromkeys(SIDES, SIDE),
    "TC": TECHNICAL,
}
# Social Security Act, section 1848(i)(2)(B); 42 CFR 414.52; Claims Processing Manual chapter 12, section 20.4.3.
_ASSISTANT_RATES: Final = {**dict.fromkeys(PHYSICIAN_ASSISTANT, "0.16"), "AS": "0.136"}
NOT_ON_VISITS: Final = frozenset(("50", "51", "62", "66", *ASSISTANT, *SIDES))
_ASSISTANT_ALSO: Final = {
    "81": "the help was for a small part of the operation",
    "82": "a teaching hospital had no qualified resident free",
    "AS": "the assistant was a physician assistant, nurse practitioner or clinical nurse specialist",
}


def by_indicator(facts: Facts, modifier: str) -> Verdict:
    """Return what the indicator that governs a modifier says of a code."""
    if facts.visit and modifier in NOT_ON_VISITS:
        return Verdict(False, "a visit; this modifier is for procedures")
    unanswered = facts.unscheduled()
    if unanswered is not None:
        return unanswered
    indicator = INDICATORS[modifier]
    # A laboratory test has its PC/TC indicator in its row with 26 only.
    row = facts.rows.get(modifier) or facts.row
    value = getattr(row, indicator.field)
    evidence = (facts.cell(indicator.field, indicator.title, row),)
    said = indicator.verdicts.get(value)
    if said is None:
        return Verdict(None, f"{indicator.title} {value!r} has no known meaning", evidence=evidence)
    said = _refined(facts, modifier, said)
    return said._replace(reason=f"{indicator.title} {value}: {said.reason}", evidence=evidence)


def _refined(facts: Facts, modifier: str, said: Verdict) -> Verdict:
    """Return a verdict with what else is known of the code: an add-on, a site without sides."""
    if modifier == "51" and facts.row is not None and facts.row.global_period == "ZZZ":
        return Verdict(False, "an add-on code (global period ZZZ), which never takes 51")
    if modifier in SIDES and said.applies is None and facts.denotes_unpaired:
        return Verdict(False, "the procedure acts on a part of the body that has no sides")
    return of_modifier(modifier, said)


def of_modifier(modifier: str, said: Verdict) -> Verdict:
    """Return a verdict of an indicator in the case of one modifier: assistants differ in rate and condition."""
    if modifier not in _ASSISTANT_RATES or not said.applies:
        return said
    also = [text for text in (said.condition, _ASSISTANT_ALSO.get(modifier)) if text]
    return said._replace(condition=", and ".join(also) or None, rate=_ASSISTANT_RATES[modifier])
