"""Comparing definitions facet by facet: each relation, its reverse, and what must hold for any two definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.crosswalk.definitions import effective
from codegraph.crosswalk.derive import derive
from codegraph.crosswalk.subsumption import Hierarchy, Subsumption, compare, subsumes
from codegraph.model import INVERSE
from codegraph.pcs import Axis, Grammar, Row, Table

TREE = Hierarchy(
    [
        ("site:ileum", "site:jejunum-or-ileum"),
        ("site:jejunum", "site:jejunum-or-ileum"),
        ("site:jejunum-or-ileum", "site:small-intestine"),
        ("site:small-intestine", "site:intestine"),
        ("site:colon", "site:intestine"),
    ]
)
SITES = ["ileum", "jejunum", "jejunum-or-ileum", "small-intestine", "colon", "intestine"]


def definition(site="jejunum-or-ileum", approach="open", **more):
    facets = {
        "cg:hasMethod": "method:bypass",
        "cg:actsOn": f"site:{site}",
        "cg:hasApproach": f"approach:{approach}",
    }
    facets |= {f"cg:{name}": value for name, value in more.items()}
    return effective({facet: [value] for facet, value in facets.items()})


def stated(**facets):
    """Return a definition as it is stated, without the defaults."""
    given = {
        "hasMethod": "method:bypass",
        "actsOn": "site:jejunum-or-ileum",
        "hasApproach": "approach:open",
        **facets,
    }
    return {f"cg:{name}": frozenset({value}) for name, value in given.items()}


@pytest.mark.parametrize(
    ("target", "relation"),
    [
        (definition(), "exact"),
        (definition(site="ileum"), "narrower"),
        (definition(site="small-intestine"), "broader"),
        (definition(hasExtent="extent:complicated"), "narrower"),
        (definition(site="small-intestine", hasExtent="extent:complicated"), "related"),
        (definition(approach="percutaneous-endoscopic"), None),
        (definition(site="colon"), None),
    ],
)
def test_each_relation_is_said_of_the_target(target, relation):
    found = compare(TREE, definition(), target)
    assert (found.relation if found else None) == relation


def test_an_unnamed_device_means_none_was_left():
    without, with_tube = (
        definition(usesDevice="device:no-device"),
        definition(usesDevice="device:synthetic-substitute"),
    )
    assert compare(TREE, definition(), without).relation == "exact"
    assert compare(TREE, definition(), with_tube) is None


def test_axes_that_only_arrange_tables_do_not_count():
    assert (
        compare(TREE, definition(), definition(inSection="section:medical-and-surgical")).relation == "exact"
    )


definitions = st.builds(
    lambda sites, approach, extent: {
        "cg:hasMethod": frozenset({"method:bypass"}),
        "cg:actsOn": frozenset(f"site:{s}" for s in sites),
        "cg:hasApproach": frozenset({f"approach:{approach}"}),
        **({"cg:hasExtent": frozenset({extent})} if extent else {}),
    },
    st.sets(st.sampled_from(SITES), min_size=1, max_size=3),
    st.sampled_from(["open", "percutaneous-endoscopic"]),
    st.sampled_from([None, "extent:simple", "extent:complicated"]),
)


@given(definitions)
def test_a_definition_is_exactly_itself(one):
    assert compare(TREE, one, one).relation == "exact"


@given(definitions, definitions)
def test_the_reverse_is_the_inverse(one, two):
    there, back = compare(TREE, one, two), compare(TREE, two, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert back.relation == INVERSE[there.relation]


@given(definitions, definitions, definitions)
def test_narrower_is_transitive(one, two, three):
    first, second = compare(TREE, one, two), compare(TREE, two, three)
    if first and second and {first.relation, second.relation} <= {"narrower", "exact"}:
        found = compare(TREE, one, three)
        assert found is not None
        assert found.relation in {"narrower", "exact"}


def grammar():
    head = (
        Axis(1, "Section", (("0", "Medical and Surgical"),)),
        Axis(2, "Body System", (("D", "Gastrointestinal System"),)),
    )
    axes = (
        Axis(4, "Body Part", (("8", "Small Intestine"), ("B", "Ileum"), ("E", "Colon"))),
        Axis(5, "Approach", (("0", "Open"), ("4", "Percutaneous Endoscopic"))),
        Axis(6, "Device", (("J", "Synthetic Substitute"), ("Z", "No Device"))),
        Axis(7, "Qualifier", (("4", "Cutaneous"), ("E", "Colon"))),
    )
    return Grammar.of("2026", [Table(*head, Axis(3, "Operation", (("1", "Bypass"),)), (Row("0D1", axes),))])


def test_codes_are_derived_from_the_grammar_and_what_is_unnamed_is_set_aside():
    source = stated(hasDestination="site:skin")
    found = {d.code: (d.group, d.comparison.relation, d.unnamed) for d in derive(TREE, source, grammar())}
    assert found == {  # open, to the skin, never the colon
        "0D1B0Z4": ("answer", "narrower", ()),
        "0D180Z4": ("answer", "broader", ()),
        "0D1B0J4": ("aside", "narrower", ("device:synthetic-substitute",)),
    }


def test_a_named_device_is_no_matter_of_standing_aside():
    source = stated(hasDestination="site:skin", usesDevice="device:synthetic-substitute")
    assert {d.code: d.group for d in derive(TREE, source, grammar())} == {
        "0D1B0J4": "answer",
        "0D180J4": "answer",
    }


def test_a_definition_without_a_method_leads_nowhere():
    source = stated(hasDestination="site:skin")
    del source["cg:hasMethod"]
    assert list(derive(TREE, source, grammar())) == []


def test_what_only_overlaps_is_a_group_of_its_own():
    source = stated(hasDestination="site:skin", hasExtent="extent:simple")
    found = {d.code: (d.group, d.comparison.relation) for d in derive(TREE, source, grammar())}
    assert found == {"0D1B0Z4": ("overlap", "related"), "0D180Z4": ("answer", "broader")}


def test_no_qualifier_is_not_any_qualifier():
    biopsy = effective({"cg:hasMethod": ["method:excision"], "cg:hasQualifier": ["qualifier:diagnostic"]})
    assert compare(TREE, biopsy, effective({"cg:hasMethod": ["method:excision"]})) is None


PARTS = Hierarchy(
    kinds=[("site:left-kidney", "site:kidney")],
    parts=[("site:sigmoid-colon", "site:colon"), ("site:colon", "site:intestine")],
)


def removal(method, site):
    return effective({"cg:hasMethod": [f"method:{method}"], "cg:actsOn": [f"site:{site}"]})


@pytest.mark.parametrize(
    ("method", "general", "special", "relation"),
    [
        ("excision", "colon", "sigmoid-colon", "narrower"),
        ("resection", "colon", "sigmoid-colon", None),  # all of a part is not all of the whole
        ("resection", "kidney", "left-kidney", "narrower"),  # but all of the left kidney is all of a kidney
        ("resection", "colon", "colon", "exact"),
    ],
)
def test_the_whole_of_a_part_is_not_the_whole(method, general, special, relation):
    found = compare(PARTS, removal(method, general), removal(method, special))
    assert (found.relation if found else None) == relation


def test_a_bypass_says_its_destination_once():
    said = effective(stated(hasDestination="site:skin", hasQualifier="qualifier:cutaneous"))
    assert said["cg:hasQualifier"] == {"qualifier:no-qualifier"}
    assert said["cg:hasDestination"] == {"site:skin"}


def test_a_comparison_equals_the_derivation():
    source = stated(hasDestination="site:skin", usesDevice="device:no-device")
    table = grammar()
    derived = {d.code: d.comparison.relation for d in derive(TREE, source, table)}
    compared = {}
    for code in table.codes():
        said = {f.property: [f.value] for f in table.facets(code)}
        result = compare(TREE, effective(source), effective(said))
        if result is not None:
            compared[code] = result.relation
    assert derived == compared
    assert derived


@given(st.lists(definitions, min_size=1, max_size=12))
def test_all_pairs_at_once_are_the_pairs_one_by_one(many):
    many = [effective(one) for one in many]
    at_once = set(Subsumption(TREE, many).pairs())
    one_by_one = {
        (s, g)
        for s in range(len(many))
        for g in range(len(many))
        if s != g and subsumes(TREE, many[g], many[s])
    }
    assert at_once == one_by_one


def test_what_is_below_is_found_in_order_whether_few_or_many():
    many = [definition(site) for _ in range(40) for site in SITES]
    found = Subsumption(TREE, many)
    for site, below in (("ileum", 1), ("small-intestine", 4), ("intestine", 6)):  # 40, 160 and 240 of them
        wanted = [i for i, one in enumerate(many) if subsumes(TREE, definition(site), one)]
        assert list(found.below(definition(site))) == wanted
        assert len(wanted) == 40 * below


@given(definitions, definitions)
def test_a_relation_is_two_subsumptions(one, two):
    one, two = effective(one), effective(two)
    found = compare(TREE, one, two)
    down, up = subsumes(TREE, one, two), subsumes(TREE, two, one)
    said = {"exact": (True, True), "narrower": (True, False), "broader": (False, True)}
    assert said.get(found.relation if found else None, (False, False)) == (down, up)
