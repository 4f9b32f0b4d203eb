"""HermiT over the packaged files: consistent, satisfiable, and what follows, no less and no more."""

from __future__ import annotations

import shutil
from itertools import islice

import pytest
from ontology_graph import HEADER, ONTOLOGY, packaged, rows

from codegraph.namespaces import CG, PREFIXES, RDF, expand
from codegraph.rdf import Triple, term
from codegraph.reasoning import ReasonerReport, check_consistency
from codegraph.sources import registry
from codegraph.sources.base import Note, Reject

pytestmark = [
    pytest.mark.java,
    pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, and there is none here"),
]


@pytest.fixture
def plant(tmp_path):
    """Return a function that writes Turtle, in which every prefix of the package may be used, to a file."""

    def write(text: str):
        path = tmp_path / "planted.ttl"
        path.write_text(HEADER + text, encoding="utf-8")
        return [path]

    return write


def test_the_ontology_with_the_packaged_knowledge_is_consistent():
    report = check_consistency(knowledge=True)
    assert report.ok
    assert report.unsatisfiable == ()
    assert report.undeclared == ()
    assert {datatype for datatype, _ in report.stripped} <= {PREFIXES["xsd"] + "date"}
    assert (CG + "CptCode", CG + "Code") in report.subclasses
    assert report.seconds > 0


MODULES_ONLY = sorted(ONTOLOGY.glob("*.ttl"))
INCONSISTENT = {
    "a code is no procedure": "cpt:44310 a cg:CptCode , cg:Procedure .",
    "what a code denotes is no code": "cpt:44310 cg:denotes cpt:44312 . cpt:44312 a cg:CptCode .",
    "a kind of stoma is part of nothing": "stoma:ileostomy a cg:StomaKind ; cg:isPartOf site:ileum .",
    "a facet of a facet value": "site:ileum a cg:AnatomicalSite ; cg:hasMethod method:bypass .",
    "a concept is no scheme": "site:ileum a cg:AnatomicalSite , cg:FacetScheme .",
    "a unit is a number": 'entry:x a cg:UnitLimit ; cg:units "one" .',
    "an RVU is a number": 'entry:x a cg:FeeScheduleEntry ; cg:workRvu "17.59" .',
}


@pytest.mark.parametrize("case", INCONSISTENT)
def test_a_planted_inconsistency_is_found(plant, case):
    report = check_consistency([*MODULES_ONLY, *plant(INCONSISTENT[case])], packaged=False)
    assert not report.consistent
    assert not report.ok
    assert report.unsatisfiable == ()


def test_a_planted_unsatisfiable_class_is_named(plant):
    report = check_consistency(plant("cg:Chimera a owl:Class ; rdfs:subClassOf cg:Code , cg:Procedure ."))
    assert report.consistent
    assert not report.ok
    assert report.unsatisfiable == (CG + "Chimera",)


def test_triples_of_the_caller_are_reasoned_over():
    assert check_consistency(MODULES_ONLY, packaged=False).ok
    said = Triple(term("cpt:44310"), f"<{RDF}type>", term("cg:Procedure"))
    both = [said, said._replace(object=term("cg:CptCode"))]
    assert not check_consistency(MODULES_ONLY, packaged=False, triples=both).consistent


def test_equivalent_classes_are_subclasses_of_each_other(plant):
    five = " ".join(
        f"cg:E{n} a owl:Class ; owl:equivalentClass cg:E{n + 1} . cg:E{n + 1} a owl:Class ." for n in range(4)
    )
    report = check_consistency(plant(five), packaged=False)
    assert len(report.subclasses) == 20


