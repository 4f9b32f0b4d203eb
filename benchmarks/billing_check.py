"""Rows about the claim check: one claim of five lines, 100,000 of them, and one of a thousand lines."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph
from codegraph.billing.editions import MUE, PFS, PTP
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.sets import DISTINCT
from codegraph.claims.model import Claim, ClaimCheck
from codegraph.errors import NotLoaded
from codegraph.release import EDITS, TABLES

SECTION = "claim check"
_MODIFIERS: Final = ("59", "XS", "LT", "RT", "50", "51", "25", "76", "78", "80")
_SEED: Final = 4
_LINES: Final = 5
# The target is for so many: in fewer claims most codes are new, and reading their rows is what is measured.
_BULK: Final = 100_000
_BY_HAND: Final = (
    "sqlite by hand: PTP and MUE alone, one claim at a time; it says which lines fall, and not why"
)
_NOTE: Final = (
    "{claims:,} claims of 5 lines, codes drawn evenly from {codes:,} of the fee schedule, 30 % of the lines with a "
    "modifier; all rules, by the nearest releases; a newly opened release each time, so every row is read once"
)
_PAIRS: Final = (
    "SELECT p.column1, p.column2, t.indicator FROM ptp_pair AS p JOIN ptp_terms AS t ON t.id = p.terms "
    "WHERE t.release = ?1 AND t.indicator <> '9' AND (t.deleted = '' OR t.deleted >= ?2) "
    "AND (t.effective = '' OR t.effective <= ?2) AND p.column1 IN ({marks}) AND p.column2 IN ({marks})"
)
_LIMITS: Final = (
    "SELECT notation, units, adjudication FROM tables.mue WHERE system IN ('cpt', 'hcpcs') "
    "AND setting = 'practitioner' AND release = ?1 AND notation IN ({marks})"
)


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; without fee schedule, edits and limits in the release, a row that says so."""
    kg = CodeGraph.open(release, at_once=False)
    try:
        schedule = kg._editions.on(PFS, None)
        edits = kg._editions.on(PTP["practitioner"], None)
        limits = kg._editions.on(MUE["practitioner"], None)
    except NotLoaded as error:
        return [Row(SECTION, "kg.check(lines)", "ms", None, note=str(error))]
    day = edits.last or date.today()
    codes = sorted({row.code for row in kg._figures.valued_fees(schedule.release)})
    claims = list(_claims(codes, day, 5_000 if quick else _BULK))
    note = _NOTE.format(claims=len(claims), codes=len(codes))
    return [
        _one(release, codes, day, 300 if quick else 3000),
        _many(release, claims, (edits.release, limits.release), 1 if quick else 3, note),
        _long(release, codes, day, 3 if quick else 10),
    ]


def _claims(codes: Sequence[str], day: date, number: int) -> Iterator[Claim]:
    """Yield synthetic claims, the same ones each time."""
    rng = random.Random(_SEED)
    for at in range(number):
        lines = tuple(
            Line(
                rng.choice(codes),
                (rng.choice(_MODIFIERS),) if rng.random() < 0.3 else (),
                1 if rng.random() < 0.8 else rng.randint(2, 5),
            )
            for _ in range(_LINES)
        )
        yield Claim(lines, day, ident=str(at))


def _one(release: Path, codes: Sequence[str], day: date, runs: int) -> Row:
    """Measure one claim written as text, another one each time, so that its rows are mostly read anew."""
    kg = CodeGraph.open(release, at_once=False)
    written = [[str(line).replace(" ", "") for line in claim.lines] for claim in _claims(codes, day, runs)]
    seconds = []
    for lines in written:
        begun = time.perf_counter()
        kg.check(lines, on=day, nearest=True)
        seconds.append(time.perf_counter() - begun)
    return Row(
        SECTION,
        "kg.check(5 lines), another claim each time",
        "ms",
        Stats.of(seconds, 1e3),
        Target(1),
        note=f"from text, all rules, with findings and evidence; the first {runs:,} claims of a newly opened release",
    )


