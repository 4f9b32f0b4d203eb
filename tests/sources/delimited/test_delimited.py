"""Tables in text and workbooks: headers by name, rows cut short, masked rejects, cells as CMS prints them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.errors import SourceError
from codegraph.sources.base import Note, Reject
from codegraph.sources.delimited import (
    Record,
    delimiter,
    has_header,
    head_rows,
    key,
    masked,
    open_sheet,
    read_rows,
    records,
)
from codegraph.sources.values import (
    RowError,
    amount,
    decimal,
    find_month,
    find_year,
    plain,
    us_date,
    zero_filled,
)


def test_records_know_their_first_line_and_keep_broken_cells_whole(make_file):
    member = make_file("a.csv", 'a,b\n"one\ntwo", x \nc,d\n')
    assert list(records(member)) == [
        Record(1, ["a", "b"]),
        Record(2, ["one\ntwo", "x"]),
        Record(4, ["c", "d"]),
    ]


def test_unmatched_quotes_reject_one_row(make_file):
    found = list(records(make_file("a.csv", 'a,b\n"x"y,1\nc,d\n')))
    assert [type(r).__name__ for r in found] == ["Record", "Reject", "Record"]
    assert found[1].line == 2
    assert found[1].row == "", "what cannot be split cannot be masked, so it is not shown"


def test_the_delimiter_is_the_tab_where_lines_have_it():
    assert delimiter(["a\tb", "1,000\t2", "", "a note, with a comma"]) == "\t"
    assert delimiter(["a,b", "1,2\t"]) == "\t"
    assert delimiter(["a,b", "c,d", "1,2\t"]) == ","
    assert delimiter([]) == ","


def test_workbook_and_text_give_the_same_records(make_file, make_workbook):
    text = list(records(make_file("a.csv", "a,b\n26,x\n")))
    assert list(records(make_workbook("a.xlsx", [["a", "b"], [26.0, "x"]]))) == text


def test_has_header_wants_all_names_in_one_row_and_the_title_above():
    head = b"Addendum B,,\n,,\nHCPCS Code, SI ,APC\n00100,N,\n"
    assert has_header(head, "HCPCS CODE", "SI")
    assert has_header(head, "SI", title=r"Addendum\s+B\b")
    assert not has_header(head, "SI", title="Addendum A")
    assert not has_header(head, "SI", "RATE")
    assert not has_header(head, "SI", without=["APC"])


@given(st.binary(max_size=300))
def test_any_bytes_can_be_sniffed(data):
    assert isinstance(has_header(data, "HCPCS"), bool)


def test_bytes_with_nul_are_no_table():
    assert head_rows(b"a,b\0c\n") == ()


def sheet(make_file, text):
    return open_sheet(make_file("a.csv", text), lambda keys: "CODE" in keys)


def test_columns_are_found_by_name_in_any_order(make_file):
    found = sheet(make_file, "title,,\nRATE,, Code\n1,,44310\n")
    assert found.title == "title"
    assert found.columns({"CODE": "code", "RATE": "rate"}, required={"code", "rate"}) == {
        "code": 2,
        "rate": 0,
    }


@pytest.mark.parametrize(
    ("header", "reason"), [("CODE,CODE", "twice"), ("CODE,X", r"lacks columns \(rate\)")]
)
def test_a_header_that_does_not_fit_is_refused(make_file, header, reason):
    with pytest.raises(SourceError, match=f"a.csv.*{reason}"):
        sheet(make_file, header + "\n").columns({"CODE": "code", "RATE": "rate"}, required={"code", "rate"})


def test_a_file_without_the_header_is_refused(make_file):
    with pytest.raises(SourceError, match="no header row"):
        sheet(make_file, "a,b\n" * 100)


def codes(record):
    if not record.cells[0].isdigit():
        raise RowError("no code")
    return [record.cells[0]]


def rows_of(make_file, text, width=3):
    return list(read_rows(sheet(make_file, text), codes, width=width))


def test_rows_rejects_and_blanks(make_file):
    found = rows_of(make_file, "CODE,NAME,RATE\n1,a,2\n,,\nx,Licensed words,9\n2,b,3,surplus\n3,c,4\n")
    assert found[0] == "1"
    assert found[1] == Reject(4, "no code", "…|…|9")
    assert found[2] == Reject(5, "4 cells where the header has 3", "2|…|3|…")
    assert found[3] == "3"


def test_a_file_cut_inside_a_row_is_refused(make_file):
    with pytest.raises(SourceError, match=r"a\.csv ends in the middle of a row"):
        rows_of(make_file, "CODE,NAME,RATE\n1,a,2\n2,b")
    with pytest.raises(SourceError, match="middle of a row"):
        rows_of(make_file, 'CODE,NAME,RATE\n1,a,2\n2,"b')
    assert rows_of(make_file, "CODE,NAME,RATE\n1,a,2\n2,b,3")[-1] == "2", (
        "a missing last line end is no fault"
    )


def test_a_header_alone_is_refused(make_file):
    with pytest.raises(SourceError, match="a header but no row"):
        rows_of(make_file, "CODE,NAME,RATE\n,,\n")


def test_masking_keeps_codes_and_numbers_only():
    assert (
        masked(["44310", "TC", "17.59", "$1,579.16", "Words of another", "word", ""])
        == "44310|TC|17.59|$1,579.16|…|…|"
    )


def test_key_compares_names():
    assert key(" Non-Fac\n PE RVU*") == "NON FAC PE RVU"


@pytest.mark.parametrize(
    "text", ["", ".", "1e5", "NaN", "Infinity", "1.2.3", "1,000", "٣", "0x10", "--1", "1" * 40]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(RowError, match="not a number"):
        decimal(text)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_numbers_keep_their_digits(value):
    assert plain(decimal(format(value, "f"))) == format(value, "f")


def test_numbers_of_equal_value_keep_their_own_digits():
    assert [plain(decimal(t)) for t in ("0.0", "0.00", "0", "1.50", "1.5")] == [
        "0.0",
        "0.00",
        "0",
        "1.50",
        "1.5",
    ]


def test_amounts_as_printed():
    assert amount("$1,740.720") == Decimal("1740.720")
    assert amount("19.895%") == Decimal("19.895")
    assert amount("") is None
    assert amount(".") is None
    with pytest.raises(RowError):
        amount("see note")


def test_lost_zeros_come_back_with_a_note():
    notes: list[Note] = []
    assert zero_filled("100", 5, "code", 7, notes) == "00100"
    assert notes == [Note(7, "leading zeros of the code restored: 100 is 00100", "00100")]
    assert [zero_filled(t, 5, "code", 7, notes) for t in ("44310", "0001F", "A12", "")] == [
        "44310",
        "0001F",
        "A12",
        "",
    ]
    assert len(notes) == 1


def test_months_years_and_days_in_texts():
    assert find_month("medicare_crosswalk_october_2025.csv") == (2025, 10)
    assert find_month("2025_Jan_Web_Addendum_B.12302024.txt") == (2025, 1)
    assert find_month("Apr 2026 Addendum A") == (2026, 4)
    assert find_month("2025 marches on") is None
    assert find_month("summary 2025") is None
    assert find_year("cms pos 2024.csv") == 2024
    assert find_year("12302024") is None
    assert us_date("RELEASED 09/11/2025") == date(2025, 9, 11)
    assert us_date("RELEASED 13/45/2025") is None
