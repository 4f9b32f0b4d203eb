"""Chained crosswalks: the rules as properties, chains of made-up mappings, and chains over a built release."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.build.small_files import write_all

from codegraph.build.pipeline import build
from codegraph.crosswalk.chain import CHAINED, chain, multiplied
from codegraph.crosswalk.indications import INDICATED, SET
from codegraph.errors import NotLoaded
from codegraph.graph import CodeGraph
from codegraph.mapping import Mapping
from codegraph.model import INVERSE, PREDICATES, RELATIONS, RULES, WEAK, compose
from codegraph.views import Code

ALL = sorted(PREDICATES)
STRENGTH = {"exact": 0, "narrower": 1, "broader": 1, "related": 2}
relations = st.sampled_from(ALL)
confidences = st.none() | st.floats(0, 1, allow_nan=False)


# --- the table of rules -------------------------------------------------------------------------------------------


@given(relations)
def test_inverting_twice_is_the_identity(relation):
    assert INVERSE[INVERSE[relation]] == relation
    assert RELATIONS[PREDICATES[relation]] == relation


@given(relations, relations, st.booleans())
def test_chaining_never_strengthens(first, second, weak):
    found = compose(first, second, weak=weak)
    if found is not None:
        assert STRENGTH[found] >= max(STRENGTH[first], STRENGTH[second])


@given(relations, st.booleans())
def test_exact_is_neutral(relation, weak):
    assert compose("exact", relation, weak=weak) == relation == compose(relation, "exact", weak=weak)


@given(relations, relations, st.booleans())
def test_a_chain_read_backwards_is_the_inverse(first, second, weak):
    forwards = compose(first, second, weak=weak)
    backwards = compose(INVERSE[second], INVERSE[first], weak=weak)
    assert backwards == (None if forwards is None else INVERSE[forwards])


@given(st.lists(relations, min_size=1, max_size=6))
def test_it_does_not_matter_where_one_begins(steps):
    def joined(a, b):
        return None if a is None or b is None else compose(a, b)

    assert reduce(joined, steps) == reduce(lambda later, earlier: joined(earlier, later), reversed(steps))


def test_what_is_related_goes_no_further_and_opposite_directions_only_when_asked():
    assert {pair for pair in RULES if "related" in pair} == {("exact", "related"), ("related", "exact")}
    assert set(WEAK.values()) == {"related"}
    assert not RULES.keys() & WEAK.keys()
    for first, second in (("broader", "narrower"), ("narrower", "broader")):
        assert compose(first, second) is None
        assert compose(first, second, weak=True) == "related"
    for relation in ("narrower", "broader", "related"):
        assert compose("related", relation, weak=True) is None


# --- chains of made-up mappings -----------------------------------------------------------------------------------


def mapping(source, target, relation, confidence=None):
    ends = (Code(None, *name.split(":")) for name in (source, target))
    return Mapping(*ends, relation, PREDICATES[relation], "semapv:LogicalReasoning", confidence, "x/1")


def chained(mappings, start, systems, **options):
    def step(code, system):
        return [m for m in mappings if m.source_code == code and m.target.system == system]

    return chain(Code(None, *start.split(":")), systems, step, **options)


@given(st.lists(st.tuples(relations, confidences), min_size=1, max_size=5), st.booleans())
def test_a_chain_keeps_its_path_and_multiplies_confidence(steps, weak):
    hops = [mapping(f"s{i}:x", f"s{i + 1}:x", r, c) for i, (r, c) in enumerate(steps)]
    found = chained(hops, "s0:x", [f"s{i + 1}" for i in range(len(steps))], weak=weak)
    expected = reduce(
        lambda a, b: None if a is None else compose(a, b, weak=weak), [r for r, _ in steps[1:]], steps[0][0]
    )
    assert [m.relation for m in found] == ([] if expected is None else [expected])
    for m in found:
        whole = reduce(multiplied, [c for _, c in steps])
        assert m.confidence == (None if whole is None else pytest.approx(whole))
        assert [c for _, c in steps if c is None] == [] or m.confidence is None
        if len(steps) > 1:
            assert m.path == tuple(hops)
            assert m.justification == CHAINED
            assert all(str(hop.target) in m.comment for hop in hops)


def test_of_several_paths_the_most_confident_stays_and_the_strongest_relation():
    two = [
        mapping("a:1", "b:1", "exact", 0.5),
        mapping("a:1", "b:2", "exact", 0.9),
        mapping("b:1", "c:1", "narrower", 1.0),
        mapping("b:2", "c:1", "narrower", 0.8),
        mapping("b:2", "c:2", "related", 1.0),
        mapping("b:1", "c:2", "exact", 0.1),
    ]
    found = {str(m.target): m for m in chained(two, "a:1", ["b", "c"])}
    assert found["c:1"].confidence == pytest.approx(0.72)
    assert [str(m.target) for m in found["c:1"].path] == ["b:2", "c:1"]
    assert found["c:2"].relation == "exact"


def test_of_two_statements_of_one_step_the_more_confident_counts():
    said = [mapping("a:1", "b:1", "exact", c) for c in (0.4, 0.9, None)]
    for order in (said, said[::-1]):
        (found,) = chained([*order, mapping("b:1", "c:1", "broader", 0.5)], "a:1", ["b", "c"])
        assert found.confidence == pytest.approx(0.45)


def test_a_chain_does_not_come_back_to_where_it_began():
    there = [mapping("a:1", "b:1", "exact"), mapping("b:1", "a:1", "exact"), mapping("b:1", "a:2", "exact")]
    assert [str(m.target) for m in chained(there, "a:1", ["b", "a"])] == ["a:2"]


# --- chains over a release ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    """Return a release with equivalence mappings of both old code sets and categories of procedures."""
    folder = tmp_path_factory.mktemp("chains")
    files = write_all(folder / "files")
    texts = {
        "2018_I9gem.txt": "5550  K5000   00000\n5559  K500    10000\n",
        "gem_i9pcs.txt": "4620  0D1B0Z4 00000\n4621  0D1A0Z4 10000\n",
        "PRCCSR_v2024-1.csv": "'ICD-10-PCS','ICD-10-PCS DESCRIPTION','PRCCSR','PRCCSR DESCRIPTION','CLINICAL DOMAIN'\n"
        "'0D1B0Z4',\"Made-up title\",'GIS003',\"Made-up category\",Gastrointestinal System Procedures\n",
    }
    for name, text in texts.items():
        (files / name).write_text(text, encoding="utf-8")
    build([files], folder / "release")
    return CodeGraph(folder / "release")


def test_cpt_over_pcs_to_ccsr(joined):
    steps = [m for m in joined.crosswalk("44316", to="icd10pcs") if m.target.notation == "0D1B0Z4"]
    assert {m.relation for m in steps} == {"broader"}
    (found,) = joined.crosswalk("44316", to="ccsr", via="icd10pcs")
    assert (str(found.target), found.relation) == ("ccsr:GIS003", "broader")
    assert [str(m.target) for m in found.path] == ["icd10pcs:0D1B0Z4", "ccsr:GIS003"]


def test_down_and_up_again_is_related_only_when_asked(joined):
    """The ileum is below what 44310 says, and its category above: they share a narrower code, no more."""
    none = joined.crosswalk("44310", to="ccsr", via="icd10pcs")
    assert len(none) == 0
    assert "goes no further" in none.note
    (found,) = joined.crosswalk("44310", to="ccsr", via="icd10pcs", relation="related")
    assert (str(found.target), found.relation) == ("ccsr:GIS003", "related")


def test_old_procedure_codes_over_pcs_to_cpt(joined):
    found = {str(m.target): m.relation for m in joined.crosswalk("icd9pcs:46.20", to="cpt", via="icd10pcs")}
    assert found["cpt:44310"] == "broader"
    assert found["cpt:44316"] == "narrower"
    approximate = joined.crosswalk("icd9pcs:46.21", to="cpt", via="icd10pcs")
    assert len(approximate) == 0
    assert "only related" in approximate.note


def test_old_diagnoses_over_new_ones_to_what_is_done_for_them(joined):
    found = {str(m.target): m for m in joined.crosswalk("icd9cm:555.0", to="cpt", via="icd10cm")}
    assert {"cpt:44310", "cpt:44187"} <= found.keys()
    one = found["cpt:44310"]
    assert one.relation == "related"
    assert [m.mapping_set for m in one.path] == ["gem-icd9cm-icd10cm/2018", SET]
    assert "stated for icd10cm:K50" in one.path[1].comment
    assert len(joined.crosswalk("icd9cm:555.9", to="cpt", via="icd10cm")) == 0  # that step is approximate


def test_indications_are_read_only_when_their_system_is_asked_for(kg):
    assert SET not in {m.mapping_set for m in kg.crosswalk("44310")}
    found = {str(m.target): m for m in kg.crosswalk("44310", to="icd10cm")}
    assert {m.mapping_set for m in found.values()} == {SET}
    assert {(m.relation, m.predicate, m.justification) for m in found.values()} == {
        ("related", "skos:relatedMatch", "semapv:BackgroundKnowledgeBasedMatching")
    }
    assert found["icd10cm:K50"].comment.startswith("a header, stated for the codes below it: established")
    assert found["icd10cm:K50.012"].comment.startswith("common indication: ")
    assert found["icd10cm:K50"].provenance.release == "codegraph/0.1.0"


def test_a_condition_stated_at_a_header_holds_for_the_codes_below(kg):
    found = {str(m.target): m for m in kg.crosswalk("K50.012", to="cpt")}
    said = found["cpt:44310"].comment
    assert said.startswith("common indication")
    assert "stated for icd10cm:K50 " in said
    below = {str(m.target) for m in kg.crosswalk("K50", to="cpt")}
    assert below < found.keys()  # what is stated for one code is not stated for its header


def test_both_directions_of_indications_say_the_same(kg):
    compared = 0
    for code in (c for c in kg if c.startswith("cpt:")):
        for m in kg.crosswalk(code, to="icd10cm"):
            if str(m.target) in kg:
                compared += 1
                assert code in {str(back.target) for back in kg.crosswalk(m.target, to="cpt")}
    assert compared > 300


def test_no_indication_is_a_stated_answer(kg):
    assert ("icd10cm", "hcpcs") in INDICATED
    assert "no hcpcs code is stated" in kg.crosswalk("K50.012", to="hcpcs").note
    with pytest.raises(NotLoaded):
        kg.crosswalk("K50.012", to="icd9cm")
