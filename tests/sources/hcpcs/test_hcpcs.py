"""HCPCS Level II: three layouts, modifiers, long texts over several lines, odd dates, licensed texts, bad rows."""

import zipfile
from datetime import date

import pytest

from codegraph.errors import SourceError
from codegraph.sources import hcpcs_csv, hcpcs_fixed_width, xlsx
from codegraph.sources.base import Reject
from codegraph.sources.files import members

FIXED = hcpcs_fixed_width.READERS[0]
COLUMNS, DERIVED = hcpcs_csv.READERS
NOTICE = "***Disclaimers\t\t\n\t\t\n*Brand names may appear.\u00a0\t\t\n\u00a0\u00a0 No endorsement.\t\n\n\n"


def first(code, text, short="", recid="3", added="20020701", effective="20020701", ended="", **cells):
    line = f"{code:>5}00100{recid}{text:80}{short:28}{cells.get('price', ''):8}{cells.get('multiple', ''):1}"
    line = (
        f"{line:229}{cells.get('coverage', 'C'):1}{'':26}{cells.get('betos', ''):3} {cells.get('tos', ''):5}"
    )
    return f"{line:268}{added:8}{effective:8}{ended:8}N{'':27}"


def further(code, text, number, recid="4"):
    return f"{f'{code:>5}{number * 100:05}{recid}{text:80}':320}"


SYRINGE = {"price": "00", "multiple": "9", "betos": "D1A", "tos": "S"}
LINES = [
    first("A1", "Dressing for one wound", "Dressing for one wound", "7"),
    first("AD", "Medical supervision: more than four", "Md supervision", "7"),
    further("AD", "procedures", 2, "8"),
    first("CP", "Adjunctive service", "Adjunct", "7", "20160101", "20180101", "20171231"),
    first(
        "A4206",
        "Syringe with needle, sterile, 1 cc or",
        "1 cc syringe",
        price="00",
        multiple="9",
        betos="D1A",
        tos="S",
    ),
    further("A4206", "less, for use with a", 2),
    further("A4206", "pump, each", 3),
    first("D0120", "Secret dental text", "Secret"),
    first("G0463", "Clinic visit", "Visit", betos="M1B", effective=""),
]
NAME = "HCPC2019_CONTR_ANWEB.txt"


def fixed(lines=LINES, notice=NOTICE):
    return notice.replace("\n", "\r\n") + "\r\n".join(lines) + "\r\n"


def test_every_oddity_of_the_fixed_width_text(make_file):
    member = make_file(NAME, fixed())
    assert FIXED.sniff(member.head())
    assert not COLUMNS.sniff(member.head())
    release = FIXED.release(member)
    assert (release.ident, release.effective_from) == ("hcpcs/2019", date(2019, 1, 1))
    one, joined, odd, syringe, _, visit = rows = list(FIXED.read(member))
    assert (one.system, one.notation) == ("modifier", "A1")
    assert joined.long == "Medical supervision: more than four procedures"
    assert odd.terminated < odd.effective, "a termination date can precede the action date"
    assert syringe.long == "Syringe with needle, sterile, 1 cc or less, for use with a pump, each"
    assert (syringe.pricing, syringe.multiple_pricing, syringe.betos) == ("00", "9", "D1A")
    assert syringe.type_of_service == "S"
    assert (syringe.coverage, syringe.action) == ("C", "N")
    assert visit.effective is None
    assert [r.licensed for r in rows] == [False] * 4 + [True, False]
    (fact,) = FIXED.codes(syringe, release)
    assert (fact.system, fact.authority, fact.billable, fact.added) == ("hcpcs", True, True, date(2002, 7, 1))


def test_dental_texts_are_licensed_and_reach_no_table(make_file):
    member = make_file(NAME, fixed())
    release = FIXED.release(member)
    dental = next(r for r in FIXED.read(member) if r.notation == "D0120")
    (fact,) = FIXED.codes(dental, release)
    assert fact.licensed
    assert fact.label == "Secret dental text"
    assert fact.short_label is None
    assert "Secret" not in repr(list(FIXED.table_rows(dental, release)))


def test_lines_whose_blanks_were_cut_off_still_count(make_file):
    text = fixed([line.rstrip() for line in LINES])
    assert list(FIXED.read(make_file(NAME, text))) == list(FIXED.read(make_file("whole.txt", fixed())))


