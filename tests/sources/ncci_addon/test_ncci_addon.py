"""Add-on code edits: placeholder primaries, ordinal dates, both layouts, bad rows."""

from datetime import date

import pytest

from codegraph.errors import SourceError
from codegraph.sources import ncci_addon, xlsx
from codegraph.sources.base import Reject
from codegraph.sources.files import members

READER = ncci_addon.READERS[0]
DERIVED = "primary_code\tadd_on_code\taoc_edit_type\nCCCCC\t0054T\t2\n0070U\t0071U\t1\n99483\tG2212\t3\n"
COLUMNS = [
    "AOC_Edit_Type",
    "Add-On_Code",
    "AOC_DelDT",
    "Primary_Code",
    "Primary_Code_DelDT",
    "AOC_Edit_EffDT",
    "AOC_Edit_DelDT",
    "Special_Instruction_Notes",
]
OFFICIAL = [
    ["CPT only copyright 2099", *[""] * 7],
    COLUMNS,
    ["1", "11001", "", "11000", "", "2013091", "", ""],
    ["I", "11001", "", "11000", "", "2010001", "2012366", ""],
    ["2", "22853", "", "CCCCC", "", "2017001", "", "(Contractor Defined Primary Codes)"],
    ["1", "0397T", "2019365", "43260", "", "2016001", "", ""],
    ["3", "G2212", "", "99483", "", "2030001", "", ""],
]


def text(rows=OFFICIAL):
    return "\n".join("\t".join(row) for row in rows) + "\n"


def test_the_derived_table(make_file):
    member = make_file("aoc_2024Q3.tsv", DERIVED)
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "ncci-addon/2024Q3"
    placeholder, pair, third = rows = list(READER.read(member))
    assert (placeholder.addon, placeholder.primary, placeholder.type) == ("0054T", None, "2")
    assert (pair.addon, pair.primary, pair.type) == ("0071U", "0070U", "1")
    edges = [t for r in rows for t in READER.triples(r, release) if "isAddOnTo" in t.predicate]
    assert [(t.subject.rpartition("/")[2], t.object.rpartition("/")[2]) for t in edges] == [
        ("0071U>", "0070U>"),
        ("G2212>", "99483>"),
    ]
    assert next(READER.triples(placeholder, release)).subject.endswith("ncci-addon/2024Q3/0054T-CCCCC>")
    assert {(f.system, f.notation) for f in READER.codes(third, release)} == {
        ("hcpcs", "G2212"),
        ("cpt", "99483"),
    }


@pytest.mark.parametrize("form", ["text", "workbook"])
def test_the_official_columns_with_ordinal_dates(make_file, make_workbook, form):
    if form == "text":
        member = make_file("AOC_V2024Q3-MCR.txt", text())
        head = member.head()
    else:
        member = make_workbook("AOC_V2024Q3-MCR.xlsx", OFFICIAL)
        head = xlsx.head(member)
    assert READER.sniff(head)
    release = READER.release(member)
    assert release.ident == "ncci-addon/2024Q3"
    rows = list(READER.read(member))
    assert [r.type for r in rows] == ["1", "1", "2", "1", "3"]
    assert rows[0].effective == date(2013, 4, 1)
    assert rows[1].deleted == date(2012, 12, 31), "2012 had 366 days"
    assert [r.occurrence for r in rows[:2]] == [0, 1], "an edit that was deleted may come back"
    in_force = [r.in_force(release.effective_from, release.effective_to) for r in rows]
    assert in_force == [True, False, True, False, False]
    nodes = {next(READER.triples(r, release)).subject for r in rows}
    keys = {next(READER.table_rows(r, release)) for r in rows}
    assert len(nodes) == len(keys) == 5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["4", "11001", "", "11000", "", "2013091", "", ""], "none of 1, 2, 3"),
        (["1", "1100", "", "11000", "", "2013091", "", ""], "neither a CPT nor a HCPCS code"),
        (["1", "11001", "", "CCCC", "", "2013091", "", ""], "neither a CPT nor a HCPCS code"),
        (["1", "11001", "", "11000", "", "2013366", "", ""], "not a year and a day"),
        (["1", "11001", "", "11000", "", "20130401", "", ""], "not a year and a day"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(make_file, row, reason):
    rows = list(READER.read(make_file("AOC_V2024Q3.txt", text([*OFFICIAL[:2], row, *OFFICIAL[2:]]))))
    (reject,) = [r for r in rows if isinstance(r, Reject)]
    assert len(rows) == 6
    assert reject.line == 3
    assert reason in reject.reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="cut short"):
        list(READER.read(make_file("aoc.tsv", DERIVED + "99215\tG22")))
    with pytest.raises(SourceError, match="no header row"):
        list(READER.read(make_file("aoc.tsv", "a\tb\n1\t2\n")))
    assert not READER.sniff(b"hcpcs_code\tmue_units\nA4206\t0\n")


@pytest.mark.full_data
def test_official_counts(data_dir):
    member = next(members(data_dir / "ncci" / "aoc_2024Q3.tsv"))
    rows = list(READER.read(member))
    assert len(rows) == 7_465
    assert not any(isinstance(r, Reject) for r in rows)
    assert sum(r.primary is None for r in rows) == 44
    assert READER.release(member).ident == "ncci-addon/2024Q3"
