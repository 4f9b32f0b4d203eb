"""What differs between a release and its successor is exactly what was planted, in every form it is told in."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from codegraph import namespaces
from codegraph.changes.diff import SOURCES, checked_sources, diff, diff_editions
from codegraph.changes.model import KINDS, Change
from codegraph.changes.result import COLUMNS, ReleaseDiff
from codegraph.cli import main
from codegraph.errors import InvalidValue, NotLoaded
from codegraph.validation import load_shapes, read_shapes
from codegraph.validation.compiled import validate
from codegraph.validation.reading import read_files
from tests.changes import planted

RVUS = [(c, w) for c, w in planted.CUT.items()] + [("44388-53", "1.36")]
EX = "https://example.org/terms/"


def totals(work):
    return str(Decimal(work) + Decimal("2.50"))


def planted_rows():
    """Yield (source, kind, key, field, before, after) of every planted change."""
    yield "pfs", "added", "44187", "status indicator", None, "A"
    yield "pfs", "deleted", "44950", "status indicator", "A", None
    yield "pfs", "row-deleted", "44960-26", "status indicator", "A", None
    yield "pfs", "reinstated", "44015", "status indicator", None, "A"
    yield "pfs", "reinstated", "44383", "status indicator", None, "A"
    yield "pfs", "indicator", "44139", "bilateral indicator", "0", "1"
    yield "pfs", "figure", "all rows", "conversion factor", "32.3465", "33.4009"
    factor = "conversion factor of qualifying participants"
    yield "pfs", "figure", "all rows", factor, "32.3465", "33.5675"
    for code, work in RVUS:
        less = planted.cut(work)
        yield "pfs", "figure", code, "work RVU", work, less
        for setting in ("facility", "non-facility"):
            yield "pfs", "figure", code, f"{setting} total RVU", totals(work), totals(less)
    yield "gpci", "figure", "10112-00", "PE GPCI", "0.869", "0.872"
    yield "opps", "figure", "44388", "payment rate", "911.71", "930.00"
    yield "opps", "indicator", "44312", "APC", "5341", "5342"
    yield "inpatient", "listed", "44140", "", None, None
    yield "inpatient", "unlisted", "44005", "", None, None
    yield "mue", "figure", "44310", "units", "2", "1"
    yield "mue", "indicator", "44312", "adjudication indicator", "2", "3"
    yield "mue", "edit-added", "44187", "units", None, "1"
    yield "mue", "edit-ended", "44005", "units", "1", None
    yield "addon", "edit-added", "44139 with 44143", "", None, None
    yield "addon", "edit-ended", "44139 with 44160", "", None, None
    yield "ptp", "edit-added", "44187 with 00100", "modifier indicator", None, "0"
    yield "ptp", "edit-ended", "44310 with 00100", "modifier indicator", "0", None
    yield "ptp", "edit-changed", "44140 with 44005", "modifier indicator", "1", "0"
    yield "hcpcs", "added", "A0006", "", None, None
    yield "hcpcs", "deleted", "A0002", "", None, None
    yield "hcpcs", "reinstated", "A0003", "", None, None
    yield "hcpcs", "reinstated", "A0007", "", None, None
    yield "hcpcs", "indicator", "A0005", "coverage code", "C", "D"
    yield "mapping", "mapping-lost", f"{EX}2 to icd10cm:K50.00", "relation", "exact", None
    yield "mapping", "mapping-gained", f"{EX}5 to icd10cm:K50.012", "relation", None, "exact"
    yield "mapping", "mapping-changed", f"{EX}3 to icd10cm:K50.00", "relation", "exact", "broader"
    yield "mapping", "mapping-changed", f"{EX}4 to icd10cm:K50.00", "confidence", "0.75", "0.9"


PLANTED = sorted(planted_rows(), key=str)


def told(changes):
    values = [
        (c.source, c.kind, c.key, c.field, *(None if v is None else str(v) for v in (c.before, c.after)))
        for c in changes
    ]
    return sorted(values, key=str)


@pytest.fixture(scope="module")
def found(first, second):
    return first.diff(second)


def only(found, key, source="pfs") -> Change:
    (row,) = [c for c in found if c.key == key and c.source == source]
    return row


def test_exactly_the_planted_changes_are_listed(found):
    assert isinstance(found, ReleaseDiff)
    assert told(found) == PLANTED
    assert {c.kind for c in found} == set(KINDS) - {"row-added"}
    assert found.counts["hcpcs"] == {"added": 1, "deleted": 1, "reinstated": 2, "indicator": 1}


def test_the_other_way_round_every_value_is_turned(first, second):
    sources = [s for s in SOURCES if s not in ("hcpcs", "pfs")]  # there, what came back does not go again
    turned = {"edit-added": "edit-ended", "listed": "unlisted", "mapping-gained": "mapping-lost"}
    turned |= {new: old for old, new in turned.items()}
    expected = sorted(
        [(s, turned.get(k, k), key, f, b, a) for s, k, key, f, a, b in PLANTED if s in sources], key=str
    )
    assert told(second.diff(first, source=sources)) == expected


def test_a_release_does_not_differ_from_itself(first):
    found = diff(first, first)
    assert (len(found), bool(found)) == (0, False)
    assert {pair.state for pair in found.editions if pair.source != "mapping"} == {"same"}


def test_work_less_2_5_percent_is_one_adjustment(found):
    (adjustment,) = found.adjustments
    assert (adjustment.percent, adjustment.count) == (Decimal("-2.5"), len(RVUS))
    assert sorted(adjustment.keys) == sorted(key for key, _ in RVUS)
    assert {c.percent for c in found if c.field == "work RVU"} == {
        Decimal(p) for p in ("-2.47", "-2.50", "-2.52", "-2.57", "-2.21")
    }


def test_a_figure_tells_by_how_much(found):
    rate = only(found, "44388", "opps")
    assert (rate.difference, rate.percent) == (Decimal("18.29"), Decimal("2.01"))
    (lost,) = [c for c in found if c.kind == "mapping-lost"]
    assert (lost.difference, lost.percent) == (None, None)


def test_a_code_that_is_back_says_where_it_was(found):
    assert only(found, "44015").note == "in use in cms-pfs/2025C, absent from cms-pfs/2025D"
    assert only(found, "44383").note == "status D in cms-pfs/2025D"
    assert only(found, "A0003", "hcpcs").note == "terminated 2020-12-31 in hcpcs/2025"
    assert only(found, "A0007", "hcpcs").note == "added 1995-01-01, absent from hcpcs/2025"
    assert only(found, "A0002", "hcpcs").note == "terminated 2025-12-31"


def test_rows_with_modifiers_go_with_their_code(found):
    assert only(found, "44187").note == "with its rows TC"
    assert only(found, "44960-26").subject == "cpt:44960"


def test_an_edit_names_both_codes_and_its_days(found):
    begun = only(found, "44187 with 00100", "ptp")
    assert (begun.subject, begun.other, begun.note) == ("cpt:44187", "cpt:00100", "from 2026-01-01")
    assert (begun.setting, only(found, "44310", "mue").setting) == ("practitioner", "practitioner")
    assert only(found, "44139 with 44160", "addon").setting == ""
    assert only(found, "44310 with 00100", "ptp").note == "last day in force 2025-12-31"
    assert only(found, "44139 with 44160", "addon").note == "deleted 2025-12-31"


def test_what_stood_side_by_side_is_told(found):
    pairs = {p.source: p for p in found.editions if p.source != "mapping"}
    assert (pairs["pfs"].first, pairs["pfs"].second) == ("cms-pfs/2025D", "cms-pfs/2026A")
    assert pairs["pfs"].note == "no pricing indicator in cms-pfs/2025D: not compared"
    assert pairs["ptp"].second == "ncci-ptp-practitioner/2026Q1"


def test_two_editions_in_one_release_differ_alike(both):
    found = diff_editions(both, "cms-pfs/2025D", "cms-pfs/2026A")
    expected = [r for r in PLANTED if r[0] == "pfs" and "qualifying" not in r[3]]
    assert told(found) == expected
    ptp = diff_editions(both, "ncci-ptp-practitioner/2025Q4", "ncci-ptp-practitioner/2026Q1")
    assert told(ptp) == [r for r in PLANTED if r[0] == "ptp"]
    (only_factor,) = diff_editions(both, "cms-pfs/2026A", "cms-pfs/2026A-qpp")
    assert (only_factor.field, only_factor.difference) == ("conversion factor", Decimal("0.1666"))


def test_editions_of_the_tables_of_icd10pcs(small):
    found = diff_editions(small, "icd10pcs/2025", "icd10pcs/2026")
    assert told(found) == [("icd10pcs", "added", c, "", None, None) for c in ("0D1A4Z4", "0D1B4Z4")]
    back = diff_editions(small, "icd10pcs/2026", "icd10pcs/2025")
    assert {(c.kind, c.subject) for c in back} == {
        ("deleted", "icd10pcs:0D1A4Z4"),
        ("deleted", "icd10pcs:0D1B4Z4"),
    }


@pytest.mark.parametrize(
    ("idents", "candidates"),
    [
        (
            ("cms-pfs/2025D", "cms-pfs/2027A"),
            ("cms-pfs/2025C", "cms-pfs/2025D", "cms-pfs/2026A", "cms-pfs/2026A-qpp"),
        ),
        (("cms-pfs/2025D", "cms-gpci/2025"), ()),
        (("nothing/1", "nothing/2"), ()),
    ],
)
def test_editions_that_cannot_be_compared(both, idents, candidates):
    with pytest.raises(InvalidValue) as caught:
        diff_editions(both, *idents)
    assert caught.value.candidates == candidates


def test_a_source_that_there_is_not(first, second):
    with pytest.raises(InvalidValue, match="there are pfs, gpci") as caught:
        first.diff(second, source="pfss")
    assert caught.value.candidates[0] == "pfs"
    assert checked_sources(["ptp", "pfs"]) == ("pfs", "ptp")
    with pytest.raises(NotLoaded, match="nothing of icd10cm is loaded in both"):
        first.diff(second, source="icd10cm")


def test_a_source_of_one_side_is_not_compared(first, small):
    pairs = {p.source: p for p in diff(first, small).editions}
    assert (pairs["gpci"].state, pairs["gpci"].note) == ("not compared", "loaded in the first release only")
    assert pairs["gem"].note == "loaded in the second release only"
    sets = [p for p in diff(first, small).editions if p.first == "planted"]
    assert [p.note for p in sets] == ["only in the first release: its 4 mappings are not told as changes"]


def test_what_an_excerpt_leaves_out_proves_nothing(first, small):
    found = diff(first, small, source="pfs")  # 18 rows and 5
    assert {c.kind for c in found} <= {"figure", "indicator", "added", "row-added"}
    assert "is an excerpt (18 and 5 rows): what is gone is not told" in found.editions[0].note


def test_only_some_kinds_and_sources(found):
    some = found.only(kinds="indicator", sources=["pfs", "mue"])
    assert told(some) == [r for r in PLANTED if r[1] == "indicator" and r[0] in ("pfs", "mue")]
    assert some.editions == found.editions


def test_csv_has_a_line_for_each_change(found):
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == len(PLANTED)
    (cut,) = [r for r in rows if r["key"] == "44310" and r["field"] == "work RVU"]
    assert (cut["before"], cut["after"], cut["percent"]) == ("17.59", "17.15", "-2.50")


def test_turtle_conforms_to_its_shape_and_says_the_same(found, tmp_path):
    path = tmp_path / "changes.ttl"
    path.write_text(found.to_turtle(), encoding="utf-8")
    store = read_files({path: None})
    assert list(validate(store, read_shapes(load_shapes()))) == []
    text = path.read_text(encoding="utf-8")
    assert text.count("a cg:Change ;") == len(PLANTED)
    block = text.split(
        "<https://w3id.org/codegraph/entry/change/cms-pfs/2025D/cms-pfs/2026A/figure-44310-work-RVU>"
    )[1]
    said = block.split(" .\n")[0]
    for line in (
        "cg:changeKind change-kind:figure",
        "cg:changedCode cpt:44310",
        "cg:before 17.59",
        "cg:after 17.15",
        '"-2.50"^^xsd:decimal',
    ):
        assert line in said
    assert namespaces.PREFIXES["change-kind"] in text
    assert text.count("cg:serviceSetting setting:practitioner ;") == 7


def run(*words):
    return CliRunner().invoke(main, [str(w) for w in words])


def test_the_command_prints_tables_with_counts(first, second):
    done = run("diff", first.directory, second.directory, "--limit", "2")
    assert done.exit_code == 0, done.output
    assert "pfs, figure: 17. A published number is another" in done.output
    assert "15 more (--limit 0 shows all)" in done.output
    assert "-2.5 %  5     44300, 44310, 44312, 44388, 44388-53" in done.output
    whole = run("diff", first.directory, second.directory, "--limit", "0", "--source", "pfs")
    assert "more (" not in whole.output
    assert "44312     work RVU" in whole.output
    assert "44187 with 00100" not in whole.output


def test_the_command_prints_json_csv_and_turtle(first, second):
    words = ["diff", first.directory, second.directory]
    data = json.loads(run(*words, "--format", "json").output)
    assert len(data["changes"]) == len(PLANTED)
    assert data["adjustments"][0]["percent"] == "-2.5"
    assert data["counts"]["ptp"] == {"edit-added": 1, "edit-ended": 1, "edit-changed": 1}
    indicators = json.loads(run(*words, "--format", "json", "--kind", "indicator").output)["changes"]
    assert {c["kind"] for c in indicators} == {"indicator"}
    assert len(run(*words, "--format", "csv").output.splitlines()) == 1 + len(PLANTED)
    assert run(*words, "--format", "turtle", "--source", "gpci").output.count("a cg:Change ;") == 1


def test_the_command_compares_editions_of_one_release(both):
    done = run("--release", both.directory, "diff", "cms-gpci/2025", "cms-gpci/2026")
    assert done.exit_code == 0
    assert "10112-00  PE GPCI  0.869   0.872  +0.003      +0.35 %" in done.output
    other = run("--release", both.directory, "diff", "cms-gpci/2025", "cms-gpci/2026", "--source", "pfs")
    assert (other.exit_code, "cms-gpci/2025 is compared as gpci, not as pfs" in other.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--source", "pfss"], 2, "nothing that can be compared; there are pfs"),
        (["--kind", "renamed"], 2, "renamed"),
        (["--source", "gpci", "--fail"], 1, "PE GPCI"),
        (["--source", "gpci"], 0, "PE GPCI"),
    ],
)
def test_exit_codes(first, second, words, code, said):
    done = run("diff", first.directory, second.directory, *words)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_exit_codes_of_what_is_no_release(first, tmp_path):
    assert run("diff", first.directory, first.directory, "--fail").exit_code == 0
    assert run("diff", first.directory, tmp_path).exit_code == 2
    assert run("--release", first.directory, "diff", "cms-gpci/2025", "cms-gpci/2099").exit_code == 2
