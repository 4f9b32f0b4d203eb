"""The graph as of a day: every question is handed the day; a list tells whether a code was valid, or nothing does."""

from __future__ import annotations

import inspect
from datetime import date

import pytest

from codegraph.billing.editions import TITLES
from codegraph.billing_questions import BillingQuestions
from codegraph.changes.dated import DatedGraph, Question
from codegraph.changes.loaded import LISTS
from codegraph.changes.spans import spans
from codegraph.changes.validity import Validity, validity
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode
from codegraph.graph import CodeGraph
from codegraph.text_questions import TextQuestions

DATED = {
    name
    for half in (CodeGraph, BillingQuestions, TextQuestions)
    for name, method in vars(half).items()
    if inspect.isfunction(method) and "on" in inspect.signature(method).parameters and name[0] != "_"
}


def test_every_question_that_takes_a_day_is_there():
    here = {name for name, value in vars(DatedGraph).items() if isinstance(value, Question)}
    assert here == DATED
    assert {"price", "edits", "check", "crosswalk", "compare"} <= here


@pytest.mark.parametrize("name", sorted(DATED))
def test_the_day_is_handed_on(both, monkeypatch, name):
    method = getattr(CodeGraph, name)
    given = {}

    def asked(self, *args, on=None, nearest=None, **more):
        given.update(args=args, on=on, nearest=nearest, more=more)
        return "answer"

    asked.__signature__ = inspect.signature(method)
    monkeypatch.setattr(CodeGraph, name, asked)
    assert getattr(both.on("2025-11-02", nearest=True), name)("44310", setting="x") == "answer"
    has_nearest = "nearest" in inspect.signature(method).parameters
    assert given == {
        "args": ("44310",),
        "on": date(2025, 11, 2),
        "nearest": True if has_nearest else None,
        "more": {"setting": "x"},
    }


def test_a_question_keeps_its_words(both):
    assert both.on("2025-11-02").price.__doc__ == CodeGraph.price.__doc__
    assert isinstance(DatedGraph.price, Question)


def test_a_day_beside_the_day_of_the_view(both):
    with pytest.raises(InvalidValue, match="this view is of 2025-11-02"):
        both.on("2025-11-02").price("44310", on="2026-01-01")


@pytest.mark.parametrize("day", ["2025-13-01", "11/02/2025", "today", "", None])
def test_a_day_that_is_none(both, day):
    with pytest.raises(InvalidValue, match=r"YYYY-MM-DD|no day of the calendar"):
        both.on(day)


def test_prices_follow_the_day(both):
    old, new = (both.on(day).price("44310") for day in ("2025-12-31", "2026-01-01"))
    assert (old.total, new.total) == (both.price("44310", on="2025-12-31").total, new.total)
    assert str(old.total) == "649.84"  # 20.09 × 32.3465
    assert str(new.total) == "656.33"  # 19.65 × 33.4009
    with pytest.raises(NotLoaded, match="the nearest is cms-pfs/2026A"):
        both.on("2027-01-01").price("44310")
    assert both.on("2027-01-01", nearest=True).price("44310").total == new.total


def test_edits_follow_the_day(both):
    assert both.on("2025-12-31").edits("44310", "00100").in_force is not None
    assert both.on("2026-01-01").edits("44310", "00100").in_force is None


def test_which_editions_answer(both):
    found = {e.source: e for e in both.on("2025-11-02").editions}
    assert found.keys() == {*TITLES, *LISTS}
    pfs = found["cms-pfs"]
    assert (pfs.edition.release, pfs.covers, pfs.note) == ("cms-pfs/2025D", True, "")
    assert (found["icd10cm"].edition, found["icd10cm"].note) == (None, "not loaded")
    later = {e.source: e for e in both.on("2026-02-01").editions}
    assert later["cms-pfs"].edition.release == "cms-pfs/2026A"
    past = {e.source: e for e in both.on("2020-01-01").editions}
    assert (past["cms-gpci"].edition.release, past["cms-gpci"].covers) == ("cms-gpci/2025", False)
    assert past["cms-gpci"].note == "does not cover the day: the nearest"
    assert past["ncci-ptp-practitioner"].covers, "its file tells the whole history"
    assert past["hcpcs"].edition.release == "hcpcs/2025"


