"""The JSON API over a real server: answers as their schemas say, errors as problems, and the next request answered."""

from __future__ import annotations

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from jsonschema import Draft202012Validator
from tests.api.served import served
from tests.api.test_asked import SAME
from tests.build.small_files import PLANTED

from codegraph.operations.table import BY_NAME, OPERATIONS
from codegraph.render import jsonable
from codegraph.serve import api
from codegraph.serve.metrics import Metrics
from codegraph.serve.openapi import BASE, document

SCHEMAS = document()["components"]["schemas"]


@pytest.fixture(scope="module")
def http(kg):
    with served(kg) as address, httpx.Client(base_url=address + BASE, timeout=30) as client:
        yield client


@pytest.fixture(autouse=True)
def _still_answers(http):
    yield
    assert http.get("/limits/44310").status_code == 200


def asked(http, name, given):
    operation, given = BY_NAME[name], dict(given)
    if operation.method == "POST":
        return http.post(operation.path, json=given)
    path = re.sub(r"\{(\w+)\}", lambda m: str(given.pop(m[1])), operation.path)
    return http.get(path, params={k: str(v).lower() if v is True else v for k, v in given.items()})


def errors(value, schema):
    validator = Draft202012Validator({**schema, "components": {"schemas": SCHEMAS}})
    return [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(value)]


@pytest.mark.parametrize(("name", "given"), [row[:2] for row in SAME], ids=[words for _, _, words in SAME])
def test_a_real_answer_is_as_the_document_says(kg, http, name, given):
    operation = BY_NAME[name]
    answer = asked(http, name, given)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    described = http.get("/openapi.json").json()["paths"][operation.path][operation.method.lower()]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert errors(answer.json(), schema) == []
    assert answer.json() == json.loads(json.dumps(operation.ask(kg, given), default=jsonable))


def test_the_document_is_whole(http):
    found = http.get("/openapi.json").json()
    assert found == document()
    assert found["openapi"].startswith("3.1")
    assert found["paths"].keys() == {o.path for o in OPERATIONS} | {"/health", "/metrics"}
    texts = json.dumps(found)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', texts)):
        at = found
        for part in reference.split("/"):
            at = at[part]
        assert at
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["description"], name
    idents = [o["operationId"] for path in found["paths"].values() for o in path.values()]
    assert len(idents) == len(set(idents))


def test_parameters_of_the_path_are_in_the_path(http):
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            inside = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))


def test_its_examples_are_answered(http):
    for operation in OPERATIONS:
        if operation.method == "GET":
            given = {p.name: p.example for p in operation.parameters if p.example}
            assert asked(http, operation.name, given).status_code == 200, operation.name


@pytest.mark.parametrize(
    ("path", "status", "says", "member"),
    [
        ("/code/44319", 404, "not in this release", {"near": "cpt:44314"}),
        ("/code/nothing%20like%20it", 400, "code", None),
        ("/code/%2e%2e", 404, "", None),
        ('/code/44310"%20.%20}%20%23', 400, "code", None),
        ("/code/44310?colour=red", 400, "no parameter 'colour'", {"candidates": "code"}),
        ("/code/44310?code=44320", 400, "given twice", None),
        ("/price/44310?on=2024-02-31", 400, "YYYY-MM-DD", None),
        ("/price/44310?on=2024-01-01&on=2024-01-02", 400, "given twice", None),
        ("/price/44310?locality=nowhere", 400, "nowhere", None),
        ("/price/44310?setting=moon", 400, "facility, nonfacility", {"candidates": "nonfacility"}),
        ("/price/44310?minutes=1e9", 400, "whole number", None),
        ("/crosswalk/44310?to=klingon", 400, "klingon", None),
        ("/crosswalk/44310?relation=sibling", 400, "exact, narrower", {"candidates": "exact"}),
        ("/codes?site=moon", 400, "moon", None),
        ("/codes", 400, "name what to look for", None),
        ("/modifiers/44310-XX9", 400, "no modifier", None),
        ("/price-session", 400, "line is missing", None),
        ("/edits/44310/9", 400, "9", None),
        ("/nothing", 404, "openapi.json", {"candidates": "/code/{code}"}),
        ("", 404, "openapi.json", None),
        ("/code/" + "4" * 300, 400, "longer than 200", None),
    ],
)
def test_an_error_is_a_problem(http, path, status, says, member):
    answer = http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    found = answer.json()
    assert errors(found, SCHEMAS["Problem"]) == []
    assert found["status"] == status
    assert says in found["detail"]
    for name, value in (member or {}).items():
        assert value in found[name]