INDIVIDUALS = """
cpt:90001 a cg:CptCode ; cg:denotes procedure:a .
procedure:a a cg:Procedure ;
    cg:hasMethod method:snare-removal ;
    cg:actsOn site:terminal-ileum ;
    cg:hasDestination site:sigmoid-colon ;
    cg:usesDevice device:feeding-device ;
    cg:hasIntent intent:palliation ;
    cg:performedThrough stoma:continent-ileostomy ;
    cg:creates stoma:cecostomy .
procedure:b a cg:Procedure ;
    cg:hasMethod method:excision ;
    cg:actsOn site:small-intestine ;
    cg:closes stoma:enterostomy .
procedure:c cg:hasComponent procedure:b .
entry:x cg:ofRelease release:x .
"""
COMPLETE = [
    ("procedure:a", "cg:actsOn", "site:ileum"),
    ("procedure:a", "cg:actsOn", "site:jejunum-or-ileum"),
    ("procedure:a", "cg:actsOn", "site:small-intestine"),
    ("procedure:a", "cg:actsOn", "site:small-intestine-or-cecum"),
    ("procedure:a", "cg:actsOn", "site:lower-intestinal-tract"),
    ("procedure:a", "cg:actsOn", "site:gastrointestinal-tract"),
    ("procedure:a", "cg:hasFacet", "site:small-intestine"),
    ("procedure:a", "cg:hasMethod", "method:excision"),
    ("procedure:a", "cg:hasFacet", "method:excision"),
    ("procedure:a", "cg:hasDestination", "site:colon"),
    ("procedure:a", "cg:hasDestination", "site:large-intestine-left"),
    ("procedure:a", "cg:usesDevice", "device:feeding-or-drainage-device"),
    ("procedure:a", "cg:hasIntent", "intent:treatment"),
    ("procedure:a", "cg:performedThrough", "stoma:ileostomy"),
    ("procedure:a", "cg:creates", "stoma:colostomy-or-cecostomy"),
    ("procedure:a", "cg:creates", "stoma:enterostomy"),
    ("site:terminal-ileum", "cg:isPartOf", "site:gastrointestinal-tract"),
    ("site:cecum", "cg:isPartOf", "site:colon"),
    ("procedure:c", "rdf:type", "cg:Procedure"),
    ("release:x", "rdf:type", "cg:Release"),
]
SOUND = [
    ("procedure:b", "cg:actsOn", "site:ileum"),
    ("procedure:b", "cg:actsOn", "site:jejunum-or-ileum"),
    ("procedure:b", "cg:actsOn", "site:upper-intestinal-tract"),
    ("procedure:b", "cg:hasMethod", "method:snare-removal"),
    ("procedure:b", "cg:closes", "stoma:ileostomy"),
    ("procedure:a", "cg:actsOn", "site:jejunum"),
    ("procedure:a", "cg:actsOn", "site:large-intestine"),
    ("procedure:a", "cg:actsOn", "site:sigmoid-colon"),
    ("procedure:a", "cg:hasDestination", "site:large-intestine-right"),
    ("procedure:a", "cg:hasMethod", "method:resection"),
    ("procedure:a", "cg:creates", "stoma:colostomy"),
    ("procedure:a", "cg:revises", "stoma:cecostomy"),
    ("procedure:c", "cg:actsOn", "site:small-intestine"),
    ("site:rectum", "cg:isPartOf", "site:colon"),
    ("site:small-intestine", "cg:isPartOf", "site:lower-intestinal-tract"),
]  # fmt: skip


@pytest.fixture(scope="module")
def reasoned(tmp_path_factory) -> ReasonerReport:
    path = tmp_path_factory.mktemp("entailed") / "individuals.ttl"
    path.write_text(HEADER + INDIVIDUALS, encoding="utf-8")
    return check_consistency([path], entailed=True)


def fact(statement: tuple[str, str, str]) -> tuple[str, str, str]:
    subject, predicate, value = (expand(part) for part in statement)
    return subject, predicate, value


@pytest.mark.parametrize("statement", COMPLETE, ids=" ".join)
def test_what_must_follow_follows(reasoned, statement):
    assert fact(statement) in reasoned.facts


@pytest.mark.parametrize("statement", SOUND, ids=" ".join)
def test_what_must_not_follow_does_not(reasoned, statement):
    assert fact(statement) not in reasoned.facts


def test_reasoner_and_property_paths_agree_on_the_sites(reasoned):
    walked = rows(packaged("ontology"), "SELECT ?a ?b WHERE { ?a cg:isPartOf+ ?b }")
    followed = {(s, o) for s, p, o in reasoned.facts if p == CG + "isPartOf"}
    assert followed == set(walked)


@pytest.mark.full_data
def test_what_the_readers_say_is_consistent_with_the_ontology(data_dir):
    said: set[Triple] = set()
    for found in registry.scan([data_dir]):
        if found.reader is not None and found.release is not None:
            rows_read = (
                row for row in found.reader.read(found.member) if not isinstance(row, (Note, Reject))
            )
            for row in islice(rows_read, 100):
                said.update(found.reader.triples(row, found.release))
    report = check_consistency(triples=sorted(said))
    assert len(said) > 5_000
    assert report.ok
    assert report.undeclared == ()
