"""What is known of a pair of codes, or of all pairs of a code, under the NCCI edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final, Literal, overload

from codegraph.billing.editions import Edition
from codegraph.billing.evidence import Evidence
from codegraph.billing.pairs import Episode
from codegraph.model import Provenance

# Modifier indicator -> what it means. The header of the published files: 0 not allowed, 1 allowed, 9 not applicable.
INDICATORS: Final[dict[str, str]] = {
    "0": "no modifier bypasses the edit",
    "1": "an NCCI-associated modifier bypasses the edit where it applies",
    "9": "void: the edit was withdrawn as of its first day and never applied",
}


class _Episodes(Sequence[Episode]):
    """Rows of the edits as a sequence."""

    __slots__ = ()
    episodes: tuple[Episode, ...]

    def __len__(self) -> int:
        return len(self.episodes)

    @overload
    def __getitem__(self, at: int) -> Episode: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Episode, ...]: ...
    def __getitem__(self, at: int | slice) -> Episode | tuple[Episode, ...]:
        return self.episodes[at]


@dataclass(frozen=True, slots=True)
class OtherSetting:
    """What the edits of the other setting say of a pair on the same day.

    `differs` tells whether the pair is edited in one setting only or with another indicator; None where an
    excerpt of the other setting's file cannot tell.
    """

    setting: str
    release: str
    in_force: Episode | None
    differs: bool | None


@dataclass(frozen=True, slots=True)
class PairEdits(_Episodes):
    """Every episode of a pair of codes in a setting, in the order of their history, and the one in force on a day.

    `on` is the day judged: the day asked for, or the last one of the newest whole release (None where that is
    undated: open-ended rows count). `edition` is the release that answers; `known` is False where it is an excerpt
    without a row of the pair, which proves nothing. `note` says what the file leaves open.
    """

    first: str
    second: str
    setting: str
    on: date | None
    edition: Edition
    episodes: tuple[Episode, ...]
    in_force: Episode | None
    other_setting: OtherSetting | None
    known: bool
    note: str | None
    provenance: Provenance

    @property
    def column_one(self) -> str | None:
        """Return the code that is paid, of the episode in force; None where none is."""
        return self.in_force.column_one if self.in_force else None

    @property
    def column_two(self) -> str | None:
        """Return the code that is not paid beside it, of the episode in force; None where none is."""
        return self.in_force.column_two if self.in_force else None

    @property
    def indicator(self) -> str | None:
        """Return the modifier indicator of the episode in force, `0` or `1`; None where none is."""
        return self.in_force.indicator if self.in_force else None

    @property
    def meaning(self) -> str | None:
        """Return what the modifier indicator of the episode in force means."""
        return INDICATORS[self.in_force.indicator] if self.in_force else None

    @property
    def rationale(self) -> str | None:
        """Return CMS's rationale for the episode in force."""
        return self.in_force.rationale if self.in_force else None

    @property
    def ends(self) -> date | None:
        """Return the last day of the episode in force, where the file already gives one."""
        return self.in_force.deleted if self.in_force else None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the deciding row: that of the episode in force, or else all rows of the pair."""
        rows = self.episodes if self.in_force is None else (self.in_force,)
        return tuple(evidence(row, self.provenance) for row in rows)

    @property
    def sentence(self) -> str:
        """Return the answer in a sentence."""
        day = f" on {self.on}" if self.on else ""
        if not self.known:
            return f"Whether a {self.setting} edit of {self.first} and {self.second} is in force{day} is not known."
        if self.in_force is None:
            return f"No {self.setting} edit of {self.first} and {self.second} is in force{day}."
        return (
            f"{self.column_two} is not paid beside {self.column_one}{day} ({self.setting}; "
            f"{self.rationale or 'no rationale given'}): {self.meaning}."
        )


@dataclass(frozen=True, slots=True)
class Conflicts(_Episodes):
    """The edits in force on a day that name a code, sorted by the code's side and the other code."""

    code: str
    setting: str
    on: date | None
    edition: Edition
    episodes: tuple[Episode, ...]
    note: str | None
    provenance: Provenance

    @property
    def by_indicator(self) -> dict[str, int]:
        """Return how many there are of each modifier indicator."""
        return dict(sorted(Counter(map(attrgetter("indicator"), self.episodes)).items()))

    @property
    def by_column(self) -> dict[int, int]:
        """Return in how many the code stands in column one (it is paid) and in column two (it is not)."""
        ones = [e.column_one for e in self.episodes].count(self.code)
        return {column: n for column, n in ((1, ones), (2, len(self.episodes) - ones)) if n}

    def column(self, episode: Episode) -> Literal[1, 2]:
        """Return the code's own side in an episode."""
        return 1 if episode.column_one == self.code else 2

    def partner(self, episode: Episode) -> str:
        """Return the other code of an episode."""
        return episode.column_two if episode.column_one == self.code else episode.column_one


def evidence(row: Episode, provenance: Provenance) -> Evidence:
    """Return a row of the edits as evidence."""
    values = (
        ("column 1", row.column_one),
        ("column 2", row.column_two),
        ("modifier indicator", row.indicator),
        ("rationale", row.rationale),
    )
    return Evidence("ptp", provenance, values, row.effective, row.deleted)
