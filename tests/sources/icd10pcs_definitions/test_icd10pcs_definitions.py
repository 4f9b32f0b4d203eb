# ruff: noqa: E501 - fixtures read best on one line
"""The ICD-10-PCS definitions: texts on facet values, synonyms, and the device aggregation; bad files."""

from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import icd10pcs_definitions as definitions
from codegraph.sources import icd10pcs_keys, icd10pcs_tables
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

READER = definitions.READERS[0]
CONCEPT = "<https://w3id.org/codegraph/concept/"
BODY = """<ICD10PCS.definitions>
<version>2026</version>
<title>2026 ICD-10-PCS Definitions</title>
<section code="0"><title>Medical and Surgical</title>
<axis pos="3"><title>Operation</title>
<terms><title>Bypass</title><definition>Altering the route</definition><explanation>Rerouting contents</explanation><includes>Colostomy formation</includes></terms>
<terms><title>Change</title><definition>Taking out and putting back</definition></terms>
</axis>
<axis pos="4"><title>Body Part</title>
<terms><title>Hip Joint, Left</title><title>Hip Joint, Right</title><includes>Acetabulofemoral joint</includes></terms>
<terms><title>Ileum</title><includes>Ileum</includes></terms>
</axis>
<axis pos="6"><title>Device</title>
<terms><title>Zooplastic Tissue in Heart and Great Vessels</title><includes>Xenograft</includes></terms>
</axis></section>
<section code="1"><title>Obstetrics</title>
<axis pos="3"><title>Operation</title>
<terms><title>Change</title><definition>Taking out and putting back</definition></terms></axis></section>
<section code="2"><title>Placement</title>
<axis pos="3"><title>Operation</title>
<terms><title>Change</title><definition>Taking off and putting back</definition><explanation>On the surface</explanation></terms></axis></section>
<section code="3"><title>Administration</title>
<axis pos="6"><title>Substance</title>
<terms><title>Oxazolidinones</title><includes>Zyvox</includes></terms>
<terms><title>Adhesion Barrier</title><includes>Seprafilm</includes></terms>
</axis></section>
<section code="F"><title>Rehabilitation</title>
<axis pos="5"><title>Type Qualifier</title>
<terms><title>Aphasia (Assessment)</title><definition>Measures expressive skills</definition></terms>
<terms><title>Aphasia (Treatment)</title><definition>Improves expressive skills</definition></terms>
</axis></section>
<section code="X"><title>New Technology</title>
<axis pos="6"><title>Device / Substance / Technology</title>
<terms><title>Posterior (Dynamic) Distraction Device in New Technology</title><includes>ApiFix</includes></terms>
<terms><title>Epcoritamab Monoclonal Antibody</title><includes>EPKINLY(tm)</includes></terms>
<terms><title>Bioengineered Allogeneic Construct</title><includes>StrataGraft</includes></terms>
</axis></section>
<deviceAggregation>
<aggregate><device>Cardiac Lead, Pacemaker</device><operation>Insertion</operation><bodySys>Heart and Great Vessels</bodySys><parent value="M">Cardiac Lead</parent></aggregate>
</deviceAggregation>
</ICD10PCS.definitions>
"""


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str = BODY, name: str = "icd10pcs_definitions_2026.xml") -> Member:
        path = tmp_path / name
        path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + text, encoding="utf-8")
        return Member(path, None)

    return make


def said(file, emit):
    release = READER.release(file)
    return {
        (t.subject[len(CONCEPT) : -1], t.predicate.rsplit("#")[-1].removesuffix(">"), t.object)
        for r in READER.read(file)
        if not isinstance(r, Reject)
        for t in emit(r, release)
    }


def test_the_file_says_its_edition(member):
    assert READER.sniff(member().head())
    assert READER.release(member()).ident == "icd10pcs-definitions/2026"
    assert READER.named_graph


def test_texts_on_values(member):
    found = said(member(), READER.triples)
    assert {
        ("method/bypass", "definition", '"Altering the route"@en'),
        ("method/bypass", "scopeNote", '"Rerouting contents"@en'),
        ("method/bypass", "example", '"Colostomy formation"@en'),
    } <= found


def test_a_value_defined_anew_keeps_its_first_definition(member):
    found = {(p, o) for s, p, o in said(member(), READER.triples) if s == "method/change"}
    assert found == {
        ("definition", '"Taking out and putting back"@en'),
        ("scopeNote", '"In the section Placement: Taking off and putting back"@en'),
        ("scopeNote", '"In the section Placement: On the surface"@en'),
    }


def test_two_uses_of_one_value_are_both_notes(member):
    found = {(p, o) for s, p, o in said(member(), READER.triples) if s == "qualifier/aphasia"}
    assert found == {
        ("scopeNote", '"In assessment: Measures expressive skills"@en'),
        ("scopeNote", '"In treatment: Improves expressive skills"@en'),
    }