def _many(release: Path, claims: list[Claim], releases: tuple[str, str], runs: int, note: str) -> Row:
    rates, denied = [], 0
    for _ in range(runs):
        kg = CodeGraph.open(release, at_once=False)
        begun = time.perf_counter()
        denied = sum(_falls(found) for found in kg.check_many(claims, nearest=True))
        rates.append(len(claims) / (time.perf_counter() - begun))
    theirs, lines = [], 0
    for _ in range(runs):
        begun = time.perf_counter()
        lines = _by_hand(release, claims, releases)
        theirs.append(len(claims) / (time.perf_counter() - begun))
    if lines != denied:
        raise AssertionError(f"lines that PTP and MUE deny: {denied} by the check, {lines} by hand")
    return Row(
        SECTION,
        "kg.check_many, on one core",
        "claims/s",
        Stats.of(rates),
        Target(5_000, at_least=True) if len(claims) >= _BULK else None,
        (Peer("sqlite by hand", Stats.of(theirs), _BY_HAND),),
        note=f"{note}; PTP and MUE deny {denied:,} lines here and by hand",
        higher_is_better=True,
    )


def _falls(found: ClaimCheck) -> int:
    return sum(
        any(f.rule in ("ptp", "mue") and f.severity == "deny" for f in c.findings) for c in found.lines
    )


def _by_hand(release: Path, claims: list[Claim], releases: tuple[str, str]) -> int:
    """Return how many lines an edit or a limit denies, found as one would by hand."""
    connection = sqlite3.connect(f"{(release / EDITS).resolve().as_uri()}?immutable=1", uri=True)
    try:
        connection.execute(f"ATTACH '{(release / TABLES).resolve().as_uri()}?immutable=1' AS tables")
        connection.execute("PRAGMA mmap_size=1073741824")
        ids = dict(connection.execute("SELECT code, id FROM ptp_code"))
        return sum(_fallen(connection, ids, claim, releases) for claim in claims)
    finally:
        connection.close()


def _fallen(
    connection: sqlite3.Connection, ids: dict[str, int], claim: Claim, releases: tuple[str, str]
) -> int:
    on = claim.on.isoformat() if claim.on else ""
    codes = sorted({line.code for line in claim.lines})
    numbers = {ids[code]: code for code in codes if code in ids}
    pairs = _PAIRS.format(marks=",".join(map(str, numbers)))
    edits = connection.execute(pairs, (releases[0], on)).fetchall()
    marks = ",".join(f"'{code}'" for code in codes)
    limits = {c: (u, a) for c, u, a in connection.execute(_LIMITS.format(marks=marks), (releases[1],))}
    fallen = 0
    for line in claim.lines:
        distinct = DISTINCT.intersection(line.modifiers)
        ones = {numbers[one]: indicator == "0" for one, two, indicator in edits if numbers[two] == line.code}
        bare = any(
            ones[o.code] or not (distinct or DISTINCT.intersection(o.modifiers))
            for o in claim.lines
            if o.code in ones
        )
        units, adjudication = limits.get(line.code, (line.units, "1"))
        same = [line] if adjudication == "1" else [o for o in claim.lines if o.code == line.code]
        fallen += bare or sum(o.units for o in same) > units
    return fallen


def _long(release: Path, codes: Sequence[str], day: date, runs: int) -> Row:
    kg = CodeGraph.open(release, at_once=False)
    rng = random.Random(_SEED)
    lines = [Line(rng.choice(codes)) for _ in range(1000)]
    check = partial(kg.check, Claim(tuple(lines), day), nearest=True)
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        found = check()
        seconds.append(time.perf_counter() - begun)
    findings = len(found.findings)
    return Row(
        SECTION,
        "kg.check(1,000 lines)",
        "ms",
        Stats.of(seconds, 1e3),
        note=f"one claim of 1,000 different lines, {findings:,} findings",
    )
