"""On all packaged procedures, components and acts of readings and the ICD-10-PCS excerpt among them, reasoners agree.

And they do not where an axiom, a facet or an edge is taken away or put in: each plant must show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from benchmarks import reasoners

from codegraph.crosswalk.differences import specializes
from codegraph.crosswalk.subsumption import Hierarchy
from codegraph.namespaces import contract
from tests.reasoner.marks import SIDES, needs_java, needs_whelk

CG = "https://w3id.org/codegraph/ontology#"
CONCEPT = "https://w3id.org/codegraph/concept/"


@pytest.fixture(scope="session")
def views(kg, tmp_path_factory) -> Path:
    """Return a folder with the view of the packaged release, for HermiT and for whelk."""
    folder = tmp_path_factory.mktemp("views")
    for name in ("view.nt", "view.ofn"):
        kg.export(folder / name, format="owl")
    return folder


@pytest.mark.parametrize(("ask", "name"), SIDES)
def test_a_reasoner_finds_the_same_pairs(packaged, views, agree, ask, name):
    defined, mine = packaged
    assert len(mine.pairs) >= 1_000
    assert "of them subsumptions" in agree("packaged", ask(views / name), mine.pairs, len(defined))


def test_all_kinds_of_procedure_are_compared(kg, packaged):
    names = {d.procedure for d in packaged[0]}
    codes = [code for code in kg.values() if code.procedure is not None]
    assert {contract(code.procedure.iri) for code in codes} <= names
    assert len([c for c in codes if c.system == "cpt"]) > 30
    assert len([c for c in codes if c.system == "icd10pcs"]) > 250
    components = {c.procedure for d in packaged[0] for c in d.components}
    read_as = {
        contract(iri)
        for reading in kg.store.subjects("rdf:type", "cg:Reading")
        for iri in kg.store.objects(reading, "cg:readAs")
    }
    assert len(components) > 10
    assert len(read_as) > 5
    assert components | read_as <= names


def test_pairs_at_once_are_the_pairs_one_by_one(kg, packaged):
    defined, mine = packaged
    values = reasoners.hierarchy(kg.store)
    one_by_one = {
        (special.procedure.removeprefix("procedure:"), general.procedure.removeprefix("procedure:"))
        for general in defined
        for special in defined
        if special is not general and specializes(values, special, general)
    }
    assert one_by_one == mine.pairs


def without(*starts: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [line for line in lines if not line.startswith(starts)]


def instead(old: str, new: str, only: str = "") -> Callable[[list[str]], list[str]]:
    return lambda lines: [line.replace(old, new) if only in line else line for line in lines]


def plus(axiom: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines[:-1], axiom, lines[-1]]


CHAIN = f"SubObjectPropertyOf(ObjectPropertyChain(<{CG}%s> <{CG}isPartOf>) <{CG}%s>)"
AXIOMS = {
    "acting on a part is no longer acting on the whole": without(CHAIN % ("actsOn", "actsOn")),
    "taking out all of a site is no longer acting on it": without(f"SubObjectPropertyOf(<{CG}actsOnAllOf>"),
    "taking out all of a part is taking out all of the whole": plus(CHAIN % ("actsOnAllOf", "actsOnAllOf")),
    "methods have no wider methods": without(f"SubClassOf(<{CONCEPT}method/"),
    "the sigmoid colon is part of nothing": without(f"SubClassOf(<{CONCEPT}site/sigmoid-colon> ObjectSomeValues"),
    "nobody uses no device": instead(f"ObjectSomeValuesFrom(<{CG}usesDevice> <{CONCEPT}device/no-device>)", ""),
    "a resection of all is a resection of some": instead("actsOnAllOf", "actsOn"),
    "one code by another approach": instead(
        "approach/open", "approach/external", f"EquivalentClasses(<{CONCEPT}procedure/pcs-0d1b0z4>"
    ),
    "one procedure with a component more": instead(
        "ObjectIntersectionOf(",
        f"ObjectIntersectionOf(ObjectSomeValuesFrom(<{CG}hasComponent> <{CONCEPT}procedure/pcs-0d1b0z4>) ",
        f"EquivalentClasses(<{CONCEPT}procedure/open-ileostomy-or-jejunostomy>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("plant", AXIOMS)
@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_whelk, id="whelk")])
def test_a_planted_difference_in_the_view_is_found(packaged, views, tmp_path, plant, _):
    lines = (views / "view.ofn").read_text(encoding="utf-8").splitlines()
    changed = AXIOMS[plant](lines)
    assert changed != lines
    (tmp_path / "view.ofn").write_text("\n".join(changed), encoding="utf-8")
    assert reasoners.whelk(tmp_path / "view.ofn").pairs != packaged[1].pairs


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_java, id="HermiT")])
def test_hermit_finds_a_planted_difference_too(packaged, views, tmp_path, _):
    lines = (views / "view.nt").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [
        line for line in lines if not line.startswith(f"<{CG}actsOn> <http://www.w3.org/2002/07/owl#pro")
    ]
    assert len(changed) == len(lines) - 1
    (tmp_path / "view.nt").write_text("".join(changed), encoding="utf-8")
    found = reasoners.hermit(tmp_path / "view.nt").pairs
    assert found < packaged[1].pairs
    assert len(packaged[1].pairs - found) > 10


def changed_facet(defined, name, facet, value):
    at = next(n for n, d in enumerate(defined) if d.procedure == f"procedure:{name}")
    definition = {**defined[at].definition, facet: frozenset({value})}
    return [*defined[:at], replace(defined[at], definition=definition), *defined[at + 1 :]]


def without_components(defined):
    return [replace(d, components=()) for d in defined]


OURS = {
    "one code has another site": partial(changed_facet, name="pcs-0d1b0z4", facet="cg:actsOn", value="site:cecum"),
    "one procedure another method": partial(
        changed_facet, name="open-ileostomy-or-jejunostomy", facet="cg:hasMethod", value="method:repair"
    ),
    "components are not compared": without_components,
}  # fmt: skip


@pytest.mark.parametrize("plant", OURS)
def test_a_planted_difference_in_our_definitions_is_found(kg, packaged, plant):
    changed = OURS[plant](packaged[0])
    assert reasoners.compared(reasoners.hierarchy(kg.store), changed) != packaged[1].pairs


def test_a_missing_edge_in_our_hierarchy_is_found(kg, packaged):
    def edges(name):
        return [(contract(a), contract(b)) for a, b in kg.store.edges(name)]

    parts = [edge for edge in edges("cg:isPartOf") if edge[0] != "site:sigmoid-colon"]
    assert len(parts) < len(edges("cg:isPartOf"))
    assert reasoners.compared(Hierarchy(edges("skos:broader"), parts), packaged[0]) < packaged[1].pairs
