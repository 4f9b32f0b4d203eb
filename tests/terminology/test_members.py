"""Lists and sets of codes: what is kept is made once, the short ways give what the long ones give."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.terminology import facets
from codegraph.terminology.compose import Composer
from codegraph.terminology.concepts import FACETS, Concepts
from codegraph.terminology.facets import FacetCodes
from codegraph.terminology.kept import Kept
from codegraph.terminology.listed import Listed, plain
from codegraph.terminology.members import Codes, Members
from tests.terminology.conftest import CPT


@pytest.fixture(scope="module")
def concepts(kg):
    return Concepts(kg)


@pytest.fixture(scope="module")
def listed(concepts):
    return Listed(concepts)


def test_what_many_ask_for_at_once_is_made_once():
    made, all_here = [], threading.Barrier(8)

    def make(key):
        made.append(key)
        return key * 2

    kept = Kept(make, 3)

    def ask(_):
        all_here.wait()
        return kept("a")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"aa"}
    assert made == ["a"]


def test_the_oldest_is_forgotten_and_a_failure_is_not_kept():
    made = []
    kept = Kept(lambda n: made.append(n) or 1 // n, 2)
    for n in (1, 2, 1, 3, 1, 2):
        kept(n)
    assert made == [1, 2, 3, 2]
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            kept(0)
    assert made[-2:] == [0, 0]
    assert len(kept) == 2


def test_what_is_kept_has_a_weight():
    made = []
    kept = Kept(lambda n: made.append(n) or "x" * n, 10, len)
    for n in (4, 5, 4, 11, 11, 6, 4, 5):  # 11 is too heavy; 6 pushes 5 out, and then 4 fits
        kept(n)
    assert made == [4, 5, 11, 11, 6, 5]
    assert len(kept) == 2


ALL = {"a": tuple("123456789"), "b": tuple("xyz")}
PARTS = st.fixed_dictionaries(
    {key: st.one_of(st.none(), st.frozensets(st.sampled_from(codes))) for key, codes in ALL.items()}
)


def members(parts):
    return Members(
        {k: Codes(whole=lambda k=k: ALL[k]) if codes is None else Codes(codes) for k, codes in parts.items()}
    )


def pairs(found):
    return {(key, code) for key, codes in found.items() for code in codes.ordered}


def written(parts):
    return {(k, code) for k, codes in parts.items() for code in (ALL[k] if codes is None else codes)}


@given(PARTS, PARTS)
def test_sets_are_as_sets_are(first, second):
    one, two = members(first), members(second)
    assert pairs(one.joined(two)) == written(first) | written(second)
    assert pairs(one.shared(two)) == written(first) & written(second)
    assert pairs(one.without(two)) == written(first) - written(second)
    assert one.total == len(written(first))
    assert all(one.has(key, code) for key, code in written(first))


@given(PARTS, st.integers(0, 14), st.integers(0, 14))
def test_a_page_is_a_slice(parts, offset, count):
    found = members(parts).ordered(ALL)
    whole = [(key, code) for key in found for code in found[key].ordered]
    page = [(key, code) for key, codes in found.page(offset, count) for code in codes]
    assert page == whole[offset : offset + count]


@pytest.mark.parametrize("key", ["cpt", "hcpcs", "icd10cm", "icd10pcs", "site", "family"])
def test_codes_are_listed_in_order_and_found_again(concepts, listed, key):
    system = concepts.systems[key]
    codes = listed.codes(system)
    assert len(codes) == system.count
    assert list(codes) == sorted(codes)
    found = listed.concepts(system, codes[:400])
    assert [c.code for c in found] == list(codes[:400])
    assert all(c == concepts.get(system, c.code) for c in found[::20])
    assert listed.concepts(system, ["no such code", codes[0], "none", "nor this"]) == [found[0]]


@pytest.mark.parametrize(
    "text",
    ["LAPAROSC ileost", "44310", "k50", "0d1b", "colon-or", "100% of_it", "crohn's", "(open)", "ÉÉ", "1p"],
)
@pytest.mark.parametrize("key", ["cpt", "icd10cm", "icd10pcs", "site"])
def test_a_filter_in_the_table_finds_what_reading_all_finds(concepts, listed, monkeypatch, key, text):
    system = concepts.systems[key]
    words = tuple(sorted(set(plain(text).split())))
    said = {c.code: re.split(r"[\s,;()\[\]/-]+", f"{c.code} {c.display or ''}".lower())
            for c in listed.concepts(system, listed.codes(system))}  # fmt: skip
    slow = {code for code, held in said.items() if all(any(h.startswith(w) for h in held) for w in words)}
    whole = Codes(whole=lambda: listed.codes(system))
    assert listed.having(system, words, whole) == slow
    some = Codes(frozenset(listed.codes(system)[::3]))
    assert listed.having(system, words, some) == slow & some.given
    monkeypatch.setattr("codegraph.terminology.listed._FEW", 0)
    assert listed.having(system, words, some) == slow & some.given


@pytest.mark.parametrize(
    ("facet", "value"), [("site", "ileum"), ("site", "large-intestine"), ("approach", "open")]
)
def test_few_and_many_codes_of_a_facet_are_the_same(kg, monkeypatch, facet, value):
    one_by_one = FacetCodes(kg).codes(FACETS[facet], f"{facet}:{value}", with_below=True)
    monkeypatch.setattr(facets, "_FEW", 0)
    at_once = FacetCodes(kg).codes(FACETS[facet], f"{facet}:{value}", with_below=True)
    assert at_once == one_by_one
    asked = {f"{c.system}:{c.notation}" for c in kg.codes(**{facet: value})}
    assert {f"{system}:{code}" for system, codes in at_once.items() for code in codes} == asked


def test_retired_codes_and_modifiers(concepts, listed):
    cpt = concepts.systems["cpt"]
    assert "44383" in listed.retired(cpt)
    assert {"59", "P1"} <= listed.modifiers(cpt)
    assert not listed.modifiers(concepts.systems["icd10cm"])
    assert listed.retired(concepts.systems["site"]) == frozenset()


def test_what_a_compose_holds_is_kept(concepts):
    composer = Composer(concepts, lambda _: {})
    open_ones = {"property": "approach", "op": "=", "value": "open"}
    compose = {"include": [{"system": CPT, "filter": [open_ones]}]}
    first = composer.members({"compose": compose})
    assert composer.members({"compose": dict(compose), "title": "another"}) is first
    assert composer.having(first, "ileo") is composer.having(first, "ileo")


def test_codes_that_are_retired_may_be_left_out_by_the_compose(concepts):
    composer = Composer(concepts, lambda _: {})
    compose = {"include": [{"system": CPT, "concept": [{"code": "44383"}, {"code": "44310"}]}]}
    assert set(composer.members({"compose": compose})["cpt"].ordered) == {"44383", "44310"}
    assert composer.members({"compose": compose | {"inactive": False}})["cpt"].ordered == ("44310",)


def test_a_facet_is_read_when_so_much_was_asked_of_it(kg, monkeypatch):
    read = []
    monkeypatch.setattr(facets, "_FEW", 250)
    monkeypatch.setattr(FacetCodes, "_of_facet", lambda _, predicate: read.append(predicate) or {})
    codes = FacetCodes(kg)
    for _ in range(3):
        codes.codes(FACETS["site"], "site:ileum", with_below=True)
    assert read == [FACETS["site"]] * len(read)
    assert 1 <= len(read) < 3
