"""Relative values: the stacked header, both layouts, the two factors of 2026, repaired and refused rows."""

from __future__ import annotations

import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources import xlsx
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.pfs_entries import RelativeValue
from codegraph.sources.pfs_relative_values import READER, stacked

# The header as published, column by column: what stands in its five rows, from the top.
HEADER = [
    ("", "", "", "", "HCPCS"),
    ("", "", "", "", "MOD"),
    ("", "", "", "", "DESCRIPTION"),
    ("", "", "", "STATUS", "CODE"),
    ("", "NOT USED", "FOR", "MEDICARE ", "PAYMENT"),
    ("", "", "", "WORK", "RVU"),
    ("", "", "", "NON-FAC", "PE RVU"),
    ("", "", "NON-FAC", "NA", "INDICATOR"),
    ("", "", "", "FACILITY", "PE RVU"),
    ("", "", "FACILITY ", "NA", "INDICATOR"),
    ("", "", "", "MP", "RVU"),
    ("", "", "", "NON-FACILITY", "TOTAL"),
    ("", "", "", "FACILITY", "TOTAL"),
    ("", "", "", "PCTC", "IND"),
    ("", "", "", "GLOB", "DAYS"),
    ("", "", "", "PRE", "OP"),
    ("", "", "", "INTRA", "OP"),
    ("", "", "", "POST", "OP"),
    ("", "", "", "MULT", "PROC"),
    ("", "", "", "BILAT", "SURG"),
    ("", "", "", "ASST", "SURG"),
    ("", "", "", "CO-", "SURG"),
    ("", "", "", "TEAM", "SURG"),
    ("", "", "", "ENDO", "BASE"),
    ("", "", "", "CONV", "FACTOR"),
    ("", "PHYSICIAN", "SUPERVISION OF", "DIAGNOSTIC", "PROCEDURES"),
    ("", "", "", "CALCULATION", "FLAG"),
    ("", "DIAGNOSTIC", "IMAGING", "FAMILY", "INDICATOR"),
    ("NON-FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("", "MP USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
]
PRIC_IND = ("", "", "", "PRIC", "IND")
PLAIN = dict.fromkeys(range(31), "")
ZEROS = dict.fromkeys((5, 6, 8, 10, 11, 12, 15, 16, 17, 28, 29, 30), "0.00")
DEFAULT = {**PLAIN, **ZEROS, 3: "A", 13: "0", 14: "XXX", 24: "32.3465", 25: "09", 26: "0", 27: "99"}
DEFAULT |= dict.fromkeys((18, 19, 20, 21, 22), "0")


def row(code, modifier="", **at):
    cells = {**DEFAULT, 0: code, 1: modifier, **{int(n[1:]): v for n, v in at.items()}}
    return [cells[n] for n in range(31)]


ROWS = [
    row("00100", _3="J"),
    row("0075T", _3="C"),
    row("44310", _5="17.59", _6="9.91", _7="NA", _8="9.91", _10="3.76", _11="31.26", _12="31.26", _14="090"),
    row("44388", _14="000", _25="01"),
    row("44388", "53", _5="1.36"),
    row("44389", _23="44388"),
    row("71045", "26"),
    row("71045", "TC", _18="4"),
    row("D0120", _3="N", _2="Dental words"),
    row("G0463", _3="X", _2="Clinic visit", _4="+"),
]


def grid(rows=ROWS, year=2025, month="October", columns=HEADER, extra_notice=()):
    blank = [""] * len(columns)

    def notice(text):
        return ["", "", text, *blank[3:]]

    texts = [
        f"{year} National Physician Fee Schedule Relative Value File {month} Release",
        "Descriptors belong to their owners",
        *extra_notice,
        " ",
        f"RELEASED 09/11/{year}",
    ]
    return [*map(notice, texts), *[list(level) for level in zip(*columns, strict=True)], *rows]


def with_pric_ind(rows, factor="33.4009"):
    """The layout of 2026: one column more, after TEAM SURG, and a factor of its own."""
    return [[*r[:23], "1", r[23], factor, *r[25:]] for r in rows]


COLUMNS_2026 = [*HEADER[:23], PRIC_IND, *HEADER[23:]]


def text(rows):
    quoted = (",".join(f'"{c}"' if "," in str(c) else str(c) for c in r) for r in rows)
    return "\r\n".join(quoted) + "\r\n"


def read(member):
    found = list(READER.read(member))
    return (
        {r.key: r for r in found if isinstance(r, RelativeValue)},
        [r for r in found if isinstance(r, Reject)],
        [r for r in found if isinstance(r, Note)],
    )


def test_the_published_layout(make_file):
    member = make_file("PPRRVU2025_Oct.csv", text(grid()) + "\x1a")
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "cms-pfs/2025D"
    assert release.issued == date(2025, 9, 11)
    assert (release.effective_from, release.effective_to) == (date(2025, 10, 1), date(2025, 12, 31))
    rows, rejects, notes = read(member)
    assert not rejects
    assert not notes
    assert len(rows) == len(ROWS)
    ileostomy = rows["44310"]
    assert (ileostomy.work, ileostomy.facility_total) == (Decimal("17.59"), Decimal("31.26"))
    assert (ileostomy.nonfacility_na, ileostomy.facility_na, ileostomy.not_used) == (True, False, False)
    assert ileostomy.global_period == "090"
    assert rows["44388-53"].work == Decimal("1.36")
    assert rows["G0463"].not_used
    assert rows["44389"].endoscopic_base == "44388"
    assert rows["44310"].pricing == ""


def test_columns_of_2026_are_found_by_name(make_file):
    rows_2026 = with_pric_ind(ROWS)
    member = make_file("PPRRVU2026_Jan_nonQPP.csv", text(grid(rows_2026, 2026, "January", COLUMNS_2026)))
    rows, rejects, _ = read(member)
    assert not rejects
    assert rows["44389"].endoscopic_base == "44388", "PRIC IND does not shift it"
    assert rows["44389"].pricing == "1"
    assert rows["44310"].conversion_factor == Decimal("33.4009")
    assert rows["44310"].team == "0"


@pytest.mark.parametrize(
    ("name", "factor", "version"),
    [
        ("PPRRVU2026_Jan_nonQPP.csv", "33.4009", "2026A"),
        ("PPRRVU2026_Jan_QPP.csv", "33.5675", "2026A-qpp"),
        ("renamed.csv", "33.4009", "2026A"),
        ("renamed.csv", "33.5675", "2026A-qpp"),
        ("PPRRVU2027_Jan_QPP.csv", "34.0000", "2027A-qpp"),
        ("PPRRVU2027_Jan_nonQPP.csv", "33.9000", "2027A"),
    ],
)
def test_two_factors_are_two_releases(make_file, name, factor, version):
    year = 2027 if "2027" in name else 2026
    member = make_file(name, text(grid(with_pric_ind(ROWS, factor), year, "January", COLUMNS_2026)))
    assert READER.release(member).version == version


@pytest.mark.parametrize(
    ("name", "factor", "reason"),
    [
        ("renamed.csv", "34.0000", "neither the factor 34.0000 nor the name"),
        ("PPRRVU2026_Jan_QPP.csv", "33.4009", "contradict each other"),
    ],
)
def test_a_factor_that_cannot_be_told_is_not_guessed(make_file, name, factor, reason):
    member = make_file(name, text(grid(with_pric_ind(ROWS, factor), 2026, "January", COLUMNS_2026)))
    with pytest.raises(SourceError, match=reason):
        READER.release(member)


@pytest.mark.parametrize(
    ("year", "month", "factor", "version", "first", "last"),
    [
        (2024, "January", "32.7442", "2024A", date(2024, 1, 1), date(2024, 3, 8)),
        (2024, "January", "33.2875", "2024A", date(2024, 3, 9), date(2024, 3, 31)),
        (2024, "April", "33.2875", "2024B", date(2024, 4, 1), date(2024, 6, 30)),
        (2025, "July", "32.3465", "2025C", date(2025, 7, 1), date(2025, 9, 30)),
    ],
)
def test_quarters_and_the_change_of_march_2024(make_file, year, month, factor, version, first, last):
    rows = [[*r[:24], factor, *r[25:]] for r in ROWS]
    release = READER.release(make_file("a.csv", text(grid(rows, year, month))))
    assert (release.version, release.effective_from, release.effective_to) == (version, first, last)


def test_a_revised_package_keeps_its_letter(tmp_path):
    path = tmp_path / "rvu24ar.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PPRRVU24_JAN.csv", text(grid(year=2024, month="January")))
    (member,) = members(path)
    assert READER.release(member).version == "2024AR"