HEADER = [
    *(
        "HCPC",
        "SEQNUM",
        "RECID",
        "LONG DESCRIPTION",
        "SHORT DESCRIPTION",
        "PRICE1",
        "PRICE2",
        "PRICE3",
        "PRICE4",
    ),
    *("MULT_PI", "CIM1", "CIM2", "CIM3", "MCM1", "MCM2", "MCM3", "STATUTE"),
    *(f"LABCERT{n}" for n in range(1, 9)),
    *(f"XREF{n}" for n in range(1, 6)),
    *("COV", "ASC_GRP", "ASC_DT", "OPPS", "OPPS_PI", "OPPS_DT", "PROCNOTE", "BETOS"),
    *(f"TOS{n}" for n in range(1, 6)),
    *("ANEST_BU", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"),
]
assert len(HEADER) == 48


def columns(code, text, short, recid="3", seq="0010", **cells):
    given = {
        "HCPC": f"{code:>5}",
        "SEQNUM": seq,
        "RECID": recid,
        "LONG DESCRIPTION": text,
        "SHORT DESCRIPTION": short,
        "COV": "C",
        "ADD DT": "20020701",
        "ACT EFF DT": "20020701",
        "ACTION CD": "N",
    } | cells
    return [given.get(name, "") for name in HEADER]


PRICED = {"PRICE1": "00", "MULT_PI": "9", "BETOS": "D1A", "TOS1": "S"}
ENDED = {"ADD DT": "20160101", "ACT EFF DT": "20180101", "TERM DT": "20171231"}
TABLE = [
    HEADER,
    columns("A1", "Dressing for one wound", "Dressing for one wound", "7"),
    columns("AD", "Medical supervision: more than four procedures", "Md supervision", "7"),
    columns("CP", "Adjunctive service", "Adjunct", "7", **ENDED),
    columns("A4206", "Syringe with needle, sterile, 1 cc or", "1 cc syringe", **PRICED),
    columns("A4206", "less, for use with a pump, each", "", "4", "0020"),
    columns("D0120", "Secret dental text", "Secret"),
    columns("G0463", "Clinic visit", "Visit", BETOS="M1B", **{"ACT EFF DT": ""}),
]


def csv_text(rows=TABLE):
    return "\n".join(",".join(f'"{c}"' if "," in c else c for c in row) for row in rows) + "\n"


def test_the_48_columns_say_the_same_as_text_and_as_workbook(make_file, make_workbook):
    expected = list(FIXED.read(make_file(NAME, fixed())))
    text = make_file("HCPC2026_OCT_ANWEB.csv", csv_text())
    book = make_workbook("HCPC2026_OCT_ANWEB.xlsx", [["***Disclaimers"], [""], *TABLE])
    assert COLUMNS.sniff(text.head())
    assert COLUMNS.sniff(xlsx.head(book))
    assert not DERIVED.sniff(text.head())
    assert COLUMNS.release(text).ident == COLUMNS.release(book).ident == "hcpcs/2026-10"
    assert list(COLUMNS.read(text)) == list(COLUMNS.read(book)) == expected


def test_the_text_and_the_workbook_of_one_archive_are_one_release(tmp_path, make_file):
    make_file(NAME, fixed())
    with zipfile.ZipFile(tmp_path / "2019-Alpha-Numeric-HCPCS-File.zip", "w") as archive:
        archive.write(tmp_path / NAME, "HCPCS_file.txt")
        archive.write(tmp_path / NAME, "HCPC2019_CONTR_ANWEB.xlsx")
    inside = list(members(tmp_path / "2019-Alpha-Numeric-HCPCS-File.zip"))
    assert {FIXED.release(m).ident for m in inside} == {"hcpcs/2019"}


def test_the_derived_list(make_file):
    text = 'Code,Description,last_updated\n   A1,Dressing,09-06-2025\nA4206,"Syringe, each",09-06-2025\n'
    member = make_file("HCPC2025_OCT_code_desc.csv", text)
    assert DERIVED.sniff(member.head())
    release = DERIVED.release(member)
    assert (release.ident, release.issued) == ("hcpcs/2025-10", date(2025, 9, 6))
    assert [(r.system, r.notation, r.long) for r in DERIVED.read(member)] == [
        ("modifier", "A1", "Dressing"),
        ("hcpcs", "A4206", "Syringe, each"),
    ]
    assert DERIVED.release(make_file("list.csv", text)).ident == "hcpcs/undated"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([further("A4206", "less", 2)], "first line is not above"),
        ([further("A4207", "less", 2)], "first line is not above"),
        ([first("A4207", "Text"), further("A4207", "more", 3)], "missing or comes twice"),
        (
            [first("A4207", "Text"), further("A4207", "a", 2), further("A4207", "b", 2)],
            "missing or comes twice",
        ),
        ([first("A4207", "Text", added="20021341")], "not a day of the calendar"),
        ([first("44310", "Text")], "not written like"),
        ([first("A4207", "")], "no long description"),
        (["some words"], "does not begin with"),
        ([first("A4207", "Text")[:200]], "200 characters long"),
    ],
)
def test_malformed_lines_are_rejected_with_line_and_reason(make_file, lines, reason):
    rows = list(FIXED.read(make_file(NAME, fixed([LINES[0], *lines, LINES[-1]], ""))))
    rejects = [r for r in rows if isinstance(r, Reject)]
    assert len(rows) == 3
    assert [r.line for r in rejects] == [2]
    assert reason in rejects[0].reason
    assert "Text" not in rejects[0].row, "the text of a rejected row may be licensed"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"RECID": "5"}, "none of 3, 4, 7, 8"),
        ({"SEQNUM": "x"}, "sequence number"),
        ({"HCPC": "A42"}, "not written"),
    ],
)
def test_malformed_rows_of_the_columns_are_rejected(make_file, cells, reason):
    bad = [cells.get(name, cell) for name, cell in zip(HEADER, TABLE[7], strict=True)]
    rows = list(COLUMNS.read(make_file("HCPC2026.csv", csv_text([*TABLE[:7], bad, TABLE[7]]))))
    (reject,) = [r for r in rows if isinstance(r, Reject)]
    assert reject.line == 8
    assert reason in reject.reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match=r"HCPC2019_CONTR_ANWEB\.txt is cut short"):
        list(FIXED.read(make_file(NAME, fixed()[:-150])))
    with pytest.raises(SourceError, match="no code follows"):
        list(FIXED.read(make_file(NAME, NOTICE)))
    with pytest.raises(SourceError, match="cut short"):
        list(COLUMNS.read(make_file("h.csv", csv_text()[:-60])))
    other = make_file("proc_notes.txt", "     PROCESSING NOTES\n 0001--THIS NOTE 82585\n")
    assert not any(r.sniff(other.head()) for r in (FIXED, COLUMNS, DERIVED))