WAS = [
    ("44310", "2025-11-02", True, "listed in cms-pfs/2025D"),
    ("44950", "2025-11-02", True, "listed in cms-pfs/2025D"),
    ("44950", "2026-01-01", False, "not listed in cms-pfs/2026A"),
    ("44187", "2025-11-02", False, "not listed in cms-pfs/2025D"),
    ("44187", "2026-01-01", True, "listed in cms-pfs/2026A"),
    ("44015", "2025-09-30", True, "listed in cms-pfs/2025C"),
    ("44015", "2025-10-01", False, "not listed in cms-pfs/2025D"),
    ("44015", "2026-03-31", True, "listed in cms-pfs/2026A"),
    ("A0001", "1989-12-31", False, "added later: 1990-01-01 is its first day"),
    ("A0001", "2024-05-05", True, "in use from 1990-01-01"),
    ("A0002", "2025-12-31", True, "in use from 1990-01-01 to 2025-12-31"),
    ("A0002", "2026-01-01", False, "terminated: 2025-12-31 was its last day"),
    ("A0004", "2020-12-31", True, "in use from 1990-01-01 to 2020-12-31"),
    ("A0004", "2021-01-01", False, "terminated: 2020-12-31 was its last day"),
    ("A0006", "2025-12-31", False, "added later: 2026-01-01 is its first day"),
    ("A0006", "2026-01-01", True, "in use from 2026-01-01"),
]


@pytest.mark.parametrize(("code", "day", "valid", "reason"), WAS)
def test_valid_on_a_day(both, code, day, valid, reason):
    view = both.on(day)
    found = view.valid(code)
    assert (bool(found), found.reason, code in view) == (valid, reason, valid)
    assert found.evidence[0].provenance.file or found.evidence[0].table == "graph"
    assert view.get(code) == (both[code] if valid else None)
    if valid:
        assert view[code] == both[code]
    else:
        with pytest.raises(UnknownCode, match=f"was not valid on {day}: {reason}"):
            view[code]


def test_status_d_is_gone(both):
    code = both["44383"]
    ended = validity(both, code, date(2025, 11, 2))
    assert isinstance(ended, Validity)
    assert (ended.valid, ended.reason) == (False, "terminated: 2014-12-31 was its last day")
    assert ended.evidence[0].provenance.title == "codegraph knowledge"


@pytest.mark.parametrize(
    ("code", "day", "message"),
    [
        (
            "44310",
            "2024-08-01",
            "no loaded list of cpt codes covers 2024-08-01; the nearest is cms-pfs/2025D",
        ),
        ("A0006", "2026-06-30", "no loaded list of hcpcs codes covers 2026-06-30; the nearest is hcpcs/2026"),
        ("A0003", "2022-01-01", "no loaded list of hcpcs codes covers 2022-01-01"),
        ("icd9cm:555.0", "2012-01-01", "no list of icd9cm codes is loaded"),
    ],
)
def test_nothing_is_guessed(small, both, code, day, message):
    graph = small if code.startswith("icd9cm") else both
    view = graph.on(day)
    with pytest.raises(NotLoaded, match=message):
        view.valid(code)
    assert code not in view
    with pytest.raises(NotLoaded):
        view[code]


def test_the_nearest_list_answers_when_it_may(both):
    found = both.on("2024-08-01", nearest=True).valid("44310")
    assert (bool(found), found.nearest, found.edition) == (True, True, "cms-pfs/2025D")
    assert found.reason == "listed in cms-pfs/2025D, the nearest to that day"


def test_what_is_no_code(both):
    view = both.on("2025-11-02")
    assert "no code" not in view
    assert "99999" not in view
    with pytest.raises(InvalidCode):
        view["no code"]
    with pytest.raises(UnknownCode):
        view.valid("99999")


def test_editions_of_icd10pcs_and_icd10cm(small):
    new = "icd10pcs:0D1A4Z4"
    assert new not in small.on("2025-09-30")
    assert small.on("2025-10-01").valid(new).reason == "listed in icd10pcs/2026"
    assert small.on("2025-09-30").valid(new).reason == "not listed in icd10pcs/2025"


@pytest.mark.full_release
def test_on_the_official_files(full):
    assert "44310" in full.on("2025-11-01")
    assert "44383" not in full.on("2025-11-01")
    assert full.on("2014-01-01").valid("44383")
    with pytest.raises(NotLoaded, match="the nearest is cms-pfs/2025D"):
        full.on("2024-08-01").valid("44310")
    view = full.on("2025-11-01")
    assert not view.valid("modifier:JG")
    for ended in (
        "C9745",
        "modifier:59",
    ):  # a list without dates keeps what has ended; CPT's modifiers are in none
        with pytest.raises(NotLoaded, match="does not tell whether it was valid"):
            view.valid(ended)
    assert [s.release for s in spans(full, full["G0105"])] == ["hcpcs/2019"]
    assert str(full.on("2025-11-01").price("44310").total) == "1011.15"
