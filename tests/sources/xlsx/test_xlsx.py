"""Workbooks: cells as texts (threat 24), and workbooks that must not take the parent along (threats 5, 9, 11)."""

from __future__ import annotations

import zipfile

import pytest

from codegraph.errors import SourceError
from codegraph.sources import xlsx
from codegraph.sources.files import limited, members

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def test_cells_are_texts_as_a_person_sees_them(make_workbook):
    rows = [
        ["44388", 53.0, 26, 0.17, 1.15, -2.5],
        [],
        ["00100", "0016070", "3E03305", "090", "no\u00a0break", " kept "],
        ["last", None, 1e15, 0.0000001, 'a,b\n"c"', "<&>"],
    ]
    assert list(xlsx.rows(make_workbook("a.xlsx", rows))) == [
        ["44388", "53", "26", "0.17", "1.15", "-2.5"],
        [""] * 6,
        ["00100", "0016070", "3E03305", "090", "no break", " kept "],
        ["last", "", "1000000000000000", "0.0000001", 'a,b\n"c"', "<&>"],
    ]


def test_escapes_are_undone_and_the_end_mark_goes(make_workbook):
    assert list(xlsx.rows(make_workbook("a.xlsx", [["a_x0041_b", "x"], ["_x001A_"]]))) == [
        ["aAb", "x"],
        ["", ""],
    ]


def test_booleans_and_dates(make_workbook):
    sheet = SHEET.format('<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="d"><v>2025-10-01</v></c></row>')
    assert list(xlsx.rows(make_workbook("a.xlsx", sheet=sheet))) == [["TRUE", "2025-10-01"]]


def test_a_limit_and_a_sheet(make_workbook):
    member = make_workbook("a.xlsx", [["a"], ["b"], ["c"]])
    assert list(xlsx.rows(member, limit=2)) == [["a"], ["b"]]
    assert list(xlsx.rows(member, "Sheet1", limit=1)) == [["a"]]
    with pytest.raises(SourceError, match="no sheet 'Other'; there are Sheet1"):
        list(xlsx.rows(member, "Other"))


def test_the_head_is_the_first_rows_as_csv(make_workbook):
    head = xlsx.head(make_workbook("a.xlsx", [["a", "b,c", 'd"e'], [1.0, "", "f\ng"]]))
    assert head == b'a,"b,c","d""e"\n1,,"f\ng"'


def test_a_workbook_inside_an_archive(make_workbook, tmp_path):
    book = make_workbook("a.xlsx", [["a", 1.0]])
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.write(book.path, "a.xlsx")
    (member,) = members(tmp_path / "pack.zip")
    assert list(xlsx.rows(member)) == [["a", "1"]]


def test_a_cell_at_the_far_corner_does_not_kill_us(make_workbook):
    sheet = SHEET.format(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    )
    with pytest.raises(SourceError, match=r"far\.xlsx cannot be read as a workbook"):
        list(xlsx.rows(make_workbook("far.xlsx", sheet=sheet)))
    assert list(xlsx.rows(make_workbook("near.xlsx", [["alive"]]))) == [["alive"]]


def giant(length):
    return SHEET.format(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * length}</t></is></c></row>')


def test_a_giant_cell_is_refused(make_workbook):
    with pytest.raises(SourceError, match="row 1 is longer than 100,000 characters"):
        list(xlsx.rows(make_workbook("a.xlsx", sheet=giant(200_000))))


def test_parts_that_unpack_to_too_much_are_refused(make_workbook):
    member = make_workbook("a.xlsx", sheet=giant(30_000_000))
    with limited(bytes=40_000_000), pytest.raises(SourceError, match="unpack to more than 10,000,000"):
        list(xlsx.rows(member))


def test_too_little_memory_is_an_error_not_a_crash(make_workbook):
    member = make_workbook("a.xlsx", sheet=giant(30_000_000))
    with pytest.raises(SourceError, match="memory"):
        list(xlsx.rows(member, memory=60 << 20))


def test_too_little_time_is_an_error(make_workbook):
    member = make_workbook("a.xlsx", [["a"] * 50] * 2000)
    with pytest.raises(SourceError, match="time"):
        list(xlsx.rows(member, seconds=0.01))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_document_type_in_any_part_is_refused(make_workbook, encoding):
    member = make_workbook("a.xlsx", [["a"]])
    with zipfile.ZipFile(member.path, "a") as archive:
        archive.writestr("xl/theme/theme1.xml", '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'.encode(encoding))
    with pytest.raises(SourceError, match=r"'xl/theme/theme1\.xml' declares a DOCTYPE"):
        list(xlsx.rows(member))


def test_what_is_no_workbook_is_refused(make_file):
    with pytest.raises(SourceError, match="not a workbook"):
        list(xlsx.rows(make_file("a.xlsx", b"<html>")))
    with pytest.raises(SourceError, match=r"b\.xlsx cannot be read as a workbook"):
        list(xlsx.rows(make_file("b.xlsx", b"PK\x03\x04" + b"junk" * 20)))


def test_stopping_early_leaves_no_child(make_workbook):
    rows = xlsx.rows(make_workbook("a.xlsx", [["a"] * 30] * 5000))
    assert next(rows) == ["a"] * 30
    rows.close()


@pytest.mark.full_data
def test_a_real_workbook(data_dir):
    found = {m.name: m for m in members(data_dir / "hcpcs" / "2019-Alpha-Numeric-HCPCS-File.zip")}
    rows = list(xlsx.rows(found["HCPC2019_CONTR_ANWEB.xlsx"]))
    assert len(rows) == 6809
    assert rows[-1][:2] == ["V5364", "0010"]
