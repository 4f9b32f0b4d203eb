"""The figures that people look for first, each from the call that the section below it stands on."""

from __future__ import annotations

from typing import Final

from codegraph.page.asked import Asked, in_dollars
from codegraph.page.model import Cell, Line, Section
from codegraph.page.money import SETTINGS, Schedule

_LISTS: Final = frozenset(("icd10pcs", "icd10cm", "icd9cm", "icd9pcs"))
_MUE: Final = {"practitioner": "practitioner", "outpatient": "outpatient hospital"}


def glance(asked: Asked) -> Section:
    """Return the key figures of a billed code, or in which lists a code of ICD stands."""
    lines: list[Line] = []
    releases: list[str] = []
    if asked.code.system in _LISTS:
        releases += asked.described.in_releases
        listed = tuple(Cell(ref.title) for ref in asked.sources(*releases))
        lines += [Line("listed in", listed)] if listed else []
    else:
        for part in (_values, _paid, _units, _hospital):
            said, ident = part(asked)
            if said is not None:
                lines.append(said)
                releases += ident
    return Section("glance", "At a glance", tuple(lines), sources=asked.sources(*releases))


_Told = tuple[Line | None, list[str]]


def _values(asked: Asked) -> _Told:
    release, rows, _, _ = Schedule(asked).found
    fee = rows.get("") or next(iter(rows.values()), None)
    if fee is None:
        return None, []
    totals = ((fee.facility_na, fee.facility_total), (fee.nonfacility_na, fee.nonfacility_total))
    cells = [
        f"total {name} {total}"
        for name, (na, total) in zip(SETTINGS.values(), totals, strict=True)
        if not na and total
    ]
    cells = [f"work {fee.work}", *cells] if cells else ["none"]
    cells += [f"status {fee.status}", f"global period {fee.global_period}"]
    return Line("relative value units", tuple(map(Cell, cells))), [release]


def _paid(asked: Asked) -> _Told:
    cells, releases = [], []
    for setting, words in SETTINGS.items():
        price = asked.attempt(asked.kg.price, asked.code.notation, (), setting=setting).found
        if price is not None and price.total is not None:
            cells.append(Cell(f"{in_dollars(price.total)} {words}"))
            releases += [i.evidence.provenance.release for i in price.inputs if i.evidence]
    return (Line("Medicare, national", tuple(cells)) if cells else None), releases


def _units(asked: Asked) -> _Told:
    cells, releases = [], []
    for setting, words in _MUE.items():
        limit = asked.attempt(asked.kg.unit_limit, asked.code.notation, setting=setting).found
        if limit is not None and limit.units is not None:
            cells.append(Cell(f"{limit.units} {words} (MAI {limit.adjudication})"))
            releases.append(limit.edition.release)
    return (Line("units at most", tuple(cells)) if cells else None), releases


def _hospital(asked: Asked) -> _Told:
    found = asked.attempt(asked.kg.outpatient, asked.code.notation).found
    if found is None:
        return None, []
    cells = [Cell(f"{found.status}: {found.label}", target=f"opps-status:{found.status}")]
    if found.payment_rate is not None:
        cells.append(Cell(f"rate {in_dollars(found.payment_rate)}"))
    return Line("hospital outpatient", tuple(cells)), [found.release]
