"""Row 19: hosts, headers, sizes, paths, methods, doubtful lengths, and clients that are slow or leave."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, suppress
from urllib.parse import quote

import pytest

from codegraph.serve.guard import HEADERS
from codegraph.serve.limits import Limits
from codegraph.serve.run import HEADER_SECONDS
from tests.threats_server.running import Answer, refused, waited

HEAD = "Host: localhost\r\nConnection: close\r\n"
FORM = "application/x-www-form-urlencoded"
LIMITS = Limits()


# --- slow clients: begun before everything else, and looked at when their time is over ---


class Slow:
    """A client that sends a beginning, then a byte now and then; it notes when it was cut off, and what was said."""

    def __init__(self, server, first: bytes, then: bytes) -> None:
        self.said = b""
        self.seconds = None
        self.connection = socket.create_connection((server.host, server.port), timeout=60)
        self.connection.sendall(first)
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self._go_on, args=(then,), daemon=True)
        self.thread.start()

    def _go_on(self, then: bytes) -> None:
        with suppress(OSError):  # it is cut off, or closed at the end of the tests
            self.connection.settimeout(1)
            while time.monotonic() - self.began < 50:
                if then:
                    self.connection.sendall(then)
                with suppress(TimeoutError):
                    piece = self.connection.recv(1 << 16)
                    self.said += piece
                    if not piece:
                        break
        self.seconds = time.monotonic() - self.began
        self.connection.close()


BODY = "POST /{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n{}\r\n\r\n"
SLOW = {
    "no byte": (b"", b""),
    "a header that never ends": (b"GET /sparql HTTP/1.1\r\nX-Slow: ", b"x"),
    "headers that never end": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n"),
    "a first line that never ends": (b"GET /", b"a"),
    "a query": (BODY.format("sparql", "application/sparql-query", "Content-Length: 90").encode(), b"#"),
    "a form": (BODY.format("check", FORM, "Content-Length: 90").encode(), b"l"),
    "JSON": (BODY.format("api/v1/check", "application/json", "Content-Length: 90").encode(), b" "),
    "FHIR": (
        BODY.format("fhir/r5/ValueSet/$expand", "application/fhir+json", "Content-Length: 90").encode(),
        b" ",
    ),
    "pieces": (BODY.format("sparql", FORM, "Transfer-Encoding: chunked").encode(), b"1\r\na\r\n"),
}


@pytest.fixture(scope="module", autouse=True)
def slow(server):
    found = {name: Slow(server, *sent) for name, sent in SLOW.items()}
    yield found
    for client in found.values():
        client.connection.close()


# --- hosts and origins ---

EVERYWHERE = (
    "/",
    "/sparql?query=ASK%7B%7D",
    "/api/v1/health",
    "/fhir/r5/metadata",
    "/code/cpt/44310",
    "/nothing",
)

FORGED = (
    *(
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "",
        "[",
        "a b",
        "localhost@evil",
    ),
    *(
        "localhost/../evil",
        "0x7f000001",
        "127.1",
        "localhost,evil.example",
        "*",
        "ⅼocalhost",
        "xn--localhost",
        "localhost.",
    ),
)


@pytest.mark.parametrize("host", FORGED)
def test_row_19_a_forged_host_is_refused(server, host):
    for path in EVERYWHERE:
        found = Answer.parse(server.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
        refused(found, 400)
        assert "evil" not in found.text
        assert {name: found.headers[name.lower()] for name in HEADERS} == HEADERS


def test_row_19_hosts_that_are_this_machine(server):
    for host in (f"localhost:{server.port}", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert server.ask("/api/v1/health", headers={"Host": host}).status == 200
    for name in (
        "X-Forwarded-Host",
        "X-Host",
        "Forwarded",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
    ):
        answer = server.ask("/.well-known/void", headers={name: "evil.example/x"})
        assert answer.status == 200
        assert "evil" not in answer.text


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://localhost:1"])
def test_row_19_any_site_may_read_and_none_with_credentials(server, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    asked["Access-Control-Request-Headers"] = "Authorization"
    for path in EVERYWHERE:
        answer = server.ask(path, headers={"Origin": origin, "Cookie": "a=b", "Authorization": "Basic eDp5"})
        assert answer.headers["access-control-allow-origin"] == "*"
        allowed = server.ask(path, "OPTIONS", headers=asked)
        assert allowed.status == 204
        methods = allowed.headers["access-control-allow-methods"].split(", ")
        assert sorted(methods) == ["GET", "HEAD", "OPTIONS", "POST"]
        assert "authorization" not in allowed.headers["access-control-allow-headers"].lower()
        for found in (answer, allowed):
            assert "access-control-allow-credentials" not in found.headers
            assert "access-control-allow-private-network" not in found.headers
            assert "set-cookie" not in found.headers


# --- sizes ---


@pytest.mark.parametrize(
    "path", ["/sparql", "/api/v1/check", "/fhir/r4/ValueSet/$expand", "/check", "/query", "/", "/nothing"]
)
def test_row_19_100_mb_are_refused_before_they_come(server, path):
    before = server.memory()
    asked = (
        f"POST {path} HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
    )
    refused(Answer.parse(server.raw(asked + "x" * 1_000)), 413)
    expecting = Answer.parse(server.raw(asked.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")))
    refused(expecting, 413)  # and not 100: go on
    assert server.memory() <= before + 8


@pytest.mark.parametrize(
    "path", ["/sparql", "/api/v1/check", "/fhir/r4/ValueSet/$expand", "/check", "/query"]
)
def test_row_19_100_mb_in_pieces_are_cut_off(server, path):
    kind = {"/sparql": "application/sparql-query", "/check": FORM, "/query": FORM}.get(
        path, "application/json"
    )
    before, sent = server.memory(), 0
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        head = f"POST {path} HTTP/1.1\r\n{HEAD}Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        with suppress(ConnectionError):
            while sent < 100_000_000:
                connection.sendall(piece)
                sent += 0x10000
    assert sent < 20_000_000  # what lies in the buffers of the system, and no more
    assert server.memory() <= before + 16


def test_row_19_100_mb_to_who_reads_nothing(server):
    """A body that no one asked for is not kept, and does not hold the connection for ever."""
    before, sent = server.memory(), 0
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(
            b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        with suppress(ConnectionError):
            while sent < 100_000_000:
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
    assert server.memory() <= before + 16


HEADERS_TOO_MANY = {
    "one of 10 kB": ({"X-Long": "x" * 10_000}, 200),
    "one of 40 kB": ({"X-Long": "x" * 40_000}, 431),
    "200": ({f"X-{n}": "1" for n in range(200)}, 431),
    "Accept of 30 kB": ({"Accept": "text/html;q=0.1," * 1_900}, 200),
    "tags of 30 kB": ({"If-None-Match": '"x",' * 7_000}, 200),
    "cookie of 30 kB": ({"Cookie": "a=b; " * 6_000}, 200),
}


@pytest.mark.parametrize("name", HEADERS_TOO_MANY)
def test_row_19_headers(server, name):
    headers, status = HEADERS_TOO_MANY[name]
    for path in EVERYWHERE:
        answer = server.ask(path, headers=headers)
        if status == 431:
            refused(answer, 431)
        else:
            assert answer.status in (200, 404, 406)


def test_row_19_a_header_without_end_and_a_long_address(server):
    answer = server.raw(f"GET / HTTP/1.1\r\n{HEAD}X: " + "x" * 300_000)
    assert answer == b"" or refused(Answer.parse(answer), 400, 431)
    for path in ("/sparql?query=", "/api/v1/search?text=", "/fhir/r5/ValueSet?url=", "/code/cpt/"):
        refused(server.ask(path + "a" * 20_000), 414)
    refused(server.ask("/api/v1/search?" + "&".join(f"a{n}=1" for n in range(1_000))), 400)
    refused(server.ask("/fhir/r5/ValueSet?" + "&".join(f"a{n}=1" for n in range(1_000))), 400)
    refused(server.ask("/sparql?" + "&".join(f"a{n}=1" for n in range(1_000))), 400)


# --- paths ---

CLIMBS = (
    *(
        "/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/code/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%5c..%5cetc",
    ),
    *(
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2frun.py",
        "/static/....//app.py",
        "/static/app.py",
    ),
    *(
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/codegraph.css%00.html",
        "/a/%00",
        "/%00",
        "/code/cpt/44310%00",
    ),
    *(
        "/%252e%252e/%252e%252e/etc/passwd",
        "/static/%252e%252e/app.py",
        "/code/cpt/%252e%252e",
        "/code/cpt/44%2531%30",
    ),
    *(
        "/%c0%ae%c0%ae/etc/passwd",
        "/%e0%80%ae/",
        "/%f0%80%80%ae/",
        "/code/cpt/%c0%af",
        "/%ff%fe",
        "/code/cpt/%ED%A0%80",
        "/%f5%80%80%80",
    ),
    *(
        "//etc/passwd",
        "///",
        "/./",
        "/code/./cpt/44310",
        "/code/cpt/44310/..",
        "/fhir/r5/../r4/metadata",
        "/api/v1/../../sparql",
    ),
    *(
        "/shapes/../ontology",
        "/ontology/..%2f..%2fLICENSE",
        "/.git/config",
        "/.env",
        "/graph.db",
        "/manifest.json",
        "/code/cpt/%0a",
    ),
    *(
        "http://evil.example/etc/passwd",
        "*",
        "/code/cpt/44310%0d%0aX:%20y",
        "/%u002e%u002e/",
        "/static/%uff0e%uff0e/app.py",
    ),
)


@pytest.mark.parametrize("path", CLIMBS)
def test_row_19_paths_that_climb_are_not_found(server, path):
    for accept in ("*/*", "text/html"):
        found = Answer.parse(server.raw(f"GET {path} HTTP/1.1\r\n{HEAD}Accept: {accept}\r\n\r\n"))
        assert found.status == 404
        expected = {"application/problem+json", "application/fhir+json"}
        if accept == "text/html" and not path.startswith(("/api", "/fhir")):
            expected = {"text/html"}
        assert found.media in expected
        assert "root:" not in found.text
        assert "import" not in found.text
        assert {name: found.headers[name.lower()] for name in HEADERS} == HEADERS


# --- methods, and what is hardly HTTP ---

METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 300)
PLACES = (
    *("/", "/check", "/query", "/code/cpt/44310", "/sparql", "/api/v1/health", "/api/v1/check"),
    *("/fhir/r5/CodeSystem/cpt", "/fhir/r4/ValueSet/$expand", "/static/codegraph.css", "/.well-known/void"),
)


@pytest.mark.parametrize("method", METHODS)
def test_row_19_other_methods_are_refused(server, method):
    for path in PLACES:
        found = Answer.parse(server.raw(f"{method} {path} HTTP/1.1\r\n{HEAD}X-Secret: Jane-Roe\r\n\r\n"))
        refused(found, 405)
        assert "GET" in found.headers["allow"] or "POST" in found.headers["allow"]
        assert "Jane-Roe" not in found.text  # TRACE would give it back


NEXT = "GET /api/v1/code/99999 HTTP/1.1\r\nHost: localhost\r\n\r\n"
SMUGGLED = {
    "two kinds of length": f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{NEXT}",
    "the other way round": f"Transfer-Encoding: chunked\r\nContent-Length: {len(NEXT) + 5}\r\n\r\n0\r\n\r\n{NEXT}",
    "two lengths": f"Content-Length: 5\r\nContent-Length: 7\r\n\r\nASK{{}}{NEXT}",
    "lengths in one": f"Content-Length: 5, 7\r\n\r\nASK{{}}{NEXT}",
    "below zero": f"Content-Length: -1\r\n\r\n{NEXT}",
    "signed": f"Content-Length: +5\r\n\r\nASK{{}}{NEXT}",
    "hexadecimal": f"Content-Length: 0x5\r\n\r\nASK{{}}{NEXT}",
    "with blanks": f"Content-Length : 5\r\n\r\nASK{{}}{NEXT}",
    "other coding": f"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{NEXT}",
    "coding twice": f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{NEXT}",
    "coding with a blank": f"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{NEXT}",
    "coding with a tab": f"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n{NEXT}",
    "piece of another size": f"Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK{{}}\r\n0\r\n\r\n{NEXT}",
    "piece below zero": f"Transfer-Encoding: chunked\r\n\r\n-1\r\nASK{{}}\r\n0\r\n\r\n{NEXT}",
    "two hosts": f"Host: evil.example\r\nContent-Length: 0\r\n\r\n{NEXT}",
    "no name": f": x\r\nContent-Length: 0\r\n\r\n{NEXT}",
    "NUL": f"X: a\0b\r\nContent-Length: 0\r\n\r\n{NEXT}",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_row_19_a_request_of_doubtful_length_is_the_last(server, name):
    """It is refused and the connection closed: what follows is nobody's request."""
    head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    received = server.raw(head + SMUGGLED[name])
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"99999" not in received
    refused(Answer.parse(received), 400, 413)


