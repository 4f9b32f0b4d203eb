"""The ICD-10-PCS keys in JSON: contexts taken off, slips repaired and noted, counts held; bad files."""

import json
from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import icd10pcs_keys as keys
from codegraph.sources import icd10pcs_tables
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import Member

BODY_PART, DEVICE, AGGREGATION = keys.READERS
CONCEPT = "https://w3id.org/codegraph/concept/"


def key(name: str, data: dict, **more) -> dict:
    return {
        "name": f"ICD-10-PCS {name}",
        "version": "2025-08-09",
        "count_terms": len(data),
        "data": data,
        **more,
    }


BODY = key(
    "Body Part Key (Synonym)",
    {
        "Abdominal cavity": ["Peritoneal Cavity"],
        "Hallux": ["1st Toe, Right", "1st Toe. Left"],
        "Ileum": ["Ileum"],
    },
)
DEVICES = key(
    "Device Key",
    {
        "Xenograft": ["Zooplastic Tissue in Heart and Great Vessels"],
        "Advisa (MRI)": ["Pacemaker, Dual Chamber for Insertion in Subcutaneous Tissue and Fascia"],
        "Bard $(E/X)$ mesh": ["Synthetic Substitute"],
        "Splitter": ["Intraluminal Bioprosthetic Valve Leaflet Splitting Technology in Existing Valve"],
    },
)
RECORD = {
    "specific_device": "Hearing Device, Bone Conduction",
    "operation": "Insertion",
    "body_systems": ["Ear", "Nose", "Sinus"],
    "general_device": "Hearing Device",
}
TABLE = {
    "name": "ICD-10-PCS Device Aggregation Table",
    "version": "2025-11-01",
    "count_records": 1,
    "records": [RECORD],
}


@pytest.fixture
def member(tmp_path: Path):
    def make(data: object) -> Member:
        path = tmp_path / "key.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
        return Member(path, None)

    return make


def test_each_reader_knows_its_file(member):
    for data, reader in ((BODY, BODY_PART), (DEVICES, DEVICE), (TABLE, AGGREGATION)):
        assert [r.kind for r in keys.READERS if r.sniff(member(data).head())] == [reader.kind]
    assert not any(
        r.sniff(b'{"name": "Other"}') or r.sniff(b"name,ICD-10-PCS Device Key") for r in keys.READERS
    )


def test_a_fiscal_year_ends_with_september(member):
    assert BODY_PART.release(member(BODY)).ident == "icd10pcs-body-part-key/2025"
    assert AGGREGATION.release(member(TABLE)).ident == "icd10pcs-device-aggregation/2026"


@pytest.mark.parametrize(
    ("text", "value", "context"),
    [
        ("Zooplastic Tissue in Heart and Great Vessels", "Zooplastic Tissue", "Heart and Great Vessels"),
        (
            "Hearing Device, Bone Conduction for Insertion in Ear, Nose, Sinus",
            "Hearing Device, Bone Conduction",
            "Insertion; Ear, Nose, Sinus",
        ),
        (
            "Ultrasound Transmitter and Battery for Endocardiac Pacing Electrode",
            "Ultrasound Transmitter and Battery for Endocardiac Pacing Electrode",
            "",
        ),
        (
            "Leaflet Splitting Technology in Existing Valve",
            "Leaflet Splitting Technology in Existing Valve",
            "",
        ),
        ("Synthetic Substitute", "Synthetic Substitute", ""),
    ],
)
def test_contexts_come_off_by_rule(text, value, context):
    assert keys.value_of(text) == (value, context)


def test_entries_become_synonyms_and_rows(member):
    file = member(DEVICES)
    release = DEVICE.release(file)
    entries = [r for r in DEVICE.read(file) if isinstance(r, keys.KeyEntry)]
    assert {(e.term, e.concept.removeprefix(CONCEPT), e.context) for e in entries} == {
        ("Xenograft", "device/zooplastic-tissue", "Heart and Great Vessels"),
        ("Advisa (MRI)", "device/pacemaker-dual-chamber", "Insertion; Subcutaneous Tissue and Fascia"),
        ("Bard (E/X) mesh", "device/synthetic-substitute", ""),
        (
            "Splitter",
            "device/intraluminal-bioprosthetic-valve-leaflet-splitting-technology-in-existing-valve",
            "",
        ),
    }
    (triple,) = DEVICE.triples(entries[0], release)
    assert triple == (
        f"<{CONCEPT}device/zooplastic-tissue>",
        "<http://www.w3.org/2004/02/skos/core#altLabel>",
        '"Xenograft"@en',
    )
    (row,) = DEVICE.table_rows(entries[0], release)
    assert row == (
        "device",
        "Xenograft",
        "Zooplastic Tissue",
        "Heart and Great Vessels",
        "device:zooplastic-tissue",
        release.ident,
    )


