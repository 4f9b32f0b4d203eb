"""Every stored query answers its question: golden rows, the header that it promises, and two engines that agree."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import rdflib
from golden_cases import GRAPHS, QUERIES, Case, Datasets, Stores, cases, files
from rdflib.query import ResultRow

from codegraph import queries
from codegraph.errors import UnknownCode, UnknownTerm
from codegraph.graph import CodeGraph
from codegraph.namespaces import contract
from codegraph.release import GRAPH
from codegraph.store import GraphStore

pytestmark = pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # raised within rdflib

CASES = cases()
NAMES = queries.names()
LEAST_QUERIES = 24
MOST_LINES = 40

# Asked of rdflib as well: paths, optional parts, unions, existence, counting, named graphs, every kind of value.
ON_RDFLIB = (
    "add_ons_of_code",
    "assistant_allowed",
    "code_ancestors",
    "code_descendants",
    "codes_at_site",
    "codes_creating_stoma",
    "codes_ended_since",
    "codes_for_diagnosis",
    "codes_that_revise_or_close",
    "components_of_code",
    "conflicts_of_code",
    "disagreements",
    "fee_schedule_of_code",
    "gem_targets_of_code",
    "notes_of_diagnosis",
    "opps_of_code",
    "other_approaches_of_code",
    "pcs_codes_of_code",
    "procedure_facets",
    "readings_of_code",
    "sources_loaded",
    "steps_and_aftercare",
)


class TestCollected:
    """What is on disk is what is tested."""

    def test_every_query_on_disk_is_named_and_has_golden_results(self) -> None:
        on_disk = sorted(path.stem for path in QUERIES.glob("*.rq"))
        assert on_disk == NAMES
        assert [path.stem for path in files()] == on_disk
        assert len(on_disk) >= LEAST_QUERIES

    def test_every_query_has_a_case_with_rows(self) -> None:
        answered = {case.query for case in CASES if case.rows}
        assert sorted(answered) == NAMES

    def test_files_name_their_query_and_cases_say_what_they_mean(self) -> None:
        for path in files():
            document = json.loads(path.read_text("utf-8"))
            assert document["query"] == path.stem
            assert all(len(case["about"].split()) > 3 for case in document["cases"]), path.name

    def test_every_invented_graph_is_used(self) -> None:
        used = {case.graph for case in CASES if case.graph}
        assert used == {path.stem for path in GRAPHS.glob("*.nq")}

    def test_every_parameter_is_used_in_some_case(self) -> None:
        used = {(case.query, name) for case in CASES for name in case.params}
        declared = {(q.name, p.name) for q in queries.all_queries().values() for p in q.params}
        allowed = {(name, "in_release") for name in NAMES} | {(name, "approach") for name in NAMES}
        assert declared - used <= allowed

    def test_most_representative_queries_run_on_rdflib(self) -> None:
        assert set(ON_RDFLIB) <= set(NAMES)
        assert len(ON_RDFLIB) >= 8


@pytest.mark.parametrize("name", NAMES)
class TestForm:
    """How a stored query is written."""

    def test_short_ordered_and_explicit(self, name: str) -> None:
        text = queries.load(name).text
        assert text.count("\n") <= MOST_LINES
        assert re.search(r"^ORDER BY ", text, re.MULTILINE), "rows need an order"
        assert not re.search(r"SELECT\s+(DISTINCT\s+)?\*", text)
        assert "CONCAT(" not in text.upper(), "no strings are built"

    def test_asks_a_question_and_says_what_it_gives(self, name: str) -> None:
        query = queries.load(name)
        assert query.answers.endswith("?")
        assert query.summary
        assert not query.summary.endswith(".")

    def test_declares_the_prefixes_that_it_uses_and_no_others(self, name: str) -> None:
        body = re.sub(r"^#.*$|#\? ?\w+$", "", queries.load(name).text, flags=re.MULTILINE)
        declared = re.findall(r"^PREFIX ([\w-]+):", body, re.MULTILINE)
        rest = re.sub(r"^PREFIX .*$", "", body, flags=re.MULTILINE)
        used = set(re.findall(r"(?<![\w?<:-])([a-z][\w-]*):[A-Za-z0-9]", re.sub(r'"[^"]*"', "", rest)))
        assert declared == sorted(used)


@pytest.mark.parametrize("case", CASES, ids=str)
class TestAnswers:
    def test_golden(self, case: Case, stores: Stores) -> None:
        query = queries.load(case.query)
        result = query.run(stores(case.graph), case.params)
        assert result.variables == query.returns
        assert [list(row.values()) for row in result.to_json(curies=True)] == case.rows, case.about

    def test_order_is_total(self, case: Case, stores: Stores) -> None:
        rows = queries.load(case.query).run(stores(case.graph), case.params).values()
        assert len(set(rows)) == len(rows), "two equal rows have no order"


@pytest.mark.parametrize("case", [c for c in CASES if c.query in ON_RDFLIB], ids=str)
def test_rdflib_gives_the_same_rows(case: Case, stores: Stores, datasets: Datasets) -> None:
    query = queries.load(case.query)
    ours = Counter(query.run(stores(case.graph), case.params).values(curies=True))
    answer = datasets(case.graph).query(query.bind(case.params))
    theirs: Counter[tuple[Any, ...]] = Counter()
    for row in answer:
        assert isinstance(row, ResultRow)
        theirs[tuple(_plain(row[name]) for name in query.returns)] += 1
    assert theirs == ours


def _plain(term: Any) -> Any:
    """Return an rdflib term as our results have it: CURIE, text, number, truth value, date or None."""
    if isinstance(term, rdflib.URIRef):
        return contract(str(term))
    if isinstance(term, rdflib.Literal):
        return str(term) if term.language else term.toPython()
    assert term is None
    return None


class TestPythonAgrees:
    """What the Python calls answer without SPARQL is what the queries answer."""

    @staticmethod
    def codes(kg: CodeGraph, name: str, **params: object) -> list[str]:
        return sorted(str(row[0]) for row in queries.load(name).run(kg.store.raw, params).values(curies=True))

    @pytest.mark.parametrize("site", ["ileum", "small-intestine", "colon", "skin"])
    def test_codes_at_site(self, packaged: CodeGraph, site: str) -> None:
        expected = sorted(code.curie for code in packaged.codes(site=f"site:{site}"))
        assert self.codes(packaged, "codes_at_site", site=f"site:{site}") == expected
        open_only = sorted(code.curie for code in packaged.codes(site=f"site:{site}", approach="open"))
        found = self.codes(packaged, "codes_at_site", site=f"site:{site}", approach="approach:open")
        assert found == open_only

    @pytest.mark.parametrize("method", ["bypass", "stoma-revision", "excision"])
    def test_codes_by_method(self, packaged: CodeGraph, method: str) -> None:
        expected = sorted(code.curie for code in packaged.codes(method=method))
        assert self.codes(packaged, "codes_by_method", method=f"method:{method}") == expected

    @pytest.mark.parametrize("code", ["cpt:44310", "icd10cm:K50.012", "icd10pcs:0D1B0Z4"])
    def test_ancestors(self, packaged: CodeGraph, code: str) -> None:
        found = queries.load("code_ancestors").run(packaged.store.raw, {"code": code})
        assert [row[0] for row in found.values(curies=True)] == packaged.ancestors(code)

    @pytest.mark.parametrize("above", ["icd10cm:K50", "heading:cpt-44300-44346", "group:icd10pcs-0D1"])
    def test_descendants(self, packaged: CodeGraph, above: str) -> None:
        assert self.codes(packaged, "code_descendants", above=above) == sorted(packaged.descendants(above))

    def test_parts_of_site(self, packaged: CodeGraph) -> None:
        site = "site:large-intestine"
        assert self.codes(packaged, "parts_of_site", site=site) == sorted(packaged.descendants(site))

    def test_closures_and_revisions(self, packaged: CodeGraph) -> None:
        related = {r.code for r in packaged.related("44310") if r.relation in ("closed by", "revised by")}
        assert set(self.codes(packaged, "codes_that_revise_or_close", code="44310")) == related

    def test_other_approaches(self, packaged: CodeGraph) -> None:
        """The query compares what is stated, the Python call what a definition says with its defaults."""
        pairs = {
            (code.curie, related.code)
            for code in packaged.codes(system="cpt")
            for related in packaged.related(code)
            if related.relation == "other approach"
        }
        found = {
            (code, str(row[0]))
            for code in {code for pair in pairs for code in pair} | {"cpt:44144", "cpt:44158", "cpt:44312"}
            for row in packaged.run("other_approaches_of_code", code=code).values(curies=True)
        }
        assert found == pairs
        opened = packaged.run("open_and_laparoscopic_pairs").values(curies=True)
        assert {(str(row[0]), str(row[1])) for row in opened} == {
            (one, two) for one, two in pairs if self._approach(packaged, one) == ("approach:open",)
        }

    @staticmethod
    def _approach(packaged: CodeGraph, code: str) -> tuple[str, ...]:
        done = packaged[code].procedure
        assert done
        return done.approach


def _full_release() -> Path:
    named = os.environ.get("CODEGRAPH_FULL_RELEASE")
    if not named:
        pytest.skip("no release built from the official files is named (CODEGRAPH_FULL_RELEASE)")
    return Path(named)


@pytest.mark.full_data
@pytest.mark.parametrize("name", NAMES)
def test_answers_on_a_full_release(name: str) -> None:
    """Every query runs on a release of all official files, and some case of it finds something there."""
    store = GraphStore.open(_full_release() / GRAPH).raw
    query = queries.load(name)
    found = 0
    for case in (c for c in CASES if c.query == name):
        try:
            result = query.run(store, case.params)
        except (UnknownCode, UnknownTerm):  # only the invented graphs have it
            assert case.graph, case
            continue
        assert result.variables == query.returns
        found += len(result)
    assert found
