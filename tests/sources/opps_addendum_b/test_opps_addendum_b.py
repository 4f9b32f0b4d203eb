"""OPPS Addendum B: long quoted notices, blanks behind codes, licensed descriptors, changing columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.opps_addendum_b import READER, OutpatientEntry

NOTICE = (
    "\tAddendum B.-- OPPS Payment by HCPCS Code for CY 2025\t\t\t\t\t\t\t\t\t\t\t\r\n"
    "\tOwners keep their words.\xff All Rights Reserved.\t\t\t\t\t\t\t\t\t\t\t\r\n"
    '\t"A notice of one cell, quoted,\nwith a line break."\t\t\t\t\t\t\t\t\t\t\t\r\n'
)
HEADER = (
    "HCPCS Code\tShort Descriptor\t CI\t SI\t APC \tRelative Weight\tPayment Rate\tNational Unadjusted Copayment\t"
    "Minimum Unadjusted Copayment\tIRA Coinsurance percentage \tAdjusted Beneficiary Copayment\t"
    "Drug and Device Pass-Through Expiration during Calendar Year\tNote\r\n"
)
ROWS = (
    "0001F\t\t\tE1\t\t\t\t\t\t\t\t\t\r\n"
    "44310\tAMA words\t\tC \t\t\t\t\t\t\t\t\t\r\n"
    '44388\t\tCH \tT\t5311\t10.0281\t"$1,579.16"\t.\t$315.84\t20.000%\t"$1,632.00"\t*\tCapped\r\n'
    "A4341\xff\tIduc valve\tNI\tN\t\t\t\t\t\t\t\t\t\r\n"
    "D0120\tADA words\t\tE1\t\t\t\t\t\t\t\t\t\r\n"
)
QUARTERLY = (
    "Addendum B.-Final OPPS Payment by HCPCS Code for CY 2026,,,,,,,,\n,,,,,,,,\n"
    "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,National Unadjusted Copayment,"
    "Minimum Unadjusted Copayment,* Indicates a Change\n"
    '100,,N,,,,,,\n44388,,T,5311,10.0,"$1,600.00",,$320.00,*\n'
)


def official(rows=ROWS):
    return (NOTICE + HEADER + rows).encode("cp1252")


def read(member):
    found = list(READER.read(member))
    return [[r for r in found if isinstance(r, kind)] for kind in (OutpatientEntry, Reject, Note)]


def test_the_published_layout(make_file):
    member = make_file("2025_NFRM_Addendum_B.txt", official())
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "opps-addendum-b/2025"
    rows, rejects, notes = read(member)
    assert not rejects
    assert [(r.code, r.status, r.apc, r.comment) for r in rows] == [
        ("0001F", "E1", "", ""),
        ("44310", "C", "", ""),
        ("44388", "T", "5311", "CH"),
        ("A4341", "N", "", "NI"),
        ("D0120", "E1", "", ""),
    ]
    assert (rows[2].payment_rate, rows[2].national_copayment) == (Decimal("1579.16"), None)
    assert notes == [Note(9, "byte 0xFF read as a space", "A4341")]


def test_the_columns_of_another_quarter(make_file):
    member = make_file("2026_Apr_Web_Addendum_B.csv", QUARTERLY)
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "opps-addendum-b/2026-04"
    rows, _, notes = read(member)
    assert [(r.code, r.payment_rate, r.coinsurance_percent) for r in rows] == [
        ("00100", None, None),
        ("44388", Decimal("1600.00"), None),
    ]
    assert [n.row for n in notes] == ["00100"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4431O\t\t\tC\t\t\t\t\t\t\t\t\t\r\n", "'4431O' is no code"),
        ("44320\t\t\t\t\t\t\t\t\t\t\t\t\r\n", "'' is no status indicator"),
        ("44320\t\t\tT\t53111\t\t\t\t\t\t\t\t\r\n", "'53111' is no APC"),
        ("44320\t\tN1\tT\t5311\t\t\t\t\t\t\t\t\r\n", "no comment indicator"),
        ("44310\t\t\tC\t\t\t\t\t\t\t\t\t\r\n", "44310 stands there twice"),
        ("44320\twords\t\tT\t5311\t\tUSD 1\t\t\t\t\t\t\r\n", "not a number"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(make_file, row, reason):
    rows, rejects, _ = read(make_file("a.txt", official(ROWS + row)))
    assert len(rows) == 5
    assert [(r.line, reason in r.reason, "words" in r.row) for r in rejects] == [(11, True, False)]


def test_other_addenda_and_files_cut_short_are_refused(make_file):
    assert not READER.sniff(official().replace(b"Addendum B", b"Addendum C"))
    with pytest.raises(SourceError, match="middle of a row"):
        read(make_file("a.txt", official(ROWS + "44320\t\t")))
    with pytest.raises(SourceError, match="a header but no row"):
        read(make_file("a.txt", official("")))


def test_triples_code_facts_and_table_rows(make_file):
    member = make_file("2025_NFRM_Addendum_B.txt", official())
    release = READER.release(member)
    rows = {r.code: r for r in read(member)[0]}
    triples = list(READER.triples(rows["44388"], release))
    assert {t.subject.strip("<>") for t in triples} == {expand("entry:opps-addendum-b/2025/44388")}
    said = {(t.predicate.strip("<>"), t.object) for t in triples}
    for predicate, value in {
        "rdf:type": "cg:OppsEntry",
        "cg:ofCode": "cpt:44388",
        "cg:ofRelease": "release:opps-addendum-b/2025",
        "cg:oppsStatus": "opps-status:T",
        "cg:ambulatoryClassification": "apc:5311",
    }.items():
        assert (expand(predicate), f"<{expand(value)}>") in said
    assert (expand("cg:paymentRate"), '"1579.16"^^<http://www.w3.org/2001/XMLSchema#decimal>') in said
    assert (expand("cg:commentIndicator"), '"CH"') in said
    assert not any(p == expand("cg:nationalCopayment") for p, _ in said)
    facts = {f.notation: f for r in rows.values() for f in READER.codes(r, release)}
    assert (facts["44310"].label, facts["44310"].licensed) == ("AMA words", True)
    assert facts["D0120"].licensed
    assert (facts["A4341"].short_label, facts["A4341"].licensed) == ("Iduc valve", False)
    cells = [next(iter(READER.table_rows(r, release))) for r in rows.values()]
    assert {len(c) for c in cells} == {len(READER.table.columns)}
    assert "words" not in repr(cells) + repr([t for r in rows.values() for t in READER.triples(r, release)])


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "opps" / "2025_NFRM_Addendum_B.txt")
    assert READER.sniff(member.head())
    rows, rejects, notes = read(member)
    assert (len(rows), rejects, [n.row for n in notes]) == (18_682, [], ["A4341"])
    found = {r.code: r for r in rows}
    assert (found["44310"].status, found["44310"].apc) == ("C", "")
