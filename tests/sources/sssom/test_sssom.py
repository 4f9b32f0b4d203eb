# ruff: noqa: E501 - fixtures read best on one line
"""SSSOM TSV: the metadata block, prefixes, old headers, propagation, the canonical writer; bad files."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph import resources
from codegraph.errors import SourceError
from codegraph.sources import sssom, sssom_yaml
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import Member
from codegraph.sources.sssom_slots import MAPPING_SLOTS, MATCH_TYPES

READER = sssom.READERS[0]
BLOCK = """# curie_map:
#   ICD10CM: http://apps.who.int/icd10#/
#   MONDO: http://purl.obolibrary.org/obo/MONDO_
#   oboInOwl: http://www.geneontology.org/formats/oboInOwl#
# license: https://creativecommons.org/publicdomain/zero/1.0/
# mapping_date: '2017-09-20'
# mapping_set_id: http://purl.obolibrary.org/obo/mondo/mappings/mondo_hasdbxref_icd10cm.sssom.tsv
# mapping_set_version: http://purl.obolibrary.org/obo/mondo/releases/2022-03-15/x.sssom.tsv
# creator_label: [A. Mapper, "B, C"]
"""
OLD = BLOCK + (
    "subject_id\tpredicate_id\tobject_id\tmatch_type\tsubject_label\n"
    "MONDO:0002974\toboInOwl:hasDbXref\tICD10CM:C53.9\tHumanCurated\tcervical cancer\n"
    "MONDO:0024318\toboInOwl:hasDbXref\tICD10CM:A80-A89\tHumanCurated\tviral infection\n"
    "MONDO:0000001\toboInOwl:hasDbXref\tICD10CM:C85,7\tHumanCurated\tsome\n"
)
NEW = """#curie_map:
#  a: https://example.org/a/
#  b: https://example.org/b/
#  cpt: https://w3id.org/codegraph/code/cpt/
#  ICD10PCS: http://purl.bioontology.org/ontology/ICD10PCS/
#mapping_set_id: https://example.org/sets/own
#license: https://creativecommons.org/licenses/by/4.0/
#subject_source: a:list
subject_id\tpredicate_id\tobject_id\tmapping_justification\tpredicate_modifier\tauthor_label\tconfidence\tcomment
a:1\tskos:exactMatch\tb:1\tsemapv:ManualMappingCuration\t\tX\\|Y|Z\t0.95\t"say ""so"", twice"
a:2\tskos:broadMatch\tb:2\tsemapv:ManualMappingCuration\tNot\t\t\t
a:3\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t\t1\t
cpt:44310\tskos:narrowMatch\tICD10PCS:0D1B0Z4\tsemapv:LexicalMatching\t\t\t0.5\t
"""


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str, name: str = "set.sssom.tsv") -> Member:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return Member(path, None)

    return make


def mappings(file):
    return [r for r in READER.read(file) if isinstance(r, sssom.SssomMapping)]


def test_the_release_is_named_after_the_set(member):
    file = member(OLD)
    assert READER.sniff(file.head())
    assert READER.release(file).ident == "sssom-mondo-hasdbxref-icd10cm/2022-03-15"
    assert READER.release(member(NEW)).ident == "sssom-own/undated"
    assert not READER.sniff(b"subject_id\tpredicate_id\n")
    assert not READER.sniff(b"# a comment\na,b\n")


def test_an_old_header_is_read_and_noted(member):
    found = list(READER.read(member(OLD)))
    (note,) = [r for r in found if isinstance(r, Note)]
    assert "match_type" in note.rule
    assert {m.justification for m in mappings(member(OLD))} == {
        "https://w3id.org/semapv/vocab/ManualMappingCuration"
    }
    assert MATCH_TYPES["Lexical"] == "semapv:LexicalMatching"


def test_our_code_systems_are_recognised_and_what_is_no_code_stays_theirs(member):
    objects = [m.object for m in mappings(member(OLD))]
    assert objects == [
        "https://w3id.org/codegraph/code/icd10cm/C53.9",
        "http://apps.who.int/icd10#/A80-A89",
        "http://apps.who.int/icd10#/C85,7",
    ]
    both = mappings(member(NEW))[-1]
    assert (both.subject, both.object) == (
        "https://w3id.org/codegraph/code/cpt/44310",
        "https://w3id.org/codegraph/code/icd10pcs/0D1B0Z4",
    )


def test_a_cross_reference_stays_a_cross_reference(member):
    file = member(OLD)
    release = READER.release(file)
    triples = [t for r in READER.read(file) if not isinstance(r, Note) for t in READER.triples(r, release)]
    direct = [t for t in triples if "MONDO" in t.subject]
    assert {t.predicate for t in direct} == {"<http://www.geneontology.org/formats/oboInOwl#hasDbXref>"}
    assert ("<https://w3id.org/codegraph/mapping/mondo-hasdbxref-icd10cm>", "<http://purl.org/dc/terms/license>",
            "<https://creativecommons.org/publicdomain/zero/1.0/>") in triples  # fmt: skip


def test_table_rows(member):
    file = member(NEW)
    release = READER.release(file)
    rows = [t for r in READER.read(file) for t in READER.table_rows(r, release)]
    said = ("own", "skos:exactMatch", "semapv:ManualMappingCuration")
    slots = '{"slots": {"subject_source": "a:list"}}'
    assert rows == [
        (
            "https://example.org/a/1",
            "https://example.org/b/1",
            *said,
            0.95,
            release.ident,
            'say "so", twice',
            '{"slots": {"author_label": ["X|Y", "Z"], "subject_source": "a:list"}}',
        ),
        (
            "cpt:44310",
            "icd10pcs:0D1B0Z4",
            "own",
            "skos:narrowMatch",
            "semapv:LexicalMatching",
            0.5,
            release.ident,
            None,
            slots,
        ),
    ]
    further = {
        table.name: [t for r in READER.read(file) for t in make(r, release)] for table, make in READER.further
    }
    assert further["unmapped"] == [("https://example.org/a/3", "", "no counterpart", "own", release.ident)]
    assert [json.loads(row[2])["subject_id"] for row in further["mapping_none"]] == ["a:2", "a:3"]
    (kept,) = further["mapping_set"]
    assert kept[:2] == ("own", release.ident)
    assert json.loads(kept[2])["slots"]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert json.loads(kept[2])["prefixes"]["a"] == "https://example.org/a/"
    assert all(len(row) == len(table.columns) for table, _ in READER.further for row in further[table.name])
    assert all(len(row) == len(READER.table.columns) for row in rows)


def test_a_denied_mapping_and_a_missing_term_assert_nothing(member):
    file = member(NEW)
    release = READER.release(file)
    denied, nothing = mappings(file)[1:3]
    assert (denied.asserted, nothing.asserted) == (False, False)
    assert [*READER.triples(denied, release), *READER.triples(nothing, release)] == []


def test_values_of_the_set_stand_on_each_mapping(member):
    file = member(NEW)
    assert {m.values["subject_source"] for m in mappings(file)} == {"a:list"}
    mapping_set = next(r for r in READER.read(file) if isinstance(r, sssom.MappingSet))
    assert mapping_set.get("subject_source") is None
    # not where a mapping has a value of its own
    text = (
        NEW.replace("\tcomment\n", "\tcomment\tsubject_source\n")
        .replace("0.5\t\n", "0.5\t\ta:other\n")
        .replace('twice"\n', 'twice"\t\n')
    )
    text = text.replace("Not\t\t\t\n", "Not\t\t\t\t\n").replace("\t1\t\n", "\t1\t\t\n")
    assert [m.values.get("subject_source") for m in mappings(member(text))] == [None, None, None, "a:other"]


def test_several_values_in_one_cell(member):
    assert mappings(member(NEW))[0].values["author_label"] == ("X|Y", "Z")
    assert next(r for r in READER.read(member(OLD)) if isinstance(r, sssom.MappingSet)).get(
        "creator_label"
    ) == ("A. Mapper", "B, C")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("skos:broadMatch", "", "predicate_id is missing"),
        ("a:2\t", "\t", "subject_id is missing"),
        ("b:2\tsemapv:ManualMappingCuration", "b:2\t", "mapping_justification is missing"),
        ("\t0.95\t", "\t1.5\t", "from 0 to 1"),
        ("\t0.95\t", "\thigh\t", "is a number"),
        ("\tNot\t", "\tMaybe\t", "predicate_modifier is one of Not"),
        ("a:2\t", "https://example.org/a/2\t", "no CURIE"),
        ("a:2\t", "a:2 2\t", "legal IRI"),
        ("Not\t\t\t\n", "Not\t\n", "columns where the header has 8"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(member, old, new, reason):
    assert old in NEW
    text = NEW.replace(old, new, 1)
    (reject,) = [r for r in READER.read(member(text)) if isinstance(r, Reject)]
    assert reason in reject.reason
    assert text.splitlines()[reject.line - 1].split("\t")[0] in reject.row


def test_an_undeclared_prefix_refuses_the_file(member):
    with pytest.raises(SourceError, match=r"set\.sssom\.tsv, line 11: prefix 'c'"):
        list(READER.read(member(NEW.replace("b:2\t", "c:2\t"))))


def test_unknown_columns_are_noted_and_left_out(member):
    text = (
        NEW.replace("\tcomment\n", "\tcomment\tmood\n")
        .replace('twice"\n', 'twice"\tgood\n')
        .replace("\t\t\n", "\t\t\t\n")
    )
    text = text.replace("\t1\t\n", "\t1\t\t\n").replace("0.5\t\n", "0.5\t\t\n")
    found = list(READER.read(member(text)))
    assert any(isinstance(r, Note) and "mood" in r.rule for r in found)
    assert all("mood" not in m.values for m in mappings(member(text)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NEW[: NEW.rindex("LexicalMatching") + 4], "cut short"),
        (NEW.replace("#license: https://creativecommons.org/licenses/by/4.0/\n", ""), "license is missing"),
        (
            NEW.replace("#mapping_set_id: https://example.org/sets/own\n", "#mapping_set_id:\n"),
            "mapping_set_id is missing",
        ),
        (NEW[: NEW.index("subject_id\t")], "no mappings"),
        (NEW.replace("#license: ", "#license: !!python/object:os.system "), "a tag"),
        (NEW.replace("#license: ", "#license: &x "), "an anchor"),
        (NEW.replace("#license: https://creativecommons.org/licenses/by/4.0/", "#license: *x"), "an alias"),
        (NEW.replace("#license:", "#%YAML 1.2\n#license:"), "'key: value'"),
        (NEW.replace("#license:", "#a comment\n#license:"), "'key: value'"),
        (NEW.replace("#license:", "#comment: |\n#  text\n#license:"), "a block of text"),
        (NEW.replace("#license:", "#license: x\n#license:"), "twice"),
        (NEW.replace("#  b: ", "#    b: "), "more than one level"),
        (NEW.replace("#license: ", "#license: {a: b} "), "must be quoted"),
    ],
)
def test_bad_files_name_themselves(member, text, reason):
    with pytest.raises(SourceError, match=rf"set\.sssom\.tsv.*{reason}"):
        list(READER.read(member(text)))


def written(mapping_set, rows) -> str:
    stream = io.StringIO(newline="")
    sssom.write(mapping_set, rows, stream)
    return stream.getvalue()


def read(member, text):
    file = member(text)
    return sssom.read_file(file.path)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_round_trip(member, text):
    mapping_set, rows = read(member, text)
    once = written(mapping_set, rows)
    again_set, again = read(member, once)
    assert again_set.slots == mapping_set.slots
    assert sorted(again, key=lambda m: m.subject) == sorted(rows, key=lambda m: m.subject)
    assert written(again_set, again) == once


def test_the_canonical_form(member):
    text = (
        "#curie_map:\n#  unused: https://example.org/u/\n#  b: https://example.org/b/\n#  a: https://example.org/a/\n#  skos: http://www.w3.org/2004/02/skos/core#\n"
        '#license: https://example.org/l\n#mapping_set_title: "yes: a title"\n#mapping_set_id: https://example.org/sets/own\n#mapping_set_version: "2026"\n#creator_label: Me\n'
        "object_id\tsubject_id\tpredicate_id\tmapping_justification\tconfidence\tmapping_date\tcomment\n"
        "b:2\ta:2\tskos:exactMatch\tsemapv:LexicalMatching\t0.98765\t2026-01-01\ttab\n"
        "b:1\ta:1\tskos:exactMatch\tsemapv:LexicalMatching\t0.1235\t2026-01-01\t\n"
        "b:1\ta:10\tskos:exactMatch\tsemapv:LexicalMatching\t1.000\t2026-01-01\t\n"
    )
    mapping_set, rows = read(member, text)
    rows[0] = sssom.SssomMapping.of({**rows[0].values, "comment": 'a\t"b"'}, mapping_set)
    assert written(mapping_set, rows) == (
        "#curie_map:\n#  a: https://example.org/a/\n#  b: https://example.org/b/\n"
        '#mapping_set_id: https://example.org/sets/own\n#mapping_set_version: "2026"\n#mapping_set_title: "yes: a title"\n'
        "#creator_label:\n#  - Me\n#license: https://example.org/l\n#mapping_date: 2026-01-01\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tcomment\n"
        "a:1\tskos:exactMatch\tb:1\tsemapv:LexicalMatching\t0.124\t\n"
        "a:10\tskos:exactMatch\tb:1\tsemapv:LexicalMatching\t1\t\n"
        'a:2\tskos:exactMatch\tb:2\tsemapv:LexicalMatching\t0.988\t"a\t""b"""\n'
    )


