"""What changed between two editions, as one row: what, of which code, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from codegraph.billing.editions import MUE, PTP

Value = Decimal | str | None

KINDS: Final[dict[str, str]] = {
    "added": "in use in the later edition, and in no loaded earlier one",
    "deleted": "in use in the earlier edition, and in the later one absent, terminated, or of status D",
    "reinstated": "in use again after it was absent, terminated, or of status D",
    "row-added": "a row with a modifier that its code did not have",
    "row-deleted": "a row with a modifier that its code no longer has",
    "figure": "a published number is another",
    "indicator": "a published indicator is another",
    "edit-added": "an edit in force at the end of the later edition that was not at the end of the earlier",
    "edit-ended": "an edit in force at the end of the earlier edition that is not at the end of the later",
    "edit-changed": "an edit in force at the end of both, with another modifier indicator",
    "listed": "put on the inpatient-only list",
    "unlisted": "taken off the inpatient-only list",
    "mapping-gained": "mapped now, in a set that both hold",
    "mapping-lost": "no longer mapped, in a set that both hold",
    "mapping-changed": "mapped in both, with another relation or confidence",
}
_SETTINGS: Final = {series: setting for known in (PTP, MUE) for setting, series in known.items()}
_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions (or two releases' mappings).

    `source` is a key of SOURCES (`pfs`), `kind` one of KINDS, `subject` the CURIE of what changed (empty for what
    holds for the whole edition, like the conversion factor), `key` the row as published (`44388-53`, `01112-05`).
    `field` says which figure or indicator; `before` and `after` are as published: RVUs, indices and weights bare,
    amounts in dollars. `other` is the second code of an edit or a mapping. `first` and `second` are the idents of
    the two editions.
    """

    source: str
    kind: str
    subject: str
    key: str
    field: str
    before: Value
    after: Value
    first: str
    second: str
    other: str = ""
    note: str = ""

    @property
    def setting(self) -> str:
        """Return the setting of an NCCI edit: `practitioner`, `outpatient` or `dme`; empty for all else."""
        return _SETTINGS.get(self.second.partition("/")[0], "")

    @property
    def difference(self) -> Decimal | None:
        """Return after minus before, exactly; None where one of them is no number."""
        if isinstance(self.before, Decimal) and isinstance(self.after, Decimal):
            return self.after - self.before
        return None

    @property
    def percent(self) -> Decimal | None:
        """Return the difference in percent of what was before, rounded half up to two decimals; None from 0."""
        if self.difference is None or not self.before:
            return None
        return (self.difference * 100 / Decimal(self.before)).quantize(_CENTS, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class EditionPair:
    """Two editions side by side: their idents, the number of rows of each, and what to mind about them.

    `state` is `compared`, `same` (one edition, in both from the same files) or `not compared`.
    """

    source: str
    first: str
    second: str
    state: str = "compared"
    note: str = ""
