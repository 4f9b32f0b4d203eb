"""A code under hospital outpatient payment (OPPS): status indicator, APC, rate, and what they mean for a claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from codegraph.billing.editions import ADDENDUM_A, ADDENDUM_B, INPATIENT_ONLY, STATUS_MEANINGS, Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.outpatient_status import STATUSES, STOPPED
from codegraph.errors import NotLoaded, UnknownCode

if TYPE_CHECKING:
    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease

UNADJUSTED: Final = "national rates, not adjusted by a hospital's wage index"


@dataclass(frozen=True, slots=True)
class OutpatientStatus:
    """What Medicare's outpatient system says of a code in one release; amounts in dollars, None where none is stated.

    `label` and `meaning` are the indicator in our own words, `effect` what it does to the claim, `published` what
    CMS's Addendum D1 says (services, payment), where that is loaded. `payment_rate` is the national rate, not
    adjusted by a wage index; for a status that is packaged under conditions it holds where it is paid apart.
    `inpatient_only` is None where Addendum E is not loaded. `modifier_effects` are (modifier, what it does here) for
    the modifiers of the line.
    """

    code: str
    modifiers: tuple[str, ...]
    on: date | None
    release: str
    status: str
    label: str
    meaning: str
    effect: str
    published: tuple[str, str] | None
    apc: str
    apc_title: str
    apc_status: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    national_copayment: Decimal | None
    minimum_copayment: Decimal | None
    coinsurance_percent: Decimal | None
    adjusted_copayment: Decimal | None
    inpatient_only: bool | None
    modifier_effects: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        """Return the code with its modifiers (`44388-73`)."""
        return "-".join((self.code, *self.modifiers))

    def __str__(self) -> str:
        rate = "" if self.payment_rate is None else f", ${self.payment_rate:f}"
        apc = f", APC {self.apc}" if self.apc else ""
        return f"{self.key}: {self.status} ({self.label}){apc}{rate}"


def outpatient(
    kg: OpenedRelease, line: Line, day: date | None = None, *, nearest: bool = False
) -> OutpatientStatus:
    """Return a code's row of Addendum B with what it means.

    Raises NotLoaded where no release covers the day, UnknownCode for a code that the release does not list.
    Source: Addenda A, B, D1 and E of the release; 42 CFR 419.2, 419.22, 419.31 and 419.44.
    """
    edition = kg._editions.on(ADDENDUM_B, day, nearest=nearest)
    entry = kg._figures.outpatient(edition.release, line.code)
    if entry is None:
        raise UnknownCode(
            f"{line.code} is not in OPPS Addendum B ({edition.release}), which lists every code of the year"
        )
    named = (("code", entry.code), ("status", entry.status), ("apc", entry.apc), ("rate", entry.payment_rate))
    cells = tuple((name, value) for name, value in named if value not in (None, ""))
    evidence = [kg._figures.evidence("opps", edition.release, *cells)]
    title, apc_status = _classification(kg, entry.apc, day, nearest, evidence)
    only, notes = _inpatient(kg, line.code, entry.status, day, nearest, evidence)
    if day is not None and not edition.covers(day):
        notes.append(f"by {edition}, the nearest to {day}")
    if entry.note:
        notes.append(entry.note)
    rule = STATUSES.get(entry.status)
    if entry.payment_rate is not None:
        unpaid = rule is not None and rule.pays in ("not paid", "other system")
        notes.append("Addendum B states a rate, which its status does not pay" if unpaid else UNADJUSTED)
    return OutpatientStatus(
        line.code,
        line.modifiers,
        day,
        edition.release,
        entry.status,
        label(kg, entry.status),
        str(kg.store.object(f"opps-status:{entry.status}", "skos:definition") or ""),
        rule.effect if rule else "What this indicator means is not known here.",
        _published(kg, entry.status, day, nearest),
        entry.apc,
        title,
        apc_status,
        entry.relative_weight,
        entry.payment_rate,
        entry.national_copayment,
        entry.minimum_copayment,
        entry.coinsurance_percent,
        entry.adjusted_copayment,
        only,
        tuple(_effects(line, entry.status)),
        tuple(notes),
        tuple(evidence),
    )


def label(kg: OpenedRelease, status: str) -> str:
    """Return the label of a status indicator in the graph's own words, the letter where it has none."""
    found = kg._label(f"opps-status:{status}")
    return status if found.startswith("opps-status:") else found


def _edition(kg: OpenedRelease, source: str, day: date | None, nearest: bool) -> Edition | None:
    try:
        return kg._editions.on(source, day, nearest=nearest)
    except NotLoaded:
        return None


def _classification(
    kg: OpenedRelease, apc: str, day: date | None, nearest: bool, evidence: list[Evidence]
) -> tuple[str, str]:
    """Return title and status of an APC from Addendum A, empty where it is not loaded; add the row to the evidence."""
    edition = _edition(kg, ADDENDUM_A, day, nearest) if apc else None
    found = kg._figures.classification(edition.release, apc) if edition else None
    if edition is None or found is None:
        return "", ""
    evidence.append(kg._figures.evidence("apc", edition.release, ("apc", apc), ("title", found[0])))
    return found[0], found[1]


def _inpatient(
    kg: OpenedRelease, code: str, status: str, day: date | None, nearest: bool, evidence: list[Evidence]
) -> tuple[bool | None, list[str]]:
    """Return whether Addendum E lists the code (None: not loaded), with a note where Addendum B disagrees."""
    edition = _edition(kg, INPATIENT_ONLY, day, nearest)
    if edition is None:
        return None, []
    only = kg._figures.inpatient_only(edition.release, code)
    if only:
        evidence.append(kg._figures.evidence("inpatient_only", edition.release, ("code", code)))
    if only != (status == "C"):
        listed = "lists" if only else "does not list"
        return only, [f"Addendum E ({edition.release}) {listed} it, Addendum B has status {status}"]
    return only, []


def _published(kg: OpenedRelease, status: str, day: date | None, nearest: bool) -> tuple[str, str] | None:
    edition = _edition(kg, STATUS_MEANINGS, day, nearest)
    return kg._figures.status_meaning(edition.release, status) if edition else None


_OTHER_MODIFIERS: Final = {
    "26": "hospitals bill no professional part under this system",
    "50": "both sides: for status T the second side counts as a further procedure, at 50 percent",
    "53": "a physician's modifier; a hospital reports 73 or 74, or 52 where no anesthesia was planned",
    "TC": "hospitals bill the technical part without a modifier",
}


def _effects(line: Line, status: str) -> list[tuple[str, str]]:
    found = [(m, STOPPED[m][1]) for m in line.modifiers if m in STOPPED]
    found += [(m, _OTHER_MODIFIERS[m]) for m in line.modifiers if m in _OTHER_MODIFIERS]
    if "CA" in line.modifiers and status == "C":
        found.append(("CA", "the patient died before admission: one payment (APC 5881) for all of the claim"))
    return sorted(found)
