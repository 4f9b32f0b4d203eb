"""Rows of the tables about payment, read by key as typed values, and kept: the one place that knows their columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from codegraph.billing.editions import PFS, Edition, Editions
from codegraph.billing.evidence import Evidence
from codegraph.model import Provenance
from codegraph.sources.opps_addendum_b import OutpatientEntry
from codegraph.sources.pfs_entries import RelativeValue
from codegraph.sources.pfs_gpci import LocalityIndices
from codegraph.tables import Tables

_KEPT: Final = 1 << 16
_FEE_COLUMNS: Final = tuple(f.name for f in fields(RelativeValue) if f.name != "descriptor")
_FEE: Final = f"SELECT {', '.join(_FEE_COLUMNS)} FROM pfs WHERE release = ? AND code = ?"  # noqa: S608 - constants
_TOTALS: Final = (
    "SELECT code, status, work, facility_total, facility_na, nonfacility_total, nonfacility_na FROM pfs "
    "WHERE release = ? AND modifier = ''"
)
_BETWEEN: Final = f"{_TOTALS} AND code BETWEEN ? AND ?"
_AMONG: Final = f"{_TOTALS} AND code IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
_UP_TO: Final = "SELECT count(*) FROM (SELECT 1 FROM pfs WHERE release = ? AND modifier = '' LIMIT ?)"
_VALUED: Final = (
    f"SELECT {', '.join(_FEE_COLUMNS)} FROM pfs WHERE release = ? AND (work + 0 OR facility_pe + 0 "  # noqa: S608
    "OR nonfacility_pe + 0 OR malpractice + 0) ORDER BY code, modifier"
)
_CODE: Final = "SELECT 1 FROM code WHERE system = ? AND notation = ?"
_GPCI: Final = (
    "SELECT carrier, locality, state, name, marks, work, practice_expense, malpractice FROM gpci "
    "WHERE release = ? ORDER BY state, carrier, locality"
)
_COUNTIES: Final = (
    "SELECT carrier, locality, state, area, counties FROM locality "
    "WHERE release = ? ORDER BY carrier, locality"
)
_MUE: Final = (
    "SELECT units, adjudication, rationale FROM mue "
    "WHERE system = ? AND notation = ? AND setting = ? AND release = ?"
)
_ADD_ON: Final = (
    "SELECT addon, primary_code, type, effective, deleted, note FROM addon "
    "WHERE addon_system = ? AND addon = ? AND release = ? ORDER BY type, primary_code, occurrence"
)
_OF_PRIMARY: Final = (
    "SELECT addon, primary_code, type, effective, deleted, note FROM addon "
    "WHERE primary_system = ? AND primary_code = ? AND release = ? ORDER BY type, addon, occurrence"
)
_OPPS: Final = (
    "SELECT code, '', comment, status, apc, relative_weight, payment_rate, national_copayment, minimum_copayment, "
    "coinsurance_percent, adjusted_copayment, pass_through_expires, note FROM opps WHERE release = ? AND code = ?"
)
_APC: Final = "SELECT title, status, relative_weight, payment_rate FROM apc WHERE release = ? AND apc = ?"
_STATUS: Final = "SELECT item, payment FROM opps_status WHERE release = ? AND status = ?"
_INPATIENT: Final = "SELECT comment, status FROM inpatient_only WHERE release = ? AND code = ?"
_CAP: Final = (
    "SELECT carrier, locality, facility, nonfacility FROM opps_cap "
    "WHERE release = ? AND code = ? AND modifier = ?"
)
_CAPS: Final = (
    "SELECT code, modifier, carrier, locality, facility, nonfacility FROM opps_cap WHERE release = ? "
    "ORDER BY code, modifier, carrier, locality"
)
_ANESTHESIA: Final = (
    "SELECT carrier, locality, participation, factor, national FROM anesthesia WHERE release = ?"
)
# The setting of a question -> the facet value that the table of unit limits holds.
MUE_SETTINGS: Final = {"practitioner": "practitioner", "outpatient": "outpatient-hospital", "dme": "dme"}


class FeeTotals(NamedTuple):
    """The status of a code's row without modifier, and its RVUs; a total is None where the setting is marked NA."""

    status: str
    work: Decimal
    facility: Decimal | None
    nonfacility: Decimal | None


class UnitLimitRow(NamedTuple):
    """A published unit limit: units, the digit of the adjudication indicator, CMS's rationale."""

    units: int
    adjudication: str
    rationale: str


