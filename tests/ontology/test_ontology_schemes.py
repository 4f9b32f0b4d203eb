"""The SKOS integrity conditions and the rules of the facet schemes; each rule sees a planted failure."""

from __future__ import annotations

import re

import pytest
from ontology_graph import ONTOLOGY, files, load, packaged, rows

from codegraph.namespaces import CONCEPT, CONCEPT_PREFIXES, PREFIXES, slug

SCHEMES = sorted(p.stem for p in (ONTOLOGY / "schemes").glob("*.ttl") if p.stem in CONCEPT_PREFIXES)
ABOVE = "(skos:broader|cg:isPartOf)"
# Each rule: a query without rows, and Turtle that trips it. The S numbers are those of the SKOS reference.
RULES = {
    "S9: concept and concept scheme are disjoint": (
        """SELECT ?x WHERE { { ?x a skos:Concept } UNION { ?x a/rdfs:subClassOf+ skos:Concept }
            { ?x a skos:ConceptScheme } UNION { ?x a/rdfs:subClassOf+ skos:ConceptScheme }
            UNION { ?y skos:inScheme ?x } }""",
        "site:ileum a cg:FacetScheme .",
    ),
    "S13: preferred, alternative and hidden labels are disjoint": (
        """SELECT ?x ?label WHERE { { ?x skos:prefLabel ?label ; skos:altLabel|skos:hiddenLabel ?label }
            UNION { ?x skos:altLabel ?label ; skos:hiddenLabel ?label } }""",
        'site:colon skos:altLabel "Colon"@en .',
    ),
    "S14: at most one preferred label in a language": (
        "SELECT ?x WHERE { ?x skos:prefLabel ?a , ?b FILTER(?a != ?b && LANG(?a) = LANG(?b)) }",
        'site:colon skos:prefLabel "Colon of man"@en .',
    ),
    "S27: related is disjoint with broader, however far": (
        "SELECT ?x ?y WHERE { ?x skos:related ?y . { ?x skos:broader+ ?y } UNION { ?y skos:broader+ ?x } }",
        "stoma:colostomy skos:related stoma:enterostomy .",
    ),
    "S46: exact match is disjoint with broad and related match": (
        """SELECT ?x ?y WHERE { ?x skos:exactMatch ?y .
            ?x skos:broadMatch|skos:narrowMatch|skos:relatedMatch|^skos:broadMatch|^skos:narrowMatch ?y }""",
        "site:ileum skos:relatedMatch obo:UBERON_0002116 .",
    ),
    "a top concept is said from both sides": (
        """SELECT ?x ?s WHERE { { ?x skos:topConceptOf ?s FILTER NOT EXISTS { ?s skos:hasTopConcept ?x } }
            UNION { ?s skos:hasTopConcept ?x FILTER NOT EXISTS { ?x skos:topConceptOf ?s } } }""",
        "scheme:site skos:hasTopConcept site:ileum .",
    ),
    "a top concept has nothing broader in its scheme": (
        "SELECT ?x WHERE { ?x skos:topConceptOf ?s ; skos:broader/skos:inScheme ?s }",
        "site:ileum skos:topConceptOf scheme:site .",
    ),
    "no facet value is an orphan": (
        """SELECT ?x WHERE { ?x a/rdfs:subClassOf* cg:FacetValue
            FILTER NOT EXISTS { ?x skos:inScheme ?s . ?x skos:broader*/skos:topConceptOf ?s } }""",
        "site:lost a cg:AnatomicalSite ; skos:inScheme scheme:site .",
    ),
    "nothing is above itself": (
        f"SELECT ?x WHERE {{ ?x {ABOVE}+ ?x }}",
        "site:small-intestine skos:broader site:ileum .",
    ),
    "broader stays within a scheme": (
        """SELECT ?x ?y WHERE { ?x skos:broader ?y ; skos:inScheme/a cg:FacetScheme
            FILTER NOT EXISTS { ?x skos:inScheme ?s . ?y skos:inScheme ?s } }""",
        "site:ileum skos:broader stoma:ileostomy .",
    ),
    "no edge repeats what two others say": (
        """SELECT ?x ?y WHERE { { ?x skos:broader ?y , ?z . ?z skos:broader+ ?y }
            UNION { ?x cg:isPartOf ?y , ?z . ?z cg:isPartOf+ ?y } }""",
        "site:terminal-ileum cg:isPartOf site:small-intestine .",
    ),
    "every value has one English label and definition": (
        """SELECT ?x WHERE { ?x skos:inScheme/a cg:FacetScheme
            FILTER(NOT EXISTS { ?x skos:prefLabel ?l FILTER(LANG(?l) = "en") }
                || NOT EXISTS { ?x skos:definition ?d FILTER(LANG(?d) = "en") }
                || EXISTS { ?x skos:definition ?a , ?b FILTER(?a != ?b) }) }""",
        'site:ileum skos:definition "Another."@en .',
    ),
    "labels of a scheme are not shared": (
        """SELECT ?x ?y WHERE { ?s a cg:FacetScheme . ?x skos:inScheme ?s ; skos:prefLabel ?a .
            ?y skos:inScheme ?s ; skos:prefLabel|skos:altLabel ?b
            FILTER(LCASE(STR(?a)) = LCASE(STR(?b)) && ?x != ?y) }""",
        'site:jejunum skos:altLabel "ileum"@en .',
    ),
    "notations of a scheme are not shared": (
        """SELECT ?x ?y WHERE { ?s a cg:FacetScheme . ?x skos:inScheme ?s ; skos:notation ?n .
            ?y skos:inScheme ?s ; skos:notation ?n FILTER(?x != ?y) }""",
        'pos:21 skos:notation "22" .',
    ),
    "parts and wholes are sites": (
        """SELECT ?x WHERE { ?x cg:isPartOf ?y FILTER(NOT EXISTS { ?x a cg:AnatomicalSite }
            || NOT EXISTS { ?y a cg:AnatomicalSite }) }""",
        "stoma:ileostomy cg:isPartOf site:ileum .",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_packaged_files_keep_the_rule(rule):
    assert rows(packaged("ontology", "knowledge"), RULES[rule][0]) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_planted_failure_is_seen(rule):
    query, planted = RULES[rule]
    assert rows(load(files("ontology"), planted), query) != []


WANTED = """adjudication approach body-system change-kind code-status device extent family global-period guideline
    intent laterality method opps-status pfs-status pos ptp-indicator qualifier section setting site
    stoma stoma-form strength"""


def test_the_schemes_that_the_design_names_are_there():
    assert WANTED.split() == SCHEMES


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_file_holds_its_scheme_and_nothing_else(name):
    store = load([ONTOLOGY / "schemes" / f"{name}.ttl"])
    subjects = {quad.subject.value for quad in store}
    start = CONCEPT_PREFIXES[name]
    assert CONCEPT + f"scheme/{name}" in subjects
    assert {s for s in subjects if not s.startswith(start)} == {CONCEPT + f"scheme/{name}"}
    members = {value for (value,) in rows(store, f"SELECT ?x WHERE {{ ?x skos:inScheme scheme:{name} }}")}
    assert members == {s for s in subjects if s.startswith(start)}
    head = rows(
        store,
        f"SELECT ?t ?d WHERE {{ scheme:{name} dcterms:title ?t ; skos:definition ?d ; dcterms:source ?s }}",
    )
    assert len(head) == 1


@pytest.mark.parametrize("name", SCHEMES)
def test_values_of_a_scheme_stand_in_alphabetical_order_under_slugs(name):
    text = (ONTOLOGY / "schemes" / f"{name}.ttl").read_text(encoding="utf-8")
    values = re.findall(rf"^{name}:(\S+)$", text, re.MULTILINE)
    assert values == sorted(values)
    coded = rows(
        packaged("ontology"), f"SELECT ?x ?n WHERE {{ ?x skos:inScheme scheme:{name} ; skos:notation ?n }}"
    )
    if coded and name not in ("guideline", "section"):
        assert all(iri == PREFIXES[name] + notation for iri, notation in coded)
        assert len(coded) == len(values)
    else:
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) for value in values)