def test_what_a_value_includes_is_its_synonym(member):
    found = said(member(), READER.shared)
    assert found == {
        ("site/hip-joint-left", "altLabel", '"Acetabulofemoral joint"@en'),
        ("site/hip-joint-right", "altLabel", '"Acetabulofemoral joint"@en'),
        ("device/zooplastic-tissue", "altLabel", '"Xenograft"@en'),
        ("qualifier/oxazolidinones", "altLabel", '"Zyvox"@en'),
        ("substance/adhesion-barrier", "altLabel", '"Seprafilm"@en'),
        ("device/posterior-dynamic-distraction-device", "altLabel", '"ApiFix"@en'),
        ("substance/epcoritamab-monoclonal-antibody", "altLabel", '"EPKINLY(tm)"@en'),
        ("device/bioengineered-allogeneic-construct", "altLabel", '"StrataGraft"@en'),
        ("device/cardiac-lead-pacemaker", "broader", CONCEPT + "device/cardiac-lead>"),
    }


def test_the_table_tells_context_and_words(member):
    file = member()
    release = READER.release(file)
    found = [t for r in READER.read(file) for t in READER.table_rows(r, release)]
    assert (
        "device:zooplastic-tissue",
        "icd10pcs-definitions/2026",
        "0",
        "Device",
        "Heart and Great Vessels",
        "Zooplastic Tissue",
        "",
        "",
        "Xenograft",
    ) in found


def test_a_term_that_says_nothing_is_rejected_with_its_line(member):
    file = member(
        BODY.replace(
            "<definition>Taking off and putting back</definition><explanation>On the surface</explanation>",
            "",
        )
    )
    (reject,) = [r for r in READER.read(file) if isinstance(r, Reject)]
    assert "a definition or what it includes" in reject.reason
    assert (
        file.text().splitlines()[reject.line - 1] == "<terms><title>Change</title></terms></axis></section>"
    )


def test_an_unknown_axis_and_a_wrong_aggregation_are_rejected(member):
    text = BODY.replace(
        "<title>Operation</title>\n<terms><title>Bypass", "<title>Opus</title>\n<terms><title>Bypass"
    )
    text = text.replace('<parent value="M">Cardiac Lead</parent>', "")
    rejects = [r.reason for r in READER.read(member(text)) if isinstance(r, Reject)]
    assert [("axis" in r, "two devices" in r) for r in rejects] == [
        (True, False),
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]>" + BODY, "DOCTYPE"),
        (BODY[:900], "cut short"),
        ("<ICD10PCS.definitions><version>2026</version></ICD10PCS.definitions>", "no definition"),
    ],
)
def test_bad_files_name_themselves(member, text, reason):
    with pytest.raises(SourceError, match=rf"icd10pcs_definitions_2026\.xml.*{reason}"):
        list(READER.read(member(text)))


@pytest.mark.full_data
def test_official_file(data_dir: Path):
    file = Member(data_dir / "icd10pcs/icd10pcs_definitions_2026.xml", None)
    found = list(READER.read(file))
    assert not [r for r in found if isinstance(r, Reject)]
    assert sum(isinstance(r, definitions.Definition) for r in found) == 1_090
    assert sum(isinstance(r, icd10pcs_keys.Aggregation) for r in found) == 60
    release = READER.release(file)
    values = {}
    for year in (2025, 2026):
        values |= icd10pcs_tables.facet_values(
            icd10pcs_tables.grammar(Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None))
        )
    triples = {t for r in found for emit in (READER.triples, READER.shared) for t in emit(r, release)}
    known = {f"{CONCEPT}{value.replace(':', '/')}>" for value in values}
    assert {t.subject for t in triples} <= known
    defined = [t.subject for t in triples if t.predicate.endswith("definition>")]
    assert len(defined) == len(set(defined))
    labels = {f"{CONCEPT}{v.replace(':', '/')}>": f'"{label}"@en' for v, label in values.items()}
    assert not [t for t in triples if t.predicate.endswith("altLabel>") and labels[t.subject] == t.object]


@pytest.mark.full_data
def test_every_method_of_the_tables_has_its_official_definition(data_dir: Path):
    file = Member(data_dir / "icd10pcs/icd10pcs_definitions_2026.xml", None)
    release = READER.release(file)
    said: dict[str, set[str]] = {}
    for row in READER.read(file):
        for triple in READER.triples(row, release):
            said.setdefault(triple.subject, set()).add(triple.predicate.rpartition("#")[2])
    methods = set()
    for year in (2025, 2026):
        grammar = icd10pcs_tables.grammar(Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None))
        methods |= {v for v in icd10pcs_tables.facet_values(grammar) if v.startswith("method:")}
    undefined = {m for m in methods if "definition>" not in said.get(f"{CONCEPT}{m.replace(':', '/')}>", ())}
    # The definitions file has no term for the modalities of section D, radiation therapy.
    assert undefined == {
        "method:beam-radiation",
        "method:brachytherapy",
        "method:other-radiation",
        "method:stereotactic-radiosurgery",
    }
    assert len(methods) == 108
    bypass = said[f"{CONCEPT}method/bypass>"]
    assert {"definition>", "scopeNote>", "example>"} <= bypass  # definition, explanation, includes
