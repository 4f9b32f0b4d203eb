"""What a log is worth: figures of each day's release, sums, what has no figure; and the command."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from codegraph.cli import log as command
from codegraph.errors import CodegraphError, InvalidValue
from codegraph.worklog.benchmark import Benchmark
from codegraph.worklog.entry import Entry
from codegraph.worklog.model import Sum
from codegraph.worklog.report import report

D = Decimal
FACTOR = D("32.3465")


def entries(*texts):
    return [Entry.make(*text.split(" ", 1)) for text in texts]


# In the small release each row has 1.00 practice expense and 0.50 malpractice RVU.
def pays(work, units=1):
    return ((D(work) + D("1.50")) * FACTOR * units).quantize(D("0.01"))


def test_figures_of_each_entry(valued):
    found = report(valued, entries("2025-10-14 44310", "2025-11-02 44388-53", "2025-11-05 44310x2"))
    assert [line.work for line in found.lines] == [D("17.59"), D("1.36"), D("35.18")]
    assert [line.payment for line in found.lines] == [pays("17.59"), pays("1.36"), pays("17.59", 2)]
    assert [line.own_row for line in found.lines] == [None, "53", None]
    assert {line.release for line in found.lines} == {"cms-pfs/2025D"}
    assert (found.first, found.last) == (date(2025, 10, 14), date(2025, 11, 5))
    assert [(s.key, s.entries, s.units, s.work) for s in found.months] == [
        ("2025-10", 1, 1, D("17.59")),
        ("2025-11", 2, 3, D("36.54")),
    ]
    assert [(s.key, s.work) for s in found.codes] == [("44310", D("52.77")), ("44388-53", D("1.36"))]
    assert found.total == Sum(
        "total", 3, 4, D("54.13"), sum(line.payment for line in found.lines), 0, 0, D(0)
    )
    assert found.missing == ()


def test_what_has_no_figure_is_listed_and_in_no_sum(valued):
    found = report(
        valued,
        entries(
            "2025-10-14 44310", "2025-10-15 44320", "2024-05-01 44310", "2025-10-16 99499", "2025-10-17 44322"
        ),
    )
    assert [line.work for line in found.lines] == [D("17.59"), None, None, None, D(0)]
    assert [str(line.entry.day) for line in found.missing] == ["2025-10-15", "2024-05-01", "2025-10-16"]
    carrier, early, unknown = found.missing
    assert "status C" in carrier.no_work
    assert "status C" in carrier.no_payment
    assert "nearest is cms-pfs/2025D" in early.no_work
    assert early.release is None
    assert "no row" in unknown.no_work
    assert unknown.no_payment
    assert (found.total.work, found.total.without_work, found.total.without_payment) == (D("17.59"), 3, 3)
    only = {s.key: s for s in found.codes}["44320"]
    assert (only.work, only.payment) == (None, None)


def test_the_nearest_release_answers_when_asked_and_says_so(valued):
    found = report(valued, entries("2024-05-01 44310", "2025-10-14 44310"), nearest=True)
    assert [line.nearest for line in found.lines] == [True, False]
    assert found.total.work == D("35.18")
    assert any(note.endswith("by the nearest one: 1") for note in found.notes)


def test_modifiers_that_share_the_work_count_in_full_and_are_told(valued):
    found = report(valued, entries("2025-10-14 44310-62", "2025-10-14 44310-80-82", "2025-10-14 44310-59"))
    assert [line.unadjusted for line in found.lines] == [("62",), ("80", "82"), ()]
    assert found.total.work == D("52.77")
    assert found.total.unadjusted_work == D("35.18")
    assert any(note.startswith("35.18 of the work RVU") for note in found.notes)
    both = found.lines[1]
    assert both.payment is None
    assert "80 and 82 exclude each other" in both.no_payment


def test_a_setting_that_is_none_is_an_error_and_indices_not_loaded_are_a_reason(valued):
    with pytest.raises(InvalidValue, match="setting"):
        report(valued, entries("2025-10-14 44310"), setting="home")
    (line,) = report(valued, entries("2025-10-14 44310"), locality="NE").missing  # no indices are loaded
    assert (line.work, line.payment) == (D("17.59"), None)
    assert "GPCI" in line.no_payment


def test_no_entries_sum_to_nothing(valued):
    found = report(valued, [], benchmark=Benchmark(((D(1), D(1)), (D(2), D(2))), "x"))
    assert (found.first, found.total.work, found.total.entries, found.benchmark) == (None, None, 0, None)


def test_the_benchmark_takes_the_period_as_it_is_or_as_a_year(valued):
    table = Benchmark(((D(25), D(10)), (D(50), D(20)), (D(75), D(70)), (D(90), D(80))), "x")
    made = entries("2025-10-14 44310", "2025-10-15 44320")
    plainly = report(valued, made, benchmark=table)
    assert (plainly.benchmark.total, plainly.benchmark.percentile) == (D("17.59"), D("44.0"))
    assert any("as it is" in note for note in plainly.notes)
    assert any(note.endswith("not in the total: 1") for note in plainly.notes)
    period = {"first": date(2025, 10, 1), "last": date(2025, 10, 1) + timedelta(days=91)}
    yearly = report(valued, made, benchmark=table, annualize=True, **period)
    assert yearly.benchmark.factor == D("3.96739130435")  # 365 / 92
    assert yearly.benchmark.total == D("17.59") * D("3.96739130435")
    assert (yearly.first, yearly.last) == (date(2025, 10, 1), date(2025, 12, 31))
    assert yearly.benchmark.percentile == D("74.9")
    with pytest.raises(InvalidValue, match="first and last day"):
        report(valued, made, benchmark=table, annualize=True)
    with pytest.raises(InvalidValue, match="is after"):
        report(valued, made, annualize=True, first=date(2025, 12, 31), last=date(2025, 1, 1))


@pytest.mark.full_release
def test_localities_and_own_rows_of_the_official_files(full):
    made = entries("2025-10-14 44310", "2025-10-15 44388-53", "2025-10-16 45378-53", "2025-10-17 70450-26")
    found = report(full, made, locality="NE")
    assert found.missing == ()
    assert [line.own_row for line in found.lines] == [None, "53", "53", "26"]
    for line in found.lines:
        price = full.price(line.entry.key, locality="NE", on=line.entry.day)
        assert line.payment == price.total
    assert report(full, made[:1]).total.payment == D("1011.15")
    with pytest.raises(InvalidValue, match="no locality"):
        report(full, made, locality="Atlantis")


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def run(valued, tmp_path, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_LOG", str(tmp_path / "log.sqlite"))

    def call(*args, code=0, release=valued.directory):
        result = CliRunner().invoke(command.command, args, obj=release)
        if isinstance(result.exception, CodegraphError):
            assert code == result.exception.exit_code, result.exception
            return str(result.exception) + result.stderr
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.stdout + result.stderr

    return call


def test_add_list_remove(run):
    assert "no work log is there" in run("list", code=2)
    assert run("add", "44310", "--date", "2025-10-14", "--note", "first\nentry").startswith(
        "entry 1: 2025-10-14 44310"
    )
    stored = json.loads(run("add", "44388", "--modifier", "53", "--date", "2025-10-15", "--format", "json"))
    assert (stored["id"], stored["modifiers"], stored["warnings"]) == (2, ["53"], [])
    assert str(date.today()) in run("add", "44310")
    listed = run("list", "--to", "2025-10-15").splitlines()
    assert [line.split()[0] for line in listed[2:]] == ["1", "2"]
    assert "first entry" in listed[2]
    assert [e["id"] for e in json.loads(run("list", "--code", "44388", "--format", "json"))] == [2]
    assert run("remove", "2") == "removed: entry 2: 2025-10-15 44388-53\n"
    assert "no entry 2" in run("remove", "2", code=2)


def test_add_warns_and_keeps(run, tmp_path):
    said = run("add", "99499", "--date", "2099-01-01")
    assert "warning: 2099-01-01 is in the future" in said
    assert "warning: cpt:99499 is not in the release" in said
    assert "warning" not in run("add", "99499", "--date", "2025-01-01", release=None)
    assert "no date" in run("add", "44310", "--date", "yesterday", code=2)
    assert len(run("list").splitlines()) == 4
    assert run("add", "44310", "--log", str(tmp_path / "other")).startswith("entry 1")


def test_report_by_month_and_code(run, tmp_path):
    for code, day in (("44310", "2025-10-14"), ("44310", "2025-11-14"), ("44320", "2025-11-15")):
        run("add", code, "--date", day)
    by_month = run("report")
    assert "2025-10  1        1      17.59     $617.49" in by_month
    assert "in no sum:\n  entry 3, 2025-11-15 44320: no work RVU" in by_month
    by_code = run("report", "--by", "code", "--from", "2025-11-01")
    (row,) = [line.split() for line in by_code.splitlines() if line.startswith("44320")]
    assert row == ["44320", "1", "1", "–", "–", "1", "1"]
    table = tmp_path / "b.csv"
    table.write_text("percentile,work_rvu\n25,10\n50,20\n75,70\n90,80\n")
    period = ("--from", "2025-10-01", "--to", "2025-12-31")
    said = run("report", *period, "--benchmark", str(table), "--annualize")
    assert "benchmark b.csv: 139.57 work RVU, above the highest percentile of the table, 90 (80)" in said
    data = json.loads(run("report", "--benchmark", str(table), "--format", "json"))
    assert data["total"]["work"] == "35.18"
    assert data["benchmark"]["percentile"] == "57.6"  # 50 + 25 × (35.18 - 20) / 50
    assert [line["entry"]["id"] for line in data["missing"]] == [3]


def test_import_is_whole_or_skips_what_it_is_told_to(run, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("date,code,note\n2025-10-14,44310,'=1\n2025-10-15,44388-53,\n")
    bad.write_text("date,code\n2025-10-16,44310\n16.10.2025,44310\n")
    assert run("import", str(good)).startswith("2 entries imported, 0 rows rejected")
    refused = run("import", str(bad), code=2)
    assert "none was imported" in refused
    assert f"{bad}: line 3: '16.10.2025' is no date" in refused
    assert len(json.loads(run("list", "--format", "json"))) == 2
    skipped = run("import", str(bad), "--skip-bad", code=1)
    assert "1 entries imported, 1 rows rejected" in skipped
    out = tmp_path / "out.csv"
    assert run("export", str(out)) == f"3 entries written to {out}\n"
    assert out.read_text() == run("export", "-")
    assert "2025-10-14,44310,,1,'=1\n" in out.read_text()
    other = str(tmp_path / "second")
    run("import", str(out), "--log", other)
    first, second = (json.loads(run("list", "--format", "json", *more)) for more in ((), ("--log", other)))
    assert [{**e, "id": 0} for e in first] == [{**e, "id": 0} for e in second]
