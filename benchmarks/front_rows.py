"""Rows about the other front doors: JSON API over HTTP, tools of assistants, answers to e-mails, exports."""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import anyio
from mcp import Client, StdioServerParameters

from benchmarks.processes import CODEGRAPH, REPO, run
from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph
from codegraph.consult.answer import consult
from codegraph.operations.table import BY_NAME
from codegraph.render import jsonable

SECTION = "API, tools, mail, exports"
# What is asked at every door: the operation and its parameters, of another code each time, since answers are kept.
ASKED: Mapping[str, Mapping[str, object]] = {
    "ask": {"question": "What does {code} pay in Nebraska?"},
    "check": {"lines": ["{code}", "44187-59"], "on": "2024-08-01", "nearest": True},
    "code": {"code": "{code}"},
    "crosswalk": {"code": "{code}", "to": "icd10pcs"},
    "limits": {"code": "{code}"},
    "price": {"code": "{code}", "locality": "NE"},
    "related": {"code": "{code}"},
    "search": {"text": "laproscopic {code} ilestomy"},
}
MAIL = (
    b"From: Ann <ann@example.org>\nTo: codes@example.net\nMessage-ID: <1@example.org>\nSubject: Stoma\n\n"
    b"What does 44310 pay in Nebraska?\n\nOn Monday Bob wrote:\n> What is 44187?\n"
)
# Format -> its options; the formats of triples have rows elsewhere.
EXPORTS: Mapping[str, tuple[str, ...]] = {
    "jsonld": (),
    "skos": (),
    "omop": (),
    "parquet": ("--edits",),
    "pieces": ("--edits",),
    "sssom": (),
    "fhir-r5": (),
}
_FILES = {"jsonld": "all.jsonld", "skos": "all.ttl", "fhir-r5": "all.json"}


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows of a release."""
    runs = 5 if quick else 50
    kg = CodeGraph.open(release)
    codes = [code.notation for code in kg.codes(site="intestine", system="cpt")][: runs + 1]
    alone = {}
    for name in ASKED:
        alone[name] = Stats.of([_took(lambda n=name, c=code: _answer(kg, n, c)) for code in codes][1:], 1e3)
    return [
        *_api(release, alone, codes),
        *_tools(release, alone, codes),
        *_mail(kg, release, runs),
        *_exports(release, ("sssom",) if quick else EXPORTS),
    ]


def given(name: str, code: str) -> dict[str, object]:
    """Return the parameters of an operation for a code.

    >>> given("price", "44310")
    {'code': '44310', 'locality': 'NE'}
    """
    found: dict[str, object] = json.loads(json.dumps(ASKED[name]).replace("{code}", code))
    return found


def _answer(kg: CodeGraph, name: str, code: str) -> str:
    return json.dumps(BY_NAME[name].ask(kg, given(name, code)), default=jsonable)


def _target(name: str) -> Target | None:
    return Target(50) if name == "ask" else None


def _beside(alone: Stats | None) -> tuple[Peer, ...]:
    return (Peer("in process", alone, "the same answers as JSON, in one process"),)


def _api(release: Path, alone: Mapping[str, Stats | None], codes: Sequence[str]) -> Iterator[Row]:
    """Yield a row for each operation: its time over a connection that is kept, and its time in process."""
    with _running("--release", release, "serve", "--port", "0") as process:
        assert process.stdout is not None
        place = urlsplit(process.stdout.readline().strip())
        assert place.hostname
        client = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        for name, inside in alone.items():
            seconds = [_took(lambda n=name, c=code: _request(client, n, c)) for code in codes][1:]
            yield Row(SECTION, f"API: {name}", "ms", Stats.of(seconds, 1e3), _target(name), _beside(inside))


def _request(client: http.client.HTTPConnection, name: str, code: str) -> None:
    operation, asked = BY_NAME[name], given(name, code)
    if operation.method == "POST":
        head = {"Content-Type": "application/json"}
        client.request("POST", f"/api/v1{operation.path}", json.dumps(asked), head)
    else:
        path = operation.path
        for key in [k for k in asked if f"{{{k}}}" in path]:
            path = path.replace(f"{{{key}}}", quote(str(asked.pop(key))))
        client.request("GET", f"/api/v1{path}?{urlencode(asked)}")
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{name}: {answer.status} {body[:200]!r}")


def _tools(release: Path, alone: Mapping[str, Stats | None], codes: Sequence[str]) -> list[Row]:
    """Return when the tools are there after the start of their process, and how long their calls take."""
    program = StdioServerParameters(command=CODEGRAPH, args=["--release", str(release), "mcp"])
    starts, calls = [], {name: list[float]() for name in ASKED}

    async def start() -> None:
        begun = time.perf_counter()
        async with Client(program) as client:
            await client.list_tools()
            starts.append(time.perf_counter() - begun)

    async def ask() -> None:
        async with Client(program) as client:
            for name in ASKED:
                for code in codes:
                    begun = time.perf_counter()
                    result = await client.call_tool(name, given(name, code))
                    calls[name].append(time.perf_counter() - begun)
                    if result.is_error:
                        raise RuntimeError(f"{name}: {result.content}")

    for _ in range(min(len(codes), 7)):
        anyio.run(start)
    anyio.run(ask)
    note = (
        "from the start of the process to the list of tools, the SDK's client over standard input and output"
    )
    rows = [Row(SECTION, "tools: ready", "s", Stats.of(starts), note=note)]
    note = "the client holds each answer against its schema"
    for name, seconds in calls.items():
        figures, beside = Stats.of(seconds[1:], 1e3), _beside(alone[name])
        rows.append(Row(SECTION, f"tools: {name}", "ms", figures, _target(name), beside, note=note))
    return rows


def _mail(kg: CodeGraph, release: Path, runs: int) -> list[Row]:
    """Return how long an answer to a message takes, in process and as a command."""

    def command() -> None:
        done = subprocess.run(
            [CODEGRAPH, "--release", str(release), "consult"],
            cwd=REPO,
            input=MAIL,
            capture_output=True,
            check=True,
        )
        assert b"In-Reply-To: <1@example.org>" in done.stdout

    consult(kg, MAIL)
    inside = [_took(lambda: consult(kg, MAIL)) for _ in range(runs)]
    whole = [_took(command) for _ in range(min(runs, 11))]
    return [
        Row(SECTION, "mail: an answer in process", "ms", Stats.of(inside, 1e3), Target(50)),
        Row(SECTION, "mail: codegraph consult < question.eml", "s", Stats.of(whole)),
    ]


def _exports(release: Path, formats: Iterable[str]) -> Iterator[Row]:
    """Yield processor time, memory and size of each export, in a process of its own."""
    for name in formats:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / _FILES.get(name, name)
            words = ["--release", str(release), "export", str(out), "--format", name, *EXPORTS[name]]
            used = run([CODEGRAPH, *words], timeout=900)
            size = sum(p.stat().st_size for p in (out.iterdir() if out.is_dir() else (out,))) / 1e6
        note = f"{size:,.0f} MB written, {used.max_rss / 1e6:,.0f} MB of memory at most"
        yield Row(SECTION, f"export: {name}, processor time", "s", Stats.of([used.cpu]), note=note)


@contextmanager
def _running(*words: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [CODEGRAPH, *map(str, words)], cwd=REPO, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _took(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
