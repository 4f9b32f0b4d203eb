"""Pairs in force on two days, compared by sorted integers, are those that plain sets give."""

from __future__ import annotations

import random
from datetime import date

import pytest

from codegraph.billing.editions import Edition
from codegraph.build.edits import build_edits
from codegraph.build.progress import Silent
from codegraph.changes.pairs import compare_pairs
from codegraph.sources import ncci_ptp
from codegraph.sources.files import members
from tests.build.small_files import ptp

DAYS = {"2025Q4": date(2025, 12, 31), "2026Q1": date(2026, 3, 31)}
NAMES = {"2025Q4": "ccipra-v313r0-f1.txt", "2026Q1": "ccipra-v320r0-f1.txt"}
SOME = ("", "20200101", "20251231", "20260101", "20260331", "20260401")


def rows_of(chance, codes, number):
    """Return rows with all sorts of dates; a pair may come several times."""
    found = []
    for _ in range(number):
        one, two = chance.sample(codes, 2)
        found.append((one, two, chance.choice(SOME), chance.choice(("*", *SOME[1:])), chance.choice("0119")))
    return [r for r in found if r[3] == "*" or not r[2] or r[2] <= r[3]]


def in_force(rows, day):
    """Return pair -> indicator, by the words of the file; 0 where two rows of a pair differ."""
    found = {}
    text = day.strftime("%Y%m%d")
    for one, two, begun, ended, indicator in rows:
        if indicator != "9" and begun <= text and (ended == "*" or text <= ended):
            found[one, two] = min(indicator, found.get((one, two), indicator))
    return found


def expected(before, after):
    kinds = {}
    for pair in before.keys() | after.keys():
        was, now = before.get(pair), after.get(pair)
        if was != now:
            kind = "edit-added" if was is None else "edit-ended" if now is None else "edit-changed"
            kinds[f"{pair[0]} with {pair[1]}"] = (kind, was, now)
    return kinds


def half(folder, version, rows):
    folder.mkdir()
    path = folder / NAMES[version]
    path.write_text(ptp(rows))
    member = next(members(path))
    release = ncci_ptp.READERS[0].release(member)
    build_edits([(member, release)], folder / "edits.sqlite", folder / "edges.nt", folder / "rejects.jsonl")
    return folder, Edition(
        release.ident, release.effective_from, release.effective_to, len(rows), "", path.name
    )


@pytest.mark.parametrize("seed", range(4))
def test_many_pairs(tmp_path, seed):
    chance = random.Random(seed)
    codes = [f"{n:05}" for n in range(10000, 10400)] + [f"G{n:04}" for n in range(60)]
    first = rows_of(chance, chance.sample(codes, 300), 3000)
    second = chance.sample(first, len(first) * 4 // 5) + rows_of(chance, chance.sample(codes, 300), 500)
    sides = [half(tmp_path / v, v, rows) for v, rows in (("2025Q4", first), ("2026Q1", second))]
    found = list(compare_pairs(*sides, Silent()))
    wanted = expected(in_force(first, DAYS["2025Q4"]), in_force(second, DAYS["2026Q1"]))
    assert {c.key: (c.kind, c.before, c.after) for c in found} == wanted
    assert len(found) == len(wanted) > 100
    assert [c.key for c in found] == sorted(c.key for c in found)
    kept = list(compare_pairs(*sides, Silent(), went=False))
    assert {c.key for c in kept} == {k for k, said in wanted.items() if said[0] != "edit-ended"}


def test_the_steps_are_told(tmp_path):
    said = []

    class Told(Silent):
        def step(self, text):
            said.append(text)

        def count(self, done):
            said.append(done)

    rows = [("44310", "44388", "20200101", "*", "1")]
    sides = [half(tmp_path / v, v, rows) for v in DAYS]
    assert list(compare_pairs(*sides, Told())) == []
    idents = [f"ncci-ptp-practitioner/{v}" for v in DAYS]
    assert said == [
        f"reading the pairs of {idents[0]}",
        1,
        f"reading the pairs of {idents[1]}",
        1,
        "comparing pairs of codes",
    ]
