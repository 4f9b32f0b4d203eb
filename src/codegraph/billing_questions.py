"""The questions of payment, edits and claims that can be asked of a release: the second half of the facade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from codegraph.billing.editions import as_day
from codegraph.billing.lines import Line, checked_modifiers, parse_line
from codegraph.opened import OpenedRelease

if TYPE_CHECKING:
    import polars

    from codegraph.billing.addons import AddOns
    from codegraph.billing.edits_model import Conflicts, PairEdits
    from codegraph.billing.limits import UnitLimit
    from codegraph.billing.modifiers.model import ModifierRule, ModifierUse
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.outpatient_claim import OutpatientClaim
    from codegraph.billing.price.model import Price, SessionPrice
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.changes.dated import DatedGraph
    from codegraph.changes.history import History
    from codegraph.changes.result import ReleaseDiff
    from codegraph.claims.check import Checker
    from codegraph.claims.model import Claim, ClaimCheck
    from codegraph.comparison.model import Comparison
    from codegraph.views import Code

    Reported = str | Code | Line
    Day = str | date | None


_parsed = lru_cache(maxsize=4096)(parse_line)


class BillingQuestions(OpenedRelease):
    """What a code pays, what it conflicts with, and when.

    Everywhere `on` is the date of service (a date or `YYYY-MM-DD`; without it the newest loaded release answers), and
    `nearest` lets the closest release answer for a date that none covers, which the answer then says. Without it such
    a date raises NotLoaded, naming the nearest.
    """

    def _line(self, code: Reported, modifiers: Iterable[str] = ()) -> Line:
        """Return a reported code as a line; `44388-53` and `modifiers=("53",)` are the same."""
        line = code if isinstance(code, Line) else _parsed(str(code))
        more = (modifiers,) if isinstance(modifiers, str) else tuple(modifiers)
        if not more:
            return line
        return replace(line, modifiers=checked_modifiers((*line.modifiers, *more), line.code))

    def price(
        self,
        code: Reported,
        modifiers: Iterable[str] = (),
        *,
        locality: str | None = None,
        setting: str = "facility",
        on: Day = None,
        qualifying_participant: bool = False,
        participating: bool = True,
        minutes: int | None = None,
        base_units: Decimal | int | None = None,
        nearest: bool = False,
    ) -> Price:
        """Return what the physician fee schedule pays for a code, with its arithmetic and every figure's source.

        `locality` is `carrier-number` (`01112-05`), a state (`NE`) that has one locality, a state and a name, or a
        county; without it all indices are 1 and the price is named national. `setting` is `facility` or
        `nonfacility`. `qualifying_participant` takes the conversion factor of such participants (from 2026),
        `participating` False the fee and limiting charge of others; `minutes` is the time of an anesthesia and
        `base_units` its base units, which no file that is read has.
        `.total` is None where the schedule sets no price, and `.reason` says why.

        Raises NotLoaded where no release covers the date, UnknownCode for a code that the release does not hold,
        InvalidValue for a locality that matches none or several, naming them.
        """
        from codegraph.billing.price.price import price

        return price(
            self,
            self._line(code, modifiers),
            locality=locality,
            setting=setting,
            on=as_day(on),
            qualifying_participant=qualifying_participant,
            participating=participating,
            minutes=minutes,
            base_units=base_units,
            nearest=nearest,
        )

    def price_session(
        self,
        lines: Iterable[Reported],
        *,
        locality: str | None = None,
        setting: str = "facility",
        on: Day = None,
        qualifying_participant: bool = False,
        participating: bool = True,
        nearest: bool = False,
    ) -> SessionPrice:
        """Return what several procedures of one session pay together, each line with its rank and its reduction.

        Ranked by fee schedule amount under the multiple procedure indicators 2 to 7, endoscopies by family; edits
        are not applied, see `check`. Raises what `price` raises.
        """
        from codegraph.billing.price.session import price_session

        return price_session(
            self,
            [self._line(line) for line in lines],
            locality=locality,
            setting=setting,
            on=as_day(on),
            qualifying_participant=qualifying_participant,
            participating=participating,
            nearest=nearest,
        )

    def price_frame(
        self,
        codes: Iterable[Reported] | None = None,
        *,
        setting: str | None = None,
        on: Day = None,
        qualifying_participant: bool = False,
        nearest: bool = False,
    ) -> polars.DataFrame:
        """Return the amounts of codes in all localities, exact to the cent, as a polars frame.

        Without `codes` all rows of the release that have relative values, modifier rows among them; without `setting`
        both. Raises NotLoaded where polars, the fee schedule or the indices of the date are missing.
        """
        from codegraph.billing.price.frame import price_frame

        lines = None if codes is None else [self._line(code) for code in codes]
        return price_frame(
            self,
            lines,
            setting=setting,
            on=as_day(on),
            qualifying_participant=qualifying_participant,
            nearest=nearest,
        )

    def price_spread(
        self,
        code: Reported,
        modifiers: Iterable[str] = (),
        *,
        setting: str = "facility",
        on: Day = None,
        qualifying_participant: bool = False,
        nearest: bool = False,
    ) -> PriceSpread:
        """Return a price in every locality: least, quartiles, greatest, their average (named so) and the rows."""
        from codegraph.billing.price.spread import price_spread

        return price_spread(
            self,
            self._line(code, modifiers),
            setting=setting,
            on=as_day(on),
            qualifying_participant=qualifying_participant,
            nearest=nearest,
        )

    def outpatient(self, code: Reported, *, on: Day = None, nearest: bool = False) -> OutpatientStatus:
        """Return a code under hospital outpatient payment (OPPS): status indicator, APC, rate, what they mean."""
        from codegraph.billing.outpatient import outpatient

        return outpatient(self, self._line(code), as_day(on), nearest=nearest)

    def outpatient_claim(
        self, lines: Iterable[Reported], *, on: Day = None, nearest: bool = False
    ) -> OutpatientClaim:
        """Return what each line of one hospital outpatient claim is paid: packaged, reduced, in full or not at all."""
        from codegraph.billing.outpatient_claim import outpatient_claim

        return outpatient_claim(self, [self._line(line) for line in lines], as_day(on), nearest=nearest)

    def modifiers(self, code: Reported, *, on: Day = None, nearest: bool = False) -> tuple[ModifierRule, ...]:
        """Return, for each modifier that is known, whether it applies to a code, why, and what it does to payment."""
        from codegraph.billing.modifiers.rules import modifiers

        return modifiers(self, self._line(code), as_day(on), nearest=nearest)

    def codes_with_modifier(
        self, modifier: str, *, on: Day = None, nearest: bool = False
    ) -> tuple[ModifierUse, ...]:
        """Return the codes that a modifier applies to, each with the indicator that says so."""
        from codegraph.billing.modifiers.reverse import codes_with_modifier

        return codes_with_modifier(self, checked_modifiers([modifier])[0], as_day(on), nearest=nearest)

    def edits(
        self,
        first: Reported,
        second: Reported,
        *,
        on: Day = None,
        setting: str = "practitioner",
        nearest: bool = False,
    ) -> PairEdits:
        """Return the NCCI edits of a pair of codes, in either order: every episode, and the one in force on a date.

        `setting` is `practitioner` or `outpatient`. Raises NotLoaded where no release covers the date.
        """
        from codegraph.billing.edits import pair_edits

        return pair_edits(self, self._line(first), self._line(second), as_day(on), setting, nearest=nearest)

    def conflicts(
        self,
        code: Reported,
        *,
        on: Day = None,
        setting: str = "practitioner",
        column: int | None = None,
        indicator: str | None = None,
        rationale: str | None = None,
        nearest: bool = False,
    ) -> Conflicts:
        """Return all codes that an NCCI edit in force pairs with a code; `column` is the code's own side, 1 or 2."""
        from codegraph.billing.edits import conflicts

        return conflicts(
            self,
            self._line(code),
            as_day(on),
            setting,
            column=column,
            indicator=indicator,
            rationale=rationale,
            nearest=nearest,
        )

    def unit_limit(
        self, code: Reported, *, on: Day = None, setting: str = "practitioner", nearest: bool = False
    ) -> UnitLimit:
        """Return the medically unlikely edit of a code: `.units`, `.adjudication`, `.rationale`.

        `units` is None where none is published. `setting` is `practitioner`, `outpatient` or `dme`.
        """
        from codegraph.billing.limits import unit_limit

        return unit_limit(self, self._line(code), as_day(on), setting, nearest=nearest)

    def add_ons(self, code: Reported, *, on: Day = None, nearest: bool = False) -> AddOns:
        """Return the add-on edits of a code: its primaries by type (1, 2, 3) and the add-on codes that it carries."""
        from codegraph.billing.addons import add_ons

        return add_ons(self, self._line(code), as_day(on), nearest=nearest)

    def check(
        self,
        lines: Claim | Iterable[Reported],
        *,
        on: Day = None,
        setting: str = "practitioner",
        prior: Iterable[Reported] = (),
        diagnoses: Sequence[str] = (),
        nearest: bool = False,
    ) -> ClaimCheck:
        """Return a verdict for each line of a claim, with the rows that decided it.

        Lines are written like `44187-59x2`, those of `prior` with their day like `44310@2024-07-20`. `setting` is
        `practitioner` or `outpatient`. What could not be checked, for a source that is not loaded or not for
        the date, stands in `.not_checked`. Raises InvalidCode and InvalidValue for lines that cannot be read.
        """
        from codegraph.claims.check import check

        return check(
            self, lines, on=as_day(on), setting=setting, prior=prior, diagnoses=diagnoses, nearest=nearest
        )

    def check_many(self, claims: Iterable[Claim], *, nearest: bool = False) -> Iterator[ClaimCheck]:
        """Yield the check of each claim, in order; rows that claims share are read once."""
        from codegraph.claims.check import check_many

        return check_many(self, claims, nearest=nearest)

    @cached_property
    def _checker(self) -> Checker:
        """Return what checks claims, and keeps the rows that it read."""
        from codegraph.claims.check import Checker

        return Checker(self)

    def compare(
        self,
        code: Reported,
        *,
        among: str | Iterable[str] | None = None,
        on: Day = None,
        nearest: bool = False,
        statuses: Sequence[str] = "A",
        zero_work: bool = False,
    ) -> Comparison:
        """Return how the relative values of a code stand among its peers: percentile, median, ratio, rank.

        `among` is `family`, `site`, `range` (a CPT range `44005-44799` or the code's own), `rbcs` (its subcategory;
        also `rbcs-category`, `rbcs-family`), `surgery`, or codes; without it the family, else the range. Peers have
        one of the `statuses` of the fee schedule and, unless `zero_work`, work RVU above 0; rows with a modifier
        never count. Raises NotLoaded where no release covers the date or knows the group.
        """
        from codegraph.comparison.compare import compare

        return compare(
            self,
            self._line(code),
            among,
            as_day(on),
            nearest=nearest,
            statuses=statuses,
            zero_work=zero_work,
        )

    def on(self, day: str | date, *, nearest: bool = False) -> DatedGraph:
        """Return the graph as of a date of service: the same questions, asked for that day."""
        from codegraph.changes.dated import DatedGraph

        return DatedGraph(self, day, nearest=nearest)

    def history(self, code: str | Code, *, edits: bool = False) -> History:
        """Return what changed for a code from release to release: status, figures, indicators, limits, edits.

        NCCI pairs are counted by the day on which they began or ended; with `edits` each is told.
        """
        from codegraph.changes.history import history

        return history(self, code, edits=edits)

    def diff(self, other: BillingQuestions, *, source: str | Iterable[str] | None = None) -> ReleaseDiff:
        """Return what changed from this release to another: codes, figures, indicators, edits, mappings.

        `source` names what to compare (`pfs`, `gpci`, `ptp`, …); of each the newest whole edition of both releases.
        """
        from codegraph.changes.diff import diff

        return diff(self, other, source=source)
