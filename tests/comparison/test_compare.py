"""A code among its peers: who they are, and where it stands."""

from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from statistics import quantiles

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from codegraph.cli import compare as command
from codegraph.comparison.compare import _placed, _spread
from codegraph.comparison.groups import GROUPS, SURGERY
from codegraph.comparison.measures import MEASURES
from codegraph.comparison.model import Comparison
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode

D = Decimal


def codes(found):
    return {p.code.partition(":")[2] for p in found.peers}


# --- where it stands ----------------------------------------------------------------------------------------------


def test_a_code_among_its_family(valued):
    found = valued.compare("44310")
    assert isinstance(found, Comparison)
    assert (found.among, found.label) == ("family", valued["44310"].label)
    assert "family:enterostomy-creation" in found.group
    assert [p.code for p in found.peers] == ["cpt:44310", "cpt:44187", "cpt:44188", "cpt:44300", "cpt:44186"]
    work = found.work
    assert (work.value, work.rank, work.n, work.tied) == (D("17.59"), 1, 5, 0)
    assert work.percentile == D("90.00")  # (4 lower + 1/2) of 5
    assert (work.lower_quartile, work.median, work.upper_quartile) == (D(12), D(17), D(17))
    assert work.ratio == D("1.0347")  # 17.59 / 17 = 1.03470…
    assert (work.minimum, work.minimum_codes) == (D(10), ("cpt:44186",))
    assert (work.maximum, work.maximum_codes) == (D("17.59"), ("cpt:44310",))
    assert found.facility.rank == 3
    assert [s.measure for s in found] == list(MEASURES)
    assert found.excluded == (("no work RVU", 1), ("status C", 1), ("status R", 1))
    assert found.denominator == "status A, no modifier rows, work RVU above 0"
    assert found.release == found.provenance.release == "cms-pfs/2025D"
    assert "holds 15 codes: an excerpt" in " ".join(found.notes)


def test_equal_values_share_the_better_rank(valued):
    found = valued.compare("44187").work
    assert (found.rank, found.tied, found.percentile) == (2, 1, D("60.00"))  # (2 lower + 2/2) of 5
    assert valued.compare("44300").work.rank == 4


def test_a_setting_marked_na_has_no_total_and_no_peers_of_that_total(valued):
    found = valued.compare("44310")
    assert found.nonfacility.value is None
    assert found.nonfacility.n == 1  # 44300 alone is done there
    assert found.nonfacility.rank is None
    assert "marked NA in the non-facility setting" in found.nonfacility.note
    assert {p.code for p in found.peers if p.nonfacility is not None} == {"cpt:44300"}
    assert valued.compare("70010", among=["70010", "44310"]).facility.value is None


def test_denominators_can_be_set(valued):
    assert codes(valued.compare("44310", statuses=("a", "R"))) == {
        "44186",
        "44187",
        "44188",
        "44300",
        "44310",
        "44316",
    }
    wide = valued.compare("44310", statuses="ARC", zero_work=True)
    assert (wide.work.n, wide.excluded) == (8, ())
    assert wide.denominator == "status A or C or R, no modifier rows"
    assert wide.work.minimum == 0


def test_a_code_that_does_not_count_is_said_to_be_outside(valued):
    found = valued.compare("44320")
    assert not found.included
    assert (found.work.n, found.work.rank, found.work.median) == (5, None, D(17))
    assert "its status is C" in found.notes[0]
    assert "has none in the fee schedule" in found.work.note
    restricted = valued.compare("44316")  # has a figure, so it is placed beside the others
    assert (restricted.included, restricted.work.rank, restricted.work.percentile) == (False, 1, D("100.00"))
    assert "would be rank 1 beside 5" in str(restricted)
    assert "it has no work RVU" in valued.compare("44322").notes[0]


def test_codes_given_and_the_code_itself_outside_of_them(valued):
    found = valued.compare("44310", among=["cpt:44187", "44300", "00001"])
    assert (found.among, found.included, found.work.n) == ("codes", False, 2)
    assert (found.work.rank, found.work.ratio) == (1, D("1.2131"))  # 17.59 / 14.5
    assert "outside of the group" in found.notes[0]
    assert found.excluded == (("no row in the fee schedule release", 1),)
    assert "would be rank 1 beside 2" in str(found)


