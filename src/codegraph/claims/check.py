"""The claim check: each rule asked of the lines of each day, its findings gathered line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.editions import as_day
from codegraph.billing.lines import Line, parse_line
from codegraph.claims.model import SETTINGS, CheckedLine, Claim, ClaimCheck, Finding, NotChecked, numbered
from codegraph.claims.rules.addons import add_ons
from codegraph.claims.rules.advice import claim_diagnoses, diagnoses, indications, separate_procedures
from codegraph.claims.rules.codes import valid_code
from codegraph.claims.rules.global_days import global_periods, opens_package
from codegraph.claims.rules.ground import CodeFacts, Ground
from codegraph.claims.rules.knowledge import Knowledge
from codegraph.claims.rules.modifiers import counted_twice, valid_modifiers
from codegraph.claims.rules.pairs import pair_edits
from codegraph.claims.rules.session import Procedure, Session
from codegraph.claims.rules.statuses import (
    fee_schedule_status,
    inpatient_only,
    only_when_alone,
    outpatient_status,
)
from codegraph.claims.rules.table import PRACTITIONER, RULES
from codegraph.claims.rules.units import unit_limits
from codegraph.errors import InvalidValue, NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.editions import Edition
    from codegraph.billing_questions import BillingQuestions, Reported

# What a line says by itself; found once for lines alike.
_ALONE: Final[tuple[Callable[[Ground, CodeFacts, Line, date | None], Iterator[Finding]], ...]] = (
    valid_code,
    fee_schedule_status,
    outpatient_status,
    inpatient_only,
    valid_modifiers,
)
# What the lines of a day say together, in this order; add-on codes last, since a denied primary carries none.
_TOGETHER: Final[tuple[Callable[[Session], Iterator[Finding]], ...]] = (
    counted_twice,
    pair_edits,
    unit_limits,
    global_periods,
    only_when_alone,
    separate_procedures,
    add_ons,
)
_DATED: Final = re.compile(r"(?P<line>[^@]+)@(?P<day>[^@]+)")
_DAYS_KEPT: Final = 1 << 12


class Dated(NamedTuple):
    """What answers for a day: the ground of the rules, and the rules that nothing answers for."""

    ground: Ground
    not_checked: tuple[NotChecked, ...]
    of_others: tuple[NotChecked, ...]  # of codes that the packaged figures are not of

    def lacking(self, lines: Iterable[Line]) -> tuple[NotChecked, ...]:
        """Return what is not checked of these lines."""
        if not self.of_others or all(self.ground.figures.is_packaged(line.code) for line in lines):
            return self.not_checked
        return self.not_checked + self.of_others


class Checker:
    """Checks claims against one opened release; what it read for one claim it keeps for the next."""

    def __init__(self, kg: BillingQuestions) -> None:
        self._kg = kg
        self._knowledge = Knowledge(kg)
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self.dated = lru_cache(_DAYS_KEPT)(self._dated)

    def _dated(self, day: date | None, setting: str, nearest: bool) -> Dated:
        """Return what answers for a day in a setting: for each source its release, the nearest where that is wanted."""
        editions: dict[str, Edition] = {}
        near: dict[str, str] = {}
        lacking: dict[str, str] = {}
        limited: dict[str, str] = {}
        for source in sorted({s for rule in RULES for s in rule.needs(setting) or ()}):
            try:
                edition = editions[source] = self._kg._editions.on(source, day, nearest=nearest)
            except NotLoaded as error:
                lacking[source] = str(error)
                continue
            if day is not None and not edition.covers(day):
                near[source] = f"; by the nearest release {edition}, since none covers the date"
            if not edition.whole:
                less = limited if edition.packaged else lacking
                less[source] = f"{edition}: what it does not hold is not checked"
        key = (setting, *sorted((s, e.release, s in near) for s, e in editions.items()))
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._grounds[key] = Ground(self._kg, self._knowledge, setting, editions, near)
        return Dated(ground, _not_checked(setting, lacking), _not_checked(setting, limited))

    def check(self, claim: Claim, *, nearest: bool = False) -> ClaimCheck:
        """Return the verdict on each line of a claim."""
        if not claim.lines:
            raise InvalidValue("the claim has no lines; name at least one, like 44310 or 44187-59x2")
        if claim.setting not in SETTINGS:
            raise InvalidValue(f"{claim.setting!r} is no setting of a claim", candidates=SETTINGS)
        lines = numbered(claim.lines)
        found: dict[int, list[Finding]] = {0: [], **{line.number: [] for line in lines}}
        sessions: list[Session] = []
        not_checked: tuple[NotChecked, ...] = ()
        for day, same in _by_day(lines, claim.on):
            dated = self.dated(day, claim.setting, nearest)
            sessions.append(Session(claim, same, day, dated.ground, found))
            not_checked += dated.lacking(same)
        if claim.setting == PRACTITIONER:
            not_checked += self._packages(claim, sessions, nearest)
        for session in sessions:
            _apply(session, claim)
        if claim.diagnoses:
            sessions[0].add(claim_diagnoses(sessions[0], claim))
        if len(sessions) > 1 or claim.prior:
            not_checked = tuple(dict.fromkeys(not_checked))
        return ClaimCheck(
            claim,
            tuple([CheckedLine(line, tuple(found[line.number])) for line in lines]),
            tuple(found[0]),
            not_checked,
        )

    def _packages(self, claim: Claim, sessions: Sequence[Session], nearest: bool) -> tuple[NotChecked, ...]:
        """Give each session the procedures whose global packages may take in its lines; return what is not known."""
        several = len(sessions) > 1 or bool(claim.prior)
        if not several and not any(f.is_visit for f in sessions[0].facts.values()):
            return ()
        procedures = [
            Procedure(line, s.day, facts, s.ground, earlier_claim=False)
            for s in sessions
            for line in s.lines
            if opens_package(line, (facts := s.facts[line.code]).global_period)
        ]
        not_checked: list[NotChecked] = []
        for line in claim.prior:
            if line.day is None:
                raise InvalidValue(
                    f"the earlier procedure {line} has no date; write it as {line.code}@2024-07-20"
                )
            if any(s.day is None for s in sessions):
                reason = f"the claim has no date of service to count from {line}@{line.day}"
                not_checked.append(NotChecked("global-period", reason))
                continue
            dated = self.dated(line.day, claim.setting, nearest)
            ground = dated.ground
            not_checked += [
                NotChecked(n.rule, f"for {line}@{line.day}: {n.reason}")
                for n in dated.lacking([line])
                if n.rule == "global-period"
            ]
            facts = ground.facts(line.code)
            if opens_package(line, facts.global_period):
                procedures.append(Procedure(line, line.day, facts, ground, earlier_claim=True))
        for session in sessions:
            session.procedures = procedures
        return tuple(not_checked)


def _apply(session: Session, claim: Claim) -> None:
    """Ask every rule of the lines of a day."""
    for line in session.lines:
        found = _alone(session, line)
        if found:
            session.found[line.number].extend([_on_line(f, line.number) for f in found])
    for rule in _TOGETHER:
        session.add(rule(session))
    if claim.diagnoses or any(line.diagnoses for line in session.lines):
        session.add(indications(session, claim))
        session.add(diagnoses(session, claim))


def _alone(session: Session, line: Line) -> tuple[Finding, ...]:
    """Return what the rules say of a line by itself; lines alike are judged once."""
    key = (line.code, line.modifiers)
    kept = session.ground.alone.get(key)
    if kept is None:
        facts = session.facts[line.code]
        kept = tuple(f for rule in _ALONE for f in rule(session.ground, facts, line, session.day))
        if _on_every_day(session.ground, facts, line, kept):
            session.ground.keep(key, kept)
    return kept


def _on_every_day(ground: Ground, facts: CodeFacts, line: Line, kept: tuple[Finding, ...]) -> bool:
    """Tell whether a line would be judged so on each day of the ground: no list dates its code or a modifier."""
    if facts.listed or any(f.rule == "code" for f in kept):
        return False
    return not any(ground.knowledge.modifier(m).ended for m in line.modifiers)


def _on_line(f: Finding, number: int) -> Finding:
    return Finding(number, f.rule, f.severity, f.message, f.evidence, f.resolution, f.other, f.other_line)


def _by_day(lines: Sequence[Line], on: date | None) -> list[tuple[date | None, list[Line]]]:
    """Group lines by their day of service, earliest first; one without a day has the claim's."""
    if all(line.day is None for line in lines):
        return [(on, list(lines))]
    days: dict[date | None, list[Line]] = {}
    for line in lines:
        days.setdefault(line.day or on, []).append(line)
    return sorted(days.items(), key=lambda item: item[0] or date.min)