def test_slips_of_the_rendering_are_repaired_and_noted(member):
    found = list(BODY_PART.read(member(BODY)))
    assert [n.row for n in found if isinstance(n, Note)] == ["Hallux: 1st Toe. Left"]
    assert {e.value for e in found if isinstance(e, keys.KeyEntry) and e.term == "Hallux"} == {
        "1st Toe, Right",
        "1st Toe, Left",
    }
    assert any(isinstance(n, Note) and "formula" in n.rule for n in DEVICE.read(member(DEVICES)))


def test_a_term_that_is_the_label_is_no_synonym(member):
    file = member(BODY)
    objects = {
        t.object
        for r in BODY_PART.read(file)
        if isinstance(r, keys.KeyEntry)
        for t in BODY_PART.triples(r, BODY_PART.release(file))
    }
    assert '"Ileum"@en' not in objects
    assert '"Abdominal cavity"@en' in objects


def test_aggregation(member):
    file = member(TABLE)
    release = AGGREGATION.release(file)
    note, row = AGGREGATION.read(file)
    assert isinstance(note, Note)
    assert row.systems == ("Ear, Nose, Sinus",)
    (triple,) = AGGREGATION.triples(row, release)
    assert triple == (
        f"<{CONCEPT}device/hearing-device-bone-conduction>",
        "<http://www.w3.org/2004/02/skos/core#broader>",
        f"<{CONCEPT}device/hearing-device>",
    )
    (cells,) = AGGREGATION.table_rows(row, release)
    assert cells[:4] == (
        "device-aggregation",
        "Hearing Device, Bone Conduction",
        "Hearing Device",
        "Insertion; Ear, Nose, Sinus",
    )


@pytest.mark.parametrize("values", ["Peritoneal Cavity", [], [7], [""]])
def test_a_malformed_entry_is_rejected(member, values):
    found = list(BODY_PART.read(member(key("Body Part Key", {"Good": ["Ileum"], "Bad": values}))))
    assert [type(r) for r in found] == [keys.KeyEntry, Reject]
    assert (found[1].row, "list of values" in found[1].reason) == ("Bad", True)


@pytest.mark.parametrize(
    "change", [{"operation": ""}, {"general_device": RECORD["specific_device"]}, {"body_systems": "Ear"}]
)
def test_a_malformed_aggregation_is_rejected(member, change):
    found = list(AGGREGATION.read(member({**TABLE, "records": [{**RECORD, **change}]})))
    assert [type(r) for r in found] == [Reject]


@pytest.mark.parametrize(
    ("data", "reader", "reason"),
    [
        (json.dumps(BODY)[:-30], BODY_PART, "cut short"),
        ({**BODY, "count_terms": 1106}, BODY_PART, "states 1106 terms"),
        ({**TABLE, "count_records": 60}, AGGREGATION, "states 60 records"),
        ("[" * 100_000, BODY_PART, "not JSON"),
        ("[]", BODY_PART, "no key"),
    ],
)
def test_bad_files_name_themselves(member, data, reader, reason):
    with pytest.raises(SourceError, match=rf"key\.json.*{reason}"):
        list(reader.read(member(data)))


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("name", "rows", "notes"),
    [("body_part_key", 1_679, 2), ("device_key", 496, 1), ("device_aggregation", 60, 4)],
)
def test_official_keys(data_dir: Path, name, rows, notes):
    file = Member(data_dir / f"icd10pcs/{name}.json", None)
    (reader,) = [r for r in keys.READERS if r.sniff(file.head())]
    found = list(reader.read(file))
    assert sum(isinstance(r, Note) for r in found) == notes
    assert sum(isinstance(r, keys.KeyEntry | keys.Aggregation) for r in found) == rows
    assert len(found) == rows + notes
    assert reader.release(file).version == "2025"


@pytest.mark.full_data
def test_every_official_entry_stands_for_a_value_of_the_tables(data_dir: Path):
    values: set[str] = set()
    for year in (2025, 2026):
        file = Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None)
        values |= icd10pcs_tables.facet_values(icd10pcs_tables.grammar(file)).keys()
    known = {f"{CONCEPT}{value.replace(':', '/')}" for value in values}
    for reader, name in zip(keys.READERS, ("body_part_key", "device_key", "device_aggregation"), strict=True):
        file = Member(data_dir / f"icd10pcs/{name}.json", None)
        entries = [r for r in reader.read(file) if isinstance(r, keys.KeyEntry | keys.Aggregation)]
        narrow = {t.subject[1:-1] for r in entries for t in reader.triples(r, reader.release(file))}
        wide = {r.entry().concept for r in entries if isinstance(r, keys.Aggregation)}
        assert narrow | wide <= known, name
        assert len(narrow) > 30, name
