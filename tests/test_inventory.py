"""Nothing is without its test: each module, shape, check and query; and no test case outlives what it tested."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
REPO = TESTS.parent
SRC = REPO / "src"
# Modules that no test imports by name: what they do is seen through another, by this test file.
THROUGH = {
    "build.assemble": "build/test_build_release.py",
    "build.codes": "build/test_build_release.py",
    "build.edits_job": "build/test_build_release.py",
    "build.nodes": "unit/test_nodes.py",
    "build.load": "build/test_build_release.py",
    "build.packaged": "test_layers.py",
    "build.pcs_release": "build/test_build_release.py",
    "build.progress": "build/test_build_release.py",
    "build.provenance": "build/test_build_release.py",
    "build.tables": "build/test_build_release.py",
    "build.writer": "build/test_build_release.py",
    **{
        f"cli.{name}": "unit/test_cli.py"
        for name in (
            "build",
            "crosswalk",
            "export",
            "info",
            "query",
            "related",
            "shared",
            "show",
            "sources",
            "validate",
        )
    },
    "cli.contradictions": "unit/test_contradictions.py",
    "cli.diff": "changes/test_diff.py",
    "cli.history": "changes/test_history.py",
    "cli.fetch": "unit/test_docs.py",
    "cli.search": "search/test_index.py",
    "cli.serve": "serve/test_protocol.py",
    "serve.warm_child": "serve/test_warm.py",
    **{
        f"serve.{name}": "serve/test_protocol.py"
        for name in (
            "app",
            "child",
            "datastore",
            "graphs",
            "guard",
            "html",
            "linked",
            "pool",
            "problems",
            "run",
            "sparql",
        )
    },
    "serve.description": "serve/test_description.py",
    "crosswalk.ask": "unit/test_graph.py",
    "crosswalk.lookup": "unit/test_graph.py",
    "crosswalk.rest": "unit/test_graph.py",
    "describe": "build/test_build_release.py",
    "export.dispatch": "unit/test_owl_export.py",
    "export.edits": "unit/test_export.py",
    "export.files": "unit/test_export.py",
    "export.formats": "unit/test_export.py",
    "export.of_code": "unit/test_cli.py",
    "fetch.download": "unit/test_fetch.py",
    "fetch.part": "unit/test_fetch.py",
    "hierarchy": "unit/test_graph.py",
    "model": "unit/test_graph.py",
    "network": "unit/test_graph.py",
    "opened": "unit/test_graph.py",
    "pcs_words": "unit/test_pcs.py",
    "procedure": "unit/test_graph.py",
    "related": "unit/test_graph.py",
    "render": "unit/test_cli.py",
    "result_text": "unit/test_result.py",
    "sources.archives": "sources/files/test_files.py",
    "sources.days": "sources/ncci_ptp/test_ncci_ptp.py",
    "sources.groupings": "sources/ccsr/test_ccsr.py",
    "sources.hcpcs": "sources/hcpcs/test_hcpcs.py",
    "sources.opps": "sources/opps_addendum_b/test_opps_addendum_b.py",
    "sources.sssom_block": "sources/sssom/test_sssom.py",
    "sources.sssom_model": "sources/sssom/test_sssom.py",
    "sources.sssom_writer": "sources/sssom/test_sssom.py",
    "sources.xlsx_child": "sources/xlsx/test_xlsx.py",
    "sources.xmltree": "sources/icd10cm_tabular/test_icd10cm_tabular.py",
    "lexical": "unit/test_nodes.py",
    "terms": "unit/test_result.py",
    "store": "build/test_build_release.py",
    "tables": "build/test_build_release.py",
    "validation.checks": "checks/test_checks.py",
    "validation.constraints": "shapes/test_shapes.py",
    "validation.paths": "shapes/test_shapes.py",
    "validation.value_sets": "shapes/test_shapes.py",
    "text_questions": "unit/test_docs.py",
    "views": "unit/test_graph.py",
}
SHAPE = re.compile(r"^cgsh:([\w-]+)\n +a sh:(Node|Property)Shape\b", re.MULTILINE)


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the modules of codegraph that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(m.removeprefix("codegraph.") for m in found if m.startswith("codegraph."))


@cache
def modules() -> dict[str, Path]:
    """Return every module that holds more than a docstring, by its name below codegraph."""
    package = SRC / "codegraph"
    return {
        ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(package.rglob("*.py"))
        if path != package / "__init__.py" and len(ast.parse(path.read_text(encoding="utf-8")).body) > 1
    }


TEST_FILES = sorted(p for p in TESTS.rglob("*.py") if p.name.startswith("test_"))
# test_docs.py imports what it looks up in the documents, and tests nothing of it.
NAMED = frozenset().union(*(imported(p) for p in TESTS.rglob("*.py") if p.name != "test_docs.py"))


@pytest.mark.parametrize("module", modules())
def test_every_module_has_its_test(module):
    assert module in NAMED or module in THROUGH, "import it in a test, or say in THROUGH what tests it"


def test_the_list_of_modules_tested_through_others_is_true():
    assert [m for m in THROUGH if m not in modules()] == [], "no such module"
    assert [t for t in THROUGH.values() if TESTS / t not in TEST_FILES] == [], "no such test"


def test_every_test_file_has_a_test():
    texts = {p.name: p.read_text(encoding="utf-8") for p in TEST_FILES}
    assert [n for n, text in texts.items() if not re.search(r"^(?:    )?def test_", text, re.MULTILINE)] == []
    assert len(texts) == len(TEST_FILES), "pytest needs names that differ"


def stems(folder: str, pattern: str) -> set[str]:
    return {p.name.split(".")[0] for p in (REPO / folder).glob(pattern)}


def folders(folder: str) -> set[str]:
    return {p.name for p in (TESTS / folder).iterdir() if p.is_dir() and not p.name.startswith("__")}


def test_every_shape_file_has_its_cases():
    assert folders("shapes") == stems("shapes", "*.ttl")
    assert all((TESTS / "shapes" / name / "valid.ttl").is_file() for name in folders("shapes"))


def test_every_shape_has_a_failing_case():
    cases = [p.read_text(encoding="utf-8").splitlines()[0] for p in (TESTS / "shapes").glob("*/*.ttl")]
    failing = {name for first in cases for name in first.removeprefix("# violates: ").split(", ")} - {
        "nothing"
    }
    texts = [p.read_text(encoding="utf-8") for p in (REPO / "shapes").glob("*.ttl")]
    kinds = [found for text in texts for found in SHAPE.findall(text)]
    assert len(kinds) == len(dict(kinds)) > 200
    assert {name for name, kind in kinds if kind == "Property"} <= failing <= dict(kinds).keys()


def test_every_check_has_a_graph_that_trips_it_and_one_that_passes():
    assert folders("checks") == stems("queries/checks", "*.rq")
    for name in folders("checks"):
        assert {p.stem for p in (TESTS / "checks" / name).iterdir()} == {"trips", "passes"}


def test_every_query_has_its_golden_result():
    assert stems("tests/queries", "*.json") == stems("queries/competency", "*.rq")
    assert len(stems("queries/competency", "*.rq")) >= 20


def test_every_target_of_make_is_in_its_help():
    text = (REPO / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", text, re.MULTILINE)
    assert targets == re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)
    assert set(targets) <= set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split())