def test_the_workbook_with_numbers_and_the_end_mark(make_workbook, make_file):
    rows = [[float(c) if n in (5, 6, 8) else c for n, c in enumerate(r)] for r in ROWS]
    for r in rows:
        r[1] = float(r[1]) if r[1].isdigit() else r[1]
    member = make_workbook("PPRRVU2025_Oct.xlsx", [*grid(rows), ["_x001A_"]])
    assert READER.sniff(xlsx.head(member))
    assert READER.release(member).ident == "cms-pfs/2025D"
    found, rejects, notes = read(member)
    assert not rejects
    assert not notes
    assert {"44388-53", "71045-26", "71045-TC"} <= found.keys(), "53 and 26 are no floats"
    same, _, _ = read(make_file("a.csv", text(grid())))
    assert found.keys() == same.keys()
    assert all(found[k].work == same[k].work for k in found)


def test_what_a_spreadsheet_shortened_is_repaired_and_said(make_file):
    rows = [row("100", _14="90", _25="9"), row("44388", _14="0", _23="402"), row("44310", _14="MMM")]
    found, rejects, notes = read(make_file("a.csv", text(grid(rows))))
    assert not rejects
    assert [(r.code, r.global_period, r.supervision) for r in found.values()] == [
        ("00100", "090", "09"),
        ("44388", "000", "09"),
        ("44310", "MMM", "09"),
    ]
    assert found["44388"].endoscopic_base == "00402"
    assert Counter(n.rule for n in notes) == Counter(
        {
            "leading zeros of the code restored: 100 is 00100": 1,
            "leading zeros of the global days restored: 90 is 090": 1,
            "leading zeros of the supervision level restored: 9 is 09": 1,
            "leading zeros of the global days restored: 0 is 000": 1,
            "leading zeros of the endoscopic base restored: 402 is 00402": 1,
        }
    )


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("4431O"), "'4431O' is no code"),
        (row("44310", _5="17,59"), "is not a number"),
        (row("44310", _5=""), "is not a number"),
        (row("44310", _7="N"), "'N' stands where 'NA' or nothing"),
        (row("44310", _4="x"), "where '+' or nothing"),
        (row("44310", _14="091"), "'091' is no global period"),
        (row("44310", _3="AB"), "'AB' is no status"),
        (row("44310", "5-"), "'5-' is no modifier"),
        (row("44310", _19='0" .'), "is no indicator"),
        (row("44310", _23="xx"), "is no endoscopic base"),
        (row("44388"), "44388 stands there twice"),
        (row("44310")[:20], "20 cells where 31 are needed"),
        ([*row("44310"), "more"], "32 cells where the header has 31"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(make_file, bad, reason):
    bad[2] = bad[2] or "Words that belong to somebody"
    rows = [row("44388"), [c.replace('"', "''") for c in bad], row("44389")]
    found, rejects, _ = read(make_file("a.csv", text(grid(rows))))
    assert found.keys() == {"44388", "44389"}
    (reject,) = rejects
    assert reject.line == 11
    assert reason.replace('"', "''") in reject.reason
    assert "Words" not in reject.row, "descriptors do not leak through the rejects"


def test_an_unknown_column_is_left_out_and_said(make_file):
    columns = [*HEADER, ("", "", "", "NEW", "THING")]
    _, rejects, notes = read(make_file("a.csv", text(grid([[*r, "7"] for r in ROWS], columns=columns))))
    assert not rejects
    assert [(n.rule, n.row) for n in notes] == [
        ("a column that this reader does not know is left out", "NEW THING")
    ]


def test_a_missing_column_refuses_the_file(make_file):
    columns = [c for c in HEADER if c[3:] != ("WORK", "RVU")]
    rows = [[*r[:5], *r[6:]] for r in ROWS]
    with pytest.raises(SourceError, match=r"lacks columns \(work\)"):
        read(make_file("a.csv", text(grid(rows, columns=columns))))


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    whole = text(grid())
    with pytest.raises(SourceError, match="middle of a row"):
        read(make_file("a.csv", whole[: whole.rindex("32.3465")]))
    with pytest.raises(SourceError, match="a header but no row"):
        read(make_file("a.csv", text(grid([]))))
    other = make_file("other.csv", "HCPCS,MOD,DESCRIPTION\n44310,,x\n")
    assert not READER.sniff(other.head())
    with pytest.raises(SourceError, match="no header row"):
        read(other)


def test_a_file_without_date_is_undated(make_file):
    rows = grid()
    rows[0][2] = "Relative values"
    assert READER.release(make_file("a.csv", text(rows))).version == "undated"
    assert READER.release(make_file("PPRRVU25_OCT.csv", text(rows))).version == "2025D"


def test_stacked_stops_at_notices():
    assert stacked([["", "", "Notice", "X"], ["", "", "", "PE"]], ["A", "B", "C", "RVU"]) == [
        "A",
        "B",
        "C",
        "PE RVU",
    ]


@pytest.fixture
def entry(make_file):
    member = make_file("PPRRVU2025_Oct.csv", text(grid()))
    rows, _, _ = read(member)
    return rows, READER.release(member)


def test_triples_of_an_entry(entry):
    rows, release = entry
    triples = list(READER.triples(rows["44388-53"], release))
    assert {t.subject for t in triples} == {"<https://w3id.org/codegraph/entry/cms-pfs/2025D/44388-53>"}
    said = {(t.predicate.strip("<>"), t.object) for t in triples}
    assert len(said) == len(triples)
    decimal = '"{}"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    expected = {
        "rdf:type": f"<{expand('cg:FeeScheduleEntry')}>",
        "cg:ofCode": f"<{expand('cpt:44388')}>",
        "cg:ofRelease": f"<{expand('release:cms-pfs/2025D')}>",
        "cg:withModifier": f"<{expand('modifier:53')}>",
        "cg:statusIndicator": f"<{expand('pfs-status:A')}>",
        "cg:globalPeriod": f"<{expand('global-period:XXX')}>",
        "cg:workRvu": decimal.format("1.36"),
        "cg:facilityPeRvu": decimal.format("0.00"),
        "cg:conversionFactor": decimal.format("32.3465"),
        "cg:supervisionIndicator": '"09"',
    }
    for predicate, value in expected.items():
        assert (expand(predicate), value) in said
    assert not any("NotApplicable" in p or "notUsed" in p for p, _ in said)
    flags = {
        t.predicate.rpartition("#")[2] for t in READER.triples(rows["44310"], release) if '"true"' in t.object
    }
    assert flags == {"nonFacilityNotApplicable>"}
    system = {t.object for t in READER.triples(rows["G0463"], release) if "ofCode" in t.predicate}
    assert system == {f"<{expand('hcpcs:G0463')}>"}


