"""Every shape, by one Turtle file a case: its first lines say what must be found, nothing more and nothing less."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import resources
from codegraph.namespaces import SHAPES, expand
from codegraph.validation import ValidationResult, load_shapes, read_shapes
from codegraph.validation.compiled import validate
from codegraph.validation.reading import read_files
from codegraph.validation.reference import validate as pyshacl_validate
from codegraph.validation.report import in_order
from codegraph.validation.shapes import Shape

HERE = Path(__file__).parent
CONTEXT = HERE / "context.ttl"
COLLECTED = 316  # a suite that shrinks in silence proves nothing: a new case raises this number


@dataclass(frozen=True)
class Case:
    path: Path
    violates: frozenset[tuple[str, str]]

    @property
    def name(self) -> str:
        return self.path.relative_to(HERE).with_suffix("").as_posix()


def read_case(path: Path) -> Case:
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    first = re.fullmatch(r"# violates: (.+)", head[0])
    assert first, f"{path}: the first line says what the case violates"
    if first[1] == "nothing":
        return Case(path, frozenset())
    expected = set()
    for shape, line in zip(first[1].split(", "), head[1:], strict=True):
        name, _, nodes = line.removeprefix("# ").partition(": ")
        assert name == shape, f"{path}: {line}"
        expected |= {(shape, node[1:-1] if node[0] == "<" else expand(node)) for node in nodes.split(", ")}
    return Case(path, frozenset(expected))


CASES = [read_case(path) for path in sorted(HERE.rglob("*.ttl"))]


@cache
def shapes_graph() -> ox.Store:
    return load_shapes()


@cache
def shapes() -> tuple[Shape, ...]:
    return read_shapes(shapes_graph())


@cache
def found(case: Case) -> tuple[ValidationResult, ...]:
    return in_order(validate(read_files(dict.fromkeys([CONTEXT, case.path])), shapes()))


def pairs(results: tuple[ValidationResult, ...]) -> set[tuple[str, str]]:
    return {(result.shape.removeprefix(SHAPES), result.focus) for result in results}


def property_shapes() -> dict[str, Shape]:
    return {part.iri.removeprefix(SHAPES): part for shape in shapes() for part in shape.properties}


def test_collected() -> None:
    assert len(CASES) == COLLECTED
    assert len({case.path.parent for case in CASES}) == 1 + len(resources.files("shapes", ".ttl"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compiled_finds_exactly_what_the_case_says(case: Case) -> None:
    assert pairs(found(case)) == case.violates


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pyshacl_finds_the_same_violation_by_violation(case: Case) -> None:
    store = read_files(dict.fromkeys([CONTEXT, case.path]))
    assert in_order(pyshacl_validate(store, shapes_graph())) == found(case)


def test_every_constraint_of_every_shape_has_a_failing_case() -> None:
    failing = {(result.shape, result.component) for case in CASES for result in found(case)}
    stated = {
        (part.iri, constraint.component)
        for shape in shapes()
        for part in (shape, *shape.properties)
        for constraint in part.constraints
    }
    assert stated - failing == set()


def test_every_property_shape_has_a_failing_and_a_passing_case() -> None:
    failing = {shape for case in CASES for shape, _ in case.violates}
    assert property_shapes().keys() - failing == set()
    valid = {case.path.parent.name for case in CASES if case.path.stem == "valid" and not case.violates}
    assert valid == {path.stem for path in resources.files("shapes", ".ttl")}


def test_a_valid_case_has_a_value_for_every_property_shape() -> None:
    """A passing case without the property would pass for the wrong reason."""
    silent = {"Code-officialDescriptor"}  # a licensed text has no place here
    for file in resources.files("shapes", ".ttl"):
        text = (HERE / file.stem / "valid.ttl").read_text(encoding="utf-8")
        own = load_shapes([file])
        for shape in (s for s in shapes() if _declares(own, s.iri)):
            for part in (
                p for p in shape.properties if p.iri.removeprefix(SHAPES).split("-")[0] in shape.iri
            ):
                local = re.findall(r"[#/](\w+)>", part.path.sparql)[-1] if part.path else ""
                assert f":{local} " in text or part.iri.removeprefix(SHAPES) in silent, (
                    f"{file.stem}: {local}"
                )


def _declares(store: object, iri: str) -> bool:
    return f"<{iri}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in str(store)


def test_shapes_are_written_as_the_style_says() -> None:
    for name, part in property_shapes().items():
        verb = {"violation": "shall", "warning": "should", "info": "may"}[part.severity]
        assert re.fullmatch(r"[A-Za-z0-9]+-[A-Za-z0-9_]+", name), name
        assert re.fullmatch(rf"[A-Z][^.]* {verb} .*[.]", part.message), f"{name}: {part.message}"
        assert part.constraints, f"{name} constrains nothing"


def test_every_shape_states_severity_and_name_and_is_used() -> None:
    for file in resources.files("shapes", ".ttl"):
        text = file.read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=cgsh:)", text)[1:]
        assert text.startswith("# "), f"{file.name} begins with what it is about"
        assert [b for b in blocks if "sh:NodeShape" in b] == blocks[:1], f"{file.name}: one node shape, first"
        for block in blocks:
            assert block.count("sh:severity ") == block.count("sh:name ") == 1, block.splitlines()[0]
        declared = {b.split("\n")[0].removeprefix("cgsh:") for b in blocks[1:]}
        assert declared <= property_shapes().keys(), f"{file.name}: a property shape that no node shape uses"


def test_context_has_the_class_hierarchy_of_the_ontology() -> None:
    subclass = re.compile(r"^cg:\w+ rdfs:subClassOf (?:cg|skos):\w+ [.]$", re.MULTILINE)
    said = set(subclass.findall(CONTEXT.read_text(encoding="utf-8")))
    edges = set()
    for path in resources.files("ontology", ".ttl"):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            above = re.search(
                r"^(cg:\w+)\n    a owl:Class ;\n(?:.*\n)*?    rdfs:subClassOf ((?:cg|skos):\w+)",
                block,
                re.MULTILINE,
            )
            if above:
                edges.add(f"{above[1]} rdfs:subClassOf {above[2]} .")
    assert edges - said <= {"cg:AmbulatoryClassification rdfs:subClassOf skos:Concept ."}
    assert said <= edges
