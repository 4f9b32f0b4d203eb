"""The ICD-10-PCS index: terms in terms, see and use, codes and beginnings of codes; bad files."""

from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import icd10pcs_index as index
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

READER = index.READERS[0]
BODY = """<ICD10PCS.index>
<version>2025</version>
<title>2025 ICD-10-PCS Index</title>
<letter><title>3</title>
<mainTerm><title>3f (Aortic) valve</title><use>Zooplastic Tissue in Heart and Great Vessels</use></mainTerm>
</letter>
<letter><title>A</title>
<mainTerm><title>Abdominoplasty</title>
<term level="1"><see>Alteration, Abdominal Wall<codes>0W0F</codes></see></term>
<term level="1"><see>Repair, Abdominal Wall</see></term>
</mainTerm>
<mainTerm><title>Abortion</title>
<term level="1"><title>Products of Conception</title><codes>10A0</codes></term>
<term level="1"><title>Laminaria</title><code>10A07ZW</code>
<term level="2"><title>Left</title><tab>10A</tab></term></term>
</mainTerm>
<mainTerm><title>Anesthesia</title><see>Introduction<codes>3E0R</codes><tab>3E0</tab></see></mainTerm>
</letter>
</ICD10PCS.index>
"""


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str = BODY, name: str = "icd10pcs_index_2025.xml") -> Member:
        path = tmp_path / name
        path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + text, encoding="utf-8")
        return Member(path, None)

    return make


def test_where_terms_lead(member):
    file = member()
    assert READER.sniff(file.head())
    release = READER.release(file)
    assert release.ident == "icd10pcs-index/2025"
    found = [t for r in READER.read(file) for t in READER.table_rows(r, release)]
    assert found == [
        ("3f (Aortic) valve", "use", "Zooplastic Tissue in Heart and Great Vessels", "", release.ident),
        ("Abdominoplasty", "see", "Alteration, Abdominal Wall", "0W0F", release.ident),
        ("Abdominoplasty", "see", "Repair, Abdominal Wall", "", release.ident),
        ("Abortion, Products of Conception", "codes", "", "10A0", release.ident),
        ("Abortion, Laminaria", "code", "", "10A07ZW", release.ident),
        ("Abortion, Laminaria, Left", "tab", "", "10A", release.ident),
        ("Anesthesia", "see", "Introduction", "3E0R", release.ident),
        ("Anesthesia", "see", "Introduction", "3E0", release.ident),
    ]
    assert all(len(row) == len(READER.table.columns) for row in found)


def test_the_index_makes_no_triples(member):
    file = member()
    assert [t for r in READER.read(file) for t in READER.triples(r, READER.release(file))] == []


@pytest.mark.parametrize(
    ("old", "new", "reason", "line"),
    [
        ("<code>10A07ZW</code>", "<code>10A07ZWX</code>", "no start of an ICD-10-PCS code", "Laminaria"),
        ("<codes>10A0</codes>", "<codes>1OA0</codes>", "'1OA0'", "Products"),
        ("<title>Anesthesia</title>", "", "without title", "<see>Introduction"),
    ],
)
def test_a_wrong_target_or_term_is_rejected_with_its_line(member, old, new, reason, line):
    file = member(BODY.replace(old, new))
    (reject,) = [r for r in READER.read(file) if isinstance(r, Reject)]
    assert reason in reject.reason
    assert line in file.text().splitlines()[reject.line - 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<!DOCTYPE ICD10PCS.index>\n" + BODY, "DOCTYPE"),
        (BODY[:700], "cut short"),
        ("<ICD10PCS.index><version>2025</version></ICD10PCS.index>", "no term"),
        ("<ICD10CM.index><version>2025</version></ICD10CM.index>", "begins with"),
    ],
)
def test_bad_files_name_themselves(member, text, reason):
    with pytest.raises(SourceError, match=rf"icd10pcs_index_2025\.xml.*{reason}"):
        list(READER.read(member(text)))


@pytest.mark.full_data
def test_official_file(data_dir: Path):
    file = Member(data_dir / "icd10pcs/icd10pcs_index_2025.xml", None)
    found = list(READER.read(file))
    assert (len(found), sum(isinstance(r, Reject) for r in found)) == (18_838, 0)
    ileostomy = {(r.kind, r.text, r.target) for r in found if r.path == ("Ileostomy",)}
    assert ileostomy == {("see", "Bypass, Ileum", "0D1B"), ("see", "Drainage, Ileum", "0D9B")}
