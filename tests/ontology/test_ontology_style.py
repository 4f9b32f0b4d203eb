"""The house style of the modules: headers, labels, definitions, order, one predicate a line."""

from __future__ import annotations

import re

import pytest
from ontology_graph import MODULES, ONTOLOGY, cg, files, load, module_path, packaged, rows
from pyoxigraph import NamedNode

from codegraph.namespaces import CG
from codegraph.namespaces import ONTOLOGY as BASE

SECTIONS = {
    "# Classes": "http://www.w3.org/2002/07/owl#Class",
    "# Object properties": "http://www.w3.org/2002/07/owl#ObjectProperty",
    "# Datatype properties": "http://www.w3.org/2002/07/owl#DatatypeProperty",
}
KINDS = "owl:Class, owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty"
TERM = f"?term a ?kind . FILTER(?kind IN ({KINDS}))"
OURS = f'FILTER(STRSTARTS(STR(?term), "{CG}"))'
# A property label begins in lower case, or with a word that is written in capitals: FHIR, PC/TC, SHA-256.
ACRONYM = re.compile(r"^[A-Z]{2,}")
SMALL_WORDS = frozenset({"of", "in", "to", "the", "and", "or", "a", "an", "for", "with"})


def test_the_modules_are_those_on_disk():
    assert {path.stem for path in ONTOLOGY.glob("*.ttl")} == {*MODULES, "reused"}


@pytest.mark.parametrize("name", [*MODULES, "reused"])
def test_a_module_has_a_header(name):
    store = load([module_path(name)])
    iri = NamedNode(f"{BASE}/{name}")
    assert iri in {
        q.subject
        for q in store.quads_for_pattern(
            None, None, NamedNode("http://www.w3.org/2002/07/owl#Ontology"), None
        )
    }
    [found] = rows(
        store,
        f"""SELECT ?title ?description ?licence ?version ?info WHERE {{
            <{iri.value}> dcterms:title ?title ; dcterms:description ?description ; dcterms:license ?licence ;
                owl:versionIRI ?version ; owl:versionInfo ?info }}""",
    )
    title, description, licence, version, info = found
    assert title
    assert description.endswith(".")
    assert licence == "https://creativecommons.org/licenses/by/4.0/"
    assert version == f"{BASE}/0.1.0/{name}"
    assert info == "0.1.0"
    if name != "reused":
        preferred = "vann:preferredNamespacePrefix ?prefix ; vann:preferredNamespaceUri ?uri"
        assert rows(store, f"SELECT ?prefix ?uri WHERE {{ <{iri.value}> {preferred} }}") == [("cg", CG)]


@pytest.mark.parametrize("name", MODULES)
def test_terms_stand_in_sections_in_alphabetical_order(name):
    text = module_path(name).read_text(encoding="utf-8")
    store = load([module_path(name)])
    titles = re.findall(r"^# .*$", text, re.MULTILINE)
    assert titles == [title for title in SECTIONS if title in titles]
    parts = re.split(r"^(# .*)$", text, flags=re.MULTILINE)
    seen = []
    for title, part in zip(parts[1::2], parts[2::2], strict=True):
        terms = re.findall(r"^cg:(\w+)$", part, re.MULTILINE)
        assert terms == sorted(terms), f"{name}, {title}: not in alphabetical order"
        kind = NamedNode(SECTIONS[title])
        assert all(any(store.quads_for_pattern(cg(t), None, kind, None)) for t in terms)
        seen += terms
    declared = rows(store, f"SELECT DISTINCT ?term WHERE {{ {TERM} {OURS} }}")
    assert sorted(CG + term for term in seen) == [term for (term,) in declared]


