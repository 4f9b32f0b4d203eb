"""Rules of safety that hold for all of the code: no pickles, no query text from parts, no network but in fetch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
MODULES = sorted((REPO / "src").rglob("*.py"))
FORBIDDEN = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "telnetlib", "ftplib"}
NETWORK = {"httpx", "requests", "urllib.request", "http.client", "socket", "aiohttp"}
LISTENS = {  # the server's own sockets: they call nobody
    "serve/run.py": {"socket"},
    "serve/processes.py": {"socket"},
}
QUERY = re.compile(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE)\b[\s\S]*\{")


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_there_are_modules_to_look_at():
    assert len(MODULES) > 80


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(REPO / "src" / "codegraph")))
def test_a_module_keeps_the_rules(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set(imports(tree))
    assert not {n for n in found if n.split(".")[0] in FORBIDDEN}
    if "fetch" not in path.parts:
        assert not found & (
            NETWORK - LISTENS.get(path.relative_to(REPO / "src" / "codegraph").as_posix(), set())
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}, node.lineno
        if isinstance(node, ast.JoinedStr):
            text = "".join(v.value for v in node.values if isinstance(v, ast.Constant))
            assert not QUERY.search(text), f"line {node.lineno}: a SPARQL query made of parts"


def test_the_rule_about_queries_can_fail():
    tree = ast.parse('x = f"SELECT ?s WHERE {{ ?s a <{y}> }}"')
    (node,) = [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)]
    assert QUERY.search("".join(v.value for v in node.values if isinstance(v, ast.Constant)))


_QUIET = """
import socket, sys
def refuse(*a, **k):
    raise SystemExit("a connection was tried")
socket.socket.connect = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
from codegraph.cli import main
main(sys.argv[1:], standalone_mode=False)
"""


@pytest.mark.parametrize(
    "command",
    [
        ("show", "44310"),
        ("crosswalk", "44310", "--to", "icd10pcs"),
        ("query", "codes_at_site", "--param", "site=site:ileum"),
        ("info",),
        ("--help",),
    ],
)
def test_no_command_but_fetch_connects_anywhere(kg, command):
    done = subprocess.run(
        [sys.executable, "-c", _QUIET, "--release", str(kg.directory), *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