@pytest.mark.parametrize(
    "text",
    [
        "\r\n\r\n\r\n",
        "\0" * 100,
        "\x16\x03\x01\x02\x00\x01",
        "GET /\r\n\r\n",
        "HELO x\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_row_19_what_is_no_http_is_a_problem_too(server, text):
    received = server.raw(text + "\r\n\r\n", timeout=2)
    if received:
        found = Answer.parse(received)
        refused(found, 400)
        assert {name: found.headers[name.lower()] for name in HEADERS} == HEADERS


def test_row_19_a_request_that_asks_for_another_protocol(server):
    for upgrade in ("websocket", "h2c", "TLS/1.0"):
        headers = {
            "Connection": "Upgrade",
            "Upgrade": upgrade,
            "Sec-WebSocket-Key": "eDp5",
            "Sec-WebSocket-Version": "13",
        }
        answer = server.ask("/api/v1/health", headers=headers)
        assert answer.status == 200


def test_row_19_clients_that_leave_leave_no_trace(server):
    """In the middle of a body, or of an answer: nothing is logged as an error, and nothing is left."""
    said = server.errors.read_text()
    for path, kind in (
        ("sparql", "application/sparql-query"),
        ("api/v1/check", "application/json"),
        ("check", FORM),
    ):
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(BODY.format(path, kind, "Content-Length: 100").encode() + b"x")
    for path in ("fhir/r5/ValueSet/$expand", "fhir/r5/ValueSet/_search"):
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(BODY.format(path, "application/fhir+json", "Content-Length: 100").encode())
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(
            b"GET /sparql?query="
            + quote("SELECT * { ?s ?p ?o }").encode()
            + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
    with socket.create_connection((server.host, server.port)) as connection:
        head = BODY.format("nothing", FORM, "Transfer-Encoding: chunked").encode()
        connection.sendall(head + b"5\r\nabcde\r\n")
        connection.recv(100)
        connection.sendall(b"nonsense\r\n\r\n")
    assert server.ask("/api/v1/health").status == 200
    new = server.errors.read_text().removeprefix(said)
    assert "Traceback" not in new
    assert "Error" not in new
    assert "Fatal" not in new


def test_row_19_more_connections_than_there_may_be(server):
    """Who comes beyond the number is told so; when the others have left, all is as before."""
    with ExitStack() as stack:
        try:
            for _ in range(520):
                connection = socket.create_connection((server.host, server.port), timeout=5)
                stack.callback(connection.close)
        except OSError:
            pytest.skip("this machine has no more sockets")
        found = Answer.parse(server.raw("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        assert found.status == 503
        assert "connections" in refused(found, 503)
        assert found.headers["retry-after"] == "1"
        assert {name: found.headers[name.lower()] for name in HEADERS} == HEADERS
    server.local.connection = None
    waited(lambda: server.ask("/api/v1/health", headers={"Connection": "close"}).status == 200)


# --- the end of the slow clients: last in this file ---


@pytest.mark.parametrize("name", SLOW)
def test_row_19_slow_clients_are_cut_off(slow, server, name):
    """Not before their time, and not long after it; a body that does not come is answered first."""
    client = slow[name]
    limit = LIMITS.receive_seconds if name in list(SLOW)[4:] else HEADER_SECONDS
    client.thread.join(45)
    assert client.seconds is not None
    assert limit - 1 <= client.seconds
    if name in list(SLOW)[4:]:
        refused(Answer.parse(client.said), 408)
        assert Answer.parse(client.said).headers["connection"] == "close"
    else:
        assert client.said == b""
