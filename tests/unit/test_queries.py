"""Stored queries, free queries, and what neither may do."""

from __future__ import annotations

import socket
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph import queries, sparql
from codegraph.codes import CodeRef
from codegraph.errors import InvalidCode, QueryError, UnknownCode, UnknownTerm
from codegraph.query_params import Parameter, parse_parameters

TURTLE = """
@prefix cg: <https://w3id.org/codegraph/ontology#> .
@prefix cpt: <https://w3id.org/codegraph/code/cpt/> .
@prefix hcpcs: <https://w3id.org/codegraph/code/hcpcs/> .
@prefix icd10cm: <https://w3id.org/codegraph/code/icd10cm/> .
@prefix procedure: <https://w3id.org/codegraph/concept/procedure/> .
@prefix site: <https://w3id.org/codegraph/concept/site/> .
@prefix approach: <https://w3id.org/codegraph/concept/approach/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
cpt:10001 skos:notation "10001" ; cg:denotes procedure:a ; cg:workRvu 1.5 .
cpt:10002 skos:notation "10002" ; cg:denotes procedure:b .
cpt:10003 skos:notation "10003" ; cg:denotes procedure:c .
procedure:a cg:actsOn site:ileum ; cg:hasApproach approach:open .
procedure:b cg:actsOn site:small-intestine ; cg:hasApproach approach:percutaneous .
procedure:c cg:actsOn site:ileum .
site:ileum cg:isPartOf site:small-intestine .
hcpcs:A4206 skos:notation "A4206" .
icd10cm:A42.06 skos:notation "A42.06" .
hcpcs:B4206 skos:notation "B4206" .
"""
AT_SITE = """#+ summary: Codes at a site
#+ answers: Which codes act there?
#+ params: {site: iri, approach: iri?}
#+ returns: [code, notation]
PREFIX cg: <https://w3id.org/codegraph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code ?notation WHERE {
  ?code cg:denotes ?procedure ; skos:notation ?notation .
  ?procedure cg:actsOn/cg:isPartOf* ?site .
  ?procedure cg:hasApproach ?approach .  #? approach
}
ORDER BY ?notation
"""
BY_CODE = """#+ summary: A code
#+ answers: How is it printed?
#+ params: {code: code}
#+ returns: [notation]
SELECT ?notation WHERE { ?code skos:notation ?notation } ORDER BY ?notation
"""


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.load(
        TURTLE.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("https://w3id.org/codegraph/release/t/1")
    )
    return store


def notations(result: queries.Result) -> list[object]:
    return [row["notation"] for row in result]


