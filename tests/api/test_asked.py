"""The operations answer what the command line prints, and their schemas say what comes."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from codegraph import cli as main_module
from codegraph.cli import main
from codegraph.errors import CodegraphError, InvalidValue
from codegraph.operations import answers, plain, questions, records
from codegraph.operations.parameters import Parameter, read_all
from codegraph.operations.schema import Schemas, whole
from codegraph.operations.table import BY_NAME, OPERATIONS
from codegraph.render import jsonable

NOTE = "Through a midline incision a loop of ileum was brought out. Status post appendectomy."
# (operation, its parameters, the words of the command line that ask the same)
SAME = [
    ("add_ons", {"code": "44121"}, "addons 44121"),
    ("compare", {"code": "44310"}, "compare 44310"),
    ("compare", {"code": "44310", "among": ["site"], "zero_work": True}, "compare 44310 --among site --zero-work"),
    ("compare", {"code": "44310", "among": ["44005-44799"]}, "compare 44310 --range 44005-44799"),
    ("compare", {"code": "44310", "among": ["44320", "44187"]}, "compare 44310 --code 44320 --code 44187"),
    ("differences", {"first": "44310", "second": "44187"}, "differences 44310 44187"),
    ("history", {"code": "44383", "edits": True}, "history 44383 --edits"),
    ("ask", {"question": "What does 44310 pay in Nebraska?"}, "ask What does 44310 pay in Nebraska?"),
    ("search", {"text": "laproscopic ilestomy", "limit": 5}, "search laproscopic ilestomy --limit 5"),
    ("suggest", {"note": NOTE, "system": ["cpt"]}, "suggest -"),
    ("code", {"code": "44310"}, "show 44310"),
    ("codes", {"site": "ileum", "method": "bypass"}, "codes --site ileum --method bypass"),
    ("codes_with_modifier", {"modifier": "63"}, "modifiers --reverse 63"),
    ("conflicts", {"code": "44187", "column": "1"}, "edits 44187 --column 1"),
    ("crosswalk", {"code": "44310", "to": "icd10pcs", "all": True}, "crosswalk 44310 --to icd10pcs --all"),
    ("edits", {"first": "44310", "second": "44187", "on": "2024-08-01"}, "edits 44310 44187 --on 2024-08-01"),
    ("limits", {"code": "44310"}, "limits 44310"),
    ("modifiers", {"code": "44388-53"}, "modifiers 44388-53"),
    ("modifiers", {"code": "44310", "all": "true"}, "modifiers 44310 --all"),
    ("outpatient", {"code": "44388"}, "outpatient 44388"),
    ("outpatient_claim", {"line": ["44388", "44390"]}, "outpatient 44388 44390"),
    ("price", {"code": "44310", "locality": "NE"}, "price 44310 --locality NE"),
    ("price", {"code": "44388", "modifiers": "53"}, "price 44388-53"),
    ("price_session", {"line": ["44310", "44388"]}, "price 44310 44388"),
    ("price_spread", {"code": "44388", "setting": "nonfacility"}, "price 44388 --setting nonfacility --all-localities"),
    ("related", {"code": "44310"}, "related 44310"),
    (
        "check",
        {"lines": ["44310", "44187-59"], "on": "2024-08-01", "diagnoses": ["K50.012"], "prior": ["44310@2024-07-20"]},
        "check 44310 44187-59 --on 2024-08-01 --dx K50.012 --prior 44310@2024-07-20",
    ),
]  # fmt: skip


def shown(value):
    return json.loads(json.dumps(value, default=jsonable))


@pytest.mark.parametrize(("name", "given", "words"), SAME, ids=[words for _, _, words in SAME])
def test_the_command_line_prints_the_same(kg, name, given, words):
    found = shown(BY_NAME[name].ask(kg, given))
    done = CliRunner().invoke(
        main, ["--release", str(kg.directory), *words.split(), "--format", "json"], input=NOTE
    )
    assert json.loads(done.stdout) == found
    assert found
    schema = whole(BY_NAME[name].returns)
    Draft202012Validator.check_schema(schema)
    assert [e.message for e in Draft202012Validator(schema).iter_errors({"answer": found})] == []


def test_a_command_has_no_json_of_its_own():
    """What an operation answers is made plain in one place, so that the doors cannot come apart."""
    folder = Path(main_module.__file__).parent
    for command in {words.split()[0] for _, _, words in SAME}:
        text = (folder / f"{command}.py").read_text(encoding="utf-8")
        assert "asdict" not in text, command
        assert re.search(r"operations(\.plain)? import|claims\.shown import", text), command


def test_every_operation_is_compared():
    assert {name for name, _, _ in SAME} == {o.name for o in OPERATIONS}
    assert [o.name for o in OPERATIONS] == sorted(o.name for o in OPERATIONS)


def test_every_parameter_is_said_in_a_sentence_and_its_example_is_a_value(kg):
    assert questions.EXAMPLE in kg
    for operation in OPERATIONS:
        names = [p.name for p in operation.parameters]
        assert len(set(names)) == len(names), operation.name
        for p in operation.parameters:
            assert re.fullmatch(r"[A-Z].+(\.|…)", p.text), (operation.name, p.name)
            if p.example:
                assert p.read(p.example) == ([p.example] if p.many else p.example)


def test_a_schema_refuses_what_no_answer_has(kg):
    schema = whole(records.CodeLimits)
    found = shown(BY_NAME["limits"].ask(kg, {"code": "44310"}))
    for spoil in (
        lambda f: f.pop("not_loaded"),
        lambda f: f["limits"][0].update(units="2"),
        lambda f: f["limits"][0].update(surplus=1),
        lambda f: f["limits"][0].pop("term"),
    ):
        spoilt = json.loads(json.dumps(found))
        spoil(spoilt)
        assert not Draft202012Validator(schema).is_valid({"answer": spoilt})


def test_two_records_of_one_name_have_two_schemas():
    schemas = Schemas("#/$defs/")
    for operation in OPERATIONS:
        schemas.of(operation.returns)
    assert {"Step", "ModelStep"} <= schemas.found.keys() or {"Step", "ProcedureStep"} <= schemas.found.keys()
    with pytest.raises(TypeError, match="no schema"):
        schemas.of(complex)


ALL = (
    Parameter("text", "A text."),
    Parameter("flag", "A flag.", "flag"),
    Parameter("number", "A number.", "integer", minimum=1, maximum=10),
    Parameter("units", "Units.", "decimal"),
    Parameter("on", "A day.", "date"),
    Parameter("setting", "A setting.", choices=("a", "b")),
    Parameter("many", "Several.", many=True),
)


def test_parameters_are_read_from_text_and_from_json():
    asked = {"flag": "true", "number": "3", "units": "4.5", "on": "2024-08-01", "many": "x"}
    assert read_all(ALL, asked) == {
        "flag": True,
        "number": 3,
        "units": Decimal("4.5"),
        "on": "2024-08-01",
        "many": ["x"],
    }
    assert read_all(ALL, {"flag": False, "number": 3, "units": 6}) == {
        "flag": False,
        "number": 3,
        "units": Decimal(6),
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"txt": "x"}, "no parameter 'txt'; there are text"),
        ({"text": "x" * 201}, "longer than 200"),
        ({"text": 5}, "text is no text"),
        ({"text": "a\ud800"}, "half a character"),
        ({"flag": "maybe"}, "true or false"),
        ({"flag": 1}, "true or false"),
        ({"number": "11"}, "from 1 to 10"),
        ({"number": True}, "whole number"),
        ({"number": "٣"}, "whole number"),
        ({"number": "1" * 150}, "whole number"),
        ({"units": "NaN"}, "a number"),
        ({"units": "1e400000"}, "a number"),
        ({"on": "2024-02-30"}, "YYYY-MM-DD"),
        ({"on": "yesterday"}, "YYYY-MM-DD"),
        ({"setting": "c"}, "there are a, b"),
        ({"many": ["x"] * 501}, "more than 500"),
        ({"many": [["x"]]}, "many is no text"),
    ],
)
def test_wrong_values_are_named(given, message):
    with pytest.raises(InvalidValue, match=message):
        read_all(ALL, given)


def test_what_is_missing_is_named(kg):
    with pytest.raises(InvalidValue, match="second is missing"):
        BY_NAME["edits"].ask(kg, {"first": "44310"})
    with pytest.raises(InvalidValue, match="lines is missing"):
        BY_NAME["check"].ask(kg, {"lines": []})
    with pytest.raises(InvalidValue, match="name what to look for"):
        answers.codes(kg, {})


def test_limits_tell_which_setting_is_not_loaded(kg):
    found, missing = plain.unit_limits(kg, "44310", None)
    assert {limit.setting for limit in found} | missing.keys() == set(plain.LIMIT_SETTINGS)


def test_every_operation_is_documented():
    text = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    section = text.split("\n## JSON API, tools and e-mail\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `(\w+) (\S+)` \|", section, re.MULTILINE)
    assert rows == [(o.name, o.method, o.path) for o in OPERATIONS]


def test_a_search_where_no_code_is_left_finds_nothing(kg):
    found = BY_NAME["search"].ask(kg, {"text": "enterostomy creation", "site": "ileum", "method": "fusion"})
    assert found["hits"] == ()
    assert (
        BY_NAME["search"].ask(kg, {"text": "family:enterostomy-creation", "site": "method:bypass"})["hits"]
        == ()
    )


class _Panic(BaseException):
    """What a library in Rust raises: no Exception."""


def test_a_panic_of_a_library_is_an_error_like_others(kg, monkeypatch):
    panic = type("PanicException", (_Panic,), {})

    def failing(*_):
        raise panic("assertion failed")

    monkeypatch.setattr(type(kg), "related", failing)
    with pytest.raises(RuntimeError, match="related: assertion failed"):
        BY_NAME["related"].ask(kg, {"code": "44310"})
    monkeypatch.setattr(type(kg), "related", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        BY_NAME["related"].ask(kg, {"code": "44310"})


ODD = (
    *(
        "44310",
        "icd10cm:K50.00",
        "0D1B0Z4",
        "44388-53",
        "44310x2",
        "44310@2024-01-01",
        "59",
        "NE",
        "Los Angeles",
    ),
    *("site:ileum", "open", "icd10pcs", "ccsr", "", "\x00", "a" * 200, "'; DROP", "%", "*", "?x", "💥", "--"),
    *(
        "44310-",
        "-1",
        "9" * 20,
        "1e5",
        "2024-02-29",
        "0001-01-01",
        "9999-12-31",
        "cpt:",
        "method:bypass",
        "K",
    ),
)


def odd_value(parameter, choose):
    if parameter.example and choose.random() < 0.4:
        found = parameter.example
    elif parameter.choices and choose.random() < 0.7:
        found = choose.choice(parameter.choices)
    else:
        found = choose.choice([*ODD, True, 5, {"code": 5}, {"code": "44310", "units": 10**30}])
    return [found, choose.choice(ODD)] if parameter.many else found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_no_value_makes_it_fail(kg, operation):
    choose = Random(operation.name)
    answered = 0
    for _ in range(60):
        given = {
            p.name: odd_value(p, choose) for p in operation.parameters if p.required or choose.random() < 0.2
        }
        try:
            shown(operation.ask(kg, given))
            answered += 1
        except CodegraphError:
            continue
    assert answered or operation.name in ("edits", "check")
