# ruff: noqa: E501 - fixtures read best on one line
"""The ICD-10-CM tabular list: chapters, blocks, codes, notes, seventh characters; bad files."""

from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import icd10cm_tabular as tabular
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

READER = tabular.READERS[0]
CG = "<https://w3id.org/codegraph/ontology#"
DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
{before}<ICD10CM.tabular>
  <version>2021</version>
  <chapter>
    <name>2</name>
    <desc>Growths (C00-D49)</desc>
    <notes><note>All growths are classified here.</note></notes>
    <sectionIndex><sectionRef first="C00" last="C14" id="C00-C14">Mouth</sectionRef></sectionIndex>
    <section id="C00-C96"><desc>Malignant growths (C00-C96)</desc></section>
    <section id="C00-C75"><desc>Primary growths (C00-C75)</desc></section>
    <section id="C00-C14">
      <desc>Growths of the mouth (C00-C14)</desc>
      <useAdditionalCode><note>code to identify:</note><note>tobacco use (Z72.0)</note></useAdditionalCode>
      <diag><name>C00</name><desc>Growth of lip</desc><excludes1><note>skin of lip (C44.0-)</note></excludes1></diag>
    </section>
    <section id="C76-C80"><desc>Growths of other sites (C76-C80)</desc>
      <diag><name>C80</name><desc>Growth without site</desc></diag></section>
    <section id="C7A"><desc>Neuroendocrine growths (C7A)</desc>
      <diag><name>C7A</name><desc>Neuroendocrine growth</desc></diag></section>
    <section id="C81-C96"><desc>Growths of blood (C81-C96)</desc>
      <diag><name>C84</name><desc>S\u00e9zary and other disease</desc>
        <inclusionTerm><note>Cutaneous growth, T cells</note></inclusionTerm>
        <diag><name>C84.1</name><desc>S\u00e9zary disease</desc><codeFirst><note>cause</note></codeFirst></diag>
      </diag></section>
  </chapter>
  <chapter>
    <name>7</name>
    <desc>Eye (H00-H59)</desc>
    <section id="H30-H36"><desc>Retina (H30-H36)</desc>
      <diag><name>H34</name><desc>Occlusion</desc><includes><note>blockage</note></includes><excludes2><note>spasm (G45.3)</note></excludes2>
        <diag placeholder="true"><name>H34.8X</name><desc>Central occlusion</desc>
          <sevenChrNote><note>One of the following 7th characters is to be assigned:</note></sevenChrNote>
          <sevenChrDef>
            <extension char="0">with edema</extension>
            <extension char="2">stable</extension>
            <note>Old occlusion</note>
          </sevenChrDef>
          <codeAlso><note>cause</note></codeAlso>
          <diag><name>H34.8X1</name><desc>Central occlusion, right eye</desc>
            <diag><name>H34.8X2AA</name><desc>Too long</desc></diag>
            <diag><name>H34.9</name><desc>In the wrong place</desc></diag>
          </diag>
          <visualImpairment>
            <visCategory><heading>Category</heading><visRange><visMax><heading>Maximum less than:</heading></visMax></visRange></visCategory>
            <visCategory><value>1</value>
              <visRange><visMax><value>6/18</value></visMax><visMin><value>6/60</value></visMin></visRange>
              <visRange><visMax><value>20/70</value></visMax><visMin><value>20/200</value></visMin></visRange>
            </visCategory>
            <visCategory><value>5</value><visRange><visMax><value>No light perception</value></visMax></visRange></visCategory>
          </visualImpairment>
        </diag>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str = DOCUMENT.format(before=""), name: str = "icd10cm_tabular_2021.xml") -> Member:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Member(path, None)

    return make


def rows(file):
    return {r.subject: r for r in READER.read(file) if not isinstance(r, Reject)}


def said(file, curie):
    release = READER.release(file)
    row = rows(file)[curie]
    return {(t.predicate.rsplit("#")[-1].removesuffix(">"), t.object) for t in READER.triples(row, release)}


def test_the_file_says_its_edition(member):
    file = member()
    assert READER.sniff(file.head())
    assert READER.release(file).ident == "icd10cm-tabular/2021"


