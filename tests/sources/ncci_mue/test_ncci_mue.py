"""Medically unlikely edits: multi-line notice and header, Latin-1, settings, derived tables, bad rows."""

import pytest

from codegraph.errors import SourceError
from codegraph.sources import ncci_mue, xlsx
from codegraph.sources.base import Reject
from codegraph.sources.files import members

READER = ncci_mue.READERS[0]
NOTICE = b'"Codes and other data are copyright 2099. \n\nCPT\xae is a mark.\n\nNo advice, no warranty.",,,\n'
HEADER = '"HCPCS/\nCPT Code",{} MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
ROWS = (
    "0001U,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction\n"
    "44310,1,2 Date of Service Edit: Policy,Anatomic Consideration\n"
    "A4206,0,3 Date of Service Edit: Clinical,CMS Policy\n"
    "99211,1,1 Line Edit,Clinical: Data\n"
)
NAME = "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"


def official(column="Practitioner Services", rows=ROWS):
    return NOTICE + (HEADER.format(column) + rows).encode()


def test_every_oddity_of_the_official_file(make_file):
    member = make_file(NAME, official())
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "ncci-mue-practitioner/2026Q2"
    assert str(release.effective_from) == "2026-04-01"
    rows = list(READER.read(member))
    assert [(r.code, r.units, r.adjudication) for r in rows] == [
        ("0001U", 1, "2"),
        ("44310", 1, "2"),
        ("A4206", 0, "3"),
        ("99211", 1, "1"),
    ]
    assert rows[0].rationale == "Code Descriptor / CPT Instruction"


@pytest.mark.parametrize(
    ("column", "name", "ident", "setting"),
    [
        ("Outpatient Hospital Services", "x_Eff_10-01-2026.csv", "outpatient/2026Q4", "outpatient-hospital"),
        ("DME Supplier Services", "x_eff_07012025.csv", "dme/2025Q3", "dme"),
        ("Practitioner Services", "limits.csv", "practitioner/undated", "practitioner"),
    ],
)
def test_the_column_of_values_names_the_setting(make_file, column, name, ident, setting):
    member = make_file(name, official(column))
    release = READER.release(member)
    assert release.ident == f"ncci-mue-{ident}"
    row = list(READER.read(member))[1]
    said = {t.predicate.rpartition("#")[2]: t.object for t in READER.triples(row, release)}
    assert said["serviceSetting>"].endswith(f"/setting/{setting}>")
    assert said["units>"].startswith('"1"^^')
    assert said["adjudicationIndicator>"].endswith("/adjudication/2>")
    assert next(READER.table_rows(row, release))[:4] == ("cpt", "44310", setting, 1)


def test_the_workbook_reads_like_the_text(make_file, make_workbook):
    cells = [
        ["Codes and other data\nare copyright", "", "", ""],
        [
            "HCPCS/\nCPT Code",
            "Practitioner Services MUE Values",
            "MUE Adjudication Indicator",
            "MUE Rationale",
        ],
        ["0001U", 1.0, "2 Date of Service Edit: Policy", "Code Descriptor / CPT Instruction"],
        [44310.0, 1.0, "2 Date of Service Edit: Policy", "Anatomic Consideration"],
    ]
    member = make_workbook(NAME.replace(".csv", ".xlsx"), cells)
    assert READER.sniff(xlsx.head(member))
    assert READER.release(member).ident == "ncci-mue-practitioner/2026Q2"
    assert list(READER.read(member)) == list(READER.read(make_file(NAME, official())))[:2]


def derived(service="DME Supplier", rows=("A4206\t0\t3\tCMS Policy\tDME Supplier",)):
    return "hcpcs_code\tmue_units\tmue_mai\tmue_rationale\tmue_service\n" + "\n".join(rows) + "\n"


def test_the_derived_table_names_the_setting_in_its_rows(make_file):
    member = make_file("mue_dme_2024Q3.tsv", derived())
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "ncci-mue-dme/2024Q3"
    assert [(r.code, r.units, r.setting) for r in READER.read(member)] == [("A4206", 0, "dme")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4431,1,2 Date of Service Edit: Policy,CMS Policy", "neither a CPT nor a HCPCS code"),
        ("44310,one,2 Date of Service Edit: Policy,CMS Policy", "not a whole number"),
        ("44310,1,4 Something,CMS Policy", "none of 1, 2, 3"),
        ("44310,1", "2 cells where 4 are needed"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(make_file, row, reason):
    found = list(READER.read(make_file(NAME, official(rows=row + "\n" + ROWS))))
    (reject,) = [r for r in found if isinstance(r, Reject)]
    assert len(found) == 5
    assert reject.line == 8
    assert reason in reject.reason


def test_a_row_of_another_setting_is_rejected(make_file):
    rows = ("A4206\t0\t3\tCMS Policy\tDME Supplier", "A4207\t0\t3\tCMS Policy\tOutpatient Hospital")
    found = list(READER.read(make_file("mue_dme_2024Q3.tsv", derived(rows=rows))))
    assert "of the setting 'Outpatient Hospital'" in found[1].reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="cut short"):
        list(READER.read(make_file(NAME, official(rows=ROWS + "99212,1,2 Da"))))
    with pytest.raises(SourceError, match="no row that can be read"):
        list(READER.read(make_file(NAME, official(rows=""))))
    other = make_file("other.csv", "a,b,c\n1,2,3\n")
    assert not READER.sniff(other.head())
    with pytest.raises(SourceError, match=r"other\.csv has no header row"):
        list(READER.read(other))


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("name", "ident", "count"),
    [
        (NAME, "ncci-mue-practitioner/2026Q2", 15_095),
        ("mue_outpatient_2024Q3.tsv", "ncci-mue-outpatient/2024Q3", 14_628),
        ("mue_dme_2024Q3.tsv", "ncci-mue-dme/2024Q3", 2_928),
    ],
)
def test_official_counts(data_dir, name, ident, count):
    member = next(members(data_dir / "ncci" / name))
    assert READER.release(member).ident == ident
    rows = list(READER.read(member))
    assert len(rows) == count
    assert not any(isinstance(r, Reject) for r in rows)
