"""OBO: stanzas, escapes, qualifiers and comments; UBERON as concepts; the bridge to FMA; bad files."""

from pathlib import Path

import pytest

from codegraph.errors import SourceError
from codegraph.sources import obo
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

UBERON, BRIDGE = obo.READERS
OBO = "<http://purl.obolibrary.org/obo/"
TERMS = r"""format-version: 1.2
ontology: uberon/subsets/digestive-minimal

[Term]
id: BFO:0000002
name: continuant
is_a: BFO:0000001 ! entity

[Term]
id: UBERON:0002116
name: ileum
namespace: uberon
def: "The last part, \"distal\"; see Talk\:Ileum." [http://example.org/Talk\:Ileum] {source="x"}
synonym: "intestinum ileum" EXACT LATIN [FMA:7208]
synonym: "distal small bowel" EXACT [X:1, Y:2] {comment="a \"quoted\" one"}
synonym: "ileum" EXACT []
synonym: "doubtful ileum" EXACT DUBIOUS []
synonym: "lower bowel" BROAD []
xref: FMA:7208
is_a: UBERON:0004921 {source="cjm"} ! subdivision of digestive tract
is_a: BFO:0000002 ! continuant
relationship: part_of UBERON:0002108 ! small intestine
relationship: develops_from UBERON:0000001

[Term]
id: UBERON:0004921
name: subdivision of digestive tract ! remark

[Term]
id: UBERON:0002108
name: small intestine

[Term]
id: UBERON:0009999
name: old part
is_obsolete: true
replaced_by: UBERON:0002116

[Term]
id: http://owltools.org/Q

[Typedef]
id: part_of
name: part of
name: part_of
"""
LINKS = """ontology: uberon/bridge/uberon-bridge-to-fma
data-version: 2023-10-27

[Term]
id: FMA:7208 ! 
property_value: IAO:0000589 "ileum (post-embryonic human)" xsd:string
intersection_of: UBERON:0002116 ! ileum
intersection_of: part_of NCBITaxon:9606

[Term]
id: FMA:85391 ! 
intersection_of: UBERON:0000009 ! submucosa
intersection_of: part_of NCBITaxon:9606

[Term]
id: FMA:85392 ! 
intersection_of: UBERON:0000009 ! submucosa
intersection_of: part_of NCBITaxon:9606

[Term]
id: FMA:ENTITY
intersection_of: UBERON:0000010 ! thing
"""  # noqa: W291


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str, name: str = "uberon.obo") -> Member:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Member(path, None)

    return make


def short(term: str) -> str:
    return term.removeprefix(OBO).rsplit("#")[-1].rsplit("/")[-1].removesuffix(">")


def said(reader, file):
    release = reader.release(file)
    return {
        (short(t.subject), short(t.predicate), t.object if t.object.startswith('"') else short(t.object))
        for r in reader.read(file)
        if not isinstance(r, Reject)
        for t in reader.triples(r, release)
    }


def test_each_reader_knows_its_file(member):
    assert [r.kind for r in obo.READERS if r.sniff(member(TERMS).head())] == ["uberon"]
    assert [r.kind for r in obo.READERS if r.sniff(member(LINKS).head())] == ["uberon-fma"]
    assert not any(r.sniff(b"format-version: 1.2\nontology: go\n\n[Term]\nid: GO:1\n") for r in obo.READERS)


def test_releases_are_stated_or_in_the_name_or_undated(member):
    assert BRIDGE.release(member(LINKS)).ident == "uberon-fma/2023-10-27"
    assert UBERON.release(member(TERMS)).ident == "uberon/undated"
    assert UBERON.release(member(TERMS, "uberon-2022-04-06.obo")).ident == "uberon/2022-04-06"


def test_a_stanza_is_read_with_its_escapes_and_qualifiers(member):
    ileum = next(t for t in UBERON.read(member(TERMS)) if t.ident == "UBERON:0002116")
    assert ileum.definition == 'The last part, "distal"; see Talk:Ileum.'
    assert ileum.synonyms[1] == obo.Synonym("distal small bowel", "EXACT")
    assert ileum.synonyms[0].kind == "LATIN"
    assert ileum.is_a == ("UBERON:0004921", "BFO:0000002")
    assert ileum.part_of == ("UBERON:0002108",)
    assert ileum.xrefs == ("FMA:7208",)


