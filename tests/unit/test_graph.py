"""The facade: a mapping of codes, facets, hierarchy, crosswalk, related, errors that say what to do, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from codegraph import CodeGraph
from codegraph.codes import CodeRef
from codegraph.errors import InvalidCode, NotLoaded, QueryError, UnknownCode, UnknownTerm


def test_a_code_by_curie_bare_text_and_in_any_case(kg):
    assert str(kg["cpt:44310"]) == str(kg["44310"]) == str(kg["CPT:44310"]) == "cpt:44310"
    assert kg["k50012"].notation == kg["icd10cm:K50.012"].notation == "K50.012"
    assert kg["0d1b0z4"] == CodeRef("icd10pcs", "0D1B0Z4")
    assert kg["modifier:59"].system == "modifier"
    assert hash(kg["44310"]) == hash(kg["cpt:44310"])
    assert kg["44310"] < kg["44312"]
    assert repr(kg["44310"]) == "Code('cpt:44310')"


def test_the_graph_is_a_mapping(kg):
    keys = list(kg)
    assert len(keys) == len(kg) == len(set(keys))
    assert keys == sorted(keys, key=lambda k: tuple(k.split(":")))
    assert "cpt:44310" in kg
    assert "cpt:99999" not in kg
    assert "no code at all" not in kg
    assert 17 not in kg
    assert kg.get("cpt:99999") is None
    assert kg.get("???", "none") == "none"


def test_errors_tell_what_is_wrong_and_what_to_do(kg, small):
    with pytest.raises(InvalidCode, match="five digits"):
        kg["443"]
    with pytest.raises(InvalidCode, match="unknown code system 'snomed'"):
        kg["snomed:1234"]
    with pytest.raises(InvalidCode, match="not written like a code of cpt"):
        kg["cpt:K50.012"]
    with pytest.raises(UnknownCode, match="near it") as error:
        kg["44311"]
    assert "cpt:44310" in error.value.near
    assert len(error.value.near) <= 5
    with pytest.raises(NotLoaded, match="Healthcare Common Procedure Coding System"):
        kg["hcpcs:A4206"]
    with pytest.raises(UnknownCode):
        small["44999"]


def test_an_ambiguous_bare_code_must_be_written_with_its_prefix(tmp_path):
    from tests.build.small_files import order_line, pfs, pfs_row

    from codegraph.build.pipeline import build

    files = tmp_path / "files"
    files.mkdir()
    (files / "PPRRVU2025_Oct.csv").write_text(pfs([pfs_row("A0101", text="Public words")]), encoding="utf-8")
    (files / "icd10cm-order-2021.txt").write_text(
        order_line(1, "A01", 0, "Fever", "Fever") + order_line(2, "A0101", 1, "Invented", "Invented"),
        encoding="utf-8",
    )
    build([files], tmp_path / "release")
    both = CodeGraph(tmp_path / "release")
    with pytest.raises(InvalidCode, match=r"hcpcs:A0101, icd10cm:A01\.01"):
        both["A0101"]
    assert both["A01.01"].system == "icd10cm"


def test_what_a_code_denotes(kg):
    procedure = kg["44310"].procedure
    assert procedure is not None
    assert procedure.method == ("method:bypass",)
    assert procedure.site == ("site:jejunum-or-ileum",)
    assert procedure.approach == ("approach:open",)
    assert procedure.device == ()  # nothing stated: nothing is left in place
    assert procedure.destination == ("site:skin",)
    assert procedure.creates == ("stoma:ileostomy-or-jejunostomy",)
    assert [s.number for s in procedure.steps] == list(range(1, len(procedure.steps) + 1))
    assert procedure.aftercare
    assert kg["0D1B0Z4"].procedure.site == ("site:ileum",)
    assert kg["K50.012"].procedure is None


def test_status_and_labels(kg):
    assert (kg["44310"].status, kg["44383"].status) == ("active", "retired")
    assert kg["K50.0"].billable is False
    assert kg["K50.012"].billable is True
    assert kg["44310"].billable is None  # no source of the packaged release says it


def test_crosswalk_by_facets_with_its_reasons(kg):
    found = kg.crosswalk("44310", to="icd10pcs")
    derived = {str(m.target): m for m in found if m.justification == "semapv:LogicalReasoning"}
    assert {t: m.relation for t, m in derived.items()} == {
        "icd10pcs:0D1A0Z4": "narrower",
        "icd10pcs:0D1B0Z4": "narrower",
        "icd10pcs:0D180Z4": "broader",
    }
    facets = {f.facet: f.relation for f in derived["icd10pcs:0D1B0Z4"].facets}
    assert facets["cg:actsOn"] == "narrower"
    assert set(facets.values()) == {"narrower", "equal"}
    text = derived["icd10pcs:0D1B0Z4"].explain()
    assert "site: jejunum-or-ileum -> ileum: narrower" in text
    assert "codegraph/0.1.0" in text


def test_derived_and_curated_mappings_agree_where_both_speak(kg):
    compared = 0
    for code in (c for c in kg if c.startswith("cpt:")):
        said = {}
        for m in kg.crosswalk(code, to="icd10pcs"):
            if m.combination is None and m.aside is None:
                said.setdefault(str(m.target), set()).add((m.mapping_set, m.relation))
        for target, pairs in said.items():
            if len({s for s, _ in pairs}) > 1:
                compared += 1
                relations = {r for _, r in pairs}
                assert not relations >= {"narrower", "broader"}, (code, target, pairs)
    assert compared >= 20


def test_the_reverse_turns_the_relation_and_the_facets(kg):
    back = {str(m.target): m for m in kg.crosswalk("0D1B0Z4", to="cpt") if m.facets and not m.combination}
    assert back["cpt:44310"].relation == "broader"
    assert back["cpt:44310"].predicate == "skos:broadMatch"
    assert {f.facet: f.relation for f in back["cpt:44310"].facets}["cg:actsOn"] == "broader"


def test_acts_of_several_parts_come_as_combinations(kg):
    found = kg.crosswalk("44143", to="icd10pcs")
    assert {m.relation for m in found} == {"related"}
    assert all("one of several acts" in m.combination for m in found)
    (whole,) = found.combinations
    assert {part.name for part in whole.parts} == {
        "Open partial colectomy",
        "Open creation of an end colostomy",
    }
    by_name = {part.name: set(part.alternatives) for part in whole.parts}
    assert "icd10pcs:0DTN0ZZ" in by_name["Open partial colectomy"]
    assert "icd10pcs:0D1N0Z4" in by_name["Open creation of an end colostomy"]
    assert whole.covers({"icd10pcs:0DTN0ZZ", "icd10pcs:0D1M0Z4"})
    assert not whole.covers({"icd10pcs:0DTN0ZZ"})


def test_what_is_integral_is_left_out_with_the_guideline_that_says_so(kg):
    (whole,) = kg.crosswalk("44143", to="icd10pcs").combinations
    assert [guideline for _, guideline in whole.omitted] == ["guideline:pcs-b3-1b"]
    joined = kg.crosswalk(
        "44140", to="icd10pcs"
    )  # resection with anastomosis: one act is left, so its codes answer
    assert joined.combinations == ()
    assert {m.relation for m in joined} == {"narrower"}
    assert "icd10pcs:0DTN0ZZ" in {str(m.target) for m in joined}
    assert "icd10pcs:0DTE0ZZ" not in {str(m.target) for m in joined}  # all of the colon is no part of it


def test_what_a_definition_does_not_name_comes_apart(kg):
    found = kg.crosswalk("44310", to="icd10pcs")
    answer = {str(m.target) for m in found}
    aside = {str(m.target): m for m in found.aside}
    assert aside
    assert not answer & set(aside)
    assert aside["icd10pcs:0D1B0J4"].unnamed == ("device:synthetic-substitute",)
    assert "does not name" in aside["icd10pcs:0D1B0J4"].aside
    overlapping = kg.crosswalk("44140", to="icd10pcs").overlapping
    assert {m.relation for m in overlapping} == {"related"}


def test_readings_come_with_their_sources_the_guideline_first(kg):
    found = {str(m.target): m for m in kg.crosswalk("44360", to="icd10pcs") if m.facets}
    lower, upper = found["icd10pcs:0DJD8ZZ"], found["icd10pcs:0DJ08ZZ"]
    assert lower.relation == "broader"
    assert "B3.11b" in lower.readings[0]
    assert upper.relation == "related"
    assert "equivalence" in upper.readings[0]


def test_a_code_without_counterpart_says_why(kg):
    for code, word in (("44238", "residual"), ("44139", "B3.1b"), ("44705", "patient")):
        found = kg.crosswalk(code, to="icd10pcs")
        assert len(found) == 0
        assert word in found.note


def test_a_review_that_is_due_is_said(kg):
    assert "needs review" in kg.crosswalk("44700", to="icd10pcs").note


def test_relations_can_be_chosen(kg):
    narrower = kg.crosswalk("44310", to="icd10pcs", relation="narrower")
    assert {m.relation for m in narrower} == {"narrower"}
    assert {str(m.target) for m in narrower} == {"icd10pcs:0D1A0Z4", "icd10pcs:0D1B0Z4"}
    none = kg.crosswalk("44310", to="icd10pcs", relation="exact")
    assert len(none) == 0
    assert "none is exact" in none.note
    with_overlaps = kg.crosswalk("44140", to="icd10pcs", relation={"narrower", "related"})
    assert "icd10pcs:0DBE0ZZ" in {str(m.target) for m in with_overlaps}
    with pytest.raises(UnknownTerm, match="no relation 'wider'"):
        kg.crosswalk("44310", to="icd10pcs", relation="wider")


def test_a_date_needs_a_list_that_was_in_force(kg):
    with pytest.raises(NotLoaded, match="no dated list of icd10pcs"):
        kg.crosswalk("44310", to="icd10pcs", on="2026-07-01")
    with pytest.raises(UnknownTerm, match="2026-07-01"):
        kg.crosswalk("44310", to="icd10pcs", on="July")


def test_differences_and_what_is_common(kg):
    assert kg.differences("44310", "44187").sentence == "44310 and 44187 differ in approach only"
    assert kg.differences("44312", "44314").sentence == "44312 and 44314 differ in extent only"
    assert kg.differences("44310", "44320").sentence == "44310 and 44320 differ in site only"
    whole = kg.differences("44155", "44212")  # several acts, each by the other approach
    assert [f.name for f in whole.differing] == ["approach"]
    assert kg.differences("44310", "0D1B0Z4").relation == "narrower"
    assert kg.differences("0D1B0Z4", "44310").relation == "broader"
    same = kg.differences("44310", "44310")
    assert (same.relation, same.sentence) == ("exact", "44310 and 44310 are defined alike")
    shared = dict(kg.common("44310", "44187").facets)
    assert shared["cg:hasApproach"] == ("approach:open-or-percutaneous-endoscopic",)
    assert shared["cg:actsOn"] == ("site:jejunum-or-ileum",)
    assert "cg:hasQualifier" not in shared
    with pytest.raises(UnknownTerm, match="no definition"):
        kg.differences("44310", "K50.012")


def test_a_pair_of_systems_without_a_source_names_the_way_round(kg):
    with pytest.raises(NotLoaded, match="a crosswalk via icd10pcs may"):
        kg.crosswalk("44310", to="ccsr")


def test_no_mapping_is_told_apart_from_not_loaded(kg, small):
    with pytest.raises(NotLoaded, match="2018_I10gem"):
        kg.crosswalk("K50.012", to="icd9cm")
    with pytest.raises(UnknownTerm, match="no crosswalk to 'elsewhere'"):
        kg.crosswalk("44310", to="elsewhere")
    empty = small.crosswalk("00100", to="icd10pcs")
    assert len(empty) == 0
    assert "not known" in empty.note
    assert [str(m.target) for m in small.crosswalk("K50.00", to="icd9cm")] == ["icd9cm:555.0"]
    assert "approximate" in small.crosswalk("K50.00", to="icd9cm")[0].comment


def test_related_codes(kg):
    found = {}
    for r in kg.related("44310"):
        found.setdefault(r.relation, set()).add(r.code)
    assert found["closed by"] == {"cpt:44227", "cpt:44620", "cpt:44625", "cpt:44626"}
    assert found["revised by"] == {"cpt:44312", "cpt:44314"}
    assert found["other approach"] == {"cpt:44187"}
    assert "cpt:44320" in found["family"]
    assert "cpt:44310" not in {c for codes in found.values() for c in codes}
    assert {r.code for r in kg.related("44320") if r.relation == "other approach"} == {"cpt:44188"}


def test_related_edits_of_both_directions(small):
    found = {(r.relation, r.code) for r in small.related("44388")}
    assert ("bundled unless distinct into", "cpt:44310") in found
    assert ("bundles always", "cpt:00100") in {(r.relation, r.code) for r in small.related("44310")}


def test_hierarchy_up_and_down(kg):
    assert kg.ancestors("K50.012")[:3] == ["icd10cm:K50.01", "icd10cm:K50.0", "icd10cm:K50"]
    assert kg.ancestors("K50.012", with_self=True)[0] == "icd10cm:K50.012"
    assert "icd10cm:K50.012" in kg.descendants("icd10cm:K50")
    assert "site:ileum" in kg.descendants("site:small-intestine")
    assert "site:small-intestine" in kg.ancestors("site:ileum")
    assert "site:ileum" not in kg.ancestors("site:small-intestine")
    with pytest.raises(InvalidCode):
        kg.ancestors("site:nowhere")


def test_codes_by_facets_take_in_what_lies_below(kg):
    small_intestine = {str(c) for c in kg.codes(system="cpt", site="site:small-intestine", method="bypass")}
    assert {"cpt:44310", "cpt:44187"} <= small_intestine
    assert "cpt:44320" not in small_intestine
    assert {str(c) for c in kg.codes(system="cpt", site="small-intestine", approach="open")} & {
        "cpt:44187"
    } == set()
    assert {c.system for c in kg.codes(site="ileum")} == {"cpt", "icd10pcs"}
    assert len(kg.codes(system="cpt")) == sum(1 for c in kg if c.startswith("cpt:"))
    with pytest.raises(UnknownTerm, match="site:ileum"):
        kg.codes(site="illeum")
    with pytest.raises(UnknownTerm, match="no code system"):
        kg.codes(system="snomed")


def test_queries_free_and_stored(kg):
    rows = kg.query("SELECT ?code WHERE { ?code cg:denotes/cg:closes ?stoma } ORDER BY ?code")
    assert rows
    assert kg.run("codes_at_site", site="site:ileum")
    with pytest.raises(QueryError):
        kg.query("INSERT DATA { <a:a> <a:b> <a:c> }")


def test_description_names_source_and_release_of_every_figure(kg):
    described = kg.describe("44310")
    (entry,) = [e for e in described.entries if e.kind == "cg:FeeScheduleEntry"]
    assert entry.release == "cms-pfs/2025D"
    assert str(entry.value("cg:workRvu")) == "17.59"
    assert str(entry.value("cg:facilityTotalRvu")) == "31.26"
    assert entry.value("cg:globalPeriod") == "global-period:090"
    assert described.sources["cms-pfs/2025D"]
    assert {s.value for s in described.statements} == {True, False}  # sources disagree, both stand
    assert any("codegraph edits 44310" in line for line in described.not_loaded)  # packaged codes only
    (modified,) = [e for e in kg.describe("44388").entries if e.value("cg:withModifier")]
    assert modified.value("cg:withModifier") == "modifier:53"


def test_network_joins_what_is_related(kg):
    import networkx as nx

    network = kg.network()
    assert nx.has_path(network.to_undirected(as_view=True), "cpt:44310", "icd10cm:K50.012")
    assert network.has_edge("cpt:44310", "procedure:open-ileostomy-or-jejunostomy", key="cg:denotes")
    assert set(kg.network(predicates=("cg:denotes",)).edges(keys=True)) <= set(network.edges(keys=True))


def test_notebook_tables_are_escaped_and_without_scripts(kg):
    from codegraph.mapping import Crosswalk, Mapping

    class Told:
        def note(self, found):
            return "<img src=x>"

    html = kg["44310"]._repr_html_()
    assert "cpt:44310" in html
    assert "<script" not in html
    bad = Mapping(
        kg["44310"],
        kg["0D1B0Z4"],
        "related",
        "skos:relatedMatch",
        "<script>alert(1)</script>",
        None,
        "x/<b>",
    )
    shown = Crosswalk(kg["44310"], None, [bad], Told())._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


def test_sixteen_threads_answer_as_one(kg):
    codes = [c for c in kg if c.startswith("cpt:")]

    def answer(code):
        return (
            [str(m.target) for m in kg.crosswalk(code, to="icd10pcs")],
            kg.describe(code).label,
            len(kg.related(code)),
        )

    alone = [answer(c) for c in codes]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(answer, codes)) == alone


def test_open_by_environment(kg, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_RELEASE", str(kg.directory))
    assert len(CodeGraph.open()) == len(kg)
