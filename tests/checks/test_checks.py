"""Every whole-graph check: one small graph trips it at exactly the nodes it names, one like it passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegraph import resources
from codegraph.errors import QueryError
from codegraph.namespaces import expand
from codegraph.validation import Check, load_checks
from codegraph.validation.reading import read_files

HERE = Path(__file__).parent
COLLECTED = 31
CHECKS = {check.name: check for check in load_checks()}
GRAPHS = sorted(path for path in HERE.glob("*/*") if path.suffix in (".ttl", ".trig"))


def expected(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    nodes = first.removeprefix("# focus: ")
    assert nodes != first, f"{path}: the first line names the nodes that the check must find"
    if nodes == "nothing":
        return set()
    return {node[1:-1] if node[0] == "<" else _iri(node) for node in nodes.split(", ")}


def _iri(curie: str) -> str:
    return curie.replace("ex:", "https://example.org/") if curie.startswith("ex:") else expand(curie)


def test_every_check_has_a_graph_that_trips_it_and_one_that_passes() -> None:
    assert len(CHECKS) == COLLECTED
    stems = {name: sorted(path.stem for path in GRAPHS if path.parent.name == name) for name in CHECKS}
    assert stems == {name: ["passes", "trips"] for name in CHECKS}
    assert {path.parent.name for path in GRAPHS} == CHECKS.keys()


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_check_finds_exactly_these_nodes(path: Path) -> None:
    check = CHECKS[path.parent.name]
    found = {result.focus for result in check.run(read_files([path]))}
    assert found == expected(path)
    assert bool(found) == (path.stem == "trips")


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_check_is_written_as_the_style_says(check: Check) -> None:
    assert "ORDER BY" in check.query
    assert "SELECT *" not in check.query
    assert len(check.query.splitlines()) <= 40
    verb = {"violation": "shall", "warning": "should"}[check.severity]
    assert f" {verb} " in check.message
    assert re.fullmatch(r"[A-Z].*[.]", check.message)


def test_results_carry_the_check_its_severity_and_message() -> None:
    check = CHECKS["undotted_codes_agree"]
    (result,) = check.run(read_files([HERE / "undotted_codes_agree" / "trips.ttl"]))
    assert result.shape == "https://w3id.org/codegraph/shapes#check-undotted_codes_agree"
    assert (result.severity, result.message, result.value) == ("violation", check.message, '"K5001"')


@pytest.mark.parametrize(
    "change",
    [
        ("#+ severity: violation", "#+ severity: fatal"),
        ("#+ returns: [focus, value]", "#+ returns: [value, focus]"),
        ("#+ message:", "#+ mesage:"),
        ("#+ answers:", "#+ graphs: some\n#+ answers:"),
    ],
)
def test_a_header_that_is_wrong_is_an_error(tmp_path: Path, change: tuple[str, str]) -> None:
    text = (resources.folder("queries") / "checks" / "undotted_codes_agree.rq").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "wrong.rq"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(QueryError, match=r"wrong\.rq"):
        load_checks([path])


@pytest.mark.parametrize(
    "change",
    [
        ("SELECT DISTINCT ?focus ?value", "SELECT DISTINCT ?value ?focus"),
        ("SELECT DISTINCT", "SELECT DISTINT"),
    ],
)
def test_a_query_that_cannot_run_or_names_other_columns_is_an_error(
    tmp_path: Path, change: tuple[str, str]
) -> None:
    text = (resources.folder("queries") / "checks" / "undotted_codes_agree.rq").read_text(encoding="utf-8")
    path = tmp_path / "wrong.rq"
    path.write_text(text.replace(*change), encoding="utf-8")
    (check,) = load_checks([path])
    with pytest.raises(QueryError, match="wrong"):
        list(check.run(read_files([])))
