"""Localities and counties: states named once a block, lost zeros, repeated rows, remarks."""

from __future__ import annotations

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import members
from codegraph.sources.pfs_localities import READER, Locality

HEAD = (
    "COUNTIES INCLUDED IN 2025 LOCALITIES. (ALPHABETICALLY BY STATE),,,,\n,,,,\n"
    "Medicare Adminstrative Contractor,Locality Number,State ,Fee Schedule Area ,Counties\n,,,,\n"
)
ROWS = (
    "10112,0,ALABAMA ,STATEWIDE ,ALL COUNTIES \n,,,,\n"
    "1182,18,CALIFORNIA,LOS ANGELES (LOS ANGELES CNTY),LOS ANGELES/ORANGE\n"
    '1112,5,,SAN FRANCISCO,"SAN FRANCISCO, ALAMEDA"\n'
    "1112,75,,REST OF STATE*,ALL OTHER COUNTIES\n , , , , \n"
    "5302,99,MISSOURI ,REST OF STATE* ,ALL OTHER COUNTIES \n"
    "5302,99,,REST OF STATE*,ALL OTHER COUNTIES\n"
)
NOTE = ",,,,\n*  Payment locality is serviced by two carriers.,,,,\n"


def read(make_file, rows=ROWS, note=NOTE):
    found = list(READER.read(make_file("25LOCCO.csv", HEAD + rows + note)))
    return [[r for r in found if isinstance(r, kind)] for kind in (Locality, Reject, Note)]


def test_every_oddity_of_the_official_file(make_file):
    member = make_file("25LOCCO.csv", HEAD + ROWS + NOTE)
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "cms-locality/2025"
    rows, rejects, notes = read(make_file)
    assert not rejects
    assert [(r.carrier, r.locality, r.state, r.area, r.two_carriers) for r in rows] == [
        ("10112", "00", "ALABAMA", "STATEWIDE", False),
        ("01182", "18", "CALIFORNIA", "LOS ANGELES (LOS ANGELES CNTY)", False),
        ("01112", "05", "CALIFORNIA", "SAN FRANCISCO", False),
        ("01112", "75", "CALIFORNIA", "REST OF STATE", True),
        ("05302", "99", "MISSOURI", "REST OF STATE", True),
    ]
    assert rows[2].counties == "SAN FRANCISCO, ALAMEDA"
    assert notes[0].rule == "leading zeros of the locality number restored: 0 is 00"
    assert notes[-1] == Note(12, "a row that repeats an earlier one is kept once", "05302-99")


def test_the_name_says_the_year_where_the_title_does_not(make_file):
    member = make_file("24LOCCO.csv", HEAD.replace("2025", "THESE") + ROWS)
    assert READER.release(member).version == "2024"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("10112,0,,STATEWIDE,ALL\n" + ROWS, "no state is named"),
        (
            ROWS + "10112,0,ALABAMA,STATEWIDE,SOME COUNTIES\n" + ROWS[:47],
            "stands there twice, and differently",
        ),
        ("10112A,0,ALABAMA,STATEWIDE,ALL\n" + ROWS, "no carrier and locality"),
    ],
)
def test_a_bad_row_is_rejected(make_file, rows, reason):
    found, rejects, _ = read(make_file, rows)
    assert len(found) == 5
    assert reason in rejects[0].reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="middle of a row"):
        read(make_file, ROWS[:-30], note="")
    with pytest.raises(SourceError, match="a header but no row"):
        read(make_file, "")
    with pytest.raises(SourceError, match="no header row"):
        list(READER.read(make_file("x.csv", "a,b\n1,2\n")))


def test_triples_and_table_rows(make_file):
    rows, _, _ = read(make_file)
    release = READER.release(make_file("25LOCCO.csv", HEAD + ROWS))
    (triple,) = READER.triples(rows[2], release)
    assert triple.subject.strip("<>") == expand("locality:01112-05")
    assert triple.object == '"SAN FRANCISCO, ALAMEDA"'
    (cells,) = READER.table_rows(rows[3], release)
    assert cells == (
        "cms-locality/2025",
        "01112",
        "75",
        "CALIFORNIA",
        "REST OF STATE",
        "ALL OTHER COUNTIES",
        1,
    )


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "pfs" / "25LOCCO.csv")
    assert READER.sniff(member.head())
    found = list(READER.read(member))
    rows = [r for r in found if isinstance(r, Locality)]
    assert len(rows) == 109
    assert not [r for r in found if isinstance(r, Reject)]
    assert all(r.state for r in rows)
    (gpci,) = members(data_dir / "pfs" / "GPCI2025.csv")
    from codegraph.sources.pfs_gpci import READER as INDICES

    assert {(r.carrier, r.locality) for r in rows} == {(r.carrier, r.locality) for r in INDICES.read(gpci)}
