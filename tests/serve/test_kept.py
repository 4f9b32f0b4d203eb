"""Answers that are kept: as a fresh server gives them, by Accept, host and address; bounded; 304 where known."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from codegraph.serve.app import create_app
from codegraph.serve.kept import Room
from codegraph.serve.limits import Limits
from codegraph.serve.pool import Pool

ADDRESSES = (
    "/code/cpt/44310",
    "/code/cpt/44187.ttl",
    "/concept/site/ileum",
    "/",
    "/?q=loop+ileostomy",
    "/price?code=44310",
    "/api/v1/code/44310",
    "/api/v1/price/44310",
    "/fhir/r5/CodeSystem/$lookup?system=http://www.ama-assn.org/go/cpt&code=44310",
    "/fhir/r4/metadata",
    "/sparql?query=SELECT+?o+{+cpt:44310+skos:notation+?o+}",
)
ACCEPTS = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/turtle;q=0.5, application/ld+json;q=0.9",
    "text/turtle, application/ld+json;q=0.1",
    "application/json",
    "*/*",
)


@pytest.fixture(scope="module")
def app(kg):
    return create_app(kg.directory)


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app) as found:
        yield found


@pytest.fixture(scope="module")
def unkeeping(kg):
    """A server with no room, which works out every answer."""
    with TestClient(create_app(kg.directory, limits=Limits(kept=2))) as found:
        yield found


def seen(answer):
    """Return what a client sees, the time of a server's making aside."""
    return answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k != "date"}


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_kept_answer_is_what_a_server_without_room_answers(app, client, unkeeping, path):
    for accept in ACCEPTS:
        asked = {"headers": {"Accept": accept}}
        first = client.get(path, **asked)
        found = app.state.kept.found + app.state.sparql.kept.found
        again = client.get(path, **asked)
        if first.status_code == 200:
            assert app.state.kept.found + app.state.sparql.kept.found == found + 1
        assert seen(again) == seen(first) == seen(unkeeping.get(path, **asked))


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_and_conditional_requests(client, path):
    whole = client.get(path)
    head = client.head(path)
    assert (head.status_code, head.headers) == (200, whole.headers)
    tag = whole.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        answer = client.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        for name in ("etag", "cache-control", "vary", "content-security-policy"):
            assert answer.headers.get(name) == whole.headers.get(name)
        assert "content-type" not in answer.headers
    for other in ('"other"', tag.replace('"', "'"), ""):
        assert client.get(path, headers={"If-None-Match": other}).content == whole.content


def test_a_condition_holds_also_for_what_is_not_kept_yet(kg):
    path = "/code/cpt/44310"
    with TestClient(create_app(kg.directory)) as one, TestClient(create_app(kg.directory)) as other:
        tag = one.get(path, headers={"Accept": "text/html"}).headers["etag"]
        fresh = other.get(path, headers={"Accept": "text/html", "If-None-Match": tag})
    assert fresh.status_code == 304


def test_answers_name_the_host_that_was_asked(client):
    for _ in range(2):
        for host in ("localhost:8000", "127.0.0.1:9"):
            found = client.get("/fhir/r5/metadata", headers={"Host": host})
            assert f"http://{host}/fhir/r5" in found.text
            assert client.get("/fhir/r5/metadata", headers={"Host": host}).text == found.text


def test_only_what_was_answered_is_kept(app, client):
    refused = {
        "/code/cpt/00000": 404,
        "/api/v1/price/44310?on=yesterday": 400,
        "/fhir/r5/CodeSystem/nothing": 404,
        "/sparql?query=SELECT": 400,
        "/nothing": 404,
    }
    before = len(app.state.kept), len(app.state.sparql.kept)
    for path, status in refused.items():
        answer = client.get(path)
        assert answer.status_code == status, path
        assert "etag" not in answer.headers or path.startswith("/sparql")
    client.post("/sparql", data={"query": "SELECT ?x { BIND(RAND() AS ?x) }"})
    client.get("/api/v1/health")
    client.get("/api/v1/metrics")
    assert (len(app.state.kept), len(app.state.sparql.kept)) == before


def test_what_changes_with_each_query_is_asked_each_time(client):
    for query in ("SELECT (RAND() AS ?x) {}", "SELECT (struuid() AS ?x) {}"):
        answers = {client.get("/sparql", params={"query": query}).text for _ in range(3)}
        assert len(answers) == 3


def test_queries_are_kept_by_graphs_and_format(app, client):
    text = "SELECT (COUNT(*) AS ?n) { ?s a owl:Class }"
    graphs = ({}, {"default-graph-uri": "http://example.org/none"})
    wanted = ("application/sparql-results+json", "text/csv")
    first = [
        client.get("/sparql", params={"query": text, **graph}, headers={"Accept": accept}).text
        for graph in graphs
        for accept in wanted
    ]
    assert len(set(first)) == 4
    found = app.state.sparql.kept.found
    again = [
        client.post("/sparql", data={"query": text, **graph}, headers={"Accept": accept}).text
        for graph in graphs
        for accept in wanted
    ]
    assert again == first
    assert app.state.sparql.kept.found == found + 4


def test_the_same_query_asked_by_many_at_once_is_worked_out_once(app, client, monkeypatch):
    asked, ask = [], Pool.ask

    async def slowly(self, job, **keywords):
        asked.append(job)
        await asyncio.sleep(0.5)
        return await ask(self, job, **keywords)

    monkeypatch.setattr(Pool, "ask", slowly)
    query = "SELECT ?s { ?s a owl:Class } ORDER BY ?s LIMIT 3"
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.get("/sparql", params={"query": query}), range(8)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    assert len(asked) == 1


def test_the_room_is_bounded_whatever_is_asked(kg):
    limits = Limits(kept=400_000)
    app = create_app(kg.directory, limits=limits)
    codes = [row[0] for row in kg.tables.rows("SELECT notation FROM code WHERE system = 'cpt' LIMIT 60")]
    with TestClient(app) as client:
        for code in codes:
            client.get(f"/code/cpt/{code}", headers={"Accept": "text/turtle"})
            client.get("/sparql", params={"query": f"SELECT ?p ?o {{ cpt:{code} ?p ?o }}"})
            for room in (app.state.kept, app.state.sparql.kept):
                assert room.held <= room.most == limits.kept // 2
    assert 5 < len(app.state.kept) < len(codes)


def test_requests_that_are_answered_from_what_is_kept_are_counted(client):
    def counted():
        lines = client.get("/api/v1/metrics").text.splitlines()
        wanted = 'codegraph_requests_total{operation="code",status="200"}'
        return next((int(line.split()[1]) for line in lines if line.startswith(wanted)), 0)

    before = counted()
    for _ in range(3):
        assert client.get("/api/v1/code/44314").status_code == 200
    assert counted() == before + 3
    text = client.get("/api/v1/metrics").text
    for of in ("requests", "queries"):
        line = next(x for x in text.splitlines() if x.startswith(f'codegraph_kept_given_total{{of="{of}"}}'))
        assert int(line.split()[1]) > 0
    assert 'codegraph_questions_late{lane="long"} 0\n' in text


def test_room():
    room = Room(40_000)
    for number in range(20):
        room.put(number, str(number), 1_000)
        room.get(0)
    assert len(room) == 20
    room.put("large", "x", 3_000)
    assert room.get("large") is None
    room.put(20, "20", 1_000)
    assert (room.get(0), room.get(1)) == ("0", None)
    room.put(20, "again", 500)
    assert room.get(20) == "again"
    assert room.held == 19 * 2_000 + 1_500
