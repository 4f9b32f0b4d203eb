"""The contradiction report: each kind with a planted case and with sources that agree, and what is not loaded."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from tests.build import contradicting_files as files

from codegraph import CodeGraph
from codegraph.build.pipeline import build
from codegraph.cli import main
from codegraph.contradictions import addons, gems, gone, groupings, loaded, pairs, report, statements
from codegraph.contradictions.model import COLUMNS, KINDS, LESSER, Contradiction, Contradictions, NotChecked
from codegraph.errors import UnknownTerm
from codegraph.namespaces import contract, expand
from codegraph.queries import load

FLAGGED = "SELECT ?code WHERE { ?code %s true } ORDER BY ?code"


@pytest.fixture(scope="module")
def flags(kg):
    """Return the codes that the packaged knowledge calls add-on, and separate procedures."""
    return tuple(
        [contract(row["code"]).removeprefix("cpt:") for row in kg.query(FLAGGED % name)]
        for name in ("cg:isAddOn", "cg:isSeparateProcedure")
    )


def _release(folder, texts):
    build([files.write(folder / "files", texts)], folder / "release")
    return CodeGraph(folder / "release")


@pytest.fixture(scope="module")
def planted(tmp_path_factory, flags):
    return _release(tmp_path_factory.mktemp("planted"), files.contradicting(*flags))


@pytest.fixture(scope="module")
def agreeing(tmp_path_factory, flags):
    return _release(tmp_path_factory.mktemp("agreeing"), files.agreeing(*flags))


def rows(graph, kind, **wanted):
    """Return the rows of a kind whose attributes are as wanted."""
    found = graph.contradictions(kind)
    assert {row.kind for row in found} <= {kind}
    return [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]


def test_ccsr_splits_the_codes_of_one_act(planted, agreeing):
    (row,) = rows(planted, "grouping", what="ccsr", subject="procedure:open-colostomy-or-cecostomy")
    assert "cpt:44320" in row.first
    assert "3 codes are the same or a case of it" in row.first
    assert row.first_source == "cpt-icd10pcs-derived (codegraph/0.1.0)"
    assert row.second == (
        "GIS003 Invented stoma category: 2 (0D1K0Z4, 0D1L0Z4); GIS009 Invented colon category: 1 (0D1M0Z4)"
    )
    assert row.second_source == "ccsr-pr/2022.1"
    assert "apart from all others: 0D1M0Z4" in row.note
    assert rows(planted, "grouping", subject="procedure:open-ileostomy-or-jejunostomy") == []
    assert rows(agreeing, "grouping") == []


def test_rbcs_divides_codes_that_differ_in_approach_only(planted, agreeing):
    (row,) = rows(planted, "grouping", what="rbcs")
    assert row.subject == "cpt:44187"
    assert row.first == ("cpt:44187 and cpt:44310 differ in approach only: percutaneous-endoscopic and open")
    assert "cpt:44187 in procedure-vascular" in row.second
    assert "cpt:44310 in procedure-digestive-gastrointestinal" in row.second
    assert row.second_source == "rbcs/2024-06"
    assert list(groupings.rbcs_against_definitions(agreeing)) == []


def test_flags_and_reasons_of_edits(planted, agreeing, flags):
    by_edits = list(statements.separate_against_edits(planted))
    assert {(row.subject, row.first) for row in by_edits} == {
        ("cpt:44140", "false"),
        (f"cpt:{flags[1][0]}", "true"),
    }
    (denied,) = (row for row in by_edits if row.subject == "cpt:44140")
    assert denied.second.endswith("1 is there for being a separate procedure")
    assert denied.second_source == "ncci-ptp-practitioner/2024Q3"
    assert denied.note == "for instance in column one 49000"
    assert list(statements.separate_against_edits(agreeing)) == []  # an edit that was deleted denies nothing


def test_statements_that_differ_with_each_other_and_with_the_graph(kg):
    (row,) = rows(kg, "separate-procedure", subject="cpt:44310")
    assert (row.first, row.second) == ("true", "false")
    assert "ncci-ptp-practitioner/2024Q3" in row.first_source
    assert "https://case2code" in row.second_source
    assert rows(kg, "statement") == []


def _graph_of_statements(*triples):
    """Return what answers the stored query over a few statements."""
    store = ox.Store()
    for subject, predicate, value in triples:
        obj = ox.NamedNode(expand(value)) if ":" in value else ox.Literal(value)
        store.add(ox.Quad(ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), obj))
    return SimpleNamespace(run=lambda name: load(name).run(store, {}))


def test_statements_on_any_property():
    said = [
        ("cpt:44310", "cg:usualSetting", "pos:21"),
        *(
            triple
            for number, (value, source) in enumerate((("pos:21", "one"), ("pos:24", "other")))
            for triple in (
                (f"entry:statement-{number}", "cg:aboutSubject", "cpt:44310"),
                (f"entry:statement-{number}", "cg:aboutProperty", "cg:usualSetting"),
                (f"entry:statement-{number}", "cg:statedValue", value),
                (f"entry:statement-{number}", "dcterms:source", source),
            )
        ),
    ]
    found = list(statements.statements(_graph_of_statements(*said), separate=False))
    assert [(r.kind, r.what, r.first, r.first_source, r.second, r.second_source) for r in found] == [
        ("statement", "cg:usualSetting", "pos:24", "other", "pos:21", "one"),
        ("statement", "cg:usualSetting", "pos:21", "the graph (codegraph)", "pos:24", "other"),
    ]
    assert list(statements.statements(_graph_of_statements(*said), separate=True)) == []
    assert list(statements.statements(_graph_of_statements(*said[:5]), separate=False)) == []


def test_a_mapping_without_a_facet_in_common(planted, agreeing):
    (row,) = rows(planted, "mapping-without-reason", subject="cpt:44950")
    assert row.what == "icd10pcs:0D1L0Z4"
    assert row.first == "skos:exactMatch to icd10pcs:0D1L0Z4"
    assert row.first_source.startswith("planted (")
    assert "method: excision against bypass" in row.second
    assert "site: appendix against transverse-colon" in row.second
    assert [r for r in pairs.without_reason(agreeing) if "planted" in r.first_source] == []


def test_two_sets_with_different_relations_for_one_pair(planted, agreeing):
    derived = rows(planted, "relation", first_source="cpt-icd10pcs-derived (codegraph/0.1.0)")
    found = {r.what: r for r in derived if r.second_source.startswith("planted (")}
    assert found.keys() == {"icd10pcs:0D1A0Z4", "icd10pcs:0D1B0Z4"}  # the first is told from the other end
    for told in found.values():
        assert told.subject == "cpt:44310"
        assert (told.first, told.second) == ("narrower", "broader")
    assert [r for r in pairs.relations(agreeing) if "planted" in r.first_source + r.second_source] == []


def test_codes_that_are_gone_and_headers(planted, agreeing):
    (row,) = rows(planted, "gone", what="icd10pcs:0D1B0Z9")
    assert row.subject == "cpt:44310"
    assert row.first_source.startswith("planted (")
    assert row.second_source == "icd10pcs/2026"
    named = {r.what for r in rows(agreeing, "gone")}
    assert "icd10cm:C18.2" in named  # the small list does not have it
    assert named.isdisjoint({"icd10cm:K50", "icd10cm:K50.012", "icd10pcs:0D1B0Z4"})
    headers = rows(agreeing, "header")
    assert {r.what for r in headers} == {"icd10cm:K50"}
    assert {r.second_source for r in headers} == {"icd10cm/2021"}
    assert [r for r in gone.indications(agreeing, headers=False) if r.what == "icd10cm:K50"] == []


def test_equivalences_against_their_reverse_and_chained(planted, agreeing):
    found = {(r.subject, r.what): r for r in rows(planted, "gem")}
    changed = found["icd9cm:555.02", "icd10cm:K50.012"]
    assert (changed.first, changed.second) == ("identical", "approximate")
    assert (changed.first_source, changed.second_source) == (
        "gem-icd9cm-icd10cm/2018",
        "gem-icd10cm-icd9cm/2018",
    )
    one_way = found["icd9cm:001.1", "icd10cm:A00.1"]
    assert (one_way.first, one_way.second) == ("identical", "no row")
    chained = found["icd9pcs:46.20", "identical to two"]
    assert chained.note == (
        "icd10pcs:0D1A0Z4 and icd10pcs:0D1B0Z4 would be one; 0D1A0Z4 and 0D1B0Z4 differ in site only"
    )
    assert len(found) == 3
    assert {r.first_source for r in rows(planted, "gem", what="identical to two")} == {
        "gem-icd9pcs-icd10pcs/2018",
        "gem-icd10pcs-icd9pcs/2018",
    }
    assert rows(agreeing, "gem") == []
    assert list(gems.against_chain(agreeing)) == []


def test_equivalences_that_lead_to_codes_of_the_past(planted, agreeing):
    assert {r.what for r in rows(planted, "gem-gone")} == {"icd10cm:A00.0", "icd10cm:A00.1"}
    assert rows(agreeing, "gem-gone") == []


def test_add_on_codes_three_ways(planted, agreeing):
    found = {(r.subject, r.what, r.first, r.second) for r in rows(planted, "add-on")}
    assert found == {
        ("cpt:44310", "cg:isAddOn", "no add-on", "listed as an add-on code"),
        ("cpt:44187", "cg:isAddOn", "no add-on", "global period ZZZ"),
        ("cpt:44310", "global period", "listed as an add-on code", "global period 090"),
        ("cpt:44187", "global period", "not listed as an add-on code", "global period ZZZ"),
    }
    assert list(addons.flag_against_edits(agreeing)) == []
    assert rows(agreeing, "add-on") == []


def test_what_is_not_loaded_is_told(kg, planted):
    found = kg.contradictions()
    told = {(one.kind, one.what) for one in found.not_loaded}
    assert {kind for kind, _ in told} == {"grouping", "separate-procedure", "gone", "gem", "add-on"}
    assert ("grouping", "CCSR against definitions") in told
    assert any("PRCCSR" in one.brings for one in found.not_loaded)
    (hcpcs,) = planted.contradictions().not_loaded
    assert str(hcpcs) == "gone: hcpcs codes of mappings: not loaded (the CMS alpha-numeric HCPCS file)"
    assert not loaded.HCPCS_LIST.met(planted.manifest)
    assert loaded.newest(planted.manifest, ("icd10pcs/",)) == "icd10pcs/2026"


def test_an_excerpt_is_not_the_newest_release():
    sources = [
        SimpleNamespace(release=release, effective_from=day, rows=rows)
        for release, day, rows in (
            ("ncci/2024Q3", "2024-07-01", 900),
            ("ncci/2024Q3", "2024-07-01", 900),  # two files of one release
            ("ncci/2026Q3", "2026-07-01", 800),
            ("other/2027", "2027-01-01", 1),
        )
    ]
    manifest = SimpleNamespace(sources=sources)
    assert loaded.newest(manifest, ("ncci/",)) == "ncci/2024Q3"
    assert loaded.newest(manifest, ("ncci/", "other/")) == "other/2027"  # each against its own kind
    assert loaded.newest(manifest, ("gem-",)) is None


def test_every_check_has_a_kind_and_every_kind_a_check():
    assert {check.kind for check in report.CHECKS} == KINDS.keys()
    assert KINDS.keys() > LESSER


def test_the_answer_is_sorted_repeatable_and_limited_to_the_kinds_asked_for(planted):
    whole = planted.contradictions()
    assert list(whole) == list(planted.contradictions())
    assert list(whole) == sorted(whole, key=lambda r: (list(KINDS).index(r.kind), r))
    assert len(set(whole)) == len(whole)
    assert not LESSER & whole.counts.keys()
    two = planted.contradictions(["gem", "add-on"])
    assert two.counts == {kind: whole.counts[kind] for kind in ("gem", "add-on")}
    assert list(planted.contradictions("gem")) == list(two[: two.counts["gem"]])
    with pytest.raises(UnknownTerm, match="no kind of contradiction 'gems'; there are grouping"):
        planted.contradictions("gems")


def test_values_as_text_and_csv():
    row = Contradiction("gem", "icd9cm:001", "icd10cm:A00", "=1+1", "x/1", "b", "y/2", "why")
    assert str(row) == "gem: icd9cm:001, icd10cm:A00: =1+1 [x/1]; b [y/2] (why)"
    found = Contradictions([row, row], [NotChecked("gem", "this", "a file")])
    assert repr(found) == "<Contradictions: 1 gem; 1 not looked for>"
    head, line = csv.reader(io.StringIO(found.to_csv()))
    assert head == list(COLUMNS)
    assert line[3] == "'=1+1"  # no formula for a spreadsheet


def _run(graph, *args, code=0):
    result = CliRunner().invoke(main, ["--release", str(graph.directory), "contradictions", *args])
    assert result.exit_code == code, result.output
    return result


def test_the_command_prints_both_sides_and_what_is_not_loaded(planted):
    text = _run(planted, "--kind", "grouping", "--kind", "gone").output
    assert text.startswith("grouping: 5. A grouper splits")
    assert "cpt:44310 differ in approach only" in text
    assert "more (--all)" in text
    assert "  gone: hcpcs codes of mappings (the CMS alpha-numeric HCPCS file)" in text
    whole = _run(planted, "--kind", "gone", "--all").output
    assert "more (--all)" not in whole
    assert "note" in whole.splitlines()[1]


def test_the_command_as_json_and_csv(planted):
    data = json.loads(_run(planted, "--format", "json").output)
    assert len(data["contradictions"]) == len(planted.contradictions())
    assert list(data["contradictions"][0]) == list(COLUMNS)
    assert data["not_loaded"][0]["brings"] == "the CMS alpha-numeric HCPCS file"
    done = _run(planted, "--format", "csv", "--kind", "gem")
    assert len(list(csv.reader(io.StringIO(done.stdout)))) == 1 + 4


def test_the_command_fails_only_when_asked_to(planted, agreeing):
    _run(planted, "--kind", "gem")
    _run(planted, "--kind", "gem", "--fail", code=1)
    done = _run(agreeing, "--kind", "gem", "--fail")
    assert done.output == "no contradictions found\n"
    _run(planted, "--kind", "gems", code=2)
