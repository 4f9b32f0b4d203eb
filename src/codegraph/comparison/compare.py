"""Compares a code with its peers by the figures of one fee schedule release, in exact decimals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import PFS, Edition
from codegraph.codes import CodeRef
from codegraph.comparison.groups import Group, group_of
from codegraph.comparison.measures import MEASURES
from codegraph.comparison.model import Comparison, Peer, Standing
from codegraph.errors import InvalidValue, UnknownCode

if TYPE_CHECKING:
    from codegraph.billing.figures import FeeTotals
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

_LABEL: Final = "SELECT label FROM code WHERE system = ? AND notation = ?"
_LABELS: Final = (
    "SELECT notation, label FROM code WHERE system = ? AND notation IN (SELECT value FROM json_each(?)) "
    "AND label IS NOT NULL"
)
# A whole fee schedule has about 17,000 codes; a release of fewer holds an excerpt.
_WHOLE: Final = 10_000
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
_TWO, _FOUR = Decimal("0.01"), Decimal("0.0001")
_NO_ROW: Final = "no row in the fee schedule release"
_NO_WORK: Final = "no work RVU"


def compare(
    kg: OpenedRelease,
    line: Line,
    among: str | Iterable[str] | None,
    day: date | None,
    *,
    nearest: bool = False,
    statuses: Sequence[str] = "A",
    zero_work: bool = False,
) -> Comparison:
    """Return how the RVUs of a code stand among its peers.

    Peers are the codes of the group whose row without modifier has one of `statuses` (letters of the fee schedule)
    and, unless `zero_work`, work RVU above 0. Raises InvalidValue for a code with a modifier, a group or a status
    that is none, NotLoaded where no release covers the day or none knows the group, UnknownCode for a code without
    a row.
    """
    if line.modifiers:
        raise InvalidValue(f"{line.key}: codes are compared by their rows without modifier; give {line.code}")
    statuses = _checked(statuses)
    edition = kg._editions.on(PFS, day, nearest=nearest)
    own_row = kg._figures.totals_among(edition.release, [line.code]).get(line.code)
    if own_row is None:
        if kg.tables.row(_LABEL, (line.system, line.code)) is None:
            raise kg._unknown(line.code, [CodeRef(line.system, line.code)])
        raise UnknownCode(f"{line.curie} has no row without modifier in {edition.release}")
    group = group_of(kg, line, among, partial(kg._figures.totals_between, edition.release))
    rows = kg._figures.totals_among(edition.release, group.codes)
    kept, excluded = _sorted_out(group.codes, rows, statuses, zero_work)
    labels = _labels(kg, {*kept, line.code})
    own = _peer(line.code, own_row, labels)
    peers = sorted((_peer(code, rows[code], labels) for code in kept), key=lambda p: (-p.work, p.code))
    loaded = kg._figures.number_of_totals(edition.release, _WHOLE)
    work, facility, nonfacility = (_standing(own, peers, measure) for measure in MEASURES)
    return Comparison(
        code=line.curie,
        label=own.label,
        among=group.kind,
        group=group.name,
        on=day,
        release=edition.release,
        provenance=kg._provenance(edition.release),
        statuses=statuses,
        zero_work=zero_work,
        included=line.code in kept,
        work=work,
        facility=facility,
        nonfacility=nonfacility,
        peers=tuple(peers),
        excluded=tuple(sorted(excluded.items())),
        notes=(*group.notes, *_notes(own, group, kept, statuses, edition, day, loaded)),
    )


def _checked(statuses: Sequence[str]) -> tuple[str, ...]:
    found = tuple(sorted({str(s).strip().upper() for s in statuses}))
    wrong = [s for s in found if len(s) != 1 or not s.isalpha() or not s.isascii()]
    if wrong or not found:
        raise InvalidValue(
            f"{', '.join(wrong)[:40]!r} is no status of the fee schedule; those are letters such as A, R, T",
            candidates=("A", "R", "T"),
        )
    return found


def _sorted_out(
    codes: Iterable[str], rows: dict[str, FeeTotals], statuses: tuple[str, ...], zero_work: bool
) -> tuple[set[str], Counter[str]]:
    """Return the codes that are peers, and how many others there are by the reason why they are none."""
    kept, excluded = set(), Counter[str]()
    for code in codes:
        reason = _reason(rows.get(code), statuses, zero_work)
        if reason is None:
            kept.add(code)
        else:
            excluded[reason] += 1
    return kept, excluded


def _reason(row: FeeTotals | None, statuses: tuple[str, ...], zero_work: bool) -> str | None:
    if row is None:
        return _NO_ROW
    if row.status not in statuses:
        return f"status {row.status}"
    return None if row.work or zero_work else _NO_WORK


def _peer(code: str, row: FeeTotals, labels: dict[str, str]) -> Peer:
    return Peer(
        f"{_system(code)}:{code}", labels.get(code), row.status, row.work, row.facility, row.nonfacility
    )


def _system(code: str) -> str:
    return "hcpcs" if code[0].isalpha() else "cpt"


def _labels(kg: OpenedRelease, codes: Iterable[str]) -> dict[str, str]:
    """Return the labels of codes of CPT and HCPCS Level II, in a look-up for each system."""
    by_system: dict[str, list[str]] = {}
    for code in codes:
        by_system.setdefault(_system(code), []).append(code)
    found = (kg.tables.rows(_LABELS, (system, json.dumps(some))) for system, some in by_system.items())
    return {code: str(label) for rows in found for code, label in rows}


def _standing(own: Peer, peers: Sequence[Peer], measure: str) -> Standing:
    """Return where a code stands among the peers that have a figure of this measure."""
    valued = sorted((value, p.code) for p in peers if (value := p.value(measure)) is not None)
    mine, included = own.value(measure), own in peers
    setting = {"facility": "facility", "nonfacility": "non-facility"}.get(measure)
    na = f"{own.code} is marked NA in the {setting} setting: it is rarely or never performed there"
    if not valued:
        return Standing(
            measure, mine, 0, note=na if mine is None else "no peers: the group has none that counts"
        )
    spread = _spread(measure, mine, valued)
    if mine is None:
        return replace(spread, note=na)
    if not mine and not included:
        return replace(spread, note=f"{own.code} has none in the fee schedule")
    alone = f"no peers: {own.code} is the only one" if included and len(valued) == 1 else None
    return _placed(spread, mine, [value for value, _ in valued], included, alone)


def _spread(measure: str, mine: Decimal | None, valued: Sequence[tuple[Decimal, str]]) -> Standing:
    """Return a standing that tells median, quartiles and ends, and nothing yet of the code's place."""
    values = [value for value, _ in valued]
    lower, median, upper = (_quantile(values, Decimal(p)) for p in ("0.25", "0.5", "0.75"))
    return Standing(
        measure,
        mine,
        len(values),
        median=median,
        lower_quartile=lower,
        upper_quartile=upper,
        minimum=values[0],
        minimum_codes=tuple(code for value, code in valued if value == values[0]),
        maximum=values[-1],
        maximum_codes=tuple(code for value, code in valued if value == values[-1]),
    )


