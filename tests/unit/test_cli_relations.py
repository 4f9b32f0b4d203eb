"""What relates codes: differences, common, related, path, codes by condition; in Python and on the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from codegraph.cli import codes, common, differences, path, related
from codegraph.connection import Path
from codegraph.crosswalk.differences import definition_of
from codegraph.crosswalk.differences import differences as facet_by_facet
from codegraph.errors import InvalidCode, UnknownTerm
from codegraph.kindred import siblings
from codegraph.network import DEFAULT, HUB, cost

COMMANDS = {m.command.name: m.command for m in (codes, common, differences, path, related)}


@pytest.fixture
def run(kg):
    def call(name, *args, code=0):
        result = CliRunner().invoke(COMMANDS[name], args, obj=kg.directory)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return call


def by_relation(kg, code):
    found = {}
    for r in kg.related(code):
        found.setdefault(r.relation, {})[r.code] = r
    return found


# --- differences and what is common -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "facet"),
    [
        ("44312", "44314", "extent"),
        ("44310", "44320", "site"),
        ("44310", "44187", "approach"),
        ("44155", "44212", "approach"),
    ],
)
def test_two_codes_differ_in_one_facet_only(run, kg, first, second, facet):
    sentence = f"{first} and {second} differ in {facet} only"
    assert kg.differences(first, second).sentence == sentence
    assert run("differences", first, second).startswith(sentence + "\n")
    data = json.loads(run("differences", first, second, "--format", "json"))
    assert data["differing"] == [facet]
    assert [f["name"] for f in data["facets"] if f["relation"] != "equal"] == [facet]


def test_differences_are_told_in_the_words_of_the_facets(run):
    lines = run("differences", "44310", "44187").splitlines()
    (row,) = [line for line in lines if line.startswith("approach")]
    assert row.split("  ")[-1].strip() == "differs"
    assert "Percutaneous Endoscopic" in row
    assert "cpt:44316 is more special than cpt:44310" in run("differences", "44310", "44316")
    assert "defined alike" in run("differences", "44310", "44310")


def test_what_two_codes_have_in_common(run, kg):
    text = run("common", "44310", "44187")
    assert "Jejunum or Ileum" in text
    assert "Bypass" in text
    data = json.loads(run("common", "44310", "44320", "--format", "json"))
    values = {f["name"]: f["values"] for f in data["facets"]}
    assert values["approach"] == ["approach:open"]
    assert set(values["site"]) & set(kg.ancestors("site:ileum"))
    assert "site:jejunum-or-ileum" not in values["site"]


def test_a_code_without_definition_is_told(kg):
    with pytest.raises(UnknownTerm, match="no definition"):
        kg.differences("44310", "K50.012")


# --- related codes ------------------------------------------------------------------------------------------------


def test_the_same_procedure_by_another_approach_whatever_its_acts(kg):
    """Their acts are by that other approach too, which is no further difference."""
    assert set(by_relation(kg, "44155")["other approach"]) == {"cpt:44212"}
    assert set(by_relation(kg, "44140")["other approach"]) == {"cpt:44204"}
    assert set(by_relation(kg, "44950")["other approach"]) == {"cpt:44970"}


def test_one_facet_away_agrees_with_the_comparison_of_both_codes(kg):
    """What related() finds through patterns is what comparing all pairs of codes finds."""
    cpt = [kg[c] for c in kg if c.startswith("cpt:")]
    read = {c.curie: definition_of(kg.store, c) for c in cpt if c.procedure is not None}
    assert len(read) > 100
    compared = 0
    for code in list(read)[::3]:
        rows = {r.code: r.relation for r in kg.related(code) if r.relation.startswith("other ")}
        for other in read:
            found = facet_by_facet(kg._hierarchy, (code, other), read[code], read[other])
            named = {"whole site": "site"}
            facets = {named.get(f.name, f.name) for f in found.differing}
            stated = all(f.source and f.target for f in found.differing)
            if (
                len(facets) == 1
                and found.relation is None
                and stated
                and not facets & {"components", "method"}
            ):
                compared += 1
                assert rows.get(other) == f"other {facets.pop()}", (code, other)
    assert compared > 20


def test_another_site_and_another_extent(kg):
    found = by_relation(kg, "44310")
    assert "cpt:44320" in found["other site"]
    assert found["other site"]["cpt:44320"].reason.endswith("the site: jejunum-or-ileum -> colon")
    assert set(by_relation(kg, "44312")["other extent"]) == {"cpt:44314"}


def test_another_method_means_the_same_acts_and_no_unlisted_procedure(kg):
    assert "cpt:44366" in by_relation(kg, "44369")["other method"]  # ablation, and control of bleeding
    assert "cpt:44602" not in by_relation(kg, "44120").get("other method", {})  # a resection is no suture
    assert "cpt:44238" not in by_relation(kg, "44180").get("other method", {})


def test_more_special_and_more_general_are_two_ends_of_one_relation(kg):
    special = by_relation(kg, "44310")["more special"]
    assert "cpt:44316" in special
    assert "site: jejunum-or-ileum -> ileum" in special["cpt:44316"].reason
    assert "cpt:44310" in by_relation(kg, "44316")["more general"]
    assert kg.differences("44310", "44316").relation == "narrower"


def test_parts_and_wholes(kg):
    assert "cpt:44310" in by_relation(kg, "44125")["part"]
    wholes = by_relation(kg, "44310")["part of"]
    assert wholes["cpt:44125"].reason == "this is one of its acts"
    assert "a case of this" in wholes["cpt:44155"].reason  # an ileostomy, where 44310 says ileum or jejunum
    parts = {(c, r.code) for c in kg if c.startswith("cpt:") for r in kg.related(c) if r.relation == "part"}
    backwards = {
        (r.code, c) for c in kg if c.startswith("cpt:") for r in kg.related(c) if r.relation == "part of"
    }
    assert parts == backwards
    assert len(parts) > 10


def test_two_codes_of_one_procedure_are_defined_alike(kg):
    assert "cpt:44384" in by_relation(kg, "44383")["defined alike"]


def test_the_codes_that_do_the_rest(kg):
    closing = by_relation(kg, "44620")
    assert {"cpt:44310", "cpt:44320"} <= closing["created by"].keys()
    assert {"cpt:44312", "cpt:44345"} <= closing["revised by"].keys()
    assert "cpt:44620" in by_relation(kg, "44312")["closed by"]


def test_one_row_a_relation_and_code_each_with_its_source(kg):
    for code in ("44310", "44140", "0D1B0Z4"):
        rows = [(r.relation, r.code) for r in kg.related(code)]
        assert len(rows) == len(set(rows)) > 5
    assert {r.release for r in kg.related("44310")} == {"codegraph/0.1.0"}


def test_siblings_of_a_pcs_code_differ_in_one_axis(kg):
    found = by_relation(kg, "0D1B0Z4")
    assert set(found["other approach"]) == {"icd10pcs:0D1B4Z4"}
    assert "icd10pcs:0D1A0Z4" in found["other site"]
    others = [iri.rpartition("/")[2] for _, iri, _ in siblings(kg.store, "0D1B0Z4")]
    assert all(sum(a != b for a, b in zip("0D1B0Z4", o, strict=True)) == 1 for o in others)
    assert all(o.startswith("0D1") for o in others)
    assert len(others) == len(set(others)) > 3


def test_related_on_the_command_line(run):
    assert "cpt:44212" in run("related", "44155")
    assert "other approach" in {
        r["relation"] for r in json.loads(run("related", "44155", "--format", "json"))
    }


# --- connections --------------------------------------------------------------------------------------------------


def joins(found):
    """Tell whether each step begins where the one before it ended."""
    ends = [found.first, *(s.object for s in found.steps)]
    return [s.subject for s in found.steps] == ends[:-1] and ends[-1] == found.second


def test_a_connection_by_what_one_makes_and_the_other_revises(kg):
    found = kg.path("44310", "44312")
    assert [s.predicate for s in found.steps] == [
        "cg:denotes",
        "cg:creates",
        "skos:broader",
        "cg:revises",
        "cg:denotes",
    ]
    assert [s.direction for s in found.steps] == ["forward", "forward", "backward", "backward", "backward"]
    assert joins(found)
    assert found.note is None
    assert str(found).startswith("cpt:44310 denotes Open creation of an ileostomy or jejunostomy")
    assert "which creates Ileostomy or Jejunostomy, which takes in Ileostomy, which is revised by" in str(
        found
    )


def test_each_step_is_in_the_graph_and_the_way_back_is_as_long(kg):
    pairs = [("44310", "44320"), ("44155", "44620"), ("44950", "site:colon"), ("0D1B0Z4", "44312")]
    for first, second in pairs:
        there, back = kg.path(first, second), kg.path(second, first)
        assert joins(there)
        assert there.steps
        for step in there.steps:
            ends = (step.subject, step.object) if step.direction == "forward" else (step.object, step.subject)
            if step.predicate != "cg:ofCondition":
                assert ends[1] in kg.network(predicates=(step.predicate,))[ends[0]]
        length = [sum(cost(s.predicate) for s in p.steps) for p in (there, back)]
        assert length[0] == length[1]


def test_an_indication_is_one_step(kg):
    (denotes, done_for) = kg.path("44310", "K50.012").steps
    assert (denotes.words, done_for.words, done_for.object) == ("denotes", "is done for", "icd10cm:K50.012")
    assert [s.words for s in kg.path("K50.012", "44310").steps] == ["is a reason for", "is denoted by"]


def test_hubs_and_headings_are_not_walked_through_but_may_end(kg):
    for first, second in (("44310", "44320"), ("44950", "44380"), ("44140", "44602")):
        between = [s.object for s in kg.path(first, second).steps[:-1]]
        assert between
        assert not [x for x in between if x.startswith(("approach:", "heading:", "group:"))]
        for term in between:
            assert len(list(kg.store.around(term, DEFAULT))) <= HUB
    assert kg.path("44310", "approach:open").steps[-1].words == "is done by the approach"


def test_no_connection_is_a_stated_answer(run, kg):
    found = kg.path("44310", "modifier:59")
    assert found.steps == ()
    assert "no connection of cpt:44310 and modifier:59 within 10 steps" in found.note == str(found)
    assert "within 1 steps" in kg.path("44310", "44312", max_steps=1).note
    assert kg.path("44310", "44310") == Path(
        "cpt:44310", "cpt:44310", (), "cpt:44310 is the same on both sides"
    )
    assert run("path", "44310", "modifier:59").startswith("no connection")
    with pytest.raises(InvalidCode):
        kg.path("44310", "nothing at all")


def test_path_on_the_command_line(run):
    lines = run("path", "44310", "44312").splitlines()
    assert lines[0] == "cpt:44310"
    assert lines[1].startswith("  denotes Open creation")
    assert lines[-1].endswith("(cpt:44312)")
    data = json.loads(run("path", "44310", "44312", "--format", "json"))
    assert data["steps"][0] == {
        "subject": "cpt:44310",
        "predicate": "cg:denotes",
        "words": "denotes",
        "object": "procedure:open-ileostomy-or-jejunostomy",
        "label": data["steps"][0]["label"],
        "direction": "forward",
    }
    assert json.loads(run("path", "44310", "modifier:59", "--format", "json"))["steps"] == []


# --- the reverse: codes for a condition, at a site ----------------------------------------------------------------


def test_codes_for_a_condition_count_headers_above_and_codes_below(kg):
    def found(condition, **facets):
        return {str(c) for c in kg.codes(condition=condition, **facets)}

    stated = {str(m.target) for m in kg.crosswalk("K50.012", to="cpt")}
    assert {"cpt:44310", "cpt:44120"} <= found("K50.012") == stated
    assert stated < found("icd10cm:K50")
    assert found("K50.012", approach="open", site="small-intestine", method="bypass") == {"cpt:44310"}
    assert found("K50.012", system="icd10pcs") == set()
    assert {str(c) for c in kg.codes(condition=kg["K50.012"])} == stated
    with pytest.raises(UnknownTerm, match="ICD-10-CM"):
        kg.codes(condition="44310")


def test_codes_at_a_site_count_its_kinds_and_its_parts(kg):
    assert "site:jejunum-or-ileum" in kg.ancestors("site:ileum")  # a kind
    assert "site:small-intestine" in kg.ancestors("site:ileum")  # a whole
    for site in ("jejunum-or-ileum", "small-intestine"):
        assert "icd10pcs:0D1B0Z4" in {str(c) for c in kg.codes(site=site)}
    assert "cpt:44310" not in {str(c) for c in kg.codes(site="ileum")}


def test_codes_on_the_command_line(run):
    text = run("codes", "--condition", "K50.012", "--approach", "open", "--system", "cpt")
    assert "cpt:44310" in text
    assert "cpt:44187" not in text
    data = json.loads(run("codes", "--site", "ileum", "--system", "cpt", "--format", "json"))
    assert {"code", "label", "status"} == set(data[0])
    assert "cpt:44316" in {d["code"] for d in data}
    assert run("codes", "--condition", "K50.012", "--system", "hcpcs").startswith("none: ")
    assert "name what to look for" in run("codes", code=2)
