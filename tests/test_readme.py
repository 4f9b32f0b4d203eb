"""Every example of the README and of docs/ runs, and what it shows is what comes out.

In the documents:

- ```` ```console ````: `$ ` begins a command (`> ` goes on with it), the lines below it are what it prints. A line
  `...` stands for any lines, `...` within a line for any text. A command that shows nothing prints nothing.
- ```` ```sh ````: commands that must succeed, whatever they print.
- ```` ```python ````: a doctest where it has `>>>`, else a program. The blocks of a document share names and files.
- ```` ```sparql ````: a query over the packaged release that has rows. ```` ```turtle ````: triples of that release.
- `<!-- official files -->` before a block: it needs official files; `<!-- network -->`, `<!-- set-up -->`: it is not
  run. What these blocks call must exist, with these options.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import CodeGraph, cli
from codegraph.namespaces import PREFIXES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

REPO = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([REPO / "README.md", REPO / "CONTRIBUTING.md", *(REPO / "docs").rglob("*.md")])
RUN = ("console", "sh", "python", "sparql", "turtle")
SHOWN_ONLY = ("json", "text", "toml", "")
MARKS = ("official files", "network", "set-up")
OFFICIAL = (
    "ncci/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
    "codesets/rbcs_2024-06.csv",
)
BLOCK = re.compile(r"^(?:<!-- ([a-z -]+) -->\n+)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    document: Path
    line: int
    mark: str | None
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(REPO)}:{self.line}"


def blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    return [
        Block(document, text.count("\n", 0, m.start()) + 1, m[1], m[2], m[3]) for m in BLOCK.finditer(text)
    ]


EXAMPLES = {d.relative_to(REPO).as_posix(): blocks(d) for d in DOCUMENTS}
RUNNABLE = {
    name: runnable
    for name, found in EXAMPLES.items()
    if (runnable := [b for b in found if b.mark is None and b.language in RUN])
}
MARKED = [b for found in EXAMPLES.values() for b in found if b.mark]


def commands(text: str) -> list[tuple[str, str]]:
    """Take a console block apart: (command, what it prints)."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", "")
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def matches(shown: str, got: str) -> bool:
    """Compare as the documents promise: exactly, but for `...`."""
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(map(re.escape, line.rstrip().split("..."))) + r"[ ]*\n"
    return re.fullmatch(pattern, got if not got or got.endswith("\n") else got + "\n") is not None


class Runner:
    """Runs the blocks of one document in a folder of its own; returns what is wrong."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        bin_folder = Path(sys.executable).parent
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CODEGRAPH_")},
            "CODEGRAPH_CACHE": str(cache),
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        }
        self.names: dict[str, object] = {"__name__": "example"}

    def run(self, block: Block) -> str:
        said = getattr(self, block.language)(block)
        return f"{block}\n{said}" if said else ""

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
        )

    def console(self, block: Block) -> str:
        for command, shown in commands(block.text):
            done = self.shell(command)
            if done.returncode:
                return f"{command}\nended with {done.returncode}:\n{done.stdout}"
            if not matches(shown, done.stdout):
                return f"{command}\nshows\n{shown}\nand prints\n{done.stdout}"
        return ""

    def sh(self, block: Block) -> str:
        done = self.shell(f"set -e\n{block.text}")
        return f"ended with {done.returncode}:\n{done.stdout}" if done.returncode else ""

    def python(self, block: Block) -> str:
        with contextlib.chdir(self.folder), pytest.MonkeyPatch.context() as patch:
            patch.setenv("CODEGRAPH_CACHE", self.env["CODEGRAPH_CACHE"])
            patch.delenv("CODEGRAPH_RELEASE", raising=False)
            if ">>>" not in block.text:
                exec(compile(block.text, str(block), "exec"), self.names)
                return ""
            test = doctest.DocTestParser().get_doctest(block.text, self.names, str(block), None, block.line)
            out = io.StringIO()
            runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
            runner.run(test, out=out.write, clear_globs=False)
            self.names = test.globs
            return out.getvalue()

    def sparql(self, block: Block) -> str:
        return "" if len(self.packaged().query(block.text)) else "no rows"

    def turtle(self, block: Block) -> str:
        prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
        stated = {q.triple for q in ox.parse(prefixes + block.text, format=ox.RdfFormat.TURTLE)}
        store = self.packaged().store.raw
        absent = [
            str(t) for t in stated if not any(store.quads_for_pattern(t.subject, t.predicate, t.object, None))
        ]
        return "\n".join(["not in the packaged release:", *absent]) if absent or not stated else ""

    def packaged(self) -> CodeGraph:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CODEGRAPH_CACHE", self.env["CODEGRAPH_CACHE"])
            patch.delenv("CODEGRAPH_RELEASE", raising=False)
            return CodeGraph.open()


def check(runner: Runner, found: list[Block]) -> None:
    if wrong := [said for block in found if (said := runner.run(block))]:
        pytest.fail("\n\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("document", RUNNABLE)
def test_the_examples_run_and_show_what_comes_out(document, tmp_path, packaged_cache):
    runner = Runner(tmp_path, packaged_cache)
    check(runner, RUNNABLE[document])


@pytest.mark.parametrize("document", EXAMPLES)
def test_every_fence_is_a_block_of_a_known_kind(document):
    text = (REPO / document).read_text(encoding="utf-8")
    assert 2 * len(EXAMPLES[document]) == len(re.findall(r"^\s*```", text, re.MULTILINE))
    assert {b.language for b in EXAMPLES[document]} <= {*RUN, *SHOWN_ONLY}
    assert {b.mark for b in EXAMPLES[document]} <= {*MARKS, None}


def test_the_documents_have_their_examples():
    assert len([b for b in EXAMPLES["README.md"] if b.language in ("console", "sh", "python")]) >= 10
    assert len([b for b in EXAMPLES["docs/tutorial.md"] if b.language in RUN]) >= 10
    assert len((REPO / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("block", MARKED, ids=str)
def test_what_a_marked_block_calls_exists(block):
    texts = [c for c, _ in commands(block.text)] if block.language == "console" else block.text.splitlines()
    targets = set(re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = 0
    for text in texts:
        words = shlex.split(text, comments=True)
        if words[:1] == ["make"]:
            assert set(words[1:]) <= targets
            called += 1
        elif words[:1] == ["codegraph"]:
            parse(words[1:])
            called += 1
    assert called or block.mark == "set-up"


def parse(words: list[str]) -> None:
    """Read a command line as the program would, and run nothing."""
    words = words[: words.index("|")] if "|" in words else words
    at = next(n for n, word in enumerate(words) if word in cli.main.commands)
    with cli.main.make_context("codegraph", words[:at], resilient_parsing=True) as context:
        cli.main.commands[words[at]].make_context(words[at], words[at + 1 :], parent=context).close()


@pytest.mark.full_data
@pytest.mark.slow
def test_the_examples_on_official_files(data_dir, tmp_path, packaged_cache):
    official = tmp_path / "official"
    official.mkdir()
    for name in OFFICIAL:
        shutil.copy(data_dir / name, official)
    runner = Runner(tmp_path, packaged_cache)
    check(runner, [b for b in EXAMPLES["README.md"] if b.mark == "official files"])


@pytest.mark.parametrize(
    ("shown", "got", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("a\n...\nc\n", "a\nc\n", True),
        ("a ... c\n", "a b c\n", True),
        ("a ... c\n", "a b\n c\n", False),
        ("", "a\n", False),
        ("a.b\n", "axb\n", False),
    ],
)
def test_comparison(shown, got, same):
    assert matches(shown, got) is same
