"""The ontology stays in the common part of OWL 2 EL and OWL 2 RL; the checker sees every way out of it."""

from __future__ import annotations

import re

import pytest
from ontology_graph import files, load, packaged
from owl_profile import DATATYPES, violations

from codegraph.reasoning import OWL_DATATYPES


def test_the_ontology_is_in_the_profile():
    assert violations(packaged("ontology")) == []


ON_STEP = "a owl:Restriction ; owl:onProperty cg:hasStep ;"
SOME_STEP = f"[ {ON_STEP} owl:someValuesFrom cg:Step ]"
PLANTED = {
    "allValuesFrom": f"cg:Step rdfs:subClassOf [ {ON_STEP} owl:allValuesFrom cg:Step ] .",
    "unionOf": "cg:Step rdfs:subClassOf [ a owl:Class ; owl:unionOf ( cg:Step cg:Code ) ] .",
    "oneOf": "cg:Step rdfs:subClassOf [ a owl:Class ; owl:oneOf ( cg:x ) ] .",
    "complementOf": "cg:Step rdfs:subClassOf [ a owl:Class ; owl:complementOf cg:Code ] .",
    "inverseOf": "cg:denotes owl:inverseOf cg:denotedBy .",
    "maxCardinality": f"cg:Step rdfs:subClassOf [ {ON_STEP} owl:maxCardinality 1 ] .",
    "qualifiedCardinality": f"cg:Step rdfs:subClassOf [ {ON_STEP} owl:qualifiedCardinality 1 ] .",
    "hasSelf": f"cg:Step rdfs:subClassOf [ {ON_STEP} owl:hasSelf true ] .",
    "FunctionalProperty": "cg:denotes a owl:FunctionalProperty .",
    "InverseFunctionalProperty": "cg:denotes a owl:InverseFunctionalProperty .",
    "SymmetricProperty": "cg:isPartOf a owl:SymmetricProperty .",
    "ReflexiveProperty": "cg:isPartOf a owl:ReflexiveProperty .",
    "existential as superclass": f"cg:Step rdfs:subClassOf {SOME_STEP} .",
    "superclass of .*Code": f"cg:Code owl:equivalentClass [ owl:intersectionOf ({SOME_STEP}) ] .",
    "declared as .*DatatypeProperty and": "cg:denotes a owl:DatatypeProperty .",
    "has the range .*#date,": "cg:addedOn rdfs:range xsd:date .",
    "has the range .*#boolean,": "cg:isAddOn rdfs:range xsd:boolean .",
    "has a value of .*#boolean": "cg:x cg:isAddOn true .",
    "onDatatype": "cg:units rdfs:range [ owl:onDatatype xsd:integer ; owl:withRestrictions () ] .",
    "lacks the range": "cg:hasMethod rdfs:range cg:FacetValue .",
}  # fmt: skip


@pytest.mark.parametrize("reason", PLANTED)
def test_a_planted_construct_outside_the_profile_is_seen(reason):
    found = violations(load(files("ontology"), PLANTED[reason]))
    assert any(re.search(reason, line) for line in found), found


def test_what_the_profile_allows_is_let_pass():
    allowed = f"""
        {SOME_STEP} rdfs:subClassOf cg:Procedure .
        cg:hasComponent owl:propertyChainAxiom ( cg:hasComponent cg:hasComponent ) .
        cg:A rdfs:subClassOf [ owl:intersectionOf ( cg:Step cg:Procedure ) ] .
        cg:units rdfs:range xsd:integer .
        cg:denotes dcterms:issued "2026-01-01"^^xsd:date ."""
    assert violations(load(files("ontology"), allowed)) == []


def test_every_datatype_of_the_profile_is_one_of_owl():
    assert DATATYPES <= OWL_DATATYPES
    assert "http://www.w3.org/2001/XMLSchema#date" not in OWL_DATATYPES
