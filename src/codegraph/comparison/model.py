"""Where a code stands among its peers: rank, percentile, median, ratio, and the peers themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from os import PathLike

from codegraph.comparison.measures import MEASURES
from codegraph.model import Provenance


@dataclass(frozen=True, slots=True)
class Peer:
    """A code of the group with its published figures, in RVU; a total is None where the setting is marked NA.

    `label` is a label of the release: own words for CPT, None where there are none.
    """

    code: str
    label: str | None
    status: str
    work: Decimal
    facility: Decimal | None
    nonfacility: Decimal | None

    def value(self, measure: str) -> Decimal | None:
        """Return the figure of a measure (a key of MEASURES), in RVU."""
        found: Decimal | None = getattr(self, measure)
        return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a code stands by one measure, in RVU.

    `rank` counts from the highest value (1), equal ones share the better rank; `tied` is how many others have the
    same value. `percentile` (0 to 100) is rounded to two digits, `ratio` (value over median) to four, both half up;
    all else is exact. `n` counts the peers, with the code itself where it is one of them. None stands for what
    cannot be said, and `note` says why.
    """

    measure: str
    value: Decimal | None
    n: int
    rank: int | None = None
    tied: int = 0
    percentile: Decimal | None = None
    ratio: Decimal | None = None
    median: Decimal | None = None
    lower_quartile: Decimal | None = None
    upper_quartile: Decimal | None = None
    minimum: Decimal | None = None
    minimum_codes: tuple[str, ...] = ()
    maximum: Decimal | None = None
    maximum_codes: tuple[str, ...] = ()
    note: str | None = None

    @property
    def title(self) -> str:
        """Return the measure in words (`work RVU`)."""
        return MEASURES[self.measure]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A code among its peers in one release of the fee schedule.

    `among` names the kind of group and `group` says which it is. `included` tells whether the code is one of the
    peers; where it is not, `notes` say why. `excluded` are (reason, number) of codes of the group that are no peers.
    `peers` come by work RVU from the highest, then by code.
    """

    code: str
    label: str | None
    among: str
    group: str
    on: date | None
    release: str
    provenance: Provenance
    statuses: tuple[str, ...]
    zero_work: bool
    included: bool
    work: Standing
    facility: Standing
    nonfacility: Standing
    peers: tuple[Peer, ...]
    excluded: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    @property
    def denominator(self) -> str:
        """Return in words which rows count."""
        work = "" if self.zero_work else ", work RVU above 0"
        return f"status {' or '.join(self.statuses)}, no modifier rows{work}"

    def standing(self, measure: str) -> Standing:
        """Return where the code stands by a measure: `work`, `facility` or `nonfacility`."""
        found: Standing = getattr(self, measure)
        return found

    def plot(self, path: str | PathLike[str], *, measure: str = "work") -> None:
        """Draw the code among its peers into an SVG or PNG file; see codegraph.comparison.plot."""
        from codegraph.comparison.plot import plot

        plot(self, path, measure=measure)

    def __iter__(self) -> Iterator[Standing]:
        return iter((self.work, self.facility, self.nonfacility))

    def __str__(self) -> str:
        head = f"{self.code} among {self.group}: {self.denominator}; {self.release}"
        return "\n".join(
            [head, *(f"  {_sentence(s, self.included)}" for s in self), *(f"  note: {n}" for n in self.notes)]
        )


def _sentence(standing: Standing, included: bool) -> str:
    if standing.rank is None:
        return f"{standing.title}: {standing.note}"
    rank = (
        f"rank {standing.rank} of {standing.n}"
        if included
        else f"would be rank {standing.rank} beside {standing.n}"
    )
    tied = f" (shared with {standing.tied})" if standing.tied else ""
    ratio = "" if standing.ratio is None else f", {standing.ratio} of the median {standing.median}"
    note = f"; {standing.note}" if standing.note else ""
    return f"{standing.title} {standing.value}: {rank}{tied}, percentile {standing.percentile}{ratio}{note}"
