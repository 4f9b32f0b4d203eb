"""Geographic indices: both years' column names, footnote stars, notes below, keys, bad rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources import xlsx
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.pfs_gpci import READER, LocalityIndices

TITLE = "ADDENDUM E. FINAL CY {} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE,,,,,,\n,,,,,,\n"
HEADER = (
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "{0} PW GPCI (with 1.0 Floor){1},{0} PE GPCI,{0} MP GPCI\n"
)
ROWS = (
    "10112,AL,00,ALABAMA,1,0.869,0.575\n"
    "02102,AK,01,ALASKA*,1.5,1.081,0.592\n"
    "01112,CA,54,BAKERSFIELD,1.017,1.093,0.662\n"
    "06302,WI,00,WISCONSIN,1,0.957,0.331\n"
    "03602,WY,21,WYOMING**,1,1,0.739\n"
)
NOTES = '"MAC Assignments as of November 22, 2023",,,,,,\n,,,,,,\n*Work GPCI reflects a floor.,,,,,,\n'


def official(year=2025, mark="", rows=ROWS):
    return TITLE.format(year) + HEADER.format(year, mark) + rows + NOTES


def read(member):
    found = list(READER.read(member))
    return [[r for r in found if isinstance(r, kind)] for kind in (LocalityIndices, Reject, Note)]


@pytest.mark.parametrize(("year", "mark"), [(2025, ""), (2026, "***")])
def test_the_published_layout(make_file, year, mark):
    member = make_file("GPCI.csv", official(year, mark))
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == f"cms-gpci/{year}"
    assert (release.effective_from, release.effective_to) == (date(year, 1, 1), date(year, 12, 31))
    rows, rejects, notes = read(member)
    assert not rejects
    assert not notes
    assert [(r.carrier, r.locality, r.name, r.marks) for r in rows] == [
        ("10112", "00", "ALABAMA", ""),
        ("02102", "01", "ALASKA", "*"),
        ("01112", "54", "BAKERSFIELD", ""),
        ("06302", "00", "WISCONSIN", ""),
        ("03602", "21", "WYOMING", "**"),
    ]
    assert (rows[1].work, rows[1].practice_expense, rows[1].malpractice) == (
        Decimal("1.5"),
        Decimal("1.081"),
        Decimal("0.592"),
    )


def test_the_index_with_the_floor_is_taken_where_both_stand(make_file):
    text = (
        "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
        "2024 PW GPCI (without 1.0 Floor),2024 PW GPCI (with 1.0 Floor),2024 PE GPCI,2024 MP GPCI\n"
        "10112,AL,00,ALABAMA,0.981,1.000,0.869,0.575\n"
    )
    member = make_file("GPCI.csv", text)
    assert READER.release(member).version == "2024"
    ((row,), _, _) = read(member)
    assert str(row.work) == "1.000"


def test_two_columns_of_one_index_are_not_guessed(make_file):
    text = (
        HEADER.format(2025, "").replace("2025 PE GPCI", "2025 PE GPCI,2025 PE GPCI new")
        + "1,AL,0,A,1,1,1,1\n"
    )
    with pytest.raises(SourceError, match="2 columns are the practice_expense index"):
        read(make_file("GPCI.csv", text))


def test_the_workbook_reads_like_the_text(make_file, make_workbook):
    cells = [line.split(",") for line in (TITLE.format(2025) + HEADER.format(2025, "")).splitlines()]
    cells += [
        ["10112", "AL", "00", "ALABAMA", 1.0, 0.869, 0.575],
        [2102.0, "AK", 1.0, "ALASKA*", 1.5, 1.081, 0.592],
    ]
    member = make_workbook("GPCI2025.xlsx", cells)
    assert READER.sniff(xlsx.head(member))
    rows, _, notes = read(member)
    assert rows == read(make_file("GPCI2025.csv", official()))[0][:2]
    assert [n.row for n in notes] == ["02102", "01"], "a number lost its zeros"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1011X,AL,00,ALABAMA,1,1,1\n", "no carrier and locality"),
        ("10112,AL,000,ALABAMA,1,1,1\n", "no carrier and locality"),
        ("10119,Ala,00,ALABAMA,1,1,1\n", "'Ala' is no state"),
        ("10113,AL,00,ALABAMA,,1,1\n", "not a number"),
        ("06302,WI,00,WISCONSIN,1,1,1\n", "06302-00 stands there twice"),
        ("10114,AL\n", "2 cells where 7 are needed"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(make_file, row, reason):
    rows, rejects, _ = read(
        make_file("GPCI.csv", official(rows=ROWS + row + "04412,TX,99,REST OF TEXAS,1,1,1\n"))
    )
    assert len(rows) == 6
    assert [(r.line, reason in r.reason) for r in rejects] == [(9, True)]


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="middle of a row"):
        read(make_file("GPCI.csv", TITLE.format(2025) + HEADER.format(2025, "") + ROWS[:-10]))
    with pytest.raises(SourceError, match="a header but no row"):
        read(make_file("GPCI.csv", official(rows="")))
    other = make_file("x.csv", "State,Locality Number,Locality Name\nAL,00,ALABAMA\n")
    assert not READER.sniff(other.head())
    with pytest.raises(SourceError, match="no header row"):
        read(other)


def test_triples_and_table_rows(make_file):
    member = make_file("GPCI2025.csv", official())
    release = READER.release(member)
    row = read(member)[0][1]
    triples = {
        (t.subject.strip("<>"), t.predicate.strip("<>"), t.object) for t in READER.triples(row, release)
    }
    place, entry = expand("locality:02102-01"), expand("entry:cms-gpci/2025/02102-01")
    assert (place, expand("skos:prefLabel"), '"ALASKA"@en') in triples
    assert (place, expand("cg:state"), '"AK"') in triples
    assert (entry, expand("cg:ofLocality"), f"<{place}>") in triples
    assert (entry, expand("cg:workGpci"), '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>') in triples
    (cells,) = READER.table_rows(row, release)
    assert cells == ("cms-gpci/2025", "02102", "01", "AK", "ALASKA", "*", "1.5", "1.081", "0.592")
    assert len(cells) == len(READER.table.columns)


def test_two_years_say_the_same_of_a_locality(make_file):
    def places(year):
        member = make_file("GPCI.csv", official(year))
        release = READER.release(member)
        return {t for r in read(member)[0] for t in READER.triples(r, release) if "/locality/" in t.subject}

    assert places(2025) == places(2026)


@pytest.mark.full_data
@pytest.mark.parametrize("year", [2025, 2026])
def test_the_real_files(data_dir, year):
    (member,) = members(data_dir / "pfs" / f"GPCI{year}.csv")
    assert READER.sniff(member.head())
    assert READER.release(member).ident == f"cms-gpci/{year}"
    rows, rejects, notes = read(member)
    assert (len(rows), rejects, notes) == (109, [], [])
    assert len({(r.carrier, r.locality) for r in rows}) == 109
    assert len({r.locality for r in rows}) < 60, "the number alone is no key"
