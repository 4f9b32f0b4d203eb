"""What hostile requests do to a running server: after each, the same process answers the next request."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from codegraph.cli import main
from codegraph.serve import run
from codegraph.serve.app import create_app
from codegraph.serve.guard import HEADERS
from codegraph.serve.limits import Limits
from tests.serve.conftest import DATA, SECONDS, serving

ENDLESS = {
    "cartesian": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "path": "SELECT (COUNT(*) AS ?n) { ?s (!<x:p>|^!<x:p>)* ?o . ?o (!<x:p>|^!<x:p>)* ?z }",
    "string": "SELECT (GROUP_CONCAT(?o) AS ?all) { ?s ?p ?o . ?a ?b ?c }",
    "rows": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a",
}


@pytest.fixture(autouse=True)
def _same_process(server):
    yield
    assert server.still_answers()


def refused(answer, status=400):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["detail"]


@contextmanager
def trap():
    """Yield (port, connections made to it)."""
    made = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        over = threading.Event()

        def accept():
            while not over.is_set():
                try:
                    made.append(listening.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1], made
        finally:
            time.sleep(0.2)
            over.set()
            thread.join()


# --- 1-4: nothing is fetched, nothing is changed ------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        "PREFIX x: <http://127.0.0.1:{port}/> SELECT * {{ {{ SELECT * {{ service x:y {{ ?s ?p ?o }} }} }} }}",
        "SELECT * {{ FILTER EXISTS {{ SERVICE ?any {{ ?s ?p ?o }} }} }} #{port}",
    ],
)
def test_service_reaches_no_host(server, query):
    with trap() as (port, made):
        assert "SERVICE" in refused(server.query(query.format(port=port)))
    assert made == []


def test_from_and_default_graph_are_never_read(server, tmp_path):
    planted = tmp_path / "planted.ttl"
    planted.write_text("<http://e/planted> a <http://e/C> .")
    with trap() as (port, made):
        for iri in (planted.as_uri(), f"http://127.0.0.1:{port}/g", "file:///etc/passwd"):
            assert server.rows(f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}") == []
            assert server.rows(f"SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}") == []
            assert server.rows(f"SELECT * {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}") == []
            for name in ("default-graph-uri", "named-graph-uri"):
                text = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
                assert server.rows(text, more={name: iri}) == []
    assert made == []


def test_load_is_refused_and_the_store_unchanged(server, tmp_path):
    before = server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    planted = tmp_path / "planted.nt"
    planted.write_text("<http://e/planted> <http://e/p> <http://e/o> .")
    load = f"LOAD <{planted.as_uri()}>"
    for status, answer in (
        (400, server.query(load)),
        (400, server.get(params={"update": load})),
        (403, server.client.post("/sparql", data={"update": load})),
    ):
        assert "read-only" in refused(answer, status)
    assert server.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == before


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("remote.jsonld", '{"@context": "http://127.0.0.1:9/c", "name": "x"}', "context"),
        ("bomb.rdf", '<!DOCTYPE r [<!ENTITY a "aaa">]><rdf:RDF/>', "DOCTYPE"),
        ("deep.ttl", "<x:s> <x:p> " + "[ <x:p> " * 5_000, "deep"),
        ("deep.jsonld", "[" * 100_000, "deep"),
        ("wrong.ttl", "this is not turtle", "wrong.ttl"),
        ("table.csv", "a,b", "RDF"),
    ],
)
def test_files_that_are_dangerous_are_not_served(tmp_path, name, content, word):
    """Rows 4, 5 and 6: `--data` says why, and ends before it serves anything."""
    path = tmp_path / name
    path.write_text(content)
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--data", str(path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert word in done.stderr
    assert name in done.stderr


# --- 6: what would end the parser ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }",
        "ASK " + "{" * 3_000 + "}" * 3_000,
        "ASK { ?s ?p " + "[ ?p " * 3_000,
        "ASK { VALUES ?x { " + "1 " * 5_001 + "} }",
        "ASK { FILTER(?x IN (" + "1," * 5_001 + "1)) }",
        "ASK { ?s " + "!" * 20_000 + " ?o }",
        "ASK { ?s " + "<x:p>/" * 3_000 + "<x:p> ?o }",
    ],
    ids=["parentheses", "braces", "brackets", "values", "in", "bangs", "path"],
)
def test_deep_and_long_queries_are_refused_before_parsing(server, query):
    children = server.children
    refused(server.client.post("/sparql", data={"query": query}))
    assert server.children == children


def test_sizes(server):
    long = "ASK { } #" + "x" * 70_000
    assert "65,536" in refused(server.client.post("/sparql", data={"query": long}), 413)
    refused(server.query(long[:20_000]), 414)
    headers = {"Content-Type": "application/sparql-query"}
    refused(server.client.post("/sparql", content=b"x" * 1_000_001, headers=headers), 413)

    def pieces():
        for _ in range(1_000):
            yield b"x" * 2_000

    with suppress(httpx.TransportError):  # the connection may be closed while the client still writes
        refused(server.client.post("/sparql", content=pieces(), headers=headers), 413)


# --- 7, 8: queries that do not end --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_query_is_stopped_and_the_next_answered_at_once(server, name):
    before = set(server.children)
    began = time.monotonic()
    answer = server.query(ENDLESS[name])
    took = time.monotonic() - began
    assert "longer than" in refused(answer, 503)
    assert SECONDS <= took < SECONDS + 1
    assert int(answer.headers["retry-after"]) >= 1
    began = time.monotonic()
    assert server.still_answers()
    assert time.monotonic() - began < 0.5
    _wait_for(lambda: len(server.children) >= 2 and set(server.children) != before)


def test_more_endless_queries_than_processes(server):
    """All come to an end in their time, and then there are as many processes as before."""
    with ThreadPoolExecutor(6) as pool:
        began = time.monotonic()
        answers = list(pool.map(server.query, [ENDLESS["cartesian"]] * 6))
        assert time.monotonic() - began < SECONDS + 1
    assert {a.status_code for a in answers} == {503}
    assert all("retry-after" in a.headers for a in answers)
    _wait_for(server.still_answers)


GROWTH = "BIND(CONCAT({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}) AS {1})"


def test_memory_is_capped(patient):
    steps = " ".join(GROWTH.format(f"?x{n}", f"?x{n + 1}") for n in range(12))
    growing = f'SELECT (STRLEN(?x12) AS ?n) {{ BIND("12345678" AS ?x0) {steps} }}'
    assert "memory" in refused(patient.query(growing), 503)
    assert patient.still_answers()


def test_a_regular_expression_takes_no_time(server):
    began = time.monotonic()
    text = 'SELECT ?x { VALUES ?x { "' + "a" * 5_000 + '!" } FILTER regex(?x, "^(a+)+$") }'
    assert server.rows(text) == []
    assert time.monotonic() - began < 1
    assert server.rows('SELECT ?x { VALUES ?x { "a" } FILTER regex(?x, "(((a{500}){500}){500})") }') == []
    assert time.monotonic() - began < 1


def test_a_client_that_leaves_stops_its_query(server):
    """The process that worked for it is ended long before its time is over."""
    with serving("--timeout", 30, "--workers", 1, "--data", DATA / "graphs.nq") as lonely:
        (child,) = _wait_for(lambda: lonely.children)
        lists = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(1_000)))} }}" for name in "abc")
        endless = f"SELECT (COUNT(*) AS ?n) {{ {lists} }}"
        with pytest.raises(httpx.ReadTimeout):
            lonely.client.post("/sparql", data={"query": endless}, timeout=0.5)
        _wait_for(lambda: lonely.children and lonely.children != [child])
        assert lonely.still_answers()


def test_a_long_answer_is_an_error_and_never_cut(patient):
    """Row 22: what is over the limit of size is refused before the first byte."""
    answer = patient.query("SELECT * { ?s ?p ?o . ?a ?p ?b } LIMIT 400000")
    assert "bytes" in refused(answer, 503)
    assert len(answer.content) < 1_000


def test_a_whole_answer_has_its_length(patient):
    answer = patient.query("SELECT * { ?s ?p ?o } LIMIT 10000")
    assert int(answer.headers["content-length"]) == len(answer.content) > 1_000_000
    assert len(answer.json()["results"]["bindings"]) == 10_000


# --- 14: codes and parameters are terms ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '44310" . } #',
        "44310> . } #",
        "44310' || true",
        "44310\n?s ?p ?o",
        "44310%22%20.%20%7D",
        "../../etc/passwd",
    ],
)
def test_a_code_is_no_query(server, text):
    answer = server.client.get(httpx.URL(server.address).join(f"/code/cpt/{_quoted(text)}"))
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_a_graph_name_is_no_query(server):
    refused(server.query("ASK {}", more={"default-graph-uri": "http://e/> { ?s ?p ?o } #"}))


# --- 19: abuse of the server --------------------------------------------------------------------------------------


def test_a_forged_host_is_refused(server):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "a b"):
        answer = _raw(
            server.address, f"GET /sparql?query=ASK{{}} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        assert answer.startswith(b"HTTP/1.1 400"), host
    port = httpx.URL(server.address).port
    for host in (f"localhost:{port}", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        answer = server.query("ASK { }", headers={"Host": host})
        assert answer.json()["boolean"] is True


@pytest.mark.parametrize(
    "path", ["/%2e%2e/%2e%2e/etc/passwd", "/code/../../etc/passwd", "/..%2fetc", "/a/%00", "/%5c.."]
)
def test_paths_that_climb_are_not_found(server, path):
    answer = _raw(server.address, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"application/problem+json" in answer


def test_too_many_and_too_long_headers(server):
    refused(server.query("ASK {}", headers={"X-Long": "x" * 40_000}), 431)
    refused(server.query("ASK {}", headers={f"X-{n}": "1" for n in range(200)}), 431)
    answer = _raw(server.address, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x" * 200_000)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4",))


def test_any_site_may_read_and_none_with_credentials(server):
    headers = {"Origin": "https://elsewhere.example", "Cookie": "a=b"}
    answer = server.query("ASK {}", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT"}
    allowed = server.client.options("/sparql", headers=asked).headers["access-control-allow-methods"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("path", ["/", "/sparql", "/nothing", "/sparql?query=nonsense", "/.well-known/void"])
def test_every_answer_has_the_headers_of_safety(server, path):
    for headers in ({"Accept": "text/html"}, {"Host": "evil.example"}, {}):
        answer = server.get(path, headers=headers)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "set-cookie" not in answer.headers


def test_slow_clients_take_nobody_elses_place(server):
    """Headers that never end: others are answered meanwhile."""
    url = httpx.URL(server.address)
    slow = [socket.create_connection((url.host, url.port)) for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(b"GET /sparql HTTP/1.1\r\nHost: local")
        assert server.still_answers()
    finally:
        for connection in slow:
            connection.close()


def test_headers_and_bodies_that_never_end_are_cut_off(monkeypatch):
    monkeypatch.setattr(run, "HEADER_SECONDS", 0.3)
    with _in_thread(Limits(workers=1, receive_seconds=0.3)) as url:
        began = time.monotonic()
        assert _raw(url, "GET / HTTP/1.1\r\nHost: local") == b""
        head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
        answer = _raw(url, f"{head}Content-Length: 100\r\n\r\nASK")
        assert answer.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 5
        assert httpx.get(url).status_code == 200


def test_a_client_that_does_not_read_loses_its_connection():
    """The answer is longer than what the system keeps for a connection; it is cut, and so seen to be cut."""
    with _in_thread(Limits(workers=1, send_seconds=0.3)) as url:
        lists = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(300)))} }}" for name in "ab")
        body = f"SELECT * {{ {lists} }}"
        head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
        with socket.create_connection((url.host, url.port), timeout=10) as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            received = connection.recv(1000)
            time.sleep(1.5)
            with suppress(ConnectionError):
                while piece := connection.recv(1 << 20):
                    received += piece
        start, _, rest = received.partition(b"\r\n\r\n")
        assert start.startswith(b"HTTP/1.1 200")
        promised = int(dict(line.split(b": ", 1) for line in start.split(b"\r\n")[1:])[b"content-length"])
        assert len(rest) < promised
        assert httpx.get(url).status_code == 200


# --- 21: many at once ---------------------------------------------------------------------------------------------


def test_sixteen_threads_get_what_one_gets(patient):
    queries = [
        "SELECT ?p ?o { <https://w3id.org/codegraph/concept/site/ileum> ?p ?o } ORDER BY ?p ?o",
        "SELECT ?s ?l { ?s skos:inScheme scheme:approach ; skos:prefLabel ?l } ORDER BY ?s",
        "CONSTRUCT WHERE { <https://w3id.org/codegraph/code/cpt/44310> ?p ?o }",
        "ASK { <https://w3id.org/codegraph/code/cpt/44310> ?p ?o }",
    ]
    expected = [patient.query(q).content for q in queries]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: patient.query(queries[n % 4]), range(160)))
    assert [a.content for a in answers] == [expected[n % 4] for n in range(160)]


# --- the life of the server ---------------------------------------------------------------------------------------


def test_sigterm_ends_the_children_also_while_they_work():
    with serving("--timeout", 30, "--data", DATA / "graphs.nq") as ending:
        children = _wait_for(lambda: len(ending.children) == 2 and ending.children)
        ending.process.terminate()
        ending.process.wait(timeout=10)
    _wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_a_child_that_dies_is_replaced(server):
    import os
    import signal

    before = _wait_for(lambda: len(server.children) == 2 and server.children)
    for child in before:
        os.kill(child, signal.SIGKILL)
    _wait_for(lambda: len(server.children) == 2 and not set(before) & set(server.children))
    assert server.still_answers()


def _wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def _quoted(text):
    from urllib.parse import quote

    return quote(text, safe="")


@contextmanager
def _in_thread(limits):
    """Run a server in this process; yield its address."""
    server = run.server(create_app(data=[DATA / "graphs.nq"], limits=limits))
    listening = run.bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield httpx.URL(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    finally:
        server.should_exit = True
        thread.join(20)


def _raw(address, text):
    """Send bytes as they are, and return the answer to its end."""
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall(text.encode())
        received = b""
        try:
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionError:
            pass
        return received
