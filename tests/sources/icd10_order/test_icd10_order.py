# ruff: noqa: E501 - lines as long as the official ones
"""The order files: fixed columns, codes as text, whose file it is by the shape of its codes, cut-short files."""

from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import icd10_order as order
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

CM, PCS = order.READERS


def line(number: int, code: str, flag: int, short: str, long: str) -> str:
    return f"{number:05d} {code:<7} {flag} {short:<60} {long}"


CM_ROWS = [
    ("K50", 0, "Crohn's disease [regional enteritis]", "Crohn's disease [regional enteritis]"),
    ("K500", 0, "Crohn's disease of small intestine", "Crohn's disease of small intestine"),
    ("K5000", 1, "Crohn's disease of small intestine without complications", "Crohn's disease of small intestine without complications"),
    ("E0837", 0, "Diabetes with macular edema, resolved following treatment", "Diabetes with diabetic macular edema, resolved following treatment"),
    ("E0837X1", 1, "Diabetes with macular edema, resolved, right eye", "Diabetes with diabetic macular edema, resolved, right eye"),
    ("R99", 1, "Ill-defined and unknown cause of mortality", "Ill-defined and unknown cause of mortality"),
]  # fmt: skip
PCS_ROWS = [
    ("001", 0, "Central Nervous System and Cranial Nerves, Bypass", "Central Nervous System and Cranial Nerves, Bypass"),
    ("0016070", 1, "Bypass Cereb Vent to Nasophar with Autol Sub, Open Approach", "Bypass Cerebral Ventricle to Nasopharynx with Autologous Tissue Substitute, Open Approach"),
    ("3E0", 0, "Physiological Systems and Anatomical Regions, Introduction", "Physiological Systems and Anatomical Regions, Introduction"),
    ("3E03305", 1, "Introduce Other Antineoplastic in Periph Vein, Perc", "Introduction of Other Antineoplastic into Peripheral Vein, Percutaneous Approach"),
]  # fmt: skip


def text(rows, end: str = "\n") -> str:
    return end.join(line(n, *row) for n, row in enumerate(rows, 1)) + end


@pytest.fixture
def member(tmp_path: Path):
    def make(content: str, name: str) -> Member:
        path = tmp_path / name
        path.write_bytes(content.encode())
        return Member(path, None)

    return make


def facts(reader, file):
    release = reader.release(file)
    return {f.notation: f for row in reader.read(file) for f in reader.codes(row, release)}


def test_clinical_modification(member):
    file = member(text(CM_ROWS, "\r\n"), "icd10cm-order-Jan-2021.txt")
    assert (CM.sniff(file.head()), PCS.sniff(file.head())) == (True, False)
    release = CM.release(file)
    assert (release.ident, release.effective_from.isoformat(), release.effective_to.isoformat()) == (
        "icd10cm/2021",
        "2021-01-01",
        "2021-09-30",
    )
    found = facts(CM, file)
    assert found["K50.00"].label == "Crohn's disease of small intestine without complications"
    assert (found["K50.00"].billable, found["K50"].billable) == (True, False)
    assert found["K50.00"].parent == "https://w3id.org/codegraph/code/icd10cm/K50.0"
    assert found["K50"].parent is None
    assert all(f.authority and f.system == "icd10cm" for f in found.values())


def test_a_seventh_character_stands_below_the_nearest_header(member):
    found = facts(CM, member(text(CM_ROWS), "icd10cm_order_2024.txt"))
    assert found["E08.37X1"].parent == "https://w3id.org/codegraph/code/icd10cm/E08.37"


def test_a_category_may_be_a_code(member):
    found = facts(CM, member(text(CM_ROWS), "icd10cm-order-2024.txt"))
    assert (found["R99"].billable, found["R99"].parent) == (True, None)


def test_procedure_coding_system_and_codes_that_look_like_numbers(member):
    file = member(text(PCS_ROWS), "icd10pcs_order_2024.txt")
    assert (CM.sniff(file.head()), PCS.sniff(file.head())) == (False, True)
    assert PCS.release(file).ident == "icd10pcs-order/2024"
    assert PCS.release(file).effective_from.isoformat() == "2023-10-01"
    found = facts(PCS, file)
    assert set(found) == {"0016070", "3E03305"}  # headers are tables, no codes
    assert all(isinstance(f.notation, str) and len(f.notation) == 7 for f in found.values())
    assert found["0016070"].parent == "https://w3id.org/codegraph/concept/group/icd10pcs-001"
    assert found["0016070"].short_label == "Bypass Cereb Vent to Nasophar with Autol Sub, Open Approach"


