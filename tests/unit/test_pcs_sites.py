"""The table of sites: its form, what follows from it, and that every body part of the official tables has its place."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from codegraph import pcs_sites
from codegraph.errors import SourceError
from codegraph.knowledge import Packaged
from codegraph.namespaces import expand, slug
from codegraph.sources import icd10pcs_tables as tables
from codegraph.sources.files import Member

HEAD = "\t".join(pcs_sites.COLUMNS) + "\n"
TOPS = {"whole-body", "no-site", "extracorporeal", "vein-graft", "products-of-conception"}


@pytest.fixture
def table(tmp_path):
    def make(text: str):
        path = tmp_path / "sites.tsv"
        path.write_text(HEAD + text, encoding="utf-8")
        return pcs_sites.read(path)

    return make


def test_a_left_value_is_a_kind_of_its_site_and_stands_below_left_values(table):
    found = table(
        "Hand\t\t\tHand, *\nBone\nPhalanx\tbone\thand\tPhalanx, *\nSkin, Ear\t\thand\tSkin, * Ear\n"
    )
    left = pcs_sites.Place("Phalanx, Left", ("site:phalanx",), ("site:hand-left",), "left")
    assert found["site:phalanx-left"] == left
    assert found["site:phalanx"] == pcs_sites.Place("Phalanx", ("site:bone",), ("site:hand",))
    assert found["site:hand-right"].above == ("site:hand",)
    assert found["site:skin-right-ear"].wholes == ("site:hand-right",)
    assert len(found) == 10


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hand\nHand\n", "line 3: site:hand is there twice"),
        ("Hand\t\t\tHand, *\nHand, Left\n", "site:hand-left is there twice"),
        ("Hand\tlimb\n", "site:hand stands below site:limb, which no row has"),
        ("Hand\t\t\tHand, Left\n", "line 2: the form of the sides has one"),
        ("Hand\t\t\t\tnorth\n", "line 2: a row has label, kind of"),
        ("Hand\t\t\t\t\tmore\n", "line 2: a row has label, kind of"),
        ("\thand\n", "line 2: a row has label, kind of"),
    ],
)
def test_a_row_of_another_form_is_refused(table, text, why):
    with pytest.raises(SourceError, match=why):
        table(text)


def test_the_packaged_table_closes_no_circle_and_has_the_tops_that_it_says():
    places = pcs_sites.places()
    TopologicalSorter({curie: place.above for curie, place in places.items()}).prepare()
    assert {curie for curie, place in places.items() if not place.above} == {f"site:{top}" for top in TOPS}
    assert all(curie == f"site:{slug(place.label)}" for curie, place in places.items())


# Left out by hand what a careless rule would say: a side in the name is not always a side of the body.
def test_parts_that_are_called_left_and_right_are_on_no_side():
    places = pcs_sites.places()
    for name in ("atrium-left", "heart-right", "liver-left-lobe", "colic-artery-left", "hepatic-duct-right"):
        assert places[f"site:{name}"].side is None, name
    assert places["site:lung-lingula"].side == "left"
    assert places["site:kidneys-bilateral"].side == "bilateral"


@pytest.mark.parametrize(
    ("site", "above"),
    [
        ("kidney-right", "kidney urinary-tract"),
        ("kidneys-bilateral", "kidney"),
        ("finger-phalanx-left", "finger-left hand-left hand upper-extremity-left upper-bone"),
        ("middle-lung-lobe-right", "lung-lobe lung-right lung respiratory-tract"),
        ("radial-artery-left", "radial-artery lower-arm-artery-left upper-artery"),
        ("femoral-artery-right", "lower-extremity-artery-right lower-artery artery"),
        ("lens-left", "eye-left eye visual"),
        ("aortic-valve", "heart-valve heart"),
        ("lymphatic-left-axillary", "lymphatics-axillary lymphatic"),
        ("skin-right-hand", "skin-right-upper-extremity skin"),
        ("cervical-vertebral-joints-2-or-more", "cervical-vertebral-joint upper-joint cervical-spine"),
        ("thyroid-gland-lobe-left", "thyroid-gland endocrine-gland"),
    ],
)
def test_what_stands_above_a_body_part(site, above):
    assert {f"site:{name}" for name in above.split()} <= set(pcs_sites.upward([f"site:{site}"]))


@pytest.mark.parametrize(
    ("site", "not_above"),
    [
        ("kidney-right", "kidney-left kidneys-bilateral"),
        ("kidney", "kidneys-bilateral"),
        ("femoral-artery-left", "upper-artery vein"),
        ("cervix", "uterus"),  # ICD-10-PCS codes the two apart
        ("pelvic-cavity", "pelvis whole-skeleton"),
        ("epidural-space", "musculoskeletal-system"),
        ("trunk-muscle-left", "upper-muscle lower-muscle"),  # on both sides of the diaphragm
        ("fetal-heart", "heart whole-body"),
    ],
)
def test_what_does_not_stand_above_a_body_part(site, not_above):
    assert not {f"site:{name}" for name in not_above.split()} & set(pcs_sites.upward([f"site:{site}"]))


def test_edges_are_those_of_the_places():
    kinds, parts = set(pcs_sites.kind_edges()), set(pcs_sites.part_edges())
    assert ("site:kidney-left", "site:kidney") in kinds
    assert ("site:kidney-pelvis-left", "site:kidney-left") in parts
    assert len(kinds) > 1200
    assert len(parts) > 900
    assert not kinds & parts


def test_a_site_that_the_scheme_describes_has_its_kinds_there():
    packaged = Packaged.load()
    described = [
        curie
        for curie, place in pcs_sites.places().items()
        if place.kinds and expand(curie) in _top(packaged)
    ]
    assert described == []


def _top(packaged: Packaged) -> set[str]:
    return {s[1:-1] for s, said in packaged.subjects.items() if any("topConceptOf" in p for p in said)}


@pytest.mark.full_data
def test_every_site_of_the_official_tables_has_its_place(data_dir):
    packaged, places = Packaged.load(), pcs_sites.places()
    values: dict[str, str] = {}
    for year in (2026, 2025):
        grammar = tables.grammar(Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None))
        values |= {c: label for c, label in tables.facet_values(grammar).items() if c.startswith("site:")}
    assert len(values) == 1306
    assert {c for c in values if not _above(c, packaged)} == {f"site:{top}" for top in TOPS}
    assert {c for c in values if c in places and places[c].label != values[c]} == set()
    assert sum(places[c].side is not None for c in values if c in places) > 600


def _above(curie: str, packaged: Packaged) -> list[str]:
    place = pcs_sites.places().get(curie)
    said = [value for p in ("skos:broader", "cg:isPartOf") for value in packaged.values(curie, p)]
    return [*(place.above if place else ()), *said]
