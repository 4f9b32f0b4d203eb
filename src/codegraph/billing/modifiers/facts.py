"""What the loaded tables say of a code on a day, as far as modifiers ask: read once, when first asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from codegraph.billing.editions import ADDENDUM_B, PFS, PTP, Edition
from codegraph.billing.evidence import Evidence
from codegraph.errors import NotLoaded

if TYPE_CHECKING:
    from codegraph.opened import OpenedRelease
    from codegraph.sources.opps_addendum_b import OutpatientEntry
    from codegraph.sources.pfs_entries import RelativeValue

Ranges = tuple[tuple[str, str], ...]
ANESTHESIA: Final[Ranges] = (("00100", "01999"),)
# Visits in the sense of the global package: evaluation and management, ophthalmological visits, and the visits that
# Medicare has codes of its own for (emergency departments of type B, clinic, preventive visits).
VISITS: Final[Ranges] = (
    ("99202", "99499"),
    ("92002", "92004"),
    ("92012", "92014"),
    ("G0380", "G0384"),
    ("G0402", "G0402"),
    ("G0438", "G0439"),
    ("G0463", "G0463"),
)
LABORATORY: Final[Ranges] = (("80047", "89398"),)
LABORATORY_LETTERS: Final = ("U", "M")
IMAGING: Final[Ranges] = (("70010", "76999"),)
SURGERY: Final[Ranges] = (("10000", "69999"),)


def within(code: str, ranges: Ranges) -> bool:
    """Tell whether a code lies in one of some ranges of codes written alike (letters at the same places).

    >>> within("0042T", (("00100", "01999"),))
    False
    """
    return any(_form(code) == _form(first) and first <= code <= last for first, last in ranges)


def _form(code: str) -> tuple[bool, bool]:
    return code[0].isalpha(), code[-1].isalpha()


class Verdict(NamedTuple):
    """What a rule says; see ModifierRule for the fields."""

    applies: bool | None
    reason: str
    condition: str | None = None
    rate: str | None = None
    evidence: tuple[Evidence, ...] = ()
    loaded: bool = True


class Facts:
    """A code on a day, and which edition of each table answers; `missing` says why one does not.

    `component` is the modifier (26, TC, 53) whose row of the fee schedule is meant where there is one: its indicators
    can differ from those of the whole (76519 is bilateral 2, 76519-26 bilateral 3).
    """

    def __init__(
        self, kg: OpenedRelease, code: str, day: date | None, *, nearest: bool = False, component: str = ""
    ) -> None:
        self.kg = kg
        self.code = code
        self.day = day
        self.nearest = nearest
        self.component = component
        self.missing: dict[str, str] = {}

    def edition(self, source: str) -> Edition | None:
        """Return the edition of a source that answers for the day; None puts the reason into `missing`."""
        try:
            return self.kg._editions.on(source, self.day, nearest=self.nearest)
        except NotLoaded as error:
            self.missing[source] = str(error)
            return None

    @property
    def visit(self) -> bool:
        """Tell whether the code is a visit."""
        return within(self.code, VISITS)

    @property
    def anesthesia(self) -> bool:
        """Tell whether the code is an anesthesia service."""
        return within(self.code, ANESTHESIA)

    @property
    def laboratory(self) -> bool:
        """Tell whether the code is a laboratory test."""
        return within(self.code, LABORATORY) or self.code[-1] in LABORATORY_LETTERS

    @cached_property
    def schedule(self) -> Edition | None:
        """Return the edition of the physician fee schedule."""
        return self.edition(PFS)

    @cached_property
    def rows(self) -> Mapping[str, RelativeValue]:
        """Return the rows of the fee schedule by modifier; none where it is not loaded or lacks the code."""
        return {} if self.schedule is None else self.kg._figures.fees(self.schedule.release, self.code)

    @cached_property
    def row(self) -> RelativeValue | None:
        """Return the row of the component, else the one without modifier, else the only one."""
        return self.rows.get(self.component) or self.rows.get("") or next(iter(self.rows.values()), None)

    @cached_property
    def hospital(self) -> Edition | None:
        """Return the edition of the hospital outpatient rates."""
        return self.edition(ADDENDUM_B)

    @cached_property
    def outpatient(self) -> OutpatientEntry | None:
        """Return the row of hospital outpatient payment."""
        return (
            None if self.hospital is None else self.kg._figures.outpatient(self.hospital.release, self.code)
        )

    @cached_property
    def edits(self) -> tuple[Edition, str] | None:
        """Return the edition of the NCCI pairs and its setting: of practitioners, else of outpatient hospitals."""
        for setting, source in PTP.items():
            edition = self.edition(source)
            if edition is not None:
                return edition, setting
        return None

    @cached_property
    def pairs(self) -> Counter[str]:
        """Return how many pairs in force name the code, by modifier indicator."""
        if self.edits is None:
            return Counter()
        edition, setting = self.edits
        covered = self.day is not None and edition.covers(self.day)
        day = self.day if covered else edition.last
        found = Counter[str]()
        for _, row, number in self.kg._pair_table.counted(self.code, setting, edition.release):
            found[row.indicator] += number if row.in_force(day) else 0
        return +found

    @cached_property
    def denotes_unpaired(self) -> bool:
        """Tell whether the graph knows the sites of the code's procedure and none of them has sides."""
        found = self.kg.tables.row(
            "SELECT procedure FROM code WHERE notation = ? AND system IN ('cpt', 'hcpcs')", (self.code,)
        )
        if found is None or found[0] is None:
            return False
        sites = self.kg.store.objects(str(found[0]), "cg:actsOn")
        return bool(sites) and not any(self._has_sides(site) for site in sites)

    def _has_sides(self, site: str) -> bool:
        below = (site, *self.kg.store.subjects("skos:broader", site))
        return any(self.kg.store.objects(each, "cg:isOnSide") for each in below)

    @cached_property
    def separate(self) -> bool:
        """Tell whether the graph marks the code as one that is ordinarily part of a larger procedure."""
        system = "hcpcs" if self.code[0].isalpha() else "cpt"
        return self.kg.store.object(f"{system}:{self.code}", "cg:isSeparateProcedure") is True

    def cell(self, field: str, title: str, row: RelativeValue | None = None) -> Evidence:
        """Return a cell of the fee schedule row as evidence."""
        row = row or self.row
        if row is None or self.schedule is None:
            raise ValueError(f"{self.code} has no fee schedule row")
        named = (("code", row.code), ("modifier", row.modifier or "none"), (title, getattr(row, field)))
        return self.kg._figures.evidence("pfs", self.schedule.release, *named)

    def unscheduled(self) -> Verdict | None:
        """Return what is said where the fee schedule does not answer: not loaded, or no row. None where it does."""
        if self.schedule is None:
            return Verdict(None, self.missing[PFS], loaded=False)
        if self.row is None:
            return Verdict(
                None, f"{self.code} has no row in the physician fee schedule ({self.schedule.release})"
            )
        return None

    def stretched(self, evidence: Iterable[Evidence]) -> str:
        """Return a remark where an edition answers that does not cover the day, else an empty text."""
        used = {e.provenance.release for e in evidence}
        if self.day is None or not self.nearest or not used:
            return ""
        editions = (self.schedule, self.hospital, self.edits[0] if self.edits else None)
        far = [e.release for e in editions if e is not None and e.release in used and not e.covers(self.day)]
        return f" (by {', '.join(far)}, the nearest to {self.day})" if far else ""
