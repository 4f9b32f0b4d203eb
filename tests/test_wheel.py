"""The wheel: it holds the packaged folders, answers without the checkout, and carries no licensed or official file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.build.small_files import PLANTED

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_packaged_folders_are_all_there(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "shapes", "queries", "knowledge"):
        ours = {f"codegraph/_data/{p.relative_to(REPO)}" for p in (REPO / folder).rglob("*") if p.is_file()}
        assert ours, folder
        assert ours <= names
    assert "codegraph/py.typed" in names
    assert "codegraph/fetch_sources.toml" in names
    assert {n.rpartition("/")[2] for n in names if "/licenses/" in n} == {
        "LICENSE",
        "LICENSE-ONTOLOGY",
        "NOTICE",
    }


def test_nothing_else_is_there(wheel):
    whole = zipfile.ZipFile(wheel)
    for name in whole.namelist():
        assert name.startswith(("codegraph/", "codegraph-")), name
        body = whole.read(name)
        assert PLANTED.encode() not in body, name
        assert b"PPRRVU2025_Oct.csv," not in body, name


def test_what_programs_read_beside_their_code_is_there(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = REPO / "src" / "codegraph"
    beside = {
        f"codegraph/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert beside <= names
    kinds = {Path(name).suffix for name in beside}
    assert {".html", ".css", ".js", ".jsonld", ".toml"} <= kinds


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return how to run a command of the installed wheel: in a virtual environment of its own, from an empty folder.

    What it needs is lent by this environment as a path in a .pth file: that lends no .pth files, so not the checkout.
    """
    folder = tmp_path_factory.mktemp("installed")
    (folder / "empty").mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    own = Path(
        subprocess.check_output(
            [python, "-c", "import site; print(site.getsitepackages()[0])"], text=True
        ).strip()
    )
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    (own / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CODEGRAPH_", "PYTHON"))}
    place = {
        "cwd": folder / "empty",
        "env": {**kept, "CODEGRAPH_CACHE": str(folder / "cache"), "HOME": str(folder / "home")},
    }
    said = subprocess.check_output(
        [python, "-c", "import codegraph; print(codegraph.__file__)"], text=True, **place
    )
    assert Path(said.strip()).is_relative_to(own)
    return folder / "venv" / "bin" / "codegraph", place


def run(installed, *words: str, given: bytes = b"") -> bytes:
    command, place = installed
    done = subprocess.run([command, *words], input=given, capture_output=True, check=False, **place)
    assert done.returncode == 0, done.stderr.decode()
    assert list(Path(place["cwd"]).iterdir()) == []
    return done.stdout


MAIL = b"From: a@example.org\nTo: b@example.net\nMessage-ID: <1@example.org>\n\nWhat is 44310?\n"


@pytest.mark.parametrize(
    ("words", "given", "says"),
    [
        (("show", "44310", "--format", "md"), b"", "# cpt:44310"),
        (("ask", "What is the unit limit of 44310?"), b"", "ncci-mue"),
        (("suggest", "-"), b"An open loop ileostomy was created.", "cpt:44310"),
        (("consult",), MAIL, "In-Reply-To: <1@example.org>"),
        (("query", "codes_in_family", "--param", "family=family:enterostomy-creation"), b"", "cpt:44310"),
        (("export", "-", "--format", "jsonld"), b"", '"@context"'),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_it_answers_from_an_empty_folder(installed, words, given, says):
    found = run(installed, *words, given=given).decode()
    assert says in found
    assert str(REPO) not in found


def test_a_page_of_it_is_whole(installed):
    page = run(installed, "show", "44310", "--format", "html").decode()
    assert "Open creation of an ileostomy or jejunostomy" in page
    assert "<style" in page
    assert "<svg" in page
    assert not re.findall(r'(?:src|href)="(?!https?:|#|mailto:|urn:)[^"]*"', page)


def test_it_serves_its_pages_with_all_that_they_name(installed):
    command, place = installed
    with subprocess.Popen(
        [command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, **place
    ) as server:
        try:
            address = re.search(r"http://\S+", server.stdout.readline())[0]
            with httpx.Client(base_url=address, timeout=60, headers={"Accept": "text/html"}) as client:
                for path in (
                    "/",
                    "/code/cpt/44310",
                    "/ask",
                    "/facets",
                    "/crosswalk",
                    "/price",
                    "/check",
                    "/query",
                    "/about",
                ):
                    answer = client.get(path)
                    assert answer.status_code == 200, (path, answer.text[:300])
                    named = set(re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(/[^"]+)"', answer.text))
                    assert named, path
                    for asset in named:
                        assert client.get(asset).status_code == 200, asset
                assert client.get("/context.jsonld").json()["@context"]
                assert client.get("/fhir/r5/metadata", headers={"Accept": "*/*"}).status_code == 200
                assert client.get("/api/v1/openapi.json").json()["openapi"]
        finally:
            server.terminate()


def test_it_offers_its_tools(installed):
    command, place = installed

    async def ask():
        program = StdioServerParameters(
            command=str(command), args=["mcp"], env=place["env"], cwd=place["cwd"]
        )
        async with Client(program) as client:
            return await client.call_tool("limits", {"code": "44310"})

    assert anyio.run(ask).structured_content["answer"]["limits"]
