"""OPPS Addendum A: quoted dollars, lone points, the 0xFF byte, releases by title and name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources import xlsx
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.opps_addendum_a import READER, Classification

NOTICE = (
    "\tAddendum A.- OPPS APCs for CY {}\t\t\t\t\t\t\t\t\t\r\n\tA remark, with a comma.\t\t\t\t\t\t\t\t\t\r\n"
)
HEADER = (
    "APC \tGroup Title\tSI\tRelative Weight \tPayment Rate \tNational Unadjusted Copayment\t"
    "Minimum Unadjusted Copayment\tIRA Coinsurance percentage \tAdjusted Beneficiary Copayment\t"
    "Drug and Device Pass-Through Expiration during Calendar Year\tNote\r\n"
)
ROWS = (
    '0701\tA tracer\tK\t\t"$1,740.720"\t.\t$348.15\t20.000%\t$348.15\t\t\r\n'
    '0702\t"A drug, per unit"\tG \t\t$1.995\t.\t$0.40\t20.000%\t$0.40\t*\tA note\r\n'
    "5302\tLevel 2 Upper GI Procedures\tJ1\t19.3126\t.\t$0.00\t.\t\t\t\t\r\n"
)


def official(year=2025, rows=ROWS):
    return (NOTICE.format(year) + HEADER + rows).encode("cp1252")


def read(member):
    found = list(READER.read(member))
    return [[r for r in found if isinstance(r, kind)] for kind in (Classification, Reject, Note)]


def test_the_published_layout(make_file):
    member = make_file("2025_NFRM_Addendum_A.txt", official())
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "opps-addendum-a/2025"
    assert release.effective_to == date(2025, 12, 31)
    rows, rejects, notes = read(member)
    assert not rejects
    assert not notes
    assert rows[0].payment_rate == Decimal("1740.720")
    assert (rows[0].relative_weight, rows[0].national_copayment) == (None, None), "a lone point is no amount"
    assert (rows[1].title, rows[1].status, rows[1].pass_through_expires) == ("A drug, per unit", "G", True)
    assert (rows[2].relative_weight, rows[2].payment_rate) == (Decimal("19.3126"), None)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("2025_NFRM_Addendum_A.txt", "2025"),
        ("2025_Jan_Web_Addendum_A.12302024.txt", "2025-01"),
        ("July 2025 Addendum A.txt", "2025-07"),
        ("2025_CORRECTION_Addendum_A.txt", "2025-correction"),
    ],
)
def test_the_name_tells_a_quarter_and_a_correction(make_file, name, version):
    assert READER.release(make_file(name, official())).version == version


def test_the_dos_blank_is_read_as_a_space_and_said(make_file):
    text = official(rows=ROWS + "9013\tInj risankizumab\xff1 mg\tG\t\t$14.632\t.\t$2.93\t\t\t\t\r\n")
    rows, _, notes = read(make_file("a.txt", text))
    assert rows[-1].title == "Inj risankizumab 1 mg"
    assert notes == [Note(7, "byte 0xFF read as a space", "9013")]


def test_the_workbook_reads_like_the_text(make_file, make_workbook):
    cells = [["", "Addendum A.- OPPS APCs for CY 2025"], [c.strip() for c in HEADER.split("\t")]]
    cells += [[701.0, "A tracer", "K", "", 1740.72, ".", 348.15, "20.000%", 348.15, "", ""]]
    member = make_workbook("2025 Addendum A.xlsx", cells)
    assert READER.sniff(xlsx.head(member))
    ((row,), _, (note,)) = read(member)
    assert row == read(make_file("a.txt", official()))[0][0]
    assert note.row == "0701", "the number lost its zero"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("07O1\tx y\tK\t\t$1\t.\t.\t\t\t\t\r\n", "'07O1' is no APC"),
        ("0703\tx y\tKKK\t\t$1\t.\t.\t\t\t\t\r\n", "no status indicator"),
        ("0703\tx y\tK\t\tsee note\t.\t.\t\t\t\t\r\n", "not a number"),
        ("0701\tx y\tK\t\t$1\t.\t.\t\t\t\t\r\n", "APC 0701 stands there twice"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(make_file, row, reason):
    rows, rejects, _ = read(make_file("a.txt", official(rows=ROWS + row)))
    assert len(rows) == 3
    assert [(r.line, reason in r.reason) for r in rejects] == [(7, True)]


def test_other_addenda_and_files_cut_short_are_refused(make_file):
    assert not READER.sniff(official().replace(b"Addendum A", b"Addendum AA"))
    assert not READER.sniff(official().replace(b"Addendum A", b"Addendum B"))
    with pytest.raises(SourceError, match="middle of a row"):
        read(make_file("a.txt", official(rows=ROWS + "0703\tx")))
    with pytest.raises(SourceError, match="no header row"):
        read(make_file("a.txt", "a\tb\n"))


def test_triples_and_table_rows(make_file):
    member = make_file("a.txt", official())
    release = READER.release(member)
    row = read(member)[0][2]
    said = {(t.predicate.strip("<>"), t.object) for t in READER.triples(row, release)}
    assert said == {
        (expand("rdf:type"), f"<{expand('cg:AmbulatoryClassification')}>"),
        (expand("skos:notation"), '"5302"'),
        (expand("skos:prefLabel"), '"Level 2 Upper GI Procedures"@en'),
    }
    (cells,) = READER.table_rows(row, release)
    assert len(cells) == len(READER.table.columns)
    assert cells[:6] == ("opps-addendum-a/2025", "5302", "Level 2 Upper GI Procedures", "J1", "19.3126", None)


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "opps" / "2025_NFRM_Addendum_A.txt")
    assert READER.sniff(member.head())
    rows, rejects, notes = read(member)
    assert (len(rows), rejects, len(notes)) == (994, [], 2)
