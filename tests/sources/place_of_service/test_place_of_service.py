"""Places of service: the derived file and the headings of CMS's page."""

from __future__ import annotations

import pytest

from codegraph.errors import SourceError
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.place_of_service import READER, PlaceOfService

DERIVED = (
    "pos_code,pos_type,pos_name,pos_description\n"
    '02,Facility,Telehealth Other than in Patient’s Home,"A location, elsewhere."\n'
    "11,Non-Facility,Office,Where care is given.\n"
    "98,Unassigned,Unassigned,Unassigned\n"
)
PAGE = (
    "Place of Service Code(s),Place of Service Name,Place of Service Description\n"
    "2,Telehealth,Words.\n11,Office,Words.\n"
)


def test_the_derived_file(make_file):
    member = make_file("cms_place_of_service_2024.derived.csv", DERIVED)
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "pos/2024"
    rows = list(READER.read(member))
    assert rows[0] == PlaceOfService(
        "02", "Facility", "Telehealth Other than in Patient’s Home", "A location, elsewhere."
    )
    assert [r.code for r in rows] == ["02", "11", "98"]
    assert next(iter(READER.table_rows(rows[1], release))) == (
        "pos/2024",
        "11",
        "Non-Facility",
        "Office",
        "Where care is given.",
    )
    assert not list(READER.triples(rows[1], release)), "the packaged scheme describes the places"


def test_the_headings_of_the_page(make_file):
    member = make_file("pos.csv", PAGE)
    assert READER.sniff(member.head())
    assert READER.release(member).version == "undated"
    note, telehealth, office = READER.read(member)
    assert isinstance(note, Note)
    assert (telehealth.code, telehealth.kind) == ("02", "")
    assert office.code == "11"


def test_bad_rows_and_bad_files(make_file):
    found = list(
        READER.read(make_file("a.csv", DERIVED + "1a,Facility,x,y\n11,,x,y\n12,Moon,x,y\n13,,x,y\n"))
    )
    assert [r.line for r in found if isinstance(r, Reject)] == [5, 6, 7]
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.csv", DERIVED + "12,Fac")))
    with pytest.raises(SourceError, match="a header but no row"):
        list(READER.read(make_file("a.csv", DERIVED.splitlines()[0])))
    assert not READER.sniff(b"pos_code,name\n")


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "codesets" / "cms_place_of_service_2024.derived.csv")
    rows = list(READER.read(member))
    assert len(rows) == 99
    assert all(isinstance(r, PlaceOfService) for r in rows)
    assert sum(r.kind == "Unassigned" for r in rows) == 47
