"""The reasoner's view: what is in it, in each syntax, under which limits, and what is refused."""

from __future__ import annotations

import io
import re
from collections import Counter

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from rdflib.compare import isomorphic

from codegraph import cli
from codegraph.errors import CodegraphError, InvalidCode, UnknownTerm
from codegraph.export.as_owl import VIEW, export_owl
from codegraph.export.owl_entities import DefinedClass, Header, Text, size
from codegraph.export.owl_syntax import SYNTAXES, functional, ntriples, rdfxml, syntax_of, turtle
from codegraph.namespaces import CG, OWL, RDF, RDFS, SKOS, contract, expand

READ = {".ttl": ox.RdfFormat.TURTLE, ".owl": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES}
ODD = DefinedClass(
    "https://w3id.org/codegraph/concept/procedure/odd.",
    'says "<&>" and \\ and\na line',
    above=(CG + "Procedure",),
    some=((CG + "isPartOf", CG + "Whole"),),
    kind=CG + "Procedure",
    parts=((CG + "actsOn", CG + "Site"), (CG + "hasMethod", "https://example.org/a?b=1&c=2")),
    see_also=("https://w3id.org/codegraph/code/cpt/00000",),
)


def parsed(text: bytes, ending: str) -> ox.Store:
    store = ox.Store()
    store.load(text, format=READ[ending])
    return store


