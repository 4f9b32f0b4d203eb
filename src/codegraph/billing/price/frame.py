"""The fee schedule in all localities at once, as a polars frame: whole numbers throughout, exact to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from codegraph.billing.editions import GPCI, OPPS_CAP, PFS
from codegraph.billing.price.caps import CARRIER_ALIASES
from codegraph.billing.price.places import day_in
from codegraph.billing.price.price import SETTINGS
from codegraph.billing.price.status import STATUSES, refusal
from codegraph.codes import CodeRef
from codegraph.errors import InvalidValue, NotLoaded, ReleaseError, UnknownCode
from codegraph.opened import CODE_ROW

if TYPE_CHECKING:
    import polars

    from codegraph.billing.lines import Line
    from codegraph.opened import OpenedRelease
    from codegraph.sources.pfs_entries import RelativeValue
    from codegraph.sources.pfs_gpci import LocalityIndices

COLUMNS: Final = (
    *("code", "modifier", "setting", "status", "carrier", "locality", "state", "name"),
    *("amount", "capped", "reason"),
)
NOT_THERE: Final = "not done in this setting (NA)"
_WHOLE: Final = 2**63 - 1


def price_frame(
    kg: OpenedRelease,
    lines: Sequence[Line] | None,
    *,
    setting: str | None = None,
    on: date | None = None,
    qualifying_participant: bool = False,
    nearest: bool = False,
) -> polars.DataFrame:
    """Return a row for each row of the schedule, setting and locality.

    The columns are COLUMNS. `amount` is Decimal(12, 2) in dollars, lowered to the OPPS cap where one is loaded for the
    day (`capped` tells); it is null where the schedule sets no price (`reason`: its status, or not done in this
    setting). A code alone brings all its rows, `44388-53` that row; without `lines` come all rows that have a
    relative value. Sorted by code, modifier, setting, state, carrier and locality.

    Raises InvalidValue for a modifier that has no row of its own, since it changes the price of a line
    and not the schedule, UnknownCode for a code without row, NotLoaded where polars or a source is missing.
    """
    try:
        import polars as pl
    except ImportError as error:
        raise NotLoaded("polars is not installed: pip install 'codegraph[frames]'") from error
    if setting is not None and setting not in SETTINGS:
        raise InvalidValue(f"{setting!r} is no setting of a price", candidates=SETTINGS)
    figures = kg._figures
    edition = kg._editions.on(PFS, on, nearest=nearest, qualifying=qualifying_participant)
    day = day_in(edition, on)
    rows = figures.valued_fees(edition.release) if lines is None else _rows_of(kg, edition.release, lines)
    places = figures.localities(kg._editions.on(GPCI, day, nearest=nearest).release)
    scale = _Scale.of(rows, places)
    left = _schedule(pl, rows, (setting,) if setting else SETTINGS, scale)
    right = _places(pl, places, scale)
    caps = _caps(pl, kg, places, rows, day, nearest=nearest)
    return _amounts(pl, left, right, caps, scale)


def _rows_of(kg: OpenedRelease, release: str, lines: Iterable[Line]) -> list[RelativeValue]:
    found: dict[tuple[str, str], RelativeValue] = {}
    for line in lines:
        rows = kg._figures.fees(release, line.code)
        if not rows:
            if kg.tables.row(CODE_ROW, (line.system, line.code)) is None:
                raise kg._unknown(line.code, [CodeRef(line.system, line.code)])
            raise UnknownCode(f"{line.curie} has no row in {release}: the fee schedule sets no price for it")
        wanted = line.modifiers or tuple(rows)
        if unknown := [m for m in wanted if m not in rows]:
            own = ", ".join(m for m in rows if m) or "none"
            raise InvalidValue(
                f"modifier {unknown[0]} has no row of {line.code} in {release} (there are: {own}); the frame holds the "
                "schedule's rows, `price` applies modifiers",
                candidates=[f"{line.code}-{m}" for m in rows if m],
            )
        found |= {(line.code, m): rows[m] for m in wanted}
    return [found[key] for key in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How many digits behind the point relative values, indices and conversion factors have."""

    values: int
    indices: int
    factors: int

    @classmethod
    def of(cls, rows: Sequence[RelativeValue], places: Sequence[LocalityIndices]) -> _Scale:
        """Count the digits; raise ReleaseError where a price would not fit into 64 bits."""
        values = [(r.work, r.facility_pe, r.nonfacility_pe, r.malpractice) for r in rows]
        indices = [(p.work, p.practice_expense, p.malpractice) for p in places]
        factors = [r.conversion_factor for r in rows]
        scale = cls(
            _digits(v for row in values for v in row),
            _digits(v for row in indices for v in row),
            _digits(factors),
        )
        most = (
            3 * max((max(row) for row in values), default=Decimal(0)),
            max((max(row) for row in indices), default=Decimal(0)),
            max(factors, default=Decimal(0)),
        )
        if most[0] * most[1] * most[2] * 10**scale.total * 2 > _WHOLE:
            raise ReleaseError(
                "the figures of this release have too many digits for whole numbers of 64 bits"
            )
        return scale

    @property
    def total(self) -> int:
        """Return the digits of an exact amount behind the point, at least those of a cent."""
        return max(self.values + self.indices + self.factors, 2)


