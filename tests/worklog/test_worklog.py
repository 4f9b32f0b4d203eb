"""A log of procedures: what it keeps, what it is worth, what comes in and goes out as CSV."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, SourceError
from codegraph.worklog.benchmark import Benchmark, read_benchmark
from codegraph.worklog.csv_files import guarded, read_csv, to_csv, unguarded, write_text
from codegraph.worklog.entry import LONGEST_NOTE, Entry, doubts
from codegraph.worklog.store import VARIABLE, WorkLog, default_path

D = Decimal


@pytest.fixture
def log(tmp_path):
    return WorkLog(tmp_path / "sub" / "log.sqlite")


def plain(entries):
    return [(e.day, e.code, e.modifiers, e.units, e.note) for e in entries]


# --- entries ------------------------------------------------------------------------------------------------------


def test_an_entry_is_checked_where_it_is_made():
    found = Entry.make("2025-10-14", "44388-53", ["lt"], "2", "  a note\r\n ")
    assert found == Entry(date(2025, 10, 14), "44388", ("53", "LT"), 2, "a note")
    assert (found.key, str(found)) == ("44388-53-LT", "2025-10-14 44388-53-LT x2")
    assert Entry.make("2025-10-14", "44955 x3").units == 3
    assert Entry.make(date(2025, 10, 14), "cpt:44310").code == "44310"


@pytest.mark.parametrize(
    ("cells", "error", "says"),
    [
        (("14/10/2025", "44310"), InvalidValue, "YYYY-MM-DD"),
        (("2025-02-30", "44310"), InvalidValue, "no day"),
        (("2025-10-14", "4431"), InvalidCode, "4431"),
        (("2025-10-14", "K50.00"), InvalidCode, "K50"),
        (("2025-10-14", "44310", ["5"]), InvalidValue, "no modifier"),
        (("2025-10-14", "44310-59", ["59"]), InvalidValue, "twice"),
        (("2025-10-14", "44310", (), 0), InvalidValue, "from 1"),
        (("2025-10-14", "44310", (), "-1"), InvalidValue, "from 1"),
        (("2025-10-14", "44310", (), "1.5"), InvalidValue, "from 1"),
        (("2025-10-14", "44310x2", (), 3), InvalidValue, "already"),
        (("2025-10-14", "44310", (), 1, "a\x1b[31m"), InvalidValue, "U\\+001B"),
        (("2025-10-14", "44310", (), 1, "x" * (LONGEST_NOTE + 1)), InvalidValue, "2000"),
    ],
)
def test_what_no_entry_can_be(cells, error, says):
    with pytest.raises(error, match=says):
        Entry.make(*cells)


def test_what_is_odd_is_told():
    today = date(2025, 10, 14)
    assert doubts(Entry.make("2025-10-14", "44310-59"), today) == []
    assert doubts(Entry.make("2025-10-15", "44310"), today) == ["2025-10-15 is in the future"]
    (said,) = doubts(Entry.make("2025-10-14", "44310-80-82"), today)
    assert "80 and 82 exclude each other" in said


# --- the file -----------------------------------------------------------------------------------------------------


def test_entries_are_kept_in_order_and_found(log):
    made = log.add(
        [
            Entry.make("2025-11-02", "44388-53"),
            Entry.make("2025-10-14", "44310", note="=SUM(A1)"),
            Entry.make("2025-10-14", "44310-62", units=2),
        ]
    )
    assert [e.id for e in made] == [1, 2, 3]
    assert [e.id for e in log.entries()] == [2, 3, 1]
    assert log.entries()[0].note == "=SUM(A1)"
    assert [e.id for e in log.entries(first=date(2025, 10, 15))] == [1]
    assert [e.id for e in log.entries(last=date(2025, 10, 14))] == [2, 3]
    assert [e.id for e in log.entries(code="44310")] == [2, 3]
    assert [e.id for e in log.entries(code="44310-62")] == [3]
    assert log.entries(code="44187") == ()
    with pytest.raises(InvalidCode):
        log.entries(code="x")


def test_removing_does_not_give_a_number_again(log):
    log.add([Entry.make("2025-10-14", "44310"), Entry.make("2025-10-15", "44310")])
    assert log.remove(2).day == date(2025, 10, 15)
    assert [e.id for e in log.add([Entry.make("2025-10-16", "44310")])] == [3]
    with pytest.raises(InvalidValue, match="no entry 2"):
        log.remove(2)
    assert [e.id for e in log.entries()] == [1, 3]


def test_the_file_is_the_users_alone_and_says_what_it_is(log):
    log.add([Entry.make("2025-10-14", "44310")])
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    with sqlite3.connect(log.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT day, code, modifiers, units, note FROM entry").fetchall() == [
            ("2025-10-14", "44310", "", 1, "")
        ]


def test_where_there_is_no_log(log, tmp_path):
    with pytest.raises(NotLoaded, match="log add"):
        log.entries()
    with pytest.raises(InvalidValue, match="no entry 1"):
        log.remove(1)
    (tmp_path / "empty").touch()
    with pytest.raises(NotLoaded, match="empty"):
        WorkLog(tmp_path / "empty").entries()


def test_other_files_are_left_alone(tmp_path):
    text, other, newer = (tmp_path / name for name in ("a.txt", "other.sqlite", "newer.sqlite"))
    text.write_text("no database, but long enough to be looked at as one " * 40)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    WorkLog(newer).add([Entry.make("2025-10-14", "44310")])
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 2")
    for path, says in ((text, "not a database"), (other, "something else"), (newer, "layout 2")):
        before = path.read_bytes()
        for ask in (lambda log: log.entries(), lambda log: log.add([Entry.make("2025-10-14", "44310")])):
            with pytest.raises(SourceError, match=says):
                ask(WorkLog(path))
        assert path.read_bytes() == before
    with pytest.raises(SourceError, match="no work log can be made"):
        WorkLog(text / "below").add([Entry.make("2025-10-14", "44310")])
    with pytest.raises(SourceError, match="cannot be"):
        WorkLog(tmp_path).add([Entry.make("2025-10-14", "44310")])


def test_the_default_place(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "x"))
    assert WorkLog().path == tmp_path / "x"
    monkeypatch.delenv(VARIABLE)
    assert default_path().name == "work-log.sqlite"


def test_an_addition_that_fails_keeps_nothing(log):
    log.add([Entry.make("2025-10-14", "44310")])
    broken = Entry(date(2025, 10, 15), "44310", (), 0)  # past the checks: the table itself refuses it
    with pytest.raises(SourceError, match="CHECK"):
        log.add([Entry.make("2025-10-15", "44310"), broken])
    assert len(log.entries()) == 1


ADD = """
import sys
from codegraph.worklog.store import WorkLog
from codegraph.worklog.entry import Entry
for n in range(1, 21):
    WorkLog(sys.argv[1]).add([Entry.make(f"2025-10-{n:02}", "44310", note=sys.argv[2])])
