"""OPPS Addendum E: the inpatient-only list, told from other addenda and from the fee schedule's Addendum E."""

from __future__ import annotations

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources.base import Reject
from codegraph.sources.files import members
from codegraph.sources.opps_addendum_e import READER

HEAD = (
    "\tAddendum E.-- HCPCS Codes That Would Be Paid Only as Inpatient Procedures for CY 2025\t\t\r\n"
    "\tOwners keep their words.\xff\t\t\r\nHCPCS Code\tShort Descriptor\t CI\t SI\r\n"
)
ROWS = "00176\t\t\tC\r\n44310\tAMA words\t\tC \r\nC9606\tPerc d-e cor revasc\tNC\tC\r\n"


def official(rows=ROWS):
    return (HEAD + rows).encode("cp1252")


def test_the_published_layout(make_file):
    member = make_file("2025_NFRM_Addendum_E.txt", official())
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "opps-addendum-e/2025"
    rows = list(READER.read(member))
    assert [(r.code, r.status, r.comment) for r in rows] == [
        ("00176", "C", ""),
        ("44310", "C", ""),
        ("C9606", "C", "NC"),
    ]
    triples = list(READER.triples(rows[1], release))
    assert {t.subject.strip("<>") for t in triples} == {expand("entry:opps-addendum-e/2025/44310")}
    said = {(t.predicate.strip("<>"), t.object) for t in triples}
    assert (expand("cg:isInpatientOnly"), '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>') in said
    assert (expand("cg:ofCode"), f"<{expand('cpt:44310')}>") in said
    facts = {f.notation: f for r in rows for f in READER.codes(r, release)}
    assert facts["44310"].licensed
    assert facts["C9606"].short_label == "Perc d-e cor revasc"
    cells = [next(iter(READER.table_rows(r, release))) for r in rows]
    assert cells[1] == ("opps-addendum-e/2025", "44310", "", "C")


def test_bad_rows_and_bad_files(make_file):
    found = list(
        READER.read(make_file("a.txt", official(ROWS + "xx\t\t\tC\r\n44310\t\t\tC\r\n44320\t\t\t\r\n")))
    )
    assert [r.line for r in found if isinstance(r, Reject)] == [7, 8, 9]
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.txt", official(ROWS + "44320\t"))))
    with pytest.raises(SourceError, match="a header but no row"):
        list(READER.read(make_file("a.txt", official(""))))
    gpci = (
        b"ADDENDUM E. FINAL CY 2025 GEOGRAPHIC PRACTICE COST INDICES,,\nState,Locality Number,Locality Name\n"
    )
    assert not READER.sniff(gpci)


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "opps" / "2025_NFRM_Addendum_E.txt")
    assert READER.sniff(member.head())
    rows = list(READER.read(member))
    assert len(rows) == 1_731
    assert not [r for r in rows if isinstance(r, Reject)]
    assert "44310" in {r.code for r in rows}