def test_blocks_stand_in_the_narrowest_block_without_codes_of_its_own(member):
    above = {s: r.above for s, r in rows(member()).items()}
    assert above["group:icd10cm-chapter-2"] is None
    assert above["group:icd10cm-c00-c96"] == "group:icd10cm-chapter-2"
    assert above["group:icd10cm-c00-c75"] == "group:icd10cm-c00-c96"
    assert above["group:icd10cm-c00-c14"] == "group:icd10cm-c00-c75"
    assert above["group:icd10cm-c76-c80"] == "group:icd10cm-c00-c96"
    # C7A sorts between C76 and C80, but that block has categories of its own and does not hold it
    assert above["group:icd10cm-c7a"] == "group:icd10cm-c00-c96"
    assert above["icd10cm:C00"] == "group:icd10cm-c00-c14"
    assert above["icd10cm:C84.1"] == "icd10cm:C84"
    assert above["icd10cm:H34.8X1"] == "icd10cm:H34.8X"


def test_a_code_nested_in_the_wrong_place_stands_below_what_it_begins_with(member):
    assert rows(member())["icd10cm:H34.9"].above == "icd10cm:H34"


def test_groups_are_written_like_the_packaged_headings(member):
    assert said(member(), "group:icd10cm-chapter-2") == {
        ("type", CG + "CodeGroup>"),
        ("prefLabel", '"Growths"@en'),
        ("notation", '"C00-D49"'),
        ("rangeFirst", '"C00"'),
        ("rangeLast", '"D49"'),
        ("inScheme", "<https://w3id.org/codegraph/code/icd10cm>"),
        ("topConceptOf", "<https://w3id.org/codegraph/code/icd10cm>"),
        ("hasTopConcept", "<https://w3id.org/codegraph/concept/group/icd10cm-chapter-2>"),
        ("generalNote", '"All growths are classified here."@en'),
    }
    block = said(member(), "group:icd10cm-c7a")
    assert ("notation", '"C7A"') in block
    assert ("broader", "<https://w3id.org/codegraph/concept/group/icd10cm-c00-c96>") in block


def test_each_kind_of_note_has_its_property(member):
    file = member()
    assert ("excludes1Note", '"skin of lip (C44.0-)"@en') in said(file, "icd10cm:C00")
    assert ("useAdditionalCodeNote", '"code to identify:"@en') in said(file, "group:icd10cm-c00-c14")
    assert ("codeFirstNote", '"cause"@en') in said(file, "icd10cm:C84.1")
    assert {("includesNote", '"blockage"@en'), ("excludes2Note", '"spasm (G45.3)"@en')} == said(
        file, "icd10cm:H34"
    )
    assert ("codeAlsoNote", '"cause"@en') in said(file, "icd10cm:H34.8X")


def test_an_inclusion_term_is_no_synonym(member):
    found = said(member(), "icd10cm:C84")
    assert ("inclusionTerm", '"Cutaneous growth, T cells"@en') in found
    assert {o for p, o in found if p == "altLabel"} == {'"S\u00e9zary and other disease"@en'}


def test_seventh_characters_keep_their_explanation(member):
    notes = {o for p, o in said(member(), "icd10cm:H34.8X") if p == "seventhCharacterNote"}
    assert notes == {
        '"One of the following 7th characters is to be assigned:"@en',
        '"0: with edema"@en',
        '"2: stable (Old occlusion)"@en',
    }


def test_the_table_of_visual_impairment_becomes_sentences(member):
    notes = {o for p, o in said(member(), "icd10cm:H34.8X") if p == "generalNote"}
    assert notes == {
        '"Category of visual impairment 1: visual acuity less than 6/18 or 20/70, equal to or better than 6/60 or 20/200"@en',
        '"Category of visual impairment 5: No light perception"@en',
    }