def test_a_header_can_name_the_table_where_no_grammar_does(member):
    rows = list(PCS.read(member(text(PCS_ROWS), "icd10pcs_order_2024.txt")))
    assert [r.is_table for r in rows] == [True, False, True, False]
    assert '"Central Nervous System and Cranial Nerves, Bypass"@en' in {
        t.object for t in order.table_triples(rows[0])
    }


def test_letters_first_are_told_apart(member):
    imaging = [("B00", 0, "Central Nervous System, Plain Radiography", "Central Nervous System, Plain Radiography"),
               ("B00B0ZZ", 1, "Plain Radiography of Spinal Cord using H Osm Contrast", "Plain Radiography of Spinal Cord using High Osmolar Contrast")]  # fmt: skip
    herpes = [
        ("B00", 0, "Herpesviral [herpes simplex] infections", "Herpesviral [herpes simplex] infections"),
        ("B000", 1, "Eczema herpeticum", "Eczema herpeticum"),
    ]
    assert order.system_of(text(imaging).encode()) == "icd10pcs"
    assert order.system_of(text(herpes).encode()) == "icd10cm"
    assert order.system_of(text(imaging[:1]).encode()) is None  # could be either: not guessed


def test_a_name_without_year_is_undated(member):
    assert CM.release(member(text(CM_ROWS), "order.txt")).ident == "icd10cm/undated"


@pytest.mark.parametrize(
    ("at", "bad", "reason"),
    [
        (
            2,
            "00003 K5000   2 Crohn's disease of small intestine without complications     Crohn's disease",
            "columns",
        ),
        (2, "00003 K5000   1 Crohn's disease", "columns"),
        (
            2,
            line(3, "500KK", 1, "Crohn's disease", "Crohn's disease"),
            "500KK is not written like a code of icd10cm",
        ),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(member, at, bad, reason):
    lines = text(CM_ROWS).splitlines()
    lines[at] = bad
    found = list(CM.read(member("\n".join(lines) + "\n", "icd10cm-order-2024.txt")))
    rejects = [r for r in found if isinstance(r, Reject)]
    assert [(r.line, reason in r.reason) for r in rejects] == [(at + 1, True)]
    assert len(found) == len(CM_ROWS)


def test_a_header_of_procedures_has_three_characters(member):
    lines = text(PCS_ROWS).splitlines()
    lines[2] = line(3, "3E03", 0, "Introduction", "Introduction")
    assert order.system_of("\n".join(lines).encode()) == "icd10cm"  # a length that ICD-10-PCS does not have
    lines[2] = line(3, "3E03305", 0, "Introduction", "Introduction")
    found = list(PCS.read(member("\n".join(lines) + "\n", "icd10pcs_order_2024.txt")))
    assert isinstance(found[2], Reject)


@pytest.mark.parametrize("cut", [-40, -180])
def test_a_file_cut_short_is_an_error(member, cut):
    content = text(CM_ROWS)[:cut]
    with pytest.raises(SourceError, match="cut short"):
        list(CM.read(member(content, "icd10cm-order-2024.txt")))


def test_a_last_header_without_codes_is_a_cut(member):
    with pytest.raises(SourceError, match="cut short"):
        list(CM.read(member(text(CM_ROWS[:2]), "icd10cm-order-2024.txt")))


def test_missing_lines_are_an_error(member):
    lines = text(CM_ROWS).splitlines()
    del lines[1]
    with pytest.raises(SourceError, match="line 2: order number 3 follows 1"):
        list(CM.read(member("\n".join(lines) + "\n", "icd10cm-order-2024.txt")))


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "<html></html>", "Cholera\n"])
def test_other_files_are_not_recognised(member, content):
    file = member(content, "x.txt")
    assert not CM.sniff(file.head())
    assert not PCS.sniff(file.head())
    with pytest.raises(SourceError):
        list(CM.read(file))


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("path", "ident", "rows", "codes", "billable"),
    [
        ("icd10cm/icd10cm-order-Jan-2021.txt", "icd10cm/2021", 95_358, 95_358, 72_621),
        ("icd10pcs/icd10pcs_order_2024.txt", "icd10pcs-order/2024", 79_508, 78_603, 78_603),
    ],
)
def test_official_files(data_dir: Path, path, ident, rows, codes, billable):
    file = Member(data_dir / path, None)
    reader = next(r for r in order.READERS if r.sniff(file.head()))
    found = list(reader.read(file))
    release = reader.release(file)
    assert release.ident == ident
    assert (len(found), sum(isinstance(r, Reject) for r in found)) == (rows, 0)
    made = [f for r in found for f in reader.codes(r, release)]
    assert len(made) == len({f.notation for f in made}) == codes
    assert sum(f.billable for f in made) == billable
