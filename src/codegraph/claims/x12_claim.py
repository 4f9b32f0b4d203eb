"""A claim of an 837 transaction from its segments: codes, modifiers, units, days, places, diagnoses, providers.

Read are the elements that a check needs, by the implementation guides 005010X222 (professional, 837P) and 005010X223
(institutional, 837I): CLM, HI, DTP 434 and 472, LX, SV1, SV2, NM1 82. Names, addresses and member numbers are passed
over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from codegraph.billing.lines import Line
from codegraph.claims.model import Claim
from codegraph.claims.parts import (
    amount,
    assemble,
    diagnosis,
    ident,
    line_of,
    place,
    refuse_too_many,
    whole_units,
    x12_day,
)
from codegraph.claims.x12_segments import Segment
from codegraph.errors import InvalidValue

# What may stand in the claim of an 837P or 837I (loops 2300 to 2430); another identifier is damage.
_KNOWN: Final = frozenset(
    """AMT CAS CL1 CLM CN1 CR1 CR2 CR3 CRC CTP DMG DTP FRM HCP HI K3 LIN LQ LX MEA MIA MOA N3 N4 NM1 NTE OI PER
    PRV PS1 PWK QTY REF SBR SV1 SV2 SV5 SVD""".split()  # noqa: SIM905  shorter so
)
# A claim of these types of bill is an inpatient one (hospital, swing bed, skilled nursing, religious non-medical):
# its procedures are not paid by HCPCS line. Source: type of bill, digits 1 and 2, Medicare Claims Processing Manual
# (Pub. 100-04), chapter 25.
INPATIENT_BILLS: Final = frozenset({"11", "18", "21", "41"})
_POINTER: Final = re.compile(r"[0-9]{1,3}")
_NUMBERED_DIAGNOSES: Final = ("ABK", "ABF")
_OLD_DIAGNOSES: Final = ("BK", "BF")
_FREQUENCIES: Final = {"7": "replaces an earlier claim", "8": "voids an earlier claim"}


@dataclass(frozen=True, slots=True)
class Guide:
    """How the two kinds of claim differ: the service segment, and in it the places of code, charge, unit, quantity."""

    setting: str
    service: str
    code: int
    place: int | None
    pointers: int | None


GUIDES: Final = {
    "005010X222": Guide("practitioner", "SV1", 1, 5, 7),
    "005010X223": Guide("outpatient", "SV2", 2, None, None),
}


@dataclass(slots=True)
class _Head:
    """What the claim says above its lines; `diagnoses` in their order, None for one that is no ICD-10-CM code.

    `period` is a note on the statement's days, for the lines that have none of their own.
    """

    name: str
    place: str | None = None
    provider: str | None = None
    on: date | None = None
    period: list[str] = field(default_factory=list)
    diagnoses: list[str | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def claim_of(segments: Sequence[Segment], guide: Guide, billing: str | None = None) -> Claim:
    """Return the claim of the segments from its CLM on; `billing` is the NPI of the billing provider.

    Raises InvalidValue or InvalidCode, saying which line and what, where anything that a check needs is damaged.
    """
    if unknown := next((s for s in segments if s.ident not in _KNOWN), None):
        raise InvalidValue(f"segment {unknown.number} ({unknown.ident}) does not belong in a claim")
    starts = [at for at, s in enumerate(segments) if s.ident == "LX"]
    refuse_too_many(len(starts))
    head = _head(segments[: starts[0] if starts else len(segments)], guide, billing)
    groups = [segments[a:b] for a, b in zip(starts, [*starts[1:], len(segments)], strict=True)]
    lines = [line for n, group in enumerate(groups, 1) if (line := _line(group, n, head, guide)) is not None]
    if any(line.day is None for line in lines):
        head.notes += head.period
    return assemble(
        head.name,
        lines,
        setting=guide.setting,
        on=head.on,
        diagnoses=(d for d in head.diagnoses if d is not None),
        notes=head.notes,
    )


def _head(segments: Sequence[Segment], guide: Guide, billing: str | None) -> _Head:
    clm = segments[0]
    head = _Head(ident(clm.at(1)), provider=billing)
    facility, _, frequency = (*clm.components(5), "", "", "")[:3]
    if guide.service == "SV1":
        head.place = place(facility)
    elif facility in INPATIENT_BILLS:
        raise InvalidValue(f"an inpatient claim (type of bill {facility}x); only outpatient ones are checked")
    if frequency in _FREQUENCIES:
        head.notes.append(f"the claim {_FREQUENCIES[frequency]}")
    for segment in segments:
        if segment.ident == "HI":
            _diagnoses(segment, head)
        elif segment.ident == "DTP" and segment.at(1) == "434":
            head.on = _days(segment, "the statement", head.period)
    head.provider = _rendering(segments) or head.provider
    return head


def _diagnoses(segment: Segment, head: _Head) -> None:
    for position in range(1, len(segment.elements)):
        qualifier, code = (*segment.components(position), "")[:2]
        if qualifier in _NUMBERED_DIAGNOSES:
            found = diagnosis(code)
            head.diagnoses.append(found)
            if found is None:
                head.notes.append(f"diagnosis {len(head.diagnoses)} is no ICD-10-CM code and is left out")
        elif qualifier in _OLD_DIAGNOSES:
            head.diagnoses.append(None)
            head.notes.append(f"diagnosis {len(head.diagnoses)} is of ICD-9-CM and is left out")


def _rendering(segments: Sequence[Segment]) -> str | None:
    """Return the NPI of the rendering provider; behind SBR stand the providers of other payers' claims."""
    for segment in segments:
        if segment.ident == "SBR":
            return None
        if segment.ident == "NM1" and segment.at(1) == "82":
            return npi(segment)
    return None