@pytest.fixture(scope="module")
def texts(kg, tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("owl")
    found = {}
    for ending in (".ttl", ".owl", ".rdf", ".nt", ".ofn"):
        kg.export(folder / f"view{ending}", format="owl")
        found[ending] = (folder / f"view{ending}").read_bytes()
    return found


@pytest.fixture(scope="module")
def view(texts) -> ox.Store:
    return parsed(texts[".ttl"], ".ttl")


def objects(view: ox.Store, subject, predicate: str) -> list:
    subject = subject if isinstance(subject, ox.BlankNode) else ox.NamedNode(expand(subject))
    return [q.object for q in view.quads_for_pattern(subject, ox.NamedNode(expand(predicate)), None, None)]


def names(view: ox.Store, subject: str, predicate: str) -> set[str]:
    return {contract(o.value) for o in objects(view, subject, predicate) if isinstance(o, ox.NamedNode)}


def some(view: ox.Store, node) -> tuple[str, str]:
    (on,), (filler,) = objects(view, node, OWL + "onProperty"), objects(view, node, OWL + "someValuesFrom")
    return contract(on.value), contract(filler.value)


def definition(view: ox.Store, procedure: str) -> set:
    """Return the conjuncts of a class's one definition."""
    (whole,) = objects(view, procedure, OWL + "equivalentClass")
    (cell,) = objects(view, whole, OWL + "intersectionOf")
    found = []
    while cell != ox.NamedNode(RDF + "nil"):
        (first,), (cell,) = objects(view, cell, RDF + "first"), objects(view, cell, RDF + "rest")
        found.append(contract(first.value) if isinstance(first, ox.NamedNode) else some(view, first))
    assert len(found) == len(set(found))
    return set(found)


def test_a_procedure_is_its_facets(view):
    assert definition(view, "procedure:pcs-0d1b0z4") == {
        "cg:Procedure",
        ("cg:hasMethod", "method:bypass"),
        ("cg:actsOn", "site:ileum"),
        ("cg:hasApproach", "approach:open"),
        ("cg:usesDevice", "device:no-device"),
        ("cg:hasQualifier", "qualifier:no-qualifier"),
        ("cg:hasDestination", "site:skin"),
    }


def test_a_resection_takes_all_of_its_site(kg, view):
    assert kg.store.objects("procedure:pcs-0dtn0zz", "cg:hasMethod") == [expand("method:resection")]
    said = definition(view, "procedure:pcs-0dtn0zz")
    assert ("cg:actsOnAllOf", "site:sigmoid-colon") in said
    assert ("cg:actsOn", "site:sigmoid-colon") not in said
    assert names(view, "cg:actsOnAllOf", RDFS + "subPropertyOf") == {"cg:actsOn"}
    assert objects(view, "cg:actsOnAllOf", OWL + "propertyChainAxiom") == []


def test_a_procedure_of_several_acts_has_them_as_components(kg, view):
    for procedure in kg.store.subjects("cg:hasComponent", "procedure:open-total-colectomy"):
        assert ("cg:hasComponent", "procedure:open-total-colectomy") in definition(view, procedure)


def test_every_procedure_is_defined_with_its_components(kg, view):
    defined = {
        q.subject.value
        for q in view.quads_for_pattern(None, ox.NamedNode(OWL + "equivalentClass"), None, None)
    }
    assert defined == set(kg.store.subjects("rdf:type", "cg:Procedure"))
    assert set(kg.store.subjects("rdf:type", "cg:Procedure")) >= {
        b for _, b in kg.store.edges("cg:hasComponent")
    }
    for procedure in sorted(defined):
        said = definition(view, procedure)
        properties = Counter(pair[0] for pair in said if pair != "cg:Procedure")
        assert properties["cg:usesDevice"] >= 1
        assert not properties.keys() & {
            "cg:inSection",
            "cg:inBodySystem",
            "cg:creates",
            "cg:closes",
            "cg:revises",
        }
        components = {contract(iri) for iri in kg.store.objects(procedure, "cg:hasComponent")}
        assert {value for name, value in said - {"cg:Procedure"} if name == "cg:hasComponent"} == components


def test_values_lie_below_wider_ones_and_in_wholes(kg, view):
    assert names(view, "site:ileum", RDFS + "subClassOf") == {
        contract(iri) for iri in kg.store.objects("site:ileum", "skos:broader")
    }
    (whole,) = [
        o for o in objects(view, "site:sigmoid-colon", RDFS + "subClassOf") if isinstance(o, ox.BlankNode)
    ]
    assert some(view, whole) == ("cg:isPartOf", "site:large-intestine-left")
    assert names(view, "site:sigmoid-colon", RDFS + "subClassOf") >= {
        "cg:AnatomicalSite"
    } or kg.store.objects("site:sigmoid-colon", "skos:broader")


def test_properties_pass_parthood_on(view):
    assert names(view, "cg:isPartOf", RDF + "type") == {"owl:ObjectProperty", "owl:TransitiveProperty"}
    chained = {
        contract(q.subject.value)
        for q in view.quads_for_pattern(None, ox.NamedNode(OWL + "propertyChainAxiom"), None, None)
    }
    assert chained == {"cg:actsOn", "cg:hasDestination"}


def test_everything_used_is_declared_and_labelled(view):
    kinds = {OWL + kind for kind in ("Class", "ObjectProperty", "AnnotationProperty")}
    declared = {
        q.subject
        for q in view.quads_for_pattern(None, ox.NamedNode(RDF + "type"), None, None)
        if q.object.value in kinds
    }
    built_in = (RDF, RDFS, OWL)
    for quad in view:
        assert quad.predicate.value.startswith(built_in) or quad.predicate in declared, quad
        if quad.predicate.value in {
            OWL + "onProperty",
            OWL + "someValuesFrom",
            RDFS + "subClassOf",
            RDF + "first",
        }:
            assert isinstance(quad.object, ox.BlankNode) or quad.object in declared, quad
    for node in declared:
        annotation = (
            ox.NamedNode(OWL + "AnnotationProperty") in objects(view, node.value, RDF + "type")
            if isinstance(node, ox.NamedNode)
            else True
        )
        assert annotation or len(objects(view, node.value, RDFS + "label")) == 1, node


def test_there_is_nothing_but_owl_2_el(view):
    """Classes, restrictions and lists: no individual, no data, no construct outside the profile."""
    types = Counter(
        q.object.value.rsplit("#")[-1]
        for q in view.quads_for_pattern(None, ox.NamedNode(RDF + "type"), None, None)
    )
    assert set(types) == {
        "Ontology", "Class", "Restriction", "ObjectProperty", "AnnotationProperty", "TransitiveProperty",
    }  # fmt: skip
    assert {q.predicate.value for q in view if q.predicate.value.startswith(OWL)} == {
        OWL + name
        for name in (
            *("versionIRI", "versionInfo", "equivalentClass", "intersectionOf", "onProperty", "someValuesFrom"),
            "propertyChainAxiom",
        )
    }  # fmt: skip
    assert {q.predicate.value for q in view if isinstance(q.object, ox.Literal)} <= {
        *(RDFS + "label", SKOS + "definition", OWL + "versionInfo"),
        *(expand("dcterms:title"), expand("dcterms:description")),
    }


def test_codes_are_where_to_see_also(view):
    assert names(view, "procedure:pcs-0d1b0z4", RDFS + "seeAlso") == {"icd10pcs:0D1B0Z4"}
    assert {o.value for o in objects(view, "procedure:pcs-0d1b0z4", RDFS + "label")} != set()


def canonical(store: ox.Store) -> set[ox.Quad]:
    found = ox.Dataset(store)
    found.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(found)


def test_the_syntaxes_say_the_same(view, texts):
    said = canonical(view)
    assert len(said) > 5_000
    assert canonical(parsed(texts[".owl"], ".owl")) == said
    assert canonical(parsed(texts[".nt"], ".nt")) == said
    assert texts[".owl"] == texts[".rdf"]


def test_functional_syntax_has_an_axiom_for_each_statement(view, texts):
    axioms = Counter(re.findall(r"^(\w+)\(", texts[".ofn"].decode(), re.MULTILINE))
    count = lambda name: sum(1 for _ in view.quads_for_pattern(None, ox.NamedNode(name), None, None))  # noqa: E731
    assert axioms["EquivalentClasses"] == count(OWL + "equivalentClass") > 400
    assert axioms["SubClassOf"] == count(RDFS + "subClassOf") > 50
    assert axioms["TransitiveObjectProperty"] == 1
    assert (
        axioms["SubObjectPropertyOf"]
        == count(OWL + "propertyChainAxiom") + count(RDFS + "subPropertyOf")
        == 3
    )
    assert texts[".ofn"].decode().count("ObjectSomeValuesFrom(") == count(OWL + "someValuesFrom")
    assert texts[".ofn"].decode().endswith("\n)\n")


@pytest.mark.parametrize("ending", READ)
def test_the_summary_counts_the_triples(kg, tmp_path, ending):
    summary = kg.export(tmp_path / f"v{ending}", format="owl", pcs=("0D1",))
    written = (tmp_path / f"v{ending}").read_bytes()
    assert summary.triples == len(parsed(written, ending))
    assert summary.bytes == len(written)
    assert summary.format == f"owl {syntax_of(f'v{ending}')[0]}"


def test_the_same_release_gives_the_same_bytes(kg, texts):
    again = io.BytesIO()
    export_owl(kg.store, kg.manifest, again)
    assert again.getvalue() == texts[".ttl"]


@pytest.mark.parametrize(
    ("pcs", "version", "first"),
    [
        (("0D1",), "/0d1", {"0d1"}),
        (["0d1", "0DT "], "/0d1-0dt", {"0d1", "0dt"}),
        ("0D1B", "/0d1b", {"0d1"}),
        (("0D", "0D1"), "/0d-0d1", None),
        ((), "/no-pcs", set()),
        (None, "packaged", None),
    ],
)
def test_icd10pcs_can_be_limited(kg, tmp_path, pcs, version, first):
    kg.export(tmp_path / "v.ttl", format="owl", pcs=pcs)
    found = parsed((tmp_path / "v.ttl").read_bytes(), ".ttl")
    defined = {
        contract(q.subject.value)
        for q in found.quads_for_pattern(None, ox.NamedNode(OWL + "equivalentClass"), None, None)
    }
    tables = {m[1] for name in defined if (m := re.fullmatch("procedure:pcs-(...)....", name))}
    assert "procedure:open-total-colectomy" in defined
    assert tables == first if first is not None else len(tables) > 5
    (iri,) = objects(found, VIEW, OWL + "versionIRI")
    assert iri.value.startswith(VIEW) and iri.value.endswith(version)  # noqa: PT018
    values = {
        contract(q.subject.value)
        for q in found.quads_for_pattern(None, ox.NamedNode(RDFS + "subClassOf"), None, None)
    }
    used = {
        contract(q.object.value)
        for q in found.quads_for_pattern(None, ox.NamedNode(OWL + "someValuesFrom"), None, None)
    }
    assert used <= values | defined


@pytest.mark.parametrize(
    ("pcs", "error"), [(("0Z9",), UnknownTerm), (("",), InvalidCode), (("0O",), InvalidCode)]
)
def test_a_limit_that_no_code_has_is_refused(kg, tmp_path, pcs, error):
    with pytest.raises(error):
        kg.export(tmp_path / "v.ttl", format="owl", pcs=pcs)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options",
    [
        {"format": "owl", "graphs": ["icd10pcs/2026"]},
        {"format": "owl", "edits": True},
        {"format": "owl", "include_licensed": True},
        {"format": "turtle", "pcs": ("0D",)},
        {"pcs": ()},
    ],
)
def test_options_that_do_not_go_together_are_refused(kg, tmp_path, options):
    with pytest.raises(CodegraphError, match="pcs"):
        kg.export(tmp_path / "v.ttl", **options)
    assert list(tmp_path.iterdir()) == []


