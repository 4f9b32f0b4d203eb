"""What modifiers do to the amount of a single line: tables from an indicator of the row to a factor and its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.modifiers.sets import ANATOMIC, ANESTHESIA, DISTINCT, PHYSICIAN_ASSISTANT, exclusions
from codegraph.billing.price.status import GLOBAL_PERIODS
from codegraph.errors import InvalidValue

if TYPE_CHECKING:
    from codegraph.billing.evidence import Evidence
    from codegraph.billing.price.draft import Draft
    from codegraph.sources.pfs_entries import RelativeValue

_MANUAL: Final = "Medicare Claims Processing Manual, Pub. 100-04, chapter 12, section"
BILATERAL_RULE: Final = f"{_MANUAL} 40.7"
ASSISTANT_RULE: Final = f"Social Security Act, section 1848(i)(2); {_MANUAL} 20.4.3"
AS_RULE: Final = f"Social Security Act, section 1833(a)(1)(O); {_MANUAL} 110.2: 85 % of 16 %"
COSURGEON_RULE: Final = f"{_MANUAL} 40.8"
GLOBAL_RULE: Final = f"{_MANUAL} 40.4"
UNUSUAL_RULE: Final = f"{_MANUAL} 20.4.6"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a modifier does: a factor of the amount, or None with `text` as the reason why there is no price.

    `review` is what the contractor wants to see before it pays.
    """

    factor: Decimal | None
    text: str
    rule: str
    review: str | None = None


_ONE: Final = Decimal(1)
_DOCUMENTED: Final = "review: paid only with documentation that it was medically necessary"


def _assistant(factor: str, who: str, rule: str) -> dict[str, Effect]:
    paid = Effect(Decimal(factor), who, rule)
    return {
        "0": Effect(paid.factor, who, rule, f"{_DOCUMENTED} (assistant indicator 0)"),
        "1": Effect(None, "assistant not payable (assistant indicator 1)", rule),
        "2": paid,
        "9": Effect(None, "the concept of an assistant does not apply to this code (indicator 9)", rule),
    }


# A modifier -> the column of the row that rules it, and what each indicator there means.
BY_INDICATOR: Final[Mapping[str, tuple[str, Mapping[str, Effect]]]] = {
    "50": (
        "bilateral",
        {
            "0": Effect(_ONE, "bilateral indicator 0: both sides pay 100 % of one", BILATERAL_RULE),
            "1": Effect(Decimal("1.5"), "bilateral indicator 1: 150 %", BILATERAL_RULE),
            "2": Effect(_ONE, "bilateral indicator 2: the values are for both sides already", BILATERAL_RULE),
            "3": Effect(Decimal(2), "bilateral indicator 3: each side pays 100 %", BILATERAL_RULE),
            "9": Effect(
                None, "50 is no valid modifier for this code (bilateral indicator 9)", BILATERAL_RULE
            ),
        },
    ),
    "80": ("assistant", _assistant("0.16", "assistant at surgery: 16 %", ASSISTANT_RULE)),
    "81": ("assistant", _assistant("0.16", "minimum assistant at surgery: 16 %", ASSISTANT_RULE)),
    "82": (
        "assistant",
        _assistant("0.16", "assistant at surgery, no qualified resident available: 16 %", ASSISTANT_RULE),
    ),
    "AS": (
        "assistant",
        _assistant(
            "0.136", "physician assistant, nurse practitioner or specialist assisting: 13.6 %", AS_RULE
        ),
    ),
    "62": (
        "cosurgeon",
        {
            "0": Effect(None, "co-surgeons not permitted (co-surgeon indicator 0)", COSURGEON_RULE),
            "1": Effect(
                Decimal("0.625"),
                "co-surgeon: 62.5 % for each of the two",
                COSURGEON_RULE,
                f"{_DOCUMENTED} (co-surgeon indicator 1)",
            ),
            "2": Effect(Decimal("0.625"), "co-surgeon: 62.5 % for each of the two", COSURGEON_RULE),
            "9": Effect(None, "the concept of co-surgeons does not apply (indicator 9)", COSURGEON_RULE),
        },
    ),
    "66": (
        "team",
        {
            "0": Effect(None, "a team of surgeons is not permitted (team indicator 0)", COSURGEON_RULE),
            "1": Effect(
                None,
                "team surgery is priced by report, with documentation (team indicator 1)",
                COSURGEON_RULE,
            ),
            "2": Effect(None, "team surgery is priced by report (team indicator 2)", COSURGEON_RULE),
            "9": Effect(None, "the concept of a team does not apply (indicator 9)", COSURGEON_RULE),
        },
    ),
}
_INDICATORS: Final = {"assistant": "assistant", "cosurgeon": "co-surgeon"}
# A modifier -> the columns of the row whose shares it pays. Whoever reports 54 counts as having done the care before
# the operation too, and is paid both shares.
SHARES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "54": (("preoperative", "intraoperative"), "surgical care only: preoperative and intraoperative shares"),
    "55": (("postoperative",), "postoperative care only: postoperative share"),
    "56": (("preoperative",), "preoperative care only: preoperative share"),
    "78": (("intraoperative",), "return to the operating room: intraoperative share, no new global period"),
}
_56: Final = (
    "Medicare pays the preoperative share to the surgeon (54); "
    "whether 56 is paid beside it, the contractor decides"
)
# A modifier -> why the amount cannot be told from the schedule.
UNPRICED: Final[Mapping[str, tuple[str, str]]] = {
    "52": ("reduced service: the contractor prices it by report", UNUSUAL_RULE),
    "53": ("discontinued procedure: no row of its own, so the contractor prices it by report", UNUSUAL_RULE),
    **dict.fromkeys(
        ("73", "74"),
        (
            "73 and 74 are for hospitals and ambulatory surgical centers (73 pays them 50 %, 74 100 %); a practitioner "
            "reports 53",
            "Medicare Claims Processing Manual, Pub. 100-04, chapter 4, section 20.6.4",
        ),
    ),
    **dict.fromkeys(
        ("CT", "FX", "FY"),
        (
            "this modifier lowers the payment of the technical component for the equipment that was used; that is not "
            "computed here",
            "Social Security Act, sections 1834(p) and 1848(b)(9)",
        ),
    ),
    **dict.fromkeys(
        ("CO", "CQ"),
        (
            "this modifier lowers the payment for what a therapy assistant did; that is not computed here",
            "Social Security Act, section 1834(v)",
        ),
    ),
    **dict.fromkeys(
        ANESTHESIA,
        ("this modifier belongs to anesthesia codes (00100 to 01999)", f"{_MANUAL} 50"),
    ),
}
NOTES: Final[Mapping[str, str]] = {
    "22": "22: the contractor may pay more, by report; the amount is that without 22",
    "51": "51: the reduction for several procedures depends on the others of the session; price them together",
}
NEUTRAL: Final = ANATOMIC | DISTINCT | {"76", "77", "GC", "KX"}
# Each pays another part of the global service of one row.
PARTS: Final = tuple(SHARES)