"""


def test_several_writers_at_once_all_land(log):
    writers = [subprocess.Popen([sys.executable, "-c", ADD, str(log.path), f"writer {n}"]) for n in range(4)]
    assert [w.wait(120) for w in writers] == [0, 0, 0, 0]
    found = log.entries()
    assert len(found) == 80
    assert len({e.id for e in found}) == 80
    assert {note: sum(e.note == note for e in found) for note in {e.note for e in found}} == {
        f"writer {n}": 20 for n in range(4)
    }


# --- CSV ----------------------------------------------------------------------------------------------------------

codes = st.sampled_from(["44310", "44388", "G0105", "0075T", "00100", "99213"])
modifiers = st.lists(st.sampled_from(["26", "53", "59", "LT", "62", "X2"]), max_size=4, unique=True)
notes = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\"',;"), max_size=60),
    st.text("'=+-@\t,\"\n a", max_size=12),
)
entries = st.lists(
    st.builds(
        Entry.make,
        st.dates(),
        codes,
        modifiers,
        st.integers(1, 999),
        notes,
    ),
    max_size=12,
)


@settings(deadline=None)
@given(entries)
def test_what_goes_out_comes_in_the_same(made):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        write_text(path, to_csv(made))
        found, bad = read_csv(path)
    assert bad == []
    assert plain(found) == plain(made)


@given(st.text("'=+-@\t\rab", max_size=8))
def test_no_cell_begins_a_formula(cell):
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r") or not cell
    assert unguarded(guarded(cell)) == cell


def test_formulas_are_guarded_in_the_file(tmp_path):
    made = [Entry.make("2025-10-14", "44310-59-LT", note=note) for note in ("=1+1", "@x", "-2", "+3", "a=1")]
    lines = to_csv(made).splitlines()
    assert lines[0] == "date,code,modifiers,units,note"
    assert lines[1] == "2025-10-14,44310,59 LT,1,'=1+1"
    assert [line.rpartition(",")[2] for line in lines[2:]] == ["'@x", "'-2", "'+3", "a=1"]


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "in.csv"
    path.write_bytes(text.encode(encoding))
    return read_csv(path)


def test_columns_come_in_any_order_and_some_may_be_absent(tmp_path):
    found, bad = read(tmp_path, "\ufeffCode, Date\r\n44388-53,2025-10-14\r\n\r\n44310,2025-10-15\r\n")
    assert bad == []
    assert plain(found) == [
        (date(2025, 10, 14), "44388", ("53",), 1, ""),
        (date(2025, 10, 15), "44310", (), 1, ""),
    ]
    (entry,), _ = read(tmp_path, "date,code,modifiers,note\n2025-10-14,44310,59; LT,caf\xe9\n", "cp1252")
    assert (entry.modifiers, entry.note) == (("59", "LT"), "caf\xe9")


def test_bad_rows_are_told_with_the_line_they_begin_on(tmp_path):
    text = (
        'date,code,units,note\n2025-10-14,44310,1,"two\nlines"\n10/14/2025,44310,1,\n'
        '2025-10-14,310,1,"\n\n"\n2025-10-14,44310,0,\n2025-10-14,44310,1\n2025-10-14,100,1,\n'
    )
    found, bad = read(tmp_path, text)
    assert plain(found) == [(date(2025, 10, 14), "44310", (), 1, "two\nlines")]
    assert [row.line for row in bad] == [4, 5, 8, 9, 10]
    reasons = [row.reason for row in bad]
    for reason, says in zip(reasons, ("YYYY-MM-DD", "310", "from 1", "3 cells", "100"), strict=True):
        assert says in reason
    assert str(bad[0]).startswith("line 4: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("date,units\n", "no column code"),
        ("date,code,unit\n", "unknown column 'unit'"),
        ("date,code,code\n", "twice"),
        ('date,code\n2025-10-14,"44310\n', "line 2: no CSV"),
        ("2025-10-14,44310\n", "no column code and date"),
    ],
)
def test_files_that_are_no_log(tmp_path, text, says):
    with pytest.raises(SourceError, match=says):
        read(tmp_path, text)


def test_bytes_of_no_known_encoding_and_files_that_are_not_there(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"date,code\n2025-10-14,\x81\x8d\n")
    with pytest.raises(SourceError, match="neither UTF-8"):
        read_csv(tmp_path / "x.csv")
    with pytest.raises(SourceError, match="cannot be read"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="cannot be written"):
        write_text(tmp_path / "no" / "x.csv", "")


# --- benchmark ----------------------------------------------------------------------------------------------------


@pytest.fixture
def benchmark_file(tmp_path):
    path = tmp_path / "percentiles.csv"
    path.write_text('percentile,work_rvu\n25,"5,000"\n50,6000.50\n75,8000.5\n90,9000\n')
    return path


@pytest.mark.parametrize(
    ("total", "percentile", "beside"),
    [
        ("6000.50", "50", (50, 50)),
        ("7000.50", "62.5", (50, 75)),
        ("5000", "25", (25, 25)),
        ("5100.05", "27.5", (25, 50)),
        ("4999.99", None, (None, 25)),
        ("9000.01", None, (90, None)),
    ],
)
def test_a_total_falls_between_two_percentiles(benchmark_file, total, percentile, beside):
    found = read_benchmark(benchmark_file).place(D(total))
    assert found.percentile == (None if percentile is None else D(percentile))
    assert tuple(None if p is None else p[0] for p in (found.below, found.above)) == beside
    assert found.file == "percentiles.csv"
    assert ("lowest" in found.text, "highest" in found.text) == (beside[0] is None, beside[1] is None)


def test_a_total_is_multiplied_first():
    found = Benchmark(((D(25), D(100)), (D(75), D(200))), "x").place(D(75), D(2))
    assert (found.total, found.factor, found.percentile) == (D(150), D(2), D("50.0"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("p25,p50\n1,2\n", "percentile,work_rvu"),
        ("percentile,work_rvu\n25,1\n", "at least two"),
        ("percentile,work_rvu\n25,1\n50,x\n", "line 3: 'x' is not a number"),
        ("percentile,work_rvu\n25,1\n50\n", "line 3: 1 cells"),
        ("percentile,work_rvu\n50,1\n25,2\n", "rise"),
        ("percentile,work_rvu\n25,2\n50,2\n", "rise"),
        ("percentile,work_rvu\n25,1\n101,2\n", "0 to 100"),
        ('percentile,work_rvu\n25,"1\n', "no CSV"),
    ],
)
def test_tables_that_are_no_benchmark(tmp_path, text, says):
    path = tmp_path / "b.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=says):
        read_benchmark(path)
