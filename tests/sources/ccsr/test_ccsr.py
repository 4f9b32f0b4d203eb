"""CCSR: official files with apostrophes, derived files, lists of categories, bad rows."""

import pytest

from codegraph.errors import SourceError
from codegraph.sources import ccsr
from codegraph.sources.base import Reject
from codegraph.sources.files import members

READERS = {reader.kind: reader for reader in ccsr.READERS}
DX = (
    "'ICD-10-CM CODE','ICD-10-CM CODE DESCRIPTION','Default CCSR CATEGORY IP',"
    "'Default CCSR CATEGORY DESCRIPTION IP','Default CCSR CATEGORY OP','Default CCSR CATEGORY DESCRIPTION OP',"
    "'CCSR CATEGORY 1','CCSR CATEGORY 1 DESCRIPTION','CCSR CATEGORY 2','CCSR CATEGORY 2 DESCRIPTION',"
    "'CCSR CATEGORY 3','CCSR CATEGORY 3 DESCRIPTION','Rationale for Default Assignment'\n"
    "'K50012',\"Crohn's disease, obstruction\",'DIG011',Regional enteritis,'DIG011',Regional enteritis,"
    "'DIG011',Regional enteritis,'DIG012',Obstruction,' ',,06 Reason\n"
    "'W19XXXA',\"Fall, unspecified\",'XXX000',Unacceptable,'EXT003',Falls,'EXT003',Falls,' ',,' ',,07 Other\n"
)
PR = (
    "'ICD-10-PCS','ICD-10-PCS DESCRIPTION','PRCCSR','PRCCSR DESCRIPTION','CLINICAL DOMAIN'\n"
    "'0016070',\"Bypass, Open Approach\",'CNS010',Shunt procedures,Central Nervous System Procedures\n"
    "'0D1B0Z4',\"Bypass Ileum to Cutaneous\",'GIS003',\"Ileostomy, colostomy\",Gastrointestinal System Procedures\n"
    "'0D1B4Z4',\"Bypass Ileum\",'GIS003',\"Ileostomy, colostomy\",Gastrointestinal System Procedures\n"
)
DX_DERIVED = (
    "CCSR_category_code,vocabulary_id,code,code_description\n"
    "DIG001,ICD10CM,A000,Cholera\nINF003,ICD10CM,A000,Cholera\n,ICD10CM,End of Content,\n"
)
PR_DERIVED = (
    'I10_PR,I10_PR_desc,CCSR,CCSR_desc\n0016070,"Bypass, Open",CNS010,Shunt\n3E03305,Introduction,ADM021,X\n'
)
DX_LIST = (
    "CCSR,CCSR_desc,First3,I10DX_Chapter\nDIG001,Intestinal infection,DIG,Digestive\nDIG002,Disorders of teeth,"
    "DIG,Digestive\nNoDX1,Only used where missing,NoD,NA\n"
)
PR_LIST = (
    "CCSR,CCSR_desc,clinical_domain,PCS_roots,PCS_bodyparts,PCS_devices,PCS_approaches\n"
    'GIS003,"Ileostomy, colostomy",Gastrointestinal System Procedures,Bypass,"Ileum, ""Colon, Left""",,Open\n'
)


@pytest.mark.parametrize(
    ("kind", "name", "text", "ident", "count"),
    [
        ("ccsr-dx", "DXCCSR_v2025-1.csv", DX, "ccsr-dx/2025.1", 3),
        ("ccsr-dx", "DXCCSR_v2023-1.csv", DX_DERIVED, "ccsr-dx/2023.1", 2),
        ("ccsr-pr", "PRCCSR_v2024-1.CSV", PR, "ccsr-pr/2024.1", 3),
        ("ccsr-pr", "procedures.csv", PR_DERIVED, "ccsr-pr/undated", 2),
        ("ccsr-dx-categories", "CCSR_DX_categories_v2022-1.csv", DX_LIST, "ccsr-dx-categories/2022.1", 3),
        ("ccsr-pr-categories", "CCSR_PR_categories_v2022-1.csv", PR_LIST, "ccsr-pr-categories/2022.1", 1),
    ],
)
def test_each_layout_is_known_by_its_columns(make_file, kind, name, text, ident, count):
    member = make_file(name, text)
    assert [r.kind for r in ccsr.READERS if r.sniff(member.head())] == [kind]
    assert READERS[kind].release(member).ident == ident
    rows = [r for r in READERS[kind].read(member) if not isinstance(r, Reject)]
    assert len(rows) == count


