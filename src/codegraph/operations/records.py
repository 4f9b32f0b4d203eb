"""The fields of answers that no dataclass has: what `plain` writes, as types that schemas are made from."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypedDict

from codegraph.billing.editions import Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.limits import UnitLimit
from codegraph.billing.modifiers.model import ModifierRule
from codegraph.billing.modifiers.sets import Exclusion
from codegraph.billing.pairs import Episode
from codegraph.changes.events import Event
from codegraph.claims.model import NotChecked, Outcome, Severity
from codegraph.crosswalk.combinations import Combination
from codegraph.model import FacetComparison, FacetRelation, Provenance, Relation


class ListedCode(TypedDict):
    """A code of a list."""

    code: str
    label: str | None
    status: str


class Hop(TypedDict):
    """A hop of a mapping that was chained."""

    source: str
    target: str
    relation: Relation


class CodeMapping(TypedDict):
    """A mapping of a code."""

    target: str
    label: str | None
    relation: Relation
    predicate: str
    justification: str
    confidence: float | None
    comment: str | None
    combination: str | None
    aside: str | None
    beyond: list[str]
    readings: list[str]
    path: list[Hop]
    mapping_set: str
    provenance: Provenance
    facets: list[FacetComparison]


class CodeCrosswalk(TypedDict):
    """What a code maps to."""

    code: str
    to: str | None
    note: str | None
    mappings: list[CodeMapping]
    combinations: list[Combination]


class OtherSettingEdit(TypedDict):
    """The edit of the same pair in the other setting."""

    setting: str
    release: str
    in_force: Episode | None
    differs: bool | None


class PairOfCodes(TypedDict):
    """The NCCI edits of a pair of codes."""

    first: str
    second: str
    setting: str
    on: date | None
    sentence: str
    column_one: str | None
    column_two: str | None
    indicator: str | None
    meaning: str | None
    rationale: str | None
    ends: date | None
    in_force: Episode | None
    other_setting: OtherSettingEdit | None
    known: bool
    note: str | None
    episodes: list[Episode]
    edition: Edition
    evidence: list[Evidence]


class CodeConflicts(TypedDict):
    """All NCCI edits that name a code."""

    code: str
    setting: str
    on: date | None
    by_column: dict[str, int]
    by_indicator: dict[str, int]
    note: str | None
    episodes: list[Episode]
    edition: Edition


class CodeAddOns(TypedDict):
    """The add-on edits of a code."""

    code: str
    is_add_on: bool
    types: list[str]
    meaning: str | None
    contractor_decides: bool
    primaries: list[str]
    add_ons: list[str]
    notes: list[str]
    edition: Edition
    evidence: list[Evidence]


class NamedFacet(TypedDict):
    """A facet of two definitions, how the second's values stand to the first's."""

    name: str
    facet: str
    source: list[str]
    target: list[str]
    relation: FacetRelation


class CodeDifferences(TypedDict):
    """Two codes' definitions facet by facet."""

    first: str
    second: str
    relation: Relation | None
    sentence: str
    differing: list[str]
    facets: list[NamedFacet]


class CodeHistory(TypedDict):
    """What all loaded releases say of a code over time."""

    code: str
    events: list[Event]
    notes: list[str]


class MissingLimit(TypedDict):
    """A setting whose unit limits are not loaded."""

    setting: str
    reason: str


class CodeLimits(TypedDict):
    """The unit limits of a code."""

    limits: list[UnitLimit]
    not_loaded: list[MissingLimit]


class CodeModifiers(TypedDict):
    """What modifiers do on a code."""

    code: str
    modifiers: list[ModifierRule]
    exclusions: list[Exclusion]


class CheckEvidence(TypedDict):
    """A row that decided."""

    table: str
    provenance: Provenance
    values: dict[str, str]
    effective: date | None
    deleted: date | None


class CheckFinding(TypedDict):
    """What a rule found on a line of a claim."""

    line: int
    rule: str
    source: str
    severity: Severity
    message: str
    evidence: list[CheckEvidence]
    resolution: str | None
    other: str | None
    other_line: int | None


class CheckLine(TypedDict):
    """A line of a claim as it was read."""

    number: int
    code: str
    modifiers: list[str]
    units: int
    day: date | None
    place: str | None
    provider: str | None
    charge: str | None
    diagnoses: list[str]


class CheckedClaimLine(TypedDict):
    """A line of a claim with its verdict."""

    line: CheckLine
    outcome: Outcome
    findings: list[CheckFinding]


class CheckedClaim(TypedDict):
    """A claim with the verdict on each of its lines."""

    ident: str
    on: date | None
    setting: Literal["practitioner", "outpatient"]
    prior: list[CheckLine]
    diagnoses: list[str]
    notes: list[str]
    outcome: Outcome
    lines: list[CheckedClaimLine]
    general: list[CheckFinding]
    not_checked: list[NotChecked]
