"""Row 21: sixteen threads at once get what one gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from tests.threats_server.running import CPT, GOOD

MIXED = (
    *GOOD,
    ("/api/v1/search?text=loop+ileostomy", "application/json"),
    ("/api/v1/crosswalk/44310?to=icd10pcs", "application/json"),
    ("/api/v1/price/44310", "application/json"),
    ("/api/v1/ask?question=What+does+44310+pay+in+Nebraska%3F", "application/json"),
    ("/api/v1/related/44310", "application/json"),
    ("/api/v1/conflicts/44310", "application/json"),
    ("/fhir/r4/ConceptMap/$translate?code=44310&system=" + quote(CPT, safe=""), "application/fhir+json"),
    (
        "/fhir/r4/ValueSet/$validate-code?code=44310&url=https://w3id.org/codegraph/fhir/ValueSet/site-ileum&system="
        + CPT,
        "*/*",
    ),
    ("/?q=laparoscopic+ilestomy", "text/html"),
    ("/crosswalk?code=44310", "text/html"),
    ("/price?code=44310", "text/html"),
    ("/facets", "text/html"),
    ("/concept/site/ileum", "application/ld+json"),
    ("/code/icd10pcs/0D1B0Z4", "application/rdf+xml"),
    ("/.well-known/void", "text/turtle"),
    ("/code/cpt/99999", "text/html"),
    ("/api/v1/code/4431", "application/json"),
    (
        "/sparql?query=" + quote("CONSTRUCT WHERE { <https://w3id.org/codegraph/code/cpt/44187> ?p ?o }"),
        "application/n-triples",
    ),
    ("/sparql?query=SELECT", "application/json"),
    ("/api/v1/openapi.json", "application/json"),
    ("/nothing", "text/html"),
)


def test_row_21_sixteen_threads_get_what_one_gets(server):
    def asked(number):
        path, accept = MIXED[number % len(MIXED)]
        answer = server.ask(path, accept=accept)
        return answer.status, answer.media, answer.body

    expected = [asked(n) for n in range(len(MIXED))]
    assert {status for status, *_ in expected} >= {200, 400, 404}
    assert max(status for status, *_ in expected) < 500
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(asked, (n * 7 for n in range(len(MIXED) * 12))))
    wrong = {MIXED[n * 7 % len(MIXED)] for n, got in enumerate(found) if got != expected[n * 7 % len(MIXED)]}
    assert wrong == set()


def test_row_21_claims_at_once_keep_apart(server):
    claims = [
        {"id": f"A{n}", "on": "2024-08-01", "lines": ["44310", "44187-59"][: 1 + n % 2]} for n in range(48)
    ]
    expected = [server.post("/api/v1/check", claim).body for claim in claims]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda claim: server.post("/api/v1/check", claim).body, claims)) == expected