def test_one_peer_and_none(valued):
    alone = valued.compare("44310", among=["44310"])
    assert (alone.work.n, alone.work.rank, alone.work.median) == (1, 1, D("17.59"))
    assert "no peers: cpt:44310 is the only one" in alone.work.note
    nobody = valued.compare("44310", among=["44320"])
    assert (nobody.work.n, nobody.work.rank, nobody.work.median) == (0, None, None)
    assert "no peers" in nobody.work.note
    assert "no peers" in str(nobody)


values = st.lists(st.decimals(0, 200, places=2), min_size=2, max_size=40)


@given(values, st.data())
def test_figures_are_those_of_the_definitions(found, data):
    mine = data.draw(st.sampled_from(found))
    valued = sorted((value, f"c{i}") for i, value in enumerate(found))
    ordered = [value for value, _ in valued]
    spread = _spread("work", mine, valued)
    standing = _placed(spread, mine, ordered, included=True, note=None)
    assert [spread.lower_quartile, spread.median, spread.upper_quartile] == quantiles(
        ordered, n=4, method="inclusive"
    )
    assert standing.rank == sorted(found, reverse=True).index(mine) + 1
    assert standing.tied == found.count(mine) - 1
    exact = (sum(v < mine for v in found) + D(found.count(mine)) / 2) * 100 / len(found)
    assert standing.percentile == exact.quantize(D("0.01"), ROUND_HALF_UP)
    assert standing.ratio is None or abs(standing.ratio * spread.median - mine) <= spread.median * D(
        "0.00005"
    )
    assert 0 < standing.percentile < 100


# --- who the peers are --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "among", "expected"),
    [
        ("44310", "site", {"44186", "44187", "44310"}),
        ("44310", "range", {"44300", "44310"}),  # the narrowest heading that holds it: 44300-44346
        ("44310", "44186-44300", {"44186", "44187", "44188", "44300"}),
        ("10004", "10003-44187", {"10003", "10004", "44186", "44187"}),
        ("44388", "rbcs", {"44310", "44388", "G0105"}),
        ("44388", "rbcs-family", {"44388", "G0105"}),
        ("44388", "rbcs-category", {"10004", "44310", "44388", "G0105"}),
        (
            "44310",
            "surgery",
            {"10004", "44186", "44187", "44188", "44300", "44310", "44388", "69990"},
        ),
        ("G0105", "range", {"G0105"}),
        ("G0105", "g0100-g0200", {"G0105"}),
    ],
)
def test_groups(valued, code, among, expected):
    found = valued.compare(code, among=among)
    assert codes(found) == expected
    assert found.included == (code in expected)


def test_without_a_family_the_range_is_taken(valued):
    assert valued.compare("G0105").among == "range"
    assert valued.compare("44310").among == "family"


def test_ranges_hold_codes_of_one_form(valued):
    found = valued.compare("0075T", among="0001T-0999T", statuses="C", zero_work=True)
    assert codes(found) == {"0075T"}
    for wrong in ("44799-44005", "0001T-44310", "44005-44"):
        with pytest.raises((InvalidValue, InvalidCode)):
            valued.compare("44310", among=wrong)


def test_what_the_graph_does_not_know_is_not_loaded(valued, kg, small):
    with pytest.raises(NotLoaded, match="no family"):
        valued.compare("G0105", among="family")
    with pytest.raises(NotLoaded, match="in no family"):
        valued.compare("44310", among="rbcs-family")
    with pytest.raises(NotLoaded, match=r"no loaded release of RBCS has it"):
        valued.compare("44187", among="rbcs")
    with pytest.raises(NotLoaded, match="Restructured BETOS"):
        small.compare("44310", among="rbcs")
    with pytest.raises(NotLoaded, match="no procedure with a site"):
        valued.compare("G0105", among="site")


