"""Requests that nobody plans: from the OpenAPI document, the operations of FHIR, pages, linked data and SPARQL.

A seed gives the same requests each time. Each has a right form with a chance, so that what stands behind the first
check is reached too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from codegraph.operations.table import OPERATIONS
from codegraph.serve.openapi import document
from codegraph.terminology.parameters import OPERATIONS as FHIR
from tests.threats_server.running import CPT

SETS = "https://w3id.org/codegraph/fhir/ValueSet/"

ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "1e309",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "*",
        "%",
        "%zz",
        "?",
        "#",
        ":",
        "::",
        "|",
    ),
    *(
        "cpt:",
        ":44310",
        "cpt:44310:x",
        "nosuch:44310",
        "44310-",
        "-59",
        "44310-59-59-59-59-59",
        "44310x",
        "44310x0",
    ),
    *(
        "44310x999999999999",
        "44310@",
        "44310@2024-13-40",
        "٤٤٣١٠",
        "４４３１０",
        "44310\u200b",
        "\ufeff44310",
        "é",
    ),
    *(
        "'",
        '"',
        '44310" . } #',
        "44310> . } #",
        "' OR 1=1 --",
        "${7*7}",
        "{{7*7}}",
        "<script>alert(1)</script>",
    ),
    *(
        "\r\nSet-Cookie: a=b",
        "\x00",
        "\x1b[2J",
        "\x7f",
        "\u202e",
        "\U000e0041",
        "\ufffd",
        "\ufffe",
        "\U0001f600",
    ),
    *(
        "../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1:9/",
        "javascript:alert(1)",
        "urn:x",
        "http://",
    ),
    *(
        "2024-02-30",
        "0000-01-01",
        "9999-12-31",
        "0001-01-01",
        "2024-2-3",
        "20240203",
        "today",
        "2024-01-01T00:00",
    ),
    *(
        "(" * 200,
        "a" * 150,
        "a" * 5000,
        "\\",
        "^(a+)+$",
        "[a-",
        "(?",
        ".*" * 50,
        "a OR b",
        'a"b',
        "-a",
        "NOT a",
    ),
)
RAW = ("%ff", "%c0%ae", "%ED%A0%80", "%00", "%", "%zz", "%25252e", "+", "%2f", "%5c", ";", "%0d%0a")
CODES = (
    "44310",
    "cpt:44310",
    "44187",
    "icd10pcs:0D1B0Z4",
    "0D1B0Z4",
    "K50.00",
    "icd10cm:K50",
    "44310-59",
    "99999",
)
WORDS = (
    "ileostomy",
    "loop ileostomy",
    "ileum",
    "site:ileum",
    "bypass",
    "open",
    "cpt",
    "icd10pcs",
    "facility",
    "NE",
)
DAYS = ("2025-11-01", "2024-08-01", "1999-01-01")
ACCEPTS = (
    *("*/*", "text/html", "text/turtle", "application/json", "application/ld+json", "application/rdf+xml"),
    *(
        "application/fhir+json",
        "application/fhir+xml",
        "text/csv",
        "application/sparql-results+xml",
        "image/png",
    ),
    *("", ",", ";q=", "*/*;q=0", "text/html;q=0.5, */*;q=x", "a" * 2000, "application/json;charset=utf-16"),
)
METHODS = ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get")
KINDS = ("application/json", "application/fhir+json", "application/x-www-form-urlencoded", "text/plain", "")
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        1e400,
        10**30,
        "",
        "44310",
        [],
        {},
        [[]],
        [None],
        {"": ""},
        {"a": {"b": []}},
    ),
    *("\ud800", "\x00", "a" * 3000, {"code": 1}, {"code": []}, [["44310"]], {"valueString": "x"}, [1] * 600),
)
QUERIES = (
    *("ASK {}", "SELECT * { ?s ?p ?o } LIMIT 3", "CONSTRUCT WHERE { ?s a owl:Class }", "DESCRIBE cpt:44310"),
    *("SELECT (1/0 AS ?x) {}", "SELECT ?x { BIND(<http://e/ > AS ?x) }", "SELECT", "ASK { SERVICE <x:> {} }"),
    *(
        "INSERT DATA {}",
        "\x00",
        "ASK { ?s ?p '\\ud800' }",
        "SELECT (STRDT('x', <x:y>) AS ?x) {}",
        "ASK { } }",
    ),
    *(
        "CONSTRUCT { <x:s> <x:1> 'a' } {}",
        "CONSTRUCT { ?s ?s ?s } { ?s a owl:Class } LIMIT 5",
        "ASK { \U0001f600 }",
    ),
    *(
        "SELECT ('\\u0001' AS ?x) {}",
        "CONSTRUCT { <x:s> <x:p> '\\u0001' } {}",
        "SELECT ('a\\nb,\"c' AS ?x) {}",
    ),
)
_CODE = f"code=44310&system={quote(CPT, safe='')}"
RIGHT = (
    *(
        "metadata",
        "metadata?mode=terminology",
        "CodeSystem",
        "CodeSystem/cpt",
        "ValueSet?_count=2",
        "ConceptMap?_count=1",
    ),
    *(
        f"CodeSystem/$lookup?{_CODE}",
        f"ConceptMap/$translate?{_CODE}",
        "ValueSet/site-ileum/$expand?count=2&filter=open",
    ),
    *(
        f"ValueSet/modifiers/$validate-code?{_CODE}",
        f"CodeSystem/$subsumes?codeA=44310&codeB=44187&system={CPT}",
    ),
)
PAGES = {
    "/": ("q", "system"),
    "/results": ("q", "system"),
    "/ask": ("q", "on"),
    "/facets": ("scheme",),
    "/crosswalk": ("code", "to", "on"),
    "/price": ("code", "locality", "setting", "on", "qualifying"),
    "/check": ("lines", "on", "setting", "prior", "dx"),
    "/about": ("x",),
    "/query": ("name", "query", "run", "p-site", "p-code", "p-diagnosis"),
    "/graph": ("code", "q"),
    "/path": ("from", "to"),
    "/suggest": ("system", "note"),
    "/context.jsonld": ("x",),
    "/static/codegraph.css": ("x",),
    "/.well-known/void": ("x",),
}
PATHS = (
    *("/code/cpt/{}", "/code/icd10pcs/{}", "/code/icd10cm/{}", "/code/{}", "/concept/site/{}", "/concept/{}"),
    *(
        "/ontology/{}",
        "/shapes/{}",
        "/release/{}",
        "/entry/{}",
        "/mapping/{}",
        "/static/{}",
        "/{}",
        "/api/v1/{}",
    ),
    *("/fhir/r4/CodeSystem/{}", "/fhir/r5/ValueSet/{}", "/fhir/r5/ConceptMap/{}/$translate", "/fhir/r5/{}"),
)
ENDINGS = ("", "", "", ".ttl", ".jsonld", ".rdf", ".nt", ".html", "/")


@dataclass(frozen=True)
class Request:
    """A request as it is sent."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Fuzz:
    """Makes requests of every kind in turn."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.makers: tuple[Callable[[], Request], ...] = (
            *(self._api, self._api, self._api_body, self._fhir, self._fhir, self._fhir_body),
            *(self._page, self._path, self._path, self._sparql),
        )

    def requests(self, number: int) -> Iterator[Request]:
        """Yield so many requests."""
        for at in range(number):
            yield self._bent(self.makers[at % len(self.makers)]())

    def _one(self, *of: Any) -> Any:
        return self.random.choice(of)

    def _often(self, share: float) -> bool:
        return self.random.random() < share

    def _text(self, name: str = "") -> str:
        """Return a value: mostly one that could be right."""
        if self._often(0.25):
            return self._one(*ODD)
        if name == "on" or "date" in name.lower():
            return self._one(*DAYS)
        if name in ("q", "question", "text", "note", "filter"):
            return " ".join(self._one(*WORDS, *CODES, "what", "does", "pay", "in", "and") for _ in range(3))
        return self._one(*CODES) if self._often(0.7) else self._one(*WORDS)

    def _pairs(self, names: list[str]) -> str:
        chosen = [n for n in names if self._often(0.3)]
        if self._often(0.1):
            chosen.append(self._one("x", "", "page", *names))
        pairs = [f"{quote(n)}={self._raw(self._text(n))}" for n in chosen]
        return "&".join(pairs)

    def _raw(self, text: str) -> str:
        return self._one(*RAW) if self._often(0.06) else quote(text, safe="")

    def _bent(self, request: Request) -> Request:
        headers = dict(request.headers)
        if "Accept" not in headers and self._often(0.3):
            headers["Accept"] = self._one(*ACCEPTS)
        if self._often(0.05):
            headers["If-None-Match"] = self._one("*", '"x"', ",,,", "W/")
        method = self._one(*METHODS) if self._often(0.06) else request.method
        return Request(method, request.path, headers, request.body)

    def _api(self) -> Request:
        operation = self._one(*(o for o in OPERATIONS if o.method == "GET"))
        path = "/api/v1" + operation.path
        names = [p.name for p in operation.parameters]
        right = self._often(0.5)
        for p in operation.parameters:
            value = quote(p.example) if right and p.example else self._raw(self._text(p.name)) or "44310"
            path = path.replace(f"{{{p.name}}}", value)
        inside = [n for n in names if f"{{{n}}}" not in operation.path]
        wanted = [
            f"{p.name}={quote(p.example)}" for p in operation.parameters if p.required and p.name in inside
        ]
        more = "" if right and self._often(0.5) else self._pairs(inside)
        query = "&".join(filter(None, [*(wanted if right or self._often(0.3) else ()), more]))
        return Request("GET", f"{path}?{query}" if query else path)

    def _api_body(self) -> Request:
        operation = self._one(*(o for o in OPERATIONS if o.method == "POST"))
        schema = document()["paths"][operation.path]["post"]["requestBody"]["content"]["application/json"][
            "schema"
        ]
        good: dict[str, Any] = {"lines": ["44310", {"code": "44187", "modifiers": ["59"], "units": 1}]}
        good |= {
            "note": "Loop ileostomy, open. No stoma was closed.",
            "diagnoses": ["K50.00"],
            "prior": ["44310"],
        }
        good |= {"on": "2024-08-01", "setting": "practitioner", "id": "A1", "limit": 3, "nearest": True}
        body = {name: good[name] for name in schema["properties"] if name in good}
        return self._posted("/api/v1" + operation.path, self._mutated(body), "application/json")

    def _fhir(self) -> Request:
        if self._often(0.4):
            return Request("GET", f"/fhir/{self._one('r4', 'r5')}/{self._one(*RIGHT)}")
        name = self._one(*FHIR)
        kind, _, operation = name.partition("/")
        ident = self._one("", "", "/cpt", "/site-ileum", "/cpt-to-icd10pcs", "/modifiers", "/nosuch")
        good = {
            "system": CPT,
            "url": CPT,
            "code": "44310",
            "codeA": "44310",
            "codeB": "44187",
            "sourceCode": "44310",
        }
        good["url"] = self._one(CPT, SETS + "modifiers", SETS + "site-ileum")
        complex_too = self._often(0.1)
        names = [
            n.rstrip("*")
            for n, kind in FHIR[name].items()
            if complex_too or kind in ("text", "boolean", "integer")
        ]
        pairs = [f"{n}={quote(good[n])}" for n in names if n in good and self._often(0.8)]
        odd = self._pairs([n for n in names if n not in good or self._often(0.2)]) if self._often(0.4) else ""
        given = "&".join(filter(None, [*pairs, odd]))
        return Request("GET", f"/fhir/{self._one('r4', 'r5')}/{kind}{ident}/{operation}?{given}")

    def _fhir_body(self) -> Request:
        name = self._one(*FHIR)
        coding = {"system": CPT, "code": "44310", "display": "x"}
        compose = {
            "include": [{"system": CPT, "filter": [{"property": "site", "op": "is-a", "value": "ileum"}]}]
        }
        compose["exclude"] = [{"system": CPT, "concept": [{"code": "44310"}]}]
        good = [
            {"name": "coding", "valueCoding": coding},
            {"name": "codeableConcept", "valueCodeableConcept": {"coding": [coding]}},
            {"name": "url", "valueUri": CPT},
            {"name": "code", "valueCode": "44310"},
            {"name": "system", "valueUri": CPT},
            {"name": "valueSet", "resource": {"resourceType": "ValueSet", "compose": compose}},
            {"name": "filter", "valueString": "ileum"},
            {"name": "count", "valueInteger": 2},
        ]
        known = {n.rstrip("*") for n in FHIR[name]}
        chosen = [p for p in good if (p["name"] in known or self._often(0.1)) and self._often(0.6)]
        body = {"resourceType": "Parameters", "parameter": chosen}
        return self._posted(
            f"/fhir/{self._one('r4', 'r5')}/{name}", self._mutated(body), "application/fhir+json"
        )

    def _posted(self, path: str, value: Any, kind: str) -> Request:
        body = json.dumps(value).encode()
        if self._often(0.08):
            body = self._one(
                b"", b"{", b"[" * 3000, b'"\xff"', b"\xef\xbb\xbf{}", b"{}{}", b'{"a":1,"a":2}', b"9" * 5000
            )
        kind = self._one(*KINDS) if self._often(0.05) else kind
        return Request("POST", path, {"Content-Type": kind} if kind else {}, body)

    def _mutated(self, value: Any) -> Any:
        """Return a value of JSON with one part, anywhere, made into something else; or as it is."""
        if self._often(0.15):
            return self._one(*VALUES)
        if isinstance(value, dict) and value:
            key = self._one(*value)
            if self._often(0.1):
                return {**value, self._one("x", "", key.upper()): self._one(*VALUES)}
            return {**value, key: self._mutated(value[key])}
        if isinstance(value, list) and value:
            at = self.random.randrange(len(value))
            return [*value[:at], self._mutated(value[at]), *value[at + 1 :]]
        return value if self._often(0.3) else self._one(*VALUES)

    def _page(self) -> Request:
        path = self._one(*PAGES)
        query = self._pairs(list(PAGES[path]))
        if path in ("/check", "/query", "/suggest") and self._often(0.5):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
            return Request("POST", path, headers, query.encode())
        return Request("GET", f"{path}?{query}" if query else path)

    def _path(self) -> Request:
        text = self._raw(self._text())
        return Request("GET", self._one(*PATHS).format(text) + self._one(*ENDINGS))

    def _sparql(self) -> Request:
        text = quote(self._one(*QUERIES) if self._often(0.8) else self._text())
        more = self._one(
            "", "", "&default-graph-uri=" + quote(self._text()), "&query=ASK%20{}", "&update=x", "&x=y"
        )
        given = f"query={text}{more}"
        if self._often(0.6):
            return Request("GET", f"/sparql?{given}")
        return Request("POST", "/sparql", {"Content-Type": self._one(*KINDS)}, given.encode())
