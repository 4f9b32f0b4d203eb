"""The tables that are compared row by row: their key, their figures, their indicators, and when a row is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from codegraph.billing.editions import (
    ADD_ON,
    ADDENDUM_A,
    ADDENDUM_B,
    ANESTHESIA,
    GPCI,
    INPATIENT_ONLY,
    MUE,
    OPPS_CAP,
    PFS,
    Edition,
)
from codegraph.changes.loaded import LISTS
from codegraph.namespaces import concept_iri, contract

Row = tuple[Any, ...]
Used = Callable[[Row, Edition], bool]


def _billing(code: str) -> str:
    return f"{'hcpcs' if code[0].isalpha() else 'cpt'}:{code}"


def _always(row: Row, edition: Edition) -> bool:
    return True


def _not_deleted(row: Row, edition: Edition) -> bool:
    """Tell whether a row of the fee schedule is in use: unless its status is D, deleted; I is about payment."""
    return bool(row[2] != "D")


def _not_terminated(row: Row, edition: Edition) -> bool:
    """Tell whether a code of HCPCS is in use: up to and including its termination date."""
    ended, day = str(row[2] or ""), edition.first
    return not ended or (day is not None and day.isoformat() <= ended)


def _in_force(row: Row, edition: Edition) -> bool:
    """Tell whether an add-on edit holds: from its effective to its deletion date; without dates it does."""
    begun, ended, day = str(row[4] or ""), str(row[5] or ""), edition.last or edition.first
    if day is None:
        return not ended
    return begun <= day.isoformat() and (not ended or day.isoformat() <= ended)


@dataclass(frozen=True)
class ComparedTable:
    """How a table is compared.

    `chains` are the series whose editions follow one another. `key` are the columns that name a row in an edition,
    `more` columns that `used` looks at. `figures` and `indicators` give, for a column, what it is called. `subject`
    and `other` make CURIEs of a row. `code` are the first columns of the key, those that name the code or place.
    `since` is the position of the day from which a row says it exists; `shows` the column that tells most of a row
    that comes or goes; `ends` a word and the position of the cell by which a row that is there says it is over.
    `appears` and `vanishes` are the kinds of change of a row that comes or goes. Of several rows of one key, one in
    use stands for it.
    """

    table: str
    chains: tuple[tuple[str, ...], ...]
    key: tuple[str, ...]
    subject: Callable[[Row], str]
    figures: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    used: Used = _always
    other: Callable[[Row], str] = lambda row: ""
    written: Callable[[Row], str] = lambda row: "-".join(str(cell) for cell in row if cell)
    code: tuple[str, ...] = ()
    since: int | None = None
    shows: str = ""
    ends: tuple[str, int] | None = None
    appears: str = "added"
    vanishes: str = "deleted"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read: key, more, figures, indicators."""
        return (*self.key, *self.more, *self.figures, *self.indicators)


PFS_FIGURES: Final = {
    "work": "work RVU",
    "nonfacility_pe": "non-facility PE RVU",
    "facility_pe": "facility PE RVU",
    "malpractice": "malpractice RVU",
    "nonfacility_total": "non-facility total RVU",
    "facility_total": "facility total RVU",
    "preoperative": "preoperative share",
    "intraoperative": "intraoperative share",
    "postoperative": "postoperative share",
    "opps_nonfacility_pe": "non-facility PE used for OPPS payment",
    "opps_facility_pe": "facility PE used for OPPS payment",
    "opps_malpractice": "malpractice used for OPPS payment",
}
PFS_INDICATORS: Final = {
    "status": "status indicator",
    "not_used": "not used for Medicare payment",
    "nonfacility_na": "non-facility NA indicator",
    "facility_na": "facility NA indicator",
    "pctc": "PC/TC indicator",
    "global_period": "global days",
    "multiple_procedure": "multiple procedure indicator",
    "bilateral": "bilateral indicator",
    "assistant": "assistant at surgery indicator",
    "cosurgeon": "co-surgeon indicator",
    "team": "team surgery indicator",
    "pricing": "pricing indicator",
    "endoscopic_base": "endoscopic base code",
    "supervision": "physician supervision indicator",
    "calculation_flag": "calculation flag",
    "imaging_family": "diagnostic imaging family indicator",
}
_OPPS_FIGURES: Final = {
    "relative_weight": "relative weight",
    "payment_rate": "payment rate",
    "national_copayment": "national unadjusted copayment",
    "minimum_copayment": "minimum unadjusted copayment",
    "coinsurance_percent": "coinsurance percentage",
    "adjusted_copayment": "adjusted beneficiary copayment",
}
_HCPCS_INDICATORS: Final = {
    "coverage": "coverage code",
    "pricing": "pricing indicator",
    "multiple_pricing": "multiple pricing indicator",
    "type_of_service": "type of service",
    "betos": "BETOS code",
}


