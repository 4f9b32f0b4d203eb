"""Every term that the package uses is declared, and says what kind of term it is."""

from __future__ import annotations

import re

import pytest
from ontology_graph import files, load, packaged, rows

from codegraph import resources
from codegraph.namespaces import CG, CONCEPT, CONCEPT_PREFIXES, OWL, PREFIXES, RDF, RDFS, SH, expand

KINDS = "owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty owl:NamedIndividual"
BUILT_IN = (RDF, RDFS, OWL, SH)
# Facet schemes whose values are packaged; the others grow with what a release loads.
CLOSED = (
    "adjudication",
    "approach",
    "change-kind",
    "code-status",
    "extent",
    "family",
    "global-period",
    "intent",
    "laterality",
)
CLOSED += (
    "method",
    "opps-status",
    "pfs-status",
    "pos",
    "ptp-indicator",
    "setting",
    "site",
    "stoma",
    "stoma-form",
)
CLOSED += ("strength",)
WRITTEN_OUT = re.compile(r"(?:codegraph/ontology#|\{CG\}|CG \+ \")([A-Za-z]\w*)")
NAMED_IN_TEXT = re.compile(r"(?<![\w:/-])(cg|skos|dcterms|prov|sssom|vann):([A-Za-z_]\w*)(?![\w-]*[:/.]\w)")


def declared(store):
    return {
        term
        for (term,) in rows(
            store, f"SELECT DISTINCT ?term WHERE {{ VALUES ?kind {{ {KINDS} }} ?term a ?kind }}"
        )
    }


def used(store):
    return {
        term
        for query in (
            "SELECT DISTINCT ?x WHERE { ?s ?x ?o }",
            "SELECT DISTINCT ?x WHERE { ?s a ?x FILTER(isIRI(?x)) }",
            f'SELECT DISTINCT ?x WHERE {{ ?s ?p ?x FILTER(isIRI(?x) && STRSTARTS(STR(?x), "{CG}")) }}',
        )
        for (term,) in rows(store, query)
        if not term.startswith(BUILT_IN)
    }


@pytest.mark.parametrize("folder", ["ontology", "knowledge", "shapes"])
def test_every_term_in_the_packaged_files_is_declared(folder):
    assert used(packaged(folder)) - declared(packaged("ontology")) == set()


def test_an_undeclared_term_is_seen():
    store = load(files("ontology"), "cg:x cg:actOn site:ileum . cg:x a cg:Proceedure .")
    missing = used(store) - declared(store)
    assert {CG + "actOn", CG + "Proceedure"} <= missing


@pytest.mark.parametrize("kind", ["src", "queries"])
def test_every_term_named_in_code_and_queries_is_declared(kind):
    if kind == "queries":
        texts = {path: path.read_text(encoding="utf-8") for path in resources.files("queries", ".rq")}
    else:
        import codegraph

        root = resources.Path(codegraph.__file__).parent
        texts = {path: path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}
    known = declared(packaged("ontology"))
    missing = {
        f"{path.name}: {prefix}:{local}"
        for path, text in texts.items()
        for prefix, local in NAMED_IN_TEXT.findall(text)
        if expand(f"{prefix}:{local}") not in known
    }
    missing |= {
        f"{path.name}: cg:{local}"
        for path, text in texts.items()
        for local in WRITTEN_OUT.findall(text)
        if CG + local not in known
    }
    assert missing == set()


def test_properties_are_used_as_they_are_declared():
    store = packaged("ontology", "knowledge")
    literal = rows(
        store, "SELECT DISTINCT ?p WHERE { ?p a owl:ObjectProperty . ?s ?p ?o FILTER(isLiteral(?o)) }"
    )
    resource = rows(
        store, "SELECT DISTINCT ?p WHERE { ?p a owl:DatatypeProperty . ?s ?p ?o FILTER(!isLiteral(?o)) }"
    )
    assert (literal, resource) == ([], [])


def test_every_facet_value_that_the_knowledge_uses_is_defined():
    store = packaged("ontology", "knowledge")
    found = rows(
        store,
        f"""SELECT DISTINCT ?v WHERE {{
            ?s ?p ?v FILTER(isIRI(?v) && STRSTARTS(STR(?v), "{CONCEPT}"))
            FILTER NOT EXISTS {{ ?v skos:inScheme ?scheme }} }}""",
    )
    closed = tuple(CONCEPT_PREFIXES[name] for name in CLOSED)
    assert [value for (value,) in found if value.startswith(closed)] == []


def test_every_prefix_is_declared_as_the_package_declares_it():
    for path in files("ontology"):
        for prefix, iri in re.findall(
            r"^@prefix ([\w-]*): <([^>]*)> \.$", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert PREFIXES.get(prefix, iri) == iri, path


def test_no_triple_stands_in_two_files():
    seen: dict[tuple[str, str, str], str] = {}
    twice = []
    for path in files("ontology"):
        for quad in load([path]):
            key = (str(quad.subject), str(quad.predicate), str(quad.object))
            if (
                not any(part.startswith("_:") for part in key)
                and seen.setdefault(key, path.name) != path.name
            ):
                twice.append((key, seen[key], path.name))
    assert not twice