def check_together(modifiers: Sequence[str]) -> None:
    """Raise InvalidValue where two modifiers of a line exclude each other, naming them and the reason."""
    if len(modifiers) < 2:
        return
    for first, second, reason in exclusions(modifiers):
        raise InvalidValue(
            f"modifiers {first} and {second} exclude each other: {reason}", candidates=(first, second)
        )
    parts = [m for m in PARTS if m in modifiers]
    if len(parts) > 1:
        raise InvalidValue(
            f"modifiers {parts[0]} and {parts[1]} exclude each other: each pays another part of the global service; "
            "report them on lines of their own",
            candidates=parts,
        )


def apply(
    draft: Draft, row: RelativeValue, modifiers: Sequence[str], evidence: Callable[[str], Evidence]
) -> None:
    """Apply the payment policies of modifiers, those that chose the row left out, to the amount of a row.

    `evidence` gives a column of the row as evidence.

    Both sides first, then the role (one of two surgeons, assistant), then the share of the global service. Factors
    multiply, so the amount does not depend on the order. Chapter 12, section 40.9 of the manual lists the combinations.
    """
    for modifier in sorted(modifiers, key=_rank):
        if modifier in PHYSICIAN_ASSISTANT and "AS" in modifiers:
            continue  # AS says who assists and rules the payment; some payers want the other beside it
        _handler(modifier)(draft, row, modifier, evidence)


_ORDER: Final = ("50", "62", "66", "80", "81", "82", "AS", "54", "55", "56", "78")


def _rank(modifier: str) -> int:
    return _ORDER.index(modifier) if modifier in _ORDER else len(_ORDER)


def _handler(modifier: str) -> Callable[[Draft, RelativeValue, str, Callable[[str], Evidence]], None]:
    if modifier in BY_INDICATOR:
        return _by_indicator
    if modifier in SHARES:
        return _share
    return _refuse if modifier in UNPRICED else _note


def _by_indicator(
    draft: Draft, row: RelativeValue, modifier: str, evidence: Callable[[str], Evidence]
) -> None:
    column, effects = BY_INDICATOR[modifier]
    indicator = getattr(row, column)
    effect = effects.get(indicator)
    name = f"{_INDICATORS.get(column, column)} indicator"
    draft.given(name, indicator, evidence(column))
    if effect is None:
        draft.refuse(f"{modifier}: {name} {indicator!r} is not known here")
    elif effect.factor is None:
        draft.refuse(effect.text, effect.rule)
    else:
        draft.times(effect.factor, effect.text, effect.rule)
        if effect.review:
            draft.notes.append(effect.review)


def _share(draft: Draft, row: RelativeValue, modifier: str, evidence: Callable[[str], Evidence]) -> None:
    columns, text = SHARES[modifier]
    if modifier == "78" and row.global_period == "000":
        draft.times(_ONE, "78: global period 000 has no shares, so the full amount is paid", GLOBAL_RULE)
        return
    shares = [getattr(row, column) for column in columns]
    if row.global_period not in ("010", "090") or not any(shares):
        draft.refuse(
            f"{modifier}: the row divides no global service into shares (global period {row.global_period}: "
            f"{GLOBAL_PERIODS[row.global_period]})",
            GLOBAL_RULE,
        )
        return
    for column, share in zip(columns, shares, strict=True):
        draft.given(f"{column} share", share, evidence(column))
    draft.times(sum(shares, Decimal(0)), text, GLOBAL_RULE)
    if modifier == "56":
        draft.notes.append(_56)


def _refuse(draft: Draft, row: RelativeValue, modifier: str, evidence: Callable[[str], Evidence]) -> None:
    text, rule = UNPRICED[modifier]
    draft.refuse(f"{modifier}: {text}", rule)


def _note(draft: Draft, row: RelativeValue, modifier: str, evidence: Callable[[str], Evidence]) -> None:
    if modifier in NOTES:
        if draft.reason is None:
            draft.notes.append(NOTES[modifier])
    elif modifier not in NEUTRAL:
        draft.notes.append(f"{modifier}: no effect of this modifier on the amount is known here")
