"""Add-on code edits: beside which primary codes an add-on code is paid, and who says so.

NCCI Policy Manual, chapter I, on add-on codes. Type 1: the listed primaries only; 2: the claims contractor decides
which; 3: some are listed and the contractor may add others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import ADD_ON, Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.figures import AddOnRow
from codegraph.model import Provenance

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

TYPES: Final[dict[str, str]] = {
    "1": "paid only beside one of the listed primary codes",
    "2": "no primary codes are listed: the claims contractor decides beside which it is paid",
    "3": "some primary codes are listed, and the claims contractor may accept others",
}


@dataclass(frozen=True, slots=True)
class AddOns:
    """The add-on edits of a code, from both sides, in force on a day.

    `types` and `primaries` are those of the code as an add-on code (empty: it is none), `add_ons` the codes that
    are paid only beside it or others like it. `rows` are the published rows behind both. `edition` is the release
    that answers, `notes` what is to be known about the answer.
    """

    code: str
    types: tuple[str, ...]
    primaries: tuple[str, ...]
    add_ons: tuple[str, ...]
    edition: Edition
    rows: tuple[AddOnRow, ...]
    provenance: Provenance
    notes: tuple[str, ...] = ()

    @property
    def is_add_on(self) -> bool:
        """Tell whether the code is itself an add-on code."""
        return bool(self.types)

    @property
    def contractor_decides(self) -> bool:
        """Tell whether primaries beyond the listed ones are possible: types 2 and 3."""
        return not {"2", "3"}.isdisjoint(self.types)

    @property
    def meaning(self) -> str | None:
        """Return what the types of the code mean, None where it is no add-on code."""
        return "; ".join(f"type {t}: {TYPES[t]}" for t in self.types) or None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the published rows, those of the code as an add-on code first."""
        return tuple(_evidence(row, self.provenance) for row in self.rows)


def add_ons(kg: OpenedRelease, line: Line, day: date | None, *, nearest: bool = False) -> AddOns:
    """Return the add-on edits of a code in force on a day; without one, on the release's last day.

    Rows are judged by their own dates where the file gives any. Raises NotLoaded where no release covers the day.
    """
    edition = kg._editions.on(ADD_ON, day, nearest=nearest)
    on = day or edition.last
    as_add_on = _in_force(kg._figures.add_on(edition.release, line.code), on)
    as_primary = _in_force(kg._figures.add_ons_of(edition.release, line.code), on)
    return AddOns(
        line.code,
        tuple(sorted({row.type for row in as_add_on})),
        tuple(sorted({row.primary for row in as_add_on if row.primary})),
        tuple(sorted({row.addon for row in as_primary})),
        edition,
        as_add_on + as_primary,
        kg._provenance(edition.release),
        tuple(_notes(kg, line.code, edition, day, as_add_on + as_primary)),
    )


def _in_force(rows: tuple[AddOnRow, ...], on: date | None) -> tuple[AddOnRow, ...]:
    """Return the rows that apply on a day; dates are ISO text, which sorts like dates."""
    day = on.isoformat() if on else ""
    return tuple(
        row
        for row in rows
        if (not row.deleted or (day and day <= row.deleted))
        and (not row.effective or not day or row.effective <= day)
    )


def _evidence(row: AddOnRow, provenance: Provenance) -> Evidence:
    values = (
        ("add-on code", row.addon),
        ("primary code", row.primary or "decided by the contractor"),
        ("type", row.type),
    )
    effective, deleted = (date.fromisoformat(d) if d else None for d in (row.effective, row.deleted))
    return Evidence("addon", provenance, values, effective, deleted)


def _notes(
    kg: OpenedRelease, code: str, edition: Edition, day: date | None, rows: tuple[AddOnRow, ...]
) -> list[str]:
    notes = []
    if day is not None and not edition.covers(day):
        notes.append(f"no loaded release covers {day}; answered by the nearest, {edition}")
    if not rows:
        told = kg._figures.tells_all_of(edition, code)
        unproven = "" if told else ", but only an excerpt is loaded, which proves nothing"
        notes.append(f"no add-on edit in release {edition.release} names {code}{unproven}")
    notes.extend(dict.fromkeys(f"CMS notes on {row.addon}: {row.note}" for row in rows if row.note))
    return notes