def test_no_descriptor_of_a_licensed_code_leaves_but_as_such(make_file):
    rows = [row("44310", _2="AMA words"), row("D0120", _2="ADA words"), row("G0463", _2="Clinic visit")]
    member = make_file("PPRRVU2025_Oct.csv", text(grid(rows)))
    found, _, _ = read(member)
    release = READER.release(member)
    facts = {f.notation: f for r in found.values() for f in READER.codes(r, release)}
    assert (facts["44310"].licensed, facts["44310"].label, facts["44310"].short_label) == (
        True,
        "AMA words",
        None,
    )
    assert (facts["D0120"].licensed, facts["D0120"].system) == (True, "hcpcs")
    assert (facts["G0463"].licensed, facts["G0463"].short_label) == (False, "Clinic visit")
    everything = [t for r in found.values() for t in READER.triples(r, release)]
    everything += [t for r in found.values() for t in READER.table_rows(r, release)]
    assert "words" not in repr(everything)


def test_a_row_with_a_modifier_says_nothing_new_of_the_code(entry):
    rows, release = entry
    assert not list(READER.codes(rows["44388-53"], release))
    assert [f.notation for f in READER.codes(rows["44388"], release)] == ["44388"]


def test_table_rows_fit_the_table(entry):
    rows, release = entry
    names = [name for name, _ in READER.table.columns]
    for r in rows.values():
        (cells,) = READER.table_rows(r, release)
        assert len(cells) == len(names)
    (cells,) = READER.table_rows(rows["44310"], release)
    kept = dict(zip(names, cells, strict=True))
    assert (kept["release"], kept["code"], kept["modifier"]) == ("cms-pfs/2025D", "44310", "")
    assert (kept["work"], kept["nonfacility_na"], kept["global_period"]) == ("17.59", 1, "090")
    assert "descriptor" not in kept


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "pfs" / "PPRRVU2025_Oct.csv")
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "cms-pfs/2025D"
    rows, rejects, notes = read(member)
    assert (len(rows), rejects, notes) == (19_090, [], [])
    assert Counter(r.modifier for r in rows.values()) == {"": 16_851, "26": 1_127, "TC": 1_108, "53": 4}
    ileostomy = rows["44310"]
    assert (str(ileostomy.work), str(ileostomy.facility_total), ileostomy.global_period) == (
        "17.59",
        "31.26",
        "090",
    )
    release = READER.release(member)
    triples = [t for r in rows.values() for t in READER.triples(r, release)]
    assert len(triples) == len(set(triples))
