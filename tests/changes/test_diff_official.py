"""Official files against a successor made from them: what was changed in the text is what the comparison tells."""

from __future__ import annotations

import csv
import io
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from codegraph.build.pipeline import build
from codegraph.build.progress import Silent
from codegraph.changes.diff import diff, diff_editions
from codegraph.changes.loaded import named
from codegraph.changes.pairs import compare_pairs
from codegraph.graph import CodeGraph

pytestmark = pytest.mark.full_release
CENT = Decimal("0.01")
WORK, NONFACILITY, FACILITY, CONVERSION, PRICING = 5, 11, 12, 24, 23


def less(text):
    return (Decimal(text) * Decimal("0.975")).quantize(CENT, ROUND_HALF_UP)


def successor(path):
    """Return the text of a January file of 2026 in which 100 codes have 2.5 % less work and 3 codes are gone.

    Both totals follow the work; also returns key -> (work before, work after) and the three codes.
    """
    with path.open(encoding="cp1252", newline="") as file:
        rows = [row for row in csv.reader(line.replace("\x1a", "") for line in file) if row]
    start = next(n for n, row in enumerate(rows) if row[0] == "HCPCS") + 1
    chance = random.Random(42)
    plain = [n for n in range(start, len(rows)) if not rows[n][1]]
    with_work = [n for n in plain if Decimal(rows[n][WORK]) > Decimal("0.50")]
    hit = chance.sample(with_work, 100)
    alone = {
        n for n in plain if sum(rows[m][0] == rows[n][0] for m in (n - 1, n, n + 1) if m < len(rows)) == 1
    }
    gone = set(chance.sample(sorted(alone - set(hit)), 3))
    changed = {}
    for n in hit:
        before, after = Decimal(rows[n][WORK]), less(rows[n][WORK])
        changed[rows[n][0]] = (before, after)
        for place in (WORK, NONFACILITY, FACILITY):
            rows[n][place] = str(Decimal(rows[n][place]) + after - before)
    removed = {rows[n][0] for n in gone}
    wide = [_with_pricing(row, n, start) for n, row in enumerate(rows) if n not in gone]
    out = io.StringIO()
    csv.writer(out).writerows(wide)
    text = out.getvalue()
    head, mark, rest = text.partition("\r\nHCPCS,")
    head = head.replace("2025", "2026").replace("October", "January")
    return head + mark + rest, changed, removed


def _with_pricing(row, number, start):
    row = [*row, *[""] * (31 - len(row))]
    added = {start - 2: "PRIC", start - 1: "IND"}.get(number, "" if number < start else "1")
    factor = "33.4009" if number >= start else row[CONVERSION]
    return [*row[:PRICING], added, *row[PRICING:CONVERSION], factor, *row[CONVERSION + 1 :]]


@pytest.fixture(scope="module")
def made(data_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("successor")
    text, changed, removed = successor(data_dir / "pfs" / "PPRRVU2025_Oct.csv")
    (folder / "files").mkdir()
    (folder / "files" / "PPRRVU2026_Jan_nonQPP.csv").write_text(text, encoding="cp1252", newline="")
    build([folder / "files"], folder / "release")
    return CodeGraph(folder / "release"), changed, removed


def test_a_successor_of_the_fee_schedule(full, made):
    later, changed, removed = made
    found = diff(full, later, source="pfs")
    assert found.editions[0].second == "cms-pfs/2026A"
    work = {c.key: (c.before, c.after) for c in found if c.field == "work RVU"}
    assert work == {key: values for key, values in changed.items() if values[0] != values[1]}
    assert {c.key for c in found if c.kind == "deleted"} == removed
    factors = [(c.before, c.after) for c in found if c.field == "conversion factor"]
    assert factors == [(Decimal("32.3465"), Decimal("33.4009"))]
    totals = {c.key for c in found if c.field.endswith("total RVU")}
    assert totals == work.keys()
    assert len(found) == 3 * len(work) + len(removed) + 1
    assert (found.adjustments[0].percent, set(found.adjustments[0].keys)) == (Decimal("-2.5"), work.keys())


def _gpci(path):
    """Return carrier-locality -> indices of the official file, without codegraph's reader."""
    found = {}
    with path.open(encoding="cp1252", newline="") as file:
        for row in csv.reader(file):
            if len(row) >= 7 and row[0].strip().isdigit():
                found[f"{row[0].strip()}-{row[2].strip().zfill(2)}"] = tuple(
                    Decimal(c.strip()) for c in row[4:7]
                )
    return found


def test_indices_of_two_years(full, data_dir):
    old, new = (_gpci(data_dir / "pfs" / f"GPCI{year}.csv") for year in (2025, 2026))
    assert len(old) == len(new) == 109
    assert old.keys() == new.keys()
    fields = ("work GPCI", "PE GPCI", "malpractice GPCI")
    expected = {
        (place, field): (before, after)
        for place in old
        for field, before, after in zip(fields, old[place], new[place], strict=True)
        if before != after
    }
    found = diff_editions(full, "cms-gpci/2025", "cms-gpci/2026")
    assert {(c.key, c.field): (c.before, c.after) for c in found} == expected
    assert {c.kind for c in found} == {"figure"}
    assert len(found) == len(expected) > 200


def test_pairs_of_the_official_files_against_themselves(full):
    edition = named(full, "ncci-ptp-outpatient/2024Q3")
    side = (full.directory, edition)
    assert list(compare_pairs(side, side, Silent())) == []


def test_pairs_of_an_excerpt_tell_only_what_they_say(full):
    found = diff_editions(full, "ncci-ptp-practitioner/2024Q3", "ncci-ptp-practitioner/2026Q3")
    assert [(c.kind, c.key, c.note) for c in found] == [("edit-added", "0001U with 0417U", "from 2025-01-01")]
    assert "is an excerpt (2,546,017 and 22 rows)" in found.editions[0].note


def test_two_editions_of_icd10pcs(full):
    found = diff_editions(full, "icd10pcs/2025", "icd10pcs/2026")
    assert found.counts == {"icd10pcs": {"added": 206, "deleted": 39}}
    assert 78948 + 206 - 39 == 79115


def test_a_list_without_dates_brings_nobody_back(full):
    found = diff_editions(full, "hcpcs/2019", "hcpcs/2025-10")
    assert found.counts.get("hcpcs", {}).keys() == {"added"}
    assert "hcpcs/2025-10 gives no termination dates: what it lists may have ended" in found.editions[0].note