def test_another_ending_is_refused(kg, tmp_path):
    with pytest.raises(CodegraphError, match=r"'\.obo'.*\.ofn"):
        kg.export(tmp_path / "v.obo", format="owl")


def test_the_ending_owl_alone_is_still_the_whole_graph(kg, tmp_path):
    assert kg.export(tmp_path / "v.owl").format == "rdfxml"


def test_the_command_line_writes_it(kg, tmp_path):
    place = ["--release", str(kg.directory), "export"]
    done = CliRunner().invoke(cli.main, [*place, str(tmp_path / "v.ofn"), "--format", "owl", "--pcs", "none"])
    assert done.exit_code == 0, done.output
    assert b"pcs-0d1b0z4" not in (tmp_path / "v.ofn").read_bytes()
    assert b"EquivalentClasses(" in (tmp_path / "v.ofn").read_bytes()
    done = CliRunner().invoke(cli.main, [*place, "-", "--format", "owl", "--pcs", "0D1"])
    assert done.stdout.startswith("@prefix ")
    assert "procedure:pcs-0d1b0z4\n" in done.stdout
    done = CliRunner().invoke(cli.main, [*place, str(tmp_path / "w.ofn"), "--format", "owl", "--pcs", "9ZZ"])
    assert done.exit_code == 2
    assert "9ZZ" in done.output


