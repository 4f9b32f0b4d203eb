"""OPPS Addendum D1: blocks of several rows, bullets that became question marks, the remark below."""

from __future__ import annotations

import pytest

from codegraph.errors import SourceError
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.opps_addendum_d1 import READER, StatusDefinition

HEAD = (
    "\tADDENDUM D1.- OPPS PAYMENT STATUS INDICATORS FOR CY 2025\t\r\n"
    "Status Indicator\tItem/Code/Service\tOPPS Payment Status\r\n"
)
ROWS = (
    'A\t"Services paid otherwise,* for example:"\tNot paid under OPPS.  Paid by MACs.\r\n'
    "\t\tSubject to deductible. \r\n\t\t\r\n"
    "\t?  Ambulance Services\t\r\n"
    '\t"?  Physical, and Speech Therapy"\tNot subject\xffto it.\r\n'
    "E2 \tItems:\tNot paid.\r\n\tFor which there are no data\t\r\n"
    "Q1\tPackaged codes\tPaid.\r\n"
    '\t\t"(1)  Packaged with ""S""."\r\n\t\t?  Otherwise separately.\r\n'
)
NOTE = '\t"* Note -- Payments may be contractor priced."\t\r\n'


def official(rows=ROWS, note=NOTE):
    return (HEAD + rows + note).encode("cp1252")


def test_blocks_are_joined(make_file):
    member = make_file("2025_NFRM_Addendum_D1.txt", official())
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "opps-addendum-d1/2025"
    found = list(READER.read(member))
    assert [r for r in found if isinstance(r, StatusDefinition)] == [
        StatusDefinition(
            "A",
            "Services paid otherwise,* for example:\n- Ambulance Services\n- Physical, and Speech Therapy",
            "Not paid under OPPS. Paid by MACs.\nSubject to deductible.\nNot subject to it.",
        ),
        StatusDefinition("E2", "Items:\nFor which there are no data", "Not paid."),
        StatusDefinition("Q1", "Packaged codes", 'Paid.\n(1) Packaged with "S".\n- Otherwise separately.'),
    ]
    assert [n.rule for n in found if isinstance(n, Note)] == ["byte 0xFF read as a space"]
    assert not [r for r in found if isinstance(r, Reject)]


def test_rows_of_no_block_are_rejected(make_file):
    found = list(
        READER.read(make_file("a.txt", official("\tlost words\there\r\nXYZ\tno\tindicator\r\n" + ROWS)))
    )
    rejects = [r for r in found if isinstance(r, Reject)]
    assert [(r.line, r.row) for r in rejects] == [(3, "|…|…"), (4, "XYZ|…|…")]
    assert len([r for r in found if isinstance(r, StatusDefinition)]) == 3


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    for text in (official(ROWS + "R", note=""), official("", note="")):
        with pytest.raises(SourceError, match="cut short"):
            list(READER.read(make_file("a.txt", text)))
    assert not READER.sniff(official().replace(b"ADDENDUM D1", b"ADDENDUM D2"))
    with pytest.raises(SourceError, match="no header row"):
        list(READER.read(make_file("a.txt", "a\tb\n")))


def test_table_rows_only(make_file):
    member = make_file("a.txt", official())
    release = READER.release(member)
    rows = [r for r in READER.read(member) if isinstance(r, StatusDefinition)]
    assert list(READER.table_rows(rows[1], release)) == [
        ("opps-addendum-d1/2025", "E2", "Items:\nFor which there are no data", "Not paid.")
    ]
    assert not list(READER.triples(rows[1], release)), "the packaged scheme describes the indicators"


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "opps" / "2025_NFRM_Addendum_D1.txt")
    found = list(READER.read(member))
    rows = {r.status: r for r in found if isinstance(r, StatusDefinition)}
    assert len(rows) == 28
    assert not [r for r in found if isinstance(r, Reject)]
    assert rows["C"].item == "Inpatient Procedures"
    assert len(rows["A"].item.splitlines()) == 8