def test_uberon_terms_are_concepts_and_others_are_left_out(member):
    found = said(UBERON, member(TERMS))
    assert {(p, o) for s, p, o in found if s == "UBERON_0002116"} == {
        ("type", "Concept"),
        ("inScheme", "uberon.owl"),
        ("prefLabel", '"ileum"@en'),
        ("altLabel", '"intestinum ileum"@la'),
        ("altLabel", '"distal small bowel"@en'),
        ("definition", '"The last part, \\"distal\\"; see Talk:Ileum."@en'),
        ("broader", "UBERON_0004921"),
        ("isPartOf", "UBERON_0002108"),
    }
    assert {s.split("_")[0] for s, _, _ in found} == {"UBERON"}
    assert ("UBERON_0004921", "prefLabel", '"subdivision of digestive tract"@en') in found
    assert ("UBERON_0009999", "isReplacedBy", "UBERON_0002116") in found
    assert any(s == "UBERON_0009999" and p == "deprecated" for s, p, _ in found)


def test_the_bridge_equates_only_one_with_one(member):
    file = member(LINKS)
    assert said(BRIDGE, file) == {
        ("UBERON_0002116", "exactMatch", "fma7208"),
        ("UBERON_0000009", "closeMatch", "fma85391"),
        ("UBERON_0000009", "closeMatch", "fma85392"),
    }
    (reject,) = [r for r in BRIDGE.read(file) if isinstance(r, Reject)]
    assert reject.row == "FMA:ENTITY"
    assert file.text().splitlines()[reject.line] == "id: FMA:ENTITY"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: UBERON:0002116\n", "", "one id"),
        ('"lower bowel" BROAD', '"lower bowel" SIDEWAYS', "without scope"),
        ('"lower bowel" BROAD []', '"lower bowel BROAD []', "matching quotes"),
        ("xref: FMA:7208", "xref FMA 7208", "tag: value"),
        ("name: ileum\n", "", "without a name"),
    ],
)
def test_a_broken_stanza_is_rejected_and_the_others_stay(member, old, new, reason):
    assert old in TERMS
    found = list(UBERON.read(member(TERMS.replace(old, new, 1))))
    (reject,) = [r for r in found if isinstance(r, Reject)]
    assert reason in reject.reason
    assert reject.line
    assert "UBERON:0002108" in {t.ident for t in found if isinstance(t, obo.Term)}


def test_a_file_cut_short_names_itself(member):
    text = TERMS[: TERMS.index("lower bowel") + 4]
    with pytest.raises(SourceError, match=r"uberon\.obo is cut short"):
        list(UBERON.read(member(text)))


def test_a_file_without_terms_is_an_error(member):
    with pytest.raises(SourceError, match="no term"):
        list(UBERON.read(member("format-version: 1.2\nontology: uberon\n")))


@pytest.mark.full_data
def test_official_files(data_dir: Path):
    subset = Member(data_dir / "anatomy/uberon-digestive-minimal.obo", None)
    found = list(UBERON.read(subset))
    assert len(found) == 1_405
    assert all(isinstance(t, obo.Term) for t in found)
    triples = [t for r in found for t in UBERON.triples(r, UBERON.release(subset))]
    subjects = {t.subject for t in triples}
    assert len(subjects) == 1_400
    linked = {t.object for t in triples if t.predicate.endswith(("broader>", "isPartOf>"))}
    assert linked <= subjects
    preferred = {(t.subject, t.object) for t in triples if t.predicate.endswith("prefLabel>")}
    assert not [
        t for t in triples if t.predicate.endswith("altLabel>") and (t.subject, t.object) in preferred
    ]
    bridge = Member(data_dir / "anatomy/uberon-bridge-to-fma.obo", None)
    rows = list(BRIDGE.read(bridge))
    assert (len(rows), [r.row for r in rows if isinstance(r, Reject)]) == (6_051, ["FMA:ENTITY"])
    exact = [
        t
        for r in rows
        if isinstance(r, obo.Bridge)
        for t in BRIDGE.triples(r, BRIDGE.release(bridge))
        if "exactMatch" in t.predicate
    ]
    assert len({t.subject for t in exact}) == len({t.object for t in exact}) == len(exact) == 5_862
