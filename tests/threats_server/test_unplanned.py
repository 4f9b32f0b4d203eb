"""Two thousand requests that nobody planned, the same each time: no failure, and every refusal in its format."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from codegraph.serve.guard import HEADERS
from tests.threats_server.fuzz import Fuzz
from tests.threats_server.running import refused

SEEDS = (1, 2)
NUMBER = 1_000
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
SENT_AS_ASKED = {"text/html", "application/problem+json", "application/fhir+json", *GRAPHS}


def no_constant(name):
    raise AssertionError(f"{name} is not JSON")


def fault(request, answer):
    """Return what is wrong with an answer, or an empty text."""
    if answer.status >= 500:
        return "the server failed"
    if any(answer.headers.get(name.lower()) != value for name, value in HEADERS.items()):
        return "headers are missing"
    if answer.status in (204, 301, 304):
        return "a body" if answer.body else ""
    if request.path.startswith("/fhir/r") and answer.media != "application/fhir+json":
        return "not FHIR"
    if answer.status >= 400 and answer.media not in SENT_AS_ASKED:
        return "no problem"
    if request.method == "HEAD":
        return "a body" if answer.body else ""
    if int(answer.headers["content-length"]) != len(answer.body):
        return "not whole"
    if "json" in answer.media:
        json.loads(answer.body, parse_constant=no_constant)
    if "xml" in answer.media:
        ElementTree.fromstring(answer.body)
    if answer.media in GRAPHS:
        list(ox.parse(answer.body, format=GRAPHS[answer.media]))
    if answer.status >= 400 and answer.media.endswith(("problem+json", "fhir+json")):
        refused(answer, answer.status)
    return "told how it is made" if b"Traceback" in answer.body or b"site-packages" in answer.body else ""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_request_fails(server, seed):
    said = server.errors.read_text()

    def asked(request):
        answer = server.ask(request.path, request.method, headers=request.headers, body=request.body)
        try:
            found = fault(request, answer)
        except (AssertionError, ValueError, SyntaxError) as error:
            found = f"{type(error).__name__}: {error}"
        return request, answer, found

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(asked, Fuzz(seed).requests(NUMBER)))
    wrong = [(found, answer.status, answer.media, request) for request, answer, found in done if found]
    assert wrong == []
    assert "Traceback" not in server.errors.read_text().removeprefix(said)
    # It has reached what lies behind the first checks, in every part of the server.
    reached = Counter(r.path.split("/")[1] for r, a, _ in done if a.status == 200)
    assert reached["api"] >= 50
    assert reached["fhir"] >= 20
    assert sum(reached.values()) >= 200


def test_the_same_each_time():
    assert list(Fuzz(7).requests(200)) == list(Fuzz(7).requests(200))
    assert list(Fuzz(7).requests(200)) != list(Fuzz(8).requests(200))
