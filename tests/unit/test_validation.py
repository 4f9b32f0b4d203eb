"""The facade and the report: what they say, and that they say it in the same bytes each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import resources
from codegraph.validation import Report, ValidationResult, load_shapes, validate_files, validate_store
from codegraph.validation.reading import read_files

SH = "http://www.w3.org/ns/shacl#"
STEP_SHAPE = resources.folder("shapes") / "step.ttl"
CASES = Path(__file__).parents[1] / "shapes"
BAD = """
@prefix cg: <https://w3id.org/codegraph/ontology#> .
<https://w3id.org/codegraph/entry/step/a> a cg:Step ; cg:stepNumber 0 ; cg:stepText "a \\"quoted\\" line\\nand more" .
[] a cg:Step ; cg:stepNumber 1 .
"""


def result(
    focus: str = "https://w3id.org/codegraph/code/cpt/44310",
    severity: str = "violation",
    value: str | None = None,
):
    return ValidationResult(
        focus,
        "https://w3id.org/codegraph/ontology#x",
        value,
        "https://w3id.org/codegraph/shapes#S",
        f"{SH}C",
        severity,
        "It shall.",
    )


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.ttl"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_a_report_sorts_and_drops_doubles() -> None:
    a, b = result("https://example.org/a"), result("https://example.org/b")
    assert Report.of([b, a, b]).results == (a, b)
    assert Report.of([b, a]) == Report.of([a, b], seconds=9.0)


@pytest.mark.parametrize(("severity", "conforms"), [("violation", False), ("warning", True), ("info", True)])
def test_only_violations_fail_a_graph(severity: str, conforms: bool) -> None:
    report = Report.of([result(severity=severity)])
    assert report.conforms is conforms
    assert report.count(severity) == 1


@pytest.mark.parametrize("severity", ["Violation", "Warning", "Info"])
def test_conforms_is_what_pyshacl_says_when_it_allows_warnings(severity: str) -> None:
    import pyshacl
    from rdflib import Graph

    shape = f"@prefix sh: <{SH}> . <e:S> a sh:NodeShape ; sh:targetNode <e:a> ; sh:property <e:P> . "
    shape += f"<e:P> a sh:PropertyShape ; sh:path <e:p> ; sh:minCount 1 ; sh:severity sh:{severity} ."
    conforms, _, _ = pyshacl.validate(Graph(), shacl_graph=Graph().parse(data=shape), allow_warnings=True)
    shapes = ox.Store()
    shapes.load(shape.encode(), format=ox.RdfFormat.TURTLE)
    from codegraph.validation.reference import validate

    assert Report.of(validate(ox.Store(), shapes)).conforms is conforms


def test_text_shows_some_of_each_shape_and_counts_the_rest() -> None:
    found = [result(f"https://w3id.org/codegraph/code/cpt/{n}", value='"x"@en') for n in range(10000, 10030)]
    text = Report.of([*found, result("https://example.org/b", "warning")], checks=["a"], shapes=2).to_text(
        shown=5
    )
    assert text.startswith(
        "The graph does not conform: 30 violations, 1 warnings, 0 infos; 2 shapes and 1 checks in 0.0 s."
    )
    assert "violation cgsh:S: It shall." in text
    assert '    cpt:10004  value "x"@en  (http' not in text
    assert '    cpt:10004  value "x"@en  (C)\n' in text
    assert "cpt:10005" not in text
    assert "… and 25 more" in text
    assert text.index("violation cgsh:S") < text.index("warning cgsh:S")


def test_json_has_the_attributes_names() -> None:
    body = json.loads(
        Report.of([result(value="https://example.org/v")], checks=["c"], shapes=3, seconds=1.23456).to_json()
    )
    assert body["results"] == [
        {
            "focus": "https://w3id.org/codegraph/code/cpt/44310",
            "path": "https://w3id.org/codegraph/ontology#x",
            "value": "https://example.org/v",
            "shape": "https://w3id.org/codegraph/shapes#S",
            "component": f"{SH}C",
            "severity": "violation",
            "message": "It shall.",
        }
    ]
    assert {
        k: body[k] for k in ("conforms", "violations", "warnings", "infos", "shapes", "checks", "seconds")
    } == {
        "conforms": False,
        "violations": 1,
        "warnings": 0,
        "infos": 0,
        "shapes": 3,
        "checks": ["c"],
        "seconds": 1.235,
    }


def test_turtle_is_a_validation_report_that_reads_back(bad: Path) -> None:
    report = validate_files([bad], [STEP_SHAPE])
    turtle = report.to_turtle()
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE)
    rows = store.query(
        """PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?focus ?path ?value ?shape ?component ?severity ?message WHERE {
        ?report a sh:ValidationReport ; sh:conforms false ; sh:result ?r .
        ?r a sh:ValidationResult ; sh:focusNode ?focus ; sh:resultPath ?path ; sh:sourceShape ?shape ;
           sh:sourceConstraintComponent ?component ; sh:resultSeverity ?severity ; sh:resultMessage ?message
        OPTIONAL { ?r sh:value ?value } }"""
    )
    read = {
        (
            r["shape"].value,
            r["component"].value,
            None if r["value"] is None else str(r["value"]),
            r["message"].value,
        )
        for r in rows
    }
    assert read == {(r.shape, r.component, r.value, r.message) for r in report.results}
    assert len(report.results) == 3
    assert any(r.value and "quoted" in r.value for r in report.results)


def test_an_empty_report_is_turtle_too() -> None:
    store = ox.Store()
    store.load(Report.of([]).to_turtle().encode(), format=ox.RdfFormat.TURTLE)
    assert {str(quad.object) for quad in store} == {
        f"<{SH}ValidationReport>",
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    }


def test_a_path_of_several_steps_and_a_check_have_no_result_path() -> None:
    found = [
        ValidationResult(
            "_:b1", "^<https://example.org/p>", None, "https://example.org/S", f"{SH}C", "info", "It may."
        ),
        ValidationResult('"text"', None, None, "https://example.org/S", f"{SH}C", "info", ""),
    ]
    turtle = Report.of(found).to_turtle()
    assert "resultPath" not in turtle
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE)


def test_the_same_input_gives_the_same_bytes_in_any_process(bad: Path) -> None:
    code = (
        "import sys; from codegraph.validation import validate_files; "
        "r = validate_files([sys.argv[1]], [sys.argv[2]]); sys.stdout.write(r.to_turtle())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, str(bad), str(STEP_SHAPE)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert b"_:f0b0" in runs.pop()


def test_the_compiled_engine_needs_no_rdflib() -> None:
    code = (
        "import sys, pyoxigraph; from codegraph.validation import validate_store; "
        "validate_store(pyoxigraph.Store()); print([m for m in ('rdflib', 'pyshacl') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_a_store_is_validated_by_shapes_and_checks() -> None:
    store = read_files([CASES / "context.ttl", CASES / "step" / "stepNumber.ttl"])
    report = validate_store(store)
    without = validate_store(store, checks=False)
    reference = validate_store(store, checks=False, engine="pyshacl")
    assert without.results == reference.results
    assert without.checks == ()
    assert len(report.checks) == len(list((resources.folder("queries") / "checks").glob("*.rq")))
    assert set(without.results) < set(report.results)
    assert report.shapes == sum(
        path.read_text().count("sh:severity ") for path in resources.files("shapes", ".ttl")
    )
    assert validate_store(store, shapes=[CASES.parents[1] / "shapes" / "release.ttl"], checks=False).conforms


def test_a_users_file_may_refer_to_the_packaged_graph_and_only_its_nodes_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(
        """@prefix cg: <https://w3id.org/codegraph/ontology#> .
        @prefix method: <https://w3id.org/codegraph/concept/method/> .
        @prefix site: <https://w3id.org/codegraph/concept/site/> .
        <https://w3id.org/codegraph/concept/procedure/mine> a cg:Procedure ;
            <http://www.w3.org/2004/02/skos/core#prefLabel> "Mine"@en ;
            cg:hasMethod method:bypass ; cg:actsOn site:ileum , site:atlantis .""",
        encoding="utf-8",
    )
    report = validate_files([path])
    assert [(r.shape.split("#")[1], r.value) for r in report.results] == [
        ("Procedure-actsOn", "https://w3id.org/codegraph/concept/site/atlantis")
    ]


def test_pyshacl_gives_the_same_results_from_many_threads() -> None:
    store, shapes = (
        read_files([CASES / "context.ttl", CASES / "step" / "stepText.ttl"]),
        load_shapes([STEP_SHAPE]),
    )
    from codegraph.validation.reference import validate

    before = sorted(map(str, shapes))
    with ThreadPoolExecutor(16) as pool:
        found = {Report.of(results) for results in pool.map(lambda _: validate(store, shapes), range(32))}
    assert len(found) == 1
    assert len(found.pop().results) == 4
    assert sorted(map(str, shapes)) == before