def test_the_writer_refuses_an_undeclared_prefix(member):
    mapping_set, rows = read(member, NEW)
    with pytest.raises(ValueError, match=r"prefix 'a' .* is not declared"):
        written(
            sssom.MappingSet(mapping_set.slots, {p: i for p, i in mapping_set.prefixes.items() if p != "a"}),
            rows,
        )


def test_one_file_that_must_have_no_fault(member):
    with pytest.raises(SourceError, match="line 11: predicate_id is missing"):
        read(member, NEW.replace("skos:broadMatch", ""))


TEXT = st.text(
    st.characters(exclude_categories=["C", "Z"], include_characters=' \t"|\\#:-'), min_size=1, max_size=20
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"comment": TEXT, "author_label": st.lists(TEXT, min_size=1, max_size=3).map(tuple)}
        ),
        min_size=1,
        max_size=4,
    ),
    TEXT,
)
def test_any_text_survives_the_round_trip(tmp_path_factory, values, title):
    mapping_set = sssom.MappingSet(
        {
            "mapping_set_id": "https://example.org/own",
            "license": "https://example.org/l",
            "mapping_set_title": title,
        },
        {"a": "https://example.org/a/"},
    )
    fixed = {"predicate_id": "skos:exactMatch", "mapping_justification": "semapv:LexicalMatching"}
    rows = [
        sssom.SssomMapping.of({"subject_id": f"a:{n}", "object_id": "a:x", **fixed, **v}, mapping_set)
        for n, v in enumerate(values)
    ]
    path = tmp_path_factory.mktemp("sssom") / "any.sssom.tsv"
    path.write_text(written(mapping_set, rows), encoding="utf-8", newline="")
    again_set, again = sssom.read_file(path)
    assert again_set.slots == mapping_set.slots
    assert again == rows


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Own words", True),
        ("2026", False),
        ("true", False),
        ("~", False),
        ("1e3", False),
        ("2026-01-01", True),
        ("a: b", False),
        ("a #b", False),
        ("- a", False),
        ("-a", True),
        (" a", False),
        ("", False),
        ("'a", False),
    ],
)
def test_scalars_are_plain_where_they_stay_text(text, plain):
    shown = sssom_yaml.scalar(text)
    assert (shown == text) is plain
    assert sssom_yaml.read([f"k: {shown}"]) == {"k": text} if text else True


