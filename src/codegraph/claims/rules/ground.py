"""What the rules stand on: the releases that answer for a day and a setting, and what they say of a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from codegraph.billing.editions import ADD_ON, ADDENDUM_B, INPATIENT_ONLY, MUE, PFS, PTP, Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.modifiers.facts import VISITS, within
from codegraph.claims.model import Finding
from codegraph.claims.rules.knowledge import Knowledge
from codegraph.claims.rules.table import PRACTITIONER
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.billing.figures import AddOnRow, UnitLimitRow
    from codegraph.billing_questions import BillingQuestions
    from codegraph.sources.opps_addendum_b import OutpatientEntry
    from codegraph.sources.pfs_entries import RelativeValue

# A list without any date (as derived ones are) holds ended codes too, and says nothing of a day.
_HCPCS: Final = (
    "SELECT release, added, terminated FROM hcpcs WHERE system = ? AND notation = ? "
    "AND (added <> '' OR effective <> '' OR terminated <> '') ORDER BY release"
)
_KEPT: Final = 1 << 17


class CodeFacts:
    """What the releases of a ground say of a code; read once."""

    __slots__ = (
        "add_ons",
        "code",
        "fee",
        "global_period",
        "inpatient_only",
        "is_visit",
        "limit",
        "limit_row",
        "listed",
        "opps",
        "ptp",
        "row",
        "status",
        "system",
    )

    def __init__(self, ground: Ground, code: str) -> None:
        figures = ground.figures
        self.code = code
        self.system = "hcpcs" if code[0].isalpha() else "cpt"
        row: tuple[Any, ...] = ground.kg._code_row(self.system, code)
        # (label, status, billable, release, procedure), or None where no loaded list holds the code
        self.row = None if row[3] is None and row[0] is None else row
        pfs, opps = ground.release(PFS), ground.release(ADDENDUM_B)
        fees: Mapping[str, RelativeValue] = figures.fees(pfs, code) if pfs else {}
        self.fee: RelativeValue | None = fees.get("") or next(iter(fees.values()), None)
        self.status = self.fee.status if self.fee else ""
        self.global_period = self.fee.global_period if self.fee else ""
        mue, add_on = ground.release(ground.mue), ground.release(ADD_ON)
        self.limit: UnitLimitRow | None = figures.unit_limit(mue, code, ground.setting) if mue else None
        # Kept with the facts: limits are what claims exceed most often.
        self.limit_row = _limit_row(ground, code, self.limit) if self.limit else ()
        self.add_ons: tuple[AddOnRow, ...] = figures.add_on(add_on, code) if add_on else ()
        self.opps: OutpatientEntry | None = figures.outpatient(opps, code) if opps else None
        inpatient = ground.release(INPATIENT_ONLY)
        self.inpatient_only = bool(inpatient) and figures.inpatient_only(inpatient, code)
        self.is_visit = within(code, VISITS)
        self.ptp = ground.pairs is not None and code in ground.pairs
        # (release, day added, last day) of the dated lists of HCPCS Level II; none for CPT
        self.listed = _listed(ground, self.system, code)

    @property
    def procedure(self) -> str | None:
        """Return what the code denotes, as a CURIE, where the graph has a definition."""
        return None if self.row is None else self.row[4]


def _limit_row(ground: Ground, code: str, limit: UnitLimitRow) -> tuple[Evidence, ...]:
    return ground.evidence(
        "mue",
        ground.mue,
        ("code", code),
        ("setting", ground.setting),
        ("units", limit.units),
        ("adjudication", limit.adjudication),
        ("rationale", limit.rationale),
    )


def _listed(ground: Ground, system: str, code: str) -> tuple[tuple[str, str, str], ...]:
    """Return (release, day added, last day) of the HCPCS lists that date a code; days are ISO text or empty."""
    if system != "hcpcs" or not ground.kg._has_table("hcpcs"):
        return ()
    return tuple(ground.kg.tables.rows(_HCPCS, (system, code)))


class Ground:
    """The releases that answer in one setting, what they say of codes, and findings that they alone decide.

    `editions` maps a source to its release, `near` those that do not cover the day to words that say so. Days that
    the same releases answer for share a ground.
    """

    def __init__(
        self,
        kg: BillingQuestions,
        knowledge: Knowledge,
        setting: str,
        editions: Mapping[str, Edition],
        near: Mapping[str, str],
    ) -> None:
        self.kg = kg
        self.knowledge = knowledge
        self.setting = setting
        self.figures = kg._figures
        self.editions = dict(editions)
        self.mue = MUE[setting]
        self.ptp = PTP[setting]
        self._near = dict(near)
        self._facts: dict[str, CodeFacts] = {}
        # (code, modifiers) -> what the line's own rules found
        self.alone: dict[tuple[str, tuple[str, ...]], tuple[Finding, ...]] = {}
        self.pairs = _pairs(kg) if self.ptp in self.editions else None

    @property
    def nearest(self) -> bool:
        """Tell whether some release answers that does not cover the day."""
        return bool(self._near)

    @property
    def practitioner(self) -> bool:
        """Tell whether the claim is a practitioner's."""
        return self.setting == PRACTITIONER

    def release(self, source: str) -> str:
        """Return the release of a source that answers, or nothing."""
        found = self.editions.get(source)
        return found.release if found else ""

    def near(self, source: str) -> str:
        """Return what a message adds where the nearest release of a source answers."""
        return self._near.get(source, "")

    def facts(self, code: str) -> CodeFacts:
        """Return what is known of a code."""
        found = self._facts.get(code)
        if found is None:
            if len(self._facts) >= _KEPT:
                self._facts.clear()
            found = self._facts[code] = CodeFacts(self, code)
        return found

    def evidence(self, table: str, source: str, *values: tuple[str, object]) -> tuple[Evidence, ...]:
        """Return a row of a source's release as evidence."""
        return (self.figures.evidence(table, self.release(source), *values),)

    def keep(self, key: tuple[str, tuple[str, ...]], found: tuple[Finding, ...]) -> None:
        """Keep what the rules of a line found, for lines like it."""
        if len(self.alone) >= _KEPT:
            self.alone.clear()
        self.alone[key] = found


def _pairs(kg: BillingQuestions) -> Any:  # noqa: ANN401
    try:
        return kg._pair_table
    except NotLoaded:
        return None


def in_force(row: AddOnRow, day: date | None) -> bool:
    """Tell whether an add-on edit is applied to a day; its deletion date is the last day, no date is no limit."""
    if day is None:
        return not row.deleted
    text = day.isoformat()
    return row.effective <= text and (not row.deleted or text <= row.deleted)