def npi(segment: Segment) -> str | None:
    """Return the national provider identifier of an NM1 segment; a number of another kind may be a tax number."""
    number = segment.at(9)
    return number if segment.at(8) == "XX" and number.isascii() and number.isdigit() else None


def _days(segment: Segment, what: str, notes: list[str]) -> date:
    """Return the day of a DTP segment, the first of a range; a range of several days is noted."""
    text = segment.at(3)
    first, _, last = text.partition("-")
    if segment.at(2) == "RD8":
        start, end = x12_day(first), x12_day(last)
        if end < start:
            raise InvalidValue(f"{what}: the days run backwards")
        if end > start:
            notes.append(f"{what} runs over several days and counts as of its first")
        return start
    return x12_day(text[:8] if segment.at(2) == "DT" else text)


def _line(group: Sequence[Segment], number: int, head: _Head, guide: Guide) -> Line | None:
    """Return a line, None for one without a HCPCS code, which is noted."""
    where = f"line {number}"
    if group[0].at(1).lstrip("0") != str(number):
        raise InvalidValue(f"{where}: LX01 does not number it so; lines may be missing")
    services = [s for s in group if s.ident in ("SV1", "SV2")]
    if len(services) != 1 or services[0].ident != guide.service:
        raise InvalidValue(f"{where}: exactly one {guide.service} segment is expected")
    service = services[0]
    qualifier, code, *rest = (*service.components(guide.code), "")
    if qualifier != "HC":
        said = f"of another code list ({ident(qualifier)})" if qualifier else "without a procedure code"
        head.notes.append(f"{where} is {said} and is left out")
        return None
    days = [
        _days(s, f"the service of {where}", head.notes)
        for s in group
        if s.ident == "DTP" and s.at(1) == "472"
    ]
    if not days and guide.service == "SV1":
        head.notes.append(f"{where} has no date of service")
    return line_of(
        where,
        code,
        [m for m in rest[:4] if m],
        _units(service, guide, where, head.notes),
        day=days[0] if days else None,
        place=_place(service, guide) or head.place,
        provider=_rendering(group) or head.provider,
        charge=amount(service.at(guide.code + 1)),
        diagnoses=_pointed(service, guide, where, head),
        number=number,
    )


def _units(service: Segment, guide: Guide, where: str, notes: list[str]) -> int:
    unit, quantity = service.at(guide.code + 2), service.at(guide.code + 3)
    if unit == "UN":
        return whole_units(amount(quantity), where, notes)
    if not unit:
        raise InvalidValue(f"{where}: no unit of measure")
    kind = "minutes" if unit == "MJ" else "another measure"
    notes.append(f"{where} is reported in {kind} ({ident(unit)}) and counts as one unit")
    return 1


def _place(service: Segment, guide: Guide) -> str | None:
    return None if guide.place is None else place(service.at(guide.place))


def _pointed(service: Segment, guide: Guide, where: str, head: _Head) -> tuple[str, ...]:
    if guide.pointers is None:
        return ()
    found = []
    for pointer in service.components(guide.pointers):
        if not pointer:
            continue
        if not (_POINTER.fullmatch(pointer) and 0 < int(pointer) <= len(head.diagnoses)):
            head.notes.append(f"{where} points to a diagnosis that the claim does not have")
            continue
        if (code := head.diagnoses[int(pointer) - 1]) is not None:
            found.append(code)
    return tuple(found)