class TestStoredQuery:
    def test_header_is_the_signature(self) -> None:
        query = queries.StoredQuery.parse("codes_at_site", AT_SITE)
        assert query.summary == "Codes at a site"
        assert query.signature == "site: iri, approach: iri?"
        assert query.returns == ("code", "notation")

    def test_left_out_parameter_means_any_also_for_procedures_without_an_approach(
        self, store: ox.Store
    ) -> None:
        query = queries.StoredQuery.parse("q", AT_SITE)
        assert notations(query.run(store, {"site": "site:small-intestine"})) == ["10001", "10002", "10003"]
        assert notations(query.run(store, {"site": "site:ileum"})) == ["10001", "10003"]

    def test_given_optional_parameter_restricts(self, store: ox.Store) -> None:
        query = queries.StoredQuery.parse("q", AT_SITE)
        found = query.run(store, {"site": "site:small-intestine", "approach": "approach:open"})
        assert notations(found) == ["10001"]
        assert found.variables == ("code", "notation")

    def test_none_is_left_out(self, store: ox.Store) -> None:
        query = queries.StoredQuery.parse("q", AT_SITE)
        assert len(query.run(store, {"site": "site:small-intestine", "approach": None})) == 3

    def test_misspelt_parameter_is_an_error_naming_the_known_ones(self, store: ox.Store) -> None:
        query = queries.StoredQuery.parse("q", AT_SITE)
        with pytest.raises(
            QueryError, match=r"no parameter 'sight'; did you mean 'site'.*site: iri, approach: iri\?"
        ):
            query.run(store, {"sight": "site:ileum"})

    def test_missing_parameter_is_an_error(self, store: ox.Store) -> None:
        with pytest.raises(QueryError, match="needs the parameter 'site'"):
            queries.StoredQuery.parse("q", AT_SITE).run(store, {})

    def test_misspelt_term_is_an_error_not_an_empty_answer(self, store: ox.Store) -> None:
        with pytest.raises(UnknownTerm, match="site:ilium"):
            queries.StoredQuery.parse("q", AT_SITE).run(store, {"site": "site:ilium"})

    @pytest.mark.parametrize("written", ["cpt:10001", "10001", " CPT:10001 ", CodeRef("cpt", "10001")])
    def test_codes_are_normalised(self, store: ox.Store, written: object) -> None:
        assert notations(queries.StoredQuery.parse("q", BY_CODE).run(store, {"code": written})) == ["10001"]

    def test_bare_code_of_two_systems_is_ambiguous_only_where_both_are_held(self, store: ox.Store) -> None:
        query = queries.StoredQuery.parse("q", BY_CODE)
        with pytest.raises(QueryError, match=r"write hcpcs:A4206 or icd10cm:A42\.06"):
            query.run(store, {"code": "a4206"})
        assert notations(query.run(store, {"code": "icd10cm:a4206"})) == ["A42.06"]
        assert notations(query.run(store, {"code": "B4206"})) == ["B4206"]

    def test_unknown_and_invalid_codes_are_told_apart(self, store: ox.Store) -> None:
        query = queries.StoredQuery.parse("q", BY_CODE)
        with pytest.raises(UnknownCode, match="cpt:99999"):
            query.run(store, {"code": "99999"})
        with pytest.raises(InvalidCode):
            query.run(store, {"code": "443 10"})

    def test_bound_text_is_whole_sparql_for_another_endpoint(self, store: ox.Store) -> None:
        text = queries.StoredQuery.parse("q", AT_SITE).bind({"site": "site:ileum"})
        assert "VALUES ?site { <https://w3id.org/codegraph/concept/site/ileum> }" in text
        assert "hasApproach" not in text
        assert len(list(store.query(text, use_default_graph_as_union=True))) == 2

    def test_construct_and_ask_take_parameters_too(self, store: ox.Store) -> None:
        head = "#+ summary: s\n#+ answers: a\n#+ params: {code: code}\n#+ returns: []\n"
        graph = queries.StoredQuery.parse(
            "q", head + "CONSTRUCT { ?code a ?n } WHERE { ?code skos:notation ?n }"
        )
        assert [row["subject"] for row in graph.run(store, {"code": "10002"})] == [
            CodeRef("cpt", "10002").iri
        ]
        ask = queries.StoredQuery.parse("q", head + "ASK { ?code cg:denotes ?n }")
        assert bool(ask.run(store, {"code": "10002"})) is True
        assert bool(ask.run(store, {"code": "B4206"})) is False

    def test_default_is_used_and_shown(self, store: ox.Store) -> None:
        head = "#+ summary: s\n#+ answers: a\n#+ params: {least: decimal = 1.0}\n#+ returns: [code]\n"
        body = "SELECT ?code { ?code cg:workRvu ?work FILTER(?work >= ?least) } ORDER BY ?code"
        query = queries.StoredQuery.parse("q", head + body)
        assert query.signature == "least: decimal = 1.0"
        assert len(query.run(store)) == 1
        assert len(query.run(store, {"least": Decimal("1.51")})) == 0

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (("#+ summary: Codes at a site\n", ""), "lacks summary"),
            (("#+ answers", "#+ answer"), "lacks answers"),
            (("#+ returns: [code, notation]", "#+ returns: [code]"), "the header returns"),
            (("#+ returns: [code, notation]", "#+ returns: code"), "is a list like"),
            (("{site: iri, approach: iri?}", "{place: iri, site: iri, approach: iri?}"), "does not occur"),
            (("{site: iri, approach: iri?}", "{site: iri}"), "names no optional parameter"),
            (("  #? approach", ""), "line 10 uses the optional"),
            (("approach: iri?", "approach: uri?"), "has the type 'uri'"),
            (("approach: iri?", "site: iri"), "named twice"),
            (("{site: iri, approach: iri?}", "site"), "is written like"),
            (("{site: iri, approach: iri?}", "{site iri}"), "is not a parameter"),
            (("SELECT ?code ?notation", "SELECT *"), r"SELECT \* is not allowed"),
            (("#+ params", "#+ limit: 5\n#+ params"), "unknown fields"),
        ],
    )
    def test_header_and_query_must_agree(self, change: tuple[str, str], message: str) -> None:
        assert change[0] in AT_SITE
        with pytest.raises(QueryError, match=message):
            queries.StoredQuery.parse("q", AT_SITE.replace(*change))


