"""Linked data: every kind of IRI in every format, what is near one that is not there, and the way through w3id.org."""

from __future__ import annotations

import re

import httpx
import pyoxigraph as ox
import pytest

from codegraph.export import context
from codegraph.namespaces import BASE, ONTOLOGY, SHAPES, expand
from codegraph.serve.linked import ENDINGS, KINDS
from tests.conftest import REPO

MEDIA = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CODE, SITE = "/code/cpt/44310", "/concept/site/ileum"
NOTATION = ox.NamedNode(expand("skos:notation"))


def parsed(answer, status=200):
    assert answer.status_code == status, answer.text
    assert answer.headers["vary"] == "Accept"
    store = ox.Store()
    store.extend(ox.parse(answer.content, format=MEDIA[answer.headers["content-type"].partition(";")[0]]))
    return store


def iri(path):
    return ox.NamedNode(BASE + path.lstrip("/"))


def about(store, path):
    return [q.triple for q in store.quads_for_pattern(iri(path), None, None)]


@pytest.mark.parametrize("accept", [*MEDIA, "*/*", "application/json"])
@pytest.mark.parametrize("path", [CODE, SITE, "/ontology", "/ontology/core", "/shapes"])
def test_each_format_says_the_same(server, path, accept):
    expected = parsed(server.get(path + ".nt"))
    found = parsed(server.get(path, headers={"Accept": accept}))
    assert len(found) == len(expected) > 5
    unnamed = {t for t in map(str, expected) if "_:" not in t}
    assert {t for t in map(str, found) if "_:" not in t} == unnamed


def test_a_code_says_what_the_release_says(server):
    store = parsed(server.get(CODE))
    rows = server.rows("SELECT DISTINCT ?p ?o { cpt:44310 ?p ?o }")
    assert {(t.predicate.value, getattr(t.object, "value", "")) for t in about(store, CODE)} == {
        (row["p"], row["o"]) for row in rows
    }
    assert [q.object.value for q in store.quads_for_pattern(iri(CODE), NOTATION, None)] == ["44310"]


def test_a_facet_value_comes_with_what_is_below_it(server):
    store = parsed(server.get("/concept/site/small-intestine"))
    below = {
        q.subject.value for q in store.quads_for_pattern(None, ox.NamedNode(expand("cg:isPartOf")), None)
    }
    assert expand("site:ileum") in below


def test_the_ontology_has_every_term(server):
    store = parsed(server.get("/ontology"))
    rows = server.rows(f"SELECT DISTINCT ?t {{ ?t a ?c FILTER(STRSTARTS(STR(?t), '{ONTOLOGY}#')) }}")
    assert {row["t"] for row in rows} > {expand("cg:FacetValue")}
    assert {row["t"] for row in rows} <= {q.subject.value for q in store}
    assert ONTOLOGY + "/core" in {q.subject.value for q in store}
    shapes = {q.subject.value for q in parsed(server.get("/shapes"))}
    assert any(name.startswith(SHAPES) for name in shapes)


def test_every_kind_of_iri_is_served(server):
    """One IRI of each kind that the graph has in subject position."""
    for kind in KINDS.keys() - {"ontology", "shapes"}:
        text = f"SELECT ?s {{ ?s a ?c FILTER(STRSTARTS(STR(?s), '{BASE}{kind}/')) }} ORDER BY ?s LIMIT 1"
        (row,) = server.rows(text)
        assert about(parsed(server.get("/" + row["s"].removeprefix(BASE))), row["s"].removeprefix(BASE))


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_asks_for_a_format(server, ending):
    answer = server.get(CODE + ending, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == ENDINGS[ending].content_type
    assert about(parsed(answer), CODE)


@pytest.mark.parametrize("path", [CODE, SITE, "/ontology"])
def test_a_browser_gets_a_page(server, path):
    answer = server.get(path, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Accept" in answer.headers["vary"]


def test_an_icd10cm_code_without_its_dot_leads_to_the_one_with_it(server):
    answer = server.get("/code/icd10cm/K5651.ttl")
    assert (answer.status_code, answer.headers["location"]) == (301, "/code/icd10cm/K56.51.ttl")
    assert about(parsed(server.get(answer.headers["location"])), "/code/icd10cm/K56.51")


def test_what_the_client_has_is_not_sent_again(server):
    tag = server.get(CODE).headers["etag"]
    assert server.get(CODE, headers={"If-None-Match": tag}).status_code == 304
    assert (
        server.get(CODE, headers={"If-None-Match": tag, "Accept": "application/rdf+xml"}).status_code == 200
    )


# --- what is not there --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/code/cpt/44319", "cpt:44310"),
        ("/concept/site/illeum", "site:ileum"),
        ("/code/icd10cm/K56.59", "icd10cm:K56.5"),
    ],
)
def test_near_matches_in_the_format_asked_for(server, path, near):
    for accept in (None, "application/json"):
        answer = server.get(path, headers={"Accept": accept} if accept else {})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert any(n.startswith(near) for n in answer.json()["near"])
    for accept in MEDIA:
        store = parsed(server.get(path, headers={"Accept": accept}), 404)
        seen = [
            q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(expand("rdfs:seeAlso")), None)
        ]
        assert any(n.startswith(expand(near)) for n in seen)
        assert not about(store, path)
    answer = server.get(path, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert near.partition(":")[2] in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/code/nosystem/1",
        "/code/",
        "/concept/nothing/x",
        "/ontology/none",
        "/shapes/x",
        "/entry/x y",
        "/code/cpt/%3Cscript%3E",
    ],
)
def test_nothing_is_there(server, path):
    for accept in ("*/*", *MEDIA, BROWSER):
        answer = server.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert "<script>" not in answer.text


