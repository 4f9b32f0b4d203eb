"""Specialties: footnote marks, cells of several lines, no descriptor of the NUCC."""

from __future__ import annotations

import pytest

from codegraph.errors import SourceError
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.specialty_taxonomy import READER, SpecialtyTaxonomy

HEADER = (
    "MEDICARE SPECIALTY CODE,MEDICARE PROVIDER/SUPPLIER TYPE DESCRIPTION,PROVIDER TAXONOMY CODE,"
    '"PROVIDER TAXONOMY DESCRIPTION:  TYPE, CLASSIFICATION, SPECIALIZATION"\n'
)
ROWS = (
    "02,Physician/General Surgery,208600000X,NUCC words\n"
    "18,Physician/Ophthalmology,207WX0009X\u00a0\u00a0 ,NUCC words\n"
    "A0[7],Hospital-General[2],282N00000X,NUCC words\n"
    '55,"Prosthetic\nPersonnel",224P00000X,"\nNUCC words\n"\n'
    "95,Advance Diagnostic Imaging,,\n"
)


def test_every_oddity_of_the_official_file(make_file):
    member = make_file("medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv", HEADER + ROWS)
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "specialty-taxonomy/2025-10"
    rows = list(READER.read(member))
    assert rows == [
        SpecialtyTaxonomy("02", "Physician/General Surgery", "208600000X"),
        SpecialtyTaxonomy("18", "Physician/Ophthalmology", "207WX0009X"),
        SpecialtyTaxonomy("A0", "Hospital-General", "282N00000X"),
        SpecialtyTaxonomy("55", "Prosthetic Personnel", "224P00000X"),
        SpecialtyTaxonomy("95", "Advance Diagnostic Imaging", ""),
    ]
    cells = [next(iter(READER.table_rows(r, release))) for r in rows]
    assert cells[0] == ("specialty-taxonomy/2025-10", "02", "Physician/General Surgery", "208600000X")
    assert "NUCC" not in repr(cells)


def test_bad_rows_and_bad_files(make_file):
    bad = "2x3,Name,208600000X,NUCC words\n03,Name,2086,NUCC words\n02,Physician/General Surgery,208600000X,again\n"
    found = list(READER.read(make_file("a.csv", HEADER + ROWS + bad + "3,Allergy,207K00000X,NUCC words\n")))
    rejects = [r for r in found if isinstance(r, Reject)]
    assert [r.line for r in rejects] == [10, 11]
    assert "NUCC words" not in repr(rejects)
    assert [n.row for n in found if isinstance(n, Note)] == ["02 208600000X", "03"]
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.csv", HEADER + ROWS + "03,All")))
    with pytest.raises(SourceError, match="a header but no row"):
        list(READER.read(make_file("a.csv", HEADER)))
    assert READER.release(make_file("a.csv", HEADER)).version == "undated"


@pytest.mark.full_data
def test_the_real_file(data_dir):
    name = "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv"
    (member,) = members(data_dir / "codesets" / name)
    rows = list(READER.read(member))
    assert len(rows) == 565, "568 lines: a header, and a cell of three lines"
    assert all(isinstance(r, SpecialtyTaxonomy) for r in rows)
    assert {"02", "A0", "E2"} <= {r.specialty for r in rows}
