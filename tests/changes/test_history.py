"""What became of a code: the planted changes on their days, each with the rows that say so."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from codegraph.changes.begun import events as edits_begun
from codegraph.changes.events import EVENTS
from codegraph.changes.history import History, history
from codegraph.cli import main
from codegraph.errors import InvalidCode, UnknownCode

NEW_YEAR = date(2026, 1, 1)


def rows(found, source):
    return [
        (str(e.on), e.kind, e.key, e.field, *(None if v is None else str(v) for v in (e.before, e.after)))
        for e in found
        if e.source == source
    ]


def test_the_figures_of_a_code(both):
    found = both.history("44310")
    assert isinstance(found, History)
    assert (str(found.code), len(found) == len(list(found))) == ("cpt:44310", True)
    assert rows(found, "pfs") == [
        ("2025-10-01", "stated", "44310", "", None, None),
        ("2026-01-01", "figure", "44310", "facility total RVU", "20.09", "19.65"),
        ("2026-01-01", "figure", "44310", "non-facility total RVU", "20.09", "19.65"),
        ("2026-01-01", "figure", "44310", "work RVU", "17.59", "17.15"),
    ]
    assert rows(found, "mue") == [
        ("2025-10-01", "stated", "44310", "", None, None),
        ("2026-01-01", "figure", "44310", "units", "2", "1"),
    ]
    assert [e.kind for e in found if e.source == "inpatient"] == ["stated"]
    stated = next(e for e in found if e.source == "pfs")
    assert "work RVU 17.59" in stated.note
    cut = next(e for e in found if e.field == "work RVU")
    assert [(e.provenance.release, dict(e.values)["work RVU"]) for e in cut.evidence] == [
        ("cms-pfs/2025D", "17.59"),
        ("cms-pfs/2026A", "17.15"),
    ]
    assert cut.evidence[1].provenance.file == "PPRRVU2026_Jan_nonQPP.csv"


@pytest.mark.parametrize(
    ("code", "source", "kinds"),
    [
        ("44950", "pfs", ["stated", "deleted"]),
        ("44187", "pfs", ["added"]),
        ("44187", "mue", ["edit-added"]),
        ("44015", "pfs", ["stated", "deleted", "reinstated"]),
        ("44383", "pfs", ["stated", "reinstated"]),
        ("44139", "pfs", ["stated", "indicator"]),
        ("44960", "pfs", ["stated", "stated", "row-deleted"]),
        ("44140", "inpatient", ["listed"]),
        ("A0006", "hcpcs", ["added", "first-day"]),
        ("44005", "inpatient", ["stated", "unlisted"]),
        ("44312", "opps", ["stated", "indicator"]),
        ("44139", "addon", ["stated", "stated", "edit-added", "edit-ended"]),
        ("A0003", "hcpcs", ["first-day", "last-day", "stated", "reinstated"]),
        ("A0002", "hcpcs", ["first-day", "stated", "last-day", "deleted"]),
        ("A0005", "hcpcs", ["first-day", "stated", "indicator"]),
    ],
)
def test_what_came_and_went(both, code, source, kinds):
    found = both.history(code)
    assert [e.kind for e in found if e.source == source] == kinds
    assert {e.kind for e in found} <= EVENTS.keys()
    days = [e.on or date.min for e in found]
    assert days == sorted(days)


def test_a_code_that_took_the_place(both):
    (event,) = [e for e in both.history("44383") if e.kind == "replaced"]
    assert (event.on, event.after) == (None, "cpt:44384")


def test_edits_are_counted_by_day(both):
    counted = [(e.on, e.kind, e.count) for e in both.history("44310") if e.source == "ptp"]
    assert counted == [
        (date(2020, 1, 1), "edits-begun", 3),
        (date(2025, 12, 31), "edits-ended", 1),
        (date(2026, 6, 30), "edits-ended", 1),
    ]
    (begun,) = [e for e in both.history("44310") if e.kind == "edits-begun"]
    assert begun.note.startswith(
        "2 as column one with indicator 0, 1 as column one with indicator 1; practitioner"
    )


def test_each_edit_when_asked(both):
    code = both["44140"]
    found = [e for e in history(both, code, edits=True) if e.source == "ptp"]
    assert [(str(e.on), e.kind, e.key, e.before, e.after) for e in found] == [
        ("2020-01-01", "edit-added", "44140 with 44005", None, "1"),
        ("2025-12-31", "edit-ended", "44140 with 44005", "1", None),
        ("2026-01-01", "edit-added", "44140 with 44005", None, "0"),
    ]
    assert len(list(edits_begun(both, code, each=True))) == 3
    assert "G0463" not in {w for e in found for w in e.key.split()}, "void from the start"


def test_one_release_is_nothing_to_compare(small):
    found = small.history("44310")
    assert "cms-pfs (2025D): one release is loaded; nothing to compare" in found.notes
    assert [e.kind for e in found if e.source == "pfs"] == ["stated"]


def test_codes_of_icd10pcs(small):
    new, kept = (small.history(f"icd10pcs:{c}") for c in ("0D1A4Z4", "0D1A0Z4"))
    assert rows(new, "icd10pcs") == [("2025-10-01", "added", "0D1A4Z4", "", None, None)]
    assert rows(kept, "icd10pcs") == [("2024-10-01", "stated", "0D1A0Z4", "", None, None)]
    assert new.notes == ("icd10pcs: 2 releases compared (icd10pcs/2025, icd10pcs/2026)",)


def test_what_is_no_code(both):
    with pytest.raises(InvalidCode):
        both.history("no code")
    with pytest.raises(UnknownCode):
        both.history("99999")


def run(graph, *words):
    return CliRunner().invoke(main, ["--release", str(graph.directory), "history", *words])


def test_the_command(both):
    done = run(both, "44310")
    assert done.exit_code == 0
    assert "2026-01-01  pfs        figure               44310  work RVU" in done.output
    assert "cms-pfs: 3 releases compared" in done.output or "cms-pfs: " in done.output
    data = json.loads(run(both, "44310", "--format", "json").output)
    assert data["code"] == "cpt:44310"
    (cut,) = [e for e in data["events"] if e["field"] == "work RVU"]
    assert (cut["on"], cut["before"], cut["after"]) == ("2026-01-01", "17.59", "17.15")
    assert cut["evidence"][0]["provenance"]["release"] == "cms-pfs/2025D"
    pairs = json.loads(run(both, "44140", "--edits", "--format", "json").output)["events"]
    assert len([e for e in pairs if e["source"] == "ptp"]) == 3
    assert run(both, "99999").exit_code == 2
    assert run(both, "no code").exit_code == 2