@pytest.mark.parametrize(
    ("code", "options", "error", "says"),
    [
        ("44388-53", {}, InvalidValue, "without modifier; give 44388"),
        ("44310", {"among": "friends"}, InvalidValue, "family, site, range"),
        ("44310", {"among": []}, InvalidValue, "no codes"),
        ("44310", {"among": ["4431"]}, InvalidCode, "4431"),
        ("44310", {"statuses": ()}, InvalidValue, "letters"),
        ("44310", {"statuses": ("AB",)}, InvalidValue, "letters"),
        ("44310", {"on": "2026-01-01"}, NotLoaded, "nearest is cms-pfs/2025D"),
        ("44310", {"on": "1/1/2026"}, InvalidValue, "YYYY-MM-DD"),
        ("00001", {}, UnknownCode, "00001"),
        ("44950", {}, UnknownCode, "no row without modifier in cms-pfs/2025D"),
        ("443101", {}, InvalidCode, "443101"),
    ],
)
def test_bad_input(valued, code, options, error, says):
    with pytest.raises(error, match=says):
        valued.compare(code, **options)


def test_a_group_that_is_none_is_told_with_the_groups(valued):
    with pytest.raises(InvalidValue) as error:
        valued.compare("44310", among="x")
    assert error.value.candidates == tuple(GROUPS)


def test_the_nearest_release_says_so(valued):
    found = valued.compare("44310", on="2026-01-01", nearest=True)
    assert found.release == "cms-pfs/2025D"
    assert any("no loaded fee schedule covers 2026-01-01" in note for note in found.notes)
    assert not any("covers" in note for note in valued.compare("44310", on="2025-10-01").notes)


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def run(valued):
    def call(*args, code=0):
        result = CliRunner().invoke(command.command, args, obj=valued.directory)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_the_command_prints_what_python_answers(run):
    text = run("44310", "--among", "family", "--peers")
    assert "17.59" in text
    assert "1 of 5" in text
    assert "counted: status A, no modifier rows, work RVU above 0; left out: no work RVU: 1" in text
    assert text.count("cpt:44187") == 1
    data = json.loads(run("44310", "--code", "44187", "--code", "44310", "--format", "json"))
    assert data["work"]["percentile"] == "75.00"
    assert data["nonfacility"]["value"] is None
    assert [p["code"] for p in data["peers"]] == ["cpt:44310", "cpt:44187"]
    alike = run("44187", "--range", "44187-44310", "--statuses", "A,R", "--measure", "work")
    assert "2 of 4 (tied with 1)" in alike
    assert "facility total RVU" not in alike


def test_the_command_takes_one_group(run):
    assert "one of" in run("44310", "--among", "family", "--range", "44005-44799", code=2)


# --- the official files -------------------------------------------------------------------------------------------


def raw(data_dir):
    """Return (status, work, facility total, NA) by code from the published file, read by hand."""
    lines = (data_dir / "pfs" / "PPRRVU2025_Oct.csv").read_text(encoding="cp1252").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("HCPCS,MOD,DESCRIPTION"))
    rows = (r for r in csv.reader(lines[start + 1 :]) if len(r) > 20 and not r[1].strip())
    return {r[0]: (r[3], D(r[5]), D(r[12]), bool(r[9].strip())) for r in rows}


@pytest.mark.full_release
def test_all_surgery_agrees_with_the_published_file(full, data_dir):
    found = full.compare("44310", among="surgery")
    rows = raw(data_dir)
    low, high = SURGERY
    peers = {c: r for c, r in rows.items() if c.isdigit() and low <= c <= high and r[0] == "A" and r[1]}
    work = sorted(r[1] for r in peers.values())
    totals = sorted(r[2] for r in peers.values() if not r[3])
    assert codes(found) == peers.keys()
    assert found.work.n == len(work) > 5000
    assert found.facility.n == len(totals)
    for standing, ordered, mine in ((found.work, work, D("17.59")), (found.facility, totals, D("31.26"))):
        assert standing.value == mine
        assert standing.rank == sum(v > mine for v in ordered) + 1
        assert [standing.lower_quartile, standing.median, standing.upper_quartile] == quantiles(
            ordered, n=4, method="inclusive"
        )
        assert standing.ratio == (mine / standing.median).quantize(D("0.0001"), ROUND_HALF_UP)
    assert not any("excerpt" in note for note in found.notes)


@pytest.mark.full_release
@pytest.mark.parametrize(
    ("among", "least"), [("family", 8), ("site", 15), ("range", 10), ("rbcs", 500), ("rbcs-category", 5000)]
)
def test_groups_of_the_full_release(full, among, least):
    found = full.compare("44310", among=among)
    assert found.included
    assert found.work.n >= least
    assert found.work.n == len(found.peers)
    assert {p.status for p in found.peers} == {"A"}