class TestParameters:
    @pytest.mark.parametrize(
        ("type_", "value", "expected"),
        [
            ("integer", "0042", '"42"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            ("decimal", Decimal("33.4009"), '"33.4009"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
            ("date", date(2026, 7, 1), '"2026-07-01"^^<http://www.w3.org/2001/XMLSchema#date>'),
            ("date", "2026-07-01", '"2026-07-01"^^<http://www.w3.org/2001/XMLSchema#date>'),
            ("boolean", "True", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
            ("string", 'a"b\\', '"a\\"b\\\\"'),
            ("iri", "site:ileum", "<https://w3id.org/codegraph/concept/site/ileum>"),
        ],
    )
    def test_values_become_terms(self, type_: str, value: object, expected: str) -> None:
        assert [str(t) for t in Parameter("p", type_).terms(value)] == [expected]

    @pytest.mark.parametrize(
        ("type_", "value"),
        [
            ("integer", True),
            ("integer", "1.5"),
            ("decimal", 1.5),
            ("decimal", "NaN"),
            ("decimal", "one"),
            ("date", "2026-02-30"),
            ("boolean", "maybe"),
            ("string", 5),
            ("iri", "nowhere:x"),
            ("iri", "http://x/> } #"),
            ("string", "x" * 5000),
            ("string", "\ud800"),
        ],
    )
    def test_ill_typed_values_are_refused(self, type_: str, value: object) -> None:
        with pytest.raises(QueryError):
            Parameter("p", type_).terms(value)

    def test_bad_default_is_refused_when_read(self) -> None:
        with pytest.raises(QueryError):
            parse_parameters("q", "{n: integer = many}")


INJECTIONS = [
    '44310" . } #',
    "44310> } INSERT DATA { <a:a> <a:a> <a:a> } #",
    "cpt:44310> } UNION { ?s ?p ?o",
    'http://x/"><y',
    "site:ileum } SERVICE <http://127.0.0.1:1/> {",
    "\n}} DROP ALL #",
    '""" } #',
    "\\u0022 . }",
    "?code",
]


class TestInjection:
    @pytest.mark.parametrize("text", INJECTIONS)
    def test_code_and_iri_parameters_refuse(self, store: ox.Store, text: str) -> None:
        for source, name in ((BY_CODE, "code"), (AT_SITE, "site")):
            with pytest.raises((QueryError, InvalidCode)):
                queries.StoredQuery.parse("q", source).run(store, {name: text})

    @given(
        st.one_of(st.sampled_from(INJECTIONS), st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    )
    def test_any_text_stays_one_literal(self, text: str) -> None:
        head = "#+ summary: s\n#+ answers: a\n#+ params: {text: string}\n#+ returns: [text]\n"
        query = queries.StoredQuery.parse("q", head + "SELECT ?text { } ORDER BY ?text")
        assert [row["text"] for row in query.run(ox.Store(), {"text": text})] == [text]


class TestRunQuery:
    def test_union_of_graphs_and_prefixes_without_declaration(self, store: ox.Store) -> None:
        assert len(queries.run_query(store, "SELECT ?c { ?c cg:denotes ?p }")) == 3

    def test_own_prefix_wins(self, store: ox.Store) -> None:
        found = queries.run_query(store, "PREFIX skos: <http://e/> SELECT ?c { ?c skos:notation ?n }")
        assert len(found) == 0

    def test_from_reads_only_that_graph_and_never_a_file(self, store: ox.Store, tmp_path: Path) -> None:
        (tmp_path / "secret.ttl").write_text("<a:a> <a:b> <a:c> .")
        for source in (
            f"<{(tmp_path / 'secret.ttl').as_uri()}>",
            "<http://127.0.0.1:1/x>",
            "<file:///etc/passwd>",
        ):
            for clause in (
                f"FROM {source} {{ ?s ?p ?o }}",
                f"FROM NAMED {source} {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            ):
                assert len(queries.run_query(store, f"SELECT ?s {clause}")) == 0
        inside = "SELECT ?s FROM <https://w3id.org/codegraph/release/t/1> { ?s skos:notation ?n }"
        assert len(queries.run_query(store, inside)) == 6

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT DATA { <a:a> <a:a> <a:a> }",
            "PREFIX a: <a:> DELETE WHERE { ?s ?p ?o }",
            "LOAD <file:///etc/passwd>",
            "DROP ALL",
            "# SELECT\nCLEAR ALL",
            "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        ],
    )
    def test_updates_are_refused_and_the_store_is_unchanged(self, store: ox.Store, text: str) -> None:
        before = len(store)
        with pytest.raises(QueryError, match="read-only"):
            queries.run_query(store, text)
        assert len(store) == before

    @pytest.mark.parametrize(
        "text",
        [
            "ASK {} ; DROP ALL",
            "ASK {} INSERT DATA { <a:a> <a:a> <a:a> }",
            "",
            "hello",
            "{}",
            "\x00",
            "SELECT ?s {",
        ],
    )
    def test_no_query_or_two_are_refused(self, store: ox.Store, text: str) -> None:
        before = len(store)
        with pytest.raises(QueryError):
            queries.run_query(store, text)
        assert len(store) == before

    def test_syntax_error_says_line_and_column(self, store: ox.Store) -> None:
        with pytest.raises(QueryError, match=r"line 2, column \d+, near"):
            queries.run_query(store, "SELECT ?s {\n ?s zz:p ?o }")

    def test_too_many_rows_is_an_error_not_a_cut_answer(self, store: ox.Store) -> None:
        with pytest.raises(QueryError, match="over 2 rows"):
            queries.run_query(store, "SELECT ?s { ?s ?p ?o }", max_rows=2)


SERVICES = [
    "SERVICE <{url}> {{ ?s ?p ?o }}",
    "service silent <{url}> {{ ?s ?p ?o }}",
    "SERVICE e:x {{ ?s ?p ?o }}",
    "SERVICEe:x {{ ?s ?p ?o }}",
    "SERVICE?x {{ ?s ?p ?o }}",
    "SERVICE#\n<{url}> {{ ?s ?p ?o }}",
    "?s ?p 1SERVICE<{url}>{{ ?s ?p ?o }}",
    "?s ?p trueSERVICE<{url}>{{ ?s ?p ?o }}",
    "?s ?p ?a FILTER(?a<?b#>'''\n)SERVICE<{url}>{{ ?s ?p ?o }}#'''\n",
    '?s ?p ?a FILTER(?a<e:b#>"""\n)SERVICE<{url}>{{ ?s ?p ?o }}#"""\n',
    "FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "{{ SELECT ?s {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "\\u0053ERVICE <{url}> {{ ?s ?p ?o }}",
]


class TestService:
    @pytest.mark.parametrize("pattern", SERVICES)
    def test_no_spelling_of_service_reaches_a_host(self, store: ox.Store, pattern: str) -> None:
        connections: list[object] = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.05)
            stop = threading.Event()

            def accept() -> None:
                while not stop.is_set():
                    try:
                        connection, address = server.accept()
                    except TimeoutError:
                        continue
                    connections.append(address)
                    connection.close()

            thread = threading.Thread(target=accept)
            thread.start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            with pytest.raises(QueryError):
                queries.run_query(store, f"PREFIX e: <{url}> SELECT ?s {{ {pattern.format(url=url)} }}")
            stop.set()
            thread.join()
        assert connections == []

    @pytest.mark.parametrize(
        "text",
        [
            'SELECT ?service { ?service skos:prefLabel "SERVICE <http://h/> {}"@en }',
            "SELECT ?s { ?s cg:serviceSetting ?o } # SERVICE <http://h/>",
            "SELECT ?s { ?s <http://h/SERVICE> ?o }",
            "SELECT ?s { ?s ?p '''\nSERVICE <http://h/> {}''' }",
        ],
    )
    def test_the_word_alone_is_allowed_in_texts_comments_names_and_variables(
        self, store: ox.Store, text: str
    ) -> None:
        assert len(queries.run_query(store, text)) == 0


def repeated(pattern: str, times: int) -> str:
    return pattern * times


TOO_MUCH = {
    "parentheses": "ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }",
    "braces": "ASK {" + "{" * 3000 + "}" * 3000 + "}",
    "brackets": "ASK { ?s ?p " + "[ ?p " * 101 + "1" + "]" * 101 + "}",
    "not": "ASK { FILTER(" + "!" * 60000 + "?x) }",
    "path": "ASK { ?s " + "/".join(["<a:a>"] * 10000) + " ?o }",
    "sum": "SELECT (1" + "+1" * 30000 + " AS ?x) {}",
    "or": "ASK { ?s ?p ?o FILTER(?s" + "||?s" * 15000 + ") }",
    "union": "ASK { {}" + "UNION{}" * 9000 + "}",
    "optional": "ASK {" + "OPTIONAL{?s ?p ?o}" * 3500 + "}",
    "rdf list": "ASK { ?s ?p (" + "1 " * 31000 + ") }",
    "describe": "DESCRIBE " + "<a:a> " * 9000,
    "sum inside IN": "ASK { FILTER(?x IN (" + "1+" * 2400 + "1)) }",
    "values": "ASK { VALUES ?x { " + "1 " * 5001 + "} }",
    "in": "ASK { FILTER(?x IN (" + "1," * 5000 + "1)) }",
    "bytes": "ASK { } #" + "é" * 33000,
}


class TestLimits:
    @pytest.mark.parametrize("name", TOO_MUCH)
    def test_refused_before_parsing_and_the_process_keeps_serving(self, store: ox.Store, name: str) -> None:
        with pytest.raises(QueryError):
            queries.run_query(store, TOO_MUCH[name])
        assert bool(queries.run_query(store, "ASK { ?s ?p ?o }"))

    @pytest.mark.parametrize(
        "text",
        [
            "ASK { FILTER(" + "(" * 97 + "1" + ")" * 97 + ") }",
            "ASK { " + "FILTER EXISTS { " * 98 + "}" * 98 + "}",
            "ASK { VALUES (?x ?y) { " + "(1 'a') " * 2400 + "} }",
            "ASK { FILTER(?x IN (" + "1," * 4990 + "1)) }",
            "ASK { ?s " + "/".join(["<a:a>"] * 450) + " ?o }",
        ],
    )
    def test_what_is_allowed_does_not_end_the_process(self, store: ox.Store, text: str) -> None:
        assert bool(queries.run_query(store, text)) in (True, False)

    def test_brackets_in_texts_and_comments_do_not_count(self, store: ox.Store) -> None:
        assert queries.run_query(store, 'ASK { FILTER("' + "(" * 500 + '" != "") } #' + "{" * 500)


class TestScanner:
    @given(st.text(max_size=80))
    def test_any_text_is_scanned_or_refused(self, text: str) -> None:
        try:
            found = list(sparql.tokens(text))
        except QueryError:
            return
        assert all(text[t.start :].startswith(t.text) for t in found)

    def test_less_than_is_not_an_iri(self) -> None:
        assert [t.text for t in sparql.tokens("?a < 5 && ?b>3")] == ["?a", "<", "5", "&&", "?b", ">", "3"]

    def test_names_keep_dots_escapes_and_colons(self) -> None:
        found = [t.text for t in sparql.tokens(r"icd10cm:K50.012 . release:cms-pfs\/2025D a:b:c.")]
        assert found == ["icd10cm:K50.012", ".", r"release:cms-pfs\/2025D", "a:b:c", "."]


class TestLoad:
    def test_by_path(self, tmp_path: Path) -> None:
        path = tmp_path / "codes_here.rq"
        path.write_text(AT_SITE)
        assert queries.load(path).name == "codes_here"
        assert queries.load(str(path)) == queries.load(path)

    def test_unknown_name_lists_near_ones(self) -> None:
        with pytest.raises(QueryError, match="no query 'codes_at_sight'"):
            queries.load("codes_at_sight")

    def test_a_path_that_is_no_query_file_is_refused(self, tmp_path: Path) -> None:
        for path in ("../../etc/passwd", tmp_path, tmp_path / "absent.rq"):
            with pytest.raises(QueryError):
                queries.load(path)

    def test_not_utf8_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "bad.rq").write_bytes(b"\xff\xfe")
        with pytest.raises(QueryError, match="UTF-8"):
            queries.load(tmp_path / "bad.rq")