@pytest.mark.parametrize("name", ["body-system", "device", "qualifier", "section"])
def test_a_value_of_icd_10_pcs_has_the_slug_of_its_label(name):
    found = rows(
        packaged("ontology"), f"SELECT ?x ?l WHERE {{ ?x skos:inScheme scheme:{name} ; skos:prefLabel ?l }}"
    )
    assert found
    assert [iri for iri, label in found if iri != PREFIXES[name] + slug(label)] == []


PARTS = [
    ("ileum", "small-intestine"),
    ("terminal-ileum", "small-intestine"),
    ("duodenum", "upper-intestinal-tract"),
    ("duodenum", "small-intestine"),
    ("jejunum", "lower-intestinal-tract"),
    ("cecum", "large-intestine-right"),
    ("cecum", "colon"),
    ("sigmoid-colon", "large-intestine-left"),
    ("transverse-colon", "colon"),
    ("rectum", "large-intestine"),
    ("appendix", "large-intestine"),
    ("stomach-pylorus", "upper-intestinal-tract"),
    ("ileum", "gastrointestinal-tract"),
    ("greater-omentum", "peritoneum"),
    ("jejunum-or-ileum", "small-intestine"),
    ("ileum", "jejunum-or-ileum"),
    ("colon", "colon-or-rectum"),
]
NOT_PARTS = [
    ("small-intestine", "ileum"),
    ("duodenum", "lower-intestinal-tract"),
    ("duodenum", "jejunum-or-ileum"),
    ("small-intestine", "lower-intestinal-tract"),
    ("rectum", "colon"),
    ("appendix", "colon"),
    ("transverse-colon", "large-intestine-right"),
    ("transverse-colon", "large-intestine-left"),
    ("ileum", "large-intestine"),
    ("ileocecal-valve", "ileum"),
    ("ileocecal-valve", "cecum"),
    ("peritoneal-cavity", "peritoneum"),
    ("skin", "abdominal-wall"),
    ("colon", "gastrointestinal-tract-upper"),
]


