"""NCCI procedure-to-procedure edits: the layout's oddities, release and setting from the name, bad files."""

from datetime import date

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import ENTRY
from codegraph.sources import ncci, ncci_ptp
from codegraph.sources.base import Reject, Release
from codegraph.sources.files import Member, members

HEADER = (
    "CPT only copyright 2099 American Medical Association.  All rights reserved.\t\t\t\t\t\t\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
ROWS = (
    "0001A\t0591T\t\t20220101\t20231231\t1\tManual instruction",
    "44310\t44005\t*\t19960101\t*\t0\tStandards of practice",
    "44310\t44187\t\t20240101\t20240101\t9\tMutually exclusive",
    "44310\tG0463\t\t20200101\t20211231\t1\tMisuse",
    "44310\tG0463\t\t20240701\t*\t1\tMisuse",
    "G0463\t99211\t\t\t*\t1\tMisuse",
)
READER = ncci_ptp.READERS[0]
RELEASE = Release("ncci-ptp-practitioner", "2024Q3", "", None, date(2024, 7, 1), date(2024, 9, 30))


def write(folder, name="ccipra-v302r0-f1.txt", rows=ROWS, header=HEADER, end="\n"):
    path = folder / name
    path.write_bytes((header + "\n".join(rows) + end).encode("cp1252"))
    return next(members(path))


def test_every_oddity_of_the_layout(tmp_path):
    member = write(tmp_path)
    assert READER.sniff(member.head())
    rows = list(READER.read(member))
    assert len(rows) == len(ROWS)
    first, prior, void, gone, back, derived = rows
    assert (first.column_one, first.column_two) == ("0001A", "0591T")
    assert first.terms.effective == date(2022, 1, 1)
    assert first.terms.deleted == date(2023, 12, 31)
    assert prior.terms.prior_1996
    assert prior.terms.deleted is None
    assert void.terms.indicator == "9"
    assert [r.occurrence for r in (gone, back)] == [0, 1], "the pair came, went and returned"
    assert derived.terms.effective is None, "a derived file leaves the effective date empty"


def test_windows_line_ends_and_blank_lines(tmp_path):
    member = write(tmp_path, rows=[*ROWS, "", ""], header=HEADER.replace("\n", "\r\n"))
    assert len(list(READER.read(member))) == len(ROWS)


@pytest.mark.parametrize(
    ("name", "ident"),
    [
        ("ccipra-v302r0-f1.txt", "ncci-ptp-practitioner/2024Q3"),
        ("ccioph-v322r0-f4.txt", "ncci-ptp-outpatient/2026Q3"),
        ("ccipra-v322r1-f2.txt", "ncci-ptp-practitioner/2026Q3r1"),
        ("ptp_outpatient_2024Q1.txt", "ncci-ptp-outpatient/2024Q1"),
        ("practitioner edits.txt", "ncci-ptp-practitioner/undated"),
    ],
)
def test_setting_and_quarter_come_from_the_name(tmp_path, name, ident):
    release = READER.release(write(tmp_path, name))
    assert release.ident == ident
    days = ncci.quarter_days(release.version)
    assert (release.effective_from, release.effective_to) == (days or (None, None))


def test_the_archive_s_name_helps_where_the_member_s_does_not():
    inside = Member(path=__import__("pathlib").Path("hospital-ptp-2025q4.zip"), inner="edits.txt")
    assert READER.release(inside).ident == "ncci-ptp-outpatient/2025Q4"


@pytest.mark.parametrize("name", ["edits_2024Q3.txt", "hospital practitioner 2024Q3.txt"])
def test_an_untold_setting_is_asked_for(tmp_path, name):
    with pytest.raises(SourceError, match=r"cannot tell the setting.*rename"):
        READER.release(write(tmp_path, name))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4431\t44005\t\t20240101\t*\t1\tMisuse", "neither a CPT nor a HCPCS code"),
        ("44310\t4400X\t\t20240101\t*\t1\tMisuse", "neither a CPT nor a HCPCS code"),
        ("44310\t44005\t\t20241301\t*\t1\tMisuse", "not a day of the calendar"),
        ("44310\t44005\t\t2024-01-01\t*\t1\tMisuse", "not a date written YYYYMMDD"),
        ("44310\t44005\t\t20240101\t*\t7\tMisuse", "none of 0, 1, 9"),
        ("44310\t44005\tx\t20240101\t*\t1\tMisuse", "neither empty nor"),
        ("44310\t44005\t\t20240101\t*\t1", "has 6 columns"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(tmp_path, row, reason):
    member = write(tmp_path, rows=[ROWS[0], row, ROWS[1]])
    rejects = [r for r in READER.read(member) if isinstance(r, Reject)]
    assert [(r.line, reason in r.reason) for r in rejects] == [(8, True)]
    packed: list[Reject] = []
    packer = ncci_ptp.Packer()
    assert packer.pack(member, RELEASE, packed.append) == 2
    assert packed == rejects


def test_packed_rows_say_what_typed_rows_say(tmp_path):
    member = write(tmp_path)
    packer = ncci_ptp.Packer()
    packer.pack(member, RELEASE, pytest.fail)
    codes = packer.codes
    said = [(codes[v >> 40], codes[v >> 24 & 0xFFFF], packer.terms[v & 0xFFFFFF][1]) for v in packer.packed]
    assert said == [(r.column_one, r.column_two, r.terms) for r in READER.read(member)]


@pytest.mark.parametrize("rows", [[*ROWS, "44310\t4418"], [*ROWS, "44310\t44187\t\t2024"]])
def test_a_file_cut_short_is_refused(tmp_path, rows):
    member = write(tmp_path, rows=rows, end="")
    with pytest.raises(SourceError, match=r"ccipra-v302r0-f1\.txt is cut short"):
        list(READER.read(member))
    with pytest.raises(SourceError, match="cut short"):
        ncci_ptp.Packer().pack(member, RELEASE, lambda reject: None)


def test_a_header_without_rows_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no edits follow"):
        list(READER.read(write(tmp_path, rows=[])))


def test_another_file_is_not_claimed_and_not_read(tmp_path):
    other = tmp_path / "ccipra.txt"
    other.write_text("Column 1\tColumn 2\tModifier\n0002M\t0468U\t1\n")
    member = next(members(other))
    assert not READER.sniff(member.head())
    other.write_text("a\tb\n" * 100)
    with pytest.raises(SourceError, match="does not have the header"):
        list(READER.read(member))


@pytest.mark.parametrize(
    ("effective", "deleted", "indicator", "expected"),
    [
        (None, None, "1", True),
        (date(2024, 9, 30), None, "0", True),
        (date(2024, 10, 1), None, "0", False),
        (None, date(2024, 7, 1), "1", True),
        (None, date(2024, 6, 30), "1", False),
        (None, date(2030, 1, 1), "1", True),
        (date(2024, 7, 1), date(2024, 7, 1), "9", False),
    ],
)
def test_what_is_in_force_in_a_quarter(effective, deleted, indicator, expected):
    terms = ncci_ptp.Terms(effective, deleted, indicator, False, "")
    assert terms.in_force(RELEASE.effective_from, RELEASE.effective_to) is expected


def test_the_deciding_triples(tmp_path):
    rows = list(READER.read(write(tmp_path)))
    edges = [t for row in rows for t in READER.triples(row, RELEASE)]
    assert [(t.predicate.rpartition("#")[2], t.object.rpartition("/")[2]) for t in edges] == [
        ("bundlesAlways>", "44005>"),
        ("bundlesUnlessDistinct>", "G0463>"),
        ("bundlesUnlessDistinct>", "99211>"),
    ]
    said = {t.predicate.rpartition("#")[2]: t.object for t in ncci_ptp.edit_triples(rows[4])}
    assert next(ncci_ptp.edit_triples(rows[4])).subject == (
        f"<{ENTRY}ncci-ptp-practitioner/2024Q3/44310-G0463-2>"
    )
    assert said["effectiveOn>"].startswith('"2024-07-01"^^')
    assert "deletedOn>" not in said
    assert said["serviceSetting>"].endswith("concept/setting/practitioner>")
    assert {f.system for row in rows for f in READER.codes(row, RELEASE)} == {"cpt", "hcpcs"}


@pytest.mark.full_data
def test_the_excerpt_with_dates(data_dir):
    member = next(members(data_dir / "ncci" / "ccipra-v322r0-f1.excerpt.txt"))
    rows = list(READER.read(member))
    assert READER.release(member).ident == "ncci-ptp-practitioner/2026Q3"
    assert len(rows) == 22
    assert sum(r.terms.effective is not None for r in rows) == 22
