"""A row of the relative value file, and what becomes of it: triples, a code fact, a table row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from codegraph import rdf
from codegraph.codes import billing_system
from codegraph.namespaces import CODE_PREFIXES, CONCEPT, ENTRY
from codegraph.rdf import Triple
from codegraph.sources.base import CodeFact, Release, Table
from codegraph.sources.values import plain


@dataclass(frozen=True, slots=True)
class RelativeValue:
    """One row of the file: what a code, with a modifier or none, is worth and which rules hold."""

    code: str
    modifier: str
    descriptor: str
    status: str
    not_used: bool
    work: Decimal
    nonfacility_pe: Decimal
    nonfacility_na: bool
    facility_pe: Decimal
    facility_na: bool
    malpractice: Decimal
    nonfacility_total: Decimal
    facility_total: Decimal
    pctc: str
    global_period: str
    preoperative: Decimal
    intraoperative: Decimal
    postoperative: Decimal
    multiple_procedure: str
    bilateral: str
    assistant: str
    cosurgeon: str
    team: str
    pricing: str
    endoscopic_base: str
    conversion_factor: Decimal
    supervision: str
    calculation_flag: str
    imaging_family: str
    opps_nonfacility_pe: Decimal
    opps_facility_pe: Decimal
    opps_malpractice: Decimal

    @property
    def key(self) -> str:
        """Return `44310`, or `44388-53` with a modifier."""
        return f"{self.code}-{self.modifier}" if self.modifier else self.code


FIELDS: Final = tuple(f.name for f in fields(RelativeValue))


_DECIMALS: Final = tuple(
    (attrgetter(field), rdf.term(predicate))
    for field, predicate in (
        ("work", "cg:workRvu"),
        ("nonfacility_pe", "cg:nonFacilityPeRvu"),
        ("facility_pe", "cg:facilityPeRvu"),
        ("malpractice", "cg:malpracticeRvu"),
        ("nonfacility_total", "cg:nonFacilityTotalRvu"),
        ("facility_total", "cg:facilityTotalRvu"),
        ("preoperative", "cg:preoperativeShare"),
        ("intraoperative", "cg:intraoperativeShare"),
        ("postoperative", "cg:postoperativeShare"),
        ("conversion_factor", "cg:conversionFactor"),
        ("opps_nonfacility_pe", "cg:oppsNonFacilityPeAmount"),
        ("opps_facility_pe", "cg:oppsFacilityPeAmount"),
        ("opps_malpractice", "cg:oppsMalpracticeAmount"),
    )
)
_STRINGS: Final = tuple(
    (attrgetter(field), rdf.term(predicate))
    for field, predicate in (
        ("pctc", "cg:pcTcIndicator"),
        ("multiple_procedure", "cg:multipleProcedureIndicator"),
        ("bilateral", "cg:bilateralIndicator"),
        ("assistant", "cg:assistantIndicator"),
        ("cosurgeon", "cg:coSurgeonIndicator"),
        ("team", "cg:teamSurgeonIndicator"),
        ("supervision", "cg:supervisionIndicator"),
        ("imaging_family", "cg:imagingFamilyIndicator"),
    )
)
_FLAGS: Final = tuple(
    (attrgetter(field), rdf.term(predicate))
    for field, predicate in (
        ("not_used", "cg:notUsedForMedicarePayment"),
        ("nonfacility_na", "cg:nonFacilityNotApplicable"),
        ("facility_na", "cg:facilityNotApplicable"),
    )
)
_ENTRY: Final = rdf.term("cg:FeeScheduleEntry")
_OF_RELEASE: Final = rdf.term("cg:ofRelease")
_WITH_MODIFIER: Final = rdf.term("cg:withModifier")
_STATUS: Final = rdf.term("cg:statusIndicator")
_GLOBAL: Final = rdf.term("cg:globalPeriod")
_BASE: Final = rdf.term("cg:endoscopicBase")
_TRUE: Final = rdf.boolean(True)


def code_term(code: str) -> str:
    """Return the IRI term of a billing code, CPT or HCPCS Level II by its form."""
    system = billing_system(code)
    if system is None:
        raise ValueError(f"{code!r} is no billing code")
    return f"<{CODE_PREFIXES[system]}{code}>"


def triples(row: RelativeValue, release: Release) -> Iterator[Triple]:
    """Yield the fee schedule entry of a row; flags only where set, indicators only where given."""
    entry = f"<{ENTRY}{release.ident}/{row.key}>"
    yield Triple(entry, rdf.TYPE, _ENTRY)
    yield Triple(entry, rdf.OF_CODE, code_term(row.code))
    yield Triple(entry, _OF_RELEASE, f"<{release.iri}>")
    if row.modifier:
        yield Triple(entry, _WITH_MODIFIER, f"<{CODE_PREFIXES['modifier']}{row.modifier}>")
    yield Triple(entry, _STATUS, f"<{CONCEPT}pfs-status/{row.status}>")
    yield Triple(entry, _GLOBAL, f"<{CONCEPT}global-period/{row.global_period}>")
    if row.endoscopic_base:
        yield Triple(entry, _BASE, code_term(row.endoscopic_base))
    for number, predicate in _DECIMALS:
        yield Triple(entry, predicate, rdf.decimal(number(row)))
    for text, predicate in _STRINGS:
        if value := text(row):
            yield Triple(entry, predicate, f'"{value}"')
    for flag, predicate in _FLAGS:
        if flag(row):
            yield Triple(entry, predicate, _TRUE)


def is_licensed(code: str) -> bool:
    """Tell whether a code's official words belong to the AMA (CPT) or the ADA (dental codes)."""
    return billing_system(code) == "cpt" or code.startswith("D")


def billing_fact(code: str, descriptor: str) -> CodeFact:
    """Return what a billing file says of a code: its short descriptor is public for HCPCS Level II only."""
    system = billing_system(code)
    if system is None:
        raise ValueError(f"{code!r} is no billing code")
    if descriptor and is_licensed(code):
        return CodeFact(system, code, label=descriptor, licensed=True)
    return CodeFact(system, code, short_label=descriptor or None)


def codes(row: RelativeValue, release: Release) -> Iterable[CodeFact]:
    """Say that the code exists and what the file calls it; a modifier's row adds nothing.

    It lists the CPT codes that physicians report, paid or not: one that a newer file drops is retired. Codes that
    it never had (laboratory codes with U and M, much of HCPCS Level II) it says nothing of.
    """
    if row.modifier:
        return ()
    fact = billing_fact(row.code, row.descriptor)
    return (replace(fact, authority=fact.system == "cpt"),)


_KEPT: Final = tuple(f.name for f in fields(RelativeValue) if f.name != "descriptor")
_TYPES: Final = {"bool": "INTEGER"}
TABLE: Final = Table(
    "pfs",
    (
        ("release", "TEXT"),
        *((f.name, _TYPES.get(str(f.type), "TEXT")) for f in fields(RelativeValue) if f.name in _KEPT),
    ),
    ("release", "code", "modifier"),
    (("code",),),
)
_values = attrgetter(*_KEPT)


def table_rows(row: RelativeValue, release: Release) -> Iterable[tuple[Any, ...]]:
    """Return the row as it stands, numbers with their digits, without the descriptor."""
    cells = (
        plain(v) if isinstance(v, Decimal) else int(v) if isinstance(v, bool) else v for v in _values(row)
    )
    return ((release.ident, *cells),)
