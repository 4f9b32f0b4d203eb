"""Pieces of a question, slips of the pen, topics, and what is declined."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from codegraph.answers import (
    by_words,
    grounds,
    say_claim,
    say_codes,
    say_history,
    say_links,
    say_payment,
    say_rules,
)
from codegraph.answers.ask import SAYS, ask
from codegraph.answers.bind import Unreadable, bind
from codegraph.answers.by_words import FIND
from codegraph.answers.entities import LONGEST, cleaned, items, short
from codegraph.answers.model import Answer, Ground
from codegraph.answers.spelling import corrected, slips
from codegraph.answers.topic import Topic
from codegraph.answers.topic_words import MODIFIER_WORDS, PRICED_MODIFIERS
from codegraph.answers.topics import TOPICS
from codegraph.answers.topics_billing import TOPICS as BILLING
from codegraph.answers.topics_codes import TOPICS as CODES
from codegraph.answers.topics_links import TOPICS as LINKS
from codegraph.answers.topics_payment import TOPICS as PAYMENT
from codegraph.answers.understand import understand
from codegraph.answers.vocabulary import ELSEWHERE, FILLERS, KEPT, KEY_WORDS
from codegraph.errors import InvalidValue
from codegraph.namespaces import CODE_PREFIXES


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2026-07-01", "day", "2026-07-01"),
        ("July 1, 2026", "day", "2026-07-01"),
        ("1st of", "word", "1st"),
        ("1 Sept 2024", "day", "2024-09-01"),
        ("8/1/2024", "day", "2024-08-01"),
        ("13/1/2024", "bad-day", ""),
        ("2025-02-30", "bad-day", ""),
        ("2019", "year", "2019"),
        ("59", "pair", "59"),
        ("x3", "units", "3"),
        ("12 units", "units", "12"),
        ("120", "number", "120"),
        ("locality 01112-05", "locality", "01112-05"),
    ],
)
def test_a_piece_is_told_by_its_syntax(text, kind, value):
    found = items(cleaned(text))[0]
    assert (found.kind, found.value) == (kind, value)


def test_a_day_is_a_date():
    assert items("July 4, 2025")[0].day == date(2025, 7, 4)


@pytest.mark.parametrize(
    ("text", "codes", "modifiers"),
    [
        ("44388-53", ["cpt:44388"], ("53",)),
        ("44187-59-lt", ["cpt:44187"], ("59", "LT")),
        ("g0105", ["hcpcs:G0105", "icd10cm:G01.05"], ()),
        ("K50.012", ["icd10cm:K50.012"], ()),
        ("0d1b0z4", ["icd10pcs:0D1B0Z4"], ()),
        ("555.9", ["icd9cm:555.9"], ()),
        ("46.20", ["icd9pcs:46.20"], ()),
        ("icd9cm:5559", ["icd9cm:555.9"], ()),
    ],
)
def test_a_code_is_told_by_its_syntax(text, codes, modifiers):
    (found,) = items(text)
    assert (found.kind, [str(r) for r in found.refs], found.modifiers) == ("code", codes, modifiers)


@pytest.mark.parametrize("text", ["4431O", "colectomy", "sigmoid", "44310x2y", "$"])
def test_what_is_written_like_no_code_is_none(text):
    assert {i.kind for i in items(text)} == {"word"}


@pytest.mark.parametrize(
    ("text", "system"), [("ICD-10-PCS", "icd10pcs"), ("icd 10 cm", "icd10cm"), ("CPT", "cpt")]
)
def test_a_system_is_known_by_its_names(text, system):
    (found,) = items(text)
    assert found.systems == (system,)
    assert items(short(system))[0].systems == (system,)


def test_control_and_format_characters_are_dropped_and_dashes_are_hyphens():
    assert cleaned("44310\x00\u200b \u202e 44388\u201353\n") == "44310 44388-53"
    assert cleaned("\U000e0041\U000e0042") == ""


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("pirce", "price"),
        ("modifer", "modifier"),
        ("crosswlak", "crosswalk"),
        ("laproscopic", "laparoscopic"),
    ],
)
def test_a_slip_in_a_key_word_is_read(word, read):
    assert corrected(word) == read
    assert slips(word, read, 2) <= 2


@pytest.mark.parametrize(
    "word", ["medicaid", "prince", "average", "diagnostic", "closest", "cost", "patient", "three"]
)
def test_another_word_is_no_slip(word):
    assert corrected(word) is None


def test_words_kept_apart_are_no_key_words():
    assert KEY_WORDS.isdisjoint(KEPT)
    assert FILLERS.isdisjoint(
        {"not", "no", "without", "except", "than", "or", "if", "before", "after", "never"}
    )


def test_every_topic_is_answered_or_has_readings():
    assert list(TOPICS) == [*CODES, *LINKS, *PAYMENT, *BILLING]
    assert all(dataclasses.is_dataclass(t) and isinstance(t, Topic) for t in TOPICS)
    keys = [t.key for t in TOPICS]
    assert len(keys) == len(set(keys))
    assert set(SAYS) == {t.key for t in (*TOPICS, FIND) if not t.readings}
    modules = {say.__module__ for say in SAYS.values()}
    assert modules == {
        m.__name__ for m in (by_words, say_claim, say_codes, say_history, say_links, say_payment, say_rules)
    }
    assert {s for t in TOPICS for s in t.systems.split()} <= CODE_PREFIXES.keys() | set(CODE_PREFIXES)


def test_every_modifier_that_words_mean_is_in_the_release(kg):
    assert all(
        f"modifier:{m}" in kg for t in (MODIFIER_WORDS, PRICED_MODIFIERS) for ms in t.values() for m in ms
    )


def test_what_is_elsewhere_names_a_source():
    assert all("(" in source or len(source) > 20 for _, source in ELSEWHERE)


def test_a_topic_asked_is_what_was_named(kg):
    (asked,) = understand(kg, "What does 44388-53 pay in the office in Dallas, TX on 2025-11-01?", None)
    assert (asked.topic, asked.code, asked.lines) == ("price", "cpt:44388", ("44388-53",))
    assert (asked.day, asked.place, asked.setting) == ("2025-11-01", "Dallas, TX", "nonfacility")


def test_pieces_are_bound_to_the_release(kg):
    bound = bind(kg, "May I use LT on CPT code 44310", items("May I use LT on CPT code 44310"))
    assert bound.view == "may i use <mod> on code <code>"
    assert bound.modifiers == ("LT",)
    with pytest.raises(Unreadable, match="range"):
        bind(kg, "44310-44346", items("44310-44346"))


def test_the_day_of_the_call_stands_in_for_one_of_the_question(kg):
    assert "2025-10-01" in ask(kg, "price of 44310", on=date(2025, 11, 1)).text
    assert not ask(kg, "price of 44310", on="2024-11-01")
    both = ask(kg, "price of 44310 on 2025-11-01", on="2024-11-01")
    assert both.sentences
    assert "the day is 2025-11-01" in both.assumed[0]
    with pytest.raises(InvalidValue):
        ask(kg, "price of 44310", on="yesterday")


def test_the_present_is_said_to_be_the_newest_release(kg):
    assert "newest release" in ask(kg, "What is the price of 44310 today?").assumed[0]


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LONGEST + 1),
        "44310 " * 300,
        "(" * 1999,
        "a" * 1999,
        "1" * 1999,
        "modifier " * 200,
        "\x00\x1b[31m",
        '44310" . } DELETE WHERE { ?s ?p ?o } #',
        "44310'; DROP TABLE code; --",
        "\U000e0049\U000e0067\U000e006e price \ud800",
        "{{7*7}} ${jndi:ldap://x} %s %n ../../etc/passwd",
        "ICD-10 " * 100,
        "modifier 59 " * 100,
    ],
)
def test_no_text_raises_and_odd_ones_are_declined(kg, text):
    answer = ask(kg, text)
    assert isinstance(answer, Answer)
    assert answer.note or answer.sentences
    assert len(answer.question) <= 200
    assert answer.question.isprintable()


def test_a_question_too_long_is_not_cut_short(kg):
    assert "longer than" in str(ask(kg, "price of 44310 " + "please " * 400).note)


def test_an_answer_as_a_text(kg):
    answer = ask(kg, "What is the pirce of 44310?")
    assert answer.text.startswith("Medicare's physician fee schedule pays $1011.15")
    assert answer.text.endswith("Assumed: pirce means price.")
    assert str(answer) == answer.text
    assert str(answer.sentences[0]) == answer.sentences[0].text
    assert answer
    assert not ask(kg, "average price of 44310")


def test_grounds_name_release_file_and_dates(kg):
    found = next(g for g in ask(kg, "price of 44310").sentences[0].evidence if g.table == "pfs")
    assert str(found) == "cms-pfs/2025D (2025-10-01 to 2025-12-31), cms-pfs-2025D.csv"
    assert ("work", "17.59") in found.values
    assert grounds.span(kg, "no/release") is None
    assert isinstance(grounds.computed(n=1), Ground)


def test_an_ambiguous_question_gets_its_readings(kg):
    answer = ask(kg, "What is the status of 44383?")
    assert [r for r in answer.readings if "44383" not in r] == []
    assert len(answer.readings) == 3