def test_a_diagnosis_has_several_categories_and_a_default_for_each_setting(make_file):
    reader = READERS["ccsr-dx"]
    member = make_file("DXCCSR_v2025-1.csv", DX)
    rows = list(reader.read(member))
    assert [(r.notation, r.category.local, r.note) for r in rows] == [
        ("K50.012", "DIG011", "default for inpatient and outpatient data"),
        ("K50.012", "DIG012", ""),
        ("W19.XXXA", "EXT003", "default for outpatient data"),
    ]
    release = reader.release(member)
    (first, *_) = triples = list(reader.triples(rows[0], release))
    assert first.subject.endswith("/code/icd10cm/K50.012>")
    assert first.predicate.endswith("#classifiedAs>")
    assert first.object.endswith("/concept/ccsr/DIG011>")
    assert '"Regional enteritis"@en' in [t.object for t in triples]
    assert next(reader.table_rows(rows[0], release))[:4] == ("icd10cm", "K50.012", "ccsr", "DIG011")


def test_a_category_is_described_once_below_its_domain(make_file):
    reader = READERS["ccsr-pr"]
    rows = list(reader.read(make_file("PRCCSR_v2024-1.csv", PR)))
    assert [[c.local for c in r.categories] for r in rows] == [["CNS010", "CNS"], ["GIS003", "GIS"], []]
    assert rows[1].categories[0].parent == "GIS"
    assert rows[1].categories[1].label == "Gastrointestinal System Procedures"
    assert rows[0].label == "Bypass, Open Approach"


def test_codes_stay_text(make_file):
    rows = list(READERS["ccsr-pr"].read(make_file("p.csv", PR_DERIVED)))
    assert [r.notation for r in rows] == ["0016070", "3E03305"]


def test_lists_of_categories_give_concepts_under_body_systems(make_file):
    reader = READERS["ccsr-dx-categories"]
    member = make_file("CCSR_DX_categories_v2022-1.csv", DX_LIST)
    release = reader.release(member)
    rows = list(reader.read(member))
    assert [[c.local for c in r.categories] for r in rows] == [["DIG", "DIG001"], ["DIG002"], ["NoDX1"]]
    said = {
        (t.subject.rpartition("/")[2], t.predicate.rpartition("#")[2]): t.object
        for r in rows
        for t in reader.triples(r, release)
    }
    assert said["DIG001>", "broader>"].endswith("/ccsr/DIG>")
    assert said["DIG>", "prefLabel>"] == '"Digestive"@en'
    assert said["DIG>", "topConceptOf>"].endswith("/scheme/ccsr>")
    assert said["NoDX1>", "topConceptOf>"].endswith("/scheme/ccsr>")
    keys = [row[1] for r in rows for row in reader.table_rows(r, release)]
    assert keys == ["DIG", "DIG001", "DIG002", "NoDX1"]


def test_a_closing_line_and_malformed_rows_are_rejected(make_file):
    text = DX_DERIVED.replace("INF003,ICD10CM,A000", "INF 3,ICD10CM,A000")
    rejects = [r for r in READERS["ccsr-dx"].read(make_file("d.csv", text)) if isinstance(r, Reject)]
    assert [r.line for r in rejects] == [3, 4]
    assert "not a CCSR category" in rejects[0].reason
    assert "'End of Content' is not a code of icd10cm" in rejects[1].reason
    text = DX.replace("'DIG011',Regional enteritis,'DIG012',Obstruction", "' ',,' ',")
    (reject,) = [r for r in READERS["ccsr-dx"].read(make_file("d.csv", text)) if isinstance(r, Reject)]
    assert "names no CCSR category" in reject.reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match="cut short"):
        list(READERS["ccsr-pr"].read(make_file("p.csv", PR_DERIVED + "3E03306,Intro")))
    other = make_file("other.csv", "a,b\n1,2\n")
    assert not any(r.sniff(other.head()) for r in ccsr.READERS)
    with pytest.raises(SourceError, match="no header row"):
        list(READERS["ccsr-pr"].read(other))


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("name", "ident", "count", "rejected"),
    [
        ("DXCCSR_v2023-1.csv", "ccsr-dx/2023.1", 87_138, 1),
        ("PRCCSR_v2022-1.csv", "ccsr-pr/2022.1", 81_257, 0),
        ("CCSR_DX_categories_v2022-1.csv", "ccsr-dx-categories/2022.1", 544, 0),
        ("CCSR_PR_categories_v2022-1.csv", "ccsr-pr-categories/2022.1", 327, 0),
    ],
)
def test_official_counts(data_dir, name, ident, count, rejected):
    member = next(members(data_dir / "ahrq" / name))
    (reader,) = [r for r in ccsr.READERS if r.sniff(member.head())]
    assert reader.release(member).ident == ident
    rows = list(reader.read(member))
    assert (len(rows), sum(isinstance(r, Reject) for r in rows)) == (count, rejected)
