"""Masking of what may identify a person: what goes, what stays, what is told of it."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.suggest.redact import MASK, RULES, redact


@pytest.mark.parametrize(
    ("text", "secrets", "kind"),
    [
        ("Patient: Roe, Jane Q.", ["Roe", "Jane"], "name"),
        ("PATIENT NAME: ROE, JANE\nsex F", ["ROE", "JANE"], "name"),
        ("Surgeon: John A. Poe, MD, FACS", ["John", "Poe"], "name"),
        ("seen by Dr. Poe today", ["Poe"], "name"),
        ("seen by dr. poe today", ["poe"], "name"),
        ("Mary Ann Poe, RN was present", ["Mary", "Ann", "Poe"], "name"),
        ("Mrs. O'Neil rested; later O'Neil ate", ["O'Neil", "Neil"], "name"),
        ("Dr. \u00c9tienne N\u00fa\u00f1ez cut", ["\u00c9tienne", "N\u00fa\u00f1ez"], "name"),
        ("Pt Jane Q. Roe was taken", ["Jane", "Roe"], "name"),
        ("Pt: Jane Roe MRN 12345", ["Jane", "Roe"], "name"),
        ("The patient, Jane Roe, was supine", ["Jane", "Roe"], "name"),
        ("Jane Roe is a 55 year old woman", ["Jane", "Roe"], "name"),
        ("assisted by Carl Poe PA-C", ["Carl", "Poe"], "name"),
        ("her husband Carl drove her home", ["Carl"], "name"),
        ("Patient: Jan van der Roe", ["Jan", "Roe"], "name"),
        ("seen by Dr. de la Poe", ["Poe"], "name"),
        ("Drs. Roe and Poe operated", ["Roe", "Poe"], "name"),
        ("SSN on file 123 45 6789", ["123 45"], "social security number"),
        ("FIN 90017755", ["90017755"], "record number"),
        ("of Springfield IL 62701", ["Springfield", "62701"], "address"),
        ("RE: Roe, Jane Q.; seen", ["Roe", "Jane"], "name"),
        ("Medicare ID 1AB2-CD3-EF45", ["1AB2", "EF45"], "record number"),
        ("MRN: 00123456", ["00123456"], "record number"),
        ("medical record no. 771-22-9", ["771-22-9"], "record number"),
        ("Encounter #A-99881", ["99881"], "record number"),
        ("account 99812345", ["99812345"], "record number"),
        ("SSN 123-45-6789", ["123-45", "6789"], "social security number"),
        ("SSN: 123456789", ["123456789"], "social security number"),
        ("on 03/04/2024", ["03/04", "2024"], "date"),
        ("on 2024-03-04", ["2024"], "date"),
        ("on March 4, 2024", ["March", "2024"], "date"),
        ("on MARCH 4", ["MARCH"], "date"),
        ("on 4 Mar 2024", ["4 Mar", "2024"], "date"),
        ("since June 2023", ["June"], "date"),
        ("DOB 4.3.31", ["4.3.31"], "date"),
        ("call (217) 555-0100", ["217", "555", "0100"], "telephone or fax"),
        ("fax: 217.555.0101", ["217", "0101"], "telephone or fax"),
        ("j.roe+x@mail.example.org", ["roe", "example"], "e-mail"),
        ("see https://portal.example/p?id=9", ["portal", "id=9"], "web address"),
        ("from 10.20.30.40", ["10.20"], "network address"),
        ("lives at 123 Old Mill Road, Apt 4", ["123", "Mill"], "address"),
        ("Springfield, IL 62701", ["Springfield", "62701"], "address"),
        ("P.O. Box 991", ["991"], "address"),
        ("a 93-year-old man", ["93"], "age above 89"),
        ("aged 101", ["101"], "age above 89"),
    ],
)
def test_identifiers_are_masked(text, secrets, kind):
    found = redact(text)
    assert [s for s in secrets if s in found.text] == []
    assert len(found.text) == len(text)
    assert kind in {m.kind for m in found.masked}
    assert not any(s in repr(found.masked) for s in secrets)


@pytest.mark.parametrize(
    "text",
    [
        "Blood loss 100 mL, 3 x 4 cm, at 40 cm; 45-year-old, aged 89.",
        "Hartmann procedure with CPT 44143 and ICD-10 K57.20; Brooke ileostomy.",
        "A loop of ileum may be used. Ports of 5, 10 and 12 mm; March on.",
        "Patient Underwent Open Colectomy. Patient Tolerated The Procedure Well. Patient Status Stable.",
        "Laparoscopic Colectomy. DO NOT RESUSCITATE; the patient, however, was stable.",
        "Specimen: ileum. Case: open. Surgeon: None. The year 2019.",
        "",
    ],
)
def test_what_identifies_nobody_stays(text):
    assert redact(text).text == text
    assert redact(text).masked == ()


def test_a_name_once_known_is_masked_everywhere():
    found = redact("Patient: Jane Roe\nRoe did well. Ms. Roe's ileostomy works. The roe deer.")
    assert "Roe" not in found.text
    assert "roe deer" in found.text
    assert "ileostomy works" in found.text


def test_pieces_are_counted_once_by_kind():
    found = redact("MRN: 123456. Dr. Poe, Dr. Loe. 3/4/2024, 3/5/2024, 3/6/2024.")
    assert {m.kind: m.count for m in found.masked} == {"record number": 1, "name": 2, "date": 3}
    assert [m.kind for m in found.masked] == sorted(m.kind for m in found.masked)


@given(st.text(max_size=400))
def test_any_text_keeps_its_length_and_what_is_no_letter(text):
    found = redact(text).text
    assert len(found) == len(text)
    assert all(a in (b, MASK) for a, b in zip(found, text, strict=True))


@pytest.mark.parametrize("piece", ["A", "A. ", "1-", "Dr. ", "a@", "Ab ", "123 Main ", "1/", "Patient: "])
def test_time_grows_with_length_only(piece):
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = perf_counter()
        redact(text)
        return perf_counter() - start

    assert seconds(100_000) < 0.1 + 30 * max(seconds(20_000), 0.002)


def test_each_rule_has_a_kind_of_its_own_words():
    assert len({kind for kind, _ in RULES}) == 10
