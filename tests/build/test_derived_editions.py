"""Codes that only an older edition of ICD-10-PCS has: derived too, and kept apart from the answer."""

from __future__ import annotations

import pytest

from codegraph.build.derived import derived, hierarchy_of
from codegraph.knowledge import Packaged
from codegraph.pcs import Axis, Grammar, Row, Table


def bypass(version: str, *parts: tuple[str, str]) -> Grammar:
    """Return an edition with the open bypasses of some body parts to the skin, with and without a substitute."""
    head = (
        Axis(1, "Section", (("0", "Medical and Surgical"),)),
        Axis(2, "Body System", (("D", "Gastrointestinal System"),)),
        Axis(3, "Operation", (("1", "Bypass"),)),
    )
    axes = (
        Axis(4, "Body Part", parts),
        Axis(5, "Approach", (("0", "Open"),)),
        Axis(6, "Device", (("J", "Synthetic Substitute"), ("Z", "No Device"))),
        Axis(7, "Qualifier", (("4", "Cutaneous"),)),
    )
    return Grammar.of(version, [Table(*head, (Row("0D1", axes),))])


@pytest.fixture(scope="module")
def found():
    packaged = Packaged.load()
    newest = bypass("2026", ("A", "Jejunum"))
    older = bypass("2025", ("A", "Jejunum"), ("B", "Ileum"))
    return derived(packaged, hierarchy_of(packaged), [newest, older])


def test_the_newest_edition_answers(found):
    answer = {row[1]: row[3] for row in found.rows if row[0] == "cpt:44310"}
    assert answer == {"icd10pcs:0D1A0Z4": "skos:narrowMatch"}


def test_what_only_an_older_edition_has_stands_apart_under_its_name(found):
    apart = {(row[1], row[-1]) for row in found.apart if row[0] == "cpt:44310"}
    assert apart == {
        ("icd10pcs:0D1A0J4", "aside"),  # the substitute that the definition does not name
        ("icd10pcs:0D1B0Z4", "edition 2025"),
    }


def test_no_edition_no_mappings():
    packaged = Packaged.load()
    assert derived(packaged, hierarchy_of(packaged), []).rows == []