def test_titles_are_those_of_the_order_file(member):
    file = member()
    release = READER.release(file)
    facts = {f.notation: f for r in rows(file).values() for f in READER.codes(r, release)}
    assert facts["C84.1"].label == "Sezary disease"
    assert (facts["C84.1"].billable, facts["C84.1"].authority) == (None, False)
    assert facts["C00"].parent == "https://w3id.org/codegraph/concept/group/icd10cm-c00-c14"
    assert not [n for n in facts if n.startswith("group")]
    assert ("altLabel", '"S\u00e9zary disease"@en') in said(file, "icd10cm:C84.1")


def test_the_note_table_keeps_the_order(member):
    file = member()
    release = READER.release(file)
    found = [t for r in rows(file).values() for t in READER.table_rows(r, release)]
    assert (
        "group:icd10cm-c00-c14",
        "icd10cm-tabular/2021",
        1,
        "useAdditionalCode",
        "code to identify:",
    ) in found
    assert (
        "group:icd10cm-c00-c14",
        "icd10cm-tabular/2021",
        2,
        "useAdditionalCode",
        "tobacco use (Z72.0)",
    ) in found
    assert all(len(t) == len(READER.table.columns) for t in found)


def test_what_has_no_well_written_name_is_rejected_with_its_line(member):
    text = DOCUMENT.format(before="")
    (reject,) = [r for r in READER.read(member(text)) if isinstance(r, Reject)]
    assert "'H34.8X2AA' is not written like" in reject.reason
    assert "H34.8X2AA" in text.splitlines()[reject.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<name>7</name>", "<name>seven</name>", "a chapter has a number"),
        ("Eye (H00-H59)", "Eye", "a chapter has a number"),
        ('id="H30-H36"', 'id="Retina"', "no range of categories"),
        ("<desc>Growth of lip</desc>", "<desc/>", "without title"),
    ],
)
def test_other_rejects(member, old, new, reason):
    text = DOCUMENT.format(before="").replace(old, new)
    found = list(READER.read(member(text)))
    rejects = [r for r in found if isinstance(r, Reject) and reason in r.reason]
    assert len(rejects) == 1
    assert rejects[0].line
    assert "group:icd10cm-chapter-2" in {r.subject for r in found if not isinstance(r, Reject)}


def test_a_doctype_is_refused(member):
    file = member(DOCUMENT.format(before='<!DOCTYPE ICD10CM.tabular SYSTEM "file:///etc/passwd">\n'))
    assert READER.sniff(file.head())
    with pytest.raises(SourceError, match="DOCTYPE"):
        list(READER.read(file))


def test_a_file_cut_short_names_itself(member):
    with pytest.raises(SourceError, match=r"icd10cm_tabular_2021\.xml is cut short"):
        list(READER.read(member(DOCUMENT.format(before="")[:2000])))


def test_other_files(member):
    file = member("<?xml version='1.0'?>\n<ICD10CM.index><version>2021</version></ICD10CM.index>")
    assert not READER.sniff(file.head())
    with pytest.raises(SourceError, match=r"begins with <ICD10CM\.index>"):
        list(READER.read(file))
    with pytest.raises(SourceError, match="no chapter"):
        list(READER.read(member("<ICD10CM.tabular><version>2021</version></ICD10CM.tabular>")))


@pytest.mark.full_data
def test_official_file(data_dir: Path):
    file = Member(data_dir / "icd10cm/icd10cm_tabular_2021.xml", None)
    found = list(READER.read(file))
    assert not [r for r in found if isinstance(r, Reject)]
    kinds = [
        r.subject.split("-")[1] if "chapter" in r.subject else r.subject.partition(":")[0] for r in found
    ]
    assert (kinds.count("chapter"), kinds.count("group"), kinds.count("icd10cm")) == (22, 296, 45_017)
    release = READER.release(file)
    assert release.ident == "icd10cm-tabular/2021"
    triples = [t for r in found for t in READER.triples(r, release)]
    assert len(triples) == len(set(triples))
    assert sum(1 for t in triples if t.predicate == CG + "inclusionTerm>") > 11_000
    assert sum(1 for r in found for _ in READER.table_rows(r, release)) == 25_182
    subjects = {r.subject for r in found}
    assert all(r.above is None or r.above in subjects for r in found)