@pytest.mark.parametrize("path", files("ontology"), ids=lambda p: p.stem)
def test_one_predicate_a_line_and_not_too_many_lines(path):
    text = path.read_text(encoding="utf-8")
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"|<[^>\n]*>', '""', text)
    crowded = [line for line in bare.splitlines() if re.search(r";\s*\S", line.split("#")[0])]
    assert not crowded
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert text.endswith(" .\n")
    if path.parent == ONTOLOGY:
        assert len(text.splitlines()) <= 450


@pytest.mark.parametrize("name", MODULES)
def test_every_term_says_which_module_defines_it(name):
    found = rows(
        load([module_path(name)]),
        f"SELECT DISTINCT ?term ?by WHERE {{ {TERM} {OURS} OPTIONAL {{ ?term rdfs:isDefinedBy ?by }} }}",
    )
    assert found
    assert {by for _, by in found} == {f"{BASE}/{name}"}


def test_a_term_is_defined_once():
    found = rows(
        packaged("ontology"),
        f"SELECT DISTINCT ?term ?by WHERE {{ {TERM} {OURS} ?term rdfs:isDefinedBy ?by }}",
    )
    terms = [term for term, _ in found]
    assert sorted(set(terms)) == terms


@pytest.mark.parametrize("word", ["prefLabel", "definition"])
def test_every_term_has_exactly_one_english_label_and_definition(word):
    store = packaged("ontology")
    terms = {term for (term,) in rows(store, f"SELECT DISTINCT ?term WHERE {{ {TERM} {OURS} }}")}
    found = rows(
        store,
        f"SELECT ?term ?text (LANG(?text) AS ?language) WHERE {{ {TERM} {OURS} ?term skos:{word} ?text }}",
    )
    assert sorted(term for term, _, _ in found) == sorted(terms)
    assert {language for _, _, language in found} == {"en"}


def test_every_text_is_a_sentence():
    found = rows(
        packaged("ontology"),
        "SELECT ?term ?text WHERE { ?term skos:definition|skos:scopeNote|dcterms:description ?text }",
    )
    wrong = [
        (term, text)
        for term, text in found
        if not re.fullmatch(r"[A-Z].*[^.\s]\.", text, re.DOTALL) or "  " in text
    ]
    assert not wrong


def test_labels_are_written_as_their_kind_is():
    store = packaged("ontology")
    classes = rows(store, f"SELECT ?label WHERE {{ ?term a owl:Class ; skos:prefLabel ?label {OURS} }}")
    for (label,) in classes:
        assert all(word[0].isupper() or word in SMALL_WORDS for word in re.split(r"[ ]", label)), label
    properties = rows(
        store,
        f"SELECT ?label WHERE {{ {TERM} {OURS} FILTER(?kind != owl:Class) ?term skos:prefLabel ?label }}",
    )
    for (label,) in properties:
        assert label[0].islower() or ACRONYM.match(label), label


def test_local_names_are_written_as_their_kind_is():
    store = packaged("ontology")
    classes = [
        term.removeprefix(CG) for (term,) in rows(store, f"SELECT ?term WHERE {{ ?term a owl:Class {OURS} }}")
    ]
    assert all(re.fullmatch(r"([A-Z][a-z0-9]+)+", name) for name in classes)
    others = [
        term.removeprefix(CG)
        for (term,) in rows(store, f"SELECT ?term WHERE {{ {TERM} {OURS} FILTER(?kind != owl:Class) }}")
    ]
    assert all(re.fullmatch(r"[a-z][a-zA-Z0-9]*", name) for name in others)


def test_every_class_has_an_example():
    found = rows(
        packaged("ontology"),
        f"SELECT ?term WHERE {{ ?term a owl:Class {OURS} FILTER NOT EXISTS {{ ?term skos:example ?e }} }}",
    )
    assert not found


def test_labels_of_terms_are_not_shared():
    found = rows(
        packaged("ontology"), f"SELECT ?term ?label WHERE {{ {TERM} {OURS} ?term skos:prefLabel ?label }}"
    )
    labels = [label for _, label in found]
    assert sorted(set(labels)) == sorted(labels)