@pytest.mark.parametrize(
    ("content", "media", "status", "says"),
    [
        (b"{", "application/json", 400, "no JSON"),
        (b"[]", "application/json", 400, "JSON object"),
        (b"\xff", "application/json", 400, "UTF-8"),
        (b'{"lines": ["44310"], "on": NaN}', "application/json", 400, "no JSON"),
        (b'{"lines": ' + b"[" * 5000, "application/json", 400, "nested"),
        (b'{"lines": [{"code": "44310", "colour": 1}]}', "application/json", 400, "line 1: unknown field"),
        (b'{"lines": ["44310x0"]}', "application/json", 400, "line 1"),
        (b'{"lines": [5]}', "application/json", 400, "lines"),
        (b'{"lines": "44310", "setting": "moon"}', "application/json", 400, "setting"),
        (b"lines=44310", "application/x-www-form-urlencoded", 415, "application/json"),
        (b" " * (api.LONGEST_BODY + 1), "application/json", 413, "1,000,000 bytes"),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(http, content, media, status, says):
    answer = http.post("/check", content=content, headers={"content-type": media})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json()["detail"]


def test_half_a_character_does_not_break_an_answer(http):
    answer = http.post(
        "/check",
        content=b'{"lines": [{"code": "44310\\ud800"}]}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400
    answer = http.post(
        "/suggest", content=b'{"note": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    answer = http.post(
        "/check",
        content=b'{"id": "\\ud800", "lines": ["44310"]}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400


def test_a_body_without_end_is_cut(http):
    sent = []

    def endless():
        while True:
            sent.append(1)
            yield b" " * 65536

    # Either the answer comes, or the connection is closed before the client reads it.
    with suppress(httpx.TransportError):
        answer = http.post("/check", content=endless(), headers={"content-type": "application/json"})
        assert answer.status_code == 413
    assert 16 <= len(sent) < 1000


def test_only_questions_are_asked(http):
    for method, path in (
        ("POST", "/code/44310"),
        ("DELETE", "/code/44310"),
        ("GET", "/check"),
        ("PUT", "/check"),
    ):
        answer = http.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == ("POST" if path == "/check" else "GET, HEAD")
    assert http.head("/code/44310").status_code == 200


def test_a_slow_client_stops_nobody(http):
    host = http.base_url.host, http.base_url.port
    with socket.create_connection(host) as slow:
        slow.sendall(
            b"POST /api/v1/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
        )
        assert http.get("/code/44310").status_code == 200


def test_many_threads_get_what_one_gets(http):
    alone = {
        name: asked(http, name, given).content for name, given, _ in SAME if name != "codes_with_modifier"
    }
    rows = [(name, given) for name, given, _ in SAME if name in alone] * 4
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda row: asked(http, *row), rows))
    assert {a.status_code for a in together} == {200}
    last = {name: a.content for (name, _), a in zip(rows, together, strict=True)}
    assert last == {**last, **{n: c for n, c in alone.items() if [r[0] for r in SAME].count(n) == 1}}


def test_health_is_of_the_release(http, kg):
    found = http.get("/health").json()
    assert errors(found, SCHEMAS["Health"]) == []
    assert sum(found["codes"].values()) == len(kg)


def test_metrics_count_what_was_asked(http):
    def count(text, operation, status):
        found = re.findall(
            rf'^codegraph_requests_total{{operation="{operation}",status="{status}"}} (\d+)$',
            text,
            re.MULTILINE,
        )
        return int(found[0]) if found else 0

    before = http.get("/metrics").text
    http.get("/code/44310")
    http.get("/code/nothing")
    answer = http.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for status in (200, 400):
        assert count(answer.text, "code", status) == count(before, "code", status) + 1
    for line in answer.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+', line), (
            line
        )


def test_metrics_escape_labels(kg):
    metrics = Metrics()
    metrics.add('a"b\n', 200, 0.5)
    assert r'codegraph_request_seconds_sum{operation="a\"b\n"} 0.5' in metrics.text(kg)


def test_licensed_text_is_in_no_answer(small):
    assert small["44310"].official_descriptors
    with served(small) as address, httpx.Client(base_url=address + BASE, timeout=30) as client:
        answers = [asked(client, name, given) for name, given, _ in SAME]
        answers += [client.get("/code/icd10cm:K50.00"), client.get("/health"), client.get("/metrics")]
    assert {200} < {a.status_code for a in answers} <= {200, 400, 404}
    assert [a.url for a in answers if PLANTED in a.text] == []
