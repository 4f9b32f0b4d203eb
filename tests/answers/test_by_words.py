"""Codes asked for by words, words that describe a code, places and periods; what each code has and lacks."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph import resources
from codegraph.answers.absorb import absorb, period, texts_of
from codegraph.answers.bind import Unreadable
from codegraph.answers.by_words import FIND, instead, named, odd, phrase_of
from codegraph.answers.declined import declined, filled
from codegraph.answers.entities import written_out
from codegraph.answers.fit import Fit, fit, known
from codegraph.answers.topic_words import OF_LIMITS, PEOPLE
from codegraph.answers.topics import TOPICS
from codegraph.answers.towns import places
from codegraph.answers.understand import read
from codegraph.answers.vocabulary import CHANGING, FILLERS, SHORTHAND
from codegraph.search.coverage import covered
from codegraph.search.lexicon import Lexicon

BY_KEY = {t.key: t for t in TOPICS}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("what is the code for a laparoscopic loop ileostomy?", "laparoscopic loop ileostomy"),
        ("CPT for total colectomy with ileostomy", "total colectomy with ileostomy"),
        ("how do I bill a lap appy", "lap appy"),
        ("loop ileostomy", "loop ileostomy"),
        ("tell me a joke", None),
        ("what is 44310", None),
        ("medicare payment for code 4431O", None),
    ],
)
def test_the_phrase_of_a_question(kg, text, phrase):
    assert phrase_of(read(kg, text)) == phrase


def test_one_code_only_where_no_other_fits_as_well(kg):
    found = named(kg, "continent ileostomy revision", ())
    assert found.found[0].lacks == () or len(found.found) > 1
    several = named(kg, "loop ileostomy", ())
    assert len(several.whole) > 1
    assert {"cpt:44310", "cpt:44187"} <= {c.hit.code for c in several.whole}


@pytest.mark.parametrize(
    ("phrase", "note"),
    [
        ("knee replacement", "not loaded: a description of a CPT code"),
        ("loop ileostomy not", "not loaded"),
        ("average loop ileostomy", "not loaded"),
        ("xyzzy plugh", "not loaded"),
    ],
)
def test_what_no_code_has_is_said(kg, phrase, note):
    with pytest.raises(Unreadable, match=note):
        named(kg, phrase, ("cpt",))


def test_what_is_denied_is_denied_by_the_label_too(kg):
    found = named(kg, "ileostomy without a tube", ("cpt",))
    assert {"cpt:44310", "cpt:44187"} == {c.hit.code for c in found.whole}


def test_another_topic_asked_by_words_has_readings(kg):
    unread = instead(kg, read(kg, "what does medicare pay for an open appendectomy"))
    assert unread is not None
    assert unread.understood
    assert "what does medicare pay for an 44950" in unread.readings
    assert instead(kg, read(kg, "price of 44310")) is None
    assert FIND.key not in BY_KEY


def test_words_are_covered_by_texts_sayings_and_facets(kg):
    result = kg.search("lap ilestomy with wings")
    first = covered(kg, Lexicon(kg), "lap ilestomy with wings", result, result.words)[0]
    assert first.hit.code == "cpt:44187"
    assert first.has == ("lap", "ilestomy")
    assert first.lacks == ("wings",)


@pytest.mark.parametrize(
    ("text", "key", "left", "place", "day"),
    [
        ("fee for 44970 manhattan", "price", 0, "manhattan", None),
        ("fee for 44970 gotham", "price", 1, None, None),
        ("price of 44310 in November 2025", "price", 0, None, "2025-11-01"),
        ("price of 44310 in 2025", "price", 0, None, "2025-10-01"),
        ("global for a colostomy takedown 44626", "global", 0, None, None),
        ("global for an open ileostomy 44187", "global", 1, None, None),
    ],
)
def test_what_words_left_over_mean(kg, text, key, left, place, day):
    bound = read(kg, text)
    found = absorb(kg, bound, fit(BY_KEY[key], bound))
    assert (len(found.left), found.place, found.day) == (left, place, day)


def test_a_year_that_nothing_covers_is_not_loaded(kg):
    bound = read(kg, "price of 44310 in 1998")
    with pytest.raises(Unreadable, match=r"not loaded: .* of 1998; loaded: cms-pfs/2025D"):
        absorb(kg, bound, fit(BY_KEY["price"], bound))


def test_periods_and_numbers():
    assert period("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert period("2025") == (date(2025, 1, 1), date(2025, 12, 31))
    assert (
        written_out("two units w/o a ten day global, one code") == "2 units without a 10 day global, one code"
    )


def test_words_of_a_code_are_those_of_its_public_texts(kg):
    assert {"ileostomy", "laparoscopic"} <= texts_of(kg, "cpt:44187")
    assert "open" not in texts_of(kg, "cpt:44187")


def test_tables_of_words_do_not_cross():
    assert FILLERS.isdisjoint(CHANGING)
    assert set(SHORTHAND).isdisjoint(FILLERS)
    assert set(PEOPLE.split()).isdisjoint(CHANGING)
    assert {setting for _, setting in OF_LIMITS} == {"practitioner", "outpatient", "dme"}
    assert known("reimbursement")
    assert not known("xyzzy")


def test_refusals_name_what_was_left(kg):
    bound = read(kg, "price of 44310 for martians")
    fits = [f for t in TOPICS if (f := fit(t, bound))]
    assert all(isinstance(f, Fit) for f in fits)
    assert "'martians'" in declined(kg, bound, fits).note
    assert list(filled(bound, ["What does {codes} pay?", "Modifier {mods}?"])) == ["What does 44310 pay?"]
    assert odd(read(kg, "price of 4431O")) == ["4431O"]


def test_readings_lead_on(kg):
    for text in (
        "price of 44310 for martians on mars",
        "gem for 44310",
        "price of 44310 and 44187 with modifier 59",
    ):
        for reading in kg.ask(text).readings:
            assert kg.ask(reading).understood, reading


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("Omaha", ("NE",)),
        ("san antonio tx", ("Bexar County, TX",)),
        ("Portland", ("Cumberland County, ME", "Multnomah County, OR")),
        ("Portland, Maine", ("Cumberland County, ME",)),
        ("Omaha, Texas", ()),
        ("Atlantis", ()),
        ("", ()),
    ],
)
def test_towns_lie_in_states_and_counties(text, of):
    assert places(text) == of


def test_every_town_has_its_locality(kg):
    lines = (resources.folder("knowledge") / "words/towns.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith(("#", "town"))]
    assert len(rows) > 150
    for town, state, _ in rows:
        (place,) = places(f"{town}, {state}")
        assert kg.price("44310", locality=place, setting="facility").total, town