def _placed(
    spread: Standing, mine: Decimal, values: Sequence[Decimal], included: bool, note: str | None
) -> Standing:
    below = sum(value < mine for value in values)
    equal = sum(value == mine for value in values)
    share = _EXACT.divide(Decimal(100 * (2 * below + equal)), Decimal(2 * len(values)))
    ratio = _EXACT.divide(mine, spread.median) if spread.median else None
    return replace(
        spread,
        rank=len(values) - below - equal + 1,
        tied=equal - included,
        percentile=_rounded(share, _TWO),
        ratio=None if ratio is None else _rounded(ratio, _FOUR),
        note=note,
    )


def _rounded(number: Decimal, unit: Decimal) -> Decimal:
    return number.quantize(unit, ROUND_HALF_UP, _EXACT)


def _quantile(values: Sequence[Decimal], p: Decimal) -> Decimal:
    """Return a quantile of sorted values, linear between the two beside position (n - 1) x p."""
    position = (len(values) - 1) * p
    at = int(position)
    above = values[min(at + 1, len(values) - 1)]
    found = values[at] + (position - at) * (above - values[at])
    # Figures have two decimals, so a quarter of a difference has four at most; zeros beyond the second say nothing.
    return next(short for digits in (2, 3, 4, 5) if (short := round(found, digits)) == found)


def _notes(
    own: Peer,
    group: Group,
    kept: set[str],
    statuses: tuple[str, ...],
    edition: Edition,
    day: date | None,
    loaded: int,
) -> Iterable[str]:
    notation = own.code.partition(":")[2]
    if notation not in group.codes:
        yield f"{own.code} is outside of the group; it is compared with it, and not counted in it"
    elif notation not in kept:
        why = f"its status is {own.status}" if own.status not in statuses else "it has no work RVU"
        yield f"{own.code} is not among the peers: {why}"
    if day is not None and not edition.covers(day):
        yield f"no loaded fee schedule covers {day}; these are the figures of {edition}"
    if loaded < _WHOLE:
        yield f"the loaded part of {edition.release} holds {loaded} codes: an excerpt, and so are the peers"
