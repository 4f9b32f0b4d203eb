"""On made-up procedures, with every kind of facet, several values of one, and components of components."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest
from benchmarks import reasoners

from codegraph.export.as_owl import export_owl
from codegraph.namespaces import PREFIXES
from codegraph.release import Manifest
from codegraph.store import GraphStore
from tests.reasoner.marks import needs_java, needs_whelk

NOTHING = Manifest(codegraph="0", built=None, sources=(), triples=0, codes={}, tables={})
CASES = [
    *(pytest.param(seed, reasoners.whelk, "view.ofn", marks=needs_whelk, id=f"whelk-{seed}") for seed in range(12)),
    *(pytest.param(seed, reasoners.hermit, "view.nt", marks=needs_java, id=f"HermiT-{seed}") for seed in range(3)),
]  # fmt: skip
# Facet -> scheme, how often a procedure states it, and how many values at most.
FACETS = {
    "cg:hasMethod": ("method", 1.0, 1),
    "cg:actsOn": ("site", 1.0, 2),
    "cg:hasApproach": ("approach", 0.7, 1),
    "cg:usesDevice": ("device", 0.3, 2),
    "cg:hasQualifier": ("qualifier", 0.2, 2),
    "cg:hasDestination": ("site", 0.2, 1),
    "cg:hasExtent": ("extent", 0.1, 1),
}
VALUES = {
    "method": ("resection", "excision", "excision-or-resection", "bypass", "act"),
    "site": tuple(f"part-{n}" for n in range(10)),
    "approach": ("open", "percutaneous", "any"),
    "device": ("no-device", "tube", "wire"),
    "qualifier": ("one", "two", "both"),
    "extent": ("partial", "total"),
}


Said = set[tuple[str, str]]


def values(dice: random.Random) -> list[str]:
    """Return made-up values; what stands above a value comes later, so nothing is circular."""
    lines = []
    for scheme, names in VALUES.items():
        kind = "cg:AnatomicalSite" if scheme == "site" else "cg:FacetValue"
        for at, name in enumerate(names):
            lines.append(f'{scheme}:{name} a {kind} ; skos:prefLabel "{name}"@en .')
            for later in dice.sample(names[at + 1 :], min(len(names) - at - 1, dice.choice((0, 1, 1, 2)))):
                edge = dice.choice(("skos:broader", "cg:isPartOf")) if scheme == "site" else "skos:broader"
                lines.append(f"{scheme}:{name} {edge} {scheme}:{later} .")
    return lines


def procedure(dice: random.Random, earlier: list[Said]) -> Said:
    """Return what is said of a made-up procedure: often all that is said of an earlier one, and a component more."""
    said: Said = set(dice.choice(earlier)) if earlier and dice.random() < 0.5 else set()
    for facet, (scheme, often, most) in FACETS.items():
        if dice.random() < often and not (said and facet != "cg:hasQualifier"):
            said |= {(facet, f"{scheme}:{v}") for v in dice.sample(VALUES[scheme], dice.randint(1, most))}
    if earlier and dice.random() < 0.5:
        part = dice.randrange(len(earlier))
        said.add(("cg:hasComponent", f"procedure:p{part}"))
        # Now and then also a component of its component.
        said |= {fact for fact in earlier[part] if fact[0] == "cg:hasComponent" and dice.random() < 0.5}
    return said


def turtle(seed: int) -> str:
    dice = random.Random(seed)
    lines = [*(f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items()), *values(dice)]
    all_said: list[Said] = []
    for number in range(90):
        all_said.append(procedure(dice, all_said))
        lines.append(f'procedure:p{number} a cg:Procedure ; skos:prefLabel "{number}"@en .')
        lines += [f"procedure:p{number} {facet} {value} ." for facet, value in sorted(all_said[-1])]
    return "\n".join(lines)


@pytest.mark.parametrize(("seed", "ask", "name"), CASES)
def test_a_reasoner_finds_the_same_pairs(tmp_path, agree, seed, ask, name):
    raw = ox.Store()
    raw.load(turtle(seed).encode(), format=ox.RdfFormat.TURTLE)
    store = GraphStore(raw)
    defined = reasoners.definitions(store)
    mine = reasoners.compared(reasoners.hierarchy(store), defined)
    export_owl(store, NOTHING, tmp_path / name)
    assert len(defined) == 90
    assert len(mine) > 20
    assert sum(1 for d in defined for c in d.components if c.components) > 5
    agree(f"made up {seed}", ask(tmp_path / name), mine, len(defined))
