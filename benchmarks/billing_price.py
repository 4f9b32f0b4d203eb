"""Rows about prices: one code, a session, all localities of a code, and all codes in all localities as a frame."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph
from codegraph.billing.editions import GPCI, PFS
from codegraph.billing.price.places import day_in
from codegraph.errors import NotLoaded
from codegraph.release import TABLES
from codegraph.sources.pfs_entries import RelativeValue
from codegraph.sources.pfs_gpci import LocalityIndices

SECTION = "prices"
_SESSION = ("44310", "44120", "44388", "44389", "44394")
_LOOP = "Python loop: whole numbers, cents only, no caps, no status, no columns beside them"
_CENT = Decimal("0.01")
_FEE = "SELECT * FROM pfs WHERE release = ? AND code = ?"
_PLACE = "SELECT * FROM gpci WHERE release = ? AND carrier = ? AND locality = ?"


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; without fee schedule and indices in the release, a row that says so."""
    kg = CodeGraph.open(release, at_once=False)
    try:
        edition = kg._editions.on(PFS, None)
        indices = kg._editions.on(GPCI, day_in(edition, None)).release
    except NotLoaded as error:
        return [Row(SECTION, "kg.price(code)", "µs", None, note=str(error))]
    rows = kg._figures.valued_fees(edition.release)
    places = kg._figures.localities(indices)
    runs = 300 if quick else 3000
    return [
        *_one(release, (edition.release, indices), rows, places, runs),
        _session(kg, _key(places[0]), runs // 5),
        _spread(kg, runs // 50),
        _frame(kg, rows, places, quick),
    ]


def _one(
    release: Path,
    releases: tuple[str, str],
    rows: list[RelativeValue],
    places: tuple[LocalityIndices, ...],
    runs: int,
) -> list[Row]:
    """Return one price: of a new code each time, national and in a locality, and of the same code again."""
    codes = sorted({row.code for row in rows})
    first, *codes = codes[:: max(1, len(codes) // runs)]
    there = _key(places[0])
    kept = {(row.code, row.modifier): row for row in rows}
    at = {_key(place): place for place in places}
    database = sqlite3.connect(f"{(release / TABLES).resolve().as_uri()}?immutable=1", uri=True)
    carrier, number = there.split("-")

    def by_hand(code: str) -> Decimal:
        return _exact(kept[code, ""], at[there]).quantize(_CENT, ROUND_HALF_UP)

    def by_rows(code: str) -> Any:
        fees = database.execute(_FEE, (releases[0], code)).fetchall()
        return fees, database.execute(_PLACE, (releases[1], carrier, number)).fetchall()

    dictionary = (
        "dict: rows and localities kept as Decimals, multiplied and rounded; no status, no sources, no steps"
    )
    by_sqlite = "sqlite: reading the cells of both tables as text, nothing worked out"
    found = []
    for name, texts, locality, note in (
        ("kg.price(code), new each time", codes, None, f"{len(codes):,} codes, none asked before"),
        (
            "kg.price(code, locality=…), new each time",
            codes,
            there,
            f"{len(codes):,} codes, none asked before",
        ),
        ('kg.price("44310", locality=…)', ["44310"], there, "the same code again"),
    ):
        asked = list(islice(cycle(texts), runs if len(texts) == 1 else len(texts)))
        fresh = CodeGraph.open(release, at_once=False)
        fresh.price(first, locality=locality)  # the release is opened and its indices are read
        ours = _each(partial(fresh.price, locality=locality), asked)
        with_row = [text for text in asked if (text, "") in kept]
        peers = (
            Peer("dict", _each(by_hand, with_row), dictionary),
            Peer("sqlite", _each(by_rows, asked), by_sqlite),
        )
        about = f"with its whole arithmetic and every figure's source; {note}"
        found.append(Row(SECTION, name, "µs", ours, Target(100), peers if locality else (), note=about))
    return found


def _key(place: LocalityIndices) -> str:
    return f"{place.carrier}-{place.locality}"


def _session(kg: CodeGraph, locality: str, runs: int) -> Row:
    kg.price_session(_SESSION, locality=locality)
    return Row(
        SECTION,
        f"kg.price_session of {len(_SESSION)} lines",
        "µs",
        _each(partial(kg.price_session, locality=locality), [_SESSION] * runs),
        note="two operations and an endoscopic family, ranked, in a locality",
    )


def _spread(kg: CodeGraph, runs: int) -> Row:
    many = len(kg.price_spread("44310").rows)
    return Row(
        SECTION,
        'kg.price_spread("44310")',
        "ms",
        _each(kg.price_spread, ["44310"] * runs, 1e3),
        note=f"{many} localities, without polars",
    )


def _frame(kg: CodeGraph, rows: list[RelativeValue], places: tuple[LocalityIndices, ...], quick: bool) -> Row:
    name = "kg.price_frame(), all codes in all localities"
    try:
        frame = kg.price_frame()
    except NotLoaded as error:
        return Row(SECTION, name, "s", None, Target(5), note=str(error))
    ours = _each(kg.price_frame, [None] * (1 if quick else 3), 1)
    loop = _each(partial(_by_loop, rows), [places], 1)
    priced = frame.drop_nulls("amount").height
    return Row(
        SECTION,
        name,
        "s",
        ours,
        Target(5),
        (
            Peer(
                "Python loop",
                loop,
                _LOOP,
            ),
            _pandas(rows, places),
        ),
        note=f"{frame.height:,} rows, {priced:,} with a price; figures read from the release, exact, OPPS caps applied",
    )


def _by_loop(rows: list[RelativeValue], places: tuple[LocalityIndices, ...]) -> list[int]:
    values = [
        (
            int(row.work * 100),
            int(expense * 100),
            int(row.malpractice * 100),
            int(row.conversion_factor * 10_000),
        )
        for row in rows
        for expense in (row.facility_pe, row.nonfacility_pe)
    ]
    indices = [
        (int(p.work * 1000), int(p.practice_expense * 1000), int(p.malpractice * 1000)) for p in places
    ]
    return [
        ((w * gw + e * ge + m * gm) * factor + 5_000_000) // 10_000_000
        for w, e, m, factor in values
        for gw, ge, gm in indices
    ]


def _pandas(rows: list[RelativeValue], places: tuple[LocalityIndices, ...]) -> Peer:
    """Return what a cross join of pandas in floating point takes, and how many of its cents are off."""
    try:
        import pandas as pd
    except ImportError:
        return Peer("pandas", note="pandas is not installed")
    left = pd.DataFrame(
        [
            (
                r.code,
                r.modifier,
                setting,
                r.status,
                *map(float, (r.work, expense, r.malpractice, r.conversion_factor)),
            )
            for r in rows
            for setting, expense in (("facility", r.facility_pe), ("nonfacility", r.nonfacility_pe))
        ],
        columns=["code", "modifier", "setting", "status", "w", "e", "m", "factor"],
    )
    right = pd.DataFrame(
        [
            (p.carrier, p.locality, p.state, p.name, *map(float, (p.work, p.practice_expense, p.malpractice)))
            for p in places
        ],
        columns=["carrier", "locality", "state", "name", "gw", "ge", "gm"],
    )

    def joined(_: object) -> Any:
        both = left.merge(right, how="cross")
        by_index = both["w"] * both["gw"] + both["e"] * both["ge"] + both["m"] * both["gm"]
        both["amount"] = (by_index * both["factor"]).round(2)
        return both

    stats = _each(joined, [None], 1)
    cents = (joined(None)["amount"] * 100).round().astype("int64").to_numpy()
    exact = _by_loop(rows, places)
    off = int((cents != exact).sum())
    return Peer(
        "pandas",
        stats,
        f"pandas: merge(how='cross') and round(2) in floating point, no caps, no status; {off:,} of {len(exact):,} "
        "amounts are a cent off",
    )


def _exact(row: RelativeValue, place: LocalityIndices) -> Decimal:
    by_index = (
        row.work * place.work + row.facility_pe * place.practice_expense + row.malpractice * place.malpractice
    )
    return by_index * row.conversion_factor


def _each(call: Callable[[Any], object], arguments: Iterable[Any], factor: float = 1e6) -> Stats | None:
    seconds = []
    for argument in arguments:
        start = time.perf_counter()
        call(argument)
        seconds.append(time.perf_counter() - start)
    return Stats.of(seconds, factor)
