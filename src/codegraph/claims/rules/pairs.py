"""Procedure-to-procedure edits: of two codes of one day the one in column two is denied, unless a modifier lifts it.

Source: NCCI Policy Manual for Medicare Services, chapter I. Indicator 0: no modifier lifts the edit; 1: an
NCCI-associated modifier does; 9: the edit is void. Modifiers 59 and X{EPSU} count on either column since 2019-07-01
(CMS Change Request 11168), on column two only before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.billing.evidence import Evidence
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import ANATOMIC, DISTINCT, SEPARATE
from codegraph.claims.model import Finding, Severity
from codegraph.claims.rules.session import Session, apart, named

if TYPE_CHECKING:
    from codegraph.billing.pairs import Episode

EITHER_COLUMN: Final = date(2019, 7, 1)
_SINCE_2019: Final = frozenset(("59", *SEPARATE))
_LEAVE_OUT: Final = "Leave {two} out: where both were done, only {one} is paid."
_DISTINCT: Final = (
    "Where the record shows a distinct service (another session, site, organ, lesion or practitioner), say so with "
    "an NCCI-associated modifier (59 or XE, XP, XS, XU, or an anatomic one); otherwise leave {two} out."
)

_VISIT: Final = (
    "Where the visit was significant and separate, say so with 25, or with 57 where the decision for a major "
    "operation was made at it; otherwise leave {two} out."
)


def pair_edits(session: Session) -> Iterator[Finding]:
    """Yield what the edits in force say of the lines of a day; a code beside itself is no pair."""
    table = session.ground.pairs
    if table is None or len(session.by_code) < 2:
        return
    codes = [code for code, facts in session.facts.items() if facts.ptp]
    if len(codes) < 2:
        return
    for episode in table.between(codes, session.ground.setting, session.ground.release(session.ground.ptp)):
        if episode.in_force(session.day):
            for two in session.by_code[episode.column_two]:
                ones = [one for one in session.by_code[episode.column_one] if not apart(one, two)]
                if ones:
                    yield _judge(session, episode, ones, two)


def _judge(session: Session, episode: Episode, ones: Sequence[Line], two: Line) -> Finding:
    """Return what an edit makes of a column two line beside the column one lines of the same provider."""
    one, how, resolution = ones[0], "", None
    severity: Severity = "deny"
    if episode.indicator == "0":
        how = "and no modifier changes that (indicator 0)"
        resolution = _LEAVE_OUT.format(one=one.code, two=two.code)
    elif lifted := _lifted(ones, two, session.day):
        severity, how = lifted
        resolution = "The record must show the distinct service."
    else:
        one = next((o for o in ones if not _distinct(o)), one)
        how = "unless a modifier says that it was distinct, and none does (indicator 1)"
        resolution = (_VISIT if session.facts[two.code].is_visit else _DISTINCT).format(two=two.code)
    where = "denied beside" if severity == "deny" else "column two of an edit with"
    message = (
        f"{two.code} is {where} {named(one)} {_rationale(episode)}, {how}{_since(episode)}{_near(session)}"
    )
    return Finding(
        two.number,
        "ptp",
        severity,
        message,
        (_evidence(session, episode),),
        resolution,
        str(one),
        one.number,
    )


def _distinct(line: Line) -> frozenset[str]:
    return DISTINCT.intersection(line.modifiers)


def _lifted(ones: Sequence[Line], two: Line, day: date | None) -> tuple[Severity, str] | None:
    """Return what to make of an edit of indicator 1 that a modifier on column two, or on each column one line, lifts.

    Where both columns name the same place, or a modifier on column one is none that CMS says counts there, a person
    looks.
    """
    if on_two := _distinct(two):
        how = f"but {_and(on_two)} on it lifts the edit (indicator 1)"
        same = _same_place(ones, two)
        return ("review", f"{how}; yet both lines name the same place ({same})") if same else ("info", how)
    either = day is None or day >= EITHER_COLUMN
    found = [_distinct(one) - (frozenset() if either else _SINCE_2019) for one in ones]
    if not all(found):
        return None
    which = f"{_and(frozenset().union(*found))} on {named(ones[0])}"
    if all(f & _SINCE_2019 for f in found):
        return "info", f"but {which} lifts the edit (indicator 1)"
    return (
        "review",
        f"and {which} may lift the edit (indicator 1): on column one, CMS says so of 59 and X{{EPSU}} only",
    )


def _and(modifiers: frozenset[str]) -> str:
    return " and ".join(sorted(modifiers))


def _same_place(ones: Sequence[Line], two: Line) -> str:
    """Return the anatomic modifiers that both columns share, where nothing else lifts the edit."""
    if _distinct(two) - ANATOMIC:
        return ""
    for one in ones:
        if _distinct(one) - ANATOMIC:
            continue
        places, same = ANATOMIC.intersection(two.modifiers), ANATOMIC.intersection(one.modifiers)
        if places and places == same:
            return ", ".join(sorted(places))
    return ""


def _rationale(episode: Episode) -> str:
    return f"for “{episode.rationale}”" if episode.rationale else "for no stated reason"


def _since(episode: Episode) -> str:
    until = f", until {episode.deleted}" if episode.deleted else ""
    if episode.effective is None:
        return f"; in force from a day that the file does not say{until}"
    return f"; in force from {episode.effective}{until}"


def _near(session: Session) -> str:
    return session.ground.near(session.ground.ptp)


def _evidence(session: Session, episode: Episode) -> Evidence:
    return Evidence(
        "ptp",
        session.ground.figures.provenance(episode.release),
        (
            ("column1", episode.column_one),
            ("column2", episode.column_two),
            ("indicator", episode.indicator),
            ("rationale", episode.rationale),
        ),
        episode.effective,
        episode.deleted,
    )
