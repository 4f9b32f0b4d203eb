"""The edits of the official files: what a release of all of them says."""

from __future__ import annotations

from datetime import date

import pytest

pytestmark = [pytest.mark.full_release, pytest.mark.full_data]

_SEVERAL = (
    "SELECT count(*) FROM (SELECT 1 FROM ptp_pair AS p JOIN ptp_terms AS t ON t.id = p.terms "
    "WHERE t.release = 'ncci-ptp-practitioner/2024Q3' GROUP BY p.column1, p.column2 HAVING count(*) > 1)"
)


def test_a_pair_that_no_modifier_saves(full):
    found = full.edits("44310", "44187", on="2024-08-01")
    assert (found.column_one, found.column_two, found.indicator) == ("44310", "44187", "0")
    assert found.rationale == "More extensive procedure"
    assert found.note == "in force from a date that the file does not give"
    assert found.other_setting.differs is False


def test_a_pair_that_a_modifier_saves(full):
    assert full.edits("44312", "44187", on="2024-08-01").indicator == "1"


def test_the_pair_is_no_key(full):
    assert full._pair_table._tables.row(_SEVERAL) == (305_096,)
    found = full.edits("44310", "92012", on="2024-08-01")
    assert [e.indicator for e in found] == ["9", "1"]
    assert found.indicator == "1"


def test_settings_that_differ(full):
    only = full.edits("44310", "92012", on="2024-08-01").other_setting
    assert (only.in_force, only.differs) == (None, True)
    found = full.edits("43020", "62320", on="2024-08-01")
    assert (found.indicator, found.other_setting.in_force.indicator) == ("0", "1")
    assert found.other_setting.differs is True


def test_the_excerpt_of_a_later_quarter(full):
    gone = full.edits("0001U", "0029U", on="2026-07-01")
    assert (gone.in_force, gone[0].deleted, gone.edition.whole) == (None, date(2026, 6, 30), False)
    assert full.edits("0001U", "0030U", on="2026-07-01").indicator == "1"
    assert "proves nothing" in full.edits("44310", "44187", on="2026-08-01").note


def test_conflicts_equal_the_edges_of_the_graph(full):
    predicates = {"0": "cg:bundlesAlways", "1": "cg:bundlesUnlessDistinct"}
    edges = set()
    for indicator, predicate in predicates.items():
        edges |= {(indicator, "44310", _code(other)) for other in full.store.objects("cpt:44310", predicate)}
        edges |= {(indicator, _code(other), "44310") for other in full.store.subjects(predicate, "cpt:44310")}
    found = full.conflicts("44310")
    assert {(e.indicator, e.column_one, e.column_two) for e in found} == edges
    assert len(found) == len(edges) == 243


def _code(iri: str) -> str:
    return iri.rpartition("/")[2]


def test_limits_and_add_ons(full):
    limit = full.unit_limit("44310", on="2026-05-01")
    assert (limit.units, limit.adjudication, limit.rationale) == (2, "3", "Anatomic Consideration")
    assert full.add_ons("44121").primaries == ("44120",)
    assert full.add_ons("44955").types == ("2",)
    assert full.add_ons("20701").types == ("3",)
    assert full.add_ons("20701").contractor_decides
