"""Medically unlikely edits: the most units of a code that are ordinarily paid, and how CMS counts them.

NCCI Policy Manual, chapter I, on medically unlikely edits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import MUE, Edition, checked_setting
from codegraph.billing.evidence import Evidence

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

# MUE adjudication indicator -> CMS's name of it, and what is counted.
ADJUDICATION: Final[dict[str, tuple[str, str]]] = {
    "1": ("claim line", "each claim line is compared with the limit by itself"),
    "2": (
        "date of service, policy",
        "all units of the day are added up; the limit rests on law or policy and more are not paid",
    ),
    "3": (
        "date of service, clinical",
        "all units of the day are added up; more than the limit may be paid where they are shown to be necessary",
    ),
}
_NONE: Final = (
    "no limit is published for {code} ({setting}) in {release}; CMS keeps some limits confidential, so that none "
    "is published does not mean that there is none"
)
_EXCERPT: Final = (
    "no limit of {code} ({setting}) stands in {release}, but only an excerpt is loaded, which proves nothing"
)


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The medically unlikely edit of a code in a setting; `units` is None where none is published.

    `adjudication` is `1`, `2` or `3` (see `meaning`), `rationale` CMS's own word for the reason, `edition` the
    release that answers. `note` says what an absent limit means, and when another date's release answers.
    """

    code: str
    setting: str
    units: int | None
    adjudication: str | None
    rationale: str | None
    edition: Edition
    evidence: Evidence | None = None
    note: str | None = None

    @property
    def term(self) -> str | None:
        """Return what CMS calls the adjudication indicator: claim line; date of service, policy or clinical."""
        return ADJUDICATION[self.adjudication][0] if self.adjudication else None

    @property
    def meaning(self) -> str | None:
        """Return the adjudication indicator in words: its term, and what is compared with the limit."""
        return ": ".join(ADJUDICATION[self.adjudication]) if self.adjudication else None


def unit_limit(
    kg: OpenedRelease, line: Line, day: date | None, setting: str, *, nearest: bool = False
) -> UnitLimit:
    """Return the unit limit of a code on a day, in `practitioner`, `outpatient` or `dme`.

    Raises InvalidValue for another setting, NotLoaded where no release of it covers the day.
    """
    edition = kg._editions.on(MUE[checked_setting(setting, MUE)], day, nearest=nearest)
    row = kg._figures.unit_limit(edition.release, line.code, setting)
    note = None
    if day is not None and not edition.covers(day):
        note = f"no loaded release covers {day}; answered by the nearest, {edition}"
    if row is None:
        absent = (_NONE if kg._figures.tells_all_of(edition, line.code) else _EXCERPT).format(
            code=line.code, setting=setting, release=edition.release
        )
        note = f"{absent}; {note}" if note else absent
        return UnitLimit(line.code, setting, None, None, None, edition, note=note)
    evidence = kg._figures.evidence(
        "mue",
        edition.release,
        ("code", line.code),
        ("units", row.units),
        ("adjudication", row.adjudication),
        ("rationale", row.rationale),
    )
    return UnitLimit(line.code, setting, row.units, row.adjudication, row.rationale, edition, evidence, note)
