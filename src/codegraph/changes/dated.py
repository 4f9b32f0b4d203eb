"""The graph as of a date of service: the same questions, asked for that day."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, overload

from codegraph.billing.editions import GPCI, PFS, TITLES, Edition, as_day
from codegraph.changes.loaded import LIST_TITLES, LISTS, editions
from codegraph.changes.validity import Validity, validity
from codegraph.errors import CodegraphError, InvalidValue, NotLoaded, UnknownCode

if TYPE_CHECKING:
    import polars

    from codegraph.answers.model import Answer
    from codegraph.billing.addons import AddOns
    from codegraph.billing.edits_model import Conflicts, PairEdits
    from codegraph.billing.limits import UnitLimit
    from codegraph.billing.modifiers.model import ModifierRule, ModifierUse
    from codegraph.billing.outpatient import OutpatientStatus
    from codegraph.billing.outpatient_claim import OutpatientClaim
    from codegraph.billing.price.model import Price, SessionPrice
    from codegraph.billing.price.spread import PriceSpread
    from codegraph.billing_questions import BillingQuestions
    from codegraph.claims.model import ClaimCheck
    from codegraph.comparison.model import Comparison
    from codegraph.graph import CodeGraph
    from codegraph.mapping import Crosswalk
    from codegraph.search.model import SearchResult
    from codegraph.views import Code

_Answer = TypeVar("_Answer")
_ON: Final = "on"
_NEAREST: Final = "nearest"


class Question(Generic[_Answer]):
    """A method of CodeGraph that takes `on`, asked for the day of the view: all else is handed on as it is."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, view: None, owner: type) -> Question[_Answer]: ...

    @overload
    def __get__(self, view: DatedGraph, owner: type) -> Callable[..., _Answer]: ...

    def __get__(self, view: DatedGraph | None, owner: type) -> Question[_Answer] | Callable[..., _Answer]:
        if view is None:
            return self
        method = getattr(view.graph, self._name)
        return update_wrapper(partial(self._ask, view, method), method)

    def _ask(
        self,
        view: DatedGraph,
        method: Callable[..., _Answer],
        *given: Any,  # noqa: ANN401
        **named: Any,  # noqa: ANN401
    ) -> _Answer:
        if _ON in named:
            raise InvalidValue(
                f"this view is of {view.day}; ask the graph itself, or `.on({str(named[_ON])!r})`, for another day"
            )
        if _NEAREST in inspect.signature(method).parameters:
            named.setdefault(_NEAREST, view.nearest)
        return method(*given, on=view.day, **named)


@dataclass(frozen=True, slots=True)
class InForce:
    """A source on a day: the edition that answers, None where none does, and what to mind.

    `covers` tells whether the edition covers the day; where it does not, it is the nearest that is loaded.
    """

    source: str
    title: str
    edition: Edition | None
    covers: bool
    note: str = ""


class DatedGraph:
    """A graph as of a date of service: each question that takes `on` is asked for that day.

    `view["44310"]` is a code that was valid on the day, `in` tells whether one was, `valid(code)` says why.
    With `nearest` the closest loaded edition answers where none covers the day; answers then say so.
    """

    price: Question[Price] = Question()
    price_session: Question[SessionPrice] = Question()
    price_frame: Question[polars.DataFrame] = Question()
    price_spread: Question[PriceSpread] = Question()
    outpatient: Question[OutpatientStatus] = Question()
    outpatient_claim: Question[OutpatientClaim] = Question()
    modifiers: Question[tuple[ModifierRule, ...]] = Question()
    codes_with_modifier: Question[tuple[ModifierUse, ...]] = Question()
    edits: Question[PairEdits] = Question()
    conflicts: Question[Conflicts] = Question()
    unit_limit: Question[UnitLimit] = Question()
    add_ons: Question[AddOns] = Question()
    check: Question[ClaimCheck] = Question()
    compare: Question[Comparison] = Question()
    crosswalk: Question[Crosswalk] = Question()
    ask: Question[Answer] = Question()
    search: Question[SearchResult] = Question()

    def __init__(self, graph: BillingQuestions, day: str | date, *, nearest: bool = False) -> None:
        found = as_day(day)
        if found is None:
            raise InvalidValue("a view needs its day; write it as YYYY-MM-DD (2026-07-01)")
        self.graph = cast("CodeGraph", graph)
        self.day = found
        self.nearest = nearest

    def __repr__(self) -> str:
        return f"<DatedGraph {self.day} of {self.graph!r}>"

    def __getitem__(self, key: str) -> Code:
        """Return a code that was valid on the day.

        Raises UnknownCode for one that was not, saying why, NotLoaded where no loaded list tells, and what
        CodeGraph raises for a text that is no code.
        """
        code = self.graph[key]
        found = self.valid(code)
        if not found:
            raise UnknownCode(f"{code} was not valid on {self.day}: {found.reason}")
        return code

    def __contains__(self, key: object) -> bool:
        try:
            return bool(self.valid(str(key)))
        except (CodegraphError, KeyError):
            return False

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return a code that was valid on the day, or `default`, also where nothing loaded tells."""
        return self.graph[key] if key in self else default

    def valid(self, code: str | Code) -> Validity:
        """Return whether a code was valid on the day, and which row says so: true or false as such.

        Raises NotLoaded, naming the nearest list, where nothing loaded tells.
        """
        found = self.graph[code] if isinstance(code, str) else code
        return validity(self.graph, found, self.day, nearest=self.nearest)

    @property
    def editions(self) -> tuple[InForce, ...]:
        """Return each source with the edition in force on the day, or the nearest with a note, or none."""
        paid = tuple(self._in_force(source) for source in TITLES)
        return (*paid, *(self._list(system) for system in LISTS))

    def _in_force(self, source: str) -> InForce:
        known, title = self.graph._editions, TITLES[source]
        for nearest in (False, True):
            try:
                found = known.on(source, self.day, nearest=nearest, qualifying=_QUALIFYING.get(source))
            except NotLoaded:
                continue
            return InForce(source, title, found, not nearest, _note(found, covers=not nearest))
        return InForce(source, title, None, False, "not loaded")

    def _list(self, system: str) -> InForce:
        title, known = LIST_TITLES[system], editions(self.graph, LISTS[system])
        covering = [e for e in known if e.covers(self.day)]
        if covering or not known:
            found = covering[-1] if covering else None
            return InForce(system, title, found, found is not None, "" if found else "not loaded")
        closest = min(known, key=lambda e: e.distance(self.day))
        return InForce(system, title, closest, False, _note(closest, covers=False))


# Of two files of a year, the view names the one for those who do not qualify for the other factor.
_QUALIFYING: Final = {PFS: False, GPCI: None}


def _note(edition: Edition, *, covers: bool) -> str:
    excerpt = "" if edition.whole else "an excerpt"
    return excerpt if covers else "; ".join(t for t in ("does not cover the day: the nearest", excerpt) if t)