def _digits(numbers: Iterable[Decimal]) -> int:
    return max((-int(n.as_tuple().exponent) for n in set(numbers)), default=0)


def _whole(number: Decimal, digits: int) -> int:
    return int(number.scaleb(digits))


def _schedule(pl: Any, rows: Sequence[RelativeValue], settings: Sequence[str], scale: _Scale) -> Any:  # noqa: ANN401
    """Return a frame of the rows in each setting, their values as whole numbers."""
    cells = []
    for number, row in enumerate(rows):
        factor = _whole(row.conversion_factor, scale.factors)
        for setting in settings:
            expense = row.facility_pe if setting == "facility" else row.nonfacility_pe
            values = (_whole(v, scale.values) for v in (row.work, expense, row.malpractice))
            key = (number, row.code, row.modifier, setting, row.status)
            cells.append((*key, *values, factor, _reason(row, setting)))
    types = dict.fromkeys(("code", "modifier", "setting", "status"), pl.String)
    numbers = dict.fromkeys(("w", "e", "m", "factor"), pl.Int64)
    schema = {"row": pl.Int32, **types, **numbers, "reason": pl.String}
    return pl.DataFrame(cells, schema=schema, orient="row").lazy()


def _reason(row: RelativeValue, setting: str) -> str | None:
    if refusal(row):
        status = STATUSES.get(row.status)
        return f"status {row.status}" + (f" ({status.name})" if status else "")
    absent = row.facility_na if setting == "facility" else row.nonfacility_na
    return NOT_THERE if absent else None


def _places(pl: Any, places: Sequence[LocalityIndices], scale: _Scale) -> Any:  # noqa: ANN401
    """Return a frame of the localities, their indices as whole numbers."""
    cells = []
    for number, place in enumerate(places):
        indices = (place.work, place.practice_expense, place.malpractice)
        key = (number, place.carrier, place.locality, place.state, place.name)
        cells.append((*key, *(_whole(index, scale.indices) for index in indices)))
    types = dict.fromkeys(("carrier", "locality", "state", "name"), pl.String)
    schema = {"place": pl.Int32, **types, **dict.fromkeys(("gw", "ge", "gm"), pl.Int64)}
    return pl.DataFrame(cells, schema=schema, orient="row").lazy()


def _caps(
    pl: Any,  # noqa: ANN401
    kg: OpenedRelease,
    places: Sequence[LocalityIndices],
    rows: Sequence[RelativeValue],
    day: date | None,
    *,
    nearest: bool,
) -> Any:  # noqa: ANN401
    """Return a frame of the caps in cents, by row, place and setting; empty where none is loaded for the day."""
    schema = {"row": pl.Int32, "place": pl.Int32, "setting": pl.String, "cap": pl.Int64}
    try:
        release = kg._editions.on(OPPS_CAP, day, nearest=nearest).release
    except NotLoaded:
        return pl.DataFrame(schema=schema).lazy()
    number = {(r.code, r.modifier): n for n, r in enumerate(rows)}
    published = {
        (number[code, modifier], cap.carrier, cap.locality): cap
        for code, modifier, cap in kg._figures.all_caps(release)
        if (code, modifier) in number
    }
    cells = []
    for row in sorted({key[0] for key in published}):
        for place, p in enumerate(places):
            carriers = (p.carrier, CARRIER_ALIASES.get(p.carrier, ""))
            found = next((c for x in carriers if (c := published.get((row, x, p.locality)))), None)
            if found:
                cells.append((row, place, "facility", _whole(found.facility, 2)))
                cells.append((row, place, "nonfacility", _whole(found.nonfacility, 2)))
    return pl.DataFrame(cells, schema=schema, orient="row").lazy()


def _amounts(pl: Any, left: Any, right: Any, caps: Any, scale: _Scale) -> polars.DataFrame:  # noqa: ANN401
    """Return all rows in all places: whole numbers multiplied, then half up to the cent, then capped."""
    c = pl.col
    unit = 10 ** (scale.total - 2)
    short = 10 ** (scale.total - scale.values - scale.indices - scale.factors)
    exact = (c("w") * c("gw") + c("e") * c("ge") + c("m") * c("gm")) * c("factor") * short
    cents = (exact + unit // 2) // unit
    hundredth = pl.lit("0.01").cast(pl.Decimal(3, 2))
    found = (
        left.join(right, how="cross", maintain_order="left_right")
        .with_columns(pl.when(c("reason").is_null()).then(cents).alias("cents"))
        .join(caps, on=["row", "place", "setting"], how="left", maintain_order="left")
        .with_columns((c("cap") < c("cents")).fill_null(value=False).alias("capped"))
        .with_columns(pl.when("capped").then("cap").otherwise("cents").alias("cents"))
        .with_columns(
            (c("cents").cast(pl.Decimal(14, 2)) * hundredth).cast(pl.Decimal(12, 2)).alias("amount")
        )
    )
    frame: polars.DataFrame = found.select(COLUMNS).collect()
    return frame