_GEM_DIRECTIONS: Final = (
    ("icd10cm", "icd9cm"),
    ("icd9cm", "icd10cm"),
    ("icd10pcs", "icd9pcs"),
    ("icd9pcs", "icd10pcs"),
)


def _locality(row: Row) -> str:
    return f"locality:{row[0]}-{row[1]}"


def _of_system(row: Row) -> str:
    return f"{row[0]}:{row[1]}"


TABLES: Final[dict[str, ComparedTable]] = {
    "pfs": ComparedTable(
        "pfs",
        ((PFS,),),
        ("code", "modifier"),
        lambda row: _billing(row[0]),
        PFS_FIGURES,
        PFS_INDICATORS,
        more=("status",),
        used=_not_deleted,
        code=("code",),
        shows="status",
        ends=("status", 2),
    ),
    "gpci": ComparedTable(
        "gpci",
        ((GPCI,),),
        ("carrier", "locality"),
        _locality,
        {"work": "work GPCI", "practice_expense": "PE GPCI", "malpractice": "malpractice GPCI"},
        code=("carrier", "locality"),
    ),
    "anesthesia": ComparedTable(
        "anesthesia",
        ((ANESTHESIA,),),
        ("carrier", "locality", "participation"),
        _locality,
        {"factor": "anesthesia conversion factor", "national": "national anesthesia conversion factor"},
        code=("carrier", "locality"),
    ),
    "oppscap": ComparedTable(
        "opps_cap",
        ((OPPS_CAP,),),
        ("code", "modifier", "carrier", "locality"),
        lambda row: _billing(row[0]),
        {"facility": "facility cap", "nonfacility": "non-facility cap"},
        {"status": "status indicator"},
        code=("code",),
    ),
    "opps": ComparedTable(
        "opps",
        ((ADDENDUM_B,),),
        ("code",),
        lambda row: _billing(row[0]),
        _OPPS_FIGURES,
        {"status": "OPPS status indicator", "apc": "APC"},
        code=("code",),
        shows="status",
    ),
    "apc": ComparedTable(
        "apc",
        ((ADDENDUM_A,),),
        ("apc",),
        lambda row: contract(concept_iri("apc", row[0])),
        _OPPS_FIGURES,
        {"status": "OPPS status indicator"},
        code=("apc",),
    ),
    "inpatient": ComparedTable(
        "inpatient_only",
        ((INPATIENT_ONLY,),),
        ("code",),
        lambda row: _billing(row[0]),
        code=("code",),
        appears="listed",
        vanishes="unlisted",
    ),
    "mue": ComparedTable(
        "mue",
        tuple((series,) for series in MUE.values()),
        ("system", "notation"),
        _of_system,
        {"units": "units"},
        {"adjudication": "adjudication indicator", "rationale": "rationale"},
        written=lambda row: str(row[1]),
        code=("system", "notation"),
        shows="units",
        appears="edit-added",
        vanishes="edit-ended",
    ),
    "addon": ComparedTable(
        "addon",
        ((ADD_ON,),),
        ("addon_system", "addon", "primary_system", "primary_code"),
        _of_system,
        {},
        {"type": "type"},
        more=("effective", "deleted"),
        used=_in_force,
        other=lambda row: f"{row[2]}:{row[3]}" if row[3] else "",
        written=lambda row: f"{row[1]} with {row[3] or 'primaries of the contractor'}",
        code=("addon_system", "addon"),
        ends=("deleted", 5),
        appears="edit-added",
        vanishes="edit-ended",
    ),
    "hcpcs": ComparedTable(
        "hcpcs",
        (LISTS["hcpcs"],),
        ("system", "notation"),
        _of_system,
        {},
        _HCPCS_INDICATORS,
        more=("terminated", "added"),
        used=_not_terminated,
        written=lambda row: str(row[1]),
        code=("system", "notation"),
        since=3,
        ends=("terminated", 2),
    ),
    "gem": ComparedTable(
        "gem",
        tuple((f"gem-{a}-{b}",) for a, b in _GEM_DIRECTIONS),
        ("subject_system", "subject", "object_system", "object", "scenario", "choice_list"),
        _of_system,
        {},
        {"approximate": "approximate flag", "no_map": "no-map flag", "combination": "combination flag"},
        other=lambda row: f"{row[2]}:{row[3]}" if row[3] else "",
        written=lambda row: f"{row[1]} to {row[3] or 'none'} ({row[4]}, {row[5]})",
        appears="mapping-gained",
        vanishes="mapping-lost",
    ),
}
