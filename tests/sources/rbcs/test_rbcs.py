"""RBCS: paths of categories, open ends, codes classified anew, both layouts, bad rows."""

from datetime import date

import pytest

from codegraph.errors import SourceError
from codegraph.sources import rbcs
from codegraph.sources.base import Reject
from codegraph.sources.files import members

READER = rbcs.READERS[0]
DERIVED = (
    "hcpcs_code,rbcs_procedure,rbcs_category,rbcs_subcategory,rbcs_family,hcpcs_date_added,hcpcs_date_ended,"
    "rbcs_date_effective\n"
    "0001U,Non-Procedure,Test,Molecular Testing,No RBCS Family,2017-02-01,9999-12-31,2014-01-01\n"
    "0001U,Non-Procedure,Test,Molecular Testing,Genetic Analysis,2017-02-01,9999-12-31,2016-01-01\n"
    "0001M,Non-Procedure,Test,General Laboratory,Clinical Chemistry,2013-01-01,2018-12-31,2017-01-01\n"
    "44310,Major,Procedure,Digestive/Gastrointestinal,No RBCS Family,1984-01-01,9999-12-31,2014-01-01\n"
    'V5299,Non-Procedure,Other,"Vision, Hearing, and Speech Services",No RBCS Family,1982-01-01,9999-12-31,2014-01-01\n'
)
OFFICIAL = (
    "HCPCS_Cd,RBCS_ID,RBCS_Cat,RBCS_Cat_Desc,RBCS_Cat_Subcat,RBCS_Subcat_Desc,RBCS_FamNumb,RBCS_Family_Desc,"
    "RBCS_Major_Ind,HCPCS_Cd_Add_Dt,HCPCS_Cd_End_Dt,RBCS_Assignment_Eff_Dt,RBCS_Assignment_End_Dt\n"
    "44310,PG000M,P,Procedure,PG,Digestive/Gastrointestinal,000,No RBCS Family,M,01/01/1984,12/31/9999,01/01/2014,\n"
)


def test_paths_ends_and_reassignments(make_file):
    member = make_file("rbcs_2024-06.csv", DERIVED)
    assert READER.sniff(member.head())
    release = READER.release(member)
    assert release.ident == "rbcs/2024-06"
    older, newer, ended, surgery, quoted = rows = list(READER.read(member))
    assert not older.membership.in_force
    assert newer.membership.in_force
    assert newer.ended is None
    assert ended.ended == date(2018, 12, 31)
    assert surgery.membership.category.local == "procedure-digestive-gastrointestinal"
    assert surgery.membership.note == "Major"
    assert quoted.membership.category.label == "Vision, Hearing, and Speech Services"
    assert [c.local for c in newer.membership.categories] == ["test-molecular-testing-genetic-analysis"]
    edges = [t for r in rows for t in READER.triples(r, release) if "classifiedAs" in t.predicate]
    assert [t.subject.rpartition("/")[2] for t in edges] == ["0001U>", "0001M>", "44310>", "V5299>"]
    assert [len(list(READER.table_rows(r, release))) for r in rows] == [0, 1, 1, 1, 1]
    (fact,) = READER.codes(ended, release)
    assert (fact.system, fact.added, fact.terminated) == ("cpt", date(2013, 1, 1), date(2018, 12, 31))


def test_categories_hang_together_and_are_described_once(make_file):
    member = make_file("rbcs_2024-06.csv", DERIVED)
    rows = list(READER.read(member))
    described = [c for r in rows for c in r.membership.categories]
    names = {c.local for c in described}
    assert len(names) == len(described)
    assert all(c.parent is None or c.parent in names for c in described)


def test_the_official_columns(make_file):
    member = make_file("RBCS_Taxonomy_RY2025.csv", OFFICIAL)
    assert READER.sniff(member.head())
    assert READER.release(member).ident == "rbcs/2025"
    (row,) = READER.read(member)
    assert row.membership.category.local == "procedure-digestive-gastrointestinal"
    assert (row.membership.note, row.added, row.ended) == ("Major", date(1984, 1, 1), None)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("44310,", "4431,", "neither a CPT nor a HCPCS code"),
        ("1984-01-01", "1984-13-01", "is not a date"),
        ("Digestive/Gastrointestinal", "", "names no RBCS category"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(make_file, old, new, reason):
    rows = list(READER.read(make_file("rbcs.csv", DERIVED.replace(old, new))))
    (reject,) = [r for r in rows if isinstance(r, Reject)]
    assert len(rows) == 5
    assert reject.line == 5
    assert reason in reject.reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="cut short"):
        list(READER.read(make_file("rbcs.csv", DERIVED + "V5300,Non-Proc")))
    other = make_file("other.csv", "hcpcs_code,mue\n44310,1\n")
    assert not READER.sniff(other.head())
    with pytest.raises(SourceError, match="no header row"):
        list(READER.read(other))


@pytest.mark.full_data
def test_official_counts(data_dir):
    member = next(members(data_dir / "codesets" / "rbcs_2024-06.csv"))
    assert READER.release(member).ident == "rbcs/2024-06"
    rows = list(READER.read(member))
    assert len(rows) == 17_033
    assert not any(isinstance(r, Reject) for r in rows)
    in_force = [r.membership.notation for r in rows if r.membership.in_force]
    assert len(in_force) == len(set(in_force)) == 15_522
