"""Imports point down only and close no circle; a heavy library has its owner, and simple questions load none."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src"
# From the ground up. A name stands for a module or for all that is in a folder; the longest that fits counts.
LAYERS = (
    "errors namespaces resources rdf lexical wording",
    "codes pcs pcs_words pcs_facets pcs_sites model procedure "
    "crosswalk.definitions crosswalk.subsumption crosswalk.derive crosswalk.acts crosswalk.combinations",
    "release knowledge sources fetch",
    "build",
    "store tables nodes terms sparql query_params result result_text queries",
    "views mapping opened billing claims comparison changes worklog crosswalk contradictions describe related "
    "kindred hierarchy network connection render "
    "reasoning validation export search suggest answers terminology",
    "billing_questions text_questions graph",
    "operations page",
    "serve mcp_server consult",
    "cli",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
OWNERS = {
    "rdflib": {"export.as_rdflib", "validation.reference"},
    "pyshacl": {"validation.reference"},
    "owlready2": set(),  # reasoning uses its jar and imports nothing of it
    "networkx": {"network"},
    "matplotlib": {"comparison.plot"},
    "polars": {"result", "crosswalk.frame", "billing.price.frame", "export.as_parquet"},
    "pandas": {"crosswalk.frame"},
    "rich": {"build.progress"},
    "httpx": {"fetch.download"},
    "python_calamine": {"sources.xlsx_child"},
    "tantivy": {"search.index"},
    "starlette": {
        *(
            f"serve.{name}"
            for name in ("api", "app", "fhir", "graphs", "guard", "html", "linked", "pages", "problems")
        ),
        *("serve.run", "serve.sparql", "mcp_server"),
    },
    "uvicorn": {"serve.run", "mcp_server"},
    "mcp": {"mcp_server"},
    "jinja2": {"page.as_html"},
    "markupsafe": {"page.as_html"},
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in (SRC / "codegraph").rglob("*.py")}


def statements(node: ast.AST):
    """Yield the import statements of a module, those inside functions included, those for type checkers not."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        yield from statements(child)


@cache
def imports(module: str) -> frozenset[str]:
    found = set()
    for statement in statements(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
            continue
        assert statement.level == 0, f"{module}: relative import"
        for alias in statement.names:
            full = f"{statement.module}.{alias.name}"
            found.add(full if full in MODULES else str(statement.module))
    return frozenset(found)


def level(module: str) -> int:
    parts = module.removeprefix("codegraph.").split(".")
    return next(LEVEL[n] for i in range(len(parts), 0, -1) if (n := ".".join(parts[:i])) in LEVEL)


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"codegraph"}))
def test_imports_point_down(module):
    upward = [m for m in imports(module) & MODULES.keys() - {"codegraph"} if level(m) > level(module)]
    assert upward == []


def test_no_import_closes_a_circle():
    edges = {m: imports(m) & MODULES.keys() - {"codegraph"} for m in MODULES if m != "codegraph"}
    TopologicalSorter(edges).prepare()


def test_every_layer_is_there():
    tops = {m.removeprefix("codegraph.").split(".")[0] for m in MODULES if m != "codegraph"}
    assert {name.split(".")[0] for name in LEVEL} == tops


@pytest.mark.parametrize("library", OWNERS)
def test_a_heavy_library_has_its_owner(library):
    users = {
        m.removeprefix("codegraph.") for m in MODULES if library in {i.split(".")[0] for i in imports(m)}
    }
    assert users == OWNERS[library]


@pytest.mark.parametrize(
    "words",
    [
        ["show", "44310"],
        ["crosswalk", "44310", "--to", "icd10pcs", "--explain"],
        ["related", "44310"],
        ["query", "codes_in_family", "--param", "family=family:enterostomy-creation"],
        ["info"],
    ],
    ids=lambda words: words[0],
)
def test_a_simple_question_loads_no_heavy_library(words, packaged_cache):
    program = (
        "import sys; from codegraph.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        f"sys.stderr.write(','.join(sorted(set({list(OWNERS)!r}) & set(sys.modules))))"
    )
    environment = {k: v for k, v in os.environ.items() if k != "CODEGRAPH_RELEASE"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "CODEGRAPH_CACHE": str(packaged_cache)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert done.stderr == ""