def test_nothing_acceptable(server):
    assert server.get(CODE, headers={"Accept": "image/png"}).status_code == 406
    answer = server.client.post(CODE)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


# --- w3id.org -----------------------------------------------------------------------------------------------------

RULES = (REPO / "w3id" / ".htaccess").read_text(encoding="utf-8")


def rewritten(path, accept):
    """Return (status, place) that the rules give for a path below /codegraph/, as Apache's mod_rewrite reads them."""
    env, conditions = {}, []
    for line in RULES.splitlines():
        word, *rest = line.split() or [""]
        if word == "RewriteCond":
            assert rest[0] == "%{HTTP_ACCEPT}"
            conditions.append(re.compile(rest[1]))
        elif word == "RewriteRule":
            match = re.search(rest[0], path)
            held = all(c.search(accept or "") for c in conditions)
            conditions = []
            if not (match and held):
                continue
            flags = rest[2].strip("[]").split(",")
            env |= dict(f[2:].split(":", 1) for f in flags if f.startswith("E="))
            if rest[1] != "-":
                assert {"R=303", "L"} <= set(flags)
                return 303, match.expand(rest[1].replace("$1", r"\1").replace("%{ENV:SERVER}", env["SERVER"]))
    return 404, None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/html", "text/html; charset=utf-8"),
        (BROWSER, "text/html; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/turtle;q=0.1, application/ld+json", "application/ld+json"),
        (None, "text/turtle; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("path", ["code/cpt/44310", "concept/site/ileum", "ontology", "code/icd10cm/K56.51"])
def test_w3id_leads_to_what_was_asked_for(server, path, accept, expected):
    status, place = rewritten(path, accept)
    assert status == 303
    here = httpx.URL(server.address).join(httpx.URL(place).raw_path.decode())
    answer = server.get(here, headers={"Accept": accept or "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("context.jsonld", "application/ld+json", "application/ld+json"),
        ("context.jsonld", None, "application/ld+json"),
        ("shapes", "text/turtle", "text/turtle; charset=utf-8"),
        ("shapes", BROWSER, "text/html; charset=utf-8"),
        ("ontology/core", "application/rdf+xml", "application/rdf+xml"),
        (".well-known/void", "text/turtle", "text/turtle; charset=utf-8"),
        ("sparql", "text/turtle", "text/turtle; charset=utf-8"),
        ("fhir/ValueSet/modifiers", "application/fhir+json", "application/fhir+json"),
        ("codegraph", BROWSER, "text/html; charset=utf-8"),
        ("", BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_w3id_leads_to_everything_that_the_graph_names(server, path, accept, kind):
    status, place = rewritten(path, accept)
    assert status == 303
    here = httpx.URL(server.address).join(httpx.URL(place).raw_path.decode())
    answer = server.get(here, headers={"Accept": accept or "*/*"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind.partition(";")[0]


def test_every_kind_of_iri_in_the_graph_has_a_rule(kg, tmp_path):
    kg.export(tmp_path / "all.nt")
    said = (tmp_path / "all.nt").read_text(encoding="utf-8")
    kinds: dict[str, str] = {}
    for found in re.findall(rf"<{re.escape(BASE)}([^>#]+)", said):
        kinds.setdefault(found.partition("/")[0], found)
    assert set(kinds) >= {"code", "concept", "entry", "ontology", "release"}
    for accept in (*MEDIA, BROWSER):
        for path in kinds.values():
            assert rewritten(path, accept)[0] == 303, path


def test_the_context_at_its_address_is_the_packaged_one(server):
    assert context.URL == BASE + "context.jsonld"
    answer = server.get("/context.jsonld")
    assert answer.json() == {"@context": context.packaged()}
    assert answer.headers["access-control-allow-origin"] == "*"


def test_w3id_leads_nowhere_else():
    assert rewritten("", None) == (303, "https://codegraph.example.org/")
    assert rewritten("sparql", None)[0] == 303
    for path in ("other", "code", "codes/x", "ontologyx"):
        assert rewritten(path, "text/turtle") == (404, None)
    hosts = set(re.findall(r"https?://[^/\s\]]+", re.sub(r"(?m)^#.*", "", RULES)))
    assert hosts == {"https://codegraph.example.org"}