@pytest.mark.parametrize(("part", "whole"), PARTS)
def test_a_part_is_below_its_whole(part, whole):
    assert (f"{PREFIXES['site']}{whole}",) in rows(
        packaged("ontology"), f"SELECT ?w WHERE {{ site:{part} {ABOVE}+ ?w }}"
    )


@pytest.mark.parametrize(("part", "whole"), NOT_PARTS)
def test_what_is_no_part_is_not_below(part, whole):
    found = rows(packaged("ontology"), f"SELECT ?w WHERE {{ site:{part} {ABOVE}+ ?w }}")
    assert (f"{PREFIXES['site']}{whole}",) not in found


STOMAS = [
    ("ileostomy", "enterostomy"),
    ("colostomy", "enterostomy"),
    ("continent-ileostomy", "ileostomy-or-jejunostomy"),
    ("cecostomy", "colostomy-or-cecostomy"),
    ("jejunostomy", "small-intestinal-stoma"),
]


@pytest.mark.parametrize(("kind", "wider"), STOMAS)
def test_kinds_of_stoma(kind, wider):
    found = rows(packaged("ontology"), f"SELECT ?w WHERE {{ stoma:{kind} skos:broader+ ?w }}")
    assert (PREFIXES["stoma"] + wider,) in found
    assert (PREFIXES["stoma"] + kind,) not in rows(
        packaged("ontology"), f"SELECT ?w WHERE {{ stoma:{wider} skos:broader+ ?w }}"
    )
