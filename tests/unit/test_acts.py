"""As which acts a procedure is coded: components, what is integral, readings; and what a code then is to the whole."""

from __future__ import annotations

import pytest

from codegraph.build.derived import relation_of
from codegraph.crosswalk.acts import Acts, Reading, Way

STATED = {
    ("p:resection-with-join-and-stoma", "cg:hasComponent"): ["p:stoma", "p:join", "p:resection"],
    ("p:resection-with-join-and-stoma", "cg:hasMethod"): ["method:resection"],
    ("p:resection", "cg:hasMethod"): ["method:resection"],
    ("p:stoma", "cg:hasMethod"): ["method:bypass"],
    ("p:join", "cg:isIntegralUnder"): ["guideline:pcs-b3-1b"],
    ("p:round", "cg:hasComponent"): ["p:round", "p:stoma"],
    ("p:nested", "cg:hasComponent"): ["p:resection-with-join-and-stoma", "p:closure"],
}
REPAIR = Reading("r:repair", 3, ("p:repair",), "GEM")
EXCISION = Reading("r:excision", 1, ("p:excision", "p:wall"), "guidelines", ("guideline:pcs-b3-8",))
ITSELF = Reading("r:self", 1, ("p:appendectomy",), "guidelines")


def acts(**readings):
    return Acts(lambda s, p: STATED.get((s, p), []), {f"p:{name}": found for name, found in readings.items()})


def test_a_procedure_without_more_is_its_own_act():
    assert acts().ways("p:resection") == (Way(("p:resection",)),)


def test_components_are_coded_together_and_what_is_integral_is_left_out():
    (way,) = acts().ways("p:resection-with-join-and-stoma")
    assert way.acts == (
        "p:resection",
        "p:stoma",
    )  # the principal act, which has the method of the whole, first
    assert way.omitted == (("p:join", "guideline:pcs-b3-1b"),)


def test_readings_are_ways_the_guideline_first():
    first, second = acts(closure=(REPAIR, EXCISION)).ways("p:closure")
    assert (first.acts, first.readings) == (("p:excision", "p:wall"), (EXCISION,))
    assert (second.acts, second.readings) == (("p:repair",), (REPAIR,))


def test_a_component_with_readings_gives_a_way_for_each():
    found = acts(closure=(REPAIR, EXCISION)).ways("p:nested")
    assert [set(way.acts) for way in found] == [
        {"p:resection", "p:stoma", "p:excision", "p:wall"},
        {"p:resection", "p:stoma", "p:repair"},
    ]
    assert all(way.omitted == (("p:join", "guideline:pcs-b3-1b"),) for way in found)


def test_a_reading_may_say_after_whom_the_own_facets_decide():
    (way,) = acts(appendectomy=(ITSELF,)).ways("p:appendectomy")
    assert (way.acts, way.readings) == (("p:appendectomy",), (ITSELF,))


def test_a_component_that_holds_itself_ends():
    assert acts().ways("p:round") == ()


ALONE = Way(("p:a",))
TOGETHER = Way(("p:a", "p:b"))
BY_GUIDELINE = Way(("p:a",), (), (Reading("r:1", 1, ("p:a",), "guidelines"),))
BY_INDEX = Way(("p:b",), (), (Reading("r:2", 2, ("p:b",), "index"),))
BY_GEM = Way(("p:c",), (), (Reading("r:3", 3, ("p:c",), "GEM"),))


@pytest.mark.parametrize(
    ("way", "ways", "act", "code", "whole"),
    [
        (ALONE, [ALONE], "exact", "narrower", "narrower"),
        (ALONE, [ALONE], "exact", "exact", "exact"),
        (ALONE, [ALONE], "broader", "exact", "broader"),  # the procedure states more than the act
        (ALONE, [ALONE], "broader", "narrower", "related"),
        (TOGETHER, [TOGETHER], "broader", "exact", "related"),
        (BY_GUIDELINE, [BY_GUIDELINE], None, "exact", "broader"),  # the procedure is a case of the act
        (BY_GUIDELINE, [BY_GUIDELINE], None, "narrower", "related"),
        (BY_GUIDELINE, [BY_GUIDELINE, BY_GEM], None, "exact", "broader"),
        (BY_GEM, [BY_GUIDELINE, BY_GEM], None, "exact", "related"),
        (BY_INDEX, [BY_INDEX, BY_GEM], None, "exact", "related"),  # nothing decides between the two
        (
            BY_INDEX,
            [BY_INDEX, BY_GEM],
            "exact",
            "narrower",
            "narrower",
        ),  # but the facets are the procedure's own
        (BY_GEM, [BY_GUIDELINE, BY_GEM], "broader", "exact", "broader"),
        (BY_GEM, [BY_GUIDELINE, BY_GEM], "narrower", "broader", "related"),
    ],
)
def test_what_a_code_is_to_the_whole(way, ways, act, code, whole):
    assert relation_of(way, ways, act, code) == whole