def test_packaged_sets_are_read_without_fault():
    for path in resources.files("knowledge", ".sssom.tsv"):
        mapping_set, rows = sssom.read_file(path)
        assert rows
        assert mapping_set.get("license")


def test_slots_are_in_the_order_of_the_standard():
    assert MAPPING_SLOTS[:5] == (
        "record_id",
        "subject_id",
        "subject_label",
        "subject_category",
        "predicate_id",
    )
    assert len(MAPPING_SLOTS) == len(set(MAPPING_SLOTS))


@pytest.mark.full_data
def test_mondo(data_dir: Path):
    file = Member(data_dir / "mappings/mondo_hasdbref_icd10cm.sssom.tsv", None)
    found = list(READER.read(file))
    rows = [r for r in found if isinstance(r, sssom.SssomMapping)]
    assert (len(rows), sum(isinstance(r, Reject) for r in found)) == (11_331, 0)
    release = READER.release(file)
    assert release.ident == "sssom-mondo-hasdbxref-icd10cm/2022-03-15"
    table = [t for r in found for t in READER.table_rows(r, release)]
    assert len({t[:4] for t in table}) == 11_331
    assert sum(t[1].startswith("icd10cm:") for t in table) > 11_200
    mapping_set = next(r for r in found if isinstance(r, sssom.MappingSet))
    once = written(mapping_set, rows)
    assert once.count("\n") == 11_331 + 11


def test_the_build_writes_the_same_table():
    from codegraph.build import mappings as packaged

    assert packaged.TABLE == sssom.TABLE