class AddOnRow(NamedTuple):
    """A published add-on edit; `primary` is empty where the contractor decides, dates are ISO text or empty."""

    addon: str
    primary: str
    type: str
    effective: str
    deleted: str
    note: str


class LocalityCounties(NamedTuple):
    """What the county list says of a locality: the state's name, the area's name, its counties."""

    carrier: str
    locality: str
    state: str
    area: str
    counties: str


class AnesthesiaRow(NamedTuple):
    """The anesthesia conversion factor of a locality; `participation` is `qpp` or empty."""

    carrier: str
    locality: str
    participation: str
    factor: Decimal
    national: Decimal | None


class CapRow(NamedTuple):
    """What imaging pays at most in a locality, in dollars."""

    carrier: str
    locality: str
    facility: Decimal
    nonfacility: Decimal


class Figures:
    """Reads rows by key. Answers are kept, since a published release never changes; the least used go."""

    def __init__(
        self,
        tables: Tables,
        editions: Editions,
        provenance: Callable[[str], Provenance],
        has: Callable[[str], bool],
    ) -> None:
        self.tables = tables
        self.editions = editions
        self.provenance = provenance
        self._has = has
        keep = lru_cache(maxsize=_KEPT)
        self.is_packaged = keep(self._packaged)
        self.fees = keep(self._fees)
        self.totals_between = lru_cache(maxsize=64)(self._totals_between)
        self.number_of_totals = lru_cache(maxsize=64)(self._number_of_totals)
        self.localities = lru_cache(maxsize=16)(self._localities)
        self.counties = lru_cache(maxsize=16)(self._counties)
        self.unit_limit = keep(self._unit_limit)
        self.add_on = keep(self._add_on)
        self.add_ons_of = keep(self._add_ons_of)
        self.outpatient = keep(self._outpatient)
        self.classification = lru_cache(maxsize=4096)(self._classification)
        self.status_meaning = lru_cache(maxsize=256)(self._status_meaning)
        self.inpatient_only = keep(self._inpatient_only)
        self.caps = lru_cache(maxsize=4096)(self._caps)
        self.anesthesia = lru_cache(maxsize=16)(self._anesthesia)

    def evidence(self, table: str, release: str, *values: tuple[str, object]) -> Evidence:
        """Return a row as evidence: (column, cell) pairs as published."""
        return Evidence(table, self.provenance(release), tuple((n, str(v)) for n, v in values))

    def tells_all_of(self, edition: Edition, *codes: str) -> bool:
        """Tell whether what an edition does not say of these codes is not so: it is whole, or packaged for them."""
        return edition.whole or (edition.packaged and all(map(self.is_packaged, codes)))

    def _packaged(self, code: str) -> bool:
        """Tell whether the packaged figures are of a code: one that the release describes, or has in its schedule."""
        return bool(self._rows("code", _CODE, _system(code), code)) or any(
            self.fees(edition.release, code) for edition in self.editions.of(PFS)
        )

    def _rows(self, table: str, sql: str, *key: str | int) -> list[tuple[Any, ...]]:
        return self.tables.rows(sql, key) if self._has(table) else []

    def _fees(self, release: str, code: str) -> dict[str, RelativeValue]:
        """Return the fee schedule rows of a code by modifier (`""`, `26`, `TC`, `53`)."""
        return {r[1]: _relative_value(r) for r in self._rows("pfs", _FEE, release, code)}

    def _totals_between(self, release: str, first: str, last: str) -> dict[str, FeeTotals]:
        """Return what the codes of a release from the first to the last are worth, rows with a modifier left out."""
        return _fee_totals(self._rows("pfs", _BETWEEN, release, first, last))

    def totals_among(self, release: str, codes: Iterable[str]) -> dict[str, FeeTotals]:
        """Return what those of some codes that a release has are worth, rows with a modifier left out; not kept."""
        return _fee_totals(self._rows("pfs", _AMONG, release, json.dumps(sorted(codes))))

    def _number_of_totals(self, release: str, at_most: int) -> int:
        """Return how many codes of a release have a row without modifier; more than `at_most` are not counted."""
        found = self._rows("pfs", _UP_TO, release, at_most)
        return int(found[0][0]) if found else 0

    def valued_fees(self, release: str) -> list[RelativeValue]:
        """Return all fee schedule rows of a release that have a relative value, by code and modifier; not kept."""
        return [_relative_value(row) for row in self._rows("pfs", _VALUED, release)]

    def all_caps(self, release: str) -> list[tuple[str, str, CapRow]]:
        """Return all OPPS caps of a release with their code and modifier; not kept."""
        return [
            (r[0], r[1], CapRow(r[2], r[3], Decimal(r[4]), Decimal(r[5])))
            for r in self._rows("opps_cap", _CAPS, release)
        ]

    def _localities(self, release: str) -> tuple[LocalityIndices, ...]:
        """Return the localities of a GPCI release with their indices."""
        return tuple(
            LocalityIndices(r[0], r[1], r[2], r[3], r[4], *map(Decimal, r[5:8]))
            for r in self._rows("gpci", _GPCI, release)
        )

    def _counties(self, release: str) -> tuple[LocalityCounties, ...]:
        """Return the counties of the localities of a LOCCO release."""
        return tuple(LocalityCounties(*r) for r in self._rows("locality", _COUNTIES, release))

    def _unit_limit(self, release: str, code: str, setting: str) -> UnitLimitRow | None:
        """Return the unit limit of a code in a setting (a key of MUE_SETTINGS), None where none is published."""
        rows = self._rows("mue", _MUE, _system(code), code, MUE_SETTINGS[setting], release)
        return UnitLimitRow(*rows[0]) if rows else None

    def _add_on(self, release: str, code: str) -> tuple[AddOnRow, ...]:
        """Return the rows of a code as an add-on code."""
        return tuple(AddOnRow(*r) for r in self._rows("addon", _ADD_ON, _system(code), code, release))

    def _add_ons_of(self, release: str, code: str) -> tuple[AddOnRow, ...]:
        """Return the rows of a code as a primary code."""
        return tuple(AddOnRow(*r) for r in self._rows("addon", _OF_PRIMARY, _system(code), code, release))

    def _outpatient(self, release: str, code: str) -> OutpatientEntry | None:
        """Return the row of Addendum B for a code."""
        rows = self._rows("opps", _OPPS, release, code)
        if not rows:
            return None
        r = rows[0]
        cells: list[Any] = [*r[:5], *map(_number, r[5:11]), bool(r[11]), r[12]]
        return OutpatientEntry(*cells)

    def _classification(
        self, release: str, apc: str
    ) -> tuple[str, str, Decimal | None, Decimal | None] | None:
        """Return title, status, relative weight and payment rate of an APC from Addendum A."""
        rows = self._rows("apc", _APC, release, apc)
        if not rows:
            return None
        title, status, weight, rate = rows[0]
        return title, status, _number(weight), _number(rate)

    def _status_meaning(self, release: str, status: str) -> tuple[str, str] | None:
        """Return what Addendum D1 says of a status indicator: the services, and how they are paid."""
        rows = self._rows("opps_status", _STATUS, release, status)
        return (rows[0][0], rows[0][1]) if rows else None

    def _inpatient_only(self, release: str, code: str) -> bool:
        """Tell whether Addendum E lists a code."""
        return bool(self._rows("inpatient_only", _INPATIENT, release, code))

    def _caps(self, release: str, code: str, modifier: str) -> dict[tuple[str, str], CapRow]:
        """Return the OPPS caps of a code by (carrier, locality) as the cap file names them."""
        rows = self._rows("opps_cap", _CAP, release, code, modifier)
        return {(r[0], r[1]): CapRow(r[0], r[1], Decimal(r[2]), Decimal(r[3])) for r in rows}

    def _anesthesia(self, release: str) -> tuple[AnesthesiaRow, ...]:
        """Return the anesthesia conversion factors of a release."""
        return tuple(
            AnesthesiaRow(r[0], r[1], r[2], Decimal(r[3]), _number(r[4]))
            for r in self._rows("anesthesia", _ANESTHESIA, release)
        )


def _system(code: str) -> str:
    return "hcpcs" if code[0].isalpha() else "cpt"


def _fee_totals(rows: Iterable[tuple[Any, ...]]) -> dict[str, FeeTotals]:
    return {
        code: FeeTotals(
            status,
            Decimal(work),
            None if na else Decimal(facility),
            None if not_there else Decimal(other),
        )
        for code, status, work, facility, na, other, not_there in rows
    }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


_CONVERT: Final[dict[str, Callable[[Any], Any]]] = {"Decimal": Decimal, "bool": bool}
_CONVERTERS: Final = tuple(
    _CONVERT.get(str(f.type), str) for f in fields(RelativeValue) if f.name != "descriptor"
)


def _relative_value(row: tuple[Any, ...]) -> RelativeValue:
    code, modifier, *rest = (convert(cell) for convert, cell in zip(_CONVERTERS, row, strict=True))
    return RelativeValue(code, modifier, "", *rest)
