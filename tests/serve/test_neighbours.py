"""The graph around a term, and ways between two: what is told is what the store says; nothing is drawn over another."""

from __future__ import annotations

from itertools import combinations

import pytest

from codegraph.errors import UnknownTerm
from codegraph.namespaces import contract
from codegraph.serve import neighbours
from codegraph.wording import MORE, WORDS


@pytest.mark.parametrize("curie", ["cpt:44310", "stoma:ileostomy", "site:ileum", "icd10cm:K50.012"])
def test_the_groups_are_what_the_store_says(kg, curie):
    said = {(g.words, g.away): set(g.members) for g in neighbours.around(kg, curie)}
    for predicate, (forth, back) in (WORDS | MORE).items():
        for words, away, iris in (
            (forth, True, kg.store.objects(curie, predicate)),
            (back, False, kg.store.subjects(predicate, curie)),
        ):
            ours = {contract(iri) for iri in iris} - {curie}
            ours = {c for c in ours if c.partition(":")[0] in neighbours._SHOWN}
            assert ours <= said.get((words, away), set())


def test_indications_join_procedures_and_conditions(kg):
    procedure = contract(kg.store.objects("cpt:44310", "cg:denotes")[0])
    (reasons,) = [g for g in neighbours.around(kg, procedure) if g.words == "is done for"]
    rows = kg.query(
        "SELECT DISTINCT ?c { ?i cg:ofProcedure procedure:open-ileostomy-or-jejunostomy ; cg:ofCondition ?c }"
    )
    assert reasons.total == len(list(rows)) > 10
    (back,) = [g for g in neighbours.around(kg, reasons.members[0]) if g.words == "is a reason for"]
    assert procedure in back.members
    assert not back.away


@pytest.mark.parametrize("code", ["44310", "stoma:ileostomy", "site:ileum", "approach:open", "0D1B0Z4"])
def test_no_box_lies_over_another_and_all_are_within(kg, code):
    drawing = neighbours.page(kg, {"code": code})["drawing"]
    boxes = drawing["boxes"]
    assert 1 < len({b["curie"] for b in boxes}) == len(boxes) <= 60
    for a, b in combinations(boxes, 2):
        assert abs(a["x"] - b["x"]) >= neighbours._WIDTH or abs(a["y"] - b["y"]) >= neighbours._HEIGHT
    for box in boxes:
        assert 0 <= box["x"] <= drawing["width"] - neighbours._WIDTH
        assert 0 <= box["y"] <= drawing["height"] - neighbours._HEIGHT
    assert len(drawing["edges"]) >= len(boxes) - 1
    assert [b["curie"] for b in boxes if b["kind"].endswith("self")] == [kg._term(code)]


def test_every_drawn_neighbour_is_in_the_lists_too(kg):
    content = neighbours.page(kg, {"code": "44310"})
    listed = {c for _, members in content["groups"] for c, _ in members}
    right = {b["curie"] for b in content["drawing"]["boxes"] if 100 < b["x"] < 300}
    assert "procedure:open-ileostomy-or-jejunostomy" in right
    assert right <= listed
    assert "cpt:44310" not in listed


def test_wide_terms_are_counted_up_to_a_bound(kg, monkeypatch):
    monkeypatch.setattr(neighbours, "_COUNTED", 50)
    monkeypatch.setattr(neighbours, "_LISTED", 10)
    group = next(g for g in neighbours.around(kg, "approach:open") if g.words == "is the approach of")
    assert (group.total, len(group.members)) == (None, 10)
    assert "is the approach of over 50" in neighbours.page(kg, {"code": "approach:open"})["said"]


def test_what_is_no_term_is_refused(kg):
    with pytest.raises(UnknownTerm):
        neighbours.page(kg, {"code": "cg:Procedure"})
    assert neighbours.page(kg, {})["centre"] is None


def test_licensed_mappings_are_not_shown(mapped):
    licensed = [row[0] for row in mapped.tables.rows("SELECT object FROM licensed_mapping", ())]
    assert licensed
    for system, notation in mapped.tables.rows("SELECT system, notation FROM code", ()):
        shown = {c for g in neighbours.around(mapped, f"{system}:{notation}") for c in g.members}
        assert not [c for c in shown if c.partition(":")[0] not in neighbours._SHOWN]


def test_a_way_is_the_path_of_the_graph(kg):
    content = neighbours.path(kg, {"from": "44310", "to": "44620"})
    found = kg.path("44310", "44620")
    assert [(words, curie) for words, curie, *_ in content["steps"]] == [
        (s.words, s.object) for s in found.steps
    ]
    assert content["end"][0] == "cpt:44620"
    assert neighbours.path(kg, {"from": "44310", "to": ""})["found"] is None