@pytest.mark.full_data
def test_official_counts(data_dir):
    member = next(members(data_dir / "hcpcs" / NAME))
    rows = list(FIXED.read(member))
    assert len(rows) == 6_800
    assert sum(r.system == "modifier" for r in rows) == 360
    assert sum(r.terminated is not None for r in rows) == 515
    for name, reader, ident, count in (
        ("HCPC2025_OCT_code_desc.csv", DERIVED, "hcpcs/2025-10", 8_846),
        ("HCPC2026_OCT_ANWEB.excerpt.csv", COLUMNS, "hcpcs/2026-10", 8),
    ):
        member = next(members(data_dir / "hcpcs" / name))
        assert reader.release(member).ident == ident
        assert sum(not isinstance(r, Reject) for r in reader.read(member)) == count


@pytest.mark.full_data
def test_the_official_archive_holds_one_release_twice(data_dir):
    inside = {m.name: m for m in members(data_dir / "hcpcs" / "2019-Alpha-Numeric-HCPCS-File.zip")}
    known = {n for n, m in inside.items() if FIXED.sniff(m.head())}
    books = {n for n, m in inside.items() if n.endswith(".xlsx") and COLUMNS.sniff(xlsx.head(m))}
    assert (known, books) == ({NAME}, {"HCPC2019_CONTR_ANWEB.xlsx"})
    texts = {r.notation: r.long for r in FIXED.read(inside[NAME])}
    cells = {r.notation: r.long for r in COLUMNS.read(inside["HCPC2019_CONTR_ANWEB.xlsx"])}
    assert texts == cells