def _not_checked(setting: str, lacking: dict[str, str]) -> tuple[NotChecked, ...]:
    return tuple(
        NotChecked(rule.name, lacking[source])
        for rule in RULES
        for source in rule.needs(setting) or ()
        if source in lacking
    )


def read_line(written: Reported) -> Line:
    """Return a line as people write it, `44187-59x2`, or with its day, `44310@2024-07-20`."""
    if isinstance(written, Line):
        return written
    found = _DATED.fullmatch(str(written).strip())
    if found is None:
        return parse_line(str(written))
    return parse_line(found["line"], day=as_day(found["day"].strip()))


def as_claim(
    lines: Claim | Iterable[Reported],
    *,
    on: date | None = None,
    setting: str = PRACTITIONER,
    prior: Iterable[Reported] = (),
    diagnoses: Sequence[str] = (),
) -> Claim:
    """Return lines with what is known around them as a claim; to a claim, date, prior and diagnoses are added.

    Raises InvalidCode and InvalidValue for what cannot be read.
    """
    earlier = tuple(read_line(p) for p in ((prior,) if isinstance(prior, str) else prior))
    named = (diagnoses,) if isinstance(diagnoses, str) else tuple(diagnoses)
    if isinstance(lines, Claim):
        if not (on or earlier or named):
            return lines
        return replace(
            lines,
            on=on or lines.on,
            prior=(*lines.prior, *earlier),
            diagnoses=tuple(dict.fromkeys((*lines.diagnoses, *named))),
        )
    written = (lines,) if isinstance(lines, str) else lines
    return Claim(tuple(read_line(line) for line in written), on, setting, earlier, named)


def check(
    kg: BillingQuestions,
    lines: Claim | Iterable[Reported],
    *,
    on: date | None = None,
    setting: str = PRACTITIONER,
    prior: Iterable[Reported] = (),
    diagnoses: Sequence[str] = (),
    nearest: bool = False,
) -> ClaimCheck:
    """Return the verdict on each line of a claim; see BillingQuestions.check."""
    claim = as_claim(lines, on=on, setting=setting, prior=prior, diagnoses=diagnoses)
    return kg._checker.check(claim, nearest=nearest)


def check_many(
    kg: BillingQuestions, claims: Iterable[Claim], *, nearest: bool = False
) -> Iterator[ClaimCheck]:
    """Yield the check of each claim, in order."""
    one = kg._checker.check
    for claim in claims:
        yield one(claim, nearest=nearest)
