"""The pages of the server: each answers, is well-formed, accessible and harmless, and its links lead somewhere."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from codegraph.export import context
from codegraph.serve import browse, editor, forms, pages
from codegraph.serve.app import create_app
from codegraph.serve.pool import Answer
from tests.build.small_files import PLANTED
from tests.page.html_tree import check_accessible, check_harmless, read

LINKED = (("/code/{rest:path}", "code"), ("/concept/{rest:path}", "concept"), ("/ontology", "ontology"))


def app_of(kg):
    """Return the application with the pages alone at the addresses that also serve data."""
    app = create_app(kg.directory)
    for path, name in LINKED:
        app.router.routes.insert(0, Route(path, pages.HTML[name]))
    return app


@pytest.fixture(scope="module")
def client(kg):
    with TestClient(app_of(kg)) as found:
        yield found


def tree_of(answer, status=200):
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    tree = read(answer.text)
    check_accessible(tree)
    check_harmless(tree)
    return tree


PAGES = [
    "/",
    "/?q=loop+ileostomy",
    "/?q=zzzz+nothing",
    "/ask",
    "/ask?q=Which+modifiers+can+be+used+with+44310%3F",
    "/ask?q=zzz+%3Cscript%3E",
    "/facets",
    "/facets?scheme=method",
    "/crosswalk",
    "/crosswalk?code=44310&to=icd10pcs",
    "/price",
    "/price?code=44310&locality=NE&setting=facility",
    "/price?code=44310,44388-53",
    "/check",
    "/about",
    "/query",
    "/query?name=codes_at_site",
    "/suggest",
    "/graph",
    "/graph?code=44310",
    "/graph?code=site:ileum",
    "/path",
    "/path?from=44310&to=44620",
    "/ontology",
    "/code/cpt/44310",
    "/code/icd10pcs/0D1B0Z4",
    "/concept/site/ileum",
    "/concept/family/enterostomy-creation",
    "/concept/procedure/open-ileostomy-or-jejunostomy",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_well_formed_and_accessible(client, address):
    tree = tree_of(client.get(address))
    assert [a.get("href") for a in next(tree.all("nav")).all("a")] == [path for path, _ in pages.MENU]
    scripts = [s.get("src") for s in tree.all("script")]
    assert scripts == ["/static/search.js" if address.split("?")[0] == "/" else "/static/find.js"]
    assert not any(s.text.strip() for s in tree.all("script"))


@pytest.mark.parametrize("address", PAGES)
def test_links_and_forms_lead_to_something(client, address, request):
    seen = request.config.stash.setdefault(SEEN, {})
    tree = tree_of(client.get(address))
    targets = [a.get("href") for a in tree.all("a", "link")] + [f.get("action") for f in tree.all("form")]
    targets += [s.get("src") for s in tree.all("script")]
    # What is written as data is not in this application.
    paths = {urlsplit(t).path for t in targets if t.startswith("/") and not t.endswith((".ttl", ".jsonld"))}
    for path in sorted(paths)[:60]:
        if path not in seen:
            seen[path] = client.get(path).status_code
        assert seen[path] in (200, 404) if path.startswith("/code/") else seen[path] == 200, path


SEEN = pytest.StashKey[dict[str, int]]()


def test_one_address_is_a_page_for_browsers_and_data_for_programs(kg):
    with TestClient(create_app(kg.directory)) as found:
        browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        for address, heading in (
            ("/code/cpt/44310", "44310 Open creation of an ileostomy or jejunostomy, without a tube"),
            ("/concept/site/ileum", "Ileum"),
            ("/ontology", "The ontology"),
            ("/sparql", "SPARQL"),
            ("/", "Find a medical code"),
        ):
            tree = tree_of(found.get(address, headers=browser))
            assert " ".join(tree.one("h1").text.split()) == heading
        missing = tree_of(found.get("/code/cpt/44311", headers=browser), 404)
        assert "/code/cpt/44310" in {a.get("href") for a in missing.all("a")}
        data = found.get("/code/cpt/44310", headers={"accept": "text/turtle"})
        assert data.headers["content-type"].startswith("text/turtle")
        for page in ("/code/cpt/44310", "/concept/site/ileum"):
            links = [a.get("href") for a in read(found.get(page, headers=browser).text).all("a")]
            led = [a for a in links if a.endswith((".ttl", ".jsonld"))]
            assert led == [f"{page}.ttl", f"{page}.jsonld"]
            kinds = [found.get(a, headers=browser).headers["content-type"].partition(";")[0] for a in led]
            assert kinds == ["text/turtle", "application/ld+json"]


def test_search_finds_and_says_why(client):
    tree = tree_of(client.get("/?q=loop+ileostomy"))
    first = next(next(n for n in tree.all("ul") if "hits" in (n.get("class") or "")).all("li"))
    assert next(first.all("a")).get("href") == "/code/cpt/44310"
    assert "synonym: loop ileostomy" in first.text
    part = client.get("/results?q=loop+ileostomy")
    assert "<html" not in part.text
    assert "/code/cpt/44310" in part.text


def test_search_without_its_library_looks_codes_up(kg, monkeypatch):
    from codegraph.errors import NotLoaded

    def missing(*_, **__):
        raise NotLoaded("pip install codegraph[search]")

    monkeypatch.setattr(type(kg), "search", missing)
    found = forms.search(kg, {"q": "44310"})
    assert [code for code, _, _ in found["hits"]] == ["cpt:44310"]
    assert "codegraph[search]" in found["note"]
    assert forms.search(kg, {"q": "words"})["hits"] == []


def test_price_shows_the_total_and_every_step(client, kg):
    tree = tree_of(client.get("/price?code=44310&locality=NE&setting=facility"))
    total = next(n.text for n in tree.all("p") if n.get("class") == "total")
    assert total == f"${kg.price('44310', locality='NE').total}"
    assert "conversion factor" in tree.one("pre").text


def test_a_claim_is_checked_by_form(client, kg):
    answer = client.post("/check", data={"lines": "44310\n44187x3", "setting": "practitioner"})
    tree = tree_of(answer)
    outcome = kg.check(["44310", "44187x3"]).outcome
    assert next(n.text for n in tree.all("span") if (n.get("class") or "").startswith("verdict")) == outcome
    assert tree.one("textarea").text == "44310\n44187x3"


def test_every_sentence_of_an_answer_shows_where_it_stands(client, kg):
    asked = "Which modifiers can be used with 44310?"
    tree = tree_of(client.get("/ask", params={"q": asked}))
    answer = kg.ask(asked)
    assert answer.sentences
    assert sum(1 for _ in tree.all("details")) == len(answer.sentences)
    assert all(s.text in tree.one("main").text for s in answer.sentences)
    assert answer.sentences[0].call in tree.one("main").text
    page = tree_of(client.get("/code/cpt/44310"))
    leads = [a.get("href") for a in page.all("a") if (a.get("href") or "").startswith("/ask")]
    assert "/ask?q=Which%20modifiers%20can%20be%20used%20with%2044310%3F" in leads


def test_the_crosswalk_explains(client):
    tree = tree_of(client.get("/crosswalk?code=44310&to=icd10pcs"))
    rows = [[c.text for c in row.all("th", "td")] for row in tree.all("tr")]
    assert ["site", "jejunum-or-ileum", "ileum", "narrower"] in rows
    assert "/code/icd10pcs/0D1B0Z4" in {a.get("href") for a in tree.all("a")}


def test_the_editor_takes_stored_queries_and_shows_rows(client):
    text = tree_of(client.get("/query?name=codes_at_site")).one("textarea").text
    assert "#+ summary: Codes whose procedure acts on a site" in text
    filled = tree_of(client.get("/query?name=codes_at_site&p-site=site:ileum")).one("textarea").text
    assert "concept/site/ileum" in filled
    refused = tree_of(client.get("/query?name=codes_at_site&p-site=nothing+such"), 400)
    assert [n.get("id") for n in refused.all("input") if n.get("aria-invalid")] == ["f-p-site"]
    assert next(n for n in refused.all("div") if n.get("class") == "error").text.strip()
    tree = tree_of(client.post("/query", data={"run": "1", "query": editor.EXAMPLE}))
    assert "/code/cpt/44310" in {a.get("href") for a in tree.one("table").all("a")}
    wrong = tree_of(client.post("/query", data={"run": "1", "query": "SELECT ?x {"}), 400)
    assert wrong.one("textarea").text == "SELECT ?x {"
    assert "1 row" in tree.text


def test_answers_of_other_kinds_are_text():
    assert editor.table(Answer(200, kind="boolean", body=b'{"head":{},"boolean":true}'))["text"] == "yes"
    assert editor.table(Answer(200, kind="graph", body=b"<a> <b> <c> ."))["text"].startswith("<a>")


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/code/cpt/44999", 404, "not in this release"),
        ("/code/nothing/1", 404, "nothing"),
        ("/code/cpt/%3Cscript%3Ealert(1)%3C/script%3E", 404, "Nothing to show"),
        ("/concept/site/nowhere", 404, "no term"),
        ("/price?code=44310&locality=zzzz", 400, "zzzz"),
        ("/price?code=%3Cscript%3E", 400, "Check"),
        ("/crosswalk?code=99999", 404, "99999"),
        ("/facets?scheme=none", 404, "to browse"),
        ("/?q=x&system=none", 404, "none"),
        ("/?q=" + "x" * 600, 400, "at most 500"),
    ],
)
def test_what_is_wrong_is_told_on_a_whole_page(client, address, status, words):
    tree = tree_of(client.get(address), status)
    assert words in tree.text
    assert "<script>" not in tree.text.replace("<script>alert(1)</script>", "").replace("'<script>'", "")
    assert "Traceback" not in tree.text


def test_a_page_that_is_kept_is_the_same_each_time(client):
    first, second = (client.get("/code/cpt/44187") for _ in range(2))
    assert first.content == second.content
    assert sorted(first.headers.multi_items()) == sorted(second.headers.multi_items())
    dated = client.get("/code/cpt/44187?on=2025-11-01")
    assert "as of 2025-11-01" in dated.text
    assert "as of" not in client.get("/code/cpt/44187").text
    assert client.get("/code/cpt/44187?on=soon").status_code == 400


def test_near_codes_are_offered_as_links(client):
    tree = tree_of(client.get("/code/cpt/44311"), 404)
    near = next(n for n in tree.all("div") if n.get("class") == "error")
    assert "/code/cpt/44310" in {a.get("href") for a in near.all("a")}


def test_static_files_are_a_fixed_list(client):
    for name, (path, media) in pages.STATIC.items():
        answer = client.get(f"/static/{name}")
        assert answer.content == path.read_bytes()
        assert answer.headers["content-type"] == media
    for name in ("app.py", "..%2Fapp.py", "%2e%2e/app.py", "codegraph.css%00"):
        assert client.get(f"/static/{name}").status_code == 404


def test_hostile_labels_and_licensed_text_stay_off_the_pages(hostile, small):
    with TestClient(app_of(hostile)) as found:
        for address in ("/code/icd10cm/K50", "/code/icd10cm/K50.00", "/?q=K50", "/crosswalk?code=K50"):
            tree = tree_of(found.get(address))
            assert not [s for s in tree.all("script") if not s.get("src")]
            assert not list(tree.all("img"))
    with TestClient(app_of(small)) as found:
        for address in ("/code/cpt/44310", "/?q=planted+licensed+words", "/about", "/crosswalk?code=44310"):
            assert PLANTED.lower() not in found.get(address).text.lower().replace(
                "planted+licensed+words", ""
            )


def test_a_term_shows_what_is_above_below_and_its_codes(kg):
    found = browse.concept(kg, {"curie": "site:ileum"})
    assert ("site:small-intestine", "Small Intestine") in found["above"]
    assert found["total"] == len(kg.codes(site="ileum"))
    for value in ("site:large-intestine", "method:bypass", "approach:open"):
        scheme = value.partition(":")[0]
        every = [str(c) for c in kg.codes(**{scheme: value})]
        shown = browse.concept(kg, {"curie": value})
        assert {c for c, _ in shown["codes"]} <= set(every)
        assert shown["total"] in (len(every), None)
        assert len(shown["codes"]) == min(len(every), 200)
    assert "cpt:44187" in {
        c for c, _ in browse.concept(kg, {"curie": "family:enterostomy-creation"})["codes"]
    }
    tree = browse.facets(kg, {"scheme": "approach"})["tree"]
    under = {label: {b[1] for b in below} for _, label, below, _ in tree}
    assert under["Open or Percutaneous Endoscopic"] == {"Open", "Percutaneous Endoscopic"}


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ("/price?code=44310&locality=zzzz&setting=facility", "f-locality", "zzzz"),
        ("/price?code=99999&locality=NE", "f-code", "99999"),
        ("/price?code=44310&on=tomorrow", "f-on", "tomorrow"),
        ("/price?code=&locality=NE", "f-code", "Write a code"),
        ("/crosswalk?code=44310&to=nonsense", "f-to", "nonsense"),
        ("/check?lines=44310&prior=never", "f-prior", "NEVER"),
        ("/check?lines=what", "f-lines", "what"),
        ("/graph?code=site:nowhere", "f-code", "nowhere"),
        ("/path?from=99999&to=44310", "f-from", "99999"),
        ("/path?from=44310&to=99999", "f-to", "99999"),
        ("/?q=colon&system=none", "f-system", "none"),
    ],
)
def test_an_error_stands_at_its_field_and_what_was_written_stays(client, address, field, words):
    answer = client.get(address)
    assert answer.status_code in (400, 404)
    tree = read(answer.text)
    check_accessible(tree)
    (at,) = [n for n in tree.all("input", "select", "textarea") if n.get("aria-invalid")]
    assert at.get("id") == field
    told = next(n for n in tree.all("p") if n.get("id") == at.get("aria-describedby"))
    assert words in told.text
    assert f"#{field}" in {a.get("href") for a in tree.all("a")}
    assert tree.one("title").text.startswith("Error: ")
    sent = dict(parse_qsl(urlsplit(address).query))
    shown = {n.get("name"): n.get("value") for n in tree.one("main").all("input")}
    shown |= {n.get("name"): n.text for n in tree.one("main").all("textarea")}
    assert {name: value for name, value in sent.items() if name in shown and name != "system"} == {
        name: shown[name] for name in sent if name in shown and name != "system"
    }


def test_the_context_of_json_ld_is_served(client):
    answer = client.get("/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json()["@context"] == context.packaged()
    assert answer.headers["access-control-allow-origin"] == "*"
