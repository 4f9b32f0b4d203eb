"""OPPS caps: the misspelt header, where the year comes from, bad rows."""

from __future__ import annotations

import zipfile
from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.sources.base import Reject
from codegraph.sources.files import members
from codegraph.sources.pfs_opps_cap import READER, PaymentCap

HEAD = "HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE\n"
ROWS = "0633T,TC,C,01112,05,150.69,150.69\n70170,,C,01112,09,152.38,152.39\n93990,TC,A,15202,00,97.07,97.07\n"


def test_the_published_layout(make_file):
    member = make_file("OPPSCAP_Oct.csv", HEAD + ROWS + ",,,,,,\n")
    assert READER.sniff(member.head())
    rows = list(READER.read(member))
    assert rows[1] == PaymentCap("70170", "", "C", "01112", "09", Decimal("152.38"), Decimal("152.39"))
    assert len(rows) == 3
    release = READER.release(member)
    (cells,) = READER.table_rows(rows[0], release)
    assert cells == (release.ident, "0633T", "TC", "C", "01112", "05", "150.69", "150.69")
    assert not list(READER.triples(rows[0], release)), "caps stand in the table only"


def test_the_year_is_that_of_the_package(make_file, tmp_path):
    assert READER.release(make_file("OPPSCAP_Oct.csv", HEAD + ROWS)).version == "undated"
    make_file("PPRRVU2025_Oct.csv", "x")
    make_file("PPRRVU2024_Apr.csv", "x")
    assert READER.release(make_file("OPPSCAP_Oct.csv", HEAD + ROWS)).ident == "cms-oppscap/2025D"
    assert READER.release(make_file("OPPSCAP_Jan.csv", HEAD + ROWS)).version == "undated"
    make_file("PPRRVU2024_Oct.csv", "x")
    assert READER.release(make_file("OPPSCAP_Oct.csv", HEAD + ROWS)).version == "undated", (
        "two years are none"
    )
    with zipfile.ZipFile(tmp_path / "rvu25b.zip", "w") as archive:
        archive.writestr("OPPSCAP_APR.csv", HEAD + ROWS)
    (member,) = members(tmp_path / "rvu25b.zip")
    assert READER.release(member).version == "2025B"


def test_lost_zeros_are_restored(make_file):
    _, _, row = list(READER.read(make_file("a.csv", HEAD + "70170,,C,1112,9,1,1\n")))
    assert (row.carrier, row.locality) == ("01112", "09")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7017X,,C,01112,05,1,1\n", "no code"),
        ("70170,T!,C,01112,05,1,1\n", "no modifier"),
        ("70170,,C,01112,xx,1,1\n", "no carrier"),
        ("70170,,C,01112,05,$1,1\n", "not a number"),
        ("70170,,C,01112,09,1,1\n", "70170  01112 09 stands there twice"),
        ("70170,,C\n", "3 cells"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(make_file, row, reason):
    found = list(READER.read(make_file("a.csv", HEAD + ROWS + row + "93990,TC,A,15102,00,1,1\n")))
    assert [(r.line, reason in r.reason) for r in found if isinstance(r, Reject)] == [(5, True)]
    assert len(found) == 5


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.csv", HEAD + ROWS[:-10])))
    with pytest.raises(SourceError, match="no header row"):
        list(READER.read(make_file("a.csv", "HCPCS,MOD\n")))
    assert not READER.sniff(b"HCPCS,MOD,DESCRIPTION\n")


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "pfs" / "OPPSCAP_Oct.csv")
    assert READER.release(member).ident == "cms-oppscap/2025D"
    rows = list(READER.read(member))
    assert len(rows) == 16_100
    assert all(isinstance(r, PaymentCap) for r in rows)
