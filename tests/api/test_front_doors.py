"""One question, one answer: command line, JSON API and tools, each a process of its own, say the same to the letter."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import anyio
import httpx
import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters
from tests.api.test_api import asked
from tests.api.test_asked import NOTE, SAME

from codegraph.cli import main
from codegraph.operations.table import BY_NAME, OPERATIONS

PROGRAM = "from codegraph.cli import main; main()"
MOST = 1000
# Beside those of `SAME`: with a date, with a setting, with nothing to say, with what is not in the release. Each is an
# answer, or the same refusal everywhere.
MORE = [
    ("add_ons", {"code": "44310"}, "addons 44310"),
    ("ask", {"question": "Is 44310 covered?"}, "ask Is 44310 covered?"),
    ("code", {"code": "k9413"}, "show k9413"),
    ("code", {"code": "modifier:59"}, "show modifier:59"),
    ("code", {"code": "44319"}, "show 44319"),
    ("code", {"code": "no-code-at-all"}, "show no-code-at-all"),
    ("crosswalk", {"code": "44238", "to": "icd10pcs"}, "crosswalk 44238 --to icd10pcs"),
    ("crosswalk", {"code": "44310", "to": "klingon"}, "crosswalk 44310 --to klingon"),
    ("check", {"lines": ["44310x9"], "on": "2024-08-01"}, "check 44310x9 --on 2024-08-01"),
    ("codes", {"condition": "K94.13", "system": "cpt"}, "codes --condition K94.13 --system cpt"),
    ("edits", {"first": "44310", "second": "44187", "setting": "outpatient", "nearest": True},
     "edits 44310 44187 --setting outpatient --nearest"),
    ("history", {"code": "44310"}, "history 44310"),
    ("limits", {"code": "44310", "setting": "practitioner"}, "limits 44310 --setting practitioner"),
    ("price", {"code": "44310", "on": "1999-01-01"}, "price 44310 --on 1999-01-01"),
    ("price", {"code": "44310", "on": "1999-01-01", "nearest": True}, "price 44310 --on 1999-01-01 --nearest"),
    ("price", {"code": "44310", "locality": "nowhere"}, "price 44310 --locality nowhere"),
    ("related", {"code": "44155"}, "related 44155"),
    ("search", {"text": "hartmann", "system": "cpt", "limit": 3}, "search hartmann --system cpt --limit 3"),
]  # fmt: skip
ROWS = [*SAME, *MORE]


@contextmanager
def running(kg, *words: str):
    """Run a command of codegraph until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--release", str(kg.directory), *words],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        return place.getsockname()[1]


def up(port: int) -> None:
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nothing listens")


def given_to_tools(given):
    return {k: True if v == "true" else [v] if k == "modifiers" else v for k, v in given.items()} | {
        "at_most": MOST
    }


async def called(server):
    async with Client(server) as client:
        return [await client.call_tool(name, given_to_tools(given)) for name, given, _ in ROWS]


@pytest.fixture(scope="module")
def answers(kg):
    """Return what each door says, by the words of the command line."""
    port = free_port()
    with ExitStack() as doors:
        server = doors.enter_context(running(kg, "serve", "--port", "0"))
        doors.enter_context(running(kg, "mcp", "--http", "--port", str(port)))
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        http = doors.enter_context(httpx.Client(base_url=f"{address}api/v1", timeout=60))
        by_api = [asked(http, name, given) for name, given, _ in ROWS]
        up(port)
        by_http = anyio.run(called, f"http://127.0.0.1:{port}/mcp")
        words = ["-c", PROGRAM, "--release", str(kg.directory), "mcp"]
        by_stdio = anyio.run(called, StdioServerParameters(command=sys.executable, args=words))
    found = {}
    for (_, _, said), api, one, two in zip(ROWS, by_api, by_http, by_stdio, strict=True):
        command = ["--release", str(kg.directory), *said.split(), "--format", "json"]
        found[said] = (CliRunner().invoke(main, command, input=NOTE), api, one, two)
    return found


def test_each_operation_is_asked_and_some_more_than_once():
    asked_for = [name for name, _, _ in ROWS]
    assert set(asked_for) == {operation.name for operation in OPERATIONS}
    assert len({words for _, _, words in ROWS}) == len(ROWS) > 1.5 * len(OPERATIONS)


@pytest.mark.parametrize("words", [words for _, _, words in ROWS])
def test_the_doors_say_the_same(answers, words):
    command, api, *tools = answers[words]
    if api.status_code != 200:
        assert api.headers["content-type"] == "application/problem+json"
        assert (command.exit_code, command.stdout) == (2, "")
        assert {tool.is_error for tool in tools} == {True}
        detail = api.json()["detail"]
        assert detail in command.stderr
        assert {tool.content[0].text.partition("\n")[0] for tool in tools} == {detail.partition("\n")[0]}
        return
    by_command = json.loads(command.stdout)
    assert by_command == api.json()
    for tool in tools:
        assert not tool.is_error
        assert tool.structured_content["answer"] == by_command
        assert tool.structured_content["left_off"] == {}


def test_some_are_answered_and_some_refused(answers):
    refused = {words for words, (_, api, *_) in answers.items() if api.status_code != 200}
    assert refused == {
        *("show 44319", "show no-code-at-all", "crosswalk 44310 --to klingon"),
        *("price 44310 --on 1999-01-01", "price 44310 --locality nowhere"),
    }
    assert {BY_NAME[name].method for name, _, _ in ROWS} == {"GET", "POST"}
