"""Equivalence mappings: direction from content, flags, missing targets, combinations, bad rows."""

import pytest

from codegraph.errors import SourceError
from codegraph.sources import gems
from codegraph.sources.base import Reject
from codegraph.sources.files import members

READER = gems.READERS[0]
I9 = "5559  K5090   10000\n5609  K50012  10111\n0010  A000    00000\n7999  NoDx    11000\nE8889 W19XXXA 10000\n"
I10 = "A000    0010  00000\nK50012  5550  10111\nK50012  5609  10112\nW19XXXA E8889 10000\nZ9989   V468  10000\n"
I9PCS = "0001  6A750Z4 10000\n4620  0D1B0Z4 10000\n0016  NoPCS   11000\n"
PCSI9 = "0016070 0232  10000\n0D1B0Z4 4620  10000\n3E03305 9910  00000\n"
CSV = (
    '"icd9cm","icd10cm","flags","approximate","no_map","combination","scenario","choice_list"\n'
    '"0001","6A750Z4","10000",1,0,0,0,0\n"0016","NoPCS","11000",1,1,0,0,0\n"4620","0D1B0Z4","10000",1,0,0,0,0\n'
)


@pytest.mark.parametrize(
    ("name", "text", "ident", "pair"),
    [
        ("2018_I9gem.txt", I9, "gem-icd9cm-icd10cm/2018", ("555.9", "K50.90")),
        ("2017_I10gem.txt", I10, "gem-icd10cm-icd9cm/2017", ("A00.0", "001.0")),
        ("gem_i9pcs.txt", I9PCS, "gem-icd9pcs-icd10pcs/undated", ("00.01", "6A750Z4")),
        ("gem_pcsi9.txt", PCSI9, "gem-icd10pcs-icd9pcs/undated", ("0016070", "02.32")),
        ("misleading_I10gem.csv", CSV, "gem-icd9pcs-icd10pcs/undated", ("00.01", "6A750Z4")),
    ],
)
def test_the_codes_show_the_direction_and_are_printed_with_dots(make_file, name, text, ident, pair):
    member = make_file(name, text)
    assert READER.sniff(member.head())
    assert READER.release(member).ident == ident
    rows = list(READER.read(member))
    assert (rows[0].source, rows[0].target) == pair
    assert len(rows) == text.strip().count("\n") + (0 if text is CSV else 1)


def test_flags_and_what_they_mean_as_a_relation(make_file):
    member = make_file("2018_I9gem.txt", I9)
    release = READER.release(member)
    approximate, combination, exact, none, external = list(READER.read(member))
    assert (combination.combination, combination.scenario, combination.choice_list) == (True, 1, 1)
    assert none.target is None
    assert external.source == "E888.9"
    assert [gems.predicate(r) for r in (approximate, combination, exact, none)] == [
        "skos:closeMatch",
        "skos:relatedMatch",
        "skos:exactMatch",
        None,
    ]
    (triple,) = READER.triples(exact, release)
    assert triple.subject.endswith("/code/icd9cm/001.0>")
    assert triple.predicate.endswith("#exactMatch>")
    assert triple.object.endswith("/code/icd10cm/A00.0>")
    assert not list(READER.triples(none, release))
    assert {(f.system, f.notation, f.label) for f in READER.codes(exact, release)} == {
        ("icd9cm", "001.0", None),
        ("icd10cm", "A00.0", None),
    }
    assert next(READER.table_rows(none, release)) == (
        *("icd9cm", "799.9", "icd10cm", "", 1, 1, 0, 0, 0, "gem-icd9cm-icd10cm/2018"),
    )


def test_two_codes_together_stand_as_two_rows_of_one_scenario(make_file):
    rows = [r for r in READER.read(make_file("2018_I10gem.txt", I10)) if r.source == "K50.012"]
    assert [(r.target, r.scenario, r.choice_list) for r in rows] == [("555.0", 1, 1), ("560.9", 1, 2)]


def test_mapping_nodes_carry_the_flags(make_file):
    member = make_file("2018_I9gem.txt", I9)
    release = READER.release(member)
    rows = list(READER.read(member))
    said = {t.predicate.rpartition("#")[2]: t.object for t in gems.mapping_triples(rows[1], release)}
    assert said["isCombination>"].startswith('"true"')
    assert said["choiceList>"].startswith('"1"')
    objects = [t.object for t in gems.mapping_triples(rows[3], release)]
    assert "<https://w3id.org/sssom/NoTermFound>" in objects
    assert len({next(gems.mapping_triples(r, release)).subject for r in rows}) == len(rows)


def many(extra):
    return "".join(f"{n:04}  A{n // 10 % 90:02}{n % 10}    10000\n" for n in range(300)) + extra


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("00Q0  A000    10000\n", "not a code of icd9cm"),
        ("0010  A00+    10000\n", "not a code of icd10cm"),
        ("0010  A000    1000\n", "the flags are"),
        ("0010  NoDx    10000\n", "contradict each other"),
        ("0010  A000    11000\n", "contradict each other"),
        ("0010  A000  0 10000\n", "4 columns where 3"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(make_file, row, reason):
    member = make_file("2018_I9gem.txt", many(row + "0011  A001    10000\n"))
    assert READER.sniff(member.head())
    rows = list(READER.read(member))
    (reject,) = [r for r in rows if isinstance(r, Reject)]
    assert len(rows) == 302
    assert reject.line == 301
    assert reason in reject.reason


def test_files_cut_short_or_of_another_kind_are_refused(make_file):
    with pytest.raises(SourceError, match=r"2018_I9gem\.txt is cut short"):
        list(READER.read(make_file("2018_I9gem.txt", many("0012  A0"))))
    for text in ("5559  K5090\n", "some words of text\n", "0010 0010 10000\n", ""):
        member = make_file("other.txt", text)
        assert not READER.sniff(member.head())
        with pytest.raises(SourceError, match="do not show which systems"):
            list(READER.read(member))


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("name", "ident", "count", "exact"),
    [
        ("2018_I9gem.txt", "gem-icd9cm-icd10cm/2018", 24_860, 3_522),
        ("2018_I10gem.txt", "gem-icd10cm-icd9cm/2018", 81_593, 3_522),
        ("icd9toicd10pcsgem.csv", "gem-icd9pcs-icd10pcs/2018", 69_366, None),
    ],
)
def test_official_counts(data_dir, name, ident, count, exact):
    member = next(members(data_dir / "gems" / name))
    assert READER.release(member).ident == ident, "without a year in its name: known by its number of rows"
    rows = list(READER.read(member))
    assert len(rows) == count
    assert not any(isinstance(r, Reject) for r in rows)
    if exact is not None:
        assert sum(gems.predicate(r) == "skos:exactMatch" for r in rows) == exact