def test_odd_texts_and_names_survive_every_syntax():
    whole = [
        Header(
            "https://example.org/o",
            "https://example.org/o/1",
            (("http://purl.org/dc/terms/title", Text("a < b")),),
        ),
        ODD,
    ]
    read = {
        ".ttl": "".join(turtle(whole)),
        ".owl": "".join(rdfxml(whole)),
        ".nt": "".join(ntriples(whole)),
    }
    graphs = [
        rdflib.Graph().parse(data=t, format={".ttl": "turtle", ".owl": "xml", ".nt": "nt"}[e])
        for e, t in read.items()
    ]
    assert {len(g) for g in graphs} == {sum(size(e.tree()) for e in whole)}
    assert isomorphic(graphs[0], graphs[1])
    assert isomorphic(graphs[0], graphs[2])
    assert str(next(graphs[0].objects(rdflib.URIRef(ODD.iri), rdflib.RDFS.label))) == ODD.label
    assert r"AnnotationAssertion(<http://www.w3.org/2000/01/rdf-schema#label>" in "".join(functional(whole))


def test_every_syntax_has_an_ending():
    endings = [e for found, _ in SYNTAXES.values() for e in found]
    assert len(endings) == len(set(endings)) == 5
    assert all(syntax_of(f"x{e}")[1] is write for found, write in SYNTAXES.values() for e in found)


def test_horned_owl_reads_the_same_axioms_from_each_syntax_of_owl(kg, view, tmp_path):
    """A reader of OWL in Rust, of the reasoners' environment (`make test-reasoner`)."""
    horned = pytest.importorskip("pyhornedowl")
    found = {}
    for ending in (".ofn", ".owl"):
        kg.export(tmp_path / f"view{ending}", format="owl")
        read = horned.open_ontology(str(tmp_path / f"view{ending}"))
        found[ending] = Counter(type(axiom.component).__name__ for axiom in read.get_axioms())
    assert found[".ofn"] == found[".owl"]

    def triples(predicate: str, of: str | None = None) -> int:
        kind = ox.NamedNode(expand(of)) if of else None
        quads = view.quads_for_pattern(None, ox.NamedNode(expand(predicate)), kind, None)
        return sum(isinstance(q.subject, ox.NamedNode) for q in quads)

    assert found[".ofn"]["EquivalentClasses"] == triples("owl:equivalentClass") > 100
    assert found[".ofn"]["SubClassOf"] == triples("rdfs:subClassOf") > 100
    assert found[".ofn"]["DeclareClass"] == triples("rdf:type", "owl:Class")
