"""The canonical form: whatever SSSOM allows survives writing and reading, and what it does not allow is refused."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.errors import SourceError
from codegraph.sources import sssom
from codegraph.sources.base import Note, Reject
from codegraph.sources.files import Member
from codegraph.sources.sssom_checks import check_mapping
from codegraph.sources.sssom_slots import (
    HANDED_ON,
    IDENTIFIERS,
    IRIS,
    MAPPING_SLOTS,
    MULTIPLE,
    RANGES,
    SET_SLOTS,
    WORDS,
)
from codegraph.sources.sssom_writer import canonical

BLOCK = (
    "#curie_map:\n#  a: https://example.org/a/\n#mapping_set_id: https://example.org/sets/own\n"
    "#license: https://example.org/l\n"
)
HEAD = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
ROW = "a:1\tskos:exactMatch\ta:2\tsemapv:LexicalMatching\t0.5\n"

# Any text that UTF-8 holds, line ends, quotes, bars, marks of YAML and invisible signs included.
TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\n\r\t\"'|\\#:- \u2028\u0085\u00a0\ufeff"), max_size=12
)
CURIES = st.from_regex(r"(a|b|cpt|skos):[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}", fullmatch=True)
LINKS = st.from_regex(r"https://example\.org/[a-z0-9]{1,5}", fullmatch=True)
DAYS = st.dates().map(lambda day: day.isoformat())
NUMBERS = {
    slot: st.decimals(low, high, allow_nan=False, places=5).map(str) for slot, (low, high) in RANGES.items()
}


def values_of(slot: str):
    one = (
        st.sampled_from(sorted(WORDS[slot]))
        if slot in WORDS
        else NUMBERS[slot]
        if slot in NUMBERS
        else DAYS
        if slot.endswith("_date")
        else LINKS
        if slot in IRIS
        else CURIES
        if slot in IDENTIFIERS
        else st.sampled_from(["1.0", "1.1"])
        if slot == "sssom_version"
        else TEXT
    )
    return st.lists(one, max_size=3).map(tuple) if slot in MULTIPLE else one


NEEDED = {
    "subject_id": CURIES,
    "predicate_id": CURIES,
    "object_id": CURIES | st.just("sssom:NoTermFound"),
    "mapping_justification": st.just("semapv:LexicalMatching"),
}
ROWS = st.fixed_dictionaries(
    NEEDED, optional={slot: values_of(slot) for slot in MAPPING_SLOTS if slot not in NEEDED}
)
SETS = st.fixed_dictionaries(
    {"mapping_set_id": LINKS, "license": LINKS},
    optional={
        slot: values_of(slot)
        for slot in SET_SLOTS
        if slot not in {"mapping_set_id", "license", "curie_map", "extension_definitions"}
    },
)
PREFIXES = {
    "a": "https://example.org/a/",
    "b": "https://example.org/b#",
    "cpt": "https://w3id.org/codegraph/code/cpt/",
    "unused": "https://example.org/u/",
}


def written(mapping_set, rows) -> str:
    stream = io.StringIO(newline="")
    sssom.write(mapping_set, rows, stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def reread(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canonical")
    numbers = itertools.count()

    def read(text: str):
        path = folder / f"{next(numbers)}.sssom.tsv"
        path.write_bytes(text.encode())
        found = sssom.read_file(path)
        path.unlink()
        return found

    return read


@settings(max_examples=120, deadline=None)
@given(SETS, st.lists(ROWS, min_size=1, max_size=4), st.sampled_from([None, *HANDED_ON]))
def test_writing_and_reading_keep_every_set(reread, slots, rows, shared):
    if shared:  # one value on every row, which the canonical form says once
        for row in rows:
            row.pop(shared, None)
            if rows[0].get(shared):
                row[shared] = rows[0][shared]
    given_set = sssom.MappingSet(slots, PREFIXES)
    mappings = [sssom.SssomMapping.of({s: v for s, v in row.items() if v}, given_set) for row in rows]
    once = written(given_set, mappings)
    assert "\r" not in once
    found = reread(once)
    assert found == canonical(given_set, mappings)  # what is canonical comes back as it went
    assert written(*found) == once
    assert canonical(*found) == found


def test_what_is_canonical_is_unchanged_by_a_round_trip(reread):
    made, rows = reread(BLOCK + HEAD + ROW + ROW.replace("a:1", "a:3"))
    again = reread(written(made, rows))
    assert (again[0].slots, again[0].prefixes, again[1]) == (made.slots, made.prefixes, rows)


def test_rows_without_counterpart_and_denied_rows_are_carried(reread):
    text = (
        BLOCK
        + HEAD.replace("\tobject_id", "\tpredicate_modifier\tobject_id")
        + "a:1\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t1\n"
        + "a:2\tskos:exactMatch\tNot\ta:9\tsemapv:ManualMappingCuration\t1\n"
    )
    made, rows = reread(text)
    assert [(m.unmapped, m.asserted) for m in rows] == [(True, False), (False, False)]
    assert written(made, rows) == text


def test_numbers_round_half_up_and_slots_of_1_1_say_their_version(reread):
    text = (
        BLOCK + HEAD.replace("subject_id", "record_id\tsubject_id") + "a:r\t" + ROW.replace("0.5", "0.0005")
    )
    once = written(*reread(text))
    assert once.splitlines()[0] == '#sssom_version: "1.1"'
    assert once.endswith("\t0.001\n")


def test_line_ends_inside_a_cell_stay(reread):
    text = BLOCK + HEAD.replace("\n", "\tcomment\n") + ROW.replace("\n", '\t"one\ntwo\u2028three"\n')
    made, rows = reread(text.replace("\n", "\r\n"))
    assert rows[0].comment == "one\ntwo\u2028three"
    assert written(made, rows) == text


def test_what_follows_an_extension_definition_is_read(reread):
    block = BLOCK + "#extension_definitions:\n#  - slot_name: ext_x\n#    property: a:x\n#comment: hello\n"
    made, rows = reread(block + HEAD.replace("\n", "\text_x\n") + ROW.replace("\n", "\t5\n"))
    assert made.get("comment") == "hello"
    assert "ext_x" not in rows[0].values


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str | bytes) -> Member:
        path = tmp_path / "bad.sssom.tsv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return Member(path, None)

    return make


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BLOCK.replace("#license: https://example.org/l\n", "") + HEAD + ROW, "line 3: license is missing"),
        (BLOCK.replace("org/l", "org/l\n#subject_source: z:1") + HEAD + ROW, "line 5: prefix 'z' .* not declared"),
        (BLOCK.replace("org/l", "org/l\n#subject_type: horse") + HEAD + ROW, "line 5: subject_type is one of"),
        (BLOCK.replace("https://example.org/l", "own words") + HEAD + ROW, "line 4: license is an absolute IRI"),
        (BLOCK.replace("org/l", "org/l\n#mapping_set_confidence: 2") + HEAD + ROW, "line 5: .* from 0 to 1, not 2"),
        (BLOCK.replace("#  a: https://example.org/a/", "#  a: nowhere") + HEAD + ROW, "line 2: curie_map: a stands"),
        (BLOCK + HEAD.replace("\tmapping_justification", "") + ROW.replace("\tsemapv:LexicalMatching", ""),
         "line 5: mapping_justification is missing"),
        (BLOCK + HEAD.replace("confidence", "object_id") + ROW, "line 5: column object_id stands there twice"),
        (BLOCK + HEAD + ROW + ROW.replace("a:2", "c:2"), "line 7: prefix 'c'"),
        (BLOCK + HEAD + ROW.replace("a:1", '"a:1'), "line 6: "),
        ((BLOCK + HEAD).encode() + ROW.encode().replace(b"a:2", b"a:\xff"), "line 6: not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_sssom_does_not_allow_is_refused_with_line_and_reason(member, text, reason):
    with pytest.raises(SourceError, match=rf"bad\.sssom\.tsv.*{reason}"):
        list(sssom.read(member(text)))


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("confidence", "1.001", "from 0 to 1"),
        ("confidence", "-0.1", "from 0 to 1"),
        ("confidence", "NaN", "from 0 to 1"),
        ("similarity_score", "7", "from 0 to 1"),
        ("reviewer_agreement", "-1.5", "from -1 to 1"),
        ("subject_type", "owl thing", "subject_type is one of"),
        ("predicate_type", "verb", "predicate_type is one of"),
        ("mapping_cardinality", "2:2", "mapping_cardinality is one of"),
        ("mapping_date", "2026-13-01", "is a day like"),
        ("mapping_provider", "CMS", "absolute IRI"),
        ("mapping_justification", "", "mapping_justification is missing"),
    ],
)
def test_a_row_with_an_impossible_value_is_rejected_with_its_line(member, column, value, reason):
    header = HEAD.rstrip("\n").split("\t")
    cells = ROW.rstrip("\n").split("\t")
    if column in header:
        cells[header.index(column)] = value
    else:
        header, cells = [*header, column], [*cells, value]
    good = dict(zip(header, cells, strict=True)) | {column: ""}
    rest = "a:3\tskos:exactMatch\ta:4\tsemapv:LexicalMatching" + "\t" * (len(header) - 4) + "\n"
    text = BLOCK + "\t".join(header) + "\n" + "\t".join(cells) + "\n" + rest
    (reject,) = [r for r in sssom.read(member(text)) if isinstance(r, Reject)]
    assert reason in reject.reason
    assert reject.line == 6
    with pytest.raises(ValueError, match=reason):  # and it is not written either
        check_mapping(
            {**{k: v for k, v in good.items() if v}, **({column: value} if value else {})}, PREFIXES
        )


def test_a_built_in_prefix_keeps_its_meaning_and_that_is_noted(member):
    text = BLOCK.replace("#  a:", "#  sssom: http://example.org/other/\n#  a:")
    rows = list(sssom.read(member(text + HEAD + ROW.replace("a:2", "sssom:NoTermFound"))))
    assert [r.line for r in rows if isinstance(r, Note)] == [2]
    assert [r.unmapped for r in rows if isinstance(r, sssom.SssomMapping)] == [True]


def test_the_writer_refuses_what_the_reader_would():
    made = sssom.MappingSet({"mapping_set_id": "https://example.org/s"}, PREFIXES)
    row = sssom.SssomMapping({"subject_id": "a:1"}, "", "", "", "", None)
    with pytest.raises(ValueError, match="license is missing"):
        written(made, [row])
    whole = sssom.MappingSet({**made.slots, "license": "https://example.org/l"}, PREFIXES)
    with pytest.raises(ValueError, match="object_id is missing"):
        written(whole, [row])
    with pytest.raises(ValueError, match="at least one mapping"):
        written(whole, [])
