"""Forms of claims told apart, our own short form, JSON Lines in bulk, and what is no claim at all."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.billing.lines import Line
from codegraph.claims import jsonl, parts, reading
from codegraph.claims.model import Claim
from codegraph.claims.reading import Unread, read_claims
from codegraph.errors import InvalidValue, SourceError

FILES = Path(__file__).parent / "files"


def read(*lines: object, **more: object) -> list[Claim | Unread]:
    text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    return list(read_claims(io.BytesIO(text.encode()), name="c.jsonl", **more))


def one(**fields: object) -> Claim | Unread:
    [found] = read({"lines": ["44310"], **fields})
    return found


def test_our_own_form_is_read():
    found = one(
        id="A1",
        on="2024-08-01",
        setting="outpatient",
        lines=[
            "44388-53x2",
            {"code": "g0105", "modifiers": ["59", "LT"], "units": 3, "day": "2024-08-02", "place": "22"},
            {"code": "44187", "provider": "1888888882", "charge": 12.5, "diagnoses": ["K50012"]},
        ],
        diagnoses=["k50.012", "K50012"],
        prior=["44310-58@2024-07-20", {"code": "44310", "day": "2024-07-21"}],
    )
    assert found == Claim(
        (
            Line("44388", ("53",), 2, number=1),
            Line("G0105", ("59", "LT"), 3, date(2024, 8, 2), "22", number=2),
            Line(
                "44187",
                provider="1888888882",
                charge=Decimal("12.5"),
                diagnoses=("K50.012",),
                number=3,
            ),
        ),
        date(2024, 8, 1),
        "outpatient",
        (Line("44310", ("58",), day=date(2024, 7, 20)), Line("44310", day=date(2024, 7, 21))),
        ("K50.012",),
        "A1",
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"lines": []}, "no line with a procedure code"),
        ({"lines": ["443"]}, "line 1: '443' is no line"),
        ({"lines": ["44310", "44310x0"]}, "line 2: '0' units of 44310"),
        ({"lines": ["44310x-1"]}, "line 1: '-1' units of 44310"),
        ({"lines": [{"code": "44310", "units": 1.5}]}, "'1.5' units of 44310"),
        ({"lines": [{"code": "44310", "modifiers": ["5"]}]}, "'5' of 44310 is no modifier"),
        ({"lines": [{"code": "44310", "modifiers": "59"}]}, "modifiers is a list"),
        ({"lines": [{"code": "44310", "modifers": ["59"]}]}, "unknown field 'modifers' of a line"),
        ({"lines": [7]}, "line 1: a line is a text"),
        ({"lines": "44310"}, "lines is a list"),
        ({"lines": [{"code": "44310", "place": "office"}]}, "line 1: its place is two digits"),
        ({"lines": [{"code": "44310", "provider": "John Q"}]}, "line 1: its provider is a number"),
        ({"lines": [{"code": "44310", "charge": "a lot"}]}, "line 1: its charge is an amount"),
        ({"linez": []}, "unknown field 'linez' of a claim"),
        ({"on": "08/01/2024"}, "'08/01/2024' is no day; it is written YYYY-MM-DD"),
        ({"on": "2024-02-30"}, "is no day"),
        ({"setting": "inpatient"}, "'inpatient' is no setting"),
        ({"diagnoses": ["Q"]}, "'Q' is no ICD-10-CM code"),
        ({"prior": ["44310"]}, "prior 1: '' is no day"),
        ({"prior": [{"code": "44310"}]}, "prior 1: a prior line has its day"),
    ],
)
def test_what_is_wrong_in_a_claim_is_said_and_where(fields, reason):
    found = one(id="A1", **fields)
    assert isinstance(found, Unread)
    assert (found.where, found.claim) == ("c.jsonl, line 1", "A1")
    assert reason in found.reason


def test_a_bad_line_ends_nothing():
    good = {"lines": ["44310"]}
    found = read(
        good, "{", "", "[1]", '"x"', "{} {}", '{"a": NaN}', '{"a": 1' + "0" * 5000 + "}", good, form="jsonl"
    )
    assert [type(f) for f in found] == [Claim, *[Unread] * 6, Claim]
    assert [f.where for f in found if isinstance(f, Unread)] == [
        "c.jsonl, line 2",
        "c.jsonl, line 4, claim 1",
        *(f"c.jsonl, line {n}" for n in (5, 6, 7, 8)),
    ]
    assert str(found[1]) == "c.jsonl, line 2: no JSON: Expecting property name enclosed in double quotes"


def test_nesting_is_limited_and_marks_within_texts_do_not_count():
    deep = "[" * 70 + "]" * 70
    [found] = read(deep, form="jsonl")
    assert found == Unread("c.jsonl, line 1", "nested more than 64 deep")
    [found] = read("[" * 100_000, form="jsonl")
    assert found == Unread("c.jsonl, line 1", "nested more than 64 deep")
    assert isinstance(one(id="{[" * 100), Claim)


def test_a_line_that_is_too_long_is_passed_over(monkeypatch):
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 100)
    found = read({"lines": ["44310"]}, {"id": "x" * 300, "lines": ["44310"]}, {"lines": ["44310"]})
    assert [type(f) for f in found] == [Claim, Unread, Claim]
    assert found[1] == Unread("c.jsonl, line 2", "longer than 100 bytes")


def test_lines_that_are_not_utf8_are_reported():
    content = b'{"lines": ["44310"], "id": "\xff"}\n{"lines": ["44310"]}\n'
    found = list(read_claims(io.BytesIO(content), form="jsonl"))
    assert [f.reason if isinstance(f, Unread) else "" for f in found] == ["not UTF-8", ""]


def test_bulk_is_read_as_a_stream():
    """100,000 claims are not held: the tenth is there before the eleventh is made, and memory stays small."""
    line = json.dumps({"id": "A", "on": "2024-08-01", "lines": ["44310"] * 5}).encode() + b"\n"
    made = 0

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            nonlocal made
            made += 100
            return line * 100

    tracemalloc.start()
    found = list(islice((1 for _ in read_claims(Endless(), form="jsonl")), 2000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 2000
    assert made <= 2500
    assert peak < 3_000_000


def test_forms_are_told_by_what_is_in_them():
    found = {p.name: [type(c) for c in read_claims(p)] for p in FILES.iterdir()}
    assert found == {
        "professional.837": [Claim, Claim],
        "institutional.837": [Claim],
        "claim-r4.json": [Claim],
        "bundle-r4.json": [Claim, Unread],
        "claims.jsonl": [Claim, Unread, Claim, Claim],
    }


def test_a_list_of_claims_is_a_document():
    laid_out = json.dumps([{"lines": ["44310"]}, {"lines": []}], indent=1)
    found = read(laid_out)
    assert [type(f) for f in found] == [Claim, Unread]
    assert found[1].where == "c.jsonl, claim 2"


@pytest.mark.parametrize("text", ["", " \n\n", "code,units\n44310,1\n", "<claim/>", "\x00\x01"])
def test_what_is_no_form_of_claims_is_an_error(text):
    with pytest.raises(SourceError, match=r"c\.jsonl: "):
        read(text)


def test_utf16_is_named():
    with pytest.raises(SourceError, match="UTF-16"):
        list(read_claims(io.BytesIO("ISA*".encode("utf-16"))))


def test_errors_of_files(tmp_path):
    for path in (tmp_path / "none.837", tmp_path):
        with pytest.raises(SourceError, match="no such file"):
            list(read_claims(path))
    with pytest.raises(SourceError):
        list(read_claims("a\x00b"))
    with pytest.raises(InvalidValue, match="there are x12, fhir, jsonl") as caught:
        list(read_claims(FILES / "claims.jsonl", form="csv"))
    assert caught.value.candidates == ("x12", "fhir", "jsonl")


def test_a_document_that_is_too_long_is_an_error(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_DOCUMENT", 10)
    with pytest.raises(SourceError, match="write one claim a line"):
        list(read_claims(FILES / "claim-r4.json"))


def test_a_stream_that_was_given_stays_open_and_names_itself():
    with (FILES / "claims.jsonl").open("rb") as stream:
        found = list(read_claims(stream))
        assert not stream.closed
    assert found[1].where == "claims.jsonl, line 2"
    with (FILES / "claims.jsonl").open(encoding="utf-8") as stream:
        assert list(read_claims(stream)) == found
        assert not stream.closed


def test_numbers_that_are_no_numbers_are_not_kept():
    assert parts.ident("John Q Public") == parts.ident("a\nb") == parts.ident(None) == ""
    assert parts.ident("PCN-1.2/3") == "PCN-1.2/3"
    assert parts.amount("1e9") is None
    assert parts.amount("12.50") == Decimal("12.5")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,ISA*~^0l\n', max_size=80).map(str.encode))
def test_garbage_is_an_error_or_unread(content):
    try:
        found = list(read_claims(io.BytesIO(content)))
    except SourceError:
        return
    assert all(isinstance(f, Unread) for f in found)
